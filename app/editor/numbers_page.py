"""The numbers of a country: each row with what vouches for it, changed in a form beside the card that shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape

from nicegui import run, ui

from app.content.documents import TEXT_FORMS
from app.content.text_editing import NUMBERS, Working, save_row, working
from app.content.text_preview import card_calling
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.pieces import Changing, Choice, Lines
from app.editor import frame, number_form, texts_view
from app.editor.clicks import Click, clicks
from app.editor.dialogs import Ask
from app.editor.number_form import FIELDS, Row
from app.editor.text_head import TextHead
from app.errors import CarelightError
from app.records.models import now
from guardrails import regions
from guardrails.region_checks import SERVICES, row_faults
from guardrails.regions import Region


@dataclass(frozen=True, slots=True)
class _Seen:
    """The numbers as one look found them."""

    working: Working
    problems: list[str]
    held: Mapping[str, Region]
    served: Mapping[str, Region]


class NumbersPage:
    """One country at a time."""

    def __init__(self, visit: Visit, country: str) -> None:
        self._visit, self._app = visit, visit.app
        self._country = country or visit.app.settings.region or "US"
        self._held: Mapping[str, Region] = {}
        self._served: Mapping[str, Region] = {}

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        with ui.column().classes("cd-page ed-page"):
            desk_frame.heading("Numbers by country")
            ui.label("A row is shown to patients only with a page that prints the number, and another page that agrees.").classes("cd-hint")
            self._head = TextHead(self._visit, NUMBERS, self._show, "How it stands")
            with ui.row().classes("ed-choose"):
                self._choice = Choice("Country", {}, self._chosen)
                if self._head.writes:
                    pieces.button("Add a row", self._add)
            self._lines = Lines(ui.element("ol").classes("ed-entries ed-numbers"))
        self._dialog = RowDialog(self._visit, self._show)
        self._removing = Ask("Take a number out", "Take it out", self._removed)
        self._place = 0
        clicks(self._lines.element, self._clicked)
        await self._show()
        await live.keep_signed_in(self._visit, f"/desk/editor/texts/{NUMBERS}")

    def _read(self) -> _Seen | None:
        try:
            found = working(self._app, NUMBERS)
        except CarelightError:
            return None
        problems = [problem.message for problem in TEXT_FORMS[NUMBERS].problems(found.text)]
        return _Seen(found, problems, regions.read(found.text), regions.read(found.served))

    async def _show(self) -> None:
        seen = await run.io_bound(self._read)
        if seen is None:
            live.notice("The numbers cannot be read just now. Reload this page in a moment.")
            return
        self._head.show(seen.working, seen.problems)
        self._held, self._served = seen.held, seen.served
        if self._country not in self._held:
            self._country = next(iter(self._held))
        self._choice.options({code: region.name("en") for code, region in self._held.items()}, self._country)
        self._draw()

    def _draw(self) -> None:
        served = self._served[self._country].numbers if self._country in self._served else ()
        rows = self._held[self._country].numbers
        drawn = [texts_view.number(row, place, row not in served, self._head.writes) for place, row in enumerate(rows)]
        self._lines.show([(f"{self._country} {place}", html) for place, html in enumerate(drawn)])

    def _chosen(self, code: str) -> None:
        if code in self._held:
            self._country = code
            self._draw()

    async def _clicked(self, click: Click) -> None:
        rows = self._held[self._country].numbers
        if not click.of.isdecimal() or int(click.of) >= len(rows):
            return
        self._place = int(click.of)
        if click.do == "change":
            await self._dialog.open((self._country, self._place), rows[self._place], self._held)
        elif click.do == "remove":
            name, country = rows[self._place]["label"]["en"], self._held[self._country].name("en")
            self._removing.open(f"{name} would no longer be on any card of {country}.")

    async def _add(self) -> None:
        await self._dialog.open((self._country, len(self._held[self._country].numbers)), None, self._held)

    async def _removed(self, _note: str) -> bool:
        app, who, place = self._app, self._visit.member.id, (self._country, self._place)
        seen = self._held[self._country].numbers[self._place]
        done = await live.attempt(lambda: save_row(app, place, (seen, None), who))
        await self._show()
        return done


class RowDialog:
    """One row of numbers, and the card that shows it as it is typed."""

    def __init__(self, visit: Visit, changed: live.Refresh) -> None:
        self._visit, self._app, self._changed = visit, visit.app, changed
        self._at: tuple[str, int] = ("", 0)
        self._seen: Row | None = None
        self._held: Mapping[str, Region] = {}
        with ui.dialog().props('aria-label="A number"') as self._dialog, ui.card().classes("cd-dialog ed-wide"):
            self._title = ui.html("", sanitize=False, tag="h2").classes("ed-title")
            with ui.element("div").classes("ed-two"):
                with ui.element("div").classes("ed-row-form"):
                    self._service = Choice("Service", SERVICES, lambda _value: self._look_later())
                    self._fields = {name: self._field(label) for name, label in FIELDS.items()}
                self._look = Changing("ed-look")
            with ui.row().classes("cd-actions"):
                pieces.button("Save in the working copy", self._save, main=True)
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")
        self._timer = ui.timer(0.2, self._show_look, active=False, once=False)

    def _field(self, label: str) -> ui.input:
        return ui.input(label, on_change=self._look_later).props("outlined dense debounce=300").classes("cd-area")

    def _look_later(self) -> None:
        self._timer.activate()

    async def open(self, at: tuple[str, int], seen: Row | None, held: Mapping[str, Region]) -> None:
        """Change a row, or add one where `seen` is None."""
        self._at, self._seen, self._held = at, seen, held
        self._title.content = escape(f"{held[at[0]].name('en')}: {'change a number' if seen else 'a new number'}")
        self._service.options(SERVICES, str(seen["service"]) if seen else "")
        for name, value in number_form.values(seen).items():
            self._fields[name].value = value
        self._dialog.open()
        await self._show_look()

    def _row(self) -> Row:
        return number_form.row(self._service.value, {name: str(field.value or "") for name, field in self._fields.items()})

    async def _show_look(self) -> None:
        self._timer.deactivate()
        if self._at[0]:
            self._look.show(await run.io_bound(self._drawn, self._row()) or "")

    def _drawn(self, row: Row) -> str:
        if faults := row_faults(row, now().date()):
            return texts_view.problems(faults)
        code, place = self._at
        home = self._held[code]
        rows = [*home.numbers[:place], row, *home.numbers[place + 1 :]]
        then = {**self._held, code: replace(home, numbers=tuple(rows))}
        card = card_calling(str(row["service"]), self._app.words, then, code)
        return texts_view.card(card) if card else "<p>No card shows it: it needs a source that was read, and a second check.</p>"

    async def _save(self) -> None:
        app, who, at, rows = self._app, self._visit.member.id, self._at, (self._seen, self._row())
        if await live.attempt(lambda: save_row(app, at, rows, who)):
            live.notice("Saved in the working copy.", good=True)
            self._dialog.close()
            await self._changed()
