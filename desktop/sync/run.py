"""One sync of one integration: what is to be read, in which order, and what is told and kept of it.

Used directly by the command, and inside a worker thread by the window.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from desktop.books.books import Books
from desktop.books.database import DiskFull
from desktop.books.integrations import ACTIVE, DISCONNECTED, NEEDS_ATTENTION
from desktop.books.tables import Integration, SyncRun
from desktop.books.tables.base import table_of
from desktop.errors import CancelledError, ClosedBooksError, NotConnectedError, UnreachableError, WorldError
from desktop.providers.contract import CredentialsRefused, Feed, Stream
from desktop.records import Changes
from desktop.sync.account import Job
from desktop.sync.bookmarks import CLOSED, FIRST, FULL, Mark
from desktop.sync.bulk import ListReader
from desktop.sync.changes import Collected, collect_events, is_late, probe_events
from desktop.sync.collector import calm_collector
from desktop.sync.following import GIVE_UP_AFTER, follow, given_up
from desktop.sync.inbox import Inbox
from desktop.sync.intake import DAY_MS
from desktop.sync.lease import AccountLeft, LeaseHeld, LeaseLost
from desktop.sync.lookback import look_back
from desktop.sync.passes import Outcome, read_feeds
from desktop.sync.pull import HISTORY, Pull
from desktop.sync.remapping import remap_if_due
from desktop.sync.report import Progress, SyncReport, cause_of
from desktop.sync.standing import FULL_DISK
from desktop.sync.status import read_status
from desktop.sync.sweep import check_unseen, retry_set_aside

logger = logging.getLogger(__name__)

_RUN = table_of(SyncRun)
_INTEGRATION = table_of(Integration)


def sync_integration(
    job: Job,
    *,
    full: bool = False,
    since: str | None = None,
    progress: Callable[[Progress], None],
    on_changes: Callable[[Changes], None] | None = None,
    lists: ListReader | None = None,
) -> SyncReport:
    """Bring an integration up to date: begin, resume, follow the changes, or read everything again (``full``).

    ``since`` (``YYYY-MM-DD``) stops the first reading of history at a day; None keeps what was chosen before.
    ``progress`` is told at most ten times a second and ``on_changes`` after each commit, both on this thread.
    ``lists`` reads the pages of whole passes, and is closed; without it the job's reader does.

    Raises: NotConnectedError where there is no such account, LeaseLost, AccountLeft, CredentialsRefused (the
    integration then needs attention), CancelledError, ClosedBooksError. What could not be read is told by the report
    instead, stream by stream.
    """
    _see_that_it_is_connected(job.books, job.integration_id)
    with calm_collector(), closing(lists) if lists is not None else nullcontext():
        # Where it had to wait at opening for who held the lease then.
        remap_if_due(job.books, job.provider, job, logger.info)
        pull = Pull(job, lists, progress, on_changes)
        try:
            return _Run(pull, full=full, since=since).go()
        finally:
            job.count_reads(lists.reads if lists is not None else 0)


def close_runs(connection: Connection, integration_id: int, now: int) -> None:
    """The account is disconnected: whoever was syncing it was stopped. In the caller's transaction."""
    connection.execute(
        update(_RUN)
        .where(_RUN.c.integration_id == integration_id, _RUN.c.outcome == "running")
        .values(ended_at=now, outcome="cancelled")
    )


def told_error(error: WorldError) -> dict[str, Any]:
    """An error as it is kept with the run that it ended: in its words, and with what it comes to."""
    cause = "disk_full" if isinstance(error, DiskFull) else ""
    if isinstance(error, UnreachableError):
        cause = cause_of(error)
    return {"error": str(error), "title": error.title, "message": error.message, "cause": cause}


def note_failure(books: Books, integration_id: int, error: WorldError) -> None:
    """Keep a sync that could not even begin, so that it is told like one that failed on its way."""
    now = books.now()
    run = {"integration_id": integration_id, "kind": "", "started_at": now, "ended_at": now, "outcome": "failed"}
    try:
        with books.write() as writer:
            writer.connection.execute(insert(_RUN).values(**run, report=told_error(error)))
    except ClosedBooksError as second:
        _remember(books, integration_id, error, second)


@contextmanager
def noting_failure(books: Books, integration_id: int) -> Iterator[None]:
    """What keeps a sync from beginning is kept as a sync that failed."""
    try:
        yield
    except (NotConnectedError, CancelledError, LeaseHeld, LeaseLost):
        raise  # the account itself tells it; who stopped it knows; who else is at work is told
    except WorldError as error:
        note_failure(books, integration_id, error)
        raise


def _remember(books: Books, integration_id: int, error: WorldError, second: ClosedBooksError) -> None:
    """The books take nothing any more, not even what ended the sync: this process tells it."""
    books.unkept[integration_id] = {**told_error(error), "at": books.now()}
    logger.info("how the sync ended could not be kept: %s", second)


