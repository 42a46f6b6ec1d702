"""Channels to the care team: mail, SMS gateways, Teams, Slack, webhooks and the like, each an address that Apprise knows.

Addresses hold passwords and tokens. They are never logged, shown or stored: a channel is told apart by the fingerprint of its
address, and called by its list, place and service.
"""

import hashlib
import logging
import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import SecretStr

from app.errors import SettingsError
from app.settings import Settings

ListName = Literal["first", "next", "on_call", "operator", "audit"]
_LISTS: tuple[ListName, ...] = ("first", "next", "on_call", "operator")
_CONNECT_S, _READ_S = 5.0, 10.0


class Channel(Protocol):
    """One place that messages go to."""

    @property
    def fingerprint(self) -> str:
        """Names the channel in the records."""
        ...

    @property
    def label(self) -> str:
        """Names the channel to people, without secrets."""
        ...

    def send(self, title: str, body: str) -> str:
        """Send a message; an empty string where it was taken, else the class of the problem. Never raises."""
        ...


@dataclass(frozen=True)
class Channels:
    """The clinic's channels by list, in the order in which they were set."""

    lists: Mapping[ListName, Sequence[Channel]]

    def for_stages(self, told: int, now: int) -> Sequence[Channel]:
        """Who is told on the way from one stage to another: the first, past the target the next, then whoever is on call."""
        first, then, on_call = (self.lists.get(name, ()) for name in ("first", "next", "on_call"))
        steps = ((1, 1, first or then or on_call), (2, 2, then or first or on_call), (3, now, on_call or then or first))
        found = [channel for low, high, channels in steps if told < high and low <= now and high >= low for channel in channels]
        return list({channel.fingerprint: channel for channel in found}.values())

    def operators(self) -> Sequence[Channel]:
        """Who is told that our own parts fail."""
        return self.lists.get("operator") or self.for_stages(0, 1)

    def all(self) -> Mapping[str, Channel]:
        """Every channel by its fingerprint."""
        return {channel.fingerprint: channel for name in _LISTS for channel in self.lists.get(name, ())}


def chosen(settings: Settings) -> Channels:
    """The channels that the settings name; SettingsError as `read`."""
    lists: dict[ListName, SecretStr] = {
        "first": settings.notify_first,
        "next": settings.notify_next,
        "on_call": settings.notify_on_call,
        "operator": settings.notify_operator,
        "audit": settings.notify_audit,
    }
    return read({name: addresses.get_secret_value() for name, addresses in lists.items()})


def read(addresses: Mapping[ListName, str]) -> Channels:
    """Channels by list; SettingsError names the list and place of an address that cannot be used, never the address."""
    return Channels({name: _read_list(name, text) for name, text in addresses.items() if text.strip()})


def _read_list(name: ListName, text: str) -> Sequence[Channel]:
    return [_AppriseChannel.read(name, place, address) for place, address in enumerate(re.split(r"[\s,]+(?=\w+://)", text.strip()), 1)]


class _AppriseChannel:
    """A channel over Apprise's plugin for its address."""

    def __init__(self, fingerprint: str, label: str, plugin: "_Plugin") -> None:
        self.fingerprint, self.label, self._plugin = fingerprint, label, plugin

    @classmethod
    def read(cls, name: ListName, place: int, address: str) -> "_AppriseChannel":
        import apprise

        with _kept_quiet():
            plugin = apprise.Apprise.instantiate(address.rstrip(" ,"))
        if plugin is None:
            raise SettingsError(
                f"CARELIGHT_NOTIFY_{name.upper()}: address {place} is none that Apprise knows; see https://appriseit.com, "
                "and check it with 'carelight notify test'"
            )
        plugin.socket_connect_timeout, plugin.socket_read_timeout = _CONNECT_S, _READ_S
        label = f"{name.replace('_', ' ')} {place}: {plugin.service_name}"
        return cls(hashlib.sha256(address.encode()).hexdigest()[:16], label, plugin)

    def send(self, title: str, body: str) -> str:
        with _overheard() as said:
            try:
                return "" if self._plugin.notify(title=title, body=body) else _problem(said)
            except Exception as error:  # a plugin's own mistake must not end the alarms of the others
                return type(error).__name__


class _Plugin(Protocol):
    """What we use of Apprise's plugins."""

    def notify(self, *, title: str, body: str) -> bool: ...


class _Overhear(logging.Handler):
    """Collects what Apprise logs in this thread: it tells why it failed nowhere else."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.said: list[str] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said.append(record.getMessage())


@contextmanager
def _overheard() -> Iterator[list[str]]:
    logger, handler = logging.getLogger("apprise"), _Overhear()
    with _kept_quiet():
        logger.addHandler(handler)
        try:
            yield handler.said
        finally:
            logger.removeHandler(handler)


@contextmanager
def _kept_quiet() -> Iterator[None]:
    """Apprise logs addresses of people and what servers answered: nothing of it reaches our log."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    yield


def _problem(said: Collection[str]) -> str:
    """The class of a failure, without a word of what was said: it may name people and hold tokens."""
    text = " ".join(said)
    if code := re.search(r"error=(\d{3})", text):
        return f"refused with code {code[1]}"
    if re.search(r"timed? ?out", text, re.IGNORECASE):
        return "no answer in time"
    return "no connection" if re.search(r"connection|socket", text, re.IGNORECASE) else "not taken"
