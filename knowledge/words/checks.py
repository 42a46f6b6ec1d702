"""What would make a file of set words unfit for patients: a sentence that is missing, empty, or lost its emergency number.

A file with one such fault is never signed or served (`app.content.documents`). One that was signed before an upgrade may lack what
the upgrade brought: those keys alone are said as they ship (`filled`), so that no card is ever empty.
"""

import re
from collections.abc import Iterator, Mapping

import yaml

from knowledge.lint import Problem
from knowledge.words import placeholders, read, read_foreign

_HEADING = re.compile(r"^## (\w+)$", re.MULTILINE)
_MARKUP = re.compile(r"[<>`]|\]\(|\{\{|\}\}")
_NUMBER = re.compile(r"\b\d{2,}\b")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST = 1000
_WITHOUT_REGION = "_unknown"
"""Keys that end so are said where the country is unknown, and name the numbers that work from most phones (rule of care 6)."""


def problems(text: str, shipped: str, slug: str) -> list[Problem]:
    """Every fault of a words file, by line; `shipped` is the same file as it ships."""
    return [Problem(slug, line, "error", why) for line, why in sorted(_faults(text, shipped))]


def _faults(text: str, shipped: str) -> Iterator[tuple[int, str]]:
    entries, packaged = read(text), read(shipped)
    lines: dict[str, int] = {}
    for match in _HEADING.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        if match[1] in lines:
            yield line, f"{match[1]} stands twice"
        lines.setdefault(match[1], line)
    for key in packaged:
        if key not in entries:
            yield 1, f"{key} is missing; every sentence that ships must be said"
        elif why := fault(key, entries[key], packaged[key]):
            yield lines[key], f"{key} {why}"
    for key in entries:
        if key not in packaged:
            yield lines[key], f"{key} is said nowhere; its words would never be shown"


def fault(key: str, words: str, shipped: str) -> str:
    """What is wrong with the words under a key; empty where nothing is."""
    if not _LETTER.search(words):
        return "is empty"
    if len(words) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    if _MARKUP.search(words):
        return "holds markup; set words are plain text"
    try:
        found, wanted = placeholders(words), placeholders(shipped)
    except ValueError as error:
        return f"cannot be filled in: {error}"
    if found != wanted:
        return f"must hold {_named(wanted)}, and nothing else in braces"
    lost = set(_NUMBER.findall(shipped)) - set(_NUMBER.findall(words)) if key.endswith(_WITHOUT_REGION) else set()
    return f"must name {' and '.join(sorted(lost))}: no other number is known to whoever reads it" if lost else ""


def _named(names: frozenset[str]) -> str:
    return " and ".join(f"{{{name}}}" for name in sorted(names)) or "nothing to be filled in"


def filled(entries: Mapping[str, str], shipped: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """What is said under every key that ships, and the keys whose words are the packaged ones for want of usable ones."""
    kept = {key: words for key, words in entries.items() if key in shipped and not fault(key, words, shipped[key])}
    return {**shipped, **kept}, tuple(key for key in shipped if key not in kept)


def foreign_problems(text: str, shipped: str, slug: str) -> list[Problem]:
    """Every fault of a file of words in languages that we do not cover."""
    try:
        entries = read_foreign(text)
    except (yaml.YAMLError, ValueError, LookupError, TypeError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        return [Problem(slug, mark.line + 1 if mark else 1, "error", "cannot be read as YAML with words by language")]
    packaged = read_foreign(shipped)
    missing = [f"{code} is missing; every language that ships must be said" for code in packaged if code not in entries]
    model = next(iter(packaged.values()))
    wrong = [f"{code} {why}" for code, words in entries.items() if (why := fault(code, words, model))]
    return [Problem(slug, 1, "error", why) for why in (*missing, *wrong)]


def with_entry(text: str, key: str, words: str) -> str:
    """The file with other words under a key; everything else stays as it was. KeyError where there is no such key."""
    match = re.search(rf"^## {re.escape(key)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if match is None:
        raise KeyError(key)
    body = f"{' '.join(words.split())}\n" + ("\n" if match.end() < len(text) else "")
    return text[: match.start(1)] + body + text[match.end() :]
