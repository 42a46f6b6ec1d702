"""What every suite hands back: tables of figures with exact bounds, and one case a question, to print, keep and compare.

A share without its bounds invites belief in luck: "no miss in 40" still allows one in twelve. And a figure that moved says
little until one can see which questions moved it, so cases are kept by id and compared one by one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scipy.stats import beta, binomtest

Better = Literal["more", "less", "neither"]
_SHOWN = 12
"""Ids named on one line of a comparison."""


class LabelledError(ValueError):
    """A line of labelled data that cannot be used; names the line and what it lacks."""


class EarlierError(ValueError):
    """A file given to --compare that holds no earlier report of the suite."""


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total` with the exact 95 % interval of the rate behind them."""

    label: str
    hits: int
    total: int
    better: Better = "more"

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 of an empty total."""
        return self.hits / self.total if self.total else 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Clopper-Pearson: the rates under which a result at least this extreme has a chance of 2.5 % on each side."""
        low = float(beta.ppf(0.025, self.hits, self.total - self.hits + 1)) if self.hits else 0.0
        high = float(beta.ppf(0.975, self.hits + 1, self.total - self.hits)) if self.hits < self.total else 1.0
        return low, high

    def __str__(self) -> str:
        low, high = self.bounds
        return f"{self.label:52s} {self.hits:5d} of {self.total:5d}  {self.value:6.1%}  [{low:.1%}, {high:.1%}]"

    def as_json(self) -> dict[str, Any]:
        """Value and bounds as numbers."""
        low, high = self.bounds
        return {"value": self.value, "hits": self.hits, "total": self.total, "low": low, "high": high, "better": self.better}

    def shown(self, value: float) -> str:
        """A value of this figure as its table prints it."""
        return f"{value:.1%}"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure that is no share: a median, a mean, a coefficient."""

    label: str
    value: float
    better: Better = "neither"

    def __str__(self) -> str:
        return f"{self.label:52s} {self.shown(self.value):>14s}"

    def as_json(self) -> dict[str, Any]:
        """The value."""
        return {"value": self.value, "better": self.better}

    def shown(self, value: float) -> str:
        """A value of this figure as its table prints it."""
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


Figure = Share | Amount


@dataclass(frozen=True, slots=True)
class Table:
    """Figures under one title."""

    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One question: `scores` by name, 0 (worst) to 1; `told` says what was wanted and what came, for a reader."""

    id: str
    scores: Mapping[str, float]
    told: str

    @property
    def lost(self) -> float:
        """How much it fell short, over all its scores."""
        return sum(1 - score for score in self.scores.values())


@dataclass(frozen=True, slots=True)
class Report:
    """What a suite measured; `about` says of what, such as the number of articles."""

    suite: str
    tables: tuple[Table, ...]
    cases: tuple[Case, ...]
    about: Mapping[str, Any]


def share(label: str, flags: Iterable[bool], better: Better = "more") -> Share:
    """The share of `flags` that are true."""
    every = list(flags)
    return Share(label, sum(every), len(every), better)


def table(title: str, figures: Iterable[Figure]) -> Table:
    """A table without the shares that have nothing to count."""
    return Table(title, tuple(f for f in figures if not isinstance(f, Share) or f.total))


def printed(report: Report) -> Iterator[str]:
    """The lines of a report: its tables, without any question's words."""
    yield f"{report.suite}: {', '.join(f'{value} {name}' for name, value in report.about.items())}; shares with exact 95 % interval"
    for each in report.tables:
        if each.figures:
            yield f"\n{each.title}"
            yield from map(str, each.figures)


def as_json(report: Report) -> dict[str, Any]:
    """Figures by table and label, and every question's scores by id; no words of a question or an answer."""
    return {
        "suite": report.suite,
        "about": dict(report.about),
        "figures": {each.title: {figure.label: figure.as_json() for figure in each.figures} for each in report.tables},
        "questions": {case.id: dict(case.scores) for case in report.cases},
    }


def worst(report: Report, most: int = 200) -> Iterator[str]:
    """Up to `most` cases that fell short, the worst first, each with what was wanted and what came."""
    short = sorted((case for case in report.cases if case.lost), key=lambda case: -case.lost)
    yield f"{len(short)} of {len(report.cases)} fell short; {min(most, len(short))} shown, the worst first"
    for case in short[:most]:
        missed = ", ".join(name for name, score in case.scores.items() if score < 1)
        yield f"\n## {case.id} ({missed})\n{case.told}"


def earlier(file: Path, suite: str) -> dict[str, Any]:
    """An earlier report written with --json; EarlierError where it is none, or of another suite."""
    try:
        kept: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        if kept["suite"] != suite:
            raise EarlierError(f"{file} holds a report of {kept['suite']}, not of {suite}")
        return {"figures": dict(kept["figures"]), "questions": dict(kept["questions"])}
    except (OSError, ValueError, LookupError, TypeError) as error:
        if isinstance(error, EarlierError):
            raise
        raise EarlierError(f"{file} holds no earlier report ({type(error).__name__}); write one with --json") from None


def compared(old: Mapping[str, Any], report: Report) -> Iterator[str]:
    """Figures that changed, then the single questions that did, better and worse apart, with the chance of such a split by luck."""
    yield "\nfigures that changed"
    lines = [line for each in report.tables for line in _figures_changed(old["figures"].get(each.title, {}), each)]
    yield from lines or ["none"]
    yield "\nquestions that changed"
    lines = [line for name in _names(report.cases) for line in _questions_changed(old["questions"], report.cases, name)]
    yield from lines or ["none"]
    ours = {case.id for case in report.cases}
    if only := len(ours ^ set(old["questions"])):
        yield f"{only} questions stand in one of the two reports alone"


def _figures_changed(old: Mapping[str, Any], each: Table) -> Iterator[str]:
    for figure in each.figures:
        before = old.get(figure.label)
        if before is None or abs(before["value"] - figure.value) < 1e-9:
            continue
        verdict = (
            "" if figure.better == "neither" else ("better" if (figure.value > before["value"]) == (figure.better == "more") else "worse")
        )
        yield f"{each.title}: {figure.label:45s} {figure.shown(before['value'])} -> {figure.shown(figure.value)}  {verdict}".rstrip()


def _names(cases: Sequence[Case]) -> list[str]:
    return list(dict.fromkeys(name for case in cases for name in case.scores))


def _questions_changed(old: Mapping[str, Mapping[str, float]], cases: Sequence[Case], name: str) -> Iterator[str]:
    both = [(case.id, old[case.id][name], case.scores[name]) for case in cases if name in case.scores and name in old.get(case.id, {})]
    better = [identity for identity, before, now in both if now > before + 1e-9]
    worse = [identity for identity, before, now in both if now < before - 1e-9]
    if not better and not worse:
        return
    luck = binomtest(len(better), len(better) + len(worse)).pvalue
    yield f"{name}: {len(better)} better, {len(worse)} worse of {len(both)} (sign test p = {luck:.2g})"
    for label, ids in (("better", better), ("worse", worse)):
        if ids:
            yield f"  {label}: {' '.join(ids[:_SHOWN])}{f' and {len(ids) - _SHOWN} more' if len(ids) > _SHOWN else ''}"
