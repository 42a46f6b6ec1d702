"""Two revisions side by side on the page, chosen and commented on."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html import escape

from nicegui import run, ui

from app.content import documents
from app.content.documents import Document
from app.desk import frame, live, pieces
from app.desk.pieces import Changing, Choice, Lines
from app.editor import compare_view
from app.editor.clicks import Click, clicks
from app.editor.compare_view import Passage, Said
from app.editor.review_work import ReviewWork
from app.records.article_files import ArticleFile, Comment
from app.records.library_store import sha256_of
from knowledge import compare
from knowledge.article import Article, parse
from knowledge.compare import Field, Row

_NONE = "0"


@dataclass(frozen=True, slots=True)
class Pair:
    """Which revisions stand beside each other; 0 is an article that was not there yet."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A pair as it was compared; `sha256` names the exact later text that is on the page."""

    pair: Pair
    sha256: str
    title: str
    rows: tuple[Row, ...]
    fields: tuple[Field, ...]


def default_pair(file: ArticleFile, again: int | None) -> Pair | None:
    """What is in review (or would be brought back) against what patients get now; else the newest change there was."""
    numbers = [each.number for each in file.revisions]
    if not numbers:
        return None
    after = again or (file.review.submission.revision if file.review else numbers[0])
    passed = [each.number for each in file.revisions if each.published and each.number != after]
    earlier = [number for number in numbers if number < after]
    before = file.served if file.served not in (None, after) else next(iter(passed or earlier), 0)
    return Pair(before or 0, after)


class CompareBox:
    """Drawn anew when another pair is chosen; comments of colleagues come and go in place."""

    def __init__(self, work: ReviewWork, changed: Callable[[], Awaitable[None]]) -> None:
        self._work, self._changed = work, changed
        self._file: ArticleFile | None = None
        self._drawn: _Drawn | None = None
        self._writes = work.visit.member.role in ("editor", "reviewer")
        frame.heading("What is new", rank=2)
        with ui.row().classes("ed-choose"):
            self._before = Choice("Before", {}, lambda _value: None)
            self._after = Choice("After", {}, lambda _value: None)
            ui.button("Compare", on_click=self._chosen).props("no-caps outline").classes("cd-button")
        self._summary = ui.label().classes("ed-summary").props('aria-live="polite" data-testid="summary"')
        self._fields = Changing("ed-fields-box")
        self._head = Changing("ed-row ed-row-head", 'aria-hidden="true"')
        self._lines = Lines(ui.element("ol").classes("ed-rows").props('data-testid="compared"').mark("compared"))
        with ui.element("div").classes("ed-whole"):
            self._whole = Lines(ui.element("ul").classes("ed-comments"))
            if self._writes:
                pieces.button("Comment on the whole", self._comment_on_whole).mark("comment-on-whole")
        for container in (self._lines, self._whole):
            clicks(container.element, self._clicked)
        self._dialog = CommentDialog(work)

    @property
    def pair(self) -> Pair | None:
        """What stands there."""
        return self._drawn.pair if self._drawn else None

    @property
    def sha256(self) -> str:
        """Names the later text as it was drawn."""
        return self._drawn.sha256 if self._drawn else ""

    @property
    def title(self) -> str:
        """Title of the later revision."""
        return self._drawn.title if self._drawn else ""

    async def compare(self, file: ArticleFile, pair: Pair) -> None:
        """Put two revisions beside each other."""
        drawn = await run.io_bound(_compared, file, pair)
        if drawn is None:
            live.notice("One of these revisions is not there.")
            return
        self._drawn = drawn
        self._summary.text = compare_view.summary(drawn.rows, drawn.fields)
        self._fields.show(compare_view.fields(drawn.fields))
        names = _options(file)
        self._head.show(f"<div>{escape(names[str(pair.before)])}</div><div>{escape(names[str(pair.after)])}</div><div>Comments</div>")
        self._offer(names, pair)
        self.show(file)

    def show(self, file: ArticleFile) -> None:
        """Draw what was said meanwhile, and offer revisions that are new."""
        drawn, before = self._drawn, self._file
        self._file = file
        if drawn is None:
            return
        if before is not None and before.revisions != file.revisions:
            self._offer(_options(file), drawn.pair)
        of = {number: [c for c in file.comments if c.revision == number] for number in (drawn.pair.before, drawn.pair.after)}
        earlier = of[drawn.pair.before] if drawn.pair.before != drawn.pair.after else []
        self._lines.show(compare_view.lines(drawn.rows, Said(earlier, of[drawn.pair.after], self._writes)))
        self._whole.show([(str(each.id), self._of_whole(each, drawn.pair)) for each in file.comments if each.end == each.start])

    def _of_whole(self, each: Comment, pair: Pair) -> str:
        revision = "" if each.revision == pair.after else f"on revision {each.revision}"
        return compare_view.comment(each, self._writes, revision)

    def _offer(self, names: Mapping[str, str], pair: Pair) -> None:
        self._before.options(names, str(pair.before))
        self._after.options({key: name for key, name in names.items() if key != _NONE}, str(pair.after))

    async def _chosen(self) -> None:
        if self._file is not None and self._before.value and self._after.value:
            await self.compare(self._file, Pair(int(self._before.value), int(self._after.value)))
            await self._changed()

    async def _comment_on_whole(self) -> None:
        if self._drawn:
            self._dialog.open(Passage(self._drawn.pair.after, 0, ""), None)

    async def _clicked(self, click: Click) -> None:
        if click.do == "resolve" and click.of.isdecimal():
            await self._work.resolve(int(click.of))
        elif click.do == "comment" and (passage := self._passage(click.of)) is not None:
            self._dialog.open(passage, click.span)

    def _passage(self, of: str) -> Passage | None:
        """The paragraph of a button, such as "after 120"."""
        side, _, start = of.partition(" ")
        if self._drawn is None:
            return None
        number = self._drawn.pair.after if side == "after" else self._drawn.pair.before
        parts = [row.after if side == "after" else row.before for row in self._drawn.rows]
        return next((Passage(number, part.start, part.text) for part in parts if part is not None and str(part.start) == start), None)


