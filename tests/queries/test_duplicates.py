"""Clients that look alike: who is suggested for joining, why, and in which order."""

from __future__ import annotations

import pytest

from desktop.books.joining import dismiss, reconsider
from desktop.queries.duplicates import Suggestion, suggestions
from desktop.records import ClientRecord
from tests.worlds import World


def suggested(world: World, limit: int = 50) -> list[Suggestion]:
    with world.books.read() as connection:
        return suggestions(connection, limit)


def pairs(world: World) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.keep.name, one.other.name, one.reasons) for one in suggested(world)]


@pytest.mark.parametrize(
    ("one", "other", "reasons"),
    [
        ({"name": "A", "email": "Ana@Acme.example"}, {"name": "B", "email": " ana@acme.example"}, ("email",)),
        ({"name": "A", "phone": "+49 30 1234567"}, {"name": "B", "phone": "(030) 123-45.67"}, ("phone",)),
        ({"name": "A", "phone": "123456"}, {"name": "B", "phone": "123456"}, None),
        ({"name": "Möbel & Söhne"}, {"name": "MOBEL SOHNE"}, ("name",)),
        ({"name": "Harbour Pine"}, {"company": "harbour-pine"}, ("name",)),
        ({"name": "Ana Ruiz", "company": "Acme"}, {"name": "Ana Ruiz", "company": "Blue Door"}, None),
        ({"name": "Ana Ruiz", "company": "Acme"}, {"name": "Ana Ruiz"}, ("name",)),
        ({"name": "Ana Ruiz", "company": "Acme"}, {"name": "Bo Lind", "company": "Acme"}, None),
        ({"name": "Bo"}, {"name": "bo"}, None),
        ({"name": "Ana", "email": "a@b.c"}, {"name": "ana", "email": "A@B.C"}, ("email", "name")),
    ],
)
def test_two_clients_look_alike(
    world: World, one: dict[str, str], other: dict[str, str], reasons: tuple[str, ...] | None
) -> None:
    world.client(world.account(), "cus_1", **one)
    world.client(world.account("square"), "cus_2", **other)
    assert [found.reasons for found in suggested(world)] == ([] if reasons is None else [reasons])


def test_the_surest_come_first_and_two_of_one_account_last(world: World) -> None:
    stripe, square = world.account(), world.account("square")
    world.client(stripe, "cus_1", "Ana", email="ana@acme.example")
    world.client(stripe, "cus_2", "Ana B", email="ana@acme.example")
    world.client(square, "cus_3", "Bo Lind")
    world.client(stripe, "cus_4", "bo lind")
    world.client(square, "cus_5", "Cy", phone="030 1234567")
    world.client(stripe, "cus_6", "Cyrus", phone="0301234567")
    assert pairs(world) == [
        ("Cy", "Cyrus", ("phone",)), ("Bo Lind", "bo lind", ("name",)), ("Ana", "Ana B", ("email",)),
    ]  # fmt: skip
    assert [one.same_account for one in suggested(world)] == [False, False, True]
    assert suggested(world)[0].keep.providers == ("square",)
    assert len(suggested(world, limit=1)) == 1


def test_a_hundred_namesakes_are_not_ten_thousand_pairs(world: World) -> None:
    account = world.account()
    world.put(account, *((f"cus_{n}", ClientRecord("Guest Guest", created_at=1)) for n in range(100)))
    assert len(suggested(world, limit=10_000)) < 600


def test_what_was_dismissed_is_not_suggested_until_it_is_taken_back(world: World) -> None:
    world.client(world.account(), "cus_1", "Ana Ruiz")
    world.client(world.account("square"), "cus_2", "ana ruiz")
    (pair,) = suggested(world)
    one, other = pair.keep.client_id, pair.other.client_id
    with world.books.write() as writer:
        dismiss(writer, other, one)
        dismiss(writer, one, other)
    assert pairs(world) == []
    with world.books.write() as writer:
        reconsider(writer, one, other)
    assert len(pairs(world)) == 1
