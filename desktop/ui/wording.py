"""Days, instants, shares and amounts as people read them: one writing for all pages.

Days are the business's (``YYYY-MM-DD``) and instants are shown by the clock on its wall, never by the machine's. How
they are written goes by the territory of Qt's default locale, which the application sets to the business's country.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from PySide6.QtCore import QLocale

from desktop.money import format_money
from desktop.providers.registry import currencies_of, provider_names, provider_title
from desktop.regions import Region
from desktop.ui.translation import translate


def region() -> Region:
    """Where the business is whose window this is."""
    territory = QLocale().territory()
    return Region("" if territory == QLocale.Country.World else QLocale.territoryToCode(territory))


def write_for(country: str) -> bool:
    """Write as in this country from now on, in English; whether that changes anything. In the UI thread only."""
    territory = QLocale.codeToTerritory(country) if country else QLocale.Country.World
    if territory == QLocale.Country.AnyTerritory:
        territory = QLocale.Country.World
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, territory))
    return QLocale().territory() != before.territory()


def country_text(code: str) -> str:
    """A country's name by its code, in English: "Germany"; the code itself where nobody knows it."""
    territory = QLocale.codeToTerritory(code) if code else QLocale.Country.AnyTerritory
    return code if territory == QLocale.Country.AnyTerritory else QLocale.territoryToString(territory)


def percent_text(permille: int) -> str:
    """A share in percent with one decimal: "94.2%", or "94.2 %" where that is the custom."""
    return region().percent(f"{permille // 10}.{permille % 10}")


def money_text(amount: int, currency: str, provider: str | None = None) -> str:
    """An amount with all of its decimals: "$4,200.00", "¥412,000", "−$12.50", with a minus sign and no hyphen."""
    text = format_money(amount, currency, table=currencies_of(provider))
    return text.replace("-", "−", 1) if amount < 0 else text


def month_name(month: str) -> str:
    """The name of a month ``YYYY-MM``: "November"."""
    return _month_names()[int(month[5:7]) - 1]


def month_text(month: str) -> str:
    """A month ``YYYY-MM`` with its year: "November 2026"."""
    return translate("Wording", "{month} {year}").format(month=month_name(month), year=month[:4])


def short_month_name(month: str) -> str:
    """A month ``YYYY-MM`` in three letters: "Nov"."""
    return _short_month_names()[int(month[5:7]) - 1]


def day_text(day: str, today: str = "") -> str:
    """A day, with its year where that is not today's: "12 Nov", "12 Nov 2025"; "Nov 12", "Nov 12, 2025" where the
    month comes first. Without ``today`` never a year.
    """
    if not day:
        return ""
    text = _in_month(str(int(day[8:10])), short_month_name(day))
    return _with_year(text, day[:4]) if today and day[:4] != today[:4] else text


def full_day_text(day: str) -> str:
    """A day with its weekday and year, for tooltips: "Sunday 22 November 2026", "Sunday, November 22, 2026"."""
    weekday = _weekday_names()[date.fromisoformat(day).weekday()]
    text = _with_year(_in_month(str(int(day[8:10])), month_name(day)), day[:4])
    form = translate("Wording", "{weekday}, {day}") if region().month_first else translate("Wording", "{weekday} {day}")
    return form.format(weekday=weekday, day=text)


def days_text(first: str, last: str, today: str = "") -> str:
    """A run of days: "1–22 Oct" or "Oct 1–22", "28 Oct – 3 Nov", with years where they are not today's."""
    if first == last:
        return day_text(first, today)
    if first[:7] == last[:7]:
        text = _in_month(f"{int(first[8:10])}–{int(last[8:10])}", short_month_name(last))
        return _with_year(text, last[:4]) if today and last[:4] != today[:4] else text
    return f"{day_text(first, today if first[:4] != last[:4] else '')} – {day_text(last, today)}"


def _in_month(days: str, month: str) -> str:
    form = (
        translate("Wording", "{month} {day}", "month first")
        if region().month_first
        else translate("Wording", "{day} {month}")
    )
    return form.format(day=days, month=month)


def _with_year(day: str, year: str) -> str:
    form = (
        translate("Wording", "{day}, {year}", "month first")
        if region().month_first
        else translate("Wording", "{day} {year}")
    )
    return form.format(day=day, year=year)


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
    return translate("Wording", "{day}, {time}").format(day=day_text(day, today), time=clock)


def any_provider_text() -> str:
    """The providers that can be connected, one as good as the other."""
    either = translate("Wording", " or ")
    return either.join(provider_title(name) for name in provider_names())


def _local(instant: int, where: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(instant // 1000, UTC).astimezone(where)


def _month_names() -> tuple[str, ...]:
    return (
        translate("Wording", "January"),
        translate("Wording", "February"),
        translate("Wording", "March"),
        translate("Wording", "April"),
        translate("Wording", "May"),
        translate("Wording", "June"),
        translate("Wording", "July"),
        translate("Wording", "August"),
        translate("Wording", "September"),
        translate("Wording", "October"),
        translate("Wording", "November"),
        translate("Wording", "December"),
    )


def _short_month_names() -> tuple[str, ...]:
    return (
        translate("Wording", "Jan"),
        translate("Wording", "Feb"),
        translate("Wording", "Mar"),
        translate("Wording", "Apr"),
        translate("Wording", "May", "short"),
        translate("Wording", "Jun"),
        translate("Wording", "Jul"),
        translate("Wording", "Aug"),
        translate("Wording", "Sep"),
        translate("Wording", "Oct"),
        translate("Wording", "Nov"),
        translate("Wording", "Dec"),
    )


def _weekday_names() -> tuple[str, ...]:
    return (
        translate("Wording", "Monday"),
        translate("Wording", "Tuesday"),
        translate("Wording", "Wednesday"),
        translate("Wording", "Thursday"),
        translate("Wording", "Friday"),
        translate("Wording", "Saturday"),
        translate("Wording", "Sunday"),
    )
