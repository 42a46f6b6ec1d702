"""A sign-in that failed knows the browser that it came from, where that is a known one.

Failures of before are hashes without a key; they were kept for a day at most, and go.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM sign_in_failures")
    op.add_column("sign_in_failures", sa.Column("device_key", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("sign_in_failures", "device_key")
