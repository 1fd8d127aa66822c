"""Changes that no event feed tells of: since the last change, since creation, by reading again, for each parent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from desktop.books.tables import (
    BalanceEntry,
    Client,
    Dispute,
    Integration,
    IntegrationData,
    InventoryCount,
    Order,
    Payment,
    Payout,
    Refund,
)
from desktop.books.tables.base import table_of
from desktop.providers.contract import NotPermitted, Unreachable
from desktop.records import Deletion, RefundRecord
from desktop.sync.changes import OVERLAP_MS
from desktop.sync.lease import EXPIRES_MS
from tests.helpers.patience import PROPERTY_S
from tests.helpers.variants import variants
from tests.sync.comparing import picture
from tests.sync.conftest import Desk, make_desk
from tests.sync.test_kill import Killed, Killer
from tests.sync.worlds import DAY, FOLLOWED, NOW, Asked, FakeProvider, FakeReader, World, add_place, open_shop, take

CLOSED = NotPermitted("Not permitted", "There is no event feed.", "")
REFUSED = NotPermitted("Not permitted", "The token may not read locations.", "Give it the permission.")
UNREACHABLE = Unreachable("Not reached", "It could not be reached.", "Check the connection.")
HOUR = 3_600_000


def read_by(world: World, **how: int) -> FakeReader:
    """A reader without an event feed."""
    reader = FakeReader(world, **how)
    reader.refuse["events"] = CLOSED
    return reader


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Books whose provider has no events."""
    made = make_desk(tmp_path)
    made.provider = FakeProvider(streams=FOLLOWED)
    yield made
    made.books.close()


@pytest.fixture
def world(desk: Desk) -> World:
    """A shop that was synced once, an hour ago."""
    made = open_shop(World(), 24)
    desk.sync(read_by(made))
    made.now += HOUR
    return made


def switch(desk: Desk, on: bool) -> None:
    with desk.books.write() as writer:
        writer.connection.execute(update(table_of(Integration)).values(config={"sync_inventory": on}))


def through(desk: Desk, stream: str) -> int:
    found = desk.status()[stream].complete_through
    assert found is not None
    return found


def asked(reader: FakeReader, feed: str) -> list[Asked]:
    return [one for one in reader.asked if one.feed == feed]


def errors(desk: Desk, reader: FakeReader) -> dict[str, tuple[str, ...]]:
    return {stream.name: stream.errors for stream in desk.sync(reader).streams if stream.errors}


def test_a_first_sync_reads_everything_for_every_parent(desk: Desk, world: World) -> None:
    assert {one.state for one in desk.status().values()} == {"complete"}
    for model, kind in ((Order, "order"), (Payment, "payment_intent"), (Refund, "refund"), (Payout, "payout"),
                        (BalanceEntry, "balance_transaction"), (Dispute, "dispute")):  # fmt: skip
        assert desk.rows(model, "external_id") == sorted(world.objects[kind])


def test_syncing_again_changes_nothing(desk: Desk, world: World) -> None:
    before = picture(desk.books)
    report = desk.sync(read_by(world))
    assert report.kind == "changes"
    assert {one.name for one in report.streams if one.created or one.updated or one.deleted} == set()
    assert picture(desk.books) == before


# --- the schedule's syncs, which leave out what follows less often --------------------------------------------------

SELDOM = 6
LESS_OFTEN = tuple(
    replace(stream, every_hours=SELDOM)
    if stream.name in ("clients", "disputes")
    else replace(stream, lookback_every_hours=SELDOM)
    if stream.lookback_days or stream.parent_days
    else stream
    for stream in FOLLOWED
)


@pytest.fixture
def seldom(desk: Desk, world: World) -> World:
    """The shop an hour after its first sync, of whose lists some follow less often from now on."""
    desk.provider = FakeProvider(streams=LESS_OFTEN)
    return world


def hourly(desk: Desk, world: World, hours: int = 1) -> FakeReader:
    """So many hours go by, each with a sync of the schedule; the reader of the last one."""
    for _ in range(hours):
        world.now += HOUR
        reader = read_by(world)
        assert desk.sync(reader, scheduled=True).exit_status == 0
    return reader


