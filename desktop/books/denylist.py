"""What is never stored of a provider's object, whatever provider it is from.

The list works by field name, so that it holds for objects we do not map as well: secrets, card and bank
fingerprints, bank numbers but the last four, card numbers, and instructions that carry a one-time secret. Values
that are secrets by their shape go too, wherever they stand: client secrets inside addresses, keys, and card numbers
that somebody wrote into a text.

Speed matters here: every object of a sync passes. Objects of one type have the same few dozen sets of field names, so
the verdict is kept per set; and values are looked at one by one only where the written body shows a sign of a secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

# Compared in lower case without separators, so that cardNumber and "Card number" are the same name.
_NAMES = frozenset(
    {
        # secrets
        "secret", "password", "passwd", "apikey", "accesstoken", "refreshtoken", "authtoken", "bearertoken",
        "privatekey", "nextaction", "cvctoken",
        # cards
        "fingerprint", "number", "cardnumber", "primaryaccountnumber", "pan", "cvc", "cvv", "cvv2", "csc",
        "securitycode", "pin", "pinblock", "cryptogram", "trackdata", "track1", "track2",
        # banks: numbers, and what stands in for one
        "accountnumber", "accountnumbers", "bankaccountnumber", "routingnumber", "iban", "sortcode", "bsbnumber",
        "bsb", "transitnumber", "institutionnumber", "bankcode", "branchcode", "clabe", "bic", "swiftcode",
        "primarybankidentificationnumber", "secondarybankidentificationnumber", "receiver",
        # people
        "idnumber", "ssn", "socialsecuritynumber", "passportnumber",
    }
)  # fmt: skip
_SUFFIXES = ("secret", "fingerprint", "accountnumber", "routingnumber", "cardnumber")
_SEPARATORS = re.compile(r"[^a-z0-9]+")
# An invoice's own number is its name to people; every other "number" may be an account or a card.
_NUMBERED = frozenset({"invoice", "credit_note", "quote"})

# Client secrets (pi_1_secret_2), webhook secrets, API keys and tokens of both providers.
_SECRET_VALUE = re.compile(r"_secret_|whsec_|\b[sre]k_(?:live|test)_|sq0(?:csp|atp|csb)-")
_SIGNS = (b"_secret_", b"whsec_", b"k_live_", b"k_test_", b"sq0")
_CARD = re.compile(r"(?<!\w)[2-6][0-9](?:[ .\-]?[0-9]){11,17}(?!\w)")
_DIGITS_ALIKE = bytes.maketrans(b"0123456789", b"0" * 10)
_SPACES = b" .-"
_SHORTEST_CARD = b"0" * 13
_LUHN_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)

_DEPTH = 60
_MEMORY = 20_000


def is_denied(name: str) -> bool:
    """True for the name of a field that is never stored."""
    plain = _SEPARATORS.sub("", name.lower())
    return plain in _NAMES or plain.endswith(_SUFFIXES)


def strip(body: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``body`` without what must not be stored."""
    return Stripper()(body)


def keeps_number(data_type: str) -> bool:
    """True for documents that people call by their ``number``."""
    return data_type in _NUMBERED


class Stripper:
    """Strips bodies in bulk, with a memory for sets of field names. Not shared between threads."""

    def __init__(self) -> None:
        self._denied: dict[tuple[str, ...], frozenset[str]] = {}

    def pack(self, body: Mapping[str, Any], *, numbered: bool = False) -> bytes:
        """``body`` as JSON with sorted names, without what must not be stored; itself it stays as it is.

        ``numbered`` keeps the object's own ``number``. What is nested deeper than anything real is cut off.
        """
        try:
            return self._pack(body, numbered=numbered)
        except (RecursionError, orjson.JSONEncodeError):
            return self._pack(_cut(body, _DEPTH), numbered=numbered)

    def __call__(self, body: Mapping[str, Any], *, numbered: bool = False) -> dict[str, Any]:
        """:meth:`pack`, as values."""
        clean: dict[str, Any] = orjson.loads(self.pack(body, numbered=numbered))
        return clean

    def _pack(self, body: Mapping[str, Any], *, numbered: bool) -> bytes:
        clean = self._strip(body if type(body) is dict else dict(body))
        packed = orjson.dumps(clean, option=orjson.OPT_SORT_KEYS)
        if _is_suspect(packed):
            clean = _without_secret_values(clean)
            packed = orjson.dumps(clean, option=orjson.OPT_SORT_KEYS)
        number = body.get("number") if numbered else None
        if isinstance(number, str):
            packed = orjson.dumps({**clean, "number": number}, option=orjson.OPT_SORT_KEYS)
        return packed

    def _strip(self, value: dict[str, Any]) -> dict[str, Any]:
        """``value`` itself where nothing in it is denied, else a copy."""
        names = tuple(value)
        denied = self._denied.get(names)
        if denied is None:
            denied = self._judge(names)
        clean = value
        if denied:
            clean = value.copy()
            for name in denied:
                del clean[name]
        for name, item in clean.items():
            kind = type(item)
            if kind is dict:
                inner: Any = self._strip(item)
            elif kind is list and item:
                inner = self._strip_list(item)
            else:
                continue
            if inner is not item:
                if clean is value:
                    # The loop goes on over ``value``, which has the same names.
                    clean = value.copy()
                clean[name] = inner
        return clean

    def _strip_list(self, values: list[Any]) -> list[Any]:
        clean = values
        for place, item in enumerate(values):
            kind = type(item)
            if kind is dict:
                inner: Any = self._strip(item)
            elif kind is list:
                inner = self._strip_list(item)
            else:
                continue
            if inner is not item:
                if clean is values:
                    clean = values.copy()
                clean[place] = inner
        return clean

    def _judge(self, names: tuple[str, ...]) -> frozenset[str]:
        if len(self._denied) > _MEMORY:  # names in metadata are the customer's: there is no end of them
            self._denied.clear()
        denied = self._denied[names] = frozenset(name for name in names if is_denied(name))
        return denied


def _is_suspect(packed: bytes) -> bool:
    """Whether a body may hold a secret by its shape: quick, and wrong only on the careful side."""
    one, two, three, four, five = _SIGNS
    if one in packed or two in packed or three in packed or four in packed or five in packed:
        return True
    return _SHORTEST_CARD in packed.translate(_DIGITS_ALIKE, _SPACES)


def _without_secret_values(value: Any) -> Any:
    """A copy in which secrets by shape are gone and card numbers show their last four digits."""
    if isinstance(value, dict):
        return {name: _without_secret_values(item) for name, item in value.items() if not _is_secret(item)}
    if isinstance(value, list):
        return [_without_secret_values(item) for item in value if not _is_secret(item)]
    return _CARD.sub(_mask, value) if isinstance(value, str) else value


def _is_secret(value: Any) -> bool:
    return isinstance(value, str) and _SECRET_VALUE.search(value) is not None


def _mask(found: re.Match[str]) -> str:
    digits = [int(character) for character in found.group() if character.isdigit()]
    doubled = [_LUHN_DOUBLED[digit] for digit in digits[-2::-2]]
    if (sum(digits[-1::-2]) + sum(doubled)) % 10:
        return found.group()
    return f"…{found.group()[-4:]}"


def _cut(value: Any, depth: int) -> Any:
    """A copy that is nested at most ``depth`` deep."""
    if isinstance(value, Mapping):
        return {name: _cut(item, depth - 1) for name, item in value.items()} if depth else None
    if isinstance(value, list):
        return [_cut(item, depth - 1) for item in value] if depth else None
    return value
