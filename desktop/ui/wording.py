"""Days, instants and amounts as people read them: one writing for all pages.

Days are the business's (``YYYY-MM-DD``) and instants are shown by the clock on its wall, never by the machine's.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication

from desktop.money import exponent, format_money


def money_text(amount: int, currency: str, provider: str | None = None) -> str:
    """An amount with all of its decimals: "$4,200.00", "¥412,000", "-$12.50"."""
    return format_money(amount, currency, provider=provider)


def round_money_text(amount: int, currency: str, provider: str | None = None) -> str:
    """An amount without decimals where they are all zero, for axes: "$4,000"."""
    text = money_text(amount, currency, provider)
    return text.removesuffix("." + "0" * exponent(currency, provider))


def month_name(month: str) -> str:
    """The name of a month ``YYYY-MM``: "November"."""
    return _month_names()[int(month[5:7]) - 1]


def month_text(month: str) -> str:
    """A month ``YYYY-MM`` with its year: "November 2026"."""
    return QCoreApplication.translate("Wording", "{month} {year}").format(month=month_name(month), year=month[:4])


def short_month_name(month: str) -> str:
    """A month ``YYYY-MM`` in three letters: "Nov"."""
    return _short_month_names()[int(month[5:7]) - 1]


def day_text(day: str, today: str = "") -> str:
    """A day, with its year where that is not today's: "12 Nov", "12 Nov 2025". Without ``today`` never a year."""
    if not day:
        return ""
    parts = {"day": int(day[8:10]), "month": short_month_name(day), "year": day[:4]}
    if today and day[:4] != today[:4]:
        return QCoreApplication.translate("Wording", "{day} {month} {year}").format(**parts)
    return QCoreApplication.translate("Wording", "{day} {month}").format(**parts)


def full_day_text(day: str) -> str:
    """A day with its weekday and year, for tooltips: "Sunday 22 November 2026"."""
    weekday = _weekday_names()[date.fromisoformat(day).weekday()]
    return QCoreApplication.translate("Wording", "{weekday} {day} {month} {year}").format(
        weekday=weekday, day=int(day[8:10]), month=month_name(day), year=day[:4]
    )


def days_text(first: str, last: str, today: str = "") -> str:
    """A run of days: "1–22 Oct", "28 Oct – 3 Nov", with years where they are not today's."""
    if first == last:
        return day_text(first, today)
    if first[:7] == last[:7]:
        return f"{int(first[8:10])}–{day_text(last, today)}"
    return f"{day_text(first, today if first[:4] != last[:4] else '')} – {day_text(last, today)}"


def clock_text(instant: int, where: ZoneInfo) -> str:
    """An instant (ms) by the business's clock: "14:02"."""
    return _local(instant, where).strftime("%H:%M")


def day_of_instant(instant: int, where: ZoneInfo) -> str:
    """The business's day of an instant (ms), ``YYYY-MM-DD``."""
    return _local(instant, where).date().isoformat()


def instant_text(instant: int, where: ZoneInfo, today: str) -> str:
    """An instant (ms): "14:02" today, "21 Nov, 14:02" on other days, with the year where that is not today's."""
    day, clock = day_of_instant(instant, where), clock_text(instant, where)
    if day == today:
        return clock
    return QCoreApplication.translate("Wording", "{day}, {time}").format(day=day_text(day, today), time=clock)


def provider_title(name: str) -> str:
    """A provider's name as it writes itself."""
    return name[:1].upper() + name[1:]


def _local(instant: int, where: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant // 1000, UTC).astimezone(where)


def _month_names() -> tuple[str, ...]:
    return (
        QCoreApplication.translate("Wording", "January"),
        QCoreApplication.translate("Wording", "February"),
        QCoreApplication.translate("Wording", "March"),
        QCoreApplication.translate("Wording", "April"),
        QCoreApplication.translate("Wording", "May"),
        QCoreApplication.translate("Wording", "June"),
        QCoreApplication.translate("Wording", "July"),
        QCoreApplication.translate("Wording", "August"),
        QCoreApplication.translate("Wording", "September"),
        QCoreApplication.translate("Wording", "October"),
        QCoreApplication.translate("Wording", "November"),
        QCoreApplication.translate("Wording", "December"),
    )


def _short_month_names() -> tuple[str, ...]:
    return (
        QCoreApplication.translate("Wording", "Jan"),
        QCoreApplication.translate("Wording", "Feb"),
        QCoreApplication.translate("Wording", "Mar"),
        QCoreApplication.translate("Wording", "Apr"),
        QCoreApplication.translate("Wording", "May", "short"),
        QCoreApplication.translate("Wording", "Jun"),
        QCoreApplication.translate("Wording", "Jul"),
        QCoreApplication.translate("Wording", "Aug"),
        QCoreApplication.translate("Wording", "Sep"),
        QCoreApplication.translate("Wording", "Oct"),
        QCoreApplication.translate("Wording", "Nov"),
        QCoreApplication.translate("Wording", "Dec"),
    )


def _weekday_names() -> tuple[str, ...]:
    return (
        QCoreApplication.translate("Wording", "Monday"),
        QCoreApplication.translate("Wording", "Tuesday"),
        QCoreApplication.translate("Wording", "Wednesday"),
        QCoreApplication.translate("Wording", "Thursday"),
        QCoreApplication.translate("Wording", "Friday"),
        QCoreApplication.translate("Wording", "Saturday"),
        QCoreApplication.translate("Wording", "Sunday"),
    )
