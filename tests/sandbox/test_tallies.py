"""What both journals sum up alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from desktop.sandbox.tallies import as_of, counted, in_order, month_end, standing

NEW_YORK = ZoneInfo("America/New_York")
NOON = int(datetime(2026, 11, 23, 17, tzinfo=UTC).timestamp())


@dataclass(frozen=True)
class Noted:
    at: int
    invoice: str
    left: int


def test_an_invoice_stands_as_it_was_noted_last_before_the_instant() -> None:
    noted = [Noted(1, "a", 10), Noted(1, "b", 20), Noted(2, "a", 5), Noted(3, "a", 0)]
    assert standing(noted, 3) == [Noted(2, "a", 5), Noted(1, "b", 20)]
    assert standing(noted, 1) == []


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
