"""Cycles that hold widgets are collected in the UI thread."""

import gc
import threading

from desktop.ui.app.garbage import Garbage


class Cycle:
    def __init__(self, ended: list[int]) -> None:
        self.me = self
        self.ended = ended

    def __del__(self) -> None:
        self.ended.append(threading.get_ident())


def test_a_cycle_made_in_a_worker_ends_in_the_ui_thread(qapp) -> None:
    garbage, ended = Garbage(), []
    garbage.start()
    try:
        assert not gc.isenabled()
        thread = threading.Thread(target=lambda: [Cycle(ended) for _ in range(2_000)])
        thread.start()
        thread.join()
        assert ended == []
        garbage.collect()
        assert set(ended) == {threading.get_ident()}
        assert len(ended) == 2_000
    finally:
        garbage.stop()
    assert gc.isenabled()


def test_what_was_dropped_after_a_short_pass_is_collected_after_a_quiet_minute(qapp) -> None:
    garbage, ended = Garbage(), []
    garbage.start()
    try:
        kept = [Cycle(ended) for _ in range(3_000)]
        garbage.collect()
        kept.clear()
        garbage.collect()
        assert ended == []
        for _ in range(300):
            garbage.collect()
        assert len(ended) == 3_000
        assert set(ended) == {threading.get_ident()}
    finally:
        garbage.stop()


def test_a_short_pass_does_not_look_at_what_lives_on(qapp) -> None:
    garbage = Garbage()
    garbage.start()
    try:
        lives_on = [[] for _ in range(50_000)]
        garbage.collect()
        assert gc.get_freeze_count() > len(lives_on)
        assert gc.get_objects(generation=1) == []
    finally:
        garbage.stop()
