"""Patients: a signed cookie makes someone a pseudonymous guest, for the browser session or longer, or a patient who signed in.

The cookie ends with the browser unless the patient chooses to keep chats on the device (rule of care 11). A browser may be told
otherwise, or be copied: so a guest's cookie holds the moment when it was given, each visit renews it, and an old one is nobody's
here; a sign-in ends within hours in any case. While somebody is signed in the guest's own cookie is laid aside, and comes back when
they sign out: what a guest wrote stays with the device that it was written on, and is never moved to an account that may be
somebody else's.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
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
DAYS = 180
_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Guests:
    """Makes and reads patients' cookies. `days` without a visit end a guest's."""

    secret: str = field(repr=False)
    days: int = DAYS
    untimed_until: float = 0.0
    """Until when, in seconds since the epoch, a cookie from before they held a moment is taken: nobody loses their chats by an upgrade."""

    @property
    def seconds(self) -> int:
        """How long a browser that keeps chats keeps the cookie."""
        return self.days * _DAY_S

    def new(self) -> str:
        """A cookie value for a new guest."""
        return new_guest(self.secret)

    def id_in(self, value: str) -> str | None:
        """The patient id in a cookie value, a guest's or that of a sign-in that still holds; None where it is not ours, or too old."""
        return guest_id(value, self.secret, self.days) or self._untimed(value)

    def signed_in(self, value: str) -> bool:
        """Whether a cookie value is that of a sign-in that still holds, and no guest's."""
        return signed_in_id(value, self.secret) is not None

    def in_header(self, header: str) -> str | None:
        """The patient id in a `Cookie` header."""
        return self.id_in(cookie_parser(header).get(COOKIE, ""))

    def renewed(self, value: str) -> str | None:
        """The same guest's cookie as of now; None where `value` is nobody's, less than a day old, or a sign-in, which is not prolonged."""
        if guest_id(value, self.secret, days=1) is not None or (patient := self.id_in(value)) is None:
            return None
        return str(_signer(self.secret).dumps(patient))

    def come_in(self, response: Response, cookies: Mapping[str, str], patient: str, seconds: float) -> None:
        """The browser is that patient's from now on, for so long at most and not beyond its session; the guest it was is laid aside."""
        held = cookies.get(COOKIE, "")
        if self.id_in(held) and not self.signed_in(held):
            self._set(response, ASIDE, held, cookies)
        ours = _sign_ins(self.secret).dumps([patient, int(time.time() + seconds)])
        response.set_cookie(COOKIE, ours, httponly=True, samesite="lax")
        response.delete_cookie(CHAINLIT)

    def go_out(self, response: Response, cookies: Mapping[str, str]) -> None:
        """The browser is the guest's again that it was, or a new one's."""
        self._set(response, COOKIE, self.aside(cookies) or self.new(), cookies)
        for name in (ASIDE, CHAINLIT):
            response.delete_cookie(name)

    def aside(self, cookies: Mapping[str, str]) -> str | None:
        """The cookie of the guest whom a sign-in laid aside, as of now; None where there is none."""
        held = cookies.get(ASIDE, "")
        return (self.renewed(held) or held) if self.id_in(held) else None

    def _set(self, response: Response, name: str, value: str, cookies: Mapping[str, str]) -> None:
        response.set_cookie(name, value, max_age=self.seconds if KEEP_COOKIE in cookies else None, httponly=True, samesite="lax")

    def _untimed(self, value: str) -> str | None:
        if time.time() > self.untimed_until:
            return None
        try:
            return str(URLSafeSerializer(self.secret, salt="guest").loads(value))
        except BadSignature:
            return None


def new_guest(secret: str) -> str:
    """A cookie value for a new guest."""
    return str(_signer(secret).dumps(new_id()))


def guest_id(value: str, secret: str, days: int = DAYS) -> str | None:
    """The patient id in a cookie value, a guest's of the last `days` or that of a sign-in that still holds; None where it is not ours."""
    try:
        return str(_signer(secret).loads(value, max_age=days * _DAY_S))
    except BadSignature:
        return signed_in_id(value, secret)


def signed_in_id(value: str, secret: str) -> str | None:
    """The patient id in the cookie value of a sign-in that still holds; None for a guest."""
    try:
        patient, ends = _sign_ins(secret).loads(value)
    except BadSignature:
        return None
    return str(patient) if time.time() < ends else None


def keeps_chats(header: str) -> bool:
    """Whether the patient chose to keep chats on this device, by a `Cookie` header."""
    return KEEP_COOKIE in cookie_parser(header)


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="guest, timed")


def _sign_ins(secret: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt="signed in")