def _see_that_it_is_connected(books: Books, integration_id: int) -> None:
    with books.read() as connection:
        row = connection.execute(select(_INTEGRATION.c.status).where(_INTEGRATION.c.id == integration_id)).first()
    if row is None or row.status == DISCONNECTED:
        raise NotConnectedError("Not connected", "This account is not connected.", "Connect it again, then sync.")


def _is_hopeless(so_far: Outcome) -> bool:
    """Whether so many streams had no answer, and none had one, that no more is asked for."""
    return len(so_far.unreachable) >= GIVE_UP_AFTER and not so_far.read


@dataclass(frozen=True, slots=True)
class _Plan:
    """The passes to begin, those to resume, and whether the event feed's bookmark begins with them."""

    kind: str
    begin: tuple[Mark, ...]
    resume: bool
    restart_events: bool


class _Run:
    def __init__(self, pull: Pull, *, full: bool, since: str | None) -> None:
        self._pull = pull
        self._full = full
        self._since = since
        self._begun = time.monotonic()
        self._kind = ""
        self._reached = False

    def go(self) -> SyncReport:
        pull = self._pull
        plan = self._plan()
        self._kind = plan.kind
        pull.job.routine = pull.job.scheduled and plan.kind == "changes"
        try:
            run_id = self._open_run()
        except ClosedBooksError as error:
            note_failure(pull.books, pull.integration_id, error)
            raise
        pull.books.unkept.pop(pull.integration_id, None)
        try:
            self._sync(plan)
            self._settle()
        except CredentialsRefused as error:
            self._needs_attention(error)
            self._close_run(run_id, "refused", told_error(error))
            raise
        except (LeaseLost, AccountLeft):
            raise  # nothing more is ours to write: who disconnected the account has closed the run
        except CancelledError as error:
            self._close_run(run_id, "cancelled", told_error(error))
            raise
        except WorldError as error:
            self._fail_run(run_id, error)
            raise
        report = self._report()
        self._close_run(run_id, report.outcome, report.as_json(), ended=True)
        pull.meter.begin("", "done")
        return report

    # --- deciding ----------------------------------------------------------------------------------------------

    def _plan(self, *, gap: bool = False) -> _Plan:
        pull = self._pull
        everything = gap or is_late(pull)
        now = pull.provider_now().low
        longest = pull.provider.facts.event_retention_days * DAY_MS
        begin, resume, first = [], False, True
        for stream, feed in pull.feeds:
            mark = pull.mark(stream.name, feed.name)
            first = first and not pull.has_mark(stream.name, feed.name)
            started = mark.pass_started_at
            if mark.under_way and not everything and (started is None or now - started <= longest):
                resume = resume or mark.state not in CLOSED
            elif mark.under_way:
                begin.append(mark.begin(mark.pass_kind, since_day=mark.since_day))
            elif mark.state == "never":
                begin.append(mark.begin(FIRST, since_day=self._since if stream.name in HISTORY else None))
            elif self._full or everything or mark.state != "complete" or self._reaches_further(stream, mark):
                begin.append(mark.begin(FULL, since_day=self._since_day(stream, mark)))
        kind = "first" if first else "resumed" if resume else "full" if begin else "changes"
        return _Plan(kind, tuple(begin), resume, everything or first)

    def _since_day(self, stream: Stream, mark: Mark) -> str | None:
        """Where a pass over what was read before may stop: never later than before, unless everything is asked for."""
        if stream.name not in HISTORY:
            return None
        if self._full:
            return self._since
        return min(self._since or mark.since_day, mark.since_day) if mark.since_day else None

    def _reaches_further(self, stream: Stream, mark: Mark) -> bool:
        """Whether more of the past is asked for than was read."""
        if stream.name not in HISTORY or self._since is None or mark.since_day is None:
            return False
        return self._since < mark.since_day

    # --- doing -------------------------------------------------------------------------------------------------

    def _sync(self, plan: _Plan) -> None:
        pull = self._pull
        self._begin(plan)
        if not self._read_passes():
            return
        collected = collect_events(pull)
        if collected.gap:
            # What happened meanwhile is no longer in the feed: it can only be had by reading everything.
            self._begin(self._plan(gap=True))
            if not self._read_passes():
                return
            collected = collect_events(pull)
        self._reached = self._reached or collected.closed or collected.through is not None
        if not self._reached:
            return
        Inbox(pull).process()
        if collected.closed:
            look_back(pull)
        follow(pull)
        retry_set_aside(pull)
        check_unseen(pull)
        self._promise(collected)

    def _begin(self, plan: _Plan) -> None:
        """Begin all passes at once, and with them the bookmark of what happens from now on."""
        pull = self._pull
        marks = list(plan.begin)
        if plan.restart_events:
            marks.append(probe_events(pull))
        if marks:
            pull.keep(*marks)

    def _read_passes(self) -> bool:
        """Run every pass that is under way. False where the provider cannot be reached at all."""
        pull = self._pull
        under_way = [(stream, feed) for stream, feed in pull.feeds if pull.mark(stream.name, feed.name).under_way]
        outcome, left = read_feeds(pull, under_way, _is_hopeless)
        for stream, feed in left:
            self._give_up(stream, feed)
        for name in outcome.read:
            pull.counts.read(name)
        self._reached = self._reached or bool(outcome.read)
        return bool(outcome.read) or not outcome.unreachable

    def _give_up(self, stream: Stream, feed: Feed) -> None:
        reason = given_up(self._pull)
        mark = self._pull.mark(stream.name, feed.name)
        self._pull.keep(replace(mark, state="failed", error=reason))
        self._pull.counts.miss_for(stream.name, reason, self._pull.counts.cause)

    def _promise(self, collected: Collected) -> None:
        """What was followed without a gap is complete up to when its events were asked for."""
        pull = self._pull
        through = collected.through
        if through is None:
            return
        unfinished = Inbox(pull).unfinished()
        marks = []
        for stream, feed in pull.feeds:
            mark = pull.mark(stream.name, feed.name)
            gap = mark.under_way or mark.state != "complete" or pull.aside.has([feed.data_type])
            if not (gap or stream.recheck or feed.data_type in unfinished):
                marks.append(mark.promise(through))
        if marks:
            pull.keep(*marks)

    def _settle(self) -> None:
        """Keep with each bookmark why this run could not bring it up to date, or that it could.

        So what stands is in the books: any window and any command reads it there, also after a restart. The promise
        and the state of the pass stay: nothing has to be read again for it.
        """
        pull, counts = self._pull, self._pull.counts
        readable = [stream.name for stream in pull.streams if self._is_readable(stream)]
        if not self._reached:
            # Nobody answered, so nothing else was asked for either.
            for name in readable:
                if not counts.missed(name):
                    counts.miss_for(name, counts.first_missed, counts.cause)
        asked = [name for name in readable if not counts.was_put_off(name)]
        self._reached = self._reached and not (asked and all(counts.missed(name) for name in asked))
        marks = []
        for stream, feed in pull.feeds:
            mark, why = pull.mark(stream.name, feed.name), counts.missed(stream.name)
            if mark.state == "complete" and mark.error != why:
                marks.append(replace(mark, error=why))
        if marks:
            pull.keep(*marks)

    def _is_readable(self, stream: Stream) -> bool:
        if stream.on_demand:
            return False
        return any(self._pull.mark(stream.name, feed.name).state not in CLOSED for feed in stream.feeds)

    # --- telling -----------------------------------------------------------------------------------------------

    def _report(self) -> SyncReport:
        pull = self._pull
        with pull.books.read() as connection:
            statuses = read_status(connection, pull.integration_id, pull.provider, pull.books.now())
        states = {status.name: status.state for status in statuses}
        seconds = time.monotonic() - self._begun
        return pull.counts.report(pull.integration_id, pull.provider.name, self._kind, states, seconds)

    def _open_run(self) -> int:
        pull = self._pull
        with pull.write() as writer:
            made = writer.connection.execute(
                insert(_RUN).values(
                    integration_id=pull.integration_id,
                    kind=self._kind,
                    started_at=pull.books.now(),
                    outcome="running",
                    report={},
                )
            )
            key = made.inserted_primary_key
        assert key is not None
        return int(key[0])

    def _fail_run(self, run_id: int, error: WorldError) -> None:
        """Keep what ended the run, where the books still take that much: the error itself is what is to be told."""
        try:
            self._close_run(run_id, "failed", told_error(error))
        except ClosedBooksError as second:
            _remember(self._pull.books, self._pull.integration_id, error, second)
            if isinstance(error, DiskFull):
                self._mark_full(run_id)

    def _mark_full(self, run_id: int) -> None:
        """One word that is shorter than what stands there: it needs no room, and is there after a restart."""
        try:
            with self._pull.write() as writer:
                writer.connection.execute(update(_RUN).where(_RUN.c.id == run_id).values(outcome=FULL_DISK))
        except ClosedBooksError as error:
            logger.info("not even that the disk is full could be kept: %s", error)

    def _close_run(self, run_id: int, outcome: str, kept: dict[str, Any], *, ended: bool = False) -> None:
        pull = self._pull
        now = pull.books.now()
        with pull.write() as writer:
            writer.connection.execute(
                update(_RUN).where(_RUN.c.id == run_id).values(ended_at=now, outcome=outcome, report=kept)
            )
            if ended and self._reached:
                mine = and_(_INTEGRATION.c.id == pull.integration_id, _INTEGRATION.c.status != DISCONNECTED)
                writer.connection.execute(update(_INTEGRATION).where(mine).values(last_sync_at=now))
                writer.connection.execute(
                    update(_INTEGRATION)
                    .where(mine, _INTEGRATION.c.status == NEEDS_ATTENTION)
                    .values(status=ACTIVE, attention="")
                )
        pull.tell(Changes(frozenset({"integrations"})))

    def _needs_attention(self, error: CredentialsRefused) -> None:
        pull = self._pull
        with pull.write() as writer:
            writer.connection.execute(
                update(_INTEGRATION)
                .where(_INTEGRATION.c.id == pull.integration_id, _INTEGRATION.c.status != DISCONNECTED)
                .values(status=NEEDS_ATTENTION, attention=str(error))
            )
