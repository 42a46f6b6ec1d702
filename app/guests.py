"""Guests: a random id in a signed cookie makes someone a pseudonymous patient, for the browser session or longer.

The cookie ends with the browser unless the patient chooses to keep chats on the device (rule of care 11).
"""

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import cookie_parser

from app.records.models import new_id

COOKIE = "carelight_guest"
KEEP_COOKIE = "carelight_keep"
CHAINLIT = "access_token"
"""Chainlit's own cookie, which says the same in its way."""
ALL = (COOKIE, CHAINLIT, KEEP_COOKIE)
"""What a device holds of a patient."""
KEEP_SECONDS = 180 * 24 * 3600


def new_guest(secret: str) -> str:
    """A cookie value for a new guest."""
    return _signer(secret).dumps(new_id())


def guest_id(value: str, secret: str) -> str | None:
    """The patient id in a cookie value; None where it is not ours."""
    try:
        return str(_signer(secret).loads(value))
    except BadSignature:
        return None


def guest_from_cookies(header: str, secret: str) -> str | None:
    """The patient id in a `Cookie` header."""
    value = cookie_parser(header).get(COOKIE)
    return guest_id(value, secret) if value else None


def keeps_chats(header: str) -> bool:
    """Whether the patient chose to keep chats on this device, by a `Cookie` header."""
    return KEEP_COOKIE in cookie_parser(header)


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="guest")
