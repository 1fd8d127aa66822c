"""Sealing: AES-256-GCM with associated data that binds each value to its one place.

A sealed value is ASCII: ``pd1.<key id>.<base64url of nonce and ciphertext>``. The nonce is 12 fresh random bytes
(NIST SP 800-38D, 8.2.2), far from its limit at the few thousand seals that a key of ours ever does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from desktop.vault.errors import NewerSealError, SealBrokenError
from desktop.vault.secret import Secret

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
FORMAT = "pd1"


def key_id(label: str, material: Secret[bytes]) -> str:
    """A short public name of a key: 16 hex digits of a hash that tells nothing about 32 random bytes."""
    digest = hashlib.sha256(f"paydesk {label} id 1".encode() + b"\0" + material.reveal())
    return digest.hexdigest()[:16]


def _check_size(material: Secret[bytes]) -> None:
    if len(material.reveal()) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes")


@dataclass(frozen=True, slots=True)
class DataKey:
    """The key that seals the fields of one integration."""

    material: Secret[bytes]

    def __post_init__(self) -> None:
        _check_size(self.material)

    @property
    def id(self) -> str:
        """The name that its sealed values carry."""
        return key_id("data key", self.material)

    @classmethod
    def new(cls) -> DataKey:
        """A fresh random key."""
        return cls(Secret(secrets.token_bytes(KEY_BYTES)))


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key that wraps the data keys of one home."""

    material: Secret[bytes]

    def __post_init__(self) -> None:
        _check_size(self.material)

    @property
    def id(self) -> str:
        """The name of its key record and of its entry in the keychain."""
        return key_id("master key", self.material)

    @classmethod
    def new(cls) -> MasterKey:
        """A fresh random key."""
        return cls(Secret(secrets.token_bytes(KEY_BYTES)))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lives. It opens nowhere else."""

    table: str
    row_uuid: str
    field: str


def seal(data_key: DataKey, place: Place, plaintext: bytes) -> bytes:
    """Seal the bytes for this place."""
    return encrypt(data_key.material, data_key.id, _field_context(place), plaintext)


def open_sealed(data_key: DataKey, place: Place, sealed: bytes) -> Secret[bytes]:
    """Open what ``seal`` made for the same key and place.

    Raises ``SealBrokenError`` if anything differs and ``NewerSealError`` for a form of a later version.
    """
    return decrypt(data_key.material, data_key.id, _field_context(place), sealed)


def wrap(master_key: MasterKey, integration_uuid: str, data_key: DataKey) -> bytes:
    """Wrap a data key under the master key, for one integration."""
    context = ("data key", integration_uuid)
    return encrypt(master_key.material, master_key.id, context, data_key.material.reveal())


def unwrap(master_key: MasterKey, integration_uuid: str, wrapped: bytes) -> DataKey:
    """Give back the data key that ``wrap`` took. Raises as ``open_sealed``."""
    context = ("data key", integration_uuid)
    opened = decrypt(master_key.material, master_key.id, context, wrapped)
    if len(opened.reveal()) != KEY_BYTES:
        raise SealBrokenError("The key of a connection")
    return DataKey(opened)


def encrypt(material: Secret[bytes], name: str, context: Sequence[str], plaintext: bytes) -> bytes:
    """The envelope itself: seal under a key called ``name``, bound to the context's parts in their order."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    ciphertext = AESGCM(material.reveal()).encrypt(nonce, plaintext, _associated_data(name, context))
    return b".".join((FORMAT.encode(), name.encode("ascii"), base64.urlsafe_b64encode(nonce + ciphertext)))


def decrypt(material: Secret[bytes], name: str, context: Sequence[str], sealed: bytes) -> Secret[bytes]:
    """Open an envelope. Raises ``SealBrokenError`` or ``NewerSealError``, and neither says what was inside."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    written_for, body = _parts(sealed)
    if written_for != name.encode("ascii"):
        raise SealBrokenError
    nonce, ciphertext = body[:NONCE_BYTES], body[NONCE_BYTES:]
    try:
        plaintext = AESGCM(material.reveal()).decrypt(nonce, ciphertext, _associated_data(name, context))
    except InvalidTag:
        raise SealBrokenError from None
    return Secret(plaintext)


def _field_context(place: Place) -> tuple[str, ...]:
    return ("field", place.table, place.row_uuid, place.field)


def _associated_data(name: str, context: Sequence[str]) -> bytes:
    """Every part behind its length, so that ("ab", "c") and ("a", "bc") never meet."""
    parts = [part.encode() for part in (FORMAT, *context, name)]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _parts(sealed: bytes) -> tuple[bytes, bytes]:
    form, *rest = sealed.split(b".")
    if form != FORMAT.encode():
        if form[:2] == b"pd" and form[2:].isdigit():
            raise NewerSealError
        raise SealBrokenError
    if len(rest) != 2:
        raise SealBrokenError
    name, text = rest
    try:
        body = base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error:
        raise SealBrokenError from None
    # base64 has several spellings of the same bytes; only the one that was written is taken.
    if len(body) < NONCE_BYTES + TAG_BYTES or base64.urlsafe_b64encode(body) != text:
        raise SealBrokenError
    return name, body
