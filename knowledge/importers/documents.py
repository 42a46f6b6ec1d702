"""Single documents (HTML, Word, PDF) as drafts for an editor: their words in our form, with where they came from.

Nobody is served such a draft: an editor gives it our headings, takes `provenance` out, and has it reviewed first.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import BadZipFile

import mammoth
import pypdf
from bs4 import BeautifulSoup
from pypdf.errors import PyPdfError

from knowledge.article import Article
from knowledge.importers.clean import Part, blocks_of_text, parts_of_html
from knowledge.importers.compose import Refused, Topic, compose

LIBRARY = "documents"
_LICENCE = "not stated; ask the owner before it is published"
_TITLE_LINE = 120
UNREADABLE = (OSError, ValueError, KeyError, BadZipFile, PyPdfError)
"""What reading a document raises that is no such document."""
Content = tuple[str, tuple[Part, ...]]
"""A document's title and parts."""


def html(path: Path) -> Content:
    """A web page saved as a file."""
    text = path.read_text(encoding="utf-8", errors="replace")
    page = BeautifulSoup(text, "html.parser")
    named = page.find("h1") or page.find("title")
    title = named.get_text(" ", strip=True) if named else ""
    return title, _without_title(parts_of_html(text), title)


def docx(path: Path) -> Content:
    """A Word document, through mammoth: its headings, paragraphs and lists."""
    with path.open("rb") as stream:
        text = mammoth.convert_to_html(stream).value
    named = BeautifulSoup(text, "html.parser").find(["h1", "h2"])
    title = named.get_text(" ", strip=True) if named else ""
    return title, _without_title(parts_of_html(text), title)


def pdf(path: Path) -> Content:
    """A PDF's text, page after page; a scanned one holds none and is refused."""
    reader = pypdf.PdfReader(path)
    text = "\n\n".join(page.extract_text() for page in reader.pages)
    blocks = blocks_of_text(re.sub(r"(?<=[a-z,;])\n(?=[a-z])", " ", text))
    stated = str(reader.metadata.title or "").strip() if reader.metadata else ""
    first = blocks[0].text if blocks else ""
    title = stated or (first if len(first) < _TITLE_LINE else "")
    return title, (Part("Overview", blocks),) if blocks else ()


def reader(suffixes: tuple[str, ...], content: Callable[[Path], Content]) -> Callable[[Path], Iterator[Article | Refused]]:
    """An importer of files with these endings, from one file or a folder."""

    def read(path: Path) -> Iterator[Article | Refused]:
        for file in files(path, suffixes):
            yield _draft(file, path, content)

    return read


def files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    """The files at or below `path` with one of the endings."""
    return [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.suffix.lower() in suffixes)


def _draft(file: Path, root: Path, content: Callable[[Path], Content]) -> Article | Refused:
    try:
        title, parts = content(file)
        data = file.read_bytes()
    except UNREADABLE as error:
        return Refused(str(file), f"cannot be read ({type(error).__name__})")
    name = file.name if root.is_file() else file.relative_to(root).as_posix()
    changed = dt.datetime.fromtimestamp(file.stat().st_mtime, dt.UTC).date()
    if not any(part.blocks for part in parts):
        return Refused(str(file), "holds no text; a scanned page must be typed or recognised first")
    return compose(
        Topic(
            library=LIBRARY,
            item=name,
            revision=hashlib.sha256(data).hexdigest()[:16],
            title=title or file.stem.replace("-", " ").replace("_", " ").capitalize(),
            parts=parts,
            organisation=f"Document {name}",
            url=f"urn:sha256:{hashlib.sha256(data).hexdigest()}",
            licence=_LICENCE,
            dated=changed,
        )
    )


def _without_title(parts: tuple[Part, ...], title: str) -> tuple[Part, ...]:
    """The parts with the one headed by the title called Overview."""
    return tuple(Part("Overview", part.blocks) if part.heading == title else part for part in parts)
