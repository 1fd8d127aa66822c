"""What one period of a price costs: decimal unit amounts, packages of units, tiers, and prices by use.

Source: docs.stripe.com/api/prices/object, docs.stripe.com/api/plans/object (the same facts by older names) and
docs.stripe.com/products-prices/pricing-models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

from desktop.providers.stripe.records.fields import AMOUNT_LIMIT, Unreadable, amount_or, child, count, rows, text

_DECIMAL = re.compile(r"-?[0-9]{1,16}(?:\.[0-9]{1,16})?")
# Room for an absurd amount with all its decimals times an absurd quantity: nothing is rounded on the way.
_PRECISION = 90


@dataclass(frozen=True, slots=True)
class Cost:
    """What a quantity of a price costs each period.

    ``unit_amount`` is what one unit costs where that is a whole number of minor units, ``unit_amount_decimal`` the
    same where it is none. ``amount`` is None where it is not known: by use (``by_use``), or by tiers that the price
    does not carry. ``currency`` is lower-case and may be empty.
    """

    amount: int | None
    by_use: bool
    unit_amount: int | None
    unit_amount_decimal: str
    currency: str
    interval: str
    interval_count: int


def cost_of(item: Mapping[str, Any], wanted: str) -> Cost:
    """What a subscription's item costs each period: of its ``price``, or its ``plan`` where there are no prices.

    ``wanted`` is the currency that the subscription is charged in: a price of several is asked for that one. Rounded
    once, half up, as the item becomes one line of an invoice. Raises: Unreadable for an absurd amount.
    """
    price = child(item.get("price"))
    plan = child(item.get("plan"))
    stated = _priced(price) if price.get("id") else _planned(plan)
    if wanted and stated.currency and stated.currency != wanted:
        stated = stated.in_currency(wanted)
    unit = stated.unit
    by_use = stated.by_use or _by_use(plan)
    amount = None if by_use else stated.amount_of(count(item.get("quantity"), 1))
    whole = unit is not None and unit == unit.to_integral_value()
    return Cost(
        amount=amount,
        by_use=by_use,
        unit_amount=int(unit) if unit is not None and whole else None,
        unit_amount_decimal="" if unit is None or whole else format(unit, "f").rstrip("0"),
        currency=stated.currency,
        interval=stated.interval or text(plan.get("interval")),
        interval_count=stated.interval_count or count(plan.get("interval_count")),
    )


@dataclass(frozen=True, slots=True)
class _Stated:
    """A price or plan, under one set of names. ``amounts`` has ``unit_amount…`` and ``tiers`` of its currency."""

    currency: str
    amounts: Mapping[str, Any]
    others: Mapping[str, Any]
    scheme: str
    tiers_mode: str
    transform: Mapping[str, Any]
    by_use: bool
    interval: str
    interval_count: int

    def in_currency(self, wanted: str) -> _Stated:
        """The same price in another of its currencies; without any amount where that was not sent along."""
        return _Stated(
            wanted, child(self.others.get(wanted)), self.others, self.scheme, self.tiers_mode, self.transform,
            self.by_use, self.interval, self.interval_count,
        )  # fmt: skip

    @property
    def unit(self) -> Decimal | None:
        """What one unit costs, exactly."""
        return _decimal(self.amounts, "unit_amount")

    def amount_of(self, quantity: int) -> int | None:
        """What so many units cost each period; None where that cannot be told."""
        with localcontext(Context(prec=_PRECISION, rounding=ROUND_HALF_UP)):
            units = self._units(quantity)
            if units is None:
                return None
            if self.scheme == "tiered":
                exact = _by_tiers(self.tiers_mode, rows(self.amounts.get("tiers")), units)
            elif self.scheme in {"", "per_unit"} and self.unit is not None:
                exact = self.unit * units
            else:
                return None
            return None if exact is None or abs(exact) > AMOUNT_LIMIT else int(exact.to_integral_value())

    def _units(self, quantity: int) -> int | None:
        """How many units are billed: packages that are begun or full where units are sold in packages."""
        if not self.transform:
            return quantity
        size, way = count(self.transform.get("divide_by")), self.transform.get("round")
        if size < 1 or way not in {"up", "down"}:
            return None
        return -(-quantity // size) if way == "up" else quantity // size


def _priced(price: Mapping[str, Any]) -> _Stated:
    get = price.get
    recurring = child(get("recurring"))
    return _Stated(
        currency=text(get("currency")).lower(),
        amounts=price,
        others=child(get("currency_options")),
        scheme=text(get("billing_scheme")),
        tiers_mode=text(get("tiers_mode")),
        transform=child(get("transform_quantity")),
        by_use=_by_use(recurring),
        interval=text(recurring.get("interval")),
        interval_count=count(recurring.get("interval_count")),
    )


def _planned(plan: Mapping[str, Any]) -> _Stated:
    get = plan.get
    amounts = {"unit_amount": get("amount"), "unit_amount_decimal": get("amount_decimal"), "tiers": get("tiers")}
    return _Stated(
        currency=text(get("currency")).lower(),
        amounts=amounts,
        others={},
        scheme=text(get("billing_scheme")),
        tiers_mode=text(get("tiers_mode")),
        transform=child(get("transform_usage")),
        by_use=_by_use(plan),
        interval=text(get("interval")),
        interval_count=count(get("interval_count")),
    )


def _by_use(stated: Mapping[str, Any]) -> bool:
    """Metered: by its ``usage_type``, or by the ``meter`` that counts the use."""
    return stated.get("usage_type") == "metered" or bool(text(stated.get("meter")))


def _by_tiers(mode: str, tiers: Sequence[Any], units: int) -> Decimal | None:
    """Graduated: each unit at its own tier's price. Volume: all at the price of the tier that the quantity reaches.

    A tier's flat amount counts once it is entered, the first one's also for no unit at all. None without tiers.
    """
    listed = sorted(map(child, tiers), key=_reach)
    if mode not in {"graduated", "volume"}:
        return None
    summed, below = Decimal(0), 0
    for tier in listed:
        reach = _reach(tier)
        if units <= reach and mode == "volume":
            return _of_tier(tier, units)
        summed += _of_tier(tier, min(units, reach) - below)
        if units <= reach:
            return summed
        below = reach
    return None


_ENDLESS = 2 * AMOUNT_LIMIT


def _reach(tier: Mapping[str, Any]) -> int:
    """The last unit of a tier; the last tier has no end."""
    stated = tier.get("up_to")
    return stated if type(stated) is int and stated < _ENDLESS else _ENDLESS


def _of_tier(tier: Mapping[str, Any], units: int) -> Decimal:
    return (_decimal(tier, "flat_amount") or Decimal(0)) + (_decimal(tier, "unit_amount") or Decimal(0)) * units


def _decimal(stated: Mapping[str, Any], name: str) -> Decimal | None:
    """An amount that may have a fraction of a minor unit: its decimal text first. Raises: Unreadable if absurd."""
    exact = stated.get(f"{name}_decimal")
    if type(exact) is str and _DECIMAL.fullmatch(exact):
        return Decimal(exact)
    if exact is not None and stated.get(name) is None:
        raise Unreadable("Its unit amount is not a decimal number.")
    whole = stated.get(name)
    return None if whole is None else Decimal(amount_or(whole, "unit amount", 0))
