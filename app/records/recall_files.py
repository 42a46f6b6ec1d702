"""Recalls as the desk reads them: revisions that could be recalled, recalls under way, and each with its chats.

The list of chats is read from the citations each time, so that an answer given while the article was being corrected is on
it too; only what people did about a chat is kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.content.recall import RecallChat, State, became, cited, worst_first
from app.records.article_rows import revision_row
from app.records.care_tables import OutgoingRow
from app.records.case_rows import as_level
from app.records.database import Database
from app.records.editor_tables import RecallChatRow, RecallRow
from app.records.models import CitationRow, Conversation, Patient, Staff, Turn
from app.records.models import Reply as ReplyRow
from app.records.owners import MADE_UP
from guardrails.level import worst
from knowledge.article import Article, parse
from knowledge.library import Snapshot
from knowledge.passages import Span


@dataclass(frozen=True, slots=True)
class Recallable:
    """A revision that patients were quoted and no longer get; `under_way` is the id of its open recall, 0 where there is none."""

    slug: str
    revision: int
    title: str
    chats: int
    """Of patients."""
    touched: int
    """Of these, how many were quoted words that no longer stand."""
    made_up: int
    """Chats of the made-up day, which are counted apart."""
    newest: datetime
    withdrawn: bool
    under_way: int


@dataclass(frozen=True, slots=True)
class Recall:
    """One recall: who opened it and why, whether it is done, and how far it has come."""

    id: int
    slug: str
    revision: int
    title: str
    reason: str
    opened_by: str
    opened: datetime
    closed_by: str
    closed: datetime | None
    withdrawn: bool
    chats: int
    """Of patients, as the two below."""
    told: int
    looked_at: int
    made_up: int
    """Chats of the made-up day, which are counted apart."""


@dataclass(frozen=True, slots=True)
class RecallFile:
    """A recall with its chats, the worst first."""

    recall: Recall
    chats: tuple[RecallChat, ...]


class RecallFiles:
    """Reads recalls; RecordsError where the database fails. `snapshot` is what patients get now."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def due(self, snapshot: Snapshot) -> Sequence[Recallable]:
        """Revisions that somebody was quoted and nobody gets any more, and that no closed recall has dealt with; the newest first."""
        quoted = (
            select(CitationRow, ReplyRow.conversation_id, ReplyRow.created, MADE_UP)
            .join(ReplyRow, ReplyRow.id == CitationRow.reply_id)
            .join(Conversation, Conversation.id == ReplyRow.conversation_id)
            .join(Patient, Patient.id == Conversation.patient_id)
        )
        with self._database.reading() as session:
            known = {(row.slug, row.revision): row for row in session.scalars(select(RecallRow).order_by(RecallRow.id))}
            pairs = session.execute(select(CitationRow.article, CitationRow.revision).distinct()).tuples().all()
            made = []
            for slug, number in pairs:
                recall = known.get((slug, number))
                if _serves(snapshot, slug, number) or (recall is not None and recall.closed is not None):
                    continue
                rows = session.execute(quoted.where(CitationRow.article == slug, CitationRow.revision == number)).tuples().all()
                if rows:
                    old = parse(revision_row(session, slug, number).text, slug)
                    made.append(_recallable(old, number, _served(snapshot, slug), rows, recall.id if recall else 0))
        return sorted(made, key=lambda each: each.newest, reverse=True)

    def all(self, snapshot: Snapshot) -> Sequence[Recall]:
        """Every recall, those under way first, then the newest."""
        with self._database.reading() as session:
            rows = session.scalars(select(RecallRow).order_by(RecallRow.closed.is_not(None), RecallRow.id.desc()))
            names = _names(session)
            return [_recall(session, row, snapshot, names) for row in rows]

    def read(self, recall_id: int, snapshot: Snapshot) -> RecallFile | None:
        """A recall with its chats; None where there is no such."""
        with self._database.reading() as session:
            row = session.get(RecallRow, recall_id)
            if row is None:
                return None
            names = _names(session)
            return RecallFile(_recall(session, row, snapshot, names), _chats(session, row, snapshot, names))


