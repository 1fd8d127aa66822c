"""The cycle collector looks less often during a sync, and as before afterwards, however the sync ends."""

import gc
from collections.abc import Iterator

import pytest

from desktop.sync.collector import calm_collector


@pytest.fixture(autouse=True)
def _thresholds() -> Iterator[None]:
    before, enabled = gc.get_threshold(), gc.isenabled()
    yield
    gc.set_threshold(*before)
    assert gc.isenabled() == enabled


def test_it_looks_less_often_meanwhile_and_as_before_afterwards() -> None:
    gc.set_threshold(700, 11, 12)
    with calm_collector():
        young, *older = gc.get_threshold()
        assert young >= 100_000
        assert older == [11, 12]
    assert gc.get_threshold() == (700, 11, 12)


def test_a_sync_that_fails_leaves_it_as_before_too() -> None:
    gc.set_threshold(700, 10, 10)
    with pytest.raises(RuntimeError), calm_collector():
        raise RuntimeError
    assert gc.get_threshold() == (700, 10, 10)


def test_who_looks_even_less_often_is_not_made_to_look_more() -> None:
    gc.set_threshold(1_000_000, 10, 10)
    with calm_collector():
        assert gc.get_threshold()[0] == 1_000_000


def test_a_collector_that_was_turned_off_stays_off() -> None:
    gc.set_threshold(0, 10, 10)
    with calm_collector():
        assert gc.get_threshold()[0] == 0
    assert gc.get_threshold() == (0, 10, 10)


def test_cycles_are_still_collected() -> None:
    with calm_collector():
        assert gc.isenabled()
        assert gc.get_threshold()[0] > 0
