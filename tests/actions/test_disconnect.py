"""Disconnecting: access given back, credentials destroyed, history kept or forgotten."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key, connect_by_oauth
from desktop.actions.disconnect import disconnect
from desktop.actions.sync import sync_account
from desktop.books.integrations import IntegrationRow, log_activity
from desktop.books.schema import back_up
from desktop.errors import CancelledError, NotConnectedError
from desktop.providers.contract import Feed, Page, Stream
from desktop.providers.stripe.reads import StripeReader
from desktop.sandbox import launch
from desktop.sync import passes
from desktop.sync.lease import AccountLeft
from tests.helpers.patience import PATIENCE_S


def count(business: Business, table: str) -> int:
    with business.books.read() as connection:
        return connection.exec_driver_sql(f"select count(*) from {table}").scalar_one()


def test_consent_is_given_back(business: Business, sandbox: launch.Running, make_person) -> None:
    person = make_person()
    row = connect_by_oauth(business, "stripe", person, threading.Event(), port=0).integration
    person.wait()
    ended = disconnect(business, row.id)
    assert ended.revoked
    assert ended.note == ""
    assert not sandbox.server.keys.tokens
    with pytest.raises(NotConnectedError):
        business.credentials(business.integration(row.id))


def test_of_a_pasted_key_the_owner_is_told_what_is_left_to_do(
    business: Business, sandbox: launch.Running, make_person
) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration
    ended = disconnect(business, row.id)
    assert not ended.revoked
    assert "Stripe's own settings" in ended.note
    assert business.integration(row.id).status == "disconnected"
    assert not business.vault.has_data_key(row.row_uuid)


def test_an_unreachable_provider_does_not_hold_anybody(open_home, sandbox: launch.Running, make_person) -> None:
    business = open_home(PAYDESK_STRIPE_CLIENT_ID=sandbox.client_id, PAYDESK_STRIPE_CLIENT_SECRET=sandbox.secret_key)
    person = make_person()
    row = connect_by_oauth(business, "stripe", person, threading.Event(), port=0).integration
    person.wait()
    away = Business(
        business.home,
        business.books,
        business.vault,
        {**business.environment, "PAYDESK_STRIPE_CONNECT_BASE": "http://127.0.0.1:9"},
    )
    ended = disconnect(away, row.id)
    assert not ended.revoked
    assert "Revoke the access" in ended.note
    assert business.integration(row.id).status == "disconnected"


@pytest.mark.parametrize("forget", [False, True])
def test_who_gives_up_at_the_passphrase_has_disconnected_nothing(
    business: Business, sandbox: launch.Running, make_person, monkeypatch: pytest.MonkeyPatch, forget: bool
) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration

    def decline() -> None:
        raise CancelledError("No passphrase was given", "The vault stays closed.", "Start again.")

    with monkeypatch.context() as patched:
        patched.setattr(business.vault, "unlock", decline)
        with pytest.raises(CancelledError, match="nothing has changed"):
            disconnect(business, row.id, forget=forget)
    assert business.integration(row.id) == row
    assert business.vault.has_data_key(row.row_uuid)
    assert business.credentials(row)


def test_history_stays_until_it_is_forgotten(business: Business, sandbox: launch.Running, make_person) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration
    sync_account(business, row, cancel=threading.Event())
    payments = count(business, "payments")
    assert payments > 100
    disconnect(business, row.id)
    assert count(business, "payments") == payments
    forgotten = disconnect(business, row.id, forget=True)
    assert {"payments", "clients", "invoices", "integrations"} <= forgotten.changes.kinds
    for table in ("integrations", "payments", "clients", "invoices", "integration_data", "daily_totals", "bookmarks"):
        assert count(business, table) == 0, table
    with pytest.raises(NotConnectedError):
        disconnect(business, row.id)


def bytes_of(business: Business) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(business.home.rglob("*")) if path.is_file())


def wrapped_key(business: Business) -> bytes:
    with business.books.read() as connection:
        return bytes(connection.exec_driver_sql("select wrapped from wrapped_keys").scalar_one())


def test_after_disconnecting_the_key_is_in_no_byte_of_the_books_or_their_copies(
    business: Business, sandbox: launch.Running, make_person
) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration
    sync_account(business, row, cancel=threading.Event())
    key = wrapped_key(business)
    copy = back_up(business.home / "books.db", "before-test")
    assert bytes_of(business).count(key) >= 2
    done = disconnect(business, row.id)
    assert (done.removed, done.left) == ((), ())
    assert copy.exists()
    assert key not in bytes_of(business)


def test_after_forgetting_no_name_and_no_key_is_in_any_byte(
    business: Business, sandbox: launch.Running, make_person
) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration
    sync_account(business, row, cancel=threading.Event())
    with business.books.read() as connection:
        names = [
            found[0].encode()
            for found in connection.exec_driver_sql("select name from clients where length(name) > 8 order by id")
        ]
    key = wrapped_key(business)
    copy = back_up(business.home / "books.db", "before-test")
    spoilt = copy.with_name("books-spoilt.db")
    spoilt.write_text("this was a copy once")
    with business.books.write() as writer:
        log_activity(writer.connection, 1, "join", f"{names[0].decode()} and somebody", None)
    assert names[0] in bytes_of(business)
    done = disconnect(business, row.id, forget=True)
    assert done.removed == (copy,)
    assert done.left == (spoilt,)
    assert str(spoilt) in done.note
    left = bytes_of(business)
    assert key not in left
    assert [name for name in names if name in left] == []


def test_on_a_server_the_owner_is_told_what_is_left_to_its_keeper(
    business: Business, sandbox: launch.Running, make_person
) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration
    business.books.database.dialect_name = "postgresql"
    try:
        done = disconnect(business, row.id, forget=True)
    finally:
        business.books.database.dialect_name = "sqlite"
    assert "for whoever runs it to remove" in done.note


class HeldUp:
    """A first sync in a thread of its own that is held up where it asks for charges, and has nothing else to read."""

    def __init__(self, business: Business, row: IntegrationRow, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        page = StripeReader.page

        def slow(reader: StripeReader, stream: Stream, feed: Feed, **how: Any) -> Page:
            if feed.name == "charges":
                self.reached.set()
                assert self.go_on.wait(PATIENCE_S)
            return page(reader, stream, feed, **how)

        monkeypatch.setattr(StripeReader, "page", slow)
        monkeypatch.setattr(passes, "SIDE_BY_SIDE", 1)
        self._pool = ThreadPoolExecutor(1)
        self._sync = self._pool.submit(sync_account, business, row, cancel=threading.Event())
        assert self.reached.wait(PATIENCE_S)

    def end(self) -> BaseException | None:
        """Let it go on; what it raised."""
        self.go_on.set()
        self._pool.shutdown(wait=True)
        return self._sync.exception()


def connected(business: Business, make_person: Callable[[], Any]) -> IntegrationRow:
    person = make_person()
    row = connect_by_oauth(business, "stripe", person, threading.Event(), port=0).integration
    person.wait()
    return row


def outcomes(business: Business) -> list[str]:
    with business.books.read() as connection:
        return [row[0] for row in connection.exec_driver_sql("select outcome from sync_runs order by id")]


def test_disconnecting_in_the_middle_of_a_first_sync_ends_it_kindly_and_for_good(
    business: Business, make_person: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(business, make_person)
    sync = HeldUp(business, row, monkeypatch)
    assert disconnect(business, row.id).revoked, "it does not wait for the sync to end"
    assert isinstance(sync.end(), AccountLeft)
    left = business.integration(row.id)
    assert (left.status, left.attention) == ("disconnected", "")
    assert outcomes(business) == ["cancelled"]
    assert count(business, "clients") > 0
    assert count(business, "payments") == 0
    again = connected(business, make_person)
    assert again.id == row.id
    assert sync_account(business, again, cancel=threading.Event()).outcome == "done"


def test_forgetting_in_the_middle_of_a_first_sync_leaves_nothing(
    business: Business, make_person: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = connected(business, make_person)
    sync = HeldUp(business, row, monkeypatch)
    disconnect(business, row.id, forget=True)
    assert isinstance(sync.end(), AccountLeft)
    for table in ("integrations", "clients", "integration_data", "sync_runs", "bookmarks", "leases"):
        assert count(business, table) == 0, table


def test_what_another_program_disconnects_does_not_come_back_with_the_next_refusal(
    business: Business, make_person: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other program has given the access back by then, so that what the sync hears next is a 401."""
    row = connected(business, make_person)
    sync = HeldUp(business, row, monkeypatch)
    disconnect(Business(business.home, business.books, business.vault, business.environment), row.id)
    assert isinstance(sync.end(), AccountLeft)
    left = business.integration(row.id)
    assert (left.status, left.attention) == ("disconnected", "")
    assert outcomes(business) == ["cancelled"]
