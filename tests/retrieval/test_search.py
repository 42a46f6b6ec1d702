"""Search: the served set decides what is found, the person asked about decides what may be shown."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge.front_matter import Audience
from knowledge.library import Revision, Snapshot
from knowledge.passages import suits
from retrieval.asked import Like
from retrieval.index import IndexUnusableError
from retrieval.ranking import OVERDUE
from retrieval.search import Built, Found, Search, build
from tests.fakes import ExactFinder, article, snapshot

BEES = "## Overview\nBee stings are given as a treatment by some.\n\n## When to get help\n- Call if you cannot breathe.\n"


def find(library: Snapshot, question: str, history: Sequence[str] = (), audience: Audience = "everyone") -> Found:
    """What is found when the index holds exactly `library`."""
    return Search(ExactFinder(library)).search(question, history, library, audience)


@pytest.mark.parametrize(
    ("question", "history", "slug", "heading"),
    [
        ("How is gout treated?", [], "gout", "Treatment"),
        ("What are the symptoms of gout?", [], "gout", "Symptoms"),
        ("side effects of advil", [], "ibuprofen", "Side effects"),
        ("barking cough", [], "croup", "Overview"),
        ("How is it treated?", ["What is gout?", "Thanks"], "gout", "Treatment"),
    ],
)
def test_the_section_that_was_asked_for_comes_first(question: str, history: list[str], slug: str, heading: str, library: Snapshot) -> None:
    """The first passage leads the answer."""
    best = find(library, question, history).passages[0].passage
    assert (best.article, best.heading) == (slug, heading)


def test_the_section_asked_for_wins_between_equal_words() -> None:
    """People ask how to "get rid of" it and never say "Treatment"."""
    same = snapshot(article("## Diagnosis\n\nGout crystals.\n\n## Treatment\n\nGout crystals.\n"))
    assert find(same, "How do I get rid of gout crystals?").passages[0].passage.heading == "Treatment"
    assert find(same, "How do they confirm gout crystals?").passages[0].passage.heading == "Diagnosis"


def test_a_withdrawn_article_is_gone_though_the_index_still_holds_it(library: Snapshot) -> None:
    """The database decides what is served, the index only finds."""
    search = Search(ExactFinder(library))
    assert search.search("croup barking cough", [], library).passages
    left = Snapshot(2, {slug: revision for slug, revision in library.revisions.items() if slug != "croup"})
    assert {s.passage.article for s in search.search("croup barking cough", [], left).passages} <= {"gout", "ibuprofen"}


def test_only_the_served_revision_of_an_article_is_found() -> None:
    """A dose corrected in revision 2 must never be read out from revision 1."""
    old = snapshot(article("## Overview\n\nGout is treated with old advice.\n"))
    new = Snapshot(2, {"gout": Revision(2, article("## Overview\n\nGout is treated with new advice.\n"))})
    found = Search(ExactFinder(old, new)).search("gout old advice", [], new)
    assert [s.passage.text for s in found.passages] == ["Gout is treated with new advice."]


def test_an_article_published_since_is_found_by_its_words_before_the_index_has_it(library: Snapshot) -> None:
    """Replicas poll the served set every second; the index follows when it can."""
    search = Search(ExactFinder(library))
    search.search("gout", [], library)
    asthma = Revision(1, article("## Overview\n\nAsthma is wheezing.\n", title="Asthma", slug="asthma", synonyms="wheeze"))
    found = search.search("What is asthma?", [], Snapshot(2, {**library.revisions, "asthma": asthma}))
    assert [s.similarity for s in found.passages if s.passage.article == "asthma"] == [0.0]


def test_hits_outside_the_served_set_do_not_crowd_out_those_inside() -> None:
    """Search over-fetches: stale revisions are nearer than most served passages and are dropped only after the fetch."""
    stale = [Snapshot(n, {"gout": Revision(n, article("## Overview\n\nGout hurts.\n"))}) for n in range(1, 31)]
    served = Snapshot(31, {"gout": Revision(31, article("## Overview\n\nCrystals in a joint, seen as gout, hurt.\n"))})
    found = Search(ExactFinder(*stale, served)).search("gout hurts", [], served, count=3)
    assert [s.similarity > 0 for s in found.passages] == [True]


def test_no_more_passages_are_found_than_asked_for(library: Snapshot) -> None:
    """Prompts and pages are made for a number of passages."""
    scores = [s.score for s in Search(ExactFinder(library)).search("gout", [], library, count=2).passages]
    assert (len(scores), scores) == (2, sorted(scores, reverse=True))


def test_the_same_question_finds_the_same_passages_in_the_same_order(library: Snapshot) -> None:
    """The publish page compares answers before and after: chance would show up there as a change."""
    assert find(library, "gout pain medicine") == find(library, "gout pain medicine")


@pytest.mark.parametrize("question", ["Who won the derby on Saturday?", "xyzzy", "?", ""])
def test_what_the_library_does_not_hold_is_not_covered(question: str, library: Snapshot) -> None:
    """Promise 2: "our library does not cover this" is a good answer."""
    assert not find(library, question).covered


def test_what_the_library_does_hold_is_covered(library: Snapshot) -> None:
    """An honest "no" to everything would be honest and useless."""
    assert find(library, "What are the symptoms of gout?").covered


def test_an_empty_library_finds_nothing_and_says_so() -> None:
    """The first start must answer, not fail."""
    found = find(snapshot(), "What is gout?")
    assert (found.passages, found.covered) == ((), False)


def test_an_index_that_cannot_answer_is_not_mistaken_for_an_empty_one(library: Snapshot) -> None:
    """The patient is told of a fault, not that the library holds nothing."""

    class Broken:
        def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
            raise IndexUnusableError("run 'carelight index rebuild'")

    with pytest.raises(IndexUnusableError):
        Search(Broken()).search("What is gout?", [], library)


@pytest.mark.parametrize(
    ("audience", "meant", "section", "may"),
    [
        ("everyone", "child", "Overview", True),
        ("child", "everyone", "Treatment", True),
        ("child", "adult", "Overview", False),
        ("child", "adult", "Children", True),
        ("adult", "child", "Overview", False),
        ("adult", "adult", "Treatment", True),
        ("adult", "adult", "Children", False),
        ("adult", "adult", "Pregnancy", False),
        ("pregnancy", "adult", "Pregnancy", True),
        ("pregnancy", "adult", "Symptoms", True),
        ("pregnancy", "adult", "When to get help", True),
        ("pregnancy", "adult", "Treatment", False),
        ("pregnancy", "adult", "Medicines", False),
        ("pregnancy", "adult", "Children", False),
        ("pregnancy", "child", "Overview", False),
    ],
)
def test_a_passage_is_for_the_person_asked_about(audience: Audience, meant: str, section: str, *, may: bool) -> None:
    """Rule of care 10: no adult's treatment for a child, none but the Pregnancy section's for someone pregnant."""
    (passage,) = snapshot(article(f"## {section}\n\nRest.\n", audience=meant)).passages.values()
    assert suits(passage, audience) is may


@pytest.mark.parametrize("audience", ["adult", "child", "pregnancy"])
def test_nothing_meant_for_somebody_else_is_found(audience: Audience, library: Snapshot) -> None:
    """The filter stands in the search itself, before any answer is made."""
    found = find(library, "gout symptoms treatment child pregnant croup", audience=audience)
    assert found.passages
    assert all(suits(s.passage, audience) for s in found.passages)


def test_of_two_that_fit_alike_the_one_that_is_not_overdue_goes_first() -> None:
    """The article's weight falls by one constant, so that a better one still wins; with nothing overdue nothing moves."""
    twins = [
        article("## Overview\n\nGout crystals hurt.\n", slug=slug, title=slug.capitalize(), synonyms="") for slug in ("alder", "birch")
    ]
    weak = article("## Overview\n\nA cold is a nuisance.\n", slug="cold", title="Cold", synonyms="")
    library = snapshot(*twins, weak)

    def order(overdue: str) -> dict[str, float]:
        search = Search(ExactFinder(library), lowered=lambda revision: revision.article.slug == overdue)
        return {scored.passage.article: scored.score for scored in search.search("gout crystals", [], library).passages}

    level = order("")
    assert list(order("alder"))[:2] == ["birch", "alder"]
    assert list(order("birch"))[:2] == ["alder", "birch"]
    assert order("alder") == pytest.approx({**level, "alder": level["alder"] - OVERDUE})
    assert list(order("alder"))[-1] == "cold"


