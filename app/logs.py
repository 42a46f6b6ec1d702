"""Logging: to standard error, one line an event, and never a patient's words."""

import logging
import traceback

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


def configure(level: int = logging.INFO) -> None:
    """Send our own events to standard error; other libraries speak up only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("carelight").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def place(error: BaseException) -> str:
    """What failed and where, without the error's own message, which may hold a patient's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename}:{frames[-1].lineno}" if frames else type(error).__name__
