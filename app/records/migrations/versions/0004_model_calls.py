"""model calls"""

import sqlalchemy as sa
from alembic import op

from app.records.models import UtcDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'model_calls',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('turn_id', sa.String(length=36), nullable=False),
        sa.Column('model', sa.String(length=120), nullable=False),
        sa.Column('prompt', sa.String(length=80), nullable=False),
        sa.Column('outcome', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.String(length=80), nullable=False),
        sa.Column('withheld', sa.JSON(), nullable=False),
        sa.Column('shown', sa.Integer(), nullable=False),
        sa.Column('tokens_in', sa.Integer(), nullable=False),
        sa.Column('tokens_out', sa.Integer(), nullable=False),
        sa.Column('cost', sa.Float(), nullable=True),
        sa.Column('first_ms', sa.Float(), nullable=True),
        sa.Column('total_ms', sa.Float(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['turn_id'], ['turns.id'], name=op.f('fk_model_calls_turn_id_turns')),
        sa.PrimaryKeyConstraint('id'),
    )
    with op.batch_alter_table('model_calls', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_model_calls_turn_id'), ['turn_id'], unique=False)


def downgrade() -> None:
    op.drop_table('model_calls')
