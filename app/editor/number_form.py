"""The form of one row of numbers, as values: what a row looks like in its fields, and the row that fields make. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

Row = Mapping[str, Any]
FIELDS: Mapping[str, str] = {
    "label_en": "Name, English",
    "label_es": "Name, Spanish",
    "hours_en": "When it answers, English",
    "hours_es": "When it answers, Spanish",
    "call": "Number to call",
    "text": "Number to text",
    "word": "Word to text",
    "languages": "Languages spoken, such as en, es",
    "source": "Page that prints the number",
    "seen": "Day on which the page was read (YYYY-MM-DD)",
    "how": "How it was read, such as: live page, or dialled",
    "second": "Another page that agrees",
    "checked": "Day of that second check (YYYY-MM-DD)",
}
"""What a form asks, beside the service."""


def values(row: Row | None) -> dict[str, str]:
    """A row as its fields; empty ones for a new row."""
    if row is None:
        return dict.fromkeys(FIELDS, "")
    message, seen, second = row["text"] or {}, row["seen"] or {}, row["second_check"] or {}
    found = {
        "label_en": row["label"]["en"],
        "label_es": row["label"]["es"],
        "hours_en": row["hours"]["en"],
        "hours_es": row["hours"]["es"],
        "call": row["call"],
        "text": message.get("number"),
        "word": message.get("body"),
        "languages": ", ".join(row["languages"]),
        "source": row["source"],
        "seen": seen.get("date"),
        "how": seen.get("how"),
        "second": second.get("source"),
        "checked": second.get("date"),
    }
    return {name: str(value or "") for name, value in found.items()}


def row(service: str, typed: Mapping[str, str]) -> Row:
    """The row that the fields make; what cannot be a date stays text, and `row_faults` says so."""
    said = {name: " ".join(text.split()) for name, text in typed.items()}
    seen = {"date": _day(said["seen"]), "how": said["how"]} if said["seen"] or said["how"] else None
    second = {"source": said["second"], "date": _day(said["checked"])} if said["second"] or said["checked"] else None
    return {
        "service": service,
        "label": {"en": said["label_en"], "es": said["label_es"]},
        "call": said["call"] or None,
        "text": {"number": said["text"], "body": said["word"] or None} if said["text"] or said["word"] else None,
        "hours": {"en": said["hours_en"], "es": said["hours_es"]},
        "languages": [code.strip() for code in said["languages"].split(",") if code.strip()],
        "source": said["source"] or None,
        "seen": seen,
        "second_check": second,
    }


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
