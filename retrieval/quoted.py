"""Answers made of the articles' own sentences: no model, nothing invented, every statement a pinned span.

The part that answers leads; the most useful others follow in reading order; the article's call-for-help list ends the
answer. A part is the least that may stand alone: a sentence with those that lean on it, or items under their lead-in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from knowledge.citation import Role, Statement
from knowledge.library import Snapshot
from knowledge.passages import Passage, Span, items, sentences, statements
from retrieval.answer import Answer
from retrieval.depth import Depth
from retrieval.expects import Form, expected, has
from retrieval.keywords import words
from retrieval.search import Found, Scored
from retrieval.units import Key, clusters, words_at

_HELP = "When to get help"


@dataclass(frozen=True, slots=True)
class _Plan:
    """How much is said: words before the call for help and of everything, parts, and by how many log-odds a part may trail the lead."""

    body: int
    whole: int
    parts: int
    trail: float


_PLANS: dict[Depth, _Plan] = {
    "normal": _Plan(140, 158, 9, 6.0),
    "more": _Plan(160, 200, 9, 12.0),
    "brief": _Plan(35, 60, 2, 1.5),
    "simple": _Plan(55, 90, 3, 3.0),
}
_LEAST = 90
"""Words of a normal answer before its call for help, however long that is."""
_ITEMS = 5
_HELP_ITEMS = 3
_REPEATS = 0.75
_SECOND_ARTICLE = 1.2
_FORM = 1.0
_HOLDS = 2.0
_NEAR = 4.0
"""What it counts that a part is nearer to the question than its passage as a whole, by cosine."""
_FAR = 0.3
"""About the cosine of a passage that only keywords found."""
_LATER = 0.3
_LATEST = 4
"""What each part of a paragraph before it costs a part, and how many count: authors put the weightiest first."""
_WORDS = 0.01
"""What each word counts for a part: lists tell more than single sentences do."""
_TOGETHER = re.compile(
    r"\b(?:all|both|each|every one) of\b|\bin (?:this )?order\b|\bsteps?\b|\bfirst,|\b(?:two|three|four|five) or more\b",
    re.IGNORECASE,
)
"""Lead-ins whose items only count together or in order: such a list is never cut."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Spans of one passage that may be quoted alone; `score` in log-odds within this answer."""

    passage: Passage
    spans: tuple[Span, ...]
    score: float
    text: str

    @property
    def length(self) -> int:
        return len(self.text.split())

    @property
    def key(self) -> tuple[str, int]:
        return self.passage.id, self.spans[0].start


def quote(found: Found, snapshot: Snapshot) -> Answer:
    """The quoted answer to `found`; about 60 to 160 words, less or more where the patient asked for it.

    `found.passages` must not be empty: whether the library covers the question was decided by search. An answer without
    statements means that more was asked for and there is no more.
    """
    request = found.query.request
    slug = found.passages[0].passage.article
    plan = _plan(request.depth, slug, snapshot)
    parts = _parts(found, snapshot)
    used: set[tuple[str, int]] = set()
    for _ in range(request.page):
        used |= {part.key for part in _chosen(parts, used, _plan("more" if used else "normal", slug, snapshot))}
    chosen = _chosen(parts, used, plan)
    if not chosen:
        return Answer(())
    body = _in_order(chosen)
    cited = [statement for place, part in enumerate(body) for statement in _state(part, "point" if place else "lead", snapshot)]
    if not request.page:
        cited += _help(body, plan.whole - sum(part.length for part in body), snapshot, found)
    return Answer(tuple(cited))


def _plan(depth: Depth, slug: str, snapshot: Snapshot) -> _Plan:
    """The plan of a depth; a normal answer fills what the shortest call for help of its article leaves of the whole."""
    plan = _PLANS[depth]
    if depth != "normal":
        return plan
    net = _first_help(slug, snapshot)
    spans = items(net)[: _HELP_ITEMS + 1 if net.is_list else None] if net else ()
    needed = _length(words_at(net, span) for span in spans) if net else 0
    return replace(plan, body=min(plan.body, max(_LEAST, plan.whole - needed)))


