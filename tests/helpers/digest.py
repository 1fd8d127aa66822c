"""What a file of books holds, whichever version made it: every table, row for row, to compare two builds by.

The file is read as SQLite and not through the models, so that a build can be held against one that has other tables.
Left out is what two readings of the same business never have alike: numbers of rows (references are told by the
provider's ids instead), random ids and keys, and instants of this machine's clock.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

NOT_KEPT: Final = frozenset({"alembic_version", "key_records", "leases", "read_counts", "wrapped_keys"})
"""Tables about the file itself, its keys, who is at work on it, and how many requests that took."""

VOLATILE: Final[Mapping[str, frozenset[str]]] = {
    "activity": frozenset({"at"}),
    "bookmarks": frozenset({"updated_at"}),
    "conflicts": frozenset({"created_at", "resolved_at"}),
    "dismissed_pairs": frozenset({"created_at"}),
    "events": frozenset({"received_at", "done_at"}),
    # The body is told by its digest; the earliest instant of a reading has in it how long the answer took.
    "integration_data": frozenset({"data", "version_low"}),
    "integrations": frozenset(
        {"row_uuid", "credentials", "created_at", "connected_at", "disconnected_at", "last_sync_at", "mapping_version",
         "mapping_cursor"}
    ),
    "notifications": frozenset({"created_at", "read_at"}),
    "outbox": frozenset({"intent_uuid", "steps", "created_at", "done_at"}),
    "set_aside": frozenset({"first_seen_at", "last_seen_at"}),
    "sync_runs": frozenset({"started_at", "ended_at", "report"}),
    "users": frozenset({"created_at"}),
    "webhooks": frozenset({"secret", "created_at"}),
}  # fmt: skip
"""Columns that no two readings have alike, by table; ``id`` everywhere."""

SETTINGS: Final = frozenset({"timezone", "sums_due"})
"""The settings that are facts; the others are random ids and revisions of keys."""

BOOKKEEPING: Final = frozenset(
    {"activity", "bookmarks", "events", "integrations", "notifications", "outbox", "settings", "sync_runs", "users",
     "webhooks"}
)  # fmt: skip
"""Tables about how the books were read, not about the business: two ways of reading may differ in them."""

SUMS: Final[Mapping[str, frozenset[str]]] = {
    "daily_totals": frozenset({"amount", "count"}),
    "client_totals": frozenset({"collected", "refunds", "payments", "paid"}),
    "service_totals": frozenset({"amount"}),
    "row_counts": frozenset({"count"}),
}
"""Sums that move by differences: one that came back to nothing says the same as no row."""

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """One table: the columns that are compared, which of them are its natural key, and its rows in the key's order."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    rows: tuple[Row, ...]

    def only(self, columns: Collection[str]) -> Held:
        """The same with these columns alone."""
        kept = tuple(name for name in self.columns if name in columns)
        key = tuple(name for name in self.key if name in columns)
        return _held(kept, key, [{name: row[name] for name in kept} for row in self.rows])

    @property
    def digest(self) -> str:
        """The rows as one short text: SHA-256, in hexadecimal."""
        told = hashlib.sha256()
        for row in self.rows:
            told.update(_text(row).encode())
            told.update(b"\n")
        return told.hexdigest()


