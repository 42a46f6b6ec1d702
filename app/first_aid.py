"""The rules' first-aid lines, resolved once from what is served: a card waits for no search."""

import logging

from guardrails import rules
from guardrails.care_cards import Quote
from knowledge.library import Snapshot
from retrieval.quoted import first_aid

log = logging.getLogger("carelight")


def pinned(rule_set: rules.RuleSet, snapshot: Snapshot) -> dict[str, tuple[Quote, ...]]:
    """Each rule's first-aid lines, resolved once without search; a rule whose article is not served gets none, and it is logged."""
    found = lines(rule_set, snapshot)
    for rule in rule_set.rules:
        if rule.first_aid and not found[rule.id]:
            log.warning(
                "rule %s pins %s, %s, which is not served; its built-in line is shown",
                rule.id,
                rule.first_aid.article,
                rule.first_aid.heading,
            )
    return found


def lines(rule_set: rules.RuleSet, snapshot: Snapshot) -> dict[str, tuple[Quote, ...]]:
    """The first-aid lines of each rule that pins some, as `snapshot` has them."""
    found: dict[str, tuple[Quote, ...]] = {}
    for rule in rule_set.rules:
        if rule.first_aid is not None:
            said = first_aid(snapshot, rule.first_aid.article, rule.first_aid.heading)
            found[rule.id] = tuple(Quote(line.text, line.citations[0].href, _language(snapshot, rule.first_aid)) for line in said)
    return found


def _language(snapshot: Snapshot, aid: rules.FirstAid) -> str:
    return snapshot.article(aid.article).language
