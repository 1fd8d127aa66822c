"""The accounts' rows, and forgetting one: everything of it goes, everything of the others stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, insert, select

from desktop.books.integrations import (
    DEFAULT_CONFIG,
    add_integration,
    forget_integration,
    get_integration,
    list_integrations,
    log_activity,
    sample_objects,
    sealed_credentials,
    update_integration,
)
from desktop.books.tables import Activity, Base, Client, ClientLink, Integration
from desktop.books.tables.base import table_of
from desktop.providers.registry import provider_title
from tests.worlds import World

OWNED = [
    table for table in Base.metadata.sorted_tables if "integration_id" in table.c and table is not table_of(Activity)
]
#: Tables that name accounts by nothing, and stay: the account itself is handled by name.
SHARED = {"users", "integrations", "settings", "key_records", "wrapped_keys", "clients", "activity"}


def titles_of(world: World, *accounts: tuple[str, str, str]) -> list[tuple[str, str]]:
    """What accounts of these providers, names and ids are called, short and full."""
    made = [world.account(provider) for provider, _name, _account_id in accounts]
    with world.books.write() as writer:
        for id_, (_provider, name, account_id) in zip(made, accounts, strict=True):
            update_integration(writer.connection, id_, name=name, account_id=account_id)
    with world.books.read() as connection:
        rows = list_integrations(connection, provider_title)
        assert [get_integration(connection, row.id, provider_title) for row in rows] == rows
    return [(row.title, row.full_title) for row in rows]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.books.close()


def values(table: Table, account: int, number: int) -> dict[str, Any]:
    """A row with something in every column."""
    row: dict[str, Any] = {}
    for column in table.c:
        if column.name == "integration_id":
            row[column.name] = account
        elif column.primary_key and column.autoincrement is True:
            continue
        else:
            fitting = {int: number, str: f"{column.name}-{number}", bytes: b"%d" % number, bool: False}
            row[column.name] = fitting.get(column.type.python_type, {"json": number})
    return row


def rows(world: World, table: Table) -> list[tuple[Any, ...]]:
    with world.books.read() as connection:
        return sorted((tuple(map(repr, row)) for row in connection.execute(select(table))), key=str)


def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    return {table.name: rows(world, table) for table in Base.metadata.sorted_tables}


def test_every_table_is_either_owned_by_an_account_or_known_to_be_shared() -> None:
    assert {table.name for table in Base.metadata.sorted_tables} - {table.name for table in OWNED} <= SHARED | {
        "alembic_version",
        "dismissed_pairs",
        "exchange_rates",
        "schema_info",
    }


def test_forgetting_leaves_no_row_of_the_account_in_any_table_and_every_row_of_the_others(world: World) -> None:
    mine, other = world.account(), world.account()
    with world.books.write() as writer:
        for number, table in enumerate(OWNED, start=1):
            writer.connection.execute(insert(table).values(values(table, other, 1_000 + number)))
    before = everything(world)
    with world.books.write() as writer:
        for number, table in enumerate(OWNED, start=1):
            writer.connection.execute(insert(table).values(values(table, mine, 2_000 + number)))
        writer.connection.execute(
            insert(table_of(Integration)).values(values(table_of(Integration), 0, 77) | {"id": 77})
        )
    for table in OWNED:
        with world.books.read() as connection:
            found = connection.execute(select(table).where(table.c.integration_id == mine)).all()
        assert found, f"{table.name} has no row to forget"
    forget_integration(world.books, mine)
    forget_integration(world.books, 77)
    after = everything(world)
    gone = {row for row in before["integrations"] if row not in after["integrations"]}
    assert len(gone) == 1
    del before["integrations"], after["integrations"]
    assert after == before


def test_a_real_history_goes_and_the_other_account_s_figures_stay(world: World) -> None:
    other = world.account()
    world.client(other, "cus_1", "Harbour & Pine")
    world.sale(other, "a", 5_000, "2026-11-02", client="cus_1", fee=175)
    before = {name: found for name, found in everything(world).items() if name != "integrations"}
    mine = world.account()
    world.client(mine, "cus_1", "Lantern Bookshop")
    world.service(mine, "prod_1", "Design")
    world.invoice(mine, "in_1", 9_000, "2026-11-03", status="paid", client="cus_1", lines=[("prod_1", 9_000)])
    world.sale(mine, "b", 9_000, "2026-11-03", client="cus_1", invoice="in_1", fee=300)
    world.refund(mine, "re_1", "b", 1_000, "2026-11-05")
    assert rows(world, Base.metadata.tables["daily_totals"]) != before["daily_totals"]
    forget_integration(world.books, mine)
    after = {name: found for name, found in everything(world).items() if name != "integrations"}
    assert after == before


def joined(world: World) -> tuple[int, int, int]:
    """One client with a customer at each of two accounts, first made for the first."""
    first, second = world.account(), world.account("square")
    world.client(first, "cus_1", "Harbour & Pine")
    world.client(second, "cus_9", "Harbour and Pine")
    link, client = table_of(ClientLink), table_of(Client)
    with world.books.write() as writer:
        connection = writer.connection
        kept, moved = [
            connection.execute(select(link.c.client_id).where(link.c.integration_id == account)).scalar_one()
            for account in (first, second)
        ]
        connection.execute(link.update().where(link.c.integration_id == second).values(client_id=kept))
        connection.execute(client.delete().where(client.c.id == moved))
    return first, second, kept


@pytest.mark.parametrize("forgotten", [0, 1])
def test_a_client_of_two_accounts_stays_with_the_other(world: World, forgotten: int) -> None:
    *accounts, client_id = joined(world)
    forget_integration(world.books, accounts[forgotten])
    with world.books.read() as connection:
        client = connection.execute(select(table_of(Client))).one()
        link = connection.execute(select(table_of(ClientLink))).one()
    assert (client.id, client.name) == (client_id, "Harbour & Pine")
    assert (link.client_id, link.integration_id) == (client_id, accounts[1 - forgotten])
    assert (client.origin_integration_id is None) == (forgotten == 0)
    forget_integration(world.books, accounts[1 - forgotten])
    assert rows(world, table_of(Client)) == []


def test_a_client_of_nobody_stays(world: World) -> None:
    account = world.account()
    with world.books.write() as writer:
        writer.connection.execute(
            insert(table_of(Client)).values(
                status="active", name="Cash customer", email="", phone="", company="", address_line1="",
                address_line2="", city="", postal_code="", region="", country="", description="", created_at=0,
            )
        )  # fmt: skip
    forget_integration(world.books, account)
    assert len(rows(world, table_of(Client))) == 1


def test_the_audit_log_still_tells_what_was_done(world: World) -> None:
    account = world.account()
    with world.books.write() as writer:
        log_activity(writer.connection, 5, "connect", "stripe by key", account)
    forget_integration(world.books, account)
    with world.books.read() as connection:
        line = connection.execute(select(table_of(Activity))).one()
    assert (line.at, line.actor, line.action, line.subject, line.outcome) == (
        5, "owner", "connect", "stripe by key", "done",
    )  # fmt: skip
    assert line.integration_id == account


def test_forgetting_what_is_not_there_changes_nothing(world: World) -> None:
    world.sale(world.account(), "a", 5_000, "2026-11-02")
    before = everything(world)
    forget_integration(world.books, 999)
    assert everything(world) == before


# --- Rows ------------------------------------------------------------------------------------------------------------


def test_an_account_s_row_is_added_found_changed_and_listed_in_order(world: World) -> None:
    with world.books.write() as writer:
        facts = {"provider": "stripe", "account_id": "acct_1", "mode": "test", "row_uuid": "u1", "created_at": 7}
        first = add_integration(writer.connection, {**facts, "country": "DE", "currency": "eur", "credentials": b"x"})
        second = add_integration(
            writer.connection, {**facts, "row_uuid": "u2", "country": "", "currency": "", "label": "Shop"}
        )
        update_integration(writer.connection, first, name="Studio", last_sync_at=9)
    with world.books.read() as connection:
        rows = list_integrations(connection, provider_title)
        assert [row.id for row in rows] == [first, second]
        assert get_integration(connection, first, provider_title) == rows[0]
        assert get_integration(connection, 999, provider_title) is None
        assert sealed_credentials(connection, first) == b"x"
        assert sealed_credentials(connection, second) is None
        assert sealed_credentials(connection, 999) is None
        config = connection.execute(select(table_of(Integration).c.config)).scalars().all()
    assert (rows[0].status, rows[0].country, rows[0].currency, rows[0].last_sync_at) == ("active", "DE", "eur", 9)
    assert config == [DEFAULT_CONFIG, DEFAULT_CONFIG]
    assert [row.title for row in rows] == ["Studio", "Shop"]


def test_an_account_without_any_name_is_called_by_its_id_or_its_provider(world: World) -> None:
    number = world.account()
    with world.books.read() as connection:
        row = get_integration(connection, number, provider_title)
    assert row is not None
    assert row.title == "Stripe"
    with world.books.write() as writer:
        update_integration(writer.connection, number, account_id="acct_1")
    with world.books.read() as connection:
        again = get_integration(connection, number, provider_title)
    assert again is not None
    assert again.title == "acct_1"


def test_the_samples_that_tell_a_key_s_account_are_its_own_and_not_deleted(world: World) -> None:
    mine, other = world.account(), world.account()
    world.sale(other, "z", 100, "2026-11-01")
    with world.books.read() as connection:
        assert sample_objects(connection, mine) == []
    world.client(mine, "cus_1", "One")
    world.client(mine, "cus_2", "Two")
    world.put(mine, ("cus_1", None))
    world.service(mine, "prod_1", "Design")
    with world.books.read() as connection:
        assert sample_objects(connection, mine) == [("customer", "cus_2")]
    world.sale(mine, "a", 100, "2026-11-01")
    with world.books.read() as connection:
        assert sample_objects(connection, mine) == [("charge", "ch_a"), ("customer", "cus_2")]


# ------------------------------------------------------------------------------------------------ what they are called


def test_an_account_alone_is_called_by_its_name(world: World) -> None:
    assert titles_of(world, ("stripe", "Harbour Studio", "acct_1")) == [
        ("Harbour Studio", "Harbour Studio · Stripe"),
    ]


def test_accounts_of_one_name_are_told_apart_by_their_provider(world: World) -> None:
    told = titles_of(world, ("stripe", "Harbour Studio", "acct_1"), ("square", "harbour  studio", "ML9"))
    assert [title for title, _ in told] == ["Harbour Studio · Stripe", "harbour  studio · Square"]


def test_two_of_one_provider_are_told_apart_by_the_ends_of_their_ids(world: World) -> None:
    told = titles_of(
        world,
        ("stripe", "Harbour Studio", "acct_1Aa9X"),
        ("stripe", "Harbour Studio", "acct_1Bb7Q"),
        ("square", "Harbour Studio", "ML9"),
        ("square", "Café Nord", "ML8"),
    )
    assert told == [
        ("Harbour Studio · Stripe · …Aa9X", "Harbour Studio · Stripe · …Aa9X"),
        ("Harbour Studio · Stripe · …Bb7Q", "Harbour Studio · Stripe · …Bb7Q"),
        ("Harbour Studio · Square", "Harbour Studio · Square"),
        ("Café Nord", "Café Nord · Square"),
    ]


def test_where_even_the_ids_end_alike_or_are_not_known_their_numbers_tell(world: World) -> None:
    told = titles_of(world, ("stripe", "A", "acct_x1234"), ("stripe", "A", "acct_y1234"), ("stripe", "A", ""))
    assert [title for title, _ in told] == ["A · Stripe · #1", "A · Stripe · #2", "A · Stripe · #3"]
    assert len(set(told)) == 3
