"""What the vault needs of whoever keeps its keys: read everything, or change everything at once.

The vault knows no database. The books implement ``KeyStore``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class KeyState(StrEnum):
    """Where a master key is in its life. At most one is active."""

    INCOMING = "incoming"  # being written; nothing is wrapped under it yet
    ACTIVE = "active"
    RETIRED = "retired"  # nothing is wrapped under it any more; what its place still holds is to be deleted


@dataclass(frozen=True, slots=True)
class MasterRecord:
    """What is stored about a master key: never the key itself.

    ``id`` names the key, ``kind`` the step of the ladder that holds it, ``params`` is JSON text with what that step
    needs (salt and costs, keychain entry, recovery wrapping), ``verifier`` tells whether a key is this one.
    """

    id: str
    kind: str
    params: str
    verifier: str
    state: KeyState


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """The data key of one integration, wrapped under the master key called ``master_id``. ASCII."""

    integration_uuid: str
    master_id: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class KeySnapshot:
    """All keys as they were stored at one moment. ``sealed_rows``: some row holds a sealed value."""

    revision: int
    masters: tuple[MasterRecord, ...] = ()
    wrapped: tuple[WrappedKey, ...] = ()
    sealed_rows: bool = False


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What to change, provided that the store is still at ``revision``. Records and wrapped keys replace by id."""

    revision: int
    put_masters: tuple[MasterRecord, ...] = ()
    drop_masters: tuple[str, ...] = ()
    put_wrapped: tuple[WrappedKey, ...] = ()
    drop_wrapped: tuple[str, ...] = ()


class KeyStore(Protocol):
    """Where key records and wrapped data keys are kept."""

    def read(self) -> KeySnapshot:
        """Everything, in one consistent read."""
        ...

    def write(self, change: KeyChange) -> None:
        """Apply the whole change in one durable transaction and add one to the revision.

        Raises ``KeysChangedError``, having changed nothing, when the revision is not the stored one: two processes
        must not wrap and rotate past each other. Dropped wrapped keys are to be overwritten, not just unlinked
        (SQLite: ``PRAGMA secure_delete``).
        """
        ...
