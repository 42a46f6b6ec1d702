"""The front door for finding: question and history against one snapshot, to ranked passages or an honest none.

Vectors and keywords each find passages; hits outside the served set are dropped; then articles and their passages are
weighed (`retrieval.ranking`), and a calibrated curve says whether the best one answers at all (`retrieval.coverage`).
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from knowledge.front_matter import ArticleKind, Audience
from knowledge.headings import SectionKind
from knowledge.library import Revision, Snapshot
from knowledge.passages import Passage, suits
from retrieval import ranking
from retrieval.asked import NOTHING_ALIKE, Like, Likeness
from retrieval.context import Names, Query, understand
from retrieval.coverage import Signals, Vocabulary, Weights, signals
from retrieval.depth import requested
from retrieval.follow_up import Signs
from retrieval.follow_up import Weights as FollowUp
from retrieval.intent import wanted_sections
from retrieval.keywords import KeywordIndex
from retrieval.ranking import ArticleSigns, PassageSigns
from retrieval.spelling import Spelling
from retrieval.units import Key, Near

_FETCH = 120
_ARTICLES = 60
"""Passages asked of each side, and articles asked of the lexical one."""
_BREADTH = 3
_HELP: SectionKind = "when_to_see_a_doctor"


class Finder(Protocol):
    """Passages by meaning: what `PassageIndex` offers."""

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        """Passage ids with cosine similarity, best first."""
        ...


Bank = Callable[[Snapshot], Like]
"""For a snapshot, how near texts are to the questions that patients ask of what is served."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage found: `score` in log-odds within this search, `similarity` the cosine to the question (0 if only keywords found it)."""

    passage: Passage
    score: float
    similarity: float


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a search: best first; `covered` says whether the library answers the question at all."""

    query: Query
    passages: tuple[Scored, ...]
    covered: bool
    wanted: Mapping[SectionKind, float]
    text: str = ""
    """What was searched: the message put right, with the one before it where it goes on from that."""
    signals: Signals | None = None
    units: Mapping[Key, float] = field(default_factory=dict)
    """Cosines to the sentences and items of the passages found, of those whose vectors are known."""


class Search:
    """Searches the served set; rebuilds its own side when the snapshot changes."""

    def __init__(
        self,
        finder: Finder,
        bank: Bank | None = None,
        near: Near | None = None,
        lowered: Callable[[Revision], bool] = lambda _revision: False,
    ) -> None:
        self._finder, self._bank, self._near, self._lowered = finder, bank or _no_bank, near or _nothing_near, lowered
        self.coverage = Weights()
        self.ranking = ranking.load()
        self.follow_up = FollowUp()
        self._built: Built | None = None
        self._building = threading.Lock()

    def search(self, question: str, history: Sequence[str], snapshot: Snapshot, audience: Audience = "everyone", count: int = 10) -> Found:
        """Passages for `question`, at most `count`; IndexUnusableError where the index cannot answer.

        `audience` is the person asked about: passages meant for somebody else are left out (rule of care 10).
        """
        built = self.prepare(snapshot)
        query = understand(requested(question, history), built.names, built.spelling)
        evidence = self.evidence(query, built)
        wanted = wanted_sections(query.question)
        ranked = self._rank(evidence, audience, wanted, built)[:count]
        if not ranked:
            return Found(query, (), covered=False, wanted=wanted, text=evidence.text)
        best = ranked[0].passage.article
        near = [(snapshot.passages[key].article, cosine) for key, cosine in evidence.similar.items()]
        seen = signals(
            evidence.text,
            near,
            best,
            named=best in evidence.named,
            vocabulary=built.vocabulary,
            asked=evidence.asked.articles.get(best),
        )
        covered = self.coverage.probability(seen) >= self.coverage.threshold
        units = self._near(evidence.texts, (scored.passage for scored in ranked)) if covered else {}
        return Found(query, tuple(ranked), covered, wanted, evidence.text, seen, units)

    def prepare(self, snapshot: Snapshot) -> "Built":
        """What is made once for a snapshot: seconds for a large library, so a server makes it at start.

        After a publish whoever asks first makes it, and the others wait: to be made twice at once takes twice as long.
        """
        with self._building:
            if self._built is None or self._built.snapshot is not snapshot:
                self._built = build(snapshot, self._bank(snapshot), self._built)
            return self._built

    def forget(self) -> None:
        """Forget the words of the questions that were asked last."""
        if self._built is not None:
            self._built.vocabulary.forget()
            self._built.spelling.forget()

    def adopt(self, built: "Built") -> None:
        """Take what another search has made for a snapshot, questions asked before excepted: those are this search's own."""
        self._built = replace(built, like=self._bank(built.snapshot))

    def built_for(self, snapshot: Snapshot) -> "Built | None":
        """What is made already for `snapshot`, or None."""
        built = self._built
        return built if built is not None and built.snapshot is snapshot else None

    def evidence(self, query: Query, built: "Built", leave_out: str = "") -> "Evidence":
        """What both sides find for the message, with the one before it where it goes on from that.

        `leave_out` is a known question that must not find itself, when the search is measured with those.
        """
        alone = self.similar(query.alone, built.snapshot)
        if not query.topic:
            return self._evidence(query.alone, alone, query.named, built, leave_out)
        joined = self.similar(query.joined, built.snapshot)
        if self._goes_on(query, alone, joined, built.snapshot):
            return self._evidence(query.joined, joined, query.named or query.topic_named, built, leave_out)
        return self._evidence(query.alone, alone, query.named, built, leave_out)

    def _goes_on(self, query: Query, alone: Mapping[str, float], joined: Mapping[str, float], snapshot: Snapshot) -> bool:
        return self.follow_up.is_follow_up(signs(query, alone, joined, snapshot))

    def _evidence(
        self, texts: Sequence[str], similar: Mapping[str, float], named: frozenset[str], built: "Built", leave_out: str
    ) -> "Evidence":
        text = texts[-1]
        passages = dict(built.keywords.search(text, _FETCH))
        articles = dict(built.keywords.articles(text, _ARTICLES))
        return Evidence(tuple(texts), similar, passages, articles, named, built.like(texts, leave_out))

    def _rank(self, evidence: "Evidence", audience: Audience, wanted: Mapping[SectionKind, float], built: "Built") -> list[Scored]:
        """Passages by how likely their article, and they within it, are what is asked for."""
        article = {
            slug: self.ranking.of_article(found, built.kind(slug)) - self._off(built.snapshot.revisions[slug])
            for slug, found in article_signs(evidence, built.snapshot).items()
        }
        fit = [passage for passage in evidence.passages(built.snapshot) if suits(passage, audience)]
        weighed = [
            Scored(
                p, article[p.article] + self.ranking.of_passage(passage_signs(p, evidence, wanted, built)), evidence.similar.get(p.id, 0.0)
            )
            for p in fit
        ]
        return sorted(weighed, key=lambda item: (-item.score, item.passage.id))

    def _off(self, revision: Revision) -> float:
        return ranking.OVERDUE if self._lowered(revision) else 0.0

    def similar(self, texts: Iterable[str], snapshot: Snapshot) -> dict[str, float]:
        """Best cosine over `texts` for each served passage found."""
        best: dict[str, float] = {}
        for text in texts:
            for key, similarity in self._finder.search(text, _FETCH):
                if key in snapshot.passages:
                    best[key] = max(similarity, best.get(key, -1.0))
        return best


