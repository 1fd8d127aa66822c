"""A provider's clock, as far as it is to be believed: what makes versions, bookmarks and promises.

Every answer carries a ``Date``. One that is wrong must do no lasting harm: a state that is taken for one of ten years
ahead would stand against every later change. So a ``Date`` is held against what else is known of the time:

* this machine's clock, which may be wrong itself. It never makes an instant; it only says what is beyond doubt (a
  ``Date`` that agrees with it) and what is out of the question (one that is years ahead of it);
* what was believed before and the steady clock since, which neither a wrong ``Date`` nor a set clock moves;
* the account's last instant in the books.

A ``Date`` that goes back behind these is not used, and one that is ahead of this machine only where a second answer
says the same: machines whose clock is hours or years behind go on working. Where a ``Date`` is missing or not used,
the last instant and the steady clock stand in. A wrong instant that lies *behind* is harmless (what is newer replaces
it, or the object is read again); only one that lies ahead could hide changes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from desktop.periods import day_number, parse_day

TOLERANCE_MS: Final = 5 * 60_000
"""How far two clocks may be apart that both are right enough."""

_SAME_MS: Final = 10_000
"""How far apart two answers may be that say the same, the time between them taken off."""

_FAR_MS: Final = 3 * 366 * 86_400_000
"""Further ahead of this machine's clock than this is out of the question, whoever says it again."""

_RELEASED: Final = 1_793_491_200_000
"""2026-11-01: a machine whose clock is behind this is wrong, for this program is newer."""

_DAY_S: Final = 86_400

_END: Final = 7_258_118_400
"""2200-01-01, in seconds: no answer was given after it."""


def machine_on(today: str) -> Callable[[], float]:
    """This machine's clock in seconds, set to a day (UTC) that is taken for today; with "" as it is.

    Raises: UsageError for a bad day.
    """
    if not today:
        return time.time
    shift = (day_number(parse_day(today)) - int(time.time() // _DAY_S)) * _DAY_S
    return lambda: time.time() + shift


class Heard(NamedTuple):
    """The provider's clock around a call (ms, both included): ``asked_at`` to ``answered_at``.

    ``asked_at`` is 0 where nothing is known: such a state replaces nothing unseen and promises nothing. ``doubtful``:
    a second answer would tell whether the first is to be believed.
    """

    asked_at: int
    answered_at: int
    doubtful: bool = False


class ProviderClock:
    """One account's provider's clock, for one reader. Safe for several threads.

    ``single``: for one call that cannot be made twice; what a second answer would have to say is believed at once.
    """

    def __init__(
        self,
        machine: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        *,
        single: bool = False,
    ) -> None:
        self._single = single
        self._machine = machine
        self._steady = steady
        self._lock = threading.Lock()
        self._made_at = steady()
        self._last: int | None = None
        self._anchor: tuple[int, float] | None = None  # what answers are held against
        self._latest: tuple[int, float] | None = None  # the last that was believed
        self._candidates: dict[int, tuple[int, float]] = {}  # what one answer said, by the thread that asks again

    def remember(self, instant: int, *, now: bool = False) -> None:
        """Tell what is known already (ms): the account's last instant, or with ``now`` that of this moment."""
        with self._lock:
            if now:
                self._anchor = self._latest = (instant, self._steady())
            else:
                self._last = instant

    def now(self) -> int | None:
        """The provider's clock now (ms), never ahead of it; None where nothing is believed yet."""
        with self._lock:
            return None if self._latest is None else _since(self._latest, self._steady())

    def hear(self, date: str, elapsed: float) -> Heard:
        """The clock around a call by its answer's ``Date``, which is in whole seconds; ``elapsed`` in seconds."""
        stated = _parsed(date)
        with self._lock:
            steady = self._steady()
            if stated is not None:
                believed, doubtful = self._judge(stated * 1000, steady)
                if believed:
                    self._latest = (stated * 1000, steady)
                    return Heard(max(int(stated - elapsed), 0) * 1000, stated * 1000 + 999)
            else:
                doubtful = False
            stand_in = self._stand_in(steady)
            if stand_in is None:
                return Heard(0, int(self._machine() * 1000), doubtful)
            return Heard(max(stand_in - int(elapsed * 1000) - 999, 0), stand_in, doubtful)

    def _judge(self, stated: int, steady: float) -> tuple[bool, bool]:
        """Whether an instant is believed, and whether one more answer would tell."""
        machine = int(self._machine() * 1000)
        expected = None if self._anchor is None else _since(self._anchor, steady)
        if abs(stated - machine) <= TOLERANCE_MS:
            return self._believe(stated, steady)
        if expected is not None and abs(stated - expected) <= TOLERANCE_MS:
            self._candidates.clear()
            return True, False  # held against the first, so that it cannot creep away by small steps
        floor = expected
        if floor is None and self._last is not None and self._last <= machine + TOLERANCE_MS:
            floor = self._last
        if floor is not None and stated < floor - TOLERANCE_MS:
            return False, False
        if expected is None and stated <= machine:
            return self._believe(stated, steady)
        sound = machine >= max(_RELEASED, (self._last or 0) - TOLERANCE_MS)
        if sound and stated > machine + _FAR_MS:
            return False, False
        # Of answers to several calls at a time only those to the same one say it twice, and none in between may differ.
        mine = threading.get_ident()
        candidate = self._candidates.pop(mine, None)
        before = None if candidate is None else _since(candidate, steady)
        if self._single or (before is not None and abs(stated - before) <= _SAME_MS):
            return self._believe(stated, steady)
        self._candidates[mine] = (stated, steady)
        return False, True

    def _believe(self, stated: int, steady: float) -> tuple[bool, bool]:
        self._anchor = (stated, steady)
        self._candidates.clear()
        return True, False

    def _stand_in(self, steady: float) -> int | None:
        if self._latest is not None:
            return _since(self._latest, steady)
        return None if self._last is None else _since((self._last, self._made_at), steady)


def _since(anchor: tuple[int, float], steady: float) -> int:
    return anchor[0] + int((steady - anchor[1]) * 1000)


def _parsed(date: str) -> int | None:
    try:
        stated = int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
    return stated if 0 < stated < _END else None
