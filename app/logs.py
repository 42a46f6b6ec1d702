"""Logging: to standard error, one line an event, and never a patient's words.

Our own loggers are written with care; what other libraries say may hold anything (an exception's text, a packet), so of
theirs only the place is logged. No exception is logged with its message. Every line of one request has the request's id.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Literal

Format = Literal["text", "json"]
_OURS = ("carelight", "uvicorn", "alembic")
"""Loggers whose messages hold no words of anybody: uvicorn says what it cannot bind to."""
_QUIET = (
    "httpx",
    "apprise",
    "urllib3",
    "chromadb",
    "sentence_transformers",
    "transformers",
    "socketio",
    "engineio",
    "bm25s",
    "alembic",
    "chainlit",
)
_FRAMES = 4
REQUEST: ContextVar[str] = ContextVar("request", default="")
"""Id of the request, or of the message, that is worked on."""


def configure(level: int | str = logging.INFO, form: Format = "text") -> None:
    """Send our own events to standard error; other libraries speak up only when something is wrong."""
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else Text())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("carelight").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def place(error: BaseException) -> str:
    """What failed and where, without the error's own message, which may hold a patient's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__


class Text(logging.Formatter):
    """One line for a person to read."""

    def format(self, record: logging.LogRecord) -> str:
        request = f" [{REQUEST.get()}]" if REQUEST.get() else ""
        failed = f" ({failure(record)})" if record.exc_info else ""
        return f"{_moment(record)} {record.levelname} {record.name}{request} {said(record)}{failed}"


class Json(logging.Formatter):
    """One JSON object a line, for a collector."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"time": _moment(record), "level": record.levelname, "logger": record.name, "message": said(record)}
        if REQUEST.get():
            line["request"] = REQUEST.get()
        if record.exc_info:
            line["error"] = failure(record)
        return json.dumps(line, ensure_ascii=False)


def said(record: logging.LogRecord) -> str:
    """What may be logged of a record: our own message, of another library's only where it was said."""
    if record.name.split(".", maxsplit=1)[0] in _OURS:
        return " ".join(record.getMessage().split())
    return f"said something at {Path(record.pathname).name}:{record.lineno}"


def failure(record: logging.LogRecord) -> str:
    """The kind of an exception and the calls that led to it; neither its message nor any value."""
    kind, _error, trace = record.exc_info or (None, None, None)
    return f"{kind.__name__ if kind else 'no exception'} in {_calls(trace)}"


def _calls(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames)) or "no frame"


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
