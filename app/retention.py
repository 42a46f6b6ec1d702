"""How long what is kept, as the clinic set it."""

from app.records.retention import Keep
from app.settings import Settings


def keep(settings: Settings) -> Keep:
    """Days by kind; 0 for ever."""
    return {
        "chats": settings.chat_days,
        "closed cases": settings.case_days,
        "reach": settings.reach_days,
        "hand-overs": settings.handover_days,
        "model calls": settings.model_call_days,
        "gates": settings.gate_days,
        "notices": settings.notice_days,
    }
