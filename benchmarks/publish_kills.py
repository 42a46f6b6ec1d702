"""Kills a process at every step of a publishing: `python -m benchmarks.publish_kills [--times N]`.

Each round a new text of an article is written, handed in, signed and checked; its publishing and the index that follows are killed
with SIGKILL at a step. Then another process starts on the same data, as a server does: patients must get either the old text or the
new one, whole, the index must hold exactly its passages, and where it is still the old one, it can be published. `make test` does each
once.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from app.records import publishing as publishing_records
from app.records.library_store import sha256_of
from app.records.publishing import FoundChanges, PublishStore
from app.settings import Settings
from app.wiring import Application, starter_corpus
from knowledge.article import parse
from retrieval import index as index_module
from retrieval.index import PassageIndex
from tests.fakes import HashingEmbedder

# Where the process dies: after the work of which function.
STEPS: dict[str, tuple[Any, str]] = {
    "publishing decided": (publishing_records, "keep_state"),
    "revision half served": (publishing_records, "serve"),
    "version raised": (publishing_records, "raise_version"),
    "to be committed": (publishing_records, "happened"),
    "published, index behind": (PublishStore, "publish"),
    "old passages gone": (vars(index_module)["Chroma"], "delete"),
    "new passages half added": (vars(index_module)["Chroma"], "add_texts"),
    "indexed, not yet known": (PassageIndex, "sync"),
}
_STILL_OLD = ("publishing decided", "revision half served", "version raised", "to be committed")
"""Steps before the one moment that decides: patients still get the old text after a kill there."""
_AT_ONCE = 4
"""Passages added at once here, so that a kill falls between them."""
_PASSWORD = "correct horse battery"  # noqa: S105


@dataclass(frozen=True)
class Found:
    """What a start on the data found. `wrong` is empty where nothing was mixed or lost."""

    step: str
    wrong: str
    new: bool
    """Whether patients got the new text before anything was done again."""


class Worker:
    """Forks processes on one data folder: to publish and be killed, and to start again and look."""

    def __init__(self, data_dir: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.publish_kills", "--work", str(data_dir)]
        self._log = (data_dir.parent / "publish_kills.log").open("wb")
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True)

    def round(self, step: str) -> Found:
        """Publish, die at `step`, start again and look."""
        assert self._process.stdin  # noqa: S101 (it was opened as a pipe)
        assert self._process.stdout  # noqa: S101 (as above)
        self._process.stdin.write(f"{step}\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            with suppress(ValueError):
                return Found(**json.loads(line))
        raise RuntimeError(f"the worker ended: {Path(self._log.name).read_text()[-2000:]}")

    def close(self) -> None:
        """End, by the process id that was started."""
        self._process.terminate()
        self._process.wait(timeout=10)
        self._log.close()


def work(data_dir: Path) -> None:
    """Read steps until the input ends; each is one round in processes of their own."""
    for number, line in enumerate(sys.stdin):
        step = line.rstrip("\n")
        ended = _forked(partial(_publish, data_dir, step, f"Text number {number}."))
        if ended != -signal.SIGKILL:
            print(json.dumps(asdict(Found(step, "the step was never reached", new=False))), flush=True)
            continue
        if _forked(partial(_look, data_dir, step, f"Text number {number}.")):
            print(json.dumps(asdict(Found(step, "the start failed", new=False))), flush=True)


def _forked(act: Callable[[], None]) -> int:
    """Act in a process of its own; how that ended."""
    child = os.fork()
    if not child:
        _leave(act)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _leave(act: Callable[[], None]) -> NoReturn:
    code = 1
    try:
        act()
        code = 0
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        sys.stdout.flush()
        os._exit(code)


def _open(data_dir: Path) -> Application:
    """An application on the data, its index brought up to what is served, as at the start of a server."""
    app = Application(Settings(data_dir=data_dir, region="US"), make_embedder=lambda _model: HashingEmbedder())
    if not app.library.snapshot().revisions:
        app.add_articles(starter_corpus()[:2], "starter")
        for login, role in (("ed", "editor"), ("rita", "reviewer")):
            app.staff.add(login, login.capitalize(), role, _PASSWORD)
    app.sync_index()
    return app


def _publish(data_dir: Path, step: str, text: str) -> None:
    """Bring a new text up to its publishing, then publish it and follow with the index, and die on the way."""
    data_dir.mkdir(parents=True, exist_ok=True)
    app = _open(data_dir)
    slug = starter_corpus()[0].slug
    [ed], [rita] = app.staff.team("editor"), app.staff.team("reviewer")
    begun = app.drafts.begin(slug, ed.id)
    saved = app.drafts.save(slug, f"{begun.text.rstrip()}\n\n{text}\n", begun.version, ed.id)
    number = app.submissions.submit(slug, saved.version, ed.id)
    app.submissions.sign(slug, sha256_of(parse(saved.text)), rita.id)
    app.publishing.keep_gate(slug, number, FoundChanges(app.library.snapshot().version, "none", blocks=False, changes=0, result={}))
    index_module._BATCH = _AT_ONCE  # noqa: SLF001
    _die_at(step)
    app.publishing.publish(slug, ed.id)
    app.sync_index()


def _die_at(step: str) -> None:
    owner, name = STEPS[step]
    original = getattr(owner, name)

    def wrapped(*args: Any, **kwargs: Any) -> None:
        original(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, wrapped)


def _look(data_dir: Path, step: str, text: str) -> None:
    """Start, look, and publish what was not published."""
    app = _open(data_dir)
    slug = starter_corpus()[0].slug
    new = app.library.snapshot().article(slug).body.rstrip().endswith(text)
    wrong = _mixed(app, slug) or ("" if new == (step not in _STILL_OLD) else f"patients get the {'new' if new else 'old'} text")
    if not wrong and not new:
        app.publishing.publish(slug, app.staff.team("editor")[0].id)
        app.sync_index()
        wrong = _mixed(app, slug) or ("" if app.library.snapshot().article(slug).body.rstrip().endswith(text) else "it cannot be published")
    print(json.dumps(asdict(Found(step, wrong, new))), flush=True)


def _mixed(app: Application, slug: str) -> str:
    """What does not fit together of served set, history, review and index; empty where all does."""
    snapshot = app.library.snapshot()
    held = set(app.index._digests())  # noqa: SLF001
    if held != set(snapshot.passages):
        return f"the index holds {len(held ^ set(snapshot.passages))} passages too many or too few"
    file = app.article_files.open(slug)
    newest = file.revisions[0].number if file else 0
    published = bool(file and file.served == newest)
    if (
        file is None
        or (file.review is None) != published
        or any(e.verb == "published" and e.revision == newest for e in file.history) != published
    ):
        return "what is served, in review and in the history disagree"
    return ""


def main() -> None:
    """Kill and print one line a round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work)
        return
    with tempfile.TemporaryDirectory() as folder:
        worker = Worker(Path(folder) / "data")
        rounds = []
        for number in range(given.times):
            rounds.append(found := worker.round(list(STEPS)[number % len(STEPS)]))
            print(f"{number + 1}\t{found.step}\t{found.wrong or ('new' if found.new else 'old, then published')}", flush=True)
        worker.close()
    wrong = [found for found in rounds if found.wrong]
    print(f"{len(rounds)} kills, {len(wrong)} with something mixed or lost, {sum(found.new for found in rounds)} found the new text")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
