"""The fetching threads: a little ahead, never more, and gone when its block is left."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from desktop.errors import CancelledError
from desktop.sync.fetching import AHEAD, Fetching
from tests.helpers.patience import PATIENCE_S


def no_beat() -> None:
    return None


def test_items_come_in_order_and_only_a_few_are_made_ahead() -> None:
    made: list[int] = []
    most = 0

    def items() -> Iterator[int]:
        for number in range(20):
            made.append(number)
            yield number

    got = []
    with Fetching(threading.Event(), no_beat) as calls:
        for number in calls.ahead(items()):
            got.append(number)
            calls.call(no_beat)  # lets the thread make all that it may
            most = max(most, len(made) - len(got))
    assert got == list(range(20))
    assert 0 < most <= AHEAD


def test_what_an_item_raises_comes_out_where_it_is_used() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise KeyError("gone")

    got: list[int] = []
    with Fetching(threading.Event(), no_beat) as calls, pytest.raises(KeyError):
        got.extend(calls.ahead(items()))
    assert got == [1]


def test_what_is_there_already_comes_together_and_in_order() -> None:
    with Fetching(threading.Event(), no_beat) as calls:
        lane = calls.lane(iter(range(20)))
        batches: list[list[int]] = []
        while not batches or batches[-1]:
            lane.fill(8)
            calls.ready([lane])
            batches.append(list(lane.take(8)))
    assert [number for batch in batches for number in batch] == list(range(20))
    assert max(len(batch) for batch in batches) <= 8


def test_items_before_a_failure_are_used_before_it_is_raised() -> None:
    def items() -> Iterator[int]:
        yield from range(6)
        raise KeyError("gone")

    got: list[int] = []
    with Fetching(threading.Event(), no_beat) as calls:
        lane = calls.lane(items())

        def go_on() -> None:
            while True:
                lane.fill(8)
                calls.ready([lane])
                got.extend(lane.take(8))

        with pytest.raises(KeyError):
            go_on()
    assert got == list(range(6))


def test_lanes_are_run_beside_one_another_and_those_that_are_ready_are_named() -> None:
    go = threading.Event()

    def slow() -> Iterator[str]:
        go.wait(PATIENCE_S)
        yield "slow"

    with Fetching(threading.Event(), no_beat) as calls:
        lanes = [calls.lane(slow()), calls.lane(iter(["quick"]))]
        assert calls.ready(lanes) == [1]
        assert lanes[1].take(1) == ["quick"]
        go.set()
        assert calls.ready(lanes[:1]) == [0]


def test_a_lane_that_is_dropped_begins_nothing_more_and_ends() -> None:
    made: list[int] = []
    go, begun = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        for number in range(20):
            made.append(number)
            begun.set()
            go.wait(PATIENCE_S)
            yield number

    with Fetching(threading.Event(), no_beat) as calls:
        lane = calls.lane(items())
        lane.fill(5)
        assert begun.wait(PATIENCE_S)
        lane.drop()
        go.set()
    assert made == [0]
    assert all("paydesk-fetch" not in one.name for one in threading.enumerate())


def test_cancel_ends_the_waiting_for_a_call() -> None:
    cancel, go = threading.Event(), threading.Event()

    def slow() -> int:
        cancel.set()
        go.wait(PATIENCE_S)
        return 1

    def beat() -> None:
        if cancel.is_set():
            go.set()

    with Fetching(cancel, beat) as calls:
        with pytest.raises(CancelledError):
            calls.call(slow)
        go.set()


def test_the_heart_beats_while_a_call_is_waited_for() -> None:
    go = threading.Event()
    with Fetching(threading.Event(), go.set) as calls:
        assert calls.call(lambda: go.wait(PATIENCE_S)) is True


def test_leaving_the_block_early_leaves_no_thread() -> None:
    def endless() -> Iterator[int]:
        number = 0
        while True:
            number += 1
            yield number

    with Fetching(threading.Event(), no_beat) as calls:
        for number in calls.ahead(endless()):
            if number == 3:
                break
    assert all("paydesk-fetch" not in one.name for one in threading.enumerate())
