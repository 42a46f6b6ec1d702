"""Which elements draw a reply, live and after a reload alike."""

from typing import Any

Drawing = tuple[str, dict[str, Any]]
"""The name of a JSX element, and its props."""

_DRAWN_BY = {"care_card": "CareCard", "banner": "CareCard", "answer": "Answer", "question": "Ask", "staff": "Staff"}


def elements_for(reply_id: str, kind: str, text: str, body: dict[str, Any], *, at: str = "", ack: bool = False) -> list[Drawing]:
    """What draws a reply, the first of them the reply itself; none where plain text is enough.

    `at` is when it was written (ISO 8601); with `ack` the page acknowledges that it drew it.
    """
    if kind == "message":
        return []
    name = _DRAWN_BY.get(kind, "Words")
    props = dict(body) if name != "Words" else {**body, "text": body.get("words", text), "kind": kind}
    if ack or name in ("Answer", "Staff"):
        props["reply"] = reply_id
    if name == "Staff":
        props["at"] = at
    if ack:
        props["ack"] = True
    return [(name, props), *_forms(body)]


def _forms(body: dict[str, Any]) -> list[Drawing]:
    """The form under a card, never above it (rule of care 12); not under the short card that holds an answer back."""
    return [("Reach", body["reach"])] if "reach" in body and "held" not in body else []
