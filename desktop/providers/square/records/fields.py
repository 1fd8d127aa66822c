"""Reading single facts out of Square's JSON: ``desktop.providers.fields``, and Square's own ways of writing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from desktop.providers import fields as common
from desktop.providers.fields import Unreadable, amount, child, currency, shown
from desktop.providers.square.moments import read_day, read_moment
from desktop.records import Record


@dataclass(frozen=True, slots=True)
class Around:
    """What a record needs that its object does not say: facts of the merchant, and the plans of subscriptions.

    ``currency`` is the merchant's own, lower-case; ``plans`` are catalog objects by id.
    """

    main_location: str = ""
    currency: str = ""
    plans: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


Mapper: TypeAlias = Callable[[Mapping[str, Any], Around], Record]
"""Makes a record of an object's JSON and what it does not say. Raises: Unreadable."""


def rows(value: object) -> Sequence[Any]:
    """The elements of an array; empty for anything else."""
    return value if type(value) is list else ()


def identity(value: object) -> str:
    """A required id. Raises: Unreadable."""
    return common.identity(value, "Square")


def moment(value: object, name: str) -> int:
    """A required instant: RFC 3339 in, milliseconds out. Raises: Unreadable."""
    found = read_moment(value)
    if found is None:
        raise Unreadable(f"Its {name} {shown(value, 'an instant')}.")
    return found


def moment_or_none(value: object, name: str) -> int | None:
    """An instant that need not be stated. Raises: Unreadable for an absurd one."""
    return None if value is None or value == "" else moment(value, name)


def day_or_none(value: object, name: str) -> str | None:
    """A date that need not be stated. Raises: Unreadable for an absurd one."""
    if value is None or value == "":
        return None
    found = read_day(value)
    if found is None:
        raise Unreadable(f"Its {name} {shown(value, 'a date')}.")
    return found


def currency_of(money: object) -> str:
    """The currency of an amount of money, lower-case. Payout entries name it otherwise. Raises: Unreadable."""
    stated = child(money)
    return currency(stated.get("currency") or stated.get("currency_code"))


def money(value: object, unit: str, name: str) -> int:
    """A required amount of money in the currency that the object is in. Raises: Unreadable."""
    if type(value) is not dict:
        raise Unreadable(f"Its {name} {shown(value, 'an amount of money')}.")
    stated = value.get("currency") or value.get("currency_code")
    if stated is not None and (type(stated) is not str or stated.lower() != unit):
        raise Unreadable(f"Its {name} is in another currency than the rest of it.")
    return amount(value.get("amount"), name)


def money_or(value: object, unit: str, name: str, default: int = 0) -> int:
    """An amount of money, ``default`` where it is not stated. Raises: Unreadable for an absurd one."""
    if value is None or (type(value) is dict and value.get("amount") is None):
        return default
    return money(value, unit, name)


def total_money(values: object, key: str, unit: str, name: str) -> int:
    """The sum of one amount of money over the rows of an array. Raises: Unreadable."""
    summed = 0
    for row in rows(values):
        summed += money_or(child(row).get(key), unit, name)
    return summed


def lower(value: object) -> str:
    """One of Square's words in lower case; empty for anything else."""
    return value.lower() if type(value) is str else ""


def variation_name(value: object) -> str:
    """What sets a variation apart; empty for the name that Square itself gives to an item's first one."""
    stated = common.text(value)
    return "" if stated.casefold() == "regular" else stated
