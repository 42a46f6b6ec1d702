"""Whether a drafted sentence is supported by the words it cites: hard lexical checks, for similarity is not entailment.

A sentence must rest on one sentence of its source (or one list): every number, unit, medicine and opposite stands there,
whatever is denied there is denied here, and no condition is left behind. Two sentences of a source may only be joined
where nothing is counted, denied or named as a medicine. Similarity can refuse what passed all that, never the reverse.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Protocol

from guardrails.amounts import amounts
from guardrails.sense import differs
from guardrails.wording import Wording, lists, stems
from knowledge.names import Words, mentions
from knowledge.passages import sentences

_SUPPORT = 0.8
"""Share of the content words that must stand in the source; the others must be plain ones, which claim nothing."""
_NUMBERS_TO_CALL = frozenset({911.0, 112.0, 999.0, 988.0, 111.0})
_JOINED = 6
"""Source sentences that are tried in pairs, the nearest first."""


class Meaning(Protocol):
    """How near two texts are in meaning; built from the embedding model by `app.wiring`."""

    def nearness(self, sentence: str, source: str) -> float:
        """Cosine similarity, -1 to 1."""
        ...


MIN_NEARNESS = 0.5
"""Cosine (packaged model) below which a sentence that passed every other check is refused all the same.

Of 400 true parts of the starter corpus' sentences ("X." of "X, because Y.") 1 in 100 lies below 0.53, and the lowest at
0.40. It is a coarse net for sentences on another matter: of 400 sentences with their words shuffled that passed the other
checks, none lies below 0.65.
"""


@dataclass(frozen=True)
class Grounds:
    """What a check knows besides the quotes: names of medicines in the served library, and a measure of meaning."""

    medicines: Collection[Words] = field(default=frozenset(), repr=False)
    """Each as its words in lower case, as `knowledge.names.words_of` cuts them."""
    meaning: Meaning | None = None

    def named(self, text: str) -> frozenset[str]:
        """The medicines that a text names."""
        return frozenset(" ".join(name) for name, _, _ in mentions(text, self.medicines))


NOTHING_KNOWN = Grounds()


def unsupported(sentence: str, quotes: Sequence[str], grounds: Grounds = NOTHING_KNOWN) -> str | None:
    """Why `sentence` is not supported by `quotes`, in a few words without the sentence; None where it is."""
    said = Wording.of(sentence)
    sources = [source for quote in quotes for source in map(Wording.of, units(quote)) if not lists().injection.search(source.text)]
    if not sources:
        return "cites nothing"
    if _speaks_as_a_clinician(said, sources):
        return "speaks as a clinician would"
    ordered = sorted(sources, key=lambda source: -_share(said, source))
    reasons = [_against(sentence, said, source, grounds) for source in ordered]
    if None in reasons:
        return None
    if _may_be_joined(said, grounds, sentence):
        plain = [source for source in ordered[:_JOINED] if not (source.has("negation") or source.has("conditions"))]
        pairs = (Wording(f"{one.text} {other.text}") for one, other in combinations(plain, 2))
        if any(_against(sentence, said, pair, grounds) is None for pair in pairs):
            return None
    return reasons[0]


def units(quote: str) -> tuple[str, ...]:
    """The parts of a quote that a sentence may rest on: each sentence; each line of a list with its lead-in; the list whole."""
    lead, *rows = quote.split("\n- ")
    if not rows:
        return tuple(quote[span.start : span.end] for span in sentences(quote))
    opening = lead.strip().rstrip(":")
    before = tuple(lead[span.start : span.end] for span in sentences(lead))
    return (*before, *(f"{opening} {row}" for row in rows), f"{opening} {', '.join(row.rstrip('. ') for row in rows)}.")


def share_held(sentence: str, quotes: Sequence[str]) -> float:
    """Which share of a sentence's content words stands in `quotes`, 0 to 1; 1 where it has none."""
    return _share(Wording.of(sentence), Wording.of(" ".join(quotes)))


def _against(sentence: str, said: Wording, held: Wording, grounds: Grounds) -> str | None:
    """Why `said` does not rest on `held`; None where it does."""
    if (reason := _miscounted(said, held)) is not None:
        return reason
    medicines, theirs = grounds.named(sentence), grounds.named(held.text)
    if medicines - theirs:
        return "a medicine is not in its source"
    if not _worded(said, held):
        return "words are not in its source"
    names = frozenset(word for name in theirs for word in name.split())
    if (reason := differs(said, held, names)) is not None:
        return reason
    if grounds.meaning is not None and grounds.meaning.nearness(said.text, held.text) < MIN_NEARNESS:
        return "its meaning is far from its source"
    return None


def _miscounted(said: Wording, held: Wording) -> str | None:
    """A number that stands nowhere in the source in whatever unit, or with another unit, range or bound."""
    theirs = {number for amount in amounts(held) for number in (amount.low, amount.high)}
    if any(number not in theirs for amount in amounts(said) for number in (amount.low, amount.high)):
        return "a number is not in its source"
    return "an amount is not in its source" if amounts(said) - amounts(held) else None


def _worded(said: Wording, held: Wording) -> bool:
    """Most content words stand in the source, and what does not is plain."""
    plain = lists()["plain"]
    new = {word for word in said.content if not held.holds(word)}
    return _share(said, held) >= _SUPPORT and all(not stems(word).isdisjoint(plain) for word in new)


def _share(said: Wording, held: Wording) -> float:
    words = said.content
    return sum(held.holds(word) for word in words) / len(words) if words else 1.0


def _speaks_as_a_clinician(said: Wording, sources: Sequence[Wording]) -> bool:
    """A diagnosis, a dose for this person, a treatment stopped: never, unless one source sentence says the very same."""
    for pattern in lists().forbidden:
        for match in pattern.finditer(said.text):
            if not any(match[0] in source.text for source in sources):
                return True
    personal = lists().personal
    counted = {amount for amount in amounts(said) if amount.unit or amount.low not in _NUMBERS_TO_CALL}
    if not (counted and personal.search(said.text)):
        return False
    return not any(personal.search(source.text) and amounts(said) <= amounts(source) for source in sources)


def _may_be_joined(said: Wording, grounds: Grounds, sentence: str) -> bool:
    """Whether a sentence may rest on two source sentences: not where a mix-up would harm."""
    return not (amounts(said) or said.has("negation") or said.has("conditions") or grounds.named(sentence))
