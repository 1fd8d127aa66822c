"""Reading single facts out of a provider's JSON: strict on money and required words, lenient on free text.

Bodies come from orjson, so that a value's type is exactly ``str``, ``int``, ``float``, ``bool``, ``dict``, ``list``
or ``NoneType``; ``type(x) is int`` therefore leaves booleans out at the price of one comparison.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from desktop.records import SetAside
from desktop.secrets.cleaning import clean, clean_value, written
from desktop.secrets.redaction import clean_text

AMOUNT_LIMIT = 10**15
"""Minor units beyond which an amount is absurd: ten trillion of a two-decimal currency."""

ID_LIMIT = 255
"""Longest id that is taken."""

LAST_SECOND = 7_258_118_399
"""2199-12-31T23:59:59Z: instants are of 1970 to 2199, and anything else is a mistake of somebody's."""

TEXT_LIMIT = 65_535
"""Longest text that a record takes over, in characters; the object itself is kept as it came."""

NOTHING: Mapping[str, Any] = MappingProxyType({})

WORD_LIMIT = 64
"""Longest word of a provider's list that is taken as one."""


class Unreadable(ValueError):
    """A fact that the record cannot do without is missing or absurd; its text is the reason for the owner."""


def text(value: object) -> str:
    """The text, cut where it is absurdly long, or an empty one for anything else."""
    if type(value) is not str:
        return ""
    return value if len(value) <= TEXT_LIMIT else value[:TEXT_LIMIT]


def child(value: object) -> Mapping[str, Any]:
    """The object, or an empty one for anything else."""
    return value if type(value) is dict else NOTHING


def amount(value: object, name: str) -> int:
    """A required amount in minor units. Raises: Unreadable."""
    if type(value) is int and -AMOUNT_LIMIT <= value <= AMOUNT_LIMIT:
        return value
    raise Unreadable(f"Its {name} {shown(value)}.")


def amount_or(value: object, name: str, default: int) -> int:
    """An amount in minor units, ``default`` where it is not stated. Raises: Unreadable for an absurd one."""
    return default if value is None else amount(value, name)


def count(value: object, default: int = 0) -> int:
    """A small whole number, ``default`` for anything else."""
    return value if type(value) is int and -AMOUNT_LIMIT <= value <= AMOUNT_LIMIT else default


def currency(value: object) -> str:
    """A required currency code, lower-case. Raises: Unreadable."""
    if type(value) is str and 3 <= len(value) <= 5 and value.isalpha() and value.isascii():
        return value.lower()
    raise Unreadable(f"Its currency {shown(value, 'a currency code')}.")


def word(value: object, table: Mapping[str, str], name: str) -> str:
    """Our word for one of the provider's. Raises: Unreadable for a word that is not in the table."""
    if type(value) is str:
        found = table.get(value)
        if found is not None:
            return found
    raise Unreadable(f"Its {name} {shown(value, 'one that is known')}.")


def open_word(value: object, table: Mapping[str, str], name: str) -> str:
    """Our word for one of the provider's, or its own in lower case where the table has none for it.

    Providers add words to their lists at any time. An object with a new one is kept: the word is shown as it is, and
    whoever asks treats it by what is certain besides. Raises: Unreadable where there is no word at all.
    """
    if type(value) is str:
        found = table.get(value)
        if found is not None:
            return found
        if 0 < len(value) <= WORD_LIMIT and value.isprintable():
            return value.lower()
    raise Unreadable(f"Its {name} {shown(value, 'a word')}.")


def identity(value: object, provider: str) -> str:
    """A required id. Raises: Unreadable."""
    if type(value) is str and 0 < len(value) <= ID_LIMIT:
        return value
    raise Unreadable("It has no id." if value in (None, "") else f"Its id is not one that {provider} gives.")


def shown(value: object, wanted: str = "a whole number of minor units") -> str:
    """What is wrong with a value, without repeating text that nobody has checked at length."""
    if value is None:
        return "is missing"
    if type(value) is int:
        return f"is absurd: {value:.3e}" if abs(value) > 10**6 else f"is not {wanted}: {value}"
    if type(value) is str and len(value) <= 40 and value.isprintable():
        return f"is not {wanted}: “{value}”"
    return f"is not {wanted}"


def put_aside(data_type: str, body: object, reason: str) -> SetAside:
    """An object set aside with the reason, and what may be kept of it for a later look."""
    kept = clean(body, data_type=data_type) if isinstance(body, Mapping) else clean_value(body)
    external_id = kept.get("id") if isinstance(kept, Mapping) else None
    known = external_id if isinstance(external_id, str) and len(external_id) <= ID_LIMIT else ""
    return SetAside(data_type, known, clean_text(reason), written(kept))