@dataclass(frozen=True, slots=True)
class Built:
    """What is made once for a snapshot."""

    snapshot: Snapshot
    keywords: KeywordIndex
    names: Names
    spelling: Spelling
    vocabulary: Vocabulary
    like: Like

    def kind(self, slug: str) -> ArticleKind:
        """What kind of article it is."""
        return self.snapshot.article(slug).kind


@dataclass(frozen=True)
class Evidence:
    """What was found for one question, by id of passage and by slug; `named` are the articles that it names."""

    texts: tuple[str, ...]
    """What was searched by meaning, the nearest counting."""
    similar: Mapping[str, float]
    lexical: Mapping[str, float]
    articles: Mapping[str, float]
    named: frozenset[str]
    asked: Likeness

    @property
    def text(self) -> str:
        """What was searched by its words: of a long letter, the part that asks."""
        return self.texts[-1]

    def passages(self, snapshot: Snapshot) -> list[Passage]:
        """Every served passage that either side found, or that answered a question much like this one."""
        every = dict.fromkeys((*self.similar, *self.lexical, *self.asked.alike))
        return [snapshot.passages[key] for key in every if key in snapshot.passages]

    @cached_property
    def floor(self) -> float:
        """How near the last passage is that vectors found; what only keywords found is taken to be as near."""
        return min(self.similar.values(), default=0.0)


