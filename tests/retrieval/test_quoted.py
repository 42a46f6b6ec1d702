"""Quoted answers: the articles' own words at their own spans, short, and ending in a call for help."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.wiring import starter_corpus
from knowledge.citation import Statement
from knowledge.headings import HEADINGS
from knowledge.library import Snapshot
from knowledge.passages import Passage
from retrieval.context import Query
from retrieval.depth import Depth, Request
from retrieval.quoted import first_aid, quote, suggestions
from retrieval.search import Found, Scored, Search
from tests.fakes import ExactFinder, article, snapshot

STARTER = snapshot(*starter_corpus())
SEARCH = Search(ExactFinder(STARTER))
_TOPICS = st.sampled_from(sorted(revision.article.title for revision in STARTER.revisions.values()))
_QUESTIONS = st.builds("{} {} {}".format, _TOPICS, st.sampled_from(sorted(HEADINGS)), st.just("") | _TOPICS)
some_questions = settings(max_examples=40, deadline=None)


def found(*passages: Passage) -> Found:
    """A search that found `passages`, all about equally near, in this order."""
    scored = tuple(Scored(p, 1.0 - 0.001 * n, 0.9 - 0.001 * n) for n, p in enumerate(passages))
    return Found(asked("q"), scored, covered=True, wanted={}, text="q")


def asked(question: str, depth: Depth = "normal", page: int = 0) -> Query:
    """A query that names nothing."""
    return Query(Request(question, (), depth, page), question, question, "", frozenset(), frozenset())


def ask(question: str) -> tuple[Statement, ...]:
    """The statements that answer `question` from the starter corpus."""
    return quote(SEARCH.search(question, [], STARTER), STARTER).statements


def said(statements: Sequence[Statement], role: str) -> list[str]:
    """The words of the statements that play `role`."""
    return [s.text for s in statements if s.role == role]


def part(library: Snapshot, slug: str, heading: str, position: int = 0) -> Passage:
    """One passage under a heading."""
    return library.section_passages(slug, heading)[position]


@some_questions
@given(_QUESTIONS)
def test_every_statement_is_the_articles_own_words_at_its_span(question: str) -> None:
    """Promise 2: the answer cannot invent, and each citation opens where its words stand."""
    for statement in ask(question):
        bodies = [STARTER.article(cited.article).body[cited.start : cited.end] for cited in statement.citations]
        assert statement.text == "\n".join(bodies) == "\n".join(cited.quote for cited in statement.citations)


@some_questions
@given(_QUESTIONS)
def test_an_answer_is_short_unless_its_first_part_is_long(question: str) -> None:
    """A frightened reader takes in about 150 words; only a lead that must stay whole may bring more."""
    statements = ask(question)
    first = len(statements[0].text.split())
    assert sum(len(s.text.split()) for s in statements) <= max(185, first + 125)


@some_questions
@given(_QUESTIONS)
def test_an_answer_leads_first_and_draws_on_at_most_two_articles(question: str) -> None:
    """More sources would be a reading list, not an answer."""
    answer = quote(SEARCH.search(question, [], STARTER), STARTER)
    assert answer.statements[0].role == "lead"
    assert 1 <= len(answer.sources) <= 2


@some_questions
@given(_QUESTIONS)
def test_every_answer_says_when_to_call_the_emergency_number(question: str) -> None:
    """Rule of care 9: an answer ends with a safety net, whatever was asked about the topic; cut short, it keeps three signs."""
    statements = ask(question)
    section = STARTER.section_passages(statements[0].citations[0].article, "When to get help")
    lead_in, *signs = next(p.text for p in section if p.is_list).split("\n")
    (net,) = [s.text.split("\n") for s in statements if s.text.startswith(lead_in)]
    assert len(net) > min(3, len(signs))
    assert set(net[1:]) <= set(signs)


@some_questions
@given(_QUESTIONS)
def test_nothing_is_said_twice_and_points_follow_the_articles_order(question: str) -> None:
    """Sentences shuffled out of their order may not mean what they meant."""
    cited = [s.citations[0] for s in ask(question) if s.role != "help"]
    assert len({(c.article, c.start) for c in cited}) == len(cited)
    points = [c for c in cited if (c.article, c.heading) != (cited[0].article, cited[0].heading)]
    for slug in {c.article for c in points}:
        starts = [c.start for c in points if c.article == slug]
        assert starts == sorted(starts)


def test_the_best_paragraph_is_read_from_its_beginning(library: Snapshot) -> None:
    """What answers keeps its neighbours in their order."""
    statements = quote(found(part(library, "gout", "Treatment")), library).statements
    assert [s.text for s in statements][:2] == ["Gout is treated with rest, ice and colchicine.", "Treatment of gout lasts for years."]


def test_a_sentence_that_leans_on_another_comes_with_it() -> None:
    """No "however" without what it turns on, and no exception left behind."""
    bare = snapshot(article("## Overview\n\nMost people can take aspirin. However, children must not take it. Rest helps too.\n"))
    (passage,) = bare.passages.values()
    brief = Found(asked("aspirin", "brief"), (Scored(passage, 1.0, 0.9),), covered=True, wanted={}, text="take aspirin people")
    assert [s.text for s in quote(brief, bare).statements][:2] == ["Most people can take aspirin.", "However, children must not take it."]


LONG = "## Symptoms\n\nSigns of gout are:\n" + "".join(f"- sign number {n} in the {word}x\n" for n, word in enumerate("abcdefgh"))


def test_a_long_list_is_cut_to_what_was_asked_about_under_its_lead_in() -> None:
    """The item that answers stays, in its place, and the statement is pinned to the spans that are left."""
    bare = snapshot(article(LONG))
    (passage,) = bare.passages.values()
    near = Found(asked("sign hx"), (Scored(passage, 1.0, 0.9),), covered=True, wanted={}, text="sign number hx")
    (statement,) = quote(near, bare).statements
    lead_in, *rows = statement.text.split("\n")
    assert (lead_in, rows[-1]) == ("Signs of gout are:", "- sign number 7 in the hx")
    assert len(rows) == len(statement.citations) - 1 == 5


def test_a_list_that_counts_only_as_a_whole_is_never_cut() -> None:
    """Half the steps, or half the conditions, would be another advice."""
    bare = snapshot(article(LONG.replace("Signs of gout are:", "Follow all of these steps:")))
    (statement,) = quote(found(*bare.passages.values()), bare).statements
    assert statement.text.count("\n- ") == 8


def test_more_goes_on_where_the_answer_stopped_until_nothing_is_left(library: Snapshot) -> None:
    """Nothing is said twice, and the end is an end."""
    passages = [p for p in library.passages.values() if p.article == "gout"]
    pages = [
        quote(replace(found(*passages), query=asked("gout", "more" if page else "normal", page)), library).statements for page in range(5)
    ]
    body = [s.text for page in pages for s in page if s.role != "help"]
    assert len(set(body)) == len(body)
    assert "A child with gout symptoms needs a doctor the same day." in body
    assert pages[-1] == ()


@pytest.mark.parametrize(("depth", "most"), [("brief", 60), ("simple", 90)])
def test_a_short_or_simple_answer_is_shorter(depth: Depth, most: int) -> None:
    """It is asked for by people who cannot take in more."""
    question = SEARCH.search("How is gout treated?", [], STARTER)
    short = quote(replace(question, query=asked("How is gout treated?", depth)), STARTER).statements
    body = [s for s in short if s.role != "help"]
    assert sum(len(s.text.split()) for s in body) < most
    assert [s.role for s in short][-1] == "help"


def test_two_medicines_are_not_joined() -> None:
    """Rule of care 10: advice on two medicines is never put together by us."""
    rest = "## Overview\n\nTake it with food.\n"
    two = snapshot(article(rest, slug="one", kind="medicine"), article(rest, slug="two", title="Two", kind="medicine"))
    assert quote(found(*two.passages.values()), two).sources == ("one",)


def test_a_list_is_one_statement_with_its_lead_in(library: Snapshot) -> None:
    """One item of "Do not take it if:" alone would read as advice."""
    warning = part(library, "ibuprofen", "How to take it")
    assert said(quote(found(warning), library).statements, "lead") == [warning.text]


@pytest.mark.parametrize(
    ("heading", "position"),
    [("Overview", 0), ("When to get help", 1)],
    ids=["another section leads", "a later call for help leads"],
)
def test_the_answer_ends_with_the_first_call_for_help(heading: str, position: int, library: Snapshot) -> None:
    """Whoever reads when to make an appointment must also read when that is too late."""
    statements = quote(found(part(library, "gout", heading, position)), library).statements
    assert (statements[-1].role, statements[-1].text) == ("help", part(library, "gout", "When to get help").text)


def test_the_call_for_help_is_the_list_even_where_the_section_opens_with_a_sentence(library: Snapshot) -> None:
    """First-aid articles open that section with one sentence; the signs stand in the list below it."""
    statements = quote(found(part(library, "ibuprofen", "Overview")), library).statements
    assert said(statements, "help") == [part(library, "ibuprofen", "When to get help", 1).text]


def test_a_call_for_help_that_leads_is_not_repeated(library: Snapshot) -> None:
    """The same list twice looks like a fault and hides the rest."""
    statements = quote(found(part(library, "gout", "When to get help")), library).statements
    assert [s.role for s in statements] == ["lead"]


def test_an_article_without_a_call_for_help_is_quoted_all_the_same() -> None:
    """An import may lack the section: its words are still the answer."""
    bare = snapshot(article("## Overview\n\nGout hurts.\n"))
    assert [s.text for s in quote(found(*bare.passages.values()), bare).statements] == ["Gout hurts."]


def test_passages_far_from_the_question_are_left_out(library: Snapshot) -> None:
    """The best passage may be the only one worth reading."""
    near, far = part(library, "gout", "Overview"), part(library, "gout", "Children")
    both = Found(asked("q"), (Scored(near, 9.0, 0.9), Scored(far, 1.0, 0.1)), covered=True, wanted={}, text="q")
    assert part(library, "gout", "Children").text not in said(quote(both, library).statements, "point")


def test_of_two_passages_that_are_as_near_the_one_whose_sentence_is_nearer_leads(library: Snapshot) -> None:
    """A paragraph may be near because of one sentence, and that one should be read first."""
    symptoms, children = part(library, "gout", "Symptoms"), part(library, "gout", "Children")
    near = replace(found(symptoms, children), units={(symptoms.id, symptoms.start): 0.4, (children.id, children.start): 0.95})
    assert said(quote(near, library).statements, "lead") == [children.text]


def test_a_long_call_for_help_leaves_less_room_for_the_rest_and_a_short_one_more() -> None:
    """About 160 words are read, whatever the article's call for help takes of them."""
    sentences = " ".join(f"Word{n} {' '.join(f'{chr(97 + k)}{n}' for k in range(15))}." for n in range(30))
    lengths = []
    for words in (4, 20):
        signs = "\n".join(f"- {' '.join(['sign'] * words)}" for _ in range(3))
        body = f"## Overview\n\n{sentences}\n\n## When to get help\n\nCall the emergency number now if:\n{signs}\n"
        bare = snapshot(article(body))
        statements = quote(found(part(bare, "gout", "Overview")), bare).statements
        lengths.append(sum(len(s.text.split()) for s in statements))
    assert all(130 <= length <= 160 for length in lengths)


