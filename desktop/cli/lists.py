"""Lists on the command line: clients, invoices, payments, orders, locations, stock and what else is listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.cli.locations import find_location
from desktop.cli.output import Days, days_of, document, money, table
from desktop.cli.session import Session
from desktop.queries.json_shapes import list_rows
from desktop.queries.reading import ask

# Title, key of the row, and how to show it: plain text, an amount with the row's currency, a day or an instant's, sums
# by currency, or prices by interval.
_COLUMNS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "clients": (("Name", "name", ""), ("E-mail", "email", ""), ("Country", "country", ""), ("Status", "status", "")),
    "invoices": (
        ("Number", "number", ""), ("Client", "client_name", ""), ("Issued", "created_at", "day"),
        ("Due", "due_day", "day"), ("Status", "status", ""), ("Remaining", "amount_remaining", "money"),
        ("Total", "total", "money"),
    ),
    "payments": (
        ("Date", "dated_at", "day"), ("Client", "client_name", ""), ("Method", "method", ""),
        ("Status", "status", ""), ("Collected", "collected", "money"), ("Refunded", "refunded", "money"),
        ("Amount", "amount", "money"),
    ),
    "subscriptions": (
        ("Client", "client_name", ""), ("Status", "status", ""), ("Since", "created_at", "day"),
        ("Price", "prices", "prices"),
    ),
    "payouts": (
        ("Date", "created_at", "day"), ("Arrives", "arrival_day", "day"), ("Status", "status", ""),
        ("Amount", "amount", "money"),
    ),
    "services": (
        ("Name", "name", ""), ("Kind", "kind", ""), ("Every", "interval", ""), ("Price", "unit_amount", "money"),
    ),
    "locations": (
        ("Name", "name", ""), ("City", "city", ""), ("Status", "status", ""), ("Sales", "payments", ""),
        ("Collected this month", "sales", "sums"), ("of it tips", "tips", "sums"), ("Id", "external_id", ""),
    ),
    "orders": (
        ("Date", "created_at", "day"), ("What", "title", ""), ("Client", "client_name", ""),
        ("Location", "location_name", ""), ("Status", "status", ""), ("Tip", "tip", "money"),
        ("Total", "total", "money"),
    ),
    "inventory_counts": (
        ("Item", "item", ""), ("Variation", "variation", ""), ("SKU", "sku", ""), ("Location", "location_name", ""),
        ("State", "state", ""), ("Quantity", "quantity", ""),
    ),
}  # fmt: skip


#: Words of the books that are others to people, as the window says them.
_WORDS: Mapping[str, str] = {"external": "other", "mentioned": "not read yet"}


def show(session: Session, name: str, *, search: str, limit: int, as_json: bool, location: str = "") -> int:
    """Print one list; ``location`` is the id or the name of a location.

    Raises: UsageError for a location that there is not.
    """
    with session.business() as business:
        found = find_location(business, location)
        words: dict[str, Any] = {"search": search, "limit": limit}
        words |= {"location": found.ref} if found is not None else {}
        rows = ask(business.books, list_rows, name, business.today(), **words)
        days = days_of(business)
    if as_json:
        document(rows)
        return 0
    columns = _COLUMNS[name]
    right = [index for index, column in enumerate(columns) if column[2] in {"money", "sums", "prices"}]
    table(
        [[_cell(row, key, form, days) for _, key, form in columns] for row in rows],
        [title for title, _, _ in columns],
        right=right,
    )
    return 0


def _prices(prices: Sequence[Mapping[str, Any]], provider: str | None) -> str:
    """What a subscription costs by interval: "$10.00 every month + $120.00 every year + by use"."""
    said = []
    for one in prices:
        if one["amount"] is not None:
            count, interval = one["interval_count"], one["interval"]
            every = f" every {count} {interval}s" if count > 1 else f" every {interval}" if interval else ""
            said.append(money(one["amount"], one["currency"], provider) + every)
        elif not one["by_use"]:
            said.append("not known")
    if any(one["by_use"] for one in prices):
        said.append("by use")
    return " + ".join(dict.fromkeys(said)) or "—"


def _cell(row: Mapping[str, Any], key: str, form: str, days: Days) -> str:
    value = row.get(key)
    if form == "sums":
        return " · ".join(money(one["amount"], one["currency"], row.get("provider")) for one in value or ()) or "—"
    if form == "prices":
        return _prices(value or (), row.get("provider"))
    if form == "money":
        return money(value, row.get("currency") or "usd", row.get("provider"))
    if value in (None, ""):
        return "—"
    if form == "day":
        return days.day_of(value) if len(value) > len("2026-11-03") else days.day(value)
    return _WORDS.get(str(value), str(value).replace("_", " "))
