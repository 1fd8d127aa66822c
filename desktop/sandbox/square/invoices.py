"""Invoices: drafted for an order, published, paid in parts or at once, cancelled."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any

from desktop.sandbox.clock import local_day
from desktop.sandbox.square import orders, payments
from desktop.sandbox.square.errors import bad
from desktop.sandbox.square.invoice_state import OPEN, compute, receive, remaining, restate
from desktop.sandbox.square.moments import plain, seconds
from desktop.sandbox.square.objects import Source, Wire, fill, money
from desktop.sandbox.square.world import World

_RECIPIENT = ("given_name", "family_name", "company_name", "email_address", "phone_number", "address")


def recipient(customer: Wire) -> Wire:
    """The customer as an invoice shows it."""
    return {"customer_id": customer["id"]} | {name: customer[name] for name in _RECIPIENT if name in customer}


def request(world: World, kind: str, due: date, **facts: Any) -> Wire:
    """A payment request of type BALANCE, DEPOSIT or INSTALLMENT."""
    made = fill("invoice_payment_request", uid=world.ids.uuid(), type=kind, due=due.isoformat())
    return made | facts


def draft(
    world: World, order: Wire, customer: Wire | None, requests: list[Wire], *, text: str = "", **facts: Any
) -> Wire:
    """A draft for an open order; ``facts`` are further fields."""
    stamp = world.plain_stamp()
    compute(requests, int(order["total_money"]["amount"]))
    made = fill(
        "invoice",
        id=world.ids.new("invoice"),
        order=order,
        requests=requests,
        number=len(world.shelves["invoice"].objects) + 1,
        title=text or "Harbour Studio Shop",
        timezone=world.zone.key,
        stamp=stamp,
    )
    made |= facts
    if customer is not None:
        made["primary_recipient"] = recipient(customer)
    made["next_payment_amount_money"] = requests[0]["computed_amount_money"]
    world.add("invoice", made)
    world.invoice_of_order[order["id"]] = made["id"]
    world.tell("invoice.created", "invoice", made, made["location_id"])
    return made


def publish(world: World, invoice: Wire) -> Wire:
    """Send a draft, or set it up to be sent at its ``scheduled_at``."""
    if invoice["status"] != "DRAFT":
        raise bad(f"The invoice is {invoice['status']}; only a draft can be published.")
    planned = invoice.get("scheduled_at")
    waits = planned is not None and seconds(planned) > world.now
    address = f"https://squareup.com/pay-invoice/{invoice['id']}"
    world.shelves["invoice"].marks[invoice["id"]] = planned if planned is not None and waits else world.plain_stamp()
    restate(world, invoice, "SCHEDULED" if waits else "UNPAID", public_url=address)
    world.tell("invoice.published", "invoice", invoice, invoice["location_id"])
    if planned is not None and waits:
        world.at(seconds(planned), partial(_send, world, invoice))
    return invoice


def _send(world: World, invoice: Wire) -> None:
    if invoice["status"] == "SCHEDULED":
        world.shelves["invoice"].marks[invoice["id"]] = world.plain_stamp()
        restate(world, invoice, "UNPAID")
        world.tell("invoice.updated", "invoice", invoice, invoice["location_id"])


def bill(
    world: World,
    location: str,
    customer: Wire,
    lines: list[Wire],
    *,
    days: int = 14,
    text: str = "",
    published: bool = True,
    plan: tuple[tuple[str, int, str | None], ...] = (),
    **facts: Any,
) -> Wire:
    """An order and its invoice. ``plan`` lists payment requests: type, days until due, percentage (None: the rest)."""
    order = orders.create(world, location, lines, source="Square Invoices", customer_id=customer["id"])
    today = world.today
    requests = [
        request(
            world,
            kind,
            today + timedelta(days=after),
            **({} if part is None else {"percentage_requested": part}),
        )
        for kind, after, part in plan or (("BALANCE", days, None),)
    ]
    invoice = draft(world, order, customer, requests, text=text, **facts)
    return publish(world, invoice) if published else invoice


def pay(world: World, invoice: Wire, amount: int | None = None, source: Source | None = None) -> Wire:
    """The customer pays an open invoice, or a part of it, by card on its page. Answers the payment."""
    left = remaining(invoice)
    if not left:
        raise bad(f"The invoice is {invoice['status']}; there is nothing to pay.")
    order = world.find("order", invoice["order_id"])
    part = min(left, left if amount is None else amount)
    payment = payments.take(world, order, part, source or Source("CARD", entry="KEYED"), product="INVOICES")
    if payment["status"] == "COMPLETED":
        receive(world, invoice, part)
    elif source is not None and source.card_id is not None:
        restate(world, invoice)
        world.tell("invoice.scheduled_charge_failed", "invoice", invoice, invoice["location_id"])
    return payment


def is_cancellable(invoice: Wire) -> bool:
    """Whether an invoice can still be taken back: it was published and is not paid."""
    return invoice["status"] in OPEN


def cancel(world: World, invoice: Wire) -> Wire:
    """Take a published invoice back; its order is cancelled too where nobody paid."""
    if not is_cancellable(invoice):
        raise bad(f"The invoice is {invoice['status']} and cannot be canceled.")
    orders.cancel(world, world.find("order", invoice["order_id"]))
    restate(world, invoice, "CANCELED")
    world.tell("invoice.canceled", "invoice", invoice, invoice["location_id"])
    return invoice


def delete(world: World, invoice: Wire) -> None:
    """Delete a draft; its order is cancelled."""
    if invoice["status"] != "DRAFT":
        raise bad(f"The invoice is {invoice['status']}; only a draft can be deleted.")
    orders.cancel(world, world.find("order", invoice["order_id"]))
    world.shelves["invoice"].remove(invoice["id"])
    del world.invoice_of_order[invoice["order_id"]]
    data = {"type": "invoice", "id": invoice["id"], "deleted": True}
    world.emit("invoice.deleted", data, invoice["location_id"])


def schedule_for(world: World, days: int) -> str:
    """An instant for ``scheduled_at``: ten in the morning (UTC) so many days ahead."""
    day = local_day(world.now, world.zone) + timedelta(days=days)
    return plain(seconds(f"{day.isoformat()}T14:00:00Z"))


def total(invoice: Wire) -> Wire:
    """The sum of an invoice's payment requests."""
    return money(sum(int(one["computed_amount_money"]["amount"]) for one in invoice["payment_requests"]))
