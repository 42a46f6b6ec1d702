"""An article to begin from: the sections that its kind needs, each with a prompt where the editor's words go.

A prompt is a sentence that `knowledge.lint` calls an error, so that nobody can publish an article with a gap in it by accident.
"""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping

from knowledge.front_matter import ArticleKind
from knowledge.lint import needed

_REVIEW_AFTER = dt.timedelta(days=365)
_LONGEST_TITLE, _LONGEST_SLUG = 100, 80
_AUDIENCE: Mapping[ArticleKind, str] = {"child_health": "child", "pregnancy": "pregnancy", "first_aid": "everyone", "vaccine": "everyone"}
_USUAL: Mapping[ArticleKind, tuple[str, ...]] = {
    "condition": (
        "Causes",
        "Risk factors",
        "Complications",
        "Diagnosis",
        "Treatment",
        "Medicines",
        "Self-care",
        "Living with it",
        "Pregnancy",
        "Children",
    ),
    "symptom": ("Symptoms", "Causes", "Prevention", "Diagnosis", "Treatment", "Self-care", "Pregnancy", "Children"),
    "medicine": ("Missed dose", "Too much", "Pregnancy", "Children"),
    "test": ("Getting ready", "Results", "Risks", "Pregnancy", "Children"),
    "vaccine": ("How to take it", "Missed dose", "Interactions", "Self-care", "Pregnancy", "Children"),
    "pregnancy": ("Symptoms", "Causes", "Complications", "Treatment", "Medicines", "Self-care", "Living with it"),
    "child_health": ("Symptoms", "Causes", "Complications", "Diagnosis", "Treatment", "Medicines", "Self-care", "Living with it"),
    "mental_health": ("Symptoms", "Causes", "Treatment", "Medicines", "Self-care", "Living with it", "Pregnancy", "Children"),
    "first_aid": ("What not to do", "Overview", "Symptoms", "Prevention", "Recovery", "Pregnancy", "Children"),
    "wellbeing": ("Prevention", "Self-care", "Living with it", "Pregnancy", "Children"),
}
"""Sections beside the needed ones that nearly every such article has; one that does not apply is taken out."""

_ORDER = (
    "What to do",
    "What not to do",
    "Overview",
    "Symptoms",
    "Causes",
    "Risk factors",
    "Complications",
    "Prevention",
    "Getting ready",
    "What happens",
    "Results",
    "Risks",
    "How to take it",
    "Missed dose",
    "Interactions",
    "Side effects",
    "Too much",
    "Who should be careful",
    "Diagnosis",
    "Treatment",
    "Medicines",
    "Self-care",
    "Living with it",
    "Recovery",
    "Pregnancy",
    "Children",
    "When to get help",
)
"""The order in which readers meet sections, whatever the kind."""

_ASKS: Mapping[str, str] = {
    "What to do": "each step in the order it is done, life-saving steps first.",
    "What not to do": "what people often do that harms.",
    "Overview": "what it is, in two or three short sentences that each name the topic.",
    "Symptoms": "how it shows, the usual signs first.",
    "Causes": "what brings it on.",
    "Risk factors": "who gets it more often.",
    "Complications": "what can go wrong, and how often.",
    "Prevention": "what lowers the risk.",
    "Getting ready": "what to do, stop or bring before the test.",
    "What happens": "what is done, who does it, how long it takes and how it feels.",
    "Results": "when they come, and what they can and cannot tell.",
    "Risks": "what can go wrong, and how often.",
    "How to take it": "how it is taken, with or without food. Keep label limits word for word.",
    "Missed dose": "what to do after one missed dose, and that two are never taken together unless the label says so.",
    "Interactions": "which medicines, foods and drinks to keep apart from it.",
    "Side effects": "the common ones, then the rare ones that need help.",
    "Too much": "what happens after too much, and whom to call.",
    "Who should be careful": "who must not have it, and who should ask first.",
    "Diagnosis": "how it is found out.",
    "Treatment": "what is usually done, from the mildest to the strongest.",
    "Medicines": "which medicines are used, what each does, and who should not take it.",
    "Self-care": "what helps at home.",
    "Living with it": "what to expect later, at work, at home and at check-ups.",
    "Recovery": "how long it takes, and when to do what again.",
    "Pregnancy": "what is different in pregnancy and while breastfeeding.",
    "Children": "what is different in children, with ages.",
}
_HELP = """Call the emergency number now if someone:
- Write here: a sign of danger to life, one on each line

Get medical help today if someone:
- Write here: a sign that cannot wait until tomorrow

Make an appointment if someone:
- Write here: what should be looked at, but can wait
"""
_SOURCE = """  - organisation: "Write here: public body, such as NHS or MedlinePlus"
    title: "Write here: title of its page"
    url: https://write-here.invalid/{number}
    seen: null"""


def skeleton(title: str, kind: ArticleKind, today: dt.date) -> str:
    """The file of a new article, which can be read as it stands and which lint refuses until every prompt is replaced."""
    title = " ".join(title.split())[:_LONGEST_TITLE].strip() or "New article"
    front = [
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f"slug: {slug_of(title)}",
        f"kind: {kind}",
        "language: en",
        f"audience: [{_AUDIENCE.get(kind, 'adult')}]",
        "synonyms: []",
        'summary: "Write here: two sentences that say what it is and read well alone."',
        "codes: {}",
        "sources:",
        *(_SOURCE.format(number=number) for number in (1, 2)),
        'licence: "Write here: under what licence it may be used, such as CC-BY-4.0"',
        f"created: {today.isoformat()}",
        f'source_checked: {{date: {today.isoformat()}, how: "Write here: how its statements were held to the sources"}}',
        "clinical_review: null",
        f"next_review: {(today + _REVIEW_AFTER).isoformat()}",
    ]
    return "\n".join(["---", *front, "---", "", "\n".join(f"## {heading}\n\n{_prompt(heading)}" for heading in headings(kind))])


def headings(kind: ArticleKind) -> tuple[str, ...]:
    """The sections of a new article of that kind, in reading order."""
    return tuple(sorted({*needed(kind), *_USUAL[kind]}, key=_ORDER.index))


def with_section(body: str, heading: str) -> str:
    """The body with one more section, which holds its prompt, at the place where readers expect it."""
    later = _ORDER[_ORDER.index(heading) + 1 :] if heading in _ORDER else ()
    place = next((match.start() for match in re.finditer(r"^## (.+)$", body, re.MULTILINE) if match[1].strip() in later), len(body))
    before, after = body[:place].rstrip(), body[place:]
    section = f"## {heading}\n\n{_prompt(heading)}"
    return f"{before}\n\n{section}" + (f"\n{after}" if after else "")


def slug_of(title: str) -> str:
    """A slug from a title: plain letters, digits and single hyphens."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_SLUG].strip("-") or "new-article"


def _prompt(heading: str) -> str:
    return _HELP if heading == "When to get help" else f"Write here: {_ASKS.get(heading, 'what readers need to know.')}\n"
