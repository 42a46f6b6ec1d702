"""What a person settled and the patient now says has come back: "the pain is back" raises it again (rule of care 3)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from guardrails.level import Evidence, Finding
from guardrails.text import fold

_BACK = re.compile(
    r"\b(?:it|it's|that|this|they|them|pains?|ache|bleeding|symptoms?|feelings?|thoughts?|voices|swelling|numbness|breathing|breathlessness|"
    r"attacks?|fits?|seizures?|weakness|fever|rash|tightness|pressure)\b[^.!?\n]{0,30}"
    r"\b(?:back|again|worse|returned|returning)\b(?!\s(?:home|to|from|at|in)\b)"
)


def recurred(findings: Sequence[Finding], turns: Sequence[str], settled_through: int) -> tuple[Finding, ...]:
    """The settled findings that the newest turn says are back, now resting on that turn too; none where it says nothing."""
    newest = len(turns) - 1
    if newest <= settled_through:
        return ()
    match = _BACK.search(fold(turns[newest]))
    if match is None:
        return ()
    said = Evidence(newest, match.start(), match.end(), turns[newest][match.start() : match.end()])
    settled = (finding for finding in findings if finding.last_turn <= settled_through)
    return tuple(replace(finding, evidence=(*finding.evidence, said)) for finding in settled)
