"""What the chat page asks about itself, and what a guest decides about this device: keep, forget, leave quickly."""

from fastapi import APIRouter, Request, Response

from app.guests import COOKIE, KEEP_COOKIE, KEEP_SECONDS, guest_id
from app.wiring import Application

_NEUTRAL = "about:blank"


def routes(app: Application) -> APIRouter:
    """`/page.json`, `/guest/keep`, `/guest/forget`, `/guest/leave`."""
    router = APIRouter()

    @router.get("/page.json")
    def page(request: Request) -> dict[str, str]:
        patient = guest_id(request.cookies.get(COOKIE, ""), app.secrets.guest)
        region = (app.conversations.profile(patient).region if patient else None) or app.settings.region or None
        home = app.regions.get(region or "")
        number = (home.emergency if home else None) or ""
        return {
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
        response.set_cookie(KEEP_COOKIE, "1", max_age=KEEP_SECONDS, httponly=True, samesite="lax")
        for name in (COOKIE, "access_token"):
            if value := request.cookies.get(name):
                response.set_cookie(name, value, max_age=KEEP_SECONDS, httponly=True, samesite="lax")
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
