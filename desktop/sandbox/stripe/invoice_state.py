"""How an invoice moves on when one of its payments does."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.clock import DAY, local_day
from desktop.sandbox.stripe import billing_objects
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World


def payments_of(world: World, invoice_id: str) -> list[Wire]:
    """The invoice payments of an invoice, oldest first."""
    return [world.objects[one] for one in world.payments_by_invoice.get(invoice_id, ())]


def payment_of_intent(world: World, intent_id: str) -> Wire | None:
    """The invoice payment that an intent belongs to."""
    found = world.payment_by_intent.get(intent_id)
    return None if found is None else world.objects[found]


def is_processing(world: World, invoice: Wire) -> bool:
    """Whether a bank is still at work on a payment of an invoice: until it ends nothing else may be done about it."""
    intents = (one["payment"].get("payment_intent") for one in payments_of(world, invoice["id"]))
    return any(intent is not None and world.objects[intent]["status"] == "processing" for intent in intents)


def stand(world: World, invoice: Wire) -> None:
    """Tell the journal what remains of an invoice."""
    at = invoice["due_date"] or invoice["status_transitions"]["finalized_at"]
    due = None if at is None else local_day(at, world.zone)
    parts = [(due, invoice["amount_remaining"])] if invoice["status"] == "open" else []
    world.journal.stand(world.now, invoice["id"], invoice["currency"], parts)


def ask_payment(world: World, invoice: Wire, amount: int, payment: Wire, *, default: bool) -> Wire:
    """A payment that is asked for, or about to be recorded."""
    made = billing_objects.invoice_payment(world.ids.new("inpay"), world.now, invoice, amount, payment)
    made["is_default"] = default
    world.payments_by_invoice.setdefault(invoice["id"], []).append(made["id"])
    if "payment_intent" in payment:
        world.payment_by_intent[payment["payment_intent"]] = made["id"]
    return world.add(made)


def record_payment(world: World, payment: Wire, amount: int) -> None:
    """So much was paid by an invoice payment; the invoice is paid once nothing remains."""
    invoice = world.objects[payment["invoice"]]
    payment |= {"amount_paid": amount, "status": "paid"}
    payment["status_transitions"] = payment["status_transitions"] | {"paid_at": world.now}
    fields: dict[str, Any] = {
        "amount_paid": invoice["amount_paid"] + amount,
        "amount_remaining": invoice["amount_remaining"] - amount,
        "attempted": True,
    }
    world.emit("invoice_payment.paid", payment)
    if fields["amount_remaining"] > 0:
        for other in payments_of(world, invoice["id"]):
            if other["status"] == "open" and other["is_default"]:
                other["amount_requested"] = fields["amount_remaining"]
                world.change(world.objects[other["payment"]["payment_intent"]], None, amount=fields["amount_remaining"])
        world.change(invoice, "invoice.updated", **fields)
        stand(world, invoice)
        return
    mark_paid(world, invoice, fields)


def mark_paid(world: World, invoice: Wire, fields: dict[str, Any]) -> None:
    """Nothing remains: the invoice is paid now."""
    moments = invoice["status_transitions"] | {"paid_at": world.now}
    fields = fields | {"status": "paid", "status_transitions": moments, "next_payment_attempt": None}
    world.change(invoice, "invoice.updated", **fields)
    stand(world, invoice)
    world.emit("invoice.paid", invoice)
    world.emit("invoice.payment_succeeded", invoice)
    subscription_id = subscription_of(invoice)
    if subscription_id:
        _revive(world, world.objects[subscription_id])


def subscription_of(invoice: Wire) -> str | None:
    """The subscription that an invoice bills."""
    parent = invoice["parent"]
    found: str | None = parent["subscription_details"]["subscription"] if parent else None
    return found


def _revive(world: World, subscription: Wire) -> None:
    if subscription["status"] in {"past_due", "incomplete", "unpaid"}:
        world.change(subscription, "customer.subscription.updated", status="active")


def intent_paid(world: World, intent: Wire) -> None:
    """An intent succeeded: its invoice is paid, if it has one that still waits."""
    payment = payment_of_intent(world, intent["id"])
    if payment is not None and payment["status"] == "open":
        invoice = world.objects[payment["invoice"]]
        if invoice["status"] in {"open", "uncollectible"}:
            invoice["attempt_count"] += invoice["collection_method"] == "charge_automatically"
            record_payment(world, payment, intent["amount_received"])


def intent_failed(world: World, intent: Wire) -> None:
    """An intent failed: its invoice was attempted, and is tried again where it is charged automatically."""
    payment = payment_of_intent(world, intent["id"])
    if payment is None or payment["status"] != "open":
        return
    invoice = world.objects[payment["invoice"]]
    automatic = invoice["collection_method"] == "charge_automatically"
    retry = world.now + 3 * DAY if automatic and invoice["attempt_count"] < 3 else None
    world.change(
        invoice,
        "invoice.updated",
        attempted=True,
        attempt_count=invoice["attempt_count"] + 1,
        next_payment_attempt=retry,
    )
    world.emit("invoice.payment_failed", invoice)