def test_the_schedule_asks_for_a_slow_list_before_it_is_older_than_its_hours(desk: Desk, seldom: World) -> None:
    began = through(desk, "disputes")
    seldom.change("dispute", "dp_002", status="won", changed_at=NOW, silent=True)
    reader = hourly(desk, seldom)
    assert asked(reader, "disputes") == asked(reader, "customers") == []
    assert [one.parent for one in asked(reader, "orders")] == ["loc_1", "loc_2"]
    status = desk.status()
    assert (status["disputes"].state, status["disputes"].complete_through) == ("complete", began)
    assert through(desk, "orders") > began
    reader = hourly(desk, seldom, 3)
    assert len(asked(reader, "disputes")) == len(asked(reader, "customers")) == 1
    assert ("dp_002", "won") in desk.rows(Dispute, "external_id", "status")
    assert through(desk, "disputes") >= seldom.now - HOUR
    assert asked(hourly(desk, seldom), "disputes") == [], "and not again at once"


def test_a_person_gets_everything_at_once(desk: Desk, seldom: World) -> None:
    reader = read_by(seldom)
    desk.sync(reader)
    for feed in ("disputes", "customers"):
        assert len(asked(reader, feed)) == 1
    assert [one for one in asked(reader, "refunds") if one.created_from is not None]


def test_the_schedule_looks_back_as_seldom(desk: Desk, seldom: World) -> None:
    seldom.change("payment_intent", "pay_0000", description="Has a fee now", silent=True)
    seldom.changed["payment_intent", "pay_0000"] = NOW - DAY
    take(seldom, "fresh", "loc_1", seldom.now, 700)
    reader = hourly(desk, seldom)
    assert [one.created_from for one in asked(reader, "payment_intents")] == [None, None]
    assert [one.parent for one in asked(reader, "payout_entries")] == ["po_fresh"], "only of the new payout"
    assert ("pay_0000", "Has a fee now") not in desk.rows(Payment, "external_id", "description")
    kept = through(desk, "balance_entries")
    assert (kept > NOW, desk.status()["balance_entries"].state) == (True, "complete")
    reader = hourly(desk, seldom, 3)
    assert len([one for one in asked(reader, "payment_intents") if one.created_from is not None]) == 2
    assert len(asked(reader, "payout_entries")) > 1
    assert ("pay_0000", "Has a fee now") in desk.rows(Payment, "external_id", "description")
    reader = hourly(desk, seldom)
    assert [one.created_from for one in asked(reader, "payment_intents")] == [None, None]


def test_a_slow_list_that_could_not_be_read_is_tried_at_the_next_sync(desk: Desk, seldom: World) -> None:
    hourly(desk, seldom, 3)
    seldom.now += HOUR
    reader = read_by(seldom)
    reader.refuse["disputes"] = UNREACHABLE
    assert desk.sync(reader, scheduled=True).retry
    assert desk.status()["disputes"].state == "failed"
    assert len(asked(hourly(desk, seldom), "disputes")) == 1
    assert desk.status()["disputes"].state == "complete"


def test_where_nothing_that_was_asked_for_could_be_read_nothing_was_reached(desk: Desk, seldom: World) -> None:
    before = desk.rows(Integration, "last_sync_at")
    seldom.now += HOUR
    desk.books.now = lambda: NOW + DAY
    reader = read_by(seldom)

    def fail(_name: str) -> None:
        raise UNREACHABLE

    reader.before = fail
    assert desk.sync(reader, scheduled=True).outcome == "partial"
    assert desk.rows(Integration, "last_sync_at") == before


def test_what_is_deleted_from_a_slow_list_is_found_within_a_day(desk: Desk, seldom: World) -> None:
    seldom.delete("customer", "cus_004", silent=True)
    hourly(desk, seldom, 24)
    assert ("cus_004", Deletion.STATED) in desk.rows(IntegrationData, "external_id", "deletion")


# --- by the last change ------------------------------------------------------------------------------------------


