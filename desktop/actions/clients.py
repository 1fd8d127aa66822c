"""One list of clients: those that look alike, joining them, and taking them apart again. Only the owner joins."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from desktop.actions.business import Business
from desktop.books import joining
from desktop.books.database import Writer
from desktop.books.integrations import DISCONNECTED, log_activity
from desktop.books.joining import TOUCHED
from desktop.books.tables import ClientLink
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.queries import duplicates
from desktop.queries.duplicates import Suggestion
from desktop.queries.naming import names_of_clients
from desktop.records import Changes
from desktop.sync.lease import holder_text
from desktop.sync.on_demand import read_stored_methods

_LINK = table_of(ClientLink)


@dataclass(frozen=True, slots=True)
class Joined:
    """Two clients are one. ``moved`` are the links that came over: ``separate_again`` takes just these out again."""

    client_id: int
    name: str
    moved: tuple[int, ...]
    changes: Changes = TOUCHED


@dataclass(frozen=True, slots=True)
class Separated:
    """A customer is a client of its own.

    ``client_id`` is that client, ``rest_id`` the one of the customers that it was with; ``shared_id`` is which of the
    two they all had before, so that joining the other one to it takes everything back.
    """

    client_id: int
    rest_id: int
    shared_id: int
    name: str
    changes: Changes = TOUCHED

    @property
    def other_id(self) -> int:
        """The one of the two that was not there before."""
        return self.rest_id if self.client_id == self.shared_id else self.client_id


@dataclass(frozen=True, slots=True)
class Dismissed:
    """Two clients are known not to be the same, or not known any more."""

    first_id: int
    second_id: int
    changes: Changes = field(default_factory=lambda: Changes(frozenset({"clients"})))


def read_client(
    business: Business,
    client_id: int,
    *,
    cancel: threading.Event | None = None,
    changed: Callable[[Changes], None] | None = None,
) -> Changes:
    """Read what no sync asks for and a person who opens a client wants to see: all stored ways to pay.

    One request for each customer that the client is, where the provider keeps them on demand; a job of the account's
    worker that goes before the next page of a sync. The answer: what it touched.
    Raises: CredentialsRefused, NotPermitted, NotAvailable, Unreachable, LeaseHeld where another program is at work,
    CancelledError, or an error of the vault or the books.
    """
    touched = Changes()

    def told(changes: Changes) -> None:
        nonlocal touched
        touched |= changes
        if changed is not None:
            changed(changes)

    with business.books.read() as connection:
        query = (
            select(_LINK.c.integration_id, _LINK.c.external_id)
            .where(_LINK.c.client_id == client_id, _LINK.c.merged_into == "", _LINK.c.deleted.is_(False))
            .order_by(_LINK.c.id)
        )
        links = [(int(one.integration_id), str(one.external_id)) for one in connection.execute(query)]
    for integration_id, customer in links:
        row = business.integration(integration_id)
        streams = [one for one in business.provider(row.provider).streams if one.on_demand]
        if row.status == DISCONNECTED or not streams:
            continue
        business.credentials(row)  # before the lease is held: a passphrase may be asked for
        with business.worker(row).job(holder_text("Paydesk"), urgent=True, cancel=cancel) as job:
            for stream in streams:
                read_stored_methods(job, stream, customer, told)
    return touched


def suggestions(business: Business, limit: int = 50) -> list[Suggestion]:
    """Pairs of clients that look like the same person or business, the surest first."""
    with business.books.read() as connection:
        return duplicates.suggestions(connection, limit)


def join_clients(business: Business, keep_id: int, other_id: int) -> Joined:
    """Make one client of two: the customers of the other are the kept one's, whose facts stay.

    Raises: UsageError where they are one already, or one of them is not there.
    """
    with business.books.write() as writer:
        connection = writer.connection
        names = names_of_clients(connection, [keep_id, other_id])
        moved = _links_of(connection, other_id)
        changes = joining.join(writer, keep_id, other_id)
        told = f"{names.get(keep_id, keep_id)} and {names.get(other_id, other_id)}"
        log_activity(connection, business.books.now(), "join", told, None)
    return Joined(keep_id, names.get(keep_id, ""), moved, changes)


def separate_again(business: Business, link_ids: Sequence[int]) -> Separated:
    """Take the customers of ``Joined.moved`` out again, as the one client that they were.

    Raises: UsageError where one of them cannot be taken out any more.
    """
    with business.books.write() as writer:
        first, *more = link_ids
        parted = _unjoin(business, writer, first)
        for link_id in more:
            joining.join(writer, parted.client_id, joining.unjoin(writer, link_id))
    return parted


def unjoin_client(business: Business, link_id: int) -> Separated:
    """Make a customer a client of its own again.

    Raises: UsageError where it is its client's only one, is not there, or was merged by the provider.
    """
    with business.books.write() as writer:
        return _unjoin(business, writer, link_id)


def _unjoin(business: Business, writer: Writer, link_id: int) -> Separated:
    connection = writer.connection
    before = connection.execute(select(_LINK.c.client_id).where(_LINK.c.id == link_id)).scalar_one_or_none()
    together = () if before is None else _links_of(connection, before)
    client_id = joining.unjoin(writer, link_id)
    after = select(_LINK.c.client_id).where(_LINK.c.id.in_(together), _LINK.c.client_id != client_id)
    rest_id = connection.execute(after.limit(1)).scalar_one()
    name = names_of_clients(connection, [client_id]).get(client_id, "")
    log_activity(connection, business.books.now(), "unjoin", name, None)
    return Separated(client_id, rest_id, client_id if before == client_id else rest_id, name)


def dismiss_suggestion(business: Business, first_id: int, second_id: int) -> Dismissed:
    """Two clients are not the same: they are not suggested again.

    Raises: UsageError where both are one, or one of them is not there.
    """
    with business.books.write() as writer:
        connection = writer.connection
        names = names_of_clients(connection, [first_id, second_id])
        if len(names) < 2:
            raise UsageError(
                "Two clients are needed",
                "They are the same client." if first_id == second_id else "One of the two is not in the books.",
                "Look at the list again.",
            )
        joining.dismiss(writer, first_id, second_id, business.books.now())
        told = f"{names[first_id]} and {names[second_id]}"
        log_activity(connection, business.books.now(), "not_the_same", told, None)
    return Dismissed(first_id, second_id)


def reconsider_suggestion(business: Business, first_id: int, second_id: int) -> Dismissed:
    """Take a dismissal back: the two are suggested again where they still look alike."""
    with business.books.write() as writer:
        joining.reconsider(writer, first_id, second_id)
    return Dismissed(first_id, second_id)


def _links_of(connection: Connection, client_id: int) -> tuple[int, ...]:
    """A client's own customers, without those that a provider merged into others: these follow by themselves."""
    query = select(_LINK.c.id).where(_LINK.c.client_id == client_id, _LINK.c.merged_into == "").order_by(_LINK.c.id)
    return tuple(connection.execute(query).scalars())
