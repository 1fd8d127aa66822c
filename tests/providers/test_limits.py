"""Pacing and persistence: buckets that all threads share, and retries that back off and can be stopped."""

from __future__ import annotations

import gc
import threading

import pytest

from desktop.errors import CancelledError
from desktop.providers.contract import Unreachable
from desktop.providers.limits import (
    Allowance,
    Busy,
    Fault,
    TokenBucket,
    Unusable,
    pause,
    persist,
    seconds_asked,
)


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_one_seconds_worth_at_once_and_then_its_rate() -> None:
    clock = Clock()
    bucket = TokenBucket(10.0, clock)
    assert [bucket.reserve() for _ in range(10)] == [0.0] * 10
    assert [round(bucket.reserve(), 3) for _ in range(3)] == [0.1, 0.2, 0.3]
    clock.now += 0.3
    assert round(bucket.reserve(), 3) == 0.1
    clock.now += 60
    assert bucket.reserve() == 0.0


def test_threads_share_a_bucket_without_overdrawing_it() -> None:
    bucket = TokenBucket(50.0, Clock())
    waits: list[float] = []

    def take() -> None:
        for _ in range(25):
            waits.append(bucket.reserve())

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(wait == 0.0 for wait in waits) == 50
    assert max(waits) == pytest.approx(1.0)


def test_an_endpoint_has_a_rate_of_its_own_within_the_accounts() -> None:
    allowance = Allowance(100.0, 5.0, Clock())
    assert [allowance.reserve("charges") for _ in range(5)] == [0.0] * 5
    assert allowance.reserve("charges") == pytest.approx(0.2)
    assert allowance.reserve("refunds") == 0.0


@pytest.mark.parametrize(("stated", "seconds"), [("3", 3.0), ("0.5", 0.5), ("soon", None), ("", None), ("-1", None)])
def test_only_a_number_of_seconds_is_taken_from_retry_after(stated: str, seconds: float | None) -> None:
    assert seconds_asked({"retry-after": stated}) == seconds


def test_a_pause_ends_at_once_when_it_is_stopped() -> None:
    stop = threading.Event()
    pause(0.0, stop)
    stop.set()
    with pytest.raises(CancelledError):
        pause(60.0, stop)
    with pytest.raises(CancelledError):
        pause(0.0, stop)


class TestPersist:
    def failing(self, *faults: Fault) -> tuple[list[int], object]:
        calls: list[int] = []
        left = list(faults)

        def call() -> str:
            calls.append(1)
            if left:
                raise left.pop(0)
            return "done"

        return calls, call

    def test_a_call_that_recovers(self, waits: list[float]) -> None:
        calls, call = self.failing(Fault("a", answered=True), Fault("b", answered=False))
        heard: list[float] = []
        assert persist(call, threading.Event(), "T", lambda seconds, _fault: heard.append(seconds)) == "done"  # type: ignore[arg-type]
        assert len(calls) == 3
        assert heard == waits

    @pytest.mark.parametrize(
        ("fault", "kind"),
        [
            (Fault("x.", answered=True), Unusable),
            (Fault("x.", answered=True, limited=True), Busy),
            (Fault("x.", answered=False), Unreachable),
        ],
    )
    def test_one_that_does_not_is_given_up_after_three_retries(
        self, fault: Fault, kind: type[Unreachable], waits: list[float]
    ) -> None:
        calls, call = self.failing(*[fault] * 9)
        with pytest.raises(Unreachable, match=r"x\.") as caught:
            persist(call, threading.Event(), "T", lambda _seconds, _fault: None)  # type: ignore[arg-type]
        assert type(caught.value) is kind
        assert caught.value.title == "T"
        assert len(calls) == 4

    def test_any_other_exception_is_not_tried_again(self) -> None:
        def call() -> str:
            raise KeyError("bug")

        with pytest.raises(KeyError):
            persist(call, threading.Event(), "T", lambda _seconds, _fault: None)


def test_a_call_leaves_nothing_for_the_collector() -> None:
    stop = threading.Event()
    persist(lambda: "done", stop, "T", lambda _seconds, _fault: None)
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            persist(lambda: "done", stop, "T", lambda _seconds, _fault: None)
        assert gc.collect() == 0
    finally:
        gc.enable()


class TestHeld:
    """Once the provider limits the rate, everybody who calls for the account waits."""

    def test_nobody_calls_until_the_wait_is_over(self) -> None:
        clock = Clock()
        allowance = Allowance(100.0, 100.0, clock)
        assert allowance.held() == 0.0
        allowance.hold(3.0)
        assert allowance.held() == pytest.approx(3.0)
        assert allowance.reserve("refunds") >= 3.0
        clock.now += 3.0
        assert allowance.held() == 0.0
        assert allowance.reserve("refunds") == 0.0

    def test_the_longer_wait_counts(self) -> None:
        allowance = Allowance(100.0, 100.0, Clock())
        allowance.hold(3.0)
        allowance.hold(1.0)
        assert allowance.held() == pytest.approx(3.0)

    def test_what_was_saved_up_is_not_spent_at_once_afterwards(self) -> None:
        clock = Clock()
        allowance = Allowance(10.0, 100.0, clock)
        allowance.hold(0.5)
        clock.now += 0.5
        waits = [allowance.reserve("refunds") for _ in range(8)]
        assert [wait == 0.0 for wait in waits] == [True] * 5 + [False] * 3
