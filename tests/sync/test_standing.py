"""How an account stands, from what the books know: what is said first, and that nothing is silently missing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from desktop.books.database import DiskFull
from desktop.books.integrations import list_integrations, update_integration
from desktop.books.tables import SyncRun
from desktop.books.tables.base import table_of
from desktop.errors import ClosedBooksError, WorldError
from desktop.providers.contract import CredentialsRefused, NotPermitted, Unreachable
from desktop.providers.limits import Busy, Unusable
from desktop.providers.registry import provider_title
from desktop.regions import Region
from desktop.sync.lease import Held, acquire, holder_text
from desktop.sync.names import title_of
from desktop.sync.report import cause_of
from desktop.sync.run import _Run, note_failure
from desktop.sync.schedule import HOUR_MS, MINUTE_MS, Cost, Past, Schedule
from desktop.sync.situation import read_schedule, read_situations
from desktop.sync.standing import RANK, LastSync, Now, Situation, Standing, lead_of, standing_of
from desktop.sync.status import StreamStatus
from tests.sync.conftest import Desk
from tests.sync.worlds import FakeReader, World, fill

AT = 1_795_784_520_000
"""14:02 on Friday, 27 November 2026 in Berlin."""
NOW = Now(AT + 10 * MINUTE_MS, ZoneInfo("Europe/Berlin"), "2026-11-27", Region("DE"))


def stream(name: str, state: str = "complete", **facts: Any) -> StreamStatus:
    through = None if state in ("not_permitted", "not_available", "never") else AT
    made = StreamStatus(name, state, 1, through, None, 0, "", (), True)
    return replace(made, **facts)


def situation(*streams: StreamStatus, **facts: Any) -> Situation:
    kept = streams or (stream("clients"), stream("payments"), stream("payouts"))
    last = LastSync("done", past=Past(AT))
    return replace(Situation(1, "Stripe", "Stripe", "active", "", AT, kept, last), **facts)


def failed(**facts: Any) -> LastSync:
    return replace(LastSync("partial", "unreachable", past=Past(AT, 1)), **facts)


def told(facts: Situation, now: Now = NOW) -> Standing:
    return standing_of(facts, now)


# --- what is said ----------------------------------------------------------------------------------------------------


def test_all_is_well() -> None:
    standing = told(situation())
    assert (standing.role, standing.line, standing.since) == ("good", "Up to date", "14:02 · next in 50 min")
    assert standing.text == "Stripe is up to date; the books are good up to 14:02."


def test_lists_that_follow_less_often_are_neither_late_nor_let_the_others_seem_so() -> None:
    older = AT - 4 * HOUR_MS
    slow = [stream(name, complete_through=older, every_hours=6) for name in ("services", "subscriptions")]
    standing = told(situation(stream("payments"), *slow))
    assert (standing.role, standing.good_through, standing.since) == ("good", AT, "14:02 · next in 50 min")
    assert standing.also == "Services and subscriptions follow every 6 hours, so far up to 10:02."
    just_read = [replace(one, complete_through=AT - 60_000) for one in slow]
    assert told(situation(stream("payments"), *just_read)).also == ""
    assert told(situation(*slow)).good_through == older
    unread = replace(slow[0], state="never", complete_through=None)
    assert told(situation(stream("payments"), unread)).good_through is None


def test_where_a_month_s_reads_run_short_it_says_how_often_it_syncs_by_itself() -> None:
    facts = situation(cost=Cost(7_200, 7_200, 240, 10_000))
    standing = told(facts)
    assert (standing.role, standing.since) == ("good", "14:02 · next at 17:02")
    assert standing.next_at == AT + 3 * HOUR_MS
    assert (
        standing.also
        == "It is synced every 3 hours by itself, to stay within the 10,000 requests a month that Stripe allows."
    )
    assert told(facts, replace(NOW, at=AT + 5 * HOUR_MS)).role == "good", "that is not late"
    assert told(facts, replace(NOW, scheduled=False)).also == ""


@pytest.mark.parametrize(
    ("cause", "line", "sentence"),
    [
        ("unreachable", "Stripe not reached", "Stripe could not be reached; the books are good up to 14:02."),
        ("unusable", "Errors at Stripe", "Stripe answers with errors; the books are good up to 14:02."),
        ("busy", "Stripe is busy", "Stripe asks for fewer questions at a time; the books are good up to 14:02."),
    ],
)
def test_a_provider_that_could_not_be_read(cause: str, line: str, sentence: str) -> None:
    streams = [stream(name, "failed", error="No answer.") for name in ("clients", "payments")]
    standing = told(situation(*streams, stream("disputes", "not_permitted"), last=failed(cause=cause)))
    assert (standing.role, standing.line, standing.sentence) == ("warning", line, sentence)
    assert (standing.since, standing.again) == ("Good up to 14:02", "Again in a moment")
    assert standing.also == "Disputes may not be read from Stripe."
    assert standing.detail == "No answer."


def test_it_says_when_it_is_tried_again_where_this_program_does_so() -> None:
    facts = situation(stream("clients", "failed"), last=failed(past=Past(NOW.at, 2)))
    assert told(facts).text.endswith("It is tried again at 14:16.")
    assert told(replace(facts, last=failed(past=Past(AT, 1)))).text.endswith("It is tried again in a moment.")
    assert told(facts, replace(NOW, scheduled=False)).text.endswith("Sync to try again.")
    assert told(facts, replace(NOW, scheduled=False)).sentence == told(facts).sentence


def test_days_that_went_by_are_said() -> None:
    facts = situation(stream("clients", "failed"), last=failed())
    later = replace(NOW, at=NOW.at + 3 * 24 * HOUR_MS, today="2026-11-30")
    assert told(facts, later).sentence.endswith("the books are good up to Fri 14:02, 3 days ago.")
    assert told(facts, later).since == "Good up to Fri 14:02"


def test_some_of_it_could_not_be_read() -> None:
    facts = situation(
        stream("clients"), stream("payments", "failed", error="500."), stream("payouts", "failed"), last=failed()
    )
    standing = told(facts)
    assert standing.sentence == "Payments and payouts could not be read from Stripe; the books are good up to 14:02."
    assert (standing.role, standing.line, standing.detail) == ("warning", "Not everything read", "500.")
    assert told(situation(last=failed(troubled=("payments",)))).line == "Payments not read"


@pytest.mark.parametrize(
    ("facts", "condition", "role", "begins"),
    [
        ({"status": "needs_attention", "attention": "No."}, "refused", "danger", "Stripe refused access; "),
        ({"last": LastSync("failed", "disk_full")}, "disk_full", "danger", "The disk is full: nothing more of Stripe"),
        ({"last": LastSync("failed", "unreachable")}, "unreachable", "warning", "Stripe could not be reached; "),
        (
            {"last": LastSync("failed", "", "Busy", "It is held.")},
            "failed",
            "danger",
            "Stripe could not be read: It is",
        ),
        ({"last": LastSync("running")}, "interrupted", "warning", "Reading Stripe was interrupted; "),
        ({"attention": "Reconnect by 12 December."}, "ending", "warning", "Reconnect by 12 December; the books"),
        ({"last_sync_at": AT - 2 * HOUR_MS}, "late", "warning", "Stripe was last read 2 hours ago; the books"),
        (
            {"holder": Held("the window on till (7)", AT)},
            "elsewhere",
            "working",
            "The window on till is syncing Stripe",
        ),
    ],
)
def test_other_things_that_happen(facts: dict[str, Any], condition: str, role: str, begins: str) -> None:
    standing = told(situation(**facts))
    assert (standing.condition, standing.role) == (condition, role)
    assert standing.sentence.startswith(begins)


def test_late_is_more_than_twice_the_schedule() -> None:
    edge = NOW.at - 2 * HOUR_MS
    assert told(situation(last_sync_at=edge)).role == "good"
    assert told(situation(last_sync_at=edge - 1)).condition == "late"


def test_what_may_not_be_read_is_information_and_what_was_left_out_is_not() -> None:
    refused = stream("disputes", "not_permitted", error="Give the key the right.")
    gap = told(situation(stream("clients"), refused))
    assert (gap.role, gap.line, gap.since) == ("note", "Up to date", "without disputes")
    assert gap.sentence == "Disputes may not be read from Stripe; the rest is good up to 14:02."
    both = told(situation(stream("invoices", "partial", set_aside=2), refused))
    assert (both.role, both.line) == ("warning", "2 not readable")
    assert both.text == (
        "Of the invoices from Stripe, 2 could not be read; the books are good up to 14:02. Disputes may not be read "
        "from Stripe. They are named in the details, and tried again every day."
    )


def test_nothing_yet() -> None:
    facts = situation(stream("clients", "never"), last_sync_at=None, last=LastSync())
    assert told(facts).text == "Stripe has not been read yet. It is read in a moment."
    ours = Held(holder_text("the window"), AT)
    assert told(replace(facts, holder=ours)).sentence == (
        "Stripe is being read for the first time; nothing is complete yet."
    )


STATES = ("complete", "partial", "running", "failed", "not_permitted", "not_available", "never")
NAMES = ("clients", "invoices", "payments", "refunds", "disputes", "payouts")
situations = st.builds(
    lambda states, aside, facts: situation(
        *(
            stream(name, state, set_aside=aside if name == "invoices" else 0)
            for name, state in zip(NAMES, states, strict=True)
        ),
        **facts,
    ),
    st.lists(st.sampled_from(STATES), min_size=len(NAMES), max_size=len(NAMES)),
    st.integers(0, 3),
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.sampled_from(["active", "needs_attention"]),
            "last_sync_at": st.one_of(st.none(), st.integers(AT - 9 * 24 * HOUR_MS, NOW.at)),
            "holder": st.sampled_from([None, Held("the command on till (7)", AT)]),
            "last": st.builds(
                LastSync,
                st.sampled_from(["", "done", "partial", "failed", "running"]),
                st.sampled_from(["", "unreachable", "unusable", "busy", "disk_full"]),
                message=st.sampled_from(["", "It is held."]),
            ),
        },
    ),
)


@given(situations)
def test_whatever_happened_is_said_in_whole_sentences_and_nothing_is_silently_missing(facts: Situation) -> None:
    standing = told(facts)
    assert standing.sentence.endswith(".")
    assert ".." not in standing.text
    assert "Stripe" in standing.text
    assert standing.line
    for one in facts.streams:
        if one.state in ("not_permitted", "not_available"):
            assert title_of(one.name).lower() in standing.text.lower() or " more " in standing.text
        if one.set_aside:
            assert f"{one.set_aside} could not be read" in standing.text


@given(situations)
def test_good_is_said_only_where_everything_is(facts: Situation) -> None:
    standing = told(facts)
    if standing.role in ("good", "note"):
        readable = [one for one in facts.streams if one.state not in ("not_permitted", "not_available")]
        assert all(one.state == "complete" for one in readable)
        assert facts.status == "active"
        assert facts.last_sync_at is None or NOW.at - facts.last_sync_at <= 2 * HOUR_MS
    if standing.role == "good":
        assert not any(one.state in ("not_permitted", "not_available") for one in facts.streams)


@given(st.lists(situations.map(told), max_size=4))
def test_the_worst_leads(standings: list[Standing]) -> None:
    lead = lead_of(standings)
    assert (lead is None) == (not standings)
    assert lead is None or all(RANK.index(lead.role) <= RANK.index(one.role) for one in standings)


# --- from the books --------------------------------------------------------------------------------------------------

OFFLINE = Unreachable("Not reached", "Fake could not be reached.", "Check the connection.")


def read(desk: Desk, *, scheduled: bool = True) -> Standing:
    books = desk.books
    with books.read() as connection:
        rows = list_integrations(connection, provider_title)
        (found,) = read_situations(connection, rows, lambda _name: desk.provider, books.now(), unkept=books.unkept)
        schedule = read_schedule(connection)
    return standing_of(found, Now(books.now(), books.zone, "2026-05-28", Region(), schedule, scheduled))


def test_a_provider_that_is_gone_after_a_good_sync(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 5))
    desk.sync(reader)
    good = read(desk)
    assert good.role == "good"
    reader.before = lambda _name: (_ for _ in ()).throw(OFFLINE)  # type: ignore[assignment]
    report = desk.sync(reader)
    assert (report.outcome, report.exit_status, report.cause) == ("partial", 1, "unreachable")
    statuses = desk.status().values()
    assert {status.state for status in statuses} == {"failed"}
    assert all(status.complete_through is not None for status in statuses)
    standing = read(desk)
    assert (standing.condition, standing.good_through) == ("unreachable", good.good_through)
    assert standing.sentence.startswith("Fake could not be reached; the books are good up to ")
    calls = len(reader.calls)
    reader.before = lambda _name: None
    desk.sync(reader)
    assert read(desk).role == "good"
    assert not [call for call in reader.calls[calls:] if call == "page customers"], "nothing is read again for it"


def test_one_list_that_is_not_answered_fails_alone(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 5))
    desk.sync(reader)
    reader.refuse["balance_transactions"] = OFFLINE
    assert desk.sync(reader).exit_status == 1
    assert desk.status()["balance_entries"].state == "failed"
    assert desk.status()["clients"].state == "complete"
    assert read(desk).sentence.startswith(f"{title_of('balance_entries')} could not be read from Fake; ")


def test_a_list_that_may_not_be_read_does_not_count_as_a_failure(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 5))
    reader.refuse["disputes"] = NotPermitted("Not permitted", "The key may not read disputes.")
    assert desk.sync(reader).exit_status == 0
    assert (read(desk).condition, read(desk).role) == ("gaps", "note")


def test_failures_in_a_row_are_counted_from_the_books(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 3))
    desk.sync(reader)
    first = read(desk).next_at
    for _ in range(3):
        note_failure(desk.books, 1, OFFLINE)
    due = read(desk).next_at
    assert first is not None
    assert due == Schedule().due_at(Past(desk.books.now(), 3))
    assert due < first
    desk.sync(reader)
    assert read(desk).next_at == Schedule().due_at(Past(desk.books.now(), 0))


def test_what_a_person_stopped_is_no_failure_and_hides_none(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 3))
    desk.sync(reader)
    note_failure(desk.books, 1, OFFLINE)
    run = {"integration_id": 1, "kind": "changes", "started_at": desk.books.now(), "outcome": "cancelled", "report": {}}
    with desk.books.write() as writer:
        writer.connection.execute(insert(table_of(SyncRun)).values(**run, ended_at=desk.books.now()))
    assert read(desk).condition == "unreachable"
    assert read(desk).next_at == Schedule().due_at(Past(desk.books.now(), 0)), "it is not tried behind their back"


def test_a_sync_that_was_killed_is_interrupted_and_one_at_work_is_not(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 3))
    desk.sync(reader)
    run = {"integration_id": 1, "kind": "changes", "started_at": desk.books.now(), "outcome": "running", "report": {}}
    with desk.books.write() as writer:
        writer.connection.execute(insert(table_of(SyncRun)).values(run))
    assert read(desk).condition == "interrupted"
    lease = acquire(desk.books, 1, holder_text("the window"))
    assert not isinstance(lease, Held)
    assert read(desk).role == "good", "the one before it, until this one has ended"
    lease.release()


def test_refused_credentials_are_told_from_the_account(desk: Desk) -> None:
    reader = FakeReader(fill(World(), 3))
    desk.sync(reader)
    reader.refuse["events"] = CredentialsRefused("Refused", "Fake refuses the key.", "Connect again.")
    with pytest.raises(CredentialsRefused):
        desk.sync(reader)
    standing = read(desk)
    assert (standing.condition, standing.next_at) == ("refused", None)
    assert standing.detail == "Fake refuses the key. Connect again."
    with desk.books.write() as writer:
        update_integration(writer.connection, 1, status="active", attention="")
    assert read(desk).condition != "refused"


def test_what_the_books_had_no_room_for_is_told_by_the_process_that_met_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = FakeReader(fill(World(), 3))
    desk.sync(reader)

    def full(*_words: Any, **_more: Any) -> Any:
        raise DiskFull("The disk is full", "There is no room left.", "Free some space.")

    with monkeypatch.context() as patch:
        patch.setattr(desk.books, "write", full)
        with pytest.raises(ClosedBooksError):
            desk.sync(reader)
    assert read(desk).condition == "disk_full"
    desk.sync(reader)
    assert read(desk).role == "good"


def test_a_full_disk_is_told_after_a_restart_by_one_word_that_needs_no_room(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = FakeReader(fill(World(), 3))
    desk.sync(reader)
    full = DiskFull("The disk is full", "There is no room left.", "Free some space.")

    def fail(*_words: Any, **_more: Any) -> Any:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(_Run, "_sync", fail)
        patch.setattr(_Run, "_close_run", fail)
        with pytest.raises(DiskFull):
            desk.sync(reader)
    desk.books.unkept.clear()
    assert (read(desk).condition, read(desk).role) == ("disk_full", "danger")


@pytest.mark.parametrize(
    ("error", "cause"),
    [(OFFLINE, "unreachable"), (Unusable("", ""), "unusable"), (Busy("", ""), "busy")],
)
def test_the_cause_is_kept_with_the_run(error: WorldError, cause: str) -> None:
    assert cause_of(error) == cause  # type: ignore[arg-type]
