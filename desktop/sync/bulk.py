"""Reading long lists in a process of their own: fetching, mapping and packing beside the door, not before it.

Python runs one thread at a time; a first sync of a large account spends as long on fetching, mapping and packing
objects as on letting them in. From some thousands of objects on the first half is done by a second process, which also
leaves the window's own process half as busy. It is given the credentials through its pipe, reads, and ends with the
sync; where it cannot be had, lists are read here as before.
"""

from __future__ import annotations

import logging
import marshal
import os
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, Final, NamedTuple

from desktop.children import own_environment, own_folder, own_program
from desktop.errors import CancelledError, WorldError
from desktop.providers import contract, limits
from desktop.providers.clock import ProviderClock
from desktop.providers.contract import Credentials, Endpoints, Feed, Lists, Page, Reader, Stream
from desktop.providers.limits import Pace
from desktop.providers.registry import make_provider
from desktop.sync.collector import calm_collector

logger = logging.getLogger(__name__)

BULK_FROM: Final = 5_000
"""Objects that a sync reads before its lists are left to the second process alone, which is waited for by then."""

_BEGIN_FROM: Final = 5
"""At this part of them it is started, beside what is read here meanwhile: for fewer, it costs more than it saves."""

READ_LISTS: Final = "--read-lists"
"""The word that makes ``paydesk`` this second process instead of a window."""

_END_S: Final = 5.0
_BUFFER: Final = 1 << 20
_LENGTH: Final = 8
_MOST_AT_ONCE: Final = 12

# glibc gives each thread memory of its own, and what one lets go helps no other: some ten megabytes for pages that come
# and go. Nothing but glibc reads it (mallopt(3)).
_ONE_ARENA: Final = {"MALLOC_ARENA_MAX": "1"}

# What is said over the pipe, with a number that its answer repeats: a page is asked for or given; the second process
# reserves a call and is told how long to wait, or says that the provider limits the rate.
_PAGE: Final = "page"
_RESERVE: Final = "reserve"
_WAIT: Final = "wait"
_HOLD: Final = "hold"
_READY: Final = "ready"

