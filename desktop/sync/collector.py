"""Python's cycle collector during a sync: objects come and go by the million and hold no cycles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# More containers than the pages in flight hold together, so that reading a page does not look through them all; no
# more than that, since what libraries leave in cycles for each request stays until it is collected.
_YOUNG = 100_000


@contextmanager
def calm_collector() -> Iterator[None]:
    """Let the collector look less often, and afterwards as often as before. Measured: a tenth of a first sync."""
    before = gc.get_threshold()
    if before[0]:  # 0: somebody turned it off
        gc.set_threshold(max(_YOUNG, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
