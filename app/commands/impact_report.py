"""What a change of the library alters for patients, on the screen: what blocks first, then each answer side by side."""

from collections.abc import Iterable, Mapping, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.content.changes import CardChange, Change, Impact, Place, Reading

_SHOWN = 40
"""Questions shown of one kind; all of them are in --json."""
_CITED = 10


def show_impact(impact: Impact, console: Console | None = None) -> None:
    """Print the whole result."""
    console = console or Console()
    blocking = [change for change in impact.changes if change.blocks]
    groups: Sequence[tuple[str, Sequence[Change]]] = (
        ("Must-answer questions that would lose what they have: nothing may be published", blocking),
        ("No longer covered", _rest(impact.no_longer_covered)),
        ("Answers that change", _rest(impact.changed)),
        ("Newly covered", _rest(impact.newly_covered)),
    )
    for title, changes in groups:
        if changes:
            _say(console, f"{title} ({len(changes)})", "bold")
            console.print(_table(changes[:_SHOWN]))
    if impact.cards:
        _say(console, f"First aid on care cards that changes ({len(impact.cards)})", "bold")
        console.print(_cards(impact.cards))
    for title, places in (("Cited no longer", impact.lost), ("Cited anew", impact.gained)):
        _cited(console, title, places)
    for line in _summary(impact):
        _say(console, line)


def _rest(changes: Iterable[Change]) -> list[Change]:
    return [change for change in changes if not change.blocks]


def _table(changes: Iterable[Change]) -> Table:
    table = Table("question", "patients read now", "they would read", box=box.SIMPLE_HEAD, show_lines=True)
    for change in changes:
        asked = "\n".join(change.question.messages) + (f"\n({change.blocks})" if change.blocks else "")
        table.add_row(*(Text(text) for text in (asked, _told(change.before, change.after), _told(change.after, change.before))))
    return table


def _told(reading: Reading, other: Reading) -> str:
    """The sentences of an answer that the other answer has not; of other replies what they are."""
    if not reading.said:
        return f"({reading.kind.replace('_', ' ')})"
    texts = [said.text for said in other.said]
    new = [said.text for said in reading.said if said.text not in texts]
    left = len(reading.said) - len(new)
    if not new:
        return "(the same sentences, in another order or with fewer or more beside them)"
    return "\n".join([*new, f"(and {left} that stand in both)"] if left else new)


def _cards(cards: Iterable[CardChange]) -> Table:
    table = Table("rule", "level", "language", "now", "then", box=box.SIMPLE_HEAD, show_lines=True)
    for card in cards:
        lines = ("\n".join(side) for side in (card.before, card.after))
        table.add_row(*(Text(text) for text in (card.rule, card.level, card.language, *lines)))
    return table


def _cited(console: Console, title: str, places: Mapping[Place, int]) -> None:
    if places:
        _say(console, f"{title} ({len(places)})", "bold")
        for place, count in list(places.items())[:_CITED]:
            answers = f"{count} answer{'s' if count > 1 else ''}"
            _say(console, f"  {place.title}, {place.heading}: {' '.join(place.quote.split())} ({answers})")


def _summary(impact: Impact) -> Iterable[str]:
    if not impact.articles:
        yield "Nothing differs from what patients get now."
        return
    kinds = (impact.changed, impact.no_longer_covered, impact.newly_covered)
    yield (
        f"{impact.asked} stored questions asked: {len(kinds[0])} answers change, {len(kinds[1])} no longer covered, "
        f"{len(kinds[2])} newly covered, {len(impact.cards)} care cards change"
    )
    if impact.moved:
        yield f"{impact.moved} answers say the same words from places that moved"
    if impact.beyond:
        yield f"{impact.beyond} more test questions of other articles lie near and were not asked"
    if impact.unmasked:
        yield f"{impact.unmasked} questions of patients were left out: their identifiers could not be removed"
    for question in impact.unanswered:
        yield f"must be answered, and is not covered either way: {question}"
    yield f"fingerprint {impact.fingerprint}"


def _say(console: Console, line: str, style: str = "") -> None:
    """One line, whole: articles and questions may hold brackets and must not be broken."""
    console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
