"""Statements built by SQLAlchemy Core, compiled once per dialect, and executed in bulk on the driver's own cursor.

Building rows as tuples for ``executemany`` measured ten to a hundred times faster than going through the ORM row by
row; building the text by Core keeps one source for SQLite and PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Delete,
    Insert,
    Select,
    Table,
    TableClause,
    Text,
    Update,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy import table as clause
from sqlalchemy.engine import Dialect
from sqlalchemy.types import ARRAY


def word(text: str) -> ColumnElement[str]:
    """A fixed word of ours inside a statement, such as a status. Never for anything that came from outside."""
    if not text.isidentifier():
        raise ValueError(f"{text!r} is not a plain word")
    return literal_column(f"'{text}'", Text)


@dataclass(frozen=True, slots=True)
class Prepared:
    """SQL text for one dialect, and the names of its parameters in order."""

    sql: str
    names: tuple[str, ...]


class Statements:
    """Builds and compiles statements for one dialect. Both supported dialects are made positional."""

    def __init__(self, dialect_name: str) -> None:
        self.dialect_name = dialect_name
        self._dialect: Dialect
        self._make: Any
        if dialect_name == "sqlite":
            from sqlalchemy.dialects import sqlite

            self._make, self._dialect = sqlite.insert, sqlite.dialect(paramstyle="qmark")
        else:
            # Only where it is used: importing it holds up the first figures of a window on SQLite.
            from sqlalchemy.dialects import postgresql

            self._make = postgresql.insert
            self._dialect = postgresql.dialect(paramstyle="format")  # type: ignore[no-untyped-call,unused-ignore]

    def prepare(self, statement: Insert | Update | Delete | Select[Any]) -> Prepared:
        """Compile a statement whose values are all bound parameters."""
        compiled = statement.compile(dialect=self._dialect, compile_kwargs={"render_postcompile": True})
        names = tuple(getattr(compiled, "positiontup", None) or ())
        given = [name for name in names if compiled.params.get(name) is not None]
        if given:
            raise ValueError(f"write {given} as words of the statement, not as values")
        return Prepared(str(compiled), names)

    def upsert(
        self,
        table: Table,
        keys: Sequence[str],
        columns: Sequence[str],
        *,
        add: Sequence[str] = (),
        keep: Sequence[str] = (),
    ) -> Prepared:
        """Insert rows given as tuples of ``columns``; on the same ``keys`` replace, ``add`` up, or ``keep`` the old."""
        target = _ordered(table, columns)
        statement = self._make(target).inline().values({name: bindparam(name) for name in columns})
        update: dict[str, Any] = {
            name: (target.c[name] + statement.excluded[name]) if name in add else statement.excluded[name]
            for name in columns
            if name not in keys and name not in keep
        }
        if update:
            full = statement.on_conflict_do_update(index_elements=list(keys), set_=update)
        else:
            full = statement.on_conflict_do_nothing(index_elements=list(keys))
        return self._exact(full, columns)

    def insert(self, table: Table, columns: Sequence[str]) -> Prepared:
        """Insert rows given as tuples of ``columns``."""
        return self._exact(
            _ordered(table, columns).insert().inline().values({name: bindparam(name) for name in columns}), columns
        )

    def _exact(self, statement: Insert, columns: Sequence[str]) -> Prepared:
        prepared = self.prepare(statement)
        if prepared.names != tuple(columns):
            raise ValueError(f"rows would not fit: the statement takes {prepared.names}, not {tuple(columns)}")
        return prepared

    def among(self, column: ColumnElement[Any], name: str = "among") -> ColumnElement[bool]:
        """``column`` is one of a list that is bound as one parameter: see :meth:`listed`."""
        numbers = isinstance(column.type, BigInteger)
        if self.dialect_name == "sqlite":
            return column.in_(select(func.json_each(bindparam(name, type_=Text)).table_valued("value").c.value))
        return column == any_(bindparam(name, type_=ARRAY(BigInteger if numbers else Text)))

    def listed(self, values: Iterable[str] | Iterable[int]) -> Any:
        """The value to bind for :meth:`among`."""
        listed = list(values)
        return orjson.dumps(listed).decode() if self.dialect_name == "sqlite" else listed


def _ordered(table: Table, columns: Sequence[str]) -> TableClause:
    """The table with just these columns in this order: Core writes an INSERT in the table's own order."""
    return clause(table.name, *(column(name, table.c[name].type) for name in columns))


class Shelf:
    """Prepared statements by name, built when first needed and kept as long as the books are open."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self._kept: dict[str, Prepared] = {}

    def select(self, name: str, table: Table, columns: Sequence[str], among: str, *more: Any) -> Prepared:
        """``columns`` of the integration's rows whose ``among`` column is one of a bound list."""
        kept = self._kept.get(name)
        if kept is None:
            query = select(*(table.c[column] for column in columns)).where(
                table.c.integration_id == bindparam("integration_id"),
                self.statements.among(table.c[among]),
                *more,
            )
            kept = self._kept[name] = self.statements.prepare(query)
        return kept

    def upsert(self, table: Table, keys: Sequence[str], columns: Sequence[str], **more: Any) -> Prepared:
        """See :meth:`Statements.upsert`."""
        name = f"upsert {table.name} {','.join(columns)} {more}"
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = self.statements.upsert(table, keys, columns, **more)
        return kept

    def insert(self, table: Table, columns: Sequence[str]) -> Prepared:
        """See :meth:`Statements.insert`."""
        name = f"insert {table.name} {','.join(columns)}"
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = self.statements.insert(table, columns)
        return kept

    def keep(self, name: str, statement: Any) -> Prepared:
        """Any other statement, compiled once. ``statement`` is called when it is first needed."""
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = self.statements.prepare(statement())
        return kept
