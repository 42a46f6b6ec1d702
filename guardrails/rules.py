"""Red-flag rules as data: loaded, validated and compiled, with errors that point at file and rule.

A rule carries its level, pathway, reason, public source, and its own examples: texts that must fire and near misses
that must not. Loading refuses a rule without both, so a rule that nobody tested cannot reach a patient.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import yaml

from guardrails.concepts import ConceptIndex
from guardrails.facts import MEASURES
from guardrails.level import MOST_QUESTIONS, SERIOUS, Category, Choice, Level, Pathway, Question
from guardrails.phrases import PhraseError

RULES_DIR = Path(__file__).parent / "rules"
_COMPARISON = re.compile(r"(?P<name>[a-z_0-9]+)\s*(?P<operator><=|>=|<|>)\s*(?P<limit>\d+(?:\.\d+)?)")
_RULE_KEYS = {"id", "version", "level", "pathway", "reason", "source", "first_aid", "despite", "when", "fires", "silent", "ask"}
_REQUIRED = _RULE_KEYS - {"first_aid", "despite", "ask"}


class RuleError(ValueError):
    """A rule file that cannot be used: says which file and rule, and what to do."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A stated number against a limit, such as `temperature_c >= 39.5`."""

    name: str
    operator: str
    limit: float


@dataclass(frozen=True, slots=True)
class Term:
    """One part of a condition, met by any of its `concepts` or by its `comparison`."""

    concepts: tuple[str, ...]
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class FirstAid:
    """The section whose passages a card quotes while help is on the way."""

    article: str
    heading: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Questions of a rule whose words alone decide nothing, with the levels held meanwhile and left without an answer."""

    questions: tuple[Question, ...]
    known: tuple[frozenset[str], ...]
    """For each question the concepts and measures whose mention, even denied, makes asking it idle."""
    while_asking: Level
    unanswered: Level


@dataclass(frozen=True, slots=True)
class Rule:
    """One red flag: `when` holds alternatives, each a list of terms that must all be met in the conversation."""

    id: str
    version: int
    level: Level
    pathway: Pathway
    reason: Mapping[str, str]
    source: str
    first_aid: FirstAid | None
    despite: frozenset[str]
    when: tuple[tuple[Term, ...], ...]
    fires: tuple[str, ...]
    silent: tuple[str, ...]
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule and the compiled concepts they share."""

    rules: tuple[Rule, ...]
    concepts: ConceptIndex

    def rule(self, rule_id: str) -> Rule | None:
        """The rule called `rule_id`, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def load(folder: Path = RULES_DIR) -> RuleSet:
    """Read the rule files in `folder` and the wordings of each language in `concepts/`; RuleError at the first mistake."""
    concepts = _concepts(folder / "concepts")
    rules: dict[str, Rule] = {}
    for path in sorted(folder.glob("*.yaml")):
        for entry in _part(path, "rules"):
            rule = _rule(entry, path.name, concepts)
            if rule.id in rules:
                raise RuleError(f"{path.name}: rule {rule.id!r} is defined twice; give one another id")
            rules[rule.id] = rule
    return RuleSet(tuple(rules.values()), concepts)


def fingerprint(folder: Path = RULES_DIR, beside: Sequence[Path] = ()) -> str:
    """SHA-256 over every file of the rule set, and files `beside` it that decide with it (the classifier's card)."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.rglob("*.yaml")), *beside]:
        digest.update(path.name.encode() + b"\0" + (path.read_bytes() if path.exists() else b"") + b"\0")
    return digest.hexdigest()


def read_yaml(path: Path) -> dict[str, list[dict[str, object]]]:
    """The mapping in a YAML file; RuleError with the line where it is not YAML."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise RuleError(f"{path.parent.name}/{path.name}: cannot be read: {error}") from None
    if not isinstance(data, dict):
        raise RuleError(f"{path.parent.name}/{path.name}: must be a mapping")
    return data


def _part(path: Path, key: str) -> Any:
    data = read_yaml(path)
    if not data.get(key):
        raise RuleError(f"{path.parent.name}/{path.name}: has no {key!r}; add them or remove the file")
    return data[key]


def _concepts(folder: Path) -> ConceptIndex:
    """The wordings of every language joined: all are looked for in every message, for nobody panics in one language."""
    wordings: dict[str, list[str]] = dict(_part(folder / "en.yaml", "concepts"))
    for path in sorted(set(folder.glob("*.yaml")) - {folder / "en.yaml"}):
        for name, phrases in _part(path, "concepts").items():
            if name not in wordings:
                raise RuleError(f"{folder.name}/{path.name}: concept {name!r} is not in en.yaml; add it there or mend the name")
            wordings[name] = [*wordings[name], *phrases]
    try:
        return ConceptIndex(wordings)
    except PhraseError as error:
        raise RuleError(f"{folder.name}: {error}") from None


def _refuse(entry: dict[str, object], where: str) -> None:
    """RuleError at the first part of a rule that is missing, unknown or could never work."""
    if missing := sorted(_REQUIRED - set(entry)):
        raise RuleError(f"{where}: add {', '.join(missing)}")
    if unknown := sorted(set(entry) - _RULE_KEYS):
        raise RuleError(f"{where}: does not know {', '.join(unknown)}")
    if entry["level"] not in get_args(Level) or entry["pathway"] not in get_args(Pathway):
        raise RuleError(f"{where}: level must be one of {get_args(Level)} and pathway one of {get_args(Pathway)}")
    if not entry["fires"] or not entry["silent"]:
        raise RuleError(f"{where}: needs examples that fire and examples that do not")
    if not entry["when"] or not all(cast("list[list[str]]", entry["when"])):
        raise RuleError(f"{where}: an empty condition can never be met; write at least one term in each")
    if unsaid := sorted({"en", "es"} - set(cast("dict[str, str]", entry["reason"]))):
        raise RuleError(f"{where}: reason has no words in {', '.join(unsaid)}")
    if strange := sorted(set(cast("list[str]", entry.get("despite") or [])) - set(get_args(Category))):
        raise RuleError(f"{where}: despite {strange[0]!r} is no category of the context's cues")


def _rule(entry: dict[str, object], file: str, concepts: ConceptIndex) -> Rule:
    where = f"{file}: rule {entry.get('id', '?')!r}"
    _refuse(entry, where)
    aid = cast("dict[str, str] | None", entry.get("first_aid"))
    return Rule(
        id=str(entry["id"]),
        version=cast("int", entry["version"]),
        level=cast("Level", entry["level"]),
        pathway=cast("Pathway", entry["pathway"]),
        reason=cast("dict[str, str]", entry["reason"]),
        source=str(entry["source"]),
        first_aid=FirstAid(aid["article"], aid["heading"]) if aid else None,
        despite=frozenset(cast("list[str]", entry.get("despite") or [])),
        when=tuple(tuple(_term(term, where, concepts) for term in alternative) for alternative in cast("list[list[str]]", entry["when"])),
        fires=tuple(cast("list[str]", entry["fires"])),
        silent=tuple(cast("list[str]", entry["silent"])),
        ask=_ask(cast("dict[str, Any]", entry["ask"]), str(entry["id"]), where, concepts) if entry.get("ask") else None,
    )


def _ask(entry: Mapping[str, Any], rule: str, where: str, concepts: ConceptIndex) -> Ask:
    """The questions of a rule; RuleError where they could not be asked or their answers not used."""
    try:
        made = Ask(
            questions=tuple(_question(rule, asked, entry["meanwhile"]) for asked in entry["questions"]),
            known=tuple(frozenset(asked.get("known") or ()) for asked in entry["questions"]),
            while_asking=entry["while_asking"],
            unanswered=entry["unanswered"],
        )
    except (LookupError, TypeError, AttributeError) as error:
        raise RuleError(f"{where}: ask lacks or misspells {error}") from None
    if not 1 <= len(made.questions) <= MOST_QUESTIONS:
        raise RuleError(f"{where}: ask one or two questions; a frightened person does not fill in forms")
    if unknown := sorted(frozenset[str]().union(*made.known) - concepts.names - MEASURES):
        raise RuleError(f"{where}: {unknown[0]!r} is neither a concept of concepts/en.yaml nor a measure")
    decided = [choice.level for question in made.questions for choice in question.choices]
    if strange := [level for level in (made.while_asking, made.unanswered, *filter(None, decided)) if level not in get_args(Level)]:
        raise RuleError(f"{where}: {strange[0]!r} is no level")
    if made.unanswered != "routine" and not SERIOUS & set(decided):
        raise RuleError(f"{where}: silence may only count as {made.unanswered} where an answer could mean an emergency or a crisis")
    return made


def _question(rule: str, entry: Mapping[str, Any], meanwhile: Mapping[str, str]) -> Question:
    choices = tuple(Choice(choice["id"], choice["label"], choice.get("level")) for choice in entry["choices"])
    for words in (meanwhile, entry["text"], *(choice.label for choice in choices)):
        _ = words["en"], words["es"]
    return Question(rule, entry["id"], entry["text"], choices, meanwhile)


def _term(text: str, where: str, concepts: ConceptIndex) -> Term:
    if match := _COMPARISON.fullmatch(text.strip()):
        if match["name"] not in MEASURES:
            raise RuleError(f"{where}: nothing measures {match['name']!r}; use one of {', '.join(sorted(MEASURES))}")
        return Term((), Comparison(match["name"], match["operator"], float(match["limit"])))
    names = tuple(name.strip() for name in text.split("|"))
    if unknown := [name for name in names if name not in concepts.names]:
        raise RuleError(f"{where}: concept {unknown[0]!r} is not in concepts/en.yaml")
    return Term(names, None)
