"""Rows by the days on which they count, so that what is behind a figure is found without a pass over all of them

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WHOLE = (
    ("payments", "booked_day"),
    ("payments", "attempted_day"),
    ("refunds", "refunded_day"),
    ("balance_entries", "entry_day"),
    ("invoices", "finalized_day"),
)
# Few rows have these at all.
_PARTLY = (
    ("ix_payments_returned_day", "payments", "returned_day", "returned_day is not null"),
    ("ix_payments_fee_days", "payments", "id", "fee_days != ''"),
    ("ix_refunds_failed_day", "refunds", "failed_day", "failed_day is not null"),
)


def upgrade() -> None:
    for table, column in _WHOLE:
        op.create_index(f"ix_{table}_{column}", table, [column], unique=False)
    for name, table, column, condition in _PARTLY:
        only = sa.text(condition)
        op.create_index(name, table, [column], unique=False, sqlite_where=only, postgresql_where=only)
