"""Every problem of an article text, as the command line and the editor desk show it: its own, shared names, the red-flag rules."""

import datetime as dt
from collections.abc import Sequence

from app.content import agreement, documents
from guardrails.red_flags import RedFlagRules
from knowledge.article import Article, parse
from knowledge.front_matter import ArticleError
from knowledge.library import Snapshot
from knowledge.lint import Problem, lint, lint_together


def problems(articles: Sequence[Article], layer: RedFlagRules) -> list[Problem]:
    """Each article's own, what two share, where they disagree with the red-flag rules; in file order."""
    today = dt.datetime.now(dt.UTC).date()
    names = {name for article in articles for name in article.names}
    kept = agreement.read_kept()
    found = [problem for article in articles for problem in (*lint(article, today, names), *agreement.disagreements(article, layer, kept))]
    return sorted([*found, *lint_together(articles)], key=lambda problem: (problem.slug, problem.line))


def problems_of(text: str, slug: str, snapshot: Snapshot, layer: RedFlagRules) -> list[Problem]:
    """The problems of one document beside the articles that are served; one that cannot be read has that alone."""
    if form := documents.TEXT_FORMS.get(slug):
        return form.problems(text)
    try:
        article = parse(text, slug)
    except ArticleError as error:
        return [Problem(slug, error.line, "error", f"{error.field}: {error.problem}")]
    others = [revision.article for name, revision in snapshot.revisions.items() if name != slug]
    today = dt.datetime.now(dt.UTC).date()
    names = {name for other in others for name in other.names}
    own = [*lint(article, today, names), *agreement.disagreements(article, layer, agreement.read_kept())]
    shared = [problem for problem in lint_together([*others, article]) if problem.slug == slug]
    return sorted([*own, *shared], key=lambda problem: problem.line)
