"""Every instant has one business day; days, weeks, months, quarters and years tile time, whatever the clocks did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop.errors import UsageError
from desktop.periods import (
    DAY_MS,
    KINDS,
    PRESETS,
    BusinessCalendar,
    DayClock,
    Kind,
    Period,
    add_days,
    day_number,
    day_of,
    day_of_number,
    day_span,
    days_between,
    local_midnight,
    month_of,
    parse_day,
    period_of,
    periods_between,
    preset,
    previous_period,
    rfc3339,
    today,
    zone,
)

# The same examples each time, however busy the machine is.
STEADY = settings(deadline=None, derandomize=True)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR_MS = 3_600_000

# Clocks changed at midnight, at 00:01, at 23:30, by half an hour and by a whole day; odd and extreme offsets.
STEADY_ZONES = [
    "UTC", "America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "America/Havana", "America/Asuncion",
    "America/Santiago", "America/Toronto", "America/Caracas", "America/Scoresbysund", "Europe/Berlin",
    "Europe/London", "Europe/Dublin", "Europe/Istanbul", "Europe/Moscow", "Asia/Beirut", "Asia/Gaza", "Asia/Tehran",
    "Asia/Amman", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Tokyo", "Asia/Pyongyang", "Asia/Dhaka", "Africa/Cairo",
    "Africa/Casablanca", "Africa/Juba", "Atlantic/Azores", "Australia/Lord_Howe", "Australia/Adelaide",
    "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "Pacific/Kwajalein",
    "Pacific/Marquesas", "Antarctica/Troll",
]  # fmt: skip
# The clock was turned back over a midnight that had already passed, so the wall showed the day before once more.
BACKSTEPPING_ZONES = ["America/St_Johns", "America/Goose_Bay", "America/Moncton", "Antarctica/Casey"]

ZONES = st.sampled_from(STEADY_ZONES)
ANY_ZONE = st.sampled_from(STEADY_ZONES + BACKSTEPPING_ZONES)
INSTANTS = st.integers(
    (datetime(1990, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1),
    (datetime(2061, 1, 1, tzinfo=UTC) - EPOCH) // timedelta(milliseconds=1),
)
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31)).map(date.isoformat)
CALENDARS = st.builds(BusinessCalendar, st.integers(0, 6), st.integers(1, 12))
TILING = st.sampled_from(KINDS)


def ms(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def wall_day(instant: int, name: str) -> str:
    """The plain computation that everything else is held against."""
    return (EPOCH + timedelta(milliseconds=instant)).astimezone(ZoneInfo(name)).date().isoformat()


def changes_of(name: str, first_year: int, last_year: int) -> list[int]:
    """The instants at which the zone's offset changed, found by looking each half day and then each second."""
    where = ZoneInfo(name)

    def offset(second: int) -> timedelta | None:
        return datetime.fromtimestamp(second, where).utcoffset()

    found = []
    begin, end = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (first_year, last_year))
    for look in range(begin, end, 43_200):
        if offset(look) != offset(look + 43_200):
            low, high = look, look + 43_200
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == offset(look) else (low, middle)
            found.append(high * 1000)
    return found


# ---- days of instants


@STEADY
@given(INSTANTS, ANY_ZONE)
def test_the_day_of_an_instant_is_the_date_on_the_businesss_wall(instant: int, name: str) -> None:
    expected = wall_day(instant, name)
    clock = DayClock(zone(name))
    assert day_of(instant, zone(name)) == expected
    assert clock.day(instant) == expected
    assert clock.month(instant) == month_of(expected)


@pytest.mark.parametrize("name", STEADY_ZONES + BACKSTEPPING_ZONES)
def test_a_clock_that_is_kept_agrees_all_around_every_change(name: str) -> None:
    clock = DayClock(zone(name))
    for change in changes_of(name, 2005, 2013):
        for away in (-DAY_MS, -2 * HOUR_MS, -60_000, -1, 0, 1, 59_999, 60_000, HOUR_MS, 2 * HOUR_MS, DAY_MS):
            assert clock.day(change + away) == wall_day(change + away, name)


