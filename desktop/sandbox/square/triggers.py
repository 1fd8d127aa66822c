"""Things that a test or a demo can make happen at the sandbox's present, by name."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.square import catalog, checkouts, disputes, invoices, ledger, orders, payments, people
from desktop.sandbox.square.invoice_state import remaining
from desktop.sandbox.square.locations import TERMINAL
from desktop.sandbox.square.objects import CASH, PLASTICS, Source, Wire, money
from desktop.sandbox.square.world import World
from desktop.sandbox.triggers import by_name, pick


def _customer(world: World, wanted: Any) -> Wire:
    return pick(world, "customer", wanted, lambda one: True)


def _payment(world: World, wanted: Any) -> Wire:
    return pick(
        world,
        "payment",
        wanted,
        lambda one: one["status"] == "COMPLETED" and one["id"] in world.fees and not payments.refunded(one),
    )


def _location(world: World, wanted: Any) -> str:
    return world.main_location if wanted is None else str(world.find("location", str(wanted))["id"])


def _source(kind: str, decline: str | None) -> Source:
    """``CASH``, ``EXTERNAL``, or how a card is read: ``CONTACTLESS``, ``EMV``, ``SWIPED``, ``KEYED``."""
    if kind == "CASH":
        return CASH
    return Source(kind) if kind == "EXTERNAL" else Source("CARD", PLASTICS[0], kind, decline)


def sale(
    world: World,
    *,
    amount: int = 5000,
    tip: int = 0,
    source: str = "CONTACTLESS",
    location: Any = None,
    customer: Any = None,
    decline: str | None = None,
    authorise: bool = False,
) -> Wire:
    """Somebody pays at the counter; answers the payment. ``decline`` is the code with which the card is refused."""
    owner = {"customer_id": _customer(world, customer)["id"]} if customer is not None else {}
    line = orders.custom_line(world, "Counter sale", amount)
    order = orders.create(world, _location(world, location), [line], **owner)
    used = _source(source, decline)
    if authorise:
        return payments.authorise(world, order, amount, used)
    return payments.take(world, order, amount, used, tip=tip)


def complete_payment(world: World, *, payment: Any = None) -> Wire:
    """An approved payment is captured."""
    return payments.complete(world, pick(world, "payment", payment, lambda one: one["status"] == "APPROVED"))


def cancel_payment(world: World, *, payment: Any = None) -> Wire:
    """An approved payment is voided."""
    return payments.cancel(world, pick(world, "payment", payment, lambda one: one["status"] == "APPROVED"))


def late_fee(world: World, *, payment: Any = None, quiet: bool = True) -> Wire:
    """The fee of a payment appears now; ``quiet`` leaves its ``updated_at`` alone."""
    found = pick(
        world,
        "payment",
        payment,
        lambda one: one["status"] == "COMPLETED" and one["id"] in world.fees and "processing_fee" not in one,
    )
    payments.tell_fee(world, found, quiet=quiet)
    return found


def adjust_fee(world: World, *, payment: Any = None, change: int = 15, quiet: bool = False) -> Wire:
    """Square corrects a fee by so many cents."""
    found = pick(world, "payment", payment, lambda one: "processing_fee" in one)
    return payments.adjust_fee(world, found, change, quiet=quiet)


def refund(world: World, *, payment: Any = None, amount: int | None = None, settle: bool = True) -> Wire:
    """A payment is refunded, in part where an amount is given; ``settle`` False leaves it pending."""
    found = _payment(world, payment)
    left = int(found["total_money"]["amount"]) - payments.refunded(found)
    return payments.refund(world, found, left if amount is None else amount, "Returned goods", settle=settle)


def fail_refund(world: World, *, refund: Any = None) -> Wire:
    """A card's refund fails after all."""
    made = pick(
        world,
        "refund",
        refund,
        lambda one: one["status"] in {"PENDING", "COMPLETED"} and one["destination_type"] == "CARD",
    )
    return payments.fail_refund(world, made)


def dispute(world: World, *, payment: Any = None, amount: int | None = None, inquiry: bool = False) -> Wire:
    """A payment is disputed."""
    return disputes.begin(world, _payment(world, payment), amount, inquiry=inquiry)


def close_dispute(world: World, *, dispute: Any = None, won: bool = True) -> Wire:
    """A dispute is decided."""
    return disputes.close(
        world, pick(world, "dispute", dispute, lambda one: one["state"] not in disputes.ENDED), won=won
    )


def pay_out(world: World, *, location: Any = None, simple: bool = False) -> Wire:
    """A payout of all that waits leaves now."""
    made = ledger.pay_out(world, _location(world, location), simple=simple, at_once=True)
    if made is None:
        raise ValueError("nothing to pay out")
    return made


def arrive(world: World, *, payout: Any = None) -> Wire:
    """A payout reaches the bank."""
    return ledger.arrive(world, pick(world, "payout", payout, lambda one: one["status"] == "SENT"))


