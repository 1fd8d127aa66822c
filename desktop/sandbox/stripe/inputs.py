"""What the writing endpoints read from their parameters."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe import people, wire
from desktop.sandbox.stripe.calls import Call
from desktop.sandbox.stripe.errors import Refusal, missing
from desktop.sandbox.stripe.objects import Wire

_CURRENCIES = frozenset({"usd", "eur", "gbp", "jpy", "cad", "aud", "chf"})


def merged(before: dict[str, str], params: dict[str, Any]) -> dict[str, str]:
    """Metadata after an update: names are merged, an empty value removes one, an empty whole removes all."""
    given = params.get("metadata")
    if given is None:
        return before
    if given == "":
        return {}
    if not isinstance(given, dict):
        raise Refusal(400, "Invalid object", param="metadata")
    after = before | {name: str(value) for name, value in given.items()}
    return {name: value for name, value in after.items() if value != ""}


def plain(params: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Fields that are taken as they are; an empty text empties them."""
    return {name: params[name] if params[name] != "" else None for name in names if name in params}


def currency_of(params: dict[str, Any]) -> str:
    """The currency among the parameters, in lower case; raises where Stripe does not have it."""
    currency = wire.needed(params, "currency").lower()
    if currency not in _CURRENCIES:
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: "
        raise Refusal(400, message + ", ".join(sorted(_CURRENCIES)), param="currency")
    return currency


def amount_of(params: dict[str, Any], name: str = "amount") -> int:
    """An amount that can be charged; raises where it is below one or absurd."""
    amount = wire.needed_integer(params, name)
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refusal(400, message, code="parameter_invalid_integer", param=name)
    if amount > 99_999_999:
        raise Refusal(400, "Amount must be no more than $999,999.99", code="amount_too_large", param=name)
    return amount


def method_of(call: Call, owner: Wire | None) -> Wire | None:
    """The method that a request names, or describes by a test card's number."""
    data = call.params.get("payment_method_data")
    if isinstance(data, dict):
        number = (data.get("card") or {}).get("number", "")
        return people.method_of_number(call.world, number, owner)
    reference = call.params.get("payment_method")
    return people.usable_method(call.world, reference, owner) if reference else None


def customer_of(call: Call) -> Wire:
    """The living customer that a request names."""
    return people.living_customer(call.world, wire.needed(call.params, "customer"))


def one_of(call: Call, kind: str) -> Wire:
    """The object of the address; a deleted one is missing."""
    found = call.world.find(kind, call.ids[0])
    if found.get("deleted"):
        raise missing(kind, call.ids[0])
    return found
