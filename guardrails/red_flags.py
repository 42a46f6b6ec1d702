"""The rule layer of the screen: concepts found turn by turn, read in context, combined over the conversation."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from guardrails import context, rules
from guardrails.context import ContextRules
from guardrails.facts import Measure, meets
from guardrails.level import SERIOUS, UNANSWERED, Category, Evidence, Finding, Level, Profile, Question, UnfinishedError, worst
from guardrails.person import about
from guardrails.rules import RULES_DIR, Ask, Rule, RuleSet, Term
from guardrails.turn_facts import TurnFacts, TurnReader

_WRITES_FOR_THEMSELVES = 12 * 12
"""Months of age."""


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

    def __init__(self, rules: RuleSet, context: ContextRules, reader: TurnReader | None = None, limit_s: float = math.inf) -> None:
        self.rules, self.context = rules, context
        self._reader, self._limit_s = reader or TurnReader(rules.concepts, context), limit_s

    def within(self, limit_s: float) -> "RedFlagRules":
        """The same rules with the same memory, which read for so long at most and then go by what was read until then."""
        return RedFlagRules(self.rules, self.context, self._reader, limit_s)

    def forget(self) -> None:
        """Forget the turns that were read: a patient deleted a chat."""
        self._reader.forget()

    def find(self, turns: Sequence[str], profile: Profile) -> tuple[Finding, ...]:
        """Every rule that the conversation meets, with the words that met it; UnfinishedError where there was no time to read all."""
        facts, whole = self._reader.turns(turns, self._deadline())
        matched = (self._match(rule, facts, profile) for rule in self.rules.rules if rule.ask is None)
        found = tuple(finding for finding in matched if finding is not None)
        if not whole:
            raise UnfinishedError(found)
        return found

    def read(self, text: str) -> TurnFacts:
        """What the rules see of one turn."""
        return self._reader.turn(text, self._deadline())[0]

    def ask(self, turns: Sequence[str], profile: Profile, answers: Mapping[str, str]) -> Asking:
        """What the rules that ask make of the answers given: findings they decide, and questions still to be put.

        UnfinishedError as in `find`: a question is no use to somebody whose message was not read.
        """
        facts, whole = self._reader.turns(turns, self._deadline())
        asking = self._asking(facts, profile, answers)
        if not whole:
            raise UnfinishedError(asking.findings)
        return asking

    def _asking(self, facts: Sequence[TurnFacts], profile: Profile, answers: Mapping[str, str]) -> Asking:
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

    def _deadline(self) -> float:
        return time.monotonic() + self._limit_s

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
