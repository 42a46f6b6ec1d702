"""The question as it must be searched: misspelt words put right, names found, long letters reduced to what they ask.

No model is used: the library's own titles and synonyms say whether a question names its topic. Whether a message goes on
from the one before is for the search to say, which knows what each would find (`retrieval.follow_up`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.library import Snapshot
from knowledge.names import mentions, words_in, words_of
from knowledge.passages import sentences
from retrieval.depth import Request
from retrieval.keywords import STOP, stemmer
from retrieval.spelling import Spelling

_LONG = 45
"""Words from which a message is a letter."""
_POINTS_BACK = re.compile(
    r"\b(?:it|its|it's|this|that|these|those|they|them|their|ones?|mine|same|else|he|she|him|her|instead|then|there)\b", re.IGNORECASE
)
_GOES_ON = re.compile(r"^\W*(?:and|so|but|or|also|then|what about|how about|why|ok(?:ay)?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched. Texts are corrected; `question` and `topic` never reach a patient."""

    request: Request
    question: str
    """The whole message."""
    asked: str
    """The part of a long letter that asks; the message itself where it is short."""
    topic: str
    """The earlier message that this one may go on from, or nothing."""
    named: frozenset[str]
    """Slugs of articles that the message names."""
    topic_named: frozenset[str]
    """Slugs of articles that the earlier message names."""

    @property
    def points_back(self) -> bool:
        """Whether the message has a word that stands for something said before."""
        return _POINTS_BACK.search(self.question) is not None

    @property
    def goes_on(self) -> bool:
        """Whether it opens as what goes on does: "and in children?"."""
        return _GOES_ON.search(self.question) is not None

    @property
    def alone(self) -> tuple[str, ...]:
        """What to search for by meaning where the message stands alone: the nearest of these counts."""
        return tuple(dict.fromkeys((self.question, self.asked)))

    @property
    def joined(self) -> tuple[str, ...]:
        """The same with the earlier message before it."""
        return tuple(f"{self.topic} {text}" for text in self.alone) if self.topic else self.alone


class Names:
    """The titles and synonyms of one library, found in running text."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._stem = stemmer()
        self._names: dict[tuple[str, ...], frozenset[str]] = {}
        for slug, revision in snapshot.revisions.items():
            title = revision.article.title
            shorter = (re.sub(r"\([^)]*\)", " ", title), *re.findall(r"\(([^)]+)\)", title))
            for name in {*revision.article.names, *shorter}:
                if words := words_of(self._plain(name)):
                    self._names[words] = self._names.get(words, frozenset()) | {slug}

    def named_in(self, text: str) -> frozenset[str]:
        """Slugs of articles named in `text`, longest names first, so that "type 2 diabetes" is not also "diabetes"."""
        return frozenset(slug for name, _, _ in mentions(self._plain(text), self._names) for slug in self._names[name])

    def _plain(self, text: str) -> str:
        """Stems of the words that carry content: "my migraines" names migraine."""
        words = [word for word in words_in(text) if word not in STOP]
        return " ".join(self._stem.stemWords([re.sub(r"['’-]", "", word) for word in words]))


def understand(request: Request, names: Names, spelling: Spelling) -> Query:
    """The query for `request`: its newest earlier message that names a topic, else the newest, is what it may go on from."""
    question = spelling.correct(request.question)
    earlier = [spelling.correct(text) for text in reversed(request.history)]
    named_earlier = [names.named_in(text) for text in earlier]
    place = next((place for place, named in enumerate(named_earlier) if named), 0)
    return Query(
        request,
        question,
        _asked(question),
        earlier[place] if earlier else "",
        names.named_in(question),
        named_earlier[place] if earlier else frozenset(),
    )


def _asked(message: str) -> str:
    """The sentences of a long letter that ask something, or its last two."""
    if len(message.split()) <= _LONG:
        return message
    parts: Sequence[str] = [message[span.start : span.end] for span in sentences(message)]
    asked = [part for part in parts if part.rstrip().endswith("?")]
    return " ".join(asked or parts[-2:])
