"""Recalls in words and HTML. Pure; every word of the records is escaped, and none of them is a patient's."""

from collections.abc import Mapping
from html import escape
from zoneinfo import ZoneInfo

from app.content.recall import Became, Cited, RecallChat
from app.desk import plain
from app.editor import when
from app.editor.missing_view import counted
from app.records.recall_files import Recall, Recallable
from guardrails.level import Level

LEVELS: Mapping[Level, str] = {**plain.LEVELS, "routine": "Routine"}
_BECAME: Mapping[Became, str] = {"withdrawn": "no longer used", "changed": "corrected since", "same": "still stands"}
_OPEN = 'target="_blank" rel="noopener"'


def due(each: Recallable, zone: ZoneInfo) -> str:
    """A revision that patients were quoted and no longer get."""
    what = "Withdrawn" if each.withdrawn else "Corrected"
    gone = "none of them words that no longer stand" if not each.touched else f"{each.touched:,} of them words that no longer stand"
    who = f"{counted(each.chats, 'conversation')} quoted it, {gone}." if each.chats else "No patient was quoted it."
    return (
        f"<h3>{_revision(each.slug, each.revision, each.title)}</h3>"
        f'<p><span class="ed-tag">{what}</span> {who}{_made_up(each.made_up)}</p>'
        f'<p class="cd-hint">Quoted last on {when.shown(each.newest, zone)}</p>'
    )


def line(recall: Recall, address: str, zone: ZoneInfo) -> str:
    """A recall in the list, with the way to it."""
    done = f"Closed by {escape(recall.closed_by)}, {when.shown(recall.closed, zone)}. " if recall.closed else ""
    return (
        f'<h3><a href="{address}/{recall.id}">{escape(recall.title)}, revision {recall.revision}</a></h3>'
        f"<p>{done}<b>{progress(recall)}</b>{_made_up(recall.made_up)}</p>"
        f'<p class="cd-hint">Started by {escape(recall.opened_by)}, {when.shown(recall.opened, zone)}</p>'
        f'<p class="ed-words ed-reason">{escape(recall.reason)}</p>'
    )


def progress(recall: Recall) -> str:
    """How far a recall has come, in words."""
    left = recall.chats - recall.told - recall.looked_at
    return (
        f"{recall.told:,} of {counted(recall.chats, 'patient conversation')} told, "
        f"{recall.looked_at:,} looked at and not told, {left:,} untouched."
    )


def head(recall: Recall, zone: ZoneInfo) -> str:
    """What stands above the conversations of a recall."""
    page = f"/library/{escape(recall.slug)}"
    now = (
        "Patients no longer get this article." if recall.withdrawn else f'Patients get <a href="{page}" {_OPEN}>the corrected article</a>.'
    )
    by = f"Started by {escape(recall.opened_by)}, {when.shown(recall.opened, zone)}."
    closed = f"<p><b>Closed by {escape(recall.closed_by)}, {when.shown(recall.closed, zone)}.</b></p>" if recall.closed else ""
    quoted = _revision(recall.slug, recall.revision, "What they were quoted from")
    return (
        f"{closed}<p><b>{progress(recall)}</b>{_made_up(recall.made_up)}</p><p>{quoted}. {now}</p>"
        f'<p>{by}</p><p class="ed-words ed-reason">{escape(recall.reason)}</p>'
    )


def chat(found: RecallChat, zone: ZoneInfo) -> str:
    """One conversation: how grave it was, what became of the words it was quoted, what was done about it."""
    gone = [each for each in found.cited if each.became != "same"]
    stands = [each for each in found.cited if each.became == "same"]
    still = f"{counted(len(stands), 'sentence')} that still stand{'s' if len(stands) == 1 else ''}"
    rest = f"<details><summary>{still}</summary>{_quotes(stands)}</details>"
    return (
        f'<div class="ed-recall-top"><span class="cd-level cd-level-{found.level}">{LEVELS[found.level]}</span>'
        f"<b>Conversation {escape(plain.number(found.id))}</b><span>{when.shown(found.newest, zone)}</span></div>"
        f"{_quotes(gone)}{rest if stands else ''}"
        f'<p class="ed-recall-state">{_state(found, zone)}</p>'
    )


def _quotes(cited: list[Cited]) -> str:
    lines = "".join(
        f'<li><span class="ed-tag ed-became-{each.became}">{_BECAME[each.became]}</span> <q class="ed-words">{escape(each.quote)}</q>'
        f' <span class="cd-hint">{escape(each.heading)}</span></li>'
        for each in cited
    )
    return f'<ul class="ed-quotes">{lines}</ul>' if lines else ""


def _state(found: RecallChat, zone: ZoneInfo) -> str:
    gone = " The patient has deleted this chat; nobody opens it and no note can be left." if found.deleted else ""
    if found.state == "untouched" or found.at is None:
        return f"Nobody has looked at it yet.{gone}" if not gone else gone.strip()
    by = f"{escape(found.by)}, {when.shown(found.at, zone)}"
    if found.state == "looked_at":
        return f"Looked at by {by}.{gone}"
    seen = "the patient's page has shown it" if found.delivered else "it waits in the chat until the patient opens it"
    return f"<b>Told by {by}</b>: {seen}.{gone}"


def _revision(slug: str, number: int, name: str) -> str:
    """The way to a revision as it was."""
    return f'<a href="/library/{escape(slug)}?revision={number}" {_OPEN}>{escape(name)}, revision {number}</a>'


def _made_up(number: int) -> str:
    return f' <span class="cd-demo">and {counted(number, "made-up demo conversation")}</span>' if number else ""
