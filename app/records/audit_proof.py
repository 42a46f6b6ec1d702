"""Whether the audit log is whole: the chain walked from its beginning, and held to hashes that were written down before.

The chain alone shows a change, a removal or a swap by someone who cannot recompute it. Whoever can write the database could
recompute all of it; a checkpoint is signed with a key that is not in the database, and is best kept by somebody else.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import NotAllowedError
from app.records.audit_chain import GENESIS, Entry, link, record
from app.records.care_tables import AuditCheckpoint, AuditHead, AuditRow
from app.records.database import Database
from app.records.models import now

_LINE = re.compile(r"carelight-audit (\d{1,12}) ([0-9a-f]{64}) (\S{1,40}) ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Number and hash of the newest entry at some moment, signed."""

    number: int
    hash: str
    made: datetime
    signature: str

    def __str__(self) -> str:
        """One line, to be kept where the server's operator cannot change it."""
        return f"carelight-audit {self.number} {self.hash} {self.made.astimezone(UTC).isoformat()} {self.signature}"


def checkpoint_in(text: str) -> Checkpoint | None:
    """The newest checkpoint written in a text; None where there is none."""
    found = [Checkpoint(int(n), digest, datetime.fromisoformat(made), signed) for n, digest, made, signed in _LINE.findall(text)]
    return max(found, key=lambda each: each.number, default=None)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that is not as it was written, and what is wrong with it."""

    number: int
    problem: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along the chain found; `broken` is None where all of it is whole."""

    entries: int
    first: int
    last: int
    broken: Broken | None = None


class AuditProof:
    """Walks, signs and cuts the chain; `key` signs checkpoints and is not in the database."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database, self._key = database, key

    def verify(self, held: Checkpoint | None = None) -> Verdict:
        """Walk the whole chain, and hold it to every checkpoint kept here and to one that was kept elsewhere."""
        with self._database.reading() as session:
            return self._walk(session, held)

    def checkpoint(self) -> Checkpoint | None:
        """Sign the newest entry; None where nothing was ever recorded."""
        with self._database.transaction() as session:
            head = _head(session)
            return self._signed(session, head.number, head.hash, "checkpoint") if head.number else None

    def due(self, every: timedelta) -> bool:
        """Whether the newest checkpoint is older than that and something was recorded since."""
        with self._database.reading() as session:
            newest = session.scalar(select(AuditCheckpoint).order_by(AuditCheckpoint.made.desc()).limit(1))
            head = session.get_one(AuditHead, 1)
            if newest is None:
                return head.number > 0
            return newest.made <= now() - every and newest.number < head.number

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that was made here."""
        with self._database.reading() as session:
            row = _newest(session)
            return Checkpoint(row.number, row.hash, row.made, row.signature) if row is not None else None

    def unsent(self) -> Checkpoint | None:
        """The newest checkpoint, where nobody else was told of it yet."""
        with self._database.reading() as session:
            row = _newest(session)
            return None if row is None or row.sent else Checkpoint(row.number, row.hash, row.made, row.signature)

    def was_sent(self, number: int) -> None:
        """Somebody else holds that checkpoint now."""
        with self._database.transaction() as session:
            row = session.get(AuditCheckpoint, (number, "checkpoint"))
            if row is not None:
                row.sent = now()

    def older(self, than: datetime) -> int:
        """How many entries a cut at that moment would take away."""
        with self._database.reading() as session:
            end = _end_of_older(session, than)
            return session.scalar(select(func.count()).select_from(AuditRow).where(AuditRow.id <= end)) or 0

    def cut(self, before: datetime, actor: str = "system") -> int:
        """Delete entries older than that moment, and sign where the chain begins now; how many. NotAllowedError if it is broken."""
        with self._database.transaction() as session:
            _head(session)
            verdict = self._walk(session, None)
            if verdict.broken is not None:
                raise NotAllowedError("the audit log is not whole, so nothing of it is cut; see 'carelight audit verify'")
            last = session.get(AuditRow, _end_of_older(session, before))
            if last is None:
                return 0
            self._signed(session, last.id, last.hash, "cut")
            session.execute(delete(AuditRow).where(AuditRow.id <= last.id))
            session.execute(delete(AuditCheckpoint).where(AuditCheckpoint.number < last.id))
            record(session, actor, "audit.cut", str(last.id))
            return last.id - verdict.first + 1

    def _walk(self, session: Session, held: Checkpoint | None) -> Verdict:
        kept = session.scalars(select(AuditCheckpoint).order_by(AuditCheckpoint.number)).all()
        for row in kept:
            if not self._holds(row.kind, Checkpoint(row.number, row.hash, row.made, row.signature)):
                return Verdict(0, 0, 0, Broken(row.number, f"its {row.kind} was not signed by this installation"))
        if held is not None and not self._holds("checkpoint", held):
            return Verdict(0, 0, 0, Broken(held.number, "the checkpoint that was given was not signed by this installation"))
        start = max((row for row in kept if row.kind == "cut"), key=lambda row: row.number, default=None)
        begin = (start.number, start.hash) if start else (0, GENESIS)
        signed = {row.number: row.hash for row in kept if row.number > begin[0]}
        if held is not None:
            if problem := _refuted(held, begin, signed):
                return Verdict(0, 0, 0, Broken(held.number, problem))
            signed[held.number] = held.hash
        return _chain(session, begin, signed)

    def _signed(self, session: Session, number: int, digest: str, kind: str) -> Checkpoint:
        at = now()
        made = Checkpoint(number, digest, at, self._signature(kind, number, digest, at))
        known = session.get(AuditCheckpoint, (number, kind))
        row = AuditCheckpoint(number=number, kind=kind, hash=digest, signature=made.signature, made=at)
        row.sent = known.sent if known is not None else None
        session.merge(row)
        return made

    def _signature(self, kind: str, number: int, digest: str, made: datetime) -> str:
        text = f"{kind} {number} {digest} {made.astimezone(UTC).isoformat()}"
        return hmac.digest(self._key, text.encode(), hashlib.sha256).hex()

    def _holds(self, kind: str, given: Checkpoint) -> bool:
        return hmac.compare_digest(self._signature(kind, given.number, given.hash, given.made), given.signature)


