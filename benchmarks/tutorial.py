"""Ours beside a plain tutorial pipeline on the same library and model: `python -m benchmarks.tutorial DATA/questions.jsonl`.

The tutorial's way: cut every article into chunks of 1,000 characters with 200 of overlap, embed them, keep them in Chroma,
fetch the four nearest to the question, answer with them. No history, no sections, no check, no red flags: what one gets in
an afternoon. Each side runs in a process of its own, one after the other, so that memory is its own.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from app import settings
from app.evals import questions
from app.evals.questions import Question
from app.evals.report import Share, share
from app.evals.stated import FactReader
from app.wiring import Application, starter_corpus
from guardrails import person
from guardrails.level import Profile
from knowledge.article import Article
from knowledge.library import Revision, Snapshot
from retrieval.embedder import PACKAGED, Embedder, SentenceEmbedder

_CHUNK, _OVERLAP, _TOP = 1000, 200, 4
_READ: dict[str, dict[str, int | None]] = {"tutorial": {"first chunk": 1, "all four chunks": _TOP}, "ours": {"answer": None}}
"""What a patient may read of each side's answer, with the number of its texts (None for all)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a side shows: articles best first, (article, section) pairs, texts."""

    articles: list[str]
    sections: list[tuple[str, str]]
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Came:
    """What a side gave for one question, and in how many milliseconds."""

    id: str
    shown: Shown
    milliseconds: float


@dataclass(frozen=True, slots=True)
class Side:
    """One side's whole run."""

    came: list[Came]
    ready_s: float
    memory_mb: float


