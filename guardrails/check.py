"""The front door for answers: nothing is shown unless every statement stands where it says, for the right person.

A check that fails withholds: a quoted answer loses the statement; what becomes of a draft, `guardrails.release` decides.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from guardrails.grounding import NOTHING_KNOWN, Grounds, unsupported
from guardrails.level import Finding
from knowledge.citation import Citation, Statement
from knowledge.front_matter import Audience
from knowledge.library import Snapshot
from knowledge.passages import audience_of, meant_for

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
    kept: list[Statement] = []
    withheld: list[str] = []
    for statement in statements:
        reason = against_draft(statement, snapshot, audience, findings) if drafted else _against(statement, snapshot, audience, findings)
        if reason is None:
            kept.append(statement)
        else:
            withheld.append(reason)
    return Checked(tuple(kept), tuple(withheld))


def against_draft(
    statement: Statement, snapshot: Snapshot, audience: Audience, findings: Sequence[Finding], grounds: Grounds = NOTHING_KNOWN
) -> str | None:
    """Why a statement that a model wrote may not be shown, in words that name none of it; None where it may."""
    if (reason := _misplaced(statement, snapshot, audience, findings)) is not None:
        return reason
    return unsupported(statement.text, [citation.quote for citation in statement.citations], grounds)


def _against(statement: Statement, snapshot: Snapshot, audience: Audience, findings: Sequence[Finding]) -> str | None:
    """Why a quoted statement may not be shown; None where it may."""
    if (reason := _misplaced(statement, snapshot, audience, findings)) is not None:
        return reason
    quotes = [citation.quote for citation in statement.citations]
    return None if statement.text == "\n".join(quotes) else "a quoted statement differs from its source"


def _misplaced(statement: Statement, snapshot: Snapshot, audience: Audience, findings: Sequence[Finding]) -> str | None:
    """Whether it cites nothing that stands, is meant for somebody else, or tells amounts beside a crisis."""
    if not statement.citations:
        return "cites nothing"
    if not all(snapshot.holds(citation) for citation in statement.citations):
        return "a citation does not stand in the served revision"
    if not all(_suits(citation, snapshot, audience) for citation in statement.citations):
        return "a citation is meant for somebody else"
    crisis = any(f.level == "crisis" or f.pathway in ("suicide_self_harm", "harm_to_others") for f in findings)
    return "amounts are not shown beside an open crisis" if crisis and _DOSE_OR_METHOD.search(statement.text) else None


def _suits(citation: Citation, snapshot: Snapshot, audience: Audience) -> bool:
    """Whether the cited section may be quoted about such a person (rule of care 10)."""
    return meant_for(audience_of(snapshot.article(citation.article), citation.section), citation.section, audience)
