"""Who has signed which rule set: two people must, before it may serve patients for real (promise 4)."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.records.audit import record
from app.records.database import Database
from app.records.models import SignOff, Staff

NEEDED = 2
"""People who must have signed."""


class SignOffStore:
    """Signatures under rule sets; a change of one letter in a rule makes another set, which nobody has signed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sign(self, rules: str, staff_id: str) -> None:
        """Sign the rule set with fingerprint `rules`; signing twice is signing once."""
        with self._database.transaction() as session:
            if session.scalar(select(SignOff.id).where(SignOff.rules == rules, SignOff.staff_id == staff_id)) is None:
                session.add(SignOff(rules=rules, staff_id=staff_id))
                record(session, staff_id, "rules.signed", rules)

    def names(self, rules: str) -> Sequence[str]:
        """Names of those who signed, in the order they did."""
        with self._database.reading() as session:
            return signed_by(session, rules)


def signed_by(session: Session, rules: str) -> list[str]:
    """Names under a rule set."""
    return list(
        session.scalars(select(Staff.name).join(SignOff, SignOff.staff_id == Staff.id).where(SignOff.rules == rules).order_by(SignOff.id))
    )
