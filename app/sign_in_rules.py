"""What a clinic asks of the sign-ins of its staff, and where one comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

ROLES = ("care", "editor", "reviewer", "administrator")
_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), (r"iPhone|iPad", "iOS"), ("Mac OS", "macOS"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class SignInRules:
    """What is asked of everybody."""

    second_factor: bool = False
    """Whether everybody needs one."""
    idle: timedelta = timedelta(hours=1)
    """How long a desk may stand unused."""
    tries: int = 10
    """Failures after which an account is closed for a while: to strangers, or to one browser that it knows."""
    closed_for: timedelta = timedelta(minutes=15)
    address_tries: int = 20
    """Failures from one address after which it waits, twice as long after each, a minute at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sign-in comes from."""

    address: str = ""
    browser: str = ""
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the browser holds of us: whether it was signed in with before (`app.known_devices`)."""
    session: str = field(default="", repr=False)
    """The token of whoever is signed in already, and is asked for the password once more."""


NOWHERE = Place()
"""The command line of the server itself."""


def browser_of(user_agent: str) -> str:
    """What people call the browser that sent this; nothing else of it is kept."""
    named = next((name for pattern, name in _BROWSERS if pattern in user_agent), "A browser")
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, user_agent)), "")
    return f"{named} on {system}" if system else named
