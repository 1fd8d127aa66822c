"""Key records: writing, checking and changing what is stored about a master key."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace

from desktop.vault.errors import DamagedKeysError
from desktop.vault.sealing import MasterKey
from desktop.vault.store import KeyState, MasterRecord

Params = Mapping[str, object]

_DIGEST = "digest"


def new_record(key: MasterKey, kind: str, params: Params) -> MasterRecord:
    """The record of a key that is about to be kept: incoming, with its verifier."""
    return MasterRecord(key.id, kind, _encode(key.id, kind, params), _verifier(key, kind), state=KeyState.INCOMING)


def with_params(record: MasterRecord, params: Params) -> MasterRecord:
    """The same record with other parameters."""
    return replace(record, params=_encode(record.id, record.kind, params))


def params_of(record: MasterRecord) -> dict[str, object]:
    """The record's parameters. Raises ``DamagedKeysError`` unless they are exactly what was written.

    The digest is what tells a damaged record from a wrong passphrase: it holds without any key.
    """
    try:
        params = json.loads(record.params)
    except ValueError:
        params = None
    if not isinstance(params, dict):
        raise DamagedKeysError("The record of the master key cannot be read.")
    digest = params.pop(_DIGEST, None)
    if not isinstance(digest, str) or not hmac.compare_digest(digest, _digest(record.id, record.kind, params)):
        raise DamagedKeysError("The record of the master key was changed outside Paydesk.")
    return params


def text_param(params: Params, name: str) -> str:
    """A text parameter. Raises ``DamagedKeysError`` when there is none."""
    value = params.get(name)
    if not isinstance(value, str):
        raise DamagedKeysError(f"The record of the master key lacks its {name}.")
    return value


def whole_param(params: Params, name: str) -> int:
    """A whole-number parameter. Raises ``DamagedKeysError`` when there is none."""
    value = params.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise DamagedKeysError(f"The record of the master key lacks its {name}.")
    return value


def is_key_of(record: MasterRecord, key: MasterKey) -> bool:
    """Whether this is the key that the record was written for."""
    return key.id == record.id and hmac.compare_digest(record.verifier, _verifier(key, record.kind))


def _verifier(key: MasterKey, kind: str) -> str:
    message = f"paydesk master key verifier 1\0{key.id}\0{kind}".encode()
    return hmac.new(key.material.reveal(), message, hashlib.sha256).hexdigest()


def _encode(name: str, kind: str, params: Params) -> str:
    return _canonical({**params, _DIGEST: _digest(name, kind, params)})


def _digest(name: str, kind: str, params: Params) -> str:
    return hashlib.sha256(_canonical({"id": name, "kind": kind, "params": dict(params)}).encode()).hexdigest()


def _canonical(value: Params) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
