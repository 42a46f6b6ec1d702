"""Which kind of section a question asks for, by the words people use for it. The words stand in `sections.yaml`."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import cast

import yaml

from knowledge.headings import SectionKind

CUES_FILE = Path(__file__).parent / "sections.yaml"
_BESIDE_OTHERS = 0.4
"""How much "what is …" counts where the question also asks for something narrower."""


@cache
def _cues() -> Mapping[SectionKind, re.Pattern[str]]:
    data = cast("dict[SectionKind, list[str]]", yaml.safe_load(CUES_FILE.read_text(encoding="utf-8"))["sections"])
    return {kind: re.compile(r"\b(?:" + "|".join(patterns) + ")", re.IGNORECASE) for kind, patterns in data.items()}


def wanted_sections(question: str) -> dict[SectionKind, float]:
    """How strongly `question` asks for each kind of section: 0 to 1, nothing where no cue is found."""
    asked = [kind for kind, pattern in _cues().items() if pattern.search(question)]
    return {kind: (_BESIDE_OTHERS if kind == "overview" and len(asked) > 1 else 1.0) for kind in asked}