def _length(texts: Iterable[str]) -> int:
    return sum(len(text.split()) for text in texts)


def _parts(found: Found, snapshot: Snapshot) -> list[_Part]:
    """Every part that could be quoted, best first: of the best article, and of others that the question needs as well."""
    forms = expected(found.query.question)
    asked = set(words(found.text))
    simple = found.query.request.depth == "simple"
    parts = [
        part
        for scored in _of_few_articles(found, snapshot)
        for part in _cut(scored, _Wish(asked, forms, found.units, whole_lists=found.query.request.depth == "more"))
    ]
    if simple:
        parts = [replace(part, score=part.score - _difficulty(part.text)) for part in parts]
    return sorted(parts, key=lambda part: (-part.score, part.key))


def _of_few_articles(found: Found, snapshot: Snapshot) -> list[Scored]:
    """Passages of the best article, and of a second one that is as likely or that the question names too.

    Two medicines are never joined unless one article names the other: their passages come from the first alone.
    """
    best = found.passages[0]
    kept = [best.passage.article]
    named = found.query.named
    for scored in found.passages[1:]:
        slug = scored.passage.article
        if slug in kept or len(kept) > 1:
            continue
        close = best.score - scored.score < (_SECOND_ARTICLE * 3 if {slug, kept[0]} <= named else _SECOND_ARTICLE)
        both_medicines = snapshot.article(slug).kind == snapshot.article(kept[0]).kind == "medicine"
        if close and not both_medicines:
            kept.append(slug)
    return [scored for scored in found.passages if scored.passage.article in kept]


@dataclass(frozen=True, slots=True)
class _Wish:
    """What parts are weighed by: the question's words, the form its answer must take, and how near it is to each unit."""

    asked: set[str]
    forms: frozenset[Form]
    near: Mapping[Key, float]
    whole_lists: bool

    def worth(self, text: str) -> float:
        """How much of what is asked for stands in `text`."""
        return _share(self.asked, text) + has(text, self.forms)

    def weighed(self, scored: Scored, spans: Sequence[Span], units: Sequence[Span], place: int = 0) -> _Part:
        """`spans` as a part, with the score of its passage and what sets it apart there; its `units` tell how near it is."""
        passage = scored.passage
        text = "\n".join(words_at(passage, span) for span in spans)
        known = [self.near[key] for span in units if (key := (passage.id, span.start)) in self.near]
        whole = scored.similarity or _FAR
        nearer = max(known, default=whole) - whole
        own = _HOLDS * _share(self.asked, text) + _FORM * has(text, self.forms) + _NEAR * nearer
        return _Part(passage, tuple(spans), scored.score + own + _WORDS * _length([text]) - _LATER * min(place, _LATEST), text)


def _cut(scored: Scored, wish: _Wish) -> list[_Part]:
    """The parts of one passage, each with its own score: a list is one, with the items that are most asked for."""
    passage = scored.passage
    if not passage.is_list:
        return [wish.weighed(scored, cluster, cluster[:1], place) for place, cluster in enumerate(clusters(passage))]
    lead_in, *rows = items(passage)
    if wish.whole_lists or len(rows) <= _ITEMS or _TOGETHER.search(words_at(passage, lead_in)):
        return [wish.weighed(scored, (Span(passage.start, passage.end),), rows)]
    kept = _best_rows(rows, _ITEMS, lambda span: wish.worth(words_at(passage, span)))
    return [wish.weighed(scored, (lead_in, *kept), kept)]


def _share(asked: set[str], text: str) -> float:
    """The share of the question's words that `text` holds."""
    return len(asked & set(words(text))) / len(asked) if asked else 0.0


def _best_rows(rows: Sequence[Span], count: int, worth: Callable[[Span], float]) -> list[Span]:
    """The `count` rows worth most, in their own order; the first of equals, for authors put the weightiest first."""
    best = sorted(range(len(rows)), key=lambda place: (-worth(rows[place]), place))[:count]
    return [rows[place] for place in sorted(best)]


