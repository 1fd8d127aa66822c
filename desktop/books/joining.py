"""Clients that are the same person or business: joining them, and taking them apart again.

Joining moves links and nothing else (see :class:`~desktop.books.tables.people.ClientLink`): what was sold to whom
follows, the sums per client too, and the client that is kept keeps the facts that the owner knows. Every step can be
taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, insert, select, update

from desktop.books.books import now_ms
from desktop.books.database import Writer
from desktop.books.projections.merging import follow, move_links
from desktop.books.projections.people import SHARED_FIELDS
from desktop.books.tables import Client, ClientLink, DismissedPair
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.records import Changes

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_PAIR = table_of(DismissedPair)
TOUCHED: Final = Changes(
    frozenset({"clients", "invoices", "payments", "refunds", "subscriptions", "orders", "payment_methods", "totals"})
)
"""What shows whose something is: all of it may change when clients are joined or taken apart."""


def dismiss(writer: Writer, first: int, second: int, at: int | None = None) -> None:
    """Remember that two clients are not the same, so that it is not suggested again. ``at`` in ms; None: now."""
    low, high = sorted((first, second))
    reconsider(writer, low, high)
    moment = now_ms() if at is None else at
    row = {"first_client_id": low, "second_client_id": high, "created_at": moment}
    writer.connection.execute(insert(_PAIR).values(row))


def reconsider(writer: Writer, first: int, second: int) -> None:
    """Take a dismissal back."""
    low, high = sorted((first, second))
    pair = and_(_PAIR.c.first_client_id == low, _PAIR.c.second_client_id == high)
    writer.connection.execute(_PAIR.delete().where(pair))


# --------------------------------------------------------------------------------------------- joining, taking apart


def join(writer: Writer, keep_client_id: int, other_client_id: int) -> Changes:
    """Make one client of two: all customers of the other are the kept one's, whose facts stay as they are.

    Raises: UsageError where they are one already, or one of them is not there.
    """
    connection = writer.connection
    if keep_client_id == other_client_id:
        raise UsageError("A client cannot be joined with itself", "Both are the same client.", "Choose another one.")
    links = {client_id: _links_of(connection, client_id) for client_id in (keep_client_id, other_client_id)}
    if not all(links.values()):
        raise UsageError(
            "A client is gone",
            "One of the two clients is not in the books any more, or belongs to another one already.",
            "Look at the list again.",
        )
    move_links(writer, links[other_client_id], keep_client_id)
    alive = select(_LINK.c.id).where(
        _LINK.c.client_id == keep_client_id, _LINK.c.stated.is_(True), _LINK.c.deleted.is_(False)
    )
    kept = update(_CLIENT).where(_CLIENT.c.id == keep_client_id, _CLIENT.c.status == "deleted", alive.exists())
    connection.execute(kept.values(status="active"))
    return TOUCHED


def unjoin(writer: Writer, link_id: int) -> int:
    """Give a customer's link back its own client, with the facts that both sides last agreed on; that client's id.

    Customers that the provider merged into it come along. Whoever is left alone by it gets their own facts back too.
    What changed is :data:`TOUCHED`.
    Raises: UsageError where the link is its client's only one, is not there, or was merged by the provider.
    """
    connection = writer.connection
    row = connection.execute(select(_LINK).where(_LINK.c.id == link_id)).mappings().first()
    link = dict(row or {})
    if not link or link["merged_into"]:
        raise UsageError(
            "This cannot be taken apart",
            "The provider made one customer of these two." if link else "The customer is not in the books any more.",
            "Nothing was changed.",
        )
    shared = link["client_id"]
    moving = follow(connection, link_id, link["integration_id"])
    staying = [other for other in _links_of(connection, shared) if other not in moving]
    if not staying:
        raise UsageError("There is nothing to take apart", "The client has this one customer only.", "")
    kept = _client_made_for(connection, link_id) == shared
    if kept:
        # The client that was kept is the one's own: the others leave it, with what they were called together.
        target = _free_client(connection, staying, shared)
        move_links(writer, staying, target)
    else:
        target = _free_client(connection, moving, shared)
        move_links(writer, moving, target)
    for client_id in (shared, target):
        _be_oneself(connection, client_id)
    return shared if kept else target


def _links_of(connection: Connection, client_id: int) -> Sequence[int]:
    """A client's links, those that the provider merged into others last."""
    query: Select[Any] = select(_LINK.c.id).where(_LINK.c.client_id == client_id)
    return connection.execute(query.order_by(_LINK.c.merged_into != "", _LINK.c.id)).scalars().all()


def _client_made_for(connection: Connection, link_id: int) -> int | None:
    """The client that a link had first: the one with its origin."""
    origin = and_(
        _CLIENT.c.origin_integration_id == _LINK.c.integration_id, _CLIENT.c.origin_ref == _LINK.c.external_id
    )
    return connection.execute(
        select(_CLIENT.c.id).join(_LINK, origin).where(_LINK.c.id == link_id)
    ).scalar_one_or_none()


def _free_client(connection: Connection, link_ids: Sequence[int], like: int) -> int:
    """The client that was made for the first of some links, or a new one where others are in it by now.

    It is called as ``like`` is, until it is told otherwise.
    """
    facts = dict(connection.execute(select(*_FACTS).where(_CLIENT.c.id == like)).mappings().one())
    own = _client_made_for(connection, link_ids[0])
    if own is not None and not _links_of(connection, own):
        connection.execute(update(_CLIENT).where(_CLIENT.c.id == own).values(facts))
        return own
    return int(connection.execute(insert(_CLIENT).values(facts).returning(_CLIENT.c.id)).scalar_one())


_FACTS = tuple(_CLIENT.c[name] for name in (*SHARED_FIELDS, "status", "created_at"))


def _be_oneself(connection: Connection, client_id: int) -> None:
    """A client of one customer alone is what the two sides last agreed that this customer is."""
    own = select(_LINK).where(_LINK.c.client_id == client_id, _LINK.c.merged_into == "")
    found = connection.execute(own).mappings().all()
    if len(found) != 1:
        return
    (link,) = found
    status = "deleted" if link["deleted"] else "active" if link["stated"] else "mentioned"
    facts = {name: str(link["agreed"].get(name, "")) for name in SHARED_FIELDS}
    values = {**facts, "status": status, "created_at": link["created_at"]}
    connection.execute(update(_CLIENT).where(_CLIENT.c.id == client_id).values(values))
