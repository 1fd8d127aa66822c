"""Credentials that end: exchanged weekly, committed before use, never in a loop, and the owner told in time."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from sqlalchemy import select
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key, connect_by_oauth
from desktop.actions.disconnect import disconnect
from desktop.actions.platforms import platform_app
from desktop.actions.renewal import renew_access
from desktop.actions.status import standing
from desktop.actions.sync import sync_account
from desktop.books.integrations import IntegrationRow
from desktop.books.tables import Activity
from desktop.books.tables.base import table_of
from desktop.errors import UsageError
from desktop.providers.contract import Credentials, CredentialsRefused, Unreachable
from desktop.sandbox import launch
from desktop.sync import renewal
from desktop.sync.lease import Held, LeaseHeld, acquire, holder_text
from desktop.sync.report import SyncReport
from desktop.workspace import open_business
from tests.actions.conftest import Person

DAY = date(2026, 11, 23)
SECONDS = 86_400
NOWHERE = "http://127.0.0.1:9"


class Ledger:
    """Stands before the server and writes down what is asked for at the token endpoint."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.when_asked: Callable[[], None] = lambda: None

    def around(self, application: ASGIApp) -> ASGIApp:
        async def counting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != "/oauth2/token":
                await application(scope, receive, send)
                return
            heard: list[Message] = []

            async def listening() -> Message:
                message = await receive()
                heard.append(message)
                if message["type"] == "http.request" and not message.get("more_body"):
                    self._write_down(b"".join(one.get("body", b"") for one in heard))
                return message

            self.when_asked()
            await application(scope, listening, send)

        return counting

    def _write_down(self, body: bytes) -> None:
        """Before the answer goes out, so that whoever has the answer finds it written."""
        asked = json.loads(body) if body.startswith(b"{") else parse_qs(body.decode())
        self.asked.append(str(asked["grant_type"]))


@dataclass(slots=True)
class Shop:
    """A business whose Square account was connected by consent, and the pretend Square behind it."""

    square: launch.RunningSquare
    business: Business
    row: IntegrationRow
    ledger: Ledger
    first: Credentials

    @property
    def renewals(self) -> int:
        """How often an exchange was asked for."""
        return self.ledger.asked.count("refresh_token")

    @property
    def kept(self) -> IntegrationRow:
        """The account as it stands now."""
        return self.business.integration(self.row.id)

    @property
    def credentials(self) -> Credentials:
        """What is stored now."""
        return self.business.credentials(self.kept)

    @property
    def known(self) -> dict[str, Any]:
        """What is on disk about the exchange, as another program would read it."""
        with closing(sqlite3.connect(self.business.home / "books.db")) as plain:
            row = plain.execute("select value from settings where name = ?", (f"renewal.{self.row.row_uuid}",))
            return dict(json.loads((row.fetchone() or ["{}"])[0]))

    def live(self, **how: Any) -> Credentials:
        return live_credentials(self.business, self.kept, **how)

    def sync(self) -> SyncReport:
        return sync_account(self.business, self.kept, cancel=threading.Event())

    def after(self, days: float) -> None:
        """So many days pass, and a minute: answers tell the time in whole seconds, so an edge is not met exactly."""
        self.square.clock.advance(days * SECONDS + 60)

    def offline(self) -> Business:
        """The same business where nobody answers."""
        there = {**self.business.environment, "PAYDESK_SQUARE_API_BASE": NOWHERE}
        return Business(self.business.home, self.business.books, self.business.vault, there)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    ledger = Ledger()
    with launch.start_square(
        seed=5, today=DAY, timezone="Europe/Berlin", sales_a_day=0.2, around=ledger.around
    ) as square:
        environment = {
            "PAYDESK_SQUARE_API_BASE": square.api_base,
            "PAYDESK_SQUARE_CLIENT_ID": square.application_id,
            "PAYDESK_TIMEZONE": "Europe/Berlin",
        }
        business = open_business(tmp_path / "home", environment, memory_key=True)
        business.books.now = lambda: square.clock.now() * 1000
        row = consent(business)
        sync_account(business, row, cancel=threading.Event())
        yield Shop(square, business, row, ledger, business.credentials(row))
        business.close()


