"""The listener: loopback only, one answer for one state, and no trace afterwards."""

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest

from desktop.actions.callback import PATH, Callback, CallbackBusy
from desktop.errors import CancelledError, UnreachableError, UsageError
from tests.helpers.patience import PATIENCE_S

STATE = "stripe.right"


@pytest.fixture
def callback() -> Iterator[Callback]:
    with Callback(STATE, 0) as listening:
        yield listening


def get(callback: Callback, **query: str) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as browser:
        return browser.get(f"http://127.0.0.1:{callback.port}{PATH}", params=query)


def test_the_answer_is_taken_and_the_page_says_to_go_back(callback: Callback) -> None:
    page = get(callback, code="ac_1", state=STATE)
    assert callback.wait(threading.Event()).code == "ac_1"
    assert page.status_code == 200
    assert "go back to Paydesk" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "ac_1" not in page.text


def test_a_wrong_state_is_refused_and_changes_nothing(callback: Callback) -> None:
    for state in ("", "stripe.wrong", STATE + "x", STATE[:-1]):
        assert get(callback, code="ac_evil", state=state).status_code == 400
    assert callback.refused == 4
    assert get(callback, code="ac_1", state=STATE).status_code == 200
    assert callback.wait(threading.Event()).code == "ac_1"


def test_an_answer_serves_once(callback: Callback) -> None:
    assert get(callback, code="ac_1", state=STATE).status_code == 200
    replayed = get(callback, code="ac_2", state=STATE)
    assert replayed.status_code == 400
    assert "already used" in replayed.text
    assert callback.wait(threading.Event()).code == "ac_1"


def test_a_denial_is_an_answer_and_what_it_says_is_no_markup(callback: Callback) -> None:
    page = get(callback, error="access_denied", error_description="<b>no</b>", state=STATE)
    answer = callback.wait(threading.Event())
    assert (answer.code, answer.error) == ("", "access_denied")
    assert "Access was denied" in page.text
    assert "<b>no</b>" not in page.text


def test_an_answer_without_code_or_refusal_is_none(callback: Callback) -> None:
    assert get(callback, state=STATE).status_code == 400
    assert get(callback, code="ac_1", state=STATE).status_code == 200


def test_a_pasted_address_counts_as_the_browsers_answer(callback: Callback) -> None:
    with pytest.raises(UsageError, match="does not belong"):
        callback.paste("https://example.com/?code=ac_1&state=other")
    callback.paste(f"  http://localhost:47323{PATH}?code=ac_1&state={STATE}\n")
    assert callback.wait(threading.Event()).code == "ac_1"
    with pytest.raises(UsageError, match="already used"):
        callback.paste(f"http://localhost:47323{PATH}?code=ac_1&state={STATE}")


def test_only_this_machine_can_reach_it(callback: Callback) -> None:
    addresses = {listening.getsockname()[0] for listening in callback._sockets}
    assert addresses <= {"127.0.0.1", "::1"}
    assert callback.redirect_uri == f"http://localhost:{callback.port}{PATH}"


def test_a_port_that_is_taken_is_said_plainly() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(CallbackBusy, match=str(other.getsockname()[1])):
            Callback(STATE, other.getsockname()[1])


def test_half_a_loopback_is_no_loopback() -> None:
    """Who holds ::1 at our port could take the browser's answer."""
    with socket.socket(socket.AF_INET6) as other:
        try:
            other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            other.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        other.listen()
        with pytest.raises(CallbackBusy):
            Callback(STATE, other.getsockname()[1])


def test_the_same_port_serves_the_next_try_at_once() -> None:
    """Connections of the first try may still be closing when the second begins."""
    with Callback(STATE, 0) as first:
        port = first.port
        get(first, error="access_denied", state=STATE)
    with Callback("stripe.second", port) as second:
        assert get(second, code="ac_2", state="stripe.second").status_code == 200
        assert second.wait(threading.Event()).code == "ac_2"


def test_waiting_ends_when_the_person_stops_or_the_time_is_over(callback: Callback) -> None:
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(CancelledError):
        callback.wait(stopped)
    with pytest.raises(UnreachableError):
        callback.wait(threading.Event(), deadline_s=0.01)


def ask(callback: Callback, method: str = "GET", host: str = "", path: str = PATH, **query: str) -> httpx.Response:
    headers = {"Host": host or f"localhost:{callback.port}"}
    with httpx.Client(trust_env=False, timeout=PATIENCE_S) as browser:
        return browser.request(method, f"http://127.0.0.1:{callback.port}{path}", params=query, headers=headers)


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "localhost.evil.example:{port}", "localhost:1"]
)
def test_an_answer_for_another_name_is_not_taken(callback: Callback, host: str) -> None:
    page = ask(callback, host=host.format(port=callback.port), code="ac_evil", state=STATE)
    assert page.status_code == 421
    assert ask(callback, code="ac_1", state=STATE).status_code == 200
    assert callback.wait(threading.Event()).code == "ac_1"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_each_name_of_this_machine_is_answered(callback: Callback, host: str) -> None:
    assert ask(callback, host=f"{host}:{callback.port}", code="ac_1", state=STATE).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE"])
def test_only_a_page_that_is_asked_for_brings_the_answer(callback: Callback, method: str) -> None:
    assert ask(callback, method, code="ac_1", state=STATE).status_code == 405
    assert ask(callback, code="ac_1", state=STATE).status_code == 200
    assert callback.wait(threading.Event()).code == "ac_1"


def test_what_browsers_ask_beside_the_answer_uses_nothing_up(callback: Callback) -> None:
    assert ask(callback, path="/favicon.ico").status_code == 404
    assert ask(callback, path="/").status_code == 404
    assert ask(callback, state=STATE).status_code == 400
    assert ask(callback, code="x" * 9_000, state=STATE).status_code == 400
    assert ask(callback, code="ac_1", state=STATE).status_code == 200
    assert callback.wait(threading.Event()).code == "ac_1"


def test_a_line_without_an_end_is_not_waited_for(callback: Callback) -> None:
    with socket.create_connection(("127.0.0.1", callback.port), timeout=PATIENCE_S) as made:
        made.sendall(b"GET /" + b"x" * 100_000)
        said = made.recv(200)
    assert said == b"" or b" 400 " in said
    assert ask(callback, code="ac_1", state=STATE).status_code == 200


@pytest.mark.parametrize(
    "pasted", ["http://[::1", "http://[::1]:port/", "", "nonsense", "\ud800", "http://localhost/?state=\ud800"]
)
def test_a_pasted_text_that_is_no_address_is_refused_plainly(callback: Callback, pasted: str) -> None:
    with pytest.raises(UsageError):
        callback.paste(pasted)
