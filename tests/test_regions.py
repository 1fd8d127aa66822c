"""How days, shares and addresses are written by country, held against CLDR."""

from __future__ import annotations

import pytest
from babel.core import Locale, UnknownLocaleError

from desktop.regions import MONTH_FIRST, SPACED_PERCENT, Region, country_of_machine, region_of

COUNTRIES = [code for code in Locale("en").territories if len(code) == 2 and code.isalpha() and code != "ZZ"]


def english_in(country: str) -> Locale:
    try:
        return Locale.parse(f"en_{country}")
    except UnknownLocaleError:
        return Locale.parse("en_001")


def test_the_month_comes_first_where_it_does_in_cldr() -> None:
    def first(country: str) -> bool:
        pattern = english_in(country).date_formats["medium"].pattern
        return pattern.index("M") < pattern.index("d")

    assert {country for country in COUNTRIES if first(country)} == MONTH_FIRST


def test_a_space_before_the_sign_is_cldrs() -> None:
    spaced = set()
    for country in COUNTRIES:
        try:
            pattern = Locale.parse(f"und_{country}").percent_formats[None].pattern
        except UnknownLocaleError:
            continue
        if pattern[-2].isspace():
            spaced.add(country)
    assert spaced == SPACED_PERCENT


@pytest.mark.parametrize(
    ("country", "day", "today", "text"),
    [
        ("US", "2026-11-03", "2026-11-22", "Nov 3"),
        ("US", "2025-11-03", "2026-11-22", "Nov 3, 2025"),
        ("US", "2026-11-03", "", "Nov 3, 2026"),
        ("DE", "2026-11-03", "2026-11-22", "3 Nov"),
        ("GB", "2025-11-03", "2026-11-22", "3 Nov 2025"),
        ("", "2025-12-31", "2026-11-22", "31 Dec 2025"),
    ],
)
def test_days(country: str, day: str, today: str, text: str) -> None:
    assert Region(country).day(day, today) == text


def test_shares() -> None:
    assert [Region(country).percent("94.2") for country in ("US", "GB", "DE", "")] == [
        "94.2%",
        "94.2%",
        "94.2 %",
        "94.2%",
    ]


@pytest.mark.parametrize(
    ("locality", "text"),
    [
        (("Springfield", "IL", "62701", "US"), "Springfield, IL 62701"),
        (("Springfield", "", "62701", "us"), "Springfield, 62701"),
        (("Berlin", "", "10115", "DE"), "10115 Berlin"),
        (("Milano", "MI", "20121", "IT"), "20121 Milano, MI"),
        (("Toronto", "ON", "M5V 2T6", "CA"), "Toronto ON M5V 2T6"),
        (("London", "", "SW1A 1AA", "GB"), "London, SW1A 1AA"),
        (("", "", "", "US"), ""),
        (("Berlin", "", "", ""), "Berlin"),
    ],
)
def test_localities(locality: tuple[str, str, str, str], text: str) -> None:
    assert Region().locality(*locality) == text


def test_an_address_without_a_country_is_the_businesss() -> None:
    assert Region("US").locality("Springfield", "IL", "62701") == "Springfield, IL 62701"


@pytest.mark.parametrize(
    ("countries", "machine", "country"),
    [
        (["US"], "DE", "US"),
        (["US", "DE"], "DE", "DE"),
        (["us", "GB"], "DE", "US"),
        (["", "GB"], "", "GB"),
        ([], "DE", "DE"),
        ([""], "", ""),
    ],
)
def test_the_accounts_say_where_the_business_is_and_the_machine_where_they_do_not(
    countries: list[str], machine: str, country: str
) -> None:
    assert region_of(countries, machine).country == country


@pytest.mark.parametrize(
    ("environment", "country"),
    [
        ({"LANG": "en_US.UTF-8"}, "US"),
        ({"LC_TIME": "de_DE", "LANG": "en_US.UTF-8"}, "DE"),
        ({"LC_ALL": "C.UTF-8", "LANG": "en_US.UTF-8"}, ""),
        ({"LC_ALL": "", "LANG": "sr-Latn-RS"}, "RS"),
    ],
)
def test_the_machines_country(environment: dict[str, str], country: str) -> None:
    assert country_of_machine(environment) == country
