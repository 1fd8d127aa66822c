"""How many rows each account has of what the provider tells, kept beside them: nobody counts a million rows to say so.

The counts move by differences in the transaction that writes the rows, one statement for all of them, and are what a
scan would give: rows that were deleted are left out, and of clients those count that a customer of the account is,
several joined customers as one. :func:`count_rows` is that scan: what a rebuild keeps and a check compares with.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Table, func, select

from desktop.books.database import Writer
from desktop.books.statements import Shelf
from desktop.books.tables import ClientLink, RowCount
from desktop.books.tables.base import table_of

_LINK = table_of(ClientLink)
_COUNT = table_of(RowCount)
_KEYS = ("integration_id", "counted")

CLIENTS: Final = "clients"
"""What the customers of an account are counted as."""


def counted_as(table: Table) -> str:
    """The name under which the rows of a table are counted."""
    return CLIENTS if table is _LINK else table.name


def shown(table: Table) -> tuple[ColumnElement[bool], ...]:
    """What says that a row of a table is there to be counted."""
    return (table.c.deleted.is_(False),) if "deleted" in table.c else ()


def count_rows(
    connection: Connection, tables: Iterable[Table], integration_id: int | None = None
) -> dict[tuple[int, str], int]:
    """The rows of these tables, of one account or of all, by a pass over each: by account and name, without zeros."""
    found = {}
    for table in tables:
        query = _clients() if table is _LINK else select(table.c.integration_id, func.count()).where(*shown(table))
        if integration_id is not None:
            query = query.where(table.c.integration_id == integration_id)
        for account, number in connection.execute(query.group_by(table.c.integration_id)):
            found[int(account), counted_as(table)] = int(number)
    return found


def _clients() -> Select[Any]:
    number = func.count(_LINK.c.client_id.distinct())
    return select(_LINK.c.integration_id, number).where(_LINK.c.stated.is_(True), *shown(_LINK))


@contextmanager
def counting_clients(writer: Writer, client_ids: Iterable[int]) -> Iterator[None]:
    """Count these clients anew once what is done inside has changed whose customers they are."""
    among = sorted(set(client_ids))
    before = _count_clients(writer, among)
    yield
    after = _count_clients(writer, among)
    moved = {(account, CLIENTS): after.get(account, 0) - before.get(account, 0) for account in {*before, *after}}
    add_counts(writer, Shelf(writer.statements), moved)


def _count_clients(writer: Writer, client_ids: Sequence[int]) -> dict[int, int]:
    """How many of these clients each account counts."""
    query = _clients().where(_LINK.c.client_id.in_(client_ids)).group_by(_LINK.c.integration_id)
    return {int(account): int(number) for account, number in writer.connection.execute(query)}


def add_counts(writer: Writer, shelf: Shelf, differences: Mapping[tuple[int, str], int]) -> None:
    """Move the kept counts, in the caller's transaction."""
    rows = [(*key, number) for key, number in differences.items() if number]
    if rows:
        writer.run_many(shelf.upsert(_COUNT, _KEYS, (*_KEYS, "count"), add=("count",)), rows)