def build(snapshot: Snapshot, like: Like, before: Built | None = None) -> Built:
    """Everything a search needs besides vectors; what was made for the snapshot `before` is taken over where it still holds."""
    articles = [revision.article for revision in snapshot.revisions.values()]
    names = [name for article in articles for name in article.names]
    spelling = Spelling([article.body for article in articles], names, before.spelling if before else None)
    keywords = KeywordIndex(snapshot, before.keywords if before else None)
    return Built(snapshot, keywords, Names(snapshot), spelling, Vocabulary(snapshot, before.vocabulary if before else None), like)


def signs(query: Query, alone: Mapping[str, float], joined: Mapping[str, float], snapshot: Snapshot) -> Signs:
    """What tells a follow-up from a message of its own; the earlier topic is what it names, else what is nearest with it."""
    near, together = _nearest_by_article(alone, snapshot), _nearest_by_article(joined, snapshot)
    topics = query.topic_named or {max(together, key=together.__getitem__)} if together else query.topic_named
    floor, best = min(near.values(), default=0.0), max(near.values(), default=0.0)
    ahead = best - max((near.get(slug, floor) for slug in topics), default=floor)
    return Signs(
        ahead,
        max(together.values(), default=0.0) - best,
        query.points_back,
        query.goes_on,
        bool(query.named - topics),
        len(query.question.split()),
    )


def article_signs(evidence: Evidence, snapshot: Snapshot) -> dict[str, ArticleSigns]:
    """The signs of every article that either side found."""
    cosines: dict[str, list[float]] = {}
    lexical: dict[str, float] = {}
    for passage in evidence.passages(snapshot):
        cosines.setdefault(passage.article, [])
        if passage.id in evidence.similar:
            cosines[passage.article].append(evidence.similar[passage.id])
        lexical[passage.article] = max(evidence.lexical.get(passage.id, 0.0), lexical.get(passage.article, 0.0))
    floor = evidence.floor
    most, most_of_passage = max(evidence.articles.values(), default=0.0) or 1.0, max(lexical.values(), default=0.0) or 1.0
    return {
        slug: ArticleSigns(
            max(found, default=floor),
            sum([*sorted(found, reverse=True), *[floor] * _BREADTH][:_BREADTH]) / _BREADTH,
            evidence.articles.get(slug, 0.0) / most,
            lexical[slug] / most_of_passage,
            1.0 / len(evidence.named) if slug in evidence.named else 0.0,
            evidence.asked.articles.get(slug, max(found, default=floor)),
        )
        for slug, found in cosines.items()
    }


def passage_signs(passage: Passage, evidence: Evidence, wanted: Mapping[SectionKind, float], built: Built) -> PassageSigns:
    """The signs of one passage; where only keywords found it, it is taken to be as near as the last that vectors found."""
    return PassageSigns(
        evidence.similar.get(passage.id, evidence.floor),
        built.vocabulary.share(evidence.text, f"{passage.heading} {passage.text}"),
        wanted.get(passage.section, 0.0),
        evidence.asked.passages.get(passage.id, 0.0),
        float(passage.section == _HELP),
    )


def _no_bank(snapshot: Snapshot) -> Like:
    """Nobody's questions are known."""
    return lambda texts, leave_out: NOTHING_ALIKE


def _nothing_near(texts: Sequence[str], passages: Iterable[Passage]) -> dict[Key, float]:
    """No unit's vector is known."""
    return {}


def _nearest_by_article(similar: Mapping[str, float], snapshot: Snapshot) -> dict[str, float]:
    nearest: dict[str, float] = {}
    for key, cosine in similar.items():
        slug = snapshot.passages[key].article
        nearest[slug] = max(cosine, nearest.get(slug, -1.0))
    return nearest
