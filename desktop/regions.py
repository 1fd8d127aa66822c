"""How days, shares and addresses are written where a business is: by its country, decided in one place.

The language is English everywhere; what differs is CLDR's: ``en_US`` writes "Nov 3, 2026" and "94.2%", most others
"3 Nov 2026", and where the country's own language puts a space before the sign, "94.2 %". Clocks have 24 hours. What
programs read is ISO 8601 and knows nothing of this.
"""

from __future__ import annotations

import locale
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Where English writes the month first (CLDR 46, ``dateFormats/medium`` of ``en_XX``).
MONTH_FIRST: Final = _codes("AS BI CA GU MH MP PH PR UM US VI")
#: Where the language that most people speak writes a space before the percent sign (CLDR 46, ``percentFormats``).
SPACED_PERCENT: Final = _codes(
    "AD AT AX BF BI BJ BL BT BY CD CG CI CM CZ DE DJ DK EA ES FI FO FR GA GF GL GN GP GQ HR HT IC KZ LT LU MC MD MF MK "
    "MQ MU NC NO PF PM RE RO RU SC SE SI SJ SK TG TM WF YT"
)
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: The lines of an address below the street: C city, S state or region, Z postal code (Universal Postal Union).
_LOCALITIES: Final[Mapping[str, str]] = {
    **dict.fromkeys(_codes("AS GU MH MP PR UM US VI"), "{C}, {S} {Z}"),
    **dict.fromkeys(_codes("AU CA"), "{C} {S} {Z}"),
    **dict.fromkeys(_codes("GB GG IE IM JE"), "{C}, {S}, {Z}"),
    **dict.fromkeys(_codes("HK IN NZ SG ZA"), "{C} {Z}, {S}"),
    **dict.fromkeys(_codes("JP KR"), "{C}, {S} {Z}"),
}
_ELSEWHERE: Final = "{Z} {C}, {S}"
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}[_-](?:[A-Za-z]{4}[_-])?([A-Za-z]{2})\b")


@dataclass(frozen=True, slots=True)
class Region:
    """A country by its code of two letters (ISO 3166-1), empty where none is known."""

    country: str = ""

    @property
    def month_first(self) -> bool:
        """Whether a day is written "Nov 3, 2026" rather than "3 Nov 2026"."""
        return self.country in MONTH_FIRST

    def day(self, day: str, today: str = "") -> str:
        """A day ``YYYY-MM-DD`` in a few letters, with its year where that is not today's."""
        month, number = _MONTHS[int(day[5:7]) - 1], int(day[8:10])
        text = f"{month} {number}" if self.month_first else f"{number} {month}"
        if today and day[:4] == today[:4]:
            return text
        return f"{text}, {day[:4]}" if self.month_first else f"{text} {day[:4]}"

    def month(self, month: str) -> str:
        """A month ``YYYY-MM`` with its year: "Nov 2026"."""
        return f"{_MONTHS[int(month[5:7]) - 1]} {month[:4]}"

    def percent(self, number: str) -> str:
        """A number that is a share in percent, with the sign as it is written here."""
        return f"{number} %" if self.country in SPACED_PERCENT else f"{number}%"

    def locality(self, city: str, region: str, postal_code: str, country: str = "") -> str:
        """Where a street is, by the customs of the address's own ``country``: "Springfield, IL 62701"."""
        form = _LOCALITIES.get(country.upper() or self.country, _ELSEWHERE)
        text = form.format(C=city.strip(), S=region.strip(), Z=postal_code.strip())
        parts = [" ".join(part.split()) for part in text.split(",")]
        return ", ".join(part for part in parts if part)


def region_of(countries: Sequence[str], machine: str) -> Region:
    """Where a business is: where its accounts are; where they are in several countries, in the machine's if that is
    one of them, else in the first account's; without any, where the machine is.
    """
    known = [country.strip().upper() for country in countries if country.strip()]
    if not known or machine in known:
        return Region(machine)
    return Region(known[0])


def country_of_machine(environment: Mapping[str, str]) -> str:
    """The country of the machine's locale, empty where it says none."""
    for name in ("LC_ALL", "LC_TIME", "LANG"):
        if environment.get(name):
            return _country_in(environment[name])
    if sys.platform in {"darwin", "win32"}:
        return _country_in(locale.getlocale()[0] or "")
    return ""


def _country_in(name: str) -> str:
    found = _LOCALE.match(name)
    return found.group(1).upper() if found else ""
