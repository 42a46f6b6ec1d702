"""How much of an answer is asked for: "tell me more", "in short" and "simpler" are about the answer before, not new questions."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Depth = Literal["normal", "more", "brief", "simple"]

_PLEASE = r"(?:please|pls|can you|could you|would you|ok(?:ay)?|yes|sure|and|just|now|i'?d like(?: to)?|i want(?: to)?|i need)"
_PLAIN = r"(?:simple|simpler|plain|easy|easier|everyday) (?:words|terms|english|language)"
_ASKS: dict[Depth, tuple[str, ...]] = {
    "more": (
        r"(?:tell|show|give|say|know|hear|read|explain) ?(?:me|us)? ?(?:a (?:bit|little) )?(?:more|further|the rest)",
        r"(?:tell|show|give) (?:me|us) more (?:details?|info(?:rmation)?)",
        r"more(?: details?| info(?:rmation)?)?",
        r"go on|carry on|continue|keep going|elaborate|expand|longer|the rest",
        r"(?:any(?:thing)?|what) (?:else|more)(?: should i know)?|is there (?:anything|any) (?:else|more)(?: i should know)?",
        r"in (?:more )?detail",
    ),
    "brief": (
        r"(?:in|keep it) (?:short|brief)|shorter|(?:be )?brief(?:ly)?",
        r"summar(?:y|ise|ize)(?: (?:it|that|this))?|sum (?:it|that) up|tl;? ?dr",
        r"(?:the )?(?:short|quick) (?:version|answer)|(?:give me |what'?s )?(?:the )?(?:gist|bottom line)",
        r"(?:too long|that'?s a lot)(?: to read)?|in (?:one|a) sentence",
    ),
    "simple": (
        rf"(?:more )?simpl(?:y|er|e)|(?:in |use )?{_PLAIN}|easier(?: words)?|eli5|dumb it down",
        rf"(?:say|put|explain|write) (?:it |that |this )?(?:again )?(?:(?:more )?simpl(?:y|er)|in {_PLAIN}|easier)",
        r"(?:i )?(?:don'?t|do not|didn'?t) (?:understand|get it|follow)(?: (?:it|that|this))?",
    ),
}
_WITH_IT = r"(?: (?:about|on|of) (?:it|that|this|them|those))?"
_ONLY = {
    depth: re.compile(rf"\W*(?:{_PLEASE}\W+)*(?:{'|'.join(phrases)}){_WITH_IT}(?:\W+(?:please|pls|thanks?|thank you))?\W*", re.IGNORECASE)
    for depth, phrases in _ASKS.items()
}
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Request:
    """What to answer and how: `question` with the patient's messages before it; `page` counts the "more"s asked in a row."""

    question: str
    history: tuple[str, ...]
    depth: Depth = "normal"
    page: int = 0


def depth_of(text: str) -> Depth:
    """What a message asks of the answer before it; "normal" for everything that is a question of its own."""
    if len(text) > _LONGEST:
        return "normal"
    return next((depth for depth, pattern in _ONLY.items() if pattern.fullmatch(text)), "normal")


def requested(text: str, history: Sequence[str]) -> Request:
    """The question that `text` is about: itself, or the newest one before it that is no such request."""
    depth = depth_of(text)
    if depth == "normal":
        return Request(text, tuple(history))
    pages = 0
    for place in range(len(history) - 1, -1, -1):
        earlier = depth_of(history[place])
        if earlier == "normal":
            return Request(history[place], tuple(history[:place]), depth, pages + 1 if depth == "more" else 0)
        pages += earlier == "more"
    return Request(text, tuple(history))
