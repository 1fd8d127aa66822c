"""How many there are of what each stream reads."""

from __future__ import annotations

from desktop.books.joining import join
from desktop.queries.reading import ask
from desktop.queries.stream_counts import count_streams
from tests.worlds import World


def test_a_stream_counts_what_is_there_of_its_account(world: World) -> None:
    account, other = world.account(), world.account("square")
    world.client(account, "cus_1", "Acme")
    world.client(account, "cus_2", "Blue Door")
    world.client(other, "cus_1", "Acme at the counter")
    world.put(account, ("cus_2", None))
    world.sale(account, "1", 500, "2026-11-02", client="cus_3")
    assert ask(world.books, count_streams, account, ["clients", "payments", "refunds"]) == {
        "clients": 1, "payments": 1, "refunds": 0,
    }  # fmt: skip


def test_customers_that_the_owner_joined_count_once(world: World) -> None:
    account = world.account()
    world.client(account, "cus_1", "Acme")
    world.client(account, "cus_2", "Acme Bakery")
    with world.books.write() as writer:
        join(writer, 1, 2)
    assert ask(world.books, count_streams, account, ["clients"]) == {"clients": 1}
