"""One worker an account: whatever is done with a connected account is a job of its worker, one after another.

The worker holds the account's lease, its provider and its credentials for as long as anybody is at work, so that a
window and a command never both are. Within a process jobs take turns: one that a person waits for goes before the next
page of a long one, which waits for it and then goes on. A job runs on the thread of whoever asked for it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Final, TypeVar

from desktop.books.books import Books
from desktop.books.database import Writer
from desktop.books.integrations import IntegrationRow
from desktop.errors import ClosedBooksError
from desktop.sync.fetching import Fetching
from desktop.sync.lease import AccountLeft, Held, Lease, LeaseLost, acquire, take_over
from desktop.sync.reads import keep_reads

if TYPE_CHECKING:
    from desktop.providers.contract import Credentials, Endpoints, Provider, Reader
    from desktop.sync.credentials import CredentialStore

T = TypeVar("T")

_TICK: Final = 0.2
"""Seconds between two looks at cancel while a turn is waited for."""


class Workers:
    """The workers of one business in this process, one an account, made when they are first asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers: dict[str, Worker] = {}

    def of(self, row: IntegrationRow, make: Callable[[], Worker]) -> Worker:
        """The account's worker."""
        with self._lock:
            found = self._workers.get(row.row_uuid)
            if found is None:
                found = self._workers[row.row_uuid] = make()
            return found


@contextmanager
def all_jobs(
    workers: Sequence[Worker], holder: str, *, urgent: bool = False, cancel: threading.Event | None = None
) -> Iterator[Sequence[Job]]:
    """Be at work on several accounts at once, for what cannot be done for one alone.

    They are waited for in the order of their numbers, so that two who want several never wait for each other; what is
    had already is kept meanwhile. Raises: as :meth:`Worker.job`.
    """
    jobs: list[Job] = []

    def keep() -> None:
        for job in jobs:
            job.keep()

    with ExitStack() as stack:
        for worker in sorted(workers, key=lambda one: one.integration_id):
            jobs.append(stack.enter_context(worker.job(holder, urgent=urgent, cancel=cancel, meanwhile=keep)))
        yield jobs


class Worker:
    """One account's worker: lease, provider and credentials while anybody is at work, and whose turn it is."""

    def __init__(
        self,
        books: Books,
        provider: Provider,
        integration_id: int,
        store: CredentialStore,
        endpoints: Callable[[], Endpoints],
    ) -> None:
        self.books = books
        self.provider = provider
        self.integration_id = integration_id
        self.store = store
        self.endpoints = endpoints
        self.credentials: Credentials | None = None
        self._turns = threading.Condition()
        self._running: Job | None = None
        self._paused: list[Job] = []
        self._waiting: list[Job] = []
        self._lease: Lease | None = None
        self._times_left = 0

    @contextmanager
    def job(
        self,
        holder: str,
        *,
        urgent: bool = False,
        takes_over: bool = False,
        scheduled: bool = False,
        cancel: threading.Event | None = None,
        meanwhile: Callable[[], None] | None = None,
    ) -> Iterator[Job]:
        """Be at work on the account, once it is this job's turn. ``holder`` is who others read has the lease.

        ``urgent``: a person waits for it, and it is short, so that it goes before the next page of a long one.
        ``takes_over``: another program at work has to stop (the account is disconnected). ``scheduled``: nobody asked
        for it, its time has come. ``cancel`` ends waiting. ``meanwhile`` is done over and over while the turn is waited
        for.
        Raises: LeaseHeld where another program is at work, CancelledError, AccountLeft, ClosedBooksError.
        """
        cancel = cancel or threading.Event()
        job = Job(self, cancel, urgent=urgent, scheduled=scheduled, since=self._times_left)
        self._wait_for_turn(job, meanwhile)
        try:
            job.lease = self._hold_lease(holder, takes_over=takes_over)
            yield job
        finally:
            try:
                job.close()
            finally:
                self._end_turn()

    def give_way(self, job: Job) -> bool:
        """Let what a person waits for go before the rest of a long job, and come back when that has ended.

        Whether there was anything to wait for.
        """
        with self._turns:
            if not any(one.urgent for one in self._waiting):
                return False
            self._running = None
            self._paused.append(job)
            self._turns.notify_all()
            while not self._is_next(job):
                self._turns.wait()
            self._paused.remove(job)
            self._running = job
        return True

    def leave(self, job: Job) -> None:
        """The account is not connected any more: every other job of it ends at its next step."""
        self._times_left += 1
        job.since = self._times_left
        self.credentials = None

    def see_that_it_is_ours(self, job: Job) -> None:
        """Raises: AccountLeft where the account was disconnected since the job was asked for."""
        if job.since != self._times_left:
            raise AccountLeft.said()

    # --- turns -------------------------------------------------------------------------------------------------------

    def _wait_for_turn(self, job: Job, meanwhile: Callable[[], None] | None) -> None:
        with self._turns:
            mine = threading.get_ident()
            if any(one.thread == mine for one in (self._running, *self._paused) if one is not None):
                raise RuntimeError("a job of this account is at work on this thread: it would wait for itself")
            self._waiting.append(job)
            try:
                while not self._is_next(job):
                    self._turns.wait(_TICK)
                    job.calls.stop_if_asked()
                    self.see_that_it_is_ours(job)
                    if meanwhile is not None:
                        meanwhile()
            except BaseException:
                self._waiting.remove(job)
                self._turns.notify_all()
                raise
            self._waiting.remove(job)
            self._running = job

    def _is_next(self, job: Job) -> bool:
        """What a person waits for goes first, then what gave way to that, then what else was asked for, in order."""
        if self._running is not None:
            return False
        line = [one for one in self._waiting if one.urgent] + self._paused[::-1] + self._waiting
        return line[0] is job

    def _hold_lease(self, holder: str, *, takes_over: bool) -> Lease:
        """The lease: as it is held for a job that gave way, else taken."""
        if self._lease is None or (takes_over and not self._lease.is_held()):
            found = (take_over if takes_over else acquire)(self.books, self.integration_id, holder)
            if isinstance(found, Held):
                raise found.error()
            self._lease = found
        return self._lease

    def _end_turn(self) -> None:
        """Let go of everything where no job is under way, then let the next one in, who takes it up anew."""
        with self._turns:
            lease = None
            if not self._paused:
                lease, self._lease, self.credentials = self._lease, None, None
        try:
            if lease is not None:
                lease.release()
        finally:
            with self._turns:
                self._running = None
                self._turns.notify_all()


