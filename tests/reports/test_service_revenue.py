"""Revenue by service of any shop: orders, invoices, payments, refunds and exchanges, in any order of arrival."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from math import floor
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop.books.rebuild import compare_totals, rebuild_totals
from desktop.providers.square.records import Around, map_object
from desktop.records import SourceObject, Version
from desktop.reports.dashboard import CurrencyDashboard, dashboard
from tests.helpers.shops import STEADY
from tests.helpers.variants import variants
from tests.worlds import World

MONTHS = ("2026-10", "2026-11")
SERVICES = ("Coffee", "Cake", "Workshop")
TODAY = "2026-11-30"


def usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


class Counter:
    """A counter's business by chance: what Square would say of it, and what the definitions make of it."""

    def __init__(self, seed: int) -> None:
        self.by = Random(seed)
        self.bodies: list[tuple[str, dict[str, Any]]] = []
        self.right: dict[str, dict[str, int]] = {month: defaultdict(int) for month in MONTHS}
        self.overdue = self.outstanding = 0
        for number, name in enumerate(SERVICES):
            self._say("catalog_object", f"item-{number}", type="ITEM", item_data={"name": name})
        for number in range(self.by.randint(1, 6)):
            self._sale(number)

    def _say(self, kind: str, ref: str, **facts: Any) -> None:
        when = {"created_at": "2026-10-01T09:00:00Z", "updated_at": "2026-10-01T09:00:00Z"}
        self.bodies.append((kind, {"id": ref, "version": 1, "location_id": "L1", **when, **facts}))

    def _lines(self, number: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[tuple[str, int]]]:
        """Sold, given back, and what each line weighs for which service."""
        sold: list[dict[str, Any]] = []
        back: list[dict[str, Any]] = []
        weights: list[tuple[str, int]] = []
        for index in range(self.by.randint(0, 3)):
            service = self.by.choice([*range(len(SERVICES)), None])
            total, inclusive = self.by.randint(200, 5_000), self.by.random() < 0.5
            tax = self.by.choice([0, total // 10])
            line = {
                "uid": f"l-{number}-{index}", "name": "x", "quantity": "1", "total_money": usd(total),
                "total_tax_money": usd(tax),
                "applied_taxes": [{"tax_uid": "in" if inclusive else "on", "applied_money": usd(tax)}],
            }  # fmt: skip
            if service is not None:
                line["catalog_object_id"] = f"item-{service}"
            is_back = index == 2 and self.by.random() < 0.5
            (back if is_back else sold).append(line)
            # Whether its tax lies inside or on top, the line's total is what is paid for it.
            weights.append(("Other items" if service is None else SERVICES[service], -total if is_back else total))
        # What is given back stands behind what is sold.
        return sold, back, weights

    def _sale(self, number: int) -> None:
        order = f"order-{number}"
        sold, back, weights = self._lines(number)
        known = self.by.random() < 0.9
        billed = self.by.random() < 0.4
        if known:
            taxes = [{"uid": "in", "type": "INCLUSIVE"}, {"uid": "on", "type": "ADDITIVE"}]
            returns = [{"return_line_items": back, "return_taxes": taxes}] if back else []
            self._say("order", order, state="COMPLETED", line_items=sold, taxes=taxes, returns=returns,
                      total_money=usd(sum(max(weight, 0) for _, weight in weights)))  # fmt: skip
        if billed:
            self._bill(number, order)
        named = self.by.random() < 0.85
        money = dict.fromkeys(MONTHS, 0)
        for index in range(self.by.randint(1, 3)):
            paid, month = self.by.randint(1, 9_999), self.by.choice(MONTHS)
            self._say(
                "payment", f"pay-{number}-{index}", status="COMPLETED", source_type="CASH", amount_money=usd(paid),
                total_money=usd(paid), created_at=f"{month}-10T10:00:00Z", **({"order_id": order} if named else {}),
            )  # fmt: skip
            money[month] += paid
            if self.by.random() < 0.4:
                given, month = self.by.randint(1, paid), "2026-11"
                self._say(
                    "refund", f"refund-{number}-{index}", status="COMPLETED", payment_id=f"pay-{number}-{index}",
                    amount_money=usd(given), created_at=f"{month}-20T10:00:00Z", order_id=f"back-{number}-{index}",
                )  # fmt: skip
                money[month] -= given
        for month, amount in money.items():
            self._expect(month, amount, weights if known and named else [])

    def _bill(self, number: int, order: str) -> None:
        """An invoice for the order, asked for in parts with days of their own, some paid."""
        parts, status = self.by.randint(1, 3), self.by.choice(["UNPAID", "PARTIALLY_PAID", "REFUNDED", "FAILED"])
        asked = []
        for index in range(parts):
            amount = self.by.randint(100, 900)
            paid = self.by.choice([0, amount, amount // 2])
            day = f"2026-{self.by.choice([10, 11, 12])}-15"
            kind = "BALANCE" if index == parts - 1 else "INSTALLMENT"
            asked.append({"uid": f"r{index}", "request_type": kind, "due_date": day,
                          "computed_amount_money": usd(amount), "total_completed_amount_money": usd(paid)})  # fmt: skip
            if status != "FAILED":
                self.outstanding += amount - paid
                self.overdue += amount - paid if day < TODAY else 0
        self._say("invoice", f"inv-{number}", order_id=order, status=status, payment_requests=asked)

    def _expect(self, month: str, amount: int, weights: list[tuple[str, int]]) -> None:
        if not weights:
            self.right[month]["Not itemised"] += amount
            return
        sold = [one for one in weights if one[1] >= 0]
        ordered = [*sold, *(one for one in weights if one[1] < 0)]
        for (service, _), part in zip(ordered, hamilton(amount, [weight for _, weight in ordered]), strict=True):
            self.right[month][service] += part

    def shuffled(self) -> list[tuple[str, dict[str, Any]]]:
        self.by.shuffle(self.bodies)
        return self.bodies


def hamilton(amount: int, weights: list[int]) -> list[int]:
    """The largest remainders, told from fractions. A negative amount is split as its opposite is."""
    if amount < 0:
        return [-part for part in hamilton(-amount, weights)]
    shares = weights if sum(weights) else [abs(weight) for weight in weights]
    exact = [Fraction(amount * weight, sum(shares)) for weight in shares]
    whole = [floor(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda index: (whole[index] - exact[index], index))
    for index in order[: amount - sum(whole)]:
        whole[index] += 1
    return whole


def told(world: World, month: str) -> tuple[CurrencyDashboard | None, dict[str, int]]:
    part = next(iter(dashboard(world.books, TODAY, month).currencies), None)
    return part, {} if part is None else {one.service: one.amount for one in part.revenue_by_service if one.amount}


def check(seed: int, home: Path) -> None:
    world, counter = World(home, "UTC"), Counter(seed)
    account = world.account("square")
    reading = 0
    bodies = counter.shuffled()
    while bodies:
        size = counter.by.randint(1, len(bodies))
        batch, bodies = bodies[:size], bodies[size:]
        found = []
        for kind, body in batch:
            reading += 10
            mapped = map_object(kind, body, Version(reading, reading), Around("L1", "usd"))
            assert isinstance(mapped, SourceObject), mapped
            found.append(mapped)
        with world.books.write(durable=False) as writer:
            world.books.apply(writer, account, found)
    for month in MONTHS:
        part, services = told(world, month)
        assert services == {name: amount for name, amount in counter.right[month].items() if amount}, (seed, month)
        if part is not None:
            rows = part.revenue_by_service
            assert sum(one.amount for one in rows) == part.figures.total_revenue
            assert not rows or rows[-1].kind == "not_itemised"
            assert (part.outstanding.amount, part.overdue.amount) == (counter.outstanding, counter.overdue), seed
    assert compare_totals(world.books) == []
    before = [told(world, month)[1] for month in MONTHS]
    rebuild_totals(world.books)
    assert [told(world, month)[1] for month in MONTHS] == before
    world.books.close()


@settings(STEADY, max_examples=variants(6), derandomize=True)
@given(seed=st.integers(0, 10**9))
def test_the_money_of_any_shop_is_split_as_defined_and_adds_up(seed: int) -> None:
    with TemporaryDirectory() as folder:
        check(seed, Path(folder))
