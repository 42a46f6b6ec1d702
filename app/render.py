"""Checked answers made into what is shown: the page's blocks, and the same in plain lines. No decision is made here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from guardrails.care_cards import CareCard
from guardrails.level import SERIOUS, Question
from guardrails.regions import Contact
from knowledge.citation import Citation, Statement
from knowledge.library import Revision, Snapshot
from knowledge.words import Words

Block = dict[str, Any]


def blocks(statements: Sequence[Statement], first: int = 1) -> list[Block]:
    """Statements, numbered from `first`, as paragraphs and lists with citations; a run from one section becomes one paragraph."""
    numbered = list(enumerate(statements, first))
    made: list[Block] = []
    for (role, *_), run in groupby(numbered, key=lambda item: _run_key(item[1])):
        items: list[Block] = [{"text": s.text, "marks": _marks(n, s)} for n, s in run]
        lead, *rows = items[0]["text"].split("\n- ")
        if rows:
            made.append({"role": role, "lead": lead, "rows": rows, "marks": items[0]["marks"]})
        else:
            made.append({"role": role, "sentences": items})
    return made


def _with_rest(statements: Sequence[Statement], rest_from: int, words: Words) -> list[Block]:
    """Blocks with a line that says from where on the answer is quoted."""
    said: Block = {"role": "words", "sentences": [{"text": words.say("quoted_rest"), "marks": []}]}
    return [*blocks(statements[:rest_from]), said, *blocks(statements[rest_from:], rest_from + 1)]


def _run_key(statement: Statement) -> tuple[str, str, str, bool, int]:
    first = statement.citations[0]
    is_list = "\n- " in statement.text
    return (statement.role, first.article, first.heading, is_list, first.start if is_list else 0)


def _marks(number: int, statement: Statement) -> list[Block]:
    """A mark for each source; items of one list open as one place, from the lead-in to the last."""
    first, last = statement.citations[0], statement.citations[-1]
    if "\n- " in statement.text and len(statement.citations) > 1:
        return [_mark(number, replace(first, end=last.end))]
    return [_mark(number, citation) for citation in statement.citations]


def _mark(number: int, citation: Citation) -> dict[str, Any]:
    return {"n": number, "href": citation.href, "label": f"{citation.title}: {citation.heading}"}


def sources(statements: Sequence[Statement], snapshot: Snapshot, words: Words, overdue: Callable[[Revision], bool]) -> list[Block]:
    """Each article cited, once, with its review status, its date and its page."""
    slugs = dict.fromkeys(citation.article for statement in statements for citation in statement.citations)
    return [
        {
            "title": found.article.title,
            "status": status(found, words, overdue=overdue(found)),
            "href": f"/library/{slug}?revision={found.number}",
        }
        for slug in slugs
        for found in (snapshot.revisions[slug],)
    ]


def status(revision: Revision, words: Words, *, overdue: bool) -> str:
    """How far an article has been reviewed, with the date, and that its next review is overdue."""
    if revision.reviewed_on is not None:
        said = words.say("source_reviewed", date=revision.reviewed_on.isoformat())
    else:
        said = words.say("source_starter", date=revision.article.source_checked.date.isoformat())
    return f"{said} {words.say('source_overdue', date=revision.next_review.isoformat())}" if overdue else said


def answer_body(
    statements: Sequence[Statement],
    suggestions: Sequence[str],
    cited: Sequence[Block],
    words: Words,
    note: str = "",
    *,
    rest_from: int | None = None,
) -> dict[str, Any]:
    """What the answer element draws, with the sources `cited`.

    From index `rest_from` on, statements are quoted where a draft ended early, and that is said.
    """
    return {
        "blocks": blocks(statements) if rest_from is None else _with_rest(statements, rest_from, words),
        "sources": list(cited),
        "suggestions": list(suggestions),
        "help_title": words.say("when_to_get_help"),
        "sources_title": words.say("sources_title"),
        "suggestions_title": words.say("suggestions_title"),
        "safety_net": words.say("answer_safety_net"),
        "urgent": words.say("said_urgent"),
        "note": note,
    }


def answer_text(body: Mapping[str, Any]) -> str:
    """The answer as plain lines, in the order the page shows it."""
    lines: list[str] = []
    for block in body["blocks"]:
        if block["role"] == "help":
            lines.append(body["help_title"])
        if "rows" in block:
            lines.append(f"{block['lead']} {_numbers(block['marks'])}")
            lines += [f"- {row}" for row in block["rows"]]
        else:
            lines.append(" ".join(f"{s['text']} {_numbers(s['marks'])}".strip() for s in block["sentences"]))
    lines += [body["note"], body["safety_net"], body["sources_title"]]
    lines += [f"{source['title']}. {source['status']}" for source in body["sources"]]
    return "\n".join(line for line in lines if line)


def _numbers(marks: Sequence[Mapping[str, Any]]) -> str:
    return "".join(f"[{mark['n']}]" for mark in marks)


def card_body(card: CareCard, words: Words, *, stored: bool, paused: bool = False) -> dict[str, Any]:
    """What the care card element draws; a card whose case could not be stored, or is not in a pause, says so."""
    body = card.as_dict()
    if not stored:
        body["staffing"] = words.say("case_paused" if paused and card.level not in SERIOUS else "case_not_stored")
    labels = {
        "reason": "card_reason",
        "meanwhile": "card_meanwhile",
        "region_change": "card_region_change",
        "help_coming": "tap_help_coming",
        "with_clinician": "tap_with_clinician",
        "someone_else": "tap_someone_else",
        "not_right": "tap_not_right",
        "leave": "leave_quickly",
    }
    return {**body, "labels": {name: words.say(key) for name, key in labels.items()}, "reach": reach_body(words)}


def reach_body(words: Words) -> Block:
    """What the form under a card draws: how the care team may reach the patient, if they want to leave that."""
    parts = ("open", "why", "phone", "place", "safe", "safe_yes", "safe_no", "save", "saved", "failed", "empty")
    return {"language": words.language, **{part: words.say(f"reach_{part}") for part in parts}}


def offer_body(words: Words) -> Block:
    """The next step beside words that answer nothing: the library, or a person."""
    return {"person": True, "person_label": words.say("talk_to_person"), "library_label": words.say("open_library")}


def contacts_body(contacts: Sequence[Contact]) -> Block:
    """Numbers to call or text beside words that answer nothing."""
    drawn = ("label", "action", "dial", "kind", "hours")
    return {"contacts": [{name: getattr(contact, name) for name in drawn} for contact in contacts]}


def question_body(questions: Sequence[Question], words: Words, call: Contact | None) -> Block:
    """What the question element draws: each question with its buttons, and when to call without answering."""
    asked = [
        {
            "key": question.key,
            "text": question.text[words.language],
            "choices": [{"id": choice.id, "label": choice.label[words.language]} for choice in question.choices],
        }
        for question in questions
    ]
    return {
        "title": words.say("question_title"),
        "questions": asked,
        "meanwhile": list(dict.fromkeys(question.meanwhile[words.language] for question in questions)),
        "call": _call(call),
        "free": words.say("question_free"),
    }


def question_text(body: Mapping[str, Any]) -> str:
    """The questions as plain lines."""
    lines = [body["title"], *body["meanwhile"]]
    lines += [f"{q['text']} ({' / '.join(choice['label'] for choice in q['choices'])})" for q in body["questions"]]
    return "\n".join(lines)


def foreign_body(language: str, call: Contact | None, words: Words) -> Block:
    """An honest word in a language that we do not cover, then the same in one that we do, with the number to call."""
    said = words.foreign.get(language, "")
    number = call.dial if call else "112 / 911"
    own = said.format(number=number) if said else ""
    ours = words.say("language_not_covered")
    return {
        "words": f"{own} {ours}".strip(),
        "language": language if said else words.language,
        "lines": [line for line in (own, ours) if line],
        "call": _call(call),
    }


def _call(call: Contact | None) -> dict[str, str] | None:
    """What a link that dials needs."""
    return {"action": call.action, "dial": call.dial} if call else None
