"""One lease per integration: who may sync, send and refresh tokens, and who can only read meanwhile.

The holder renews a heartbeat; who has none for a minute is taken for dead. Every new holder gets a higher fence, and
each transaction checks it, so that a holder that slept through its expiry cannot write over its successor.
"""

from __future__ import annotations

import os
import re
import socket
import time
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection, bindparam, or_, select, update

from desktop.books.books import Books
from desktop.books.database import Writer
from desktop.books.integrations import DISCONNECTED
from desktop.books.settings import TIMEZONE, read_setting
from desktop.books.tables import Integration
from desktop.books.tables import Lease as LeaseRow
from desktop.books.tables.base import table_of
from desktop.errors import CancelledError, ClosedBooksError, WorldError
from desktop.periods import rfc3339

EXPIRES_MS = 60_000
"""Without a heartbeat for this long a lease is free."""

BEAT_MS = 10_000
"""How often the heartbeat is renewed."""

_LEASE = table_of(LeaseRow)
_INTEGRATION = table_of(Integration)
_HOLDER = re.compile(r"(?P<role>.*) on (?P<host>.+) \((?P<pid>\d+)\)\Z", re.DOTALL)


class LeaseLost(WorldError):
    """Somebody else took the lease over while we held it: nothing more may be written."""


class AccountLeft(CancelledError):
    """The account was disconnected while somebody was at work on it: nothing more is read or written."""

    @classmethod
    def said(cls) -> AccountLeft:
        """In its words."""
        return cls("Disconnected", "The account was disconnected while it was being read.", "")


