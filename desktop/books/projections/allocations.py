"""Revenue by service: each bill's money of a month, split over its lines by largest remainder.

A bill is what asked for the money: an invoice; else the order that was paid for; else the payment itself (or a refund
that names no payment), whose money has no lines to be split over and is *not itemised*. An invoice goes before the
order that it bills, so that nothing counts twice. What is split is collected less refunds, just as the days' sums have
them of the bill's payments and refunds. What was returned is not itemised. So all shares of a month add up to its total
revenue, for each currency, account and location; a rebuild of the sums compares them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, literal_column

from desktop.books.projections.context import Context
from desktop.books.rollups import (
    PAYMENT_COLUMNS,
    Bill,
    Contribution,
    Part,
    PaymentSums,
    RefundSums,
    bill_of_payment,
    bill_of_refund,
    payment_contributions,
    refund_contributions,
)
from desktop.books.statements import Prepared, word
from desktop.books.tables import InvoiceLine, OrderLine, Payment, PaymentPart, Refund, ServiceAllocation, ServiceTotal
from desktop.books.tables.base import table_of
from desktop.money import split_largest_remainder

_PAYMENT = table_of(Payment)
_PART = table_of(PaymentPart)
_REFUND = table_of(Refund)
_ALLOCATION = table_of(ServiceAllocation)
_TOTAL = table_of(ServiceTotal)
_KEY = tuple(column.name for column in _ALLOCATION.primary_key.columns)
_TOTAL_KEY = tuple(column.name for column in _TOTAL.primary_key.columns)
_LINES = {"invoice": (table_of(InvoiceLine), "invoice_ref"), "order": (table_of(OrderLine), "order_ref")}
_REVENUE = {"collected": (1, True), "refunds": (-1, True), "returned": (-1, False)}
"""The measures of a day that make up its total revenue: with which sign, and whether they are split over lines."""


class Share(NamedTuple):
    """Whose share it is: a bill's, of a month, currency and location, for one service.

    ``service_ref`` is empty for lines that name no service. Where the bill has no lines nothing is ``itemised``, and
    what was returned never is.
    """

    bill_kind: str
    bill_ref: str
    month: str
    currency: str
    itemised: bool
    service_ref: str
    location_ref: str


def allocate(context: Context) -> None:
    """Recompute the shares of the touched bills, and move the services' totals by the differences.

    Touched are those whose money changed (``Totals.bills``), and those whose lines did.
    """
    bills = {*context.totals.bills, *(Bill("invoice", ref) for ref in context.invoices if ref)}
    bills |= {Bill("order", ref) for ref in context.sold}
    context.totals.bills.clear()
    before = stored_shares(context, bills)
    after = computed_shares(context, bills)
    if before == after:
        return
    changed = {Bill(*share[:2]) for share, amount in after.items() if before.get(share) != amount}
    changed |= {Bill(*share[:2]) for share in before.keys() - after.keys()}
    statement = context.shelf.keep("drop allocations", _drop)
    context.writer.run_many(statement, [(context.integration_id, *bill) for bill in sorted(changed)])
    rows = [(context.integration_id, *share, amount) for share, amount in after.items() if share[:2] in changed]
    context.writer.run_many(context.shelf.insert(_ALLOCATION, (*_KEY, "amount")), rows)
    moved: dict[tuple[Any, ...], int] = defaultdict(int)
    for sign, shares in ((-1, before), (1, after)):
        for share, amount in shares.items():
            moved[total_key(context.integration_id, share)] += sign * amount
    totals = [(*key, amount) for key, amount in moved.items() if amount]
    upsert = context.shelf.upsert(_TOTAL, _TOTAL_KEY, (*_TOTAL_KEY, "amount"), add=("amount",))
    context.writer.run_many(upsert, totals)
    context.tables.add("totals")


def _drop() -> Any:
    keys = ("integration_id", "bill_kind", "bill_ref")
    return delete(_ALLOCATION).where(*(_ALLOCATION.c[name] == bindparam(f"of_{name}") for name in keys))


def total_key(integration_id: int, share: Share) -> tuple[Any, ...]:
    """The key of the service's total that a share counts in."""
    return share.month, share.currency, integration_id, share.itemised, share.service_ref, share.location_ref


def stored_shares(context: Context, bills: Iterable[Bill]) -> dict[Share, int]:
    """The shares of bills as they are kept."""
    found: dict[Share, int] = {}
    for kind, refs in _by_kind(bills):
        query = context.shelf.select(
            f"allocations of {kind}", _ALLOCATION, (*_KEY[1:], "amount"), "bill_ref",
            _ALLOCATION.c.bill_kind == word(kind),
        )  # fmt: skip
        for *key, amount in context.fetch(query, refs):
            found[Share._make(key)] = amount
    return found


