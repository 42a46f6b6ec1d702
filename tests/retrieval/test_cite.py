"""A draft cut into paragraphs while it is written; each mark must name a passage that was retrieved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Snapshot
from retrieval.cite import Lines, Paragraph, Paragraphs, cite
from tests.fakes import article, snapshot

LIBRARY: Snapshot = snapshot(article("## Overview\n\nGout hurts. Rest helps.\n\nIce helps too.\n"))
RETRIEVED = list(LIBRARY.passages.values())
REST, ICE = "Gout hurts. Rest helps.", "Ice helps too."


def cut(draft: str, *, size: int = 1000, ended: bool = True) -> list[Lines]:
    """The paragraphs of a draft that comes in pieces of `size` characters."""
    paragraphs = Paragraphs()
    found = [lines for start in range(0, len(draft), size) for lines in paragraphs.add(draft[start : start + size])]
    return [*found, *paragraphs.end(cut=not ended)]


def cited(draft: str) -> list[tuple[str, list[str]]]:
    """Each statement of the draft with the quotes it cites."""
    return [(s.text, [c.quote for c in s.citations]) for lines in cut(draft) for s in cite(lines, RETRIEVED, LIBRARY).statements]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        ("Rest helps [1].", [("Rest helps.", [REST])]),
        ("Rest helps. [1]", [("Rest helps.", [REST])]),
        ("Rest helps [1]. Ice helps [2].", [("Rest helps.", [REST]), ("Ice helps.", [ICE])]),
        ("Rest helps. [1] Ice helps. [2]", [("Rest helps.", [REST]), ("Ice helps.", [ICE])]),
        ("Rest and ice help [1, 2].", [("Rest and ice help.", [REST, ICE])]),
        ("Rest and ice help [2][1].", [("Rest and ice help.", [ICE, REST])]),
        ("Rest helps [1] [1].", [("Rest helps.", [REST])]),
        ("Rest helps [passage 1].", [("Rest helps.", [REST])]),
        ("**Rest** helps [1].", [("Rest helps.", [REST])]),
        ("- Rest helps [1].\n\n* Ice helps [2].", [("Rest helps.", [REST]), ("Ice helps.", [ICE])]),
        ("Gout hurts. Rest helps [1].", [("Gout hurts.", [REST]), ("Rest helps.", [REST])]),
        ("What helps [2]:\n- Rest [1]\n- Ice", [("Rest", [REST]), ("Ice", [ICE])]),
        ("# Treatment\nRest helps [1].", [("Rest helps.", [REST])]),
    ],
)
def test_each_sentence_gets_the_passages_it_marks(draft: str, expected: list[tuple[str, list[str]]]) -> None:
    """The marks of models come before or after the full stop, alone or together, or once for what stands before them."""
    assert cited(draft) == expected


@pytest.mark.parametrize(
    "draft",
    [
        "Rest helps [3].",
        "Rest helps [0].",
        "Rest helps [1, 7].",
        "Rest helps.",
        "Rest helps (1).",
        "Rest helps [one].",
        "Rest helps [1] [2-9].",
        "Rest helps [1] [source].",
        "Rest helps [" + "9" * 5000 + "].",
        "Things [1]:\n- Rest helps [9]",
    ],
)
def test_a_sentence_whose_mark_names_no_retrieved_passage_cites_nothing(draft: str) -> None:
    """A citation can only be something we retrieved; what cites nothing is not shown."""
    assert [quotes for _, quotes in cited(draft)] == [[]]


def test_a_sentence_with_a_wrong_mark_is_not_saved_by_the_next_ones() -> None:
    """Only a sentence without any mark takes those that follow."""
    assert cited("Rest helps [9]. Ice helps [2].") == [("Rest helps.", []), ("Ice helps.", [ICE])]


@pytest.mark.parametrize("draft", ["[1]", "... [1]", "", " \n- \n", "---", "```"])
def test_a_draft_without_words_holds_no_statement(draft: str) -> None:
    """Marks alone say nothing."""
    assert cited(draft) == []


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_paragraphs_are_the_same_however_the_stream_is_cut(size: int) -> None:
    """Tokens end anywhere."""
    draft = "Rest helps [1].\n\nWhat helps:\n\n- Rest [1]\n- Ice [2]\n\nGout\nhurts [1]. Ice helps. [2]"
    assert cut(draft, size=size) == [
        Lines("", ("Rest helps [1].",), is_list=False),
        Lines("What helps:", ("Rest [1]", "Ice [2]"), is_list=True),
        Lines("", ("Gout hurts [1]. Ice helps. [2]",), is_list=False),
    ]


def test_a_paragraph_comes_out_as_soon_as_its_line_ends() -> None:
    """The first one is shown long before the last is written."""
    paragraphs = Paragraphs()
    assert list(paragraphs.add("Rest helps [1].")) == []
    assert list(paragraphs.add("\n")) == [Lines("", ("Rest helps [1].",), is_list=False)]


def test_a_list_waits_for_its_end() -> None:
    """Half of "do not take it if" is another list."""
    paragraphs = Paragraphs()
    assert list(paragraphs.add("Do not take it if you:\n- Bleed [1]\n\n")) == []
    assert [lines.rows for lines in paragraphs.add("- Are pregnant [1]\n\nRest.\n")] == [("Bleed [1]", "Are pregnant [1]"), ("Rest.",)]


@pytest.mark.parametrize(
    ("draft", "rows"),
    [
        ("Rest helps [1]. Ice hel", ["Rest helps [1]."]),
        ("Do not take it if:\n- You bleed [1]\n- You", []),
        ("Rest hel", []),
        ("A [1].\nB", ["A [1]."]),
    ],
)
def test_what_was_cut_off_is_left_out(draft: str, rows: list[str]) -> None:
    """A sentence without its end, or a list without its last rows, is half a truth."""
    assert [row for lines in cut(draft, ended=False) for row in lines.rows] == rows


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="Rest1239[], .!:\n-*#", max_size=60), st.integers(1, 9))
def test_whatever_a_model_writes_is_cited_soundly_or_not_at_all(draft: str, size: int) -> None:
    """Every statement that comes out has words, citations that hold, and no mark left in it."""
    paragraphs: list[Paragraph] = [cite(lines, RETRIEVED, LIBRARY) for lines in cut(draft, size=size)]
    for statement in [s for paragraph in paragraphs for s in paragraph.statements]:
        assert all(LIBRARY.holds(citation) for citation in statement.citations)
        assert any(character.isalnum() for character in statement.text)
        assert not (statement.citations and {"[", "]"} & set(statement.text))
