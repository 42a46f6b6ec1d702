"""The gate before anything is published: what a change of the library would alter for patients, of a running application."""

from app.content.candidate import Both
from app.content.changes import Impact
from app.content.impact import Watching, impact
from app.content.stored_questions import MOST, Sources, choose
from app.wiring import Application
from guardrails import privacy
from guardrails.level import Profile
from knowledge import asked
from knowledge.article import Article
from knowledge.library import Revision, Snapshot


def with_article(app: Application, article: Article) -> Snapshot:
    """The served set as it would be once `article` is published; the served set itself where it says the same already."""
    snapshot = app.library.snapshot()
    served = snapshot.revisions.get(article.slug)
    if served is not None and served.article.text == article.text:
        return snapshot
    return snapshot.with_revision(Revision(app.library.newest(article.slug) + 1, article))


def changes(app: Application, then: Snapshot, watching: Watching | None = None, most: int = MOST) -> Impact:
    """What patients' answers and cards would be if `then` were served; app.impact.StoppedError where `watching` ended it.

    Works for minutes where the embedding model is not loaded yet or an article is large, so never on an event loop.
    """
    comparison = app.candidates.compare(then)
    return impact(comparison, choose(sources(app), comparison, app.embedder, most), app.red_flags.rules, watching)


def ask(app: Application, then: Snapshot, messages: tuple[str, ...], profile: Profile | None = None) -> Both:
    """What patients get for the last of `messages` now, beside what they would get if `then` were served."""
    return app.candidates.compare(then).ask(messages, profile)


def sources(app: Application) -> Sources:
    """The stored questions of this clinic."""
    return Sources(
        must_answer=lambda: [(entry.question, entry.article) for entry in app.must_answer.all()],
        tests=asked.read,
        citing=app.past_questions.citing,
        not_covered=app.past_questions.not_covered,
        mask=lambda text: privacy.mask(text).text,
    )