@STEADY
@given(st.lists(INSTANTS, min_size=2, max_size=30), ANY_ZONE)
def test_what_a_clock_answered_before_does_not_matter(instants: list[int], name: str) -> None:
    clock = DayClock(zone(name))
    first = [clock.day(instant) for instant in instants]
    assert [clock.day(instant) for instant in reversed(instants)] == first[::-1]
    assert first == [wall_day(instant, name) for instant in instants]


def day_range(day: str, where: ZoneInfo) -> tuple[int, int]:
    """The day as instants, ``[start_ms, end_ms)``."""
    return local_midnight(day, where), local_midnight(add_days(day, 1), where)


@STEADY
@given(INSTANTS, ZONES)
def test_every_instant_belongs_to_exactly_one_day(instant: int, name: str) -> None:
    where, day = zone(name), wall_day(instant, name)
    holding = []
    for away in (-2, -1, 0, 1, 2):
        start, end = day_range(add_days(day, away), where)
        if start <= instant < end:
            holding.append(add_days(day, away))
    assert holding == [day]


@pytest.mark.parametrize("name", STEADY_ZONES)
def test_the_ends_of_every_day_around_a_change_belong_to_it_and_days_tile(name: str) -> None:
    where = zone(name)
    for change in changes_of(name, 2009, 2020):
        center = wall_day(change, name)
        days = [add_days(center, away) for away in range(-3, 4)]
        ranges = [day_range(day, where) for day in days]
        assert all(before[1] == after[0] for before, after in pairwise(ranges))
        for day, (start, end) in zip(days, ranges, strict=True):
            if start < end:
                assert [wall_day(start, name), wall_day(end - 1, name)] == [day, day]
                assert wall_day(start - 1, name) < day < wall_day(end, name)


@pytest.mark.parametrize(
    ("name", "day", "start", "hours"),
    [
        ("UTC", "2026-03-04", "2026-03-04T00:00:00+00:00", 24),
        ("Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00+00:00", 23),
        ("Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00+00:00", 25),
        # Midnight skipped: the day begins at one o'clock.
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00", 23),
        ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00+00:00", 23),
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00+00:00", 23),
        # Midnight ends the day before twice, or begins this one twice.
        ("America/Sao_Paulo", "2018-02-17", "2018-02-17T02:00:00+00:00", 25),
        ("America/Havana", "2024-11-03", "2024-11-03T04:00:00+00:00", 25),
        ("Africa/Cairo", "2024-10-31", "2024-10-30T21:00:00+00:00", 25),
        # The last hour of a day skipped.
        ("America/Scoresbysund", "2025-03-29", "2025-03-29T02:00:00+00:00", 23),
        ("America/Scoresbysund", "2025-03-30", "2025-03-30T01:00:00+00:00", 24),
        # The jump began before midnight and ended after it.
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30:00+00:00", 23.5),
        ("Pacific/Kiritimati", "2026-03-04", "2026-03-03T10:00:00+00:00", 24),
        ("Pacific/Pago_Pago", "2026-03-04", "2026-03-04T11:00:00+00:00", 24),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00+00:00", 24.5),
        # A zone that crossed the date line left a day out.
        ("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00+00:00", 24),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00+00:00", 0),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00+00:00", 24),
    ],
)
def test_midnight_is_right_on_days_when_the_clocks_change(name: str, day: str, start: str, hours: float) -> None:
    begin, end = day_range(day, zone(name))
    assert rfc3339(begin) == start.replace("+00:00", "Z")
    assert (end - begin) / HOUR_MS == hours


def test_minutes_repeated_after_midnight_keep_their_date_and_lie_in_the_next_days_range() -> None:
    where = zone("America/St_Johns")
    start, end = day_range("2010-11-07", where)
    assert rfc3339(start) == "2010-11-07T02:30:00Z"
    assert end == local_midnight("2010-11-08", where)
    assert day_of(start, where) == "2010-11-07"
    assert day_of(start + 60_000, where) == "2010-11-06"
    assert DayClock(where).day(start + 60_000) == "2010-11-06"


