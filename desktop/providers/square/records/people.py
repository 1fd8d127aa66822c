"""Customers, and stored cards of which only four facts are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.fields import child, count, text
from desktop.providers.square.records.fields import Around, Mapper, moment, moment_or_none, rows
from desktop.records import ClientRecord, PaymentMethodRecord

BRANDS: Mapping[str, str] = {
    "american_express": "amex",
    "discover_diners": "diners",
    "china_unionpay": "unionpay",
    "eftpos": "eftpos_au",
    "other_brand": "",
}
"""Square's words for card brands in the words that the books use; all others are only lower-cased."""

_CARD = ("id", "card_brand", "last_4", "exp_month", "exp_year")
_STORED = (*_CARD, "customer_id", "enabled", "version", "created_at")

# Where objects hold the details of a card payment.
_DETAILS: Mapping[str, str] = {"payment": "card_details", "refund": "destination_details"}
_DROPPED = frozenset({"application_cryptogram"})


def brand(value: object) -> str:
    """A card brand in the words of the books."""
    plain = text(value).lower()
    return BRANDS.get(plain, plain)


def person_name(given: object, family: object) -> str:
    """A person's whole name."""
    return " ".join(part for part in (text(given).strip(), text(family).strip()) if part)


def address_lines(address: Mapping[str, Any]) -> tuple[str, str]:
    """The first line of an address, and all that follow it."""
    rest = (text(address.get("address_line_2")).strip(), text(address.get("address_line_3")).strip())
    return text(address.get("address_line_1")), ", ".join(part for part in rest if part)


def map_customer(body: Mapping[str, Any], around: Around) -> ClientRecord:
    """A client; a nickname stands in for a missing name. Raises: Unreadable."""
    get = body.get
    address = child(get("address"))
    first, second = address_lines(address)
    return ClientRecord(
        name=person_name(get("given_name"), get("family_name")) or text(get("nickname")),
        email=text(get("email_address")),
        phone=text(get("phone_number")),
        company=text(get("company_name")),
        address_line1=first,
        address_line2=second,
        city=text(address.get("locality")),
        postal_code=text(address.get("postal_code")),
        region=text(address.get("administrative_district_level_1")),
        country=text(address.get("country")),
        description=text(get("note")),
        created_at=moment(get("created_at"), "creation time"),
    )


def map_card(body: Mapping[str, Any], around: Around) -> PaymentMethodRecord:
    """A stored card, from a body that is reduced. Most state no creation time: 0. Raises: Unreadable."""
    get = body.get
    month, year = get("exp_month"), get("exp_year")
    return PaymentMethodRecord(
        client_ref=text(get("customer_id")),
        kind="card",
        created_at=moment_or_none(get("created_at"), "creation time") or 0,
        brand=brand(get("card_brand")),
        last4=text(get("last_4")),
        exp_month=month if type(month) is int and 1 <= month <= 12 else None,
        exp_year=year if type(year) is int and 1970 <= year <= 9999 else None,
    )


def reduce_object(data_type: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object with every card in it, or that it is, cut down to what may be kept; the same one where none is."""
    if data_type == "card":
        return _reduced(body, _STORED)
    if data_type == "customer":
        # Older versions list the customer's stored cards here.
        return {name: value for name, value in body.items() if name != "cards"} if "cards" in body else body
    if data_type == "order":
        tenders = body.get("tenders")
        if type(tenders) is not list:
            return body
        return {**body, "tenders": [_reduce_details(one, "card_details") for one in rows(tenders)]}
    member = _DETAILS.get(data_type)
    if member is None or type(body.get(member)) is not dict:
        return body
    if data_type == "refund":
        return {**body, member: _reduce_details(body[member], "card_details")}
    return {**body, member: _reduce_card_in(body[member])}


def _reduce_details(holder: object, member: str) -> object:
    if type(holder) is not dict or type(holder.get(member)) is not dict:
        return holder
    return {**holder, member: _reduce_card_in(holder[member])}


def _reduce_card_in(details: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in details.items() if name not in _DROPPED}
    if type(kept.get("card")) is dict:
        kept["card"] = _reduced(kept["card"], _CARD)
    elif "card" in kept:
        del kept["card"]
    return kept


def _reduced(card: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    kept = {name: card[name] for name in names if name in card}
    # Where a server states a whole number, only its end may be kept.
    if "last_4" in kept:
        kept["last_4"] = text(kept["last_4"])[-4:]
    for name in ("exp_month", "exp_year"):
        if kept.get(name) is not None:
            kept[name] = count(kept[name], -1)
    return kept


MAPPERS: Mapping[str, Mapper] = {
    "customer": map_customer,
    "card": map_card,
}
