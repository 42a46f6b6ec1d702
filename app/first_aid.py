"""The rules' first-aid lines, resolved once from what is served: a card waits for no search."""

import logging

from guardrails import rules
from guardrails.care_cards import Quote
from knowledge.library import Snapshot
from retrieval.quoted import first_aid

log = logging.getLogger("carelight")


def pinned(rule_set: rules.RuleSet, snapshot: Snapshot) -> dict[str, tuple[Quote, ...]]:
    """Each rule's first-aid lines, resolved once without search; a rule whose article is not served gets none."""
    pinned: dict[str, tuple[Quote, ...]] = {}
    for rule in rule_set.rules:
        if rule.first_aid is None:
            continue
        lines = first_aid(snapshot, rule.first_aid.article, rule.first_aid.heading)
        pinned[rule.id] = tuple(Quote(line.text, line.citations[0].href, _language(snapshot, rule.first_aid)) for line in lines)
        if not lines:
            log.warning(
                "rule %s pins %s, %s, which is not served; its built-in line is shown",
                rule.id,
                rule.first_aid.article,
                rule.first_aid.heading,
            )
    return pinned


def _language(snapshot: Snapshot, aid: rules.FirstAid) -> str:
    return snapshot.article(aid.article).language
