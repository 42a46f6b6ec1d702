"""Two revisions side by side by words: paragraphs aligned, what was taken out and put in marked. Pure, and loses nothing.

`before` of all rows put together is the earlier body, `after` the later one, to the last character: whoever signs has seen
every byte. Aligned by rapidfuzz, whose time grows gently with any text that somebody might upload.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import Indel

from knowledge.article import Article
from knowledge.front_matter import Seen

Mark = Literal["same", "deleted", "inserted"]
Matrix = npt.NDArray[np.float64]
_Pair = tuple[int | None, int | None]
_CHUNK_END = re.compile(r"\n+(?=- |#)|\n(?:[^\S\n]*\n)+|(?<=\n)(?=- |#)")
_TOKEN = re.compile(r"\d+(?:[.,/]\d+)*|\w+(?:['’-]\w+)*|\s+|.", re.DOTALL)
_ALIKE = 0.45
"""Below this share of common characters two paragraphs are not one that was reworded."""
_MOST_PAIRS = 250_000
"""Pairs of paragraphs that are looked at; a text rewritten on a larger scale is shown as taken out and put in."""
_ISLAND = 3
"""Characters of a stretch between two changes that is drawn as changed too: single words left standing only confuse."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one side; "deleted" stands only before, "inserted" only after."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, heading or item of one side with its white space; `start` is a code point of the body."""

    start: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """Its words as they stand in the body."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def end(self) -> int:
        """Where its words end in the body, white space after them left out."""
        return self.start + len(self.text.rstrip())


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph beside what became of it; None where it is only on the other side."""

    before: Part | None
    after: Part | None

    @property
    def same(self) -> bool:
        """Whether nothing was changed."""
        return self.before is not None and self.after is not None and self.before.text == self.after.text


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the front matter that says something else."""

    name: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]


ROWS = re.compile(r"\n+(?= *(?:- |#|[A-Z]{2}:\n))|\n(?:[^\S\n]*\n)+")
"""Ends of the rows of a file of numbers, remarks and countries, and of paragraphs."""


def rows(before: str, after: str, ends: re.Pattern[str] | None = None) -> tuple[Row, ...]:
    """The bodies of two revisions, paragraph by paragraph, or by other `ends`."""
    old, new = _chunks(before, ends or _CHUNK_END), _chunks(after, ends or _CHUNK_END)
    made: list[Row] = []
    for was, became in _aligned([text for _, text in old], [text for _, text in new]):
        left, right = (old[was] if was is not None else None), (new[became] if became is not None else None)
        pieces = words(left[1] if left else "", right[1] if right else "")
        made.append(Row(Part(left[0], pieces[0]) if left else None, Part(right[0], pieces[1]) if right else None))
    return tuple(made)


