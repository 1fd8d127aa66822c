"""Money of a payment that counts on several days as rows of its own; stored value; holds that were given up

Columns are added with their default in the database: no row is touched. Parts of fees move from JSON into their rows.

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PAGE = 1_000


def upgrade() -> None:
    _add_columns()
    _make_parts()
    _move_fee_parts()
    op.drop_index("ix_payments_fee_days", table_name="payments")
    op.drop_column("payments", "fee_days")


def _amount(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def _add_columns() -> None:
    for name in ("stored_value", "capture_parts", "return_parts", "fee_parts"):
        op.add_column("payments", _amount(name))
    op.add_column("payment_attempts", sa.Column("captured_at", sa.BigInteger(), nullable=True))
    stored: sa.Column[Any] = sa.Column("stored_value", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("payment_attempts", stored)
    payout_fee: sa.Column[Any] = sa.Column("payout_fee", sa.Boolean(), server_default=sa.false(), nullable=False)
    op.add_column("balance_entries", payout_fee)
    op.add_column("refunds", sa.Column("stored_day", sa.Text(), nullable=True))
    for name in ("stated_release", "stated_stored"):
        op.add_column("refunds", sa.Column(name, sa.Boolean(), nullable=True))
    op.add_column("payouts", sa.Column("failed_at", sa.BigInteger(), nullable=True))
    op.add_column("payouts", sa.Column("failed_day", sa.Text(), nullable=True))


def _make_parts() -> None:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "payment_parts",
        sa.Column("id", kind, autoincrement=True, nullable=False),
        sa.Column("integration_id", kind, nullable=False),
        sa.Column("payment_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on_ledger", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name="fk_payment_parts_integration_id"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_parts"),
    )
    op.create_index("ix_payment_parts_integration_id_payment_ref", "payment_parts", ["integration_id", "payment_ref"])
    op.create_index("ix_payment_parts_kind_day", "payment_parts", ["kind", "day"])


def _move_fee_parts() -> None:
    """Parts of fees by the payments that have any; in pages, since a table may be large."""
    connection = op.get_bind()
    insert = sa.text(
        "INSERT INTO payment_parts (integration_id, payment_ref, kind, at, day, amount, on_ledger)"
        " VALUES (:account, :ref, 'fee', :at, :day, :amount, :on_ledger)"
    )
    count = sa.text("UPDATE payments SET fee_parts = :parts WHERE id = :id")
    for row in _payments(connection):
        parts = json.loads(row.fee_days)
        facts = {"account": row.integration_id, "ref": row.external_id, "on_ledger": False}
        connection.execute(insert, [{**facts, "at": at, "day": day, "amount": amount} for at, day, amount in parts])
        connection.execute(count, {"parts": len(parts), "id": row.id})


def _payments(connection: sa.Connection) -> Iterator[Any]:
    page = sa.text(
        "SELECT id, integration_id, external_id, fee_days FROM payments"
        " WHERE fee_days != '' AND id > :last ORDER BY id LIMIT :page"
    )
    last = 0
    while rows := connection.execute(page, {"last": last, "page": _PAGE}).all():
        yield from rows
        last = rows[-1].id


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
