"""On worlds made by chance the dashboard says what a plain count over the rows says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.books.tables import (
    BalanceEntry,
    Base,
    Client,
    ClientLink,
    Dispute,
    Invoice,
    Payment,
    PaymentAttempt,
    PaymentPart,
    Payout,
    Refund,
)
from desktop.books.tables.base import table_of
from desktop.reports.dashboard import Dashboard, dashboard, to_json
from tests.helpers.shops import STEADY, ZONE, Shop
from tests.helpers.towns import Town
from tests.helpers.variants import variants
from tests.worlds import World

TODAY = "2026-04-01"
MONTHS = ("2026-03", "2026-04")
_ROWS = (Payment, PaymentAttempt, PaymentPart, Refund, Payout, Dispute, BalanceEntry, Invoice, Client, ClientLink)
_PAYMENT_KINDS = {"charge", "refund", "refund_failure", "payment_failure", "dispute", "dispute_reversal", "fee"}
Sums = dict[str, dict[str, int]]


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
@settings(STEADY, max_examples=variants(14))
def test_the_figures_are_what_the_rows_add_up_to(seeds: list[int]) -> None:
    with TemporaryDirectory() as home:
        world = World(Path(home))
        for seed in seeds:
            Shop(world.books).take(*Town(seed).objects)
        rows = {model: _all(world, model) for model in _ROWS}
        scopes = _scopes(rows)
        reports = [
            (
                scope,
                [dashboard(world.books, TODAY, month, location=scope[0], integration_id=scope[1]) for month in MONTHS],
            )
            for scope in scopes
        ]
        world.books.close()
    for (location, account), told in reports:
        assert [report.month for report in told] == list(MONTHS)
        for report in told:
            _compare(report, _within(rows, location, account))


Scope = tuple[str | None, int | None]


def _scopes(rows: dict[type[Base], list[Any]]) -> list[Scope]:
    """Everything, each account, each place, and each place of one account."""
    places = sorted({row.location_ref for model in (Payment, Invoice) for row in rows[model]} - {""})
    accounts = sorted({row.integration_id for row in rows[Payment]})
    return [
        (None, None),
        *((None, account) for account in accounts),
        *((place, None) for place in places),
        *((place, accounts[0]) for place in places),
    ]


def _within(
    rows: dict[type[Base], list[Any]], location: str | None, account: int | None
) -> dict[type[Base], list[Any]]:
    def counts(row: Any) -> bool:
        here = location is None or row.location_ref == location
        return here and (account is None or row.integration_id == account)

    # Parts are looked up by their payments.
    people = {model: rows[model] for model in (Client, ClientLink, PaymentPart)}
    return {
        model: [row for row in found if counts(row)] for model, found in rows.items() if model not in people
    } | people


def _all(world: World, model: type[Base]) -> list[Any]:
    with world.books.read() as connection:
        return list(connection.execute(select(table_of(model))).all())


def _compare(report: Dashboard, rows: dict[type[Base], list[Any]]) -> None:
    expected = _counted(report.month, rows)
    shown = to_json(report)["currencies"]
    assert set(expected) <= set(shown)
    for currency, figures in shown.items():
        counted = expected[currency]
        for name in (
            "collected", "refunds", "returned", "disputes", "fees", "net", "paid_with_stored_value",
            "refunded_to_stored_value",
        ):  # fmt: skip
            assert figures[name] == counted[name], (report.month, currency, name)
        revenue = counted["collected"] - counted["refunds"] - counted["returned"]
        assert figures["total_revenue"] == revenue
        assert figures["outstanding_invoices"] == {"count": counted["open"], "amount": counted["due"]}
        assert figures["overdue_invoices"] == {"count": counted["late"], "amount": counted["late due"]}
        ended = counted["succeeded"] + counted["failed"]
        assert figures["payment_success_rate"] == (counted["succeeded"] / ended if ended else None)
        assert (figures["average_invoice_value"] is None) == (counted["invoices"] == 0)
        if counted["invoices"]:
            twice = 2 * (counted["invoiced"] - figures["average_invoice_value"] * counted["invoices"])
            assert -counted["invoices"] <= twice < counted["invoices"]
        assert sum(part["amount"] for part in figures["revenue_by_service"]) == revenue
        assert [one["amount"] for one in figures["top_clients"]] == _top(report.month, currency, rows)


def _counted(month: str, rows: dict[type[Base], list[Any]]) -> Sums:
    sums: Sums = defaultdict(lambda: defaultdict(int))

    def within(day: str | None) -> bool:
        return day is not None and day.startswith(month)

    for row in rows[Payment]:
        own = sums[row.currency]
        for day, amount, on_ledger in _moved(rows, row, "capture", row.booked_day, row.collected):
            if within(day):
                own["collected"] += amount
                own["net"] += 0 if on_ledger else amount
        for day, amount, on_ledger in _moved(rows, row, "return", row.returned_day, row.returned):
            if within(day):
                own["returned"] += amount
                own["net"] -= 0 if on_ledger else amount
        if within(row.booked_day):
            own["paid_with_stored_value"] += row.stored_value
        if within(row.attempted_day) and row.outcome in {"succeeded", "failed"}:
            own[row.outcome] += 1
    for row in rows[PaymentAttempt]:
        for day, amount in _fees_of(row):
            if row.amount_captured and within(day):
                sums[row.currency]["fees"] += amount
                sums[row.currency]["net"] -= amount
    for row in rows[Dispute]:
        signed = within(row.withdrawn_day) - within(row.reversed_day)
        sums[row.currency]["disputes"] += signed * row.amount
        sums[row.currency]["net"] -= signed * row.amount
    for row in rows[Refund]:
        signed = within(row.refunded_day) - (row.refunded_day is not None and within(row.failed_day))
        stored = within(row.stored_day) - (row.stored_day is not None and within(row.failed_day))
        sums[row.currency]["refunds"] += signed * row.amount
        sums[row.currency]["refunded_to_stored_value"] += stored * row.amount
        sums[row.currency]["net"] -= 0 if row.on_ledger else signed * row.amount - (signed + stored) * (row.fee or 0)
        sums[row.currency]["fees"] -= 0 if row.on_ledger else (signed + stored) * (row.fee or 0)
    for row in rows[Payout]:
        if not row.on_ledger and within(row.counted_day):
            sums[row.currency]["fees"] += row.fee
            sums[row.currency]["net"] -= row.fee
    for row in rows[BalanceEntry]:
        if within(row.entry_day) and not row.settles:
            own, pays = sums[row.currency], row.kind in _PAYMENT_KINDS
            own["net"] += row.net if pays else 0
            if row.kind in {"payout", "payout_failure"}:
                own["net"] -= row.fee
            if pays or row.kind.startswith("payout"):
                own["fees"] += row.fee - (row.amount if row.kind == "fee" else 0)
            own["disputes"] -= row.amount if row.kind.startswith("dispute") else 0
    for row in rows[Invoice]:
        own = sums[row.currency]
        if row.deleted:
            continue
        if within(row.finalized_day) and row.total and row.status not in {"draft", "void"}:
            own["invoiced"] += row.total
            own["invoices"] += 1
        if row.status in {"open", "partly_paid"}:
            late = row.due_day is not None and row.due_day < TODAY
            own["open"] += 1
            own["due"] += row.amount_remaining
            own["late"] += late
            own["late due"] += row.amount_remaining if late else 0
    return defaultdict(lambda: defaultdict(int), {name: own for name, own in sums.items() if any(own.values())})


def _moved(
    rows: dict[type[Base], list[Any]], payment: Any, kind: str, day: str | None, whole: int
) -> list[tuple[str | None, int, bool]]:
    """When how much of a payment's money moved: as its parts have it, else all at once."""
    parts = [
        (row.day, row.amount, row.on_ledger)
        for row in rows[PaymentPart]
        if (row.integration_id, row.payment_ref, row.kind) == (payment.integration_id, payment.external_id, kind)
    ]
    return parts or [(day, whole, payment.on_ledger)]


