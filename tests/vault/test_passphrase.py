"""Deriving a key from a passphrase, and asking for one on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from desktop.vault.errors import DamagedKeysError
from desktop.vault.passphrase import Argon2Cost, Purpose, Question, ask_in_terminal, derive
from desktop.vault.secret import Secret

SALT = bytes(range(16))


class Terminal(io.StringIO):
    """Somebody sits here."""

    def isatty(self) -> bool:
        return True


def typing(*lines: str) -> Callable[[str], str]:
    left: Iterator[str] = iter(lines)

    def read(prompt: str) -> str:
        line = next(left, None)
        if line is None:
            raise EOFError
        return line

    return read


def test_the_derivation_is_argon2id_as_another_library_computes_it() -> None:
    other = Argon2id(salt=SALT, length=32, iterations=2, lanes=1, memory_cost=64)
    assert derive(Secret("correct horse"), SALT, Argon2Cost(64, 2, 1)).reveal() == other.derive(b"correct horse")


def test_passphrase_salt_and_cost_all_count(cheap: Argon2Cost) -> None:
    base = derive(Secret("a passphrase"), SALT, cheap)
    assert base == derive(Secret("a passphrase"), SALT, cheap)
    assert base != derive(Secret("A passphrase"), SALT, cheap)
    assert base != derive(Secret("a passphrase"), SALT[::-1], cheap)
    assert base != derive(Secret("a passphrase"), SALT, Argon2Cost(16, 1, 1))


def test_a_letter_typed_composed_or_not_is_the_same_letter(cheap: Argon2Cost) -> None:
    assert derive(Secret("Zoe\u0308"), SALT, cheap) == derive(Secret("Zo\u00eb"), SALT, cheap)


@pytest.mark.parametrize(
    "cost",
    [
        Argon2Cost(64, 0, 1),
        Argon2Cost(64, 1, 0),
        Argon2Cost(1, 1, 1),
        Argon2Cost(64, 101, 1),
        Argon2Cost(64, 1, 65),
        Argon2Cost(2**40, 1, 1),
        Argon2Cost(-64, 1, 1),
    ],
)
def test_a_record_cannot_ask_for_an_impossible_computation(cost: Argon2Cost) -> None:
    with pytest.raises(DamagedKeysError):
        derive(Secret("a passphrase"), SALT, cost)


def test_a_short_salt_is_refused(cheap: Argon2Cost) -> None:
    with pytest.raises(DamagedKeysError):
        derive(Secret("a passphrase"), b"salt", cheap)


def test_the_default_cost_is_that_of_rfc_9106() -> None:
    assert Argon2Cost() == Argon2Cost(memory_kib=65_536, passes=3, lanes=4)
    assert Argon2Cost(1024).is_below(Argon2Cost())
    assert Argon2Cost(passes=2).is_below(Argon2Cost())
    assert not Argon2Cost(lanes=1).is_below(Argon2Cost())


def test_an_existing_passphrase_is_asked_for_once() -> None:
    told: list[str] = []
    answer = ask_in_terminal(Question(Purpose.OPEN, 2, "Wrong."), typing("my passphrase"), told.append, Terminal())
    assert answer == Secret("my passphrase")
    assert told == ["Wrong."]


def test_a_new_passphrase_is_asked_for_until_it_is_typed_twice_alike() -> None:
    told: list[str] = []
    read = typing("one passphrase", "another one", "two passphrase", "two passphrase")
    assert ask_in_terminal(Question(Purpose.CHOOSE), read, told.append, Terminal()) == Secret("two passphrase")
    assert told == ["The two differ."]


def test_the_end_of_input_declines() -> None:
    assert ask_in_terminal(Question(Purpose.OPEN), typing(), terminal=Terminal()) is None
    assert ask_in_terminal(Question(Purpose.CHOOSE), typing("only once"), terminal=Terminal()) is None


def test_where_nobody_sits_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ask_in_terminal(Question(Purpose.OPEN), typing("from a pipe"), terminal=io.StringIO()) is None
    monkeypatch.setattr("sys.stdin", None)
    assert ask_in_terminal(Question(Purpose.OPEN), typing("from nowhere")) is None


def test_by_default_it_tells_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    ask_in_terminal(Question(Purpose.OPEN, 1, "Please."), typing("x"), terminal=Terminal())
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "Please.\n")
