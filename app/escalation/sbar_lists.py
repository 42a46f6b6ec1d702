"""What a patient has said they have, has denied, and was never asked, read by the rules' own concepts. Pure.

Only concepts that say something on their own are named (`sbar_names.yaml`); the others are parts of combinations.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

from guardrails.facts import measures
from guardrails.level import Finding, Profile
from guardrails.rules import Rule, Term
from guardrails.text import fold
from guardrails.turn_facts import Hit, TurnFacts

_NAMES = Path(__file__).parent / "sbar_names.yaml"
_REACH = 60
_MOST_UNASKED = 10
Group = Literal["signs", "conditions", "medicines", "measures"]
_UNITS = {
    "temperature_c": "°C",
    "spo2": "%",
    "systolic": "mmHg",
    "heart_rate": "a minute",
    "breaths": "a minute",
    "glucose_mmol": "mmol/L",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the summary, with the messages it rests on (from 0); none where it rests on no message."""

    text: str
    turns: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A named concept in the words of a turn."""

    name: str
    turn: int
    hit: Hit
    words: str


@cache
def names() -> Mapping[Group, Mapping[str, str]]:
    """Plain names of concepts and measures by group."""
    loaded: dict[Group, dict[str, str]] = yaml.safe_load(_NAMES.read_text(encoding="utf-8"))
    return loaded


def has(reads: Sequence[TurnFacts], fired: Sequence[Finding], answered: Iterable[Line]) -> tuple[Line, ...]:
    """Signs said in earnest, numbers stated, and answers given; in the patient's words."""
    spans = {(item.turn, item.start, item.end) for finding in fired for item in finding.evidence}
    meant = [said for said in _said(reads, "signs") if not said.hit.cues or (said.turn, said.hit.start, said.hit.end) in spans]
    return (*_lines(meant), *_numbers(reads), *answered)


def denies(reads: Sequence[TurnFacts]) -> tuple[Line, ...]:
    """Signs, conditions and medicines that a negation reached, quoted with it."""
    groups: tuple[Group, ...] = ("signs", "conditions", "medicines")
    every = [said for group in groups for said in _said(reads, group)]
    return tuple(_lines([_with_cue(said, reads) for said in every if _denied(said.hit)]))


def mentions(reads: Sequence[TurnFacts], group: Group, label: str) -> tuple[Line, ...]:
    """Conditions or medicines that the patient spoke of, not denied; "not told" where there are none."""
    found = [said for said in _said(reads, group) if not _denied(said.hit)]
    return tuple(_lines(found, f"{label} mentioned: ")) or (Line(f"{label}s: not told"),)


def stated_ages(turns: Sequence[str]) -> Iterator[Line]:
    """Ages that the messages state, of whomever they speak."""
    for number, turn in enumerate(turns):
        for item in measures(fold(turn)):
            if item.name == "age_months":
                yield Line(f"An age in the message: “{turn[item.start : item.end]}”", (number,))


def not_asked(reads: Sequence[TurnFacts], rules: Sequence[Rule], profile: Profile) -> tuple[Line, ...]:
    """What the fired rules also look at beside the complaint that met them, and nobody spoke of, not even to deny it."""
    spoken = {name for read in reads for name in (*read.hits, *(item.name for item in read.measures))}
    spoken |= {"age_months"} if profile.age_months is not None else set()
    spoken |= {"pregnant"} if profile.pregnant is not None or profile.sex == "male" else set()
    every = {name: plain for group in names().values() for name, plain in group.items()}
    wanted = [name for rule in rules for alternative in rule.when if _complaint_met(alternative[0], reads) for name in _of(alternative[1:])]
    told = {every[name] for name in spoken if name in every}
    plain = dict.fromkeys(every[name] for name in wanted if name in every and every[name] not in told)
    return tuple(Line(name.capitalize()) for name in list(plain)[:_MOST_UNASKED])


def _complaint_met(term: Term, reads: Sequence[TurnFacts]) -> bool:
    """Whether the first term of an alternative, which names the complaint, was said at all."""
    return any(name in read.hits for read in reads for name in term.concepts)


def _of(terms: Sequence[Term]) -> Iterator[str]:
    for term in terms:
        yield from term.concepts
        if term.comparison is not None:
            yield term.comparison.name


def _said(reads: Sequence[TurnFacts], group: Group) -> list[Said]:
    """Named concepts of every turn; of words that lie within others only the longer ones, of two names for the same the longer."""
    plain = names()[group]
    found = [
        Said(plain[concept], number, hit, read.text[hit.start : hit.end])
        for number, read in enumerate(reads)
        for concept in plain
        for hit in read.hits.get(concept, ())
    ]
    return [said for said in found if not any(_within(said, other) for other in found)]


def _within(said: Said, other: Said) -> bool:
    if said.turn != other.turn or _denied(said.hit) != _denied(other.hit):
        return False
    inside = other.hit.start <= said.hit.start and said.hit.end <= other.hit.end
    return inside and (len(other.words), len(other.name)) > (len(said.words), len(said.name))


def _denied(hit: Hit) -> bool:
    return any(cue.category == "negated" for cue in hit.cues)


def _with_cue(said: Said, reads: Sequence[TurnFacts]) -> Said:
    """The words from the negation on, where it stands near before them: "no fever", not "fever"."""
    text = reads[said.turn].text
    folded, cue = fold(text), next(cue.words for cue in said.hit.cues if cue.category == "negated")
    place = folded.rfind(cue, max(0, said.hit.start - _REACH), said.hit.start)
    return said if place < 0 else Said(said.name, said.turn, said.hit, text[place : said.hit.end])


def _lines(found: Sequence[Said], before: str = "") -> Iterator[Line]:
    """One line a name, with every wording and every message."""
    for name in dict.fromkeys(said.name for said in found):
        same = [said for said in found if said.name == name]
        words = ", ".join(f"“{words}”" for words in dict.fromkeys(said.words for said in same))
        plain = f"{before}{name}" if before else name.capitalize()
        yield Line(f"{plain} ({words})", tuple(sorted({said.turn for said in same})))


def _numbers(reads: Sequence[TurnFacts]) -> Iterator[Line]:
    """Stated readings in one unit, with the words they were read from."""
    for number, read in enumerate(reads):
        for item in read.measures:
            if item.name in _UNITS:
                words = read.text[item.start : item.end]
                yield Line(f"{names()['measures'][item.name].capitalize()} {item.value:.3g} {_UNITS[item.name]} (“{words}”)", (number,))
