"""How objects are kept: whatever went in comes out, a frame names its dictionary, and contents are told apart."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from desktop.books import packing
from desktop.books.packing import Packer, digest, unpack

DICTIONARIES = sorted((Path(packing.__file__).parent / "dictionaries").glob("*.zdict"))

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.dictionaries(TEXT, VALUES, max_size=6)


@given(st.lists(BODIES, max_size=6))
def test_what_was_packed_is_unpacked_in_the_same_order(bodies: list[dict[str, Any]]) -> None:
    packed = Packer().pack([orjson.dumps(body) for body in bodies])
    assert [unpack(data) for data in packed] == bodies


@given(BODIES)
def test_one_alone_and_one_of_many_are_read_alike(body: dict[str, Any]) -> None:
    text, packer = orjson.dumps(body), Packer()
    assert unpack(packer.pack([text])[0]) == unpack(packer.pack([text, b"{}"])[0]) == body


def test_a_large_object_survives() -> None:
    body = {"id": "in_1", "lines": [{"id": f"il_{number}", "amount": number} for number in range(20_000)]}
    assert unpack(Packer().pack([orjson.dumps(body)])[0]) == body


def test_a_frame_without_a_dictionary_is_read_too() -> None:
    assert unpack(zstandard.compress(b'{"id":"cus_1"}')) == {"id": "cus_1"}


def test_each_dictionary_is_the_one_that_its_name_says() -> None:
    assert DICTIONARIES
    for file in DICTIONARIES:
        assert zstandard.ZstdCompressionDict(file.read_bytes()).dict_id() == int(file.stem.partition("-")[2])


def test_new_frames_name_their_dictionary() -> None:
    (data,) = Packer().pack([b'{"id":"ch_1","object":"charge","amount":100}'])
    name = zstandard.get_frame_parameters(data).dict_id
    assert f"objects-{name}" in {file.stem for file in DICTIONARIES}


def test_the_dictionary_makes_objects_smaller() -> None:
    text = b'{"id":"ch_1","object":"charge","amount":100,"billing_details":{"address":{"city":null,"country":null}}}'
    assert len(Packer().pack([text])[0]) < len(zstandard.compress(text)) * 0.7


def test_threads_read_at_once() -> None:
    packed = Packer().pack([orjson.dumps({"id": number}) for number in range(200)])
    read: list[list[int]] = []

    def every() -> None:
        read.append([unpack(data)["id"] for data in packed])

    threads = [threading.Thread(target=every) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read == [list(range(200))] * 4


def test_what_is_damaged_is_not_taken_for_an_object() -> None:
    (data,) = Packer().pack([b'{"id":"ch_1"}'])
    with pytest.raises(ValueError):
        unpack(data[:-3])
    with pytest.raises(ValueError):
        unpack(b"not a frame")


@given(st.integers(0, 9_000), st.binary(min_size=1, max_size=8))
def test_a_digest_is_sixteen_bytes_of_blake2b(times: int, piece: bytes) -> None:
    text = (piece * times)[:9_000]
    assert digest(text) == hashlib.blake2b(text, digest_size=16).digest()
