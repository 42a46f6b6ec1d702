"""The small phrase language that rules are written in, compiled to regular expressions of bounded cost.

`chest|breastbone _ pain*|tight*` means: one of the first words, at most three words, then a word beginning with one of
the last. `__` allows eight words, a trailing `?` makes a word optional, `#` is a number, `can't` also matches `cant`.
A phrase never reaches across the end of a sentence. Words and what separates them share no character, so a gap can be
filled in one way only and hostile text ("chest ''''''''") cannot make a phrase slow: `re` holds the interpreter while it
searches, and no time limit would be kept.
"""

import re
from collections.abc import Sequence

_SEPARATOR = r"[^\w.!?;\n]{1,4}"
_WIDE_SEPARATOR = r"[^\w.!?;\n]{1,8}"
_GAP_WORD = r"(?>\w{1,30}(?:'\w{1,9})?)"
_GAPS = {"_": 3, "__": 8}


class PhraseError(ValueError):
    """A phrase that cannot be compiled; the message says why."""


def compile_phrases(phrases: Sequence[str]) -> re.Pattern[str]:
    """One pattern that finds any of `phrases` in folded text (see `guardrails.text.fold`)."""
    return re.compile(expression(phrases))


def expression(phrases: Sequence[str]) -> str:
    """The regular expression of `phrases`, not yet compiled; PhraseError where one is not a phrase."""
    if not phrases:
        raise PhraseError("an empty list of phrases would match everything; write one")
    body = "|".join(_phrase(phrase) for phrase in phrases)
    return rf"(?=[{_initials(phrases)}])(?<!\w)(?:{body})(?!\w)"


def _initials(phrases: Sequence[str]) -> str:
    """The characters that any of `phrases` can begin with: most places of a text are passed over by them alone."""
    found: set[str] = set()
    for phrase in phrases:
        for token in phrase.split():
            found.update(r"\d" if word == "#" else re.escape(word.lstrip("'-")[:1]) for word in token.split("|"))
            if not token.endswith("?"):
                break
    return "".join(sorted(found))


def _phrase(phrase: str) -> str:
    tokens = phrase.split()
    if not tokens or tokens[0] in _GAPS or tokens[-1] in _GAPS:
        raise PhraseError(f"phrase {phrase!r} must begin and end with a word")
    if tokens[0].endswith("?"):
        return f"(?:{_token(tokens[0])}{_SEPARATOR})?" + _phrase(" ".join(tokens[1:]))
    out, lead = _token(tokens[0]), _SEPARATOR
    for token in tokens[1:]:
        if token in _GAPS:
            lead = rf"(?:{_WIDE_SEPARATOR}{_GAP_WORD}){{0,{_GAPS[token]}}}?{_WIDE_SEPARATOR}"
            continue
        out += f"(?:{lead}{_token(token)})?" if token.endswith("?") else lead + _token(token)
        lead = _SEPARATOR
    return out


def _token(token: str) -> str:
    words = token.removesuffix("?")
    if not words:
        raise PhraseError("a '?' must follow a word")
    return "(?:" + "|".join(_word(word) for word in words.split("|")) + ")"


def _word(word: str) -> str:
    if word == "#":
        return r"\d+(?:[.,]\d+)?"
    stem = word.removesuffix("*")
    if not re.fullmatch(r"[\w'%/-]+", stem):
        raise PhraseError(f"word {word!r} may hold letters, digits, ' and -, with * only at its end")
    pattern = re.escape(stem).replace("'", "'?").replace(r"\-", r"[\s-]?")
    return pattern + (r"\w*" if word.endswith("*") else "")
