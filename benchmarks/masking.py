"""How well identifiers are masked: `python -m benchmarks.masking PRESIDIO [CANARIES]`, exact bounds, and how long it takes.

PRESIDIO is microsoft/presidio-research's file of synthetic sentences (a bank's chat, song reviews, letter heads; names of
many countries, most without any cue). Its templates are halved by hash: patterns were tuned on one half, the other is only
counted. CANARIES are this project's own patient messages, which the patterns were tuned on until all passed: they show that
nothing was lost since, not how the next patient fares. An identifier counts as masked where none of its letters or digits is left.
"""

import argparse
import hashlib
import json
import re
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from app.evals.report import Share
from guardrails import privacy

CANARIES = Path(__file__).parent.parent / "tests" / "guardrails" / "privacy_canaries.yaml"
_MARK = re.compile(r"\[([A-Z_]+): ([^\[\]]+)\]")
_WANTED = {
    "PERSON": "NAME",
    "STREET_ADDRESS": "ADDRESS",
    "ZIP_CODE": "ADDRESS",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "DOMAIN_NAME": "URL",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "US_SSN": "ID_NUMBER",
    "US_DRIVER_LICENSE": "ID_NUMBER",
}
"""What the file calls what we mask. Its places, nationalities, ages, titles, companies and dates are meant to stay, but for
dates of birth, which it does not tell from others, and towns that stand in an address."""


@dataclass(frozen=True, slots=True)
class Label:
    """Code points `start` to `end` of a text, and what the file calls them."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A text with its labels and what was masked of it."""

    text: str
    labels: tuple[Label, ...]
    found: tuple[privacy.Span, ...]

    def masked(self, label: Label) -> bool:
        """Whether no letter or digit of a label is left."""
        hidden = {place for span in self.found for place in range(span.start, span.end)}
        return all(place in hidden for place in range(label.start, label.end) if self.text[place].isalnum())

    def touches(self, span: privacy.Span, kinds: Sequence[str]) -> bool:
        """Whether a mask overlaps a label of one of `kinds`."""
        return any(label.kind in kinds and label.start < span.end and span.start < label.end for label in self.labels)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("presidio", type=Path)
    parser.add_argument("canaries", type=Path, nargs="?", default=CANARIES)
    parser.add_argument("--misses", action="store_true", help="print what was missed or wrongly masked in the half for development")
    given = parser.parse_args()
    report_presidio(given.presidio, misses=given.misses)
    report_canaries(given.canaries)
    report_speed(given.canaries)


def report_presidio(file: Path, *, misses: bool) -> None:
    """Recall by kind and precision, in the half that patterns were tuned on and in the other."""
    halves: dict[str, list[Judged]] = {"development": [], "held out": []}
    for row in json.loads(file.read_text(encoding="utf-8")):
        labels = tuple(Label(s["start_position"], s["end_position"], s["entity_type"]) for s in row["spans"])
        half = "development" if _tuned_on(str(row["template_id"])) else "held out"
        halves[half].append(Judged(row["full_text"], labels, privacy.spans(row["full_text"])))
    for name, judged in halves.items():
        print(f"\npresidio-research, {name} ({len(judged)} sentences)")
        for share in shares(judged):
            print(f"  {share}")
    if misses:
        for item in halves["development"]:
            _print_misses(item)


def _tuned_on(template: str) -> bool:
    return int(hashlib.sha256(template.encode()).hexdigest(), 16) % 2 == 0


def shares(judged: Sequence[Judged]) -> list[Share]:
    """Recall of each kind, what was meant to stay and did, and precision."""
    hits: dict[str, list[bool]] = defaultdict(list)
    for item in judged:
        for label in item.labels:
            if label.kind in _WANTED:
                hits[f"{label.kind} masked"].append(item.masked(label))
            else:
                hits[f"{label.kind} left"].append(not any(s.start < label.end and label.start < s.end for s in item.found))
        for span in item.found:
            wanted = (*_WANTED, "DATE_TIME") if span.kind == "DATE_OF_BIRTH" else tuple(_WANTED)
            hits["masks over an identifier (precision)"].append(item.touches(span, wanted))
            hits["masks over anything labelled"].append(item.touches(span, tuple({label.kind for label in item.labels})))
    return [
        Share(label, sum(values), len(values)) for label, values in sorted(hits.items(), key=lambda pair: (pair[0][0].islower(), pair[0]))
    ]


def _print_misses(item: Judged) -> None:
    for label in item.labels:
        if label.kind in _WANTED and not item.masked(label):
            print(f"MISS  {label.kind}: {item.text[label.start : label.end]!r} in {item.text!r}")
    for span in item.found:
        if not item.touches(span, tuple(_WANTED)):
            print(f"FALSE {span.kind}: {item.text[span.start : span.end]!r} in {item.text!r}")


def report_canaries(file: Path) -> None:
    """Our own messages: identifiers masked, messages masked exactly, and messages without any that were left alone."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    exact, leaks = [], defaultdict(list)
    for marked in data["identifying"]:
        text, want = _MARK.sub(lambda mark: mark[2], marked), _MARK.sub(lambda mark: f"<{mark[1]}>", marked)
        exact.append(privacy.mask(text).text == want)
        item = Judged(text, tuple(labels(marked)), privacy.spans(text))
        for label in item.labels:
            leaks[label.kind].append(item.masked(label))
    print(f"\nown messages ({len(data['identifying'])} with identifiers, {len(data['plain'])} without)")
    for kind, values in sorted(leaks.items()):
        print(f"  {Share(f'{kind} masked', sum(values), len(values))}")
    print(f"  {Share('messages masked exactly', sum(exact), len(exact))}")
    left = [privacy.mask(text).text == text for text in data["plain"]]
    print(f"  {Share('messages without identifiers left alone', sum(left), len(left))}")


def labels(marked: str) -> list[Label]:
    """Where the marks of "[KIND: words]" stand once they are taken out."""
    found, removed = [], 0
    for mark in _MARK.finditer(marked):
        start = mark.start() - removed
        found.append(Label(start, start + len(mark[2]), mark[1]))
        removed += len(mark[0]) - len(mark[2])
    return found


def report_speed(file: Path) -> None:
    """Milliseconds of processor time for 1,000 characters of patients' messages, with and without identifiers."""
    data = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name in ("identifying", "plain"):
        joined = " ".join(_MARK.sub(lambda mark: mark[2], text) for text in data[name])
        times = []
        for start in range(0, len(joined) - 1000, 250):
            began = time.process_time()
            privacy.mask(joined[start : start + 1000])
            times.append((time.process_time() - began) * 1000)
        slow = statistics.quantiles(times, n=20)[-1]
        print(f"{name}: 1,000 characters in median {statistics.median(times):.1f} ms, p95 {slow:.1f} ms, {len(times)} texts")


if __name__ == "__main__":
    main()