def live_credentials(business: Business, row: IntegrationRow, *, refused: Credentials | None = None) -> Credentials:
    """The renewal alone, as a job of the account's worker."""
    app = partial(platform_app, business, row.provider)
    with business.worker(row).job(holder_text("the renewal"), urgent=True) as job:
        return renewal.live_credentials(job, app, refused=refused)


def consent(business: Business) -> IntegrationRow:
    person = Person()
    try:
        return connect_by_oauth(business, "square", person, threading.Event(), port=0).integration
    finally:
        person.wait()


def in_days(days: int) -> str:
    """A day as the owner reads it."""
    found = DAY + timedelta(days=days)
    return f"{found.day} {found:%B} {found.year}"


# --- renewing ----------------------------------------------------------------------------------------------------


def test_for_a_week_nothing_is_exchanged(shop: Shop) -> None:
    shop.after(6.9)
    assert shop.live() == shop.first
    assert shop.renewals == 0


def test_every_week_a_sync_begins_with_new_credentials(shop: Shop) -> None:
    before = shop.first
    for week in (1, 2):
        shop.after(7)
        assert shop.sync().exit_status == 0
        now = shop.credentials
        assert shop.renewals == week
        assert now["access_token"] != before["access_token"]
        assert now["refresh_token"] != before["refresh_token"]
        assert now["access_token"] in shop.square.server.keys.tokens
        assert (shop.kept.status, shop.kept.attention, shop.known) == ("active", "", {})
        before = now
    with shop.business.books.read() as connection:
        done = connection.execute(select(table_of(Activity).c.action)).scalars().all()
    assert done.count("renew") == 2


def test_the_intent_is_on_disk_before_square_is_asked_and_the_new_pair_before_it_is_used(shop: Shop) -> None:
    shop.after(7)
    seen: list[dict[str, Any]] = []
    shop.ledger.when_asked = lambda: seen.append(shop.known)
    renewed = shop.live()
    assert [(one["state"], one["tries"]) for one in seen] == [("asked", 1)]
    assert renewed == shop.credentials
    assert shop.known == {}


class Killed(BaseException):
    """The process is gone."""


def test_killed_between_the_answer_and_the_commit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise Killed

    shop.after(7)
    with monkeypatch.context() as patch:
        patch.setattr(renewal._Exchange, "_store", killed)
        with pytest.raises(Killed):
            shop.live()
    assert (shop.known["state"], shop.known["tries"]) == ("asked", 1)
    assert shop.live() == shop.first, "the old token works on"
    assert shop.renewals == 1
    shop.after(1 / 24)
    assert shop.live() == shop.first
    assert shop.renewals == 2
    assert shop.known["state"] == "spent"
    assert shop.kept.attention.startswith(f"Reconnect Square by {in_days(30)}")


# --- lost answers ------------------------------------------------------------------------------------------------


def test_what_a_lost_answer_spent_is_tried_once_more_and_never_in_a_loop(shop: Shop) -> None:
    shop.after(7)
    shop.square.lose_next_refresh()
    counted = []
    for _ in range(10):
        assert shop.sync().exit_status == 0
        assert shop.kept.status == "active"
        counted.append(shop.renewals)
        shop.after(0.5 / 24)
    assert counted == [1, 1] + [2] * 8
    assert shop.known["state"] == "spent"
    assert shop.credentials == shop.first
    assert shop.kept.attention == f"Reconnect Square by {in_days(30)}: its access could not be renewed."


def test_after_two_answers_that_never_came_nobody_asks_again_and_the_owner_reads_it_at_once(shop: Shop) -> None:
    shop.after(7)
    shop.square.faults.add("status", stream="oauth2", status=500)
    counted = []
    for _ in range(6):
        assert shop.live() == shop.first
        counted.append((shop.renewals, shop.known["state"], shop.kept.attention))
        shop.after(0.6 / 24)
    told = f"Reconnect Square by {in_days(30)}: its access could not be renewed."
    assert counted == [(1, "asked", "")] * 2 + [(2, "spent", told)] * 4
    for _ in range(6):
        shop.after(1)
        assert shop.sync().exit_status == 0, "the old token works on"
    assert (shop.renewals, shop.kept.status, shop.kept.attention) == (2, "active", told)
    shop.square.faults.clear()
    assert shop.live() == shop.first, "what may be spent is not sent again"
    assert shop.renewals == 2


