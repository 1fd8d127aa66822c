"""Passes side by side: what is read at a time, what waits for what, and which goes in first."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest

from desktop.books.tables import Bookmark, Payment
from desktop.errors import CancelledError
from desktop.providers.contract import Feed, NotPermitted, Page, Stream, Unreachable
from desktop.records import Changes
from desktop.sync.passes import SIDE_BY_SIDE
from tests.helpers.patience import PATIENCE_S
from tests.sync.conftest import Desk
from tests.sync.worlds import FOLLOWED, FakeProvider, FakeReader, World, fill, open_shop


class Together(FakeReader):
    """Answers the first pages of some lists only once all of them have been asked for."""

    def __init__(self, world: World, feeds: Sequence[str]) -> None:
        super().__init__(world)
        self._feeds = set(feeds)
        self._all = threading.Barrier(len(feeds))

    def page(self, stream: Stream, feed: Feed, **wanted: Any) -> Page:
        if feed.name in self._feeds and wanted["cursor"] is None:
            self._all.wait(PATIENCE_S)
        return super().page(stream, feed, **wanted)


class Crowd(Together):
    """Knows how many pages were asked for at a time."""

    def __init__(self, world: World, feeds: Sequence[str]) -> None:
        super().__init__(world, feeds)
        self._counting = threading.Lock()
        self._asked = self.most = 0

    def page(self, stream: Stream, feed: Feed, **wanted: Any) -> Page:
        with self._counting:
            self._asked += 1
            self.most = max(self.most, self._asked)
        try:
            return super().page(stream, feed, **wanted)
        finally:
            with self._counting:
                self._asked -= 1


class Patient(list[Changes]):
    """Whoever is told of the first commit of clients waits until second pages of some lists were asked for."""

    def __init__(self, reader: FakeReader, feeds: Sequence[str]) -> None:
        super().__init__()
        self._left = set(feeds)
        self._there = threading.Event()
        reader.before = self._before
        self._reader = reader

    def _before(self, name: str) -> None:
        if self._reader.calls.count(name) == 2:
            self._left.discard(name.removeprefix("page "))
        if not self._left:
            self._there.set()

    def append(self, told: Changes) -> None:
        super().append(told)
        if "clients" in told.kinds:
            assert self._there.wait(PATIENCE_S)


def test_lists_that_do_not_depend_on_each_other_are_asked_for_at_the_same_time(desk: Desk) -> None:
    reader = Together(fill(World(), 5), ["customers", "products", "invoices", "charges"])
    assert desk.sync(reader).outcome == "done"
    assert len(desk.rows(Payment, "external_id")) == 5


def test_no_more_than_some_are_and_each_page_once(desk: Desk) -> None:
    first = [feed.name for stream in desk.provider.streams for feed in stream.feeds][:SIDE_BY_SIDE]
    reader = Crowd(fill(World(), 40), first)
    desk.sync(reader)
    assert reader.most == SIDE_BY_SIDE
    assert reader.calls.count("page charges") == 14


def test_where_nobody_has_answered_yet_one_list_is_asked_for(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 5))
    reader.refuse["events"] = Unreachable("Not reached", "No answer.", "")
    reader.refuse["customers"] = Unreachable("Not reached", "No answer.", "")
    reader.refuse["products"] = Unreachable("Not reached", "No answer.", "")
    report = desk.sync(reader)
    assert reader.calls == ["events", "page customers", "page products"]
    assert {stream.state for stream in report.streams} == {"failed"}


def test_of_what_lies_ready_the_earlier_list_goes_in_first(desk: Desk) -> None:
    desk.provider = FakeProvider(
        streams=(
            Stream("clients", (Feed("customers", "customer"),)),
            Stream("balance_entries", (Feed("balance_transactions", "balance_transaction"),), recheck="created"),
            Stream("payments", (Feed("charges", "charge"),)),
        )
    )
    reader = FakeReader(fill(World(), 3), size=1)
    desk.changes = Patient(reader, ["balance_transactions", "charges"])
    desk.sync(reader)
    tables = [kind for told in desk.changes for kind in sorted(told.kinds)]
    assert tables.index("balance_entries") < tables.index("payments")


def test_a_list_for_each_object_of_another_one_begins_when_that_has_ended(desk: Desk) -> None:
    desk.provider = FakeProvider(streams=FOLLOWED)
    world = open_shop(World(), 12)
    reader = FakeReader(world, size=2)
    desk.sync(reader)
    calls = reader.calls
    last_location = max(number for number, call in enumerate(calls) if call == "page locations")
    assert all(
        number > last_location for number, call in enumerate(calls) if call in ("page orders", "page payment_intents")
    )
    last_payout = max(number for number, call in enumerate(calls) if call == "page payouts")
    entries = [number for number, call in enumerate(calls) if call == "page payout_entries"]
    assert entries
    assert min(entries) > last_payout


def test_one_list_that_may_not_be_read_holds_up_no_other(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 9))
    reader.refuse["charges"] = NotPermitted("Not permitted", "The key does not allow it.", "")
    desk.sync(reader)
    states = dict(desk.rows(Bookmark, "feed", "state"))
    assert states.pop("charges") == "not_permitted"
    assert set(states.values()) == {"complete"}


@pytest.mark.parametrize("at", [3, 11, 24])
def test_a_sync_that_is_stopped_anywhere_goes_on_with_every_list_where_it_was(desk: Desk, at: int) -> None:
    world = fill(World(), 30)
    reader = FakeReader(world)

    def before(_name: str) -> None:
        if len(reader.calls) == at:
            desk.cancel.set()

    reader.before = before
    with pytest.raises(CancelledError):
        desk.sync(reader)
    assert not any(thread.is_alive() for thread in reader.threads)
    marks = {row[0]: row[1:] for row in desk.rows(Bookmark, "feed", "seen", "state", "cursor")}
    desk.cancel.clear()
    again = FakeReader(world)
    desk.sync(again)
    assert len(desk.rows(Payment, "external_id")) == 30
    pages = -(-30 // 3)
    seen = marks["charges"][0]
    assert again.calls.count("page charges") == pages - seen // 3
    for feed, (_, state, _) in marks.items():
        if state == "complete" and feed != "events":
            assert f"page {feed}" not in again.calls
