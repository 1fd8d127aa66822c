"""The inbox: what happened at the provider, kept once by its id, and done only together with its effects.

Polled events and the relay's messages come through here alike. An event that fails does not stop the others: it is
marked with its error and tried again, three times in all. After that it is shown: its object is set aside with the
reason, and the event is known as processed only when that object has been read well.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from sqlalchemy import and_, bindparam, delete, exists, func, null, select, update

from desktop.books.database import Writer
from desktop.books.packing import Packer, unpack
from desktop.books.statements import Shelf, word
from desktop.books.tables import Event, IntegrationData
from desktop.books.tables.base import table_of
from desktop.errors import WorldError
from desktop.providers.contract import NO_INSTANT, ProviderEvent, Reread, Stream, Unreachable
from desktop.records import AHEAD_MS, Changes, SetAside, SourceObject, Tally
from desktop.secrets.cleaning import packed
from desktop.sync.account import Job
from desktop.sync.bookmarks import CLOSED
from desktop.sync.intake import DAY_MS, Intake
from desktop.sync.pages import uncounted
from desktop.sync.rereading import Key, Read, read_again

logger = logging.getLogger(__name__)

BATCH: Final = 100
"""Events in one transaction."""

MOST_TRIES: Final = 3
"""An event that failed this often is shown among what is set aside, until its object has been read well otherwise."""

MOST_UNREACHABLE: Final = 3
"""Calls in a row without an answer, after which the rest of the inbox waits for the next sync."""

_KEPT_DAYS: Final = 40

_EVENT = table_of(Event)
_DATA = table_of(IntegrationData)
_KEYS = ("integration_id", "external_id")
_COLUMNS = (
    *_KEYS, "kind", "data_type", "object_id", "api_version", "created_at", "received_at", "done_at", "state", "tries",
    "error", "data",
)  # fmt: skip
_STORED = ("id", "external_id", "kind", "data_type", "object_id", "api_version", "created_at", "tries", "data")

# What a payload of an unheard-of shape may raise in the mapper or at the door. It concerns this event only: it is
# logged with its traceback, shown as failed, and the others go on.
BROKEN: tuple[type[Exception], ...] = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An event of the inbox that is to be processed."""

    row_id: int
    tries: int
    event: ProviderEvent
    has_body: bool

    @property
    def key(self) -> Key:
        return self.event.data_type, self.event.object_id


@dataclass(slots=True)
class _Batch:
    """What a batch of events comes to."""

    objects: list[tuple[_Waiting, SourceObject]] = field(default_factory=list)
    reread: dict[Key, list[_Waiting]] = field(default_factory=lambda: defaultdict(list))
    aside: list[tuple[_Waiting, SetAside]] = field(default_factory=list)
    ignored: list[_Waiting] = field(default_factory=list)


