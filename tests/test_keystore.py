"""The books keep the vault's keys as the vault's own store in memory does: the same contract, on every database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from desktop.books.books import Books, open_books
from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.keystore import BooksKeyStore
from desktop.vault.errors import KeysChangedError
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.sealing import Place
from desktop.vault.secret import Secret
from desktop.vault.store import KeyChange, KeySnapshot, KeyState, KeyStore, MasterRecord, WrappedKey
from desktop.vault.vault import Vault
from tests.helpers.key_store import MemoryKeyStore
from tests.helpers.postgres import NoServer, PostgresServer, running_server

OLD = MasterRecord("0aaa", "keychain", '{"user": "home/old"}', "v1", KeyState.ACTIVE)
NEW = MasterRecord("0bbb", "passphrase", "{}", "v2", KeyState.INCOMING)
STUDIO = WrappedKey("uuid-1", "0aaa", b"wrapped one")
SHOP = WrappedKey("uuid-2", "0aaa", b"wrapped two")


@pytest.fixture(scope="module")
def server() -> Iterator[Callable[[], PostgresServer]]:
    """Starts a PostgreSQL server for the tests that want one."""
    opened: list[Any] = []

    def start() -> PostgresServer:
        if not opened:
            context = running_server()
            try:
                opened.extend((context, context.__enter__()))
            except NoServer as reason:
                pytest.skip(str(reason))
        return opened[1]  # type: ignore[no-any-return]

    yield start
    if opened:
        opened[0].__exit__(None, None, None)


@pytest.fixture
def sqlite_books(tmp_path: Path) -> Iterator[Books]:
    books = open_books(tmp_path, timezone="UTC")
    yield books
    books.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path, server: Any) -> Iterator[KeyStore]:
    if request.param == "memory":
        yield MemoryKeyStore()
        return
    url = server().database() if request.param == "postgresql" else None
    books = open_books(tmp_path, url=url, timezone="UTC")
    yield BooksKeyStore(books)
    books.close()


def test_a_new_store_is_empty_at_revision_zero(store: KeyStore) -> None:
    assert store.read() == KeySnapshot(0)


def test_what_was_put_is_read_back_and_each_change_counts(store: KeyStore) -> None:
    store.write(KeyChange(0, put_masters=(OLD,), put_wrapped=(STUDIO, SHOP)))
    store.write(KeyChange(1, put_masters=(NEW,)))
    assert store.read() == KeySnapshot(2, (OLD, NEW), (STUDIO, SHOP))


def test_records_and_keys_replace_by_their_id(store: KeyStore) -> None:
    store.write(KeyChange(0, put_masters=(OLD, NEW), put_wrapped=(STUDIO, SHOP)))
    retired = MasterRecord(OLD.id, OLD.kind, OLD.params, OLD.verifier, KeyState.RETIRED)
    active = MasterRecord(NEW.id, NEW.kind, '{"salt": "x"}', NEW.verifier, KeyState.ACTIVE)
    again = WrappedKey("uuid-1", "0bbb", b"\x00\xff wrapped anew")
    store.write(KeyChange(1, put_masters=(retired, active), put_wrapped=(again,)))
    assert store.read() == KeySnapshot(2, (retired, active), (again, SHOP))


def test_what_was_dropped_is_gone_and_nothing_else(store: KeyStore) -> None:
    store.write(KeyChange(0, put_masters=(OLD, NEW), put_wrapped=(STUDIO, SHOP)))
    store.write(KeyChange(1, drop_masters=(OLD.id,), drop_wrapped=("uuid-1",)))
    assert store.read() == KeySnapshot(2, (NEW,), (SHOP,))


def test_dropping_what_is_not_there_changes_nothing_else(store: KeyStore) -> None:
    store.write(KeyChange(0, put_masters=(OLD,), drop_masters=("none",), drop_wrapped=("none",)))
    assert store.read() == KeySnapshot(1, (OLD,))


@pytest.mark.parametrize("revision", [0, 2, -1])
def test_a_change_of_another_revision_changes_nothing(store: KeyStore, revision: int) -> None:
    store.write(KeyChange(0, put_masters=(OLD,), put_wrapped=(STUDIO,)))
    before = store.read()
    change = KeyChange(revision, put_masters=(NEW,), drop_masters=(OLD.id,), drop_wrapped=("uuid-1",))
    with pytest.raises(KeysChangedError):
        store.write(change)
    assert store.read() == before


def test_of_two_that_change_at_once_one_is_told(store: KeyStore) -> None:
    ready = threading.Barrier(2)
    ends: list[str] = []

    def change(key: WrappedKey) -> None:
        ready.wait()
        try:
            store.write(KeyChange(0, put_wrapped=(key,)))
            ends.append(key.integration_uuid)
        except KeysChangedError:
            ends.append("told")

    threads = [threading.Thread(target=change, args=(key,)) for key in (STUDIO, SHOP)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 2
    assert ends.count("told") == 1
    (kept,) = store.read().wrapped
    assert kept.integration_uuid in ends
    assert store.read().revision == 1


def test_a_vault_works_on_it_and_another_process_opens_what_it_sealed(store: KeyStore) -> None:
    source = MemorySource()
    vault = Vault(store, OneSource(source))
    vault.unlock()
    vault.new_data_key("uuid-1")
    place = Place("integrations", "uuid-1", "credentials")
    sealed = vault.seal_fields("uuid-1", place, {"secret_key": Secret("sk_test_x")})
    other = Vault(store, OneSource(source))
    other.unlock()
    assert other.open_fields("uuid-1", place, sealed)["secret_key"].reveal() == "sk_test_x"
    other.shred("uuid-1")
    assert store.read().wrapped == ()


def add_account(books: Books, credentials: bytes | None) -> None:
    row = {
        "provider": "stripe", "mode": "test", "row_uuid": f"uuid-{credentials!r}", "created_at": 0, "name": "",
        "label": "", "account_id": "", "attention": "", "country": "", "currency": "", "credentials": credentials,
    }  # fmt: skip
    with books.write() as writer:
        writer.connection.execute(insert(table_of(Integration)).values(row))


def test_sealed_rows_are_seen_and_shredded_ones_are_not(sqlite_books: Books) -> None:
    store = BooksKeyStore(sqlite_books)
    add_account(sqlite_books, None)
    assert store.read().sealed_rows is False
    add_account(sqlite_books, b"sealed")
    assert store.read().sealed_rows is True


def test_a_change_that_fails_half_way_leaves_everything(sqlite_books: Books) -> None:
    store = BooksKeyStore(sqlite_books)
    store.write(KeyChange(0, put_masters=(OLD,), put_wrapped=(STUDIO,)))
    before = store.read()
    broken = WrappedKey("uuid-3", "0aaa", None)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="NOT NULL"):
        store.write(KeyChange(1, drop_masters=(OLD.id,), drop_wrapped=("uuid-1",), put_wrapped=(broken,)))
    assert store.read() == before


def test_a_dropped_key_is_nowhere_on_the_disk(tmp_path: Path) -> None:
    mark = b"wrapped-key-that-must-be-overwritten-" + b"x" * 40
    books = open_books(tmp_path, timezone="UTC")
    store = BooksKeyStore(books)
    store.write(KeyChange(0, put_wrapped=(WrappedKey("uuid-1", "0aaa", mark), SHOP)))
    books.close()
    assert mark in on_disk(tmp_path)
    books = open_books(tmp_path, timezone="UTC")
    store = BooksKeyStore(books)
    store.write(KeyChange(1, drop_wrapped=("uuid-1",)))
    assert mark not in on_disk(tmp_path / "books.db-wal")
    books.close()
    assert mark not in on_disk(tmp_path)
    assert SHOP.wrapped in on_disk(tmp_path)


def on_disk(place: Path) -> bytes:
    files = [place] if place.is_file() else sorted(path for path in place.iterdir() if path.is_file())
    return b"".join(path.read_bytes() for path in files)