def test_today_is_the_businesss_own_unless_it_is_set() -> None:
    noon = ms("2026-03-04T10:30:00+00:00") / 1000
    assert today(zone("Pacific/Kiritimati"), now=lambda: noon) == "2026-03-05"
    assert today(zone("Pacific/Pago_Pago"), now=lambda: noon) == "2026-03-03"
    assert today(zone("UTC"), "2025-12-31", now=lambda: noon) == "2025-12-31"
    assert today(zone("UTC"), "", now=lambda: noon) == "2026-03-04"
    with pytest.raises(UsageError, match="tomorrow"):
        today(zone("UTC"), "tomorrow")


# ---- names and texts


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "America", "../etc/passwd", "right/UTC", "x" * 5000, "a\0b", "zone.tab", "/etc/passwd"]
)
def test_an_unknown_zone_is_said_plainly(name: str) -> None:
    with pytest.raises(UsageError, match="There is no time zone"):
        zone(name)


def test_a_near_zone_is_offered() -> None:
    with pytest.raises(UsageError, match="Did you mean Europe/Berlin"):
        zone("Europe/Berln")
    assert zone("Europe/Berlin").key == "Europe/Berlin"


@STEADY
@given(DAYS)
def test_a_day_reads_as_itself(day: str) -> None:
    assert parse_day(day) == day
    assert day_of_number(day_number(day)) == day
    assert days_between("1970-01-01", day) == day_number(day)


@pytest.mark.parametrize(
    "text",
    ["", "2026-3-4", "2026-02-30", "2023-02-29", "20260304", "2026-W10-3", "2026-03-04 ", "04/03/2026", "0001-01-01",
     "2026-03-04T00:00:00", "٢٠٢٦-٠٣-٠٤", "-026-03-04"],
)  # fmt: skip
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a day"):
        parse_day(text)


@STEADY
@given(INSTANTS)
def test_an_instant_reads_back_from_its_text(instant: int) -> None:
    text = rfc3339(instant)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == EPOCH + timedelta(milliseconds=instant)


# ---- periods


@STEADY
@given(TILING, DAYS, st.integers(1, 500), CALENDARS)
def test_periods_cover_a_range_without_gap_or_overlap(
    kind: Kind, start: str, length: int, calendar: BusinessCalendar
) -> None:
    end = add_days(start, length)
    periods = list(periods_between(kind, start, end, calendar))
    assert periods[0].start_day <= start
    assert periods[-1].end_day_exclusive >= end
    assert all(before.end_day_exclusive == after.start_day for before, after in pairwise(periods))
    assert len({period.key for period in periods}) == len(periods)
    clipped = list(periods_between(kind, start, end, calendar, clip=True))
    assert [clipped[0].start_day, clipped[-1].end_day_exclusive] == [start, end]
    assert sum(period.day_count for period in clipped) == length
    assert [period.key for period in clipped] == [period.key for period in periods]


@STEADY
@given(TILING, DAYS, CALENDARS)
@example("week", "1999-12-31", BusinessCalendar(6, 1))
@example("fiscal_quarter", "2024-02-29", BusinessCalendar(0, 2))
def test_a_day_lies_in_its_period_and_all_its_days_agree(kind: Kind, day: str, calendar: BusinessCalendar) -> None:
    period = period_of(kind, day, calendar)
    assert day in period
    assert period_of(kind, period.start_day, calendar) == period
    assert period_of(kind, period.last_day, calendar) == period
    assert period.end_day_exclusive not in period
    sizes = {
        "day": {1}, "week": {7}, "month": {28, 29, 30, 31}, "quarter": {90, 91, 92}, "year": {365, 366},
        "fiscal_quarter": {89, 90, 91, 92}, "fiscal_year": {365, 366},
    }  # fmt: skip
    assert period.day_count in sizes[kind]


