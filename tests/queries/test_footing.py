"""What figures rest on: complete up to when, since which day, and what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, update

from desktop.books.tables import Bookmark, Integration
from desktop.books.tables.base import table_of
from desktop.queries.footing import FIGURE_STREAMS, Footing, Gap, read_footing
from tests.worlds import World


def mark(world: World, account: int, stream: str, through: int | None, **facts: Any) -> None:
    row = {
        "integration_id": account, "stream": stream, "feed": stream, "state": "complete", "complete_through": through,
        "parent": "", "pass_kind": "", "pass_clean": True, "usable": True, "seen": 1, "error": "", "notes": [],
        "updated_at": 0,
    }  # fmt: skip
    with world.books.write() as writer:
        writer.connection.execute(insert(table_of(Bookmark)).values(row | facts))


def footing(world: World) -> Footing:
    with world.books.read() as connection:
        return read_footing(connection)


@pytest.fixture
def account(world: World) -> int:
    """An account whose every stream is complete up to 5000."""
    made = world.account()
    for stream in FIGURE_STREAMS:
        mark(world, made, stream, 5_000)
    return made


def test_the_promise_is_the_least_of_all_feeds(world: World, account: int) -> None:
    mark(world, account, "payments", 4_000, feed="payments of the counter")
    assert footing(world) == Footing(4_000, None, ())


def test_the_event_feed_and_the_search_for_what_is_gone_promise_nothing(world: World, account: int) -> None:
    mark(world, account, "events", 1_000, feed="events")
    mark(world, account, "payments", None, feed="unseen:payments")
    assert footing(world).complete_through == 5_000


def test_a_stream_that_was_never_complete_leaves_no_promise(world: World, account: int) -> None:
    mark(world, account, "payouts", None, state="running")
    assert footing(world).complete_through is None


def test_streams_that_were_never_asked_for_leave_no_promise(world: World) -> None:
    mark(world, world.account(), "clients", 5_000)
    assert footing(world).complete_through is None


def test_what_may_not_be_read_is_named_and_does_not_hold_the_rest_back(world: World, account: int) -> None:
    mark(world, account, "disputes", None, state="not_permitted")
    assert footing(world) == Footing(5_000, None, (Gap(account, "stripe", "disputes", "not_permitted"),))


def test_cut_off_history_says_since_when(world: World, account: int) -> None:
    mark(world, account, "payouts", 5_000, since_day="2025-01-01")
    assert footing(world).since_day == "2025-01-01"


def test_a_disconnected_account_holds_nothing_back(world: World, account: int) -> None:
    mark(world, world.account(), "clients", None)
    assert footing(world).complete_through is None
    with world.books.write() as writer:
        gone = update(table_of(Integration)).where(table_of(Integration).c.id != account)
        writer.connection.execute(gone.values(status="disconnected"))
    assert footing(world).complete_through == 5_000
