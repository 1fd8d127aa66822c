"""Instants in words: with the day where it is not today, and how long ago."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.periods import DAY_MS, day_of, days_between
from desktop.regions import Region
from desktop.sync.moments import ago_words, clock_words, moment_words, past_words

BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = "2026-11-27"
ELSEWHERE = Region("DE")
AT = 1_795_784_520_000
"""14:02 on Friday, 27 November 2026 in Berlin."""

instants = st.integers(0, 4_000_000_000_000)
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia"]).map(ZoneInfo)
spans = st.integers(0, 40 * DAY_MS)


@pytest.mark.parametrize(
    ("days", "said", "whole"),
    [
        (0, "14:02", "14:02"),
        (1, "Thu 14:02", "Thu 14:02, yesterday"),
        (3, "Tue 14:02", "Tue 14:02, 3 days ago"),
        (6, "Sat 14:02", "Sat 14:02, 6 days ago"),
        (7, "20 Nov", "20 Nov, 7 days ago"),
        (365, "27 Nov 2025", "27 Nov 2025, 365 days ago"),
        (-1, "28 Nov", "28 Nov"),
    ],
)
def test_a_moment_has_its_day_where_it_is_not_today(days: int, said: str, whole: str) -> None:
    assert moment_words(AT - days * DAY_MS, BERLIN, FRIDAY, ELSEWHERE) == said
    assert past_words(AT - days * DAY_MS, BERLIN, FRIDAY, ELSEWHERE) == whole


def test_days_are_written_by_the_business_s_customs() -> None:
    assert moment_words(AT - 7 * DAY_MS, BERLIN, FRIDAY, Region("US")) == "Nov 20"
    assert moment_words(AT - 365 * DAY_MS, BERLIN, FRIDAY, Region("US")) == "Nov 27, 2025"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (59, "just now"),
        (60, "1 minute ago"),
        (59 * 60, "59 minutes ago"),
        (2 * 3600, "2 hours ago"),
        (15 * 3600, "yesterday"),
        (3 * 86_400, "3 days ago"),
        (-60, "just now"),
    ],
)
def test_how_long_ago(seconds: int, said: str) -> None:
    assert ago_words(AT - seconds * 1000, AT, BERLIN) == said


@given(instants, spans, zones)
def test_a_moment_is_told_by_the_clock_today_by_the_weekday_for_a_week_and_by_its_date_before(
    at: int, span: int, where: ZoneInfo
) -> None:
    today = day_of(at + span, where)
    said, past = moment_words(at, where, today, ELSEWHERE), days_between(day_of(at, where), today)
    clock = clock_words(at, where)
    assert (said == clock) == (past == 0)
    assert said.endswith(clock) == (past < 7)
    assert (", " in past_words(at, where, today, ELSEWHERE)) == (past > 0)


@given(instants, spans, spans, zones)
def test_what_is_longer_ago_never_sounds_nearer(at: int, first: int, more: int, where: ZoneInfo) -> None:
    now = at + first + more

    def rank(then: int) -> tuple[int, int]:
        words = ago_words(then, now, where).split()
        units = ("just", "minute", "hour", "yesterday", "day")
        unit = next(place for place, name in enumerate(units) if any(word.startswith(name) for word in words))
        return unit, int(words[0].replace(",", "")) if words[0][0].isdigit() else 1

    assert rank(at) >= rank(at + more)


@given(instants, spans, zones)
def test_the_days_that_are_counted_are_the_business_s(at: int, span: int, where: ZoneInfo) -> None:
    words = ago_words(at, at + span, where)
    days = days_between(day_of(at, where), day_of(at + span, where))
    if words.endswith("days ago"):
        assert words == f"{days} days ago"
    elif words == "yesterday":
        assert days == 1
    else:
        assert span < DAY_MS
