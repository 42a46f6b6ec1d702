"""The front matter changed field by field, as a form does it: what is not touched keeps its bytes.

An editor's file in a git repository must not show forty changed lines because somebody corrected a title, so only the
value that differs is written anew, at its own place; comments, order and quoting around it stay as their writer left them.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import cast, get_args

import yaml

from knowledge.article import normal, split
from knowledge.front_matter import ArticleError, ArticleKind, Audience, Form, Seen, Source


@dataclass(frozen=True, slots=True)
class Front:
    """The fields that a form shows; the others (slug, language, dates of its making) are not an editor's to change."""

    title: str
    kind: ArticleKind
    audience: tuple[Audience, ...]
    synonyms: tuple[str, ...]
    summary: str
    codes: Mapping[str, tuple[str, ...]]
    sources: tuple[Source, ...]
    licence: str
    next_review: dt.date


def read(text: str, file: str = "article") -> Front:
    """The fields of a file whose front matter can be read, whatever stands below it; ArticleError names the first that cannot."""
    return _read(Form(file, split(normal(text), file)[0]))


def with_front(text: str, front: Front, file: str = "article") -> str:
    """The same file with these fields; ArticleError where one of them cannot be, and nothing was changed."""
    text = normal(text)
    yaml_text, body = split(text, file)
    before = Form(file, yaml_text)
    was = _read(before)
    changed = [field.name for field in fields(Front) if getattr(front, field.name) != getattr(was, field.name)]
    if not changed:
        return text
    places = _places(yaml_text)
    made = yaml_text
    for name in sorted(changed, key=lambda name: places[name].start_mark.index, reverse=True):
        made = _put(made, places[name], getattr(front, name))
    try:
        after = Form(file, made)
        kept = _read(after) == front and all(after.data.get(name) == value for name, value in before.data.items() if name not in changed)
    except ArticleError as error:
        if error.field in changed:
            raise
        kept = False
    if not kept:
        raise before.error(changed[0], "is written in a way that the form cannot change; change it as text")
    return f"---\n{made}---\n{body}"


def with_body(text: str, body: str, file: str = "article") -> str:
    """The same front matter, to the byte, above another body."""
    front, _ = split(normal(text), file)
    return f"---\n{front}---\n{normal(body)}"


def halves(text: str) -> tuple[str, str]:
    """Front matter and body; of a text that has no front matter, nothing and all of it."""
    try:
        return split(normal(text))
    except ArticleError:
        return "", normal(text)


def joined(front: str, body: str) -> str:
    """The file again; a text without front matter stays one."""
    return f"---\n{front}---\n{body}" if front else body


def body_line(text: str) -> int:
    """The line of the file, from 1, on which the body begins."""
    front, _ = split(text)
    return front.count("\n") + 3


def _read(form: Form) -> Front:
    return Front(
        title=form.string("title"),
        kind=cast("ArticleKind", form.choice("kind", get_args(ArticleKind))),
        audience=cast("tuple[Audience, ...]", form.choices("audience", get_args(Audience))),
        synonyms=form.strings("synonyms"),
        summary=form.string("summary"),
        codes=form.codes(),
        sources=form.sources(),
        licence=form.string("licence"),
        next_review=form.date("next_review"),
    )


def _places(front: str) -> dict[str, yaml.Node]:
    """Where the value of each field stands."""
    node = yaml.compose(front, Loader=yaml.CSafeLoader)
    return {key.value: value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _put(front: str, place: yaml.Node, value: object) -> str:
    """Write one value anew where the old one stood; white space and comments behind it stay."""
    start, end = place.start_mark.index, place.end_mark.index
    end = start + len(front[start:end].rstrip())
    return front[:start] + "".join(_written(front, place, value)) + front[end:]


def _written(front: str, place: yaml.Node, value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield _scalar(value)
    elif isinstance(value, dt.date):
        yield value.isoformat()
    elif isinstance(value, Mapping):
        yield "{" + ", ".join(f"{_scalar(system, flow=True)}: {_list(codes)}" for system, codes in value.items()) + "}"
    else:
        items = cast("tuple[object, ...]", value)
        yield _sources(front, place, cast("tuple[Source, ...]", items)) if items and isinstance(items[0], Source) else _list(items)


def _list(items: Sequence[object]) -> str:
    return "[" + ", ".join(_scalar(str(item), flow=True) for item in items) + "]"


def _sources(front: str, place: yaml.Node, sources: tuple[Source, ...]) -> str:
    """The list of sources; one that stood there already keeps its bytes."""
    nodes = cast("list[yaml.Node]", place.value)
    block = isinstance(place, yaml.SequenceNode) and not place.flow_style
    kept = [front[node.start_mark.index : node.end_mark.index].rstrip() for node in nodes] if block else []
    stood = dict(zip(Form("", front).sources(), kept, strict=False))
    indent = " " * (place.start_mark.column if block else 2)
    lines = [stood.get(source) or f"\n{indent}  ".join(_source(source)) for source in sources]
    return ("" if block else f"\n{indent}") + f"\n{indent}".join(f"- {line}" for line in lines)


def _source(source: Source) -> Iterator[str]:
    yield f"organisation: {_scalar(source.organisation)}"
    yield f"title: {_scalar(source.title)}"
    yield f"url: {_scalar(source.url)}"
    yield f"seen: {_seen(source.seen)}"


def _seen(seen: Seen | None) -> str:
    return f"{{date: {seen.date.isoformat()}, how: {_scalar(seen.how, flow=True)}}}" if seen else "null"


def _scalar(text: str, *, flow: bool = False) -> str:
    """Text as YAML reads it back: bare where that is the same text, else in double quotes."""
    probe, meant = (f"[{text}, next]", [text, "next"]) if flow else (f"key: {text}\nnext: x", {"key": text, "next": "x"})
    try:
        if text.isprintable() and yaml.load(probe, Loader=yaml.CSafeLoader) == meant:
            return text
    except (yaml.YAMLError, ValueError):
        pass
    return '"' + "".join(_escaped(sign) for sign in text) + '"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"
