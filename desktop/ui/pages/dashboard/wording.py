"""The dashboard's sentences: figures with what they are compared with, definitions, and the ground they stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from desktop.periods import add_days
from desktop.ui.text import Tone
from desktop.ui.translation import translate
from desktop.ui.wording import days_text, money_text, month_name, month_text, percent_text, region

if TYPE_CHECKING:
    from desktop.reports.dashboard import CurrencyDashboard, Dashboard

#: Above this a percentage says nothing any more; the difference is shown instead.
_MOST_PERMILLE: Final = 9_999


@dataclass(frozen=True, slots=True)
class FigureText:
    """What a key figure says. ``spoken`` is its line for the ear, ``note`` what its tooltip adds."""

    title: str
    amount: str
    line: str = ""
    tone: Tone = "text-3"
    spoken: str = ""
    note: str = ""


def definition_of(figure: str) -> str:
    """What a figure is, for its tooltip."""
    texts = {
        "total_revenue": translate(
            "Dashboard",
            "Total revenue: collected, less refunds, less returned payments, in the month. Collected is the amount "
            "captured, in the currency of the charge, on the day of its ledger line.",
        ),
        "outstanding": translate(
            "Dashboard",
            "Outstanding: what remains to be paid of open invoices, as of today. Late: the due day is over.",
        ),
        "success_rate": translate(
            "Dashboard",
            "Payments that succeeded among those that succeeded or ended failed, by the day of the first attempt. "
            "A payment counts once however often it was tried; abandoned and cancelled ones are left out.",
        ),
        "average_invoice": translate(
            "Dashboard",
            "Total divided by count of the invoices finalised in the month, without drafts, void and zero ones.",
        ),
        "top_clients": translate("Dashboard", "The ten clients with the most collected, less refunds, in the month."),
        "services": translate(
            "Dashboard",
            "What was collected, less refunds and returned payments, for each invoice and each order, split over its "
            "lines; “Not itemised” is the rest. It sums to total revenue.",
        ),
        "chart": translate(
            "Dashboard",
            "Collected, less refunds: the amount captured on the day of its ledger line, before fees, less refunds "
            "on the day of the refund.",
        ),
        "collected": translate(
            "Dashboard",
            "Collected: the amount captured, in the currency of the charge, on the day of its ledger line. A payment "
            "that fails later stays here and appears as returned on the day it fails.",
        ),
        "refunds": translate(
            "Dashboard",
            "Refunds: pending and succeeded ones, by the day of the refund. One that fails is booked back on the day "
            "it fails.",
        ),
        "returned": translate(
            "Dashboard", "Returned: payments that were collected and failed later, on the day they failed."
        ),
        "disputes": translate(
            "Dashboard", "Disputes: what was withdrawn for disputes less what was won back. Their fees are fees."
        ),
        "fees": translate("Dashboard", "Fees: what the provider kept, in the settlement currency."),
        "net": translate(
            "Dashboard", "Net: what the ledger says remains of the month's payments, in the settlement currency."
        ),
        "converted": translate(
            "Dashboard",
            "Converted: payments of the month that were settled in another currency. They are collected in the "
            "currency of the charge and net in the one they were settled in: here is what that takes away or adds.",
        ),
        "stored_value": translate(
            "Dashboard",
            "Paid with stored value: with gift cards, store credit and house accounts. It is no money that came in: "
            "that counted when the card was sold. It is neither in collected nor in net.",
        ),
        "stored_refunds": translate(
            "Dashboard", "Back onto stored value: refunds onto gift cards, store credit and house accounts. No money."
        ),
        "other": translate(
            "Dashboard",
            "Other: lines of the provider's ledger about payments that are not in the books, and payments whose line "
            "says another amount.",
        ),
    }
    return texts[figure]


# --------------------------------------------------------------------------------------------------- comparisons


def compared_days(report: Dashboard) -> str:
    """What the month is compared with: "October", or "1–22 Oct" while the month is in progress."""
    period = report.compared_with
    if period.kind == "month":
        name = month_name(period.start_day)
        same_year = period.start_day[:4] == report.month[:4]
        return name if same_year else month_text(period.start_day)
    return days_text(period.start_day, add_days(period.end_day_exclusive, -1), report.month)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a figure stands to the one before it: the line, its tone, and the line for the ear."""

    line: str
    tone: Tone
    spoken: str


def compare(now: int, before: int, than: str, currency: str, provider: str | None) -> Comparison:
    """Now beside before: in percent where that says something, else by the difference, always with a sign in words."""
    if now == before:
        line = translate("Dashboard", "Same as {0}").format(than)
        return Comparison(line, "text-3", line)
    if before == 0:
        line = translate("Dashboard", "Nothing in {0}").format(than)
        return Comparison(line, "text-3", line)
    change = _change(now, before, currency, provider)
    if now > before:
        return Comparison(
            translate("Dashboard", "▲ {0} on {1}").format(change, than),
            "accent",
            translate("Dashboard", "up {0} on {1}").format(change, than),
        )
    return Comparison(
        translate("Dashboard", "▼ {0} on {1}").format(change, than),
        "danger",
        translate("Dashboard", "down {0} on {1}").format(change, than),
    )


