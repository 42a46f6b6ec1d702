"""The rule layer of the screen: concepts found turn by turn, read in context, combined over the conversation."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from guardrails import context, rules
from guardrails.context import ContextRules, CueHit
from guardrails.facts import Measure, measures, meets
from guardrails.level import SERIOUS, UNANSWERED, Category, Evidence, Finding, Level, Profile, Question, worst
from guardrails.person import about
from guardrails.rules import RULES_DIR, Ask, Rule, RuleSet, Term
from guardrails.text import Clause, clauses, fold

_WRITES_FOR_THEMSELVES = 12 * 12
"""Months of age."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in a turn, with the cues around it that may set it aside."""

    start: int
    end: int
    cues: tuple[CueHit, ...]

    def usable(self, despite: frozenset[str]) -> bool:
        """Whether no cue reaches the words, apart from categories the rule fires in spite of."""
        return all(cue.category in despite for cue in self.cues)


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """What the rules see of one turn."""

    text: str
    hits: dict[str, tuple[Hit, ...]]
    measures: tuple[Measure, ...]


class _Reading:
    """One turn while it is read: what all its matches share is worked out once, for a turn may be very long."""

    def __init__(self, folded: str, context: ContextRules) -> None:
        self._folded, self._context = folded, context
        self._masked = context.mask(folded)
        self._of_turn = context.of_turn(self._masked)
        self._clauses = clauses(folded)

    def hit(self, match: re.Match[str]) -> Hit:
        """A match with every cue that reaches it."""
        start, end = match.span()
        place = bisect_right(self._clauses, start, key=lambda clause: clause.start) - 1
        clause = self._clauses[place] if place >= 0 and start < self._clauses[place].end else Clause(0, len(self._folded))
        return Hit(start, end, self._of_turn + self._context.around(self._folded, self._masked, clause, start, end))


@dataclass(frozen=True, slots=True)
class SetAside:
    """A concept's words that a cue kept from counting: "no" (negated) before "chest pain"."""

    concept: str
    words: str
    category: Category
    cue: str


@dataclass(frozen=True, slots=True)
class Asking:
    """What came of asking: findings that answers decided, questions not yet answered, the level held meanwhile."""

    findings: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    held: Level = "routine"


class RedFlagRules:
    """Finds red flags by rule; knows nothing of databases, chats or models."""

    name = "rules"

    def __init__(self, rules: RuleSet, context: ContextRules) -> None:
        self.rules, self.context = rules, context
        self.read = lru_cache(maxsize=512)(self._read)

    def find(self, turns: Sequence[str], profile: Profile) -> tuple[Finding, ...]:
        """Every rule that the conversation meets, with the words that met it; earlier turns come from a cache."""
        facts = [self.read(turn) for turn in turns]
        found = (self._match(rule, facts, profile) for rule in self.rules.rules if rule.ask is None)
        return tuple(finding for finding in found if finding is not None)

    def ask(self, turns: Sequence[str], profile: Profile, answers: Mapping[str, str]) -> Asking:
        """What the rules that ask make of the answers given: findings they decide, and questions still to be put."""
        facts = [self.read(turn) for turn in turns]
        mentioned = frozenset(name for fact in facts for name in (*fact.hits, *(measure.name for measure in fact.measures)))
        found: list[Finding] = []
        pending: list[Question] = []
        held: list[Level] = []
        for rule in self.rules.rules:
            if rule.ask is None or (met := self._match(rule, facts, profile)) is None:
                continue
            decided, questions = _answered(rule.ask, mentioned, answers)
            if decided != "routine":
                found.append(replace(met, level=decided))
            if questions:
                pending += questions
                held.append(rule.ask.while_asking)
        return Asking(tuple(found), tuple(pending), worst(held))

    def set_aside(self, text: str) -> tuple[SetAside, ...]:
        """Words in `text` that did not count, with the cue that reached them. For the care desk and rule authors."""
        facts = self.read(text)
        found = (
            SetAside(concept, text[hit.start : hit.end], cue.category, cue.words)
            for concept, hits in facts.hits.items()
            for hit in hits
            for cue in hit.cues
        )
        return tuple(dict.fromkeys(found))

    def _read(self, text: str) -> TurnFacts:
        folded = fold(text)
        reading = _Reading(folded, self.context)
        matches = self.rules.concepts.find(folded)
        hits = {name: tuple(reading.hit(match) for match in found) for name, found in matches.items()}
        return TurnFacts(text, hits, measures(folded))

    def _match(self, rule: Rule, facts: Sequence[TurnFacts], profile: Profile) -> Finding | None:
        """The rule met by the newest words that meet it: what a person has settled must not hide what is said since."""
        reason = rule.reason["en"]
        met = (_evidence(alternative, rule.despite, facts, profile) for alternative in rule.when)
        found = [Finding(rule.id, rule.version, rule.level, rule.pathway, reason, "rule", evidence) for evidence in met if evidence]
        return max(found, key=lambda finding: finding.last_turn, default=None)


