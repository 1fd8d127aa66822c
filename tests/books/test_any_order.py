"""Objects arrive in any order, in any batches, some twice, some late: the rows and totals are the same."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from desktop.books.books import Books
from tests.helpers.orders import Mail, check_any_order, check_recount, mails
from tests.helpers.shops import PROJECTIONS, STEADY, TOTALS, Shop
from tests.helpers.towns import Town
from tests.helpers.variants import variants
from tests.helpers.versions import check_again_changes_nothing


@given(mails())
@settings(STEADY, max_examples=variants(30))
def test_any_order_of_parts_gives_the_same_rows_and_totals(shared_books: Books, mail: Mail) -> None:
    check_any_order(Shop(shared_books), Shop(shared_books), mail)


@given(mails())
@settings(STEADY, max_examples=variants(6))
def test_one_by_one_and_backwards_is_an_order_too(shared_books: Books, mail: Mail) -> None:
    backwards = Mail(mail.seed, tuple((place,) for place in reversed(range(len(mail.told)))))
    check_any_order(Shop(shared_books), Shop(shared_books), backwards)


@given(mails())
@settings(STEADY, max_examples=variants(6))
def test_a_town_told_again_changes_nothing(shared_books: Books, mail: Mail) -> None:
    shop = Shop(shared_books)
    shop.take_in_turn(mail.batches)
    check_again_changes_nothing(shop, mail.batches)


def test_the_towns_leave_no_table_and_no_measure_untold(shared_books: Books) -> None:
    """The property above is only worth what its towns contain."""
    filled, measures, outcomes, found = set(), set(), set(), set()
    for seed in range(60):
        shop = Shop(shared_books)
        shop.take(*Town(seed).objects)
        shown = shop.everything()
        filled |= {name for name, rows in shown.items() if rows}
        measures |= {row["measure"] for row in shown["daily_totals"]}
        outcomes |= {(row["status"], row["outcome"]) for row in shown["payments"]}
        found |= odd_ones(shown)
    assert filled == {*PROJECTIONS, *TOTALS, "clients"}
    assert measures == {
        "collected", "returned", "refunds", "disputes", "fees", "net", "paid_out", "adjusted", "converted",
        "succeeded", "failed", "invoiced", "tips", "stored_value", "stored_refunds",
    }  # fmt: skip
    assert {outcome for _, outcome in outcomes} == {"succeeded", "failed", "open", "left"}
    assert found == {
        "fee part", "capture part", "return part", "given up", "taken", "given back", "client of the order",
        "client of the bill",
    }  # fmt: skip


def odd_ones(shown: dict[str, list[dict[str, Any]]]) -> set[str]:
    """Which of the rarer things there are among a shop's rows."""
    named = {row["external_id"]: row["client_ref"] for row in shown["payment_attempts"]}
    ordered = {row["external_id"]: row["client_link_id"] for row in shown["orders"]}
    found = {f"{row['kind']} part" for row in shown["payment_parts"]}
    found |= {"given up" for row in shown["refunds"] if row["status"] == "succeeded" and row["refunded_day"] is None}
    found |= {"taken" for row in shown["disputes"] if row["withdrawn_day"]}
    found |= {"given back" for row in shown["disputes"] if row["reversed_day"]}
    for row in shown["payments"]:
        if row["order_ref"] and row["client_link_id"] and not named.get(row["external_id"]):
            found.add("client of the order" if ordered.get(row["order_ref"]) else "client of the bill")
    return found


def test_a_wrong_total_would_be_noticed(books: Books) -> None:
    shop = Shop(books)
    shop.take(*Town(3).objects)
    check_recount(shop)
    with books.write() as writer:
        writer.connection.exec_driver_sql("UPDATE daily_totals SET amount = amount + 1 WHERE measure = 'net'")
    with pytest.raises(AssertionError):
        check_recount(shop)
