"""Which of a provider's instants are believed: a wrong one does no lasting harm, whoever's clock is wrong."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.providers.clock import Heard, ProviderClock, machine_on

NOW = 1_796_000_000  # 2026-11-30, in seconds
YEAR = 366 * 86_400
MINUTE = 60


def stated(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


class Times:
    """The true time, this machine's clock beside it, and a provider's clock that hears of both."""

    def __init__(self, machine_off: float = 0.0, last: float | None = None) -> None:
        self.true = float(NOW)
        self.machine_off = machine_off
        self.began = self.true
        self.clock = ProviderClock(lambda: self.true + self.machine_off, lambda: self.true - self.began + 77.0)
        if last is not None:
            self.clock.remember(int(last * 1000))

    def hear(self, off: float = 0.0, elapsed: float = 0.0) -> Heard:
        return self.clock.hear(stated(self.true + off), elapsed)

    def pass_by(self, seconds: float) -> None:
        self.true += seconds


def test_the_instant_lies_between_asking_and_answering() -> None:
    times = Times()
    assert times.hear(elapsed=2.25) == ((NOW - 3) * 1000, NOW * 1000 + 999, False)


@pytest.mark.parametrize("off", [10 * YEAR, -10 * YEAR, 20 * MINUTE, -20 * MINUTE, 400 * 86_400])
def test_one_answer_that_is_off_is_not_used_once_the_time_is_known(off: float) -> None:
    times = Times()
    times.hear()
    times.pass_by(30)
    heard = times.hear(off, elapsed=1.0)
    assert abs(heard.answered_at - times.true * 1000) <= 1000
    assert heard.asked_at <= (times.true - 1) * 1000
    times.pass_by(30)
    assert times.hear() == (int(times.true) * 1000, int(times.true) * 1000 + 999, False)


@pytest.mark.parametrize("off", [10 * YEAR, 20 * MINUTE, 86_400.0])
def test_a_first_answer_ahead_of_this_machine_needs_another_that_says_the_same(off: float) -> None:
    times = Times(last=NOW - 3600)
    first = times.hear(off)
    assert first.answered_at <= NOW * 1000
    assert times.hear().asked_at == NOW * 1000
    assert abs(times.hear(off).answered_at - NOW * 1000) <= 1000
    times.pass_by(30)
    times.hear()
    assert abs(times.hear(off).answered_at - times.true * 1000) <= 1000


def test_answers_to_two_calls_at_a_time_do_not_say_it_for_one_another() -> None:
    times = Times()
    times.hear()
    beside: list[Heard] = []
    first = times.hear(3600.0)
    thread = threading.Thread(target=lambda: beside.append(times.hear(3600.0)))
    thread.start()
    thread.join()
    assert (first.doubtful, beside[0].doubtful) == (True, True)
    assert beside[0].answered_at <= NOW * 1000 + 1000
    assert times.hear().answered_at == NOW * 1000 + 999
    assert times.hear(3600.0).doubtful, "what was said before the right answer is forgotten"


@pytest.mark.parametrize("date", ["", "yesterday", "Thu, 99 Jan 2026 00:00:10 GMT", "Mon, 01 Jan 2300 00:00:00 GMT"])
def test_where_no_instant_is_stated_the_last_one_and_the_steady_clock_stand_in(date: str) -> None:
    times = Times(last=NOW - 3600)
    times.pass_by(5)
    assert times.clock.hear(date, 0.0).answered_at == (NOW - 3595) * 1000
    times.hear()
    times.pass_by(7)
    assert times.clock.hear(date, 0.0).answered_at == int(times.true) * 1000


def test_where_nothing_at_all_is_known_a_state_is_of_any_time_until_now() -> None:
    assert Times().clock.hear("", 0.0) == (0, NOW * 1000, False)
    assert Times().clock.now() is None


@pytest.mark.parametrize("machine_off", [-20 * YEAR, -3 * 3600.0, -2 * 86_400.0, 3 * 3600.0, 5 * YEAR])
@pytest.mark.parametrize("ago", [None, 60, 3600, 40 * 86_400])
def test_a_machine_whose_clock_is_wrong_goes_by_the_provider(machine_off: float, ago: float | None) -> None:
    times = Times(machine_off, None if ago is None else NOW - ago)
    first = times.hear()
    second = times.hear() if first.doubtful else first
    assert second == (NOW * 1000, NOW * 1000 + 999, False)
    times.pass_by(600)
    assert times.hear().asked_at == times.true * 1000
    assert times.clock.now() == times.true * 1000


def test_years_ahead_of_a_sound_machine_is_out_of_the_question_however_often_it_is_said() -> None:
    times = Times(last=NOW - 60)
    for _ in range(5):
        times.pass_by(10)
        assert times.hear(10 * YEAR).answered_at <= times.true * 1000
    assert not times.hear(10 * YEAR).doubtful


def test_a_last_instant_that_a_wrong_clock_left_ahead_of_us_holds_nobody_up() -> None:
    times = Times(last=NOW + 10 * YEAR)
    assert times.hear() == (NOW * 1000, NOW * 1000 + 999, False)


def test_after_a_sleep_that_the_steady_clock_slept_too_the_provider_is_believed() -> None:
    times = Times()
    times.hear()
    times.true += 8 * 3600
    times.began += 8 * 3600
    assert times.hear().asked_at == times.true * 1000


def test_small_steps_do_not_add_up() -> None:
    times = Times(machine_off=-YEAR)
    times.hear()
    times.hear()
    furthest = 0.0
    for step in range(60):
        times.pass_by(1)
        heard = times.hear(off=step * 4 * MINUTE)
        furthest = max(furthest, heard.answered_at / 1000 - times.true)
    assert furthest <= 6 * MINUTE


def test_a_call_that_is_made_once_is_believed_at_once_within_reason() -> None:
    clock = ProviderClock(lambda: NOW - 86_400.0, lambda: 0.0, single=True)
    assert clock.hear(stated(NOW), 0.0).asked_at == NOW * 1000
    assert clock.hear(stated(NOW + 10 * YEAR), 0.0).asked_at <= NOW * 1000


@given(
    offs=st.lists(st.one_of(st.just(0.0), st.floats(-20 * YEAR, 20 * YEAR)), min_size=1, max_size=12),
    waits=st.lists(st.integers(0, 400), min_size=12, max_size=12),
)
def test_whatever_single_answers_say_no_instant_lies_ahead_of_the_time(offs: list[float], waits: list[int]) -> None:
    """With a sound machine, no two answers of different errors can put an instant ahead by more than the tolerance."""
    times = Times(last=NOW - 86_400)
    for off, wait in zip(dict.fromkeys(offs), waits, strict=False):
        times.pass_by(wait)
        try:
            heard = times.hear(off)
        except (ValueError, OverflowError):
            continue
        assert heard.answered_at <= (times.true + 2 * 5 * MINUTE + 1) * 1000


def test_a_day_that_is_taken_for_today_sets_the_clock_that_answers_are_held_against() -> None:
    told = machine_on("2039-01-16")()
    assert datetime.fromtimestamp(told, UTC).date().isoformat() == "2039-01-16"
    assert ProviderClock().hear(stated(told), 0.1).asked_at == 0
    assert ProviderClock(machine_on("2039-01-16")).hear(stated(told), 0.1).asked_at > 0
