"""Totals that move with the rows: what each row contributes to which day, and the writing of the differences.

A row's contributions are a pure function of the row. When a row changes, the contributions of its old state are taken
away and those of its new state added, in the same transaction; so the sums are exact whatever the order, and cost
only what changed. A rebuild adds up the contributions of every row from nothing: the test for the first way.

Measures of a day (``daily_totals.measure``), by the definitions of the words on the screen:

=============  ==================================================================  =====================
measure        what                                                                currency
=============  ==================================================================  =====================
collected      captured, each capture on its ledger line's day (without one the    of the charge
               day of capture, else the charge's)
tips           the part of collected that is a tip, on its first day               of the charge
stored_value   paid with a gift card, store credit or a house account: no money    of the charge
returned       collected payments that failed later, on the failure's day         of the charge
refunds        of what was collected, on the refund's day, booked back when they   of the refund
               fail; not what gives an authorisation up
stored_refunds sent back onto stored value: no money either                        of the refund
disputes       withdrawals less reversals, by the ledger's day (the dispute's      settlement
               own days where the ledger has no line of it)
fees           kept by the provider, by the ledger's day (the payment's own        settlement
               where it says its fee; a later change of it on its own day)
net            the ledger's net of payment lines; payments without one as they are settlement
paid_out       sent to the bank, failures taken back                               settlement
adjusted       everything else on the ledger                                       settlement
converted      payments settled in another currency (count; marks both)            both
succeeded      payments that ended well, by the day of the first attempt (count)   of the payment
failed         payments that ended failed, by the day of the first attempt (count) of the payment
invoiced       invoices finalised, without drafts, void and zero ones              of the invoice
=============  ==================================================================  =====================

Where a provider says its fee with the payment, the payment counts alone: its fee in fees and what it leaves
in net, on the payment's own day, but for parts of the fee that take effect later: those on theirs. A refund gives back
what it says of the fee, on the refund's day. Ledger lines that settle such money (``settles``) count nowhere. A payout
without a line of its own counts itself: its amount in paid_out and its fee, as any line of fees, in fees and net, on
the day it was made; where it failed, the amount is booked back on that day. What is in fees is taken from net, whoever
states it: a payment, a payout, or a line, also one of a payout.

Amounts in collected and returned are counted once for each capture and each return: a payment that was captured in two
parts has ``payment_parts``, and counts twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from desktop.books.counting import add_counts
from desktop.books.database import Writer
from desktop.books.statements import Shelf
from desktop.books.tables import ClientTotal, DailyTotal
from desktop.books.tables.base import table_of

PAYMENT_LINES = frozenset(
    {"charge", "refund", "refund_failure", "payment_failure", "dispute", "dispute_reversal", "fee"}
)
PAYOUT_LINES = frozenset({"payout", "payout_failure"})
_DISPUTE_LINES = frozenset({"dispute", "dispute_reversal"})


class Part(NamedTuple):
    """Money of a payment that counts on a day of its own, as its row in ``payment_parts`` has it."""

    kind: str
    at: int
    day: str
    amount: int
    on_ledger: bool


class PaymentSums(NamedTuple):
    """What of a payment counts anywhere: its row (``PAYMENT_COLUMNS``), and its parts in order."""

    external_id: str
    currency: str
    collected: int
    returned: int
    booked_day: str | None
    returned_day: str | None
    attempted_day: str | None
    outcome: str
    on_ledger: bool
    settlement_currency: str
    client_link_id: int
    invoice_ref: str
    order_ref: str
    location_ref: str
    tip: int
    own_fee: int
    stored_value: int
    parts: tuple[Part, ...]


PAYMENT_COLUMNS = PaymentSums._fields[:-1]


class RefundSums(NamedTuple):
    """What of a refund's row counts anywhere."""

    external_id: str
    currency: str
    amount: int
    refunded_day: str | None
    failed_day: str | None
    on_ledger: bool
    settlement_currency: str
    client_link_id: int
    invoice_ref: str
    location_ref: str
    fee: int | None
    stored_day: str | None
    payment_key: str
    order_ref: str


