"""Shares by service of every bill: invoices, orders, and payments for neither; refunds know their order

The shares follow from payments, refunds and lines: they are made again when the books are opened next.

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = sa.Column("order_ref", sa.Text(), server_default=sa.text("''"), nullable=False)
    op.add_column("refunds", words)
    op.execute(
        "UPDATE refunds SET order_ref = payments.order_ref FROM payments WHERE payments.order_ref != ''"
        " AND payments.integration_id = refunds.integration_id AND payments.external_id = refunds.payment_key"
    )
    for name, column in (("ix_refunds_invoiced", "invoice_ref"), ("ix_refunds_ordered", "order_ref")):
        only = sa.text(f"{column} != ''")
        names = ["integration_id", column]
        op.create_index(name, "refunds", names, unique=False, sqlite_where=only, postgresql_where=only)
    account, month, currency = _account(), _text("month"), _text("currency")
    rest = (_flag(), _text("service_ref"), _text("location_ref"))
    _draw("service_allocations", account, _text("bill_kind"), _text("bill_ref"), month, currency, *rest)
    asked = ["month", "currency", "itemised", "service_ref", "amount"]
    op.create_index("ix_service_allocations_asked", "service_allocations", asked, unique=False)
    _draw("service_totals", _text("month"), _text("currency"), _account(), _flag(), *map(_text, _PLACED))
    yes = "CAST('true' AS JSON)" if op.get_bind().dialect.name == "postgresql" else "'true'"
    # No text from outside.
    op.execute(
        f"INSERT INTO settings (name, value) SELECT 'sums_due', {yes}"  # noqa: S608
        " WHERE EXISTS (SELECT 1 FROM integrations) AND NOT EXISTS (SELECT 1 FROM settings WHERE name = 'sums_due')"
    )


_PLACED = ("service_ref", "location_ref")


def _account() -> sa.Column[Any]:
    return sa.Column("integration_id", sa.BigInteger(), autoincrement=False, nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _flag() -> sa.Column[Any]:
    return sa.Column("itemised", sa.Boolean(), nullable=False)


def _draw(table: str, *keys: sa.Column[Any]) -> None:
    """Draw a table of sums anew, without rows."""
    op.drop_table(table)
    names = [column.name for column in keys]
    amount = sa.Column("amount", sa.BigInteger(), nullable=False)
    primary = sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}"))
    op.create_table(table, *keys, amount, primary, sqlite_with_rowid=False)


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
