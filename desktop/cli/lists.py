"""Lists on the command line: clients, invoices, payments, subscriptions, payouts, services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.books.listings_json import list_rows
from desktop.cli.output import document, money, table
from desktop.cli.session import Session

# Title, key of the row, and how to show it: plain text, an amount with the row's currency, or an instant's day.
_COLUMNS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "clients": (("Name", "name", ""), ("E-mail", "email", ""), ("Country", "country", ""), ("Status", "status", "")),
    "invoices": (
        ("Number", "number", ""), ("Client", "client_name", ""), ("Issued", "created_at", "day"),
        ("Due", "due_day", ""), ("Status", "status", ""), ("Remaining", "amount_remaining", "money"),
        ("Total", "total", "money"),
    ),
    "payments": (
        ("Date", "created_at", "day"), ("Client", "client_name", ""), ("Method", "method", ""),
        ("Status", "status", ""), ("Collected", "collected", "money"), ("Refunded", "refunded", "money"),
        ("Amount", "amount", "money"),
    ),
    "subscriptions": (
        ("Client", "client_name", ""), ("Status", "status", ""), ("Every", "interval", ""),
        ("Since", "created_at", "day"), ("Amount", "amount", "money"),
    ),
    "payouts": (
        ("Date", "created_at", "day"), ("Arrives", "arrival_day", ""), ("Status", "status", ""),
        ("Amount", "amount", "money"),
    ),
    "services": (
        ("Name", "name", ""), ("Kind", "kind", ""), ("Every", "interval", ""), ("Price", "unit_amount", "money"),
    ),
}  # fmt: skip


def show(session: Session, name: str, *, search: str, limit: int, as_json: bool) -> int:
    """Print one list."""
    with session.business() as business:
        rows = list_rows(business.books, name, business.today(), search=search, limit=limit)
    if as_json:
        document(rows)
        return 0
    columns = _COLUMNS[name]
    right = [index for index, column in enumerate(columns) if column[2] == "money"]
    table(
        [[_cell(row, key, form) for _, key, form in columns] for row in rows],
        [title for title, _, _ in columns],
        right=right,
    )
    return 0


def _cell(row: Mapping[str, Any], key: str, form: str) -> str:
    value = row.get(key)
    if form == "money":
        return money(value, row.get("currency") or "usd", row.get("provider"))
    if value in (None, ""):
        return "—"
    return str(value)[:10] if form == "day" else str(value).replace("_", " ")
