"""What publishing one of the clinic's texts changes for patients, as a value: kept beside its revision and drawn at the desk."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.card_sheets import CardDifference, Part, Side, differences
from app.content.texts import Texts
from guardrails.care_cards import Quote
from guardrails.rules import Rule

FORM = "texts/1"
"""Tells a kept result of this form from an article's."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that would be said instead of another; `where` says which, such as its key and language."""

    where: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TextImpact:
    """Sentences and cards that would differ; `problems` say why it may not be published at all."""

    sentences: tuple[Sentence, ...]
    cards: tuple[CardDifference, ...]
    problems: tuple[str, ...] = ()

    @property
    def blocks(self) -> bool:
        """Whether it is unfit for patients, whoever would let it pass."""
        return bool(self.problems)

    @property
    def to_acknowledge(self) -> int:
        """How many changes a person has to look at."""
        return len(self.sentences) + len(self.cards)

    @property
    def fingerprint(self) -> str:
        """Names exactly these changes."""
        return hashlib.sha256(json.dumps([*map(asdict, self.sentences), *map(asdict, self.cards)]).encode()).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """As `read` takes it back."""
        return {"form": FORM, **asdict(self)}


def is_of_texts(result: Mapping[str, Any]) -> bool:
    """Whether a kept result is one of these."""
    return result.get("form") == FORM


def read(result: Mapping[str, Any]) -> TextImpact:
    """A kept result; KeyError or TypeError where it is none."""
    cards = tuple(
        CardDifference(
            tuple(Part(part["name"], tuple(part["before"]), tuple(part["after"])) for part in card["parts"]),
            card["cards"],
            card["language"],
            tuple(card["countries"]),
            card["level"],
            tuple(card["before"]),
            tuple(card["after"]),
        )
        for card in result["cards"]
    )
    return TextImpact(tuple(Sentence(**each) for each in result["sentences"]), cards, tuple(result["problems"]))


def impact(
    before: Texts, after: Texts, rules: Sequence[Rule], first_aid: Mapping[str, tuple[Quote, ...]], problems: Sequence[str]
) -> TextImpact:
    """What changes from one state of the texts to another."""
    was, now = (Side(each.words, each.regions, first_aid) for each in (before, after))
    return TextImpact(tuple(_sentences(before, after)), differences(was, now, rules), tuple(problems))


def _sentences(before: Texts, after: Texts) -> Iterator[Sentence]:
    for language, words in before.words.items():
        now = after.words[language].entries
        yield from (Sentence(f"{key} ({language})", said, now[key]) for key, said in words.entries.items() if said != now[key])
    was, now = (next(iter(each.words.values())).foreign for each in (before, after))
    for code in dict.fromkeys([*was, *now]):
        if was.get(code) != now.get(code):
            yield Sentence(f"the words in {code}", was.get(code, ""), now.get(code, ""))
    if before.prompt != after.prompt:
        yield Sentence("the prompt", before.prompt.text, after.prompt.text)
