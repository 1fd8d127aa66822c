"""Revenue by service: each invoice's money of a month, split over its lines by largest remainder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, delete

from desktop.books.projections.context import Context
from desktop.books.statements import word
from desktop.books.tables import InvoiceLine, Payment, PaymentPart, Refund, ServiceAllocation, ServiceTotal
from desktop.books.tables.base import table_of
from desktop.money import split_largest_remainder

_LINE = table_of(InvoiceLine)
_PAYMENT = table_of(Payment)
_PART = table_of(PaymentPart)
_REFUND = table_of(Refund)
_ALLOCATION = table_of(ServiceAllocation)
_TOTAL = table_of(ServiceTotal)
_KEY = ("integration_id", "invoice_ref", "month", "currency", "service_ref", "location_ref")
_TOTAL_KEY = ("month", "currency", "integration_id", "service_ref", "location_ref")

Share = tuple[str, str, str, str, str]  # invoice, month, currency, service, place


def allocate(context: Context) -> None:
    """Recompute the shares of the touched invoices, and move the services' totals by the differences."""
    refs = sorted(context.invoices - {""})
    if not refs:
        return
    before = stored_shares(context, refs)
    after = computed_shares(context, refs)
    if before == after:
        return
    statement = context.shelf.keep(
        "drop allocations",
        lambda: delete(_ALLOCATION).where(
            _ALLOCATION.c.integration_id == bindparam("of"), _ALLOCATION.c.invoice_ref == bindparam("ref")
        ),
    )
    context.writer.run_many(statement, [(context.integration_id, ref) for ref in {share[0] for share in before}])
    rows = [(context.integration_id, *share, amount) for share, amount in after.items()]
    context.writer.run_many(context.shelf.insert(_ALLOCATION, (*_KEY, "amount")), rows)
    moved: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for sign, shares in ((-1, before), (1, after)):
        for (_, month, currency, service, place), amount in shares.items():
            moved[month, currency, service, place] += sign * amount
    totals = [
        (month, currency, context.integration_id, service, place, amount)
        for (month, currency, service, place), amount in moved.items()
        if amount
    ]
    upsert = context.shelf.upsert(_TOTAL, _TOTAL_KEY, (*_TOTAL_KEY, "amount"), add=("amount",))
    context.writer.run_many(upsert, totals)
    context.kinds.add("totals")


def stored_shares(context: Context, refs: Iterable[str]) -> dict[Share, int]:
    """The shares of invoices as they are kept."""
    query = context.shelf.select("allocations", _ALLOCATION, (*_KEY[1:], "amount"), "invoice_ref")
    return {(row[0], row[1], row[2], row[3], row[4]): row[5] for row in context.fetch(query, refs)}


def computed_shares(context: Context, refs: list[str]) -> dict[Share, int]:
    """The shares of invoices as they follow from their lines and their money, without zero ones."""
    money = _money_of(context, refs)
    weights = _weights_of(context, {ref for ref, *_ in money})
    shares: dict[Share, int] = {}
    for (ref, month, currency, place), amount in money.items():
        services = weights.get(ref)
        if not amount or not services:
            continue
        parts = split_largest_remainder(amount, list(services.values()))
        for service, part in zip(services, parts, strict=True):
            if part:
                shares[ref, month, currency, service, place] = part
    return shares


def _money_of(context: Context, refs: list[str]) -> dict[tuple[str, str, str, str], int]:
    """Collected less refunds of each invoice, by month, currency and place."""
    money: dict[tuple[str, str, str, str], int] = defaultdict(int)
    payments = context.shelf.select(
        "money of invoices",
        _PAYMENT,
        ("external_id", "invoice_ref", "booked_day", "currency", "collected", "location_ref", "capture_parts"),
        "invoice_ref",
    )
    parted: dict[str, tuple[str, str, str]] = {}
    for key, ref, day, currency, collected, place, parts in context.fetch(payments, refs):
        if parts:
            parted[key] = ref, currency, place
        elif day and collected:
            money[ref, day[:7], currency, place] += collected
    captures = context.shelf.select(
        "captures of payments", _PART, ("payment_ref", "day", "amount"), "payment_ref", _PART.c.kind == word("capture")
    )
    for key, day, amount in context.fetch(captures, parted):
        ref, currency, place = parted[key]
        money[ref, day[:7], currency, place] += amount
    refunds = context.shelf.select(
        "refunds of invoices",
        _REFUND,
        ("invoice_ref", "refunded_day", "failed_day", "currency", "amount", "location_ref"),
        "invoice_ref",
    )
    for ref, day, failed_day, currency, amount, place in context.fetch(refunds, refs):
        if day:
            money[ref, day[:7], currency, place] -= amount
            if failed_day:
                money[ref, failed_day[:7], currency, place] += amount
    return money


def _weights_of(context: Context, refs: Iterable[str]) -> dict[str, dict[str, int]]:
    """For each invoice, what its lines add up to by service; credits on a line weigh nothing."""
    query = context.shelf.select(
        "lines by invoice", _LINE, ("invoice_ref", "position", "service_ref", "amount", "tax"), "invoice_ref"
    )
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for ref, _, service, amount, tax in sorted(context.fetch(query, refs), key=_by_line):
        services = weights[ref]
        services[service] = services.get(service, 0) + amount + tax
    return {ref: {name: max(sum_, 0) for name, sum_ in services.items()} for ref, services in weights.items()}


def _by_line(row: tuple[Any, ...]) -> tuple[str, int]:
    return row[0], row[1]
