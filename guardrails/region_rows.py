"""One row of a numbers file, found and put in its place: everything else, comments too, stays byte for byte as it was."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

_BARE = re.compile(r"[A-Za-z]+(?: [A-Za-z]+)+")
"""Several plain words need no quotes; one alone might be YAML's yes or null."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands: its first and its last line, counted from 0."""

    first: int
    last: int


def places(text: str) -> dict[tuple[str, int], Place]:
    """Where each row of each region stands. yaml.YAMLError, or LookupError and its like where it is no numbers file."""
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    found: dict[tuple[str, int], Place] = {}
    for code, region in _child(root, "regions").value:
        for number, row in enumerate(_child(region, "numbers").value):
            found[code.value, number] = Place(row.start_mark.line, max(_ends(row)))
    return found


def with_row(text: str, code: str, number: int, row: Mapping[str, Any]) -> str:
    """The file with that row in the place of row `number` of a region, or after its last."""
    lines, found = text.split("\n"), places(text)
    new = written(row).split("\n")
    if (code, number) in found:
        place = found[code, number]
        return "\n".join([*lines[: place.first], *new, *lines[place.last + 1 :]])
    after = max(place.last for (region, _), place in found.items() if region == code) + 1
    return "\n".join([*lines[:after], *new, *lines[after:]])


def without_row(text: str, code: str, number: int) -> str:
    """The file without a row; a remark above it stays, for nobody can tell whom it speaks of."""
    lines, place = text.split("\n"), places(text)[code, number]
    return "\n".join([*lines[: place.first], *lines[place.last + 1 :]])


def written(row: Mapping[str, Any]) -> str:
    """A row as the file has it."""
    lines = [
        f"- service: {row['service']}",
        f"  label: {_said(row['label'])}",
        f"  call: {_quoted(row['call'])}",
        f"  text: {_message(row['text'])}",
        f"  hours: {_said(row['hours'])}",
        f"  languages: [{', '.join(map(_quoted, row['languages']))}]",
        f"  source: {_quoted(row['source'])}",
        f"  seen: {_seen(row['seen'])}",
        f"  second_check: {_checked(row['second_check'])}",
    ]
    return "\n".join(f"      {line}" for line in lines)


def _message(message: Mapping[str, Any] | None) -> str:
    return "null" if message is None else f"{{number: {_quoted(message['number'])}, body: {_quoted(message['body'])}}}"


def _seen(seen: Mapping[str, Any] | None) -> str:
    if seen is None:
        return "null"
    how = str(seen["how"])
    return f"{{date: {seen['date']}, how: {how if _BARE.fullmatch(how) else _quoted(how)}}}"


def _checked(second: Mapping[str, Any] | None) -> str:
    return "null" if second is None else f"{{source: {_quoted(second['source'])}, date: {second['date']}}}"


def _said(words: Mapping[str, str]) -> str:
    return f"{{en: {_quoted(words['en'])}, es: {_quoted(words['es'])}}}"


def _quoted(text: str | None) -> str:
    return "null" if text is None else "'" + text.replace("'", "''") + "'"


def _child(node: Any, key: str) -> Any:
    return next(value for name, value in node.value if name.value == key)


def _ends(node: Any) -> Iterator[int]:
    """The last line of everything in a node; a block's own end is where the next one begins."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        yield node.end_mark.line
        return
    for item in node.value:
        for part in item if isinstance(item, tuple) else (item,):
            yield from _ends(part)