@STEADY
@given(TILING, DAYS, CALENDARS, ANY_ZONE)
def test_periods_tile_instants_too(kind: Kind, day: str, calendar: BusinessCalendar, name: str) -> None:
    where = zone(name)
    period = period_of(kind, day, calendar)
    following = period_of(kind, period.end_day_exclusive, calendar)
    assert period.instants(where)[1] == following.instants(where)[0]
    assert period.instants(where)[0] <= period.instants(where)[1]


@STEADY
@given(TILING, INSTANTS, CALENDARS, ZONES)
def test_an_instant_lies_in_the_period_of_its_day(
    kind: Kind, instant: int, calendar: BusinessCalendar, name: str
) -> None:
    where = zone(name)
    start, end = period_of(kind, day_of(instant, where), calendar).instants(where)
    assert start <= instant < end


@pytest.mark.parametrize(
    ("kind", "day", "calendar", "expected"),
    [
        ("day", "2026-03-04", (0, 1), ("2026-03-04", "2026-03-05", "4 Mar 2026", "2026-03-04")),
        ("week", "2026-03-04", (0, 1), ("2026-03-02", "2026-03-09", "2 – 8 Mar 2026", "2026-W10")),
        ("week", "2026-03-04", (6, 1), ("2026-03-01", "2026-03-08", "1 – 7 Mar 2026", "2026-03-01")),
        ("week", "2027-01-01", (0, 1), ("2026-12-28", "2027-01-04", "28 Dec 2026 – 3 Jan 2027", "2026-W53")),
        ("week", "2026-04-01", (0, 1), ("2026-03-30", "2026-04-06", "30 Mar – 5 Apr 2026", "2026-W14")),
        ("month", "2024-02-29", (0, 1), ("2024-02-01", "2024-03-01", "February 2024", "2024-02")),
        ("quarter", "2026-12-31", (0, 7), ("2026-10-01", "2027-01-01", "Q4 2026", "2026-Q4")),
        ("year", "2026-03-04", (0, 7), ("2026-01-01", "2027-01-01", "2026", "2026")),
        ("fiscal_year", "2026-03-04", (0, 1), ("2026-01-01", "2027-01-01", "FY 2026", "FY2026")),
        ("fiscal_year", "2026-03-31", (0, 4), ("2025-04-01", "2026-04-01", "FY 2026", "FY2026")),
        ("fiscal_year", "2026-04-01", (0, 4), ("2026-04-01", "2027-04-01", "FY 2027", "FY2027")),
        ("fiscal_quarter", "2026-03-31", (0, 4), ("2026-01-01", "2026-04-01", "Q4 FY 2026", "FY2026-Q4")),
        ("fiscal_quarter", "2026-01-31", (0, 2), ("2025-11-01", "2026-02-01", "Q4 FY 2026", "FY2026-Q4")),
        ("fiscal_quarter", "2026-02-01", (0, 2), ("2026-02-01", "2026-05-01", "Q1 FY 2027", "FY2027-Q1")),
    ],
)
def test_periods_have_their_days_label_and_key(
    kind: Kind, day: str, calendar: tuple[int, int], expected: tuple[str, str, str, str]
) -> None:
    assert period_of(kind, day, BusinessCalendar(*calendar)) == Period(kind, *expected)


def test_a_calendar_has_seven_weekdays_and_twelve_months() -> None:
    with pytest.raises(ValueError, match="weekday"):
        BusinessCalendar(first_weekday=7)
    with pytest.raises(ValueError, match="month"):
        BusinessCalendar(fiscal_start=0)
    with pytest.raises(ValueError, match="calendar period"):
        period_of("range", "2026-03-04")


def test_any_span_of_days_is_a_period_unless_it_ends_before_it_begins() -> None:
    span = day_span("2026-03-04", "2026-03-11")
    assert (span.label, span.key, span.last_day, span.day_count) == (
        "4 – 10 Mar 2026", "2026-03-04/2026-03-10", "2026-03-10", 7,
    )  # fmt: skip
    assert day_span("2026-03-04", "2026-03-04").day_count == 0
    with pytest.raises(UsageError, match="before"):
        day_span("2026-03-04", "2026-03-03")


