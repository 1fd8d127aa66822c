"""Cycles that hold widgets are collected in the UI thread."""

import gc
import threading

from desktop.ui.garbage import Garbage


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
