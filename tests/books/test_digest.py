"""Two files of books are compared by what they hold: whatever numbers their rows have, and whoever made them when."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.books.books import open_books
from desktop.records import ClientRecord, PaymentRecord
from tests.helpers.digest import Held, differences, facts, news, read_books
from tests.helpers.shops import ZONE, Shop, at, read_at

ADA = read_at(ClientRecord(name="Ada", created_at=1), "cus_1", at("2026-03-01"))
BO = read_at(ClientRecord(name="Bo", created_at=2), "cus_2", at("2026-03-01"))


def paid(amount: int) -> PaymentRecord:
    return PaymentRecord("succeeded", amount, "usd", at("2026-03-02"), amount, client_ref="cus_2")


@pytest.fixture
def made(tmp_path: Path) -> list[dict[str, Held]]:
    """Three files: the same objects in two orders, and once with another amount."""
    found = []
    for number, (amount, clients) in enumerate(((500, (ADA, BO)), (500, (BO, ADA)), (700, (ADA, BO)))):
        home = tmp_path / str(number)
        home.mkdir()
        books = open_books(home, timezone=ZONE, clock=lambda number=number: number)
        shop = Shop(books)
        for client in clients:
            shop.take(client)
        shop.take(read_at(paid(amount), "pi_1", at("2026-03-02")))
        books.close()
        found.append(read_books(home / "books.db"))
    return found


def test_the_same_facts_under_other_numbers_have_the_same_digests(made: list[dict[str, Held]]) -> None:
    first, second, _ = made
    assert {name: held.digest for name, held in first.items()} == {name: held.digest for name, held in second.items()}
    assert list(differences(first, second)) == []
    (payment,) = first["payments"].rows
    assert payment["client_link_id"][1] == "cus_2"


def test_a_fact_that_changed_is_named_with_its_row(made: list[dict[str, Held]]) -> None:
    first, _, other = made
    told = list(differences(facts(first), facts(other)))
    assert any("payments: " in one and "pi_1" in one and "collected was 500 and is 700" in one for one in told)
    assert {one.split(":")[0] for one in told} >= {"payments", "daily_totals", "client_totals", "integration_data"}


def test_what_only_the_newer_books_have_is_news_and_what_they_lack_a_difference(made: list[dict[str, Held]]) -> None:
    first = made[0]
    older = {name: held for name, held in first.items() if name != "orders"}
    older["payments"] = first["payments"].only([name for name in first["payments"].columns if name != "tip"])
    assert list(differences(older, first)) == []
    assert list(news(older, first)) == ["orders is a new table.", "payments has tip besides."]
    assert list(differences(first, older)) == ["orders: the table is gone.", "payments: without tip."]
