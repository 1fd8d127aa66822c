"""The operating system's keychain through ``keyring``: only real ones, with a deadline, and with errors in words.

``keyring`` picks a backend by itself, and some of those it can pick keep passwords in plain files or nowhere at all.
So the backend is looked up in a table of known keychains; one that is not there is as if there were none.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from types import MappingProxyType
from typing import Protocol, TypeVar

from desktop.vault.errors import KeychainError
from desktop.vault.secret import Secret

SERVICE = "paydesk"
DEADLINE_SECONDS = 120.0  # long enough for a person to find the keychain's own password
_CHAIN = "keyring.backends.chainer.ChainerBackend"

# The name is stored with the key, so that a home asks the keychain that holds it and no other.
REAL_KEYCHAINS = MappingProxyType(
    {
        "keyring.backends.SecretService.Keyring": "Secret Service",
        "keyring.backends.libsecret.Keyring": "Secret Service",
        "keyring.backends.kwallet.DBusKeyring": "KWallet",
        "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet 4",
        "keyring.backends.macOS.Keyring": "macOS Keychain",
        "keyring.backends.Windows.WinVaultKeyring": "Windows Credential Manager",
    }
)

# What backends let through unwrapped. Looked up only in modules that the backend itself has already imported.
_FOREIGN_ERRORS = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus", "DBusException"),
    ("gi.repository.GLib", "Error"),
    ("win32ctypes.pywin32.pywintypes", "error"),
    ("pywintypes", "error"),
)

Result = TypeVar("Result")


class Backend(Protocol):
    """The part of a ``keyring`` backend that is used."""

    def get_password(self, service: str, username: str) -> str | None:
        """The stored text, or None."""
        ...

    def set_password(self, service: str, username: str, password: str) -> None:
        """Store or replace."""
        ...

    def delete_password(self, service: str, username: str) -> None:
        """Delete; raises when there is nothing."""
        ...


class NoKeychainError(KeychainError):
    """This computer has no keychain that is accepted."""

    def __init__(self, message: str = "This computer offers no keychain that Paydesk trusts.") -> None:
        super().__init__("No keychain", message, "Choose a passphrase, or set PAYDESK_MASTER_KEY (32 bytes in base64).")


class Keychain:
    """Entries of the service ``paydesk`` in one real keychain. Calls may wait for a person: never on the UI thread."""

    def __init__(self, backend: Backend, name: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        self.name = name
        self._backend = backend
        self._deadline_seconds = deadline_seconds

    def read(self, user: str) -> Secret[str] | None:
        """The entry, or None. Raises ``KeychainError``."""

        def call() -> Secret[str] | None:
            value = self._backend.get_password(SERVICE, user)
            return None if value is None else Secret(value)

        return self._ask(call)

    def write(self, user: str, value: Secret[str]) -> None:
        """Store or replace the entry. Raises ``KeychainError``."""
        self._ask(lambda: self._backend.set_password(SERVICE, user, value.reveal()))

    def delete(self, user: str) -> None:
        """Delete the entry; one that is not there is fine. Raises ``KeychainError`` when it stays."""

        def call() -> None:
            if self._backend.get_password(SERVICE, user) is not None:
                self._backend.delete_password(SERVICE, user)

        self._ask(call)

    def _ask(self, call: Callable[[], Result]) -> Result:
        return _within(self._deadline_seconds, self.name, call)


def find_keychain(name: str | None = None, deadline_seconds: float = DEADLINE_SECONDS) -> Keychain:
    """The real keychain of this computer; with a name, that one and no other.

    Looking takes 0.1 to 0.3 s and may talk to the session bus: never on the UI thread. Raises ``NoKeychainError``
    when there is none (of that name), ``KeychainError`` when it does not answer.
    """
    for backend in _within(deadline_seconds, "the keychain", _candidates):
        found = REAL_KEYCHAINS.get(_class_name(backend))
        if found is not None and name in (None, found):
            return Keychain(backend, found, deadline_seconds)
    if name is None:
        raise NoKeychainError
    raise NoKeychainError(f"The key is kept in {name}, which cannot be reached from here.")


def _candidates() -> Iterable[Backend]:
    """What ``keyring`` would use; of a chain, its links, so that a link outside the table is never reached."""
    import keyring

    try:
        chosen = keyring.get_keyring()
    except (ImportError, AttributeError, ValueError):
        # PYTHON_KEYRING_BACKEND or keyringrc.cfg names something that does not exist.
        raise NoKeychainError from None
    if _class_name(chosen) == _CHAIN:
        return list(chosen.backends)  # type: ignore[attr-defined]
    return [chosen]


def _class_name(backend: object) -> str:
    kind = type(backend)
    return f"{kind.__module__}.{kind.__qualname__}"


def _within(deadline_seconds: float, name: str, call: Callable[[], Result]) -> Result:
    """Run the call on a thread of its own and stop waiting at the deadline.

    The thread is a daemon: what hangs in a prompt that nobody can see must not keep the program from ending.
    """
    answers: list[Result] = []
    errors: list[KeychainError] = []

    def run() -> None:
        try:
            answers.append(_translated(name, call))
        except KeychainError as error:
            errors.append(error)

    thread = threading.Thread(target=run, name="keychain", daemon=True)
    thread.start()
    thread.join(deadline_seconds)
    if errors:
        raise errors[0]
    if answers:
        return answers[0]
    if thread.is_alive():
        raise KeychainError(
            "The keychain does not answer",
            f"{name} did not answer within {deadline_seconds:g} seconds; it may be waiting for its own password.",
            "Unlock it, then try again.",
        )
    raise RuntimeError("the call to the keychain ended without an answer")


def _translated(name: str, call: Callable[[], Result]) -> Result:
    """Words for every way a backend has to fail. Texts of the backend are not repeated: they may quote the entry."""
    from keyring import errors

    known: tuple[type[Exception], ...] = (errors.KeyringError, OSError, RuntimeError, UnicodeError)
    known += _foreign_errors()
    try:
        return call()
    except errors.NoKeyringError:
        raise NoKeychainError from None
    except (errors.KeyringLocked, errors.InitError):
        raise KeychainError(
            "The keychain is locked", f"{name} could not be unlocked.", "Unlock it, then try again."
        ) from None
    except known as error:
        kind = type(error).__name__
        raise KeychainError(
            "The keychain refused",
            f"{name} answered with an error ({kind}).",
            "Check the keychain, then try again.",
        ) from None


def _foreign_errors() -> tuple[type[Exception], ...]:
    found = []
    for module_name, class_name in _FOREIGN_ERRORS:
        kind = getattr(sys.modules.get(module_name), class_name, None)
        if isinstance(kind, type) and issubclass(kind, Exception):
            found.append(kind)
    return tuple(found)
