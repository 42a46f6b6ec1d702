"""What the chat page asks about itself, and what a guest decides about this device: keep, forget, leave quickly."""

from fastapi import APIRouter, Request, Response

from app import consent, render
from app.guests import ALL, ASIDE, CHAINLIT, COOKIE, KEEP_COOKIE
from app.pages.own_page import words_for
from app.records.choices import Choices
from app.wiring import Application
from knowledge.words import Words

_NEUTRAL = "about:blank"
_SAID = {
    "assistant": "assistant_notice",
    "privacy": "privacy_title",
    "library": "open_library",
    "my_data": "my_data_title",
    "person": "talk_to_person",
    "team_member": "team_member",
    "leave": "leave_quickly",
}
"""Parts of the page that say the same to everybody, with the keys of their words."""


def routes(app: Application) -> APIRouter:
    """`/page.json`, `/guest/keep`, `/guest/forget`, `/guest/leave`."""
    router = APIRouter()

    @router.get("/page.json")
    def page(request: Request) -> dict[str, object]:
        return _page(app, request)

    @router.post("/guest/keep")
    def keep(request: Request, response: Response) -> dict[str, str]:
        """From now on this device's cookies outlive the browser session."""
        response.set_cookie(KEEP_COOKIE, "1", max_age=app.guests.seconds, httponly=True, samesite="lax")
        _set_again(request, response, app.guests.seconds)
        return {"kept": "yes"}

    @router.post("/guest/forget")
    def forget(request: Request, response: Response) -> dict[str, str]:
        """Back to cookies that end with the browser session."""
        response.delete_cookie(KEEP_COOKIE)
        _set_again(request, response, None)
        return {"kept": "no"}

    @router.post("/guest/leave")
    def leave(response: Response) -> dict[str, str]:
        """Leave quickly: nothing on this device points back here."""
        for name in ALL:
            response.delete_cookie(name)
        return {"left": "yes"}

    return router


def _set_again(request: Request, response: Response, max_age: int | None) -> None:
    """The cookies that the browser holds, to be kept so long; None is until it is closed."""
    for name in (COOKIE, CHAINLIT, ASIDE):
        if value := request.cookies.get(name):
            response.set_cookie(name, value, max_age=max_age, httponly=True, samesite="lax")


def _page(app: Application, request: Request) -> dict[str, object]:
    """What the page draws around the chat, for this guest."""
    patient = app.guests.id_in(request.cookies.get(COOKIE, ""))
    region = (app.conversations.profile(patient).region if patient else None) or app.settings.region or None
    choices = app.choices.of(patient) if patient else Choices()
    return {
        "consent": _consent(app, choices, region, words_for(app, request)),
        "paused": app.words.say("pause_case" if choices.case_open else "pause_notice") if choices.paused else "",
        "clinic": app.settings.clinic,
        "starter": app.words.say("starter_notice") if app.settings.mode == "demo" else "",
        "leave_to": _NEUTRAL,
        **_emergency(app, region),
        **_sign_in(app, request),
        **{part: app.words.say(key) for part, key in _SAID.items()},
    }


def _emergency(app: Application, region: str | None) -> dict[str, object]:
    """The line and the number that stand on every page; without a checked number there is none to call."""
    home = app.regions.get(region or "")
    number = (home.emergency if home else None) or ""
    return {
        "emergency": app.cards.emergency_line(region, app.words),
        "emergency_number": number,
        "call": app.words.say("call_label", number=number) if number else "",
    }


def _sign_in(app: Application, request: Request) -> dict[str, str]:
    """What leads in and out of an account at the clinic; empty where there is nothing to lead to."""
    if app.guests.signed_in(request.cookies.get(COOKIE, "")):
        return {"sign_in": "", "sign_out": app.words.say("portal_sign_out")}
    return {"sign_in": app.words.say("portal_sign_in") if app.patients_portal is not None else "", "sign_out": ""}


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
