"""When the next sync is due."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.sync.schedule import HOUR_MS, MINUTE_MS, Cost, Past, Schedule, slept

NOW = 1_780_000_000_000


def test_what_was_never_synced_is_due_at_once() -> None:
    assert Schedule().is_due(Past(), NOW)


def test_it_is_due_an_hour_after_the_last_one() -> None:
    past = Past().succeeded(NOW)
    assert not Schedule().is_due(past, NOW + HOUR_MS - 1)
    assert Schedule().is_due(past, NOW + HOUR_MS)


@given(st.floats(0, 1))
def test_installations_are_scattered_over_a_tenth_either_way(scatter: float) -> None:
    due = Schedule(scatter=scatter).due_at(Past(NOW))
    assert due is not None
    assert 0.9 * HOUR_MS - 1 <= due - NOW <= 1.1 * HOUR_MS + 1


@pytest.mark.parametrize(("failures", "minutes"), [(1, 2), (2, 4), (3, 8), (4, 16), (5, 32), (6, 60), (60, 60)])
def test_failures_are_retried_soon_and_then_ever_later(failures: int, minutes: int) -> None:
    past = Past()
    for _ in range(failures):
        past = past.failed(NOW)
    assert Schedule().due_at(past) == NOW + minutes * MINUTE_MS


def test_success_forgets_the_failures() -> None:
    assert Past().failed(NOW).failed(NOW).succeeded(NOW) == Past(NOW)


def test_refused_credentials_are_not_tried_by_itself() -> None:
    past = Past(NOW, refused=True)
    assert Schedule().due_at(past) is None
    assert not Schedule().is_due(past, NOW + 10 * HOUR_MS)


def test_after_sleep_it_is_due_once_the_network_had_a_moment() -> None:
    past, woke = Past(NOW), NOW + 9 * HOUR_MS
    assert not Schedule().is_due(past, woke + 1000, woke_at=woke)
    assert Schedule().is_due(past, woke + 15_000, woke_at=woke)


def test_a_clock_that_was_set_back_does_not_stop_syncing() -> None:
    assert Schedule().is_due(Past(NOW), NOW - HOUR_MS)


def test_sleep_shows_as_a_wall_clock_that_ran_ahead() -> None:
    assert slept(NOW, NOW + HOUR_MS, 100.0, 160.0)
    assert not slept(NOW, NOW + MINUTE_MS, 100.0, 160.0)


# --- what a month may cost -------------------------------------------------------------------------------------------


def hours_of(cost: Cost) -> float:
    """The hours between two syncs with what the reads came to."""
    return Schedule().within(cost).every_ms / HOUR_MS


@pytest.mark.parametrize(
    ("cost", "hours"),
    [
        (Cost(allowed=10_000), 1),
        (Cost(100_000, 90_000, 720, allowed=None), 1),  # no number is published
        (Cost(2_290, 2_160, 720, 10_000), 1),  # three an hour, and a first sync
        (Cost(10_000, 9_360, 720, 10_000), 1),
        (Cost(10_001, 9_360, 720, 10_000), 2),
        (Cost(7_200, 7_200, 240, 10_000), 3),  # 30 a sync: 21,600 hourly, 10,800 every two hours
        (Cost(9_990, 1_200, 400, 10_000), 2),  # a person read a lot; 3 a sync
        (Cost(50_000, 300, 100, 10_000), 24),  # beyond it already: as seldom as it may be
    ],
)
def test_it_syncs_as_often_as_the_month_s_reads_allow(cost: Cost, hours: int) -> None:
    assert hours_of(cost) == hours


def test_what_a_few_syncs_cost_says_little_of_a_month() -> None:
    assert hours_of(Cost(130 + 200, 200, 1, 10_000)) == 1
    assert hours_of(Cost(130 + 200 * 24, 200 * 24, 24, 10_000)) == 24


def test_longer_pauses_are_kept_after_a_sync_and_not_after_a_failure() -> None:
    slow = Schedule().within(Cost(7_200, 7_200, 240, 10_000))
    assert slow.due_at(Past(NOW)) == NOW + 3 * HOUR_MS
    assert slow.due_at(Past(NOW, 1)) == NOW + 2 * MINUTE_MS
