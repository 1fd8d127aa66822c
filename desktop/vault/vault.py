"""The vault: seals and opens the credentials of integrations, and looks after the keys to them.

Every change of keys is one conditional transaction of the store; what lies outside it (the keychain) is written before
and deleted after. So a process that is killed at any point leaves books that open, and what it left lying about is
tidied at the next opening.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from desktop.errors import UsageError
from desktop.vault import recovery
from desktop.vault.errors import (
    DamagedKeysError,
    KeychainError,
    KeysBusyError,
    KeysChangedError,
    LostKeyError,
    RecoveryKeyError,
    SealBrokenError,
)
from desktop.vault.key_records import is_key_of, new_record, params_of, text_param, with_params
from desktop.vault.keys import KeySource, KeySources, Prepared
from desktop.vault.sealing import DataKey, MasterKey, Place, open_sealed, seal, unwrap, wrap
from desktop.vault.secret import Secret
from desktop.vault.store import KeyChange, KeySnapshot, KeyState, KeyStore, MasterRecord, WrappedKey

logger = logging.getLogger(__name__)

Decide = Callable[[KeySnapshot], KeyChange]

_RECOVERY = "recovery"
_TRIES = 8  # how often a change is decided anew because another process was quicker


@dataclass(frozen=True, slots=True)
class VaultStatus:
    """What may be told about the vault without opening it. Kind and key are empty where no key was made yet."""

    kind: str
    key_id: str
    keychain: str
    has_recovery_key: bool


class Vault:
    """The keys of one home. Safe to share between threads; anything here may wait: never on the UI thread."""

    def __init__(self, store: KeyStore, sources: KeySources) -> None:
        self._store = store
        self._sources = sources
        self._keys: dict[str, MasterKey] = {}
        self._lock = threading.RLock()

    @property
    def is_unlocked(self) -> bool:
        """Whether a master key is in memory."""
        return bool(self._keys)

    def status(self) -> VaultStatus:
        """Where the key is kept and whether a recovery key was made. Raises ``DamagedKeysError``."""
        active = _active(self._store.read())
        if active is None:
            return VaultStatus("", "", "", has_recovery_key=False)
        params = params_of(active)
        return VaultStatus(active.kind, active.id, str(params.get("keychain", "")), _RECOVERY in params)

    def unlock(self) -> None:
        """Get the master key, unless it is in memory already; make one in a new home only.

        Raises ``LostKeyError`` when anything is sealed and its key is not there (no new key is made then), and what
        the key's source raises: ``KeychainError``, ``WrongKeyError``, ``MalformedKeyError``, ``CancelledError``...
        """
        with self._lock:
            for _ in range(_TRIES):
                snapshot = self._store.read()
                active = _active(snapshot)
                if active is not None:
                    if active.id not in self._keys:
                        self._load(snapshot, active)
                    self._tidy()
                    return
                if snapshot.sealed_rows or snapshot.wrapped:
                    raise LostKeyError("There are sealed credentials here, but no record of their key.")
                try:
                    self._tidy()
                    source = self._sources.first()
                    self._adopt(source, source.prepare(), keep_wrapped=True)
                except KeysBusyError:
                    continue
                return
            raise KeysBusyError

    def lock(self) -> None:
        """Forget the master key. ``unlock`` gets it again."""
        with self._lock:
            self._keys.clear()

    def has_data_key(self, integration_uuid: str) -> bool:
        """Whether the integration has a key already: one that reconnects goes on with it."""
        return _wrapped(self._store.read(), integration_uuid) is not None

    def new_data_key(self, integration_uuid: str) -> DataKey:
        """Make and store the key of a new integration. ``ValueError`` when it has one: that would orphan its seals."""

        def decide(snapshot: KeySnapshot) -> KeyChange:
            if _wrapped(snapshot, integration_uuid) is not None:
                raise ValueError(f"integration {integration_uuid} has a data key")
            master = self._active_key(snapshot)
            wrapped = WrappedKey(integration_uuid, master.id, wrap(master, integration_uuid, data_key))
            return KeyChange(snapshot.revision, put_wrapped=(wrapped,))

        data_key = DataKey.new()
        self._change(decide)
        return data_key

    def seal_fields(self, integration_uuid: str, place: Place, fields: Mapping[str, str | Secret[str]]) -> bytes:
        """Seal credentials as one ASCII value for this place, under the integration's key.

        Raises ``LostKeyError`` when the integration has no key.
        """
        plain = {name: value.reveal() if isinstance(value, Secret) else value for name, value in fields.items()}
        return seal(self._data_key(integration_uuid), place, json.dumps(plain, sort_keys=True).encode())

    def open_fields(self, integration_uuid: str, place: Place, sealed: bytes) -> dict[str, Secret[str]]:
        """Open what ``seal_fields`` made. Raises ``LostKeyError``, ``SealBrokenError`` or ``NewerSealError``."""
        opened = open_sealed(self._data_key(integration_uuid), place, sealed)
        # The seal held, so this is the JSON that was written: no other error to expect.
        fields: dict[str, str] = json.loads(opened.reveal())
        return {name: Secret(value) for name, value in fields.items()}

    def new_source(self, kind: str = "") -> KeySource:
        """Where a new key can be kept: a kind of place, or the one that a new home would take here.

        Raises ``NoKeyPlaceError`` where there is none.
        """
        return self._sources.new(kind)

    def rotate(self, new_source: KeySource) -> None:
        """Put a new master key from this source in the place of the present one. Data keys and seals stay valid.

        The recovery key keeps working. Raises what the source raises, and then the old key stays; also
        ``KeysBusyError`` when another process rotates too.
        """
        with self._lock:
            present = self._active_key(self._store.read())
            self._tidy()
            self._adopt(new_source, _another(new_source.prepare(), present.id), keep_wrapped=True)

    def start_over(self, source: KeySource) -> None:
        """Give up on what is sealed: destroy every wrapped data key and begin with a new master key.

        For an owner who lost key, passphrase and recovery key, and who will connect every account again. Never
        called without having asked.
        """
        with self._lock:
            self._tidy()
            prepared = source.prepare()
            for record in self._store.read().masters:
                _another(prepared, record.id)
            self._adopt(source, prepared, keep_wrapped=False)

    def create_recovery_key(self) -> Secret[str]:
        """Make a recovery key and give it out, once, to be written down. An earlier one opens nothing any more."""

        def decide(snapshot: KeySnapshot) -> KeyChange:
            key = self._active_key(snapshot)
            active = _known_active(snapshot)
            box = recovery.seal_to(recovery.public_half(code), key)
            record = with_params(active, {**params_of(active), _RECOVERY: box})
            return KeyChange(snapshot.revision, put_masters=(record,))

        code = recovery.new_code()
        self._change(decide)
        return code

    def recover(self, code: Secret[str]) -> None:
        """Open the vault with the recovery key, for this run. ``rotate`` then puts a key where it can be found again.

        Raises ``RecoveryKeyError`` for a code that is mistyped or of other books, or where none was ever made;
        ``LostKeyError`` when not even a key record is left.
        """
        with self._lock:
            active = _active(self._store.read())
            if active is None:
                raise LostKeyError("There is no record of a key that a recovery key could open.")
            box = params_of(active).get(_RECOVERY)
            if not isinstance(box, dict):
                raise RecoveryKeyError(
                    "There is no recovery key",
                    "No recovery key was made for these books.",
                    "Connect the accounts again.",
                )
            try:
                key = recovery.open_with(code, box, active.id)
            except SealBrokenError:
                raise DamagedKeysError("The recovery part of the key record is damaged.") from None
            if not is_key_of(active, key):
                raise DamagedKeysError("The recovery part of the key record holds another key.")
            self._keys = {key.id: key}

    def shred(self, integration_uuid: str) -> None:
        """Destroy the integration's wrapped data key: nothing sealed under it opens again, here or in a copy of it."""
        self._change(lambda snapshot: KeyChange(snapshot.revision, drop_wrapped=(integration_uuid,)))

    def _data_key(self, integration_uuid: str) -> DataKey:
        with self._lock:
            snapshot = self._store.read()
            row = _wrapped(snapshot, integration_uuid)
            if row is None:
                raise LostKeyError("This connection has no key: it was forgotten, or never finished.")
            return self._unwrapped(snapshot, row)

    def _unwrapped(self, snapshot: KeySnapshot, row: WrappedKey) -> DataKey:
        key = self._active_key(snapshot)
        if row.master_id != key.id:
            raise LostKeyError(f"The key of a connection is wrapped under a key that is gone ({row.master_id}).")
        try:
            return unwrap(key, row.integration_uuid, row.wrapped)
        except SealBrokenError:
            raise DamagedKeysError("The wrapped key of a connection was changed outside Paydesk.") from None

    def _active_key(self, snapshot: KeySnapshot) -> MasterKey:
        """The active master key; got anew when another process has rotated since ``unlock``."""
        if not self._keys:
            raise RuntimeError("the vault is locked: unlock() comes first")
        active = _known_active(snapshot)
        if active.id not in self._keys:
            self._load(snapshot, active)
        return self._keys[active.id]

    def _load(self, snapshot: KeySnapshot, active: MasterRecord) -> None:
        loaded = self._sources.of(active).load(active)
        if not is_key_of(active, loaded.key):
            raise DamagedKeysError("The key that was found is not the one of the record.")
        if loaded.params is not None:
            better = with_params(active, loaded.params)
            try:
                self._store.write(KeyChange(snapshot.revision, put_masters=(better,)))
            except KeysChangedError:
                logger.debug("the key record changed meanwhile: it gets its new cost next time")
        self._keys = {loaded.key.id: loaded.key}

    def _change(self, decide: Decide) -> None:
        """Decide a change on what is stored and write it; decide again when another process was quicker."""
        with self._lock:
            for _ in range(_TRIES):
                try:
                    self._store.write(decide(self._store.read()))
                except KeysChangedError:
                    continue
                return
            raise KeysBusyError

    def _adopt(self, source: KeySource, prepared: Prepared, *, keep_wrapped: bool) -> None:
        """Make a new key the active one. In this order: its record, its keeping, the switch, the old one's deletion."""
        incoming = new_record(prepared.key, source.kind, prepared.params)
        decide = self._rewrapping if keep_wrapped else _abandoning

        def announce(snapshot: KeySnapshot) -> KeyChange:
            if any(record.id == incoming.id for record in snapshot.masters):
                raise KeysBusyError
            return KeyChange(snapshot.revision, put_masters=(incoming,))

        def switch(snapshot: KeySnapshot) -> KeyChange:
            if incoming not in snapshot.masters:
                # Another process took it for the left-over of a dead one and has retired it.
                raise KeysBusyError
            return decide(snapshot, replace(incoming, state=KeyState.ACTIVE), prepared.key)

        self._change(announce)
        source.keep(incoming, prepared.key)
        self._change(switch)
        self._keys = {prepared.key.id: prepared.key}
        self._tidy()

    def _rewrapping(self, snapshot: KeySnapshot, new: MasterRecord, key: MasterKey) -> KeyChange:
        """The switch that keeps everything: data keys re-wrapped, the recovery key carried over."""
        old = _active(snapshot)
        if old is None:
            if snapshot.wrapped or snapshot.sealed_rows:
                raise LostKeyError("There are sealed credentials here, but no record of their key.")
            return KeyChange(snapshot.revision, put_masters=(new,))
        rewrapped = tuple(
            WrappedKey(row.integration_uuid, key.id, wrap(key, row.integration_uuid, self._unwrapped(snapshot, row)))
            for row in snapshot.wrapped
        )
        masters = (_with_recovery_of(old, new, key), replace(old, state=KeyState.RETIRED))
        return KeyChange(snapshot.revision, put_masters=masters, put_wrapped=rewrapped)

    def _tidy(self) -> None:
        """Delete what retired keys and interrupted changes left. What cannot be reached stays for another time.

        An incoming record is retired in a transaction of its own first: should its process be alive after all, that
        process's switch fails, and never is a key deleted that something is wrapped under.
        """
        snapshot = self._store.read()
        incoming = tuple(record for record in snapshot.masters if record.state is KeyState.INCOMING)
        retired = tuple(replace(record, state=KeyState.RETIRED) for record in incoming)
        try:
            if retired:
                self._store.write(KeyChange(snapshot.revision, put_masters=retired))
                snapshot = self._store.read()
            gone = [
                record.id for record in snapshot.masters if record.state is KeyState.RETIRED and self._discard(record)
            ]
            if gone:
                self._store.write(KeyChange(snapshot.revision, drop_masters=tuple(gone)))
        except KeysChangedError:
            logger.debug("the keys changed meanwhile: what is left over is tidied next time")

    def _discard(self, record: MasterRecord) -> bool:
        try:
            return self._sources.discard(record)
        except DamagedKeysError:
            return True  # the record no longer says where to look
        except KeychainError:
            logger.info("the retired key %s cannot be deleted from its %s yet", record.id, record.kind)
            return False