class LeaseHeld(WorldError):
    """Somebody else is at work on this integration."""


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds the lease, and the instant of its last heartbeat (ms, this machine's clock)."""

    by: str
    since: int

    @property
    def is_ours(self) -> bool:
        """Whether it is this very process."""
        named = _HOLDER.match(self.by)
        return named is not None and named["host"] == socket.gethostname() and named["pid"] == str(os.getpid())

    @property
    def who(self) -> str:
        """Who that is to people: "the command on this computer", "the window on front-desk"."""
        named = _HOLDER.match(self.by)
        return self.by or "another program" if named is None else f"{named['role']} {self.where}"

    @property
    def where(self) -> str:
        """Where that is: "on this computer", "on front-desk"."""
        named = _HOLDER.match(self.by)
        if named is None:
            return "in another program"
        return "on this computer" if named["host"] == socket.gethostname() else f"on {named['host']}"

    def error(self) -> LeaseHeld:
        """The refusal to show."""
        return LeaseHeld(
            "Already syncing",
            f"{self.who[:1].upper()}{self.who[1:]} is syncing this account (last heard of at {rfc3339(self.since)}).",
            "Wait until it has finished; what it brings in is shown here too.",
        )


class Right(Protocol):
    """What lets somebody write about an account: the lease, or a job that is done under it."""

    @property
    def integration_id(self) -> int:
        """The account."""

    def check(self, writer: Writer) -> None:
        """See to it that this transaction is ours to write. Raises: LeaseLost."""

    def beat(self) -> None:
        """Between two transactions: keep the right, as far as it is still ours. Raises: LeaseLost."""


def holder_text(role: str) -> str:
    """How a holder names itself: "window on HOST (pid)"."""
    return f"{role} on {socket.gethostname()} ({os.getpid()})"


class Lease:
    """A lease that was acquired. ``check`` belongs at the beginning of every transaction that it covers."""

    def __init__(self, books: Books, integration_id: int, holder: str, fence: int, beaten_at: int) -> None:
        self.integration_id = integration_id
        self.holder = holder
        self.fence = fence
        self._books = books
        self._beaten_at = beaten_at
        self._beaten = time.monotonic()
        prepare = books.database.statements.prepare
        here = _LEASE.c.integration_id == bindparam("of")
        # On PostgreSQL the row lock makes a successor wait for our commit; SQLite has one writer anyway.
        self._status = select(_INTEGRATION.c.status).where(_INTEGRATION.c.id == integration_id)
        self._look = prepare(select(_LEASE.c.fence).where(here).with_for_update())
        self._renew = prepare(update(_LEASE).values(heartbeat_at=bindparam("at")).where(here))

    @property
    def due(self) -> bool:
        """Whether the heartbeat should be renewed."""
        return (time.monotonic() - self._beaten) * 1000 >= BEAT_MS

    def check(self, writer: Writer) -> None:
        """See to it that this transaction is still ours to write, and renew the heartbeat where it is due.

        Raises: LeaseLost; AccountLeft where that is because the account was disconnected.
        """
        rows = writer.fetch(self._look, self.integration_id)
        if not rows or rows[0][0] != self.fence:
            status = writer.connection.execute(self._status).scalar_one_or_none()
            if status in (None, DISCONNECTED):
                raise AccountLeft.said()
            raise LeaseLost(
                "Sync handed over",
                "Another window or command has taken over syncing this account.",
                "Nothing is lost: it goes on from the last page that was stored.",
            )
        if self.due:
            writer.run(self._renew, self._books.now(), self.integration_id)
            self._beaten = time.monotonic()

    def is_held(self) -> bool:
        """Whether nobody else has taken it over."""
        with self._books.read() as connection:
            query = select(_LEASE.c.fence).where(_LEASE.c.integration_id == self.integration_id)
            return connection.execute(query).scalar_one_or_none() == self.fence

    def beat(self) -> None:
        """Renew the heartbeat where it is due, in a transaction of its own. Raises: LeaseLost, AccountLeft."""
        if self.due:
            with self._books.write(durable=False) as writer:
                self.check(writer)

    def release(self) -> None:
        """Let others in; nothing happens where the lease has been taken over."""
        with self._books.write(durable=False) as writer:
            writer.connection.execute(
                update(_LEASE)
                .values(holder="", heartbeat_at=0)
                .where(_LEASE.c.integration_id == self.integration_id, _LEASE.c.fence == self.fence)
            )


def acquire(books: Books, integration_id: int, holder: str) -> Lease | Held:
    """Take the lease where it is free, expired, or held by a process of this machine that has ended.

    Raises: ClosedBooksError where another program has changed the business's zone since the books were opened: what
    is written by the days of the old one would be wrong.
    """
    now = books.now()
    with books.write(durable=False) as writer:
        kept = read_setting(writer.connection, TIMEZONE, books.timezone)
        if kept != books.timezone:
            raise ClosedBooksError(
                "The time zone was changed",
                f"The business's days are those of {kept} now, and these books were opened with {books.timezone}.",
                "Close Paydesk and open it again.",
            )
        current = _begun(books, writer, integration_id)
        gone = _ended(current.holder)
        free = or_(
            _LEASE.c.holder == "",
            _LEASE.c.heartbeat_at <= now - EXPIRES_MS,
            # A heartbeat from the future: the clock was set back, and waiting for it could take years.
            _LEASE.c.heartbeat_at > now + EXPIRES_MS,
        )
        if gone:
            free = or_(free, _LEASE.c.fence == current.fence)
        taken = writer.connection.execute(
            update(_LEASE)
            .values(holder=holder, heartbeat_at=now, fence=_LEASE.c.fence + 1)
            .where(_LEASE.c.integration_id == integration_id, free)
        )
        after = _read(writer, integration_id)
        if taken.rowcount != 1:
            return Held(after.holder, after.heartbeat_at)
    return Lease(books, integration_id, holder, after.fence, now)


def take_over(books: Books, integration_id: int, holder: str) -> Lease:
    """Take the lease whoever holds it, who then can write nothing more: the account is disconnected, or connected anew.

    What its holder has committed stays.
    """
    now = books.now()
    with books.write(durable=False) as writer:
        fence = _begun(books, writer, integration_id).fence + 1
        writer.connection.execute(
            update(_LEASE)
            .values(holder=holder, heartbeat_at=now, fence=fence)
            .where(_LEASE.c.integration_id == integration_id)
        )
    return Lease(books, integration_id, holder, fence, now)


def holder_in(connection: Connection, integration_id: int, now: int) -> Held | None:
    """Who holds the lease now; None where nobody (alive) does. In the caller's transaction."""
    row = connection.execute(
        select(_LEASE.c.holder, _LEASE.c.heartbeat_at).where(_LEASE.c.integration_id == integration_id)
    ).first()
    if row is None or not row.holder or _ended(row.holder) or abs(now - row.heartbeat_at) >= EXPIRES_MS:
        return None
    return Held(row.holder, row.heartbeat_at)


_COLUMNS = ("integration_id", "holder", "heartbeat_at", "fence")


@dataclass(frozen=True, slots=True)
class _Row:
    holder: str
    heartbeat_at: int
    fence: int


def _begun(books: Books, writer: Writer, integration_id: int) -> _Row:
    """The lease's row as it stands, made where there is none."""
    make = books.database.statements.upsert(
        _LEASE, ("integration_id",), _COLUMNS, keep=("holder", "heartbeat_at", "fence")
    )
    writer.run(make, integration_id, "", 0, 0)
    return _read(writer, integration_id)


def _read(writer: Writer, integration_id: int) -> _Row:
    row = writer.connection.execute(
        select(_LEASE.c.holder, _LEASE.c.heartbeat_at, _LEASE.c.fence)
        .where(_LEASE.c.integration_id == integration_id)
        .with_for_update()
    ).one()
    return _Row(row.holder, row.heartbeat_at, row.fence)


def _ended(holder: str) -> bool:
    """Whether the holder is surely dead: a process id of this machine that no process has.

    Only POSIX can ask without touching the process; elsewhere the heartbeat decides alone.
    """
    named = _HOLDER.match(holder)
    if named is None or os.name != "posix" or named["host"] != socket.gethostname():
        return False
    try:
        os.kill(int(named["pid"]), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
