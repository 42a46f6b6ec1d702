"""The front door for questions: every layer looks, the worst verdict counts, and a layer that fails fails towards the person.

A layer that crashes or runs past its limit leaves the others to decide and marks the screening incomplete, so that the
caller shows the emergency contacts instead of an answer (rule of care 8).
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as LayerTimeout
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from guardrails.level import MOST_QUESTIONS, SERIOUS, SEVERITY, Finding, Profile, Screening, UnfinishedError, open_findings, worst
from guardrails.recurrence import recurred
from guardrails.red_flags import Asking


class Layer(Protocol):
    """One way of finding red flags: rules, a classifier, a model's second opinion."""

    name: str

    def find(self, turns: Sequence[str], profile: Profile) -> tuple[Finding, ...]:
        """Red flags in the patient's turns, oldest first."""
        ...


class Asker(Protocol):
    """Rules whose words alone decide nothing: they ask."""

    def ask(self, turns: Sequence[str], profile: Profile, answers: Mapping[str, str]) -> Asking:
        """Findings decided by `answers` (question key → choice id), and the questions still open."""
        ...


@dataclass(frozen=True, slots=True)
class TimedLayer:
    """A layer and how many seconds it may take."""

    layer: Layer
    limit_s: float


class Screener:
    """Runs the layers side by side on threads that nothing else may use."""

    def __init__(self, layers: Sequence[TimedLayer], asker: Asker | None = None, threads: int = 8) -> None:
        self.layers, self._asker = tuple(layers), asker
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="screen")

    def screen(
        self, turns: Sequence[str], profile: Profile, answers: Mapping[str, str] = MappingProxyType({}), settled_through: int = -1
    ) -> Screening:
        """Level and findings after the last of `turns` and the `answers` to questions; turns up to `settled_through` are context.

        Never raises: what fails is named in `Screening.failure`.
        """
        started = time.monotonic()
        running = [(timed, self._start(timed.layer, turns, profile)) for timed in self.layers]
        found: list[Finding] = []
        failures: list[str] = []
        for timed, future in running:
            left = max(0.0, timed.limit_s - (time.monotonic() - started))
            try:
                found += future.result(timeout=left)
            except UnfinishedError as error:
                found += error.found
                failures.append(f"{_name(timed)}: {error}")
            except LayerTimeout:
                failures.append(f"{_name(timed)}: no verdict within {timed.limit_s:g} s")
            except Exception as error:  # any failure of a layer must end as "incomplete", never as an answer
                failures.append(f"{_name(timed)}: {type(error).__name__}")
        if not running:
            failures.append("no layer is set up")
        asking = Asking()
        try:  # after the layers, which have read the turns already
            asking = self._asker.ask(turns, profile, answers) if self._asker else asking
        except UnfinishedError as error:
            asking = Asking(error.found)
            failures.append(f"questions: {error}")
        except Exception as error:  # as above
            failures.append(f"questions: {type(error).__name__}")
        findings = _once([*open_findings([*found, *asking.findings], settled_through), *recurred(found, turns, settled_through)])
        return _screening(findings, asking, failures)

    def _start(self, layer: Layer, turns: Sequence[str], profile: Profile) -> Future[tuple[Finding, ...]]:
        """The layer's verdict to come; a layer that cannot even start has failed like any other."""
        try:
            return self._threads.submit(layer.find, tuple(turns), profile)
        except Exception as error:  # no thread to be had, threads already closed, a layer that is none
            failed: Future[tuple[Finding, ...]] = Future()
            failed.set_exception(error)
            return failed

    def unhurried(self, limit_s: float) -> "Screener":
        """The same layers and questions on threads of its own, with `limit_s` seconds each: for work that no patient waits for."""
        return Screener([TimedLayer(timed.layer, limit_s) for timed in self.layers], self._asker, threads=2)

    def close(self) -> None:
        """Let go of the threads without waiting for a layer that hangs."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _screening(findings: tuple[Finding, ...], asking: Asking, failures: Sequence[str]) -> Screening:
    """The verdict; nothing is asked of someone who must act now."""
    level = worst(finding.level for finding in findings)
    ask = level not in SERIOUS
    return Screening(
        worst([level, asking.held]) if ask else level,
        findings,
        complete=not failures,
        failure="; ".join(failures),
        questions=asking.questions[:MOST_QUESTIONS] if ask else (),
    )


def _name(timed: TimedLayer) -> str:
    """What a failure is called by, even where the layer is none at all."""
    return str(getattr(timed.layer, "name", "a missing layer"))


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Each rule once, as the layer that took it most seriously found it; most severe first, in a stable order."""
    ranked = sorted(findings, key=lambda finding: (-SEVERITY[finding.level], -finding.last_turn, finding.rule))
    unique: dict[str, Finding] = {}
    for finding in ranked:
        unique.setdefault(finding.rule, finding)
    return tuple(sorted(unique.values(), key=lambda finding: (-SEVERITY[finding.level], finding.rule)))