class EntrySums(NamedTuple):
    """What of a ledger line counts anywhere."""

    external_id: str
    kind: str
    amount: int
    fee: int
    net: int
    currency: str
    entry_day: str
    location_ref: str
    settles: bool


class PayoutSums(NamedTuple):
    """What of a payout's row counts anywhere; ``counted_day`` is empty where a ledger line counts instead."""

    external_id: str
    status: str
    amount: int
    fee: int
    currency: str
    counted_day: str | None
    location_ref: str
    failed_day: str | None


class DisputeSums(NamedTuple):
    """What of a dispute's row counts anywhere; both days are empty where ledger lines count instead."""

    external_id: str
    amount: int
    currency: str
    withdrawn_day: str | None
    reversed_day: str | None
    location_ref: str


class InvoiceSums(NamedTuple):
    """What of an invoice's row counts in a day."""

    external_id: str
    status: str
    total: int
    currency: str
    finalized_day: str | None
    deleted: bool
    location_ref: str


class Bill(NamedTuple):
    """What asked for money. ``kind`` is invoice, order, payment (for neither) or refund (of no payment)."""

    kind: str
    ref: str


def bill_of_payment(row: PaymentSums) -> Bill:
    """The bill that a payment is for: the invoice goes before the order."""
    return _bill(row.invoice_ref, row.order_ref) or Bill("payment", row.external_id)


def bill_of_refund(row: RefundSums) -> Bill:
    """The bill of the payment that a refund is of."""
    alone = Bill("payment", row.payment_key) if row.payment_key else Bill("refund", row.external_id)
    return _bill(row.invoice_ref, row.order_ref) or alone


def _bill(invoice_ref: str, order_ref: str) -> Bill | None:
    if invoice_ref:
        return Bill("invoice", invoice_ref)
    return Bill("order", order_ref) if order_ref else None


class Contribution(NamedTuple):
    """An amount and a count that belong to one measure of one day."""

    day: str
    measure: str
    currency: str
    amount: int
    times: int


def captures_of(row: PaymentSums) -> Sequence[tuple[str, int, bool]]:
    """(day, amount, whether a ledger line tells of it) of each capture of a payment."""
    parts = [(part.day, part.amount, part.on_ledger) for part in row.parts if part.kind == "capture"]
    if parts or not row.collected or not row.booked_day:
        return parts
    return [(row.booked_day, row.collected, row.on_ledger)]


def _returns_of(row: PaymentSums) -> Sequence[tuple[str, int, bool]]:
    parts = [(part.day, part.amount, part.on_ledger) for part in row.parts if part.kind == "return"]
    if parts or not row.returned or not row.returned_day:
        return parts
    return [(row.returned_day, row.returned, row.on_ledger)]


def payment_contributions(row: PaymentSums) -> Iterator[Contribution]:
    """What a payment adds to its days."""
    booked = row.booked_day
    for measure, sign, moved in (("collected", 1, captures_of(row)), ("returned", -1, _returns_of(row))):
        for day, amount, on_ledger in moved:
            yield Contribution(day, measure, row.currency, amount, 1)
            if not on_ledger:
                yield Contribution(day, "net", row.currency, sign * amount, 1)
            elif row.settlement_currency != row.currency:
                yield Contribution(day, "converted", row.currency, 0, 1)
                yield Contribution(day, "converted", row.settlement_currency, 0, 1)
    if booked and row.stored_value:
        yield Contribution(booked, "stored_value", row.currency, row.stored_value, 1)
    if booked and row.tip and row.collected:
        yield Contribution(booked, "tips", row.currency, row.tip, 1)
    if booked and (row.own_fee or row.parts) and not row.on_ledger:
        yield from _own_fees(row, booked)
    if row.attempted_day and row.outcome in {"succeeded", "failed"}:
        yield Contribution(row.attempted_day, row.outcome, row.currency, 0, 1)


def _own_fees(row: PaymentSums, booked: str) -> Iterator[Contribution]:
    """What a payment says itself that the provider keeps: each part on the day it takes effect, the rest on its own."""
    parts = [(part.day, part.amount) for part in row.parts if part.kind == "fee"]
    rest = row.own_fee - sum([amount for _day, amount in parts])
    for day, amount in (*parts, (booked, rest)):
        if amount:
            yield Contribution(day, "fees", row.currency, amount, 1)
            yield Contribution(day, "net", row.currency, -amount, 0)


