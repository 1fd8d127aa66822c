"""A secret is shown by nothing but ``reveal()``."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict, dataclass

import pytest

from desktop.vault.secret import Secret

VALUE = "correct-horse" + "-battery"


@dataclass
class Holder:
    token: Secret[str]


@pytest.mark.parametrize("secret", [Secret(VALUE), Secret(VALUE.encode())], ids=["text", "bytes"])
def test_no_way_of_writing_it_shows_the_value(secret: Secret[str]) -> None:
    ways = [repr(secret), str(secret), f"{secret}", f"{secret:>40}", f"{secret!r}", f"{[secret]}"]
    ways += [repr({"token": secret}), repr(Holder(secret)), repr(ValueError(secret)), repr(asdict(Holder(secret)))]
    shown = [way for way in ways if VALUE in way]
    assert not shown


def test_reveal_gives_the_value() -> None:
    assert Secret(VALUE).reveal() == VALUE


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_is_not_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Holder(Secret(VALUE)), protocol)


def test_it_is_not_written_as_json_and_is_no_key_of_a_dictionary() -> None:
    with pytest.raises(TypeError):
        json.dumps({"token": Secret(VALUE)})
    with pytest.raises(TypeError):
        hash(Secret(VALUE))


def test_it_has_no_attributes_to_walk() -> None:
    assert not hasattr(Secret(VALUE), "__dict__")


def test_copies_are_the_same_object() -> None:
    secret = Secret(VALUE)
    assert copy.copy(secret) is secret
    assert copy.deepcopy([secret])[0] is secret


def test_equality_looks_at_value_and_type() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("é") == Secret("é")
    assert Secret("a") != Secret(b"a")
    assert Secret("a") != "a"
