"""The gate before one of the clinic's texts is published: every card and sentence as it is and as it would be."""

from dataclasses import replace

from app.content.documents import TEXT_FORMS
from app.content.text_changes import TextImpact, impact
from app.content.texts import texts_of
from app.errors import NotAllowedError
from app.records.text_store import ServedText
from app.wiring import Application


def changes(app: Application, slug: str, number: int) -> tuple[int, TextImpact]:
    """What publishing a stored revision of a text would change, and the version of the served set that it was held against."""
    file = app.article_files.open(slug)
    revision = file.revision(number) if file else None
    if revision is None:
        raise NotAllowedError(f"there is no revision {number} of {slug}")
    return would_change(app, slug, revision.text)


def would_change(app: Application, slug: str, text: str) -> tuple[int, TextImpact]:
    """The same for any text in the place of the served one, such as a working copy."""
    served = app.text_store.served()
    then = replace(served, texts={**served.texts, slug: ServedText(slug, 0, text, "", signed=True, due=None)})
    problems = [problem.message for problem in TEXT_FORMS[slug].problems(text)]
    found = impact(texts_of(served), texts_of(then), app.red_flags.rules.rules, app.cards.first_aid, problems)
    return served.version, found
