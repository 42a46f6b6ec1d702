"""What an editor is shown of a text while it is being typed: its problems, its figures, and the page as patients would read it."""

import re
from dataclasses import dataclass

from app.content.linting import problems_of
from app.pages.article_page import article_values
from app.pages.shelf import Shelf, shelf_of
from app.pages.templating import rendered
from app.wiring import Application
from knowledge import front_edit
from knowledge.article import Article, parse, split
from knowledge.front_matter import ArticleError
from knowledge.library import Revision
from knowledge.lint import Problem, needed, words_in
from knowledge.reading_grade import HIGHEST, grade

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_EMPTY = re.compile(r"^## [^\n]+\n\s*(?=^## |\Z)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a text."""

    text: str
    problems: tuple[Problem, ...] = ()
    """Errors before warnings, then in reading order."""
    body_line: int = 1
    """The line of the file on which the body begins."""
    words: int = 0
    grade: float | None = None
    missing: tuple[str, ...] = ()
    """Headings without which no article of its kind passes."""
    page: str = ""
    """The page as patients would read it; empty where the text makes none."""
    waits: str = ""
    """Why it makes none."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """What keeps it from being handed in."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def too_hard(self) -> bool:
        """Whether it asks for more school than any article may."""
        return self.grade is not None and self.grade > HIGHEST


class Looker:
    """Looks at the texts of one article; keeps of the library what the next look needs. Takes part of a second: never on an event loop."""

    def __init__(self, app: Application, slug: str) -> None:
        self._app, self._slug = app, slug
        self._shelf: Shelf | None = None
        self._names: frozenset[str] = frozenset()

    def look(self, text: str) -> Look:
        """What there is to say of `text`; RecordsError where the library cannot be read."""
        shelf = self._shelf_now()
        problems = problems_of(text, self._slug, shelf.snapshot, self._app.red_flags)
        ranked = tuple(sorted(problems, key=lambda problem: (problem.severity != "error", problem.line)))
        try:
            _, body = split(text, self._slug)
            line = front_edit.body_line(text)
        except ArticleError as error:
            return Look(text, ranked, waits=_why(error))
        article, why = _readable(text, self._slug)
        return Look(
            text,
            ranked,
            line,
            words_in(body),
            grade(article, self._names) if article and article.language == "en" else None,
            _missing(text, body),
            page_of(self._app, Revision(self._app.library.newest(self._slug) + 1, article)) if article else "",
            why,
        )

    def _shelf_now(self) -> Shelf:
        shelf = shelf_of(self._app.library.snapshot())
        if shelf is not self._shelf:
            others = [article for article in shelf.articles if article.slug != self._slug]
            self._shelf, self._names = shelf, frozenset(name for other in others for name in other.names)
        return shelf


def page_of(app: Application, revision: Revision) -> str:
    """The page by the library's own template; related are the articles that stand beside it now."""
    slug = revision.article.slug
    related = shelf_of(app.library.snapshot()).related.get(slug, ())
    return rendered("article.html", article_values(app, revision, related, f"/library/{slug}"))


def _readable(text: str, slug: str) -> tuple[Article | None, str]:
    """The article that can be shown while it is being written: headings that wait for their words are left out."""
    try:
        return parse(text, slug), ""
    except ArticleError as error:
        why = _why(error)
    try:
        return parse(_EMPTY.sub("", text), slug), ""
    except ArticleError:
        return None, why


def _missing(text: str, body: str) -> tuple[str, ...]:
    try:
        kind = front_edit.read(text).kind
    except ArticleError:
        return ()
    there = {match[1].strip() for match in _HEADING.finditer(body)}
    return tuple(heading for heading in needed(kind) if heading not in there)


def _why(error: ArticleError) -> str:
    return f"Line {error.line}, {error.field}: {error.problem}"
