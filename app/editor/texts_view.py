"""The clinic's texts as HTML: a care card as patients see it, a sentence in both languages, a row of numbers. Pure; all is escaped."""

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any

from app.records.article_board import ArticleState, Line
from guardrails.care_cards import CareCard
from guardrails.region_checks import SERVICES

_STATES: Mapping[ArticleState, str] = {
    "draft": "being written",
    "in_review": "in review",
    "approved": "approved, not published yet",
    "changes_asked": "changes asked",
    "published": "published",
    "withdrawn": "withdrawn",
    "waiting": "a newer revision waits",
}


def text(line: Line, about: str, today: date) -> str:
    """One text in the list."""
    signed = "signed by two people" if line.signed else "starter content that two people have not signed"
    told = [f"Patients get revision {line.served}, {signed}." if line.served else "Patients get what ships."]
    if line.state != "published":
        told.append(f"Now: {_STATES[line.state]}{f', {line.owner}' if line.owner else ''}.")
    if line.due:
        told.append(f"Next review {'was due' if line.overdue(today) else ''} {line.due}.".replace("  ", " "))
    tag = "" if line.signed else '<span class="ed-tag">starter</span>'
    return (
        f'<a class="ed-text-name" href="/desk/editor/texts/{escape(line.slug)}">{escape(line.title)}</a> {tag}'
        f'<p>{escape(about)}</p><p class="cd-hint">{escape(" ".join(told))} '
        f'<a href="/desk/editor/review/{escape(line.slug)}">Review and history</a></p>'
    )


def card(made: CareCard) -> str:
    """A care card as patients see it, without its buttons."""
    calls = "".join(
        f"<li><b>{escape(contact.label)}</b> <span>{escape(contact.action)}</span> <small>{escape(contact.hours)}</small></li>"
        for contact in made.contacts
    )
    meanwhile = "".join(f"<p>{escape(quote.text)}</p>" for quote in made.meanwhile)
    lines = "".join(f"<p>{escape(line)}</p>" for line in (made.worse, made.staffing, made.region_line) if line)
    return (
        f'<div class="ed-care ed-care-{made.level}"><h4>{escape(made.title)}</h4><p class="ed-care-lead">{escape(made.lead)}</p>'
        f"{_reasons(made.reasons)}<ul>{calls}</ul>{meanwhile}{lines}<p><b>{escape(made.closing)}</b></p></div>"
        f'<p class="ed-care-banner">{escape(made.banner)}</p>'
    )


def _reasons(reasons: Sequence[str]) -> str:
    return "".join(f'<p class="cd-hint">{escape(reason)}</p>' for reason in reasons if reason)


def spoken(words: str) -> str:
    """Set words as a line of the chat or of a page."""
    return f'<p class="ed-spoken">{escape(words)}</p>'


def entry(key: str, said: Mapping[str, str], changed: Sequence[str], may_write: bool) -> str:
    """One of the set words: English beside Spanish, and which of them the working copy has changed."""
    sides = "".join(
        f'<div lang="{language}">{escape(words)}{" <ins>changed</ins>" if language in changed else ""}</div>'
        for language, words in said.items()
    )
    write = f'<button type="button" class="ed-small" data-do="change" data-of="{escape(key)}">Change</button>' if may_write else ""
    return f'<div class="ed-entry"><code>{escape(key)}</code>{sides}<div>{write}</div></div>'


def number(row: Mapping[str, Any], place: int, changed: bool, may_write: bool) -> str:
    """One row of numbers, with what vouches for it; one that is not shown says so."""
    shown = bool(row["seen"] and row["second_check"])
    texted = row["text"] and " ".join(filter(None, (str(row["text"]["number"]), row["text"]["body"])))
    dialled = ", ".join(filter(None, (row["call"] and f"call {row['call']}", texted and f"text {texted}")))
    tag = "" if shown else ' <span class="ed-tag ed-unchecked">not shown: needs a source and a second check</span>'
    write = (
        f'<button type="button" class="ed-small" data-do="change" data-of="{place}">Change</button> '
        f'<button type="button" class="ed-small" data-do="remove" data-of="{place}">Take out</button>'
        if may_write
        else ""
    )
    return (
        f'<div class="ed-entry"><div><b>{escape(SERVICES.get(str(row["service"]), str(row["service"])))}</b>{tag}'
        f"{' <ins>changed</ins>' if changed else ''}</div>"
        f'<div>{escape(row["label"]["en"])}<br><span lang="es">{escape(row["label"]["es"])}</span></div>'
        f"<div><b>{escape(dialled)}</b><br>{escape(row['hours']['en'])}</div><div>{_vouched(row)}</div><div>{write}</div></div>"
    )


def _vouched(row: Mapping[str, Any]) -> str:
    """Where the number was seen, and by which second page."""
    lines = []
    if row["source"]:
        seen = f"seen {row['seen']['date']}" if row["seen"] else "not read"
        lines.append(f"{_page(row['source'])} {seen}")
    if row["second_check"]:
        lines.append(f"{_page(row['second_check']['source'])} second check {row['second_check']['date']}")
    return "<br>".join(lines) or "no source"


def _page(address: str) -> str:
    name = address.split("//", 1)[-1].split("/", 1)[0]
    safe = address if address.startswith(("https://", "http://")) else "#"
    return f'<a href="{escape(safe)}" rel="noopener noreferrer" target="_blank">{escape(name)}</a>'


def problems(found: Sequence[str]) -> str:
    """What keeps a text from being handed in; empty where nothing does."""
    if not found:
        return ""
    rows = "".join(f"<li>{escape(problem)}</li>" for problem in found[:10])
    return f"<p><b>It cannot be handed in yet:</b></p><ul>{rows}</ul>"