def _recallable(
    old: Article, number: int, new: Article | None, rows: Sequence[tuple[CitationRow, str, datetime, bool]], under_way: int
) -> Recallable:
    theirs = {chat for _, chat, _, made_up in rows if not made_up}
    gone = {chat for row, chat, _, _ in rows if chat in theirs and became(old, new, Span(row.start, row.end)) != "same"}
    made_up = len({chat for _, chat, _, _ in rows} - theirs)
    newest = max(at for _, _, at, _ in rows)
    return Recallable(old.slug, number, old.title, len(theirs), len(gone), made_up, newest, new is None, under_way)


def _serves(snapshot: Snapshot, slug: str, number: int) -> bool:
    served = snapshot.revisions.get(slug)
    return served is not None and served.number == number


def _served(snapshot: Snapshot, slug: str) -> Article | None:
    served = snapshot.revisions.get(slug)
    return served.article if served else None


def _names(session: Session) -> Mapping[str, str]:
    return {row.id: row.name for row in session.scalars(select(Staff))}


def citing(row: RecallRow) -> Select[ReplyRow, CitationRow, str | None]:
    """Every citation of a recalled revision, with its reply and the level of its turn."""
    joined = select(ReplyRow, CitationRow, Turn.level).join(CitationRow, CitationRow.reply_id == ReplyRow.id)
    return joined.outerjoin(Turn, Turn.id == ReplyRow.turn_id).where(CitationRow.article == row.slug, CitationRow.revision == row.revision)


def _recall(session: Session, row: RecallRow, snapshot: Snapshot, names: Mapping[str, str]) -> Recall:
    steps = select(RecallChatRow.state).join(Conversation, Conversation.id == RecallChatRow.conversation_id)
    theirs = steps.join(Patient, Patient.id == Conversation.patient_id).where(~MADE_UP, RecallChatRow.recall_id == row.id)
    states = list(session.scalars(theirs))
    found = citing(row).join(Conversation, Conversation.id == ReplyRow.conversation_id).join(Patient, Patient.id == Conversation.patient_id)
    kinds = session.execute(found.with_only_columns(ReplyRow.conversation_id, MADE_UP).distinct()).all()
    return Recall(
        row.id,
        row.slug,
        row.revision,
        _article(session, row).title,
        row.reason,
        names.get(row.opened_by, ""),
        row.opened,
        names.get(row.closed_by or "", ""),
        row.closed,
        row.slug not in snapshot.revisions,
        sum(not made_up for _, made_up in kinds),
        states.count("told"),
        states.count("looked_at"),
        sum(made_up for _, made_up in kinds),
    )


def _article(session: Session, row: RecallRow) -> Article:
    return parse(revision_row(session, row.slug, row.revision).text, row.slug)


def _chats(session: Session, row: RecallRow, snapshot: Snapshot, names: Mapping[str, str]) -> tuple[RecallChat, ...]:
    old, new = _article(session, row), _served(snapshot, row.slug)
    by_chat: dict[str, list[tuple[ReplyRow, CitationRow, str | None]]] = {}
    for reply, citation, level in session.execute(citing(row).order_by(CitationRow.id)):
        by_chat.setdefault(reply.conversation_id, []).append((reply, citation, level))
    done = {each.conversation_id: each for each in session.scalars(select(RecallChatRow).where(RecallChatRow.recall_id == row.id))}
    shown = select(RecallChatRow.conversation_id).join(OutgoingRow, OutgoingRow.reply_id == RecallChatRow.reply_id)
    delivered = set(session.scalars(shown.where(RecallChatRow.recall_id == row.id, OutgoingRow.delivered.is_not(None))))
    made = []
    for chat, found in by_chat.items():
        conversation = session.get_one(Conversation, chat)
        step = done.get(chat)
        made.append(
            RecallChat(
                id=chat,
                level=worst(as_level(level or "routine") for _, _, level in found),
                newest=max(reply.created for reply, _, _ in found),
                cited=cited(old, new, (Span(citation.start, citation.end) for _, citation, _ in found)),
                state=cast("State", step.state) if step else "untouched",
                by=names.get(step.staff_id, "") if step else "",
                at=step.at if step else None,
                delivered=chat in delivered,
                deleted=conversation.deleted is not None,
                demo=session.get_one(Patient, conversation.patient_id).kind == "demo",
            )
        )
    return worst_first(made)
