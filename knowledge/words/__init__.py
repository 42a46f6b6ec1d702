"""Set words: every sentence a patient can read that is no article, by key and language."""

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

_HERE = Path(__file__).parent
_ENTRY = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
LANGUAGES = ("en", "es")


class WordsError(ValueError):
    """A file of set words that is incomplete: names the language and the keys."""


@dataclass(frozen=True, slots=True)
class Words:
    """The set words of one language."""

    language: str
    entries: Mapping[str, str]
    foreign: Mapping[str, str] = field(default_factory=dict)
    """By a language that we do not cover, an honest word in it, with `{number}` to fill in."""

    def say(self, key: str, **values: str) -> str:
        """The words under `key` with `{name}` filled in; KeyError where no such words exist."""
        return self.entries[key].format(**values) if values else self.entries[key]


def read(text: str) -> dict[str, str]:
    """The entries of a words file: each level-2 heading is a key, the text below it the words."""
    return {key: " ".join(body.split()) for key, body in _ENTRY.findall(text)}


def read_foreign(text: str) -> dict[str, str]:
    """The words of each language in a file such as `foreign.yaml`; yaml.YAMLError, or TypeError and its like, where it is none."""
    entries = yaml.load(text, Loader=yaml.CSafeLoader)["languages"]
    return {str(code): " ".join(entry["words"].split()) for code, entry in entries.items()}


def placeholders(words: str) -> frozenset[str]:
    """What is to be filled in; ValueError where the braces are none that can be."""
    found = [(name, spec, conversion) for _, name, spec, conversion in string.Formatter().parse(words) if name is not None]
    if any(not name.isidentifier() or spec or conversion for name, spec, conversion in found):
        raise ValueError("braces hold the name of what is filled in, and nothing else")
    return frozenset(name for name, _, _ in found)


def packaged(language: str) -> str:
    """The file of a language as it ships."""
    return (_HERE / f"{language}.md").read_text(encoding="utf-8")


def packaged_foreign() -> str:
    """The file of the languages that we do not cover, as it ships."""
    return (_HERE / "foreign.yaml").read_text(encoding="utf-8")


@cache
def load(language: str = "en") -> Words:
    """The words of `language` that ship; a language we have no words for gets English, a language with gaps is refused."""
    chosen = language if language in LANGUAGES else "en"
    english = read(packaged("en"))
    entries = english if chosen == "en" else read(packaged(chosen))
    if missing := sorted(set(english) ^ set(entries)):
        raise WordsError(f"knowledge/words/{chosen}.md: keys differ from English: {', '.join(missing)}")
    return Words(chosen, entries, read_foreign(packaged_foreign()))
