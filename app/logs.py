"""Logging: to standard error, one line an event, and never a patient's words."""

import logging

_QUIET = ("httpx", "chromadb", "sentence_transformers", "transformers", "socketio", "engineio", "bm25s", "alembic", "chainlit")


def configure(level: int = logging.INFO) -> None:
    """Send our own events to standard error; other libraries speak up only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s", force=True)
    logging.getLogger("carelight").setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)