def test_a_second_article_is_quoted_only_when_it_is_nearly_as_good(library: Snapshot) -> None:
    """Rule of care 10: advice of two articles is not joined by chance."""
    near, other = part(library, "gout", "Overview"), part(library, "ibuprofen", "Overview")
    weak = Found(asked("q"), (Scored(near, 9.0, 0.9), Scored(other, 5.0, 0.9)), covered=True, wanted={}, text="q")
    assert quote(weak, library).sources == ("gout",)
    assert set(quote(found(near, other), library).sources) == {"gout", "ibuprofen"}


def test_no_third_article_is_quoted_however_near() -> None:
    """Three sources for one short answer confuse more than they tell."""
    many = snapshot(*(article("## Overview\n\nRest.\n", slug=slug) for slug in ("one", "two", "three")))
    assert quote(found(*many.passages.values()), many).sources in (("one", "two"), ("one",))


def test_a_call_for_help_stands_at_the_end_and_nowhere_in_the_middle(library: Snapshot) -> None:
    """Its lists are the safety net; as a point between others one would be read over."""
    overview, appointment = part(library, "gout", "Overview"), part(library, "gout", "When to get help", 1)
    points = said(quote(found(overview, appointment), library).statements, "point")
    assert appointment.text not in points


@pytest.mark.parametrize("slug", ["gout", "ibuprofen"])
def test_suggestions_ask_for_sections_that_the_article_has_and_that_were_not_asked_for(slug: str, library: Snapshot) -> None:
    """A suggestion that the library cannot answer would be a promise broken at once."""
    offered = suggestions(found(part(library, slug, "Overview")), library, limit=9)
    expected = {
        "gout": ("What are the symptoms of gout?", "When should I get help for gout?", "How is gout treated?"),
        "ibuprofen": ("How do I take ibuprofen?", "When should I get help for ibuprofen?", "What are the side effects of ibuprofen?"),
    }
    assert offered == expected[slug]


