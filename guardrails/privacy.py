"""Identifiers masked before a patient's words leave the machine: `mask("my name is Ana, dob 3/4/71")`.

What tells who someone is goes; what an answer needs stays: ages, doses, readings, dates of symptoms, medicines, diseases
that bear a person's name. Where masking cannot be done it says so and nothing may be sent. Patterns and names are data
(privacy.yaml); no model is used.

What it cannot find: a name that no cue announces ("my name is", "Mrs", "my son", a greeting, a signature) and that is not
on the short list of given names; a surname alone; a nickname; towns and villages; a street without a number; a number under
nine digits that no word explains; who someone is from their story. A clinic that may not send those must not send at all.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast, get_args

import yaml

from guardrails import names
from guardrails.text import fold

PRIVACY_FILE = Path(__file__).parent / "privacy.yaml"
MOST_CHARS = 20_000
"""Code points of a text that is masked; a longer one is refused."""
MOST_SECONDS = 1.0
"""Processor time after which masking gives up; it is looked at between patterns, each of which is bounded by its own reach."""
_MOST_ROUNDS = 6
_TYPED = str.maketrans({"’": "'", "‘": "'", "\u00a0": " "})
_PART = re.compile(r"\{([a-z]+)\}")
_ACCOUNT = re.compile(r"[a-z]{3,64}")
Kind = Literal[
    "NAME", "PHONE", "EMAIL", "ADDRESS", "RECORD_NUMBER", "DATE_OF_BIRTH", "URL", "ID_NUMBER", "CARD", "IBAN", "IP", "ORGANISATION"
]
KINDS: tuple[Kind, ...] = get_args(Kind)


class MaskingError(Exception):
    """A text could not be masked, so it may not leave the machine; the message holds none of it."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with identifiers replaced by `<KIND>`, and the kinds that were replaced, sorted."""

    text: str
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Code points `start` to `end` (exclusive) of the text that was given, and what they are."""

    start: int
    end: int
    kind: Kind


def mask(text: str) -> Masked:
    """`text` with identifiers replaced; masking twice changes nothing more. MaskingError where it cannot be done."""
    return _masker().mask(text)


def spans(text: str) -> tuple[Span, ...]:
    """Where the identifiers of `text` stand, in order and without overlap. MaskingError as for `mask`."""
    return _masker().spans(text)


def _luhn(found: str) -> bool:
    digits = [int(char) for char in found if char.isdigit()]
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return len(set(digits)) > 1 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def _iban(found: str) -> bool:
    """ISO 13616: the first four characters moved to the end, letters as numbers, modulo 97."""
    plain = re.sub(r"[ -]", "", found)
    return 15 <= len(plain) <= 34 and int("".join(str(int(char, 36)) for char in plain[4:] + plain[:4])) % 97 == 1


def _nhs(found: str) -> bool:
    """England's health number: ten digits, weights 10 to 2, modulo 11."""
    digits = [int(char) for char in found if char.isdigit()]
    left = (11 - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False)) % 11) % 11
    return len(set(digits)) > 1 and left == digits[9]


def _spanish(found: str) -> bool:
    """DNI and NIE: the letter is the number modulo 23."""
    plain = found.replace("-", "")
    number = int(plain[:-1].translate(str.maketrans("xyz", "012")))
    return plain[-1] == "trwagmyfpdxbnjzsqvhlcke"[number % 23]


def _internet(found: str) -> bool:
    """An internet address that `ipaddress` reads; "3.2.1.4" is a section of a leaflet."""
    try:
        ipaddress.ip_address(found)
    except ValueError:
        return False
    return len(found) > len("3.2.1.4")


def _digits(fewest: int, most: int) -> Callable[[str], bool]:
    return lambda found: fewest <= sum(char.isdigit() for char in found) <= most


CHECKS: dict[str, Callable[[str], bool]] = {
    "any": lambda _: True,
    "luhn": _luhn,
    "iban": _iban,
    "nhs": _nhs,
    "spanish": _spanish,
    "internet": _internet,
    "document": _digits(5, 16),
    "phone": _digits(7, 15),
    "short_phone": _digits(6, 15),
    "national_phone": _digits(9, 11),
}
"""What a pattern may ask for beside itself; each is given the words that matched."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How one kind of identifier is written; `written` patterns read the text as it is, the others its folded form."""

    kind: Kind
    pattern: re.Pattern[str]
    group: str | int
    check: Callable[[str], bool]
    written: bool
    needs: tuple[str, ...]


