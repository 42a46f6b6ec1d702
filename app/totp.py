"""Time-based one-time codes as every authenticator app makes them (RFC 6238: SHA-1, six digits, thirty seconds)."""

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

STEP_S = 30
DIGITS = 6
_DRIFT = 1
"""Steps that a phone's clock may be off, either way (RFC 6238, 5.2)."""


def new_secret() -> str:
    """A fresh secret of 160 bits in base 32 (RFC 4226, 4)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(secret: str, step: int) -> str:
    """The code of one time step."""
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 15
    return str((int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF) % 10**DIGITS).zfill(DIGITS)


def step_at(seconds: float) -> int:
    """The time step of a moment, in seconds since 1970."""
    return int(seconds) // STEP_S


def accepted(secret: str, typed: str, seconds: float, after: int) -> int | None:
    """The time step that a typed code belongs to; None for a wrong one, and for one not newer than step `after`: none works twice."""
    typed, now = "".join(typed.split()), step_at(seconds)
    found = [step for step in range(now - _DRIFT, now + _DRIFT + 1) if hmac.compare_digest(code(secret, step).encode(), typed.encode())]
    return next((step for step in found if step > after), None)


def address(secret: str, login: str, clinic: str) -> str:
    """What an authenticator app opens (the `otpauth` address that all of them read)."""
    return f"otpauth://totp/{quote(clinic)}:{quote(login)}?secret={secret}&issuer={quote(clinic)}"


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
