"""Which clinic account somebody of the staff signs in with.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("portal", sa.String(100), nullable=False, server_default=""))
    op.create_index(op.f("ix_staff_portal"), "staff", ["portal"])


def downgrade() -> None:
    op.drop_index(op.f("ix_staff_portal"), "staff")
    op.drop_column("staff", "portal")
