"""Why it fired: the words, the rule and its source, what was set aside, the classifier's view. Pure; escapes everything."""

from collections.abc import Mapping
from html import escape

from app.care import transcript
from app.desk import plain
from app.desk_words import did_not_count
from app.records.case_files import CaseFile
from app.records.cases import Why
from guardrails.rules import Rule

_LONGEST_QUOTE = 300


def findings_html(file: CaseFile, rules: Mapping[str, Rule]) -> str:
    """Every finding of the case: what rules found first, for it says what it saw."""
    ruled_first = sorted(zip(file.findings, file.found_in, strict=True), key=lambda pair: pair[0].finding.by != "rule")
    drawn = [_finding(why, rules.get(why.finding.rule), here=chat == file.chat) for why, chat in ruled_first]
    return "".join(drawn) or "<p>Nothing is stored.</p>"


def _finding(why: Why, rule: Rule | None, *, here: bool) -> str:
    finding, told = why.finding, why.told
    disputed = " <b class='cd-new'>The patient says this is not right.</b>" if why.disputed else ""
    lines = [f"<p><b>{escape(finding.reason)}</b>{disputed}</p>"]
    lines.append(
        f"<p class='cd-hint'>{escape(plain.LEVELS[finding.level])}, {escape(plain.PATHWAYS.get(finding.pathway, finding.pathway))}</p>"
    )
    for evidence in finding.evidence:
        where = f"message {evidence.turn + 1}"
        place = f"<a href='#{transcript.anchor(evidence.turn)}'>{where}</a>" if here else f"{where} of another chat"
        lines.append(f"<p><mark>{escape(evidence.text[:_LONGEST_QUOTE])}</mark> in {place}</p>")
    lines += _reasons(told)
    by = "found by a rule" if finding.by == "rule" else f"found by the {escape(finding.by)}"
    set_of = f", rule set {escape(str(told['rules'])[:12])}" if told.get("rules") else ""
    lines.append(f"<p class='cd-hint'>{escape(finding.rule)}, version {finding.version}, {by}{set_of}{_source(rule)}</p>")
    return f"<div class='cd-finding cd-finding-{finding.level}' data-testid='finding'>{''.join(lines)}</div>"


def _reasons(told: Mapping[str, object]) -> list[str]:
    """Negation decisions and the classifier's view, as they were stored with the case."""
    lines = [f"<p class='cd-hint'>{escape(line)}</p>" for _, line in did_not_count([told])]
    scores, nearest = told.get("scores"), told.get("nearest")
    nearest = nearest if isinstance(nearest, list) else []
    if isinstance(scores, dict) and scores:
        said = ", ".join(f"{escape(str(level))} {float(score):.0%}" for level, score in scores.items())
        near = [(escape(str(each["level"])), escape(str(each["text"])[:_LONGEST_QUOTE])) for each in nearest]
        like = "".join(f"<p class='cd-hint'>Like a message it learned from ({level}): “{text}”</p>" for level, text in near)
        lines.append(f"<details><summary>Classifier: {said}</summary>{like}</details>" if like else f"<p>Classifier: {said}</p>")
    return lines


def _source(rule: Rule | None) -> str:
    """Where the rule comes from, as a link that says where it leads."""
    if rule is None:
        return ""
    source = escape(str(rule.source))
    return (
        f"<br>Source: <a href='{source}' rel='noreferrer noopener' target='_blank'>{source}</a>"
        if source.startswith("http")
        else f"<br>Source: {source}"
    )
