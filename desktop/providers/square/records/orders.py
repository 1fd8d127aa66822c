"""Orders with their lines, and the addresses at which orders can be paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.fields import Unreadable, child, open_word, text
from desktop.providers.square.records.fields import (
    Around,
    Mapper,
    currency_of,
    moment,
    moment_or_none,
    money_or,
    rows,
    variation_name,
)
from desktop.records import OrderLineRecord, OrderRecord, PaymentLinkRecord

ORDER_STATUSES: Mapping[str, str] = {
    "DRAFT": "draft",
    "OPEN": "open",
    "COMPLETED": "completed",
    "CANCELED": "canceled",
}


def map_order(body: Mapping[str, Any], around: Around) -> OrderRecord:
    """What was sold together, and what was given back with it: those lines are negative.

    An order of returns only has a total of nothing. Raises: Unreadable.
    """
    get = body.get
    total = get("total_money")
    unit = currency_of(total if total is not None else {"currency": around.currency})
    return OrderRecord(
        status=open_word(get("state") or "OPEN", ORDER_STATUSES, "state"),
        currency=unit,
        total=money_or(total, unit, "total"),
        created_at=moment(get("created_at"), "creation time"),
        tax=money_or(get("total_tax_money"), unit, "tax"),
        discount=money_or(get("total_discount_money"), unit, "discount"),
        tip=money_or(get("total_tip_money"), unit, "tip"),
        service_charge=money_or(get("total_service_charge_money"), unit, "service charge"),
        client_ref=text(get("customer_id")),
        source=text(child(get("source")).get("name")),
        reference=text(get("reference_id")),
        closed_at=moment_or_none(get("closed_at"), "closing time"),
        location_ref=text(get("location_id")),
        lines=_lines(body, unit),
    )


def _lines(body: Mapping[str, Any], unit: str) -> tuple[OrderLineRecord, ...]:
    """What was sold, then what was given back; a return has its own list of taxes."""
    inclusive = _inclusive_taxes(body.get("taxes"))
    told = [(line, inclusive, 1) for line in rows(body.get("line_items"))]
    for back in map(child, rows(body.get("returns"))):
        taxes = inclusive | _inclusive_taxes(back.get("return_taxes"))
        told += [(line, taxes, -1) for line in rows(back.get("return_line_items"))]
    return tuple([_line(line, position, unit, taxes, sign) for position, (line, taxes, sign) in enumerate(told)])


def _inclusive_taxes(taxes: object) -> frozenset[str]:
    """The taxes of an order or return, by their uid, that its prices already hold."""
    listed = [child(one) for one in rows(taxes)]
    return frozenset(text(one.get("uid")) for one in listed if one.get("type") == "INCLUSIVE")


def _line(line: object, position: int, unit: str, inclusive: frozenset[str], sign: int) -> OrderLineRecord:
    """One line, of which the customer pays ``amount + tax``: tax that the price already holds is not in ``tax``.

    ``sign`` is -1 for one that is given back.
    """
    if type(line) is not dict:
        raise Unreadable("One of its lines is not an object.")
    get = line.get
    total = money_or(get("total_money"), unit, "line total")
    held = 0
    for applied in rows(get("applied_taxes")):
        tax_uid = child(applied).get("tax_uid")
        if type(tax_uid) is str and tax_uid in inclusive:
            held += money_or(child(applied).get("applied_money"), unit, "line tax")
    tax = money_or(get("total_tax_money"), unit, "line tax") - held
    return OrderLineRecord(
        external_id=text(get("uid")) or f"line-{position}",
        position=position,
        name=text(get("name")),
        amount=sign * (total - tax),
        quantity=text(get("quantity")) or "1",
        service_ref=text(get("catalog_object_id")),
        variation=variation_name(get("variation_name")),
        tax=sign * tax,
        discount=sign * money_or(get("total_discount_money"), unit, "line discount"),
        note=text(get("note")),
    )


def map_payment_link(body: Mapping[str, Any], around: Around) -> PaymentLinkRecord:
    """An address at which somebody can pay for an order. Raises: Unreadable."""
    get = body.get
    url = text(get("url")) or text(get("long_url"))
    if not url:
        raise Unreadable("It has no address.")
    return PaymentLinkRecord(
        url=url,
        created_at=moment(get("created_at"), "creation time"),
        order_ref=text(get("order_id")),
        name=text(child(get("quick_pay")).get("name")),
        description=text(get("description")) or text(get("payment_note")),
        updated_at=moment_or_none(get("updated_at"), "last change"),
        location_ref=text(child(get("quick_pay")).get("location_id")),
    )


MAPPERS: Mapping[str, Mapper] = {
    "order": map_order,
    "payment_link": map_payment_link,
}
