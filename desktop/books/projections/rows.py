"""Columns that carry a field of a record: they have the field's name, and so follow from the record and its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, true, update

from desktop.books.counting import counted_as, shown
from desktop.books.projections.context import Context

KEYS = ("integration_id", "external_id")
"""What a row that is made of one object is known by."""


class Facts(NamedTuple):
    """Names of columns, and what reads their values off a record, in the same order."""

    columns: tuple[str, ...]
    of: Callable[[Any], tuple[Any, ...]]


def facts_of(record: type[Any], table: Table, but: frozenset[str] = frozenset()) -> Facts:
    """The columns of a table that carry a field of a record, or of a named tuple; without ``but``.

    Those are told otherwise by the projection. A field that no column has the name of is not carried: the projection
    makes other rows of it, or of what it says.
    """
    names = getattr(record, "_fields", None) or [one.name for one in fields(record)]
    columns = tuple(name for name in names if name in table.c and name not in but)
    if len(columns) < 2:
        raise TypeError(f"{table.name} carries {columns} of {record.__name__}: a row says more than that")
    return Facts(columns, attrgetter(*columns))


def project_facts(
    context: Context,
    table: Table,
    record: type[Any],
    records: Sequence[tuple[str, Any]],
    **told: Callable[[Any], Any],
) -> None:
    """One record, one row: what it says, under its client where it names one, and shown again where it was hidden.

    ``told`` are columns whose values follow from the record otherwise than by name.
    """
    facts = facts_of(record, table, frozenset(told))
    hidden = (False,) if "deleted" in table.c else ()
    by_client = "client_link_id" in table.c
    if by_client:
        context.links(one.client_ref for _, one in records)
    rows = [
        (
            context.integration_id, ref, *hidden, *((context.link(one.client_ref),) if by_client else ()),
            *[tell(one) for tell in told.values()], *facts.of(one),
        )
        for ref, one in records
    ]  # fmt: skip
    columns = (
        *KEYS, *(("deleted",) if hidden else ()), *(("client_link_id",) if by_client else ()), *told, *facts.columns,
    )  # fmt: skip
    count_new(context, table, [ref for ref, _ in records])
    context.writer.run_many(context.shelf.upsert(table, KEYS, columns), rows)


def count_new(context: Context, table: Table, refs: Iterable[str]) -> None:
    """Count the rows that are not there yet, before they are written; for tables whose old rows nobody reads."""
    wanted = set(refs)
    context.totals.rows(counted_as(table), len(wanted) - len(_there(context, table, wanted)))


def count_gone(context: Context, table: Table, refs: Iterable[str]) -> None:
    """Count the rows out that are still there, before they are hidden or taken away."""
    context.totals.rows(counted_as(table), -len(_there(context, table, refs)))


def _there(context: Context, table: Table, refs: Iterable[str]) -> list[tuple[Any, ...]]:
    query = context.shelf.select(f"counted {table.name}", table, ("external_id",), "external_id", *shown(table))
    return context.fetch(query, refs)


def hide(context: Context, table: Table, refs: Sequence[str]) -> None:
    """Set a row's deleted mark: it leaves the lists, what stands on it stays."""
    count_gone(context, table, refs)
    statement = context.shelf.keep(
        f"hide {table.name}",
        lambda: (
            update(table)
            .values(deleted=true())
            .where(table.c.integration_id == bindparam("of"), table.c.external_id == bindparam("ref"))
        ),
    )
    context.writer.run_many(statement, [(context.integration_id, ref) for ref in refs])
