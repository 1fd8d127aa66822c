"""Cursors: good for one query, for five minutes."""

from __future__ import annotations

import base64

import pytest

from desktop.sandbox.launch import RunningSquare
from tests.sandbox.square.conftest import Wire, code_of


def test_pages_neither_overlap_nor_leave_out(reading: Wire) -> None:
    pages = reading.pages("payments", "payments", limit=50)
    ids = [one["id"] for page in pages for one in page]
    assert len(pages) > 5
    assert {len(page) for page in pages[:-1]} == {50}
    assert len(ids) == len(set(ids))
    assert ids == [one["id"] for one in reading.all("payments", "payments", limit=100)]
    assert ids[::-1] == [one["id"] for one in reading.all("payments", "payments", sort_order="ASC")]


def test_a_limit_above_the_most_is_ignored(reading: Wire) -> None:
    assert len(reading.get("payments", limit=5000).json()["payments"]) == 100


@pytest.mark.parametrize("change", [{"sort_order": "ASC"}, {"begin_time": "2026-05-01T00:00:00Z"}])
def test_a_cursor_is_for_its_own_query(reading: Wire, change: dict[str, str]) -> None:
    cursor = reading.get("payments", limit=5).json()["cursor"]
    assert reading.get("payments", limit=5, cursor=cursor).status_code == 200
    answer = reading.get("payments", limit=5, cursor=cursor, **change)
    assert (answer.status_code, code_of(answer)) == (400, "INVALID_CURSOR")
    assert answer.json()["errors"][0]["field"] == "cursor"


def test_a_cursor_is_for_its_own_list(reading: Wire) -> None:
    cursor = reading.get("payments", limit=5).json()["cursor"]
    assert code_of(reading.get("refunds", limit=5, cursor=cursor)) == "INVALID_CURSOR"


@pytest.mark.parametrize("cursor", ["nonsense", "AAAA", base64.urlsafe_b64encode(b"12345678[]").decode()])
def test_an_invented_cursor(reading: Wire, cursor: str) -> None:
    assert code_of(reading.get("payments", cursor=cursor)) == "INVALID_CURSOR"


def test_a_cursor_dies_after_five_minutes(shop: RunningSquare, wire: Wire) -> None:
    cursor = wire.get("payments", limit=5).json()["cursor"]
    shop.clock.advance(240)
    assert wire.get("payments", limit=5, cursor=cursor).status_code == 200
    shop.clock.advance(70)
    assert code_of(wire.get("payments", limit=5, cursor=cursor)) == "INVALID_CURSOR"


def test_cursors_can_be_made_to_die_at_once(shop: RunningSquare, wire: Wire) -> None:
    body = {"location_ids": [shop.main_location_id], "limit": 3}
    cursor = wire.post("orders/search", body).json()["cursor"]
    shop.expire_cursors()
    assert code_of(wire.post("orders/search", body | {"cursor": cursor})) == "INVALID_CURSOR"


def test_an_object_that_changes_between_two_pages_comes_again(shop: RunningSquare, wire: Wire) -> None:
    asked = {"sort_field": "UPDATED_AT", "sort_order": "ASC", "limit": 40}
    first = wire.get("payments", **asked).json()
    moved = next(one["id"] for one in first["payments"] if one["status"] == "COMPLETED" and "card_details" in one)
    shop.do("refund", payment=moved, amount=1)
    rest = wire.all("payments", "payments", **asked, cursor=first["cursor"])
    assert moved in [one["id"] for one in rest]


def test_what_just_happened_can_be_hidden_from_lists_for_a_while(shop: RunningSquare, wire: Wire) -> None:
    shop.lag(30)
    made = shop.do("sale")["id"]
    assert made not in [one["id"] for one in wire.all("payments", "payments")]
    assert wire.get(f"payments/{made}").status_code == 200
    shop.clock.advance(40)
    assert made in [one["id"] for one in wire.all("payments", "payments")]
