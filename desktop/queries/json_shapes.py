"""Answers as programs read them: lists (``paydesk clients|invoices|payments|... --json``) and what a client is made of.

Keys stay as they are. Amounts are integers of minor units beside a lower-case currency, instants RFC 3339 in UTC, days
``YYYY-MM-DD``; what is not known is null, or empty where it is a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from desktop.periods import rfc3339
from desktop.queries.details import ClientDetail
from desktop.queries.duplicates import Suggestion
from desktop.queries.invoices import InvoiceRow
from desktop.queries.listing import Filter, Sum
from desktop.queries.listings import LISTINGS
from desktop.queries.payments import PaymentRow
from desktop.queries.services import ServiceRow

_BLOCK = 500


def list_rows(
    connection: Connection,
    name: str,
    today: str,
    *,
    search: str = "",
    status: str = "",
    limit: int | None = None,
    location: str | None = None,
) -> list[dict[str, Any]]:
    """The newest rows of a listing (a key of ``LISTINGS``), at most ``limit``; ``status`` is one of its tabs.

    ``location`` is a location's id at the provider: only what belongs to it.

    Raises: ValueError for a tab that is none.
    """
    listing, wanted = LISTINGS[name], Filter(today, search=search, status=status, location_ref=location)
    found: list[dict[str, Any]] = []
    ids = listing.ids(connection, wanted)[:limit]
    for start in range(0, len(ids), _BLOCK):
        rows = listing.rows(connection, ids[start : start + _BLOCK], today)
        found += [row_json(row, today) for row in rows if row is not None]
    return found


def row_json(row: Any, today: str) -> dict[str, Any]:
    """One row of any listing, with what follows from it."""
    told = {name: _value(name, value) for name, value in row._asdict().items()}
    return told | _DERIVED.get(type(row), _nothing)(row, today)


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


def _nothing(_row: Any, _today: str) -> dict[str, Any]:
    return {}


def _lateness(row: InvoiceRow, today: str) -> dict[str, Any]:
    return {"days_late": max(row.days_late(today), 0), "amount_late": row.amount_late(today)}


def _date(row: PaymentRow, _today: str) -> dict[str, Any]:
    return {"dated_at": rfc3339(row.dated_at)}


def _first_price(row: ServiceRow, _today: str) -> dict[str, Any]:
    """The first price beside the name, for lists of one line a service."""
    names = ("unit_amount", "currency", "interval", "interval_count")
    if not row.prices:
        return {"unit_amount": None, "currency": "", "interval": "", "interval_count": 0}
    return {name: getattr(row.prices[0], name) for name in names}


_DERIVED: Mapping[type, Callable[[Any, str], dict[str, Any]]] = {
    InvoiceRow: _lateness,
    PaymentRow: _date,
    ServiceRow: _first_price,
}


# ------------------------------------------------------------------------------------------------------- one client


def client_json(detail: ClientDetail) -> dict[str, Any]:
    """What a client is made of: ``paydesk client show --json``."""
    row = detail.row
    methods = [
        {
            "provider": one.provider,
            "external_id": one.external_id,
            "kind": one.kind,
            "brand": one.brand,
            "last4": one.last4,
            "exp_month": one.exp_month,
            "exp_year": one.exp_year,
            "default": one.is_default,
        }
        for one in detail.methods
    ]
    return {
        "id": row.id,
        "name": row.name,
        "email": row.email,
        "status": row.status,
        "links": links_json(detail),
        "payment_methods": methods,
    }


def links_json(detail: ClientDetail) -> list[dict[str, Any]]:
    """The customers that a client is."""
    return [
        {
            "id": link.link_id,
            "integration_id": link.integration_id,
            "provider": link.provider,
            "external_id": link.external_id,
            "deleted": link.deleted,
            "merged_into": link.merged_into or None,
        }
        for link in detail.links
    ]


def suggestion_json(pair: Suggestion) -> dict[str, Any]:
    """Two clients that look alike: ``paydesk client suggestions --json``."""
    return {
        "keep": {**pair.keep._asdict(), "providers": list(pair.keep.providers)},
        "other": {**pair.other._asdict(), "providers": list(pair.other.providers)},
        "reasons": list(pair.reasons),
        "same_account": pair.same_account,
    }
