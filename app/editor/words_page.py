"""The set words: every sentence in English beside Spanish, one changed at a time, with the card or line that says it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from nicegui import run, ui

from app.content.documents import TEXT_FORMS
from app.content.text_editing import Working, save_words, working
from app.content.text_preview import card_saying, sentence
from app.desk import frame as desk_frame
from app.desk import live, pieces
from app.desk.frame import Visit
from app.desk.pieces import Changing, Lines
from app.editor import frame, texts_view
from app.editor.clicks import Click, clicks
from app.editor.text_head import TextHead
from app.errors import CarelightError
from app.wiring import Application
from guardrails.text import fold
from knowledge import words
from knowledge.words import checks, placeholders
from knowledge.words.purposes import GROUPS, purpose

_NAMES = {"en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class _Seen:
    """Both documents as one look found them."""

    texts: Mapping[str, Working]
    entries: Mapping[str, Mapping[str, str]]
    served: Mapping[str, Mapping[str, str]]
    problems: Mapping[str, list[str]]


def _read(app: Application) -> _Seen | None:
    try:
        texts = {language: working(app, f"words.{language}") for language in words.LANGUAGES}
    except CarelightError:
        return None
    problems = {language: [p.message for p in TEXT_FORMS[f"words.{language}"].problems(each.text)] for language, each in texts.items()}
    shipped = {language: words.load(language).entries for language in texts}
    entries = {language: checks.filled(words.read(each.text), shipped[language])[0] for language, each in texts.items()}
    served = {language: checks.filled(words.read(each.served), shipped[language])[0] for language, each in texts.items()}
    return _Seen(texts, entries, served, problems)


class WordsPage:
    """Drawn anew after each change; whatever is typed in the dialog stays."""

    def __init__(self, visit: Visit) -> None:
        self._visit, self._app = visit, visit.app
        self._seen: _Seen | None = None

    async def draw(self) -> None:
        """Draw the page."""
        frame.header(self._visit)
        with ui.column().classes("cd-page ed-page"):
            desk_frame.heading("Set words")
            ui.label("Change a sentence, look at it where patients meet it, and hand in each language that you changed.").classes("cd-hint")
            with ui.element("div").classes("ed-two"):
                self._heads = {language: TextHead(self._visit, f"words.{language}", self._show) for language in words.LANGUAGES}
            self._search = ui.input("Find a sentence or a key", on_change=self._draw).props("outlined dense clearable").classes("cd-area")
            self._lines = Lines(ui.element("ol").classes("ed-entries"))
            self._none = ui.label("No sentence and no key says that.").classes("cd-empty")
        self._dialog = EntryDialog(self._visit, self._show)
        clicks(self._lines.element, self._clicked)
        await self._show()
        await live.keep_signed_in(self._visit, "/desk/editor/texts/words.en")

    async def _show(self) -> None:
        seen = await run.io_bound(_read, self._app)
        if seen is None:
            live.notice("The texts cannot be read just now. Reload this page in a moment.")
            return
        self._seen = seen
        for language, head in self._heads.items():
            head.show(seen.texts[language], seen.problems[language])
        self._draw()

    def _draw(self) -> None:
        if self._seen is None:
            return
        keys = [key for key in self._seen.entries["en"] if self._wanted(key, self._seen)]
        shown: list[tuple[str, str]] = []
        for group in GROUPS:
            inside = [key for key in keys if purpose(key).group == group]
            if inside:
                shown.append((f"group {group}", f"<h2>{group} <span>({len(inside)})</span></h2>"))
            shown += [(key, self._line(key, self._seen)) for key in inside]
        self._lines.show(shown)
        self._none.visible = not keys

    def _wanted(self, key: str, seen: _Seen) -> bool:
        typed = fold(str(self._search.value or "")).strip()
        return typed in key or any(typed in fold(entries[key]) for entries in seen.entries.values())

    def _line(self, key: str, seen: _Seen) -> str:
        said = {language: entries[key] for language, entries in seen.entries.items()}
        changed = [language for language in said if said[language] != seen.served[language][key]]
        return texts_view.entry(key, said, changed, self._heads["en"].writes)

    async def _clicked(self, click: Click) -> None:
        if self._seen is not None and click.do == "change" and click.of in self._seen.entries["en"]:
            await self._dialog.open(click.of, self._seen.entries)


class EntryDialog:
    """One of the set words in both languages, and the card or line that says it as it is typed."""

    def __init__(self, visit: Visit, changed: live.Refresh) -> None:
        self._visit, self._app, self._changed = visit, visit.app, changed
        self._key, self._entries = "", {language: words.load(language).entries for language in words.LANGUAGES}
        with desk_frame.dialog("Change a sentence", "ed-wide") as self._dialog:
            self._about = ui.label().classes("ed-told")
            self._holds = ui.label().classes("cd-hint")
            with ui.element("div").classes("ed-two"):
                self._sides = {language: self._side(language) for language in words.LANGUAGES}
            with ui.row().classes("cd-actions"):
                pieces.button("Save in the working copy", self._save, main=True)
                ui.button("Not now", on_click=self._dialog.close).props("no-caps flat").classes("cd-button")

    def _side(self, language: str) -> tuple[ui.textarea, Changing]:
        with ui.element("div").classes("ed-form"):
            field = pieces.area(_NAMES[language]).props(f'lang="{language}" debounce=300')
            preview = Changing("ed-look", f'lang="{language}"')
        field.on_value_change(lambda: self._preview(language))
        return field, preview

    async def open(self, key: str, entries: Mapping[str, Mapping[str, str]]) -> None:
        """Change the words under a key."""
        self._key, self._entries = key, {language: dict(each) for language, each in entries.items()}
        self._about.text = f"{key}: {purpose(key).about}"
        wanted = sorted(placeholders(words.load().entries[key]))
        filled = " and ".join(f"{{{name}}}" for name in wanted)
        self._holds.text = f"Keep {filled}: it is filled in when the words are said." if wanted else "Nothing is filled in."
        for language, (field, _) in self._sides.items():
            field.value = entries[language][key]
        self._dialog.open()
        for language in self._sides:
            await self._preview(language)

    async def _preview(self, language: str) -> None:
        field, look = self._sides[language]
        if self._key:
            look.show(await run.io_bound(self._look, language, str(field.value or "")) or "")

    def _look(self, language: str, said: str) -> str:
        shipped = words.load(language).entries[self._key]
        if why := checks.fault(self._key, " ".join(said.split()), shipped):
            return texts_view.problems([f"{self._key} {why}"])
        now = self._app.texts.now
        entries = {**self._entries[language], self._key: " ".join(said.split())}
        spoken = replace(now.words[language], entries=entries)
        card = card_saying(self._key, spoken, now.regions, self._country(), self._app.red_flags.rules.rules)
        return texts_view.card(card) if card else texts_view.spoken(sentence(entries[self._key]))

    def _country(self) -> str:
        return self._app.settings.region or next(iter(self._app.regions))

    async def _save(self) -> None:
        app, who, key = self._app, self._visit.member.id, self._key
        done = True
        for language, (field, _) in self._sides.items():
            seen, new = self._entries[language][key], " ".join(str(field.value or "").split())
            if seen != new:
                saved = await live.attempt(partial(save_words, app, f"words.{language}", key, (seen, new), who))
                done = done and saved
        if done:
            live.notice("Saved in the working copy.", good=True)
            self._dialog.close()
        await self._changed()
