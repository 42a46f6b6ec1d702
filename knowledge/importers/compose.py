"""An imported topic written as an article file and read back: what comes out is exactly what will be stored."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass, field

import yaml

from knowledge.article import Article, parse
from knowledge.front_matter import ArticleError, ArticleKind, Audience
from knowledge.importers.clean import Part, body_of
from knowledge.passages import sentences

_LONGEST_SLUG = 100
_SUMMARY_SENTENCES = 2
_REVIEW_AFTER = dt.timedelta(days=365)


class _Dumper(yaml.CSafeDumper):
    """Safe YAML that writes a date that comes twice twice: an editor reads these files."""

    def ignore_aliases(self, _data: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Refused:
    """Something in a library that cannot become an article: where it stands, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of another library, cleaned."""

    library: str
    item: str
    revision: str
    title: str
    parts: tuple[Part, ...]
    organisation: str
    url: str
    licence: str
    dated: dt.date
    """When its source says it was made; its next review is a year later."""
    language: str = "en"
    kind: ArticleKind = "condition"
    audience: Audience = "adult"
    synonyms: tuple[str, ...] = ()
    codes: dict[str, list[str]] = field(default_factory=dict)


def compose(topic: Topic) -> Article | Refused:
    """The article of a topic, or why there is none; the same topic always gives the same bytes."""
    if not topic.parts:
        return Refused(topic.item, "holds no text")
    front = {
        "title": topic.title,
        "slug": slug_of(f"{topic.library}-{topic.item}" if topic.language == "en" else f"{topic.library}-{topic.language}-{topic.item}"),
        "kind": topic.kind,
        "language": topic.language,
        "audience": [topic.audience],
        "synonyms": list(topic.synonyms),
        "summary": _summary(topic),
        "codes": topic.codes,
        "sources": [
            {
                "organisation": topic.organisation,
                "title": topic.title,
                "url": topic.url,
                "seen": {"date": topic.dated, "how": "the text itself, as published"},
            }
        ],
        "licence": topic.licence,
        "created": topic.dated,
        "source_checked": {"date": topic.dated, "how": "text of the source as it stands, not checked by this clinic"},
        "clinical_review": None,
        "next_review": topic.dated + _REVIEW_AFTER,
        "provenance": {"library": topic.library, "item": topic.item, "revision": topic.revision},
    }
    written = yaml.dump(front, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1 << 16)
    try:
        return parse(f"---\n{written}---\n\n{body_of(topic.parts)}", topic.item)
    except ArticleError as error:
        return Refused(topic.item, str(error))


def slug_of(text: str) -> str:
    """`text` as the part of an address that names an article."""
    plain = unicodedata.normalize("NFKD", text.lower()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_SLUG].strip("-")


def _summary(topic: Topic) -> str:
    """The first sentences under the first heading."""
    text = next((block.text for part in topic.parts for block in part.blocks if block.text), topic.title)
    spans = sentences(text)[:_SUMMARY_SENTENCES]
    return text[: spans[-1].end] if spans else topic.title