def fail_payout(world: World, *, payout: Any = None) -> Wire:
    """A payout bounces; its amount waits for the next one."""
    return ledger.bounce(world, pick(world, "payout", payout, lambda one: one["status"] in {"SENT", "PAID"}))


def add_customer(
    world: World, *, name: str = "New Customer", email: str | None = None, phone: str | None = None
) -> Wire:
    """A customer appears."""
    given, _, family = name.partition(" ")
    return people.create(world, given_name=given, family_name=family or None, email_address=email, phone_number=phone)


def edit_customer(world: World, *, customer: Any = None, **fields: Any) -> Wire:
    """Fields of a customer change at Square; None clears one."""
    return people.update(world, _customer(world, customer), **fields)


def delete_customer(world: World, *, customer: Any = None) -> Wire:
    """A customer is deleted."""
    found = _customer(world, customer)
    people.delete(world, found)
    return found


def merge_customers(world: World, *, first: Any = None, second: Any = None) -> Wire:
    """Two profiles become one with a new id."""
    one = _customer(world, first)
    other = pick(world, "customer", second, lambda candidate: candidate["id"] != one["id"])
    return people.merge(world, one, other)


def make_invoice(
    world: World,
    *,
    customer: Any = None,
    amount: int = 25000,
    days: int = 14,
    text: str = "Work",
    location: Any = None,
    published: bool = True,
) -> Wire:
    """An invoice of one line is drafted and, unless told otherwise, published."""
    return invoices.bill(
        world,
        _location(world, location),
        _customer(world, customer),
        [orders.custom_line(world, text, amount)],
        days=days,
        text=text,
        published=published,
    )


def publish_invoice(world: World, *, invoice: Any = None) -> Wire:
    """A draft is published."""
    return invoices.publish(world, pick(world, "invoice", invoice, lambda one: one["status"] == "DRAFT"))


def pay_invoice(world: World, *, invoice: Any = None, part: int | None = None) -> Wire:
    """An open invoice, or a part of it, is paid; answers the invoice."""
    found = pick(world, "invoice", invoice, lambda one: remaining(one) > 0)
    invoices.pay(world, found, part)
    return found


def cancel_invoice(world: World, *, invoice: Any = None) -> Wire:
    """An open invoice is taken back."""
    return invoices.cancel(world, pick(world, "invoice", invoice, lambda one: one["status"] == "UNPAID"))


def change_stock(world: World, *, variation: Any = None, location: Any = None, quantity: int = -1) -> Wire:
    """So many pieces come or go; answers the count."""
    found = variation or catalog.tracked_variations(world)[0]["id"]
    made = catalog.move(world, str(found), _location(world, location), quantity)
    if made is None:
        raise ValueError("nobody counts this variation there")
    return made


def add_item(world: World, *, name: str = "New item", price: int = 1500) -> Wire:
    """The catalog gets an item with one variation."""
    item = catalog.add(world, "ITEM", name, product_type="REGULAR", is_taxable=True)
    catalog.add_variation(world, item, "Regular", price, tracked=False, sku=world.ids.text(8))
    return catalog.put(world, item)


def delete_item(world: World, *, item: Any = None) -> Wire:
    """An item leaves the catalog."""
    found = pick(world, "catalog", item, lambda one: one["type"] == "ITEM" and not one["is_deleted"])
    catalog.delete(world, found)
    return found


def terminal_checkout(world: World, *, amount: int = 2500) -> Wire:
    """A terminal is asked for a payment; it completes by itself when the clock moves on."""
    return checkouts.create_terminal(world, money(amount), {"device_id": TERMINAL})


def finish_checkout(world: World, *, checkout: Any = None, decline: str | None = None) -> Wire:
    """The buyer taps a card at the terminal."""
    found = pick(world, "checkout", checkout, lambda one: one["status"] in {"PENDING", "IN_PROGRESS"})
    return checkouts.finish(world, found, Source("CARD", entry="EMV", decline=decline))


def pay_link(world: World, *, link: Any = None) -> Wire:
    """Somebody pays through a payment link; answers the payment."""
    objects = world.shelves["order"].objects
    found = pick(world, "link", link, lambda one: orders.due(objects[one["order_id"]]) > 0)
    return checkouts.pay_link(world, found)


TRIGGERS = by_name(
    add_customer,
    add_item,
    adjust_fee,
    arrive,
    cancel_invoice,
    cancel_payment,
    change_stock,
    close_dispute,
    complete_payment,
    delete_customer,
    delete_item,
    dispute,
    edit_customer,
    fail_payout,
    fail_refund,
    finish_checkout,
    late_fee,
    make_invoice,
    merge_customers,
    pay_invoice,
    pay_link,
    pay_out,
    publish_invoice,
    refund,
    sale,
    terminal_checkout,
)
