"""Whether an answer states a fact: shared words, shared numbers and shared meaning, in the best part of the answer.

Facts are short and answers paraphrase ("Return when fever-free 24 hours", "… for a full day with no fever"), so words alone
miss and meaning alone confuses what is near with what is said. Numbers must stand as they are: "55" is not "about 60".
The threshold was fitted on a reader's verdicts; `carelight eval facts` prints how far the two agree.
"""

import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import Stemmer
import yaml

from knowledge.library import Snapshot
from knowledge.names import Words, mentions, words_of
from knowledge.passages import sentences
from retrieval.embedder import Embedder

STATED = 0.47
"""From this score on a fact counts as stated."""
_WORDS_SHARE = 0.5
"""How much shared words count; the rest is shared meaning."""
_NUMBER_MISSING = 0.5
_TOPIC_WEIGHT = 0.3
"""A fact's topic ("asthma" in an answer about asthma) says little."""
_PARTS = 3
"""Parts of an answer whose meaning is looked at: those that share most of the fact's words."""
_SAME_WORDS = Path(__file__).parent / "data" / "same_words.yaml"
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:\.\d+)?")
_SPELT = {word: str(n) for n, word in enumerate("two three four five six seven eight nine ten eleven twelve".split(), 2)}
_STOP = frozenset(
    """
    a about above after all also am an and any are as at be been before being below but by can could did do does doing down during each eg
    for from further g had has have having he her here hers him his how i if in into is it its itself just like may me might more most much
    must my no nor not of off often on once one only or other our out over own part people person s same she should so some someone such t
    than that the their them then there these they this those through to too under until up usual usually very was we were what when where
    which while who whom why will with without would you your use used uses using make makes made get gets got take takes taken need needs
    help helps thing things way ways
    """.split()
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of an answer made comparable: its word stems, and the articles that it names."""

    text: str
    stems: frozenset[str]
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Shared:
    """The share of a fact's words that a part holds, and what missing numbers leave of its score."""

    words: float
    numbers: float
    part: _Part


class FactReader:
    """Scores how far statements state facts; made once for a snapshot, whose rare words tell more than its common ones.

    Give it the embedding model as it is published, not one tuned for search: a measure must not move with what it measures.
    """

    def __init__(self, embedder: Embedder, snapshot: Snapshot) -> None:
        self._embedder = embedder
        self._names: Mapping[Words, str] = {
            words_of(name): slug for slug, revision in snapshot.revisions.items() for name in revision.article.names
        }
        seen: Counter[str] = Counter()
        for passage in snapshot.passages.values():
            seen.update(set(_stems(passage.text)))
        self._seen, self._of = seen, len(snapshot.passages)

    def stated(self, facts: Sequence[str], statements: Sequence[str], topic: str = "") -> list[bool]:
        """For each fact whether `statements` state it."""
        return [score >= STATED for score in self.scores(facts, statements, topic)]

    def scores(self, facts: Sequence[str], statements: Sequence[str], topic: str = "") -> list[float]:
        """For each fact a score, 0 to 1, of the part of `statements` that states it best; 0 where there is nothing to read."""
        parts = [self._part(text) for text in parts_of(statements)]
        if not parts or not facts:
            return [0.0] * len(facts)
        shared = {fact: self._most_shared(fact, parts, frozenset(_stems(topic))) for fact in facts}
        near = self._near({fact: best for fact, best in shared.items() if not _whole(best)})
        return [near.get(fact, 1.0) for fact in facts]

    def _near(self, shared: Mapping[str, Sequence["_Shared"]]) -> dict[str, float]:
        """The best score of each fact over its parts, by shared words and by meaning."""
        texts = list(dict.fromkeys([*shared, *(item.part.text for best in shared.values() for item in best)]))
        vectors = dict(zip(texts, self._embedder.embed(texts), strict=True)) if texts else {}
        return {
            fact: max(
                (_WORDS_SHARE * item.words + (1 - _WORDS_SHARE) * float(np.dot(vectors[fact], vectors[item.part.text]))) * item.numbers
                for item in best
            )
            for fact, best in shared.items()
        }

    def _most_shared(self, fact: str, parts: Sequence[_Part], topic: frozenset[str]) -> list["_Shared"]:
        """The parts that share most words with `fact`."""
        stems, named = list(dict.fromkeys(_stems(fact))), self._named_in(fact)
        numbers = {stem for stem in stems if stem[0].isdigit()}
        scored = []
        for part in parts:
            held = {stem for stem in stems if stem in part.stems or named.get(stem, "") in part.named}
            scored.append(_Shared(self._share(stems, held, topic), 1.0 if numbers <= held else _NUMBER_MISSING, part))
        return sorted(scored, key=lambda item: (-item.words * item.numbers, len(item.part.text)))[:_PARTS]

    def _share(self, stems: Sequence[str], held: set[str], topic: frozenset[str]) -> float:
        """The mean of two shares of a fact's words: weighed by how rare they are, and counted plainly without the topic's."""
        weights = {stem: math.log(1 + self._of / (1 + self._seen[stem])) * (_TOPIC_WEIGHT if stem in topic else 1.0) for stem in stems}
        plain = [stem for stem in stems if stem not in topic] or stems
        if not plain:
            return 0.0
        weighed = sum(weights[stem] for stem in held) / max(1e-9, sum(weights.values()))
        return (weighed + sum(stem in held for stem in plain) / len(plain)) / 2

    def _part(self, text: str) -> _Part:
        return _Part(text, frozenset(_stems(text)), frozenset(self._named_in(text).values()))

    def _named_in(self, text: str) -> dict[str, str]:
        """The stem of each word of an article's name in `text`, with that article."""
        found = mentions(text, self._names.keys())
        return {stem: self._names[name] for name, start, end in found for stem in _stems(text[start:end])}


def _whole(best: Sequence[_Shared]) -> bool:
    """Whether some part holds every word and number of the fact: it is stated, whatever a model would say of its meaning."""
    return any(item.words > 1 - 1e-9 and item.numbers == 1.0 for item in best)


def parts_of(statements: Sequence[str]) -> list[str]:
    """What may state a fact: sentences, two or three in a row, list items with and without their lead-in, whole statements."""
    found: list[str] = []
    for text in statements:
        found += _list_parts(text) if "\n- " in text else _sentence_parts(text)
    for first, second in itertools.pairwise(statements):
        if "\n- " not in first + second:
            found.append(f"{first} {second}")
    return list(dict.fromkeys(found))


def _list_parts(text: str) -> Iterator[str]:
    lead, *items = text.split("\n- ")
    yield "; ".join([lead, *items])
    for item in items:
        yield f"{lead} {item}"
        yield item
    yield from (f"{first}; {second}" for first, second in itertools.pairwise(items))


def _sentence_parts(text: str) -> Iterator[str]:
    single = [text[span.start : span.end] for span in sentences(text)]
    yield from single
    yield from (f"{first} {second}" for first, second in itertools.pairwise(single))
    yield text


def _stems(text: str) -> list[str]:
    """Stems of the words that carry content, numbers as figures, words that say the same as one."""
    folded = re.sub(r"(\d),(\d{3})", r"\1\2", text.lower().replace("’", "'").replace("covid-19", "covid"))
    words = [_SPELT.get(word, word) for word in _WORD.findall(folded)]
    return [_stem(word) for word in words if word not in _STOP]


@cache
def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word.removesuffix("'s"))
    return _same().get(stem, stem)


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@cache
def _same() -> Mapping[str, str]:
    """The first stem of each group of words that say the same, by the stems of all."""
    groups: list[str] = yaml.safe_load(_SAME_WORDS.read_text(encoding="utf-8"))["same_words"]
    stems = [[_stemmer().stemWord(word) for word in group.split()] for group in groups]
    return {stem: group[0] for group in stems for stem in group}
