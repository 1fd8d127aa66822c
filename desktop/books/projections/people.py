"""Clients and the provider customers they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import bindparam, func, literal_column, select, true, update

from desktop.books.counting import CLIENTS, shown
from desktop.books.projections.context import Context
from desktop.books.statements import Prepared, word
from desktop.books.tables import Client, ClientLink
from desktop.books.tables.base import table_of
from desktop.records import ClientRecord

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
# Fields that both sides may edit: what the agreed snapshot holds, and what a client takes over from its customer.
SHARED_FIELDS = (
    "name", "email", "phone", "company", "address_line1", "address_line2", "city", "postal_code", "region",
    "country", "description",
)  # fmt: skip


def project_clients(context: Context, records: Sequence[tuple[str, ClientRecord]]) -> None:
    """Write customers to their links, and to the clients that are made of one customer alone."""
    refs = [ref for ref, _ in records]
    context.links(refs)
    clients = dict(context.fetch(_clients_of(context), refs))
    shared_with_others = _joined(context, list(clients.values()))
    links, rows, alive = [], [], []
    for ref, record in records:
        agreed = asdict(record)
        links.append(
            (
                True, False, record.currency, record.balance, record.delinquent, record.default_method_ref,
                orjson.dumps({name: agreed[name] for name in SHARED_FIELDS}).decode(), record.created_at,
                context.integration_id, ref,
            )
        )  # fmt: skip
        if clients[ref] not in shared_with_others:
            rows.append(("active", *(agreed[name] for name in SHARED_FIELDS), record.created_at, clients[ref]))
        else:
            alive.append((clients[ref],))
    context.totals.rows(CLIENTS, len(set(clients.values())) - _counted(context, clients.values()))
    context.writer.run_many(context.shelf.keep("update link", _update_link), links)
    context.writer.run_many(context.shelf.keep("update client", _update_client), rows)
    if alive:
        context.writer.run_many(context.shelf.keep("revive client", _revive_client), alive)


def remove_clients(context: Context, refs: Sequence[str]) -> None:
    """Mark customers as deleted at the provider; their history stays."""
    context.links(refs)
    clients = dict(context.fetch(_clients_of(context), refs)).values()
    before = _counted(context, clients)
    context.writer.run_many(
        context.shelf.keep("delete link", _delete_link), [(context.integration_id, ref) for ref in refs]
    )
    context.totals.rows(CLIENTS, _counted(context, clients) - before)
    context.writer.run_many(
        context.shelf.keep("delete client", _delete_client), [(context.integration_id, ref) for ref in refs]
    )


def _clients_of(context: Context) -> Prepared:
    return context.shelf.select("link clients", _LINK, ("external_id", "client_id"), "external_id")


def _counted(context: Context, clients: Iterable[int]) -> int:
    """How many of these clients the account counts."""
    found = context.shelf.select(
        "clients counted", _LINK, ("client_id",), "client_id", _LINK.c.stated.is_(True), *shown(_LINK)
    )
    listed = context.shelf.statements.listed(clients)
    return len(set(context.writer.fetch(found, context.integration_id, listed)))


def _joined(context: Context, clients: list[int]) -> set[int]:
    """Clients with more than one customer, merged ones aside: what they are called is the owner's business."""
    query = context.shelf.keep(
        "joined clients",
        lambda: (
            select(_LINK.c.client_id)
            .where(context.shelf.statements.among(_LINK.c.client_id), _LINK.c.merged_into == literal_column("''"))
            .group_by(_LINK.c.client_id)
            .having(func.count() > bindparam("one"))
        ),
    )
    listed = context.shelf.statements.listed(clients)
    return {row[0] for row in context.writer.fetch(query, listed, 1)}


def _update_link() -> Any:
    names = (
        "stated", "deleted", "currency", "balance", "delinquent", "default_method_ref", "agreed", "created_at",
    )  # fmt: skip
    return (
        update(_LINK)
        .values({name: bindparam(f"new_{name}") for name in names})
        .where(_LINK.c.integration_id == bindparam("of"), _LINK.c.external_id == bindparam("ref"))
    )


def _update_client() -> Any:
    names = ("status", *SHARED_FIELDS, "created_at")
    return (
        update(_CLIENT)
        .values({name: bindparam(f"new_{name}") for name in names})
        .where(_CLIENT.c.id == bindparam("client"))
    )


def _revive_client() -> Any:
    return update(_CLIENT).values(status=word("active")).where(_CLIENT.c.id == bindparam("client"))


def _delete_link() -> Any:
    return (
        update(_LINK)
        .values(deleted=true())
        .where(_LINK.c.integration_id == bindparam("of"), _LINK.c.external_id == bindparam("ref"))
    )


def _delete_client() -> Any:
    link = select(_LINK.c.client_id).where(
        _LINK.c.integration_id == bindparam("of"), _LINK.c.external_id == bindparam("ref")
    )
    alive = select(_LINK.c.id).where(_LINK.c.client_id == _CLIENT.c.id, _LINK.c.deleted.is_(False))
    return update(_CLIENT).values(status=word("deleted")).where(_CLIENT.c.id.in_(link), ~alive.exists())