def _change(now: int, before: int, currency: str, provider: str | None) -> str:
    difference = abs(now - before)
    permille = (difference * 2000 + before) // (2 * before) if before > 0 and now >= 0 else _MOST_PERMILLE + 1
    if permille > _MOST_PERMILLE:
        return money_text(difference, currency, provider)
    if permille == 0:
        return translate("Dashboard", "under {0}").format(percent_text(1))
    return percent_text(permille)


def rate_text(succeeded: int, failed: int) -> str:
    """A share in percent that says 100 only for all and 0 only for none; a dash where nothing ended."""
    ended = succeeded + failed
    if not ended:
        return "—"
    if not failed or not succeeded:
        return region().percent("100" if succeeded else "0")
    permille = min(max((succeeded * 2000 + ended) // (2 * ended), 1), 999)
    return percent_text(permille)


# ----------------------------------------------------------------------------------------------------- key figures


def revenue_text(report: Dashboard, part: CurrencyDashboard) -> FigureText:
    """Total revenue of the month."""
    than, now, before = compared_days(report), part.figures.total_revenue, part.previous.total_revenue
    found = compare(now, before, than, part.currency, part.provider)
    if not now and not before:
        quiet = translate("Dashboard", "Nothing collected yet")
        over = translate("Dashboard", "Nothing collected")
        line = quiet if report.month == report.as_of[:7] else over
        found = Comparison(line, "text-3", line)
    month = month_name(report.month) if report.month[:4] == report.as_of[:4] else month_text(report.month)
    return FigureText(
        translate("Dashboard", "Total revenue · {0}").format(month),
        money_text(now, part.currency, part.provider),
        found.line,
        found.tone,
        found.spoken,
        translate("Dashboard", "{0}: {1}").format(
            than[:1].upper() + than[1:], money_text(before, part.currency, part.provider)
        ),
    )


def outstanding_text(report: Dashboard, part: CurrencyDashboard) -> FigureText:
    """What is open today, and how much of it is late."""
    count, late = part.outstanding.count, part.overdue.count
    if count == 1:
        line = translate("Dashboard", "1 invoice")
    else:
        line = translate("Dashboard", "{0} invoices").format(f"{count:,}")
    if not count:
        line = translate("Dashboard", "Nothing is waiting to be paid")
    if late:
        line += " · " + translate("Dashboard", "{0} late").format(f"{late:,}")
    if count and report.month != report.as_of[:7]:
        line += " " + translate("Dashboard", "today")
    overdue = money_text(part.overdue.amount, part.currency, part.provider)
    note = translate("Dashboard", "Late: {0}").format(overdue)
    return FigureText(
        translate("Dashboard", "Outstanding invoices"),
        money_text(part.outstanding.amount, part.currency, part.provider),
        line,
        "danger" if late else "text-3",
        note=note if late else "",
    )


def success_text(report: Dashboard, part: CurrencyDashboard) -> FigureText:
    """How many payments came through."""
    succeeded, failed = part.figures.succeeded, part.figures.failed
    line = translate("Dashboard", "{0} of {1} failed").format(f"{failed:,}", f"{succeeded + failed:,}")
    if not succeeded + failed:
        line = translate("Dashboard", "No payment has ended")
    elif not failed:
        line = translate("Dashboard", "None of {0} failed").format(f"{succeeded:,}")
    before = rate_text(part.previous.succeeded, part.previous.failed)
    return FigureText(
        translate("Dashboard", "Payment success rate"),
        rate_text(succeeded, failed),
        line,
        note=translate("Dashboard", "{0}: {1}").format(compared_days(report), before),
    )


def average_text(report: Dashboard, part: CurrencyDashboard) -> FigureText:
    """What an invoice of the month comes to."""
    now, before, than = part.figures.average_invoice_value, part.previous.average_invoice_value, compared_days(report)
    if now is None:
        line = translate("Dashboard", "No invoice was finalised")
        return FigureText(translate("Dashboard", "Average invoice value"), "—", line)
    found = compare(now, before or 0, than, part.currency, part.provider)
    note = translate("Dashboard", "{0} on {1} invoices").format(
        money_text(part.figures.invoiced, part.currency, part.provider), f"{part.figures.invoices:,}"
    )
    return FigureText(
        translate("Dashboard", "Average invoice value"),
        money_text(now, part.currency, part.provider),
        found.line,
        # A smaller invoice is no loss: only the direction is told.
        "accent" if found.tone == "accent" else "text-3",
        found.spoken,
        note,
    )
