"""Bringing other libraries in: read by their importer, stored in batches, reported topic by topic.

Each batch is one transaction, so a broken-off import keeps what it did and the next run goes on; the same input twice
changes nothing, because an importer gives the same bytes and the store compares them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from app.records.library_store import ImportReport, LibraryStore
from knowledge.article import Article
from knowledge.importers import documents, markdown, medlineplus, medquad
from knowledge.importers.compose import Refused

Name = Literal["medlineplus", "medquad", "markdown", "html", "docx", "pdf"]
Reader = Callable[[Path], Iterator[Article | Refused]]
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of library: how it is read and counted, and whether its articles are served or wait for an editor."""

    read: Reader
    count: Callable[[Path], int | None]
    served: bool
    has_revisions: bool = False
    """Whether one slug may come several times, oldest first."""


def _document(suffixes: tuple[str, ...], content: Callable[[Path], documents.Content]) -> Kind:
    return Kind(documents.reader(suffixes, content), lambda path: len(documents.files(path, suffixes)), served=False)


KINDS: dict[Name, Kind] = {
    "medlineplus": Kind(medlineplus.read, medlineplus.count, served=True),
    "medquad": Kind(medquad.read, medquad.count, served=True),
    "markdown": Kind(markdown.read, markdown.count, served=True, has_revisions=True),
    "html": _document((".html", ".htm"), documents.html),
    "docx": _document((".docx",), documents.docx),
    "pdf": _document((".pdf",), documents.pdf),
}


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: slugs by outcome, and what was refused with the reason."""

    stored: ImportReport
    refused: tuple[Refused, ...]


def bring_in(
    store: LibraryStore, name: Name, path: Path, *, dry_run: bool = False, progress: Callable[[int], None] = lambda done: None
) -> Imported:
    """Import what is at `path`; `progress` is told how many topics have been dealt with. ArticleError where `path` is not of that kind."""
    kind = KINDS[name]
    take = _taker(store, kind, name, dry_run=dry_run)
    report, refused, done = ImportReport(), list[Refused](), 0
    for batch in _batches(_once(kind.read(path), allowed=kind.has_revisions)):
        refused += [item for item in batch if isinstance(item, Refused)]
        report += take([item for item in batch if isinstance(item, Article)])
        done += len(batch)
        progress(done)
    return Imported(report, tuple(refused))


def _taker(store: LibraryStore, kind: Kind, name: str, *, dry_run: bool) -> Callable[[list[Article]], ImportReport]:
    if dry_run:
        return partial(store.compare, serve=kind.served)
    return partial(store.publish if kind.served else store.draft, origin=name)


def _once(found: Iterable[Article | Refused], *, allowed: bool) -> Iterator[Article | Refused]:
    """The first article of each slug; a further one is refused unless revisions are `allowed`."""
    seen: dict[str, str] = {}
    for item in found:
        if isinstance(item, Article) and not allowed and item.slug in seen:
            yield Refused(item.slug, f"has the same name as {seen[item.slug]!r}, which came before it")
            continue
        if isinstance(item, Article):
            seen[item.slug] = item.title
        yield item


def _batches(items: Iterable[Article | Refused]) -> Iterator[list[Article | Refused]]:
    batch: list[Article | Refused] = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
