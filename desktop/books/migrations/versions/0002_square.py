"""Places, orders, stock, card readers and payment links; fees that payments state; sums by place

Columns are added with their default in the database: no row is touched. The sums by client and service get the place
into their keys, so those three tables are written again; what was in them had no place.

Revision: 0002
Revises: 0001
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ORDERED = sa.text("order_ref != ''")


def upgrade() -> None:
    _add_columns()
    _add_indexes()
    _make_places()
    _make_orders()
    _make_terminals()
    _make_requests()
    _give_sums_a_place()


# --------------------------------------------------------------------------------------------------------- columns


def _words(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _amount(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)


def _add_columns() -> None:
    added: Sequence[tuple[str, Sequence[sa.Column[Any]]]] = (
        ("payments", (_words("order_ref"), _amount("tip"), _amount("own_fee"), _words("fee_days"))),
        (
            "payment_attempts",
            (
                _words("order_ref"),
                _amount("tip"),
                sa.Column("fee", sa.BigInteger(), nullable=True),
                _words("fee_parts"),
            ),
        ),
        ("refunds", (sa.Column("fee", sa.BigInteger(), nullable=True),)),
        ("invoices", (_words("order_ref"),)),
        (
            "disputes",
            (
                sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
                sa.Column("withdrawn_day", sa.Text(), nullable=True),
                sa.Column("reversed_at", sa.BigInteger(), nullable=True),
                sa.Column("reversed_day", sa.Text(), nullable=True),
            ),
        ),
        ("balance_entries", (sa.Column("settles", sa.Boolean(), server_default=sa.false(), nullable=False),)),
        (
            "payouts",
            (
                sa.Column("on_ledger", sa.Boolean(), server_default=sa.true(), nullable=False),
                _amount("fee"),
                sa.Column("counted_day", sa.Text(), nullable=True),
            ),
        ),
        ("services", (_words("sku"),)),
        ("client_links", (_words("merged_into"),)),
    )
    for table, columns in added:
        for column in columns:
            op.add_column(table, column)


def _add_indexes() -> None:
    for table in ("invoices", "payments"):
        op.create_index(
            f"ix_{table}_ordered",
            table,
            ["integration_id", "order_ref"],
            unique=False,
            sqlite_where=_ORDERED,
            postgresql_where=_ORDERED,
        )
    op.create_index("ix_services_integration_id_parent_ref", "services", ["integration_id", "parent_ref"], unique=False)
    op.drop_index("ix_invoices_open", table_name="invoices")
    columns = [
        "status", "deleted", "currency", "integration_id", "due_day", "amount_remaining", "location_ref",
    ]  # fmt: skip
    op.create_index("ix_invoices_open", "invoices", columns, unique=False)


# ---------------------------------------------------------------------------------------------------------- tables


def _id() -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, autoincrement=True, nullable=False)


def _owned() -> sa.Column[Any]:
    return sa.Column("integration_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _numbers(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def _flags(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Boolean(), nullable=False) for name in names]


def _maybe_instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=True)


def _position() -> sa.Column[Any]:
    return sa.Column("position", sa.Integer(), nullable=False)


def _make(table: str, *columns: sa.Column[Any], indexes: Sequence[Sequence[str]] = (), external: bool = True) -> None:
    """A table of objects of an account, with the way from the provider's id where that is unique."""
    op.create_table(
        table,
        _id(),
        _owned(),
        *columns,
        sa.ForeignKeyConstraint(["integration_id"], ["integrations.id"], name=op.f(f"fk_{table}_integration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    if external:
        names = ["integration_id", "external_id"]
        op.create_index(f"uq_{table}_integration_id_external_id", table, names, unique=True)
    for names in map(list, indexes):
        op.create_index(f"ix_{table}_{'_'.join(names)}", table, names, unique=False)


def _make_places() -> None:
    _make(
        "locations",
        *_texts("external_id"),
        *_flags("deleted"),
        *_texts("name", "status", "currency"),
        *_flags("main"),
        *_texts("kind", "timezone", "country", "address_line1", "address_line2", "city", "postal_code", "region"),
        *_texts("phone", "email", "description"),
        *_numbers("created_at"),
    )
    _make(
        "inventory_counts",
        *_texts("external_id"),
        *_flags("deleted"),
        *_texts("service_ref", "location_ref", "state", "quantity"),
        *_numbers("quantity_e5", "created_at"),
        indexes=[("integration_id", "service_ref")],
    )


def _make_orders() -> None:
    _make(
        "orders",
        *_texts("external_id", "status"),
        *_numbers("client_link_id"),
        *_texts("currency"),
        *_numbers("total", "tax", "discount", "tip", "service_charge"),
        *_texts("source", "reference"),
        *_numbers("created_at"),
        _maybe_instant("closed_at"),
        *_texts("location_ref"),
        indexes=[("created_at", "id"), ("status", "created_at"), ("client_link_id", "created_at"), ("reference",)],
    )
    _make(
        "order_lines",
        *_texts("order_ref", "external_id"),
        _position(),
        *_texts("name", "variation"),
        *_numbers("amount"),
        *_texts("quantity", "service_ref"),
        *_numbers("tax", "discount"),
        *_texts("note"),
        indexes=[("integration_id", "order_ref")],
        external=False,
    )
    _make(
        "payment_links",
        *_texts("external_id"),
        *_flags("deleted"),
        *_texts("url", "order_ref", "name", "description"),
        *_numbers("created_at"),
        _maybe_instant("updated_at"),
        *_texts("location_ref"),
        indexes=[("created_at", "id"), ("integration_id", "order_ref")],
    )


def _make_terminals() -> None:
    _make(
        "terminal_devices",
        *_texts("external_id"),
        *_flags("deleted"),
        *_texts("name", "model", "status"),
        *_numbers("created_at"),
        *_texts("location_ref"),
    )
    _make(
        "terminal_checkouts",
        *_texts("external_id", "status"),
        *_numbers("amount"),
        *_texts("currency", "device_ref", "order_ref", "reference", "note", "cancel_reason"),
        *_numbers("created_at"),
        *_texts("location_ref"),
        indexes=[("created_at", "id")],
    )
    keys = ("integration_id", "payment_ref", "checkout_ref")
    op.create_table(
        "terminal_payments",
        sa.Column("integration_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts(*keys[1:]),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_terminal_payments")),
        sqlite_with_rowid=False,
    )
    names = ["integration_id", "checkout_ref"]
    op.create_index("ix_terminal_payments_integration_id_checkout_ref", "terminal_payments", names, unique=False)


def _make_requests() -> None:
    _make(
        "invoice_requests",
        *_texts("invoice_ref", "external_id"),
        _position(),
        *_texts("kind"),
        *_numbers("amount", "paid"),
        sa.Column("due_day", sa.Text(), nullable=True),
        indexes=[("integration_id", "invoice_ref")],
        external=False,
    )
    keys = ("first_client_id", "second_client_id")
    op.create_table(
        "dismissed_pairs",
        *(sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in keys),
        *_numbers("created_at"),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_dismissed_pairs")),
        sqlite_with_rowid=False,
    )


# ------------------------------------------------------------------------------------------------------------ sums


def _account() -> sa.Column[Any]:
    return sa.Column("integration_id", sa.BigInteger(), autoincrement=False, nullable=False)


def _give_sums_a_place() -> None:
    link = sa.Column("client_link_id", sa.BigInteger(), autoincrement=False, nullable=False)
    _remake(
        "client_totals",
        [*_texts("month", "currency"), link, _account()],
        _numbers("collected", "refunds", "payments", "paid"),
    )
    op.create_index("ix_client_totals_client_link_id", "client_totals", ["client_link_id"], unique=False)
    top = ["month", "currency", "location_ref", "paid"]
    op.create_index("ix_client_totals_top", "client_totals", top, unique=False)
    shares = [_account(), *_texts("invoice_ref", "month", "currency", "service_ref")]
    _remake("service_allocations", shares, _numbers("amount"))
    _remake("service_totals", [*_texts("month", "currency"), _account(), *_texts("service_ref")], _numbers("amount"))


def _remake(table: str, keys: Sequence[sa.Column[Any]], sums: Sequence[sa.Column[Any]]) -> None:
    """Draw a table of sums again with the place as the last part of its key, and put its rows back."""
    before = ", ".join(column.name for column in (*keys, *sums))
    # Names of tables and columns of ours, and nothing from outside.
    op.execute(f"CREATE TEMPORARY TABLE kept_{table} AS SELECT {before} FROM {table}")  # noqa: S608
    op.drop_table(table)
    place = _texts("location_ref")
    names = [column.name for column in (*keys, *place)]
    op.create_table(
        table, *keys, *place, *sums, sa.PrimaryKeyConstraint(*names, name=op.f(f"pk_{table}")), sqlite_with_rowid=False
    )
    op.execute(f"INSERT INTO {table} ({before}, location_ref) SELECT {before}, '' FROM kept_{table}")  # noqa: S608
    op.drop_table(f"kept_{table}")


def downgrade() -> None:
    raise RuntimeError("books are restored from the backup made before the migration")
