"""Runs migrations on the connection that the books hand over; logging is left alone."""

from __future__ import annotations

from alembic import context

from desktop.books.tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
