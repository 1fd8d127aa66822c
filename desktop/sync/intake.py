"""The way into the books for what one account's provider says, whoever asked for it: a list, an event, a single object.

An intake knows the account's streams and bookmarks, what is set aside, and what time it is at the provider. It writes
under the account's lease only, and counts what it takes in.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

import orjson
from sqlalchemy.exc import DataError, IntegrityError

from desktop.books.books import Books
from desktop.books.database import Writer
from desktop.errors import RefusedError
from desktop.providers.contract import Feed, Reader, Stream, Unreachable
from desktop.records import AHEAD_MS, Applied, Changes, SetAside, SourceObject, Tally, Version
from desktop.sync.account import Job
from desktop.sync.aside import AsideShelf, known_aside
from desktop.sync.bookmarks import Bookmarks, Mark, read_marks
from desktop.sync.report import Counts, Meter, Progress
from desktop.sync.streams import streams_of

logger = logging.getLogger(__name__)

DAY_MS = 86_400_000

# What the door or the driver raise for a value that no table can hold. Such an object is set aside; anything else is
# a bug and goes on up.
_UNSTORABLE: tuple[type[Exception], ...] = (
    ArithmeticError,
    ValueError,
    orjson.JSONEncodeError,
    DataError,
    IntegrityError,
)


class Intake:
    """One account's way in during a job. Used by one thread; only the job's calls reach into another."""

    def __init__(
        self,
        job: Job,
        tell: Callable[[Progress], None] | None = None,
        on_changes: Callable[[Changes], None] | None = None,
    ) -> None:
        """``tell`` hears how far it is, at most ten times a second, ``on_changes`` what each commit touched."""
        self.job = job
        self.books = books = job.books
        self.provider = job.provider
        self.calls = job.calls
        self.integration_id = job.integration_id
        self.meter = Meter(tell or _nobody)
        self.bookmarks = Bookmarks(books.database.statements)
        self._on_changes = on_changes or _nobody
        with books.read() as connection:
            self._marks = dict(read_marks(connection, self.integration_id))
            aside = known_aside(connection, self.integration_id)
            self.streams = streams_of(connection, self.provider, self.integration_id)
        self._reader: Reader | None = None
        self.counts = Counts([stream.name for stream in self.streams])
        self.aside = AsideShelf(books.database.statements, self.integration_id, aside)
        self._pauses = job.pauses
        self._clock = (0, 0.0)
        self.unstorable = unstorable_in(books)

    @property
    def reader(self) -> Reader:
        """What asks the provider; it is told first up to when the books know the time there."""
        reader = self.job.reader
        if reader is not self._reader:
            self._reader = reader
            if reader.clock.now() is None and (known := self._last_instant()):
                reader.clock.remember(known)
        return reader

    # --- feeds -------------------------------------------------------------------------------------------------

    @property
    def feeds(self) -> Iterator[tuple[Stream, Feed]]:
        """Every feed that a sync reads, in the order of a first sync."""
        for stream, feed in self.all_feeds:
            if not stream.on_demand:
                yield stream, feed

    @property
    def all_feeds(self) -> Iterator[tuple[Stream, Feed]]:
        """The feeds of every stream, those that are read on demand among them."""
        for stream in self.streams:
            for feed in stream.feeds:
                yield stream, feed

    def feed_of(self, data_type: str) -> tuple[Stream, Feed] | None:
        """Where objects of this type are listed."""
        return next(((stream, feed) for stream, feed in self.all_feeds if feed.data_type == data_type), None)

    def mark(self, stream: str, feed: str) -> Mark:
        """The bookmark of a feed, as last committed, without instants that a wrong clock has put ahead of us."""
        mark = self._marks.get((stream, feed)) or Mark(self.integration_id, stream, feed)
        return mark.before(latest + DAY_MS) if (latest := self.latest()) else mark

    def has_mark(self, stream: str, feed: str) -> bool:
        """Whether the feed was ever begun."""
        return (stream, feed) in self._marks

    # --- writing -----------------------------------------------------------------------------------------------

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Writer]:
        """A transaction that is still ours to write. Raises: as ``Job.write``."""
        with self.job.write(durable=durable) as writer:
            if self._pauses != self.job.pauses:
                self._pauses = self.job.pauses
                self.aside.recall(known_aside(writer.connection, self.integration_id))
            yield writer

    def save(self, writer: Writer, *marks: Mark) -> None:
        """Save bookmarks in the caller's transaction. Follow with :meth:`committed` once that has ended."""
        self.bookmarks.save(writer, *(replace(mark, updated_at=self.books.now()) for mark in marks))

    def keep(self, *marks: Mark) -> None:
        """Save bookmarks in a transaction of their own."""
        with self.write() as writer:
            self.save(writer, *marks)
        self.committed(*marks)

    def committed(self, *marks: Mark) -> None:
        """The transaction that saved these bookmarks has ended well."""
        self._marks.update({(mark.stream, mark.feed): mark for mark in marks})

    def tell(self, changes: Changes) -> None:
        """Let views know what was committed."""
        if changes:
            self._on_changes(changes)

    def apply(
        self,
        writer: Writer,
        stream: str,
        objects: Sequence[SourceObject],
        at: int,
        *,
        settled: bool = False,
        listed: bool = False,
        careful: bool = False,
    ) -> tuple[Applied, bool]:
        """Objects through the door, in the caller's transaction. ``at`` is the instant of their reading (ms).

        An object that no table can hold raises one of ``unstorable``; when the whole transaction is then tried again
        ``careful``, it is set aside and the rest goes in. The second answer: whether all went in.
        """
        if not careful:
            applied = self.books.apply(
                writer, self.integration_id, objects, settled=settled, present=self.latest(), listed=listed
            )
            refused: tuple[SetAside, ...] = ()
        else:
            applied, refused = self._apply_singly(writer, objects, settled=settled, listed=listed)
            self.aside.put(writer, stream, refused, at)
            gone = {(item.data_type, item.external_id) for item in refused}
            objects = [item for item in objects if (item.data_type, item.external_id) not in gone]
        self.aside.clear(writer, objects)
        return applied, not refused

    def _apply_singly(
        self, writer: Writer, objects: Sequence[SourceObject], *, settled: bool, listed: bool
    ) -> tuple[Applied, tuple[SetAside, ...]]:
        total, refused = Applied(), []
        failure: Exception | None = None
        for item in objects:
            try:
                with writer.connection.begin_nested():
                    one = self.books.apply(
                        writer, self.integration_id, [item], settled=settled, present=self.latest(), listed=listed
                    )
            except self.unstorable as error:
                logger.info("%s %s could not be stored: %s", item.data_type, item.external_id, type(error).__name__)
                reason = f"Its values cannot be stored ({type(error).__name__})."
                refused.append(SetAside(item.data_type, item.external_id, reason))
                failure = error
                continue
            total = Applied(total.tally + one.tally, total.changes | one.changes, (*total.reread, *one.reread))
        if failure is not None and len(refused) == len(objects) > 1:
            # Broken objects come singly. When none goes in, it is we who are broken, and that is not to be hidden.
            raise failure
        return Applied(total.tally + Tally(seen=len(refused)), total.changes, total.reread), tuple(refused)

    # --- the provider's clock ----------------------------------------------------------------------------------

    def heard(self, asked_at: int) -> None:
        """The provider said what time it is (ms)."""
        if asked_at >= self._clock[0]:
            self._clock = (asked_at, time.monotonic())

    @property
    def was_heard(self) -> bool:
        """Whether the provider has said anything in this sync."""
        return self._clock[0] > 0

    def present(self) -> int | None:
        """The provider's instant now (ms); None before anything of it that is believed was heard."""
        asked_at, at = self._clock
        if not asked_at:
            return None if self._reader is None else self._reader.clock.now()
        return asked_at + int((time.monotonic() - at) * 1000) + 999

    def latest(self) -> int | None:
        """The latest that it may be now (ms), by the provider's clock or by this machine's; None as ``present``.

        Only what lies beyond both is surely wrong: a provider that goes back does not take back what was promised.
        """
        present = self.present()
        return None if present is None else max(present, self.books.now())

    def lies_ahead(self, instant: int) -> bool:
        """Whether an instant (ms) lies ahead of the provider's present, as far as that is known."""
        present = self.present()
        return present is not None and instant > present + AHEAD_MS

    def hear_if_ahead(self) -> None:
        """Ask the provider for its instant where bookmarks lie ahead of this machine's clock: one of both is wrong.

        Where it cannot be reached, that is told by what is read next. Raises: CredentialsRefused, CancelledError.
        """
        if self.present() is None and (self._last_instant() or 0) > self.books.now() + AHEAD_MS:
            with suppress(RefusedError, Unreachable):
                self.calls.call(self.reader.identify)

    def _last_instant(self) -> int | None:
        """The account's last instant that the books know of (ms)."""
        known = [
            instant
            for mark in self._marks.values()
            for instant in (mark.complete_through, mark.pass_started_at)
            if instant
        ]
        return max(known, default=None)

    def provider_now(self) -> Version:
        """When something that is learnt now without an instant of its own was true.

        Before anything was heard this is this machine's clock, and only for what is to be asked: it makes no version.
        """
        asked_at, at = self._clock
        if not asked_at:
            now = self.present() or self.books.now()
            return Version(now - 1000, now)
        passed = int((time.monotonic() - at) * 1000)
        return Version(asked_at, asked_at + passed + 999)


def _nobody(_told: object) -> None:
    return None


def unstorable_in(books: Books) -> tuple[type[Exception], ...]:
    """What is raised for a value that no table can hold, the driver's own errors among it: the door uses its cursor."""
    more: tuple[type[Exception], ...] = ()
    if books.database.dialect_name == "sqlite":
        import sqlite3 as driver
    else:
        import psycopg as driver  # type: ignore[no-redef]
        from psycopg.errors import ProgramLimitExceeded

        more = (ProgramLimitExceeded,)  # a text too long for the row of an index
    return (*_UNSTORABLE, driver.DataError, driver.IntegrityError, driver.InterfaceError, *more)
