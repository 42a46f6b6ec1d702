"""Alembic's entry: runs the migrations on the connection that `Database.migrate` hands over."""

from alembic import context

import app.records.care_tables  # its tables join the metadata
import app.records.editor_tables  # noqa: F401  # and these
from app.records.models import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
