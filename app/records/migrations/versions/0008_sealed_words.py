"""sealed words

Sealed columns hold text; on PostgreSQL those that were JSON or short become it. The rows themselves are sealed at the next
start (`app.records.sealing`), for a migration has no keys. Going back keeps them sealed.
"""

import sqlalchemy as sa
from alembic import op

from app.records.models import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BECOME_TEXT = (
    ("patients", "profile"),
    ("replies", "body"),
    ("findings", "evidence"),
    ("findings", "why"),
    ("questions", "answer"),
    ("gates", "result"),
)


def upgrade() -> None:
    for name in ("leaving", "erased"):
        op.add_column("patients", sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("erased", UtcDateTime(timezone=True), nullable=True))
    op.create_table(
        "sealing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("keyring", sa.String(length=64), nullable=False),
        sa.Column("sealed", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("findings", "why", server_default=None)
        for table, column in _BECOME_TEXT:
            op.alter_column(table, column, type_=sa.Text(), postgresql_using=f"{column}::text")
        op.alter_column("findings", "why", server_default="{}")


def downgrade() -> None:
    op.drop_table("sealing")
    op.drop_column("conversations", "erased")
    for name in ("erased", "leaving"):
        op.drop_column("patients", name)
