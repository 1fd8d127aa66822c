"""A figure of the dashboard as a list is narrowed to it: its choice in a filter, what it is called, and the foot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.periods import add_days, period_of
from desktop.queries.figures import Figure
from desktop.ui.lists.words import word
from desktop.ui.translation import translate
from desktop.ui.wording import day_text, days_text, money_text, month_text

if TYPE_CHECKING:
    from desktop.queries.feet import Foot

FIGURE = "figure"
"""The key of the choice: its value is :func:`figure_choice`."""

_TITLES: Final[Mapping[str, object]] = {
    "total_revenue": QT_TRANSLATE_NOOP("ListWords", "Total revenue"),
    "paid": QT_TRANSLATE_NOOP("ListWords", "Collected, less refunds"),
    "who_paid": QT_TRANSLATE_NOOP("ListWords", "Paid, less refunds"),
    "collected": QT_TRANSLATE_NOOP("ListWords", "Collected"),
    "refunds": QT_TRANSLATE_NOOP("ListWords", "Refunds"),
    "returned": QT_TRANSLATE_NOOP("ListWords", "Returned"),
    "disputes": QT_TRANSLATE_NOOP("ListWords", "Disputes"),
    "disputes_won": QT_TRANSLATE_NOOP("ListWords", "Disputes won back"),
    "fees": QT_TRANSLATE_NOOP("ListWords", "Fees"),
    "converted": QT_TRANSLATE_NOOP("ListWords", "Converted"),
    "net": QT_TRANSLATE_NOOP("ListWords", "Net"),
    "stored_value": QT_TRANSLATE_NOOP("ListWords", "Paid with stored value"),
    "stored_refunds": QT_TRANSLATE_NOOP("ListWords", "Back onto stored value"),
    "not_itemised": QT_TRANSLATE_NOOP("ListWords", "Not itemised"),
    "other_items": QT_TRANSLATE_NOOP("ListWords", "Other items"),
    "ended": QT_TRANSLATE_NOOP("ListWords", "Succeeded or failed"),
    "invoiced": QT_TRANSLATE_NOOP("ListWords", "Finalised"),
    "outstanding": QT_TRANSLATE_NOOP("ListWords", "Outstanding"),
    "overdue": QT_TRANSLATE_NOOP("ListWords", "Overdue"),
}


def figure_choice(figure: Figure) -> str:
    """A figure as one text; its account, location and client have choices of their own."""
    return json.dumps([figure.measure, figure.currency, figure.start_day, figure.end_day, figure.service])


def figure_of_choice(choice: str) -> Figure:
    """The figure that a text of :func:`figure_choice` says."""
    measure, currency, start, end, service = json.loads(choice)
    return Figure(measure, currency, start, end, service=service)


def measure_title(measure: str, service: str = "") -> str:
    """What a measure is called; a service by its name."""
    if measure == "service":
        return service or word(_TITLES["other_items"])
    return word(_TITLES[measure])


def days_title(start_day: str, end_day: str, today: str) -> str:
    """A run of days: "November 2026", "12 Nov", "2–8 Nov"."""
    if not start_day:
        return ""
    if (start_day, end_day) == month_days(start_day):
        return month_text(start_day)
    last = add_days(end_day, -1)
    return day_text(start_day, today) if last == start_day else days_text(start_day, last, today)


def month_days(day: str) -> tuple[str, str]:
    """The days of the month of a day, half-open."""
    month = period_of("month", day)
    return month.start_day, month.end_day_exclusive


def figure_title(figure: Figure, today: str) -> str:
    """What a chip says: "Outstanding · USD", "Succeeded or failed · November 2026 · USD".

    Of what moved, only the clients who paid are narrowed to by such a chip.
    """
    parts = (
        measure_title("who_paid" if figure.measure == "paid" else figure.measure, figure.service),
        days_title(figure.start_day, figure.end_day, today),
        figure.currency.upper(),
    )
    return " · ".join(part for part in parts if part)


def foot_texts(figure: Figure, foot: Foot, listing: str, within: tuple[str, ...] = ()) -> tuple[tuple[str, str], ...]:
    """What stands below the rows of a listing behind a figure: label and text.

    ``within`` says which of them are shown, so that no part of a figure is called by the figure's name alone.
    """
    return tuple((" · ".join((label, *within)), text) for label, text in _whole_foot(figure, foot, listing))


def _whole_foot(figure: Figure, foot: Foot, listing: str) -> tuple[tuple[str, str], ...]:
    amount = money_text(foot.amount, figure.currency, foot.unit)
    if figure.measure == "ended":
        text = translate("Figures", "{0} of {1} succeeded").format(f"{foot.succeeded:,}", f"{foot.count:,}")
        return ((translate("Figures", "Success rate"), text),) if foot.count else ()
    if figure.measure == "invoiced":
        if not foot.count:
            return ()
        average = (2 * foot.amount + foot.count) // (2 * foot.count)
        text = translate("Figures", "{0} ÷ {1} = {2}").format(
            amount, f"{foot.count:,}", money_text(average, figure.currency, foot.unit)
        )
        return ((translate("Figures", "Average invoice value"), text),)
    measure: str = "who_paid" if listing == "clients" else figure.measure
    if measure == "disputes" and foot.amount > 0:
        measure = "disputes_won"
    return ((measure_title(measure, figure.service), amount),)
