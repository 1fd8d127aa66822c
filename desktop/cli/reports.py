"""Reports on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from desktop.cli.locations import find_location
from desktop.cli.output import document, facts, say, table
from desktop.cli.output import money as money_text
from desktop.cli.session import Session
from desktop.errors import UsageError
from desktop.regions import Region
from desktop.reports.dashboard import Dashboard, dashboard, to_json

REPORTS = ("dashboard",)
FORMATS = ("", "json")


def show(session: Session, name: str, *, currency: str, month: str | None, form: str, location: str = "") -> int:
    """Print a report: for people where no form is asked for; ``location`` is the id or the name of a location.

    Raises: UsageError for a report, a form or a location that there is not.
    """
    if name not in REPORTS:
        raise UsageError("No such report", f"There is no report called {name}.", f"There is {', '.join(REPORTS)}.")
    if form not in FORMATS:
        raise UsageError("No such format", f"The {name} report cannot be written as {form}.", "Use --format json.")
    with session.business() as business:
        found = find_location(business, location)
        ref = found.ref if found is not None else None
        report = dashboard(business.books, business.today(), month, location=ref)
        region = business.region()
    answer = to_json(report)
    for part in report.currencies:
        answer["currencies"][part.currency]["tips"] = part.figures.tips
    if found is not None:
        answer["location"] = {"id": found.ref, "name": found.name}
    if currency:
        answer["currencies"] = {code: sums for code, sums in answer["currencies"].items() if code == currency}
    if form:
        document(answer)
    else:
        say_dashboard(answer, units_of(report), region)
    return 0


def units_of(report: Dashboard) -> dict[str, str | None]:
    """By currency the provider in whose minor units its sums are."""
    return {part.currency: part.provider for part in report.currencies}


def say_dashboard(answer: dict[str, Any], units: Mapping[str, str | None], region: Region) -> None:
    """The dashboard for people; ``units``: see :func:`units_of`."""
    location = answer.get("location")
    where = f", {location['name']} only" if location else ""
    month, day = region.month(answer["month"]), region.day(answer["as_of"])
    say(f"{month} as of {day}, days in {answer['timezone']}{where}")
    if not answer["currencies"]:
        say("Nothing yet: connect an account and sync it.")
    for currency, sums in answer["currencies"].items():
        money = partial(money_text, currency=currency, provider=units[currency])
        say()
        say(currency.upper())
        open_, late = sums["outstanding_invoices"], sums["overdue_invoices"]
        rate = sums["payment_success_rate"]
        facts(
            {
                "Total revenue": f"{money(sums['total_revenue'])}  (collected − refunds − returned)",
                "Collected": money(sums["collected"]) + _tips(sums.get("tips", 0), money),
                "Refunds": money(sums["refunds"]),
                "Returned": money(sums["returned"]),
                "Disputes": money(sums["disputes"]),
                "Fees": money(sums["fees"]),
                "Net": money(sums["net"]) + ("  (some was converted)" if sums["converted"] else ""),
                "Outstanding invoices": f"{money(open_['amount'])} in {open_['count']:,}",
                "Late invoices": f"{money(late['amount'])} in {late['count']:,}",
                "Payment success rate": "—" if rate is None else region.percent(f"{rate * 100:.1f}"),
                "Average invoice value": money(sums["average_invoice_value"]),
            }
        )
        if sums["top_clients"]:
            say()
            rows = [(client["name"], money(client["amount"])) for client in sums["top_clients"]]
            table(rows, ("Top paying clients", "Paid"), right=(1,))
        if sums["revenue_by_service"]:
            say()
            rows = [(part["service"], money(part["amount"])) for part in sums["revenue_by_service"]]
            table(rows, ("Revenue by service type", "Amount"), right=(1,))


def _tips(amount: int, money: Callable[[int], str]) -> str:
    return f"  ({money(amount)} of it tips)" if amount else ""
