"""What a deleted customer had running ends, and nothing new begins for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desktop.sandbox.stripe import deletion, invoices, payments, people, subscriptions
from desktop.sandbox.stripe.cards import CARDS
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.objects import Wire, recurrence
from desktop.sandbox.stripe.scenes import tell
from desktop.sandbox.stripe.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return tell(1, date(2026, 11, 23), ZoneInfo("America/New_York"), 0.0)


class Leaver:
    """A client with a card, a retainer, a draft, an open invoice, a paid one and an intent; then it is deleted."""

    def __init__(self, world: World) -> None:
        self.customer = people.create_customer(world, name="Leaving", email="leaving@example.com")
        self.id = str(self.customer["id"])
        self.method = people.create_method(world, CARDS["pm_card_visa"], self.customer)
        people.make_default(world, self.customer, self.method)
        product = people.create_product(world, "Care")
        price = people.create_price(world, product, "usd", 1900, recurring=recurrence(1))
        self.subscription = subscriptions.start(world, self.customer, price)
        self.draft, self.open, self.paid = (self._bill(world) for _ in range(3))
        invoices.finalise(world, self.open)
        invoices.finalise(world, self.paid)
        invoices.pay(world, self.paid, self.method)
        self.intent = payments.create_intent(world, 500, "usd", customer=self.id)
        self.price = price
        deletion.delete_customer(world, self.customer)

    def _bill(self, world: World) -> Wire:
        made = invoices.create_invoice(world, self.customer, days_until_due=14)
        invoices.add_line(world, made, "Work", 2500)
        return made


def test_its_subscriptions_are_cancelled_at_once(world: World) -> None:
    left = Leaver(world)
    assert (left.subscription["status"], left.subscription["ended_at"]) == ("canceled", world.now)
    kinds = [event["type"] for event in world.events if left.id in str(event["data"])]
    assert kinds.index("customer.subscription.deleted") < kinds.index("customer.deleted")
    assert subscriptions.renew(world, left.subscription) is None


USES: dict[str, Callable[[World, Leaver], Any]] = {
    "an invoice": lambda world, left: invoices.create_invoice(world, left.customer),
    "finalising its draft": lambda world, left: invoices.finalise(world, left.draft),
    "charging what it left on file": lambda world, left: invoices.pay(world, left.open),
    "charging its own card": lambda world, left: payments.confirm(world, left.intent, left.method),
    "a credit note that becomes credit": lambda world, left: invoices.credit(world, left.paid, 100, "Sorry"),
    "credit": lambda world, left: people.add_credit(world, left.customer, -100),
    "a subscription": lambda world, left: subscriptions.start(world, left.customer, left.price),
    "billing its subscription": lambda world, left: subscriptions.bill(world, left.subscription, "manual"),
    "another card": lambda world, left: people.create_method(world, CARDS["pm_card_visa"], left.customer),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_nothing_new_begins_for_it(world: World, use: Callable[[World, Leaver], Any]) -> None:
    left = Leaver(world)
    with pytest.raises(Refusal) as refused:
        use(world, left)
    assert refused.value.status == 400


def test_an_open_invoice_can_still_be_paid_on_its_page_or_taken_back(world: World) -> None:
    left, other = Leaver(world), Leaver(world)
    invoices.pay(world, left.open, people.create_method(world, CARDS["pm_card_visa"]))
    invoices.void(world, other.open)
    assert (left.open["status"], other.open["status"]) == ("paid", "void")
