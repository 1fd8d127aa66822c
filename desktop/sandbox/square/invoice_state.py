"""What an invoice's status and amounts follow from: its payment requests and what came back of its payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from desktop.sandbox.square.objects import CURRENCY, Wire, money, rounded
from desktop.sandbox.square.pricing import millionths
from desktop.sandbox.square.world import World

OPEN = frozenset({"UNPAID", "SCHEDULED", "PARTIALLY_PAID", "PAYMENT_PENDING"})


def amount_of(request: Wire, name: str = "computed_amount_money") -> int:
    """An amount of a payment request in cents."""
    return int(request[name]["amount"])


def compute(requests: list[Wire], total: int) -> None:
    """Write what each payment request asks for: fixed parts and percentages first, the balance gets the rest."""
    left = total
    for request in requests:
        request.setdefault("total_completed_amount_money", money(0))
        fixed = request.get("fixed_amount_requested_money")
        if fixed is not None:
            part = int(fixed["amount"])
        elif "percentage_requested" in request:
            part = rounded(total * millionths(request["percentage_requested"]), 1_000_000)
        else:
            continue
        request["computed_amount_money"] = money(min(part, left))
        left -= min(part, left)
    rest = [request for request in requests if request["request_type"] == "BALANCE"]
    for request in rest or requests[-1:]:
        before = amount_of(request) if not rest and "computed_amount_money" in request else 0
        request["computed_amount_money"] = money(left + before)
        left = 0


def parts(invoice: Wire) -> Iterator[tuple[date, int]]:
    """What is left of each payment request, by due day; nothing where the invoice is not open."""
    if invoice["status"] in OPEN:
        for request in invoice["payment_requests"]:
            left = amount_of(request) - amount_of(request, "total_completed_amount_money")
            if left:
                yield date.fromisoformat(request["due_date"]), left


def remaining(invoice: Wire) -> int:
    """What is left to pay of an open invoice."""
    return sum(left for _, left in parts(invoice))


def restate(world: World, invoice: Wire, status: str | None = None, **fields: object) -> Wire:
    """Set an invoice's status and fields, with its next amount and a new version, and note how it stands."""
    if status is not None:
        invoice["status"] = status
    following = next(parts(invoice), None)
    if following is None:
        invoice.pop("next_payment_amount_money", None)
    else:
        invoice["next_payment_amount_money"] = money(following[1])
    world.change("invoice", invoice, **fields)
    world.journal.stand(world.now, invoice["id"], CURRENCY, parts(invoice))
    return invoice


def receive(world: World, invoice: Wire, amount: int) -> None:
    """A payment fills the payment requests in their order."""
    for request in invoice["payment_requests"]:
        done = amount_of(request, "total_completed_amount_money")
        part = min(amount, amount_of(request) - done)
        request["total_completed_amount_money"] = money(done + part)
        amount -= part
    open_ones = (amount_of(one) > amount_of(one, "total_completed_amount_money") for one in invoice["payment_requests"])
    restate(world, invoice, "PARTIALLY_PAID" if any(open_ones) else "PAID")
    world.tell("invoice.payment_made", "invoice", invoice, invoice["location_id"])


def after_refund(world: World, payment: Wire) -> None:
    """A payment of an invoice was refunded, or its refund failed: the invoice says how much of it came back."""
    found = world.invoice_of_order.get(payment["order_id"])
    if found is None:
        return
    invoice = world.find("invoice", found)
    if invoice["status"] not in {"PAID", "PARTIALLY_REFUNDED", "REFUNDED"}:
        return
    order = world.find("order", payment["order_id"])
    paid = [world.find("payment", tender["payment_id"]) for tender in order["tenders"]]
    back = sum(int(one.get("refunded_money", {}).get("amount", 0)) for one in paid)
    total = sum(int(one["total_money"]["amount"]) for one in paid)
    restate(world, invoice, "PAID" if back == 0 else "REFUNDED" if back == total else "PARTIALLY_REFUNDED")
    world.tell("invoice.refunded", "invoice", invoice, invoice["location_id"])
