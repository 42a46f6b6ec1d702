"""Why it fired: what the care team and rule authors read beside a finding. Worked out after the card, never before it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from guardrails.classifier import LEVELS, LearnedClassifier
from guardrails.level import Finding
from guardrails.red_flags import RedFlagRules, SetAside

_READ_S = 2.0
"""How long the classifier reads a message that is explained."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A message that the classifier learned from, near to the patient's: `similarity` from -1 to 1."""

    id: str
    level: str
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What led to a finding. `set_aside` lists words that a cue kept from counting; scores are probabilities by level."""

    rules: str
    rule: str
    version: int
    words: tuple[str, ...]
    set_aside: tuple[SetAside, ...]
    scores: Mapping[str, float]
    nearest: tuple[Neighbour, ...]

    def as_dict(self) -> dict[str, Any]:
        """JSON form."""
        return asdict(self)


class Explainer:
    """Explains findings from the same parts that made them; `rules` is the fingerprint of the rule set in force."""

    def __init__(self, rules: RedFlagRules, classifier: LearnedClassifier | None, fingerprint: str) -> None:
        self._rules, self._classifier, self._fingerprint = rules, classifier, fingerprint

    def explain(self, turns: Sequence[str], findings: Sequence[Finding]) -> dict[str, Explanation]:
        """An explanation by rule."""
        set_aside = tuple(item for turn in turns for item in self._rules.set_aside(turn))
        scores, nearest = self.learned(turns[-1])
        return {
            finding.rule: Explanation(
                self._fingerprint,
                finding.rule,
                finding.version,
                tuple(evidence.text for evidence in finding.evidence),
                set_aside,
                scores,
                nearest,
            )
            for finding in findings
        }

    def learned(self, text: str) -> tuple[Mapping[str, float], tuple[Neighbour, ...]]:
        """The classifier's view of a text: probabilities by level, and the nearest messages it learned from; nothing without one."""
        if self._classifier is None or not text.strip():
            return {}, ()
        scores: dict[str, float] = dict(zip(LEVELS, self._classifier.score(text, _READ_S).levels, strict=True))
        return scores, tuple(Neighbour(m.id, m.level, m.text, similarity) for m, similarity in self._classifier.nearest(text))
