"""Days and periods of the business: which day an instant belongs to, and where days, weeks and months begin.

Instants are integer milliseconds since the epoch, UTC. Days are ISO text ``YYYY-MM-DD`` in the business's zone; the
day of an instant is the date that the clock on the business's wall shows (IANA time zone data, by ``zoneinfo``).
Periods are half-open: they begin with their first day and end before ``end_day_exclusive``.
"""

from __future__ import annotations

import re
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from desktop.errors import UsageError

DAY_MS: Final = 86_400_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_ORDINAL: Final = 719_163  # date(1970, 1, 1).toordinal()
_MS: Final = timedelta(milliseconds=1)
_SPAN: Final = 400 * DAY_MS
_YEARS: Final = range(1900, 3000)


# ------------------------------------------------------------------------------------------------- instants


def rfc3339(ms: int) -> str:
    """The instant as RFC 3339 in UTC; with milliseconds only where there are any."""
    moment = (_EPOCH + timedelta(milliseconds=ms)).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds" if ms % 1000 else "seconds") + "Z"


# ----------------------------------------------------------------------------------------------------- days


def parse_day(text: str) -> str:
    """The day itself, if it is a day of the calendar written ``YYYY-MM-DD``. Raises UsageError."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and date.fromisoformat(text).year in _YEARS:
            return text
    except ValueError:
        pass
    raise UsageError("Not a day", f"“{text[:40]}” is not a day of the calendar.", "Write it as 2026-03-04.")


def day_number(day: str) -> int:
    """Days since 1970-01-01, for counting with days."""
    return date.fromisoformat(day).toordinal() - _EPOCH_ORDINAL


def day_of_number(number: int) -> str:
    """The day that is ``number`` days after 1970-01-01."""
    return date.fromordinal(number + _EPOCH_ORDINAL).isoformat()


def add_days(day: str, count: int) -> str:
    """The day ``count`` days later (earlier if negative)."""
    return day_of_number(day_number(day) + count)


def days_between(start: str, end: str) -> int:
    """How many days ``end`` is after ``start``; days late, when start is the due day."""
    return day_number(end) - day_number(start)


# ---------------------------------------------------------------------------------------------------- zones


def zone(name: str) -> ZoneInfo:
    """The IANA time zone of that name. Raises UsageError, with a near name where there is one."""
    try:
        # Names below right/ count leap seconds, which no provider does.
        if not name.startswith("right/"):
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    near = get_close_matches(name, sorted(available_timezones()), n=1)
    raise UsageError(
        "Unknown time zone",
        f"There is no time zone “{name[:40]}”.",
        f"Did you mean {near[0]}?" if near else "Use an IANA name such as Europe/Berlin.",
    )


def _local_ordinal(ms: int, where: ZoneInfo) -> int:
    return (_EPOCH + timedelta(milliseconds=ms)).astimezone(where).toordinal()


def day_of(instant_ms: int, where: ZoneInfo) -> str:
    """The business's day at this instant. For many instants use :class:`DayClock`, which is the same and fast."""
    return (_EPOCH + timedelta(milliseconds=instant_ms)).astimezone(where).date().isoformat()


def month_of(day: str) -> str:
    """``YYYY-MM`` of a day."""
    return day[:7]


def local_midnight(day: str, where: ZoneInfo) -> int:
    """The first instant at which the clock on the wall shows this day or a later one, in ms.

    Where midnight is skipped that is the jump; where it comes twice, the first one. A day that a zone left out
    (Pacific/Apia 2011-12-30) begins and ends at the same instant.
    """
    wanted = date.fromisoformat(day)
    naive = datetime(wanted.year, wanted.month, wanted.day, tzinfo=where)
    # fold=0 reads a skipped midnight with the offset before the jump and a double one as its first.
    begin = (naive.astimezone(UTC) - _EPOCH) // _MS
    if _local_ordinal(begin - 1, where) < wanted.toordinal():
        return begin
    # The jump began before midnight and ended after it (23:30 to 00:30): look for the jump.
    low, high = begin - 2 * DAY_MS, begin - 1
    while high - low > 1:
        middle = (low + high) // 2
        if _local_ordinal(middle, where) < wanted.toordinal():
            low = middle
        else:
            high = middle
    return high


