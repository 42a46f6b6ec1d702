"""Passages and statements: spans that rejoin to the body, lie in sections and stand alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.headings import HEADINGS
from knowledge.passages import Passage, passages, sentences, statements
from tests.fakes import article

_LINE = st.text(alphabet=st.sampled_from("abG. -:!\t\u00a0\u2028ñ"), max_size=12).filter(lambda line: not line.startswith("##"))
_SECTION = st.tuples(
    st.sampled_from(sorted(HEADINGS)), st.lists(_LINE, min_size=1, max_size=6).filter(lambda lines: "".join(lines).strip())
)
_BODIES = st.lists(_SECTION, min_size=1, max_size=4).map(lambda made: "".join(f"## {h}\n" + "\n".join(lines) + "\n" for h, lines in made))


def only(body: str) -> Passage:
    """The one passage of `body`."""
    (passage,) = passages(article(body), 1)
    return passage


@settings(max_examples=60, deadline=None)
@given(_BODIES)
def test_passages_and_headings_rejoin_to_the_body(body: str) -> None:
    """What is in an article and in no passage could never be found, cited or shown."""
    read = article(body)
    pieces = [("## " + s.heading, s.start) for s in read.sections] + [(p.text, p.start) for p in passages(read, 1)]
    rejoined = "".join(text for text, _ in sorted(pieces, key=lambda piece: piece[1]))
    assert "".join(rejoined.split()) == "".join(read.body.split())


@settings(max_examples=60, deadline=None)
@given(_BODIES)
def test_each_passage_stands_at_its_span_wholly_inside_its_section(body: str) -> None:
    """A citation opens at the passage, under the heading it names, and never at blank space."""
    read = article(body)
    for passage in passages(read, 1):
        section = read.section_at(passage.start)
        assert passage.text.strip()
        assert passage.text == read.body[passage.start : passage.end]
        assert (section.kind, passage.end <= section.end) == (passage.section, True)


def test_a_list_stays_with_its_lead_in() -> None:
    """The words "Do not take it if:" torn from its list would turn every exception into advice."""
    passage = only("## Overview\n\nDo not take it if:\n- You are allergic. Ask if unsure.\n- You have an ulcer.\n")
    assert passage.is_list
    assert [(s.start, s.end) for s in statements(passage)] == [(passage.start, passage.end)]


def test_a_line_of_blanks_parts_paragraphs_like_an_empty_one() -> None:
    """Editors leave spaces behind; they must neither join paragraphs nor become a passage."""
    found = passages(article("## Overview\n\nGout.\n   \nRest.\n \t\n"), 1)
    assert [(p.text, p.position) for p in found] == [("Gout.", 0), ("Rest.", 1)]


def test_the_first_passage_of_each_section_is_at_position_0() -> None:
    """The first sentence of a section answers its heading, so search must know it."""
    found = passages(article("## Overview\n\nOne.\n\nTwo.\n\n## Causes\n\nThree.\n"), 1)
    assert [(p.heading, p.position) for p in found] == [("Overview", 0), ("Overview", 1), ("Causes", 0)]


@pytest.mark.parametrize(
    ("heading", "audience", "meant"),
    [
        ("Overview", "adult", ("adult",)),
        ("Treatment", "adult, pregnancy", ("adult", "pregnancy")),
        ("Children", "adult", ("child",)),
        ("Pregnancy", "adult", ("pregnancy",)),
        ("Overview", "child", ("child",)),
    ],
)
def test_a_sections_heading_decides_whom_it_is_for(heading: str, audience: str, meant: tuple[str, ...]) -> None:
    """Rule of care 10: a child's advice inside an adult's article is for children alone."""
    (passage,) = passages(article(f"## {heading}\n\nRest.\n", audience=audience), 1)
    assert passage.audience == meant


def test_a_passages_id_pins_article_revision_and_span() -> None:
    """Old answers keep citing the revision that they quoted."""
    read = article("## Overview\n\nGout.\n")
    assert [p.id for number in (1, 2) for p in passages(read, number)] == ["gout@1:14-19", "gout@2:14-19"]


@pytest.mark.parametrize(
    ("body", "title", "same"),
    [
        ("## Overview\n\nGout.\n", "Gout", True),
        ("## Overview\n\nGout hurts.\n", "Gout", False),
        ("## Causes\n\nGout.\n", "Gout", False),
        ("## Overview\n\nGout.\n", "Gout attack", False),
    ],
)
def test_a_passage_is_embedded_again_when_anything_embedded_changes(body: str, title: str, *, same: bool) -> None:
    """The index compares digests: one that missed a change would search the old words for ever."""
    changed = passages(article(body, title=title), 1)[0].digest
    assert (changed == only("## Overview\n\nGout.\n").digest) is same


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Gout hurts. Rest helps.", ["Gout hurts.", "Rest helps."]),
        ("Is it gout? Yes! Rest.", ["Is it gout?", "Yes!", "Rest."]),
        ("Keep it below 6.5 mg/dL. 100 people do.", ["Keep it below 6.5 mg/dL.", "100 people do."]),
        ("Some pills, e.g. Ibuprofen, harm. Ask.", ["Some pills, e.g. Ibuprofen, harm.", "Ask."]),
        ("See Dr. Smith at 9 a.m. Tuesday.", ["See Dr. Smith at 9 a.m. Tuesday."]),
        ("Hepatitis B. Vaccine helps.", ["Hepatitis B. Vaccine helps."]),
        ('Say "Stop." Then rest.', ['Say "Stop."', "Then rest."]),
        ("It helps (most people). Rest.", ["It helps (most people).", "Rest."]),
        ("Duele mucho. ¿Es gota? ¡Llame!", ["Duele mucho.", "¿Es gota?", "¡Llame!"]),
        ("call 911. wait", ["call 911. wait"]),
        ("No full stop", ["No full stop"]),
        ("", []),
    ],
)
def test_text_is_cut_into_sentences_where_a_reader_would(text: str, parts: list[str]) -> None:
    """A sentence cut at "e.g." would be quoted without its condition."""
    assert [text[s.start : s.end] for s in sentences(text)] == parts


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab AB.!?\"') \n¿1"), max_size=40).map(str.strip))
def test_sentences_hold_every_character_of_a_text_once_and_in_order(text: str) -> None:
    """Nothing is lost between two statements, and no statement begins or ends with blanks."""
    parts = [text[s.start : s.end] for s in sentences(text)]
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert parts == [part.strip() for part in parts]


def test_a_paragraphs_statements_are_its_sentences_in_the_body() -> None:
    """Quotes are cut from the body by these spans."""
    read = article("## Overview\n\nGout hurts. Rest helps.\n")
    (passage,) = passages(read, 1)
    assert [read.body[s.start : s.end] for s in statements(passage)] == ["Gout hurts.", "Rest helps."]
