"""Books of an older version, brought up to date: the same rows, sums and structure as if they had always been new."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, MetaData, Table, inspect, select, text

from desktop.books import schema
from desktop.books.books import Books, open_books
from desktop.books.integrations import mapped_by_older
from desktop.books.rebuild import compare_totals
from desktop.books.tables import Base, Integration, User
from desktop.books.tables.base import table_of
from desktop.records import AttemptRecord
from tests.helpers.postgres import PostgresServer
from tests.helpers.schemas import differences
from tests.helpers.shops import ZONE, Shop, at, read_at
from tests.helpers.towns import Town

pytestmark = pytest.mark.migrations

FIRST = Path(schema.__file__).parent / "migrations" / "versions" / "0001_the_books_as_first_drawn.py"
Open = Callable[[], Books]


def test_the_first_migration_is_what_books_were_made_with() -> None:
    """Books exist that were drawn by it: it is never edited, only followed."""
    digest = hashlib.sha256(FIRST.read_bytes()).hexdigest()
    assert digest == "606622e60528069b2f89fbc408d0b9a00cf4453a3f91370eb672585085f930eb"


@pytest.fixture
def filled(tmp_path: Path) -> Books:
    """Books of today, with what the first version knew of."""
    (tmp_path / "new").mkdir()
    books = open_books(tmp_path / "new", timezone=ZONE)
    # Of these payments none has money on several days, which only later versions have rows for.
    for seed in (10, 23, 26):
        Shop(books).take(*Town(seed, counter=False).objects)
    return books


RETOLD = {"subscription_items": {"amount"}, "integrations": {"mapping_version"}}
"""Columns by table that only the stored objects tell: they stay empty until those are mapped anew, as is noted too."""


MADE_AGAIN = {"service_allocations", "service_totals"}
"""Sums that a migration drew anew: they are made from the rows when the books are opened."""


def rows_of(books: Books) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, as it is, but for what waits to be told anew."""
    found = {}
    with books.read() as connection:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in RETOLD.get(table.name, ())]
            found[table.name] = sorted((tuple(row) for row in connection.execute(select(*columns))), key=repr)
    return found


def pour(source: Books, target: Books) -> None:
    """Put all rows into books of an older version: the columns that those have."""
    with source.read() as reading, target.write() as writer:
        inspector = inspect(writer.connection)
        for model in (User, Integration):
            writer.connection.execute(table_of(model).delete())
        writer.connection.exec_driver_sql("DELETE FROM settings")
        for table in Base.metadata.sorted_tables:
            if not inspector.has_table(table.name) or table.name in MADE_AGAIN:
                continue
            known = {column["name"] for column in inspector.get_columns(table.name)} & set(table.c.keys())
            # Drawn anew without what the models add of their own accord.
            older = Table(
                table.name,
                MetaData(),
                *(Column(column.name, column.type) for column in table.columns if column.name in known),
            )
            rows = [dict(row) for row in reading.execute(select(*(table.c[name] for name in known))).mappings()]
            if rows:
                writer.connection.execute(older.insert(), rows)
            if rows and "id" in known and writer.connection.dialect.name == "postgresql":
                # Rows that bring their ids do not move the counter on.
                counter = f"pg_get_serial_sequence('{table.name}', 'id')"
                writer.connection.exec_driver_sql(f"SELECT setval({counter}, max(id)) FROM {table.name}")


def check_upgrade(filled: Books, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the first version's books, fill them, and open them with this one."""
    with monkeypatch.context() as first:
        first.setattr(schema, "head", lambda: "0001")
        old = open_()
        pour(filled, old)
        with old.read() as connection:
            assert connection.execute(text("select version_num from alembic_version")).scalar() == "0001"
            assert not inspect(connection).has_table("orders")
        old.close()
    upgraded = open_()
    assert differences(upgraded.database) == []
    assert rows_of(upgraded) == rows_of(filled)
    assert rows_of(upgraded)["client_totals"]
    with upgraded.read() as connection, filled.read() as new:
        assert mapped_by_older(connection)
        assert not mapped_by_older(new)
    assert compare_totals(upgraded) == []
    # What only this version knows of goes in as into books that are new.
    shops = Shop(upgraded), Shop(filled)
    for shop in shops:
        shop.take(*Town(7).objects)
    assert shops[0].everything() == shops[1].everything()
    assert compare_totals(upgraded) == []
    upgraded.close()
    filled.close()


def test_a_file_of_the_first_version_keeps_every_row_and_sum(
    filled: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "old"
    home.mkdir()
    check_upgrade(filled, lambda: open_books(home, timezone=ZONE), monkeypatch)
    (backup,) = (home / "backups").iterdir()
    assert backup.name.endswith(f"-before-{schema.head()}-from-0001.db")


def test_a_postgresql_database_of_the_first_version_keeps_every_row_and_sum(
    filled: Books, postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database()
    check_upgrade(filled, lambda: open_books(tmp_path, url=url, timezone=ZONE), monkeypatch)


def check_parts(home: Path, open_: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of fees, which books kept as JSON until the fourth version, become rows."""
    (home / "parted").mkdir()
    filled = open_books(home / "parted", timezone=ZONE)
    parts = ((at("2026-04-02 10:00"), 10), (at("2026-04-30 23:30"), -2))
    sale = AttemptRecord("succeeded", 1000, 1000, 0, "usd", at("2026-03-30 10:00"), fee=38, fee_parts=parts)
    Shop(filled).take(read_at(sale, "ch_1", 1), read_at(replace(sale, fee_parts=()), "ch_2", 1))
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "head", lambda: "0003")
        old = open_()
        pour(filled, old)
        with old.write() as writer:
            kept = json.dumps([(parts[0][0], "2026-04-02", 10), (parts[1][0], "2026-05-01", -2)])
            update = text("UPDATE payments SET fee_days = :kept WHERE external_id = 'ch_1'")
            writer.connection.execute(update, {"kept": kept})
        old.close()
    upgraded = open_()
    assert rows_of(upgraded) == rows_of(filled)
    assert len(rows_of(upgraded)["payment_parts"]) == 2
    assert compare_totals(upgraded) == []
    upgraded.close()
    filled.close()


def test_parts_of_fees_become_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "old"
    home.mkdir()
    check_parts(tmp_path, lambda: open_books(home, timezone=ZONE), monkeypatch)


def test_on_postgresql_parts_of_fees_become_rows_too(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.database()
    check_parts(tmp_path, lambda: open_books(tmp_path, url=url, timezone=ZONE), monkeypatch)


def test_upgraded_books_and_new_ones_are_drawn_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    for name in ("old", "new"):
        home = tmp_path / name
        home.mkdir()
        if name == "old":
            with monkeypatch.context() as first:
                first.setattr(schema, "head", lambda: "0001")
                open_books(home, timezone=ZONE).close()
        books = open_books(home, timezone=ZONE)
        with books.read() as connection:
            found = connection.execute(text("select type, name, sql from sqlite_master order by type, name")).all()
        drawn.append([tuple(row) for row in found])
        books.close()
    assert drawn[0] == drawn[1]
