"""What happened to an article, and its revisions, as HTML. Pure; every word of the records is escaped."""

from collections.abc import Mapping
from html import escape
from zoneinfo import ZoneInfo

from app.content import documents
from app.editor import addresses, when
from app.records.article_files import ArticleFile, Event, StoredRevision

_HAPPENED: Mapping[str, str] = {
    "begun": "{by} began to write",
    "discarded": "{by} threw the working copy away",
    "handed_in": "{by} handed in {revision}",
    "approved": "{by} approved {revision}",
    "changes_asked": "{by} asked for changes to {revision}",
    "taken_back": "{by} took {revision} out of review",
    "acknowledged": "{by} let what {revision} changes for patients pass",
    "planned": "{by} planned when {revision} is published",
    "published": "{by} published {revision}",
    "held": "The planned publishing of {revision} was held",
    "rolled_back": "{by} gave patients {revision} again",
    "withdrawn": "{by} withdrew {revision}",
}


def events(file: ArticleFile, zone: ZoneInfo) -> str:
    """Who did what to which revision, when, why; the newest first."""
    rows = "".join(f"<li>{_event(file.slug, event, zone)}</li>" for event in file.history)
    return f'<ol class="ed-history" data-testid="history">{rows}</ol>' if rows else '<p class="cd-empty">Nothing has happened here yet.</p>'


def revisions(file: ArticleFile, zone: ZoneInfo, *, may_bring_back: bool, may_hand_in: bool) -> str:
    """Every stored revision with what it is and what can be done with it, the newest first."""
    rows = "".join(
        f'<tr><th scope="row">Revision {each.number}</th><td>{_standing(file, each)}</td>'
        f"<td>{escape(each.origin)}, {when.shown(each.created, zone)}</td>"
        f'<td class="ed-ways">{"".join(_ways(file, each, may_bring_back=may_bring_back, may_hand_in=may_hand_in))}</td></tr>'
        for each in file.revisions
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Revision", "Standing", "Came from", "Look and do"))
    return f'<table class="ed-revisions"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>' if rows else ""


def _event(slug: str, event: Event, zone: ZoneInfo) -> str:
    revision = _opened(slug, event.revision, f"revision {event.revision}") if event.revision else "the article"
    line = _HAPPENED.get(event.verb, f"{{by}}: {escape(event.verb.replace('_', ' '))}, {{revision}}")
    by = "The clinic's policy" if event.by == "system" else escape(event.by)
    said = line.replace("{revision}", revision).replace("{by}", f"<b>{by}</b>")
    reason = f'<span class="ed-words ed-reason">{escape(_reason(event, zone))}</span>' if event.reason else ""
    return f"<time>{when.shown(event.at, zone)}</time><div>{said}{reason}</div>"


def _reason(event: Event, zone: ZoneInfo) -> str:
    """Why; the moment of a plan on the clinic's clock."""
    return when.told(event.reason, zone) if event.verb == "planned" else event.reason


def _standing(file: ArticleFile, revision: StoredRevision) -> str:
    review = file.review.submission if file.review else None
    if revision.number == file.served:
        return "<b>Patients get this</b>" + ("" if file.signed else ", unsigned")
    if review is not None and review.revision == revision.number:
        return "Approved" if review.state == "approved" else "In review"
    return "Passed by two people" if revision.published else "Not passed"


def _ways(file: ArticleFile, revision: StoredRevision, *, may_bring_back: bool, may_hand_in: bool) -> list[str]:
    number, here = revision.number, f"/desk/editor/review/{escape(file.slug)}"
    ways = [_opened(file.slug, number, "Open")]
    if file.served is not None and number != file.served:
        ways.append(f'<a href="{here}?before={file.served}&amp;after={number}#compare">Compare with what patients get</a>')
    if revision.published and number != file.served and may_bring_back:
        ways.append(f'<a href="{here}?again={number}#gate">Give patients this again</a>')
    if _was_quoted(file, revision):
        ways.append(f'<a href="{escape(addresses.recall(file.slug, number))}">Recall it</a>')
    if may_hand_in and number in (file.served, file.revisions[0].number):
        ways.append(f'<button type="button" class="ed-small" data-do="hand_in" data-of="{number}">Hand in as it stands</button>')
    return ways


def _was_quoted(file: ArticleFile, revision: StoredRevision) -> bool:
    """Whether patients may have been quoted what they no longer get: set words and numbers are quoted nowhere."""
    if revision.number == file.served or documents.is_text(file.slug):
        return False
    return revision.published or bool(file.withdrawn) or (file.served is not None and revision.number < file.served)


def _opened(slug: str, number: int | None, name: str) -> str:
    return f'<a href="{escape(addresses.revision(slug, number))}" target="_blank" rel="noopener">{escape(name)}</a>'
