"""Lists as programs read them: ``paydesk clients|invoices|payments|subscriptions|payouts|services --json``.

Keys stay as they are. Amounts are integers of minor units beside a lower-case currency, instants RFC 3339 in UTC, days
``YYYY-MM-DD``; what is not known is null, or empty where it is a text.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from desktop.books.listings.catalogue import LISTINGS
from desktop.books.listings.listing import Filter, Sum
from desktop.periods import rfc3339

_BLOCK = 500


def listing_json(connection: Connection, name: str, wanted: Filter, limit: int | None = None) -> list[dict[str, Any]]:
    """The rows of a listing (a key of ``LISTINGS``), at most ``limit``."""
    listing = LISTINGS[name]
    ids = listing.ids(connection, wanted)[:limit]
    found: list[dict[str, Any]] = []
    for start in range(0, len(ids), _BLOCK):
        rows = listing.rows(connection, ids[start : start + _BLOCK])
        found += [row_json(row, wanted.today) for row in rows if row is not None]
    return found


def row_json(row: Any, today: str) -> dict[str, Any]:
    """One row; an invoice also says how many days late it is."""
    told = {name: _value(name, value) for name, value in row._asdict().items()}
    if hasattr(row, "days_late"):
        told["days_late"] = max(row.days_late(today), 0)
    return told


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at") and isinstance(value, int):
        # A client that was only mentioned has no instant of its own.
        return rfc3339(value) if value else None
    if isinstance(value, Sum):
        return {"currency": value.currency, "amount": value.amount}
    if isinstance(value, tuple):
        if hasattr(value, "_asdict"):
            return {key: _value(key, one) for key, one in value._asdict().items()}
        return [_value("", one) for one in value]
    return value
