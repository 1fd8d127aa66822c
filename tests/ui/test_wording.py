"""Days, instants and amounts as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from desktop.regions import Region
from desktop.ui import wording
from desktop.ui.wording import day_text, days_text, full_day_text, percent_text, region, write_for


def test_a_country_is_named_and_a_code_that_nobody_knows_stays() -> None:
    assert [wording.country_text(code) for code in ("US", "de", "??", "")] == ["United States", "Germany", "??", ""]


BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("day", "today", "text"),
    [
        ("2026-11-12", "2026-11-22", "12 Nov"),
        ("2025-11-12", "2026-11-22", "12 Nov 2025"),
        ("2025-05-01", "", "1 May"),
        ("", "2026-11-22", ""),
    ],
)
def test_a_day_has_its_year_only_where_it_is_another(day: str, today: str, text: str) -> None:
    assert wording.day_text(day, today) == text


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("2026-10-01", "2026-10-22", "1–22 Oct"),
        ("2026-10-01", "2026-10-01", "1 Oct"),
        ("2026-10-28", "2026-11-03", "28 Oct – 3 Nov"),
        ("2025-12-29", "2026-01-04", "29 Dec 2025 – 4 Jan"),
        ("2025-10-01", "2025-10-22", "1–22 Oct 2025"),
    ],
)
def test_a_run_of_days_repeats_nothing(first: str, last: str, text: str) -> None:
    assert wording.days_text(first, last, "2026-11-22") == text


def test_an_instant_is_told_by_the_businesss_clock() -> None:
    assert wording.instant_text(at("2026-11-22T13:02:59"), BERLIN, "2026-11-22") == "14:02"
    assert wording.instant_text(at("2026-11-20T23:30:00"), BERLIN, "2026-11-22") == "21 Nov, 00:30"
    assert wording.instant_text(at("2025-07-01T10:00:00"), BERLIN, "2026-11-22") == "1 Jul 2025, 12:00"


def test_months_and_days_in_full() -> None:
    assert wording.month_text("2026-11") == "November 2026"
    assert wording.full_day_text("2026-11-22") == "Sunday 22 November 2026"


def test_money_keeps_its_decimals() -> None:
    assert wording.money_text(420_000, "usd", "stripe") == "$4,200.00"
    assert wording.money_text(412_000, "jpy", "stripe") == "¥412,000"


# ------------------------------------------------------------------------------------------------------ elsewhere


def test_in_the_united_states_the_month_comes_first() -> None:
    assert write_for("US")
    assert not write_for("US")
    assert day_text("2026-11-03", "2026-11-22") == "Nov 3"
    assert day_text("2025-11-03", "2026-11-22") == "Nov 3, 2025"
    assert full_day_text("2026-11-22") == "Sunday, November 22, 2026"
    assert days_text("2026-10-01", "2026-10-22", "2026-11-22") == "Oct 1–22"
    assert days_text("2025-10-01", "2025-10-22", "2026-11-22") == "Oct 1–22, 2025"
    assert days_text("2026-10-28", "2026-11-03", "2026-11-22") == "Oct 28 – Nov 3"
    assert days_text("2025-12-28", "2026-01-03", "2026-11-22") == "Dec 28, 2025 – Jan 3"
    assert percent_text(942) == "94.2%"
    assert region().locality("Springfield", "IL", "62701") == "Springfield, IL 62701"


@pytest.mark.parametrize("country", ["", "ZZ", "GB", "DE"])
def test_elsewhere_and_where_nobody_knows_the_day_does(country: str) -> None:
    write_for(country)
    assert day_text("2025-11-03", "2026-11-22") == "3 Nov 2025"
    assert percent_text(5) == ("0.5 %" if country == "DE" else "0.5%")


@pytest.mark.parametrize("country", ["US", "DE", "GB", ""])
@pytest.mark.parametrize("day", ["2026-11-03", "2025-01-31"])
def test_the_window_and_the_command_write_days_alike(country: str, day: str) -> None:
    write_for(country)
    assert day_text(day, "2026-11-22") == Region(country).day(day, "2026-11-22")