def refund_contributions(row: RefundSums) -> Iterator[Contribution]:
    """What a refund adds to its days."""
    began = row.refunded_day or row.stored_day
    measure = "refunds" if row.refunded_day else "stored_refunds"
    for day, sign in ((began, 1), (row.failed_day, -1)):
        if not day or not began:
            continue
        yield Contribution(day, measure, row.currency, sign * row.amount, sign)
        sent = row.amount if row.refunded_day else 0
        given_back = row.fee or 0
        if not row.on_ledger and (sent or given_back):
            yield Contribution(day, "net", row.currency, -sign * (sent - given_back), sign)
            if given_back:
                yield Contribution(day, "fees", row.currency, -sign * given_back, -sign)
        elif row.on_ledger and row.settlement_currency != row.currency:
            yield Contribution(day, "converted", row.currency, 0, 1)
            yield Contribution(day, "converted", row.settlement_currency, 0, 1)


def entry_contributions(row: EntrySums) -> Iterator[Contribution]:
    """What a ledger line adds to its day."""
    day, currency = row.entry_day, row.currency
    if row.settles:
        return
    if row.kind in PAYMENT_LINES:
        fee = -row.amount + row.fee if row.kind == "fee" else row.fee
        if fee:
            yield Contribution(day, "fees", currency, fee, 1)
        if row.kind in _DISPUTE_LINES and row.amount:
            yield Contribution(day, "disputes", currency, -row.amount, 1 if row.amount < 0 else -1)
        yield Contribution(day, "net", currency, row.net, 1)
    elif row.kind in PAYOUT_LINES:
        yield Contribution(day, "paid_out", currency, -row.amount, 1 if row.kind == "payout" else -1)
        if row.fee:
            yield Contribution(day, "fees", currency, row.fee, 1)
            yield Contribution(day, "net", currency, -row.fee, 1)
    else:
        yield Contribution(day, "adjusted", currency, row.net, 1)


def payout_contributions(row: PayoutSums) -> Iterator[Contribution]:
    """What a payout without a ledger line adds to the day on which it was made, and to that on which it failed.

    Its fee stays: what the provider gives back of it is a line of fees, on that line's day.
    """
    day, currency = row.counted_day, row.currency
    if not day:
        return
    yield Contribution(day, "paid_out", currency, row.amount, 1)
    if row.failed_day:
        yield Contribution(row.failed_day, "paid_out", currency, -row.amount, -1)
    if row.fee:
        yield Contribution(day, "fees", currency, row.fee, 1)
        yield Contribution(day, "net", currency, -row.fee, 1)


def dispute_contributions(row: DisputeSums) -> Iterator[Contribution]:
    """What a dispute without ledger lines adds to the days on which its money was taken and given back."""
    for day, sign in ((row.withdrawn_day, 1), (row.reversed_day, -1)):
        if day and row.amount:
            yield Contribution(day, "disputes", row.currency, sign * row.amount, sign)
            yield Contribution(day, "net", row.currency, -sign * row.amount, sign)


def invoice_contributions(row: InvoiceSums) -> Iterator[Contribution]:
    """What an invoice adds to the day on which it was finalised."""
    if row.finalized_day and row.total and not row.deleted and row.status not in {"draft", "void"}:
        yield Contribution(row.finalized_day, "invoiced", row.currency, row.total, 1)