class Inbox:
    """The events of one integration."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._shelf = Shelf(intake.books.database.statements)
        self._packer = Packer()
        self._unreachable = 0

    # --- taking in ---------------------------------------------------------------------------------------------

    def take_in(self, writer: Writer, events: Sequence[ProviderEvent]) -> int:
        """Keep events that are not kept yet, within the caller's transaction, newest first. The answer: how many."""
        ids = self._shelf.statements.listed({event.external_id for event in events})
        known_query = self._shelf.select("known events", _EVENT, ("external_id",), "external_id")
        known = {row[0] for row in writer.fetch(known_query, self._intake.integration_id, ids)}
        now = self._intake.books.now()
        rows = {event.external_id: self._row(event, now) for event in events if event.external_id not in known}
        if rows:
            keep = self._shelf.upsert(_EVENT, _KEYS, _COLUMNS, keep=_COLUMNS[len(_KEYS) :])
            writer.run_many(keep, list(rows.values()))
        return len(rows)

    def _row(self, event: ProviderEvent, now: int) -> tuple[Any, ...]:
        wanted = self._is_wanted(event.data_type)
        data = self._packer.pack([packed(event.body)])[0] if wanted else None
        done_at, state = (None, "waiting") if wanted else (now, "done")
        return (
            self._intake.integration_id, event.external_id, event.event_type, event.data_type, event.object_id,
            event.api_version, event.created_at, now, done_at, state, 0, "", data,
        )  # fmt: skip

    def _is_wanted(self, data_type: str) -> bool:
        """Whether the books keep such objects, and their list can be read: parts of a closed one would mislead."""
        found = self._intake.feed_of(data_type)
        return found is not None and self._intake.mark(found[0].name, found[1].name).state not in CLOSED

    # --- processing --------------------------------------------------------------------------------------------

    def process(self) -> None:
        """Work off what waits, and what failed before, oldest first.

        Raises: CredentialsRefused, CancelledError, LeaseLost, ClosedBooksError; what was done by then is done, the
        rest waits.
        """
        intake = self._intake
        with intake.write() as writer:
            revive = self._shelf.keep("revive", _revive)
            writer.run(revive, intake.integration_id, MOST_TRIES)
            forget = self._shelf.keep("forget", _forget)
            writer.run(forget, intake.integration_id, intake.books.now() - _KEPT_DAYS * DAY_MS)
        intake.meter.begin("events", "changes")
        seen = 0
        try:
            while batch := self._waiting():
                intake.job.beat()
                self._process(batch)
                seen += len(batch)
                intake.meter.advance(seen)
        except Unreachable as error:
            for stream in {found[0].name for kind in self.unfinished() if (found := intake.feed_of(kind))}:
                intake.counts.miss(stream, error)
        self._show_given_up()

    def unfinished(self) -> frozenset[str]:
        """The types of objects that an event waits or failed for."""
        query = (
            select(_EVENT.c.data_type)
            .where(_EVENT.c.integration_id == self._intake.integration_id, _EVENT.c.state.in_(("waiting", "failed")))
            .distinct()
        )
        with self._intake.books.read() as connection:
            return frozenset(row[0] for row in connection.execute(query))

    def _waiting(self) -> list[_Waiting]:
        query = (
            select(*(_EVENT.c[name] for name in _STORED))
            .where(_EVENT.c.integration_id == self._intake.integration_id, _EVENT.c.state == "waiting")
            # Events of one second came newest first, so the later row is the older event.
            .order_by(_EVENT.c.created_at, _EVENT.c.id.desc())
            .limit(BATCH)
        )
        with self._intake.books.read() as connection:
            rows = list(connection.execute(query))
        return [
            _Waiting(
                row.id, row.tries,
                ProviderEvent(
                    row.external_id, row.kind, row.created_at, row.api_version, row.data_type, row.object_id,
                    unpack(row.data) if row.data else {},
                ),
                bool(row.data),
            )
            for row in rows
        ]  # fmt: skip

    def _process(self, waiting: Sequence[_Waiting]) -> None:
        """Take a batch in at once; where one of its events breaks it, each alone."""
        try:
            self._take(waiting)
            self._unreachable = 0
            return
        except Unreachable as error:
            self._unreachable += 1
            if self._unreachable > MOST_UNREACHABLE:
                raise
            failure: Exception = error
        except (*BROKEN, *self._intake.unstorable) as error:
            failure = error
        if len(waiting) == 1:
            self._fail(waiting[0], failure)
            return
        for one in waiting:
            self._process([one])

    def _take(self, waiting: Sequence[_Waiting]) -> None:
        """A batch and its done marks; the network is never asked while the books are locked."""
        batch = self._interpret(waiting)
        read = read_again(self._intake, batch.reread)
        unclear = self._commit(batch, read)
        if unclear:
            again = read_again(self._intake, unclear)
            self._commit(_Batch(reread=unclear), again, counted=True)

    def _interpret(self, waiting: Sequence[_Waiting]) -> _Batch:
        batch = _Batch()
        present = self._intake.provider_now().high
        for one in waiting:
            if not self._is_wanted(one.event.data_type):
                batch.ignored.append(one)
                continue
            if (one.tries or not one.has_body) and one.event.object_id:
                # The payload did not do: the object itself, as it is now, does as well.
                batch.reread[one.key].append(one)
                continue
            meaning = self._intake.provider.interpret(one.event)
            if isinstance(meaning, SourceObject) and meaning.version.low > present + AHEAD_MS:
                batch.reread[meaning.data_type, meaning.external_id].append(one)  # its instant cannot be
            elif isinstance(meaning, SourceObject):
                batch.objects.append((one, meaning))
            elif isinstance(meaning, Reread):
                batch.reread[meaning.data_type, meaning.external_id].append(one)
            elif isinstance(meaning, SetAside):
                batch.aside.append((one, meaning))
            else:
                batch.ignored.append(one)
        return batch

    def _commit(self, batch: _Batch, read: Read, *, counted: bool = False) -> dict[Key, list[_Waiting]]:
        """Effects and done marks in one transaction. The answer: events whose object has to be read again first.

        ``counted``: these objects were counted as seen when their order was unclear.
        """
        intake = self._intake
        at = intake.provider_now().low
        settled = {(item.data_type, item.external_id) for item in read.objects}
        tallies: dict[str, Tally] = defaultdict(Tally)
        changes = Changes()
        unclear: set[Key] = set()
        with intake.write() as writer:
            for stream, objects in self._by_stream(item for _, item in batch.objects):
                applied, _ = intake.apply(writer, stream.name, objects, at)
                tallies[stream.name] += applied.tally
                changes |= applied.changes
                unclear.update(key for key in applied.reread if key not in settled)
            for stream, objects in self._by_stream(read.objects):
                applied, _ = intake.apply(writer, stream.name, objects, at, settled=True)
                tallies[stream.name] += uncounted(applied.tally) if counted else applied.tally
                changes |= applied.changes
            aside = [item for _, item in batch.aside]
            aside += [*read.set_aside, *(SetAside(*key, reason) for key, reason in read.refused)]
            for broken in aside:
                found = intake.feed_of(broken.data_type)
                intake.aside.put(writer, found[0].name if found else "", [broken], at)
            postponed = {one.row_id for one, item in batch.objects if (item.data_type, item.external_id) in unclear}
            done = [one for one, _ in (*batch.objects, *batch.aside)] + batch.ignored
            done += [one for events in batch.reread.values() for one in events]
            self._done(writer, [one for one in done if one.row_id not in postponed])
        for name, tally in tallies.items():
            intake.counts.add(name, tally)
        intake.tell(changes)
        left: dict[Key, list[_Waiting]] = defaultdict(list)
        for one, item in batch.objects:
            if one.row_id in postponed:
                left[item.data_type, item.external_id].append(one)
        return left

    def _by_stream(self, objects: Iterable[SourceObject]) -> list[tuple[Stream, list[SourceObject]]]:
        groups: dict[str, tuple[Stream, list[SourceObject]]] = {}
        for item in objects:
            found = self._intake.feed_of(item.data_type)
            if found is not None:
                groups.setdefault(found[0].name, (found[0], []))[1].append(item)
        return list(groups.values())

    def _done(self, writer: Writer, events: Sequence[_Waiting]) -> None:
        now = self._intake.books.now()
        writer.run_many(self._shelf.keep("done", _mark_done), [(now, one.row_id) for one in events])

    def _fail(self, one: _Waiting, error: Exception) -> None:
        tries = one.tries
        if isinstance(error, WorldError):
            said = str(error)
        else:
            said, tries = f"It could not be processed ({type(error).__name__}).", tries + 1
            logger.warning("The event %s could not be processed", one.event.external_id, exc_info=error)
        with self._intake.write() as writer:
            writer.run(self._shelf.keep("failed", _mark_failed), tries, said, one.row_id)
        found = self._intake.feed_of(one.event.data_type)
        if found is not None:
            reason = f"The event {one.event.external_id}: {said}"
            self._intake.counts.fail(found[0].name, reason, retry=tries < MOST_TRIES)

    def _show_given_up(self) -> None:
        """Set aside what events were about that are not tried any more: there it is named, and read again by id.

        An event is moot once the books hold a later state of its object, whichever way that came in.
        """
        intake = self._intake
        given_up = and_(
            _EVENT.c.integration_id == intake.integration_id,
            _EVENT.c.state == "failed",
            _EVENT.c.tries >= MOST_TRIES,
        )
        with intake.books.read() as connection:
            if connection.execute(select(_EVENT.c.id).where(given_up).limit(1)).first() is None:
                return
        told_at = func.coalesce(func.nullif(_EVENT.c.created_at, NO_INSTANT), _EVENT.c.received_at)
        later = exists().where(
            _DATA.c.integration_id == _EVENT.c.integration_id,
            _DATA.c.data_type == _EVENT.c.data_type,
            _DATA.c.external_id == _EVENT.c.object_id,
            _DATA.c.version_low > told_at + 999,
        )
        columns = [_EVENT.c[name] for name in ("external_id", "data_type", "object_id", "error")]
        with intake.write() as writer:
            moot = update(_EVENT).where(given_up, later).values(state="done", data=None, done_at=intake.books.now())
            writer.connection.execute(moot)
            for row in writer.connection.execute(select(*columns).where(given_up)).all():
                reason = f"What the event {row.external_id} told could not be taken in: {row.error}"
                item = SetAside(row.data_type, row.object_id, reason, orjson.dumps({"event": row.external_id}))
                found = intake.feed_of(row.data_type)
                if found is not None and not intake.aside.holds(item):
                    intake.aside.put(writer, found[0].name, [item], intake.provider_now().low)