def _refuted(held: Checkpoint, begin: tuple[int, str], signed: Mapping[int, str]) -> str:
    """What speaks against the log by a checkpoint that was kept elsewhere, before it is walked; empty where nothing does.

    A cut is signed with this installation's key too: whoever has taken that over must not get rid of a checkpoint by a cut after it.
    """
    if held.number < begin[0]:
        return "the log was cut after this checkpoint; it proves nothing of what stands now"
    if {**signed, begin[0]: begin[1]}.get(held.number, held.hash) != held.hash:
        return "something else was signed here for the same number: the log was written anew"
    return ""


def _chain(session: Session, begin: tuple[int, str], signed: Mapping[int, str]) -> Verdict:
    """Every entry after `begin`, held to the one before it, to the head and to what was signed."""
    number, digest = begin
    first = number + 1

    def stopped(at: int, problem: str) -> Verdict:
        return Verdict(number - first + 1, first, number, Broken(at, problem))

    for row in session.scalars(select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=1000)):
        if row.id <= number:
            return stopped(row.id, "it stands before the place where the log was cut")
        if row.id != number + 1:
            return stopped(number + 1, "it is missing")
        if row.hash != link(row.id, Entry(row.actor, row.verb, row.subject, row.created), digest):
            return stopped(row.id, "it is not as it was written, or the one before it is not")
        if row.hash != signed.get(row.id, row.hash):
            return stopped(row.id, "it is not what the checkpoint was signed for: the log was written anew")
        number, digest = row.id, row.hash
    head = session.get(AuditHead, 1)
    newest = max(signed, default=0)
    if head is None or (head.number, head.hash) != (number, digest) or newest > number:
        return stopped(number + 1, "it is missing, with whatever came after it")
    return Verdict(number - begin[0], first, number)


def _newest(session: Session) -> AuditCheckpoint | None:
    made = select(AuditCheckpoint).where(AuditCheckpoint.kind == "checkpoint")
    return session.scalar(made.order_by(AuditCheckpoint.number.desc()).limit(1))


def _head(session: Session) -> AuditHead:
    """The head, locked until the transaction ends, as it is now."""
    return session.scalars(select(AuditHead).with_for_update().execution_options(populate_existing=True)).one()


def _end_of_older(session: Session, before: datetime) -> int:
    """Number of the newest entry such that it and all before it are older than that moment; 0 where there is none."""
    oldest_kept = session.scalar(select(func.min(AuditRow.id)).where(AuditRow.created >= before))
    if oldest_kept is not None:
        return oldest_kept - 1
    return session.scalar(select(func.max(AuditRow.id))) or 0
