"""Stripe's wire format: bracketed form fields in, pages and expanded objects out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from desktop.sandbox.stripe.errors import Refusal, missing, required, unknown_parameter
from desktop.sandbox.stripe.objects import Wire, listing

MOST_PER_PAGE = 100
DEEPEST_EXPANSION = 4
COMMON = frozenset({"expand"})
PAGING = frozenset({"limit", "starting_after", "ending_before", "expand"})
_RANGE = {
    "gt": lambda value, bound: value > bound,
    "gte": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "lte": lambda value, bound: value <= bound,
}


def decode(text: str) -> dict[str, Any]:
    """``a[b][0][c]=1&expand[]=x`` as nested dictionaries and lists of strings."""
    decoded: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        parts = name.replace("]", "").split("[")
        branch = decoded
        for part in parts[:-1]:
            inner = branch.setdefault(part or str(len(branch)), {})
            if not isinstance(inner, dict):
                raise Refusal(400, f"Invalid {parts[0]}", param=parts[0])
            branch = inner
        branch[parts[-1] or str(len(branch))] = value
    return {name: _listed(value) for name, value in decoded.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _listed(one) for name, one in value.items()}
    if inner and all(name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner


def check_names(params: dict[str, Any], allowed: Iterable[str]) -> None:
    """Refuse the first parameter that an endpoint does not have."""
    for name in params:
        if name not in allowed:
            raise unknown_parameter(name)


def integer(params: dict[str, Any], name: str, default: int | None = None) -> int | None:
    """A whole number among the parameters."""
    value = params.get(name)
    if value is None or value == "":
        return default
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refusal(400, f"Invalid integer: {value}", code="parameter_invalid_integer", param=name) from None


def needed_integer(params: dict[str, Any], name: str) -> int:
    """A whole number that must be there."""
    value = integer(params, name)
    if value is None:
        raise required(name)
    return value


def needed(params: dict[str, Any], name: str) -> str:
    """A text that must be there."""
    value = params.get(name)
    if value is None or value == "":
        raise required(name)
    return str(value)


def boolean(params: dict[str, Any], name: str, default: bool = False) -> bool:
    """True or false among the parameters."""
    value = params.get(name)
    if value is None:
        return default
    if value not in {"true", "false", "1", "0"}:
        raise Refusal(400, f"Invalid boolean: {value}", code="parameter_invalid_boolean", param=name)
    return value in {"true", "1"}


def in_range(value: int | None, wanted: Any, name: str) -> bool:
    """Whether an instant lies where a ``created`` filter (a number, or gt/gte/lt/lte) wants it."""
    if not isinstance(wanted, dict):
        return value == integer({name: wanted}, name)
    for operator, bound in wanted.items():
        if operator not in _RANGE:
            raise unknown_parameter(f"{name}[{operator}]")
        limit = integer({f"{name}[{operator}]": bound}, f"{name}[{operator}]")
        if value is None or limit is None or not _RANGE[operator](value, limit):
            return False
    return True


def page(items: list[Wire], params: dict[str, Any], url: str, noun: str) -> Wire:
    """The part of a list that was asked for. Raises Stripe's refusal where the cursor does not exist."""
    limit = integer(params, "limit", 10) or 0
    if not 1 <= limit <= MOST_PER_PAGE:
        bound = "greater than or equal to 1" if limit < 1 else f"less than or equal to {MOST_PER_PAGE}"
        message = f"This value must be {bound} (it currently is '{limit}')."
        raise Refusal(400, message, code="parameter_invalid_integer", param="limit")
    if "starting_after" in params and "ending_before" in params:
        raise Refusal(400, "You can only specify one of these parameters: starting_after, ending_before.")
    if "ending_before" in params:
        index = _index(items, params["ending_before"], noun, "ending_before")
        first = max(0, index - limit)
        return listing(url, items[first:index], first > 0)
    first = 0
    if "starting_after" in params:
        first = _index(items, params["starting_after"], noun, "starting_after") + 1
    return listing(url, items[first : first + limit], first + limit < len(items))