def _fees_of(attempt: Any) -> Iterator[tuple[str, int]]:
    """What an attempt says of fees, by day: its parts on theirs, and what is left on that of its capture."""
    if attempt.fee is None:
        return
    parts = json.loads(attempt.fee_parts or "[]")
    taken_at = attempt.captured_at or attempt.created_at
    for at, amount in (*parts, (taken_at, attempt.fee - sum(amount for _, amount in parts))):
        yield datetime.fromtimestamp(at / 1000, ZoneInfo(ZONE)).date().isoformat(), amount


def _top(month: str, currency: str, rows: dict[type[Base], list[Any]]) -> list[int]:
    clients = {row.id: row.client_id for row in rows[ClientLink]}
    paid: dict[int, int] = defaultdict(int)
    for row in rows[Payment]:
        if row.currency == currency and row.client_link_id:
            for day, amount, _on_ledger in _moved(rows, row, "capture", row.booked_day, row.collected):
                paid[clients[row.client_link_id]] += amount if (day or "").startswith(month) else 0
    for row in rows[Refund]:
        if row.currency == currency and row.client_link_id and row.refunded_day:
            back = row.refunded_day.startswith(month) - (row.failed_day or "").startswith(month)
            paid[clients[row.client_link_id]] -= back * row.amount
    return sorted((amount for amount in paid.values() if amount > 0), reverse=True)[:10]
