"""What reading each account costs: requests counted by day, and what they came to in the last thirty."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from desktop.books.database import Writer
from desktop.books.tables import DailyTotal, ReadCount
from desktop.books.tables.base import table_of
from desktop.periods import day_of_number
from desktop.providers.facts import Facts
from desktop.sync.schedule import COUNTED_DAYS, DAY_MS, Cost

KEPT_DAYS: Final = 40
"""Counts older than this are forgotten: no allowance reaches back so far."""

_COUNT = table_of(ReadCount)
_TOTAL = table_of(DailyTotal)


def keep_reads(writer: Writer, integration_id: int, reads: int, now: int, *, routine: bool = False) -> None:
    """Add requests to the day of ``now`` (ms), in the caller's transaction; only who holds the account's lease does.

    ``routine``: a sync of the schedule made them that only followed changes.
    """
    connection, today = writer.connection, now // DAY_MS
    day = day_of_number(today)
    ours = _COUNT.c.integration_id == integration_id
    columns = {"reads": reads, "routine_reads": reads * routine, "routine_syncs": int(routine)}
    raised = {name: _COUNT.c[name] + count for name, count in columns.items()}
    found = connection.execute(update(_COUNT).where(ours, _COUNT.c.day == day).values(raised))
    if not found.rowcount:
        connection.execute(insert(_COUNT).values(integration_id=integration_id, day=day, **columns))
        connection.execute(delete(_COUNT).where(ours, _COUNT.c.day < day_of_number(today - KEPT_DAYS)))


def read_cost(connection: Connection, integration_id: int, facts: Facts, now: int) -> Cost:
    """What the account's reads of the last thirty days, today among them, came to, and what the provider allows."""
    first = day_of_number(now // DAY_MS - COUNTED_DAYS + 1)
    counted = select(
        func.coalesce(func.sum(_COUNT.c.reads), 0),
        func.coalesce(func.sum(_COUNT.c.routine_reads), 0),
        func.coalesce(func.sum(_COUNT.c.routine_syncs), 0),
    ).where(_COUNT.c.integration_id == integration_id, _COUNT.c.day >= first)
    used, routine, syncs = (int(value) for value in connection.execute(counted).one())
    return Cost(used, routine, syncs, _allowed(connection, integration_id, facts, first))


def _allowed(connection: Connection, integration_id: int, facts: Facts, first: str) -> int | None:
    """The least that the provider allows whoever it is, or so many for each payment where that is more."""
    least = facts.reads_a_month
    if least is None or not facts.reads_a_payment:
        return least
    taken = select(func.sum(_TOTAL.c.count)).where(
        _TOTAL.c.day >= first, _TOTAL.c.measure == "collected", _TOTAL.c.integration_id == integration_id
    )
    return max(least, facts.reads_a_payment * int(connection.execute(taken).scalar_one() or 0))
