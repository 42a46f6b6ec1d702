"""Coverage: whether the library answers at all, from signals that may only ever speak for an article."""

from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.library import Snapshot
from retrieval.coverage import Signals, Vocabulary, Weights, signals

_SHARE = st.floats(0, 1)
_SIGNALS = st.builds(Signals, st.floats(-1, 1), st.sampled_from([0.0, 1.0]), _SHARE, _SHARE, st.floats(-2, 2), _SHARE, _SHARE)
NAMES = ["similarity", "named", "held", "titled", "margin", "asked", "unknown"]


@settings(max_examples=60, deadline=None)
@given(_SIGNALS, st.sampled_from(NAMES[:-1]), st.floats(0, 1))
def test_more_evidence_never_makes_an_answer_less_likely(seen: Signals, name: str, more: float) -> None:
    """A refitted weight that turned negative would refuse a question for naming its topic."""
    stronger = replace(seen, **{name: getattr(seen, name) + more})
    assert 0 <= Weights().probability(seen) <= Weights().probability(stronger) <= 1


def test_each_signal_has_its_weight() -> None:
    """A weight too few would silently leave a signal out."""
    assert len(Weights().signals) == len(astuple(Signals(0, 0, 0, 0, 0, 0, 0))) == len(NAMES)


@pytest.mark.parametrize(
    ("question", "held", "titled"),
    [("podagra", 1, 1), ("Treatments of gout", 1, None), ("colchicine", 1, 0), ("xyzzy", 0, 0), ("what is the", 0, 0)],
)
def test_a_share_is_the_part_of_the_questions_words_that_an_article_holds(
    question: str, held: float, titled: float | None, library: Snapshot
) -> None:
    """Words that the article lacks tell "hay fever pills" from "sleeping pills"; endings and function words do not count."""
    shares = Vocabulary(library).shares(question, "gout")
    assert shares[0] == held
    assert titled is None or shares[1] == titled


def test_a_rare_word_that_is_missing_weighs_more_than_a_common_one(library: Snapshot) -> None:
    """That an article lacks "xyzzy" says more than that it lacks "emergency", which stands in each."""
    vocabulary = Vocabulary(library)
    assert vocabulary.shares("gout xyzzy", "gout")[0] < vocabulary.shares("gout vomits", "gout")[0] < 1


def test_signals_compare_the_best_article_with_the_nearest_other(library: Snapshot) -> None:
    """Two articles equally near mean that neither is about the question."""
    near = [("gout", 0.5), ("croup", 0.6), ("gout", 0.9)]
    seen = signals("gout", near, "gout", named=True, vocabulary=Vocabulary(library))
    assert (seen.similarity, seen.named) == (0.9, 1.0)
    assert seen.margin == pytest.approx(0.3)


def test_an_article_that_only_keywords_found_has_no_similarity(library: Snapshot) -> None:
    """The served set may hold an article that the index does not have yet."""
    assert signals("gout", [], "gout", named=False, vocabulary=Vocabulary(library)).similarity == 0.0