def test_what_was_just_answered_is_not_suggested(library: Snapshot) -> None:
    """Asking again for the same would look deaf."""
    offered = suggestions(found(part(library, "gout", "Treatment")), library)
    assert "How is gout treated?" not in offered
    assert len(offered) == 2


def test_what_was_asked_for_is_not_suggested_even_where_something_else_was_found(library: Snapshot) -> None:
    """Offering the patient's own question back says only that nobody listened."""
    asked = replace(found(part(library, "gout", "Overview")), wanted={"treatment": 1.0})
    assert "How is gout treated?" not in suggestions(asked, library, limit=9)


def test_suggestions_are_few_and_none_where_nothing_was_found(library: Snapshot) -> None:
    """Three chips fit a phone."""
    assert len(suggestions(found(part(library, "gout", "Pregnancy")), library, limit=2)) == 2
    assert suggestions(found(), library) == ()


@pytest.mark.parametrize(
    ("title", "name"),
    [("Gout (podagra)", "gout"), ("COVID-19", "COVID-19"), ("MRI scan", "MRI scan"), ("Type 2 diabetes: basics", "type 2 diabetes")],
)
def test_a_suggestion_names_the_topic_as_in_the_middle_of_a_sentence(title: str, name: str) -> None:
    """Patients read these words as their own."""
    library = snapshot(replace(article("## Overview\n\nText.\n\n## Causes\n\nText.\n"), title=title))
    assert suggestions(found(part(library, "gout", "Overview")), library) == (f"What causes {name}?",)


def test_first_aid_is_quoted_under_its_heading_at_most_two_passages(library: Snapshot) -> None:
    """Care cards pin it: it must be there without any search."""
    lines = first_aid(library, "gout", "When to get help", limit=1)
    assert [line.text for line in lines] == [part(library, "gout", "When to get help").text]
    assert all(library.holds(line.citations[0]) for line in lines)


@pytest.mark.parametrize(("slug", "heading"), [("measles", "What to do"), ("gout", "What to do")])
def test_first_aid_that_is_not_served_is_empty(slug: str, heading: str, library: Snapshot) -> None:
    """The card then falls back on its built-in line instead of failing."""
    assert first_aid(library, slug, heading) == []
