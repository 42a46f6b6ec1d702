"""MedQuAD (https://github.com/abachaa/MedQuAD, CC BY 4.0): NIH question-answer pairs, one article for each document.

Text of about 2016-17, for scale, retrieval and import tests; its next review is long overdue, and lint says so. Read from
the original folders of XML files or from one JSON-lines file (`.jsonl` or `.jsonl.gz`) with a pair a line.
"""

import datetime as dt
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import parse as parse_xml

from knowledge.article import Article
from knowledge.front_matter import ArticleError
from knowledge.importers.clean import Part, blocks_of_text
from knowledge.importers.compose import Refused, Topic, compose

LIBRARY = "medquad"
LICENCE = "CC-BY-4.0 (MedQuAD, Ben Abacha and Demner-Fushman 2019); text of U.S. National Institutes of Health sites"
_COLLECTED = dt.date(2017, 1, 1)
HEADINGS = {
    "information": "Overview",
    "symptoms": "Symptoms",
    "treatment": "Treatment",
    "causes": "Causes",
    "genetic changes": "Genetic changes",
    "inheritance": "Inheritance",
    "frequency": "How common it is",
    "exams and tests": "Diagnosis",
    "susceptibility": "Risk factors",
    "prevention": "Prevention",
    "complications": "Complications",
    "outlook": "Outlook",
    "stages": "Stages",
    "considerations": "Considerations",
    "research": "Research",
    "support groups": "Support groups",
}
"""Its question types as headings, in the order of a page."""


@dataclass(frozen=True, slots=True)
class Document:
    """One NIH page: its collection and number, topic and address, and (question type, answer) pairs."""

    id: str
    focus: str
    source: str
    url: str
    answers: tuple[tuple[str, str], ...]
    synonyms: tuple[str, ...] = field(default=())


def count(path: Path) -> int | None:
    """How many documents there are, or None where only reading would tell."""
    return len(_files(path)) if path.is_dir() else None


def read(path: Path) -> Iterator[Article | Refused]:
    """Every document; one without an answer's text is refused (MedlinePlus's copyrighted ones are published without)."""
    documents = (_of_xml(file) for file in _files(path)) if path.is_dir() else _of_lines(path)
    for document in documents:
        yield document if isinstance(document, Refused) else _article(document)


def _article(document: Document) -> Article | Refused:
    if not document.answers:
        return Refused(document.id, f"has no answer text ({document.focus})")
    order = list(HEADINGS)
    pairs = sorted(document.answers, key=lambda pair: order.index(pair[0]) if pair[0] in HEADINGS else len(order))
    grouped = groupby(pairs, key=lambda pair: HEADINGS.get(pair[0], pair[0].capitalize() or "Overview"))
    parts = [Part(heading, tuple(block for _, text in answers for block in blocks_of_text(text))) for heading, answers in grouped]
    return compose(
        Topic(
            library=LIBRARY,
            item=document.id,
            revision=_COLLECTED.isoformat(),
            title=document.focus[:1].upper() + document.focus[1:],
            parts=tuple(part for part in parts if part.blocks),
            organisation=f"{document.source} (U.S. National Institutes of Health), through MedQuAD",
            url=document.url,
            licence=LICENCE,
            dated=_COLLECTED,
            synonyms=document.synonyms,
        )
    )


def _files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.xml"))


def _of_xml(file: Path) -> Document | Refused:
    try:
        root = parse_xml(file).getroot()
    except (ParseError, DefusedXmlException, OSError) as error:
        return Refused(str(file), f"cannot be read as XML ({type(error).__name__})")
    if root is None:
        return Refused(str(file), "is empty")
    focus, url = (root.findtext("Focus") or "").strip(), root.get("url", "")
    if not focus or not url:
        return Refused(str(file), "has no Focus or no address")
    pairs = [
        (question.get("qtype", ""), (pair.findtext("Answer") or "").strip())
        for pair in root.iter("QAPair")
        if (question := pair.find("Question")) is not None
    ]
    synonyms = tuple(text for node in root.iter("Synonym") if (text := (node.text or "").strip()))
    return Document(
        f"{file.parent.name}-{root.get('id', file.stem)}", focus, root.get("source", "NIH"), url, tuple(p for p in pairs if p[1]), synonyms
    )


def _of_lines(path: Path) -> Iterator[Document]:
    """Documents of the flat file, whose pairs stand together."""
    for _, rows in groupby(_rows(path), key=lambda row: (row["coll"], row["doc"])):
        yield _document(list(rows))


def _document(rows: list[Mapping[str, str | None]]) -> Document:
    first = rows[0]
    answers = tuple((row["qtype"] or "", text) for row in rows if (text := (row["answer"] or "").strip()))
    return Document(f"{first['coll']}-{first['doc']}", first["focus"] or "", first["source"] or "NIH", first["url"] or "", answers)


def _rows(path: Path) -> Iterable[Mapping[str, str | None]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                missing = [name for name in ("coll", "doc", "focus", "source", "url", "qtype", "answer") if name not in row]
            except (ValueError, TypeError):
                raise ArticleError(path.name, number, "line", "is not a JSON object") from None
            if missing:
                raise ArticleError(path.name, number, "line", f"has no {', '.join(missing)}")
            yield row
