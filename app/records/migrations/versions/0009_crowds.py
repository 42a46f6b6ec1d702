"""Cases of one address that may be the work of a program know their crowd.

Revision ID: 0009
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("crowd", sa.String(16), nullable=False, server_default=""))
    op.create_index("ix_cases_crowd", "cases", ["crowd"])


def downgrade() -> None:
    op.drop_index("ix_cases_crowd", "cases")
    op.drop_column("cases", "crowd")