def test_changes_are_asked_for_since_the_bookmark_less_an_overlap(desk: Desk, world: World) -> None:
    since = {name: through(desk, name) for name in ("clients", "orders")}
    world.change("customer", "cus_003", name="Renamed", silent=True)
    world.change("order", "ord_0020", status="canceled", silent=True)
    reader = read_by(world)
    desk.sync(reader)
    assert asked(reader, "customers") == [Asked("customers", changed_from=since["clients"] - OVERLAP_MS)]
    began = since["orders"] - OVERLAP_MS
    assert asked(reader, "orders") == [Asked("orders", place, changed_from=began) for place in ("loc_1", "loc_2")]
    assert ("cus_003", "Renamed") in desk.rows(Client, "origin_ref", "name")
    assert ("ord_0020", "canceled") in desk.rows(Order, "external_id", "status")
    assert through(desk, "clients") > since["clients"]


def test_what_changed_within_the_overlap_before_the_last_sync_is_not_missed(desk: Desk, world: World) -> None:
    world.change("customer", "cus_001", name="Seen late", silent=True)
    world.changed["customer", "cus_001"] = through(desk, "clients") - OVERLAP_MS + 1000
    desk.sync(read_by(world))
    assert ("cus_001", "Seen late") in desk.rows(Client, "origin_ref", "name")


def test_what_changes_without_saying_so_is_found_by_looking_back(desk: Desk, world: World) -> None:
    for key, days in (("late", 6), ("older", 9)):
        take(world, key, "loc_2", world.now - days * DAY, 700)
    desk.sync(read_by(world))
    world.change("payment_intent", "pay_late", description="Has a fee now", silent=True)
    world.changed["payment_intent", "pay_late"] = NOW - 6 * DAY
    reader = read_by(world)
    began = world.now
    desk.sync(reader)
    assert ("pay_late", "Has a fee now") in desk.rows(Payment, "external_id", "description")
    back = [one for one in asked(reader, "payment_intents") if one.created_from is not None]
    assert [one.parent for one in back] == ["loc_1", "loc_2"]
    assert {one.created_from is not None and one.created_from >= began - 7 * DAY for one in back} == {True}


def test_looking_back_alone_promises_nothing(desk: Desk, world: World) -> None:
    before = through(desk, "refunds")
    reader = read_by(world)

    def fail(name: str) -> None:
        if name == "page refunds":
            raise UNREACHABLE

    reader.before = fail
    report = desk.sync(reader)
    assert [one.created_from is None for one in asked(reader, "refunds")] == [False]
    assert through(desk, "refunds") == before
    assert (desk.status()["refunds"].state, report.retry) == ("failed", True)
    again = read_by(world)
    desk.sync(again)
    assert [one.created_from or one.changed_from for one in asked(again, "refunds")].count(None) == 0, "not all again"
    assert (desk.status()["refunds"].state, through(desk, "refunds") > before) == ("complete", True)


def test_one_that_cannot_be_read_ends_the_promise_but_not_the_changes(desk: Desk, world: World) -> None:
    before = through(desk, "refunds")
    world.put("refund", "re_odd", RefundRecord(1, "usd", "succeeded", world.now - DAY), silent=True)
    world.unmappable["refund", "re_odd"] = "It has a shape that nobody knows."
    world.change("refund", "re_0020", status="failed", silent=True)
    desk.sync(read_by(world))
    assert ("re_0020", "failed") in desk.rows(Refund, "external_id", "status")
    status = desk.status()["refunds"]
    assert (status.state, status.set_aside, status.complete_through) == ("partial", 1, before)
    world.unmappable.clear()
    world.now += 2 * DAY
    desk.sync(read_by(world))
    assert desk.status()["refunds"].state == "complete"
    world.now += HOUR
    desk.sync(read_by(world))
    assert through(desk, "refunds") > before


def test_what_can_be_deleted_is_read_in_full_once_a_day(desk: Desk, world: World) -> None:
    world.vanish("customer", "cus_002")
    desk.sync(read_by(world))
    assert ("cus_002", Deletion.NONE) in desk.rows(IntegrationData, "external_id", "deletion")
    world.now += DAY
    reader = read_by(world)
    desk.sync(reader)
    assert asked(reader, "customers") == [Asked("customers")]
    assert ("cus_002", Deletion.INFERRED) in desk.rows(IntegrationData, "external_id", "deletion")
    reader = read_by(world)
    desk.sync(reader)
    assert [one.changed_from is None for one in asked(reader, "customers")] == [False]


