"""Reading single facts out of Stripe's JSON: ``desktop.providers.fields``, and Stripe's own ways of writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from desktop.providers import fields as common
from desktop.providers.fields import (
    AMOUNT_LIMIT,
    ID_LIMIT,
    LAST_SECOND,
    NOTHING,
    Unreadable,
    amount,
    amount_or,
    child,
    count,
    currency,
    open_word,
    shown,
    text,
    word,
)
from desktop.records import Record

__all__ = [
    "AMOUNT_LIMIT",
    "ID_LIMIT",
    "INNER_LISTS",
    "LAST_SECOND",
    "NOTHING",
    "Mapper",
    "Unreadable",
    "amount",
    "amount_or",
    "child",
    "count",
    "currency",
    "identity",
    "instant",
    "instant_or_none",
    "is_cut_short",
    "open_word",
    "ref",
    "rows",
    "text",
    "total",
    "word",
]

Mapper: TypeAlias = Callable[[Mapping[str, Any]], Record]
"""Makes a record of an object's JSON. Raises: Unreadable."""

INNER_LISTS: Mapping[str, str] = {"invoice": "lines", "subscription": "items"}
"""Lists inside an object that Stripe cuts short at ten rows, by kind of object."""


def ref(value: object) -> str:
    """The id that a reference names, whether it is the id itself or the expanded object, cut where none is so long."""
    if type(value) is dict:
        value = value.get("id")
    return value[:ID_LIMIT] if type(value) is str else ""


def rows(value: object) -> Sequence[Any]:
    """The elements of a plain array or of a Stripe list object; empty for anything else."""
    if type(value) is dict:
        value = value.get("data")
    return value if type(value) is list else ()


def is_cut_short(data_type: str, body: Mapping[str, Any]) -> bool:
    """Whether the list inside an object goes on beyond what came with it."""
    return child(body.get(INNER_LISTS.get(data_type, ""))).get("has_more") is True


def instant(value: object, name: str) -> int:
    """A required instant: Unix seconds in, milliseconds out. Raises: Unreadable."""
    if type(value) is int and 0 <= value <= LAST_SECOND:
        return value * 1000
    raise Unreadable(f"Its {name} {shown(value, 'an instant')}.")


def instant_or_none(value: object, name: str) -> int | None:
    """An instant that need not be stated: Unix seconds in, milliseconds out. Raises: Unreadable for an absurd one."""
    return None if value is None else instant(value, name)


def identity(value: object) -> str:
    """A required id; products and prices have ids of the owner's own. Raises: Unreadable."""
    return common.identity(value, "Stripe")


def total(values: Sequence[Any], key: str, name: str) -> int:
    """The sum of one amount over the rows of an array. Raises: Unreadable."""
    summed = 0
    for row in values:
        summed += amount_or(child(row).get(key), name, 0)
    return summed
