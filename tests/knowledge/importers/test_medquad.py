"""MedQuAD from its XML folders and from one flat file: the same documents either way."""

import gzip
import json
from pathlib import Path

import pytest

from knowledge.article import Article
from knowledge.front_matter import ArticleError
from knowledge.importers import medquad
from knowledge.importers.compose import Refused

ROWS = [
    {
        "coll": "4_MPlus",
        "doc": "0000019",
        "focus": "asthma",
        "source": "MPlusHealthTopics",
        "url": "https://x.gov/asthma",
        "qtype": q,
        "answer": a,
    }
    for q, a in [("symptoms", "Signs are    - wheeze    - cough"), ("information", "Asthma narrows airways."), ("causes", None)]
]
EMPTY = [{**ROWS[0], "doc": "0000020", "focus": "gout", "answer": ""}]
XML = """<?xml version="1.0"?><Document id="0000019" source="MPlusHealthTopics" url="https://x.gov/asthma"><Focus>asthma</Focus>
<FocusAnnotations><Synonyms><Synonym>wheezy chest</Synonym></Synonyms></FocusAnnotations>
<QAPairs><QAPair pid="1"><Question qid="1" qtype="symptoms">?</Question><Answer>Signs are    - wheeze    - cough</Answer></QAPair>
<QAPair pid="2"><Question qid="2" qtype="information">?</Question><Answer>Asthma narrows airways.</Answer></QAPair>
<QAPair pid="3"><Question qid="3" qtype="causes">?</Question><Answer/></QAPair></QAPairs></Document>"""


def flat(tmp_path: Path, rows: list[dict[str, str | None]]) -> list[Article | Refused]:
    """What the importer makes of a flat file."""
    file = tmp_path / "medquad.jsonl.gz"
    file.write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return list(medquad.read(file))


def test_answers_become_sections_in_the_order_of_a_page(tmp_path: Path) -> None:
    """Whatever the order of its questions, a page begins with what the thing is."""
    (article,) = flat(tmp_path, ROWS)
    assert isinstance(article, Article)
    assert article.body == "\n## Overview\n\nAsthma narrows airways.\n\n## Symptoms\n\nSigns are:\n- wheeze\n- cough\n"
    assert (article.title, article.slug) == ("Asthma", "medquad-4-mplus-0000019")


def test_the_xml_folders_give_the_same_text(tmp_path: Path) -> None:
    """The flat file is only another form of it; the folders also know synonyms."""
    (tmp_path / "4_MPlus").mkdir()
    (tmp_path / "4_MPlus" / "0000019.xml").write_text(XML)
    (from_xml,) = medquad.read(tmp_path)
    (from_rows,) = flat(tmp_path, ROWS)
    assert isinstance(from_xml, Article)
    assert isinstance(from_rows, Article)
    assert (from_xml.slug, from_xml.body) == (from_rows.slug, from_rows.body)
    assert from_xml.synonyms == ("wheezy chest",)


def test_a_document_without_text_is_refused(tmp_path: Path) -> None:
    """MedlinePlus's copyrighted answers are published without their text."""
    _, refused = flat(tmp_path, [*ROWS, *EMPTY])
    assert refused == Refused("4_MPlus-0000020", "has no answer text (gout)")


def test_the_same_number_in_two_collections_is_two_documents(tmp_path: Path) -> None:
    """Each collection counts from one."""
    other: list[dict[str, str | None]] = [{**row, "coll": "6_NINDS", "focus": "stroke"} for row in ROWS]
    assert [a.title for a in flat(tmp_path, [*ROWS, *other]) if isinstance(a, Article)] == ["Asthma", "Stroke"]


def test_its_review_is_overdue_and_its_licence_told(tmp_path: Path) -> None:
    """Text of 2017 must never pass for current."""
    (article,) = flat(tmp_path, ROWS)
    assert isinstance(article, Article)
    assert (article.next_review.year, article.licence[:9]) == (2018, "CC-BY-4.0")


def test_a_broken_file_in_a_folder_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    """One of eleven thousand."""
    (tmp_path / "a.xml").write_text("<Document")
    (tmp_path / "b.xml").write_text(XML)
    refused, article = medquad.read(tmp_path)
    assert isinstance(refused, Refused)
    assert isinstance(article, Article)


@pytest.mark.parametrize("line", ["nonsense", '{"doc": "1"}', "[]"])
def test_a_line_that_is_no_pair_is_told_with_its_number(line: str, tmp_path: Path) -> None:
    """The wrong file is recognised at its first line, not after ten thousand refusals."""
    (tmp_path / "x.jsonl").write_text(f"{json.dumps(ROWS[0])}\n{line}\n")
    with pytest.raises(ArticleError, match=r"x\.jsonl:2: line"):
        list(medquad.read(tmp_path / "x.jsonl"))
