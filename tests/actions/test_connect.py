"""Connecting: by consent and by key; nothing is stored before it works, and whatever fails leaves nothing behind."""

import threading
from collections.abc import Callable
from datetime import date

import pytest

from desktop.actions.business import Business
from desktop.actions.callback import DEFAULT_PORT, PATH, CallbackBusy
from desktop.actions.connect import Step, connect_by_key, connect_by_oauth
from desktop.actions.disconnect import disconnect
from desktop.errors import CancelledError, RefusedError, UnreachableError, UsageError
from desktop.providers.contract import CredentialsRefused
from desktop.sandbox import launch

EVERY_STEP = [1, 2, 3, 4, 5, 6, 7]


def by_oauth(business: Business, person, cancel: threading.Event | None = None):
    try:
        return connect_by_oauth(business, "stripe", person, cancel or threading.Event(), port=0)
    finally:
        person.wait()


def stored(business: Business) -> int:
    with business.books.read() as connection:
        return connection.exec_driver_sql("select count(*) from integrations").scalar_one()


def test_by_consent(business: Business, sandbox: launch.Running, make_person) -> None:
    person = make_person()
    connected = by_oauth(business, person)
    row = connected.integration
    assert (row.provider, row.account_id, row.mode, row.status) == ("stripe", sandbox.account_id, "sandbox", "active")
    assert person.done == EVERY_STEP
    assert person.asked[0].account_id == sandbox.account_id
    assert connected.changes.kinds == {"integrations"}
    assert business.credentials(row)["secret_key"]


def test_by_key(business: Business, sandbox: launch.Running, make_person) -> None:
    person = make_person()
    connected = connect_by_key(business, "stripe", f"  {sandbox.secret_key}\n", person, label="Studio")
    assert person.done == EVERY_STEP
    assert {step for step, note in person.steps if note == "not needed with a key"} == {
        Step.PAGE,
        Step.GRANTED,
        Step.EXCHANGED,
    }
    assert connected.integration.title == "Studio"
    assert business.credentials(connected.integration)["secret_key"] == sandbox.secret_key


def test_no_secret_is_readable_in_the_books(business: Business, sandbox: launch.Running, make_person) -> None:
    connect_by_key(business, "stripe", sandbox.secret_key, make_person())
    written = b"".join(path.read_bytes() for path in business.home.iterdir() if path.is_file())
    assert sandbox.secret_key.encode() not in written


@pytest.mark.parametrize("key", ["", "pk_test_123456789", "whsec_123456789", "4242 4242 4242 4242", "hello"])
def test_what_cannot_be_a_key_is_never_sent(business: Business, sandbox: launch.Running, make_person, key: str) -> None:
    before = len(sandbox.requests)
    with pytest.raises(UsageError):
        connect_by_key(business, "stripe", key, make_person())
    assert len(sandbox.requests) == before
    assert stored(business) == 0


def test_a_wrong_key_is_refused_before_anything_is_stored(business: Business, make_person) -> None:
    person = make_person()
    with pytest.raises(CredentialsRefused):
        connect_by_key(business, "stripe", "sk_test_" + "wrong0000000000000000", person)
    assert stored(business) == 0
    assert person.asked == []


def test_a_no_stores_nothing(business: Business, sandbox: launch.Running, make_person) -> None:
    with pytest.raises(CancelledError, match="so nothing was stored"):
        connect_by_key(business, "stripe", sandbox.secret_key, make_person(mine=False))
    with pytest.raises(CancelledError, match="so nothing was stored"):
        by_oauth(business, make_person(mine=False))
    assert stored(business) == 0


def test_what_was_granted_and_not_kept_is_given_back(business: Business, sandbox: launch.Running, make_person) -> None:
    before = set(sandbox.server.keys.tokens)
    with pytest.raises(CancelledError):
        by_oauth(business, make_person(mine=False))
    assert set(sandbox.server.keys.tokens) <= before


def test_a_denial_says_so_and_stores_nothing(business: Business, make_person) -> None:
    person = make_person("deny")
    with pytest.raises(RefusedError, match="chose not to"):
        by_oauth(business, person)
    assert stored(business) == 0
    assert person.done == [1, 2]
    assert "Access was denied" in person.answers[0].text


