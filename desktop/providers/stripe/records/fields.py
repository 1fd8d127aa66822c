"""Reading single facts out of Stripe's JSON: strict on money, time and required words, lenient on free text.

Bodies come from orjson, so that a value's type is exactly ``str``, ``int``, ``float``, ``bool``, ``dict``, ``list``
or ``NoneType``; ``type(x) is int`` therefore leaves booleans out at the price of one comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

AMOUNT_LIMIT = 10**15
"""Minor units beyond which an amount is absurd: ten trillion of a two-decimal currency."""

LAST_SECOND = 253_402_300_799
"""9999-12-31T23:59:59Z, the last instant that a date can be made of."""

ID_LIMIT = 255
"""Longest id that Stripe lets anybody choose (products and prices have ids of the owner's own)."""

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Unreadable(ValueError):
    """A fact that the record cannot do without is missing or absurd; its text is the reason for the owner."""


def text(value: object) -> str:
    """The text, or an empty one for anything else."""
    return value if type(value) is str else ""


def ref(value: object) -> str:
    """The id that a reference names, whether it is the id itself or the expanded object."""
    if type(value) is str:
        return value
    if type(value) is dict:
        inner = value.get("id")
        if type(inner) is str:
            return inner
    return ""


def child(value: object) -> Mapping[str, Any]:
    """The object, or an empty one for anything else."""
    return value if type(value) is dict else NOTHING


def rows(value: object) -> Sequence[Any]:
    """The elements of a plain array or of a Stripe list object; empty for anything else."""
    if type(value) is dict:
        value = value.get("data")
    return value if type(value) is list else ()


def amount(value: object, name: str) -> int:
    """A required amount in minor units. Raises: Unreadable."""
    if type(value) is int and -AMOUNT_LIMIT <= value <= AMOUNT_LIMIT:
        return value
    raise Unreadable(f"Its {name} {_shown(value)}.")


def amount_or(value: object, name: str, default: int) -> int:
    """An amount in minor units, ``default`` where it is not stated. Raises: Unreadable for an absurd one."""
    return default if value is None else amount(value, name)


def instant(value: object, name: str) -> int:
    """A required instant: Unix seconds in, milliseconds out. Raises: Unreadable."""
    if type(value) is int and 0 <= value <= LAST_SECOND:
        return value * 1000
    raise Unreadable(f"Its {name} {_shown(value, 'an instant')}.")


def instant_or_none(value: object, name: str) -> int | None:
    """An instant that need not be stated: Unix seconds in, milliseconds out. Raises: Unreadable for an absurd one."""
    return None if value is None else instant(value, name)


def count(value: object, default: int = 0) -> int:
    """A small whole number, ``default`` for anything else."""
    return value if type(value) is int and -AMOUNT_LIMIT <= value <= AMOUNT_LIMIT else default


def currency(value: object) -> str:
    """A required currency code, lower-case. Raises: Unreadable."""
    if type(value) is str and 3 <= len(value) <= 5 and value.isalpha() and value.isascii():
        return value.lower()
    raise Unreadable(f"Its currency {_shown(value, 'a currency code')}.")


def word(value: object, table: Mapping[str, str], name: str) -> str:
    """Our word for one of the provider's. Raises: Unreadable for a word that is not in the table."""
    if type(value) is str:
        found = table.get(value)
        if found is not None:
            return found
    raise Unreadable(f"Its {name} {_shown(value, 'one that is known')}.")


def identity(value: object) -> str:
    """A required id. Raises: Unreadable."""
    if type(value) is str and 0 < len(value) <= ID_LIMIT:
        return value
    raise Unreadable("It has no id." if value in (None, "") else "Its id is not one that Stripe gives.")


def total(values: Sequence[Any], key: str, name: str) -> int:
    """The sum of one amount over the rows of an array. Raises: Unreadable."""
    summed = 0
    for row in values:
        summed += amount_or(child(row).get(key), name, 0)
    return summed


def _shown(value: object, wanted: str = "a whole number of minor units") -> str:
    """What is wrong with a value, without repeating text that nobody has checked at length."""
    if value is None:
        return "is missing"
    if type(value) is int:
        return f"is absurd: {value:.3e}" if abs(value) > 10**6 else f"is not {wanted}: {value}"
    if type(value) is str and len(value) <= 40 and value.isprintable():
        return f"is not {wanted}: “{value}”"
    return f"is not {wanted}"
