"""What has no place in an article's text: markup and scripts, words meant for a language model, signs that nobody can see.

Articles are written by people, imported from files and copied from pages. The pages render them with HTML off, and a model's
draft is held against the passages; this tells the editor beforehand. A near miss ("never ignore your doctor's instructions")
must pass: each pattern asks for words that no health text needs.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

_ORDERS = r"(?:instructions?|directions|prompts?|rules|guidelines|guardrails|messages)"
_EARLIER = r"(?:previous|prior|earlier|preceding|foregoing|above|system|original|initial)"
_MODEL = r"(?:ai|assistant|(?:chat)?bot|(?:large )?(?:language )?model|llm|system|dan)"
_TO_A_MODEL = (
    rf"\b(?:ignore|disregard|forget|override|bypass|skip)\b[^.]{{0,40}}\b{_EARLIER}\b[^.]{{0,20}}\b{_ORDERS}\b",
    rf"\b(?:ignore|disregard|forget|override|bypass)\s+(?:all|any|every)\s+(?:of\s+)?(?:the\s+|your\s+|these\s+|those\s+)?{_ORDERS}\b",
    r"(?<!not )(?<!n['’]t )(?<!never )\b(?:ignore|disregard|forget)\s+your\s+(?:\w+\s+)?(?:instructions|guidelines|rules)\b",
    r"\bfrom\s+now\s+on\s+you\s+(?:are|have\s+no|must\s+(?:ignore|comply|answer))\b",
    r"(?:^|[.\n]\s*)(?:new|updated)\s+instructions?\s*:|\bsystem\s+(?:note|update|override)\b|\bsafety\s+protocols?\s+(?:is|are\s+)?disabled\b",
    r"\b(?:decode|decrypt)\b[^.]{0,40}\b(?:base64|rot13|hex|binary|string)\b|(?<![\w/.+=&?-])(?=[a-z+]*\d)[a-z0-9+]{40,}={0,2}(?![\w/.+-])",
    r"\b(?:ignore|disregard|forget)\s+everything\s+(?:above|before|you)\b",
    rf"\byou\s+are\s+(?:now\s+|from\s+now\s+on\s+)?(?:an?\s+|the\s+|my\s+)?(?:\w+\s+){{0,2}}{_MODEL}\b",
    r"\byou\s+are\s+now\s+(?:an?|the|in)\s+(?:\w+\s+)?(?:mode|expert|doctor|persona|character|pirate|hacker)\b",
    r"\b(?:pretend|imagine)\s+(?:that\s+)?you(?:\s+are|['’]re)\s+(?:an?|the|not|no)\b",
    r"\b(?:system|hidden|secret|initial)\s+prompts?\b|\bsystem\s+(?:message|instructions?)\b|\bprompt\s+injection\b|\bjailbreak\w*",
    r"\b(?:developer|debug|god|dan|unrestricted)\s+mode\b",
    r"\b(?:as\s+an?|dear|attention|(?:note|notice|important)\s+(?:to|for)(?:\s+(?:the|any))?|instructions?\s+(?:to|for)\s+(?:the|any|all))"
    r"\s+(?:ai|llm|language\s+model|(?:chat)?bot|assistant)s?\b"
    r"|\b(?:ai|llm|language)[\s-](?:models?|assistants?|agents?)\s+(?:must|should|shall|will|reading|integrating)\b",
    r"\b(?:reveal|print|repeat|output|leak)\s+(?:me\s+)?(?:the|your|all)\s+(?:\w+\s+)?(?:prompt|instructions|rules)\b",
    r"\b(?:do\s+not|don['’]t|never)\s+(?:cite|quote|show|mention)\b[^.]{0,30}\b(?:citations?|red\s+flags?|emergency\s+number|care\s+card)s?\b",
    r"<\|\w+\|>|\[/?inst\]|<</?sys>>|^\s*(?:#+\s*)?(?:system|assistant|user|human)\s*:\s*\S",
    r"\b(?:ignora|olvida|omite)\b[^.]{0,40}\b(?:instrucciones|órdenes|reglas)\s+(?:anteriores|previas|del\s+sistema)\b"
    r"|\bahora\s+eres\s+(?:un|una|el|la)\b|\bprompt\s+del\s+sistema\b",
)
_MARKUP = (
    r"</?[a-z!?][^<>\n]{0,40}>?",
    r"&(?:lt|gt|colon|tab|newline|#x?[0-9a-f]+);?",
    r"\b(?:java|vb)script\s*:|\bdata\s*:\s*(?:text|image|application)/",
    r"\bon(?:error|load|click|mouse\w+|focus|begin|toggle)\s*=",
    r"!\[",
    r"\{\{|\{%|\$\{",
)
_UNSEEN = "[\u00ad\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
_JOINERS = "\u200c\u200d"
Kind = Literal["model", "markup", "unseen"]
_SAYS: Mapping[Kind, str] = {
    "model": "is addressed to a language model, not to a reader; take it out",
    "markup": "is markup or code, which readers see as it stands; write plain words",
    "unseen": "holds signs that nobody can see; type the words anew",
}
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("model", re.compile("|".join(f"(?:{pattern})" for pattern in _TO_A_MODEL), re.IGNORECASE | re.MULTILINE)),
    ("markup", re.compile("|".join(f"(?:{pattern})" for pattern in _MARKUP), re.IGNORECASE)),
)
_HIDDEN = re.compile(_UNSEEN)
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Intruder:
    """Something that does not belong: where it begins in the text, and what to tell the editor."""

    offset: int
    kind: Kind
    message: str


def intruders(text: str) -> Iterator[Intruder]:
    """Everything of that kind in `text`, each place once; look-alike letters and hidden signs do not hide it."""
    for match in _HIDDEN.finditer(text):
        yield Intruder(match.start(), "unseen", _SAYS["unseen"])
    plain, origin = _plain(text)
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(plain):
            words = " ".join(match[0].split())[:_SHOWN]
            yield Intruder(origin[match.start()] if origin else match.start(), kind, f"{words!r} {_SAYS[kind]}")


def _plain(text: str) -> tuple[str, list[int]]:
    """The text as it is meant to look, and for each of its characters where it stood; no list where nothing had to be changed."""
    if text.isascii() or (unicodedata.is_normalized("NFKC", text) and not _HIDDEN.search(text) and not set(_JOINERS) & set(text)):
        return text, []
    signs: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        if sign in _JOINERS or _HIDDEN.match(sign):
            continue
        looks = unicodedata.normalize("NFKC", sign)
        signs.append(looks)
        origin += [place] * len(looks)
    return "".join(signs), origin
