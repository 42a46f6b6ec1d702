"""How often one guest, one address, one sign-in may do what costs: searches, answers, tries of a password.

What is limited is the answer, never the screen: a limited patient's message is stored and screened, and gets its card
(rule of care 5). Nothing is kept on disk, and the memory is bounded: whoever fills it is forgotten first.
"""

import hashlib
import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from app.journal import Visit
from app.server.addresses import neighbourhood
from app.settings import Settings

_MOST = 20_000
_HOUR = 3600.0
Clock = Callable[[], float]


class Buckets:
    """A bucket a key, filled at an even rate; each use takes one out. A rate of 0 limits nothing."""

    def __init__(self, most: int, per_s: float, clock: Clock = time.monotonic) -> None:
        self._most, self._per_s, self._clock = most, per_s, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> bool:
        """Whether that key may, once more."""
        if not self._most:
            return True
        with self._lock:
            at = self._clock()
            left, then = self._left.pop(key, (float(self._most), at))
            left = min(float(self._most), left + (at - then) * self._per_s)
            self._left[key] = (max(left - 1, 0.0) if left >= 1 else left, at)
            while len(self._left) > _MOST:
                self._left.popitem(last=False)
            return left >= 1


@dataclass
class Crowds:
    """Cases of one address within an hour: from the `most`th patient on they may be the work of a program."""

    most: int
    secret: str
    clock: Clock = time.monotonic
    _seen: "OrderedDict[str, dict[str, float]]" = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, patient_id: str, source: str) -> str:
        """The name of the crowd that a patient's new case belongs to; empty where it stands for itself. It tells no address."""
        if not self.most or not source:
            return ""
        with self._lock:
            at = self.clock()
            patients = {who: when for who, when in self._seen.pop(source, {}).items() if at - when < _HOUR}
            alone = patient_id in patients and list(patients).index(patient_id) < self.most
            patients.setdefault(patient_id, at)
            self._seen[source] = dict(list(patients.items())[-_MOST:])
            while len(self._seen) > _MOST:
                self._seen.popitem(last=False)
            return "" if alone or len(patients) <= self.most else self._named(source)

    def _named(self, source: str) -> str:
        return hmac.digest(self.secret.encode(), f"crowd {source}".encode(), hashlib.sha256).hex()[:16]


class Limits:
    """Every limit of a process, as the settings say; each replica counts for itself."""

    def __init__(self, settings: Settings, clock: Clock = time.monotonic) -> None:
        def a_minute(most: int) -> Buckets:
            return Buckets(most, most / 60, clock)

        self._patient, self._address = a_minute(settings.limit_messages), a_minute(settings.limit_address_messages)
        self._guests = Buckets(settings.limit_guests, settings.limit_guests / _HOUR, clock)
        self._searches, self._sign_ins = a_minute(settings.limit_searches), a_minute(settings.limit_sign_ins)
        self._come_ins = a_minute(settings.limit_sign_ins)
        self._newcomers = a_minute(settings.limit_messages)
        self._many: OrderedDict[str, None] = OrderedDict()

    def guest_came(self, patient_id: str, address: str) -> None:
        """A new guest from there. Beyond the limit of an hour the newcomers of an address share one guest's answers."""
        if not self._guests.take(neighbourhood(address)):
            self._many[patient_id] = None
            while len(self._many) > _MOST:
                self._many.popitem(last=False)

    def may_answer(self, patient_id: str, address: str) -> bool:
        """Whether a patient's message may be answered; screened it is in any case."""
        place = neighbourhood(address)
        own = self._newcomers.take(place) if patient_id in self._many else self._patient.take(patient_id)
        return own and self._address.take(place)

    def may_search(self, address: str) -> bool:
        """Whether the library may be searched from there once more."""
        return self._searches.take(neighbourhood(address))

    def may_sign_in(self, address: str) -> bool:
        """Whether a password may be tried from there once more."""
        return self._sign_ins.take(neighbourhood(address))

    def may_come_in(self, address: str) -> bool:
        """Whether somebody may come back from a provider of sign-ins there once more; patients who do keep no nurse from her password."""
        return self._come_ins.take(neighbourhood(address))

    def visit(self, patient_id: str, address: str) -> Visit:
        """How a message comes in: from where, and whether it is to be answered."""
        return Visit(neighbourhood(address), "" if self.may_answer(patient_id, address) else "limited")
