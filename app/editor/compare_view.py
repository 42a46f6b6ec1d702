"""Two revisions side by side as HTML, with what was said of each passage beside it. Pure; every word of the records is escaped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from app.records.article_files import Comment
from knowledge import compare
from knowledge.compare import Field, Fold, Part, Piece, Row, folded
from knowledge.passages import sentences

_TAGS: Mapping[str, str] = {"deleted": "del", "inserted": "ins"}


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of passages: of the earlier and of the later revision, and whether the reader may answer."""

    before: Sequence[Comment]
    after: Sequence[Comment]
    may_write: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that a comment can be about: which revision, and where in its body."""

    revision: int
    start: int
    text: str

    def choices(self) -> list[tuple[tuple[int, int], str]]:
        """What of it can be commented on without a mouse: all of it, or one of its sentences."""
        words = self.text.rstrip()
        found = sentences(words)
        whole = [((self.start, self.start + len(words)), "The whole paragraph")]
        if len(found) < 2:
            return whole
        return whole + [((self.start + span.start, self.start + span.end), _short(words[span.start : span.end])) for span in found]


def lines(every: Sequence[Row], said: Said) -> list[tuple[str, str]]:
    """The rows under keys, for a list that draws again only what changed."""
    made: list[tuple[str, str]] = []
    told = [row for row in every if not (row.same and row.after and not row.after.text.strip())]
    for item in folded(told, keep=lambda row: bool(_beside(row, said))):
        if isinstance(item, Fold):
            inside = "".join(f'<div class="ed-row">{_row(row, said)}</div>' for row in item.rows)
            summary = f"<summary>{len(item.rows)} unchanged paragraphs</summary>"
            made.append((f"fold {_key(item.rows[0])}", f'<details class="ed-fold">{summary}{inside}</details>'))
        else:
            changed = "" if item.same else " ed-changed"
            made.append((_key(item), f'<div class="ed-row{changed}">{_row(item, said)}</div>'))
    return made


def two_sides(before: str, after: str) -> str:
    """Two texts beside each other, their unchanged stretches folded; what a patient reads now and then."""
    made = []
    for item in folded(compare.rows(before, after)):
        if isinstance(item, Fold):
            inside = "".join(_pair(row) for row in item.rows)
            made.append(f"<details><summary>{len(item.rows)} unchanged lines</summary>{inside}</details>")
        else:
            made.append(_pair(item))
    return "".join(made)


def fields(changed: Sequence[Field]) -> str:
    """The front matter's fields that say something else; empty where none does."""
    if not changed:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{escape(field.name.capitalize())}</th><td>{pieces(field.before) or _NOTHING}</td>'
        f"<td>{pieces(field.after) or _NOTHING}</td></tr>"
        for field in changed
    )
    return (
        f'<table class="ed-fields"><caption>What stands above the text</caption><thead><tr><th scope="col">Field</th>'
        f'<th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def summary(every: Sequence[Row], changed: Sequence[Field]) -> str:
    """How much is new, in a sentence."""
    counts = [
        (sum(1 for row in every if row.before and row.after and not row.same), "changed"),
        (sum(1 for row in every if row.before is None), "added"),
        (sum(1 for row in every if row.after is None), "removed"),
    ]
    told = [f"{count} {'paragraph' if count == 1 else 'paragraphs'} {what}" for count, what in counts if count]
    if changed:
        told.append(f"{len(changed)} {'field' if len(changed) == 1 else 'fields'} above the text changed")
    return f"{', '.join(told)}." if told else "Nothing differs: both say the same, word for word."


def comment(each: Comment, may_write: bool, revision: str = "") -> str:
    """One comment with the words that it is about; `revision` says of which one where that is not plain."""
    about = f"<q>{escape(_short(each.quote))}</q>" if each.quote else ""
    by = f"<b>{escape(each.by)}</b>{f' {escape(revision)}' if revision else ''}"
    if each.resolved_by:
        return (
            f'<details class="ed-said ed-resolved"><summary>{by}: settled by {escape(each.resolved_by)}</summary>'
            f"{about}<p>{escape(each.text)}</p></details>"
        )
    settle = f'<button type="button" class="ed-small" data-do="resolve" data-of="{each.id}">Settle</button>' if may_write else ""
    return f'<div class="ed-said" data-testid="comment"><p>{by}</p>{about}<p class="ed-words">{escape(each.text)}</p>{settle}</div>'


def pieces(every: Sequence[Piece]) -> str:
    """One side's words, with what was taken out or put in marked."""
    return "".join(f"<{tag}>{escape(p.text)}</{tag}>" if (tag := _TAGS.get(p.mark)) else escape(p.text) for p in every)


_NOTHING = '<span class="ed-none">nothing</span>'


def _pair(row: Row) -> str:
    return f'<div class="ed-pair"><div>{_part(row.before)}</div><div>{_part(row.after)}</div></div>'


def _row(row: Row, said: Said) -> str:
    spacing = '<span class="ed-none">only spacing differs</span>' if _only_spacing(row) else ""
    return (
        f'<div class="ed-was{_style(row.before)}">{_part(row.before)}</div>'
        f'<div class="ed-is{_style(row.after)}">{_part(row.after)}{spacing}</div>'
        f'<div class="ed-beside">{"".join(_beside(row, said))}{_button(row) if said.may_write else ""}</div>'
    )


def _part(part: Part | None) -> str:
    """The words of one side; `data-start` is where they begin in the body, for what is selected in them."""
    return f'<span class="ed-words" data-start="{part.start}">{pieces(_trimmed(part.pieces))}</span>' if part else ""


def _trimmed(every: Sequence[Piece]) -> Sequence[Piece]:
    """Without the white space at the end, which would draw as empty lines; a difference in it alone is said in words."""
    *most, last = every
    words = last.text.rstrip()
    return (*most, Piece(last.mark, words)) if words or not most else _trimmed(most)


def _style(part: Part | None) -> str:
    if part is None:
        return " ed-absent"
    return " ed-heading" if part.text.startswith("## ") else ""


def _only_spacing(row: Row) -> bool:
    return row.before is not None and row.after is not None and not row.same and row.before.text.split() == row.after.text.split()


def _button(row: Row) -> str:
    """Comments go to the later revision; on what was taken out, to the earlier one."""
    part, side = (row.after, "after") if row.after else (row.before, "before")
    if part is None or not part.text.strip():
        return ""
    about = escape(_short(part.text.strip()), quote=True)
    return (
        f'<button type="button" class="ed-small" data-do="comment" data-of="{side} {part.start}" aria-label="Comment on: {about}">'
        "Comment</button>"
    )


def _beside(row: Row, said: Said) -> list[str]:
    """What was said of the words of a row; what was said of an earlier revision is marked so."""
    made = [comment(each, said.may_write) for each in said.after if _about(row.after, each)]
    return [*(comment(each, said.may_write, f"on revision {each.revision}") for each in said.before if _about(row.before, each)), *made]


def _about(part: Part | None, each: Comment) -> bool:
    """A comment stands beside the paragraph in which its words begin; one on the whole beside none."""
    return part is not None and each.end > each.start and part.start <= each.start < part.start + len(part.text)


def _key(row: Row) -> str:
    return f"{row.before.start if row.before else ''}-{row.after.start if row.after else ''}"


def _short(text: str, most: int = 90) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= most else f"{one_line[: most - 1].rstrip()}…"
