"""Starts servers fast, to be killed: `python -m benchmarks.nursery DATA_DIR WEBHOOK`, then one line a server on standard input.

Everything that costs seconds (imports, compiled rules) is made once; each server is a fork of it that wires and serves the real
application on the same data folder. `PORT STEP ARMED` starts one that dies by SIGKILL at STEP ("-" for none) of the next
message, or at once where ARMED is "start". Its process id is printed. Only the embedding model, which stands on no escalation's
way, is replaced.
"""

import gc
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import uvicorn
from pydantic import SecretStr

from app import logs, offline
from app.errors import RecordsError
from app.escalation import cases, notify
from app.records import alarms
from app.records import cases as case_records
from app.records.cases import CaseStore
from app.records.conversations import ConversationStore
from app.records.notifications import NotificationStore
from app.records.spool import Spool
from app.settings import Settings
from app.wiring import Application, starter_corpus
from guardrails import language, red_flags, scope
from guardrails.level import Profile
from guardrails.screen import Screener
from tests.fakes import HashingEmbedder

# Where a server dies: what is replaced, and whether before or after its work.
STEPS: dict[str, tuple[Any, str, str]] = {
    "message received": (ConversationStore, "receive", "after"),
    "message screened": (Screener, "screen", "after"),
    "case half written": (case_records, "add_event", "before"),
    "case stored": (CaseStore, "escalate", "after"),
    "case not stored, before the spool": (Spool, "append", "before"),
    "case spooled": (Spool, "append", "after"),
    "spool replayed, not yet forgotten": (cases.CaseDesk, "_save", "after"),
    "card half stored": (ConversationStore, "record", "before"),
    "card stored": (ConversationStore, "record", "after"),
    "turn to be closed": (ConversationStore, "close", "before"),
    "notice half queued": (alarms, "enqueue", "after"),
    "notice queued": (alarms.AlarmStore, "step", "after"),
    "notice leased": (NotificationStore, "lease", "after"),
    "notice to be sent": (notify._AppriseChannel, "send", "before"),  # noqa: SLF001
    "notice sent, not yet noted": (notify._AppriseChannel, "send", "after"),  # noqa: SLF001
    "notice noted": (NotificationStore, "sent", "after"),
}
THROUGH_SPOOL = ("case not stored, before the spool", "case spooled", "spool replayed, not yet forgotten")
_armed: list[bool] = []


def main() -> None:
    """Read orders until the input ends."""
    data_dir, webhook = Path(sys.argv[1]), sys.argv[2]
    made = _prepared(data_dir)
    print("ready", flush=True)
    for line in sys.stdin:
        port, step, armed = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            _serve(data_dir, webhook, made, (int(port), step, armed))
        print(child, flush=True)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def _prepared(data_dir: Path) -> dict[str, object]:
    """What is compiled and read, and every module imported that a server needs; no thread is started."""
    offline.prepare(data_dir)
    os.environ["CHAINLIT_AUTH_SECRET"] = "only for the import"  # noqa: S105
    import chainlit.utils  # noqa: F401
    import nicegui  # noqa: F401

    import app.main  # noqa: F401

    entries = scope.load()
    setattr(scope, "load", lambda encoder: entries)  # noqa: B010 (mypy refuses the plain assignment)
    language.language_of(["the first"], "en")
    rules = red_flags.load()
    for rule in rules.rules.rules:
        rules.find(rule.fires, Profile())
    return {"red_flags": rules}


class _Prepared(Application):
    """An application whose rules are compiled already; it serves one article."""

    def initialise(self) -> None:
        if not self.library.snapshot().revisions:
            self.add_articles(starter_corpus()[:1], "starter")
        super().initialise()

    def warm_screen(self) -> None:
        self.screener.screen(["A first message."], Profile())

    def warm_search(self) -> None:
        """Answers are not what is killed here."""


def _serve(data_dir: Path, webhook: str, made: dict[str, object], order: tuple[int, str, str]) -> NoReturn:
    from app.main import create

    os.dup2(2, 1)
    port, step, armed = order
    logs.configure()
    chosen = Settings(
        data_dir=data_dir, region="US", origin=f"http://127.0.0.1:{port}", notify_first=SecretStr(webhook), staffing="on_call"
    )
    app = _Prepared(chosen, make_embedder=lambda _model: HashingEmbedder())
    app.__dict__.update(made)
    app.initialise()
    if step != "-":
        _arm(step, at_start=armed == "start")
    web = create(app)
    gc.freeze()
    uvicorn.run(web, host="127.0.0.1", port=port, log_level="warning", access_log=False)
    os._exit(0)


def _arm(step: str, *, at_start: bool) -> None:
    if at_start:
        _armed.append(True)
    _when(ConversationStore, "receive", before=lambda: _armed.append(True))
    if step in THROUGH_SPOOL:
        _fail_once()
    owner, name, when = STEPS[step]
    if when == "before":
        _when(owner, name, before=_die)
    else:
        _when(owner, name, after=_die)


def _when(owner: Any, name: str, before: Callable[[], None] | None = None, after: Callable[[], None] | None = None) -> None:
    """Do something before or after a function's work; afterwards only where the work did something."""
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> Any:
        if before:
            before()
        result = original(*args, **kwargs)
        if after and (result or name not in ("step", "lease")):
            after()
        return result

    setattr(owner, name, wrapped)


def _fail_once() -> None:
    """The database does not take the first escalation, which then goes through the spool."""
    original = CaseStore.escalate
    failed: list[bool] = []

    def escalate(self: CaseStore, *args: Any, **kwargs: Any) -> str:
        if _armed and not failed:
            failed.append(True)
            raise RecordsError("made to fail once")
        return original(self, *args, **kwargs)

    setattr(CaseStore, "escalate", escalate)  # noqa: B010 (mypy refuses the plain assignment)


def _die() -> None:
    if _armed:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
