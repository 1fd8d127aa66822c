"""The master key and the recovery key on the command line. Keys are read from standard input or a hidden prompt."""

from __future__ import annotations

import getpass
import sys

from desktop.actions.keys import make_recovery_key, recover_keys, rotate_key
from desktop.actions.keys import start_over as start_over_keys
from desktop.cli.output import document, say
from desktop.cli.session import Session
from desktop.errors import UsageError
from desktop.vault.keys import ENVIRONMENT, VARIABLE
from desktop.vault.secret import Secret
from desktop.vault.vault import VaultStatus


def rotate(session: Session, kind: str, *, key_stdin: bool, as_json: bool) -> int:
    """Put a new master key in the place of the present one. Raises: UsageError, ClosedBooksError."""
    given = _read("New master key (not shown): ", "the new master key") if key_stdin else None
    with session.business() as business:
        _tell(rotate_key(business, kind, given), as_json)
    return 0


def recovery(session: Session, *, as_json: bool) -> int:
    """Make a recovery key and show it, this once. Raises: ClosedBooksError."""
    with session.business() as business:
        code = make_recovery_key(business)
    if as_json:
        document({"recovery_key": code.reveal()})
        return 0
    say(code.reveal())
    say("Write it down and keep it away from this computer: it is shown this once, and an earlier one opens nothing.")
    say("Where the master key is gone: paydesk keys recover")
    return 0


def recover(session: Session, kind: str, *, as_json: bool) -> int:
    """Open the credentials with the recovery key from standard input. Raises: UsageError, ClosedBooksError."""
    code = _read("Recovery key (not shown): ", "the recovery key")
    with session.business() as business:
        _tell(recover_keys(business, code, kind), as_json)
    return 0


def start_over(session: Session, kind: str, *, yes: bool, as_json: bool) -> int:
    """Give up on every credential and begin with a new master key. Raises: UsageError, ClosedBooksError."""
    if not yes:
        raise UsageError(
            "Not started over",
            "Every account would have to be connected again; what was read stays.",
            "Where key, passphrase and recovery key are lost, say so: paydesk keys start-over --yes.",
        )
    with session.business() as business:
        _tell(start_over_keys(business, kind), as_json, "Connect every account again.")
    return 0


def _read(prompt: str, what: str) -> Secret[str]:
    text = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.read()
    if not text.strip():
        raise UsageError("Nothing was given", "Standard input was empty.", f"Pipe {what} in, or type it when asked.")
    return Secret(text.strip())


def _tell(status: VaultStatus, as_json: bool, then: str = "The accounts stay connected.") -> None:
    if as_json:
        document({"kind": status.kind, "key_id": status.key_id, "recovery_key": status.has_recovery_key})
        return
    where = f"{status.keychain or 'the keychain'}" if status.kind != ENVIRONMENT else VARIABLE
    kept = "behind your passphrase" if status.kind == "passphrase" else f"in {where}"
    say(f"The new master key is {kept}. {then}")
    if status.kind == ENVIRONMENT:
        say(f"From now on set {VARIABLE} to the new key: the old one opens nothing any more.")