def test_what_one_search_has_made_serves_another(library: Snapshot) -> None:
    """A comparison with what is live must not read the whole library again; it finds the same."""
    live, other = Search(ExactFinder(library)), Search(ExactFinder(library))
    assert live.built_for(library) is None
    built = live.prepare(library)
    assert live.built_for(library) is built
    other.adopt(built)
    assert other.prepare(library).keywords is built.keywords
    assert other.search("gout", [], library) == live.search("gout", [], library)


def test_a_search_that_goes_on_from_an_earlier_library_finds_what_one_made_anew_finds(library: Snapshot) -> None:
    """After a publish most of what was read before is taken over; nothing of a withdrawn article may be among it."""
    later = library.without("gout").with_revision(Revision(2, article(BEES, title="Apitherapy", slug="bees")))
    going_on, anew = Search(ExactFinder(later)), Search(ExactFinder(later))
    going_on.prepare(library)
    for question in ("podagra", "coff medisin", "apitherapi", "colchicin for my toe", "advil dose", "barking"):
        found = going_on.search(question, (), later)
        assert (found.passages, found.text) == ((made := anew.search(question, (), later)).passages, made.text)
    assert going_on.prepare(later).spelling.correct("colchicinne") == "colchicinne"
    assert Search(ExactFinder(library)).prepare(library).spelling.correct("colchicinne") == "colchicine"


def test_two_who_ask_at_once_after_a_publish_wait_for_one_making(library: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made twice at once it took twice as long, and the article came to patients that much later."""
    made: list[Snapshot] = []

    def slow(snapshot: Snapshot, like: Like, before: Built | None = None) -> Built:
        made.append(snapshot)
        time.sleep(0.05)
        return build(snapshot, like, before)

    monkeypatch.setattr("retrieval.search.build", slow)
    search = Search(ExactFinder(library))
    with ThreadPoolExecutor(4) as askers:
        built = list(askers.map(lambda _: search.prepare(library), range(4)))
    assert (made, len({id(each) for each in built})) == ([library], 1)
