"""Both pretend providers tell their year for any day, seed, zone and density.

``python -m tests.checks.calendar`` does so for 400 days and five seeds.
"""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.sandbox import launch
from desktop.sandbox.square.scenes import tell as tell_square
from desktop.sandbox.stripe.scenes import tell as tell_stripe
from tests.checks import years
from tests.checks.years import Run

ZONES = sorted(available_timezones() - {"Factory", "localtime"})


@pytest.mark.parametrize("run", years.SPECIAL, ids=str)
def test_days_that_something_is_the_matter_with_are_told(run: Run) -> None:
    assert years.tell(run) == []


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)], ids=str)
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_on_the_first_of_a_month_something_has_happened_in_every_currency_and_location(day: date, zone: str) -> None:
    assert years.tell(Run(day, 1, zone, 0.0)) == []


@settings(max_examples=5)
@given(
    day=st.dates(launch.FIRST_DAY, launch.LAST_DAY),
    seed=st.integers(-(2**63), 2**63),
    zone=st.sampled_from(ZONES),
    density=st.floats(0, 0.5),
)
def test_any_day_seed_zone_and_density_is_told(day: date, seed: int, zone: str, density: float) -> None:
    assert years.tell(Run(day, seed, zone, density)) == []


def test_a_busier_studio_has_more_sales() -> None:
    day, zone = date(2026, 11, 23), ZoneInfo("Europe/Berlin")
    charges = [len(list(tell_stripe(1, day, zone, pace).every("charge"))) for pace in (0, 0.3, 1)]
    assert charges == sorted(set(charges))


def test_nothing_is_sold_that_is_sold_out() -> None:
    """At the counter, that is: what was billed before the last piece went still leaves the shelf."""
    world = tell_square(1, date(2026, 11, 23), ZoneInfo("Europe/Berlin"), 12)
    counts = [int(one["quantity"]) for one in world.every("count")]
    assert min(counts) > -8
    assert sum(count < 0 for count in counts) < len(counts) // 5
