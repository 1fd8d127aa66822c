"""Tells a year of the studio's life, in the order in which it happened, and stops at the opening hour of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from datetime import time as time_of_day
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox import business
from desktop.sandbox.agenda import Agenda
from desktop.sandbox.clock import DAY, OPENING_HOUR, instant, is_business_day, local_day, utc_midnight
from desktop.sandbox.stripe import invoices, ledger, payments, people
from desktop.sandbox.stripe.billing_objects import coupon, tax_rate
from desktop.sandbox.stripe.cards import CARDS
from desktop.sandbox.stripe.invoice_state import is_processing
from desktop.sandbox.stripe.objects import Wire, recurrence
from desktop.sandbox.stripe.world import FEED_DAYS, World

DAYS_TOLD = 365
YEN_PER_CENT = 1.5
_TAXED_STATES = frozenset({"MA", "CT"})
_US_CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex", "pm_card_visa_debit", "pm_card_discover")
_FOREIGN_CARDS = {"DE": "pm_card_de", "GB": "pm_card_gb", "JP": "pm_card_jp"}
_LARGE_JOB_LINES = (11, 14)


class Year(Agenda):
    """The agenda of a year: what happens when. What happens may put more on it; what lies after the end never does.

    A callback is planned long before it runs, so it looks first whether it still can do its work: whether the client
    is still there, the invoice still open, the charge still whole. ``pace`` is how busy the studio is: 1 is as in the
    demo.
    """

    def __init__(self, world_seed: str, today: date, zone: ZoneInfo, pace: float = 1.0) -> None:
        opened = instant(today - timedelta(days=DAYS_TOLD - 1), time_of_day(7), zone)
        super().__init__(zone, lambda: opened)
        self.today = today
        self.pace = pace
        self.first = today - timedelta(days=DAYS_TOLD - 1)
        self.end = instant(today, OPENING_HOUR, zone)
        self.world = World(world_seed, zone, lambda: self.now)
        self.world.account["created"] = opened
        self.world.feed_since = self.end - FEED_DAYS * DAY
        self.dice = self.world.dice
        self.customers: dict[str, Wire] = {}
        self.methods: dict[str, Wire] = {}
        self.prices: dict[tuple[str, str], Wire] = {}
        self.rate: Wire = {}
        self.coupon: Wire = {}
        self._open_catalogue()

    def run(self) -> World:
        """Do everything in order up to the end and answer the world as it stands then."""
        self.run_until(self.end)
        self.present = lambda: self.end
        return self.world

    def _open_catalogue(self) -> None:
        world = self.world
        for service in (*business.SERVICES, *business.RETAINERS):
            product = people.create_product(world, service.name, description=service.description)
            facts: dict[str, Any] = {"recurring": recurrence(service.months)} if service.months else {}
            price = people.create_price(world, product, "usd", service.price, **facts)
            product["default_price"] = price["id"]
            self.prices[service.key, "usd"] = price
            if service.key in {"brand", "illustration", "consulting"}:
                yen = int(service.price * YEN_PER_CENT)
                self.prices[service.key, "jpy"] = people.create_price(world, product, "jpy", yen)
        self.rate = world.add(tax_rate(world.ids.new("txr"), world.now, 6.25, "Sales tax", "MA"))
        self.coupon = world.add(coupon("FRIENDS10", world.now, 10, "Friends of the studio"))

    def join(self, client: business.Client) -> Wire:
        """A client becomes a customer, with a card on file."""
        address = {
            "city": client.city,
            "country": client.country,
            "line1": f"{self.dice.randint(1, 320)} Harbour Street",
            "line2": None,
            "postal_code": client.postal_code,
            "state": client.state,
        }
        made = people.create_customer(self.world, name=client.name, email=client.email, address=address)
        card = _FOREIGN_CARDS.get(client.country) or self.dice.choice(_US_CARDS)
        method = people.create_method(self.world, CARDS[card], made)
        if self.dice.random() < 0.6:
            people.make_default(self.world, made, method)
        self.customers[client.name] = made
        self.methods[client.name] = method
        return made

    def is_here(self, name: str) -> bool:
        """Whether a client has joined and was not deleted since."""
        return name in self.customers and people.is_living(self.customers[name])

    def currency_of(self, name: str) -> str:
        """What a client pays in."""
        return "jpy" if name == business.YEN_CLIENT else "usd"

    def sell(self, name: str, cents: int, text: str, card: str | None = None, **facts: Any) -> Wire:
        """A sale without an invoice: an intent, confirmed with the client's card or a named test card."""
        currency = self.currency_of(name)
        amount = int(cents * YEN_PER_CENT) if currency == "jpy" else cents
        customer = self.customers[name]
        intent = payments.create_intent(
            self.world, amount, currency, customer=customer["id"], description=text, **facts
        )
        self.try_card(intent, name, card)
        return intent

    def try_card(self, intent: Wire, name: str, card: str | None = None) -> None:
        """Confirm an intent with the client's card on file, or with a named test card, where both are still there."""
        if intent["status"] not in payments.CONFIRMABLE or not self.is_here(name):
            return
        method = people.create_method(self.world, CARDS[card]) if card else self.methods[name]
        payments.confirm(self.world, intent, method)

    def draft(self, name: str, lines: int, *, days: int | None = 30) -> Wire:
        """A draft with so many lines of the studio's work; ``days`` is None where the card on file is charged."""
        world, currency = self.world, self.currency_of(name)
        customer = self.customers[name]
        made = invoices.create_invoice(world, customer, currency, days_until_due=days)
        taxed = currency == "usd" and (customer["address"] or {}).get("state") in _TAXED_STATES
        offered = ((key, one) for (key, of), one in self.prices.items() if of == currency and one["active"])
        keys = [key for key, one in offered if not one["recurring"]]
        for _ in range(lines):
            price = self.prices[self.dice.choice(keys), currency]
            most = 1 if price["unit_amount"] > 100_000 or lines > 6 else 6
            quantity = self.dice.randint(1, most)
            name_of_work = world.objects[price["product"]]["name"]
            amount = price["unit_amount"] * quantity
            rate = self.rate if taxed else None
            invoices.add_line(world, made, name_of_work, amount, quantity=quantity, price=price, rate=rate)
        if currency == "usd" and self.dice.random() < 0.1:
            invoices.apply_discount(world, made, self.coupon)
        return made

    def bill(self, name: str, lines: int, *, days: int | None = 30) -> Wire:
        """A draft, finalised and sent."""
        made = self.draft(name, lines, days=days)
        return invoices.send(self.world, made)

    def is_open(self, invoice: Wire) -> bool:
        """Whether an invoice waits for money, and no bank is at work on it."""
        return bool(invoice["status"] == "open" and not is_processing(self.world, invoice))

    def pay(self, invoice: Wire, name: str, card: str | None = None) -> Wire | None:
        """The client pays an invoice if it is still open and they are still there. Answers the charge."""
        if not self.is_open(invoice) or not self.is_here(name):
            return None
        method = people.create_method(self.world, CARDS[card]) if card else self.methods[name]
        return invoices.pay(self.world, invoice, method)

    def someone(self) -> str:
        """Any client who has joined and is still there."""
        return self.dice.choice([name for name in self.customers if self.is_here(name)])

    def clear(self, intent: Wire) -> None:
        """The bank honours a debit that is still under way."""
        if intent["status"] == "processing":
            payments.clear_debit(self.world, intent)

    def refund(self, charge: Wire, share: float) -> Wire | None:
        """Give back a share of what is left of a charge, where that is possible."""
        left = charge["amount_captured"] - charge["amount_refunded"]
        if charge["status"] != "succeeded" or charge["disputed"] or left <= 0:
            return None
        return payments.refund(self.world, charge, max(1, int(left * share)), reason="requested_by_customer")