# What a reader may raise, by name; the nearest of these that an error is goes over the pipe.
_ERRORS: Final[Mapping[str, type[WorldError]]] = {
    kind.__name__: kind
    for kind in (
        contract.CredentialsRefused, contract.NotPermitted, contract.NotAvailable, contract.CursorGone,
        contract.Unreachable, limits.Unusable, limits.Busy, CancelledError, WorldError,
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Access:
    """What a reader of an account is made from."""

    provider: str
    credentials: Credentials
    endpoints: Endpoints


class ProcessEnded(Exception):
    """The second process is not there any more."""


class BulkReader:
    """Reads pages of lists in a second process, several at a time. Safe for several threads; ``close`` ends a wait.

    ``pace`` is what the account's calls keep to here: the second process asks for its share of it, call by call.
    """

    def __init__(self, access: Access, clock: ProviderClock | None = None, pace: Pace | None = None) -> None:
        from desktop.sync.parcels import Parcels

        self._parcels = Parcels()
        self._pace = pace
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._number = 0
        self._asked: dict[int, Future[tuple[str, Any]]] = {}
        self._ended = False
        self._ready = threading.Event()
        self._reads = 0
        # Our own program with our own words: nothing in them came from outside. The credentials go through the pipe.
        self._process = subprocess.Popen(  # noqa: S603
            own_program([READ_LISTS]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**own_environment(os.environ), **_ONE_ARENA},
            cwd=own_folder(),
            bufsize=_BUFFER,
            start_new_session=True,  # Ctrl+C is for us: it ends when its input does
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._listening = threading.Thread(target=self._listen, name="paydesk-bulk", daemon=True)
        self._listening.start()
        self._send(
            (
                access.provider, dict(access.credentials.fields), access.endpoints.api_base,
                access.endpoints.connect_base, clock.now() if clock is not None else None, pace is not None,
            )
        )  # fmt: skip

    @property
    def process_id(self) -> int:
        """The second process."""
        return self._process.pid

    @property
    def is_ready(self) -> bool:
        """Whether it has begun to read: a page is answered as quickly as here. So it is once it has ended."""
        return self._ready.is_set()

    @property
    def reads(self) -> int:
        """Reads that it has made so far."""
        return self._reads

    def page(
        self,
        stream: Stream,
        feed: Feed,
        *,
        cursor: str | None,
        parent: str = "",
        created_from: int | None = None,
        changed_from: int | None = None,
    ) -> Page:
        """One page, as ``contract.Reader.page``; its bodies are packed. Raises: ProcessEnded too."""
        answer: Future[tuple[str, Any]] = Future()
        with self._lock:
            if self._ended:
                raise ProcessEnded
            self._number += 1
            number = self._number
            self._asked[number] = answer
        self._send((_PAGE, number, stream.name, feed.name, cursor, parent, created_from, changed_from))
        kind, told = answer.result()
        if kind == "page":
            return self._parcels.unwrap(told)
        if kind == "bug":
            raise RuntimeError(f"The process that reads lists failed.\n{told}")
        raise _ERRORS[kind](*told)

    def close(self) -> None:
        """End the process: it only reads, so nothing of it has to be finished. Closing twice is harmless."""
        self._process.kill()
        self._process.wait(_END_S)
        self._listening.join(_END_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not sent yet has nowhere to go
                    continue

    def _send(self, told: tuple[Any, ...]) -> None:
        assert self._process.stdin is not None
        try:
            with self._sending:
                _deliver(self._process.stdin, told)
        except (OSError, ValueError) as error:
            raise ProcessEnded from error

    def _listen(self) -> None:
        """Hand out what the process says, until it says nothing more."""
        assert self._process.stdout is not None
        try:
            while True:
                self._hear(*_receive(self._process.stdout))
        except (OSError, EOFError, ValueError, ProcessEnded):
            return
        finally:
            with self._lock:
                self._ended = True
                left = list(self._asked.values())
                self._asked.clear()
            self._ready.set()
            for answer in left:
                answer.set_exception(ProcessEnded())

    def _hear(self, what: str, number: int, *told: Any) -> None:
        if what == _PAGE:
            kind, parcel, self._reads = told
            with self._lock:
                answer = self._asked.pop(number)
            answer.set_result((kind, parcel))
        elif what == _READY:
            self._ready.set()
        elif self._pace is not None:
            if what == _RESERVE:
                self._send((_WAIT, number, self._pace.reserve(*told)))
            else:
                self._pace.hold(*told)


def _deliver(pipe: IO[bytes], told: tuple[Any, ...]) -> None:
    parcel = marshal.dumps(told)
    pipe.write(len(parcel).to_bytes(_LENGTH, "big") + parcel)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """The next parcel. Raises: EOFError at the end."""
    length = int.from_bytes(_exactly(pipe, _LENGTH), "big")
    # Written by our own other process a moment ago, never by anybody else.
    return marshal.loads(_exactly(pipe, length))  # noqa: S302


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    read = pipe.read(length)
    if len(read) < length:
        raise EOFError
    return read


class ListReader:
    """Reads pages of lists: here at first, in a second process once there turn out to be ``many`` objects.

    Safe for several threads. ``begin`` starts that process, which takes over as soon as it is ready.
    """

    def __init__(self, reader: Lists, begin: Callable[[], BulkReader] | None, many: int = BULK_FROM) -> None:
        self._reader = reader
        self._begin = begin
        self._many = many
        self._seen = 0
        self._lock = threading.Lock()
        self._bulk: BulkReader | None = None
        self._closed = False
        self._reads = 0

    @property
    def reads(self) -> int:
        """Requests that a second process made; the reader here counts its own."""
        with self._lock:
            return self._reads + (self._bulk.reads if self._bulk is not None else 0)

    def page(
        self,
        stream: Stream,
        feed: Feed,
        *,
        cursor: str | None,
        parent: str = "",
        created_from: int | None = None,
        changed_from: int | None = None,
    ) -> Page:
        """As ``contract.Reader.page``."""
        bulk = self._second()
        if bulk is not None:
            try:
                return bulk.page(
                    stream, feed, cursor=cursor, parent=parent, created_from=created_from, changed_from=changed_from
                )
            except ProcessEnded:
                if self._closed:
                    raise
                self._do_without(bulk)
        page = self._reader.page(
            stream, feed, cursor=cursor, parent=parent, created_from=created_from, changed_from=changed_from
        )
        with self._lock:
            self._seen += len(page.objects)
        return page

    def _second(self) -> BulkReader | None:
        """The second process, where there is one to be asked; begun where it is time, a little before it is needed."""
        with self._lock:
            time_to_begin = self._seen * _BEGIN_FROM >= self._many and not self._closed
            if self._bulk is None and self._begin is not None and time_to_begin:
                try:
                    self._bulk = self._begin()
                except (OSError, ProcessEnded):
                    self._begin = None
                    logger.info("The process that reads lists could not be started; they are read here.")
            bulk = self._bulk
            return bulk if bulk is not None and (bulk.is_ready or self._seen >= self._many) else None

    def _do_without(self, bulk: BulkReader) -> None:
        with self._lock:
            if self._bulk is not bulk:
                return
            self._bulk = self._begin = None
            self._reads += bulk.reads
        logger.info("The process that reads lists is gone; they are read here.")
        bulk.close()

    def close(self) -> None:
        """End the second process, where there is one; a page that is waited for then raises ProcessEnded."""
        with self._lock:
            self._closed = True
            bulk, self._bulk = self._bulk, None
            self._reads += bulk.reads if bulk is not None else 0
        if bulk is not None:
            bulk.close()


# --- the second process ------------------------------------------------------------------------------------------


def serve() -> None:
    """Answer on standard output until standard input ends, which it also does when the starter dies."""
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    try:
        with calm_collector():
            _answer_all(asked, answers)
    except (EOFError, OSError):
        return


def _answer_all(asked: IO[bytes], answers: IO[bytes]) -> None:
    name, fields, api_base, connect_base, now, is_paced = _receive(asked)
    provider = make_provider(name)
    answering = _Answering(answers)
    stop, pace = threading.Event(), answering if is_paced else None
    reader = provider.reader(Credentials(fields), Endpoints(api_base, connect_base), stop, pace)
    if now is not None:
        reader.clock.remember(now, now=True)
    streams = {(stream.name, feed.name): (stream, feed) for stream in provider.streams for feed in stream.feeds}
    reading = _Reading(reader, streams)
    answering.begin()
    try:
        while True:
            what, number, *told = _receive(asked)
            if what == _PAGE:
                reading.ask(_Wanted(*told), partial(answering.give, number, reader))
            else:
                answering.may_go(number, *told)
    finally:
        stop.set()
        reader.close()
        answering.end()
        reading.end()


_Answer = tuple[str, Any]


class _Wanted(NamedTuple):
    """A page, as it is asked for."""

    stream: str
    feed: str
    cursor: str | None
    parent: str
    created_from: int | None
    changed_from: int | None


class _Reading:
    """Pages as they are asked for, and the one after each: a list goes on being fetched while its page is mapped.

    Only what follows a page that was asked for is read ahead, so that a list is at most one page too far.
    """

    def __init__(self, reader: Reader, streams: Mapping[tuple[str, str], tuple[Stream, Feed]]) -> None:
        from desktop.sync.parcels import Parcels

        self._reader = reader
        self._streams = streams
        self._parcels = Parcels()
        self._packing = threading.Lock()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_MOST_AT_ONCE)
        self._ahead: dict[_Wanted, Future[_Answer]] = {}
        self._asked: set[_Wanted] = set()
        self._after: dict[_Wanted, _Wanted] = {}

    def ask(self, wanted: _Wanted, give: Callable[[Future[_Answer]], None]) -> None:
        """Read a page, and give it once it is there."""
        with self._lock:
            answer = self._ahead.pop(wanted, None) or self._read(wanted)
            after = self._after.pop(wanted, None)
            if after is not None:
                self._ahead[after] = self._read(after)
            elif not answer.done():
                self._asked.add(wanted)
        answer.add_done_callback(give)

    def end(self) -> None:
        """Nothing more is read."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, wanted: _Wanted) -> Future[_Answer]:
        return self._pool.submit(self._answer, wanted)

    def _follow(self, wanted: _Wanted, cursor: str) -> None:
        """Which page follows is known: it is read at once where this one was asked for."""
        after = wanted._replace(cursor=cursor)
        with self._lock:
            if wanted in self._asked:
                self._ahead[after] = self._read(after)
            else:
                self._after[wanted] = after

    def _answer(self, wanted: _Wanted) -> _Answer:
        try:
            page = self._reader.page(
                *self._streams[wanted.stream, wanted.feed],
                cursor=wanted.cursor,
                parent=wanted.parent,
                created_from=wanted.created_from,
                changed_from=wanted.changed_from,
                following=partial(self._follow, wanted),
            )
            with self._packing:
                return "page", self._parcels.wrap(page)
        except WorldError as error:
            nearest = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS)
            return nearest, (error.title, error.message, error.action)
        except Exception:  # noqa: BLE001 - a bug: the other process raises it where it is told and logged
            return "bug", traceback.format_exc()
        finally:
            with self._lock:
                self._asked.discard(wanted)


class _Answering:
    """What the second process says: pages, and what it asks of the account's allowance (``limits.Pace``)."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._lock = threading.Lock()
        self._number = 0
        self._reserved: dict[int, Future[float]] = {}  # the instant of the steady clock from which a call may go
        self._stock: dict[str, deque[Future[float]]] = {}
        self._held_until = 0.0
        self._ended = False

    def begin(self) -> None:
        """Pages can be asked for."""
        self._say(_READY, 0)

    def give(self, number: int, reader: Reader, answer: Future[_Answer]) -> None:
        """Send a page, or why it could not be read."""
        if not answer.cancelled():
            self._say(_PAGE, number, *answer.result(), reader.usage().reads)

    def reserve(self, endpoint: str) -> float:
        """As ``Pace.reserve``: the other process has the allowance.

        Of an endpoint that is called again and again one call more is reserved already: the way there and back is
        made while an answer is waited for.
        """
        with self._lock:
            known = endpoint in self._stock
            stock = self._stock.setdefault(endpoint, deque())
            if not stock:
                self._reserve(endpoint, stock)
            waiting = stock.popleft()
            if known and not stock:
                self._reserve(endpoint, stock)
        return max(0.0, waiting.result() - time.monotonic())

    def _reserve(self, endpoint: str, stock: deque[Future[float]]) -> None:
        if self._ended:
            raise _stopped()
        self._number += 1
        waiting = self._reserved[self._number] = Future()
        stock.append(waiting)
        _deliver(self._answers, (_RESERVE, self._number, endpoint))

    def may_go(self, number: int, seconds: float) -> None:
        """The answer to what was reserved."""
        with self._lock:
            waiting = self._reserved.pop(number)
        waiting.set_result(time.monotonic() + seconds)

    def hold(self, seconds: float) -> None:
        """As ``Pace.hold``: here and there."""
        with self._lock:
            self._held_until = max(self._held_until, time.monotonic() + seconds)
        self._say(_HOLD, 0, seconds)

    def held(self) -> float:
        """As ``Pace.held``."""
        with self._lock:
            return max(0.0, self._held_until - time.monotonic())

    def end(self) -> None:
        """Nobody answers any more: what waits for an answer fails."""
        with self._lock:
            self._ended = True
            left = list(self._reserved.values())
            self._reserved.clear()
        for waiting in left:
            waiting.set_exception(_stopped())

    def _say(self, *told: Any) -> None:
        with self._lock:
            _deliver(self._answers, told)


def _stopped() -> CancelledError:
    return CancelledError("Stopped", "The work was stopped.", "It can be started again at any time.")
