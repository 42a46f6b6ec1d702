"""One document as the beginning of an article of the clinic's own: its words under our headings, everything else left to write.

The front matter is the template's, whose prompts lint refuses, and each part that stood under a heading of its own is
marked with such a prompt: nobody can hand in what they have not gone through.
"""

import datetime as dt
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

from knowledge.front_matter import OWN, ArticleKind
from knowledge.glance import glance
from knowledge.headings import HEADINGS, kind_of
from knowledge.importers import documents
from knowledge.importers.clean import body_of
from knowledge.importers.documents import Content
from knowledge.skeleton import skeleton

LARGEST = 5_000_000
"""Bytes of a file that is taken."""
SUFFIXES = (".html", ".htm", ".docx", ".pdf", ".md", ".markdown")
_LARGEST_INSIDE = 50_000_000
"""Bytes that a Word file may unfold to."""
_LONGEST = 200_000
"""Characters of an article's text: the longest that ships has some ten thousand."""
_READ: Mapping[str, Callable[[Path], Content]] = {
    ".html": documents.html,
    ".htm": documents.html,
    ".docx": documents.docx,
    ".pdf": documents.pdf,
}
_HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
_OURS: Mapping[str, str] = {heading.casefold(): heading for heading in HEADINGS}


class UploadError(ValueError):
    """A file that cannot become a draft: says why, and what to do."""


def draft(name: str, data: bytes, today: dt.date, title: str = "", kind: ArticleKind = "condition") -> str:
    """The text of a draft from the file `name`; an article in our own form stays as it is. UploadError says what is wrong."""
    suffix = Path(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UploadError(f"{name}: this kind of file cannot be read; use {', '.join(SUFFIXES)}")
    if len(data) > LARGEST:
        raise UploadError(f"{name}: the file is larger than {LARGEST // 1_000_000} MB; take pictures out, or bring in a part of it")
    if suffix in (".md", ".markdown"):
        text = _decoded(name, data)
        if text.startswith("---\n"):
            return _own_form(name, text)
        stated, sections = _markdown(text)
    else:
        stated, parts = _content(name, suffix, data)
        sections = [(part.heading, body_of((part,)).partition("\n\n")[2]) for part in parts if part.blocks]
    body = _body(name, sections)
    front = skeleton(title.strip() or stated or Path(name).stem.replace("-", " ").replace("_", " ").capitalize(), kind, today)
    return front.partition("\n---\n")[0] + f"\n---\n\n{body}"


def _own_form(name: str, text: str) -> str:
    seen = glance(text)
    if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", seen.slug):
        raise UploadError(f"{name}: its front matter states no slug, such as slug: knee-pain; write one")
    if seen.library != OWN:
        raise UploadError(f"{name}: it belongs to the library {seen.library}; take its provenance out to make it the clinic's own")
    return text


def _decoded(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        raise UploadError(f"{name}: it is no UTF-8 text; save it as UTF-8 and try again") from None


def _content(name: str, suffix: str, data: bytes) -> Content:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"upload{suffix}"
        file.write_bytes(data)
        try:
            if suffix == ".docx":
                _unfolds(name, file)
            found = _READ[suffix](file)
        except documents.UNREADABLE as error:
            if isinstance(error, UploadError):
                raise
            raise UploadError(f"{name}: the file cannot be read ({type(error).__name__}); is it really {suffix[1:]}?") from None
    if not any(part.blocks for part in found[1]):
        raise UploadError(f"{name}: it holds no text; a scanned page must be typed or recognised first")
    return found


def _unfolds(name: str, file: Path) -> None:
    """A Word file is an archive; a small one can unfold to more than the machine holds."""
    with zipfile.ZipFile(file) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _LARGEST_INSIDE:
            raise UploadError(f"{name}: it unfolds to more than {_LARGEST_INSIDE // 1_000_000} MB; take pictures out")


def _markdown(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Title and sections of a plain Markdown file."""
    title, sections, last = "", [("Overview", "")], 0
    for mark in _HEADING.finditer(text):
        sections[-1] = (sections[-1][0], sections[-1][1] + text[last : mark.start()])
        last = mark.end()
        if mark[1] == "#" and not title:
            title = mark[2]
        elif len(mark[1]) <= 2:
            sections.append((mark[2], ""))
        else:
            sections[-1] = (sections[-1][0], f"{sections[-1][1]}\n{mark[2]}\n")
    sections[-1] = (sections[-1][0], sections[-1][1] + text[last:])
    return title, [(heading, words.strip("\n")) for heading, words in sections if words.strip()]


def _body(name: str, sections: list[tuple[str, str]]) -> str:
    """The words under our headings, each once, in the document's order; a part under another heading says which."""
    under: dict[str, list[str]] = {}
    for heading, words in sections:
        ours = _our_heading(heading)
        pieces = under.setdefault(ours, [])
        if ours.casefold() != heading.casefold():
            shown = re.sub(r"\s+", " ", heading)[:120]
            pieces.append(f"Write here: look through this part, which stood under “{shown}”, and take this line out.")
        pieces.append(words.strip("\n"))
    written = {heading: "\n\n".join(pieces) for heading, pieces in under.items()}
    body = "\n".join(f"## {heading}\n\n{words}\n" for heading, words in written.items())
    if not body:
        raise UploadError(f"{name}: it holds no text")
    if len(body) > _LONGEST:
        raise UploadError(f"{name}: its text has {len(body):,} characters; an article has at most {_LONGEST:,}, so bring in a part of it")
    return body


def _our_heading(heading: str) -> str:
    """The heading of ours that says the same, else the first that answers the same kind of question."""
    if known := _OURS.get(heading.strip().casefold()):
        return known
    return next(ours for ours, kind in HEADINGS.items() if kind == kind_of(heading))
