"""Steps 6 to 8 with a language model: masked question, draft, checked paragraphs as they come, and the quoted answer behind it.

What is shown never gets shorter. When to get help is always quoted; it comes first where it tells of an emergency.
"""

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Literal

from guardrails.grounding import Grounds, Meaning, share_held
from guardrails.level import Finding
from guardrails.release import Release
from knowledge.citation import Statement
from knowledge.front_matter import Audience
from knowledge.library import Snapshot
from knowledge.names import words_of
from knowledge.passages import Passage
from retrieval.drafted import Draft, Drafter
from retrieval.model import ModelCall

log = logging.getLogger("carelight.turn")

Outcome = Literal["drafted", "partly", "quoted", "cancelled"]
_MATERIAL = 8
"""Passages that a model is given at most."""
_COVERED = 0.8
"""Share of a quoted statement's words above which the draft has said it."""
_EMERGENCY = re.compile(r"emergency|\b(?:911|112|999)\b|ambulance", re.IGNORECASE)
_HELP = "when_to_see_a_doctor"


@dataclass(frozen=True, slots=True)
class Version:
    """An answer as it stands: `rest_from` is the index of the first statement quoted because the draft ended early."""

    statements: tuple[Statement, ...]
    drafted: bool
    rest_from: int | None = None
    growing: bool = False
    """Whether more may come."""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What one turn made of a model: ids and numbers, and reasons that name no words."""

    call: ModelCall
    outcome: Outcome
    shown: int
    """Drafted statements shown."""
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is made from: the question as search understood it, its passages, and the quoted answer behind it."""

    question: str
    passages: Sequence[Passage]
    quoted: tuple[Statement, ...]
    snapshot: Snapshot
    audience: Audience
    findings: Sequence[Finding]


class Drafting:
    """Makes answers with a model. `mask` takes identifiers out of a question and raises where it cannot."""

    def __init__(self, mask: Callable[[str], str], meaning: Callable[[], Meaning | None]) -> None:
        self._mask, self._meaning = mask, meaning
        self._known: tuple[Snapshot, Grounds] | None = None

    def versions(
        self, drafter: Drafter, asked: Asked, cancelled: Callable[[], bool], used: Callable[[ModelUse], None]
    ) -> Iterator[Version]:
        """The answer as it grows, each version longer than the one before; `used` is told once what the model took."""
        try:
            question = self._mask(asked.question)
        except Exception as error:  # whatever masking did, unmasked words do not leave
            log.error("a question could not be masked, no model was asked: %s", type(error).__name__)
            yield Version(asked.quoted, drafted=False)
            return
        draft = drafter.draft(question, _material(asked.passages), asked.snapshot, cancelled)
        release = Release(asked.snapshot, asked.audience, asked.findings, self._grounds(asked.snapshot))
        shown: list[Statement] = []
        try:
            yield from self._grow(draft, release, shown, asked)
            if not cancelled():
                yield _whole(asked, shown, unfinished=bool(draft.reason))
        finally:
            outcome = _outcome(shown, draft, cancelled=cancelled())
            if draft.reason:
                log.info("a draft ended early: %s", draft.reason)
            used(ModelUse(draft.call(), outcome, len(shown), tuple(release.withheld)))

    def _grow(self, draft: Draft, release: Release, shown: list[Statement], asked: Asked) -> Iterator[Version]:
        first, _ = _help(asked.quoted)
        with closing(iter(draft)) as paragraphs:
            for paragraph in paragraphs:
                passed = release.paragraph(paragraph.statements, paragraph.lead, is_list=paragraph.is_list)
                if release.stopped:
                    draft.stop("a sentence was not supported")
                    return
                if passed:
                    shown += passed
                    yield Version((*first, *shown), drafted=True, growing=True)

    def _grounds(self, snapshot: Snapshot) -> Grounds:
        """The medicines of the served library, gathered once for a snapshot, and the measure of meaning."""
        if self._known is None or self._known[0] is not snapshot:
            medicines = [r.article for r in snapshot.revisions.values() if r.article.kind == "medicine"]
            names = frozenset(words_of(name) for article in medicines for name in (article.title, *article.synonyms))
            self._known = (snapshot, Grounds(names, self._meaning()))
        return self._known[1]


def _material(passages: Sequence[Passage]) -> list[Passage]:
    """What a model is given: not when to call for help, which is quoted beside its answer."""
    return [passage for passage in passages if passage.section != _HELP][:_MATERIAL]


def _help(quoted: Sequence[Statement]) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """The quoted statements on when to get help: those that stand first, and those that stand last."""
    lines = tuple(s for s in quoted if s.role == "help" or any(c.section == _HELP for c in s.citations))
    urgent = any(_EMERGENCY.search(statement.text) for statement in lines)
    return (lines, ()) if urgent else ((), lines)


def _whole(asked: Asked, shown: Sequence[Statement], *, unfinished: bool) -> Version:
    """The last version: the plain quoted answer where nothing was let out; what the draft left unsaid where it ended early."""
    if not shown:
        return Version(asked.quoted, drafted=False)
    first, last = _help(asked.quoted)
    said = [statement.text for statement in shown]
    left = [s for s in asked.quoted if s not in first and s not in last and share_held(s.text, said) < _COVERED]
    rest = left if unfinished else []
    return Version((*first, *shown, *rest, *last), drafted=True, rest_from=len(first) + len(shown) if rest else None)


def _outcome(shown: Sequence[Statement], draft: Draft, *, cancelled: bool) -> Outcome:
    if cancelled:
        return "cancelled"
    if not shown:
        return "quoted"
    return "partly" if draft.reason else "drafted"
