"""Patients and their conversations, made at first sight; a conversation never changes its owner."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.records.models import Conversation, Patient, now
from guardrails.level import Profile

MADE_UP: ColumnElement[bool] = Patient.kind == "demo"
"""Patients of the made-up day: they call nobody, and count in no figure of the clinic's own."""


def patients(*, demo: bool) -> ColumnElement[bool]:
    """Made-up patients alone, or all others."""
    return MADE_UP if demo else ~MADE_UP


def ensure_patient(session: Session, patient_id: str) -> Patient:
    """The guest or account called `patient_id`."""
    patient = session.get(Patient, patient_id)
    if patient is None:
        patient = Patient(id=patient_id)
        session.add(patient)
        session.flush()
    return patient


def own_profile(patient: Patient) -> Profile:
    """The facts that the patient told about themselves."""
    return Profile(**patient.profile) if patient.profile else Profile()


def profile_in(patient: Patient, chat: Conversation) -> Profile:
    """The facts that hold for whom a chat is about: of someone else only the region is known (rule of care 10)."""
    own = own_profile(patient)
    return Profile(region=own.region, about="other") if chat.about_other else own


def ensure_conversation(
    session: Session, patient_id: str, conversation_id: str, *, about_other: bool = False, linked_to: str | None = None
) -> Conversation:
    """The patient's conversation; PermissionError where it is somebody else's or was deleted."""
    ensure_patient(session, patient_id)
    known = session.get(Conversation, conversation_id)
    if known is not None:
        if known.patient_id != patient_id or known.deleted:
            raise PermissionError("that conversation belongs to someone else")
        return known
    title = f"Chat of {now():%d %b, %H:%M}"
    made = Conversation(id=conversation_id, patient_id=patient_id, title=title, about_other=about_other, linked_to=linked_to)
    session.add(made)
    session.flush()
    return made
