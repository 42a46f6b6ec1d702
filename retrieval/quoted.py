"""Answers made of the articles' own sentences: no model, nothing invented, every statement a pinned span.

The best passage leads, whole, because it is the smallest part that keeps a condition beside the advice it limits. The
next most useful passages follow in reading order, and the article's call-for-help list ends the answer.
"""

from collections.abc import Sequence

from knowledge.citation import Role, Statement
from knowledge.library import Snapshot
from knowledge.passages import Passage, statements
from retrieval.answer import Answer
from retrieval.search import Found, Scored

_WORDS = 150
_POINTS = 3
_ARTICLES = 3
_CLOSE = 0.7
_SECOND_ARTICLE = 0.93
_HELP = "When to get help"


def quote(found: Found, snapshot: Snapshot) -> Answer:
    """The quoted answer to `found`, at most about 150 words and three articles besides the call-for-help list.

    `found.passages` must not be empty: whether the library covers the question was decided by search.
    """
    lead = found.passages[0]
    chosen = [lead, *_points(lead, found)]
    articles = list(dict.fromkeys(scored.passage.article for scored in chosen))
    ordered = sorted(chosen[1:], key=lambda s: (articles.index(s.passage.article), s.passage.start))
    cited = _state(lead.passage, "lead", snapshot)
    for scored in ordered:
        cited += _state(scored.passage, "point", snapshot)
    help_passage = _help(lead.passage.article, {s.passage.id for s in chosen}, snapshot)
    if help_passage is not None:
        cited += _state(help_passage, "help", snapshot)
    return Answer(tuple(cited))


def _points(lead: Scored, found: Found) -> list[Scored]:
    """Further passages worth the reader's time: as close as the lead, within the word budget, from few articles."""
    chosen: list[Scored] = []
    words = len(lead.passage.text.split())
    articles = {lead.passage.article}
    for scored in found.passages:
        passage = scored.passage
        length = len(passage.text.split())
        if passage.id == lead.passage.id or passage.heading == _HELP or scored.similarity < _CLOSE * lead.similarity:
            continue
        if passage.article not in articles and (scored.score < _SECOND_ARTICLE * lead.score or len(articles) >= _ARTICLES):
            continue
        if words + length > _WORDS or len(chosen) >= _POINTS:
            continue
        chosen.append(scored)
        articles.add(passage.article)
        words += length
    return chosen


def _help(slug: str, used: set[str], snapshot: Snapshot) -> Passage | None:
    """The article's first call-for-help list (when to call the emergency number), unless the answer already quotes it.

    An answer that quotes only a later list, such as when to make an appointment, still ends with the first.
    """
    section = snapshot.section_passages(slug, _HELP)
    first = next((p for p in section if p.is_list), section[0] if section else None)
    return None if first is None or first.id in used else first


def _state(passage: Passage, role: Role, snapshot: Snapshot) -> list[Statement]:
    body = snapshot.revisions[passage.article].article.body
    return [Statement(body[s.start : s.end], (snapshot.cite(passage, s),), role) for s in statements(passage)]


def suggestions(found: Found, snapshot: Snapshot, limit: int = 3) -> tuple[str, ...]:
    """Follow-up questions that the library can answer: other sections of the article that was quoted."""
    if not found.passages:
        return ()
    slug = found.passages[0].passage.article
    asked = {s.passage.section for s in found.passages[:2]} | set(found.wanted)
    article = snapshot.article(slug)
    topic = article.title.split(" (")[0].split(":")[0]
    name = topic if topic.isupper() or topic.split()[0].isupper() else topic[0].lower() + topic[1:]
    offers = [_ASK[s.heading].format(topic=name) for s in article.sections if s.kind not in asked and s.heading in _ASK]
    return tuple(dict.fromkeys(offers))[:limit]


_ASK: dict[str, str] = {
    "Symptoms": "What are the symptoms of {topic}?",
    "When to get help": "When should I get help for {topic}?",
    "Treatment": "How is {topic} treated?",
    "Self-care": "What can I do myself about {topic}?",
    "Causes": "What causes {topic}?",
    "Prevention": "How can {topic} be prevented?",
    "Medicines": "Which medicines are used for {topic}?",
    "Side effects": "What are the side effects of {topic}?",
    "How to take it": "How do I take {topic}?",
    "Interactions": "What should I not take with {topic}?",
    "Getting ready": "How do I get ready for {topic}?",
    "What happens": "What happens during {topic}?",
    "Risks": "What are the risks of {topic}?",
    "What to do": "What should I do first for {topic}?",
}


def first_aid(snapshot: Snapshot, slug: str, heading: str, limit: int = 2) -> Sequence[Statement]:
    """Statements under one heading of a served article, for a rule's pinned first aid; empty where it is not served."""
    found = snapshot.section_passages(slug, heading)[:limit]
    return [statement for passage in found for statement in _state(passage, "point", snapshot)]
