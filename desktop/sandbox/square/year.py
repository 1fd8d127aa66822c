"""Tells a year of the shop's life, in the order in which it happened, and stops at the opening hour of a day."""

from __future__ import annotations

from datetime import date, timedelta
from datetime import time as time_of_day
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox import business
from desktop.sandbox.agenda import Callback
from desktop.sandbox.clock import DAY, OPENING_HOUR, add_months, instant, local_day
from desktop.sandbox.square import catalog, disputes, invoices, ledger, orders, payments, people
from desktop.sandbox.square.locations import open_business
from desktop.sandbox.square.objects import CASH, EXTERNALS, PLASTICS, Source, Wire, money
from desktop.sandbox.square.world import FEED_DAYS, World

DAYS_TOLD = 365
SALES_A_DAY = 30
_ENTRIES = ("CONTACTLESS", "CONTACTLESS", "EMV", "EMV", "SWIPED")
_DECLINES = ("GENERIC_DECLINE", "INSUFFICIENT_FUNDS", "CVV_FAILURE")
_DELIVERY_DAY = 4


class Year:
    """The year's cast and its dice. Everything that is still to happen waits in the world itself.

    A callback is planned long before it runs, and others may write to the world in the meantime (the last ones happen
    while it is served), so it looks first whether it still can be done.
    """

    def __init__(self, seed: str, today: date, zone: ZoneInfo, sales_a_day: float = SALES_A_DAY) -> None:
        self.today = today
        self.zone = zone
        self.sales_a_day = sales_a_day
        self.first = today - timedelta(days=DAYS_TOLD - 1)
        self.end = instant(today, OPENING_HOUR, zone)
        opened = instant(self.first, time_of_day(6), zone)
        self._present = opened
        self.world = World(seed, zone, lambda: self._present)
        self.world.feed_since = self.end - FEED_DAYS * DAY
        self.dice = self.world.dice
        self.regulars: dict[str, Wire] = {}
        open_business(self.world, opened)
        self.shop, self.stall = self.world.main_location, self.locations()[1]["id"]
        self.variations: list[Wire] = []
        self.workshop: Wire = {}
        self.plans: list[Wire] = []
        self.tax, self.discount = self._stock_the_shop()

    def locations(self) -> list[Wire]:
        """The shop, the stall and the old shop that was closed."""
        return self.world.every("location")

    def run(self) -> World:
        """Do everything in order up to the end and answer the world as it stands then."""
        self.world.run_until(self.end)
        self._present = self.end
        return self.world

    def back(self, days: int, hour: int, minute: int, callback: Callback) -> None:
        """Do something at a wall-clock time so many days before the last one."""
        self.world.on(self.today - timedelta(days=days), hour, minute, callback)

    def _stock_the_shop(self) -> tuple[Wire, Wire]:
        world = self.world
        categories: dict[str, Wire] = {}
        tax = catalog.add(
            world,
            "TAX",
            "Sales tax",
            calculation_phase="TAX_SUBTOTAL_PHASE",
            inclusion_type="ADDITIVE",
            percentage="6.25",
            applies_to_custom_amounts=True,
            enabled=True,
        )
        discount = catalog.add(world, "DISCOUNT", "Neighbours", discount_type="FIXED_PERCENTAGE", percentage="10.0")
        for number, ware in enumerate(business.WARES):
            if ware.category not in categories:
                categories[ware.category] = catalog.add(
                    world, "CATEGORY", ware.category, category_type="REGULAR_CATEGORY", is_top_level=True
                )
            self._add_ware(ware, number, categories[ware.category], tax)
        for name, price in business.PLANS:
            self._add_plan(name, price)
        return tax, discount

    def _add_ware(self, ware: business.Ware, number: int, category: Wire, tax: Wire) -> None:
        world = self.world
        facts = {"category_id": category["id"], "categories": [{"id": category["id"], "ordinal": number}]}
        item = catalog.add(
            world,
            "ITEM",
            ware.name,
            product_type="REGULAR",
            is_taxable=True,
            tax_ids=[tax["id"]],
            is_archived=False,
            reporting_category={"id": category["id"], "ordinal": number},
            **facts,
        )
        for position, (name, price) in enumerate(ware.variations):
            sku = f"HS-{number + 1:02d}{position + 1}"
            made = catalog.add_variation(world, item, name, price, tracked=ware.stock is not None, sku=sku)
            self.variations.append(made)
            if ware.stock is not None:
                catalog.set_count(world, made["id"], self.shop, ware.stock)
                catalog.set_count(world, made["id"], self.stall, ware.stock // 3)

    def _add_plan(self, name: str, price: int) -> None:
        world = self.world
        plan = catalog.add(world, "SUBSCRIPTION_PLAN", name, all_items=False)
        phase = {
            "uid": world.ids.text(22),
            "cadence": "MONTHLY",
            "ordinal": 0,
            "pricing": {"type": "STATIC", "price_money": money(price)},
        }
        variation = catalog.add(
            world, "SUBSCRIPTION_PLAN_VARIATION", f"{name}, monthly", phases=[phase], subscription_plan_id=plan["id"]
        )
        plan["subscription_plan_data"]["subscription_plan_variations"] = [variation]
        self.plans.append(variation)

    def join(self, regular: business.Regular) -> None:
        """Somebody leaves a name at the counter; some leave a card too."""
        made = people.create(
            self.world,
            given_name=regular.given_name,
            family_name=regular.family_name,
            company_name=regular.company,
            email_address=regular.email,
            phone_number=regular.phone,
        )
        self.regulars[regular.family_name or regular.company or ""] = made
        if self.dice.random() < 0.5:
            people.add_card(self.world, made, self.dice.choice(PLASTICS))

    def someone(self) -> Wire | None:
        """Any customer who has joined and is still there."""
        living = self.world.shelves["customer"].objects
        here = [one for one in self.regulars.values() if one["id"] in living]
        return self.dice.choice(here) if here else None

    def lines(self, location: str, most: int = 3) -> list[Wire]:
        """A few things off the shelf of a location: no more of any than lie there, and nothing that is sold out."""
        left = {one["id"]: catalog.left(self.world, one, location) for one in self.variations}
        offered = [one for one in self.variations if left[one["id"]] > 0]
        chosen = self.dice.sample(offered, min(len(offered), self.dice.randint(1, most)))
        wanted = [(one, self.dice.choice((1, 1, 1, 2))) for one in chosen]
        return [orders.line_of(self.world, one, int(min(count, left[one["id"]]))) for one, count in wanted]

    def source(self) -> Source:
        """What a buyer pays with at the counter."""
        luck = self.dice.random()
        if luck < 0.24:
            return CASH
        if luck < 0.27:
            return self.dice.choice(EXTERNALS)
        return Source("CARD", self.dice.choice(PLASTICS), self.dice.choice(_ENTRIES))

    def order(self, location: str, **facts: Any) -> Wire:
        """A basket at the counter, taxed, now and then with the neighbours' discount."""
        lucky = self.dice.random() < 0.08
        discounts = [orders.discount_of(self.world, self.discount)] if lucky else None
        taxes = [orders.tax_of(self.world, self.tax)]
        return orders.create(self.world, location, self.lines(location), taxes=taxes, discounts=discounts, **facts)

    def sell(self, location: str, source: Source | None = None, **facts: Any) -> Wire:
        """A sale over the counter. Answers the payment."""
        buyer = self.someone() if self.regulars and self.dice.random() < 0.12 else None
        order = self.order(location, **({"customer_id": buyer["id"]} if buyer is not None else {}))
        used = source or self.source()
        due = orders.due(order)
        tip = due // 20 * self.dice.choice((2, 3, 4)) if used.kind == "CARD" and self.dice.random() < 0.15 else 0
        if used.kind == "CARD" and used.decline is None and self.dice.random() < 0.015:
            refused = Source("CARD", used.plastic, used.entry, self.dice.choice(_DECLINES))
            payments.take(self.world, order, due, refused)
        return payments.take(self.world, order, due, used, tip=tip, **facts)


def plan_routine(year: Year) -> None:
    """Everyday business: sales, deliveries, refunds, weekly payouts, customers who join."""
    for number, regular in enumerate(business.REGULARS):
        days = number // 4 if number < 24 else (number - 20) * (DAYS_TOLD - 30) // 20
        year.world.on(year.first + timedelta(days=days), 8 + number % 9, number % 60, partial(year.join, regular))
    day = year.first
    while day <= year.today:
        _plan_day(year, day)
        day += timedelta(days=1)


def _plan_day(year: Year, day: date) -> None:
    world, dice = year.world, year.dice
    start = instant(day, time_of_day(8, 30), year.zone)
    weekend = day.weekday() >= 5
    count = int(year.sales_a_day * (0.75 + dice.random() / 2) + dice.random())
    for _ in range(count):
        location = year.stall if weekend and dice.random() < 0.6 else year.shop
        world.at(start + dice.randrange(9 * 3600 + 1800), partial(_sale, year, location))
    if day.weekday() == _DELIVERY_DAY:
        world.on(day, 7, 30, partial(_deliver, year))
    if day.weekday() == 0:
        for number, location in enumerate((year.shop, year.stall)):
            world.on(day, 4, 10 + number, partial(_send, year, location))
    if day.day == 12:
        world.on(day, 11, 15, partial(_bill, year))


def _sale(year: Year, location: str) -> None:
    payment = year.sell(location)
    luck = year.dice.random()
    if luck < 0.015 and payment["status"] == "COMPLETED":
        _plan_refund(year, payment)
    elif luck < 0.022 and payment["source_type"] == "CARD":
        year.world.later(9, partial(correct_fee, year, payment, year.dice.choice((-12, 15, 30))))


def correct_fee(year: Year, payment: Wire, change: int, *, quiet: bool = False) -> None:
    """Square thinks again about the fee of a payment that has one."""
    if "processing_fee" in payment:
        payments.adjust_fee(year.world, payment, change, quiet=quiet)


def _plan_refund(year: Year, payment: Wire) -> None:
    total = int(payment["total_money"]["amount"])
    amount = total if year.dice.random() < 0.6 else max(total // 3, 1)
    give_back = partial(refund, year, payment, amount, "Returned goods")
    if year.dice.random() < 0.4:
        following = add_months(local_day(year.world.now, year.zone).replace(day=1), 1)
        year.world.on(following + timedelta(days=year.dice.randint(0, 5)), 11, 20, give_back)
    else:
        year.world.later(year.dice.uniform(0.1, 6), give_back)


def refund(year: Year, payment: Wire, amount: int, reason: str, *, settle: bool = True) -> Wire | None:
    """Give so much of a payment back where it still can be."""
    left = int(payment["total_money"]["amount"]) - payments.refunded(payment)
    if payment["status"] != "COMPLETED" or not 0 < amount <= left or disputes.is_held(year.world, payment):
        return None
    return payments.refund(year.world, payment, amount, reason, settle=settle)


def _deliver(year: Year) -> None:
    world = year.world
    for variation in catalog.tracked_variations(world):
        for location, least in ((year.shop, 20), (year.stall, 8)):
            count = world.counts.get((variation["id"], location))
            if count is not None and int(count["quantity"]) < least:
                catalog.move(world, variation["id"], location, 3 * least)


def _send(year: Year, location: str) -> None:
    payout = ledger.pay_out(year.world, location)
    if payout is not None:
        year.world.later(ledger.due_to_arrive(payout), partial(ledger.arrive, year.world, payout))


def _bill(year: Year) -> None:
    customer = year.someone()
    if customer is None:
        return
    invoice = invoices.bill(year.world, year.shop, customer, year.lines(year.shop, 4), text="Order from the shop")
    year.world.later(year.dice.uniform(1, 20), partial(_settle, year, invoice))


def _settle(year: Year, invoice: Wire) -> None:
    if invoice["status"] == "UNPAID":
        invoices.pay(year.world, invoice)
