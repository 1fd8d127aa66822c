"""Taking out of books what may not be kept and was stored before it was known for that.

Bodies, the inbox and what was set aside are cleaned like objects that come in (``desktop.secrets.cleaning``); every
other text of every table, whatever it is a column of, by shape. Page by page, so that memory stays flat. The tables are
taken as they are found, so that a copy of an older schema is cleaned as well as the books themselves.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import (
    JSON,
    Column,
    Connection,
    LargeBinary,
    Table,
    Text,
    bindparam,
    create_engine,
    delete,
    event,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool

from desktop.books.copies import FOLDER, erase_copy, known_copies, strike_copy
from desktop.books.database import SECURE_DELETE, sqlite_url
from desktop.books.packing import Packer, digest, unpack
from desktop.books.tables import (
    Base,
    Event,
    Integration,
    IntegrationData,
    KeyRecord,
    Payment,
    SetAsideObject,
    Setting,
    WrappedDataKey,
)
from desktop.books.tables.base import table_of
from desktop.secrets.cleaning import clean, clean_shapes, clean_value, holds_secret, packed
from desktop.secrets.redaction import clean_text

logger = logging.getLogger(__name__)

_PAGE: Final = 1_000
_DATA: Final = table_of(IntegrationData)
_EVENT: Final = table_of(Event)
_ASIDE: Final = table_of(SetAsideObject)
_PAYMENT: Final = table_of(Payment)
_SETTING: Final = table_of(Setting)
# What the vault keeps here is sealed or proves a key: it is no text.
_NOT_TEXTS: Final = frozenset({table_of(KeyRecord).name, table_of(WrappedDataKey).name})

Row = Mapping[str, Any]


def clean_stored(connection: Connection) -> int:
    """Clean everything that a database holds, in the caller's transaction. The answer: how many rows were changed."""
    if connection.execute(select(table_of(Integration).c.id).limit(1)).first() is None:
        return 0  # books that were begun just now: nothing came from anywhere
    there = inspect(connection)
    tables = set(there.get_table_names())
    changed = 0
    for table in Base.metadata.sorted_tables:
        if table.name in tables and table.name not in _NOT_TEXTS:
            names = {column["name"] for column in there.get_columns(table.name)}
            changed += _clean_table(connection, table, [column for column in table.columns if column.name in names])
    return changed