class Masker:
    """Masks by the patterns, cues and lists of privacy.yaml."""

    def __init__(self, data: Mapping[str, Any], clock: Callable[[], float] = time.thread_time) -> None:
        """`re.error`, KeyError or ValueError where the data is wrong: at start, never in a patient's turn."""
        plain = frozenset(data["not_names"].split())
        checks = CHECKS | {"proper": lambda found: fold(found).split()[0] not in plain}
        self._rules = tuple(_rule(entry, data["parts"], checks) for entry in data["rules"])
        self._keep, self._keep_written, self._spare = (
            tuple(re.compile(pattern) for pattern in data[key]) for key in ("keep", "keep_written", "spare")
        )
        self._names = names.NameFinder(data)
        self._clock = clock

    def mask(self, text: str) -> Masked:
        """As `mask` of this module."""
        masked, found = self._settle(text)
        return Masked(masked, tuple(sorted({span.kind for span in found})))

    def spans(self, text: str) -> tuple[Span, ...]:
        """As `spans` of this module."""
        return tuple(sorted(self._settle(text)[1], key=lambda span: span.start))

    def _settle(self, text: str) -> tuple[str, list[Span]]:
        """Mask until nothing more is found, as a placeholder can bring a cue nearer. The spans are of the text given."""
        if len(text) > MOST_CHARS:
            raise MaskingError(f"the text is longer than {MOST_CHARS} characters; send nothing of it")
        deadline = self._clock() + MOST_SECONDS
        origin, settled = list(range(len(text))), list[Span]()
        for _ in range(_MOST_ROUNDS):
            found = self._read(text, deadline)
            if not found:
                return text, settled
            for span in reversed(found):
                settled.append(Span(origin[span.start], origin[span.end - 1] + 1, span.kind))
                placeholder = f"<{span.kind}>"
                text = text[: span.start] + placeholder + text[span.end :]
                origin[span.start : span.end] = [-1] * len(placeholder)
        raise MaskingError(f"the text still changes after {_MOST_ROUNDS} readings; send nothing of it")

    def _read(self, text: str, deadline: float) -> list[Span]:
        """What one reading finds, in order. A character belongs to the first rule that finds it, none to two."""
        folded, written = fold(text), text.translate(_TYPED)
        present = folded + "#" if any(map(str.isdigit, folded)) else folded
        taken = _marked(text, (names.PLACEHOLDER,))
        found: list[Span] = []
        for rule in self._rules:
            self._be_in_time(deadline)
            if rule.needs and not any(word in present for word in rule.needs):
                continue
            for match in rule.pattern.finditer(written if rule.written else folded):
                if rule.check(match[rule.group]):
                    found += _take(text, taken, match.span(rule.group), rule.kind)
        kept = _marked(written, self._keep_written, _marked(folded, self._keep))
        reading = names.read(text, folded, kept, _marked(folded, self._spare))
        for span in self._names.find(reading, _accounts(folded, found)):
            found += _take(text, taken, span, "NAME")
        self._be_in_time(deadline)
        return sorted(found, key=lambda span: span.start)

    def _be_in_time(self, deadline: float) -> None:
        if self._clock() > deadline:
            raise MaskingError(f"masking took longer than {MOST_SECONDS} s; send nothing of the text")


def load(path: Path = PRIVACY_FILE, clock: Callable[[], float] = time.thread_time) -> Masker:
    """Read the patterns; wrong ones raise here (`re.error`, KeyError, ValueError)."""
    return Masker(yaml.safe_load(path.read_text(encoding="utf-8")), clock)


@cache
def _masker() -> Masker:
    return load()


def _rule(entry: Mapping[str, Any], parts: Mapping[str, str], checks: Mapping[str, Callable[[str], bool]]) -> Rule:
    if entry["kind"] not in KINDS:
        raise ValueError(f"kind {entry['kind']!r} is not one of {', '.join(KINDS)}")
    source = str(entry["pattern"])
    while _PART.search(source):
        source = _PART.sub(lambda match: parts[match[1]], source)
    pattern = re.compile(source)
    return Rule(
        cast("Kind", entry["kind"]),
        pattern,
        "id" if "id" in pattern.groupindex else 0,
        checks[entry.get("check", "any")],
        entry.get("written", False),
        tuple(entry.get("needs", "").split()),
    )


def _accounts(folded: str, found: Sequence[Span]) -> frozenset[str]:
    """The words before the @ of e-mail addresses: they often are the name."""
    mail = (folded[span.start : span.end].split("@", maxsplit=1)[0] for span in found if span.kind == "EMAIL")
    return frozenset(word for account in mail for word in _ACCOUNT.findall(account))


def _marked(text: str, patterns: Sequence[re.Pattern[str]], marks: bytearray | None = None) -> bytearray:
    """One byte a character: 1 where any pattern matches, or where `marks` already has it."""
    marks = marks or bytearray(len(text))
    for pattern in patterns:
        for match in pattern.finditer(text):
            marks[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    return marks


def _take(text: str, taken: bytearray, span: tuple[int, int], kind: Kind) -> list[Span]:
    """The parts of a span that nobody took and that hold a letter or digit; they are taken now."""
    runs = re.finditer(rb"\0+", taken[span[0] : span[1]])
    found = [_trimmed(text, span[0] + run.start(), span[0] + run.end(), kind) for run in runs]
    for part in found:
        taken[part.start : part.end] = b"\1" * (part.end - part.start)
    return [part for part in found if any(char.isalnum() for char in text[part.start : part.end])]


def _trimmed(text: str, start: int, end: int, kind: Kind) -> Span:
    """A span without the spaces and commas at its ends."""
    words = text[start:end]
    return Span(start + len(words) - len(words.lstrip(" ,\t\n")), end - len(words) + len(words.rstrip(" ,\t\n")), kind)
