"""When the next sync of its own is due: hourly, a little scattered, backing off after failures. No clock, no timer.

Where an hourly sync would cost more reads in a month than the provider allows, it is made less often.

The caller asks with the wall clock's instants, so that a laptop that slept finds its sync due when it wakes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

HOUR_MS: Final = 3_600_000
MINUTE_MS: Final = 60_000
DAY_MS: Final = 24 * HOUR_MS

COUNTED_DAYS: Final = 30
"""Over so many days reads are counted: a month, as providers have it."""

_STEPS: Final = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours between two syncs: as few as the month's reads allow, never more than a day."""

_TELLING: Final = 24
"""Fewer syncs than a day's say little of a month: what they cost is taken for what so many do."""

_SCATTER: Final = 0.1
LONGEST_HOUR_MS: Final = int(HOUR_MS * (1 + _SCATTER))
"""The most that lies between two hourly syncs."""

FIRST_RETRY_MS: Final = 2 * MINUTE_MS
SETTLE_MS: Final = 15_000


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of the syncs so far; instants in ms of this machine's clock, None for never.

    ``failures`` counts the syncs in a row, up to the last one, that ended with something to retry. ``refused``: the
    credentials were refused, and trying again cannot help.
    """

    last_ended_at: int | None = None
    failures: int = 0
    refused: bool = False

    def succeeded(self, at: int) -> Past:
        """A sync ended well."""
        return Past(at)

    def failed(self, at: int) -> Past:
        """A sync ended with something to retry."""
        return Past(at, self.failures + 1)


@dataclass(frozen=True, slots=True)
class Cost:
    """Reads of one account in the last thirty days: all, and those of its routine syncs (``tables.ReadCount``).

    ``allowed``: what the provider allows in that time; None where it publishes no number.
    """

    used: int = 0
    routine: int = 0
    syncs: int = 0
    allowed: int | None = None

    def in_a_month(self, every_ms: int) -> int:
        """What thirty days will have cost with a sync of the schedule every so many ms, the rest as it was."""
        each = self.routine / max(self.syncs, _TELLING)
        return self.used - self.routine + round(each * COUNTED_DAYS * DAY_MS / every_ms)


@dataclass(frozen=True, slots=True)
class Schedule:
    """How often to sync. ``scatter`` is this installation's own share of the jitter, 0 to 1.

    Without it every Paydesk of a time zone would ask in the same minute after a power cut.
    """

    every_ms: int = HOUR_MS
    scatter: float = 0.5

    def within(self, cost: Cost) -> Schedule:
        """This schedule, or one with longer pauses where its reads would go beyond what is allowed in a month."""
        if cost.allowed is None or cost.in_a_month(self.every_ms) <= cost.allowed:
            return self
        longer = [hours * HOUR_MS for hours in _STEPS if hours * HOUR_MS > self.every_ms]
        fitting = (every for every in longer if cost.in_a_month(every) <= cost.allowed)
        return replace(self, every_ms=next(fitting, max(longer, default=self.every_ms)))

    def due_at(self, past: Past, *, woke_at: int | None = None) -> int | None:
        """The instant of the next sync (ms); None where only the owner can help.

        ``woke_at``: when the machine last woke; its network gets a moment to come up.
        """
        if past.refused:
            return None
        due = 0 if past.last_ended_at is None else past.last_ended_at + self._pause(past.failures)
        return due if woke_at is None else max(due, woke_at + SETTLE_MS)

    def is_due(self, past: Past, now: int, *, woke_at: int | None = None) -> bool:
        """Whether to sync now. A last sync that lies in the future means that the clock was set back: sync."""
        if past.last_ended_at is not None and past.last_ended_at > now:
            return not past.refused
        due = self.due_at(past, woke_at=woke_at)
        return due is not None and now >= due

    def _pause(self, failures: int) -> int:
        """An hour give or take; after failures two minutes, then twice as long each time, never above the hour."""
        whole = self.every_ms
        if failures:
            whole = min(FIRST_RETRY_MS * 2 ** min(failures - 1, 20), self.every_ms)
        return int(whole * (1 - _SCATTER + 2 * _SCATTER * self.scatter))


def slept(before_wall: int, now_wall: int, before_steady: float, now_steady: float) -> bool:
    """Whether the machine slept between two looks: the wall clock (ms) went on and the steady one (s) did not.

    True also where the wall clock was set forward, which is as good a reason to look again.
    """
    return (now_wall - before_wall) - (now_steady - before_steady) * 1000 > 2 * MINUTE_MS