def test_a_token_that_is_refused_while_its_renewal_has_no_answers_waits_an_hour_and_then_needs_attention(
    shop: Shop,
) -> None:
    shop.after(31)
    shop.square.faults.add("status", stream="oauth2", status=500)
    for _ in range(2):
        with pytest.raises(Unreachable):
            shop.sync()
        assert shop.renewals == 1
    shop.after(1.1 / 24)
    with pytest.raises(CredentialsRefused):
        shop.sync()
    assert (shop.renewals, shop.kept.status) == (2, "needs_attention")


def test_a_try_that_never_left_is_no_second_one(shop: Shop) -> None:
    shop.after(7)
    shop.square.faults.add("status", stream="oauth2", status=500)
    shop.live()
    shop.after(1.1 / 24)
    for _ in range(3):
        assert live_credentials(shop.offline(), shop.kept) == shop.first
    assert (shop.renewals, shop.known["state"], shop.known["tries"]) == (1, "asked", 1)
    shop.square.faults.clear()
    assert shop.live()["access_token"] != shop.first["access_token"]
    assert (shop.renewals, shop.known) == (2, {})


def test_an_answer_that_comes_at_the_second_try_makes_everything_well(shop: Shop) -> None:
    shop.after(20)
    shop.square.faults.add("status", stream="oauth2", status=503)
    assert shop.live() == shop.first
    assert f"Reconnect Square by {in_days(30)}" in shop.kept.attention
    shop.square.faults.clear()
    shop.after(2 / 24)
    assert shop.live()["access_token"] != shop.first["access_token"]
    assert (shop.kept.attention, shop.known) == ("", {})


def test_when_the_old_token_has_ended_the_account_needs_attention(shop: Shop) -> None:
    shop.after(7)
    shop.square.lose_next_refresh()
    shop.live()
    shop.after(1)
    shop.live()
    shop.after(22.5)
    with pytest.raises(CredentialsRefused, match="cannot be renewed") as refused:
        shop.sync()
    assert refused.value.exit_status == 3
    assert shop.kept.status == "needs_attention"
    assert "Connect the account again" in shop.kept.attention
    with pytest.raises(CredentialsRefused):
        shop.sync()
    assert shop.renewals == 2


def test_connecting_again_clears_everything(shop: Shop) -> None:
    shop.after(7)
    shop.square.lose_next_refresh()
    shop.live()
    shop.after(1)
    shop.live()
    assert shop.known["state"] == "spent"
    assert consent(shop.business).id == shop.row.id
    assert (shop.kept.status, shop.kept.attention, shop.known) == ("active", "", {})
    fresh = shop.credentials
    assert shop.live() == fresh
    shop.after(7)
    assert shop.live()["access_token"] != fresh["access_token"]
    assert shop.renewals == 3


# --- by hand -----------------------------------------------------------------------------------------------------


def give_up(shop: Shop) -> None:
    """Two answers never come, an hour apart."""
    shop.after(7)
    shop.square.faults.add("status", stream="oauth2", status=500)
    shop.live()
    shop.after(1.1 / 24)
    shop.live()
    shop.square.faults.clear()
    assert (shop.renewals, shop.known["state"]) == (2, "spent")


def is_given_up(shop: Shop) -> bool:
    (account,) = standing(shop.business).accounts
    return account.renewal_given_up


def test_what_nobody_tries_any_more_is_renewed_when_a_person_asks_for_it(shop: Shop) -> None:
    assert not is_given_up(shop)
    give_up(shop)
    assert is_given_up(shop)
    assert renew_access(shop.business, shop.row.id).integration_id == shop.row.id
    assert shop.credentials["access_token"] != shop.first["access_token"]
    assert (shop.renewals, shop.known, shop.kept.status, shop.kept.attention) == (3, {}, "active", "")
    assert not is_given_up(shop)


