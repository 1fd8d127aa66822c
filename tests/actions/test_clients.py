"""One list of clients: what looks alike is joined by the owner only, and every step can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from desktop.actions.business import Business
from desktop.actions.clients import (
    dismiss_suggestion,
    join_clients,
    reconsider_suggestion,
    separate_again,
    suggestions,
    unjoin_client,
)
from desktop.books.joining import TOUCHED
from desktop.books.tables import Activity, ClientLink
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.keystore import BooksKeyStore
from desktop.vault.keys import MemorySource, OneSource
from desktop.vault.vault import Vault
from tests.worlds import World

_LINK = table_of(ClientLink)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path)
    stripe, square = made.account(), made.account("square")
    made.client(stripe, "cus_1", "Kline Dental", email="k@kline.example")
    made.client(square, "SQ1", "KLINE dental", email="K@kline.example")
    made.client(square, "SQ2", "Fern Yoga")
    return made


@pytest.fixture
def business(world: World, tmp_path: Path) -> Iterator[Business]:
    books = world.books
    made = Business(tmp_path, books, Vault(BooksKeyStore(books), OneSource(MemorySource())), {})
    yield made
    made.close()


def whose(world: World) -> dict[str, int]:
    with world.books.read() as connection:
        return dict(connection.execute(select(_LINK.c.external_id, _LINK.c.client_id)).all())


def link(world: World, ref: str) -> int:
    with world.books.read() as connection:
        return int(connection.execute(select(_LINK.c.id).where(_LINK.c.external_id == ref)).scalar_one())


def logged(world: World) -> list[tuple[str, str]]:
    table = table_of(Activity)
    with world.books.read() as connection:
        return [tuple(row) for row in connection.execute(select(table.c.action, table.c.subject).order_by(table.c.id))]


def pairs(business: Business) -> list[tuple[str, str]]:
    return [(one.keep.name, one.other.name) for one in suggestions(business)]


def test_who_is_joined_is_one_client_and_it_is_logged(business: Business, world: World) -> None:
    assert pairs(business) == [("Kline Dental", "KLINE dental")]
    (pair,) = suggestions(business)
    joined = join_clients(business, pair.keep.client_id, pair.other.client_id)
    assert (joined.client_id, joined.name, joined.changes) == (pair.keep.client_id, "Kline Dental", TOUCHED)
    assert joined.moved == (link(world, "SQ1"),)
    assert whose(world)["SQ1"] == whose(world)["cus_1"]
    assert logged(world) == [("join", "Kline Dental and KLINE dental")]
    assert pairs(business) == []


def test_a_join_is_taken_back_whole(business: Business, world: World) -> None:
    before = whose(world)
    join_clients(business, before["SQ1"], before["SQ2"])
    again = join_clients(business, before["cus_1"], before["SQ1"])
    assert len(again.moved) == 2
    separate_again(business, again.moved)
    now = whose(world)
    assert now["SQ1"] == now["SQ2"] != now["cus_1"] == before["cus_1"]


@pytest.mark.parametrize("ref", ["cus_1", "SQ1"])
def test_a_customer_becomes_a_client_of_its_own_and_goes_back(business: Business, world: World, ref: str) -> None:
    before = whose(world)
    join_clients(business, before["cus_1"], before["SQ1"])
    parted = unjoin_client(business, link(world, ref))
    assert whose(world) == before
    assert (parted.client_id, parted.shared_id) == (before[ref], before["cus_1"])
    assert {parted.client_id, parted.rest_id} == {before["cus_1"], before["SQ1"]}
    join_clients(business, parted.shared_id, parted.other_id)
    assert whose(world)["SQ1"] == before["cus_1"]


def test_what_is_not_the_same_is_not_suggested_until_that_is_taken_back(business: Business, world: World) -> None:
    (pair,) = suggestions(business)
    done = dismiss_suggestion(business, pair.other.client_id, pair.keep.client_id)
    assert done.changes.kinds == {"clients"}
    assert pairs(business) == []
    assert logged(world) == [("not_the_same", "KLINE dental and Kline Dental")]
    reconsider_suggestion(business, done.first_id, done.second_id)
    assert len(pairs(business)) == 1


def test_what_cannot_be_done_is_refused_and_changes_nothing(business: Business, world: World) -> None:
    before = whose(world)
    first = before["cus_1"]
    with pytest.raises(UsageError, match="same client"):
        join_clients(business, first, first)
    with pytest.raises(UsageError, match="not in the books"):
        join_clients(business, first, 999)
    with pytest.raises(UsageError, match="only"):
        unjoin_client(business, link(world, "SQ2"))
    with pytest.raises(UsageError, match="not in the books"):
        unjoin_client(business, 999)
    for other in (first, 999):
        with pytest.raises(UsageError):
            dismiss_suggestion(business, first, other)
    assert whose(world) == before
    assert logged(world) == []
