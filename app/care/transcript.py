"""A chat as the care team reads it: the patient's words with what fired marked, and what they were shown. Pure; escapes everything."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from typing import Any

from app.desk import plain
from app.records.case_files import CaseFile, Happened, Line
from guardrails.level import Evidence

_LABELS = {
    "answer": "The assistant answered",
    "banner": "The banner was shown again",
    "welcome": "The chat began",
    "clarify": "The assistant asked back",
    "not_covered": "The library had no answer",
    "refused": "The assistant declined",
    "referred": "The assistant referred them",
    "smalltalk": "The assistant",
    "notice": "Notice",
}
_FOLDED = frozenset({"answer", "banner", "welcome"})
"""Long, and seldom what a nurse looks for first: folded behind their first words."""
_FIRST_WORDS = 90


def anchor(turn: int) -> str:
    """The id of a message on the page; the first message is `turn-0`, as in the records."""
    return f"turn-{turn}"


def lines(file: CaseFile) -> list[tuple[str, str]]:
    """The chat that is shown, with the patient's taps where they came: (key that stays while a line changes, HTML)."""
    here = file.shown is not None and file.shown.fired
    taps = [(event.at, f"tap{n}", _aside(event)) for n, event in enumerate(file.history) if here and event.kind == "tap"]
    drawn = [(line.at, line.id, line_html(line)) for line in file.lines]
    return [(key, html) for _, key, html in sorted([*drawn, *taps], key=lambda item: item[0])]


def line_html(line: Line) -> str:
    """One line of the chat."""
    if line.kind == "message":
        return _message(line)
    if line.kind == "staff":
        return _staff(line)
    if line.kind == "care_card":
        return _card(line)
    if line.kind == "question":
        return _question(line)
    label = _LABELS.get(line.kind, "The assistant")
    if line.kind in _FOLDED:
        first = line.text.split("\n", 1)[0][:_FIRST_WORDS]
        told = f"<details><summary>{label}: {escape(first)}…</summary><p>{escape(line.text)}</p></details>"
        return f"<div class='cd-line cd-system'>{_when(line.at)}{told}</div>"
    return f"<div class='cd-line cd-system'>{_when(line.at)}<b>{label}</b><p>{escape(line.text)}</p></div>"


def highlighted(text: str, evidence: Iterable[Evidence]) -> str:
    """The text with the words that fired marked; spans count code points, and those that meet are one."""
    made, at = "", 0
    for start, end in _joined(evidence, len(text)):
        made += f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
        at = end
    return made + escape(text[at:])


def _joined(evidence: Iterable[Evidence], length: int) -> list[tuple[int, int]]:
    """The spans in order, without overlaps, within the text."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((max(0, item.start), min(item.end, length)) for item in evidence):
        if start >= end:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _message(line: Line) -> str:
    number = line.number or 0
    level = f" cd-said-{line.level}" if line.evidence and line.level else ""
    cut = " <span class='cd-hint'>(the reply was cut off)</span>" if line.state == "interrupted" else ""
    return (
        f"<div class='cd-line cd-said{level}' id='{anchor(number)}'>"
        f"<a class='cd-turn' href='#{anchor(number)}'>Patient, message {number + 1}</a>"
        f"{_when(line.at)}<p>{highlighted(line.text, line.evidence)}</p>{cut}</div>"
    )


def _staff(line: Line) -> str:
    body = line.body
    who = ", ".join(str(body[part]) for part in ("name", "title") if body.get(part))
    asked = _asked(body.get("question") or {})
    state = f"delivered {plain.clock(line.delivered)}" if line.delivered else "on its way: the patient's page has not shown it yet"
    mark = f"<span class='cd-delivery {'cd-delivered' if line.delivered else ''}'>{state}</span>" if line.sent else ""
    words = str(body.get("words", line.text))
    told = f"<p>{escape(words)}</p>" if words else ""
    return f"<div class='cd-line cd-team'><b>{escape(who)}</b>{_when(line.at)}{told}{asked}{mark}</div>"


def _asked(question: dict[str, Any]) -> str:
    """A question with its choices."""
    if not question:
        return ""
    choices = "".join(f"<li>{escape(str(choice))}</li>" for choice in question.get("choices", ()))
    return f"<p>{escape(str(question.get('text', '')))}</p><ul class='cd-choices'>{choices}</ul>"


def _card(line: Line) -> str:
    body = line.body
    contacts = "".join(
        f"<li>{escape(str(contact.get('label', '')))}: {escape(str(contact.get('action', '')))}</li>"
        for contact in body.get("contacts", ())
    )
    return (
        f"<div class='cd-line cd-card'><b>Care card the patient saw: {escape(str(body.get('title', '')))}</b>{_when(line.at)}"
        f"<p>{escape(str(body.get('lead', '')))}</p><ul>{contacts}</ul>"
        f"<details><summary>Whole card</summary><p>{escape(line.text)}</p></details></div>"
    )


def _question(line: Line) -> str:
    """A rule's question with what was answered."""
    answers = line.body.get("answers", {})
    lines = []
    for asked in line.body.get("questions", ()):
        labels = {choice["id"]: choice["label"] for choice in asked.get("choices", ())}
        given = answers.get(asked["key"])
        answer = "not answered yet" if given is None else labels.get(given, "left unanswered")
        lines.append(f"<p>{escape(str(asked['text']))} <b>{escape(str(answer))}</b></p>")
    return f"<div class='cd-line cd-system'><b>The assistant asked</b>{_when(line.at)}{''.join(lines)}</div>"


def _aside(event: Happened) -> str:
    return f"<div class='cd-line cd-aside'>{escape(plain.happened(event))}{_when(event.at)}</div>"


def _when(at: datetime) -> str:
    return f"<time class='cd-when' datetime='{at.isoformat()}'>{plain.clock(at)}</time>"


def words_of(lines: Sequence[Line]) -> list[str]:
    """The patient's messages, oldest first."""
    return [line.text for line in lines if line.kind == "message"]