def load(folder: Path = RULES_DIR) -> RedFlagRules:
    """The rule layer over the rules and cues in `folder`; RuleError at the first mistake."""
    return RedFlagRules(rules.load(folder), context.load(folder))


def _answered(ask: Ask, mentioned: frozenset[str], answers: Mapping[str, str]) -> tuple[Level, list[Question]]:
    """The level that the answers decide, and the questions still open: none once an emergency or crisis is decided."""
    decided: list[Level] = []
    pending: list[Question] = []
    for question, known in zip(ask.questions, ask.known, strict=True):
        answer = answers.get(question.key)
        if answer == UNANSWERED:
            decided.append(ask.unanswered)
        elif answer is not None:
            decided += [choice.level for choice in question.choices if choice.id == answer and choice.level]
        elif not known & mentioned:
            pending.append(question)
    level = worst(decided)
    silent = UNANSWERED in {answers.get(question.key) for question in ask.questions}
    return level, [] if silent or level in SERIOUS else pending


def _evidence(terms: tuple[Term, ...], despite: frozenset[str], facts: Sequence[TurnFacts], profile: Profile) -> tuple[Evidence, ...]:
    """The words that meet every term, newest turn first for each; empty where one term is not met."""
    found: list[Evidence] = []
    from_profile = False
    for term in terms:
        words = _words_for(term, despite, facts)
        if words is not None:
            found.append(words)
        elif not _known_from(profile, term):
            return ()
        else:
            from_profile = True
    if from_profile and not _is_a_childs(profile) and any(about(facts[words.turn].text) == "other" for words in found):
        return ()
    return tuple(found)


def _is_a_childs(profile: Profile) -> bool:
    """Whether the account's own person is a child, of whom a parent writes as of another."""
    return profile.age_months is not None and profile.age_months < _WRITES_FOR_THEMSELVES


def _words_for(term: Term, despite: frozenset[str], facts: Sequence[TurnFacts]) -> Evidence | None:
    for turn in range(len(facts) - 1, -1, -1):
        fact = facts[turn]
        if term.comparison is not None:
            compare = term.comparison
            measure = meets(fact.measures, compare.name, compare.operator, compare.limit)
            if measure is not None:
                return Evidence(turn, measure.start, measure.end, fact.text[measure.start : measure.end])
        for concept in term.concepts:
            for hit in fact.hits.get(concept, ()):
                if hit.usable(despite):
                    return Evidence(turn, hit.start, hit.end, fact.text[hit.start : hit.end])
    return None


def _known_from(profile: Profile, term: Term) -> bool:
    """Profile facts may raise a level where the account's own person may be meant, never for someone else."""
    if profile.about == "other":
        return False
    if "pregnant" in term.concepts and profile.pregnant:
        return True
    if term.comparison is not None and term.comparison.name == "age_months" and profile.age_months is not None:
        age = Measure("age_months", profile.age_months, 0, 0)
        return meets((age,), "age_months", term.comparison.operator, term.comparison.limit) is not None
    return False