def test_what_was_refused_already_is_well_again_when_it_can_be_renewed_by_hand(shop: Shop) -> None:
    give_up(shop)
    shop.after(24)
    with pytest.raises(CredentialsRefused):
        shop.sync()
    assert shop.kept.status == "needs_attention"
    renew_access(shop.business, shop.row.id)
    assert (shop.kept.status, shop.kept.attention) == ("active", "")
    assert shop.sync().exit_status == 0


def test_each_time_that_a_person_asks_it_is_tried_once(shop: Shop) -> None:
    give_up(shop)
    told = shop.kept.attention
    shop.square.faults.add("status", stream="oauth2", status=500)
    for tries in (3, 4):
        with pytest.raises(Unreachable):
            renew_access(shop.business, shop.row.id)
        assert (shop.renewals, shop.known["state"], shop.known["tries"]) == (tries, "spent", tries)
    shop.live()
    assert (shop.renewals, shop.kept.attention) == (4, told)


def test_what_cannot_be_renewed_any_more_says_that_it_is_to_be_connected_again(shop: Shop) -> None:
    shop.after(7)
    shop.square.lose_next_refresh()
    shop.live()
    with pytest.raises(CredentialsRefused, match="Connect the account again") as refused:
        renew_access(shop.business, shop.row.id)
    assert refused.value.title == "Access not renewed"
    assert (shop.renewals, shop.known["state"]) == (2, "spent")
    assert shop.kept.attention.startswith(f"Reconnect Square by {in_days(30)}")
    assert shop.live() == shop.first, "the old token works on"


# --- refused -----------------------------------------------------------------------------------------------------


def test_a_token_that_is_refused_within_a_sync_is_exchanged_once_and_the_sync_goes_on(shop: Shop) -> None:
    with shop.square.server.lock:
        shop.square.server.keys.tokens[shop.first["access_token"]].revoked = True
    report = shop.sync()
    assert (report.exit_status, shop.renewals) == (0, 1)
    assert {stream.state for stream in report.streams} == {"complete"}
    assert shop.credentials["access_token"] != shop.first["access_token"]
    assert (shop.kept.status, shop.kept.attention) == ("active", "")


def test_access_that_was_taken_back_asks_once_and_then_needs_attention(shop: Shop) -> None:
    with shop.square.server.lock:
        shop.square.server.keys.revoke_all()
    for _ in range(4):
        with pytest.raises(CredentialsRefused):
            shop.sync()
        assert shop.kept.status == "needs_attention"
        shop.after(1 / 12)
    assert shop.renewals == 1


def test_what_another_program_exchanged_meanwhile_is_used_and_not_exchanged_again(shop: Shop) -> None:
    shop.after(7)
    renewed = shop.live()
    assert shop.live(refused=shop.first) == renewed
    assert shop.renewals == 1


# --- offline -----------------------------------------------------------------------------------------------------


def test_where_nobody_can_be_reached_nothing_is_spent(shop: Shop) -> None:
    shop.after(7)
    away = shop.offline()
    for _ in range(5):
        assert live_credentials(away, shop.kept) == shop.first
    assert (shop.renewals, shop.known.get("state"), shop.kept.attention) == (0, "", "")
    assert shop.live()["access_token"] != shop.first["access_token"]
    assert (shop.renewals, shop.known) == (1, {})


def test_a_token_that_ended_while_nobody_could_be_reached_is_exchanged_afterwards(shop: Shop) -> None:
    shop.after(31)
    assert live_credentials(shop.offline(), shop.kept) == shop.first
    with pytest.raises(Unreachable):
        live_credentials(shop.offline(), shop.kept, refused=shop.first)
    assert (shop.kept.status, shop.kept.attention) == ("active", "")
    assert shop.sync().exit_status == 0
    assert shop.renewals == 1


def test_short_of_its_end_an_unreachable_square_is_no_reason_to_connect_again(shop: Shop) -> None:
    shop.after(25)
    assert live_credentials(shop.offline(), shop.kept) == shop.first
    assert shop.kept.attention == ""


