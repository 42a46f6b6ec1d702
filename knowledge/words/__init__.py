"""Set words: every sentence a patient can read that is no article, by key and language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
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

    def say(self, key: str, **values: str) -> str:
        """The words under `key` with `{name}` filled in; KeyError where no such words exist."""
        return self.entries[key].format(**values) if values else self.entries[key]


def read(text: str) -> dict[str, str]:
    """The entries of a words file: each level-2 heading is a key, the text below it the words."""
    return {key: " ".join(body.split()) for key, body in _ENTRY.findall(text)}


@cache
def load(language: str = "en") -> Words:
    """Words of `language`; a language we have no words for gets English, a language with gaps is refused."""
    chosen = language if language in LANGUAGES else "en"
    english = read((_HERE / "en.md").read_text(encoding="utf-8"))
    entries = english if chosen == "en" else read((_HERE / f"{chosen}.md").read_text(encoding="utf-8"))
    if missing := sorted(set(english) ^ set(entries)):
        raise WordsError(f"knowledge/words/{chosen}.md: keys differ from English: {', '.join(missing)}")
    return Words(chosen, entries)


@cache
def _foreign() -> Mapping[str, str]:
    entries = yaml.safe_load((_HERE / "foreign.yaml").read_text(encoding="utf-8"))["languages"]
    return {code: entry["words"] for code, entry in entries.items()}


def foreign(language: str) -> str:
    """An honest word in a language that we do not cover, with `{number}` to fill in; empty where we have none."""
    return _foreign().get(language, "")
