"""What publishing one of the clinic's texts would change, as HTML: sentences and care cards side by side. Pure; all is escaped."""

from collections.abc import Sequence
from html import escape

from app.card_sheets import CardDifference, Part
from app.content.text_changes import Sentence, TextImpact
from app.editor.compare_view import two_sides

_LANGUAGES = {"en": "English", "es": "Spanish"}
_COUNTRIES = 4


def headline(impact: TextImpact) -> str:
    """The whole of it in a sentence."""
    parts = [
        (len(impact.problems), "{} problem keeps it from patients", "{} problems keep it from patients"),
        (len(impact.sentences), "{} sentence changes", "{} sentences change"),
        (len(impact.cards), "care cards change in {} way", "care cards change in {} ways"),
    ]
    told = ", ".join((one if count == 1 else many).format(count) for count, one, many in parts if count)
    return f"{told[:1].upper()}{told[1:]}." if told else "Nothing that patients read changes."


def result(impact: TextImpact) -> str:
    """Everything found, cards first."""
    return "".join((_problems(impact.problems), _cards(impact.cards), _sentences(impact.sentences)))


def _problems(problems: Sequence[str]) -> str:
    if not problems:
        return ""
    rows = "".join(f"<li>{escape(problem)}</li>" for problem in problems)
    return f'<div class="ed-blocked" role="alert"><h3>This cannot be published</h3><ul>{rows}</ul></div>'


def _cards(cards: Sequence[CardDifference]) -> str:
    if not cards:
        return ""
    told = "Each stands for all cards on which the same changes; the most urgent of them is shown whole below it."
    return f'<section class="ed-changes ed-cards"><h3>Care cards ({len(cards)})</h3><p>{told}</p>{"".join(map(_card, cards))}</section>'


def _card(card: CardDifference) -> str:
    where = f"{_LANGUAGES.get(card.language, card.language)}, {_countries(card.countries)}, {_count(card.cards)}"
    whole = two_sides("\n\n".join(card.before), "\n\n".join(card.after))
    return (
        f'<article class="ed-change" data-testid="card-change"><h4>{escape(", ".join(part.name for part in card.parts))} '
        f'<span class="ed-tag">{card.level}</span></h4><p class="cd-hint">{escape(where)}</p>'
        f'<div class="ed-pair ed-side"><div>Now</div><div>Then</div></div>{"".join(map(_part, card.parts))}'
        f"<details><summary>The whole card</summary>{whole}</details></article>"
    )


def _part(part: Part) -> str:
    return two_sides("\n\n".join(part.before), "\n\n".join(part.after))


def _countries(names: Sequence[str]) -> str:
    more = len(names) - _COUNTRIES
    return ", ".join(names[:_COUNTRIES]) + (f" and {more} more countries" if more > 0 else "")


def _count(cards: int) -> str:
    return "1 card" if cards == 1 else f"{cards} cards"


def _sentences(sentences: Sequence[Sentence]) -> str:
    if not sentences:
        return ""
    drawn = "".join(
        f'<article class="ed-change" data-testid="change"><h4>{escape(each.where)}</h4>'
        f'<div class="ed-pair ed-side"><div>Now</div><div>Then</div></div>{two_sides(each.before, each.after)}</article>'
        for each in sentences
    )
    return f'<section class="ed-changes"><h3>Sentences ({len(sentences)})</h3>{drawn}</section>'
