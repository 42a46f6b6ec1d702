"""What a list shows of an article file, read at a glance: thousands of them in a second, and also one that is still being written.

`knowledge.article.parse` reads everything and refuses what is not whole; here nothing is refused, and what cannot be read is empty.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal, cast, get_args

import yaml

from knowledge.front_matter import OWN, ArticleKind

_FRONT = re.compile(r"\A---\r?\n(.*?\n)---\s", re.DOTALL)
_FIELD = re.compile(r"^(title|slug|kind|language|next_review):[ \t]*(.*?)[ \t\r]*$", re.MULTILINE)
_LIBRARY = re.compile(r"^provenance:(?:[ \t]*\{[^}\n]*?|(?:\n[ \t]+[^\n]*)*?\n[ \t]+)\blibrary:[ \t]*([a-z0-9-]+)", re.MULTILINE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Glance:
    """The fields of a list; empty or None where the text does not tell them."""

    title: str
    slug: str
    kind: ArticleKind | Literal[""]
    language: str
    library: str
    next_review: dt.date | None


def glance(text: str) -> Glance:
    """The fields of an article file, whether or not it can be read as one."""
    match = _FRONT.match(text)
    front = match[1] if match else ""
    told = {name: _plain(value) for name, value in _FIELD.findall(front)}
    kind = told.get("kind", "")
    library = _LIBRARY.search(front)
    return Glance(
        told.get("title", ""),
        told.get("slug", ""),
        cast("ArticleKind", kind) if kind in get_args(ArticleKind) else "",
        told.get("language", ""),
        library[1] if library else OWN,
        _date(told.get("next_review", "")),
    )


def _plain(value: str) -> str:
    """A YAML value on one line; only what is quoted needs YAML's rules."""
    if value[:1] not in ("'", '"'):
        return value.partition(" #")[0].strip()
    try:
        return str(yaml.safe_load(value))
    except yaml.YAMLError:
        return value


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
