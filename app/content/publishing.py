"""What the editor desk and the command line do to bring articles to patients: one way in, whoever asks.

The records hold the rule of two (`app.records.publishing`); here stands what they cannot know: problems of a text, what a
publishing would change, which rules show an article.
"""

import logging
from dataclasses import replace
from datetime import datetime

from app.content import documents, gate, text_gate
from app.content.changes import Impact
from app.content.impact import Watching
from app.content.linting import problems_of
from app.content.review_policy import days_overdue
from app.content.text_changes import TextImpact
from app.errors import NotAllowedError
from app.records.article_files import KeptGate
from app.records.models import now
from app.records.publishing import FoundChanges
from app.wiring import Application
from knowledge.library import Revision

log = logging.getLogger("carelight.publishing")
_CHANGED = "what it changes for patients has to be looked at again"


def submit(app: Application, slug: str, seen: int, who: str, note: str = "") -> int:
    """Hand the working copy in; NotAllowedError where it has errors, for a reviewer's time is not a linter's."""
    file = app.article_files.open(slug)
    must_be_fit(app, slug, file.draft.text if file and file.draft else "")
    return app.submissions.submit(slug, seen, who, note)


def must_be_fit(app: Application, slug: str, text: str) -> None:
    """NotAllowedError with the first error of a text, and how many more there are."""
    errors = [problem for problem in problems_of(text, slug, app.library.snapshot(), app.red_flags) if problem.severity == "error"]
    if errors:
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise NotAllowedError(f"it has errors: line {errors[0].line}, {errors[0].message}{more}")


def check(app: Application, slug: str, number: int, watching: Watching | None = None) -> KeptGate:
    """Work out what publishing a stored revision would change for patients, and keep it; `watching` may end it (StoppedError)."""
    app.publishing.keep_gate(slug, number, _found(app, slug, number, watching))
    kept = app.article_files.gate(slug, number)
    if kept is None:
        raise NotAllowedError("what it would change could not be kept; check it again")
    return kept


def _found(app: Application, slug: str, number: int, watching: Watching | None) -> FoundChanges:
    found: Impact | TextImpact
    if documents.is_text(slug):
        version, found = text_gate.changes(app, slug, number)
    else:
        served, revision = app.library.snapshot(), app.library.revision(slug, number)
        if revision is None:
            raise NotAllowedError(f"there is no revision {number} of {slug}")
        then = served.with_revision(_renewed(app, revision))
        version, found = served.version, gate.changes(app, then, watching)
    return FoundChanges(version, found.fingerprint, found.blocks, found.to_acknowledge, found.as_json())


def _renewed(app: Application, revision: Revision) -> Revision:
    """As patients would have it: publishing one whose review is overdue ends that."""
    today = now().date()
    if not days_overdue(revision, today):
        return revision
    return replace(revision, reviewed=today, due=app.review_policy.due(revision.article.kind, today))


def pinned_by(app: Application, slug: str) -> tuple[str, ...]:
    """Ids of the red-flag rules whose care cards show lines of the article."""
    return tuple(rule.id for rule in app.red_flags.rules.rules if rule.first_aid is not None and rule.first_aid.article == slug)


def withdraw(app: Application, slug: str, who: str, reason: str) -> None:
    """Take an article out of answers from the next question on; cards that showed it fall back to their built-in lines."""
    app.publishing.withdraw(slug, who, reason, pinned=bool(pinned_by(app, slug)))


def publish_due(app: Application, at: datetime | None = None) -> None:
    """Publish what was planned for now; what may not be any more is held, and the desk says why.

    Where another article was published meanwhile, the check is made again: it counts if it finds exactly what was let pass.
    """
    for slug, number, who in app.publishing.due(at or now()):
        try:
            kept = app.article_files.gate(slug, number)
            if kept is None or kept.served_version != app.library.snapshot().version:
                kept = check(app, slug, number)
            if kept.changes and not kept.acknowledged_by and not kept.blocks:
                raise NotAllowedError(_CHANGED)
            app.publishing.publish(slug, who)
            log.info("published %s, revision %d, as planned", slug, number)
        except NotAllowedError as error:
            app.publishing.hold(slug, str(error))
            log.warning("a planned publishing of %s was held: %s", slug, error)