class CommentDialog:
    """What is said of a passage; what was typed stays while the dialog is put aside."""

    def __init__(self, work: ReviewWork) -> None:
        self._work = work
        self._passage = Passage(0, 0, "")
        with frame.dialog("Comment") as self._dialog:
            self._about = Choice("About", {})
            self._text = pieces.area("What you want to say")
            with ui.row().classes("cd-actions"):
                pieces.button("Save comment", self._save, main=True).mark("save-comment")
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def open(self, passage: Passage, chosen: tuple[int, int] | None) -> None:
        """Ask what is to be said of a paragraph, or of the words chosen in it; a passage without words is the whole revision."""
        self._passage = passage
        options = {f"{start}-{end}": name for (start, end), name in passage.choices()}
        if chosen is not None and passage.start <= chosen[0] < chosen[1] <= passage.start + len(passage.text):
            words = passage.text[chosen[0] - passage.start : chosen[1] - passage.start]
            options = {f"{chosen[0]}-{chosen[1]}": f"The chosen words: {' '.join(words.split())[:80]}", **options}
        self._about.element.visible = bool(passage.text)
        self._about.options(options, next(iter(options)))
        self._dialog.open()

    async def _save(self) -> None:
        start, _, end = (self._about.value or "0-0").partition("-")
        span = (int(start), int(end)) if self._passage.text else (0, 0)
        if await self._work.comment(self._passage.revision, span, self._text.value or ""):
            self._text.value = ""
            self._dialog.close()


def _options(file: ArticleFile) -> dict[str, str]:
    """Revisions by number, with what each is."""
    review = file.review.submission.revision if file.review else None
    said = {file.served: "what patients get now", review: "in review"}
    names = {
        str(each.number): f"Revision {each.number}{f', {said[each.number]}' if each.number in said else ''}" for each in file.revisions
    }
    return {**names, _NONE: "Nothing (before there was an article)"}


def _compared(file: ArticleFile, pair: Pair) -> _Drawn | None:
    after = _document(file, pair.after)
    before = _document(file, pair.before) if pair.before else None
    if after is None or (pair.before and before is None):
        return None
    rows = compare.rows(before.body if before else "", after.body, compare.ROWS if after.slug in documents.TEXT_FORMS else None)
    fields = compare.fields(before if isinstance(before, Article) else None, after) if isinstance(after, Article) else ()
    return _Drawn(pair, sha256_of(after), after.title, rows, fields)


def _document(file: ArticleFile, number: int) -> Article | Document | None:
    stored = file.revision(number)
    if stored is None:
        return None
    form = documents.TEXT_FORMS.get(file.slug)
    return documents.as_stored(form, stored.text) if form else parse(stored.text, file.slug)
