"""How many rows each account has, kept with them; ledger lines that are pending and events by state without a scan

What there is by now is counted once.

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_WHOLE = (
    "balance_entries", "client_balance_entries", "disputes", "orders", "payment_attempts", "payments", "payouts",
    "refunds", "terminal_checkouts",
)  # fmt: skip
_HIDDEN = (
    "credit_notes", "inventory_counts", "invoice_payments", "invoices", "locations", "payment_links",
    "payment_methods", "services", "subscriptions", "terminal_devices",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "row_counts",
        sa.Column("integration_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("integration_id", "counted", name=op.f("pk_row_counts")),
        sqlite_with_rowid=False,
    )
    for table in _WHOLE:
        _count(table, table, "count(*)", "true")
    for table in _HIDDEN:
        _count(table, table, "count(*)", "NOT deleted")
    _count("clients", "client_links", "count(DISTINCT client_id)", "stated AND NOT deleted")
    # Few lines are pending, and only at the newest end.
    op.execute(
        "CREATE INDEX ix_balance_entries_pending ON balance_entries (integration_id, created_at)"
        " WHERE status = 'pending'"
    )
    op.drop_index("ix_events_state", table_name="events")
    columns = ["state", "integration_id", "received_at"]
    op.create_index("ix_events_state_integration_id_received_at", "events", columns, unique=False)


def _count(counted: str, table: str, number: str, there: str) -> None:
    # No text from outside.
    op.execute(
        f"INSERT INTO row_counts (integration_id, counted, count)"  # noqa: S608
        f" SELECT integration_id, '{counted}', {number} FROM {table} WHERE {there} GROUP BY integration_id"
    )


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
