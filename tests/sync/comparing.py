"""What a set of books says, without the numbers that only this file of them has: to compare two of them row for row."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, select

from desktop.books.books import Books
from desktop.books.tables import Base, Client, ClientLink, ClientTotal, DailyTotal, IntegrationData, ServiceTotal
from desktop.books.tables.base import table_of

# Bookkeeping of this machine, and what is a version rather than a fact.
NOT_FACTS = frozenset(
    {
        "bookmarks", "events", "sync_runs", "leases", "integrations", "settings", "users", "set_aside", "key_records",
        "webhooks", "activity", "notifications", "outbox", "conflicts", "reminders", "read_counts", "alembic_version",
    }
)  # fmt: skip
# The instant of our reading where the provider states none: what counts, ``failed_at``, is then the ledger's.
OBSERVED = frozenset({("refunds", "stated_failed_at")})

_DATA = table_of(IntegrationData)
# What moves by differences may come back to nothing, which says the same as no row.
_SUMS = frozenset({table_of(DailyTotal), table_of(ClientTotal), table_of(ServiceTotal)})


def picture(books: Books, *, observed: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """Every fact of the books by table. ``observed=False`` leaves out what depends on when we looked."""
    with books.read() as connection:
        names = _names(connection)
        return {
            table.name: _rows(connection, table, names, observed=observed)
            for table in Base.metadata.sorted_tables
            if table.name not in NOT_FACTS
        }


def _names(connection: Connection) -> dict[str, dict[Any, Any]]:
    link, client = table_of(ClientLink), table_of(Client)
    links = {row.id: row.external_id for row in connection.execute(select(link.c.id, link.c.external_id))}
    clients = {row.id: row.origin_ref for row in connection.execute(select(client.c.id, client.c.origin_ref))}
    return {"client_link_id": {0: "", **links}, "client_id": clients}


def _rows(
    connection: Connection, table: Table, names: dict[str, dict[Any, Any]], *, observed: bool
) -> list[tuple[Any, ...]]:
    if table is _DATA:
        columns = [_DATA.c.integration_id, _DATA.c.data_type, _DATA.c.external_id, _DATA.c.kind, _DATA.c.digest]
        query = select(*columns).where(_DATA.c.deletion == 0)
        return sorted(tuple(row) for row in connection.execute(query))
    own = [column for column in table.c if column.name != "id" and (table.name, column.name) not in OBSERVED]
    rows = []
    for row in connection.execute(select(*own)):
        values = row._mapping
        if not observed and values.get("observed"):
            continue
        if table in _SUMS and not any(values[column.name] for column in own if not column.primary_key):
            continue
        named = [names[name].get(value, value) if name in names else value for name, value in values.items()]
        rows.append(tuple(named))
    return sorted(rows, key=repr)