def plan_routine(year: Year) -> None:
    """Everyday business: clients join, jobs are billed and paid, payouts leave on business days, Stripe sends bills."""
    joining = list(business.CLIENTS)
    year.dice.shuffle(joining)
    joining.sort(key=lambda client: client.name != business.YEN_CLIENT)
    for number, client in enumerate(joining):
        early = number < 26
        days = number // 3 if early else 9 + (number - 26) * (DAYS_TOLD - 16) // 33
        year.on(year.first + timedelta(days=days), 8 + number % 9, number % 60, partial(year.join, client))
    day, owed = year.first + timedelta(days=2), 0.0
    while day <= year.today:
        if is_business_day(day):
            year.at(utc_midnight(day) + 6 * 3600, lambda: _pay_out(year))
        jobs = year.dice.choices((0, 1, 2, 3), (20, 40, 28, 12) if is_business_day(day) else (80, 20, 0, 0))[0]
        owed += jobs * year.pace
        for _ in range(int(owed)):
            year.on(day, year.dice.randint(8, 17), year.dice.randint(0, 59), lambda: _job(year))
        owed -= int(owed)
        if day.day == 2:
            text = f"Billing and Invoicing ({(day - timedelta(days=2)).strftime('%Y-%m')})"
            year.at(
                utc_midnight(day) + 5 * 3600,
                partial(_send_bill, year, text),
            )
        day += timedelta(days=1)