def _index(items: list[Wire], object_id: str, noun: str, param: str) -> int:
    for index, one in enumerate(items):
        if one["id"] == object_id:
            return index
    raise missing(noun, object_id, param, 400)


EXPANDABLE: dict[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "balance_transaction": "source",
        "charge": "balance_transaction customer failure_balance_transaction payment_intent refunds review "
        "application application_fee on_behalf_of source_transfer transfer",
        "credit_note": "customer customer_balance_transaction invoice refunds.refund",
        "customer": "default_source invoice_settings.default_payment_method sources subscriptions tax tax_ids "
        "cash_balance test_clock",
        "customer_balance_transaction": "credit_note customer invoice",
        "discount": "customer promotion_code source.coupon",
        "dispute": "charge payment_intent",
        "event": "",
        "invoice": "account_tax_ids application customer default_payment_method default_source discounts "
        "latest_revision on_behalf_of parent.subscription_details.subscription payments test_clock "
        "total_discount_amounts.discount confirmation_secret",
        "invoice_payment": "invoice payment.charge payment.payment_intent",
        "invoiceitem": "customer discounts invoice test_clock",
        "line_item": "discounts discount_amounts.discount pricing.price_details.price subscription",
        "payment_intent": "application customer latest_charge on_behalf_of payment_method review source",
        "payment_method": "customer",
        "payout": "balance_transaction destination failure_balance_transaction original_payout reversed_by",
        "price": "product tiers currency_options",
        "product": "default_price tax_code",
        "refund": "balance_transaction charge customer failure_balance_transaction payment_intent payment_method",
        "subscription": "application customer default_payment_method default_source discounts latest_invoice "
        "on_behalf_of pending_setup_intent schedule test_clock",
        "subscription_item": "discounts",
    }.items()
}
"""Which fields of an object hold an id that can be expanded, or are left out unless they are asked for."""

Finder = Callable[[Wire, str, Any], Any]
"""Answers what stands behind an expandable field: the object, the field's name, its present value."""


def expand(value: Any, paths: Any, find: Finder) -> Any:
    """The answer with every asked-for path expanded; objects are copied along the way, never changed."""
    if not paths:
        return value
    if isinstance(paths, str):
        paths = [paths]
    for path in paths:
        segments = str(path).split(".")
        if len([one for one in segments if one != "data"]) > DEEPEST_EXPANSION:
            raise Refusal(400, f"You cannot expand more than {DEEPEST_EXPANSION} levels of a property.")
        value = _walk(value, segments, "", "", find, str(path))
    return value


def _walk(value: Any, segments: list[str], kind: str, prefix: str, find: Finder, path: str) -> Any:
    if not segments or value is None:
        return value
    if isinstance(value, list):
        return [_walk(one, segments, kind, prefix, find, path) for one in value]
    if not isinstance(value, dict):
        raise _unexpandable(path)
    if "object" in value:
        kind, prefix = value["object"], ""
    name, rest = segments[0], segments[1:]
    dotted = f"{prefix}{name}"
    allowed = EXPANDABLE.get(kind, frozenset())
    copy = dict(value)
    if dotted in allowed:
        found = value.get(name)
        if not isinstance(found, dict):
            found = [find(value, name, one) for one in found] if isinstance(found, list) else find(value, name, found)
        copy[name] = _walk(found, rest, kind, f"{dotted}.", find, path)
        return copy
    inside = name in value and isinstance(value[name], dict | list) and rest
    if inside or (name in value and any(one.startswith(f"{dotted}.") for one in allowed)):
        copy[name] = _walk(value[name], rest, kind, f"{dotted}.", find, path)
        return copy
    if kind and any(one.startswith(f"{dotted}.") for one in allowed):
        return value
    raise _unexpandable(path)


def _unexpandable(path: str) -> Refusal:
    return Refusal(400, f"This property cannot be expanded ({path}).", param="expand[0]")
