"""The privacy page: what the chat is for, what is kept and who reads it, and the patient's choice. It works without any script."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from app import consent
from app.pages.own_page import OwnPage
from app.wiring import Application


def routes(app: Application) -> APIRouter:
    """`/privacy`, and the form of the patient's choice."""
    router = APIRouter()

    @router.get("/privacy")
    def privacy(request: Request) -> Response:
        visit = OwnPage(app, request)
        words, chosen = visit.words, app.settings
        agreed = app.choices.of(visit.patient) if visit.patient else None
        asked = {"clinic": chosen.clinic, "contact": chosen.contact}
        return visit.shown(
            "privacy.html",
            {
                "kept": consent.kept(chosen, words),
                "readers": consent.readers(chosen, words),
                "reach": words.say("privacy_contact", **asked)
                if chosen.contact
                else words.say("privacy_contact_unknown", clinic=chosen.clinic),
                "terms": app.terms(),
                "choices": agreed,
                "portal": app.patients_portal is not None or bool(chosen.patient_header_key.get_secret_value()),
                "min_age": chosen.min_age,
                "contacts": app.cards.contacts(("emergency", "suicide_crisis"), chosen.region or None, words),
            },
        )

    @router.post("/privacy/choice")
    def choose(
        request: Request, choice: Annotated[Literal["agree", "withdraw"], Form()], terms: Annotated[str, Form(max_length=16)] = ""
    ) -> Response:
        """Only the text that was read can be agreed to: where it changed meanwhile, nothing is kept and it is asked again."""
        patient = OwnPage(app, request, form=True).patient
        if patient is None:
            raise HTTPException(404)
        if choice == "withdraw":
            app.choices.withdraw(patient)
        elif terms and terms == app.terms():
            app.choices.agree(patient, terms)
        return RedirectResponse("/privacy", status_code=303)

    return router
