"""What a patient would be shown for a question, as HTML with its citations. Pure; every word of it is escaped."""

from collections.abc import Collection, Mapping
from html import escape
from typing import Any

from app.asking import Answered
from app.journal import Reply


def answer(answered: Answered, opens: Collection[str]) -> str:
    """Everything shown, in order; a citation is a link where what it cites is among `opens`, the addresses that lead somewhere."""
    return "".join(_reply(reply, opens) for reply in answered.replies)


def _reply(reply: Reply, opens: Collection[str]) -> str:
    body = reply.body
    if reply.kind == "answer" and body.get("blocks"):
        drawn = "".join(_block(block, body, opens) for block in body["blocks"])
        sources = "".join(f"<li>{escape(str(source['title']))}. {escape(str(source['status']))}</li>" for source in body.get("sources", ()))
        return (
            f'<div class="ed-reply" data-testid="answer">{drawn}<p>{escape(str(body.get("safety_net", "")))}</p>'
            f'<p class="ed-side">{escape(str(body.get("sources_title", "")))}</p><ul>{sources}</ul></div>'
        )
    if reply.kind in ("care_card", "banner"):
        return f'<div class="ed-reply ed-card"><p class="ed-side">Care card</p><p class="ed-words">{escape(reply.text)}</p></div>'
    return f'<div class="ed-reply"><p class="ed-words">{escape(reply.text)}</p></div>'


def _block(block: Mapping[str, Any], body: Mapping[str, Any], opens: Collection[str]) -> str:
    help_title = f"<p><b>{escape(str(body.get('help_title', '')))}</b></p>" if block["role"] == "help" else ""
    if "rows" in block:
        rows = "".join(f"<li>{escape(str(row))}</li>" for row in block["rows"])
        return f"{help_title}<p>{escape(str(block['lead']))} {_marks(block['marks'], opens)}</p><ul>{rows}</ul>"
    said = " ".join(f"{escape(str(sentence['text']))} {_marks(sentence['marks'], opens)}" for sentence in block["sentences"])
    return f"{help_title}<p>{said}</p>"


def _marks(marks: Collection[Mapping[str, Any]], opens: Collection[str]) -> str:
    return " ".join(_mark(mark, opens) for mark in marks)


def _mark(mark: Mapping[str, Any], opens: Collection[str]) -> str:
    href, label, number = str(mark["href"]), escape(str(mark["label"]), quote=True), escape(str(mark["n"]))
    if href in opens:
        address, said = escape(href, quote=True), f'title="{label}" aria-label="Source {number}: {label}"'
        return f'<a class="ed-cite" href="{address}" target="_blank" rel="noreferrer" {said}>{number}</a>'
    return f'<span class="ed-cite" title="{label}">{number}<span class="ed-hidden"> ({label})</span></span>'