def _held(columns: tuple[str, ...], key: tuple[str, ...], rows: list[Row]) -> Held:
    rows.sort(key=lambda row: (_text([row[name] for name in key]), _text(row)))
    return Held(columns, key, tuple(rows))


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def read_books(file: Path) -> dict[str, Held]:
    """Every table of the books in a file that nobody writes at the moment."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        names = _names(connection)
        tables = [
            row[0]
            for row in connection.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name"
            )
        ]
        return {table: _read(connection, table, names) for table in tables if table not in NOT_KEPT}


def facts(books: Mapping[str, Held]) -> dict[str, Held]:
    """What the books say about the business, however they were read."""
    found = {}
    for table, held in books.items():
        if table in BOOKKEEPING:
            continue
        sums = SUMS.get(table)
        rows = [row for row in held.rows if sums is None or any(row[name] for name in sums)]
        found[table] = Held(held.columns, held.key, tuple(rows))
    return found


def differences(before: Mapping[str, Held], after: Mapping[str, Held], most: int = 3) -> Iterator[str]:
    """Where ``after`` does not hold what ``before`` holds, in sentences; up to so many rows of each table.

    Tables and columns that only ``after`` has are its own business: :func:`news` names them.
    """
    for table, old in before.items():
        new = after.get(table)
        if new is None:
            yield f"{table}: the table is gone."
            continue
        if gone := [name for name in old.columns if name not in new.columns]:
            yield f"{table}: without {', '.join(gone)}."
        shared = [name for name in old.columns if name in new.columns]
        yield from _row_differences(table, old.only(shared), new.only(shared), most)


def news(before: Mapping[str, Held], after: Mapping[str, Held]) -> Iterator[str]:
    """Tables and columns that only ``after`` has."""
    for table, new in after.items():
        if table not in before:
            yield f"{table} is a new table."
        elif more := [name for name in new.columns if name not in before[table].columns]:
            yield f"{table} has {', '.join(more)} besides."


def _row_differences(table: str, old: Held, new: Held, most: int) -> Iterator[str]:
    if old.digest == new.digest:
        return
    before, after = ({_text([row[name] for name in held.key]): row for row in held.rows} for held in (old, new))
    told = 0
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) == after.get(key):
            continue
        told += 1
        if told > most:
            continue
        if key not in after or key not in before:
            yield f"{table}: {key} is only in the {'newer' if key in after else 'older'} books."
            continue
        changed = [name for name in old.columns if before[key][name] != after[key][name]]
        values = (f"{name} was {before[key][name]!r} and is {after[key][name]!r}" for name in changed)
        yield f"{table}: {key}: {', '.join(values)}."
    if told > most:
        yield f"{table}: {told - most} more rows differ."
    if not told:
        # Rows without a key of their own: the same ones, but not as often.
        yield f"{table}: there were {len(old.rows)} rows and are {len(new.rows)}."


def _read(connection: sqlite3.Connection, table: str, names: Mapping[str, Mapping[Any, Any]]) -> Held:
    left_out = {"id", *VOLATILE.get(table, ())}
    columns = tuple(row[1] for row in connection.execute(f"pragma table_info('{table}')") if row[1] not in left_out)
    wanted = ", ".join(f'"{name}"' for name in columns)
    rows: list[Row] = []
    for values in connection.execute(f"select {wanted} from {table}"):
        row = {name: _plain(name, value, names) for name, value in zip(columns, values, strict=True)}
        if table != "settings" or row["name"] in SETTINGS:
            rows.append(row)
    return _held(columns, _natural_key(connection, table, columns), rows)


def _natural_key(connection: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of the first unique index that are all compared; all columns where there is none."""
    indexes = [row[1] for row in connection.execute(f"pragma index_list('{table}')") if row[2]]
    for index in sorted(indexes):
        key = tuple(row[2] for row in connection.execute(f"pragma index_info('{index}')"))
        if set(key) <= set(columns):
            return key
    return columns


def _names(connection: sqlite3.Connection) -> dict[str, dict[Any, Any]]:
    """What stands for the number of a row elsewhere, by the column that has the number."""
    accounts = {
        row[0]: f"{row[1]} {row[2]} {row[3]}"
        for row in connection.execute("select id, provider, mode, account_id from integrations")
    }
    clients = {
        row[0]: [accounts.get(row[1]), row[2]]
        for row in connection.execute("select id, origin_integration_id, origin_ref from clients")
    }
    links: dict[Any, Any] = {
        row[0]: [accounts.get(row[1]), row[2]]
        for row in connection.execute("select id, integration_id, external_id from client_links")
    }
    return {
        "integration_id": accounts,
        "origin_integration_id": accounts,
        "client_id": clients,
        "first_client_id": clients,
        "second_client_id": clients,
        "client_link_id": {0: None, **links},
    }


def _plain(column: str, value: Any, names: Mapping[str, Mapping[Any, Any]]) -> Any:
    """A value as text can tell it: references by name, JSON without the order of its fields, bytes by what they say."""
    if column in names:
        return names[column].get(value, value)
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return hashlib.sha256(value).hexdigest()
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            return value
    return value
