"""The front door for answers: nothing is shown unless every statement stands where it says, for the right person.

A check that fails withholds: a quoted answer loses the statement, a drafted one is given up for the quoted one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.grounding import unsupported
from guardrails.level import Finding
from knowledge.citation import Citation, Statement
from knowledge.front_matter import Audience
from knowledge.library import Snapshot
from knowledge.passages import audience_of

_COUNT = r"(?:\d+(?:[.,]\d+)?|half|one|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty)"
_MEASURE = (
    "mg|mcg|µg|μg|g|ml|l|grams?|milligrams?|micrograms?|millilit(?:er|re)s?|tablets?|pills?|capsules?|caplets?|doses?|puffs?|drops?|"
    "sachets?|(?:tea|table)?spoon(?:ful)?s?|units?"
)
_DOSE_OR_METHOD = re.compile(rf"\b{_COUNT}[\s-]?(?:{_MEASURE})\b|overdos\w*|toxic|lethal|too much of|maximum dose", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Checked:
    """Statements that may be shown, and why others may not (reasons name no words)."""

    statements: tuple[Statement, ...]
    withheld: tuple[str, ...]


def check(
    statements: Sequence[Statement], snapshot: Snapshot, audience: Audience, findings: Sequence[Finding], *, drafted: bool = False
) -> Checked:
    """Keep the statements whose every citation stands in `snapshot`, suits `audience` and is safe beside open `findings`."""
    crisis = any(f.level == "crisis" or f.pathway in ("suicide_self_harm", "harm_to_others") for f in findings)
    kept: list[Statement] = []
    withheld: list[str] = []
    for statement in statements:
        reason = _reason(statement, snapshot, audience, crisis=crisis, drafted=drafted)
        if reason is None:
            kept.append(statement)
        else:
            withheld.append(reason)
    return Checked(tuple(kept), tuple(withheld))


def _reason(statement: Statement, snapshot: Snapshot, audience: Audience, *, crisis: bool, drafted: bool) -> str | None:
    if not statement.citations:
        return "cites nothing"
    if not all(snapshot.holds(citation) for citation in statement.citations):
        return "a citation does not stand in the served revision"
    if not all(_meant_for(citation, snapshot, audience) for citation in statement.citations):
        return "a citation is meant for somebody else"
    if crisis and _DOSE_OR_METHOD.search(statement.text):
        return "amounts are not shown beside an open crisis"
    quotes = [citation.quote for citation in statement.citations]
    if drafted:
        return unsupported(statement.text, quotes)
    return None if statement.text == "\n".join(quotes) else "a quoted statement differs from its source"


def _meant_for(citation: Citation, snapshot: Snapshot, audience: Audience) -> bool:
    """A child's answer holds no adult advice and the other way round; nothing is known of "everyone"."""
    meant = audience_of(snapshot.article(citation.article), citation.section)
    if audience == "everyone" or "everyone" in meant:
        return True
    if audience == "pregnancy":
        return meant != ("child",)
    return audience in meant
