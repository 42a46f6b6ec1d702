"""What a reviewer would catch before reading: sections, sources, overdue review, phrases, sentences that lean on others."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from knowledge.article import Article
from knowledge.front_matter import ArticleKind
from knowledge.passages import passages, sentences
from knowledge.reading_grade import HIGHEST, grade
from knowledge.untrusted import intruders

Severity = Literal["error", "warning"]
_LEANS = re.compile(r"(?:This|These|Those|They|Their|It|Its|Such|However|But|Also|And|Or|Instead|Otherwise|Therefore|Thus|As above)\b")
_FORBIDDEN = re.compile(
    r"\byou have (?:cancer|diabetes|depression|a heart|an infection)\b|\bguaranteed?\b"
    r"|(?<!not )(?<!before you )\bstop taking (?:it|your|the)\b(?!.*\bask\b)",
    re.IGNORECASE,
)
_NEEDED: Mapping[ArticleKind, tuple[str, ...]] = {
    "condition": ("Symptoms",),
    "medicine": ("How to take it", "Interactions", "Side effects", "Who should be careful"),
    "test": ("What happens",),
    "vaccine": ("Side effects", "Who should be careful"),
}
_PROMPT = re.compile(r"\bWrite here:|//write-here\.")
"""Where an article that was begun from a template still waits for its editor's words (`knowledge.skeleton`)."""
_LONGEST_PARAGRAPH = 80
_FEWEST_WORDS, _MOST_WORDS = 500, 1200
_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SOURCES = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; `line` counts in the file from 1."""

    slug: str
    line: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        return f"{self.slug}.md:{self.line}: {self.severity}: {self.message}"


def lint(article: Article, today: dt.date, names: Iterable[str] = ()) -> list[Problem]:
    """Every problem of one article, in reading order; `names` are those of the other articles, set aside in its grade.

    An imported article is somebody else's text: nobody here will reword it, so only its review date is looked at, and that
    nothing in it is code or speaks to a model.
    """
    if article.provenance is not None:
        return [*_dates(article, today, "warning"), *_intruders(article)]
    parts = (
        _intruders(article),
        _prompts(article),
        _sections(article),
        _sources(article),
        _dates(article, today, "error"),
        _sentences(article),
        _length(article),
        _grade(article, names),
    )
    return sorted((problem for part in parts for problem in part), key=lambda problem: problem.line)


def lint_together(articles: Sequence[Article]) -> list[Problem]:
    """What only shows side by side: a name that two of the clinic's own articles share."""
    holders: dict[tuple[str, str], list[Article]] = {}
    for article in articles:
        for name in article.names if article.provenance is None else ():
            holders.setdefault((article.language, name), []).append(article)
    return [
        Problem(article.slug, 1, "error", f"shares the name {name!r} with {others[0].slug}.md; give it to the one that patients mean")
        for (_, name), (*others, article) in holders.items()
        if others
    ]


def _intruders(article: Article) -> Iterator[Problem]:
    """Of each kind one a line; front matter too, for title, summary and sources are shown."""
    told: dict[tuple[int, str], str] = {}
    for found in intruders(article.text):
        told.setdefault((article.text.count("\n", 0, found.offset) + 1, found.kind), found.message)
    for (line, _), message in sorted(told.items()):
        yield Problem(article.slug, line, "error", message)


def line_of(article: Article, offset: int) -> int:
    """The line of the article's file, from 1, on which body offset `offset` stands."""
    first = article.text.count("\n", 0, len(article.text) - len(article.body)) + 1
    return first + article.body.count("\n", 0, offset)


def needed(kind: ArticleKind) -> tuple[str, ...]:
    """The sections without which no article of that kind passes."""
    first = "What to do" if kind == "first_aid" else "Overview"
    return (first, *_NEEDED.get(kind, ()), "When to get help")


def _prompts(article: Article) -> Iterator[Problem]:
    """Front matter too: a source that was never filled in must not reach a reader."""
    for number, line in enumerate(article.text.splitlines(), 1):
        if _PROMPT.search(line):
            yield Problem(
                article.slug, number, "error", "a prompt of the template still stands here; write what it asks for, or take it out"
            )


def _sections(article: Article) -> Iterator[Problem]:
    headings = [section.heading for section in article.sections]
    for heading in needed(article.kind):
        if heading not in headings:
            yield Problem(article.slug, 1, "error", f"has no '{heading}' section; every such article needs one")
    for heading in {h for h in headings if headings.count(h) > 1}:
        yield Problem(article.slug, 1, "error", f"section '{heading}' stands twice; join them")


def _sources(article: Article) -> Iterator[Problem]:
    if len(article.sources) < _SOURCES:
        yield Problem(article.slug, 1, "error", f"has fewer than {_SOURCES} sources")
    unseen = sum(source.seen is None for source in article.sources)
    if unseen:
        yield Problem(article.slug, 1, "warning", f"{unseen} of {len(article.sources)} source addresses were not read; open and date them")


def _dates(article: Article, today: dt.date, severity: Severity) -> Iterator[Problem]:
    if article.next_review < today:
        yield Problem(article.slug, 1, severity, f"review was due on {article.next_review}; have it reviewed")


def words_in(body: str) -> int:
    """How many words a body has."""
    return len(_WORD.findall(body))


def _length(article: Article) -> Iterator[Problem]:
    count = words_in(article.body)
    if not _FEWEST_WORDS <= count <= _MOST_WORDS:
        yield Problem(article.slug, 1, "warning", f"has {count} words; {_FEWEST_WORDS} to {_MOST_WORDS} serve a reader best")


def _grade(article: Article, names: Iterable[str]) -> Iterator[Problem]:
    if article.language == "en" and (found := grade(article, names)) > HIGHEST:
        yield Problem(
            article.slug, 1, "error", f"asks for {found:.1f} years of school, above {HIGHEST:.0f}; shorten its sentences and words"
        )


def _sentences(article: Article) -> Iterator[Problem]:
    for passage in passages(article, 1):
        line = line_of(article, passage.start)
        if passage.text.startswith("- "):
            yield Problem(article.slug, line, "error", "a list needs its lead-in sentence in the line before it")
        if match := _FORBIDDEN.search(passage.text):
            yield Problem(article.slug, line, "error", f"says {match[0]!r}; word it as general information")
        if passage.is_list:
            continue
        if len(passage.text.split()) > _LONGEST_PARAGRAPH:
            yield Problem(article.slug, line, "warning", f"a paragraph is longer than {_LONGEST_PARAGRAPH} words; cut it")
        for span in sentences(passage.text):
            if _LEANS.match(passage.text[span.start : span.end]):
                words = " ".join(passage.text[span.start : span.end].split()[:4])
                yield Problem(article.slug, line, "warning", f"'{words} …' leans on the sentence before it; name the topic")
