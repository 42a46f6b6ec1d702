"""A patient who looks at a page of their own: who they are, the language they read, and how the page is dressed."""

from dataclasses import dataclass

from fastapi import HTTPException, Request, Response

from app import own_data
from app.guests import COOKIE
from app.own_data import When
from app.pages.article_page import common
from app.pages.templating import page
from app.wiring import Application
from knowledge.words import LANGUAGES, Words


def words_for(app: Application, request: Request) -> Words:
    """The words of the language that the browser asks for first, of those we have; else of the clinic's."""
    asked = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    language = next((language for language in asked if language in LANGUAGES), app.settings.language)
    return app.texts.now.words[language]


@dataclass(frozen=True)
class OwnPage:
    """A patient at a page of their own; with `form` they sent one, which must come from our own page."""

    app: Application
    request: Request
    form: bool = False

    def __post_init__(self) -> None:
        """A browser always says where a form comes from; who does not say it is refused."""
        site, origin = (self.request.headers.get(name) for name in ("sec-fetch-site", "origin"))
        told = site == "same-origin" or (site is None and origin not in (None, "null"))  # the hardening layer has compared the origin
        if self.form and not told:
            raise HTTPException(403)

    @property
    def patient(self) -> str | None:
        """Whose signed cookie the browser holds."""
        return self.app.guests.id_in(self.request.cookies.get(COOKIE, ""))

    @property
    def signed_in(self) -> bool:
        """Whether that is the account of a patient who signed in, and no guest."""
        return self.app.guests.signed_in(self.request.cookies.get(COOKIE, ""))

    @property
    def words(self) -> Words:
        """The words of the patient's language."""
        return words_for(self.app, self.request)

    @property
    def when(self) -> When:
        """How moments are written: in the clinic's time."""
        return own_data.when_in(self.app.settings.time_zone)

    def shown(self, template: str, values: dict[str, object]) -> Response:
        """A page that no browser keeps: on a shared device the back button must not show it again."""
        words = self.words
        said = {
            "emergency": self.app.cards.emergency_line(self.app.settings.region or None, words),
            "starter": words.say("starter_notice"),
            "say": words.say,
            "lang": words.language,
            "when": self.when,
            "signed_in": self.signed_in,
        }
        response = page(self.request, template, {**common(self.app), **said, **values})
        response.headers["cache-control"] = "no-store"
        return response
