"""The front matter of an article file: what it must state, read field by field with errors that name file and line."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import yaml

ArticleKind = Literal[
    "condition",
    "symptom",
    "medicine",
    "test",
    "vaccine",
    "pregnancy",
    "child_health",
    "mental_health",
    "first_aid",
    "wellbeing",
]
Audience = Literal["adult", "child", "pregnancy", "everyone"]

FIELDS = (
    "title",
    "slug",
    "kind",
    "language",
    "audience",
    "synonyms",
    "summary",
    "codes",
    "sources",
    "licence",
    "created",
    "source_checked",
    "clinical_review",
    "next_review",
)
"""Every article states each of these; `provenance` only one that came from somebody else's library."""
OWN = "own"
"""The library of the clinic's own articles, the starter corpus among them."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ArticleError(ValueError):
    """An article file that cannot be read: says which file, line and field, and what to do."""

    def __init__(self, file: str, line: int, field_name: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field_name}: {problem}")
        self.file, self.line, self.field, self.problem = file, line, field_name, problem


@dataclass(frozen=True, slots=True)
class Seen:
    """When and how a source's own text was read; absent where only its address is known."""

    date: dt.date
    how: str


@dataclass(frozen=True, slots=True)
class Source:
    """One public page that an article's facts come from."""

    organisation: str
    title: str
    url: str
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an imported article came from: which library, its id there, and what the library calls that version."""

    library: str
    item: str
    revision: str


class _Loader(yaml.CSafeLoader):
    """Safe YAML in which an impossible date such as 2026-13-45 stays text, so that its own field is named.

    libyaml's, for thousands of imported articles are read at a start.
    """

    def date_or_text(self, node: yaml.ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.date_or_text)


def _load(front: str) -> object:
    return _Loader(front).get_single_data()


class Form:
    """The front matter being read, with the line of each field for errors."""

    def __init__(self, file: str, front: str) -> None:
        self.file = file
        self.lines = {m[1]: front.count("\n", 0, m.start()) + 2 for m in re.finditer(r"^(\w+):", front, re.MULTILINE)}
        try:
            data = _load(front)
        except (yaml.YAMLError, ValueError) as error:  # a scalar such as 0x_ raises the latter
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 2 if mark is not None else 1
            raise ArticleError(file, line, "front matter", f"is not YAML ({getattr(error, 'problem', error)})") from None
        if not isinstance(data, dict):
            raise ArticleError(file, 2, "front matter", "must be 'key: value' lines")
        self.data = data
        for name in FIELDS:
            if name not in data:
                raise self.error(name, "is missing; add it to the front matter")
        for name in data:
            if name not in FIELDS and name != "provenance":
                raise self.error(str(name), f"is not a known field; use {', '.join(FIELDS)}")

    def error(self, name: str, problem: str) -> ArticleError:
        return ArticleError(self.file, self.lines.get(name, 1), name, problem)

    def value(self, name: str) -> object:
        return self.data[name]

    def string(self, name: str) -> str:
        value = self.data[name]
        if not isinstance(value, str) or not value.strip():
            raise self.error(name, "must be text that is not empty")
        return value.strip()

    def slug(self) -> str:
        value = self.string("slug")
        if not _SLUG.fullmatch(value):
            raise self.error("slug", "must be lower-case letters, digits and single hyphens")
        return value

    def strings(self, name: str) -> tuple[str, ...]:
        value = self.data[name]
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.error(name, "must be a list of texts")
        return tuple(item.strip() for item in value)

    def choice(self, name: str, allowed: tuple[str, ...]) -> str:
        value = self.string(name)
        if value not in allowed:
            raise self.error(name, f"{value!r} is not one of {', '.join(allowed)}")
        return value

    def choices(self, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
        values = self.strings(name)
        wrong = [value for value in values if value not in allowed]
        if wrong or not values:
            raise self.error(name, f"must list some of {', '.join(allowed)}, not {wrong}")
        return values

    def date(self, name: str) -> dt.date:
        return self._as_date(name, self.data[name])

    def _as_date(self, name: str, value: object) -> dt.date:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        raise self.error(name, "must be a date like 2026-11-21")

    def seen(self, name: str, value: object) -> Seen:
        if not isinstance(value, dict) or set(value) != {"date", "how"} or not isinstance(value["how"], str):
            raise self.error(name, "must be {date: 2026-11-21, how: …}")
        return Seen(self._as_date(name, value["date"]), value["how"])

    def optional_seen(self, name: str) -> Seen | None:
        value = self.data[name]
        return None if value is None else self.seen(name, value)

    def codes(self) -> Mapping[str, tuple[str, ...]]:
        value = self.data["codes"]
        if not isinstance(value, dict) or not all(isinstance(codes, list) for codes in value.values()):
            raise self.error("codes", "must be {} or {icd10: [M10]}")
        return {str(system): tuple(str(code) for code in codes) for system, codes in value.items()}

    def provenance(self) -> Provenance | None:
        value = self.data.get("provenance")
        if value is None:
            return None
        if not isinstance(value, dict) or set(value) != {"library", "item", "revision"}:
            raise self.error("provenance", "must be {library: medlineplus, item: …, revision: …}, or be left out")
        library, item, revision = (str(value[key]).strip() for key in ("library", "item", "revision"))
        if not _SLUG.fullmatch(library) or library == OWN:
            raise self.error("provenance", f"library must be lower-case letters, digits and hyphens, and not {OWN!r}")
        return Provenance(library, item, revision)

    def sources(self) -> tuple[Source, ...]:
        value = self.data["sources"]
        if not isinstance(value, list) or not value:
            raise self.error("sources", "must be a list of sources")
        return tuple(self._source(item) for item in value)

    def _source(self, item: object) -> Source:
        if not isinstance(item, dict) or set(item) != {"organisation", "title", "url", "seen"}:
            raise self.error("sources", "each needs organisation, title, url and seen (null where not read)")
        for key in ("organisation", "title", "url"):
            if not isinstance(item[key], str) or not item[key].strip():
                raise self.error("sources", f"{key} must be text")
        if not item["url"].startswith(("https://", "http://", "urn:")):
            raise self.error(
                "sources", f"url {item['url']!r} must start with https:// or http:// (urn: for a document that has no address)"
            )
        seen = None if item["seen"] is None else self.seen("sources", item["seen"])
        return Source(item["organisation"], item["title"], item["url"], seen)
