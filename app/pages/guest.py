"""What the chat page asks about itself, and what a guest decides about this device: keep, forget, leave quickly."""

from fastapi import APIRouter, Request, Response

from app import consent, render
from app.guests import COOKIE, KEEP_COOKIE
from app.pages.own_page import words_for
from app.records.choices import Choices
from app.wiring import Application
from knowledge.words import Words

_NEUTRAL = "about:blank"


def routes(app: Application) -> APIRouter:
    """`/page.json`, `/guest/keep`, `/guest/forget`, `/guest/leave`."""
    router = APIRouter()

    @router.get("/page.json")
    def page(request: Request) -> dict[str, object]:
        patient = app.guests.id_in(request.cookies.get(COOKIE, ""))
        region = (app.conversations.profile(patient).region if patient else None) or app.settings.region or None
        home = app.regions.get(region or "")
        number = (home.emergency if home else None) or ""
        choices = app.choices.of(patient) if patient else Choices()
        return {
            "consent": _consent(app, choices, region, words_for(app, request)),
            "paused": app.words.say("pause_case" if choices.case_open else "pause_notice") if choices.paused else "",
            "privacy": app.words.say("privacy_title"),
            "clinic": app.settings.clinic,
            "assistant": app.words.say("assistant_notice"),
            "starter": app.words.say("starter_notice") if app.settings.mode == "demo" else "",
            "emergency": app.cards.emergency_line(region, app.words),
            "emergency_number": number,
            "call": app.words.say("call_label", number=number) if number else "",
            "library": app.words.say("open_library"),
            "my_data": app.words.say("my_data_title"),
            "person": app.words.say("talk_to_person"),
            "team_member": app.words.say("team_member"),
            "leave": app.words.say("leave_quickly"),
            "leave_to": _NEUTRAL,
        }

    @router.post("/guest/keep")
    def keep(request: Request, response: Response) -> dict[str, str]:
        """From now on this device's cookies outlive the browser session."""
        response.set_cookie(KEEP_COOKIE, "1", max_age=app.guests.seconds, httponly=True, samesite="lax")
        for name in (COOKIE, "access_token"):
            if value := request.cookies.get(name):
                response.set_cookie(name, value, max_age=app.guests.seconds, httponly=True, samesite="lax")
        return {"kept": "yes"}

    @router.post("/guest/forget")
    def forget(request: Request, response: Response) -> dict[str, str]:
        """Back to cookies that end with the browser session."""
        response.delete_cookie(KEEP_COOKIE)
        for name in (COOKIE, "access_token"):
            if value := request.cookies.get(name):
                response.set_cookie(name, value, httponly=True, samesite="lax")
        return {"kept": "no"}

    @router.post("/guest/leave")
    def leave(response: Response) -> dict[str, str]:
        """Leave quickly: nothing on this device points back here."""
        for name in (COOKIE, "access_token", KEEP_COOKIE):
            response.delete_cookie(name)
        return {"left": "yes"}

    return router


def _consent(app: Application, choices: Choices, region: str | None, words: Words) -> dict[str, object] | None:
    """What the panel above the chat draws until the patient agrees to the text as it is now; None where nothing is asked."""
    terms = app.terms()
    if terms in ("", choices.agreed_to):
        return None
    parts = ("title", "agree", "later", "bar", "read", "numbers", "thanks")
    return {
        "language": words.language,
        "terms": terms,
        **{part: words.say(f"consent_{part}") for part in parts},
        "lines": consent.sentences(app.settings, words),
        "emergency": app.cards.emergency_line(region, words),
        **render.contacts_body(app.cards.contacts(("emergency", "suicide_crisis"), region, words)),
        "privacy": words.say("privacy_title"),
        "my_data": words.say("my_data_title"),
    }
