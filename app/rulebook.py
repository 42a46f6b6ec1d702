"""The red-flag rules as people read them: `carelight rules …`, the clinicians' page, and `docs/red-flags.md`."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.records.sign_offs import NEEDED
from app.wiring import Application
from guardrails.explain import Neighbour
from guardrails.level import SEVERITY, Finding, Level, Profile, Question
from guardrails.red_flags import RedFlagRules, SetAside
from guardrails.rules import Ask, Rule, Term


@dataclass(frozen=True, slots=True)
class Tried:
    """What the whole screen makes of a text, and why: for rule authors and clinicians."""

    level: Level
    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    set_aside: tuple[SetAside, ...]
    scores: Mapping[str, float]
    nearest: tuple[Neighbour, ...]
    failure: str = ""


def try_text(app: Application, text: str) -> Tried:
    """Screen `text` on its own with every layer; nothing is recorded."""
    screening = app.screener.screen([text], Profile())
    scores, nearest = app.explainer.learned(text)
    return Tried(
        screening.level, screening.findings, screening.questions, app.red_flags.set_aside(text), scores, nearest, screening.failure
    )


def tried_lines(tried: Tried) -> Iterator[str]:
    """A trial as plain lines."""
    yield f"level: {tried.level}"
    for finding in tried.findings:
        yield f"{finding.level:9s} {finding.rule} ({finding.by}, {finding.pathway}): {', '.join(repr(e.text) for e in finding.evidence)}"
    for question in tried.questions:
        yield f"asks      {question.key}: {question.text['en']}"
    for words, category, cue in dict.fromkeys((item.words, item.category, item.cue) for item in tried.set_aside):
        yield f"set aside {words!r} ({category}: {cue!r})"
    if tried.scores:
        yield "classifier " + ", ".join(f"{level} {score:.2f}" for level, score in tried.scores.items())
    for near in tried.nearest:
        yield f"nearest   {near.similarity:.2f} {near.level}: {near.text}"
    if tried.failure:
        yield f"incomplete: {tried.failure}"


def failing(layer: RedFlagRules, rules: Iterable[Rule]) -> Iterator[str]:
    """Examples of `rules` that do not do what they must."""
    for rule in rules:
        for text, must in (*((t, True) for t in rule.fires), *((t, False) for t in rule.silent)):
            asked = {question.rule for question in layer.ask([text], Profile(), {}).questions}
            if (rule.id in asked | {finding.rule for finding in layer.find([text], Profile())}) != must:
                yield f"{rule.id}: {'does not fire' if must else 'fires'} on {text!r}"


def condition(rule: Rule) -> Iterator[str]:
    """Each alternative of a rule's condition in words."""
    for alternative in rule.when:
        yield " and ".join(map(_term, alternative))


def _term(term: Term) -> str:
    if term.comparison is not None:
        return f"{term.comparison.name} {term.comparison.operator} {term.comparison.limit:g}"
    names = [name.replace("_", " ") for name in term.concepts]
    return names[0] if len(names) == 1 else f"({' or '.join(names)})"


def rule_lines(rule: Rule) -> Iterator[str]:
    """One rule in full, as plain lines."""
    yield f"{rule.id}, version {rule.version}: {rule.level}, {rule.pathway}"
    yield rule.reason["en"]
    yield rule.reason["es"]
    yield f"source: {rule.source}"
    if rule.first_aid:
        yield f"first aid: {rule.first_aid.article}, {rule.first_aid.heading}"
    yield from (f"when: {words}" for words in condition(rule))
    if rule.ask:
        yield from _ask_lines(rule.ask)
    yield from (f"fires: {text}" for text in rule.fires)
    yield from (f"silent: {text}" for text in rule.silent)


def _ask_lines(ask: Ask) -> Iterator[str]:
    for question in ask.questions:
        choices = ", ".join(f"{choice.label['en']} → {choice.level or 'nothing'}" for choice in question.choices)
        yield f"asks: {question.text['en']} ({choices})"
    yield f"while asking: {ask.while_asking}; unanswered: {ask.unanswered}"


def status(app: Application) -> str:
    """The rule set in force and who signed it."""
    names = app.sign_offs.names(app.rules_fingerprint)
    signed = f"signed by {', '.join(names)}" if names else "signed by nobody"
    rest = "" if len(names) >= NEEDED else f" ({NEEDED} people must sign it before production)"
    return f"rule set {app.rules_fingerprint[:12]}: {signed}{rest}; {learned(app)}"


def learned(app: Application) -> str:
    """Whether the learned layer works."""
    return "rules and classifier work together" if app.classifier else "the classifier is missing: rules work alone"


def ordered(rules: Iterable[Rule]) -> list[Rule]:
    """Most severe first, then by kind of help: the order in which people read them."""
    return sorted(rules, key=lambda rule: (-SEVERITY[rule.level], rule.pathway, rule.id))


def reference(rules: Iterable[Rule]) -> str:
    """The text of docs/red-flags.md: every rule by level, with its reason, condition and source."""
    rules = ordered(rules)
    counts = Counter(rule.level for rule in rules)
    lines = [_REFERENCE, f"{len(rules)} rules: " + ", ".join(f"{counts[level]} {level}" for level in SEVERITY if counts[level]) + ".", ""]
    for level in SEVERITY:
        chosen = [rule for rule in rules if rule.level == level]
        if chosen:
            lines += [f"## {level.capitalize()}", ""]
        for rule in chosen:
            lines += _section(rule)
    return "\n".join(lines).rstrip() + "\n"


def _section(rule: Rule) -> list[str]:
    asks = [f"- Asks: {question.text['en']}" for question in rule.ask.questions] if rule.ask else []
    held = [f"- Held while asking: {rule.ask.while_asking}; without an answer: {rule.ask.unanswered}"] if rule.ask else []
    return [
        f"### {rule.id}",
        "",
        f"{rule.reason['en']} ({rule.pathway.replace('_', ' ')}, version {rule.version})",
        "",
        *(f"- When: {words}" for words in condition(rule)),
        *asks,
        *held,
        f"- For example: “{rule.fires[0]}”; but not: “{rule.silent[0]}”",
        f"- Source: <{rule.source}>",
        "",
    ]


_REFERENCE = """# Red flags

Every rule that can raise a level, generated from `guardrails/rules` (`python -m app.rulebook > docs/red-flags.md`; a test
holds it to the rules). A rule names concepts, each with many wordings in English and Spanish; words around a match may set
it aside ("no chest pain", "in my novel"). Beside the rules a learned classifier may raise a level and never lower one.
The rules are starter content: from public guidance, not yet signed by clinicians.
"""


if __name__ == "__main__":
    from guardrails.rules import load

    print(reference(load().rules), end="")  # noqa: T201