def receive(
    job: Job, events: Sequence[ProviderEvent], on_changes: Callable[[Changes], None] | None = None
) -> frozenset[str]:
    """Take messages in and work the inbox off, whether or not anybody syncs: a job of its own.

    The provider is asked only for what a message does not say itself. The answer: the types of objects that an event
    still waits or failed for. Raises: as :meth:`Inbox.process`.
    """
    inbox = Inbox(Intake(job, on_changes=on_changes))
    with job.write() as writer:
        inbox.take_in(writer, events)
    inbox.process()
    return inbox.unfinished()


def overtake(writer: Writer, integration_id: int, data_type: str, before: int) -> None:
    """A complete pass that began at ``before`` has read what these events were about: those that failed are moot."""
    writer.run(writer.statements.prepare(_overtake()), integration_id, data_type, before)


def _revive() -> Any:
    return (
        update(_EVENT)
        .values(state=word("waiting"))
        .where(
            _EVENT.c.integration_id == bindparam("of"),
            _EVENT.c.state == word("failed"),
            _EVENT.c.tries < bindparam("most"),
        )
    )


def _forget() -> Any:
    """Only what the provider does not send any more: until then an id is what tells a second delivery."""
    return delete(_EVENT).where(
        _EVENT.c.integration_id == bindparam("of"),
        _EVENT.c.state == word("done"),
        _EVENT.c.received_at < bindparam("before"),
    )


def _mark_done() -> Any:
    return (
        update(_EVENT)
        .values(state=word("done"), done_at=bindparam("at"), data=null())
        .where(_EVENT.c.id == bindparam("row"))
    )


def _mark_failed() -> Any:
    return (
        update(_EVENT)
        .values(state=word("failed"), tries=bindparam("count"), error=bindparam("said"))
        .where(_EVENT.c.id == bindparam("row"))
    )


def _overtake() -> Any:
    return (
        update(_EVENT)
        .values(state=word("done"), data=null())
        .where(
            _EVENT.c.integration_id == bindparam("of"),
            _EVENT.c.data_type == bindparam("data_type"),
            _EVENT.c.created_at < bindparam("before"),
            _EVENT.c.state == word("failed"),
        )
    )