class Job:
    """A turn of work on an account. Used by the thread that it was begun on; ``calls`` reaches into one of its own.

    ``pauses`` counts how often it gave way: what it remembers of the books may have changed meanwhile. ``routine``: it
    is a sync of the schedule that only follows changes, as the next ones will.
    """

    def __init__(
        self, worker: Worker, cancel: threading.Event, *, urgent: bool, since: int, scheduled: bool = False
    ) -> None:
        self.worker = worker
        self.books = worker.books
        self.provider = worker.provider
        self.integration_id = worker.integration_id
        self.cancel = cancel
        self.urgent = urgent
        self.scheduled = scheduled
        self.routine = False
        self.since = since
        self.thread = threading.get_ident()
        self.lease: Lease | None = None
        self.pauses = 0
        self._gives_way = not urgent
        self.calls = Fetching(cancel, self.beat)
        self._reader: Reader | None = None
        self._reads = 0

    def check(self, writer: Writer) -> None:
        """See to it that this transaction is still ours to write. Raises: LeaseLost, AccountLeft."""
        self.worker.see_that_it_is_ours(self)
        assert self.lease is not None
        self.lease.check(writer)

    def beat(self) -> None:
        """Between two steps, outside of a transaction: let go before what a person waits for, and keep the lease.

        Raises: LeaseLost, AccountLeft.
        """
        if self._gives_way:
            self.pauses += self.worker.give_way(self)
        self.keep()

    def keep(self) -> None:
        """As :meth:`beat`, without letting anybody in. Raises: LeaseLost, AccountLeft."""
        self.worker.see_that_it_is_ours(self)
        assert self.lease is not None
        self.lease.beat()

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Writer]:
        """A transaction that is still ours to write. Raises: LeaseLost, AccountLeft, ClosedBooksError."""
        with self.books.write(durable=durable) as writer:
            self.check(writer)
            yield writer

    def call(self, work: Callable[[], T]) -> T:
        """Do something that takes its time, without letting the lease go and without letting anybody else in.

        Raises: what it raises, CancelledError.
        """
        self._gives_way = False
        try:
            return self.calls.call(work)
        finally:
            self._gives_way = not self.urgent

    @property
    def endpoints(self) -> Endpoints:
        """Where the provider is. Raises: UsageError for an address that may not be used."""
        return self.worker.endpoints()

    @property
    def credentials(self) -> Credentials:
        """The account's credentials. Raises: NotConnectedError, or an error of the vault."""
        if self.worker.credentials is None:
            self.worker.credentials = self.worker.store.open(self.integration_id)
        return self.worker.credentials

    def use(self, credentials: Credentials) -> None:
        """Go on with these: the account has new ones."""
        self.worker.credentials = credentials
        self._close_reader()

    @property
    def reader(self) -> Reader:
        """What reads the account with its credentials. Raises: as ``credentials`` and ``endpoints``."""
        if self._reader is None:
            self._reader = self.provider.reader(self.credentials, self.endpoints, self.cancel)
        return self._reader

    def leave(self) -> None:
        """The account is not connected any more: every other job of it ends at its next step."""
        self.worker.leave(self)

    def close(self) -> None:
        """Let the connections and the thread go; a call that is under way fails at once. What it cost is kept."""
        self._close_reader()
        self.calls.close()
        self._keep_reads()

    def count_reads(self, reads: int) -> None:
        """Requests that were made for this job by something else than its reader."""
        self._reads += reads

    def _keep_reads(self) -> None:
        if not self._reads or self.lease is None:
            return
        # Who took the account over counts for itself, and what a full disk does not take is told by whoever needs it.
        with suppress(LeaseLost, AccountLeft, ClosedBooksError), self.write(durable=False) as writer:
            keep_reads(writer, self.integration_id, self._reads, self.books.now(), routine=self.routine)

    def _close_reader(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
            self._reads += reader.usage().reads
