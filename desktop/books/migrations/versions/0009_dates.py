"""Payments by the day on which their money counts, refunds to stored value and unpaid parts of invoices by their days

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DATED = "coalesce(booked_at, created_at)"
_REPLACED = (
    "ix_payments_created_at_id", "ix_payments_status_created_at", "ix_payments_client_link_id_created_at",
    "ix_payments_refunded", "ix_payments_disputed",
)  # fmt: skip
_WHOLE = (
    ("ix_payments_dated", f"{_DATED}, id, last4, booked_at, created_at"),
    ("ix_payments_status_dated", f"status, {_DATED}, id, booked_at, created_at"),
    ("ix_payments_client_link_id_dated", f"client_link_id, {_DATED}"),
)
# Few rows have these at all.
_PARTLY = (
    ("ix_payments_refunded", "payments", _DATED, "refunded > 0"),
    ("ix_payments_disputed", "payments", _DATED, "disputed"),
    ("ix_refunds_stored_day", "refunds", "stored_day", "stored_day is not null"),
    (
        "ix_invoice_requests_unpaid",
        "invoice_requests",
        "integration_id, invoice_ref, due_day, amount, paid",
        "paid < amount",
    ),
)


def upgrade() -> None:
    for name in _REPLACED:
        op.drop_index(name, table_name="payments")
    for name, columns in _WHOLE:
        op.execute(sa.text(f"CREATE INDEX {name} ON payments ({columns})"))
    for name, table, columns, condition in _PARTLY:
        op.execute(sa.text(f"CREATE INDEX {name} ON {table} ({columns}) WHERE {condition}"))


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