# ---- presets and comparisons


@pytest.mark.parametrize(
    ("name", "start", "last", "before_start", "before_last"),
    [
        ("today", "2026-03-04", "2026-03-04", "2026-03-03", "2026-03-03"),
        ("yesterday", "2026-03-03", "2026-03-03", "2026-03-02", "2026-03-02"),
        ("this_week", "2026-03-02", "2026-03-08", "2026-02-23", "2026-03-01"),
        ("last_week", "2026-02-23", "2026-03-01", "2026-02-16", "2026-02-22"),
        ("this_month", "2026-03-01", "2026-03-31", "2026-02-01", "2026-02-28"),
        ("last_month", "2026-02-01", "2026-02-28", "2026-01-01", "2026-01-31"),
        ("this_quarter", "2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"),
        ("last_quarter", "2025-10-01", "2025-12-31", "2025-07-01", "2025-09-30"),
        ("this_year", "2026-01-01", "2026-12-31", "2025-01-01", "2025-12-31"),
        ("last_year", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        ("last_7_days", "2026-02-26", "2026-03-04", "2026-02-19", "2026-02-25"),
        ("last_30_days", "2026-02-03", "2026-03-04", "2026-01-04", "2026-02-02"),
        ("last_90_days", "2025-12-05", "2026-03-04", "2025-09-06", "2025-12-04"),
        ("fiscal_year_to_date", "2025-07-01", "2026-03-04", "2024-07-01", "2025-03-04"),
    ],
)
def test_presets_and_what_they_are_compared_with(
    name: str, start: str, last: str, before_start: str, before_last: str
) -> None:
    calendar = BusinessCalendar(fiscal_start=7)
    period = preset(name, "2026-03-04", calendar)
    before = previous_period(period, calendar)
    assert before is not None
    assert (period.start_day, period.last_day) == (start, last)
    assert (before.start_day, before.last_day) == (before_start, before_last)


def test_all_time_begins_with_the_first_day_and_compares_with_nothing() -> None:
    period = preset("all_time", "2026-03-04", first_day="2019-05-01")
    assert (period.start_day, period.last_day, period.kind) == ("2019-05-01", "2026-03-04", "all")
    assert previous_period(period) is None


@STEADY
@given(st.sampled_from(sorted(PRESETS)), DAYS, CALENDARS)
def test_every_preset_works_on_every_day_and_touches_what_it_is_compared_with(
    name: str, day: str, calendar: BusinessCalendar
) -> None:
    period = preset(name, day, calendar, first_day="2000-01-01")
    assert (day in period) == (not name.startswith(("last_w", "last_m", "last_q", "last_y", "yest")))
    before = previous_period(period, calendar)
    if before is not None:
        assert before.day_count > 0
        assert before.end_day_exclusive <= period.start_day
        if name != "fiscal_year_to_date":
            assert before.end_day_exclusive == period.start_day


def test_a_leap_day_compares_with_the_28th_a_year_ago() -> None:
    before = previous_period(preset("fiscal_year_to_date", "2024-02-29"))
    assert before is not None
    assert (before.start_day, before.last_day) == ("2023-01-01", "2023-02-28")


def test_a_period_in_progress_compares_with_as_many_days_of_the_one_before() -> None:
    month = period_of("month", "2026-03-04")
    before = previous_period(month, through_day="2026-03-04")
    assert before is not None
    assert (before.start_day, before.last_day) == ("2026-02-01", "2026-02-04")
    late = previous_period(month, through_day="2026-03-30")
    assert late is not None
    assert late.last_day == "2026-02-28"
    assert previous_period(month, through_day="2026-03-31") == period_of("month", "2026-02-01")
    assert previous_period(month, through_day="2026-05-01") == period_of("month", "2026-02-01")


def test_an_unknown_preset_is_said_plainly() -> None:
    with pytest.raises(UsageError, match="next_week"):
        preset("next_week", "2026-03-04")
