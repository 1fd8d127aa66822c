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
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

from desktop.children import own_environment, own_folder, own_program
from desktop.errors import CancelledError, WorldError
from desktop.providers import contract, limits
from desktop.providers.clock import ProviderClock
from desktop.providers.contract import Credentials, Endpoints, Feed, Lists, Page, Stream
from desktop.providers.registry import make_provider
from desktop.sync.collector import calm_collector

logger = logging.getLogger(__name__)

BULK_FROM: Final = 5_000
"""Objects that a sync reads before it starts the second process: for fewer, starting it costs more than it saves."""

READ_LISTS: Final = "--read-lists"
"""The word that makes ``paydesk`` this second process instead of a window."""

_END_S: Final = 5.0
_BUFFER: Final = 1 << 20
_LENGTH: Final = 8

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


class Gone(Exception):
    """The second process is not there any more."""


class BulkReader:
    """Reads pages of lists in a second process. Used by one thread; ``close``, which ends a wait, by any."""

    def __init__(self, access: Access, clock: ProviderClock | None = None) -> None:
        from desktop.sync.parcels import Parcels

        self._parcels = Parcels()
        # Our own program with our own words: nothing in them came from outside. The credentials go through the pipe.
        self._process = subprocess.Popen(  # noqa: S603
            own_program([READ_LISTS]),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=own_environment(os.environ),
            cwd=own_folder(),
            bufsize=_BUFFER,
            start_new_session=True,  # Ctrl+C is for us: it ends when its input does
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._send(
            (
                access.provider, dict(access.credentials.fields), access.endpoints.api_base,
                access.endpoints.connect_base, clock.now() if clock is not None else None,
            )
        )  # fmt: skip

    @property
    def process_id(self) -> int:
        """The second process."""
        return self._process.pid

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
        """One page, as ``contract.Reader.page``; its bodies are packed. Raises: Gone too."""
        self._send((stream.name, feed.name, cursor, parent, created_from, changed_from))
        assert self._process.stdout is not None
        try:
            kind, told = _receive(self._process.stdout)
        except (OSError, EOFError, ValueError) as error:
            raise Gone from error
        if kind == "page":
            return self._parcels.unwrap(told)
        if kind == "bug":
            raise RuntimeError(f"The process that reads lists failed.\n{told}")
        raise _ERRORS[kind](*told)

    def close(self) -> None:
        """End the process: it only reads, so nothing of it has to be finished. Closing twice is harmless."""
        self._process.kill()
        self._process.wait(_END_S)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # what was not sent yet has nowhere to go
                    continue

    def _send(self, told: tuple[Any, ...]) -> None:
        assert self._process.stdin is not None
        try:
            _deliver(self._process.stdin, told)
        except (OSError, ValueError) as error:
            raise Gone from error


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


class Swelling:
    """Reads pages of lists: here at first, in a second process once there turn out to be many. For one thread.

    ``begin`` starts that process.
    """

    def __init__(self, reader: Lists, begin: Callable[[], BulkReader] | None, many: int = BULK_FROM) -> None:
        self._reader = reader
        self._begin = begin
        self._many = many
        self._seen = 0
        self._bulk: BulkReader | None = None
        self._closed = False

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
        if self._bulk is None and self._begin is not None and self._seen >= self._many:
            self._start(self._begin)
        bulk = self._bulk
        if bulk is not None:
            try:
                return bulk.page(
                    stream, feed, cursor=cursor, parent=parent, created_from=created_from, changed_from=changed_from
                )
            except Gone:
                if self._closed:
                    raise
                self._do_without("is gone")
        page = self._reader.page(
            stream, feed, cursor=cursor, parent=parent, created_from=created_from, changed_from=changed_from
        )
        self._seen += len(page.objects)
        return page

    def _start(self, begin: Callable[[], BulkReader]) -> None:
        try:
            self._bulk = begin()
        except (OSError, Gone):
            self._do_without("could not be started")

    def _do_without(self, what: str) -> None:
        logger.info("The process that reads lists %s; they are read here.", what)
        self._end()
        self._begin = None

    def close(self) -> None:
        """End the second process, where there is one; a page that is waited for then raises Gone. For any thread."""
        self._closed = True
        self._end()

    def _end(self) -> None:
        bulk, self._bulk = self._bulk, None
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
    from desktop.sync.parcels import Parcels

    name, fields, api_base, connect_base, now = _receive(asked)
    provider = make_provider(name)
    streams = {(stream.name, feed.name): (stream, feed) for stream in provider.streams for feed in stream.feeds}
    parcels = Parcels()
    reader = provider.reader(Credentials(fields), Endpoints(api_base, connect_base), threading.Event())
    if now is not None:
        reader.clock.remember(now, now=True)
    try:
        while True:
            stream, feed, cursor, parent, created_from, changed_from = _receive(asked)
            try:
                page = reader.page(
                    *streams[stream, feed],
                    cursor=cursor, parent=parent, created_from=created_from, changed_from=changed_from,
                )  # fmt: skip
                answer: tuple[str, Any] = ("page", parcels.wrap(page))
            except WorldError as error:
                nearest = next(kind.__name__ for kind in type(error).__mro__ if kind.__name__ in _ERRORS)
                answer = (nearest, (error.title, error.message, error.action))
            except Exception:  # noqa: BLE001 - a bug: the other process raises it where it is told and logged
                answer = ("bug", traceback.format_exc())
            _deliver(answers, answer)
    finally:
        reader.close()
