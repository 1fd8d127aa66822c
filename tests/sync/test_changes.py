"""What changes between two syncs: events once and in order, retries, closed feeds, old bookmarks, ledger lines."""

from __future__ import annotations

from typing import Any

import pytest

from desktop.books.tables import BalanceEntry, Client, ClientLink, Event, Invoice, Payment, SetAsideObject
from desktop.providers.contract import NotPermitted, ProviderEvent, Unreachable
from desktop.records import BalanceEntryRecord, ClientRecord
from desktop.sync.changes import OVERLAP_MS
from desktop.sync.status import EVENTS_CLOSED
from tests.sync.comparing import picture
from tests.sync.conftest import Desk
from tests.sync.worlds import DAY, NOW, FakeReader, World, fill, sell

CLOSED = NotPermitted("Not permitted", "The key may not read events.", "")


@pytest.fixture
def world(desk: Desk) -> World:
    """A world that was synced once, a while ago."""
    made = fill(World(), 10)
    desk.sync(FakeReader(made))
    made.now += 3_600_000
    return made


def event_states(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.rows(Event, "external_id", "state", "tries", "data")


def test_changes_come_by_events_and_nothing_is_listed_again(desk: Desk, world: World) -> None:
    world.change("customer", "cus_002", name="Renamed")
    world.delete("customer", "cus_003")
    sell(world, "late", "cus_001", world.now, 500, silent=False)
    reader = FakeReader(world)
    report = desk.sync(reader)
    assert {call for call in reader.calls if call.startswith("page")} == {"page balance_transactions since"}
    assert ("cus_002", "Renamed") in desk.rows(Client, "origin_ref", "name")
    assert ("cus_003", True) in desk.rows(ClientLink, "external_id", "deleted")
    assert "pi_late" in desk.rows(Payment, "external_id")
    assert "txn_late" in desk.rows(BalanceEntry, "external_id")
    assert report.kind == "changes"
    counted = {one.name: (one.seen, one.created, one.updated, one.deleted) for one in report.streams if one.seen}
    assert counted["clients"] == (2, 0, 1, 1)
    assert counted["payments"][:2] == (2, 2)


def test_what_changes_during_the_first_sync_comes_right_after_it(desk: Desk) -> None:
    world = fill(World(), 10)
    reader = FakeReader(world)

    def before(name: str) -> None:
        if name == "page payouts" and not world.events:
            world.change("customer", "cus_001", name="Changed while reading")
            sell(world, "during", "cus_001", world.now, 500, silent=False)

    reader.before = before
    desk.sync(reader)
    assert ("cus_001", "Changed while reading") in desk.rows(Client, "origin_ref", "name")
    assert "pi_during" in desk.rows(Payment, "external_id")
    assert "txn_during" in desk.rows(BalanceEntry, "external_id")


def test_an_event_is_processed_once_and_keeps_no_body(desk: Desk, world: World) -> None:
    world.change("customer", "cus_002", name="Renamed")
    desk.sync(FakeReader(world))
    world.now += 60_000
    desk.sync(FakeReader(world))
    assert desk.provider.interpreted == ["evt_00000"]
    assert event_states(desk) == [("evt_00000", "done", 0, None)]


def test_events_of_one_second_are_applied_in_the_order_they_happened(desk: Desk, world: World) -> None:
    world.put("customer", "cus_new", ClientRecord(name="First", created_at=world.now))
    world.change("customer", "cus_new", name="Second")
    desk.sync(FakeReader(world, tick=0))
    assert ("cus_new", "Second") in desk.rows(Client, "origin_ref", "name")


def test_two_changes_in_one_second_are_settled_by_reading_the_object_once(desk: Desk, world: World) -> None:
    world.change("customer", "cus_002", name="One")
    world.change("customer", "cus_002", name="Two")
    reader = FakeReader(world)
    desk.sync(reader)
    assert [call for call in reader.calls if call.startswith("read")] == ["read customer cus_002"]
    assert ("cus_002", "Two") in desk.rows(Client, "origin_ref", "name")
    assert {row[1] for row in event_states(desk)} == {"done"}


def test_an_event_in_another_version_is_read_by_id_once_for_each_object(desk: Desk, world: World) -> None:
    for name in ("A", "B", "C"):
        world.change("customer", "cus_002", name=name)
    world.events[:] = [
        ProviderEvent(one.external_id, one.event_type, one.created_at, "old", one.data_type, one.object_id, one.body)
        for one in world.events
    ]
    reader = FakeReader(world)
    desk.sync(reader)
    assert [call for call in reader.calls if call.startswith("read")] == ["read customer cus_002"]
    assert ("cus_002", "C") in desk.rows(Client, "origin_ref", "name")


def test_an_unknown_kind_of_event_is_done_and_ignored(desk: Desk, world: World) -> None:
    world.tell("tax_rate", "txr_1", "created", {"id": "txr_1"})
    report = desk.sync(FakeReader(world))
    assert event_states(desk) == [("evt_00000", "done", 0, None)]
    assert report.exit_status == 0


def test_a_broken_event_does_not_stop_the_others_and_is_tried_again(
    desk: Desk, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.tell("customer", "cus_002", "updated", {"id": "cus_002", "unheard_of": 1})
    world.change("customer", "cus_001", name="Good")
    through = desk.status()["clients"].complete_through
    report = desk.sync(FakeReader(world))
    assert "evt_00000" in caplog.text
    caplog.clear()
    assert [row[:3] for row in event_states(desk)] == [("evt_00000", "failed", 1), ("evt_00001", "done", 0)]
    assert ("cus_001", "Good") in desk.rows(Client, "origin_ref", "name")
    assert desk.status()["clients"].complete_through == through
    assert (report.exit_status, report.retry) == (1, True)
    world.change("customer", "cus_002", name="Mended", silent=True)
    world.now += 60_000
    report = desk.sync(FakeReader(world))
    assert {row[1] for row in event_states(desk)} == {"done"}
    assert ("cus_002", "Mended") in desk.rows(Client, "origin_ref", "name")
    assert report.exit_status == 0
    assert (desk.status()["clients"].complete_through or 0) > (through or 0)


def test_an_event_is_tried_three_times_then_shown_and_done_once_its_object_is_read_well(
    desk: Desk, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.tell("customer", "cus_002", "updated", {"id": "cus_002", "unheard_of": 1})

    def break_off(name: str) -> None:
        if name == "read customer cus_002":
            raise TypeError("a shape that nobody expects")

    tried = []
    for _ in range(5):
        reader = FakeReader(world)
        reader.before = break_off
        report = desk.sync(reader)
        clients = desk.status()["clients"]
        tried.append((event_states(desk)[0][2], report.retry, clients.state, clients.set_aside))
        world.now += 60_000
    assert tried == [(1, True, "complete", 0), (2, True, "complete", 0)] + [(3, False, "partial", 1)] * 3
    through = clients.complete_through
    reasons = desk.rows(SetAsideObject, "external_id", "reason")
    assert reasons == [
        (
            "cus_002",
            "What the event evt_00000 told could not be taken in: It could not be processed (TypeError).",
        )
    ]
    caplog.clear()
    world.now += DAY
    world.change("customer", "cus_002", name="Mended", silent=True)
    assert desk.sync(FakeReader(world)).exit_status == 0
    assert ("cus_002", "Mended") in desk.rows(Client, "origin_ref", "name")
    assert desk.rows(SetAsideObject, "external_id") == []
    desk.sync(FakeReader(world))
    assert [row[:2] for row in event_states(desk)] == [("evt_00000", "done")]
    assert (desk.status()["clients"].complete_through or 0) > (through or 0)


def test_what_breaks_again_when_it_is_read_after_a_day_keeps_nothing_else_from_being_read(
    desk: Desk, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    for ref in ("cus_002", "cus_003"):
        world.tell("customer", ref, "updated", {"id": ref, "unheard_of": 1})

    def break_off(name: str) -> None:
        if name == "read customer cus_002" or (name.startswith("read customer") and not mended):
            raise TypeError("a shape that nobody expects")

    mended = False
    for wait in (60_000, 60_000, DAY + 60_000, 60_000):
        reader = FakeReader(world)
        reader.before = break_off
        desk.sync(reader)
        mended = wait > DAY
        world.now += wait
    caplog.clear()
    assert desk.rows(SetAsideObject, "external_id") == ["cus_002"]


def test_an_event_whose_object_cannot_be_reached_waits_and_the_others_go_on(desk: Desk, world: World) -> None:
    world.change("customer", "cus_002", name="One")
    world.change("customer", "cus_002", name="Two")
    world.change("customer", "cus_001", name="Good")
    reader = FakeReader(world)
    reader.refuse["read customer"] = Unreachable("Not reached", "No answer.", "")
    report = desk.sync(reader)
    assert ("cus_001", "Good") in desk.rows(Client, "origin_ref", "name")
    assert report.exit_status == 1
    desk.sync(FakeReader(world))
    assert ("cus_002", "Two") in desk.rows(Client, "origin_ref", "name")
    assert {row[1] for row in event_states(desk)} == {"done"}


def test_secrets_in_an_event_never_reach_the_inbox(desk: Desk, world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.tell("customer", "cus_002", "updated", {"id": "cus_002", "client_secret": "seti_1_secret_abc", "odd": 1})
    desk.sync(FakeReader(world))
    caplog.clear()
    from desktop.books.packing import unpack

    (_, state, _, data) = event_states(desk)[0]
    assert state == "failed"
    assert unpack(data)["data"]["object"] == {"id": "cus_002", "odd": 1}


def test_complete_through_moves_with_the_events_and_never_back(desk: Desk, world: World) -> None:
    before = desk.status()
    asked = world.now // 1000 * 1000
    desk.sync(FakeReader(world))
    after = desk.status()
    assert after["payments"].complete_through == asked
    world.now -= 2 * DAY
    desk.sync(FakeReader(world))
    for name, status in desk.status().items():
        assert (status.complete_through or 0) >= (after[name].complete_through or 0)
        assert (after[name].complete_through or 0) >= (before[name].complete_through or 0)


def test_an_old_bookmark_means_a_full_sync_by_itself(tmp_path: Any) -> None:
    from tests.sync.conftest import make_desk

    time = [NOW]
    desk = make_desk(tmp_path, clock=time)
    world = fill(World(), 6)
    desk.sync(FakeReader(world))
    world.change("customer", "cus_001", name="Long ago")
    world.events.clear()
    world.now += 26 * DAY
    time[0] += 26 * DAY
    reader = FakeReader(world)
    report = desk.sync(reader)
    assert report.kind == "full"
    assert "page customers" in reader.calls
    assert ("cus_001", "Long ago") in desk.rows(Client, "origin_ref", "name")
    assert {one.state for one in desk.status().values()} == {"complete"}
    desk.books.close()


@pytest.mark.parametrize("ahead", [-400 * DAY, 400 * DAY])
def test_how_old_a_bookmark_is_goes_by_the_providers_clock(tmp_path: Any, ahead: int) -> None:
    from tests.sync.conftest import make_desk

    time = [NOW + ahead]
    desk = make_desk(tmp_path, clock=time)
    world = fill(World(), 4)
    desk.sync(FakeReader(world))
    world.now += DAY
    assert desk.sync(FakeReader(world)).kind == "changes"
    world.now += 26 * DAY
    world.change("customer", "cus_001", name="Long ago", silent=True)
    desk.sync(FakeReader(world))
    assert ("cus_001", "Long ago") in desk.rows(Client, "origin_ref", "name")
    desk.books.close()


def test_ledger_lines_are_listed_from_those_that_are_complete(desk: Desk, world: World) -> None:
    world.now = (NOW // DAY + 1) * DAY + DAY // 2
    desk.sync(FakeReader(world))
    through = desk.status()["balance_entries"].complete_through
    world.now += 3_600_000
    reader = FakeReader(world)
    desk.sync(reader)
    assert through is not None
    assert [one.created_from for one in reader.asked] == [through - OVERLAP_MS]


def test_once_a_day_ledger_lines_are_listed_from_three_days_before_the_bookmark(desk: Desk, world: World) -> None:
    world.now = (NOW // DAY + 1) * DAY + 3_600_000
    entry = BalanceEntryRecord("fee", -10, 0, -10, "usd", NOW - 2 * DAY)
    world.put("balance_transaction", "txn_slow", entry)
    world.put("balance_transaction", "txn_slower", BalanceEntryRecord("fee", -10, 0, -10, "usd", NOW - 5 * DAY))
    desk.sync(FakeReader(world))
    entries = desk.rows(BalanceEntry, "external_id")
    assert "txn_slow" in entries
    assert "txn_slower" not in entries


def test_a_line_that_should_be_available_by_now_is_listed_again(desk: Desk) -> None:
    world = fill(World(), 3)
    pending = BalanceEntryRecord("charge", 10, 0, 10, "usd", NOW - 9 * DAY, NOW - 2 * DAY, status="pending")
    world.put("balance_transaction", "txn_p", pending)
    desk.sync(FakeReader(world))
    world.change("balance_transaction", "txn_p", status="available")
    world.now += 60_000
    desk.sync(FakeReader(world))
    assert ("txn_p", "available") in desk.rows(BalanceEntry, "external_id", "status")


def test_a_server_that_does_not_filter_by_creation_is_read_whole_and_said_to_be(desk: Desk, world: World) -> None:
    reader = FakeReader(world)
    reader.ignores_created = True
    report = desk.sync(reader)
    assert report.exit_status == 0
    assert desk.status()["balance_entries"].notes == ("Created is refused.",)


def test_where_the_event_feed_is_closed_changes_are_found_by_looking_back(desk: Desk) -> None:
    world = fill(World(), 20)
    world.change("invoice", "in_0015", status="open", amount_paid=0, amount_remaining=9, paid_at=None, silent=True)
    reader = FakeReader(world)
    reader.refuse["events"] = CLOSED
    desk.sync(reader)
    assert not [call for call in reader.calls if call.startswith("read")]
    assert EVENTS_CLOSED in desk.status()["payments"].notes
    assert EVENTS_CLOSED not in desk.status()["balance_entries"].notes
    world.now += 3_600_000
    world.change("invoice", "in_0015", status="paid", amount_paid=9, amount_remaining=0, paid_at=world.now)
    world.change("charge", "ch_0001", disputed=True)
    sell(world, "late", "cus_001", world.now, 500)
    world.change("customer", "cus_002", name="Renamed")
    reader = FakeReader(world)
    reader.refuse["events"] = CLOSED
    report = desk.sync(reader)
    assert report.exit_status == 0
    assert "read invoice in_0015" in reader.calls
    assert ("in_0015", "paid") in desk.rows(Invoice, "external_id", "status")
    assert ("pi_0001", True) in desk.rows(Payment, "external_id", "disputed")
    assert "pi_late" in desk.rows(Payment, "external_id")
    assert reader.calls.count("page customers") == 0
    world.now += DAY
    reader = FakeReader(world)
    reader.refuse["events"] = CLOSED
    desk.sync(reader)
    assert ("cus_002", "Renamed") in desk.rows(Client, "origin_ref", "name")
    assert EVENTS_CLOSED in desk.status()["payments"].notes


def test_a_feed_that_opens_again_is_followed_after_reading_everything(desk: Desk) -> None:
    world = fill(World(), 6)
    reader = FakeReader(world)
    reader.refuse["events"] = CLOSED
    desk.sync(reader)
    world.change("customer", "cus_001", name="Unheard", silent=True)
    world.now += 60_000
    reader = FakeReader(world)
    desk.sync(reader)
    assert "page customers" in reader.calls
    assert ("cus_001", "Unheard") in desk.rows(Client, "origin_ref", "name")
    assert EVENTS_CLOSED not in desk.status()["clients"].notes
    world.now += 60_000
    reader = FakeReader(world)
    desk.sync(reader)
    assert "page customers" not in reader.calls


def test_events_of_a_stream_that_may_not_be_read_bring_no_parts_of_it(desk: Desk) -> None:
    world = fill(World(), 4)
    refused = FakeReader(world)
    refused.refuse["invoices"] = NotPermitted("Not permitted", "The key may not read invoices.", "")
    desk.sync(refused)
    sell(world, "late", "cus_001", world.now, 500, silent=False)
    refused.calls.clear()
    desk.sync(refused)
    assert desk.rows(Invoice, "external_id") == []
    assert "pi_late" in desk.rows(Payment, "external_id")
    desk.sync(FakeReader(world))
    assert set(desk.rows(Invoice, "external_id")) == set(world.objects["invoice"])


def test_syncing_again_changes_nothing(desk: Desk, world: World) -> None:
    before = picture(desk.books)
    report = desk.sync(FakeReader(world))
    desk.sync(FakeReader(world), full=True)
    assert picture(desk.books) == before
    assert sum(one.created + one.updated + one.deleted for one in report.streams) == 0
