"""The draft asked as a patient would: what patients get now beside what they would get if it were live."""

from html import escape

from nicegui import run, ui

from app.asking import Answered
from app.content import gate
from app.content.candidate import Both
from app.desk import frame
from app.desk.pieces import Changing, button
from app.editor.answer_view import answer
from app.editor.working_copy import WorkingCopy
from app.errors import CarelightError
from app.wiring import Application
from knowledge.article import parse
from knowledge.front_matter import ArticleError
from retrieval.index import IndexUnusableError

_LONGEST = 500


class AskBox:
    """Asks the text as it stands on the page, saved or not; nothing is recorded and no patient is involved."""

    def __init__(self, app: Application, copy: WorkingCopy) -> None:
        self._app, self._copy = app, copy
        with ui.column().classes("ed-ask") as self.element:
            frame.heading("Ask the draft", rank=2)
            ui.label(
                "Any question, as a patient would put it. It is answered from this text as if it were live. Nothing is recorded."
            ).classes("cd-hint")
            with ui.row().classes("ed-ask-row"):
                self._question = (
                    ui.input("Question").props(f'outlined dense maxlength={_LONGEST} spellcheck="true" lang="en"').classes("cd-area")
                )
                self._question.on("keydown.enter", self._ask)
                self._button = button("Ask", self._ask, main=True)
            self._state = Changing("cd-hint", 'role="status"')
            self._answers = Changing("ed-answers")

    async def _ask(self) -> None:
        question = " ".join((self._question.value or "").split())
        if not question:
            return
        self._button.disable()
        self._answers.show("")
        self._state.show("<p>Asking both libraries. The first question takes some seconds.</p>")
        text = self._copy.text
        found = await run.io_bound(self._asked, text, question)
        self._button.enable()
        if isinstance(found, Both):
            same = found.now.text == found.then.text
            self._state.show(f"<p>{'Patients would read the same as now.' if same else 'The answer would change.'}</p>")
            self._answers.show(_side("Patients get now", found.now, found.now) + _side("With this draft", found.then, found.now))
        elif found is not None:
            self._state.show(f"<p>{escape(found)}</p>")

    def _asked(self, text: str, question: str) -> Both | str:
        """Both replies, or why there are none."""
        try:
            return gate.ask(self._app, gate.with_article(self._app, parse(text, self._copy.known.slug)), (question,))
        except ArticleError as error:
            return f"The text cannot be asked yet: line {error.line}, {error.field}: {error.problem}."
        except IndexUnusableError as error:
            return str(error)
        except CarelightError:
            return "The library cannot be read just now. Please ask again."


def _side(title: str, answered: Answered, now: Answered) -> str:
    """One side; of an article as it would be, nothing can be opened yet."""
    opens = {citation.href for citation in now.citations}
    return f'<section class="ed-side-by-side"><h3>{title}</h3>{answer(answered, opens)}</section>'
