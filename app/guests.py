"""Guests: a random id in a signed cookie makes someone a pseudonymous patient, for the browser session or longer.

The cookie ends with the browser unless the patient chooses to keep chats on the device (rule of care 11). A browser may be told
otherwise, or be copied: so the cookie holds the moment when it was given, each visit renews it, and an old one is nobody's here.
"""

import time
from dataclasses import dataclass, field

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer
from starlette.requests import cookie_parser

from app.records.models import new_id

COOKIE = "carelight_guest"
KEEP_COOKIE = "carelight_keep"
DAYS = 180
_DAY_S = 24 * 3600


@dataclass(frozen=True, slots=True)
class Guests:
    """Makes and reads guests' cookies. `days` without a visit end one."""

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
        """The patient id in a cookie value; None where it is not ours, or too old."""
        return guest_id(value, self.secret, self.days) or self._untimed(value)

    def in_header(self, header: str) -> str | None:
        """The patient id in a `Cookie` header."""
        return self.id_in(cookie_parser(header).get(COOKIE, ""))

    def renewed(self, value: str) -> str | None:
        """The same guest's cookie as of now; None where `value` is nobody's, or less than a day old."""
        if guest_id(value, self.secret, days=1) is not None or (patient := self.id_in(value)) is None:
            return None
        return str(_signer(self.secret).dumps(patient))

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
    """The patient id in a cookie value; None where it is not ours, or was given more than `days` ago."""
    try:
        return str(_signer(secret).loads(value, max_age=days * _DAY_S))
    except BadSignature:
        return None


def keeps_chats(header: str) -> bool:
    """Whether the patient chose to keep chats on this device, by a `Cookie` header."""
    return KEEP_COOKIE in cookie_parser(header)


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt="guest, timed")
