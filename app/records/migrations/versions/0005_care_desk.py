"""care desk"""

import sqlalchemy as sa
from alembic import op

from app.records.models import UtcDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'audit',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('actor', sa.String(length=80), nullable=False),
        sa.Column('verb', sa.String(length=40), nullable=False),
        sa.Column('subject', sa.String(length=80), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_actor'), ['actor'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_created'), ['created'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_subject'), ['subject'], unique=False)

    op.create_table(
        'presence',
        sa.Column('conversation_id', sa.String(length=36), nullable=False),
        sa.Column('seen', UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('conversation_id')
    )
    op.create_table(
        'handovers',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('staff_id', sa.String(length=36), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('handovers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_handovers_created'), ['created'], unique=False)

    op.create_table(
        'procedures',
        sa.Column('pathway', sa.String(length=32), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('updated', UtcDateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(['by'], ['staff.id'], ),
        sa.PrimaryKeyConstraint('pathway')
    )
    op.create_table(
        'reply_templates',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('title', sa.String(length=120), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('language', sa.String(length=8), nullable=False),
        sa.Column('pathway', sa.String(length=32), nullable=False),
        sa.Column('updated', UtcDateTime(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(['by'], ['staff.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_table(
        'case_notes',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('staff_id', sa.String(length=36), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('case_notes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_notes_case_id'), ['case_id'], unique=False)

    op.create_table(
        'case_reminders',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('staff_id', sa.String(length=36), nullable=False),
        sa.Column('due', UtcDateTime(timezone=True), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('done', UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('case_reminders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_reminders_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_reminders_staff_id'), ['staff_id'], unique=False)

    op.create_table(
        'notifications',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('key', sa.String(length=120), nullable=False),
        sa.Column('case_id', sa.String(length=36), nullable=True),
        sa.Column('channel', sa.String(length=16), nullable=False),
        sa.Column('kind', sa.String(length=24), nullable=False),
        sa.Column('level', sa.String(length=16), nullable=False),
        sa.Column('waiting_since', UtcDateTime(timezone=True), nullable=True),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('next_try', UtcDateTime(timezone=True), nullable=False),
        sa.Column('sent', UtcDateTime(timezone=True), nullable=True),
        sa.Column('problem', sa.String(length=120), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ),
        sa.PrimaryKeyConstraint('id'),
        sa.UniqueConstraint('key')
    )
    with op.batch_alter_table('notifications', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notifications_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notifications_state'), ['state'], unique=False)

    op.create_table(
        'reach',
        sa.Column('case_id', sa.String(length=36), nullable=False),
        sa.Column('sealed', sa.Text(), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['case_id'], ['cases.id'], ),
        sa.PrimaryKeyConstraint('case_id')
    )
    op.create_table(
        'reviews',
        sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
        sa.Column('conversation_id', sa.String(length=36), nullable=False),
        sa.Column('turn_id', sa.String(length=36), nullable=True),
        sa.Column('why', sa.String(length=16), nullable=False),
        sa.Column('week', sa.String(length=8), nullable=False),
        sa.Column('verdict', sa.String(length=32), nullable=True),
        sa.Column('by', sa.String(length=36), nullable=True),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.Column('settled', UtcDateTime(timezone=True), nullable=True),
        sa.Column('masked', sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(['by'], ['staff.id'], ),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], ),
        sa.ForeignKeyConstraint(['turn_id'], ['turns.id'], ),
        sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('reviews', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reviews_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reviews_week'), ['week'], unique=False)

    op.create_table(
        'outgoing',
        sa.Column('reply_id', sa.String(length=36), nullable=False),
        sa.Column('conversation_id', sa.String(length=36), nullable=False),
        sa.Column('created', UtcDateTime(timezone=True), nullable=False),
        sa.Column('delivered', UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['conversation_id'], ['conversations.id'], ),
        sa.ForeignKeyConstraint(['reply_id'], ['replies.id'], ),
        sa.PrimaryKeyConstraint('reply_id')
    )
    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outgoing_conversation_id'), ['conversation_id'], unique=False)

    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('key', sa.String(length=36), nullable=True))
        batch_op.create_index(batch_op.f('ix_case_events_key'), ['key'], unique=True)

    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('waiting_since', UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('owner_id', sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column('paused_until', UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('live_in', sa.String(length=36), nullable=True))
        batch_op.add_column(sa.Column('alarm_stage', sa.Integer(), server_default='0', nullable=False))
        batch_op.add_column(sa.Column('alarms_from', UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('first_claimed', UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('first_answered', UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('false_alarm', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('outcome', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('advice', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('closed_by', sa.String(length=36), nullable=True))
        batch_op.create_index(batch_op.f('ix_cases_owner_id'), ['owner_id'], unique=False)
    op.execute("UPDATE cases SET waiting_since = opened WHERE state = 'open'")

    # Not in batches: SQLite would make these tables anew, which it must not while others refer to them.
    op.add_column('patients', sa.Column('may_review', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('staff', sa.Column('title', sa.String(length=80), server_default='', nullable=False))


def downgrade() -> None:
    op.drop_column('patients', 'may_review')
    op.drop_column('staff', 'title')
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cases_owner_id'))
    for column in ('closed_by', 'advice', 'outcome', 'false_alarm', 'first_answered', 'first_claimed', 'alarms_from', 'alarm_stage',
                   'live_in', 'paused_until', 'owner_id', 'waiting_since'):
        op.drop_column('cases', column)
    with op.batch_alter_table('case_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_events_key'))
    op.drop_column('case_events', 'key')
    for table in ('outgoing', 'reviews', 'reach', 'notifications', 'case_reminders', 'case_notes', 'reply_templates', 'procedures',
                  'handovers', 'presence', 'audit'):
        op.drop_table(table)
