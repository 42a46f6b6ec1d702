"""What publishing a change would alter for patients: stored questions asked of the library as it is and as it would be.

Most questions find and quote the same on both sides, and then nothing else can differ: screen, scope and cards do not read
the library. Only where the quoted sentences differ is the whole reply made, on both sides.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.answering import PASSAGES
from app.asking import Answered
from app.content.candidate import Comparison, Side
from app.content.changes import CardChange, Change, Impact, Place, Reading, Said
from app.content.stored_questions import Chosen, StoredQuestion
from guardrails import person
from guardrails.check import check
from guardrails.level import Finding, Profile
from guardrails.rules import RuleSet
from knowledge.citation import Citation, Statement
from knowledge.words import Words
from retrieval.context import understand
from retrieval.depth import requested
from retrieval.quoted import quote

Progress = Callable[[int, int], None]
_TOGETHER = 32
"""Questions whose cosines are worked out together."""


class StoppedError(Exception):
    """Nobody waits for the result any more."""


@dataclass(frozen=True, slots=True)
class Watching:
    """Who looks on: is told how far the work is, and may end it."""

    progress: Progress = lambda done, total: None
    cancelled: Callable[[], bool] = lambda: False

    def at(self, done: int, total: int) -> None:
        """`done` of `total` steps are done; StoppedError where that is enough."""
        if self.cancelled():
            raise StoppedError("the questions were not asked to the end")
        self.progress(done, total)


def impact(comparison: Comparison, chosen: Chosen, rules: RuleSet, watching: Watching | None = None) -> Impact:
    """Everything that would change for patients; StoppedError where `watching` ended it."""
    watching = watching or Watching()
    pair = comparison.quoted()
    questions = chosen.questions
    _embed(pair, questions, watching)
    differing: list[StoredQuestion] = []
    moved, unanswered = 0, list[str]()
    for number, question in enumerate(questions, 1):
        watching.at(len(questions) + number, 2 * len(questions))
        if number % _TOGETHER == 1:
            pair.shelf.prepare(_texts(pair, questions[number - 1 : number - 1 + _TOGETHER]))
        now, then = _found(pair.now, question), _found(pair.then, question)
        if now.said != then.said:
            differing.append(question)
        elif now.places != then.places:
            moved += 1
        if question.why == "must_answer" and not (now.said or then.said):
            unanswered.append(question.text)
    changes = [change for change in _changes(pair, differing, watching) if change is not None]
    comparison.embedder.forget()
    comparison.shelf.forget()
    return Impact(
        articles=tuple(sorted(pair.changed)),
        asked=len(questions),
        beyond=chosen.beyond,
        unmasked=chosen.unmasked,
        moved=moved,
        changes=tuple(sorted(changes, key=lambda change: (not change.blocks, questions.index(change.question)))),
        cards=tuple(cards(pair, rules)),
        unanswered=tuple(unanswered),
    )


def _embed(pair: Comparison, questions: Sequence[StoredQuestion], watching: Watching) -> None:
    """Everything that a search will embed, in one go; it is the first half of the work."""
    pair.embedder.prepare(_texts(pair, questions), lambda done, total: watching.at(done * len(questions) // total, 2 * len(questions)))


def _texts(pair: Comparison, questions: Sequence[StoredQuestion]) -> list[str]:
    """What either side will search for by meaning, each once."""
    return list(dict.fromkeys(text for side in (pair.now, pair.then) for question in questions for text in _searched(side, question)))


def _searched(side: Side, question: StoredQuestion) -> Iterator[str]:
    built = side.search.prepare(side.snapshot)
    query = understand(requested(question.text, question.messages[:-1]), built.names, built.spelling)
    yield from query.alone
    yield from query.joined


@dataclass(frozen=True, slots=True)
class _Found:
    """What a library would quote: the words with what they stand under, and where exactly."""

    said: tuple[Said, ...]
    places: tuple[tuple[int, int], ...]


def _found(side: Side, question: StoredQuestion) -> _Found:
    earlier = question.messages[:-1]
    audience = person.audience(requested(question.text, earlier).question, Profile())
    found = side.search.search(question.text, earlier, side.snapshot, audience, PASSAGES)
    quoted = quote(found, side.snapshot).statements if found.covered else ()
    shown = check(quoted, side.snapshot, audience, ()).statements
    return _Found(_said(shown), tuple((c.start, c.end) for statement in shown for c in statement.citations))


def _changes(pair: Comparison, differing: Sequence[StoredQuestion], watching: Watching) -> Iterator[Change | None]:
    """The whole replies to questions whose quoted sentences differ; a red flag or set words may still make them the same."""
    scope = pair.now.parts.scope
    requests = [scope.request(question.text, question.messages[:-1]) for question in differing]
    pair.embedder.prepare(text for request in requests for text in (request.alone, request.in_context))
    for question in differing:
        if watching.cancelled():
            raise StoppedError("the questions were not asked to the end")
        both = pair.ask(question.messages)
        yield change(question, both.now, both.then)


def change(question: StoredQuestion, now: Answered, then: Answered) -> Change | None:
    """How the reply to a question would change; None where a patient reads the same."""
    before, after = reading(now), reading(then)
    if before == after:
        return None
    return Change(question, before, after, _regression(question, before, after))


def _regression(question: StoredQuestion, before: Reading, after: Reading) -> str:
    """Why a must-answer question may not change so; empty where it may."""
    if question.why != "must_answer" or before.kind != "answer":
        return ""
    if after.kind != "answer":
        return "it would lose its answer"
    expected = question.article
    if expected and expected in before.articles and expected not in after.articles:
        return f"its answer would no longer cite {expected}"
    return ""


def reading(answered: Answered) -> Reading:
    """What a patient reads; the sentences of an answer, set words by their kind alone."""
    return Reading(answered.kind, answered.text, _said(answered.statements))


def _said(statements: Sequence[Statement]) -> tuple[Said, ...]:
    return tuple(Said(s.text, s.role, tuple(dict.fromkeys(_place(c) for c in s.citations))) for s in statements)


def _place(citation: Citation) -> Place:
    return Place(citation.article, citation.quote, citation.title, citation.heading, citation.href)


def cards(pair: Comparison, rules: RuleSet) -> Iterator[CardChange]:
    """Care cards whose first-aid lines would be others, rule by rule, in every language that cards have."""
    for rule in rules.rules:
        if rule.first_aid is None:
            continue
        finding = Finding(rule.id, rule.version, rule.level, rule.pathway, rule.reason["en"], "rule", ())
        for words in pair.now.parts.words.values():
            before, after = (_lines(side, finding, words) for side in (pair.now, pair.then))
            if before != after:
                yield CardChange(rule.id, rule.level, words.language, before, after)


def _lines(side: Side, finding: Finding, words: Words) -> tuple[str, ...]:
    card = side.parts.cards.card([finding], side.parts.region, "unattended", words)
    return tuple(line.text for line in card.meanwhile)
