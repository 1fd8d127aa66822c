"""What is never stored of a provider's object, whatever provider it is from.

The list works by field name, so that it holds for objects we do not map as well: secrets, card and bank
fingerprints, bank numbers but the last four, card numbers, and instructions that carry a one-time secret. Values
that are secrets by their shape go too, wherever they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_NAMES = frozenset(
    {
        "secret",
        "fingerprint",
        "number",
        "card_number",
        "pan",
        "cvc",
        "cvv",
        "account_number",
        "routing_number",
        "iban",
        "sort_code",
        "bsb_number",
        "bsb",
        "transit_number",
        "institution_number",
        "bank_code",
        "branch_code",
        "clabe",
        "bank_account_number",
        "primary_bank_identification_number",
        "secondary_bank_identification_number",
        "next_action",
        "cryptogram",
        "access_token",
        "refresh_token",
        "password",
    }
)
_SUFFIXES = ("_secret", "_fingerprint")
# An invoice's own number is its name to people; every other "number" may be an account or a card.
_NUMBERED = frozenset({"invoice", "credit_note", "quote"})


class _Verdicts(dict[str, bool]):
    """Remembers for each field name whether it is denied: a sync meets the same few hundred names all the time."""

    def __missing__(self, name: str) -> bool:
        verdict = name in _NAMES or name.endswith(_SUFFIXES)
        self[name] = verdict
        return verdict


def strip(body: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of ``body`` without what must not be stored."""
    return _strip(body, _Verdicts())


class Stripper:
    """:func:`strip` with a memory for names, for bulk work. Not shared between threads."""

    def __init__(self) -> None:
        self._verdicts = _Verdicts()

    def __call__(self, body: Mapping[str, Any], *, numbered: bool = False) -> dict[str, Any]:
        """A copy of ``body`` without what must not be stored; ``numbered`` keeps the object's own ``number``."""
        clean = _strip(body, self._verdicts)
        if numbered and isinstance(body.get("number"), str):
            clean["number"] = body["number"]
        return clean


def keeps_number(data_type: str) -> bool:
    """True for documents that people call by their ``number``."""
    return data_type in _NUMBERED


def _strip(value: Mapping[str, Any], denied: _Verdicts) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, item in value.items():
        if denied[name]:
            continue
        kind = type(item)
        if kind is dict:
            clean[name] = _strip(item, denied)
        elif kind is list:
            clean[name] = _strip_list(item, denied)
        elif kind is str and "_secret_" in item:
            continue
        else:
            clean[name] = item
    return clean


def _strip_list(values: list[Any], denied: _Verdicts) -> list[Any]:
    clean: list[Any] = []
    for item in values:
        kind = type(item)
        if kind is dict:
            clean.append(_strip(item, denied))
        elif kind is list:
            clean.append(_strip_list(item, denied))
        elif kind is str and "_secret_" in item:
            continue
        else:
            clean.append(item)
    return clean
