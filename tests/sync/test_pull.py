"""Reading feeds from the first page to the last: any order, refusals, lost places, and objects that cannot be read."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from desktop.books.tables import (
    BalanceEntry,
    Client,
    ClientLink,
    IntegrationData,
    Invoice,
    Payment,
    Payout,
    SetAsideObject,
)
from desktop.errors import CancelledError, NotConnectedError
from desktop.providers.contract import CredentialsRefused, NotAvailable, NotPermitted, Unreachable
from desktop.records import AttemptRecord, Deletion
from desktop.sync.pull import HISTORY
from tests.sync.comparing import picture
from tests.sync.conftest import Desk
from tests.sync.worlds import DAY, NOW, STREAMS, FakeReader, World, created_at, fill

REFUSED = NotPermitted("Not permitted", "The key may not read payouts.", "Give it the permission.")
MISSING = NotAvailable("Not available", "This server does not have invoice payments.")
UNREACHABLE = Unreachable("Not reached", "It could not be reached.", "Check the connection.")


@pytest.mark.parametrize("order", ["newest", "oldest", "mixed"])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_everything_comes_in_whatever_the_order_and_size_of_pages(desk: Desk, order: str, size: int) -> None:
    world = fill(World(order=order), 15)
    report = desk.sync(FakeReader(world, size=size))
    for stream in STREAMS:
        wanted = sum(len(world.objects[feed.data_type]) for feed in stream.feeds)
        counted = next(one for one in report.streams if one.name == stream.name)
        assert (counted.seen, counted.created, counted.errors) == (wanted, wanted, ())
    assert desk.rows(Payment, "external_id") == sorted(world.objects["payment_intent"])
    assert {status.state for status in desk.status().values()} == {"complete"}
    assert (report.kind, report.outcome, report.exit_status) == ("first", "done", 0)


def test_all_calls_are_made_by_threads_that_are_not_ours_and_end(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 5))
    desk.sync(reader)
    assert len(reader.threads) > 1
    assert threading.current_thread() not in reader.threads
    assert not any(thread.is_alive() for thread in reader.threads)


def test_complete_through_is_when_the_first_page_of_the_pass_was_asked_for(desk: Desk) -> None:
    world = fill(World(), 15)
    reader = FakeReader(world)
    reader.refuse["events"] = UNREACHABLE
    asked: dict[str, int] = {}
    reader.before = lambda name: asked.setdefault(name, world.now)  # type: ignore[assignment, return-value]
    desk.sync(reader)
    assert desk.status()["refunds"].complete_through == asked["page refunds"] // 1000 * 1000
    both = min(asked["page charges"], asked["page payment_intents"])
    assert desk.status()["payments"].complete_through == both // 1000 * 1000


def test_a_forbidden_stream_stands_by_itself_and_the_others_go_on(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 8))
    reader.refuse["payouts"] = REFUSED
    report = desk.sync(reader)
    status = desk.status()
    assert status["payouts"].state == "not_permitted"
    assert status["payouts"].error == "The key may not read payouts. Give it the permission."
    assert {one.state for name, one in status.items() if name != "payouts"} == {"complete"}
    assert report.exit_status == 0
    assert next(one for one in report.streams if one.name == "payouts").errors == (status["payouts"].error,)


def test_a_permission_that_is_given_later_is_noticed_at_the_next_sync(desk: Desk) -> None:
    world = fill(World(), 8)
    reader = FakeReader(world)
    reader.refuse["payouts"] = REFUSED
    desk.sync(reader)
    report = desk.sync(FakeReader(world))
    assert desk.status()["payouts"].state == "complete"
    assert desk.status()["payouts"].count == len(world.objects["payout"])
    assert next(one for one in report.streams if one.name == "payouts").errors == ()


def test_a_missing_second_feed_leaves_the_stream_complete_with_a_note_that_names_it(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 8))
    reader.refuse["invoice_payments"] = MISSING
    report = desk.sync(reader)
    invoices = desk.status()["invoices"]
    assert invoices.state == "complete"
    assert invoices.complete_through is not None
    assert "invoice_payments: This server does not have invoice payments." in invoices.notes
    assert report.exit_status == 0


def test_an_unreachable_stream_fails_alone_and_is_resumed(desk: Desk) -> None:
    world = fill(World(), 8)
    reader = FakeReader(world)
    reader.refuse["refunds"] = UNREACHABLE
    report = desk.sync(reader)
    assert desk.status()["refunds"].state == "failed"
    assert desk.status()["disputes"].state == "complete"
    assert (report.exit_status, report.retry) == (1, True)
    desk.sync(FakeReader(world))
    assert desk.status()["refunds"].state == "complete"


def test_where_nothing_answers_it_gives_up_after_two_streams(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 3))

    def before(_name: str) -> None:
        raise UNREACHABLE

    reader.before = before
    report = desk.sync(reader)
    assert reader.calls == ["events", "page customers", "page products"]
    assert {stream.state for stream in report.streams} == {"failed"}
    assert report.exit_status == 1


def test_refused_credentials_stop_everything_and_ask_for_attention(desk: Desk) -> None:
    from desktop.books.tables import Integration

    world = fill(World(), 8)
    reader = FakeReader(world)
    reader.refuse["invoices"] = CredentialsRefused("Access refused", "The key was revoked.", "Connect again.")
    with pytest.raises(CredentialsRefused):
        desk.sync(reader)
    assert desk.rows(Integration, "status", "attention") == [("needs_attention", "The key was revoked. Connect again.")]
    assert not any(thread.is_alive() for thread in reader.threads)
    assert {told.phase for told in desk.told} == {"reading"}
    desk.sync(FakeReader(world))
    assert desk.rows(Integration, "status", "attention") == [("active", "")]


def test_a_disconnected_account_is_not_synced(desk: Desk) -> None:
    desk.integration_id = 77
    with pytest.raises(NotConnectedError):
        desk.sync(FakeReader(World()))


@pytest.mark.usefixtures("one_list_at_a_time")
def test_cancel_acts_within_a_page_and_the_next_sync_goes_on_there(desk: Desk) -> None:
    world = fill(World(), 60)
    reader = FakeReader(world)

    def before(name: str) -> None:
        if reader.calls.count("page charges") == 12:
            desk.cancel.set()

    reader.before = before
    with pytest.raises(CancelledError):
        desk.sync(reader)
    assert reader.calls[-1] == "page charges"
    read = set(desk.rows(Payment, "external_id"))
    assert 0 < len(read) < 60
    assert desk.status()["payments"].state == "partial"
    desk.cancel.clear()
    again = FakeReader(world)
    report = desk.sync(again)
    assert report.kind == "resumed"
    assert "page customers" not in again.calls
    assert again.calls.count("page charges") < 20
    assert desk.status()["payments"].count == 60


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_lost_place_in_the_list_is_read_again_from_the_beginning(desk: Desk, order: str) -> None:
    world = fill(World(order=order), 12)
    reader = FakeReader(world)

    def before(name: str) -> None:
        if reader.calls.count("page charges") == 3 and "ch_0005" in world.objects["charge"]:
            for ref in world.listed("charge")[3:6]:
                world.vanish("charge", ref)

    reader.before = before
    desk.sync(reader)
    assert set(world.objects["charge"]) <= set(desk.rows(IntegrationData, "external_id"))
    assert desk.status()["payments"].state == "complete"


def test_what_cannot_be_mapped_is_set_aside_and_the_stream_is_partial_until_it_reads_well(desk: Desk) -> None:
    world = fill(World(), 8)
    world.unmappable["refund", "re_0005"] = "Its amount is absurd."
    report = desk.sync(FakeReader(world))
    refunds = desk.status()["refunds"]
    assert (refunds.state, refunds.set_aside, refunds.complete_through) == ("partial", 1, None)
    assert desk.rows(SetAsideObject, "external_id", "reason") == [("re_0005", "Its amount is absurd.")]
    assert report.exit_status == 1
    world.unmappable.clear()
    desk.sync(FakeReader(world), full=True)
    refunds = desk.status()["refunds"]
    assert (refunds.state, refunds.set_aside) == ("complete", 0)
    assert refunds.complete_through is not None


def test_a_value_that_no_table_can_hold_sets_its_object_aside_and_nothing_else(desk: Desk) -> None:
    world = fill(World(), 6)
    world.change("charge", "ch_0003", amount=2**70, amount_captured=2**70, silent=True)
    desk.sync(FakeReader(world, size=100))
    status = desk.status()["payments"]
    assert (status.state, status.set_aside) == ("partial", 1)
    assert desk.rows(SetAsideObject, "external_id") == ["ch_0003"]
    kept = desk.rows(IntegrationData, "external_id")
    assert {"ch_0002", "ch_0004"} <= set(kept)
    assert "ch_0003" not in kept


def test_an_object_whose_order_is_unclear_is_read_again_by_id(desk: Desk) -> None:
    world = fill(World(), 6)
    reader = FakeReader(world, size=2, tick=1)
    shifted = False

    def before(name: str) -> None:
        # The list shifts under us and shows a changed customer twice within one second of the provider's clock.
        nonlocal shifted
        if reader.calls.count("page customers") == 2 and not shifted:
            shifted = True
            first = world.listed("customer")[0]
            record = world.objects["customer"].pop(first)
            assert record is not None
            world.objects["customer"][first] = replace(record, name="After", created_at=1)  # type: ignore[call-arg]
            assert created_at(world.objects["customer"][first]) == 1

    reader.before = before
    desk.sync(reader)
    assert [call for call in reader.calls if call.startswith("read")] == ["read customer cus_000"]
    assert ("cus_000", "After") in desk.rows(Client, "origin_ref", "name")
    clients = desk.status()["clients"]
    assert (clients.state, clients.count) == ("complete", 6)


@pytest.mark.usefixtures("one_list_at_a_time")
def test_invoices_are_usable_once_ninety_days_are_read(desk: Desk) -> None:
    world = fill(World(), 80, days=400)
    reader = FakeReader(world)

    def before(name: str) -> None:
        if reader.calls.count("page invoices") == 20:
            desk.cancel.set()

    reader.before = before
    with pytest.raises(CancelledError):
        desk.sync(reader)
    from desktop.books.tables import Bookmark

    marks = {row[0]: row[1:] for row in desk.rows(Bookmark, "feed", "usable", "state")}
    assert marks["invoices"] == (True, "running")
    assert desk.status()["invoices"].complete_through is None


@pytest.mark.usefixtures("one_list_at_a_time")
def test_a_setting_stops_history_at_a_day_but_reads_open_invoices_of_any_age(desk: Desk) -> None:
    world = fill(World(), 80, days=400)
    world.change("invoice", "in_0079", status="open", amount_paid=0, amount_remaining=1079, paid_at=None, silent=True)
    reader = FakeReader(world)
    desk.sync(reader, since="2026-03-01")
    status = desk.status()
    assert {name for name, one in status.items() if one.since == "2026-03-01"} == HISTORY & set(status)
    assert status["clients"].since is None
    invoices = desk.rows(Invoice, "external_id")
    assert "in_0079" in invoices
    assert "in_0078" not in invoices
    assert reader.calls.count("page charges") < 20
    assert min(desk.rows(BalanceEntry, "created_at")) >= NOW - 90 * DAY


def test_a_list_that_does_not_come_newest_first_is_read_to_its_end_whatever_the_setting(desk: Desk) -> None:
    world = fill(World(order="oldest"), 40, days=400)
    reader = FakeReader(world)
    desk.sync(reader, since="2026-03-01")
    assert reader.calls.count("page charges") == 14
    recent = {ref for ref, charge in world.objects["charge"].items() if created_at(charge) >= NOW - 88 * DAY}
    assert set(desk.rows(Payment, "external_id")) == {"pi_" + ref[3:] for ref in recent}


@pytest.mark.parametrize("size", [1, 2])
def test_one_old_object_at_the_beginning_does_not_end_a_list_that_comes_oldest_first(desk: Desk, size: int) -> None:
    world = fill(World(order="oldest"), 40, days=400)
    assert len(world.objects["payout"]) > 2
    desk.sync(FakeReader(world, size=size), since="2026-03-01")
    recent = {ref for ref, payout in world.objects["payout"].items() if created_at(payout) >= NOW - 88 * DAY}
    assert recent
    assert set(desk.rows(Payout, "external_id")) == recent
    assert desk.status()["payouts"].state == "complete"


def test_a_list_of_single_objects_that_comes_newest_first_still_ends_at_the_day(desk: Desk) -> None:
    world = fill(World(), 40, days=400)
    reader = FakeReader(world, size=1)
    desk.sync(reader, since="2026-03-01")
    assert reader.calls.count("page charges") < 30


def test_reaching_further_back_reads_the_rest(desk: Desk) -> None:
    world = fill(World(), 20, days=400)
    desk.sync(FakeReader(world), since="2026-04-01")
    few = desk.status()["payments"].count
    desk.sync(FakeReader(world))
    assert desk.status()["payments"].count == few
    desk.sync(FakeReader(world), full=True)
    assert desk.status()["payments"].count == 20
    assert desk.status()["payments"].since is None


def test_a_full_pass_notices_what_is_gone_without_a_word(desk: Desk) -> None:
    world = fill(World(), 8)
    desk.sync(FakeReader(world))
    world.delete("customer", "cus_003", silent=True)
    world.vanish("invoice", "in_0004")
    world.now += DAY
    reader = FakeReader(world)
    report = desk.sync(reader, full=True)
    assert [call for call in reader.calls if call.startswith("read")] == [
        "read customer cus_003",
        "read invoice in_0004",
    ]
    gone = dict(desk.rows(IntegrationData, "external_id", "deletion"))
    assert gone["cus_003"] == Deletion.STATED
    assert gone["in_0004"] == Deletion.INFERRED
    assert [row[1] for row in desk.rows(ClientLink, "external_id", "deleted") if row[0] == "cus_003"] == [True]
    assert {one.name: one.deleted for one in report.streams if one.deleted} == {"clients": 1, "invoices": 1}


def test_what_a_list_left_out_but_is_there_stays(desk: Desk) -> None:
    world = fill(World(), 8)
    desk.sync(FakeReader(world))
    world.now += DAY
    reader = FakeReader(world)
    hidden = world.objects["charge"].pop("ch_0002")
    assert isinstance(hidden, AttemptRecord)

    def before(name: str) -> None:
        if name == "read charge ch_0002":
            world.objects["charge"]["ch_0002"] = hidden

    reader.before = before
    before_books = picture(desk.books)
    desk.sync(reader, full=True)
    assert "read charge ch_0002" in reader.calls
    assert picture(desk.books) == before_books


def test_progress_names_the_stream_the_count_and_the_rate(desk: Desk) -> None:
    desk.sync(FakeReader(fill(World(), 15)))
    charges = [told for told in desk.told if told.stream == "payments"]
    assert charges[0].phase == "reading"
    assert charges[-1].seen == 15
    assert charges[-1].rate > 0
    assert desk.told[-1].phase == "done"


def test_commits_are_told_by_the_tables_they_touched(desk: Desk) -> None:
    desk.sync(FakeReader(fill(World(), 3)))
    kinds = frozenset[str]().union(*(changes.kinds for changes in desk.changes))
    assert {"clients", "invoices", "payments", "totals", "integrations"} <= kinds