def _send_bill(year: Year, text: str) -> None:
    ledger.book_bill(year.world, year.dice.randint(900, 3900), text)


def _pay_out(year: Year) -> None:
    made = ledger.pay_out(year.world)
    if made is not None:
        year.at(made["arrival_date"] + 9 * 3600, lambda: ledger.arrive(year.world, made))


def _job(year: Year) -> None:
    name = year.someone()
    if year.dice.random() < 0.3:
        _direct_sale(year, name)
        return
    large = year.dice.random() < 0.07
    lines = year.dice.randint(*_LARGE_JOB_LINES) if large else year.dice.choices((1, 2, 3, 4, 6), (5, 6, 4, 2, 1))[0]
    invoice = year.bill(name, lines, days=year.dice.choice((14, 14, 30)))
    course = year.dice.choices(tuple(_COURSES), tuple(weight for weight, _ in _COURSES.values()))[0]
    _COURSES[course][1](year, name, invoice)


def _direct_sale(year: Year, name: str) -> None:
    text = year.dice.choice(("Workshop seat", "Deposit", "Consulting hour", "Print sale"))
    cents = year.dice.choice((18400, 18400, 36800, 15000, 50000, 4200))
    declined = year.dice.random() < 0.14
    card = "pm_card_visa_chargeDeclinedInsufficientFunds" if declined else None
    intent = year.sell(name, cents, text, card)
    if not declined:
        _perhaps_refund(year, intent)
    elif year.dice.random() < 0.6:
        year.later(0.01, lambda: year.try_card(intent, name))


def _perhaps_refund(year: Year, intent: Wire) -> None:
    if year.dice.random() >= 0.06 or intent["status"] != "succeeded":
        return
    charge = year.world.objects[intent["latest_charge"]]
    share = year.dice.choice((1.0, 1.0, 0.5, 0.25))
    first = local_day(year.world.now, year.zone).replace(day=1)
    next_month = (first + timedelta(days=32)).replace(day=1)
    year.on(next_month + timedelta(days=year.dice.randint(0, 8)), 11, 20, lambda: year.refund(charge, share))


def _pays(year: Year, name: str, invoice: Wire) -> None:
    def pay() -> None:
        charge = year.pay(invoice, name)
        if charge is not None and charge["payment_intent"]:
            _perhaps_refund(year, year.world.objects[charge["payment_intent"]])

    year.later(year.dice.uniform(0.2, 12), pay)


def _pays_late(year: Year, name: str, invoice: Wire) -> None:
    year.later(year.dice.uniform(31, 48), lambda: year.pay(invoice, name))


def _pays_at_second_try(year: Year, name: str, invoice: Wire) -> None:
    days = year.dice.uniform(1, 9)
    card = year.dice.choice(("pm_card_chargeDeclined", "pm_card_chargeDeclinedExpiredCard"))
    year.later(days, lambda: year.pay(invoice, name, card))
    year.later(days + 0.02, lambda: year.pay(invoice, name))


def pays_by_bank(year: Year, name: str, invoice: Wire) -> None:
    """A bank debit, honoured four days later. Clients who pay in yen use their card."""
    if year.currency_of(name) != "usd":
        _pays(year, name, invoice)
        return

    def debit() -> None:
        if year.pay(invoice, name, "pm_usBankAccount_success") is not None:
            intent = invoices.default_intent(year.world, invoice)
            year.later(4, lambda: year.clear(intent))

    year.later(year.dice.uniform(1, 10), debit)


def _never_pays(year: Year, name: str, invoice: Wire) -> None:
    def decide() -> None:
        if year.is_open(invoice):
            (invoices.give_up if year.dice.random() < 0.6 else invoices.void)(year.world, invoice)

    year.later(75, decide)


def _is_taken_back(year: Year, name: str, invoice: Wire) -> None:
    def take_back() -> None:
        if year.is_open(invoice):
            invoices.void(year.world, invoice)

    year.later(2, take_back)


def _pays_cash(year: Year, name: str, invoice: Wire) -> None:
    def record() -> None:
        if year.is_open(invoice):
            invoices.pay_out_of_band(year.world, invoice)

    year.later(year.dice.uniform(3, 15), record)


_COURSES: dict[str, tuple[int, Callable[[Year, str, Wire], None]]] = {
    "pays": (64, _pays),
    "late": (8, _pays_late),
    "second try": (10, _pays_at_second_try),
    "bank": (8, pays_by_bank),
    "never": (4, _never_pays),
    "taken back": (3, _is_taken_back),
    "cash": (3, _pays_cash),
}
