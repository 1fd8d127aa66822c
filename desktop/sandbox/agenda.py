"""What is still to happen, and when: callbacks in the order of their instants, each run at its own."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import date
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from desktop.sandbox.clock import DAY, instant

Callback = Callable[[], object]


class Agenda:
    """Callbacks by instant. ``present`` tells the second at which things happen where no callback is running."""

    def __init__(self, zone: ZoneInfo, present: Callable[[], int]) -> None:
        self.zone = zone
        self.present = present
        self._waiting: list[tuple[int, int, Callback]] = []
        self._counted = 0
        self._moment: int | None = None

    @property
    def now(self) -> int:
        """The second at which the present callback runs, or the present."""
        return self.present() if self._moment is None else self._moment

    def at(self, moment: int, callback: Callback) -> None:
        """Call at an instant; what lies before the present is called next."""
        self._counted += 1
        heapq.heappush(self._waiting, (max(moment, self.now), self._counted, callback))

    def on(self, day: date, hour: int, minute: int, callback: Callback) -> None:
        """Call at a wall-clock time of the business."""
        self.at(instant(day, time_of_day(hour, minute), self.zone), callback)

    def later(self, days: float, callback: Callback) -> None:
        """Call so many days from the present."""
        self.at(self.now + int(days * DAY), callback)

    def run_until(self, moment: int) -> None:
        """Call everything that is due by an instant, in order, each at its own time."""
        while self._waiting and self._waiting[0][0] <= moment:
            self._moment, _, callback = heapq.heappop(self._waiting)
            callback()
        self._moment = None
