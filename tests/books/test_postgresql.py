"""The same books on PostgreSQL, wherever a server can be started: door, any order, schema and writing rules."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from sqlalchemy.exc import DBAPIError

from desktop.books.books import Books, open_books
from desktop.books.database import BooksLocked
from desktop.books.schema import NewerBooks, bring_up_to_date, current, head
from desktop.errors import ClosedBooksError
from desktop.records import ClientRecord, SourceObject, Version
from tests.helpers.orders import Mail, check_any_order, mails
from tests.helpers.patience import PATIENCE_S
from tests.helpers.postgres import PostgresServer
from tests.helpers.schemas import differences
from tests.helpers.shops import STEADY, ZONE, Shop
from tests.helpers.versions import Telling, check_again_changes_nothing, check_latest_wins, customer_named, tellings


@given(tellings())
@settings(STEADY, max_examples=15)
def test_whatever_is_told_when_the_latest_state_wins(postgres_books: Books, telling: Telling) -> None:
    check_latest_wins(Shop(postgres_books), telling)


@given(tellings(native=True))
@settings(STEADY, max_examples=10)
def test_the_providers_own_counter_wins_over_any_interval(postgres_books: Books, telling: Telling) -> None:
    check_latest_wins(Shop(postgres_books), telling)


@given(mails())
@settings(STEADY, max_examples=12)
def test_any_order_of_parts_gives_the_same_rows_and_totals(postgres_books: Books, mail: Mail) -> None:
    check_any_order(Shop(postgres_books), Shop(postgres_books), mail)


@given(mails())
@settings(STEADY, max_examples=12)
def test_both_databases_hold_the_same(postgres_books: Books, shared_books: Books, mail: Mail) -> None:
    here, there = Shop(shared_books), Shop(postgres_books)
    here.take_in_turn(mail.batches)
    there.take_in_turn(mail.batches)
    assert here.everything() == there.everything()


@given(mails())
@settings(STEADY, max_examples=4)
def test_a_town_told_again_changes_nothing(postgres_books: Books, mail: Mail) -> None:
    shop = Shop(postgres_books)
    shop.take_in_turn(mail.batches)
    check_again_changes_nothing(shop, mail.batches)


def test_the_schema_is_the_one_that_the_models_draw(postgres_books: Books) -> None:
    assert current(postgres_books.database, None) == head()
    assert differences(postgres_books.database) == []
    assert bring_up_to_date(postgres_books.database, None) is False


def test_another_programs_tables_are_refused(postgres: PostgresServer, tmp_path: Path) -> None:
    import psycopg

    url = postgres.database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (id integer)")
    with pytest.raises(ClosedBooksError, match="tables of another program"):
        open_books(tmp_path, url=url)


def test_a_newer_schema_is_refused(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.database()
    books = open_books(tmp_path, url=url)
    with books.write() as writer:
        writer.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    books.close()
    with pytest.raises(NewerBooks, match="9999"):
        open_books(tmp_path, url=url)


def test_two_computers_may_open_new_books_at_once(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.database()
    opened: list[Books] = []
    gate = threading.Barrier(3)

    def open_() -> None:
        gate.wait(timeout=PATIENCE_S)
        opened.append(open_books(tmp_path, url=url, timezone=ZONE))

    threads = [threading.Thread(target=open_) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)
    assert [books.timezone for books in opened] == [ZONE] * 3
    with opened[0].read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM users").scalar() == 1
    for books in opened:
        books.close()


def test_reading_cannot_write(postgres_books: Books) -> None:
    with pytest.raises((DBAPIError, ClosedBooksError)), postgres_books.read() as connection:
        connection.exec_driver_sql("INSERT INTO settings VALUES ('a', '1')")


def test_one_transaction_writes_at_a_time_and_waits_in_bounds(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.database()
    first, second = open_books(tmp_path, url=url), open_books(tmp_path, url=url, busy_ms=50)
    with first.write() as writer:
        writer.connection.exec_driver_sql("INSERT INTO settings VALUES ('held', '1')")
        with pytest.raises(BooksLocked), second.write():
            pytest.fail("two were let in at once")
        assert second.setting("held") is None
    second.keep_setting("held", 2)
    assert first.setting("held") == 2
    first.close()
    second.close()


@pytest.mark.parametrize(("durable", "kept"), [(True, "on"), (False, "off")])
def test_durability_is_chosen_by_transaction(postgres_books: Books, durable: bool, kept: str) -> None:
    with postgres_books.write(durable=durable) as writer:
        assert writer.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == kept


def test_a_batch_that_breaks_leaves_everything_as_it_was(postgres_books: Books) -> None:
    shop = Shop(postgres_books)
    shop.take(customer_named("Ana", 1000))
    before = shop.snapshot()
    nameless = ClientRecord(name=object())  # type: ignore[arg-type]
    unreadable = SourceObject("customer", "cus_2", Version(1, 1), {"id": "cus_2"}, nameless)
    with pytest.raises(TypeError):
        shop.take(customer_named("Bo", 2000), unreadable)
    assert shop.snapshot() == before


@pytest.mark.parametrize(
    "url",
    [
        "mysql://root:hunter2@localhost/books",
        "no address at all hunter2",
        "postgresql+psycopg2://u:hunter2@h/b",
    ],
)
def test_an_address_that_is_none_is_refused_without_repeating_its_password(tmp_path: Path, url: str) -> None:
    with pytest.raises(ClosedBooksError, match="PAYDESK_DATABASE_URL") as refused:
        open_books(tmp_path, url=url)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("host", ["127.0.0.1:1", "/nowhere/at/all"])
def test_a_server_that_does_not_answer_is_said_plainly(tmp_path: Path, host: str) -> None:
    address = "postgresql://u:hunter2@" + (f"/b?host={host}" if host.startswith("/") else f"{host}/b")
    with pytest.raises(ClosedBooksError, match="PostgreSQL server") as refused:
        open_books(tmp_path, url=address)
    assert "hunter2" not in str(refused.value)


def test_a_database_that_is_not_there_is_said_plainly(postgres: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(ClosedBooksError, match="PostgreSQL server"):
        open_books(tmp_path, url=postgres.url("nobody_made_it"))