# --- by creation, and by reading again -----------------------------------------------------------------------------


def test_what_is_followed_by_creation_is_listed_from_days_before_the_bookmark(desk: Desk, world: World) -> None:
    since = through(desk, "payouts")
    world.change("payout", "po_0000", status="failed", silent=True)
    reader = read_by(world)
    desk.sync(reader)
    began = since - 14 * DAY
    assert asked(reader, "payouts") == [Asked("payouts", place, began) for place in ("loc_1", "loc_2")]
    assert ("po_0000", "failed") in desk.rows(Payout, "external_id", "status")


def test_a_scan_reads_everything_again_and_sees_what_is_gone(desk: Desk, world: World) -> None:
    world.change("dispute", "dp_001", status="won", silent=True)
    world.vanish("dispute", "dp_003")
    reader = read_by(world)
    report = desk.sync(reader)
    assert asked(reader, "disputes") == [Asked("disputes")]
    assert ("dp_001", "won") in desk.rows(Dispute, "external_id", "status")
    assert ("dp_003", Deletion.INFERRED) in desk.rows(IntegrationData, "external_id", "deletion")
    assert [one.deleted for one in report.streams if one.name == "disputes"] == [1]


def test_a_scan_that_was_cut_short_concludes_nothing_and_is_resumed(desk: Desk, world: World) -> None:
    world.vanish("dispute", "dp_003")
    reader = read_by(world, size=2)
    pages = iter((None, UNREACHABLE))

    def fail(name: str) -> None:
        error = next(pages, None) if name == "page disputes" else None
        if error is not None:
            raise error

    reader.before = fail
    desk.sync(reader)
    assert desk.status()["disputes"].state == "failed"
    assert ("dp_003", Deletion.NONE) in desk.rows(IntegrationData, "external_id", "deletion")
    reader = read_by(world, size=2)
    desk.sync(reader)
    assert asked(reader, "disputes") == []
    assert desk.status()["disputes"].state == "complete"
    assert ("dp_003", Deletion.INFERRED) in desk.rows(IntegrationData, "external_id", "deletion")


def test_a_scan_that_could_not_read_all_takes_nothing_for_gone(desk: Desk, world: World) -> None:
    before = through(desk, "disputes")
    world.change("dispute", "dp_001", status="won", silent=True)
    world.unmappable["dispute", "dp_001"] = "It has a shape that nobody knows."
    desk.sync(read_by(world))
    assert ("dp_001", Deletion.NONE) in desk.rows(IntegrationData, "external_id", "deletion")
    status = desk.status()["disputes"]
    assert (status.state, status.complete_through) == ("partial", before)


# --- parents -----------------------------------------------------------------------------------------------------


def test_only_recent_parents_are_asked_again_where_a_stream_says_so(desk: Desk, world: World) -> None:
    recent = [ref for ref, one in world.objects["payout"].items() if one and one.created_at >= world.now - 30 * DAY]
    reader = read_by(world)
    desk.sync(reader)
    assert {one.parent for one in asked(reader, "payout_entries")} == set(recent)
    assert 0 < len(recent) < len(world.objects["payout"])


def test_a_payout_that_is_new_brings_its_entries(desk: Desk, world: World) -> None:
    take(world, "new", "loc_1", world.now - HOUR, 900)
    desk.sync(read_by(world))
    assert "poe_new" in desk.rows(BalanceEntry, "external_id")
    assert "ord_new" in desk.rows(Order, "external_id")


def open_later(world: World) -> None:
    """A place becomes visible that is older than the last sync, with a past and a payout of long ago."""
    add_place(world, "loc_0", NOW - 300 * DAY)
    for index in range(4):
        take(world, f"old{index}", "loc_0", NOW - (100 + index) * DAY, 5000, refunded=False)


