"""Articles held against the red-flag rules: no *when to get help* list may be calmer than the screen would be.

A patient who reads "make an appointment if …" and types the same words must not be told to call now, nor the other way
round. Each item is read as someone's message; where a rule gives it a higher level than its list does, the two disagree.
An item that a rule misreads (a history taken for an event) is listed with the reason in `knowledge/corpus/agreement.yaml`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from guardrails.level import SEVERITY, Level, Profile, worst
from guardrails.red_flags import RedFlagRules
from knowledge.article import Article
from knowledge.lint import Problem, line_of
from knowledge.passages import Passage, passages

KEPT = Path(__file__).parent.parent.parent / "knowledge" / "corpus" / "agreement.yaml"
_STEPS: Mapping[str, Level] = {
    "Call the emergency number now": "emergency",
    "Get medical help today": "urgent",
    "Make an appointment": "routine",
}
_GIVES_A_LINE = re.compile(r"\bcrisis line\b|\b988\b")
"""An item that gives the crisis line itself says "now", whatever its list."""
_SUBJECT = re.compile(r"\bif (.*):$")


def disagreements(article: Article, layer: RedFlagRules, kept: Mapping[str, Mapping[str, str]]) -> Iterator[Problem]:
    """Items of the article's *When to get help* that the rules rate more urgent, or whose step cannot be told."""
    for passage in passages(article, 1):
        if passage.heading != "When to get help" or not passage.is_list:
            continue
        step = next((level for lead, level in _STEPS.items() if passage.text.startswith(lead)), None)
        line = line_of(article, passage.start)
        if step is None:
            yield Problem(article.slug, line, "error", f"this list must begin with one of: {'; '.join(_STEPS)}")
            continue
        for place, item in enumerate(_items(passage), 1):
            if item not in kept.get(article.slug, {}) and (why := _more_urgent(passage, item, step, layer)):
                yield Problem(article.slug, line + place, "error", f"says {step} of {item!r}, but {why}; move or reword it")


def read_kept(path: Path = KEPT) -> dict[str, dict[str, str]]:
    """Items that were read and kept: slug → item → the reason."""
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}


def _items(passage: Passage) -> list[str]:
    return [line.removeprefix("- ") for line in passage.text.split("\n")[1:]]


def _message(passage: Passage, item: str) -> str:
    """The item as someone would type it: "someone with gout has a hot joint and a fever"."""
    subject = _SUBJECT.search(passage.text.split("\n", 1)[0])
    return f"{subject[1] if subject else passage.title + ':'} {item}"


def _more_urgent(passage: Passage, item: str, step: Level, layer: RedFlagRules) -> str:
    """Which rule says what, where that is more urgent than the item's step; nothing where the two agree."""
    found = layer.find([_message(passage, item)], Profile())
    level = worst(finding.level for finding in found)
    if SEVERITY[level] <= SEVERITY[step] or (level == "crisis" and _GIVES_A_LINE.search(item)):
        return ""
    return f"rule {', '.join(finding.rule for finding in found if finding.level == level)} says {level}"
