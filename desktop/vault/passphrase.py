"""Passphrases: asking for one, and deriving a key from it with Argon2id (RFC 9106)."""

from __future__ import annotations

import getpass
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TextIO

from desktop.vault.errors import DamagedKeysError, PassphraseError
from desktop.vault.sealing import KEY_BYTES
from desktop.vault.secret import Secret

SALT_BYTES = 16
SHORTEST = 12  # characters; what it protects can be tried against without a limit by whoever has the file

# A record is data: it must not be able to ask this computer for all its memory.
_MOST_MEMORY_KIB = 4 * 1024 * 1024
_MOST_PASSES = 100
_MOST_LANES = 64


class Purpose(StrEnum):
    """Why a passphrase is asked for."""

    CHOOSE = "choose"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Question:
    """What the window or the terminal is to ask. ``attempt`` counts from 1; ``reason`` says why it asks (again)."""

    purpose: Purpose
    attempt: int = 1
    reason: str = ""


Ask = Callable[[Question], Secret[str] | None]
"""Asks a person. None means that the person declined."""


@dataclass(frozen=True, slots=True)
class Argon2Cost:
    """What one guess costs. The defaults are RFC 9106's second recommendation (section 4)."""

    memory_kib: int = 64 * 1024
    passes: int = 3
    lanes: int = 4

    def is_below(self, other: Argon2Cost) -> bool:
        """Whether a guess here is cheaper than there, in memory or in passes."""
        return self.memory_kib < other.memory_kib or self.passes < other.passes


def derive(passphrase: Secret[str], salt: bytes, cost: Argon2Cost) -> Secret[bytes]:
    """32 bytes from the passphrase (NFC, so that every keyboard gives the same), the salt and the cost.

    Takes about 0.1 s at the default cost. Raises ``DamagedKeysError`` for a cost outside all reason and
    ``PassphraseError`` when there is not enough memory.
    """
    reasonable = (
        0 < cost.passes <= _MOST_PASSES
        and 0 < cost.lanes <= _MOST_LANES
        and 8 * cost.lanes <= cost.memory_kib <= _MOST_MEMORY_KIB
        and len(salt) >= SALT_BYTES
    )
    if not reasonable:
        raise DamagedKeysError("The record of the passphrase asks for an impossible computation.")
    # Only where there is a passphrase: books open without one mostly, and the first figures wait for their opening.
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    text = unicodedata.normalize("NFC", passphrase.reveal()).encode("utf-8", "surrogatepass")
    try:
        derived = hash_secret_raw(
            text, salt, cost.passes, cost.memory_kib, cost.lanes, hash_len=KEY_BYTES, type=Type.ID
        )
    except HashingError:
        raise PassphraseError(
            "The passphrase could not be checked",
            f"Checking it takes {cost.memory_kib // 1024} MiB of memory.",
            "Close other programs, then try again.",
        ) from None
    return Secret(derived)


def ask_in_terminal(
    question: Question,
    read_hidden: Callable[[str], str] = getpass.getpass,
    tell: Callable[[str], None] | None = None,
    terminal: TextIO | None = None,
) -> Secret[str] | None:
    """Ask on the terminal without echo; a new passphrase is asked for twice.

    Returns None at the end of input or where nobody sits (``terminal``, by default standard input, is no terminal):
    a hidden answer is never read from a pipe, where it would be echoed somewhere.
    """
    import sys

    stream = terminal if terminal is not None else sys.stdin
    if stream is None or not stream.isatty():
        return None
    say = tell if tell is not None else _tell_on_stderr
    if question.reason:
        say(question.reason)
    try:
        if question.purpose is Purpose.OPEN:
            return Secret(read_hidden("Passphrase: "))
        while True:
            first, second = Secret(read_hidden("New passphrase: ")), Secret(read_hidden("Once more: "))
            if first == second:
                return first
            say("The two differ.")
    except EOFError:
        return None


def _tell_on_stderr(text: str) -> None:
    import sys

    sys.stderr.write(text + "\n")
