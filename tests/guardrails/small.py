"""A small set of rules of our own, so that a test of the machinery does not move when the clinic tunes its rules."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from guardrails import red_flags
from guardrails.red_flags import RedFlagRules

CONCEPTS = """
concepts:
  chest_pain: ["chest _ pain*|hurt*", "pain* _ chest"]
  crushing: ["elephant _ chest"]
  sweating: ["sweat*", "clammy"]
  fever: ["fever", "temperature"]
  pregnant: ["pregnant"]
  bleeding: ["bleeding"]
  die: ["want to die"]
"""
RULE = """
  - id: {id}
    version: 1
    level: {level}
    pathway: {pathway}
    reason: {{en: "Reason of {id}.", es: "Motivo de {id}."}}
    source: https://medlineplus.gov/heartattack.html
    despite: [{despite}]
    when: {when}
    fires: ["yes"]
    silent: ["no"]
"""
RULES = "rules:" + "".join(
    RULE.format(id=name, level=level, pathway=pathway, despite=despite, when=when)
    for name, level, pathway, despite, when in (
        ("heart", "emergency", "medical", "", "[[chest_pain, sweating], [crushing]]"),
        ("sore-chest", "urgent", "medical", "", "[[chest_pain]]"),
        ("infant-fever", "emergency", "medical", "", '[[fever, "age_months < 3"]]'),
        ("pregnancy-bleeding", "emergency", "medical", "", "[[pregnant, bleeding]]"),
        ("suicidal", "crisis", "suicide_self_harm", "fiction, hypothetical", "[[die]]"),
    )
)
CONTEXT = """
cues:
  - {category: negated, direction: before, reach: 3, phrases: ["no", "not"]}
  - {category: resolved, direction: after, reach: 3, phrases: ["went away"]}
  - {category: historical, direction: clause, reach: 0, phrases: ["years ago"]}
  - {category: information, direction: clause, reach: 0, phrases: ["what is|are"]}
  - {category: fiction, direction: turn, reach: 0, phrases: ["my novel"]}
terminators: ["but", "now"]
pseudo: ["not only", "no relief"]
personal: ["i", "my"]
"""


def write(folder: Path, *, concepts: str = CONCEPTS, rule_text: str = RULES, context_text: str = CONTEXT) -> Path:
    """The three kinds of rule file in `folder`; the rule file is called `heart.yaml`."""
    for name, text in (("concepts/en.yaml", concepts), ("heart.yaml", rule_text), ("context/en.yaml", context_text)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@cache
def engine() -> RedFlagRules:
    """The rule layer over the small set."""
    with TemporaryDirectory() as folder:
        written = write(Path(folder))
        return red_flags.load(written)


@cache
def starter() -> RedFlagRules:
    """The rule layer over the rules that ship."""
    return red_flags.load()
