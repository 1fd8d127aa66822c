"""What a subscription costs a period: decimal amounts, packages, tiers, use, several currencies and intervals."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.providers.stripe.records import map_object
from desktop.records import SetAside, SourceObject, SubscriptionItemRecord, SubscriptionRecord, Version
from tests.helpers.variants import variants

AT = 1_780_000_000


def price(**facts: Any) -> dict[str, Any]:
    """A monthly price of 10.00 a unit, with other facts."""
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed", "meter": None}
    body = {
        "id": "price_1", "object": "price", "currency": "usd", "product": "prod_1", "billing_scheme": "per_unit",
        "unit_amount": 1_000, "unit_amount_decimal": "1000", "tiers_mode": None, "transform_quantity": None,
        "recurring": {**recurring, **facts.pop("recurring", {})},
    }  # fmt: skip
    return {**body, **facts}


def item(quantity: int | None = 1, **facts: Any) -> dict[str, Any]:
    """An item of a subscription; no quantity at all where None."""
    body = {"id": "si_1", "object": "subscription_item", "price": price(**facts)}
    return body if quantity is None else {**body, "quantity": quantity}


def subscribed(*items: dict[str, Any], **facts: Any) -> SubscriptionRecord:
    """A subscription to items, as it is understood."""
    body = {
        "id": "sub_1", "object": "subscription", "status": "active", "customer": "cus_1", "currency": "usd",
        "created": AT, "items": {"object": "list", "data": list(items)},
    }  # fmt: skip
    found = map_object("subscription", {**body, **facts}, Version(1, 2))
    assert isinstance(found, SourceObject), found
    assert isinstance(found.record, SubscriptionRecord)
    return found.record


def cost(quantity: int | None = 1, **facts: Any) -> SubscriptionItemRecord:
    """The one item of a subscription, as it is understood."""
    (found,) = subscribed(item(quantity, **facts)).items
    return found


@pytest.mark.parametrize(
    ("exact", "quantity", "amount", "whole"),
    [
        ("0.5", 3, 2, None),  # half a cent is rounded up, once for all of them
        ("0.5", 20_000, 10_000, None),
        ("0.333333333333", 3, 1, None),
        ("12.5", 1, 13, None),
        ("1000", 2, 2_000, 1_000),
        ("1000.0", 2, 2_000, 1_000),
        ("0", 7, 0, 0),
        ("999999999999.999999999999", 999, 999_000_000_000_000, None),
    ],
)
def test_a_decimal_price_is_exact_and_rounded_once(exact: str, quantity: int, amount: int, whole: int | None) -> None:
    found = cost(quantity, unit_amount=whole, unit_amount_decimal=exact)
    assert (found.amount, found.unit_amount) == (amount, whole)
    assert found.unit_amount_decimal == ("" if whole is not None else exact)


def test_a_decimal_goes_before_the_whole_amount_beside_it() -> None:
    assert cost(2, unit_amount=13, unit_amount_decimal="12.5").amount == 25
    assert cost(2, unit_amount=13, unit_amount_decimal=None).amount == 26


@pytest.mark.parametrize(
    ("size", "way", "quantity", "amount"),
    [
        (10, "up", 0, 0), (10, "up", 1, 1_000), (10, "up", 10, 1_000), (10, "up", 11, 2_000),
        (10, "down", 9, 0), (10, "down", 10, 1_000), (10, "down", 19, 1_000), (1, "down", 3, 3_000),
        (10, "sideways", 10, None), (0, "up", 10, None),
    ],
)  # fmt: skip
def test_units_are_sold_by_the_package(size: int, way: str, quantity: int, amount: int | None) -> None:
    assert cost(quantity, transform_quantity={"divide_by": size, "round": way}).amount == amount


TIERS = [
    {"up_to": 5, "flat_amount": 300, "flat_amount_decimal": "300", "unit_amount": None, "unit_amount_decimal": None},
    {"up_to": 10, "flat_amount": None, "unit_amount": 100, "unit_amount_decimal": "100"},
    {"up_to": None, "flat_amount": 50, "unit_amount": None, "unit_amount_decimal": "0.5"},
]


@pytest.mark.parametrize(
    ("mode", "quantity", "amount"),
    [
        ("graduated", 0, 300), ("graduated", 5, 300), ("graduated", 6, 400), ("graduated", 10, 800),
        ("graduated", 13, 852), ("volume", 0, 300), ("volume", 5, 300), ("volume", 6, 600), ("volume", 10, 1_000),
        ("volume", 13, 57), ("by_mood", 3, None),
    ],
)  # fmt: skip
def test_tiers(mode: str, quantity: int, amount: int | None) -> None:
    facts = {"billing_scheme": "tiered", "tiers_mode": mode, "unit_amount": None, "unit_amount_decimal": None}
    assert cost(quantity, tiers=TIERS, **facts).amount == amount
    assert cost(quantity, tiers=TIERS[::-1], **facts).amount == amount


@pytest.mark.parametrize("tiers", [..., None, [], TIERS[:2]])
def test_no_amount_is_better_than_a_wrong_one(tiers: Any) -> None:
    facts = {"billing_scheme": "tiered", "tiers_mode": "graduated", "unit_amount": None, "unit_amount_decimal": None}
    found = cost(11, **facts, **({} if tiers is ... else {"tiers": tiers}))
    assert (found.amount, found.by_use) == (None, False)
    assert cost(1, billing_scheme="haggled").amount is None


@pytest.mark.parametrize("recurring", [{"usage_type": "metered"}, {"meter": "mtr_1"}])
def test_what_is_metered_costs_by_use(recurring: dict[str, str]) -> None:
    found = cost(None, recurring=recurring)
    assert (found.amount, found.by_use, found.unit_amount, found.quantity) == (None, True, 1_000, 0)
    assert cost(3, recurring=recurring).amount is None


def test_an_older_plan_says_the_same_by_older_names() -> None:
    plan = {
        "id": "plan_1", "product": "prod_1", "amount": None, "amount_decimal": "0.25", "currency": "usd",
        "interval": "year", "interval_count": 1, "billing_scheme": "per_unit",
        "transform_usage": {"divide_by": 10, "round": "up"}, "usage_type": "licensed",
    }  # fmt: skip
    (found,) = subscribed({"id": "si_1", "plan": plan, "quantity": 41}).items
    assert (found.amount, found.unit_amount_decimal, found.interval) == (1, "0.25", "year")
    (metered,) = subscribed({"id": "si_1", "plan": {**plan, "usage_type": "metered"}}).items
    assert (metered.amount, metered.by_use) == (None, True)


def test_a_price_of_several_currencies_costs_what_it_does_in_the_subscriptions_own() -> None:
    options = {"eur": {"unit_amount": 900, "unit_amount_decimal": "900"}}
    (found,) = subscribed(item(2, currency_options=options), currency="eur").items
    assert (found.amount, found.currency, found.unit_amount) == (1_800, "eur", 900)
    (unknown,) = subscribed(item(2), currency="eur").items
    assert (unknown.amount, unknown.currency, unknown.unit_amount) == (None, "eur", None)


def test_an_amount_that_is_none_sets_the_subscription_aside() -> None:
    body = {
        "id": "sub_1", "object": "subscription", "status": "active", "customer": "cus_1", "currency": "usd",
        "created": AT, "items": {"data": [item(1, unit_amount=None, unit_amount_decimal="a few")]},
    }  # fmt: skip
    assert isinstance(map_object("subscription", body, Version(1, 2)), SetAside)


# --------------------------------------------------------------------------------------------------- by chance

_EXACT = st.integers(0, 10**9).map(lambda number: f"{number // 10**4}.{number % 10**4:04d}")


@st.composite
def _tiers(draw: st.DrawFn) -> list[dict[str, Any]]:
    ends = sorted(draw(st.sets(st.integers(1, 60), max_size=4)))
    return [
        {
            "up_to": end,
            **{f"{name}_decimal": draw(st.none() | _EXACT) for name in ("unit_amount", "flat_amount")},
        }
        for end in [*ends, None]
    ]


@st.composite
def _items(draw: st.DrawFn) -> tuple[dict[str, Any], int | None]:
    """An item by chance, and what it costs by the definitions, reckoned unit by unit in fractions."""
    quantity = draw(st.integers(0, 80))
    exact = draw(_EXACT)
    facts: dict[str, Any] = {"unit_amount": None, "unit_amount_decimal": exact}
    units = quantity
    if draw(st.booleans()):
        size, way = draw(st.integers(1, 9)), draw(st.sampled_from(["up", "down"]))
        facts["transform_quantity"] = {"divide_by": size, "round": way}
        units = len(range(0, quantity, size)) if way == "up" else len(range(size, quantity + 1, size))
    kind = draw(st.sampled_from(["unit", "graduated", "volume", "secret", "use"]))
    if kind == "unit":
        return item(quantity, **facts), _rounded(Fraction(exact) * units)
    if kind == "use":
        return item(None, **facts, recurring={"usage_type": "metered"}), None
    tiers = draw(_tiers())
    facts |= {"billing_scheme": "tiered", "tiers_mode": kind if kind != "secret" else "graduated"}
    if kind == "secret":
        return item(quantity, **facts), None
    body = item(quantity, **facts, tiers=draw(st.permutations(tiers)))
    places = [next(n for n, one in enumerate(tiers) if one["up_to"] is None or unit <= one["up_to"])
              for unit in range(1, units + 1)]  # fmt: skip
    last = places[-1] if places else 0
    entered = range(last + 1) if kind == "graduated" else [last]
    each = places if kind == "graduated" else [last] * units
    flat = sum((Fraction(tiers[n]["flat_amount_decimal"] or 0) for n in entered), Fraction(0))
    return body, _rounded(flat + sum((Fraction(tiers[n]["unit_amount_decimal"] or 0) for n in each), Fraction(0)))


def _rounded(exact: Fraction) -> int:
    return floor(exact + Fraction(1, 2))


@settings(max_examples=variants(60), deadline=None)
@given(pair=_items())
def test_any_price_costs_what_its_units_come_to(pair: tuple[dict[str, Any], int | None]) -> None:
    body, right = pair
    (found,) = subscribed(body).items
    assert found.amount == right