def _difficulty(text: str) -> float:
    """What long sentences and long words cost where simpler words were asked for, in log-odds."""
    lengths = [len(text[span.start : span.end].split()) for span in sentences(text)]
    long_words = sum(len(word) > 9 for word in text.split()) / max(1, len(text.split()))
    return 0.12 * max(0.0, sum(lengths) / max(1, len(lengths)) - 9) + 6.0 * long_words


def _chosen(parts: Sequence[_Part], used: set[tuple[str, int]], plan: _Plan) -> list[_Part]:
    """The lead and the parts worth the reader's time beside it: near enough to it, new, within the plan's words."""
    left = [part for part in parts if part.key not in used and part.passage.heading != _HELP] or [p for p in parts if p.key not in used]
    if parts and parts[0].passage.heading == _HELP and not used:
        left = [part for part in parts if part.key not in used]
    if not left:
        return []
    lead, *rest = left
    chosen, length = [lead], lead.length
    for part in rest:
        if len(chosen) >= plan.parts or part.score < lead.score - plan.trail:
            break
        if length + part.length <= plan.body and not _repeats(part, chosen):
            chosen.append(part)
            length += part.length
    return chosen


def _repeats(part: _Part, chosen: Sequence[_Part]) -> bool:
    """Whether most of its words were said already."""
    said = set(words(part.text))
    return any(len(said & set(words(other.text))) >= _REPEATS * max(1, len(said)) for other in chosen)


def _in_order(chosen: Sequence[_Part]) -> list[_Part]:
    """The lead's passage first, then the others article by article as they are read there."""
    lead = chosen[0].passage
    articles = list(dict.fromkeys(part.passage.article for part in chosen))
    return sorted(chosen, key=lambda p: (p.passage.id != lead.id, articles.index(p.passage.article), p.spans[0].start))


def _first_help(slug: str, snapshot: Snapshot) -> Passage | None:
    """The first list of an article's call for help; its first passage where there is no list."""
    section = snapshot.section_passages(slug, _HELP)
    return next((passage for passage in section if passage.is_list), section[0] if section else None)


def _help(body: Sequence[_Part], room: int, snapshot: Snapshot, found: Found) -> list[Statement]:
    """The first call-for-help list of the lead's article, whole where there is room, unless the answer already quotes it.

    An answer that quotes only a later list, such as when to make an appointment, still ends with the first.
    """
    first = _first_help(body[0].passage.article, snapshot)
    if first is None or first.id in {part.passage.id for part in body}:
        return []
    whole = _Part(first, (Span(first.start, first.end),), 0.0, first.text)
    lead_in, *rows = items(first)
    if not first.is_list or whole.length <= room or len(rows) <= _HELP_ITEMS or _TOGETHER.search(words_at(first, lead_in)):
        return _state(whole, "help", snapshot)
    asked = set(words(found.query.question))
    kept = rows
    while len(kept) > _HELP_ITEMS and _length(words_at(first, span) for span in (lead_in, *kept)) > room:
        kept = _best_rows(rows, len(kept) - 1, lambda span: _share(asked, words_at(first, span)))
    return _state(_Part(first, (lead_in, *kept), 0.0, ""), "help", snapshot)


def _state(part: _Part, role: Role, snapshot: Snapshot) -> list[Statement]:
    """A list is one statement that cites its lead-in and items; each sentence of a paragraph is its own."""
    body = snapshot.article(part.passage.article).body
    groups = [part.spans] if part.passage.is_list else [(span,) for span in part.spans]
    return [
        Statement("\n".join(body[s.start : s.end] for s in spans), tuple(snapshot.cite(part.passage, s) for s in spans), role)
        for spans in groups
    ]


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
    whole = [_Part(p, (Span(p.start, p.end),) if p.is_list else statements(p), 0.0, p.text) for p in found]
    return [statement for part in whole for statement in _state(part, "point", snapshot)]
