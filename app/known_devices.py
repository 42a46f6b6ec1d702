"""Browsers that somebody has signed in with before, so that strangers who guess passwords lock out strangers alone.

The way of OWASP's device cookies: after a sign-in the browser keeps a signed cookie for that login. It opens nothing; it only says
that failures from here are counted apart from everybody else's. One browser may know several logins: a nurses' station has one.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from itsdangerous import BadSignature, URLSafeTimedSerializer

KNOWN_S = 365 * 24 * 3600
"""How long a browser is known after the last sign-in with it."""
_PREFIX = "carelight_device_"


@dataclass(frozen=True, slots=True)
class KnownDevices:
    """Makes and reads those cookies; `key` is the installation's."""

    key: bytes = field(repr=False)

    def cookie(self, login: str) -> str:
        """What the cookie of a login is called, which tells the login to nobody."""
        return _PREFIX + hmac.digest(self.key, f"device of {login}".encode(), hashlib.sha256).hex()[:16]

    def made(self, login: str) -> str:
        """The cookie of a browser that was just signed in with; another each time."""
        return str(self._signer(login).dumps(secrets.token_urlsafe(12)))

    def device(self, login: str, cookies: Mapping[str, str]) -> str:
        """The name of the browser that holds these cookies; empty where nobody has signed in with it under that login."""
        try:
            name = self._signer(login).loads(cookies.get(self.cookie(login), ""), max_age=KNOWN_S)
        except BadSignature:
            return ""
        return hmac.digest(self.key, f"device {name}".encode(), hashlib.sha256).hex()

    def _signer(self, login: str) -> URLSafeTimedSerializer:
        """One for each login: the cookie of one says nothing of another."""
        return URLSafeTimedSerializer(self.key, salt=f"device of {login}")