def computed_shares(context: Context, bills: Iterable[Bill]) -> dict[Share, int]:
    """The shares of bills as they follow from their lines and their money, without zero ones."""
    money = _money_of(context, bills)
    weights = _weights_of(context, {bill for bill, *_ in money})
    shares: dict[Share, int] = defaultdict(int)
    for (bill, month, currency, location, is_split), amount in money.items():
        lines = weights.get(bill) if is_split else None
        if not lines:
            shares[Share(*bill, month, currency, False, "", location)] += amount
            continue
        parts = split_largest_remainder(amount, [weight for _, weight in lines])
        for (service, _), part in zip(lines, parts, strict=True):
            shares[Share(*bill, month, currency, True, service, location)] += part
    return {share: amount for share, amount in shares.items() if amount}


def _by_kind(bills: Iterable[Bill]) -> Iterator[tuple[str, list[str]]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    for bill in sorted(bills):
        kinds[bill.kind].append(bill.ref)
    yield from kinds.items()


def _money_of(context: Context, bills: Iterable[Bill]) -> dict[tuple[Bill, str, str, str, bool], int]:
    """What the days' sums have as revenue of each bill, by month, currency, location, and whether it is to be split."""
    money: dict[tuple[Bill, str, str, str, bool], int] = defaultdict(int)
    for kind, refs in _by_kind(bills):
        found: list[tuple[Bill, str, Iterator[Contribution]]] = []
        if kind in _PAYMENTS_BY:
            for payment in _payments(context, kind, refs):
                found.append((bill_of_payment(payment), payment.location_ref, payment_contributions(payment)))
        query = _select(context, kind, _REFUND, RefundSums._fields, _REFUNDS_BY[kind])
        for refund in map(RefundSums._make, context.fetch(query, refs)):
            found.append((bill_of_refund(refund), refund.location_ref, refund_contributions(refund)))
        for bill, location, contributions in found:
            for one in contributions:
                if one.measure in _REVENUE:
                    sign, is_split = _REVENUE[one.measure]
                    money[bill, one.day[:7], one.currency, location, is_split] += sign * one.amount
    return money


def _payments(context: Context, kind: str, refs: list[str]) -> Iterator[PaymentSums]:
    """What of the bills' payments counts, with the parts that have days of their own where there are any."""
    columns = (*PAYMENT_COLUMNS, "capture_parts", "return_parts")
    rows = context.fetch(_select(context, kind, _PAYMENT, columns, _PAYMENTS_BY[kind]), refs)
    parted = [row[0] for row in rows if row[-1] or row[-2]]
    query = context.shelf.select("parts of payments", _PART, ("payment_ref", *Part._fields), "payment_ref")
    parts: dict[str, list[Part]] = defaultdict(list)
    for key, *facts in context.fetch(query, parted):
        parts[key].append(Part._make(facts))
    for row in rows:
        yield PaymentSums._make((*row[:-2], tuple(sorted(parts.get(row[0], ())))))


# By which column a bill's money is found, and which others say that it is not of a bill that goes before.
_PAYMENTS_BY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "invoice": ("invoice_ref", ()),
    "order": ("order_ref", ("invoice_ref",)),
    "payment": ("external_id", ("invoice_ref", "order_ref")),
}
_REFUNDS_BY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "invoice": ("invoice_ref", ()),
    "order": ("order_ref", ("invoice_ref",)),
    "payment": ("payment_key", ("invoice_ref", "order_ref")),
    "refund": ("external_id", ("payment_key", "invoice_ref", "order_ref")),
}
_NOTHING: ColumnElement[str] = literal_column("''")


def _select(
    context: Context, kind: str, table: Any, columns: tuple[str, ...], by: tuple[str, tuple[str, ...]]
) -> Prepared:
    column, empty = by
    conditions = [table.c[name] == _NOTHING for name in empty]
    if column in {"invoice_ref", "order_ref"}:
        # Written out, so that the partial index with the same words answers.
        conditions.append(table.c[column] != _NOTHING)
    return context.shelf.select(f"{table.name} of {kind}", table, columns, column, *conditions)


def _weights_of(context: Context, bills: Iterable[Bill]) -> dict[Bill, list[tuple[str, int]]]:
    """For each bill that has lines: the service of each, in their order, and what is paid for it. Credits are less."""
    weights: dict[Bill, list[tuple[str, int]]] = defaultdict(list)
    for kind, refs in _by_kind(bills):
        if kind not in _LINES:
            continue
        table, column = _LINES[kind]
        columns = (column, "position", "external_id", "service_ref", "amount", "tax")
        query = context.shelf.select(f"lines by {kind}", table, columns, column)
        for ref, _position, _id, service, amount, tax in sorted(context.fetch(query, refs)):
            weights[Bill(kind, ref)].append((service, amount + tax))
    return weights
