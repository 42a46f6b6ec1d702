"""No log line holds a patient's words, whoever logs it; each can be found by its request."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from app import logs

WORDS = "my chest hurts"


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """What is logged at the finest level, in both forms."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    logs.configure("DEBUG", request.param)
    out = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(out)
    yield out
    root.handlers[:] = before
    logging.getLogger("carelight").setLevel(logging.INFO)


def test_an_exception_is_logged_without_its_message(written: io.StringIO) -> None:
    """It may hold what somebody wrote."""
    try:
        raise ValueError(WORDS)
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    line = written.getvalue()
    assert "ValueError in test_logs.py" in line
    assert "Exception in ASGI application" in line
    assert WORDS not in line
    assert line.count("\n") == 1


@pytest.mark.parametrize("name", ["chainlit", "asyncio", "engineio.server", "some.library"])
def test_of_another_library_only_the_place_is_logged(name: str, written: io.StringIO) -> None:
    """Its message may be a packet, or the text of an exception."""
    logging.getLogger(name).error("could not process %s", WORDS)
    assert "said something at test_logs.py:" in written.getvalue()
    assert WORDS not in written.getvalue()


def test_our_own_lines_are_one_line_each_with_the_requests_id(written: io.StringIO) -> None:
    """A line break in a value must not forge a second line."""
    token = logs.REQUEST.set("abc-123")
    logging.getLogger("carelight.x").warning("two\nlines")
    logs.REQUEST.reset(token)
    line = written.getvalue()
    assert line.count("\n") == 1
    assert "two lines" in line
    assert "abc-123" in line


def test_a_collector_reads_json(capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line, with a moment in UTC."""
    record = logging.LogRecord("carelight", logging.INFO, "x.py", 1, "ready", (), None)
    line = json.loads(logs.Json().format(record))
    assert (line["level"], line["message"], line["time"][-6:]) == ("INFO", "ready", "+00:00")
