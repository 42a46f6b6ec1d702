"""One reply of a model as it streams in, with a time limit for each stage, and tried again where that may help.

The model is read on a thread of its own: a server that hangs holds up nobody, and a turn that is cancelled is left within
a twentieth of a second, whatever the client library waits for. That thread ends at the next piece or its own timeout.
"""

import queue
import random
import threading
import time
from collections.abc import Callable, Iterator

from retrieval.model import Limits, ModelError, Piece

_POLL_S = 0.05
_BACKOFF_S = 0.4
_LATE = "no first word in time"
_UNFINISHED = "not finished in time"


class CancelledError(ModelError):
    """Whoever asked has left."""


class _FailedAttemptError(ModelError):
    """An attempt failed before its first word; `again` says whether another may help, `after_s` when the server allows it."""

    def __init__(self, reason: str, *, again: bool, after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.again, self.after_s = again, after_s


Start = Callable[[], Iterator[Piece]]


class ModelStream:
    """Makes calls within `limits`; `attempts` and `first_s` tell of the last one."""

    def __init__(self, start: Start, limits: Limits, cancelled: Callable[[], bool]) -> None:
        self._start, self._limits, self._cancelled = start, limits, cancelled
        self._began = time.monotonic()
        self.attempts = 0
        self.first_s: float | None = None

    def __iter__(self) -> Iterator[Piece]:
        """Pieces as they come; ModelError where no more will."""
        while True:
            self.attempts += 1
            try:
                yield from self._attempt()
            except _FailedAttemptError as error:
                self._wait_to_try_again(error)
            else:
                return

    def _attempt(self) -> Iterator[Piece]:
        box: queue.SimpleQueue[Piece | Exception | None] = queue.SimpleQueue()
        left = threading.Event()
        threading.Thread(target=_read, args=(self._start, box, left), name="model", daemon=True).start()
        whole_by = self._began + self._limits.whole_s
        first_by = min(whole_by, time.monotonic() + self._limits.first_token_s)
        begun = False
        try:
            while True:
                got = self._next(box, whole_by if begun else first_by, begun=begun)
                if got is None:
                    return
                if isinstance(got, Exception):
                    raise ModelError(_UNFINISHED if _is_late(got) else "the connection broke off") if begun else _failed(got)
                if got.text and not begun:
                    begun = True
                    self.first_s = time.monotonic() - self._began
                yield got
        finally:
            left.set()

    def _next(self, box: "queue.SimpleQueue[Piece | Exception | None]", by: float, *, begun: bool) -> Piece | Exception | None:
        while True:
            if self._cancelled():
                raise CancelledError("cancelled")
            if time.monotonic() >= by:
                raise ModelError(_UNFINISHED if begun else _LATE)
            try:
                return box.get(timeout=_POLL_S)
            except queue.Empty:
                continue

    def _wait_to_try_again(self, error: _FailedAttemptError) -> None:
        """Sleep longer before each new attempt, as long as the server asks; give up where no time is left for it."""
        if not error.again or self.attempts > self._limits.retries:
            raise ModelError(str(error)) from None
        pause = max(error.after_s, _BACKOFF_S * 2 ** (self.attempts - 1) * random.uniform(0.5, 1.5))  # noqa: S311 (jitter, no secret)
        until = time.monotonic() + pause
        if until >= self._began + self._limits.whole_s:
            raise ModelError(str(error)) from None
        while time.monotonic() < until:
            if self._cancelled():
                raise CancelledError("cancelled")
            time.sleep(min(_POLL_S, max(0.0, until - time.monotonic())))


def _read(start: Start, box: "queue.SimpleQueue[Piece | Exception | None]", left: threading.Event) -> None:
    """Read a model into `box` until its end, its failure, or until nobody waits any more."""
    try:
        for piece in start():
            if left.is_set():
                return
            box.put(piece)
        box.put(None)
    except Exception as error:  # any failure of a client library, its network or a server is a failed call
        box.put(error)


def _failed(error: Exception) -> _FailedAttemptError:
    """A client library's exception as ours: too many requests, a server's error and a broken connection may be tried again."""
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return _FailedAttemptError(f"status {status}", again=status == 429 or status >= 500, after_s=_retry_after(error))
    late = _is_late(error)
    broken = bool(_names(error) & {"OSError", "APIConnectionError", "TransportError", "ConnectError", "RemoteProtocolError"})
    reason = _LATE if late else "no connection" if broken else type(error).__name__
    return _FailedAttemptError(reason, again=broken and not late)


def _is_late(error: Exception) -> bool:
    """Whether a client library gave up waiting for a server that it had reached."""
    names = _names(error)
    return any("Timeout" in name for name in names) and "ConnectTimeout" not in names


def _names(error: Exception) -> set[str]:
    return {kind.__name__ for each in _chain(error) for kind in type(each).__mro__}


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _retry_after(error: Exception) -> float:
    """Seconds that a server asks to wait; 0 where it does not say."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return max(0.0, float(headers.get("retry-after", 0)))
    except (TypeError, ValueError):
        return 0.0
