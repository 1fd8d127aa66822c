"""What journals sum up, whichever provider is played."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import ClassVar
from zoneinfo import ZoneInfo

from desktop.sandbox.journal import Journal, Standing, as_of, counted, in_order, month_end, standing

NEW_YORK = ZoneInfo("America/New_York")
NOON = int(datetime(2026, 11, 23, 17, tzinfo=UTC).timestamp())


def noted(at: int, invoice: str, left: int) -> Standing:
    return Standing(at, invoice, "usd", ((None, left),))


def test_an_invoice_stands_as_it_was_noted_last_before_the_instant() -> None:
    every = [noted(1, "a", 10), noted(1, "b", 20), noted(2, "a", 5), noted(3, "a", 0)]
    assert standing(every, 3) == [noted(2, "a", 5), noted(1, "b", 20)]
    assert standing(every, 1) == []


def test_amounts_are_counted_by_currency() -> None:
    assert counted([("usd", 5), ("eur", 1), ("usd", 7)]) == {
        "usd": {"count": 2, "amount": 12},
        "eur": {"count": 1, "amount": 1},
    }


def test_a_month_ends_at_midnight_of_the_zone_or_with_the_present() -> None:
    assert month_end("2026-10", NEW_YORK, NOON) == datetime(2026, 11, 1, tzinfo=NEW_YORK).timestamp()
    assert month_end("2026-11", NEW_YORK, NOON) == NOON + 1


def test_figures_are_in_the_order_of_their_months_and_currencies() -> None:
    mixed = {"2026-11": {"usd": {"net": 1}, "eur": {"net": 2}}, "2026-10": {"usd": {"net": 3}}}
    assert [(month, list(currencies)) for month, currencies in in_order(mixed).items()] == [
        ("2026-10", ["usd"]),
        ("2026-11", ["eur", "usd"]),
    ]


def test_summaries_name_their_instant_in_utc() -> None:
    assert as_of(NOON) == "2026-11-23T17:00:00Z"


class Shop(Journal):
    kinds = ("collected", "fees", "net")
    in_net: ClassVar[Mapping[str, int]] = {"collected": 1, "fees": -1}


def test_money_is_summed_by_month_and_location() -> None:
    journal = Shop(NEW_YORK)
    journal.note("collected", NOON, "usd", 500, "a", "here")
    journal.note("fees", NOON, "usd", 20, "a", "here")
    journal.note("collected", NOON, "usd", 70, "b", "there")
    journal.attempt("a", NOON, "usd", "waiting", "here")
    journal.attempt("a", NOON + 60, "usd", "succeeded", "here")
    figures = journal.summary(NOON)["months"]["2026-11"]["usd"]
    assert (figures["collected"], figures["net"], figures["payments_succeeded"]) == (570, 550, 1)
    assert journal.months("there")["2026-11"]["usd"]["net"] == 70
    assert journal.months("there")["2026-11"]["usd"]["payments_succeeded"] == 0


def test_an_open_invoice_is_overdue_with_the_parts_that_are() -> None:
    journal = Shop(NEW_YORK)
    journal.stand(NOON, "a", "usd", [(date(2026, 11, 1), 30), (date(2026, 12, 1), 70)])
    journal.stand(NOON, "b", "usd", [(None, 5)])
    journal.stand(NOON, "c", "usd", [])
    told = journal.summary(NOON)
    assert told["outstanding"] == {"usd": {"count": 2, "amount": 105}}
    assert told["overdue"] == {"usd": {"count": 1, "amount": 30}}
