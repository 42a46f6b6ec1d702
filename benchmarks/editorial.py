"""Editorial work on a running server: `python -m benchmarks.editorial [--publishes N] [--saves N]`.

Publishing: a server with the starter corpus runs; an article gets a sentence on a topic of its own, is published by another process
through the records, and the library's search (the one that answers patients) is asked for it every 50 ms until it finds the article. Then
the article is withdrawn, and asked for until it is gone. Saving: two processes save one working copy at the same moment, again and
again: one of them must be told, and nothing may be overwritten. The gate has a benchmark of its own (`benchmarks.gate`).
"""

import argparse
import multiprocessing
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.errors import StaleDraftError
from app.records.drafts import DraftStore
from app.records.library_store import LibraryStore, sha256_of
from app.records.publishing import FoundChanges, PublishStore
from app.records.staff import StaffStore
from app.records.submissions import SubmissionStore
from app.settings import Settings
from app.wiring import Application, starter_corpus
from knowledge.article import parse
from tests.keys import served
from tests.server_process import running

SLUG = "tennis-elbow"
SENTENCES = (
    "Bee keepers in the mountains paint their hives blue every spring.",
    "The old tram to the harbour leaves when the church bell rings.",
    "Sailors mend their nets with tarred twine on winter evenings.",
    "A violin is strung with gut where the climate is dry.",
    "Glass blowers cool a vase slowly in a tunnel of ash.",
    "The night train stops at a village with a lemon market.",
    "Shepherds count their flock by knots in a red cord.",
    "A kite of rice paper flies higher than one of silk.",
)
_PASSWORD = "correct horse battery"  # noqa: S105
_WAIT_S = 300


@dataclass(frozen=True)
class Saved:
    """What became of one writer's saves."""

    kept: int
    refused: int
    lost: int
    times: tuple[float, ...]


class Desk:
    """The records as the desk's steps use them, with two people."""

    def __init__(self, data_dir: Path) -> None:
        database = served(data_dir, lock_wait_s=10)
        staff = StaffStore(database)
        for login, role in (("ed", "editor"), ("rita", "reviewer")):
            staff.add(login, login.capitalize(), role, _PASSWORD)
        [self.ed], [self.rita] = ([member.id for member in staff.team(role)] for role in ("editor", "reviewer"))
        self.library, self.drafts = LibraryStore(database), DraftStore(database)
        self.submissions, self.publishing = SubmissionStore(database), PublishStore(database)

    def ready(self, sentence: str) -> int:
        """A revision with that sentence, one press of a button away from patients."""
        begun = self.drafts.begin(SLUG, self.ed, 1)
        text = begun.text.replace("## Symptoms\n", f"{sentence}\n\n## Symptoms\n", 1)
        saved = self.drafts.save(SLUG, text, begun.version, self.ed)
        number = self.submissions.submit(SLUG, saved.version, self.ed)
        self.submissions.sign(SLUG, sha256_of(parse(text)), self.rita)
        seen = FoundChanges(self.library.snapshot().version, "measured elsewhere", blocks=False, changes=0, result={})
        self.publishing.keep_gate(SLUG, number, seen)
        return number


def publishes(url: str, desk: Desk, count: int) -> tuple[list[float], list[float]]:
    """Seconds from each publishing until a search finds it, and from each withdrawing until none does."""
    live, gone = [], []
    for number in range(count):
        sentence = SENTENCES[number % len(SENTENCES)]
        found = _searched(url, sentence)
        desk.ready(sentence)
        if _lists(found):
            raise RuntimeError(f"the article is found before it says so: {sentence}")
        began = time.perf_counter()
        desk.publishing.publish(SLUG, desk.ed)
        _until(lambda page=found: _lists(page), _WAIT_S)  # type: ignore[misc]
        live.append(time.perf_counter() - began)
        began = time.perf_counter()
        desk.publishing.withdraw(SLUG, desk.rita, "measured", pinned=False)
        _until(lambda page=found: not _lists(page), _WAIT_S)  # type: ignore[misc]
        gone.append(time.perf_counter() - began)
        print(f"{number + 1}\tlive after {live[-1]:.2f} s\tgone after {gone[-1]:.2f} s", flush=True)
    return live, gone


