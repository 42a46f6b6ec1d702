"""Which paragraphs of a draft may be shown, one after another while it is written. What is let out is never taken back.

Every sentence is checked. A paragraph whose sentences all pass is let out at once. One sentence of no weight may be left
out, with those that lean on it; anything else that fails ends the draft: a text with a warning missing is no answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from guardrails.check import against_draft
from guardrails.grounding import NOTHING_KNOWN, Grounds
from guardrails.level import Finding
from guardrails.wording import Wording, lists
from knowledge.citation import Statement
from knowledge.front_matter import Audience
from knowledge.library import Snapshot
from knowledge.passages import sentences

_MOST_FAILED = 1


@dataclass
class Release:
    """The gate for one draft; `withheld` holds a reason for every sentence kept back, without its words."""

    snapshot: Snapshot
    audience: Audience
    findings: Sequence[Finding]
    grounds: Grounds = NOTHING_KNOWN
    stopped: bool = False
    """Whether nothing more of this draft may be shown."""
    withheld: list[str] = field(default_factory=list)
    _shown: int = 0
    _failed: int = 0
    _fell: bool = False
    """Whether the last sentence read was kept back, so that one which leans on it falls too."""

    def paragraph(self, written: Sequence[Statement], lead: str = "", *, is_list: bool = False) -> tuple[Statement, ...]:
        """What may be shown of the next paragraph: its sentences, or one list below `lead`. Empty once it is `stopped`."""
        if self.stopped:
            return ()
        opening = lead.rstrip().rstrip(":")
        kept: list[Statement] = []
        before = ""
        for statement in written:
            whole = f"{opening} {statement.text}".strip() if is_list else statement.text
            if self._stands(replace(statement, text=whole), before, row=is_list):
                kept.append(statement)
            if self.stopped:
                return ()
            before = whole
        return self._shaped(kept, lead.strip(), is_list=is_list)

    def _stands(self, statement: Statement, before: str, *, row: bool) -> bool:
        """Whether one sentence (or row, which may hold several) may be shown; a grave failure, or a second one, stops all."""
        leans = not row and _leans(statement.text)
        if leans and self._fell:
            self.withheld.append("leans on a sentence that was left out")
            return False
        reason = self._against(statement)
        self._fell = reason is not None
        if reason is None:
            return True
        self.withheld.append(reason)
        self._failed += 1
        self.stopped = self._failed > _MOST_FAILED or self._grave(statement.text) or (leans and self._grave(before))
        return False

    def _against(self, statement: Statement) -> str | None:
        """The first reason that any of its sentences may not be shown."""
        parts = [statement.text[span.start : span.end] for span in sentences(statement.text)] or [statement.text]
        reasons = (
            against_draft(replace(statement, text=part), self.snapshot, self.audience, self.findings, self.grounds) for part in parts
        )
        return next((reason for reason in reasons if reason is not None), None)

    def _grave(self, text: str) -> bool:
        """Whether a sentence is a warning, a condition, a negation, or speaks of a medicine."""
        words = Wording.of(text)
        return bool(words.has("grave") or words.has("negation") or words.has("conditions") or self.grounds.named(text))

    def _shaped(self, kept: Sequence[Statement], lead: str, *, is_list: bool) -> tuple[Statement, ...]:
        """Statements as they are shown: a list with its lead-in is one, with all its citations; the first of a draft leads."""
        if not kept:
            return ()
        shaped = tuple(kept)
        if is_list and lead:
            citations = tuple(dict.fromkeys(citation for statement in kept for citation in statement.citations))
            shaped = (Statement("\n- ".join([lead, *(statement.text for statement in kept)]), citations),)
        if self._shown == 0:
            shaped = (replace(shaped[0], role="lead"), *shaped[1:])
        self._shown += len(shaped)
        return shaped


def _leans(text: str) -> bool:
    """Whether a sentence says nothing by itself: "However, …", "This …", "They …"."""
    tokens = Wording.of(text).tokens
    return bool(tokens) and tokens[0] in lists()["leaning"]
