"""No answer is trusted without bounds: how long it is unpacked, how long it takes, how deep it is, what it holds."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.providers import http
from desktop.providers.fields import TEXT_LIMIT, text
from desktop.providers.http import Wire, decoded
from desktop.providers.limits import Fault

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
DATE = b"Date: Thu, 01 Jan 2026 00:00:10 GMT\r\n"


@contextmanager
def answering(answer: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """A server on loopback that reads one request and lets ``answer`` write; its address and what it was asked."""
    asked: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with closing(listening.accept()[0]) as taken:
            asked.append(taken.recv(65536))
            try:
                answer(taken)
            except OSError:
                return  # who asked has had enough

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
    finally:
        listening.close()
        thread.join(20)


@contextmanager
def wire_to(address: str) -> Iterator[Wire]:
    wire = Wire(address, {}, "Stripe", threading.Event())
    try:
        yield wire
    finally:
        wire.close()


def told(body: bytes, encoding: str = "") -> Callable[[socket.socket], None]:
    named = f"Content-Encoding: {encoding}\r\n".encode() if encoding else b""
    return lambda to: to.sendall(HEAD + DATE + named + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)


def refused(answer: Callable[[socket.socket], None]) -> Fault:
    """What becomes of an answer that is not taken."""
    with answering(answer) as (address, _), wire_to(address) as wire, pytest.raises(Fault) as caught:
        wire.send("GET", "/")
    return caught.value


@pytest.mark.parametrize("encoding", ["", "identity", "gzip"])
def test_an_answer_comes_as_it_was_packed(encoding: str) -> None:
    body = b'{"data": [1, 2, 3]}'
    with (
        answering(told(gzip.compress(body) if encoding == "gzip" else body, encoding)) as (address, asked),
        wire_to(address) as wire,
    ):
        assert wire.send("GET", "/").content == body
    assert b"accept-encoding: gzip\r\n" in asked[0].lower()


def test_what_unpacks_to_more_than_any_page_is_given_up_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1_000_000)
    bomb = gzip.compress(bytes(200_000_000), 9)
    fault = refused(told(bomb, "gzip"))
    assert "more than" in fault.reason
    assert (fault.final, fault.answered) == (True, True)


def test_what_is_long_without_being_packed_is_given_up_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MOST_BYTES", 1_000_000)
    assert "more than" in refused(told(bytes(3_000_000))).reason


@pytest.mark.parametrize("encoding", ["br", "zstd", "deflate", "gzip, gzip", "gzip,br", "compress"])
def test_no_way_of_packing_is_unpacked_that_was_not_asked_for(encoding: str) -> None:
    assert "not asked for" in refused(told(gzip.compress(gzip.compress(b"{}")), encoding)).reason


@pytest.mark.parametrize(
    "body",
    [b"no gzip at all", gzip.compress(b"{}" * 500, mtime=0)[:-12], zlib.compress(b"{}")],
    ids=["no gzip", "cut off", "zlib"],
)
def test_a_broken_package_is_a_fault(body: bytes) -> None:
    reason = refused(told(body, "gzip")).reason
    assert "cannot be unpacked" in reason or "cut off" in reason


@pytest.mark.parametrize("where", ["head", "body"])
def test_an_answer_that_drips_is_given_up_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr(http, "MOST_SECONDS", 0.3)
    pace = threading.Event()

    def drip(to: socket.socket) -> None:
        to.sendall(HEAD if where == "head" else HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while not pace.wait(0.02):
            to.sendall(b"X: y\r\n" if where == "head" else b"1\r\n \r\n")

    fault = refused(drip)
    assert "did not answer in time" in fault.reason
    assert fault.final


def nested(depth: int, kind: str, leaf: str) -> bytes:
    if kind == "list":
        return b"[" * depth + leaf.encode() + b"]" * depth
    return b'{"a":' * depth + leaf.encode() + b"}" * depth


@pytest.mark.parametrize("kind", ["list", "object"])
@pytest.mark.parametrize("depth", [50, 200, 990, 1020, 5_000, 200_000])
@pytest.mark.parametrize("leaf", ["1", '"\\u0000"', '"\\ud800"'])
def test_depth_never_surfaces_as_a_mistake(kind: str, depth: int, leaf: str) -> None:
    body = nested(depth, kind, leaf)
    if depth > 1024:
        with pytest.raises(Fault, match="cut off or is not JSON"):
            decoded(body, "Stripe")
    elif depth < 500:
        assert decoded(body, "Stripe")
    else:
        with contextlib.suppress(Fault):
            decoded(body, "Stripe")


def test_what_no_database_stores_is_replaced_and_the_rest_stays() -> None:
    body = b'{"id": "cus_1", "na\\u0000me": "a\\u0000b", "rows": ["\\ud83d\\ude00", "\\ud800", "\\udc00x"], "n": 9}'
    assert decoded(body, "Stripe") == {
        "id": "cus_1", "na\ufffdme": "a\ufffdb", "rows": ["\U0001f600", "?", "?x"], "n": 9,
    }  # fmt: skip
    assert decoded(b'{"name": "caf\xe9"}', "Stripe") == {"name": "caf\ufffd"}


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": NaN}', b"[1,]", b"<html>", b'{"a": ' + b"9" * 9000 + b"x}"])
def test_what_is_no_json_is_a_fault(body: bytes) -> None:
    with pytest.raises(Fault):
        decoded(body, "Stripe")


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec=None), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(_VALUES)
@settings(max_examples=60)
def test_whatever_can_be_written_can_be_read_and_stored(value: object) -> None:
    read = decoded(json.dumps(value).encode(), "Square")
    packed = orjson.dumps(read)
    assert b"\\u0000" not in packed
    assert b"\\ud" not in packed.lower()


def test_a_text_of_any_length_is_cut_to_what_a_record_takes() -> None:
    assert text("x" * 10) == "x" * 10
    assert len(text("x" * (TEXT_LIMIT + 5))) == TEXT_LIMIT
    assert text(7) == ""
