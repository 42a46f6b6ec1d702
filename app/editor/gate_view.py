"""What publishing would change for patients, as HTML: what must not be first, then answers side by side. Pure; all is escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from app.content import text_changes
from app.content.changes import CardChange, Change, Impact, Place, Reading, read
from app.content.stored_questions import Why
from app.content.text_changes import TextImpact
from app.editor import text_gate_view
from app.editor.compare_view import two_sides
from app.records.article_files import KeptGate

_WHY: Mapping[Why, str] = {
    "must_answer": "must be answered",
    "own": "test question of this article",
    "past": "asked by patients",
    "near": "test question of another article",
}
_OPEN = 12
"""Changes of one sort that are drawn in sight; the rest unfolds."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A gate as a page shows it; both empty where an earlier version of Carelight kept it in another form."""

    headline: str
    html: str


NOTHING = Drawing("", "")


def drawing(gate: KeptGate) -> Drawing:
    """Draw what was found; hundreds of changes take a second, so never on an event loop."""
    try:
        impact = text_changes.read(gate.result) if text_changes.is_of_texts(gate.result) else read(gate.result)
    except (KeyError, TypeError):
        return NOTHING
    return Drawing(headline(impact), result(impact))


def headline(impact: Impact | TextImpact) -> str:
    """The whole of it in a sentence, which stands beside every step to patients."""
    if isinstance(impact, TextImpact):
        return text_gate_view.headline(impact)
    regressions = sum(1 for change in impact.changes if change.blocks)
    parts = [
        (
            regressions,
            "{} question that must be answered would lose its answer",
            "{} questions that must be answered would lose their answers",
        ),
        (len(impact.changed), "{} answer changes", "{} answers change"),
        (len(impact.no_longer_covered), "{} question is no longer covered", "{} questions are no longer covered"),
        (len(impact.newly_covered), "{} question is newly covered", "{} questions are newly covered"),
        (len(impact.cards), "{} care card changes", "{} care cards change"),
    ]
    told = [(one if count == 1 else many).format(count) for count, one, many in parts if count]
    return f"{', '.join(told)}." if told else f"No answer changes: {impact.asked} questions get the same words as now."


def result(impact: Impact | TextImpact) -> str:
    """Everything found, the weightiest first."""
    if isinstance(impact, TextImpact):
        return text_gate_view.result(impact)
    return "".join(
        (
            _blocked([change for change in impact.changes if change.blocks]),
            _changes("No longer covered", impact.no_longer_covered, "These questions get an answer now, and would get none."),
            _cards(impact.cards),
            _changes("Answers that change", impact.changed, ""),
            _changes("Newly covered", impact.newly_covered, "These questions get no answer now, and would get one."),
            _places("Citations lost", impact.lost),
            _places("Citations gained", impact.gained),
            _unanswered(impact.unanswered),
            f'<p class="cd-hint">{_asked(impact)}</p>',
        )
    )


def _asked(impact: Impact) -> str:
    told = [f"{impact.asked} stored questions were asked of the library as patients have it and as it would be."]
    if impact.moved:
        told.append(f"{impact.moved} answers say the same words from another place.")
    if impact.beyond:
        told.append(f"{impact.beyond} further test questions of other articles were not asked.")
    if impact.unmasked:
        told.append(f"{impact.unmasked} patients' questions were left out: their identifiers could not be removed.")
    return " ".join(told)


def _blocked(changes: Sequence[Change]) -> str:
    if not changes:
        return ""
    drawn = "".join(_change(change) for change in changes)
    return (
        '<div class="ed-blocked" role="alert"><h3>This cannot be published</h3>'
        "<p>Questions on the clinic's must-answer list would lose what they have. Change the article, or the list.</p>"
        f"{drawn}</div>"
    )


def _changes(title: str, changes: Sequence[Change], told: str) -> str:
    """One sort of change; those that block stand above already."""
    shown = [change for change in changes if not change.blocks]
    if not shown:
        return ""
    lead = f"<p>{told}</p>" if told else ""
    first, rest = "".join(map(_change, shown[:_OPEN])), "".join(map(_change, shown[_OPEN:]))
    more = f"<details><summary>{len(shown) - _OPEN} more</summary>{rest}</details>" if rest else ""
    return f'<section class="ed-changes"><h3>{title} ({len(shown)})</h3>{lead}{first}{more}</section>'


def _change(change: Change) -> str:
    asked = change.question
    earlier = "".join(f"<li>{escape(message)}</li>" for message in asked.messages[:-1])
    before = f'<details class="cd-hint"><summary>After {len(asked.messages) - 1} earlier messages</summary><ol>{earlier}</ol></details>'
    why = f'<p class="ed-why">{escape(change.blocks[:1].upper() + change.blocks[1:])}</p>' if change.blocks else ""
    same = "" if _text(change.before) != _text(change.after) else _elsewhere(change)
    return (
        f'<article class="ed-change" data-testid="change"><h4>{escape(asked.text)} <span class="ed-tag">{_WHY[asked.why]}</span></h4>'
        f"{before if earlier else ''}{why}"
        f'<div class="ed-pair ed-side"><div>Now</div><div>Then</div></div>'
        f"{two_sides(_text(change.before), _text(change.after))}{same}</article>"
    )


def _elsewhere(change: Change) -> str:
    """Where an answer of the same words rests on others."""
    sides = (("no longer rests on", change.lost), ("rests anew on", change.gained))
    told = [f"{what} {', '.join(f'{place.title}, {place.heading}' for place in places)}" for what, places in sides if places]
    return f'<p class="cd-hint">The same words: it {escape("; it ".join(told))}.</p>' if told else ""


def _text(reading: Reading) -> str:
    """What a patient reads: the sentences of an answer, else the set words."""
    return "\n\n".join(said.text for said in reading.said) or reading.text


def _cards(cards: Sequence[CardChange]) -> str:
    if not cards:
        return ""
    drawn = "".join(
        f'<article class="ed-change" data-testid="card-change"><h4>{escape(card.rule)} <span class="ed-tag">{card.level}, '
        f"{escape(card.language)}</span></h4>"
        f'<div class="ed-pair ed-side"><div>Now</div><div>Then</div></div>'
        f'<div class="ed-pair"><div>{_lines(card.before)}</div><div>{_lines(card.after)}</div></div></article>'
        for card in cards
    )
    told = "A red-flag rule shows these lines while help is on its way."
    return f'<section class="ed-changes ed-cards"><h3>Care cards whose first aid changes ({len(cards)})</h3><p>{told}</p>{drawn}</section>'


def _lines(lines: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"


def _places(title: str, places: Mapping[Place, int]) -> str:
    if not places:
        return ""
    rows = "".join(
        f"<li><b>{escape(place.title)}, {escape(place.heading)}</b> <q>{escape(place.quote)}</q> "
        f'<span class="cd-hint">in {count} {"answer" if count == 1 else "answers"}</span></li>'
        for place, count in places.items()
    )
    return f'<details class="ed-changes"><summary><h3>{title} ({len(places)})</h3></summary><ul>{rows}</ul></details>'


def _unanswered(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    rows = "".join(f"<li>{escape(question)}</li>" for question in questions)
    told = "On the must-answer list, and neither answered now nor then"
    return f'<details class="ed-changes"><summary><h3>{told} ({len(questions)})</h3></summary><ul>{rows}</ul></details>'
