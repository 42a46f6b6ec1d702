"""How long a case takes: `python -m benchmarks.notices [--rounds N]`, from the escalation to the store, and to the webhook."""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr

from app.escalation.pager import Pager
from app.journal import OpenTurn
from app.settings import Settings
from app.wiring import Application
from benchmarks.kills import webhook
from guardrails.level import Finding, Profile

_FOUND = Finding("heart-attack", 1, "emergency", "medical", "Chest pain may be a heart attack.", "rule", ())


def main() -> None:
    """Measure and print one line a figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, webhook() as hook:
        app = Application(Settings(data_dir=Path(folder), staffing="on_call", notify_first=SecretStr(hook.url)))
        app.initialise()
        pager = Pager(app)
        pager.start()
        stored, told = [], []
        for number in range(rounds):
            began, before = time.time(), len(hook.bodies)
            turn = OpenTurn(f"c{number}", f"p{number}", "t", ("…",), Profile(), -1, {}, (), released=False)
            app.case_desk.escalate(turn, [_FOUND])
            stored.append((time.time() - began) * 1000)
            while len(hook.bodies) == before:
                time.sleep(0.001)
            told.append((hook.bodies[-1][0] - began) * 1000)
        pager.stop()
        app.close()
    for label, times in (("case stored", stored), ("notice at the webhook", told)):
        p95 = statistics.quantiles(times, n=20)[-1]
        print(f"{label}, ms: median {statistics.median(times):.0f}, p95 {p95:.0f}, longest {max(times):.0f}, {rounds} rounds")


if __name__ == "__main__":
    main()
