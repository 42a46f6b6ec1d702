"""The clinic's texts as editors change them: one sentence or one row at a time, kept in the working copy of its document.

A change is made in what the working copy holds at that moment, so that two editors at two sentences lose nothing; at the same
sentence the second is told.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.content.documents import TEXT_FORMS
from app.errors import NotAllowedError, StaleDraftError
from app.records.article_files import ArticleFile
from app.records.models import now
from app.wiring import Application
from guardrails import regions
from guardrails.region_checks import row_faults
from guardrails.region_rows import with_row, without_row
from knowledge import words
from knowledge.words import checks

NUMBERS = "numbers.regions"
_MEANWHILE = "somebody changed this since you opened it; look at it again"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Working:
    """A text as its editors see it: the working copy where there is one, else what patients get."""

    file: ArticleFile
    text: str
    served: str

    @property
    def version(self) -> int:
        """Of the working copy; 0 where there is none."""
        return self.file.draft.version if self.file.draft else 0


def working(app: Application, slug: str) -> Working:
    """A text to work on; NotAllowedError where nothing of it is stored."""
    file = app.article_files.open(slug)
    if file is None or slug not in TEXT_FORMS:
        raise NotAllowedError("there is no such text; start the server once, so that it takes in what ships")
    served = file.revision(file.served or 0) or file.revisions[0]
    return Working(file, file.draft.text if file.draft else served.text, served.text)


def save_words(app: Application, slug: str, key: str, said: tuple[str, str], who: str) -> None:
    """Keep other words under a key; `said` are those that were seen and those to be said."""
    seen, new = said
    if why := checks.fault(key, " ".join(new.split()), words.read(TEXT_FORMS[slug].packaged())[key]):
        raise NotAllowedError(f"{key} {why}")

    def changed(text: str) -> str:
        if words.read(text).get(key) != " ".join(seen.split()):
            raise StaleDraftError(_MEANWHILE)
        return checks.with_entry(text, key, new)

    _save(app, slug, changed, who)


def save_row(app: Application, place: tuple[str, int], rows: tuple[Row | None, Row | None], who: str) -> None:
    """Keep another row of numbers; `rows` are the one that was seen (None for a new one) and the one to be (None takes it out)."""
    code, number = place
    seen, new = rows
    if new is not None and (faults := row_faults(new, _today())):
        raise NotAllowedError("; ".join(faults))

    def changed(text: str) -> str:
        held = regions.plain(text)["regions"][code]["numbers"]
        if (dict(held[number]) if number < len(held) else None) != (dict(seen) if seen else None):
            raise StaleDraftError(_MEANWHILE)
        return without_row(text, code, number) if new is None else with_row(text, code, number, new)

    _save(app, NUMBERS, changed, who)


def save_whole(app: Application, slug: str, said: tuple[str, str], who: str) -> None:
    """Keep a whole text; `said` are the one that was seen and the one to be."""
    seen, new = said

    def changed(text: str) -> str:
        if text != seen:
            raise StaleDraftError(_MEANWHILE)
        return new

    _save(app, slug, changed, who)


def _save(app: Application, slug: str, change: Callable[[str], str], who: str) -> None:
    """Make the change in what is there now; nothing is begun for a change that cannot be made."""
    change(working(app, slug).text)
    draft = app.drafts.begin(slug, who)
    app.drafts.save(slug, change(draft.text), draft.version, who)


def _today() -> dt.date:
    return now().date()
