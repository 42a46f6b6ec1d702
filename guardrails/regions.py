"""The numbers that care cards show, by country: read from `regions.yaml`, or from what the clinic has made of it.

A row that two pages did not agree on is never shown, whoever signed the file (rule of care 6).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from knowledge.words import Words

FILE = Path(__file__).parent / "regions.yaml"


@dataclass(frozen=True, slots=True)
class Contact:
    """One service to call or text: `dial` is what a `tel:` or `sms:` link needs."""

    service: str
    label: str
    action: str
    dial: str
    kind: Literal["tel", "sms"]
    hours: str
    source: str


@dataclass(frozen=True)
class Region:
    """A country and its checked numbers, in the order of the data file."""

    code: str
    names: Mapping[str, str]
    time_zones: tuple[str, ...]
    numbers: tuple[Mapping[str, Any], ...]

    def name(self, language: str) -> str:
        return self.names.get(language, self.names["en"])

    def contacts(self, service: str, words: Words) -> list[Contact]:
        """Contacts of one service that two sources agree on; rows without both checks are not shown."""
        rows = [row for row in self.numbers if row["service"] == service and row["seen"] and row["second_check"]]
        return [contact for row in rows for contact in _row_contacts(row, words)]

    @cached_property
    def emergency(self) -> str | None:
        """The number to call in an emergency; one that takes only messages is no such number."""
        row = next((r for r in self.numbers if r["service"] == "emergency" and r["call"] and r["seen"] and r["second_check"]), None)
        return str(row["call"]) if row else None


def _row_contacts(row: Mapping[str, Any], words: Words) -> list[Contact]:
    label, hours = (row[key].get(words.language, row[key]["en"]) for key in ("label", "hours"))
    found: list[Contact] = []
    if row["call"]:
        number = str(row["call"])
        dial = "".join(char for char in number if char.isdigit() or char in "+*#").replace("#", "%23")
        found.append(Contact(row["service"], label, words.say("call_label", number=number), dial, "tel", hours, row["source"]))
    if row["text"]:
        number, body = str(row["text"]["number"]), row["text"].get("body")
        action = words.say("text_label", number=number, body=body) if body else words.say("text_label_plain", number=number)
        found.append(Contact(row["service"], label, action, number, "sms", hours, row["source"]))
    return found


def load(path: Path = FILE) -> dict[str, Region]:
    """The numbers that ship: region code → Region."""
    return read(path.read_text(encoding="utf-8"))


def read(text: str) -> dict[str, Region]:
    """The regions of a numbers file that `guardrails.region_checks` finds no fault with."""
    return {
        code: Region(code, row["name"], tuple(row["time_zones"]), tuple(row["numbers"])) for code, row in plain(text)["regions"].items()
    }


@lru_cache(maxsize=4)
def plain(text: str) -> Mapping[str, Any]:
    """A numbers file as plain data, which nobody may change; yaml.YAMLError or ValueError where it is none."""
    return cast("Mapping[str, Any]", yaml.load(text, Loader=yaml.CSafeLoader))
