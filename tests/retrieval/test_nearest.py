"""Exact cosines in memory: what is served keeps its vectors, and two snapshots share what they have in common."""

from collections.abc import Mapping, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from knowledge.library import Revision, Snapshot
from knowledge.passages import Passage
from retrieval.embedder import Vectors
from retrieval.index import indexed_text
from retrieval.nearest import Shelf
from tests.fakes import ExactFinder, HashingEmbedder, article, snapshot

WORDS = ["gout", "pain", "toe", "rest", "ice", "joint", "fever", "red"]


class Counting(HashingEmbedder):
    """Remembers what it was asked to embed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return super().embed(texts)


def nothing(_passages: Sequence[Passage]) -> Mapping[str, Vectors]:
    """No index."""
    return {}


def test_it_finds_what_a_finder_over_all_passages_finds(library: Snapshot) -> None:
    """The same passages, as near, best first."""
    found = Shelf(HashingEmbedder(), nothing).finder(library).search("gout pain in the toe", 5)
    wanted = ExactFinder(library).search("gout pain in the toe", 5)
    assert [key for key, _ in found][:3] == [key for key, _ in wanted][:3]
    assert np.allclose([cosine for _, cosine in found], [cosine for _, cosine in wanted], atol=1e-6)


def test_only_texts_that_nobody_has_embedded_are_embedded(library: Snapshot) -> None:
    """Neither what an index holds nor what another revision says already."""
    passages = list(library.passages.values())
    vectors = HashingEmbedder().embed([indexed_text(passage) for passage in passages])
    held = dict(zip((passage.id for passage in passages[1:]), vectors[1:], strict=True))
    model = Counting()
    shelf = Shelf(model, lambda wanted: {p.id: held[p.id] for p in wanted if p.id in held})
    shelf.finder(library)
    gout = library.article("gout")
    changed = article(gout.body.replace("rest, ice", "rest, cold"), synonyms="podagra")
    shelf.finder(library.with_revision(Revision(2, changed)))
    assert model.asked == [
        indexed_text(passages[0]),
        "Gout. Treatment. Gout is treated with rest, cold and colchicine. Treatment of gout lasts for years.",
    ]


def test_what_stands_in_both_is_exactly_as_near_in_both(library: Snapshot) -> None:
    """Else rounding would look like a change."""
    shelf = Shelf(HashingEmbedder(), nothing)
    now = shelf.finder(library)
    then = shelf.finder(library.with_revision(Revision(2, article("## Overview\n\nGout hurts.\n"))))
    before, after = dict(now.search("barking cough", 99)), dict(then.search("barking cough", 99))
    same = before.keys() & after.keys()
    assert len(same) > 5
    assert all(before[key] == after[key] for key in same)


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), min_size=2, max_size=12), st.integers(1, 6))
def test_a_question_reaches_an_article_where_a_search_would_find_it(texts: list[list[str]], count: int) -> None:
    """Below zero nothing of it is among what is fetched: the question need not be asked."""
    served = snapshot(*(article(f"## Overview\n\n{' '.join(text)}.\n", slug=f"a{n}", title=f"Title {n}") for n, text in enumerate(texts)))
    finder = Shelf(HashingEmbedder(), nothing).finder(served)
    question = "gout joint fever"
    reach = finder.reach(HashingEmbedder().embed([question]), {"a0"}, count)[0]
    fetched = dict(finder.search(question, count))
    found = any(key.startswith("a0@") for key in fetched)
    assert found <= (reach >= -1e-6)
    if reach > 1e-6:
        assert found


def test_an_empty_library_finds_nothing() -> None:
    """A clinic that has withdrawn its only article still has a chat."""
    finder = Shelf(HashingEmbedder(), nothing).finder(snapshot())
    assert list(finder.search("gout", 3)) == []
    assert finder.reach(HashingEmbedder().embed(["gout"]), {"gout"}, 3).tolist() == [-1.0]
