"""The official MedlinePlus health-topic XML (`mplus_topics_<date>.xml`, or its zip): English and Spanish summaries.

The summaries are works of the U.S. government; MedlinePlus asks to be named, so each article's source names it with the
institute it credits. Format: https://medlineplus.gov/xmldescription.html.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from knowledge.article import Article
from knowledge.front_matter import ArticleError, ArticleKind, Audience
from knowledge.importers.clean import Block, Part, parts_of_html
from knowledge.importers.compose import Refused, Topic, compose

LIBRARY = "medlineplus"
LICENCE = "Public domain (U.S. government work); courtesy of MedlinePlus from the National Library of Medicine"
_LANGUAGES = {"English": "en", "Spanish": "es"}
_FIRST = {"en": "Summary", "es": "Resumen"}
_KINDS: dict[str, ArticleKind] = {
    "Diagnostic Tests": "test",
    "Drug Therapy": "medicine",
    "Symptoms": "symptom",
    "Mental Health and Behavior": "mental_health",
    "Pregnancy and Reproduction": "pregnancy",
    "Food and Nutrition": "wellbeing",
    "Fitness and Exercise": "wellbeing",
    "Wellness and Lifestyle": "wellbeing",
    "Safety Issues": "wellbeing",
    "Health System": "wellbeing",
}
_CHILD = re.compile(r"\b(?:child|children|infant|newborn|baby|babies|toddler|teen|niñ[oa]s?|bebés?|adolescen)", re.IGNORECASE)
_PREGNANT = re.compile(r"\b(?:pregnan|prenatal|embaraz)", re.IGNORECASE)


def count(path: Path) -> int | None:
    """How many topics the file says it holds, or None."""
    with _opened(path) as stream:
        match = re.search(rb'total="(\d+)"', stream.read(2000))
        return int(match[1]) if match else None


def read(path: Path) -> Iterator[Article | Refused]:
    """Every topic, one at a time; ArticleError where the file is not this XML."""
    with _opened(path) as stream:
        try:
            for _, element in iterparse(stream, events=("end",), forbid_dtd=False):
                if element.tag == "health-topic":
                    yield _topic(element)
                    element.clear()
        except (ParseError, DefusedXmlException) as error:
            raise ArticleError(path.name, 1, "xml", f"is not MedlinePlus health-topic XML ({type(error).__name__}: {error})") from None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    """The XML, out of its zip where it is in one."""
    if path.suffix != ".zip":
        with path.open("rb") as stream:
            yield stream
        return
    with zipfile.ZipFile(path) as archive:
        inside = [name for name in archive.namelist() if name.endswith(".xml")]
        if not inside:
            raise ArticleError(path.name, 1, "zip", "holds no .xml file")
        with closing(archive.open(inside[0])) as stream:
            yield stream


def _topic(element: Element) -> Article | Refused:
    item = element.get("id") or element.get("url") or "a topic without id"
    title, url = element.get("title", "").strip(), element.get("url", "").strip()
    language = _LANGUAGES.get(element.get("language", "English"))
    if not title or not url or language is None:
        return Refused(item, "has no title, no address, or a language other than English and Spanish")
    made = _date(element.get("date-created", ""))
    if made is None:
        return Refused(item, f"has no date-created like 12/31/2020 ({title})")
    parts, credit = _credited(parts_of_html(element.findtext("full-summary") or "", _FIRST[language]))
    groups = [group.text or "" for group in element.findall("group")]
    return compose(
        Topic(
            library=LIBRARY,
            item=_page(url) or item,
            revision=made.isoformat(),
            title=title,
            parts=parts,
            organisation="MedlinePlus (U.S. National Library of Medicine)" + (f", with {credit}" if credit else ""),
            url=url,
            licence=LICENCE,
            dated=made,
            language=language,
            kind=next((_KINDS[group] for group in groups if group in _KINDS), "condition"),
            audience=_audience(title),
            synonyms=_texts(element, "also-called") + _texts(element, "see-reference"),
            codes=_codes(element),
        )
    )


def _credited(parts: tuple[Part, ...]) -> tuple[tuple[Part, ...], str]:
    """The parts without the line that credits an institute, and that credit."""
    if not parts:
        return parts, ""
    *before, last = parts
    end = last.blocks[-1]
    if end.items or end.text.endswith((".", "!", "?", ":")) or len(parts) + len(last.blocks) == 1 + 1:
        return parts, ""
    kept: tuple[Block, ...] = last.blocks[:-1]
    return (*before, *((Part(last.heading, kept),) if kept else ())), end.text


def _page(url: str) -> str:
    """The page's own name in its address: `asthma` of https://medlineplus.gov/spanish/asthma.html."""
    return url.rsplit("/", 1)[-1].removesuffix(".html")


def _texts(element: Element, tag: str) -> tuple[str, ...]:
    return tuple(text.strip() for child in element.findall(tag) if (text := child.text or "").strip())


def _codes(element: Element) -> dict[str, list[str]]:
    found = [descriptor.get("id", "") for descriptor in element.findall("mesh-heading/descriptor")]
    return {"mesh": [code for code in found if code]} if any(found) else {}


def _audience(title: str) -> Audience:
    if _PREGNANT.search(title):
        return "pregnancy"
    return "child" if _CHILD.search(title) else "adult"


def _date(text: str) -> dt.date | None:
    try:
        return dt.datetime.strptime(text, "%m/%d/%Y").replace(tzinfo=dt.UTC).date()
    except ValueError:
        return None