def words(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts as pieces, each of its own side: numbers and words are changed whole, never by the letter."""
    if before == after:
        return (same := (Piece("same", before),) if before else ()), same
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    left: list[Piece] = []
    right: list[Piece] = []
    for equal, was, became in _stretches(old, new):
        _add(left, "same" if equal else "deleted", was)
        _add(right, "same" if equal else "inserted", became)
    return tuple(left), tuple(right)


def fields(before: Article | None, after: Article) -> tuple[Field, ...]:
    """The fields of the front matter that differ, in the file's order; all of them where there was no article before."""
    old = _stated(before) if before else {}
    new = _stated(after)
    return tuple(Field(name, *words(old.get(name, ""), text)) for name, text in new.items() if old.get(name, "") != text)


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows that nobody changed, folded away."""

    rows: tuple[Row, ...]


def folded(every: Sequence[Row], keep: Callable[[Row], bool] = lambda row: False, around: int = 1) -> tuple[Row | Fold, ...]:
    """Rows with long unchanged stretches put together; `around` rows beside each change stay, and those that `keep` names."""
    changed = [place for place, row in enumerate(every) if not row.same or keep(row)]
    shown = {place for at in changed for place in range(at - around, at + around + 1)}
    made: list[Row | Fold] = []
    for place, row in enumerate(every):
        if place in shown:
            made.append(row)
        elif made and isinstance(made[-1], Fold):
            made[-1] = Fold((*made[-1].rows, row))
        else:
            made.append(Fold((row,)))
    return tuple(row for item in made for row in (item.rows if isinstance(item, Fold) and len(item.rows) == 1 else (item,)))


def _chunks(body: str, chunk_end: re.Pattern[str]) -> list[tuple[int, str]]:
    """Paragraphs, headings and items, each with the white space after it; together they are the body."""
    ends = [*(match.end() for match in chunk_end.finditer(body)), len(body)]
    starts = [0, *ends[:-1]]
    return [(start, body[start:end]) for start, end in zip(starts, ends, strict=True) if start < end]


def _aligned(old: Sequence[str], new: Sequence[str]) -> list[_Pair]:
    """Which paragraph became which, by place: equal ones first, then in each gap between them the most alike."""
    made: list[_Pair] = []
    left = right = 0
    for block in Indel.opcodes(old, new).as_matching_blocks():
        made += [
            (left + was if was is not None else None, right + became if became is not None else None)
            for was, became in _paired(old[left : block.a], new[right : block.b])
        ]
        made += [(block.a + place, block.b + place) for place in range(block.size)]
        left, right = block.a + block.size, block.b + block.size
    return made


def _paired(old: Sequence[str], new: Sequence[str]) -> list[_Pair]:
    """The order-keeping pairs of most likeness in all; the rest stands alone, what was taken out first."""
    if not old or not new or len(old) * len(new) > _MOST_PAIRS:
        return [*((place, None) for place in range(len(old))), *((None, place) for place in range(len(new)))]
    alike = process.cdist([text.strip() for text in old], [text.strip() for text in new], scorer=Indel.normalized_similarity)
    alike = np.where(alike >= _ALIKE, alike, 0.0)
    best = _best(alike)
    made: list[_Pair] = []
    was = became = 0
    while was < len(old) and became < len(new):
        if alike[was, became] and best[was, became] == best[was + 1, became + 1] + alike[was, became]:
            made.append((was, became))
            was, became = was + 1, became + 1
        elif best[was, became] == best[was + 1, became]:
            made.append((was, None))
            was += 1
        else:
            made.append((None, became))
            became += 1
    return [*made, *((place, None) for place in range(was, len(old))), *((None, place) for place in range(became, len(new)))]


def _best(alike: Matrix) -> Matrix:
    """The most likeness that pairs can have in all, from each place on to the end."""
    rows, columns = alike.shape
    best = np.zeros((rows + 1, columns + 1))
    for was in range(rows - 1, -1, -1):
        for became in range(columns - 1, -1, -1):
            apart = max(best[was + 1, became], best[was, became + 1])
            together = best[was + 1, became + 1] + alike[was, became] if alike[was, became] else 0.0
            best[was, became] = max(together, apart)
    return best


def _stretches(old: Sequence[str], new: Sequence[str]) -> list[tuple[bool, str, str]]:
    """(equal, before, after) in order; a scrap left standing between two changes counts as changed with them."""
    found: list[tuple[bool, str, str]] = []
    left = right = 0
    for block in Indel.opcodes(old, new).as_matching_blocks():
        if block.a > left or block.b > right:
            found.append((False, "".join(old[left : block.a]), "".join(new[right : block.b])))
        if block.size:
            same = "".join(old[block.a : block.a + block.size])
            found.append((True, same, same))
        left, right = block.a + block.size, block.b + block.size
    last = len(found) - 1
    return [
        (equal and not (0 < place < last and len(was.strip()) <= _ISLAND), was, became) for place, (equal, was, became) in enumerate(found)
    ]


def _add(pieces: list[Piece], mark: Mark, text: str) -> None:
    if not text:
        return
    if pieces and pieces[-1].mark == mark:
        pieces[-1] = Piece(mark, pieces[-1].text + text)
    else:
        pieces.append(Piece(mark, text))


def _stated(article: Article) -> dict[str, str]:
    """What the front matter says, field by field, in words."""
    return {
        "title": article.title,
        "slug": article.slug,
        "kind": article.kind,
        "language": article.language,
        "audience": ", ".join(article.audience),
        "synonyms": ", ".join(article.synonyms),
        "summary": article.summary,
        "codes": ", ".join(f"{system}: {' '.join(codes)}" for system, codes in article.codes.items()),
        "sources": "\n".join(f"{s.organisation}: {s.title}, {s.url}{_seen(', read', s.seen)}" for s in article.sources),
        "licence": article.licence,
        "created": article.created.isoformat(),
        "source checked": _seen("", article.source_checked),
        "clinical review": _seen("", article.clinical_review),
        "next review": article.next_review.isoformat(),
        "provenance": f"{p.library}, {p.item}, {p.revision}" if (p := article.provenance) else "",
    }


def _seen(lead: str, seen: Seen | None) -> str:
    return f"{lead} {seen.date.isoformat()}: {seen.how}".strip() if seen else ""
