"""The questions that a change of the library is held against, and which of them it could touch.

The clinic's must-answer list is always asked. Then come the article's own test questions, what patients have asked with
identifiers removed, and test questions of other articles that could find this one: an edit that draws another topic's
questions to itself is seen there and nowhere else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from app.content.candidate import Comparison
from guardrails.privacy import MaskingError
from knowledge.asked import AskedQuestion
from retrieval.vectors import RememberingEmbedder

Why = Literal["must_answer", "own", "past", "near"]
MOST = 500
"""Questions asked of one change; only the must-answer list may bring more."""
MOST_CITING = 200
MOST_NOT_COVERED = 100
_FETCHED = 120
"""Passages that a search fetches by meaning: what is not among them is not looked at."""


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """A question with the messages before it, oldest first, and why it is asked."""

    messages: tuple[str, ...] = field(repr=False)
    why: Why
    article: str = ""
    """For a must-answer question the slug it must cite, empty for any; for a test question the article it is about."""

    @property
    def text(self) -> str:
        """The message that is answered."""
        return self.messages[-1]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where stored questions come from; each is read once a run."""

    must_answer: Callable[[], Sequence[tuple[str, str]]]
    """(question, slug) of the clinic's list."""
    tests: Callable[[], Iterable[AskedQuestion]]
    citing: Callable[[Sequence[str], int], Sequence[tuple[str, ...]]]
    """Messages whose answer cited one of some articles, newest first, at most so many."""
    not_covered: Callable[[int], Sequence[tuple[str, ...]]]
    mask: Callable[[str], str]
    """Takes identifiers out; MaskingError where it cannot."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The questions to ask, and how many were left out and why."""

    questions: tuple[StoredQuestion, ...]
    beyond: int
    """Test questions of other articles that could find a changed one, beyond the number that is asked."""
    unmasked: int
    """Patients' questions whose identifiers could not be removed."""


def choose(sources: Sources, comparison: Comparison, embedder: RememberingEmbedder, most: int = MOST) -> Chosen:
    """The stored questions that the change could touch, each once, the weightiest first."""
    changed = sorted(comparison.changed)
    if not changed:
        return Chosen((), 0, 0)
    tests = [question for question in sources.tests() if question.messages]
    past, unmasked = _masked((*sources.citing(changed, MOST_CITING), *sources.not_covered(MOST_NOT_COVERED)), sources.mask)
    first = [StoredQuestion((question,), "must_answer", article) for question, article in sources.must_answer()]
    then = [StoredQuestion(test.messages, "own", test.article) for test in tests if test.article in changed]
    then += [StoredQuestion(messages, "past") for messages in past]
    near = [StoredQuestion(test.messages, "near", test.article) for test in _near(tests, comparison, embedder)]
    unique = list(_once((*first, *then, *near)))
    kept = max(most, sum(question.why == "must_answer" for question in unique))
    return Chosen(tuple(unique[:kept]), len(unique[kept:]), unmasked)


def _masked(asked: Iterable[tuple[str, ...]], mask: Callable[[str], str]) -> tuple[list[tuple[str, ...]], int]:
    """Messages without identifiers, and how many could not be freed of them: those are left out whole."""
    kept, failed = list[tuple[str, ...]](), 0
    for messages in asked:
        try:
            kept.append(tuple(mask(text) for text in messages))
        except MaskingError:
            failed += 1
    return kept, failed


def _near(tests: Sequence[AskedQuestion], comparison: Comparison, embedder: RememberingEmbedder) -> list[AskedQuestion]:
    """Test questions of other articles that could find a changed passage, nearest first; none where their vectors are not shipped."""
    others = [test for test in tests if test.article not in comparison.changed and embedder.knows(test.text)]
    if not others:
        return []
    vectors = embedder.embed([test.text for test in others])
    reach = np.maximum(*(side.nearest.reach(vectors, comparison.changed, _FETCHED) for side in (comparison.now, comparison.then)))
    return [others[place] for place in np.argsort(-reach, kind="stable").tolist() if reach[place] >= 0]


def _once(questions: Iterable[StoredQuestion]) -> Iterator[StoredQuestion]:
    """Each question once, whatever its case and spacing."""
    seen: set[tuple[str, ...]] = set()
    for question in questions:
        key = tuple(" ".join(message.split()).casefold() for message in question.messages)
        if key[-1] and key not in seen:
            seen.add(key)
            yield question