class _Offsets(dict[int, tuple[list[int], list[int]]]):
    """By span of 400 days: the instants from which a UTC offset holds, and those offsets, both in ms."""

    def __init__(self, where: ZoneInfo) -> None:
        super().__init__()
        self._where = where

    def _offset(self, ms: int) -> int:
        moment = (_EPOCH + timedelta(milliseconds=ms)).astimezone(self._where)
        return (moment.utcoffset() or timedelta()) // _MS

    def __missing__(self, span: int) -> tuple[list[int], list[int]]:
        begin, end = span * _SPAN, (span + 1) * _SPAN
        starts, offsets = [begin], [self._offset(begin)]
        # A look each day misses nothing: no zone changed and changed back within six days (2000, northern Brazil).
        for low in range(begin, end, DAY_MS):
            offset = self._offset(low + DAY_MS - 1)
            if offset != offsets[-1]:
                starts.append(self._change(low - 1, low + DAY_MS - 1, offset))
                offsets.append(offset)
        self[span] = starts, offsets
        return self[span]

    def _change(self, low: int, high: int, after: int) -> int:
        while high - low > 1:
            middle = (low + high) // 2
            if self._offset(middle) == after:
                high = middle
            else:
                low = middle
        return high


class _Days(dict[int, str]):
    """ISO text by day number, made once per day."""

    def __missing__(self, number: int) -> str:
        text = self[number] = day_of_number(number)
        return text