def _another(prepared: Prepared, present_id: str) -> Prepared:
    if prepared.key.id == present_id:
        raise UsageError(
            "That is the present key",
            "The new master key is the one that these books are sealed with already.",
            "Give another one.",
        )
    return prepared


def _active(snapshot: KeySnapshot) -> MasterRecord | None:
    active = [record for record in snapshot.masters if record.state is KeyState.ACTIVE]
    if len(active) > 1:
        raise DamagedKeysError("There are two records of an active master key.")
    return active[0] if active else None


def _known_active(snapshot: KeySnapshot) -> MasterRecord:
    active = _active(snapshot)
    if active is None:
        raise LostKeyError("The record of the master key is gone.")
    return active


def _wrapped(snapshot: KeySnapshot, integration_uuid: str) -> WrappedKey | None:
    return next((row for row in snapshot.wrapped if row.integration_uuid == integration_uuid), None)


def _with_recovery_of(old: MasterRecord, new: MasterRecord, key: MasterKey) -> MasterRecord:
    """The new record with the old one's recovery key: the paper in the owner's drawer stays good."""
    box = params_of(old).get(_RECOVERY)
    if not isinstance(box, dict):
        return new
    return with_params(new, {**params_of(new), _RECOVERY: recovery.seal_to(text_param(box, "public"), key)})


def _abandoning(snapshot: KeySnapshot, new: MasterRecord, key: MasterKey) -> KeyChange:
    """The switch that keeps nothing: every wrapped key is dropped, every other record retired."""
    retired = (replace(record, state=KeyState.RETIRED) for record in snapshot.masters if record.id != new.id)
    dropped = tuple(row.integration_uuid for row in snapshot.wrapped)
    return KeyChange(snapshot.revision, put_masters=(new, *retired), drop_wrapped=dropped)
