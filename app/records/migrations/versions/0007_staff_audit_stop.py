"""staff sign-in, chained audit log, stop switch"""

import datetime as dt
import hashlib
import json

import sqlalchemy as sa
from alembic import op

from app.records.models import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _audit()
    _sign_in()
    op.create_table(
        "stops",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _audit() -> None:
    op.add_column("audit", sa.Column("hash", sa.String(length=64), server_default="", nullable=False))
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("made", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sent", UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", "kind"),
    )
    op.create_index(op.f("ix_audit_checkpoints_made"), "audit_checkpoints", ["made"])
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    number, newest = _chain()
    op.bulk_insert(head, [{"id": 1, "number": number, "hash": newest}])


def _chain() -> tuple[int, str]:
    """Number what stands there without gaps and chain it; the newest number and hash."""
    audit = sa.table(
        "audit",
        sa.column("id", sa.Integer),
        sa.column("actor", sa.String),
        sa.column("verb", sa.String),
        sa.column("subject", sa.String),
        sa.column("created", UtcDateTime(timezone=True)),
        sa.column("hash", sa.String),
    )
    connection, number, newest = op.get_bind(), 0, "0" * 64
    for row in connection.execute(sa.select(audit).order_by(audit.c.id)).all():
        number += 1
        moment = row.created.astimezone(dt.timezone.utc).isoformat(timespec="microseconds")
        fields = [number, moment, row.actor, row.verb, row.subject, newest]
        newest = hashlib.sha256(json.dumps(fields, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
        connection.execute(sa.update(audit).where(audit.c.id == row.id).values(id=number, hash=newest))
    return number, newest


def _sign_in() -> None:
    for column in ("totp", "totp_new"):
        op.add_column("staff", sa.Column(column, sa.Text(), server_default="", nullable=False))
    op.add_column("staff", sa.Column("totp_step", sa.Integer(), server_default="0", nullable=False))
    op.add_column("staff_sessions", sa.Column("stage", sa.String(length=8), server_default="full", nullable=False))
    op.add_column("staff_sessions", sa.Column("browser", sa.String(length=40), server_default="", nullable=False))
    op.create_table(
        "recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=36), nullable=False),
        sa.Column("used", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index(op.f("ix_recovery_codes_staff_id"), "recovery_codes", ["staff_id"])
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("login_key", sa.String(length=64), nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("login_key", "address_key", "at"):
        op.create_index(op.f(f"ix_sign_in_failures_{column}"), "sign_in_failures", [column])


def downgrade() -> None:
    for table in ("stops", "sign_in_failures", "recovery_codes", "audit_head", "audit_checkpoints"):
        op.drop_table(table)
    for column in ("browser", "stage"):
        op.drop_column("staff_sessions", column)
    for column in ("totp_step", "totp_new", "totp"):
        op.drop_column("staff", column)
    op.drop_column("audit", "hash")