class Totals:
    """Collects differences during one transaction and writes them once.

    ``bills`` are those whose money was counted in or out: their shares by service are to be told anew.
    """

    def __init__(self, integration_id: int) -> None:
        self._integration_id = integration_id
        self._days: dict[tuple[str, str, str, str], list[int]] = {}
        self._clients: dict[tuple[str, str, int, str], list[int]] = {}
        self._rows: dict[str, int] = {}
        self.bills: set[Bill] = set()

    def rows(self, counted: str, more: int) -> None:
        """So many rows more, or less, are there to be counted (see ``books/counting.py``)."""
        self._rows[counted] = self._rows.get(counted, 0) + more

    def payment(self, row: PaymentSums, sign: int) -> None:
        """Count a payment's row in (+1) or out (-1)."""
        self.bills.add(bill_of_payment(row))
        self._add(payment_contributions(row), row.location_ref, sign)
        for day, amount, _on_ledger in captures_of(row):
            self._client(day, row, sign * amount, 0, sign)

    def refund(self, row: RefundSums, sign: int) -> None:
        """Count a refund's row in or out."""
        self.bills.add(bill_of_refund(row))
        self._add(refund_contributions(row), row.location_ref, sign)
        for day, way in ((row.refunded_day, sign), (row.failed_day, -sign)):
            if day and row.refunded_day:
                self._client(day, row, 0, way * row.amount, 0)

    def entry(self, row: EntrySums, sign: int) -> None:
        """Count a ledger line in or out."""
        self._add(entry_contributions(row), row.location_ref, sign)

    def payout(self, row: PayoutSums, sign: int) -> None:
        """Count a payout in or out."""
        self._add(payout_contributions(row), row.location_ref, sign)

    def dispute(self, row: DisputeSums, sign: int) -> None:
        """Count a dispute in or out."""
        self._add(dispute_contributions(row), row.location_ref, sign)

    def invoice(self, row: InvoiceSums, sign: int) -> None:
        """Count an invoice in or out."""
        self._add(invoice_contributions(row), row.location_ref, sign)

    def _add(self, contributions: Iterator[Contribution], location: str, sign: int) -> None:
        days = self._days
        for day, measure, currency, amount, count in contributions:
            key = (day, measure, currency, location)
            sums = days.get(key)
            if sums is None:
                days[key] = [sign * amount, sign * count]
            else:
                sums[0] += sign * amount
                sums[1] += sign * count

    def _client(self, day: str, row: PaymentSums | RefundSums, collected: int, refunds: int, payments: int) -> None:
        """Count for the client over all locations, and at the row's where it has one."""
        for location in ("", row.location_ref) if row.location_ref else ("",):
            sums = self._clients.setdefault((day[:7], row.currency, row.client_link_id, location), [0, 0, 0])
            sums[0] += collected
            sums[1] += refunds
            sums[2] += payments

    @property
    def days(self) -> Mapping[tuple[str, str, str, str], Sequence[int]]:
        """What was collected so far: (amount, count) by day, measure, currency and location."""
        return self._days

    @property
    def clients(self) -> Mapping[tuple[str, str, int, str], Sequence[int]]:
        """What was collected so far: (collected, refunds, payments) by month, currency, link and location ("": all)."""
        return self._clients

    def write(self, writer: Writer, shelf: Shelf) -> bool:
        """Add the differences to what is stored; True where there were any of sums."""
        add_counts(writer, shelf, {(self._integration_id, counted): more for counted, more in self._rows.items()})
        self._rows.clear()
        days = [
            (day, measure, currency, self._integration_id, location, amount, count)
            for (day, measure, currency, location), (amount, count) in self._days.items()
            if amount or count
        ]
        clients = [
            (month, currency, link, self._integration_id, location, collected, refunds, payments, collected - refunds)
            for (month, currency, link, location), (collected, refunds, payments) in self._clients.items()
            if collected or refunds or payments
        ]
        if days:
            columns, sums = (*_DAILY_KEYS, "amount", "count"), ("amount", "count")
            writer.run_many(shelf.upsert(table_of(DailyTotal), _DAILY_KEYS, columns, add=sums), days)
        if clients:
            names = (*_CLIENT_KEYS, *_CLIENT_SUMS)
            writer.run_many(shelf.upsert(table_of(ClientTotal), _CLIENT_KEYS, names, add=_CLIENT_SUMS), clients)
        self._days.clear()
        self._clients.clear()
        return bool(days or clients)


_DAILY_KEYS = ("day", "measure", "currency", "integration_id", "location_ref")
_CLIENT_KEYS = ("month", "currency", "client_link_id", "integration_id", "location_ref")
_CLIENT_SUMS = ("collected", "refunds", "payments", "paid")
