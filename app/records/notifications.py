"""The outbox of notices to the care team: queued beside the step that causes them, sent at least once, in ids and levels only.

A process takes a notice by moving its next try ahead; whoever else looks meanwhile sees nothing to do, and if that process
dies the notice is due again when the lease ends.
"""

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session

from app.records.care_tables import NotificationRow
from app.records.case_rows import as_level
from app.records.database import Database
from app.records.models import Case
from guardrails.level import Level

NoticeKind = Literal[
    "opened", "raised", "joined", "person_requested", "late", "returned", "attended", "spooled", "test", "screening", "database"
]
LEASE = timedelta(seconds=30)
"""How long a send may take before the notice is tried again."""
GIVE_UP = timedelta(hours=6)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=2)
SHOWN = timedelta(hours=24)
_NO_ANSWER = "no answer in time"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a channel is told. No words of a patient."""

    kind: NoticeKind
    level: Level = "urgent"
    waiting_since: datetime | None = None
    case_id: str | None = None


@dataclass(frozen=True, slots=True)
class Leased:
    """A notice that this process may send now."""

    id: int
    channel: str
    notice: Notice
    attempts: int


@dataclass(frozen=True, slots=True)
class Failing:
    """A channel, by its fingerprint, that has not taken notices: since when, why, how many wait, how many were given up."""

    channel: str
    since: datetime
    problem: str
    pending: int
    given_up: int


def enqueue(session: Session, about: str, channels: Collection[str], notice: Notice, at: datetime) -> int:
    """Queue `notice` for each channel once, however often it is queued under the name `about`; how many are new."""
    keys = {f"{about}:{channel}": channel for channel in channels}
    known = set(session.scalars(select(NotificationRow.key).where(NotificationRow.key.in_(keys))))
    new = {key: channel for key, channel in keys.items() if key not in known}
    if notice.case_id:
        _supersede(session, notice.case_id, new.values())
    for key, channel in new.items():
        session.add(
            NotificationRow(
                key=key,
                case_id=notice.case_id,
                channel=channel,
                kind=notice.kind,
                level=notice.level,
                waiting_since=notice.waiting_since,
                next_try=at,
                created=at,
            )
        )
    session.flush()
    return len(new)


def _supersede(session: Session, case_id: str, channels: Collection[str]) -> None:
    """A channel that comes back after an outage tells how the case stands, not all that it missed."""
    older = (NotificationRow.case_id == case_id, NotificationRow.channel.in_(channels), NotificationRow.state == "pending")
    session.execute(update(NotificationRow).where(*older, NotificationRow.attempts > 0).values(state="superseded"))


class NotificationStore:
    """Notices on their way; RecordsError where the database fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def enqueue(self, about: str, channels: Collection[str], notice: Notice, at: datetime) -> int:
        """Queue a notice that belongs to no step of a case."""
        with self._database.reading() as session:
            keys = [f"{about}:{channel}" for channel in channels]
            if session.scalar(select(func.count()).where(NotificationRow.key.in_(keys))) == len(keys):
                return 0
        with self._database.transaction() as session:
            return enqueue(session, about, channels, notice, at)

    def lease(self, room: Mapping[str, int], at: datetime) -> Sequence[Leased]:
        """Take what is due, for each channel at most as many as it has room for, oldest first.

        What was put off for longer than anything ever is was put off by another clock: it is due now.
        """
        due = (NotificationRow.state == "pending", or_(NotificationRow.next_try <= at, NotificationRow.next_try > at + 2 * _LONGEST_WAIT))
        with self._database.reading() as session:
            found = [
                (row.id, row.next_try)
                for channel, places in room.items()
                for row in session.scalars(
                    select(NotificationRow).where(*due, NotificationRow.channel == channel).order_by(NotificationRow.id).limit(places)
                )
            ]
        return [taken for row_id, next_try in found if (taken := self._take(row_id, next_try, at)) is not None]

    def _take(self, row_id: int, next_try: datetime, at: datetime) -> Leased | None:
        """Of several processes one moves the next try ahead; a notice whose case was closed since is not sent any more."""
        with self._database.transaction() as session:
            mine = (NotificationRow.id == row_id, NotificationRow.state == "pending", NotificationRow.next_try == next_try)
            row = session.scalar(select(NotificationRow).where(*mine).with_for_update())
            if row is None:
                return None
            if row.case_id and session.scalar(select(Case.state).where(Case.id == row.case_id)) == "closed":
                row.state = "superseded"
                return None
            if row.attempts and not row.problem:
                row.problem = _NO_ANSWER
            row.attempts, row.next_try = row.attempts + 1, at + LEASE
            notice = Notice(row.kind, as_level(row.level), row.waiting_since, row.case_id)  # type: ignore[arg-type]
            return Leased(row.id, row.channel, notice, row.attempts)

    def sent(self, row_id: int, at: datetime) -> None:
        """The channel took it."""
        with self._database.transaction() as session:
            here = NotificationRow.id == row_id
            session.execute(update(NotificationRow).where(here).values(state="sent", sent=at, problem=""))

    def failed(self, row_id: int, problem: str, at: datetime) -> None:
        """The channel did not take it: tried again later, each time twice as much later."""
        with self._database.transaction() as session:
            row = session.scalar(select(NotificationRow).where(NotificationRow.id == row_id, NotificationRow.state == "pending"))
            if row is None:
                return
            row.problem = problem[:120]
            row.next_try = at + _wait(row.attempts)

    def probe(self) -> None:
        """RecordsError where the database does not answer, or takes no writes."""
        with self._database.transaction() as session:
            session.execute(select(1))

    def release(self, at: datetime) -> None:
        """What a server that was killed had under way is due now; where another still sends it, it is sent twice, not never."""
        held = (NotificationRow.state == "pending", NotificationRow.attempts > 0, NotificationRow.problem == "")
        with self._database.transaction() as session:
            session.execute(update(NotificationRow).where(*held).values(next_try=at))

    def expire(self, at: datetime) -> None:
        """Give up what no channel took in all that time, also where the channel hangs or is set no more."""
        old = (NotificationRow.state == "pending", NotificationRow.created < at - GIVE_UP)
        with self._database.transaction() as session:
            session.execute(update(NotificationRow).where(*old).values(state="given_up"))

    def failing(self, at: datetime) -> Sequence[Failing]:
        """Channels that do not take notices now, or gave one up within a day and have taken none since."""
        with self._database.reading() as session:
            late = NotificationRow.next_try < at - LEASE
            stuck = and_(NotificationRow.state == "pending", or_(NotificationRow.problem != "", late))
            lost = and_(NotificationRow.state == "given_up", NotificationRow.created >= at - SHOWN)
            rows = session.scalars(select(NotificationRow).where(or_(stuck, lost)).order_by(NotificationRow.created))
            by_channel: dict[str, list[NotificationRow]] = {}
            for row in rows:
                by_channel.setdefault(row.channel, []).append(row)
            worked = _last_sent(session)
            return [_failing(channel, held) for channel, held in by_channel.items() if _still(held, worked.get(channel))]


def _wait(attempts: int) -> timedelta:
    """2 s, 4 s, 8 s … up to two minutes, each by up to a half more or less, so that many do not come back at once."""
    spread = random.uniform(0.5, 1.5)  # noqa: S311 (it spreads retries, it hides nothing)
    return min(_FIRST_WAIT * int(2 ** min(attempts - 1, 10)), _LONGEST_WAIT) * spread


def _last_sent(session: Session) -> dict[str, datetime]:
    rows = session.execute(select(NotificationRow.channel, func.max(NotificationRow.sent)).group_by(NotificationRow.channel))
    return {channel: sent for channel, sent in rows if sent is not None}


def _still(held: Sequence[NotificationRow], worked: datetime | None) -> bool:
    """Whether something waits, or was lost after the channel last worked."""
    return any(row.state == "pending" or worked is None or row.next_try > worked for row in held)


def _failing(channel: str, held: Sequence[NotificationRow]) -> Failing:
    pending = [row for row in held if row.state == "pending"]
    return Failing(channel, held[0].created, held[-1].problem or _NO_ANSWER, len(pending), len(held) - len(pending))
