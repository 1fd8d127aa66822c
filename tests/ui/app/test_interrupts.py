"""A signal of the terminal or the system becomes a signal of Qt, at once, and is given back afterwards."""

import os
import signal
from collections.abc import Iterator

import pytest

from desktop.ui.app.interrupts import Interrupts

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent between POSIX processes")


@pytest.fixture
def interrupts(qapp) -> Iterator[Interrupts]:
    made = Interrupts()
    yield made
    made.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_is_told_in_the_event_loop(qtbot, interrupts: Interrupts, number: signal.Signals) -> None:
    interrupts.start()
    with qtbot.waitSignal(interrupts.asked):
        os.kill(os.getpid(), number)


def test_everything_is_given_back(interrupts: Interrupts) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]
    interrupts.start()
    assert signal.getsignal(signal.SIGTERM) != before[1]
    interrupts.stop()
    interrupts.stop()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_what_the_starter_had_ignored_stays_ignored(qtbot, interrupts: Interrupts) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        interrupts.start()
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
        with qtbot.assertNotEmitted(interrupts.asked, wait=50):
            os.kill(os.getpid(), signal.SIGHUP)
        interrupts.stop()
    finally:
        signal.signal(signal.SIGHUP, before)
