"""Which element draws a reply, live and after a reload alike."""

from typing import Any

_DRAWN_BY = {"care_card": "CareCard", "banner": "CareCard", "answer": "Answer", "question": "Ask"}


def element_for(kind: str, text: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The name of the JSX element of a reply and its props; None where plain text is enough."""
    if kind == "message":
        return None
    if kind in _DRAWN_BY:
        return _DRAWN_BY[kind], body
    return "Words", {**body, "text": body.get("words", text), "kind": kind}
