"""A whole demo: both pretend providers connected and synced, and every figure held against what really happened."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from desktop.actions.business import Business
from desktop.actions.status import standing
from desktop.books.rebuild import compare_totals
from desktop.cli.demo import connect_demo, demo_environment
from desktop.reports.dashboard import CurrencyDashboard, dashboard
from desktop.reports.openings import check_figures
from desktop.sandbox import launch
from desktop.sandbox.__main__ import describe
from desktop.workspace import open_business
from tests.checks.years import Run

MEASURES = (
    *("collected", "refunds", "returned", "disputes", "fees", "net"),
    *("tips", "stored_value", "stored_refunds"),
)
Sums = Mapping[str, Mapping[str, Mapping[str, int]]]
"""By month and currency, what the sandbox noted."""


@contextmanager
def demo(run: Run) -> Iterator[tuple[Business, launch.Both]]:
    """The books of a demo of this day, connected by consent and synced, as ``paydesk demo`` makes them."""
    with (
        launch.start_both(
            seed=run.seed, today=run.day, timezone=run.zone, sales_a_day=run.density, pace=run.density
        ) as both,
        tempfile.TemporaryDirectory(prefix="paydesk-check-") as folder,
    ):
        environment = demo_environment(describe(both), run.day.isoformat(), run.zone)
        business = open_business(Path(folder) / "books", environment, memory_key=True)
        try:
            connect_demo(business)
            yield business, both
        finally:
            business.close()


def check(run: Run) -> list[str]:
    """Everything that is wrong with a demo."""
    with demo(run) as (business, both):
        return list(faults(business, both, run.day))


def faults(business: Business, both: launch.Both, day: date) -> Iterator[str]:
    """Where the books of a demo are not what happened."""
    accounts = {account.integration.provider: account for account in standing(business).accounts}
    for provider, account in accounts.items():
        for stream in account.streams:
            if stream.state not in {"complete", "on_demand"}:
                yield f"{provider}: {stream.name} is {stream.state}: {stream.error}"
    with both.stripe.server.at_work(), both.square.server.at_work():
        truths = {"stripe": both.stripe.truth(), "square": both.square.truth()}
        due = {
            name: (world.journal.outstanding(now + 1), world.journal.overdue(day, now + 1))
            for name, world, now in (
                ("stripe", both.stripe.world, both.stripe.clock.now()),
                ("square", both.square.world, both.square.clock.now()),
            )
        }
    halves = {name: _by_code(truth["months"]) for name, truth in truths.items()}
    months = sorted({month for half in halves.values() for month in half})
    for month in months:
        for provider, half in halves.items():
            told = half.get(month, {})
            parts = _parts(business, month, integration_id=accounts[provider].integration.id)
            yield from _compare(f"{provider} {month}", told, parts)
        whole = {
            currency: {
                name: sum(half.get(month, {}).get(currency, {}).get(name, 0) for half in halves.values())
                for name in (*MEASURES, "payments_succeeded", "payments_failed")
            }
            for currency in {one for half in halves.values() for one in half.get(month, {})}
        }
        yield from _compare(f"all {month}", whole, _parts(business, month))
        for location, sums in truths["square"]["locations"].items():
            told = _by_code(sums).get(month, {})
            yield from _compare(f"location {location} {month}", told, _parts(business, month, location=location))
    for provider, (outstanding, overdue) in due.items():
        parts = _parts(business, None, integration_id=accounts[provider].integration.id)
        yield from _compare_due(provider, "outstanding", outstanding, parts)
        yield from _compare_due(provider, "overdue", overdue, parts)
    yield from _emptiness(business, [one["id"] for one in _active(both)])
    yield from feet(business, months[-2:])
    for difference in compare_totals(business.books):
        yield f"the kept sums differ from a rebuild: {difference}"


def feet(business: Business, months: list[str]) -> Iterator[str]:
    """Where a figure that can be clicked is not the foot of what it opens, in any currency, account and location."""
    for month in months:
        for one in check_figures(business.books, business.today(), month):
            if not one.holds:
                where = f"{month} {one.currency} account {one.integration_id} location {one.location}"
                yield f"{where}: {one.name} is {one.figure}, its rows have {one.foot}"


def _active(both: launch.Both) -> list[dict[str, Any]]:
    return [one for one in both.square.world.every("location") if one["status"] == "ACTIVE"]


def _by_code(months: Sums) -> dict[str, dict[str, Mapping[str, int]]]:
    return {month: {code.lower(): sums for code, sums in told.items()} for month, told in months.items()}


def _parts(business: Business, month: str | None, **scope: Any) -> dict[str, CurrencyDashboard]:
    report = dashboard(business.books, business.today(), month, **scope)
    return {part.currency: part for part in report.currencies}


def _compare(what: str, told: Mapping[str, Mapping[str, int]], parts: Mapping[str, CurrencyDashboard]) -> Iterator[str]:
    for currency in sorted({*told, *parts}):
        expected = told.get(currency, {})
        figures = parts[currency].figures if currency in parts else None
        for name in MEASURES:
            found = getattr(figures, name) if figures is not None else 0
            if found != expected.get(name, 0):
                yield f"{what} {currency}: {name} is {found}, happened {expected.get(name, 0)}"
        if figures is None:
            continue
        good, bad = (expected.get(f"payments_{ending}", 0) for ending in ("succeeded", "failed"))
        rate = good / (good + bad) if good + bad else None
        if figures.payment_success_rate != rate:
            yield f"{what} {currency}: the success rate is {figures.payment_success_rate}, happened {rate}"
        count, average = expected.get("invoices_finalised", 0), figures.average_invoice_value
        if count and (average is None or abs(average * count - expected["invoiced"]) > count):
            yield f"{what} {currency}: the average invoice is {average}, happened {expected['invoiced']} / {count}"
        served = sum(one.amount for one in parts[currency].revenue_by_service)
        if served != figures.total_revenue:
            yield f"{what} {currency}: services sum to {served}, not to {figures.total_revenue}"


def _compare_due(
    provider: str, name: str, told: Mapping[str, Mapping[str, int]], parts: Mapping[str, CurrencyDashboard]
) -> Iterator[str]:
    expected = {code.lower(): (sums["count"], sums["amount"]) for code, sums in told.items()}
    for currency in sorted({*expected, *parts}):
        counted = getattr(parts[currency], name) if currency in parts else None
        found = (counted.count, counted.amount) if counted is not None else (0, 0)
        if found != expected.get(currency, (0, 0)):
            yield f"{provider} {currency}: {name} is {found}, happened {expected.get(currency, (0, 0))}"


def _emptiness(business: Business, locations: list[str]) -> Iterator[str]:
    shown = _parts(business, None)
    for currency in ("usd", "jpy"):
        if currency not in shown or shown[currency].figures.collected <= 0:
            yield f"the current month shows nothing in {currency}"
    for location in locations:
        part = _parts(business, None, location=location).get("usd")
        if part is None or part.figures.collected <= 0:
            yield f"the current month shows nothing at {location}"
