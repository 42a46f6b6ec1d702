"""An article as a value, and its file form: front matter plus sections, read and written without loss.

A citation pins a span of an article's body, so the body must never change under it: `parse` keeps the body as it
stands in the file (line ends made `\\n`, Unicode made NFC) and every offset in Carelight counts code points of that body.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, cast, get_args

import yaml

SectionKind = Literal[
    "overview",
    "symptoms",
    "when_to_see_a_doctor",
    "causes",
    "risk_factors",
    "complications",
    "prevention",
    "diagnosis",
    "tests",
    "treatment",
    "medicines",
    "self_care",
    "living_with",
    "pregnancy",
    "children",
]
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

HEADINGS: Mapping[str, SectionKind] = {
    "Overview": "overview",
    "Symptoms": "symptoms",
    "When to get help": "when_to_see_a_doctor",
    "Causes": "causes",
    "Risk factors": "risk_factors",
    "Complications": "complications",
    "Prevention": "prevention",
    "Diagnosis": "diagnosis",
    "Tests": "tests",
    "Treatment": "treatment",
    "Medicines": "medicines",
    "Self-care": "self_care",
    "Living with it": "living_with",
    "Pregnancy": "pregnancy",
    "Children": "children",
    "How to take it": "medicines",
    "Missed dose": "medicines",
    "Interactions": "medicines",
    "Side effects": "complications",
    "Too much": "complications",
    "Who should be careful": "risk_factors",
    "Getting ready": "self_care",
    "What happens": "overview",
    "Results": "diagnosis",
    "Risks": "complications",
    "What to do": "self_care",
    "What not to do": "self_care",
    "Recovery": "living_with",
}
"""Every heading an article may use, with the kind of question that the section answers."""

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

_FRONT = re.compile(r"\A---\n(?P<front>.*?\n)---\n(?P<body>.*)\Z", re.DOTALL)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class ArticleError(ValueError):
    """An article file that cannot be read: says which file, line and field, and what to do."""

    def __init__(self, file: str, line: int, field_name: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field_name}: {problem}")
        self.file, self.line, self.field = file, line, field_name


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
class Section:
    """A headed part of an article: `start` and `end` are code points in the body, heading line excluded."""

    heading: str
    kind: SectionKind
    start: int
    end: int

    @property
    def anchor(self) -> str:
        """The fragment that opens this section on its page."""
        return re.sub(r"[^a-z0-9]+", "-", self.heading.lower()).strip("-")


@dataclass(frozen=True, slots=True)
class Article:
    """One immutable revision of a topic: what the file says, and the section spans found in its body."""

    title: str
    slug: str
    kind: ArticleKind
    language: str
    audience: tuple[Audience, ...]
    synonyms: tuple[str, ...]
    summary: str
    codes: Mapping[str, tuple[str, ...]]
    sources: tuple[Source, ...]
    licence: str
    created: dt.date
    source_checked: Seen
    clinical_review: Seen | None
    next_review: dt.date
    body: str
    sections: tuple[Section, ...] = field(repr=False)
    text: str = field(repr=False)
    """The whole file, byte for byte as it was read (after line ends and NFC)."""

    def section_at(self, offset: int) -> Section:
        """The section that holds body offset `offset` (LookupError where none does)."""
        for section in self.sections:
            if section.start <= offset < section.end:
                return section
        raise LookupError(f"{self.slug}: no section at offset {offset}")


def parse(text: str, file: str = "article") -> Article:
    """Read one article file; ArticleError names file, line and field of the first thing that is wrong."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    match = _FRONT.match(text)
    if match is None:
        raise ArticleError(file, 1, "front matter", "must open with '---', hold YAML, and close with '---'")
    form = _Form(file, match["front"])
    body = match["body"]
    first_body_line = match["front"].count("\n") + 3
    return Article(
        title=form.string("title"),
        slug=form.slug(),
        kind=cast("ArticleKind", form.choice("kind", get_args(ArticleKind))),
        language=form.string("language"),
        audience=cast("tuple[Audience, ...]", form.choices("audience", get_args(Audience))),
        synonyms=form.strings("synonyms"),
        summary=form.string("summary"),
        codes=form.codes(),
        sources=form.sources(),
        licence=form.string("licence"),
        created=form.date("created"),
        source_checked=form.seen("source_checked", form.value("source_checked")),
        clinical_review=form.optional_seen("clinical_review"),
        next_review=form.date("next_review"),
        body=body,
        sections=_sections(body, file, first_body_line),
        text=text,
    )


def _sections(body: str, file: str, first_line: int) -> tuple[Section, ...]:
    """Find the level-2 headings of `body`; each must be in HEADINGS and hold text."""
    marks = list(re.finditer(r"^## (.+)$", body, re.MULTILINE))
    if not marks:
        raise ArticleError(file, first_line, "body", "has no '## ' section; add at least '## Overview'")
    before = body[: marks[0].start()]
    if before.strip():
        line = first_line + before[: len(before) - len(before.lstrip())].count("\n")
        raise ArticleError(file, line, "body", "has text before its first section, which nobody would see; move it below a heading")
    found: list[Section] = []
    for mark, after in zip(marks, [*marks[1:], None], strict=True):
        heading = mark[1].strip()
        line = first_line + body.count("\n", 0, mark.start())
        if heading not in HEADINGS:
            raise ArticleError(file, line, "section", f"heading {heading!r} is not known; use one of {', '.join(HEADINGS)}")
        end = after.start() if after else len(body)
        if not body[mark.end() : end].strip():
            raise ArticleError(file, line, "section", f"{heading!r} is empty; write it or remove the heading")
        found.append(Section(heading, HEADINGS[heading], mark.end() + 1, end))
    return tuple(found)


class _Loader(yaml.SafeLoader):
    """Safe YAML in which an impossible date such as 2026-13-45 stays text, so that its own field is named."""

    def date_or_text(self, node: yaml.ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.date_or_text)


def _load(front: str) -> object:
    return _Loader(front).get_single_data()


class _Form:
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
            if name not in FIELDS:
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
        if not item["url"].startswith(("https://", "http://")):
            raise self.error("sources", f"url {item['url']!r} must start with https:// or http://")
        seen = None if item["seen"] is None else self.seen("sources", item["seen"])
        return Source(item["organisation"], item["title"], item["url"], seen)
