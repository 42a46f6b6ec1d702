"""What the clinic's own sign-in says of somebody, and what we make of it: a patient's pseudonym, the role of a member of staff."""

import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from app.errors import PortalError
from app.sign_in_rules import ROLES

Who = Literal["patient", "staff"]
_LOGIN = re.compile(r"[\w.@+ -]{1,80}")
_TWO = re.compile(rf"=\s*(?:{'|'.join(ROLES)})\s*,")
"""Two entries that a comma was put between: names of a directory hold commas, so none ends an entry."""
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class ClinicAccount:
    """A member of staff as the clinic's sign-in knows them. `key` is a pseudonym; `role` is empty where they have none here."""

    key: str
    login: str
    name: str
    role: str


def pseudonym(key: bytes, who: Who, issuer: object, subject: object) -> str:
    """The id in our records of whoever `issuer` calls `subject`: always the same, and without the key nobody finds out whose it is."""
    if not isinstance(issuer, str) or not isinstance(subject, str) or not issuer or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise PortalError("it does not say who signs in")
    told = f"{who}\n{len(issuer)}\n{issuer}{subject}".encode()
    return str(uuid.UUID(bytes=hmac.digest(key, told, hashlib.sha256)[:16]))


def role_table(written: str) -> Mapping[str, str]:
    """Our roles by the portal's names for them, as in `nurses=care; web-editors=editor`; ValueError says what cannot be read."""
    table: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in written.split(";"))):
        value, _, role = (part.strip() for part in entry.rpartition("="))
        if not value or role not in ROLES or _TWO.search(value):
            raise ValueError(f"{entry!r} is no entry such as nurses=care; one ends with a semicolon, and roles are {', '.join(ROLES)}")
        table[value] = role
    return table


def role_of(claims: Mapping[str, object], claim: str, table: Mapping[str, str]) -> str:
    """The role that somebody has here: of the table's first entry that they have at the portal; empty where they have none."""
    held = _held(claims, claim)
    return next((role for value, role in table.items() if value in held), "")


def clinic_account(key: bytes, claims: Mapping[str, object], claim: str, table: Mapping[str, str]) -> ClinicAccount:
    """A member of staff, of the claims that their sign-in brought; PortalError where these name nobody."""
    person = pseudonym(key, "staff", claims.get("iss"), claims.get("sub"))
    named = (str(claims.get(name) or "").strip() for name in ("preferred_username", "email"))
    login = next((each for each in named if _LOGIN.fullmatch(each)), f"portal-{person[:13]}")
    name = " ".join(str(claims.get("name") or "").split())
    return ClinicAccount(person, login, "".join(filter(str.isprintable, name))[:120] or login, role_of(claims, claim, table))


def _held(claims: Mapping[str, object], claim: str) -> set[str]:
    """What a claim says, one word or a list; `realm_access.roles` is one within another, unless a claim is called just that."""
    found: object = claims
    for step in [claim] if claim in claims else claim.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return {found} if isinstance(found, str) else {each for each in found if isinstance(each, str)} if isinstance(found, list) else set()
