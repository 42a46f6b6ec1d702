"""Patients: a signed cookie makes someone a pseudonymous guest, for the browser session or longer, or a patient who signed in.

The cookie ends with the browser unless the patient chooses to keep chats on the device (rule of care 11); a sign-in ends within
hours in any case. While somebody is signed in the guest's own cookie is laid aside, and comes back when they sign out: what a guest
wrote stays with the device that it was written on, and is never moved to an account that may be somebody else's.
"""

import time
from collections.abc import Mapping

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import cookie_parser
from starlette.responses import Response

from app.records.models import new_id

COOKIE = "carelight_guest"
KEEP_COOKIE = "carelight_keep"
ASIDE = "carelight_aside"
"""Holds the guest's cookie while somebody is signed in."""
CHAINLIT = "access_token"
"""Chainlit's own cookie, which says the same in its way; it is made anew from ours."""
ALL = (COOKIE, CHAINLIT, KEEP_COOKIE, ASIDE)
"""What a device holds of a patient."""
KEEP_SECONDS = 180 * 24 * 3600


def new_guest(secret: str) -> str:
    """A cookie value for a new guest."""
    return _signer(secret).dumps(new_id())


def guest_id(value: str, secret: str) -> str | None:
    """The patient id in a cookie value, a guest's or that of a sign-in that still holds; None where it is not ours."""
    try:
        return str(_signer(secret).loads(value))
    except BadSignature:
        return signed_in_id(value, secret)


def signed_in_id(value: str, secret: str) -> str | None:
    """The patient id in the cookie value of a sign-in that still holds; None for a guest."""
    try:
        patient, ends = _sign_ins(secret).loads(value)
    except BadSignature:
        return None
    return str(patient) if time.time() < ends else None


def guest_from_cookies(header: str, secret: str) -> str | None:
    """The patient id in a `Cookie` header."""
    value = cookie_parser(header).get(COOKIE)
    return guest_id(value, secret) if value else None


def keeps_chats(header: str) -> bool:
    """Whether the patient chose to keep chats on this device, by a `Cookie` header."""
    return KEEP_COOKIE in cookie_parser(header)


def come_in(response: Response, cookies: Mapping[str, str], patient: str, seconds: float, secret: str) -> None:
    """The browser is that patient's from now on, for so long at most and not beyond its session; the guest it was is laid aside."""
    held = cookies.get(COOKIE, "")
    if held and signed_in_id(held, secret) is None and guest_id(held, secret):
        _set(response, ASIDE, held, cookies)
    response.set_cookie(COOKIE, _sign_ins(secret).dumps([patient, int(time.time() + seconds)]), httponly=True, samesite="lax")
    response.delete_cookie(CHAINLIT)


def go_out(response: Response, cookies: Mapping[str, str], secret: str) -> None:
    """The browser is the guest's again that it was, or a new one's."""
    aside = cookies.get(ASIDE, "")
    _set(response, COOKIE, aside if guest_id(aside, secret) else new_guest(secret), cookies)
    for name in (ASIDE, CHAINLIT):
        response.delete_cookie(name)


def _set(response: Response, name: str, value: str, cookies: Mapping[str, str]) -> None:
    response.set_cookie(name, value, max_age=KEEP_SECONDS if KEEP_COOKIE in cookies else None, httponly=True, samesite="lax")


def _signer(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="guest")


def _sign_ins(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="signed in")