def test_a_place_that_appears_later_brings_its_whole_past(desk: Desk, world: World) -> None:
    open_later(world)
    desk.sync(read_by(world))
    for model, kind in ((Order, "order"), (Payment, "payment_intent"), (Payout, "payout"),
                        (BalanceEntry, "balance_transaction")):  # fmt: skip
        assert desk.rows(model, "external_id") == sorted(world.objects[kind]), kind
    reader = read_by(world)
    desk.sync(reader)
    began = [one for one in reader.asked if one.parent == "loc_0" and one.changed_from == one.created_from]
    assert began == []


def test_a_place_that_appears_later_is_read_to_its_end_however_often_it_is_cut_short(desk: Desk, world: World) -> None:
    open_later(world)
    before = through(desk, "orders")
    for _ in range(2):
        reader = read_by(world, size=1)
        pages = iter((None, None, UNREACHABLE))

        def fail(name: str, pages: Iterator[Unreachable | None] = pages) -> None:
            error = next(pages, None) if name == "page orders" else None
            if error is not None:
                raise error

        reader.before = fail
        desk.sync(reader)
        assert len([ref for ref in desk.rows(Order, "external_id") if ref.startswith("ord_old")]) == 2
        assert through(desk, "orders") == before
    desk.sync(read_by(world, size=1))
    assert desk.rows(Order, "external_id") == sorted(world.objects["order"])


