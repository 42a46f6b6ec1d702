"""What a patient agreed to and when, and whether their chats are paused.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("patients", sa.Column("agreed_to", sa.String(16), nullable=False, server_default=""))
    op.add_column("patients", sa.Column("agreed", sa.DateTime(timezone=True)))
    op.add_column("patients", sa.Column("paused", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    for column in ("paused", "agreed", "agreed_to"):
        op.drop_column("patients", column)