class DayClock:
    """Says the business's day of an instant, hundreds of thousands of times in a sync.

    Equal to :func:`day_of`; keeps what it learned of the zone's changes, so keep one for a run. Safe to share among
    threads (what two compute at once is the same).
    """

    __slots__ = ("_days", "_offsets", "zone")

    def __init__(self, where: ZoneInfo) -> None:
        self.zone = where
        self._offsets = _Offsets(where)
        self._days = _Days()

    def day(self, instant_ms: int) -> str:
        """The business's day at this instant."""
        starts, offsets = self._offsets[instant_ms // _SPAN]
        return self._days[(instant_ms + offsets[bisect_right(starts, instant_ms) - 1]) // DAY_MS]

    def month(self, instant_ms: int) -> str:
        """The business's month at this instant, ``YYYY-MM``."""
        return self.day(instant_ms)[:7]


TODAY: Final = "PAYDESK_TODAY"
"""The environment variable of the day that is taken for today: for the demo and tests."""


def today(where: ZoneInfo, override: str | None = None, now: Callable[[], float] = time.time) -> str:
    """The business's day now, or ``override`` (``PAYDESK_TODAY``: demo and tests). Raises UsageError for a bad one."""
    return parse_day(override) if override else day_of(int(now() * 1000), where)


# -------------------------------------------------------------------------------------------------- periods

Kind: TypeAlias = Literal["day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year", "range", "all"]
KINDS: Final[tuple[Kind, ...]] = ("day", "week", "month", "quarter", "year", "fiscal_quarter", "fiscal_year")
"""The kinds that tile the calendar; a "range" is any run of days, "all" begins with the first."""

_MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """``first_weekday``: 0 is Monday (ISO) … 6 Sunday. ``fiscal_start``: month the fiscal year begins with, 1 to 12."""

    first_weekday: int = 0
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        if self.first_weekday not in range(7):
            raise ValueError(f"not a weekday from 0 to 6: {self.first_weekday}")
        if self.fiscal_start not in range(1, 13):
            raise ValueError(f"not a month from 1 to 12: {self.fiscal_start}")


ISO_CALENDAR: Final = BusinessCalendar()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start_day`` to before ``end_day_exclusive``; ``label`` is for people, ``key`` for programs."""

    kind: Kind
    start_day: str
    end_day_exclusive: str
    label: str
    key: str = ""

    @property
    def last_day(self) -> str:
        """The last day that belongs to it."""
        return add_days(self.end_day_exclusive, -1)

    @property
    def day_count(self) -> int:
        """How many days it has."""
        return days_between(self.start_day, self.end_day_exclusive)

    def __contains__(self, day: str) -> bool:
        return self.start_day <= day < self.end_day_exclusive

    def instants(self, where: ZoneInfo) -> tuple[int, int]:
        """The period as instants, ``[start_ms, end_ms)``; those of consecutive periods tile time.

        They hold exactly the instants that :func:`day_of` gives to the days, but for zones that once turned the clock
        back over a midnight already passed (St. John's at 00:01 until 2011, Casey in 2010): there the repeated minutes
        keep the date on the wall and lie in the range of the day after.
        """
        return local_midnight(self.start_day, where), local_midnight(self.end_day_exclusive, where)


def _short(day: date) -> str:
    return f"{day.day} {_MONTH_NAMES[day.month - 1][:3]} {day.year}"


def _span_label(start: date, last: date) -> str:
    if start == last:
        return _short(start)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day} – {_short(last)}"
    if start.year == last.year:
        return f"{start.day} {_MONTH_NAMES[start.month - 1][:3]} – {_short(last)}"
    return f"{_short(start)} – {_short(last)}"


def day_span(start_day: str, end_day_exclusive: str, label: str = "") -> Period:
    """Any run of days as a period of kind "range". Raises UsageError where it ends before it begins."""
    if end_day_exclusive < start_day:
        raise UsageError(
            "Not a period", f"{add_days(end_day_exclusive, -1)} is before {start_day}.", "Swap the two days."
        )
    last = date.fromisoformat(end_day_exclusive) - timedelta(days=1)
    start = date.fromisoformat(start_day)
    text = label or (_span_label(start, last) if start <= last else "No days")
    return Period("range", start_day, end_day_exclusive, text, f"{start_day}/{last.isoformat()}")


def _month_start(index: int) -> date:
    """The first day of the month that is ``index`` months after January of year 0."""
    year, month = divmod(index, 12)
    return date(year, month + 1, 1)


def _month_index(day: date) -> int:
    return day.year * 12 + day.month - 1


_MONTHS: Final[Mapping[str, tuple[int, bool]]] = {
    "month": (1, False),
    "quarter": (3, False),
    "year": (12, False),
    "fiscal_quarter": (3, True),
    "fiscal_year": (12, True),
}
"""Kinds made of months: how many, and whether they are counted from the fiscal year's first month."""


def _month_texts(kind: str, start: date, calendar: BusinessCalendar) -> tuple[str, str]:
    """Label and key. A fiscal year is named by the calendar year it ends in."""
    first = calendar.fiscal_start - 1
    fiscal_year = (_month_index(start) - first + (12 if first else 0)) // 12
    fiscal_quarter = (_month_index(start) - first) % 12 // 3 + 1
    quarter = (start.month - 1) // 3 + 1
    texts = {
        "month": (f"{_MONTH_NAMES[start.month - 1]} {start.year}", f"{start.year:04d}-{start.month:02d}"),
        "quarter": (f"Q{quarter} {start.year}", f"{start.year:04d}-Q{quarter}"),
        "year": (f"{start.year}", f"{start.year:04d}"),
        "fiscal_quarter": (f"Q{fiscal_quarter} FY {fiscal_year}", f"FY{fiscal_year:04d}-Q{fiscal_quarter}"),
        "fiscal_year": (f"FY {fiscal_year}", f"FY{fiscal_year:04d}"),
    }
    return texts[kind]


def period_of(kind: Kind, day: str, calendar: BusinessCalendar = ISO_CALENDAR) -> Period:
    """The period of one of :data:`KINDS` that this day lies in. Raises ValueError for a kind that does not tile."""
    point = date.fromisoformat(day)
    if kind == "day":
        return Period(kind, day, add_days(day, 1), _short(point), day)
    if kind == "week":
        start = point - timedelta(days=(point.weekday() - calendar.first_weekday) % 7)
        end = start + timedelta(days=7)
        iso_year, iso_week, _ = start.isocalendar()
        key = f"{iso_year:04d}-W{iso_week:02d}" if calendar.first_weekday == 0 else start.isoformat()
        return Period(kind, start.isoformat(), end.isoformat(), _span_label(start, end - timedelta(days=1)), key)
    if kind not in _MONTHS:
        raise ValueError(f"no such kind of calendar period: {kind}")
    months, fiscal = _MONTHS[kind]
    index = _month_index(point)
    index -= (index - (calendar.fiscal_start - 1 if fiscal else 0)) % months
    start = _month_start(index)
    label, key = _month_texts(kind, start, calendar)
    return Period(kind, start.isoformat(), _month_start(index + months).isoformat(), label, key)


def periods_between(
    kind: Kind,
    start_day: str,
    end_day_exclusive: str,
    calendar: BusinessCalendar = ISO_CALENDAR,
    clip: bool = False,
) -> Iterator[Period]:
    """The periods of a kind that cover a range of days, in order, without gap or overlap.

    Whole ones, so the first may begin before the range; with ``clip`` the outer two are cut to it.
    """
    day = start_day
    while day < end_day_exclusive:
        period = period_of(kind, day, calendar)
        day = period.end_day_exclusive
        if clip:
            start, end = max(period.start_day, start_day), min(day, end_day_exclusive)
            period = Period(kind, start, end, period.label, period.key)
        yield period


def previous_period(
    period: Period, calendar: BusinessCalendar = ISO_CALENDAR, through_day: str | None = None
) -> Period | None:
    """What a period is compared with: the one before it of its kind; for a range as many days before it.

    A period in progress compares with as much of the one before: give ``through_day`` (today), and both ends count
    the same days. A fiscal year to date compares with the same dates a year ago. None for all time.
    """
    if period.kind == "all":
        return None
    if period.kind == "range":
        if period.key == _TO_DATE:
            return _year_before(period)
        return day_span(add_days(period.start_day, -period.day_count), period.start_day)
    before = period_of(period.kind, add_days(period.start_day, -1), calendar)
    if through_day is None or through_day not in period or through_day == period.last_day:
        return before
    elapsed = days_between(period.start_day, through_day) + 1
    end = min(add_days(before.start_day, elapsed), before.end_day_exclusive)
    return day_span(before.start_day, end)


def _year_before(period: Period) -> Period:
    def earlier(day: str) -> date:
        point = date.fromisoformat(day)
        # 29 February compares with the 28th.
        return point.replace(year=point.year - 1, day=28 if (point.month, point.day) == (2, 29) else point.day)

    end = (earlier(period.last_day) + timedelta(days=1)).isoformat()
    return day_span(earlier(period.start_day).isoformat(), end)


# -------------------------------------------------------------------------------------------------- presets

Preset: TypeAlias = Callable[[str, BusinessCalendar, str], Period]
_TO_DATE: Final = "fiscal_year_to_date"


def _this(kind: Kind) -> Preset:
    return lambda day, calendar, _: period_of(kind, day, calendar)


def _last(kind: Kind) -> Preset:
    def choose(day: str, calendar: BusinessCalendar, _: str) -> Period:
        return period_of(kind, add_days(period_of(kind, day, calendar).start_day, -1), calendar)

    return choose


def _latest(count: int) -> Preset:
    return lambda day, _calendar, _first: day_span(add_days(day, 1 - count), add_days(day, 1), f"Last {count} days")


def _fiscal_to_date(day: str, calendar: BusinessCalendar, _: str) -> Period:
    year = period_of("fiscal_year", day, calendar)
    return Period("range", year.start_day, add_days(day, 1), f"{year.label} to date", _TO_DATE)


def _all_time(day: str, _: BusinessCalendar, first_day: str) -> Period:
    return Period("all", min(first_day, day), add_days(day, 1), "All time", "all")


PRESETS: Final[Mapping[str, tuple[str, Preset]]] = {
    "today": ("Today", _this("day")),
    "yesterday": ("Yesterday", _last("day")),
    "this_week": ("This week", _this("week")),
    "last_week": ("Last week", _last("week")),
    "this_month": ("This month", _this("month")),
    "last_month": ("Last month", _last("month")),
    "this_quarter": ("This quarter", _this("quarter")),
    "last_quarter": ("Last quarter", _last("quarter")),
    "this_year": ("This year", _this("year")),
    "last_year": ("Last year", _last("year")),
    "last_7_days": ("Last 7 days", _latest(7)),
    "last_30_days": ("Last 30 days", _latest(30)),
    "last_90_days": ("Last 90 days", _latest(90)),
    _TO_DATE: ("Fiscal year to date", _fiscal_to_date),
    "all_time": ("All time", _all_time),
}
"""The periods offered by name: what the menu says, and how the period is found from today."""


def preset(
    name: str, today_day: str, calendar: BusinessCalendar = ISO_CALENDAR, first_day: str = "1970-01-01"
) -> Period:
    """One of :data:`PRESETS` as of a day. Last 7 days include today; all time begins with ``first_day``.

    Raises UsageError for a name that is none of them.
    """
    try:
        _, choose = PRESETS[name]
    except KeyError:
        raise UsageError(
            "Unknown period", f"There is no period “{name[:40]}”.", f"Use one of {', '.join(PRESETS)}."
        ) from None
    return choose(today_day, calendar, first_day)