def test_a_place_that_appears_later_keeps_to_the_day_that_history_stops_at(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    desk.provider = FakeProvider(streams=FOLLOWED)
    world = open_shop(World(), 24)
    desk.sync(read_by(world), since="2026-02-16")
    open_later(world)
    desk.sync(read_by(world))
    late = {ref for ref in desk.rows(Payment, "external_id") if ref.startswith("pay_old")}
    assert late == {"pay_old0", "pay_old1"}, "the others are of 15 February and before"
    assert len([ref for ref in desk.rows(Order, "external_id") if ref.startswith("ord_old")]) == 4
    desk.books.close()


def test_a_place_that_appears_during_the_first_sync_is_not_missed(desk: Desk) -> None:
    world = open_shop(World(), 24)
    reader = read_by(world)

    def before(name: str) -> None:
        if name == "page orders" and "loc_0" not in world.objects["location"]:
            open_later(world)

    reader.before = before
    desk.sync(reader)
    assert through(desk, "orders") <= through(desk, "locations")
    desk.sync(read_by(world))
    for model, kind in ((Order, "order"), (Payment, "payment_intent"), (Payout, "payout")):
        assert desk.rows(model, "external_id") == sorted(world.objects[kind])


@pytest.mark.parametrize(("error", "state"), [(REFUSED, "not_permitted"), (UNREACHABLE, "failed")])
def test_what_is_read_for_each_place_is_as_good_as_the_places(desk: Desk, error: Exception, state: str) -> None:
    world = open_shop(World(), 12)
    reader = read_by(world)
    reader.refuse["locations"] = error
    desk.sync(reader)
    status = desk.status()
    for name in ("orders", "payments", "payouts", "balance_entries"):
        assert status[name].state == state, name
        assert "which could not be read" in status[name].error
        assert status[name].complete_through is None
    assert {status[name].state for name in ("clients", "refunds", "disputes")} == {"complete"}
    desk.sync(read_by(world))
    assert {one.state for one in desk.status().values()} == {"complete"}
    assert desk.rows(Order, "external_id") == sorted(world.objects["order"])


def test_places_that_are_forbidden_later_close_what_is_read_for_them(desk: Desk, world: World) -> None:
    reader = read_by(world)
    reader.refuse["locations"] = REFUSED
    said = errors(desk, reader)
    assert "locations" in said["orders"][0]
    assert {desk.status()[name].state for name in ("locations", "orders", "payments", "payouts")} == {"not_permitted"}
    desk.sync(read_by(world))
    assert {one.state for one in desk.status().values()} == {"complete"}


def test_places_that_cannot_be_reached_leave_the_promises_of_the_rest_as_they_were(desk: Desk, world: World) -> None:
    before = {name: through(desk, name) for name in ("orders", "payments", "payouts", "balance_entries")}
    open_later(world)
    reader = read_by(world)
    reader.refuse["locations"] = UNREACHABLE
    report = desk.sync(reader)
    assert (report.retry, report.exit_status) == (True, 1)
    assert {name: through(desk, name) for name in before} == before
    desk.sync(read_by(world))
    assert desk.rows(Order, "external_id") == sorted(world.objects["order"])


# --- switches ----------------------------------------------------------------------------------------------------


def test_a_stream_behind_a_switch_is_read_only_while_it_is_on(desk: Desk, world: World) -> None:
    assert "inventory_counts" not in desk.status()
    reader = read_by(world)
    report = desk.sync(reader)
    assert asked(reader, "inventory_counts") == []
    assert "inventory_counts" not in {stream.name for stream in report.streams}
    switch(desk, True)
    assert desk.status()["inventory_counts"].state == "never"
    reader = read_by(world)
    desk.sync(reader)
    assert asked(reader, "inventory_counts")[0] == Asked("inventory_counts")
    assert len(desk.rows(InventoryCount, "external_id")) == 5
    switch(desk, False)
    reader = read_by(world)
    desk.sync(reader)
    assert asked(reader, "inventory_counts") == []
    assert "inventory_counts" not in desk.status()
    assert len(desk.rows(InventoryCount, "external_id")) == 5


def test_switched_on_again_it_goes_on_from_its_bookmark(desk: Desk, world: World) -> None:
    switch(desk, True)
    desk.sync(read_by(world))
    since = through(desk, "inventory_counts")
    switch(desk, False)
    world.now += HOUR
    world.change("inventory_count", "item_1:loc_2:in_stock", quantity="77", silent=True)
    desk.sync(read_by(world))
    switch(desk, True)
    reader = read_by(world)
    desk.sync(reader)
    assert asked(reader, "inventory_counts") == [Asked("inventory_counts", changed_from=since - OVERLAP_MS)]
    assert "77" in desk.rows(InventoryCount, "quantity")


# --- kills -------------------------------------------------------------------------------------------------------


def happenings(world: World) -> Sequence[Callable[[], None]]:
    """What happens at the provider between syncs."""
    return (
        lambda: world.change("customer", "cus_003", name="Renamed", silent=True),
        lambda: open_later(world),
        lambda: take(world, "new1", "loc_1", NOW - 5000, 777, changed=world.now),
        lambda: world.change("order", "ord_0007", status="canceled", silent=True),
        lambda: world.change("dispute", "dp_002", status="won", changed_at=NOW - 1000, silent=True),
        lambda: take(world, "new2", "loc_2", NOW - 9000, 888, changed=world.now),
    )


def undisturbed(home: Path) -> dict[str, list[tuple[object, ...]]]:
    desk = make_desk(home)
    desk.provider = FakeProvider(streams=FOLLOWED)
    world = open_shop(World(), 12)
    for happen in happenings(world):
        happen()
    desk.sync(read_by(world))
    said = picture(desk.books, observed=False)
    desk.books.close()
    return said


@pytest.mark.timeout(PROPERTY_S)
@settings(max_examples=variants(4), deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(
    kills=st.lists(st.integers(0, 60), min_size=2, max_size=8),
    order=st.sampled_from(["newest", "oldest", "mixed"]),
    first=st.booleans(),
)
def test_any_kills_give_the_same_books(kills: list[int], order: str, first: bool) -> None:
    """Row for row, killed in the first sync or in those that follow, with changes and a new place in between."""
    with tempfile.TemporaryDirectory() as folder:
        homes = [Path(folder, name) for name in ("whole", "killed")]
        for home in homes:
            home.mkdir()
        expected = undisturbed(homes[0])
        time = [NOW]
        desk = make_desk(homes[1], clock=time)
        desk.provider = FakeProvider(streams=FOLLOWED)
        world = open_shop(World(order=order), 12)
        if not first:
            desk.sync(read_by(world))
        left = list(happenings(world))
        for after in kills:
            world.now += HOUR
            if left:
                left.pop(0)()
            reader = read_by(world)
            killer = Killer(desk, reader, after)
            try:
                desk.sync(reader)
            except Killed:
                time[0] += EXPIRES_MS
            killer.restore()
        while left:
            left.pop(0)()
        world.now += 60_000
        desk.sync(read_by(world))
        said = picture(desk.books, observed=False)
        desk.books.close()
    for table, rows in expected.items():
        assert said[table] == rows, table