def saves(data_dir: Path, desk: Desk, count: int) -> None:
    """Two processes save one working copy at the same moment, and print what became of it."""
    desk.drafts.begin(SLUG, desk.ed, 1)
    meet = multiprocessing.Barrier(2)
    results: multiprocessing.Queue[Saved] = multiprocessing.Queue()
    writers = [multiprocessing.Process(target=_save, args=(data_dir, who, count, meet, results)) for who in (desk.ed, desk.rita)]
    for writer in writers:
        writer.start()
    told = [results.get(timeout=_WAIT_S) for _ in writers]
    for writer in writers:
        writer.join()
    kept, refused, lost = (sum(each.kept for each in told), sum(each.refused for each in told), sum(each.lost for each in told))
    times = sorted(taken for each in told for taken in each.times)
    final = desk.drafts.begin(SLUG, desk.ed)
    print(
        f"{2 * count} saves in {count} pairs at the same moment: {kept} kept, {refused} refused with the newer text, {lost} overwritten, "
        f"version {final.version}; a save: median {1000 * statistics.median(times):.0f} ms, slowest {1000 * times[-1]:.0f} ms"
    )


def _save(
    data_dir: Path, who: str, count: int, meet: "multiprocessing.synchronize.Barrier", results: "multiprocessing.Queue[Saved]"
) -> None:
    database = served(data_dir, lock_wait_s=10)
    drafts = DraftStore(database)
    kept = refused = lost = 0
    times: list[float] = []
    for number in range(count):
        seen = drafts.begin(SLUG, who)
        meet.wait(_WAIT_S)
        began = time.perf_counter()
        try:
            drafts.save(SLUG, f"{who} {number}\n{seen.text[-2000:]}", seen.version, who)
            kept += 1
        except StaleDraftError:
            refused += 1
        times.append(time.perf_counter() - began)
        meet.wait(_WAIT_S)
        now = drafts.begin(SLUG, who)
        lost += now.version != seen.version + 1
        meet.wait(_WAIT_S)
    results.put(Saved(kept, refused, lost, tuple(times)))
    database.close()


def _lists(address: str) -> bool:
    """Whether the article stands among what was found; the list of all articles, further down the page, holds it anyway."""
    found = _page(address).partition('<ul class="results">')[2].partition("</ul>")[0]
    return f'href="/library/{SLUG}"' in found


def _searched(url: str, words: str) -> str:
    """The address of what a search finds, which is searched for anew each time that it is opened."""
    form = urllib.request.Request(f"{url}/library/search", urllib.parse.urlencode({"q": words}).encode(), {"origin": url})
    with urllib.request.urlopen(form, timeout=10) as answer:
        return str(answer.geturl())


def _page(address: str) -> str:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def _until(holds: Callable[[], bool], within_s: float) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)


def _told(what: str, times: list[float]) -> None:
    print(f"{what}: median {statistics.median(times):.2f} s, slowest {max(times):.2f} s (of {len(times)})")


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--publishes", type=int, default=16)
    parser.add_argument("--saves", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder) / "data"
        data_dir.mkdir()
        app = Application(Settings(data_dir=data_dir))
        app.add_articles(starter_corpus(), "starter")
        app.close()
        desk = Desk(data_dir)
        with running(data_dir, _WAIT_S, CARELIGHT_LIMIT_SEARCHES="0") as server:
            live, gone = publishes(server.url, desk, given.publishes)
        _told("published until found", live)
        _told("withdrawn until gone", gone)
        saves(data_dir, desk, given.saves)


if __name__ == "__main__":
    main()
