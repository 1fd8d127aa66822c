"""What can be wrong with the vault, each with words for the owner. No text here ever carries a secret."""

from __future__ import annotations

from desktop.errors import ClosedBooksError

RECONNECT = (
    "enter the recovery key, give the passphrase if there is one, or give the credentials up"
    " (paydesk keys start-over) and connect the accounts again"
)


class SealBrokenError(ClosedBooksError):
    """A sealed value does not open: changed, cut short, or taken from another place."""

    def __init__(self, what: str = "A stored credential") -> None:
        super().__init__(
            "A sealed value is damaged",
            f"{what} was changed outside Paydesk, or belongs to another place.",
            "Restore a backup, or connect the account again.",
        )


class NewerSealError(ClosedBooksError):
    """A sealed value has a form that only a newer version knows."""

    def __init__(self) -> None:
        super().__init__(
            "Sealed by a newer version",
            "A stored credential was written by a newer version of Paydesk.",
            "Update Paydesk on this computer.",
        )


class WrongKeyError(ClosedBooksError):
    """There is a key, but not the one that these books were sealed with."""


class LostKeyError(ClosedBooksError):
    """Sealed values exist and their key does not. No new key is ever made in its place."""

    def __init__(self, message: str) -> None:
        super().__init__("The key to the credentials is missing", message, f"To go on, {RECONNECT}.")


class DamagedKeysError(ClosedBooksError):
    """A key record or a wrapped key is not what was written."""

    def __init__(self, message: str) -> None:
        super().__init__("The key record is damaged", message, f"Restore a backup; otherwise {RECONNECT}.")


class MalformedKeyError(ClosedBooksError):
    """``PAYDESK_MASTER_KEY`` is not 32 bytes in base64."""


class KeychainError(ClosedBooksError):
    """The system's keychain is absent, locked, silent, or refused."""


class NoKeyPlaceError(ClosedBooksError):
    """There is neither a key in the environment, nor a keychain, nor somebody to ask for a passphrase."""


class PassphraseError(ClosedBooksError):
    """No usable passphrase was given."""


class RecoveryKeyError(ClosedBooksError):
    """The recovery key was mistyped, is not the one of these books, or was never made."""


class KeysBusyError(ClosedBooksError):
    """Another process changed the keys at the same time, again and again."""

    def __init__(self) -> None:
        super().__init__(
            "The keys are being changed",
            "Another Paydesk is changing the keys of these books.",
            "Wait until it has finished, then try again.",
        )


class UnsafeFolderError(ClosedBooksError):
    """The home folder or a file in it cannot be made private to its owner."""


class KeysChangedError(Exception):
    """The stored keys are no longer at the revision that a change was made for: read again, then decide again."""
