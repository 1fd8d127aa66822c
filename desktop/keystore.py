"""The vault's keys, kept in the books: the one place where the vault and the database meet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select

from desktop.books.books import Books
from desktop.books.settings import read_setting, write_setting
from desktop.books.tables import Integration, KeyRecord, WrappedDataKey
from desktop.books.tables.base import table_of
from desktop.vault.errors import KeysChangedError
from desktop.vault.store import KeyChange, KeySnapshot, KeyState, MasterRecord, WrappedKey

_RECORD = table_of(KeyRecord)
_WRAPPED = table_of(WrappedDataKey)
_INTEGRATION = table_of(Integration)
_REVISION = "keys.revision"


class BooksKeyStore:
    """The vault's ``KeyStore`` on the books' own database."""

    def __init__(self, books: Books) -> None:
        self._books = books

    def read(self) -> KeySnapshot:
        """Everything, in one consistent read."""
        with self._books.read() as connection:
            masters = tuple(
                MasterRecord(row.id, row.kind, row.params, row.verifier, KeyState(row.state))
                for row in connection.execute(select(_RECORD).order_by(_RECORD.c.id))
            )
            wrapped = tuple(
                WrappedKey(row.integration_uuid, row.master_id, bytes(row.wrapped))
                for row in connection.execute(select(_WRAPPED).order_by(_WRAPPED.c.integration_uuid))
            )
            sealed = select(_INTEGRATION.c.id).where(_INTEGRATION.c.credentials.is_not(None)).limit(1)
            return KeySnapshot(_revision(connection), masters, wrapped, connection.execute(sealed).first() is not None)

    def write(self, change: KeyChange) -> None:
        """Apply the whole change in one durable transaction and add one to the revision.

        Raises: KeysChangedError, having changed nothing, when the stored revision is another.
        """
        with self._books.write() as writer:
            connection = writer.connection
            if _revision(connection) != change.revision:
                raise KeysChangedError
            _replace(connection, _RECORD, "id", change.drop_masters, map(_record_row, change.put_masters))
            _replace(
                connection, _WRAPPED, "integration_uuid", change.drop_wrapped, map(_wrapped_row, change.put_wrapped)
            )
            write_setting(connection, _REVISION, change.revision + 1)


def _revision(connection: Connection) -> int:
    return int(read_setting(connection, _REVISION, 0))


def _replace(
    connection: Connection, table: Table, key: str, drop: Iterable[str], put: Iterable[dict[str, Any]]
) -> None:
    rows = list(put)
    for name in {*drop, *(row[key] for row in rows)}:
        connection.execute(delete(table).where(table.c[key] == name))
    if rows:
        connection.execute(insert(table), rows)


def _record_row(record: MasterRecord) -> dict[str, Any]:
    return {
        "id": record.id,
        "kind": record.kind,
        "params": record.params,
        "verifier": record.verifier,
        "state": record.state.value,
    }


def _wrapped_row(key: WrappedKey) -> dict[str, Any]:
    return {"integration_uuid": key.integration_uuid, "master_id": key.master_id, "wrapped": key.wrapped}
