"""Subscriptions: started, billed period by period, failing, paused and ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from desktop.sandbox.clock import DAY, add_months
from desktop.sandbox.stripe import billing_objects, invoices, people
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

ENDED = frozenset({"canceled", "incomplete_expired"})


def period_end(start: int, recurring: Wire, anchor: int) -> int:
    """When a period that starts at an instant ends: the anchor's day of a later month, in UTC."""
    count: int = recurring["interval_count"]
    months = count * (12 if recurring["interval"] == "year" else 1)
    if recurring["interval"] in {"day", "week"}:
        return start + DAY * count * (7 if recurring["interval"] == "week" else 1)
    begins = datetime.fromtimestamp(start, UTC)
    first = datetime.fromtimestamp(anchor, UTC)
    passed = (begins.year - first.year) * 12 + begins.month - first.month + months
    ends = add_months(first.date(), passed)
    return int(datetime.combine(ends, first.time(), tzinfo=UTC).timestamp())


def start(world: World, customer: Wire, price: Wire, *, quantity: int = 1, trial_days: int = 0, **facts: Any) -> Wire:
    """Begin a subscription. Without a trial its first invoice is billed at once; an attempt that fails leaves it
    *incomplete*."""
    people.must_live(customer)
    if not price["recurring"]:
        message = "The price specified is set to `type=one_time` but this field only accepts prices with "
        raise Refusal(400, message + "`type=recurring`.", param="items[0][price]")
    made_id = world.ids.new("sub")
    anchor = world.now + trial_days * DAY
    ends = anchor if trial_days else period_end(world.now, price["recurring"], anchor)
    item = world.add(
        billing_objects.subscription_item(world.ids.new("si"), world.now, made_id, price, quantity, (world.now, ends))
    )
    made = world.add(
        billing_objects.subscription(made_id, world.now, customer["id"], price["currency"], [item], **facts)
    )
    made["billing_cycle_anchor"] = anchor
    if trial_days:
        made |= {"status": "trialing", "trial_start": world.now, "trial_end": anchor}
    elif made["collection_method"] == "charge_automatically":
        made["status"] = "incomplete"
    world.emit("customer.subscription.created", made)
    bill(world, made, "subscription_create", free=bool(trial_days))
    return made


def bill(world: World, subscription: Wire, reason: str, *, free: bool = False, collect: bool = True) -> Wire:
    """Make the invoice of the running period; finalise it, and charge it where that is automatic."""
    item = subscription["items"]["data"][0]
    price = item["price"]
    customer = people.living_customer(world, subscription["customer"])
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    invoice = invoices.create_invoice(
        world,
        customer,
        subscription["currency"],
        auto_advance=True,
        billing_reason=reason,
        days_until_due=subscription["days_until_due"],
        parent={"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        default_payment_method=subscription["default_payment_method"],
    )
    amount = 0 if free else price["unit_amount"] * item["quantity"]
    name = world.objects[price["product"]]["name"]
    invoices.add_line(
        world,
        invoice,
        f"Trial period for {name}" if free else f"{item['quantity']} × {name}",
        amount,
        quantity=item["quantity"],
        parent=billing_objects.subscription_parent(subscription["id"], item["id"]),
        period={"end": item["current_period_end"], "start": item["current_period_start"]},
        price=price,
        subscription=subscription["id"],
    )
    world.change(subscription, "customer.subscription.updated", latest_invoice=invoice["id"])
    if not collect:
        return invoice
    invoices.finalise(world, invoice)
    if invoice["status"] == "open":
        if subscription["collection_method"] == "send_invoice":
            invoices.send(world, invoice)
        else:
            _collect(world, subscription, invoice)
    elif subscription["status"] == "incomplete":
        world.change(subscription, "customer.subscription.updated", status="active")
    return invoice


def _collect(world: World, subscription: Wire, invoice: Wire) -> None:
    customer = people.living_customer(world, invoice["customer"])
    if not (invoice["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]):
        if subscription["status"] == "active":
            world.change(subscription, "customer.subscription.updated", status="past_due")
        return
    charge = invoices.pay(world, invoice)
    failed = charge is None or charge["status"] == "failed"
    if failed and subscription["status"] in {"active", "trialing"}:
        world.change(subscription, "customer.subscription.updated", status="past_due")


def renew(world: World, subscription: Wire) -> Wire | None:
    """Begin the next period and bill it. Ended and paused subscriptions stay; unpaid ones get drafts.

    A customer's deletion ended all of its subscriptions, so none of those is billed again.
    """
    if subscription["status"] in ENDED | {"paused"}:
        return None
    item = subscription["items"]["data"][0]
    begins = item["current_period_end"]
    if subscription["cancel_at_period_end"]:
        end(world, subscription)
        return None
    ends = period_end(begins, item["price"]["recurring"], subscription["billing_cycle_anchor"])
    item |= {"current_period_start": begins, "current_period_end": ends}
    if subscription["status"] == "trialing":
        world.change(subscription, None, status="active")
    world.emit("customer.subscription.updated", subscription)
    return bill(world, subscription, "subscription_cycle", collect=subscription["status"] != "unpaid")


def _ended(subscription: Wire) -> Refusal:
    return Refusal(404, f"No such subscription: '{subscription['id']}'", code="resource_missing", param="id")


def set_status(world: World, subscription: Wire, status: str) -> None:
    """Move a subscription that has not ended on: ``unpaid``, ``incomplete_expired`` or ``paused``."""
    if subscription["status"] in ENDED:
        raise _ended(subscription)
    fields: dict[str, Any] = {"status": status}
    kind = "customer.subscription.updated"
    if status == "incomplete_expired":
        fields["ended_at"] = world.now
    if status == "paused":
        kind = "customer.subscription.paused"
        reason = {"subscription": {"type": "pause_requested"}, "transitioned_at": world.now}
        fields["status_details"] = {"paused": reason | {"type": "subscription"}}
    world.change(subscription, kind, **fields)


def end(world: World, subscription: Wire, details: Wire | None = None) -> Wire:
    """Cancel a subscription now; its drafts stay drafts."""
    if subscription["status"] in ENDED:
        raise _ended(subscription)
    reason = {"comment": None, "feedback": None, "reason": "cancellation_requested"} | (details or {})
    subscription |= {
        "status": "canceled",
        "canceled_at": subscription["canceled_at"] or world.now,
        "ended_at": world.now,
        "cancellation_details": reason,
    }
    world.emit("customer.subscription.deleted", subscription)
    return subscription
