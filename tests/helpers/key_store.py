"""A store of keys that lives in the test."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field

from desktop.vault.errors import KeysChangedError
from desktop.vault.store import KeyChange, KeySnapshot, MasterRecord, WrappedKey


@dataclass
class MemoryKeyStore:
    """A store that lives in this process. ``sealed_rows`` is set by whoever keeps sealed rows beside it."""

    sealed_rows: bool = False
    _masters: dict[str, MasterRecord] = field(default_factory=dict)
    _wrapped: dict[str, WrappedKey] = field(default_factory=dict)
    _revision: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self) -> KeySnapshot:
        """As ``KeyStore.read``."""
        with self._lock:
            return KeySnapshot(
                self._revision, tuple(self._masters.values()), tuple(self._wrapped.values()), self.sealed_rows
            )

    def write(self, change: KeyChange) -> None:
        """As ``KeyStore.write``."""
        with self._lock:
            if change.revision != self._revision:
                raise KeysChangedError
            _discard(self._masters, change.drop_masters)
            _discard(self._wrapped, change.drop_wrapped)
            self._masters.update((record.id, record) for record in change.put_masters)
            self._wrapped.update((key.integration_uuid, key) for key in change.put_wrapped)
            self._revision += 1


def _discard(rows: dict[str, MasterRecord] | dict[str, WrappedKey], names: Iterable[str]) -> None:
    for name in names:
        rows.pop(name, None)
