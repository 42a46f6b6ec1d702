"""Labelled questions, from a file of one's own or from those that ship, and the replies that they get.

Two forms of a line are read. A given file: id, question, history, condition (an article's title) or null, section,
must_contain, register, and where no answer is wanted expected. Those that ship, one file an article: q, h, reg, section,
and under a the article's own lines that answer best.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import knowledge
from app import batch
from app.evals.report import LabelledError
from app.wiring import Application
from knowledge.library import Snapshot

Expected = Literal["answer", "abstain", "refer", "deflect"]
OWN_QUESTIONS = Path(knowledge.__file__).parent / "corpus" / "questions"
_TRIES = 4
_OTHER_TITLE = {"gastroesophageal reflux disease": "gerd"}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and which article and section should answer it with which facts."""

    id: str
    text: str
    history: tuple[str, ...] = ()
    article: str = ""
    section: str = ""
    facts: tuple[str, ...] = ()
    register: str = ""
    expected: Expected = "answer"
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation as the batch verb prints it: code points `start` to `end` of a revision's body."""

    article: str
    section: str
    revision: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Told:
    """One statement of a reply."""

    text: str
    citations: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: `kind` as the batch verb names it, and the whole text that a patient reads."""

    kind: str
    statements: tuple[Told, ...]
    text: str
    milliseconds: float

    @property
    def cited(self) -> tuple[Cited, ...]:
        """Every citation, in order."""
        return tuple(citation for statement in self.statements for citation in statement.citations)

    @property
    def words(self) -> int:
        """Words of the statements, the call for help included."""
        return sum(len(statement.text.split()) for statement in self.statements)


def ask(app: Application, question: Question) -> Reply:
    """The reply to a question, by the same path as the chat, recording nobody.

    Where the screen ran out of time, which a busy machine makes it do, it is asked again: what is measured here is not the
    machine. Of the kind "unchecked" where it never finished.
    """
    said = [words.say("screen_incomplete") for words in app.parts.words.values()]
    for _ in range(_TRIES):
        reply = _asked(app, question)
        if not any(text in reply.text for text in said):
            return reply
    return replace(reply, kind="unchecked", statements=())


def _asked(app: Application, question: Question) -> Reply:
    came = batch.ask(app, {"id": question.id, "messages": [*question.history, question.text]})
    statements = tuple(Told(s["text"], tuple(_cited(c) for c in s["citations"])) for s in came["statements"])
    return Reply(came["kind"], statements, came["text"], came["ms"]["total"])


def _cited(citation: dict[str, Any]) -> Cited:
    return Cited(*(citation[name] for name in ("article", "section", "revision", "start", "end", "quote")))


def load(file: Path | None, snapshot: Snapshot, limit: int | None = None) -> list[Question]:
    """Questions of a given file, or those that ship, at most `limit` of them; LabelledError names the first line that is none.

    Of more than `limit`, those with the lowest hash of their id are taken: the same ones each time, from all topics.
    """
    questions = read(file, snapshot) if file else own(snapshot)
    if limit is None or len(questions) <= limit:
        return questions
    chosen = {q.id for q in sorted(questions, key=lambda q: hashlib.sha256(q.id.encode()).hexdigest())[:limit]}
    return [q for q in questions if q.id in chosen]


def read(file: Path, snapshot: Snapshot) -> list[Question]:
    """Questions of a given file; `article` stays empty where none is served under the condition's title."""
    slugs = {plain_title(revision.article.title): slug for slug, revision in snapshot.revisions.items()}
    return [_given(number, row, slugs) for number, row in rows(file)]


def own(snapshot: Snapshot, folder: Path = OWN_QUESTIONS) -> list[Question]:
    """The questions that ship about the articles served; empty where a clinic serves none of ours."""
    files = [file for file in sorted(folder.glob("*.jsonl")) if file.stem in snapshot.revisions]
    return [_own(file.stem, number, row) for file in files for number, row in rows(file)]


def rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Objects of a JSON-lines file, each with the number of its line, from 1."""
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except ValueError:
                raise LabelledError(f"line {number}: not JSON") from None
            if not isinstance(row, dict):
                raise LabelledError(f"line {number}: no JSON object")
            yield number, row


def _given(number: int, row: dict[str, Any], slugs: dict[str, str]) -> Question:
    try:
        condition = row["condition"]
        return Question(
            id=str(row["id"]),
            text=row["question"],
            history=tuple(row.get("history", ())),
            article=slugs.get(plain_title(condition), "") if condition else "",
            section=row.get("section", ""),
            facts=tuple(row.get("must_contain", ())),
            register=row.get("register", ""),
            expected=row.get("expected") or "answer",
            kind=condition or "",
        )
    except (LookupError, TypeError) as error:
        raise LabelledError(f"line {number}: no labelled question ({type(error).__name__}: id, question, condition)") from None


def _own(slug: str, number: int, row: dict[str, Any]) -> Question:
    try:
        facts = tuple(line["text"] for line in row["a"])
        return Question(f"{slug}-{number}", row["q"], tuple(row["h"]), slug, row["section"], facts, row["reg"])
    except (LookupError, TypeError) as error:
        raise LabelledError(f"{slug}, line {number}: no labelled question ({type(error).__name__}: q, h, reg, section, a)") from None


def plain_title(title: str) -> str:
    """A title without its bracketed name, for comparing labels with articles."""
    short = re.sub(r"\(.*?\)", "", title).split(":")[0].strip().lower()
    return _OTHER_TITLE.get(short, short)


def by_register(questions: Iterable[Question]) -> dict[str, list[Question]]:
    """Questions by how they are worded, in alphabetical order."""
    found: dict[str, list[Question]] = {}
    for question in questions:
        found.setdefault(question.register or "unnamed", []).append(question)
    return dict(sorted(found.items()))


def answerable(questions: Sequence[Question]) -> list[Question]:
    """Those that an article served should answer."""
    return [question for question in questions if question.expected == "answer" and question.article]
