"""An account's switches: what its provider reads only on request."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from desktop.actions.business import Business
from desktop.actions.options import options_of, set_option
from desktop.actions.status import standing
from desktop.books.tables import Activity, Integration
from desktop.books.tables.base import table_of
from desktop.errors import NotConnectedError, UsageError
from desktop.keystore import BooksKeyStore
from desktop.sync.lease import Lease, LeaseHeld, acquire
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.worlds import World


@pytest.fixture
def business(tmp_path: Path) -> Iterator[Business]:
    books = World(tmp_path).books
    made = Business(tmp_path, books, Vault(BooksKeyStore(books), OneSource(MemorySource())), {})
    yield made
    made.close()


@pytest.fixture
def square(business: Business) -> int:
    row = {"provider": "square", "mode": "test", "row_uuid": "1", "created_at": 0, "config": {"auto_sync": True}}
    with business.books.write() as writer:
        made = table_of(Integration).insert().values(row).returning(table_of(Integration).c.id)
        return int(writer.connection.execute(made).scalar_one())


def streams(business: Business) -> list[str]:
    (account,) = standing(business).accounts
    return [stream.name for stream in account.streams]


def test_stock_is_kept_only_where_it_is_wanted(business: Business, square: int) -> None:
    assert options_of(business, business.integration(square)) == {"sync_inventory": False}
    assert "inventory_counts" not in streams(business)
    done = set_option(business, square, "sync_inventory", True)
    assert (done.was, done.on, done.changes.kinds) == (False, True, {"integrations"})
    assert options_of(business, business.integration(square)) == {"sync_inventory": True}
    assert "inventory_counts" in streams(business)
    assert set_option(business, square, "sync_inventory", False).was
    assert "inventory_counts" not in streams(business)


def test_the_other_choices_stay_and_it_is_logged(business: Business, square: int) -> None:
    set_option(business, square, "sync_inventory", True)
    with business.books.read() as connection:
        config = connection.execute(select(table_of(Integration).c.config)).scalar_one()
        logged = connection.execute(select(table_of(Activity).c.action, table_of(Activity).c.subject)).one()
    assert config == {"auto_sync": True, "sync_inventory": True}
    assert tuple(logged) == ("option", "Square: sync_inventory on")


def test_an_account_without_choices_of_its_own_has_them_all_off(business: Business, square: int) -> None:
    with business.books.write() as writer:
        writer.connection.execute(update(table_of(Integration)).values(config={}))
    assert options_of(business, business.integration(square)) == {"sync_inventory": False}


def test_what_another_program_is_at_work_on_is_left_to_it(business: Business, square: int) -> None:
    assert isinstance(acquire(business.books, square, "window on another-computer (1)"), Lease)
    with pytest.raises(LeaseHeld, match="Window on another-computer"):
        set_option(business, square, "sync_inventory", True)
    assert options_of(business, business.integration(square)) == {"sync_inventory": False}


def test_what_there_is_not_is_refused(business: Business, square: int) -> None:
    with pytest.raises(UsageError, match="sync_inventory"):
        set_option(business, square, "auto_sync", False)
    with pytest.raises(NotConnectedError):
        set_option(business, square + 1, "sync_inventory", True)
    with business.books.write() as writer:
        writer.connection.execute(update(table_of(Integration)).values(provider="stripe"))
    assert options_of(business, business.integration(square)) == {}
    with pytest.raises(UsageError, match="none"):
        set_option(business, square, "sync_inventory", True)