def test_an_expired_code_says_so_and_stores_nothing(business: Business, sandbox: launch.Running, make_person) -> None:
    sandbox.faults.add("expire_codes")
    with pytest.raises(RefusedError, match="five minutes"):
        by_oauth(business, make_person())
    assert stored(business) == 0


def test_a_wrong_platform_secret_says_what_to_check(open_home, sandbox: launch.Running, make_person) -> None:
    business = open_home(
        PAYDESK_STRIPE_CLIENT_ID=sandbox.client_id, PAYDESK_STRIPE_CLIENT_SECRET="sk_test_wrong00000000"
    )
    with pytest.raises(RefusedError, match="client id together with its secret key"):
        by_oauth(business, make_person())
    assert stored(business) == 0


def test_without_platform_keys_the_browser_is_no_way_in(open_home: Callable[..., Business], make_person) -> None:
    person = make_person()
    with pytest.raises(UsageError, match="platform's client id"):
        by_oauth(open_home(), person)
    assert person.done == []


def test_a_busy_port_is_said_before_the_browser_opens(business: Business, make_person) -> None:
    import socket

    person = make_person()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CallbackBusy):
            connect_by_oauth(business, "stripe", person, threading.Event(), port=other.getsockname()[1])
    assert person.done == [1]
    assert person.answers == []


def test_stopping_ends_the_wait_for_the_browser(business: Business, make_person) -> None:
    cancel = threading.Event()

    class Leaves(type(make_person())):
        def open_page(self, address: str) -> None:
            cancel.set()

    with pytest.raises(CancelledError):
        connect_by_oauth(business, "stripe", Leaves(), cancel, port=0)
    assert stored(business) == 0


def test_a_provider_that_does_not_answer_stores_nothing(open_home, make_person) -> None:
    business = open_home(PAYDESK_STRIPE_API_BASE="http://127.0.0.1:9", PAYDESK_STRIPE_CONNECT_BASE="http://127.0.0.1:9")
    cancel = threading.Event()
    threading.Timer(0.3, cancel.set).start()
    with pytest.raises((UnreachableError, CancelledError)):
        connect_by_key(business, "stripe", "sk_test_0000000000000000", make_person(), cancel)
    assert stored(business) == 0


def test_connecting_again_uses_the_same_row(business: Business, sandbox: launch.Running, make_person) -> None:
    first = connect_by_key(business, "stripe", sandbox.secret_key, make_person(), label="Studio")
    disconnect(business, first.integration.id)
    again = by_oauth(business, make_person())
    assert again.again
    assert again.integration.id == first.integration.id
    assert again.integration.status == "active"
    assert again.integration.title == "Studio"
    assert stored(business) == 1


def test_another_account_is_another_row(open_home, sandbox: launch.Running, make_person) -> None:
    business = open_home()
    connect_by_key(business, "stripe", sandbox.secret_key, make_person())
    with launch.start(seed=4, today=date(2026, 11, 23)) as other:
        elsewhere = Business(
            business.home,
            business.books,
            business.vault,
            {**business.environment, "PAYDESK_STRIPE_API_BASE": other.api_base},
        )
        connected = connect_by_key(elsewhere, "stripe", other.secret_key, make_person())
        assert connected.integration.account_id == other.account_id
    assert stored(business) == 2


def test_live_and_test_do_not_meet_in_one_home(business: Business, sandbox: launch.Running, make_person) -> None:
    row = connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration
    with business.books.write() as writer:
        writer.connection.exec_driver_sql(
            f"update integrations set mode = 'live', account_id = 'acct_x' where id = {row.id}"
        )
    with pytest.raises(UsageError, match="hold a live one"):
        connect_by_key(business, "stripe", sandbox.secret_key, make_person())
    assert stored(business) == 1


def test_the_address_to_register_is_fixed() -> None:
    assert (DEFAULT_PORT, PATH) == (47323, "/api/integrations/payments/callback")
