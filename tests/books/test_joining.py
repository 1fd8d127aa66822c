"""Clients made one and taken apart again; and customers that the provider itself merged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from desktop.books.integrations import forget_integration
from desktop.books.joining import TOUCHED, dismiss, join, unjoin
from desktop.books.rebuild import compare_totals
from desktop.books.tables import Client, ClientLink
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.queries.details import client_detail
from desktop.queries.duplicates import suggestions
from desktop.queries.listing import Filter
from desktop.queries.listings import LISTINGS
from desktop.records import AttemptRecord, ClientRecord
from desktop.reports.dashboard import dashboard
from tests.helpers.shops import STEADY, Shop, gone_at, read_at
from tests.helpers.variants import variants
from tests.worlds import World

TODAY = "2026-11-22"
_LINK, _CLIENT = table_of(ClientLink), table_of(Client)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


def link_of(world: World, ref: str) -> int:
    with world.books.read() as connection:
        return int(connection.execute(select(_LINK.c.id).where(_LINK.c.external_id == ref)).scalar_one())


def client_of(world: World, ref: str) -> int:
    with world.books.read() as connection:
        return int(connection.execute(select(_LINK.c.client_id).where(_LINK.c.external_id == ref)).scalar_one())


def facts_of(world: World, ref: str) -> tuple[Any, ...]:
    query = select(_CLIENT.c.name, _CLIENT.c.email, _CLIENT.c.status).where(_CLIENT.c.id == client_of(world, ref))
    with world.books.read() as connection:
        return tuple(connection.execute(query).one())


def listed(world: World) -> list[str]:
    with world.books.read() as connection:
        listing = LISTINGS["clients"]
        rows = listing.rows(connection, listing.ids(connection, Filter(TODAY, sort="name", descending=False)))
    return [row.name for row in rows]


def join_(world: World, keep: str, other: str) -> None:
    with world.books.write() as writer:
        assert join(writer, client_of(world, keep), client_of(world, other)) == TOUCHED


def unjoin_(world: World, ref: str) -> None:
    with world.books.write() as writer:
        unjoin(writer, link_of(world, ref))


# ------------------------------------------------------------------------------------------------ joined and apart


def test_a_joined_client_keeps_the_owners_facts_and_has_both_histories(world: World) -> None:
    stripe, square = world.account(), world.account("square")
    world.client(stripe, "cus_1", "Ana Ruiz", email="ana@acme.example")
    world.client(square, "cus_2", "A. Ruiz")
    world.sale(stripe, "a", 5_000, "2026-11-02", client="cus_1")
    world.sale(square, "b", 2_000, "2026-11-03", client="cus_2")
    join_(world, "cus_1", "cus_2")
    assert listed(world) == ["Ana Ruiz"]
    with world.books.read() as connection:
        assert suggestions(connection) == []
    world.client(square, "cus_2", "A. R. Ruiz")
    assert facts_of(world, "cus_2") == ("Ana Ruiz", "ana@acme.example", "active")
    with world.books.read() as connection:
        detail = client_detail(connection, client_of(world, "cus_1"))
    assert detail is not None
    assert [(link.external_id, link.provider) for link in detail.links] == [("cus_1", "stripe"), ("cus_2", "square")]
    assert [one.amount for one in dashboard(world.books, TODAY).currencies[0].top_clients] == [7_000]

    unjoin_(world, "cus_2")
    assert listed(world) == ["A. R. Ruiz", "Ana Ruiz"]
    assert [one.amount for one in dashboard(world.books, TODAY).currencies[0].top_clients] == [5_000, 2_000]
    assert compare_totals(world.books) == []


def test_either_customer_can_be_the_one_that_is_taken_out(world: World) -> None:
    world.client(world.account(), "cus_1", "Ana Ruiz")
    world.client(world.account("square"), "cus_2", "A. Ruiz")
    before = {ref: (client_of(world, ref), facts_of(world, ref)) for ref in ("cus_1", "cus_2")}
    for ref in before:
        join_(world, "cus_1", "cus_2")
        unjoin_(world, ref)
        assert {ref: (client_of(world, ref), facts_of(world, ref)) for ref in before} == before


def test_what_cannot_be_joined_or_taken_apart_is_said(world: World) -> None:
    account = world.account()
    world.client(account, "cus_1", "Ana")
    world.client(account, "cus_2", "Bo")
    one, other = client_of(world, "cus_1"), client_of(world, "cus_2")
    for pair in ((one, one), (one, 999)):
        with pytest.raises(UsageError), world.books.write() as writer:
            join(writer, *pair)
    for link in (link_of(world, "cus_1"), 999):
        with pytest.raises(UsageError), world.books.write() as writer:
            unjoin(writer, link)
    join_(world, "cus_1", "cus_2")
    with pytest.raises(UsageError), world.books.write() as writer:
        join(writer, one, other)


def test_forgetting_an_account_leaves_no_trace_of_what_was_joined(world: World) -> None:
    stripe, square = world.account(), world.account("square")
    world.client(stripe, "cus_1", "Ana")
    world.client(square, "cus_2", "Bo")
    with world.books.write() as writer:
        dismiss(writer, client_of(world, "cus_1"), client_of(world, "cus_2"))
    join_(world, "cus_1", "cus_2")
    forget_integration(world.books, square)
    assert listed(world) == ["Ana"]
    with world.books.read() as connection:
        assert connection.exec_driver_sql("select count(*) from clients").scalar() == 1
        assert connection.exec_driver_sql("select count(*) from dismissed_pairs").scalar() == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=12))
@settings(STEADY, max_examples=variants(15))
def test_whatever_was_joined_comes_apart_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, int, int]]
) -> None:
    world = World(tmp_path_factory.mktemp("books"))
    refs = [f"cus_{number}" for number in range(5)]
    for number, ref in enumerate(refs):
        account = world.account("square" if number % 2 else "stripe")
        world.client(account, ref, f"Client {ref}", email=f"{ref}@example.com")
        world.sale(account, ref, 100 * (number + 1), "2026-11-02", client=ref)
    before = {ref: facts_of(world, ref) for ref in refs}
    for joins, first, second in steps:
        try:
            if joins:
                join_(world, refs[first], refs[second])
            else:
                unjoin_(world, refs[first])
        except UsageError:
            continue
    for ref in refs:
        try:
            unjoin_(world, ref)
        except UsageError:
            continue
    assert {ref: facts_of(world, ref) for ref in refs} == before
    assert len({client_of(world, ref) for ref in refs}) == len(refs)
    assert sorted(listed(world)) == sorted(name for name, *_ in before.values())
    amounts = [one.amount for one in dashboard(world.books, TODAY).currencies[0].top_clients]
    assert amounts == [500, 400, 300, 200, 100]
    world.books.close()


# ------------------------------------------------------------------------------------------- merged by the provider


ANA, BO = ClientRecord("Ana", created_at=1), ClientRecord("Bo", created_at=1)
PAID = AttemptRecord("succeeded", 700, 700, 0, "usd", 9, client_ref="cus_1")


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 1, 3), (1, 2, 3, 0), (3, 0, 2, 1), (2, 3, 1, 0)])
def test_a_merged_customer_belongs_to_the_surviving_one_whoever_comes_first(
    world: World, order: tuple[int, ...]
) -> None:
    shop = Shop(world.books)
    told = [
        read_at(ANA, "cus_1", 1),
        read_at(BO, "cus_2", 1),
        gone_at("customer", "cus_1", 9, merged_into="cus_2"),
        read_at(PAID, "ch_1", 1),
    ]
    for index in order:
        shop.take(told[index])
    assert listed(world) == ["Bo"]
    assert client_of(world, "cus_1") == client_of(world, "cus_2")
    shop.take(read_at(ClientRecord("Bo Lind", created_at=1), "cus_2", 50))
    assert listed(world) == ["Bo Lind"]
    with pytest.raises(UsageError), world.books.write() as writer:
        unjoin(writer, link_of(world, "cus_1"))


def test_a_customer_that_the_owner_had_joined_hands_its_place_on(world: World) -> None:
    shop, other = Shop(world.books), Shop(world.books)
    shop.take(read_at(ANA, "cus_1", 1), read_at(BO, "cus_2", 1))
    other.take(read_at(ClientRecord("Ana Ruiz", created_at=1), "cus_3", 1))
    join_(world, "cus_3", "cus_1")
    shop.take(gone_at("customer", "cus_1", 9, merged_into="cus_2"))
    assert listed(world) == ["Ana Ruiz"]
    assert len({client_of(world, ref) for ref in ("cus_1", "cus_2", "cus_3")}) == 1
    unjoin_(world, "cus_2")
    assert listed(world) == ["Ana Ruiz", "Bo"]
    assert client_of(world, "cus_1") == client_of(world, "cus_2")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_chain_of_merges_ends_at_the_last(world: World, order: tuple[int, ...]) -> None:
    shop = Shop(world.books)
    shop.take(*(read_at(ClientRecord(ref, created_at=1), ref, 1) for ref in ("cus_1", "cus_2", "cus_3")))
    told = [gone_at("customer", f"cus_{n}", 9, merged_into=f"cus_{n + 1}") for n in (1, 2)]
    for index in order:
        shop.take(told[index])
    assert listed(world) == ["cus_3"]
