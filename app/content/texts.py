"""What is said now: set words, numbers and prompt as they are served, taken as one value that changes as a whole.

A turn takes what it says once and keeps it to its end. Where a served text cannot be used the packaged one stands in for it,
whole or by the sentence, and it is logged: a card is never empty.
"""

import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from app.content.documents import TEXT_FORMS
from app.errors import RecordsError
from app.records.text_store import ServedText, ServedTexts, TextStore
from guardrails import regions
from guardrails.regions import Region
from knowledge import words
from knowledge.words import Words, checks
from retrieval import prompt
from retrieval.prompt import Prompt

log = logging.getLogger("carelight.texts")
NUMBERS, PROMPT, FOREIGN = "numbers.regions", "prompt.answer", "words.foreign"
_NOTHING_READ = ServedTexts(-1, {})


@dataclass(frozen=True)
class Texts:
    """Everything that is said of the clinic's texts at one version of the served set."""

    version: int
    words: Mapping[str, Words]
    regions: Mapping[str, Region]
    prompt: Prompt
    stand_ins: tuple[str, ...]
    """Where packaged words stand in for served ones that cannot be used, in sentences."""
    signed: frozenset[str]
    """Slugs of the texts that two people have passed."""

    def unsigned(self, but: Collection[str] = ()) -> list[str]:
        """Titles of the texts that two people have not passed, `but` those of which nothing is said."""
        return [form.title for slug, form in TEXT_FORMS.items() if slug not in self.signed and slug not in but]


def texts_of(served: ServedTexts) -> Texts:
    """What is said with these texts served."""
    usable = {slug: found.text for slug, found in served.texts.items() if slug in TEXT_FORMS and not _unusable(slug, found.text)}
    foreign = words.read_foreign(usable.get(FOREIGN) or words.packaged_foreign())
    said = {language: Words(language, _entries(language, served.texts.get(f"words.{language}")), foreign) for language in words.LANGUAGES}
    numbers, asked = usable.get(NUMBERS), usable.get(PROMPT)
    return Texts(
        served.version,
        said,
        regions.read(numbers) if numbers else regions.load(),
        prompt.prompt(asked) if asked else prompt.packaged_prompt(),
        tuple(_stand_ins(served)),
        frozenset(slug for slug, found in served.texts.items() if found.signed),
    )


def _entries(language: str, served: ServedText | None) -> Mapping[str, str]:
    shipped = words.load(language).entries
    return checks.filled(words.read(served.text), shipped)[0] if served else shipped


def _stand_ins(served: ServedTexts) -> Iterator[str]:
    for slug, form in TEXT_FORMS.items():
        found = served.texts.get(slug)
        if found is None or not _unusable(slug, found.text):
            continue
        _, language = slug.split(".")
        if language in words.LANGUAGES:
            keys = checks.filled(words.read(found.text), words.load(language).entries)[1]
            if keys:
                yield f"{form.title}, revision {found.number}: the packaged words stand in for {', '.join(keys)}"
        else:
            yield f"{form.title}, revision {found.number}: it cannot be used, and the packaged text stands in for it"


@lru_cache(maxsize=16)
def _unusable(slug: str, text: str) -> bool:
    """Whether something is wrong with a text; what ships is right, and is not read for that."""
    form = TEXT_FORMS[slug]
    return text != form.packaged() and bool(form.problems(text))


class LiveTexts:
    """Holds what is said now, and follows the served set."""

    def __init__(self, store: TextStore) -> None:
        self._store = store
        self.now = texts_of(_NOTHING_READ)
        try:
            self.follow()
        except RecordsError as error:
            log.error("the packaged texts are used until the records can be read: %s", error)

    def follow(self) -> None:
        """Take what is served now, all of it at once. RecordsError where the records cannot be read."""
        if self._store.version() == self.now.version:
            return
        before, self.now = self.now, texts_of(self._store.served())
        for sentence in self.now.stand_ins:
            if sentence not in before.stand_ins:
                log.error("%s", sentence)


class LiveWords(Mapping[str, Words]):
    """The set words of every language as they are said now: each look takes one whole language."""

    def __init__(self, live: LiveTexts) -> None:
        self._live = live

    def __getitem__(self, language: str) -> Words:
        return self._live.now.words[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._live.now.words)

    def __len__(self) -> int:
        return len(self._live.now.words)
