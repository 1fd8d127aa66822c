"""The recovery key: a code on paper that opens the books when keychain, variable or passphrase is gone.

The code is the seed of an X25519 key pair. Stored is the public half and the master key sealed to it, so that a
rotation can seal the new master key to the same paper without asking for it, and so that nobody who learns an old
master key learns the code.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from desktop.vault.errors import DamagedKeysError, RecoveryKeyError
from desktop.vault.key_records import text_param
from desktop.vault.sealing import KEY_BYTES, MasterKey, decrypt, encrypt
from desktop.vault.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

SEED_BYTES = 17  # 136 bits, above the 128 that X25519 itself gives
CHECK_BYTES = 3
GROUP = 4

# Crockford's base 32: no I, L, O or U, so that handwriting cannot be read two ways.
_RFC4648 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WRITTEN = str.maketrans(_RFC4648, _CROCKFORD)
_READ = str.maketrans({**dict(zip(_CROCKFORD, _RFC4648, strict=True)), "O": "A", "I": "B", "L": "B"})

_NAME = "recovery"


def new_code() -> Secret[str]:
    """A fresh code: 32 characters in 8 groups of 4, 24 bits of them a check against slips of the pen."""
    seed = secrets.token_bytes(SEED_BYTES)
    text = base64.b32encode(seed + _check(seed)).decode("ascii").translate(_WRITTEN)
    return Secret("-".join(text[start : start + GROUP] for start in range(0, len(text), GROUP)))


def public_half(code: Secret[str]) -> str:
    """What may be stored of a code, in base64. Raises ``RecoveryKeyError`` for a mistyped one."""
    return _text(_private_half(code).public_key().public_bytes_raw())


def seal_to(public: str, key: MasterKey) -> dict[str, object]:
    """The master key sealed to a code's public half, as parameters for the key record."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    theirs = X25519PublicKey.from_public_bytes(_bytes(public))
    once = X25519PrivateKey.generate()
    ephemeral = _text(once.public_key().public_bytes_raw())
    shared = _agreed(once.exchange(theirs), ephemeral, public)
    sealed = encrypt(shared, _NAME, ("recovery", key.id), key.material.reveal())
    return {"public": public, "ephemeral": ephemeral, "sealed": sealed.decode("ascii")}


def open_with(code: Secret[str], box: Mapping[str, object], master_id: str) -> MasterKey:
    """The master key out of what ``seal_to`` made.

    Raises ``RecoveryKeyError`` for a mistyped code or that of other books, ``DamagedKeysError`` or
    ``SealBrokenError`` when the code is right and the record is not.
    """
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    private = _private_half(code)
    public, ephemeral = text_param(box, "public"), text_param(box, "ephemeral")
    if _text(private.public_key().public_bytes_raw()) != public:
        raise RecoveryKeyError(
            "Not the recovery key of these books",
            "The recovery key is written correctly, but these books were sealed with another one.",
            "Look for a newer one: making a recovery key replaces the earlier one.",
        )
    try:
        exchanged = private.exchange(X25519PublicKey.from_public_bytes(_bytes(ephemeral)))
    except ValueError:
        raise DamagedKeysError("The recovery part of the key record cannot be read.") from None
    shared = _agreed(exchanged, ephemeral, public)
    sealed = text_param(box, "sealed").encode("ascii", "replace")
    return MasterKey(decrypt(shared, _NAME, ("recovery", master_id), sealed))


def _private_half(code: Secret[str]) -> X25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    seed = _seed(code)
    return X25519PrivateKey.from_private_bytes(_expand(seed.reveal(), b"paydesk recovery seed 1"))


def _agreed(exchanged: bytes, ephemeral: str, public: str) -> Secret[bytes]:
    return Secret(_expand(exchanged, f"paydesk recovery box 1\0{ephemeral}\0{public}".encode()))


def _expand(material: bytes, purpose: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(material)


def _seed(code: Secret[str]) -> Secret[bytes]:
    letters = re.sub(r"[\s\-‐-―]", "", code.reveal()).upper()
    try:
        raw = base64.b32decode(letters.translate(_READ))
    except (binascii.Error, ValueError):
        raw = b""
    seed, check = raw[:SEED_BYTES], raw[SEED_BYTES:]
    if len(raw) != SEED_BYTES + CHECK_BYTES or not hmac.compare_digest(check, _check(seed)):
        raise RecoveryKeyError(
            "The recovery key is mistyped",
            "That is not a recovery key as Paydesk writes them.",
            "Compare it with the paper: 8 groups of 4 characters.",
        )
    return Secret(seed)


def _check(seed: bytes) -> bytes:
    return hashlib.sha256(b"paydesk recovery code 1" + seed).digest()[:CHECK_BYTES]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    """32 bytes of base64. Raises ``DamagedKeysError``: it only ever reads what was stored."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != KEY_BYTES:
        raise DamagedKeysError("The recovery part of the key record cannot be read.")
    return raw