def _clean_table(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> int:
    bodies = _BODIES.get(table.name)
    texts = [column for column in columns if isinstance(column.type, Text | JSON)]
    kept = [column for column in columns if isinstance(column.type, LargeBinary)] if bodies else []
    if not texts and not kept:
        return 0
    changed = 0
    for row in _rows(connection, table, [*texts, *kept]):
        values = _clean_texts(row, texts)
        if bodies is not None:
            values |= bodies(row)
        if values:
            _change(connection, table, row, values)
            changed += 1
    return changed


def _rows(connection: Connection, table: Table, columns: Sequence[Column[Any]]) -> Iterator[Row]:
    """All rows, with their keys: choices at once, others a page at a time. Those without a number are only sums."""
    if table is _SETTING:
        rows = [dict(row) for row in connection.execute(select(*columns)).mappings()]
        # What the vault has sealed is no text.
        yield from [row for row in rows if not (isinstance(row["value"], dict) and "sealed" in row["value"])]
        return
    if "id" not in table.columns or isinstance(table.c.id.type, Text):
        return
    number = table.c.id
    query = select(number, *columns)
    page = query.where(number > bindparam("last")).order_by(number).limit(_PAGE)
    last = -1
    while rows := [dict(row) for row in connection.execute(page, {"last": last}).mappings()]:
        yield from rows
        last = rows[-1]["id"]


def _clean_texts(row: Row, columns: Sequence[Column[Any]]) -> dict[str, Any]:
    told = [row[column.name] for column in columns]
    if not holds_secret('"'.join(one for one in told if isinstance(one, str))) and all(
        isinstance(one, str | None) for one in told
    ):
        return {}
    found = {}
    for column in columns:
        value = row[column.name]
        cleaned = clean_text(value) if isinstance(value, str) else clean_shapes(value)
        if cleaned != value:
            found[column.name] = cleaned
    return found


def _change(connection: Connection, table: Table, row: Row, values: Mapping[str, Any]) -> None:
    mine = [column == row[column.name] for column in table.primary_key.columns]
    try:
        with connection.begin_nested():
            connection.execute(update(table).where(*mine).values(**values))
    except IntegrityError:
        # Two rows that differed in nothing but a card's number in their id: the first stays.
        connection.execute(delete(table).where(*mine))


def _clean_body(row: Row) -> dict[str, Any]:
    try:
        body = unpack(row["data"])
    except ValueError:
        return {}  # damaged: nothing can be read in it, by us or by anybody
    kept = clean(body, data_type=row["data_type"])
    if kept == body:
        return {}
    text = packed(kept)
    return {"data": Packer().pack([text])[0], "digest": digest(text)}


def _clean_event(row: Row) -> dict[str, Any]:
    return {"data": found["data"]} if row["data"] and (found := _clean_body(row)) else {}


def _clean_aside(row: Row) -> dict[str, Any]:
    data = row["data"]
    if not data:
        return {}
    try:
        body = orjson.loads(bytes(data))
    except orjson.JSONDecodeError:
        # Cut off, so that its fields cannot be told apart: the object is read again by its id.
        return {"data": None}
    kept = clean_value(body)
    return {} if kept == body else {"data": orjson.dumps(kept)}


def _clean_payment(row: Row) -> dict[str, Any]:
    stated = row["stated"]
    if not stated:
        return {}
    facts = orjson.loads(bytes(stated))
    kept = clean_shapes(facts)
    return {} if kept == facts else {"stated": orjson.dumps(kept)}


_BODIES: Final[Mapping[str, Callable[[Row], dict[str, Any]]]] = {
    _DATA.name: _clean_body,
    _EVENT.name: _clean_event,
    _ASIDE.name: _clean_aside,
    _PAYMENT.name: _clean_payment,
}
"""Tables whose bytes hold objects; all other bytes are sealed, or tell nothing of what they are made from."""


# --- copies ---------------------------------------------------------------------------------------------------------


def clean_copies(file: Path) -> None:
    """Clean every copy of the books ``file`` where it lies.

    Of the copies that were made before a migration only the newest is kept. One of those that cannot be cleaned is
    taken away; any other is left and named in the log, since it may be the only one of its time.
    """
    backups = sorted((file.parent / FOLDER).glob(f"{file.stem}-*-before-*.db"))
    for copy in known_copies(file):
        if not copy.exists():
            continue
        if copy in backups[:-1]:
            _take_away(file, copy)
            continue
        try:
            _clean_copy(copy)
        except (OSError, DBAPIError, sqlite3.Error) as error:
            if copy in backups:
                _take_away(file, copy)
            else:
                logger.warning("The copy %s could not be cleaned: %s", copy, type(error).__name__)


def _take_away(file: Path, copy: Path) -> None:
    try:
        erase_copy(copy)
        strike_copy(file, copy)
    except OSError as error:
        logger.warning("The copy %s could not be removed: %s", copy, error.strerror)


def _clean_copy(copy: Path) -> None:
    engine = create_engine(sqlite_url(copy), poolclass=NullPool)
    event.listen(engine, "connect", _prepare_copy)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with engine.connect() as connection, connection.begin():
            if not inspect(connection).has_table(_DATA.name):
                return  # not a copy of books
            clean_stored(connection)
    finally:
        engine.dispose()
    vacuuming = sqlite3.connect(copy, isolation_level=None)
    try:
        vacuuming.execute("PRAGMA journal_mode=MEMORY")
        vacuuming.execute("VACUUM")
    finally:
        vacuuming.close()


def _prepare_copy(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    # Neither a journal nor a log of what was there is left behind.
    for pragma in ("foreign_keys=OFF", "journal_mode=MEMORY", "synchronous=FULL", SECURE_DELETE):
        connection.execute(f"PRAGMA {pragma}")
