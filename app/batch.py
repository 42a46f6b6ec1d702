"""The batch interface: JSON lines in, JSON lines out in the same order, one answer for every line that held anything.

A bad line yields `{"id": …, "error": …}` and a word on standard error with its number; the others go on.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app import asking
from app.wiring import Application
from guardrails import person
from guardrails.level import Finding, Profile, Question, Screening
from knowledge.citation import Statement
from knowledge.library import Snapshot
from retrieval.search import Scored

_STAGES = ("screen", "search", "answer", "check", "total")


class BadLineError(ValueError):
    """A line that is no JSON; the message says why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)


class ProfileIn(_Strict):
    """Facts about the patient; `age_months` counts before `age` (years)."""

    age_months: int | None = Field(None, ge=0)
    age: float | None = Field(None, ge=0, le=1000)
    sex: Literal["female", "male", "other"] | None = None
    pregnant: bool | None = None
    region: str | None = None
    about: Literal["me", "other", "unknown"] = "unknown"

    def profile(self) -> Profile:
        months = self.age_months
        if months is None and self.age is not None:
            months = round(self.age * 12)
        return Profile(months, self.sex, self.pregnant, self.region.upper() if self.region else None, self.about)


class ConversationIn(_Strict):
    """One line of `screen` or `ask`: the patient's turns, oldest first."""

    id: str | int
    messages: list[str] = Field(min_length=1)
    profile: ProfileIn = ProfileIn.model_validate({})
    answers: dict[str, str] = {}
    """Answers to questions by key, as `screen` printed it."""


class QuestionIn(_Strict):
    """One line of `search`."""

    id: str | int
    question: str
    history: list[str] = []


def lines(source: str) -> Iterable[str]:
    """Lines of a file, or of standard input for `-`."""
    if source == "-":
        return (line.decode("utf-8-sig", errors="replace") for line in sys.stdin.buffer)
    return Path(source).read_text(encoding="utf-8-sig", errors="replace").split("\n")  # U+2028 and the like may stand in a message


def run(source: Iterable[str], work: Callable[[Any], dict[str, Any]]) -> int:
    """Print `work` of every line as JSON; the number of lines that could be read."""
    read = 0
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        identity: object = None
        try:
            data = _parsed(line)
            identity = data.get("id") if isinstance(data, dict) else None
            result = work(data)
            read += 1
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'line'}: {e['msg']}" for e in error.errors())
            result = _bad(number, identity, wrong)
        except BadLineError as error:
            result = _bad(number, identity, str(error))
        print(json.dumps(result, ensure_ascii=False).encode("utf-8", "replace").decode(), flush=True)
    return read


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise BadLineError(f"not JSON ({error.msg} at column {error.colno})") from None
    except (ValueError, RecursionError):
        raise BadLineError("JSON too deep, or with a number too long, to be read") from None


def _bad(number: int, identity: object, problem: str) -> dict[str, Any]:
    print(f"line {number}: {problem}", file=sys.stderr)
    return {"id": identity, "error": problem}


def screen(app: Application, data: object) -> dict[str, Any]:
    """The level and findings of one conversation."""
    given = ConversationIn.model_validate(data)
    started = time.perf_counter()
    screening = app.screener.screen(given.messages, given.profile.profile(), given.answers)
    return {
        "id": given.id,
        "level": screening.level,
        "findings": _findings(screening),
        "questions": [_question(question) for question in screening.questions],
        "ms": _since(started),
    }


def search(app: Application, snapshot: Snapshot, count: int, data: object) -> dict[str, Any]:
    """The passages found for one question."""
    given = QuestionIn.model_validate(data)
    started = time.perf_counter()
    audience = person.audience(given.question, Profile())
    found = app.search.search(given.question, given.history, snapshot, audience, count)
    return {"id": given.id, "passages": [_passage(s, snapshot) for s in found.passages], "ms": _since(started)}


def ask(app: Application, data: object) -> dict[str, Any]:
    """The whole reply to the last message, by the same path as the chat, recording nobody."""
    given = ConversationIn.model_validate(data)
    *earlier, last = given.messages
    came = asking.answered(app.rehearsal(tuple(earlier), given.profile.profile()), last)
    return {
        "id": given.id,
        "level": came.level,
        "kind": came.kind,
        "card": came.card.body if came.card else None,
        "statements": [_statement(statement) for statement in came.statements],
        "text": came.text,
        "ms": {stage: came.ms.get(stage, 0.0) for stage in _STAGES},
    }


def _findings(screening: Screening) -> list[dict[str, Any]]:
    return [_finding(finding) for finding in screening.findings]


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "level": finding.level,
        "pathway": finding.pathway,
        "reason": finding.reason,
        "by": finding.by,
        "evidence": [{"turn": e.turn, "start": e.start, "end": e.end, "text": e.text} for e in finding.evidence],
    }


def _question(question: Question) -> dict[str, Any]:
    choices = [{"id": choice.id, "label": dict(choice.label)} for choice in question.choices]
    return {"key": question.key, "text": dict(question.text), "choices": choices, "meanwhile": dict(question.meanwhile)}


def _passage(scored: Scored, snapshot: Snapshot) -> dict[str, Any]:
    passage = scored.passage
    sources = snapshot.article(passage.article).sources
    return {
        "article": passage.article,
        "title": passage.title,
        "section": passage.section,
        "revision": passage.revision,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "source": sources[0].url,
        "score": round(scored.score, 6),
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "text": statement.text,
        "citations": [
            {
                "article": c.article,
                "title": c.title,
                "section": c.section,
                "revision": c.revision,
                "start": c.start,
                "end": c.end,
                "quote": c.quote,
            }
            for c in statement.citations
        ],
    }


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)
