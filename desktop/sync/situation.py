"""Reading from the books what an account's standing is made of, in the caller's transaction; a few small queries."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select

from desktop.books.integrations import DISCONNECTED, NEEDS_ATTENTION, IntegrationRow
from desktop.books.settings import read_setting
from desktop.books.tables import SyncRun
from desktop.books.tables.base import table_of
from desktop.providers.contract import Provider
from desktop.sync.lease import holder_in
from desktop.sync.reads import read_cost
from desktop.sync.schedule import Past, Schedule
from desktop.sync.standing import FULL_DISK, LastSync, Situation
from desktop.sync.status import StreamStatus, read_status

_RUN = table_of(SyncRun)
_RUNS: Final = 12
"""So many syncs back failures in a row are counted: the pause between two tries has long stopped growing by then."""

_HOME: Final = "home.id"


@dataclass(frozen=True, slots=True)
class _Run:
    outcome: str
    started_at: int
    ended_at: int | None
    report: Mapping[str, Any]

    @property
    def at(self) -> int:
        return self.started_at if self.ended_at is None else self.ended_at

    @property
    def is_retried(self) -> bool:
        """Whether it ended with something that is tried again soon."""
        return self.outcome in ("failed", "running") or (self.outcome == "partial" and bool(self.report.get("retry")))


def read_situations(
    connection: Connection,
    rows: Sequence[IntegrationRow],
    provider_of: Callable[[str], Provider],
    now: int,
    *,
    streams: Mapping[int, Sequence[StreamStatus]] | None = None,
    unkept: Mapping[int, Mapping[str, Any]] | None = None,
) -> list[Situation]:
    """What the books know of these accounts that are still connected. ``now`` is this machine's clock (ms).

    ``streams`` spares reading how the streams stand where that is known already; ``unkept`` is how syncs ended that
    the books had no room for (``Books.unkept``).
    """
    connected = [row for row in rows if row.status != DISCONNECTED]
    several = Counter(row.provider for row in connected)
    found = []
    for row in connected:
        provider = provider_of(row.provider)
        known = (streams or {}).get(row.id)
        if known is None:
            known = read_status(connection, row.id, provider, now)
        holder = holder_in(connection, row.id, now)
        is_ours = holder is not None and holder.is_ours
        found.append(
            Situation(
                integration_id=row.id,
                name=row.full_title if several[row.provider] > 1 else provider.title,
                provider=provider.title,
                status=row.status,
                attention=row.attention,
                last_sync_at=row.last_sync_at,
                streams=tuple(known),
                last=_last_sync(connection, row, (unkept or {}).get(row.id), at_work=is_ours),
                holder=holder,
                cost=read_cost(connection, row.id, provider.facts, now),
            )
        )
    return found


def _run_of(outcome: str, started_at: int, ended_at: int | None, report: Mapping[str, Any] | None) -> _Run:
    if outcome == FULL_DISK:
        return _Run("failed", started_at, ended_at, {"cause": "disk_full"})
    return _Run(outcome, started_at, ended_at, report or {})


def _last_sync(
    connection: Connection, row: IntegrationRow, unkept: Mapping[str, Any] | None, *, at_work: bool
) -> LastSync:
    """The last sync that nobody stopped, and how many in a row failed up to it.

    ``at_work``: the newest one is being made by this process, and says nothing yet.
    """
    query = (
        select(_RUN.c.outcome, _RUN.c.started_at, _RUN.c.ended_at, _RUN.c.report)
        .where(_RUN.c.integration_id == row.id)
        .order_by(_RUN.c.id.desc())
        .limit(_RUNS)
    )
    runs = [_run_of(*found) for found in connection.execute(query)]
    if runs and runs[0].outcome == "running" and (at_work or unkept is not None):
        del runs[0]
    if unkept is not None:
        runs.insert(0, _Run("failed", int(unkept["at"]), int(unkept["at"]), unkept))
    refused = row.status == NEEDS_ATTENTION
    if not runs:
        # Books that were synced before what became of each sync was kept.
        return LastSync(past=Past(row.last_sync_at, 0, refused))
    counted = [run for run in runs if run.outcome != "cancelled"]
    failures = 0
    for run in counted:
        if not run.is_retried:
            break
        failures += 1
    past = Past(runs[0].at, failures if runs[0] in counted else 0, refused)
    if not counted:
        return LastSync(past=past)
    last = counted[0]
    report = last.report
    troubled = (
        [stream["name"] for stream in report.get("streams", ()) if stream.get("errors")] if last.is_retried else []
    )
    return LastSync(
        outcome=last.outcome,
        cause=str(report.get("cause", "")),
        title=str(report.get("title", "")),
        message=str(report.get("message", report.get("error", ""))),
        troubled=tuple(troubled),
        past=past,
    )


def read_schedule(connection: Connection) -> Schedule:
    """How often these books are synced: the same share of the jitter in every program and after every start."""
    name = str(read_setting(connection, _HOME, ""))
    return Schedule(scatter=hashlib.blake2b(name.encode(), digest_size=2).digest()[0] / 255 if name else 0.5)
