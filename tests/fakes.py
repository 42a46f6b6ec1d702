"""Fakes, not mocks: real implementations of our protocols, small and without surprises."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from app.escalation.case_state import Closing, Verdict
from app.records.case_work import CaseWork
from app.records.database import Database
from guardrails.level import Finding, Profile
from knowledge.article import Article, parse
from knowledge.library import Revision, Snapshot
from retrieval.embedder import Vectors
from retrieval.keywords import words

FRONT = """---
title: {title}
slug: {slug}
kind: {kind}
language: en
audience: [{audience}]
synonyms: [{synonyms}]
summary: {title} in two sentences. It is only a test.
codes: {{}}
sources:
  - organisation: MedlinePlus
    title: {title}
    url: https://medlineplus.gov/{slug}.html
    seen: null
  - organisation: NHS
    title: {title}
    url: https://www.nhs.uk/conditions/{slug}/
    seen: {{date: 2026-11-21, how: stored copy of the page}}
licence: CC-BY-4.0
created: 2026-11-21
source_checked: {{date: 2026-11-21, how: test}}
clinical_review: null
next_review: 2027-11-21
---
"""


def article_text(body: str, *, title: str = "Gout", slug: str = "gout", kind: str = "condition", **front: str) -> str:
    """The file of an article with `body`."""
    values = {"audience": "adult", "synonyms": "podagra", **front}
    return FRONT.format(title=title, slug=slug, kind=kind, **values) + "\n" + body


def article(body: str, **front: str) -> Article:
    """An article with `body`."""
    return parse(article_text(body, **front))


def snapshot(*articles: Article, version: int = 1) -> Snapshot:
    """A served set of `articles`, each at revision 1."""
    return Snapshot(version, {item.slug: Revision(1, item) for item in articles})


class HashingEmbedder:
    """Words hashed into 256 places: the same words are near, and nothing is loaded."""

    def __init__(self, fingerprint: str = "hashing") -> None:
        self.fingerprint = fingerprint

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), 256), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in words(text):
                vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % 256] += 1.0
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.where(lengths == 0, 1.0, lengths), dtype=np.float32)


class ScriptedModel(BaseChatModel):
    """A chat model with a queue of replies; an exception in the queue is raised."""

    replies: list[str | Exception]

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: object,
    ) -> ChatResult:
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=reply))])


class ScriptedLayer:
    """A screening layer that does what it is told: find, raise or hang."""

    def __init__(self, act: Callable[[Sequence[str]], tuple[Finding, ...]], name: str = "scripted") -> None:
        self.name, self._act = name, act

    def find(self, turns: Sequence[str], profile: Profile) -> tuple[Finding, ...]:
        return self._act(turns)


def finding(rule: str = "heart-attack", level: str = "emergency", pathway: str = "medical") -> Finding:
    """A finding without words."""
    return Finding(rule, 1, level, pathway, f"{rule} may need help.", "rule", ())  # type: ignore[arg-type]


class ExactFinder:
    """Passages by meaning without an index: every passage of the snapshots it is given, served any more or not."""

    def __init__(self, *held: Snapshot) -> None:
        self._embedder = HashingEmbedder()
        self._passages = [passage for each in held for passage in each.passages.values()]
        self._vectors = self._embedder.embed([f"{p.title}. {p.heading}. {p.text}" for p in self._passages])

    def search(self, question: str, count: int) -> Sequence[tuple[str, float]]:
        cosines = self._vectors @ self._embedder.embed([question])[0]
        best = np.argsort(-cosines, kind="stable")[:count]
        return [(self._passages[row].id, float(cosines[row])) for row in best]


def settle(database: Database, case_id: str, verdict: Verdict = "true_emergency", who: str = "nora") -> None:
    """Claim a case and close it, as a nurse would."""
    work = CaseWork(database)
    work.claim(case_id, who)
    work.close(case_id, who, Closing(verdict, "reached", "other" if verdict == "false_alarm" else None))