class OurModel(Embeddings):
    """The packaged embedding model as LangChain wants one."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of chunks."""
        return [list(map(float, vector)) for vector in self._embedder.embed(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return list(map(float, self._embedder.embed([text])[0]))


def main() -> None:
    """Run both sides, then read their answers with one reader."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--side", choices=("ours", "tutorial"), help="run one side alone and print its answers as JSON")
    given = parser.parse_args()
    snapshot = _library()
    asked = questions.answerable(questions.load(given.questions, snapshot, given.limit))
    if given.side:
        made = {"ours": ours, "tutorial": tutorial}[given.side](asked)
        print(json.dumps(asdict(made)))
        return
    reader = FactReader(SentenceEmbedder(PACKAGED), snapshot)
    print(f"{len(asked)} questions, {len(snapshot.revisions)} articles")
    for name in ("tutorial", "ours"):
        print(f"\n{name}")
        print("\n".join(_lines(name, _run(name, given.questions, given.limit), asked, reader, snapshot)))


def _library() -> Snapshot:
    return Snapshot(1, {article.slug: Revision(1, article) for article in starter_corpus()})


def _run(name: str, file: Path, limit: int | None) -> Side:
    command = [sys.executable, "-m", "benchmarks.tutorial", str(file), "--side", name, *(["--limit", str(limit)] if limit else [])]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    made = json.loads(ran.stdout.splitlines()[-1])
    came = [Came(row["id"], _shown(row["shown"]), row["milliseconds"]) for row in made["came"]]
    return Side(came, made["ready_s"], made["memory_mb"])


def _shown(row: dict[str, list[Any]]) -> Shown:
    return Shown(row["articles"], [(article, section) for article, section in row["sections"]], row["texts"])


def tutorial(asked: Sequence[Question]) -> Side:
    """The tutorial's pipeline: the question alone, the four nearest chunks, shown as they are."""
    started = time.perf_counter()
    articles = {article.slug: article for article in starter_corpus()}
    splitter = RecursiveCharacterTextSplitter(chunk_size=_CHUNK, chunk_overlap=_OVERLAP, add_start_index=True)
    documents = [Document(article.body, metadata={"article": slug}) for slug, article in articles.items()]
    store = Chroma.from_documents(splitter.split_documents(documents), OurModel(SentenceEmbedder(PACKAGED)))
    ready = time.perf_counter() - started

    def answer(question: Question) -> Shown:
        chunks = store.similarity_search(question.text, k=_TOP)
        found = list(dict.fromkeys(chunk.metadata["article"] for chunk in chunks))
        sections = [(chunk.metadata["article"], kind) for chunk in chunks for kind in _sections(articles[chunk.metadata["article"]], chunk)]
        return Shown(found, sections, [chunk.page_content for chunk in chunks])

    return Side(list(_timed(asked, answer)), ready, _memory_mb())


def _sections(article: Article, chunk: Document) -> Iterator[str]:
    """Kinds of the sections that a chunk holds words of."""
    start = chunk.metadata["start_index"]
    end = start + len(chunk.page_content)
    yield from (section.kind for section in article.sections if section.start < end and start < section.end)


def ours(asked: Sequence[Question]) -> Side:
    """The whole product: history, red flags, search, answer and checks. It is ready sooner because its vectors ship."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        app = Application(settings.read(data_dir=Path(folder), region="US"))
        app.initialise()
        app.sync_index()
        app.warm()
        ready = time.perf_counter() - started
        came = list(_timed(asked, partial(_asked, app)))
        memory = _memory_mb()
        ranked = [
            Came(c.id, replace(c.shown, articles=_ranked(app, question)), c.milliseconds) for question, c in zip(asked, came, strict=True)
        ]
        app.close()
    return Side(ranked, ready, memory)


def _asked(app: Application, question: Question) -> Shown:
    reply = questions.ask(app, question)
    sections = list(dict.fromkeys((citation.article, citation.section) for citation in reply.cited))
    return Shown([], sections, [statement.text for statement in reply.statements] if reply.kind == "answer" else [])


def _ranked(app: Application, question: Question) -> list[str]:
    """The articles that search ranks, which a reply does not tell; looked up outside the time that is measured."""
    audience = person.audience(question.text, Profile())
    found = app.search.search(question.text, question.history, app.library.snapshot(), audience, 30)
    return list(dict.fromkeys(scored.passage.article for scored in found.passages))


def _timed(asked: Sequence[Question], answer: Callable[[Question], Shown]) -> Iterator[Came]:
    """Each question's answer with its time; the first is asked once before, so that no side pays for what is made once."""
    answer(asked[0])
    for question in asked:
        started = time.perf_counter()
        shown = answer(question)
        yield Came(question.id, shown, (time.perf_counter() - started) * 1000)


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _lines(name: str, side: Side, asked: Sequence[Question], reader: FactReader, snapshot: Snapshot) -> Iterator[str]:
    both = [(question, came.shown) for question, came in zip(asked, side.came, strict=True)]
    yield from map(str, _found(both))
    for label, count in _READ[name].items():
        stated = [reader.stated(q.facts, shown.texts[:count], snapshot.article(q.article).title) for q, shown in both]
        yield str(share(f"facts stated by the {label}", (flag for flags in stated for flag in flags)))
        words = [sum(len(text.split()) for text in shown.texts[:count]) for _, shown in both if shown.texts]
        yield f"{f'words of the {label}: median':52s} {statistics.median(words):.0f}"
    times = [came.milliseconds for came in side.came]
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    yield f"{'milliseconds a question: median, p95':52s} {statistics.median(times):.0f}, {p95:.0f}"
    yield f"{'seconds until ready; memory at most, MB':52s} {side.ready_s:.0f}; {side.memory_mb:.0f}"


def _found(both: Sequence[tuple[Question, Shown]]) -> Iterator[Share]:
    yield share("right article first", (shown.articles[:1] == [question.article] for question, shown in both))
    yield share("right article within three", (question.article in shown.articles[:3] for question, shown in both))
    yield share("right section among the shown", ((question.article, question.section) in shown.sections for question, shown in both))
    for register, group in questions.by_register(question for question, _ in both).items():
        ids = {question.id for question in group}
        yield share(f"{register}: right article first", (shown.articles[:1] == [q.article] for q, shown in both if q.id in ids))


if __name__ == "__main__":
    main()
