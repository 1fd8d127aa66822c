"""The scenes that every year has, whatever the dice say: each stands at a fixed distance from the last day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox.agenda import Callback
from desktop.sandbox.business import YEN_CLIENT, Client
from desktop.sandbox.clock import add_months, clock_changes
from desktop.sandbox.stripe import deletion, invoices, ledger, payments, people, subscriptions
from desktop.sandbox.stripe.cards import CARDS
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World
from desktop.sandbox.stripe.year import Year, plan_routine

_PASSER_BY = Client("Harbour Walk-in", "walkin@harbourwalkin.example", "Boston", "MA", "US", "02110")
_LEAVER = Client("Gone Fishing Charters", "crew@gonefishing.example", "Chatham", "MA", "US", "02633")
_BROKE = "pm_card_chargeDeclinedInsufficientFunds"


def tell(seed: int, today: date, zone: ZoneInfo, pace: float = 1.0) -> World:
    """The world of a studio whose year ends at 10:00 of ``today``. Same arguments, same bytes.

    ``pace`` is how busy its everyday is: 1 as in the demo, 0 leaves the scenes alone.
    """
    year = Year(f"{seed} {today.isoformat()} {zone.key}", today, zone, pace)
    year.join(_PASSER_BY)
    plan_routine(year)
    for scene in _SCENES:
        scene(year)
    world = year.run()
    world.feed_since = 0
    return world


def _back(year: Year, days: int, hour: int, minute: int, callback: Callback) -> None:
    year.on(year.today - timedelta(days=days), hour, minute, callback)


def _charge_of(year: Year, intent: Wire) -> Wire:
    return year.world.objects[intent["latest_charge"]]


def _odd_hours(year: Year) -> None:
    """A sale at 23:40 on the last of a month, one in each hour that a change of clocks repeats or follows."""
    eve = year.today.replace(day=1) - timedelta(days=1)
    for month in (eve, eve.replace(day=1) - timedelta(days=1)):
        year.on(month, 23, 40, lambda: year.sell(_PASSER_BY.name, 18400, "Late workshop seat"))
    for day in clock_changes(year.first + timedelta(days=1), year.today, year.zone):
        year.on(day, 0, 40, lambda: year.sell(_PASSER_BY.name, 7100, "Sale before the clocks changed"))
        year.on(day, 1, 30, lambda: year.sell(_PASSER_BY.name, 7200, "Sale while the clocks changed"))
        year.on(day, 23, 20, lambda: year.sell(_PASSER_BY.name, 7300, "Sale after the clocks changed"))


def _this_morning(year: Year) -> None:
    """The last day is never empty in any currency, and so neither is the current month."""
    year.on(year.today, 8, 5, lambda: year.sell(_PASSER_BY.name, 18400, "Workshop seat"))
    year.on(year.today, 8, 20, lambda: year.sell(YEN_CLIENT, 15000, "Consulting hour"))
    year.on(year.today, 8, 40, lambda: year.bill(_PASSER_BY.name, 2, days=14))

    def bill_and_pay() -> None:
        invoice = year.bill(_PASSER_BY.name, 3)
        year.later(0.01, lambda: year.pay(invoice, _PASSER_BY.name))

    year.on(year.today, 9, 10, bill_and_pay)
    year.on(year.today, 9, 30, lambda: year.draft(_PASSER_BY.name, 2))


def _yen(year: Year) -> None:
    """The client in Tokyo pays in yen what settles in dollars; one sale is partly refunded a month later."""

    def arrive() -> None:
        invoice = year.bill(YEN_CLIENT, 2)
        year.later(3, lambda: year.pay(invoice, YEN_CLIENT))

    for days in (300, 240, 180, 125, 65, 33, 8):
        _back(year, days, 9, 15, arrive)

    def sell() -> None:
        intent = year.sell(YEN_CLIENT, 48000, "Illustration for a poster")
        year.later(31, lambda: year.refund(_charge_of(year, intent), 0.4))

    _back(year, 58, 14, 0, sell)
    _back(year, 4, 9, 0, lambda: year.bill(YEN_CLIENT, 1))


def _disputes(year: Year) -> None:
    """One dispute lost, one won, one inquiry."""
    world, name = year.world, _PASSER_BY.name

    def dispute(days: int, answer: int, close: int, won: bool, inquiry: bool = False) -> Callable[[], None]:
        def begin() -> None:
            charge = _charge_of(year, year.sell(name, 52000 + days, "Poster series"))

            def complain() -> None:
                if not payments.is_disputable(charge):
                    return
                made = payments.open_dispute(world, charge, inquiry=inquiry, reason="product_not_received")
                year.later(answer, lambda: payments.answer_dispute(world, made))
                year.later(close, lambda: payments.close_dispute(world, made, won=won))

            year.later(days, complain)

        return begin

    _back(year, 170, 12, 0, dispute(12, 5, 40, won=False))
    _back(year, 96, 12, 0, dispute(14, 4, 68, won=True))
    _back(year, 24, 12, 0, dispute(11, 5, 60, won=False, inquiry=True))


def _refunds(year: Year) -> None:
    """Full, partial and repeated refunds, one that fails later, one still pending at the end."""
    world, name = year.world, _PASSER_BY.name

    def full() -> None:
        intent = year.sell(name, 36800, "Two workshop seats")
        year.later(32, lambda: year.refund(_charge_of(year, intent), 1.0))

    def thrice() -> None:
        intent = year.sell(name, 90000, "Stationery set")
        for days in (9, 31, 62):
            year.later(days, lambda: year.refund(_charge_of(year, intent), 0.3))

    def failing() -> None:
        charge = _charge_of(year, year.sell(name, 24000, "Signage"))

        def give_back() -> None:
            made = year.refund(charge, 0.5)
            if made is not None:
                year.later(34, lambda: payments.fail_refund(world, made))

        year.later(10, give_back)

    def pending() -> None:
        intent = year.sell(
            name, 61000, "Shop window", "pm_usBankAccount_success", payment_method_types=["us_bank_account"]
        )
        year.later(4, lambda: year.clear(intent))
        year.later(9, lambda: year.refund(_charge_of(year, intent), 0.5))

    for days in (210, 64, 36):
        _back(year, days, 11, 0, full)
    _back(year, 130, 11, 30, thrice)
    _back(year, 66, 11, 40, failing)
    _back(year, 11, 11, 50, pending)


def _bounced_debit(year: Year) -> None:
    """A bank debit that is returned after it was booked, in the month after where the calendar allows it; another one
    weeks after the bank had honoured it."""

    def begin() -> None:
        intent = year.sell(
            _PASSER_BY.name,
            77000,
            "Exhibition stand",
            "pm_usBankAccount_success",
            payment_method_types=["us_bank_account"],
        )
        year.later(6, lambda: payments.return_debit(year.world, intent))

    def late() -> None:
        intent = year.sell(
            _PASSER_BY.name,
            31000,
            "Window lettering",
            "pm_usBankAccount_success",
            payment_method_types=["us_bank_account"],
        )
        year.later(4, lambda: year.clear(intent))
        year.later(33, lambda: payments.return_debit(year.world, intent) if intent["status"] == "succeeded" else None)

    eve = add_months(year.today.replace(day=1), -2) - timedelta(days=2)
    year.on(eve, 15, 0, begin)
    _back(year, 72, 15, 10, late)


def _intents(year: Year) -> None:
    """Cards that fail and then succeed, abandoned and cancelled intents, authorisations captured in part or given up,
    and tips at a terminal."""
    world, name = year.world, _PASSER_BY.name

    def stubborn() -> None:
        intent = year.sell(name, 43000, "Menu design", "pm_card_chargeDeclined")
        year.later(0.01, lambda: year.try_card(intent, name, _BROKE))
        year.later(1.2, lambda: year.try_card(intent, name))

    def authorise(share: float) -> Callable[[], None]:
        def begin() -> None:
            intent = year.sell(name, 80000, "Photo shoot, reserved", capture_method="manual")
            taken = int(80000 * share)
            if taken:
                year.later(3, lambda: payments.capture(world, intent, taken))

        return begin

    def given_up() -> None:
        intent = year.sell(name, 64000, "Photo shoot, called off", capture_method="manual")
        reserved = "requires_capture"
        year.later(2, lambda: payments.cancel_intent(world, intent) if intent["status"] == reserved else None)

    def at_terminal(tip: int) -> Callable[[], object]:
        facts: dict[str, Any] = {"amount_details": {"tip": {"amount": tip}}, "payment_method_types": ["card_present"]}
        return lambda: year.sell(name, 6500 + tip, "Workshop evening", **facts)

    def cancelled(reason: str) -> Callable[[], None]:
        def begin() -> None:
            customer = year.customers[name]
            intent = payments.create_intent(world, 26000, "usd", customer=customer["id"], description="Flyers")
            year.later(2, lambda: payments.cancel_intent(world, intent, reason))

        return begin

    for days in (140, 47, 15):
        _back(year, days, 10, 30, stubborn)
    for days in (120, 71, 20, 3):
        _back(year, days, 17, 0, lambda: payments.create_intent(world, 9900, "usd", description="Print sale"))
    for days, reason in ((88, "requested_by_customer"), (18, "duplicate")):
        _back(year, days, 13, 0, cancelled(reason))
    month_end = year.today.replace(day=1) - timedelta(days=2)
    year.on(month_end, 16, 0, authorise(0.7))
    _back(year, 77, 16, 0, authorise(0.45))
    for days in (95, 13):
        _back(year, days, 16, 10, given_up)
    for days, tip in ((61, 1000), (10, 650)):
        _back(year, days, 20, 15, at_terminal(tip))
    _back(year, 2, 16, 0, authorise(0))
    _back(year, 1, 18, 0, lambda: year.sell(name, 15000, "Consulting hour", "pm_card_authenticationRequired"))
    _back(year, 5, 18, 0, lambda: year.sell(name, 15000, "Consulting hour", _BROKE))


def _invoices(year: Year) -> None:
    """Zero, draft, void, given-up, long, partly paid and credited invoices, and one paid by bank."""
    world, name = year.world, _PASSER_BY.name

    def zero() -> None:
        invoice = invoices.create_invoice(world, year.customers[name], days_until_due=14)
        invoices.add_line(world, invoice, "Correction of our own mistake", 0)
        invoices.finalise(world, invoice)

    def pay_some(invoice: Wire, part: int) -> None:
        if year.is_open(invoice):
            left = invoice["amount_remaining"]
            invoices.pay_part(world, invoice, min(part, left) or left, year.methods[name])

    def in_parts(*shares: float) -> Callable[[], None]:
        def begin() -> None:
            invoice = year.bill(name, 4)
            for number, share in enumerate(shares):
                part = int(invoice["amount_remaining"] * share)
                year.later(
                    2 + 6 * number,
                    partial(pay_some, invoice, part),
                )

        return begin

    def credit(invoice: Wire, amount: int, text: str) -> None:
        if amount and (year.is_open(invoice) or invoice["status"] == "paid"):
            invoices.credit(world, invoice, amount, text)

    def credited_before() -> None:
        invoice = year.bill(name, 3)
        year.later(2, lambda: credit(invoice, invoice["amount_remaining"] // 4, "One page less than agreed"))

    def credited_after() -> None:
        invoice = year.bill(name, 2)
        year.later(1, lambda: year.pay(invoice, name))
        year.later(5, lambda: credit(invoice, min(5000, invoice["amount_paid"]), "Goodwill for a late delivery"))
        year.later(15, lambda: year.bill(name, 1))

    def cash() -> None:
        invoice = year.bill(name, 1)
        year.later(3, lambda: invoices.pay_out_of_band(world, invoice) if year.is_open(invoice) else None)

    def long(lines: int) -> Callable[[], None]:
        def begin() -> None:
            invoice = year.bill(name, lines)
            year.later(2, lambda: year.pay(invoice, name))

        return begin

    def then(ending: Callable[[World, Wire], object], days: int) -> Callable[[], None]:
        def begin() -> None:
            invoice = year.bill(name, 2, days=7)
            year.later(days, lambda: ending(world, invoice) if year.is_open(invoice) else None)

        return begin

    _back(year, 83, 9, 0, zero)
    _back(year, 52, 9, 0, in_parts(0.5, 0.25, 0))
    _back(year, 12, 9, 0, in_parts(0.3))
    _back(year, 22, 9, 30, credited_before)
    _back(year, 60, 9, 30, credited_after)
    _back(year, 27, 9, 45, cash)
    _back(year, 104, 9, 50, long(14))
    _back(year, 29, 9, 55, long(12))
    _back(year, 57, 14, 0, then(invoices.give_up, 40))
    _back(year, 26, 14, 10, then(invoices.void, 3))
    for days, lines in ((45, 2), (28, 1), (110, 3), (6, 2)):
        _back(year, days, 15, 0, partial(year.bill, name, lines, days=14))
    _back(year, 7, 15, 0, lambda: year.draft(name, 3))


def _failed_payout(year: Year) -> None:
    """The bank sends a payout back once."""

    def fail() -> None:
        arrived = [one for one in year.world.every("payout") if one["status"] == "paid"]
        if arrived:
            ledger.bounce(year.world, arrived[-1])

    _back(year, 69, 16, 0, fail)


def _leaving(year: Year) -> None:
    """A client who paid once and is deleted within the reach of the event feed; an address that is corrected."""

    def arrive() -> None:
        year.join(_LEAVER)
        year.sell(_LEAVER.name, 29500, "Boat lettering")

    _back(year, 190, 10, 0, arrive)
    _back(year, 12, 10, 0, lambda: deletion.delete_customer(year.world, year.customers[_LEAVER.name]))
    _back(
        year,
        3,
        11,
        0,
        lambda: year.world.change(year.customers[_PASSER_BY.name], "customer.updated", phone="+1 617 555 0142"),
    )


def _catalogue(year: Year) -> None:
    """A new service with its price, an old one renamed, a price withdrawn."""
    world = year.world

    def add() -> None:
        product = people.create_product(world, "Poster printing", description="A2, ten sheets")
        people.create_price(world, product, "usd", 9900)

    def rename() -> None:
        product = next(one for one in world.every("product") if one["name"] == "Print preparation")
        world.change(product, "product.updated", name="Print preparation & proof", updated=world.now)

    def withdraw() -> None:
        world.change(year.prices["copy", "usd"], "price.updated", active=False)

    _back(year, 16, 9, 0, add)
    _back(year, 14, 9, 0, rename)
    _back(year, 13, 9, 0, withdraw)


def _renew(year: Year, subscription: Wire) -> None:
    item = subscription["items"]["data"][0]

    def again() -> None:
        if subscriptions.renew(year.world, subscription) is not None:
            _renew(year, subscription)

    year.at(item["current_period_end"] + 1, again)


def _subscribe(year: Year, name: str, key: str, days_ago: int, *, card: str | None = None, trial: int = 0) -> Wire:
    """Start a subscription now with a card of its own and keep renewing it. ``days_ago`` only varies the card."""
    customer = year.customers[name]
    chosen = card or ("pm_card_mastercard" if days_ago % 2 else "pm_card_visa")
    method = people.create_method(year.world, CARDS[chosen], customer)
    made = subscriptions.start(
        year.world,
        customer,
        year.prices[key, "usd"],
        trial_days=trial,
        default_payment_method=method["id"],
    )
    _renew(year, made)
    return made


def _retainers(year: Year) -> None:
    """Subscriptions of every status; about twenty clients on a retainer or a care plan, fewer where little goes on."""
    world = year.world

    def begin(key: str, days_ago: int) -> Callable[[], None]:
        def start() -> None:
            names = [one for one in year.customers if year.currency_of(one) == "usd"]
            _subscribe(year, year.dice.choice([one for one in names if year.is_here(one)]), key, days_ago)

        return start

    keys = ("care", "care", "care-plus", "care", "retainer", "care-plus", "care", "hosting")
    for number in range(0, 20, 1 if year.pace >= 1 else 4):
        days_ago = 350 - number * 17
        _back(year, days_ago, 9 + number % 8, 25, begin(keys[number % len(keys)], days_ago))

    def story(key: str, days_ago: int, tell_on: Callable[[Wire], None], card: str | None = None) -> None:
        def start() -> None:
            tell_on(_subscribe(year, _PASSER_BY.name, key, days_ago, card=card))

        _back(year, days_ago, 13, 35, start)

    def new_card(subscription: Wire, card: str) -> None:
        method = people.create_method(world, CARDS[card], world.objects[subscription["customer"]])
        subscription["default_payment_method"] = method["id"]

    def retry(subscription: Wire) -> None:
        invoice = world.objects[subscription["latest_invoice"]]
        if year.is_open(invoice):
            method = world.objects[subscription["default_payment_method"]]
            invoices.pay(world, invoice, method)

    def breaks(at_days: int, *retries: int) -> Callable[[Wire], None]:
        def plan(subscription: Wire) -> None:
            year.later(at_days, lambda: new_card(subscription, _BROKE))
            for days in retries:
                year.later(days, lambda: retry(subscription))

        return plan

    def recovers(subscription: Wire) -> None:
        year.later(50, lambda: new_card(subscription, _BROKE))
        year.later(64, lambda: new_card(subscription, "pm_card_visa"))
        year.later(64.1, lambda: retry(subscription))

    def enter(subscription: Wire, status: str) -> None:
        if subscription["status"] not in subscriptions.ENDED:
            subscriptions.set_status(world, subscription, status)

    def goes_unpaid(subscription: Wire) -> None:
        breaks(20, 34, 39)(subscription)
        year.later(45, lambda: enter(subscription, "unpaid"))

    def expires(subscription: Wire) -> None:
        def expire() -> None:
            invoice = world.objects[subscription["latest_invoice"]]
            if year.is_open(invoice):
                invoices.void(world, invoice)
            enter(subscription, "incomplete_expired")

        year.later(0.97, expire)

    def ends(days: int) -> Callable[[Wire], None]:
        def end(subscription: Wire) -> None:
            if subscription["status"] not in subscriptions.ENDED:
                subscriptions.end(world, subscription)

        return lambda subscription: year.later(days, lambda: end(subscription))

    def pauses(subscription: Wire) -> None:
        year.later(100, lambda: enter(subscription, "paused"))

    story("care", 100, recovers)
    story("care", 68, breaks(50, 65))
    story("care-plus", 92, goes_unpaid)
    story("retainer", 260, ends(150))
    story("care", 159, ends(150))
    story("care", 121, pauses)
    story("care", 54, expires, card=_BROKE)
    story("care-plus", 1, lambda subscription: None, card=_BROKE)
    _back(year, 8, 9, 5, lambda: _subscribe(year, _PASSER_BY.name, "care-plus", 8, trial=30))


_SCENES = (
    _odd_hours,
    _this_morning,
    _yen,
    _disputes,
    _refunds,
    _bounced_debit,
    _intents,
    _invoices,
    _failed_payout,
    _leaving,
    _catalogue,
    _retainers,
)