def test_the_owner_is_told_before_the_access_can_no_longer_be_renewed(shop: Shop) -> None:
    shop.after(75)
    live_credentials(shop.offline(), shop.kept)
    assert shop.kept.attention == ""
    shop.after(2)
    live_credentials(shop.offline(), shop.kept)
    assert shop.kept.attention == f"Let Paydesk reach Square by {in_days(90)}, or it has to be connected again."
    assert shop.kept.status == "active"
    shop.after(14)
    with pytest.raises(CredentialsRefused, match="cannot be renewed"):
        shop.sync()
    assert (shop.kept.status, shop.renewals) == ("needs_attention", 0)


# --- clocks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [-400, -20, 20, 400])
def test_a_clock_that_is_wrong_ends_no_access(shop: Shop, days: int) -> None:
    """This machine's, from the beginning: what lasts how long goes by the provider's."""
    clock = shop.square.clock
    shop.business.books.now = lambda: (clock.now() + days * SECONDS) * 1000
    shop.sync()
    consent(shop.business)
    before = shop.renewals
    for _ in range(3):
        assert shop.sync().exit_status == 0
        shop.after(1)
    assert (shop.renewals, shop.kept.status, shop.kept.attention) == (before, "active", "")
    shop.after(5)
    assert shop.sync().exit_status == 0
    assert shop.renewals == before + 1


def test_a_clock_that_is_set_years_ahead_asks_square_before_it_believes_that_anything_ended(shop: Shop) -> None:
    clock = shop.square.clock
    shop.business.books.now = lambda: (clock.now() + 400 * SECONDS) * 1000
    assert shop.sync().exit_status == 0
    assert (shop.renewals, shop.kept.status) == (0, "active")


# --- who does it, and who never does --------------------------------------------------------------------------------


def test_who_holds_the_lease_does_the_renewing(shop: Shop) -> None:
    shop.after(7)
    lease = acquire(shop.business.books, shop.row.id, "window on another-computer (1)")
    assert not isinstance(lease, Held)
    for work in (shop.live, shop.sync):
        with pytest.raises(LeaseHeld):
            work()
    assert shop.renewals == 0
    lease.release()
    assert shop.live() != shop.first
    assert shop.renewals == 1


def test_a_personal_access_token_is_never_exchanged(shop: Shop) -> None:
    disconnect(shop.business, shop.row.id)
    row = connect_by_key(shop.business, "square", shop.square.access_token, Person()).integration
    shop.after(400)
    assert live_credentials(shop.business, row)["access_token"] == shop.square.access_token
    with pytest.raises(UsageError, match="does not end by itself"):
        renew_access(shop.business, row.id)
    assert shop.renewals == 0


def test_a_key_of_stripe_is_never_exchanged(tmp_path: Path) -> None:
    with launch.start(seed=3, today=DAY) as stripe:
        there = {"PAYDESK_STRIPE_API_BASE": stripe.api_base, "PAYDESK_TIMEZONE": "Europe/Berlin"}
        business = open_business(tmp_path / "home", there, memory_key=True)
        row = connect_by_key(business, "stripe", stripe.secret_key, Person()).integration
        credentials = business.credentials(row)
        assert live_credentials(business, row) == credentials
        assert live_credentials(business, row, refused=credentials) == credentials
        business.close()


def test_nothing_secret_is_said_or_written(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    shop.after(7)
    shop.live()
    shop.after(7)
    shop.square.lose_next_refresh()
    shop.live()
    shop.after(1)
    shop.live()
    said.append(shop.kept.attention)
    with shop.square.server.lock:
        shop.square.server.keys.revoke_all()
    with pytest.raises(CredentialsRefused) as refused:
        shop.sync()
    said += [str(refused.value), repr(refused.value), repr(shop.credentials), shop.kept.attention, caplog.text]
    written = b"".join(path.read_bytes() for path in shop.business.home.iterdir() if path.is_file())
    keys = shop.square.server.keys
    for secret in (*keys.tokens, *keys.refresh_tokens, *keys.codes):
        assert secret not in "\n".join(said)
        assert secret.encode() not in written
