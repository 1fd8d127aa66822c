"""Only real keychains are taken, none of them is waited for without end, and each failure has words."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Callable
from typing import Any

import keyring
import pytest
from keyring import errors
from keyring.backends import chainer, fail, kwallet, null
from keyring.backends.SecretService import Keyring as SecretService

from desktop.vault.errors import KeychainError
from desktop.vault.keychain import REAL_KEYCHAINS, Keychain, NoKeychainError, find_keychain
from desktop.vault.secret import Secret
from tests.helpers.patience import PATIENCE_S

VALUE = "the-entry" + "-itself"


class PlaintextKeyring(null.Keyring):
    """As ``keyrings.alt`` has it."""


class Derived(SecretService):
    """Somebody's own class, which may do anything with what it gets."""


def made(kind: Callable[[], object]) -> object:
    """One of ``keyring``'s untyped classes."""
    return kind()


def chain_of(monkeypatch: pytest.MonkeyPatch, *links: object) -> object:
    monkeypatch.setattr(chainer.ChainerBackend, "backends", list(links))
    return made(chainer.ChainerBackend)


def set_keyring(monkeypatch: pytest.MonkeyPatch, backend: object) -> None:
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)


def test_the_keychain_of_the_tests_is_none() -> None:
    with pytest.raises(NoKeychainError):
        find_keychain()


@pytest.mark.parametrize("make", [null.Keyring, fail.Keyring, PlaintextKeyring, Derived])
def test_what_is_no_real_keychain_is_as_if_there_were_none(
    make: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    set_keyring(monkeypatch, make())
    with pytest.raises(NoKeychainError) as caught:
        find_keychain()
    assert "PAYDESK_MASTER_KEY" in caught.value.action
    assert caught.value.exit_status == 5


@pytest.mark.parametrize("name", [n for n in REAL_KEYCHAINS if "macOS" not in n and "Windows" not in n])
def test_the_names_in_the_table_are_real_classes(name: str) -> None:
    module, _, class_name = name.rpartition(".")
    __import__(module)
    assert hasattr(sys.modules[module], class_name)


def test_a_real_keychain_is_taken_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    set_keyring(monkeypatch, made(SecretService))
    assert find_keychain().name == "Secret Service"
    assert find_keychain("Secret Service").name == "Secret Service"
    with pytest.raises(NoKeychainError, match="KWallet"):
        find_keychain("KWallet")


def test_of_a_chain_only_its_real_links_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    wallet = made(kwallet.DBusKeyring)
    set_keyring(monkeypatch, chain_of(monkeypatch, made(PlaintextKeyring), wallet, made(SecretService)))
    assert find_keychain().name == "KWallet"
    assert find_keychain("Secret Service").name == "Secret Service"
    set_keyring(monkeypatch, chain_of(monkeypatch, made(PlaintextKeyring), made(null.Keyring)))
    with pytest.raises(NoKeychainError):
        find_keychain()


@pytest.mark.parametrize("error", [ImportError("x"), AttributeError("x"), ValueError("Empty module name")])
def test_a_configured_backend_that_does_not_exist_is_no_keychain(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> object:
        raise error

    monkeypatch.setattr(keyring, "get_keyring", refuse)
    with pytest.raises(NoKeychainError):
        find_keychain()


def test_entries_are_written_read_and_deleted(backend: Any) -> None:
    keychain = Keychain(backend, "Secret Service")
    assert keychain.read("home/key") is None
    keychain.write("home/key", Secret(VALUE))
    assert keychain.read("home/key") == Secret(VALUE)
    assert list(backend.entries) == [("paydesk", "home/key")]
    keychain.delete("home/key")
    keychain.delete("home/key")
    assert backend.entries == {}


class SecretStorageError(Exception):
    """Stands for an exception that a backend lets through."""


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (errors.NoKeyringError(VALUE), "No keychain"),
        (errors.KeyringLocked(VALUE), "The keychain is locked"),
        (errors.InitError(VALUE), "The keychain is locked"),
        (errors.PasswordSetError(VALUE), "The keychain refused"),
        (errors.KeyringError(VALUE), "The keychain refused"),
        (ConnectionResetError(VALUE), "The keychain refused"),
        (RuntimeError(VALUE), "The keychain refused"),
        (UnicodeDecodeError("utf-8", VALUE.encode(), 0, 1, "x"), "The keychain refused"),
        (SecretStorageError(VALUE), "The keychain refused"),
    ],
)
@pytest.mark.parametrize("operation", ["read", "write", "delete"])
def test_every_failure_has_words_that_do_not_quote_the_backend(
    make_backend: Any, operation: str, error: Exception, title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("secretstorage.exceptions")
    module.SecretStorageException = SecretStorageError  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "secretstorage.exceptions", module)

    def before(name: str) -> None:
        if name == operation:
            raise error

    backend = make_backend(before)
    backend.entries["paydesk", "home/key"] = VALUE
    keychain = Keychain(backend, "Secret Service")
    calls: dict[str, Callable[[], object]] = {
        "read": lambda: keychain.read("home/key"),
        "write": lambda: keychain.write("home/key", Secret(VALUE)),
        "delete": lambda: keychain.delete("home/key"),
    }
    with pytest.raises(KeychainError) as caught:
        calls[operation]()
    assert caught.value.title == title
    assert caught.value.action
    assert VALUE not in str(caught.value)


def test_a_keychain_that_hangs_in_a_prompt_is_given_up_at_the_deadline(make_backend: Any) -> None:
    answered = threading.Event()
    keychain = Keychain(make_backend(lambda _: answered.wait(PATIENCE_S)), "Secret Service", deadline_seconds=0.05)
    try:
        with pytest.raises(KeychainError) as caught:
            keychain.read("home/key")
    finally:
        answered.set()
    assert caught.value.title == "The keychain does not answer"
