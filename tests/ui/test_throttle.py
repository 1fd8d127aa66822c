"""Asked for often, done seldom: at the end of the time, when it is quiet, or at once and then at a pace."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Slot

from desktop.ui.throttle import Throttle


class Owner(QObject):
    """Counts how often it was called."""

    def __init__(self, ms: int) -> None:
        super().__init__()
        self.times = 0
        self.throttle = Throttle(self.call, ms, self)

    @Slot()
    def call(self) -> None:
        self.times += 1


LONG_MS = 600_000


@pytest.fixture
def soon(qapp: object) -> Owner:
    return Owner(1)


@pytest.fixture
def late(qapp: object) -> Owner:
    """One whose time is not over in a test."""
    return Owner(LONG_MS)


@pytest.mark.parametrize("ask", ["later", "debounce"])
def test_what_is_asked_for_often_is_called_once_and_not_at_once(qtbot, soon: Owner, ask: str) -> None:
    for _ in range(5):
        getattr(soon.throttle, ask)()
    assert (soon.times, soon.throttle.waiting) == (0, True)
    with qtbot.waitSignal(soon.throttle.due):
        pass
    assert (soon.times, soon.throttle.waiting) == (1, False)


def test_later_begins_with_the_first_ask_and_debounce_with_the_last(late: Owner) -> None:
    late.throttle.later()
    first = late.throttle._timer.remainingTime()
    late.throttle.later(1)
    assert late.throttle._timer.remainingTime() <= first
    assert late.throttle._timer.interval() == LONG_MS
    late.throttle.stop()
    late.throttle.later(1)
    late.throttle.debounce()
    assert late.throttle._timer.interval() == LONG_MS
    assert late.times == 0
    late.throttle.stop()


def test_a_pace_calls_at_once_and_keeps_what_comes_meanwhile(qtbot, soon: Owner) -> None:
    for _ in range(5):
        soon.throttle.pace()
    assert (soon.times, soon.throttle.waiting) == (1, True)
    with qtbot.waitSignal(soon.throttle.due):
        pass
    assert (soon.times, soon.throttle.waiting) == (2, False)


def test_a_pace_holds_after_the_call_that_waited(qtbot, soon: Owner) -> None:
    soon.throttle.pace()
    soon.throttle.pace()
    with qtbot.waitSignal(soon.throttle.due):
        pass
    assert soon.throttle._timer.isActive()
    soon.throttle.stop()


def test_at_once_goes_before_what_waits(late: Owner) -> None:
    late.throttle.pace()
    late.throttle.pace()
    late.throttle.at_once()
    assert (late.times, late.throttle.waiting) == (2, False)
    late.throttle.pace()
    assert (late.times, late.throttle.waiting) == (2, True)
    late.throttle.stop()


def test_what_was_stopped_is_not_called(soon: Owner) -> None:
    soon.throttle.later()
    soon.throttle.stop()
    assert not soon.throttle.waiting
    assert not soon.throttle._timer.isActive()
    soon.throttle.pace()
    assert soon.times == 1
    soon.throttle.stop()


def test_an_answer_may_ask_again(qtbot, qapp: object) -> None:
    class Restless(Owner):
        @Slot()
        def call(self) -> None:
            super().call()
            if self.times < 3:
                self.throttle.later()

    owner = Restless(0)
    owner.throttle.later()
    qtbot.waitUntil(lambda: owner.times == 3)
    assert not owner.throttle.waiting
