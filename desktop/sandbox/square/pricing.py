"""What an order costs: line items, discounts, taxes, and the totals that Square writes beside them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import cache

from desktop.sandbox.square.errors import invalid
from desktop.sandbox.square.objects import CURRENCY, Wire, money, rounded

_MILLION = 1_000_000
_APPLIED = {"tax": "applied_taxes", "discount": "applied_discounts"}


@cache
def millionths(percentage: str) -> int:
    """A percentage such as ``6.25`` as parts of a million; raises INVALID_VALUE."""
    try:
        return int(Decimal(percentage) * 10_000)
    except InvalidOperation as error:
        raise invalid("percentage", f"`{percentage}` is not a percentage.") from error


def share(total: int, weights: list[int]) -> list[int]:
    """Split an amount by weights so that the parts sum to it: by largest remainder."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -(total * weights[index] % whole))
    for index in by_remainder[: total - sum(parts)]:
        parts[index] += 1
    return parts


def _gross(line: Wire) -> int:
    price = int((line.get("base_price_money") or {}).get("amount") or 0)
    quantity = line["quantity"]
    if quantity.isdigit():
        return price * int(quantity)
    try:
        return int((Decimal(quantity) * price).quantize(Decimal(1)))
    except InvalidOperation as error:
        raise invalid("order.line_items.quantity", f"`{quantity}` is not a quantity.") from error


def _reach(change: Wire, lines: list[Wire], name: str) -> list[int]:
    """The indexes of the lines that a tax or a discount is for."""
    if change.get("scope", "ORDER") == "ORDER":
        return list(range(len(lines)))
    key = f"{name}_uid"
    return [
        index
        for index, line in enumerate(lines)
        if any(one[key] == change["uid"] for one in line.get(_APPLIED[name], ()))
    ]


def _apply(change: Wire, name: str, lines: list[Wire], bases: list[int]) -> list[int]:
    """What a tax or a discount makes of each line; writes it beside the lines and the change."""
    indexes = _reach(change, lines, name)
    weights = [bases[index] for index in indexes]
    if "percentage" in change:
        rate = millionths(change["percentage"])
        parts = [rounded(weight * rate, _MILLION) for weight in weights]
    else:
        total = min(int((change.get("amount_money") or {}).get("amount") or 0), sum(weights))
        parts = share(total, weights)
    amounts = [0] * len(lines)
    key = f"{name}_uid"
    for index, part in zip(indexes, parts, strict=True):
        amounts[index] = part
        applied = lines[index].setdefault(_APPLIED[name], [])
        entry = next((one for one in applied if one[key] == change["uid"]), None)
        if entry is None:
            entry = {"uid": f"{change['uid']}-{index}", key: change["uid"]}
            applied.append(entry)
        entry["applied_money"] = money(part)
    change["applied_money"] = money(sum(parts))
    return amounts


def price(order: Wire) -> Wire:
    """Write every computed amount of an order, from its lines, taxes, discounts and tenders."""
    lines: list[Wire] = order.get("line_items") or []
    gross = [_gross(line) for line in lines]
    discounts = [0] * len(lines)
    for discount in order.get("discounts") or ():
        left = [whole - taken for whole, taken in zip(gross, discounts, strict=True)]
        parts = _apply(discount, "discount", lines, left)
        discounts = [before + part for before, part in zip(discounts, parts, strict=True)]
    taxes = [0] * len(lines)
    bases = [whole - taken for whole, taken in zip(gross, discounts, strict=True)]
    for tax in order.get("taxes") or ():
        taxes = [before + part for before, part in zip(taxes, _apply(tax, "tax", lines, bases), strict=True)]
    for line, whole, discount_part, tax_part in zip(lines, gross, discounts, taxes, strict=True):
        line["variation_total_price_money"] = line["gross_sales_money"] = money(whole)
        line["total_tax_money"] = money(tax_part)
        line["total_discount_money"] = money(discount_part)
        line["total_money"] = money(whole - discount_part + tax_part)
        line["total_service_charge_money"] = money(0)
    return _total(order, sum(bases), sum(taxes), sum(discounts))


def _total(order: Wire, sales: int, tax: int, discount: int) -> Wire:
    tenders: list[Wire] = order.get("tenders") or []
    tip = sum(int(tender.get("tip_money", {}).get("amount", 0)) for tender in tenders)
    paid = sum(int(tender["amount_money"]["amount"]) for tender in tenders)
    total = sales + tax + tip
    order["total_money"] = money(total)
    order["total_tax_money"] = money(tax)
    order["total_discount_money"] = money(discount)
    order["total_tip_money"] = money(tip)
    order["total_service_charge_money"] = money(0)
    order["net_amounts"] = amounts(total, tax, discount, tip)
    order["net_amount_due_money"] = money(max(total - paid, 0))
    return order


def amounts(total: int, tax: int = 0, discount: int = 0, tip: int = 0) -> Wire:
    """An ``OrderMoneyAmounts``."""
    return {
        "total_money": money(total, CURRENCY),
        "tax_money": money(tax),
        "discount_money": money(discount),
        "tip_money": money(tip),
        "service_charge_money": money(0),
    }
