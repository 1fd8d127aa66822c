"""What every action stands on, how everything stands, and which accounts a sync takes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key
from desktop.actions.disconnect import disconnect
from desktop.actions.status import standing
from desktop.actions.sync import accounts_to_sync, sync_account
from desktop.books.books import Books
from desktop.books.integrations import update_integration
from desktop.books.tables import Conflict, Event, OutboxEntry
from desktop.books.tables.base import table_of
from desktop.errors import CancelledError, NotConnectedError, UsageError
from desktop.periods import TODAY
from desktop.records import Changes
from desktop.sandbox import launch
from desktop.sync.report import Progress
from desktop.vault.errors import SealBrokenError


@pytest.fixture
def connected(business: Business, sandbox: launch.Running, make_person) -> Business:
    connect_by_key(business, "stripe", sandbox.secret_key, make_person(), label="Studio")
    return business


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


# --- The business ----------------------------------------------------------------------------------------------------


def test_today_is_the_business_s_day_or_the_one_taken_for_it(business: Business) -> None:
    assert business.today() == "2026-11-23"
    real = replace(business, environment={})
    assert len(real.today()) == 10
    with pytest.raises(UsageError):
        replace(business, environment={TODAY: "nonsense"}).today()


def test_a_provider_that_there_is_not_is_wrong_usage(business: Business) -> None:
    assert business.provider("stripe").name == "stripe"
    with pytest.raises(UsageError, match="paypal"):
        business.provider("paypal")


def test_an_account_that_there_is_not_is_not_connected(business: Business) -> None:
    with pytest.raises(NotConnectedError, match="number 9"):
        business.integration(9)


def test_disconnected_accounts_are_listed_and_are_not_connected(connected: Business) -> None:
    (row,) = connected.integrations(connected=True)
    assert connected.credentials(row)["secret_key"]
    disconnect(connected, row.id)
    (row,) = connected.integrations()
    assert row.status == "disconnected"
    assert connected.integrations(connected=True) == []
    with pytest.raises(NotConnectedError, match="Studio is not connected"):
        connected.credentials(row)


def test_credentials_of_one_row_do_not_open_in_another(connected: Business) -> None:
    (row,) = connected.integrations()
    of_another = connected.credential_store.seal("another", connected.credentials(row))
    with connected.books.write() as writer:
        update_integration(writer.connection, row.id, credentials=of_another)
    with pytest.raises(SealBrokenError):
        connected.credentials(row)


# --- How everything stands -------------------------------------------------------------------------------------------


def test_a_new_home_stands_at_nothing(business: Business) -> None:
    status = standing(business)
    assert status.accounts == ()
    assert status.outbox == {"waiting": 0, "failed": 0}
    assert status.events == {"done": 0, "waiting": 0, "failed": 0, "rejected": 0}
    assert (status.conflicts, status.timezone) == (0, "Europe/Berlin")


def test_an_account_that_was_never_synced_names_every_stream(connected: Business) -> None:
    (account,) = standing(connected).accounts
    streams = {stream.name for stream in connected.provider("stripe").streams}
    assert {stream.name for stream in account.streams} == streams
    states = {stream.name: stream.state for stream in account.streams}
    assert states.pop("payment_methods") == "on_demand"
    assert set(states.values()) == {"never"}
    assert {stream.count for stream in account.streams} == {0}


def test_what_waits_failed_and_conflicts_is_counted(connected: Business) -> None:
    (row,) = connected.integrations()

    def add(books: Books) -> None:
        with books.write() as writer:
            for number, state in enumerate(["waiting", "waiting", "failed", "done"]):
                entry = {"integration_id": row.id, "intent_uuid": f"u{number}", "kind": "", "state": state, "tries": 0,
                         "error": "", "created_at": 0}  # fmt: skip
                writer.connection.execute(insert(table_of(OutboxEntry)).values(entry))
            for number, resolved in enumerate([None, None, 5]):
                conflict = {"integration_id": row.id, "kind": "clients", "external_id": f"c{number}", "field": "name",
                            "mine": "a", "theirs": "b", "created_at": 0, "resolved_at": resolved}  # fmt: skip
                writer.connection.execute(insert(table_of(Conflict)).values(conflict))

    add(connected.books)
    status = standing(connected)
    assert status.outbox == {"waiting": 2, "failed": 1}
    assert status.conflicts == 2


def test_accounts_and_streams_are_of_one_moment(connected: Business, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = connected.integrations()
    read = connected.books.read
    taken: list[str] = []

    def counted():
        taken.append("read")
        return read()

    monkeypatch.setattr(connected.books, "read", counted)
    assert [account.integration for account in standing(connected).accounts] == [row]
    assert taken == ["read"]


# --- Syncing ---------------------------------------------------------------------------------------------------------


def test_nothing_connected_is_said(business: Business) -> None:
    with pytest.raises(NotConnectedError, match="No account is connected"):
        accounts_to_sync(business, None)


def test_all_that_are_connected_or_the_one_that_was_asked_for(connected: Business) -> None:
    (row,) = connected.integrations()
    assert accounts_to_sync(connected, None) == [row]
    assert accounts_to_sync(connected, row.id) == [row]
    with pytest.raises(NotConnectedError):
        accounts_to_sync(connected, row.id + 1)
    disconnect(connected, row.id)
    with pytest.raises(NotConnectedError):
        accounts_to_sync(connected, None)


def test_a_sync_tells_progress_and_changes_and_fills_the_books(
    connected: Business, sandbox: launch.Running, stop: threading.Event
) -> None:
    (row,) = connected.integrations()
    progress: list[Progress] = []
    changes: list[Changes] = []
    report = sync_account(connected, row, cancel=stop, progress=progress.append, changed=changes.append)
    assert report.exit_status == 0
    assert {told.stream for told in progress} >= {"clients", "invoices", "payments"}
    assert {kind for told in changes for kind in told.kinds} >= {"clients", "invoices", "payments"}
    status = standing(connected)
    (account,) = status.accounts
    assert {stream.state for stream in account.streams} == {"complete", "on_demand"}
    assert account.integration.last_sync_at is not None
    again = sync_account(connected, account.integration, cancel=stop)
    assert sum(stream.created + stream.updated + stream.deleted for stream in again.streams) == 0
    with connected.books.read() as connection:
        events = connection.execute(select(table_of(Event).c.state)).scalars().all()
    assert standing(connected).events["done"] == len([state for state in events if state == "done"])


def test_a_sync_that_was_stopped_says_so(connected: Business) -> None:
    (row,) = connected.integrations()
    stop = threading.Event()
    stop.set()
    with pytest.raises(CancelledError):
        sync_account(connected, row, cancel=stop)


# --- Whose key it is -------------------------------------------------------------------------------------------------


READS = ("charge_read", "customer_read")


def test_a_key_that_may_not_read_its_account_is_known_by_what_it_can_read(
    connected: Business, sandbox: launch.Running, stop: threading.Event, make_person
) -> None:
    (row,) = connected.integrations()
    sync_account(connected, row, cancel=stop)
    for rights in (READS, READS[:1], READS[1:]):
        sandbox.allow_restricted(*rights)
        person = make_person()
        again = connect_by_key(connected, "stripe", sandbox.restricted_key, person)
        assert person.asked[0].account_id == "", "the key can read its account after all"
        assert again.again, rights
        assert again.integration.id == row.id
        assert again.integration.account_id == sandbox.account_id
    assert len(connected.integrations()) == 1
    assert connected.credentials(connected.integration(row.id))["secret_key"] == sandbox.restricted_key


def test_a_key_that_can_read_nothing_of_it_is_another_account(
    connected: Business, sandbox: launch.Running, stop: threading.Event, make_person
) -> None:
    (row,) = connected.integrations()
    sync_account(connected, row, cancel=stop)
    sandbox.allow_restricted("product_read")
    assert not connect_by_key(connected, "stripe", sandbox.restricted_key, make_person()).again
    assert len(connected.integrations()) == 2
