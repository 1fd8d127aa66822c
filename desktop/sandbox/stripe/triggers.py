"""Things that a test or a demo can make happen at the sandbox's present, by name."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe import deletion, invoices, ledger, payments, people, subscriptions
from desktop.sandbox.stripe.cards import CARDS
from desktop.sandbox.stripe.invoice_state import is_processing
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World
from desktop.sandbox.triggers import by_name, pick


def _open_invoice(world: World, wanted: Any) -> Wire:
    return pick(world, "invoice", wanted, lambda one: one["status"] == "open" and not is_processing(world, one))


def _good_charge(world: World, wanted: Any) -> Wire:
    return pick(
        world,
        "charge",
        wanted,
        lambda one: (
            one["status"] == "succeeded"
            and one["captured"]
            and not one["disputed"]
            and one["amount_refunded"] == 0
            and one["payment_method_details"]["type"] == "card"
        ),
    )


def _living_customer(world: World, wanted: Any) -> Wire:
    return people.must_live(pick(world, "customer", wanted, people.is_living))


def sale(world: World, *, amount: int = 5000, currency: str = "usd", customer: Any = None, card: str = "") -> Wire:
    """Somebody pays with a test card (``pm_card_visa`` unless another is named); answers the intent."""
    owner = _living_customer(world, customer)
    intent = payments.create_intent(world, amount, currency, customer=owner["id"], description="Sale")
    payments.confirm(world, intent, people.create_method(world, CARDS[card or "pm_card_visa"]))
    return intent


def pay_invoice(world: World, *, invoice: Any = None, card: str = "", part: int | None = None) -> Wire:
    """An open invoice (the newest unless one is named) is paid, or a part of it."""
    found = _open_invoice(world, invoice)
    method = people.create_method(world, CARDS[card or "pm_card_visa"])
    if part is None:
        invoices.pay(world, found, method)
    else:
        invoices.pay_part(world, found, part, method)
    return found


def make_invoice(
    world: World, *, customer: Any = None, amount: int = 25000, days: int = 14, text: str = "Work"
) -> Wire:
    """An invoice of one line is sent."""
    made = invoices.create_invoice(world, _living_customer(world, customer), days_until_due=days)
    invoices.add_line(world, made, text, amount)
    return invoices.send(world, made)


def void_invoice(world: World, *, invoice: Any = None) -> Wire:
    """An open invoice is taken back."""
    return invoices.void(world, _open_invoice(world, invoice))


def refund(world: World, *, charge: Any = None, amount: int | None = None) -> Wire:
    """A charge is refunded, in part where an amount is given."""
    return payments.refund(world, _good_charge(world, charge), amount, reason="requested_by_customer")


def fail_refund(world: World, *, refund: Any = None) -> Wire:
    """A refund fails after all."""
    made = pick(world, "refund", refund, lambda one: one["status"] in {"succeeded", "pending"})
    payments.fail_refund(world, made)
    return made


def dispute(world: World, *, charge: Any = None, inquiry: bool = False) -> Wire:
    """A charge is disputed."""
    return payments.open_dispute(world, _good_charge(world, charge), inquiry=inquiry)


def close_dispute(world: World, *, dispute: Any = None, won: bool = True) -> Wire:
    """A dispute is decided."""
    made = pick(world, "dispute", dispute, lambda one: one["status"] not in payments.DISPUTE_ENDED)
    payments.close_dispute(world, made, won=won)
    return made


def edit_customer(world: World, *, customer: Any = None, **fields: Any) -> Wire:
    """A customer's name, e-mail, phone or any other field changes at the provider."""
    found = _living_customer(world, customer)
    world.change(found, "customer.updated", **fields)
    return found


def add_customer(world: World, *, name: str = "New Client", email: str | None = None) -> Wire:
    """A customer appears."""
    return people.create_customer(world, name=name, email=email)


def delete_customer(world: World, *, customer: Any = None) -> Wire:
    """A customer is deleted."""
    return deletion.delete_customer(world, _living_customer(world, customer))


def cancel_subscription(world: World, *, subscription: Any = None) -> Wire:
    """An active subscription ends."""
    found = pick(world, "subscription", subscription, lambda one: one["status"] == "active")
    return subscriptions.end(world, found)


def pay_out(world: World) -> Wire:
    """The daily payout leaves now, where there is money for one."""
    made = ledger.pay_out(world)
    if made is None:
        raise ValueError("nothing to pay out")
    return made


def arrive(world: World, *, payout: Any = None) -> Wire:
    """A payout reaches the bank."""
    made = pick(world, "payout", payout, lambda one: one["status"] == "in_transit")
    ledger.arrive(world, made)
    return made


def fail_payout(world: World, *, payout: Any = None) -> Wire:
    """A payout bounces."""
    made = pick(world, "payout", payout, lambda one: one["status"] in {"in_transit", "paid"})
    ledger.bounce(world, made)
    return made


TRIGGERS = by_name(
    add_customer,
    arrive,
    cancel_subscription,
    close_dispute,
    delete_customer,
    dispute,
    edit_customer,
    fail_payout,
    fail_refund,
    make_invoice,
    pay_invoice,
    pay_out,
    refund,
    sale,
    void_invoice,
)
