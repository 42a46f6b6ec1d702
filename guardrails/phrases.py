"""The small phrase language that rules are written in, compiled to regular expressions of bounded cost.

`chest|breastbone _ pain*|tight*` means: one of the first words, at most three words, then a word beginning with one of
the last. `__` allows eight words, a trailing `?` makes a word optional, `#` is a number, `can't` also matches `cant`.
A phrase never reaches across the end of a sentence, and has no nested repetition, so hostile text cannot make it slow.
"""

import re

_SEPARATOR = r"[^\w.!?;\n]{1,4}"
_WORD = r"[\w'%-]{1,30}"
_GAPS = {"_": 3, "__": 8}


class PhraseError(ValueError):
    """A phrase that cannot be compiled; the message says why."""


def compile_phrases(phrases: list[str]) -> re.Pattern[str]:
    """One pattern that finds any of `phrases` in folded text (see `guardrails.text.fold`)."""
    return re.compile("|".join(_phrase(phrase) for phrase in phrases))


def _phrase(phrase: str) -> str:
    tokens = phrase.split()
    if not tokens or tokens[0] in _GAPS or tokens[-1] in _GAPS:
        raise PhraseError(f"phrase {phrase!r} must begin and end with a word")
    out = ""
    gap = ""
    for index, token in enumerate(tokens):
        if token in _GAPS:
            gap = rf"(?:{_SEPARATOR}{_WORD}){{0,{_GAPS[token]}}}?"
            continue
        optional = token.endswith("?")
        word = _token(token.rstrip("?"))
        lead = "" if index == 0 else gap + _SEPARATOR
        out += f"(?:{word}{_SEPARATOR})?" if optional and index == 0 else f"(?:{lead}{word})?" if optional else lead + word
        gap = ""
        if optional and index == 0:
            return rf"(?<!\w){out}" + _phrase(" ".join(tokens[1:]))
    return rf"(?<!\w){out}(?!\w)"


def _token(token: str) -> str:
    if not token:
        raise PhraseError("a '?' must follow a word")
    return "(?:" + "|".join(_word(word) for word in token.split("|")) + ")"


def _word(word: str) -> str:
    if word == "#":
        return r"\d+(?:[.,]\d+)?"
    stem = word.removesuffix("*")
    if not re.fullmatch(r"[\w'%/-]+", stem):
        raise PhraseError(f"word {word!r} may hold letters, digits, ' and -, with * only at its end")
    pattern = re.escape(stem).replace("'", "'?").replace(r"\-", r"[\s-]?")
    return pattern + (r"\w*" if word.endswith("*") else "")
