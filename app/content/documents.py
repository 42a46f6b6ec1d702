"""What goes through the editor desk: articles, and the clinic's texts, which are set words, numbers and prompts.

The same steps and the same rule of two hold for all of them (promise 4); only how one is read, and what makes it unfit,
differs by its kind. The slug of a text holds a dot, which no article's can: neither is ever taken for the other.
"""

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Literal

from guardrails import region_checks, regions
from knowledge import words
from knowledge.article import parse
from knowledge.front_matter import ArticleError, ArticleKind
from knowledge.lint import Problem
from knowledge.words import checks
from retrieval import prompt

TEXTS = "texts"
"""The library of the clinic's texts; answers never quote from it."""
DEMO = "demo"
"""The library of made-up articles; patients are never answered from it, and no copy of the library holds it."""
TextKind = Literal["words", "numbers", "prompt"]
Kind = ArticleKind | TextKind


@dataclass(frozen=True, slots=True)
class Document:
    """Something that is written, signed and served: what the records keep of it."""

    slug: str
    title: str
    kind: Kind
    library: str
    body: str
    """What remarks point into."""
    text: str
    """The whole file."""


@dataclass(frozen=True, slots=True)
class TextForm:
    """One of the clinic's texts: what it is, the file that ships, and what would make it unfit for patients."""

    slug: str
    title: str
    about: str
    kind: TextKind
    packaged: Callable[[], str]
    faults: Callable[[str, str], list[Problem]]
    """Of a text beside the packaged one."""

    def problems(self, text: str) -> list[Problem]:
        """What keeps `text` from being signed or served."""
        return self.faults(text, self.packaged())


def _words(language: str, title: str) -> TextForm:
    slug = f"words.{language}"
    about = "Every sentence that patients read and that is no article: care cards, banners, consent, replies."
    return TextForm(slug, title, about, "words", partial(words.packaged, language), lambda text, ours: checks.problems(text, ours, slug))


TEXT_FORMS: Mapping[str, TextForm] = {
    form.slug: form
    for form in (
        _words("en", "Set words, English"),
        _words("es", "Set words, Spanish"),
        TextForm(
            "words.foreign",
            "Set words, other languages",
            "One honest sentence in each language that is not covered, with the emergency number.",
            "words",
            words.packaged_foreign,
            lambda text, ours: checks.foreign_problems(text, ours, "words.foreign"),
        ),
        TextForm(
            "numbers.regions",
            "Numbers by country",
            "The numbers on care cards. A row that two pages did not agree on is not shown.",
            "numbers",
            lambda: regions.FILE.read_text(encoding="utf-8"),
            lambda text, ours: region_checks.problems(text, ours, "numbers.regions", dt.datetime.now(dt.UTC).date()),
        ),
        TextForm(
            "prompt.answer",
            "Prompt for drafted answers",
            "What a language model is told, where one drafts answers. Every sentence that it writes is checked all the same.",
            "prompt",
            prompt.packaged,
            lambda text, _ours: prompt.problems(text, "prompt.answer"),
        ),
    )
}
"""Every text by its slug."""


def is_text(slug: str) -> bool:
    """Whether that is one of the clinic's texts, and no article."""
    return slug in TEXT_FORMS


def read(text: str, slug: str) -> Document:
    """A document that may be handed in and served; ArticleError names the first thing that is wrong."""
    form = TEXT_FORMS.get(slug)
    if form is None:
        article = parse(text, slug)
        return Document(article.slug, article.title, article.kind, article.library, article.body, article.text)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    for problem in form.problems(text):
        raise ArticleError(slug, problem.line, form.title, problem.message)
    return as_stored(form, text)


def packaged() -> Iterable[Document]:
    """Every text as it ships."""
    return (as_stored(form, form.packaged()) for form in TEXT_FORMS.values())


def as_stored(form: TextForm, text: str) -> Document:
    """A text whatever its faults, such as one that was stored before an upgrade asked for more."""
    return Document(form.slug, form.title, form.kind, TEXTS, text, text)
