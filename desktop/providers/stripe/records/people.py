"""Customers, and the stored ways to pay of which only four facts are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from desktop.providers.stripe.records.fields import Mapper, amount_or, child, count, instant, ref, rows, text
from desktop.records import ClientRecord, PaymentMethodRecord

METHOD_OBJECTS = frozenset({"payment_method", "card", "bank_account", "source"})
"""Stripe's objects for a stored way to pay: the current one and the three before it."""

BRANDS: Mapping[str, str] = {
    "american express": "amex",
    "diners club": "diners",
    "eftpos australia": "eftpos_au",
    "unknown": "",
}
"""Card brands of the older objects, in the words of the current one; all others are only lower-cased."""

_KEPT = ("brand", "last4", "exp_month", "exp_year")

# Where objects carry a stored way to pay, as a full object in older versions, in expansions and in error details.
_METHOD_FIELDS: Mapping[str, tuple[str, ...]] = {
    "customer": ("default_source", "default_card"),
    "invoice": ("default_payment_method", "default_source"),
    "subscription": ("default_payment_method", "default_source"),
    "payment_intent": ("payment_method", "source"),
    "charge": ("payment_method", "source"),
    "refund": ("payment_method",),
}


def brand(value: object) -> str:
    """A card brand in the words of the current API."""
    plain = text(value).lower()
    return BRANDS.get(plain, plain)


def map_customer(body: Mapping[str, Any]) -> ClientRecord:
    """A client. Raises: Unreadable."""
    get = body.get
    address = child(get("address")).get
    method = ref(child(get("invoice_settings")).get("default_payment_method"))
    return ClientRecord(
        name=text(get("name")),
        email=text(get("email")),
        phone=text(get("phone")),
        company=text(get("business_name")),
        address_line1=text(address("line1")),
        address_line2=text(address("line2")),
        city=text(address("city")),
        postal_code=text(address("postal_code")),
        region=text(address("state")),
        country=text(address("country")),
        description=text(get("description")),
        currency=text(get("currency")).lower(),
        balance=amount_or(get("balance"), "balance", 0),
        delinquent=get("delinquent") is True,
        default_method_ref=method or ref(get("default_source")),
        created_at=instant(get("created"), "creation time"),
    )


def map_payment_method(body: Mapping[str, Any]) -> PaymentMethodRecord:
    """A stored way to pay, from a body that is reduced. Older cards state no creation time: 0. Raises: Unreadable."""
    get = body.get
    created = get("created")
    month, year = get("exp_month"), get("exp_year")
    return PaymentMethodRecord(
        client_ref=ref(get("customer")),
        kind=text(get("type")),
        created_at=0 if created is None else instant(created, "creation time"),
        brand=text(get("brand")),
        last4=text(get("last4")),
        exp_month=month if type(month) is int and 1 <= month <= 12 else None,
        exp_year=year if type(year) is int and 1970 <= year <= 9999 else None,
    )


def reduce_payment_method(body: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a stored way to pay that may be kept: its id, type, customer and the four facts, in flat form.

    Takes the current object, the older ``card``, ``bank_account`` and ``source``, and its own result.
    """
    get = body.get
    kind = text(get("object"))
    method = text(get("type")) if kind in ("payment_method", "source") else kind
    facts = body if kind in ("card", "bank_account") else {**child(get(method)), **_present(body)}
    kept: dict[str, Any] = {
        "id": get("id"),
        "object": get("object"),
        "type": method,
        "customer": ref(get("customer")) or None,
        "created": get("created"),
    }
    for name in _KEPT:
        kept[name] = facts.get(name)
    if kept["brand"] is None and "display_brand" in facts:
        kept["brand"] = facts["display_brand"]
    kept["brand"] = brand(kept["brand"])
    last4 = text(kept["last4"])
    # Where a server states a whole number, only its end may be kept.
    kept["last4"] = last4[-4:]
    for name in ("exp_month", "exp_year", "created"):
        kept[name] = count(kept[name], -1) if kept[name] is not None else None
    return kept


def reduce_nested(kind: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object with every stored way to pay inside it reduced; the same object where there is none."""
    changed: dict[str, Any] = {}
    for name in _METHOD_FIELDS.get(kind, ()):
        inner = body.get(name)
        if type(inner) is dict and text(inner.get("object")) in METHOD_OBJECTS:
            changed[name] = reduce_payment_method(inner)
    if kind == "payment_intent":
        changed.update(_reduce_intent(body))
    elif kind == "customer":
        changed.update(_reduce_customer(body))
    return {**body, **changed} if changed else body


def take_methods_out(row: object, paths: Sequence[str], found: dict[str, object]) -> object:
    """The object as a list gives it by itself: with the ids of the stored ways to pay that came along.

    ``paths`` says where they are; they are put into ``found`` by id, the first of each.
    """
    for path in paths:
        name, _, rest = path.partition(".")
        inner = child(row).get(name)
        if rest:
            reduced = take_methods_out(inner, (rest,), found)
        elif type(inner) is dict and inner.get("object") in METHOD_OBJECTS and (reduced := text(inner.get("id"))):
            found.setdefault(reduced, inner)
        else:
            continue
        if reduced is not inner:
            row = {**child(row), name: reduced}
    return row


def _reduce_intent(body: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    error = body.get("last_payment_error")
    if type(error) is dict:
        replaced = {
            name: reduce_payment_method(error[name])
            for name in ("payment_method", "source")
            if type(error.get(name)) is dict
        }
        if replaced:
            changed["last_payment_error"] = {**error, **replaced}
    latest = body.get("latest_charge")
    if type(latest) is dict:
        changed["latest_charge"] = reduce_nested("charge", latest)
    attempts = body.get("charges")
    if type(attempts) is dict:
        charges = [reduce_nested("charge", one) if type(one) is dict else one for one in rows(attempts)]
        changed["charges"] = {**attempts, "data": charges}
    return changed


def _reduce_customer(body: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    for name in ("sources", "cards"):
        listed = body.get(name)
        if type(listed) is dict:
            kept = [reduce_payment_method(one) for one in rows(listed) if type(one) is dict]
            changed[name] = {**listed, "data": kept}
    settings = body.get("invoice_settings")
    if type(settings) is dict and type(settings.get("default_payment_method")) is dict:
        method = reduce_payment_method(settings["default_payment_method"])
        changed["invoice_settings"] = {**settings, "default_payment_method": method}
    return changed


def _present(body: Mapping[str, Any]) -> dict[str, Any]:
    """The four facts where the body states them itself: it has been reduced before."""
    return {name: body[name] for name in _KEPT if body.get(name) is not None}


MAPPERS: Mapping[str, Mapper] = {
    "customer": map_customer,
    "payment_method": map_payment_method,
}
