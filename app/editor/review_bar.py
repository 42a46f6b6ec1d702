"""The bar at the foot of an article's page: how its review stands, and the steps that whoever is signed in may take."""

from zoneinfo import ZoneInfo

from nicegui import ui

from app.desk import pieces
from app.desk.pieces import Changing
from app.editor import review_view
from app.editor.dialogs import Ask, Plan
from app.editor.may import May
from app.editor.review_work import ReviewWork
from app.records.article_files import ArticleFile

_APPROVES = "You sign exactly the text that stands here. {headline}"
_PUBLISHES = "Patients get revision {number} from the next question on. {headline}"
_SENDS_BACK = "It goes back to its writers as a working copy; every signature under it is void."


class Bar:
    """Buttons that cannot be used are not there; why not is said where somebody would look for them."""

    def __init__(self, work: ReviewWork, zone: ZoneInfo) -> None:
        self._work, self._zone = work, zone
        self._file: ArticleFile | None = None
        self._headline, self._sha256, self._again = "", "", 0
        self._sign_asked = Ask("Approve", "Approve this revision", lambda _text: self._work.sign(self._signing))
        self._publish_asked = Ask("Publish", "Publish now", lambda _text: work.publish())
        self._back_asked = Ask("Ask for changes", "Send it back", work.ask_changes, "What has to change")
        self._take_asked = Ask("Take back", "Take it back", lambda _text: work.take_back())
        self._again_asked = Ask("Give patients this revision again", "Give it to patients", self._serve_again, "Why")
        self._plan_asked = Plan(zone, work.plan)
        self._signing = ""
        with ui.element("div").classes("ed-bar").props('role="region" aria-label="Review"'):
            with ui.element("div").classes("ed-bar-told"):
                self._told = Changing("ed-bar-state", 'aria-live="polite" data-testid="state"')
                self._why = Changing("ed-why-not", 'data-testid="why-not"')
            with ui.element("div").classes("ed-bar-steps"):
                self._take = pieces.button("Take back", self._open_take).mark("take-back")
                self._back = pieces.button("Ask for changes", self._open_back).mark("ask-for-changes")
                self._plan = pieces.button("Publish at a time", self._open_plan).mark("plan")
                self._unplan = pieces.button("Do not publish then", lambda: work.plan(None)).mark("unplan")
                self._sign = pieces.button("Approve", self._open_sign, main=True).mark("approve")
                self._publish = pieces.button("Publish now", self._open_publish, main=True).mark("publish")
                self._serve = pieces.button("Give patients this revision again", self._open_again, main=True).mark("serve-again")

    def show(self, file: ArticleFile, may: May, headline: str, unread: str, sha256: str) -> None:
        """Offer what may be done now; `unread` says what the reviewer has not seen yet, `sha256` names the text that stands here."""
        self._file, self._headline, self._sha256 = file, headline, sha256
        planned = file.review is not None and file.review.submission.publish_at is not None
        offered = {
            self._take: may.take_back == "",
            self._back: may.ask_changes == "",
            self._plan: may.plan == "" and may.publish == "",
            self._unplan: may.plan == "" and planned,
            self._sign: may.sign == "" and not unread,
            self._publish: may.publish == "",
            self._serve: False,
        }
        self._offer(offered)
        self._told.show(f"<p>{review_view.bar(file, self._zone, headline)}</p>")
        self._why.show(review_view.why_not(may.sign or (unread if may.sign == "" else ""), may.publish or ""))

    def show_again(self, file: ArticleFile, number: int, may: May, headline: str) -> None:
        """Offer to give patients an earlier revision again."""
        self._file, self._headline, self._again = file, headline, number
        steps = (self._take, self._back, self._plan, self._unplan, self._sign, self._publish)
        self._offer({**dict.fromkeys(steps, False), self._serve: may.serve_again == ""})
        self._told.show(review_view.again(file, number, headline))
        self._why.show(review_view.why_not(may.serve_again or ""))

    @staticmethod
    def _offer(offered: dict[ui.button, bool]) -> None:
        for button, visible in offered.items():
            if button.visible != visible:
                button.visible = visible

    async def _open_sign(self) -> None:
        self._signing = self._sha256  # what stands there when the dialog opens, whatever is handed in meanwhile
        self._sign_asked.open(_APPROVES.format(headline=self._headline))

    async def _open_publish(self) -> None:
        number = self._file.review.submission.revision if self._file and self._file.review else ""
        self._publish_asked.open(_PUBLISHES.format(number=number, headline=self._headline))

    async def _open_back(self) -> None:
        self._back_asked.open(_SENDS_BACK)

    async def _open_take(self) -> None:
        self._take_asked.open("It becomes a working copy again; every signature under it is void.")

    async def _open_plan(self) -> None:
        self._plan_asked.open(self._file.review.submission.publish_at if self._file and self._file.review else None)

    async def _open_again(self) -> None:
        self._again_asked.open(_PUBLISHES.format(number=self._again, headline=self._headline))

    async def _serve_again(self, reason: str) -> bool:
        return await self._work.serve_again(self._again, reason)
