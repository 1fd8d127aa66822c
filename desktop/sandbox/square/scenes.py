"""The scenes that every year of the shop has, whatever the dice say: at fixed distances from the last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox.agenda import Callback
from desktop.sandbox.clock import DAY, clock_changes
from desktop.sandbox.square import catalog, checkouts, disputes, invoices, ledger, orders, payments, people
from desktop.sandbox.square import subscriptions as plans
from desktop.sandbox.square.locations import TERMINAL
from desktop.sandbox.square.moments import stamp
from desktop.sandbox.square.objects import CASH, DELIVERY, GIFT_CARD, PLASTICS, Source, Wire, money
from desktop.sandbox.square.world import World
from desktop.sandbox.square.year import SALES_A_DAY, Year, correct_fee, plan_routine, refund

_TAP = Source("CARD")
_CHIP = Source("CARD", PLASTICS[2], "EMV")


def tell(seed: int, today: date, zone: ZoneInfo, sales_a_day: float = SALES_A_DAY) -> World:
    """The world of a shop whose year ends at 10:00 of ``today``. Same arguments, same bytes."""
    year = Year(f"{seed} {today.isoformat()} {zone.key} {sales_a_day}", today, zone, sales_a_day)
    plan_routine(year)
    for scene in _SCENES:
        scene(year)
    world = year.run()
    world.feed_since = 0
    return world


def _this_morning(year: Year) -> None:
    """The last day is never empty, and so neither is the current month, at neither location."""
    for minute, location, source in ((5, year.shop, _TAP), (20, year.shop, CASH), (35, year.stall, _CHIP)):
        year.back(0, 9, minute, partial(year.sell, location, source))
    year.back(0, 9, 40, lambda: bill(year, year.shop, 3))


def bill(year: Year, location: str, most: int, **how: Any) -> Wire | None:
    """An invoice to somebody whom the shop knows, where there is anybody."""
    customer = year.someone()
    if customer is None:
        return None
    return invoices.bill(year.world, location, customer, year.lines(location, most), **how)


def _odd_hours(year: Year) -> None:
    """Sales at 23:40 on the last of a month, and in the hours around which the clocks change."""
    eve = year.today.replace(day=1) - timedelta(days=1)
    for day in (eve, eve.replace(day=1) - timedelta(days=1)):
        year.world.on(day, 23, 40, partial(year.sell, year.shop, _TAP))
    for day in clock_changes(year.first + timedelta(days=1), year.today, year.zone):
        for hour, minute in ((0, 40), (1, 30), (23, 20)):
            year.world.on(day, hour, minute, partial(year.sell, year.shop, _CHIP))


def _refunds(year: Year) -> None:
    """A full one in the month after, one in parts, one of cash, one that fails, one still pending."""
    world = year.world

    def later(days: float, share: float, source: Source = _CHIP, settle: bool = True) -> None:
        payment = year.sell(year.shop, source)
        amount = int(int(payment["total_money"]["amount"]) * share)
        world.later(days, partial(refund, year, payment, amount, "Changed their mind", settle=settle))

    def fail() -> None:
        payment = year.sell(year.stall, _TAP)
        made = payments.refund(world, payment, int(payment["total_money"]["amount"]) // 2, "Damaged", settle=False)
        world.later(33, lambda: payments.fail_refund(world, made) if made["status"] == "PENDING" else None)

    def in_parts() -> None:
        payment = year.sell(year.shop, _CHIP)
        part = int(payment["total_money"]["amount"]) // 4
        for days in (3, 12, 35):
            world.later(days, partial(refund, year, payment, part, "One piece"))

    year.back(70, 11, 0, lambda: later(32, 1.0))
    year.back(58, 11, 5, in_parts)
    year.back(41, 11, 10, lambda: later(2, 1.0, CASH))
    year.back(90, 11, 15, fail)
    year.back(4, 11, 20, lambda: later(3.2, 0.5, settle=False))


def _corrected_fees(year: Year) -> None:
    """Square corrects a fee, up or down, weeks after the payment; once without a word."""
    world = year.world

    def correct(change: int, days: int, quiet: bool) -> Callable[[], None]:
        def begin() -> None:
            payment = year.sell(year.shop, _TAP)
            world.later(days, partial(correct_fee, year, payment, change, quiet=quiet))

        return begin

    year.back(75, 14, 0, correct(30, 25, quiet=False))
    year.back(52, 14, 5, correct(-12, 20, quiet=True))


def _disputes(year: Year) -> None:
    """One lost, one won, one inquiry that closed, one that waits for evidence."""
    world = year.world

    def while_open(dispute: Wire, callback: Callback) -> None:
        if dispute["state"] not in disputes.ENDED:
            callback()

    def story(opened: int, closed: int, won: bool, inquiry: bool = False) -> Callable[[], None]:
        def begin() -> None:
            payment = year.sell(year.shop, _CHIP)

            def complain() -> None:
                if payments.refunded(payment) or disputes.is_held(world, payment):
                    return
                made = disputes.begin(world, payment, inquiry=inquiry)
                world.later(3, partial(while_open, made, partial(disputes.answer, world, made)))
                world.later(closed, partial(while_open, made, partial(disputes.close, world, made, won=won)))

            world.later(opened, complain)

        return begin

    year.back(150, 12, 0, story(10, 35, won=False))
    year.back(110, 12, 5, story(14, 50, won=True))
    year.back(80, 12, 10, story(8, 20, won=False, inquiry=True))
    year.back(15, 12, 15, story(14, 60, won=False))


def _endings(year: Year) -> None:
    """Payments that fail, that are cancelled, that are captured late or not at all."""
    world = year.world

    def refused() -> None:
        order = year.order(year.shop)
        payments.take(world, order, orders.due(order), Source("CARD", entry="EMV", decline="INSUFFICIENT_FUNDS"))

    def reserve(then: Callable[[World, Wire], Wire] | None, hours: int) -> Callable[[], None]:
        def begin() -> None:
            customer = year.someone()
            order = year.order(year.shop, **({} if customer is None else {"customer_id": customer["id"]}))
            made = payments.authorise(world, order, orders.due(order), Source("CARD", entry="KEYED"))
            if then is not None:
                world.later(hours / 24, lambda: then(world, made) if made["status"] == "APPROVED" else None)

        return begin

    for days in (99, 33, 2):
        year.back(days, 13, 0, refused)
    year.back(60, 13, 10, reserve(payments.cancel, 5))
    year.back(34, 13, 20, reserve(payments.complete, 60))
    year.back(28, 13, 25, reserve(None, 0))
    year.back(1, 13, 30, reserve(None, 0))


def _gift_cards(year: Year) -> None:
    """One is sold for money and pays for goods later, the rest of them in cash; one is redeemed in the same month."""
    world = year.world

    def sell(days: float) -> Callable[[], None]:
        def begin() -> None:
            line = orders.custom_line(world, "Gift card", 2500) | {"item_type": "GIFT_CARD"}
            payments.take(world, orders.create(world, year.shop, [line]), 2500, _CHIP)
            world.later(days, redeem)

        return begin

    def redeem() -> None:
        order = year.order(year.shop)
        payments.take(world, order, min(orders.due(order), 2500), GIFT_CARD)
        if orders.due(order):
            payments.take(world, order, orders.due(order), CASH)

    year.back(66, 12, 30, sell(37))
    year.back(20, 12, 35, sell(2))


def _deliveries(year: Year) -> None:
    """A delivery app takes payments for the shop and keeps a share of them."""
    for days in (45, 21, 1):
        year.back(days, 12, 45, partial(year.sell, year.shop, DELIVERY))


def _offline(year: Year) -> None:
    """An order taken without a network: it arrives 60 hours after it was created."""
    world = year.world

    def arrive() -> None:
        created = stamp(world.now - 60 * 3600)
        order = year.order(year.stall, created=created)
        payments.take(
            world,
            order,
            orders.due(order),
            _TAP,
            created=created,
            is_offline_payment=True,
            offline_payment_details={"client_created_at": created},
        )

    for days in (77, 2):
        year.back(days, 20, 30, arrive)


def _invoices(year: Year) -> None:
    """Every status of an invoice, at both locations."""
    world = year.world

    def send(
        location: str, *payments_after: tuple[float, float], days: int = 14, then: str = "", **facts: Any
    ) -> Callable[[], None]:
        def begin() -> None:
            if "plan_days" in facts:
                facts["scheduled_at"] = invoices.schedule_for(world, facts.pop("plan_days"))
            made = bill(year, location, 4, days=days, **facts)
            if made is None:
                return
            whole = int(invoices.total(made)["amount"])
            for after, share in payments_after:
                world.later(after, partial(_pay, world, made, int(whole * share) if share < 1 else None))
            if then == "cancel":
                world.later(2, lambda: invoices.cancel(world, made) if invoices.is_cancellable(made) else None)
            if then == "refund":
                world.later(6, partial(_refund_invoice, year, made, 1.0))
            if then == "refund half":
                world.later(6, partial(_refund_invoice, year, made, 0.5))

        return begin

    deposit = (("DEPOSIT", 3, "30"), ("BALANCE", 30, None))
    thirds = (("INSTALLMENT", 5, "33.34"), ("INSTALLMENT", 35, "33.33"), ("INSTALLMENT", 65, "33.33"))
    shop, stall = year.shop, year.stall
    for days, callback in (
        (85, send(shop, (3, 1))),
        (50, send(stall, (8, 1))),
        (46, send(shop, days=14)),
        (38, send(stall, days=7)),
        (9, send(shop, days=30)),
        (8, send(stall, days=20)),
        (20, send(shop, (2, 0.3), plan=deposit)),
        (44, send(shop, (4, 0.3), (25, 1), plan=deposit)),
        (40, send(shop, (4, 0.3334), plan=thirds)),
        (31, send(shop, then="cancel")),
        (6, send(shop, published=False)),
        (5, send(stall, published=False)),
        (62, send(shop, (2, 1), then="refund")),
        (24, send(stall, (2, 1), then="refund half")),
        (3, send(shop, plan_days=12)),
        (30, send(shop, plan_days=4)),
    ):
        year.back(days, 15, days % 60, callback)


def _pay(world: World, invoice: Wire, amount: int | None) -> None:
    if invoice["status"] in {"UNPAID", "PARTIALLY_PAID"}:
        invoices.pay(world, invoice, amount)


def _refund_invoice(year: Year, invoice: Wire, share: float) -> None:
    for tender in year.world.find("order", invoice["order_id"]).get("tenders", ())[:1]:
        payment = year.world.find("payment", tender["payment_id"])
        refund(year, payment, int(int(payment["total_money"]["amount"]) * share), "Not as ordered")


def _subscriptions(year: Year) -> None:
    """Active ones, one paused, one cancelled, one whose card was disabled."""
    world = year.world

    def subscribe(plan: int, then: Callable[[World, Wire], object] | None = None, after: int = 0) -> Callable[[], None]:
        def begin() -> None:
            customer = year.someone()
            if customer is None:
                return
            card = people.add_card(world, customer, PLASTICS[plan])
            made = plans.start(world, year.shop, customer, year.plans[plan], card)
            if then is not None:
                world.later(after, lambda: then(world, made) if plans.is_running(made) else None)

        return begin

    def lose_card(world: World, subscription: Wire) -> None:
        card = world.find("card", subscription["card_id"])
        if card["enabled"]:
            people.disable_card(world, card)

    for days, plan in ((320, 0), (200, 1), (95, 2), (40, 0), (12, 1)):
        year.back(days, 16, days % 60, subscribe(plan))
    year.back(180, 16, 10, subscribe(0, plans.pause, 130))
    year.back(240, 16, 20, subscribe(1, plans.cancel, 150))
    year.back(120, 16, 30, subscribe(2, lose_card, 70))


def _checkouts(year: Year) -> None:
    """Terminal checkouts, one of them cancelled; payment links, one of them not paid."""
    world = year.world

    def waits(checkout: Wire) -> bool:
        return checkout["status"] in {"PENDING", "IN_PROGRESS"}

    def terminal(amount: int, cancel: bool = False) -> Callable[[], None]:
        def begin() -> None:
            made = checkouts.create_terminal(world, money(amount), {"device_id": TERMINAL}, note="Workshop seat")
            if cancel:
                world.later(5 / DAY, lambda: checkouts.cancel_terminal(world, made) if waits(made) else None)

        return begin

    def link(days: float | None) -> Callable[[], None]:
        def begin() -> None:
            line = orders.line_of(world, year.variations[-1])
            order = orders.create(world, year.shop, [line], source="Square Online")
            made = checkouts.create_link(world, order, payment_note="Seat in the Saturday workshop")
            if days is not None:
                world.later(days, lambda: checkouts.pay_link(world, made) if order["state"] == "OPEN" else None)

        return begin

    for days, amount in ((66, 6500), (25, 18400), (7, 13000), (1, 6500)):
        year.back(days, 17, 0, terminal(amount))
    year.back(17, 17, 5, terminal(6500, cancel=True))
    for days, after in ((55, 2.0), (19, 0.5), (10, 1.1), (3, None)):
        year.back(days, 17, 20, link(after))


def _payouts(year: Year) -> None:
    """One payout that does not say what is in it, one that the bank sent back and that went again a day later."""
    world = year.world

    def send(days: float, **how: bool) -> None:
        made = ledger.pay_out(world, year.shop, **how)
        if made is not None:
            world.later(ledger.due_to_arrive(made), partial(ledger.arrive, world, made))

    def fail() -> None:
        batches = [one for one in world.every("payout") if one["location_id"] == year.shop and one["type"] == "BATCH"]
        sent = [one for one in batches if one["status"] != "FAILED"]
        if sent:
            ledger.bounce(world, sent[-1])
            world.later(1.2, lambda: send(0, at_once=False))

    monday = year.today - timedelta(days=63 + year.today.weekday())
    world.on(monday, 17, 0, fail)
    world.on(monday + timedelta(days=17), 12, 0, lambda: send(0, simple=True))


def _people(year: Year) -> None:
    """Two profiles are merged, one is deleted, one gets another address."""
    world = year.world

    def twins() -> None:
        first = people.create(world, given_name="Bea", family_name="Twomey", email_address="bea@twomey.example")
        year.regulars["Twomey"] = first
        year.world.later(
            3, lambda: people.create(world, given_name="Beatrice", phone_number="+16175551777", note="Twomey")
        )

    def merge() -> None:
        for second in [one for one in world.every("customer") if one.get("note") == "Twomey"]:
            year.regulars["Twomey"] = people.merge(world, year.regulars["Twomey"], second)

    def leave() -> None:
        people.delete(world, year.regulars["Leaving"])

    def arrive() -> None:
        made = people.create(world, given_name="Gone", family_name="Leaving", email_address="gone@leaving.example")
        year.regulars["Leaving"] = made
        order = year.order(year.shop, customer_id=made["id"])
        payments.take(world, order, orders.due(order), _TAP)

    year.back(45, 10, 10, twins)
    year.back(16, 10, 15, merge)
    year.back(130, 10, 20, arrive)
    year.back(13, 10, 25, leave)
    year.back(4, 10, 30, lambda: people.update(world, year.regulars["Okafor"], phone_number="+16175551444"))


def _catalogue(year: Year) -> None:
    """A price that rises, an item that goes."""
    world = year.world

    def add() -> None:
        item = catalog.add(world, "ITEM", "Advent calendar", product_type="REGULAR", is_taxable=True)
        catalog.add_variation(world, item, "Regular", 2400, tracked=False, sku="HS-990")
        world.later(30, partial(catalog.delete, world, item))

    year.back(40, 9, 0, add)
    year.back(14, 9, 5, lambda: catalog.reprice(world, year.variations[0], 1300))


_SCENES: tuple[Callable[[Year], None], ...] = (
    _this_morning,
    _odd_hours,
    _refunds,
    _corrected_fees,
    _disputes,
    _endings,
    _gift_cards,
    _deliveries,
    _offline,
    _invoices,
    _subscriptions,
    _checkouts,
    _payouts,
    _people,
    _catalogue,
)
