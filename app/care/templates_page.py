"""The clinic's reply templates and procedures, written by the care team and the administrator."""

from collections.abc import Callable

from nicegui import run, ui
from starlette.requests import Request
from starlette.responses import Response

from app.desk import frame, live, pieces, plain
from app.desk.frame import CARE_ROLES, Visit
from app.errors import RecordsError
from app.records.team_notes import Procedure, Template
from app.wiring import Application

_ALL = "all"
_PATHWAYS = {_ALL: "All pathways", **plain.PATHWAYS}
_LANGUAGES = {"en": "English", "es": "Spanish"}
_NEW = Template(0, "", "", "en", "")


def mount(app: Application) -> None:
    """Put the page at `/desk/care/templates`."""

    @frame.page("/care/templates", "Templates and procedures")
    async def templates(request: Request) -> Response | None:
        """Templates and procedures, for the care team."""
        visit = await frame.visit(app, request, CARE_ROLES)
        if visit is None:
            return frame.to_sign_in(request)
        await TemplatesPage(visit).draw()
        return None


class TemplatesPage:
    """Drawn anew after each save; nothing here runs with a clock."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._texts = visit, visit.app.clinic_texts

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit.app, self._visit.member, "Care desk", frame.CARE_LINKS)
        with ui.column().classes("cd-page"):
            frame.heading("Templates and procedures")
            ui.label(
                "Templates are inserted into a reply and can be changed before it is sent. Patients read them as written here."
            ).classes("cd-hint")
            self._list = ui.column().classes("cd-panels")
            frame.heading("What the clinic does, by pathway", rank=2)
            ui.label("Shown beside every case of that pathway; patients never see it.").classes("cd-hint")
            self._procedures = ui.column().classes("cd-panels")
        await self._show()
        await live.keep_signed_in(self._visit)

    async def _show(self) -> None:
        read = await run.io_bound(self._read)
        if read is None:
            live.notice(live.NOT_READ)
            return
        templates, procedures = read
        self._list.clear()
        self._procedures.clear()
        with self._list:
            for template in templates:
                self._template(template)
            if not templates:
                ui.label("No templates yet. Write the first: what your team says most often.").classes("cd-empty")
            self._template(_NEW)
        with self._procedures:
            for pathway in plain.PATHWAYS:
                self._procedure(pathway, procedures.get(pathway))

    def _read(self) -> tuple[list[Template], dict[str, Procedure]] | None:
        try:
            return list(self._texts.templates()), self._texts.procedures()
        except RecordsError:
            return None

    def _template(self, template: Template) -> None:
        caption = f"{_LANGUAGES.get(template.language, template.language)}, {_PATHWAYS.get(template.pathway or _ALL, template.pathway)}"
        name = template.title or "New template"
        with ui.expansion(name, caption=caption if template.id else "").classes("cd-box cd-fold"):
            title = ui.input("Title", value=template.title).props("outlined dense maxlength=120").classes("cd-area")
            text = pieces.area("Words for the patient")
            text.value = template.text
            with ui.row().classes("cd-actions"):
                language = pieces.Choice("Language", _LANGUAGES, chosen=template.language)
                pathway = pieces.Choice("Pathway", _PATHWAYS, chosen=template.pathway or _ALL)

                def written() -> Template:
                    where = "" if pathway.value in ("", _ALL) else pathway.value
                    return Template(template.id, title.value or "", text.value or "", language.value or "en", where)

                pieces.button(
                    "Save template", lambda: self._saved(lambda: self._texts.save_template(written(), self._visit.member.id)), main=True
                )
                if template.id:
                    pieces.button("Delete", lambda: self._saved(lambda: self._texts.delete_template(template.id, self._visit.member.id)))

    def _procedure(self, pathway: str, procedure: Procedure | None) -> None:
        caption = f"{procedure.by}, {plain.clock(procedure.updated)}" if procedure else "Nothing written yet"
        with ui.expansion(plain.PATHWAYS[pathway], caption=caption).classes("cd-box cd-fold"):
            text = pieces.area(f"What the team does: {plain.PATHWAYS[pathway].lower()}", rows=4)
            text.value = procedure.text if procedure else ""

            def save() -> None:
                self._texts.save_procedure(pathway, text.value or "", self._visit.member.id)

            pieces.button("Save procedure", lambda: self._saved(save), main=True)

    async def _saved(self, step: Callable[[], None]) -> None:
        if await live.attempt(step):
            live.notice("Saved.", good=True)
            await self._show()
