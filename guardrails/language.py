"""In which language to reply. It chooses words only: both languages' rules run on every message (rule of care 13).

A language we do not cover is claimed only on strong evidence: taking a frightened person's broken English for Danish would
cost them their answer. The only user of py3langid.
"""

import re
import unicodedata
from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any, Literal

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from guardrails.text import fold

Covered = Literal["en", "es"]
COVERED: tuple[Covered, ...] = ("en", "es")
_MOST_CHARS = 600
_SURE = 0.9
_SURE_OF_ANOTHER = 0.93
_FEWEST_WORDS = 5
_COMMON = re.compile(
    r"\b(?:i|i'm|im|my|me|the|is|it|and|to|of|in|for|have|has|had|he|she|they|was|what|how|can|do|with|on|a|an|not|no|you|this|that"
    r"|yo|mi|mis|el|la|los|las|es|esta|y|de|en|para|tengo|tiene|que|con|un|una|por|se|le|lo|como|pero|muy|me|del|al|su)\b"
)
_SPANISH = re.compile(
    r"\b(?:ayuda|ayudenme|auxilio|socorro|duele|dolor|estoy|tengo|tiene|ahogo|ahogando|respira|respirar|sangre|sangrado|fiebre|gracias|hola"
    r"|emergencia|embarazada|bebe|hijo|hija|quiero|morir|pastillas|hinchad[oa]|mareo|mareado|mareada|vomito|desmay\w+)\b"
)
"""Words that settle a cry of one or two words."""
_DIALECTS = {"pcm": "en"}


def language_of(turns: Sequence[str], default: str) -> str:
    """ISO 639-1 code of the newest turn that tells: "en", "es", or another where the newest turn is clearly in it."""
    for age, turn in enumerate(reversed(turns)):
        told = _told(turn[:_MOST_CHARS])
        if told in COVERED or (told and not age):
            return told
    return default


def _told(text: str) -> str:
    """The language that a text is clearly in, or an empty string."""
    letters = [char for char in text if char.isalpha()]
    if not letters:
        return ""
    folded = fold(text)
    words = folded.split()
    if sum("LATIN" not in unicodedata.name(char, "") for char in letters) > len(letters) / 2:
        return str(_identifier(covered=False).classify(text)[0])
    code, probability = _identifier(covered=True).classify(text)
    foreign, certainty = _identifier(covered=False).classify(text)
    share = len(_COMMON.findall(folded)) / max(1, len(words))
    if foreign not in COVERED and certainty >= _SURE_OF_ANOTHER and len(words) >= _FEWEST_WORDS and share < 0.25:
        return _DIALECTS.get(str(foreign), str(foreign))
    if _SPANISH.search(folded):
        return "es"
    return str(code) if probability >= _SURE and len(words) > 1 else ""


@cache
def _identifier(*, covered: bool) -> Any:
    """The identifier, of our two languages alone or of all it knows; its file is read once, when first needed."""
    if not covered:
        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier = copy(_identifier(covered=False))
    identifier.set_languages(list(COVERED))  # binds tables of its own, the copied ones stay whole
    return identifier
