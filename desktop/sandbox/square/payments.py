"""Payments from the first touch of the card to the fee that Square tells of a day later; refunds."""

from __future__ import annotations

from functools import partial
from typing import Any

from desktop.sandbox.clock import DAY, local_day
from desktop.sandbox.square import invoice_state, ledger, orders
from desktop.sandbox.square.errors import Refusal, bad
from desktop.sandbox.square.moments import plain, seconds, stamp
from desktop.sandbox.square.objects import CARD_PRESENT, CURRENCY, Source, Wire, fill, money, rounded
from desktop.sandbox.square.world import World

FEE_DELAY_DAYS = 1.0
_IN_PERSON = (26_000, 10)
_ON_FILE = (35_000, 15)
_ONLINE = (29_000, 30)
_STORED_LABELS = frozenset({"OTHER_GIFT_CARD", "STORED_BALANCE"})
_APPLICATIONS = {"SQUARE_POS": "sq0idp-w46nJ_NCNDMSOywaCY0mwA", "INVOICES": "sq0idp-5p1sLmOcb3Inv0ic3sAppQ"}


def fee_for(payment: Wire) -> int:
    """What Square keeps of a payment, in cents: by how the card was read, 15 cents instead of 10 by the chip."""
    total = int(payment["total_money"]["amount"])
    entry = payment["card_details"]["entry_method"]
    rate, fixed = _IN_PERSON if entry in CARD_PRESENT else _ON_FILE if entry == "ON_FILE" else _ONLINE
    if entry == "EMV":
        fixed = 15
    return rounded(total * rate, 1_000_000) + fixed


def take(
    world: World,
    order: Wire,
    amount: int,
    source: Source,
    *,
    tip: int = 0,
    product: str = "SQUARE_POS",
    autocomplete: bool = True,
    created: str | None = None,
    **facts: Any,
) -> Wire:
    """Take a payment for an order. A refused card leaves a FAILED payment; ``autocomplete`` False only authorises."""
    if order["state"] not in orders.PAYABLE:
        raise bad(f"Order {order['id']} is {order['state']} and cannot be paid.")
    now = world.stamp()
    payment = fill(
        "payment",
        id=world.ids.new("payment"),
        created=created or now,
        stamp=now,
        amount=amount,
        total=amount + tip,
        source=source.kind,
        order=order,
        token=world.ids.text(43),
        product=product,
        application=_APPLICATIONS.get(product, world.application_id),
    )
    payment |= facts
    if tip:
        payment["tip_money"] = money(tip)
    if "customer_id" in order:
        payment.setdefault("customer_id", order["customer_id"])
    _describe_source(world, payment, source)
    world.add("payment", payment)
    if source.decline:
        return _fail(world, payment, source.decline)
    world.tell("payment.created", "payment", payment, payment["location_id"])
    if autocomplete:
        complete(world, payment)
    return payment


def _describe_source(world: World, payment: Wire, source: Source) -> None:
    total = payment["total_money"]
    payment["receipt_number"] = payment["id"][:4]
    if source.kind == "CASH":
        payment.setdefault("cash_details", {"buyer_supplied_money": total, "change_back_money": money(0)})
        return
    if source.kind == "EXTERNAL":
        kept = rounded(int(total["amount"]) * source.keeps, 100)
        details = {"type": source.label, "source": source.name, "source_fee_money": money(kept)}
        payment.setdefault("external_details", details)
        return
    card = source.plastic.wire()
    if source.card_id is not None:
        card["id"] = source.card_id
    payment["approved_money"] = total
    typed = source.entry == "KEYED"
    payment["card_details"] = fill(
        "payment_card_details",
        card=card,
        entry=source.entry,
        cvv="CVV_ACCEPTED" if typed else "CVV_NOT_CHECKED",
        avs="AVS_ACCEPTED" if typed else "AVS_NOT_CHECKED",
        result=world.ids.text(6),
        authorized=payment["updated_at"],
    )
    payment["delay_duration"] = "PT36H" if source.entry in CARD_PRESENT else "PT168H"
    payment["delay_action"] = "CANCEL"
    hours = 36 if source.entry in CARD_PRESENT else 168
    payment["delayed_until"] = stamp(seconds(payment["created_at"]) + hours * 3600)
    payment["receipt_url"] = f"https://squareup.com/receipt/preview/{payment['id']}"


def _update(world: World, payment: Wire, **fields: Any) -> Wire:
    world.change("payment", payment, **fields, version_token=world.ids.text(43) + "6o")
    world.tell("payment.updated", "payment", payment, payment["location_id"])
    return payment


def _fail(world: World, payment: Wire, code: str) -> Wire:
    error = {"category": "PAYMENT_METHOD_ERROR", "code": code, "detail": f"Authorization error: '{code}'"}
    payment["status"] = "FAILED"
    payment["approved_money"] = money(0)
    payment["card_details"] |= {"status": "FAILED", "errors": [error]}
    world.journal.attempt(payment["id"], seconds(payment["created_at"]), CURRENCY, "failed", payment["location_id"])
    world.tell("payment.created", "payment", payment, payment["location_id"])
    return payment


def is_stored(payment: Wire) -> bool:
    """Whether something was paid with stored value: the money came when it was sold, and none comes now."""
    brand = payment.get("card_details", {}).get("card", {}).get("card_brand")
    return brand == "SQUARE_GIFT_CARD" or payment.get("external_details", {}).get("type") in _STORED_LABELS


def complete(world: World, payment: Wire) -> Wire:
    """Capture an approved payment: the money is collected, the order has its tender, the fee is on its way."""
    if payment["status"] != "APPROVED":
        raise bad(f"Payment {payment['id']} is in terminal state {payment['status']} and can't be completed.")
    location, created = payment["location_id"], seconds(payment["created_at"])
    total = int(payment["total_money"]["amount"])
    stored = is_stored(payment)
    if "card_details" in payment:
        payment["card_details"]["status"] = "CAPTURED"
        payment["card_details"]["card_payment_timeline"]["captured_at"] = world.stamp()
    if "card_details" in payment and not stored:
        fee = fee_for(payment)
        world.fees[payment["id"]] = fee
        ledger.book(world, location, "CHARGE", total, fee, payment_id=payment["id"])
        # For two of three ``updated_at`` stays as it is when the fee appears, as has been seen of Square.
        quiet = bool(sum(map(ord, payment["id"])) % 3)
        world.later(FEE_DELAY_DAYS, partial(tell_fee, world, payment, quiet=quiet))
    # Money counts on the day of its capture; what has none on the day on which it was taken.
    at = world.now if "card_details" in payment else created
    kind = "stored_value" if stored else "collected"
    world.journal.note(kind, at, CURRENCY, total, payment["id"], location)
    if "tip_money" in payment and not stored:
        world.journal.note("tips", at, CURRENCY, int(payment["tip_money"]["amount"]), payment["id"], location)
    kept = int(payment.get("external_details", {}).get("source_fee_money", {}).get("amount", 0))
    if kept and not stored:
        world.journal.note("fees", at, CURRENCY, kept, payment["id"], location)
    world.journal.attempt(payment["id"], created, CURRENCY, "succeeded", location)
    _update(world, payment, status="COMPLETED", capabilities=[])
    order = world.find("order", payment["order_id"])
    orders.add_tender(world, order, _tender(payment))
    return payment


def _tender(payment: Wire) -> Wire:
    kinds = {"CARD": "CARD", "CASH": "CASH"}
    tender = fill("tender", payment=payment, type=kinds.get(payment["source_type"], "OTHER"))
    if "tip_money" in payment:
        tender["tip_money"] = payment["tip_money"]
    if "customer_id" in payment:
        tender["customer_id"] = payment["customer_id"]
    if payment["source_type"] == "CARD":
        details = payment["card_details"]
        tender["card_details"] = {
            "status": details["status"],
            "card": details["card"],
            "entry_method": details["entry_method"],
        }
    if payment["source_type"] == "CASH":
        given = payment["cash_details"]
        tender["cash_details"] = {
            "buyer_tendered_money": given["buyer_supplied_money"],
            "change_back_money": given["change_back_money"],
        }
    return tender


def _effective(world: World, at: int) -> int:
    """Two hours after the capture, on the same day of the business: fees count in the month of what they are for."""
    day = local_day(at, world.zone)
    later = 2 * 3600
    while later and local_day(at + later, world.zone) != day:
        later -= 600
    return at + later


def tell_fee(world: World, payment: Wire, *, quiet: bool) -> None:
    """The fee of a completed payment appears on it, once."""
    if "processing_fee" not in payment:
        captured = seconds(payment["card_details"]["card_payment_timeline"]["captured_at"])
        add_fee(world, payment, "INITIAL", world.fees[payment["id"]], _effective(world, captured), quiet=quiet)


def add_fee(world: World, payment: Wire, kind: str, fee: int, effective: int, *, quiet: bool) -> None:
    """Write a fee beside a payment. ``quiet`` leaves ``updated_at`` alone and says nothing in the feed."""
    made = {"effective_at": stamp(effective), "type": kind, "amount_money": money(fee)}
    payment["processing_fee"] = [*payment.get("processing_fee", ()), made]
    world.journal.note("fees", effective, CURRENCY, fee, payment["id"], payment["location_id"])
    if not quiet:
        _update(world, payment)


def adjust_fee(world: World, payment: Wire, change: int, *, quiet: bool = False) -> Wire:
    """Square thinks again about a fee: an ADJUSTMENT beside the first one, and an entry in the balance."""
    if "processing_fee" not in payment:
        raise bad(f"Payment {payment['id']} has no fee that could be corrected.")
    ledger.book(world, payment["location_id"], "FEE", 0, change, payment_id=payment["id"])
    add_fee(world, payment, "ADJUSTMENT", change, world.now, quiet=quiet)
    return payment


def cancel(world: World, payment: Wire) -> Wire:
    """Void an approved payment."""
    if payment["status"] != "APPROVED":
        raise bad(f"Payment {payment['id']} is in terminal state {payment['status']} and can't be canceled.")
    if "card_details" in payment:
        payment["card_details"]["status"] = "VOIDED"
        payment["card_details"]["card_payment_timeline"]["voided_at"] = world.stamp()
    return _update(world, payment, status="CANCELED", capabilities=[])


def refunded(payment: Wire) -> int:
    """What of a payment was given back already."""
    return int(payment.get("refunded_money", {}).get("amount", 0))


def refund(world: World, payment: Wire, amount: int, reason: str, *, settle: bool = True) -> Wire:
    """Give money back. Cash is back at once, cards after a day; ``settle`` False leaves a card's refund pending."""
    _check_refund(payment, amount)
    location, now = payment["location_id"], world.stamp()
    at_once = payment["source_type"] != "CARD" or is_stored(payment)
    kind = "stored_refunds" if is_stored(payment) else "refunds"
    made = fill(
        "refund",
        payment=payment,
        text=world.ids.text(43),
        status="COMPLETED" if at_once else "PENDING",
        amount=amount,
        stamp=now,
        reason=reason,
    )
    order = world.find("order", payment["order_id"])
    made["order_id"] = orders.give_back(world, order, made, payment["id"])["id"]
    world.add("refund", made)
    world.journal.note(kind, world.now, CURRENCY, amount, made["id"], location)
    world.tell("refund.created", "refund", made, location)
    ids = [*payment.get("refund_ids", ()), made["id"]]
    _update(world, payment, refunded_money=money(refunded(payment) + amount), refund_ids=ids)
    invoice_state.after_refund(world, payment)
    if not at_once:
        back = rounded(world.fees[payment["id"]] * amount, int(payment["total_money"]["amount"]))
        references = {"payment_id": payment["id"], "refund_id": made["id"]}
        ledger.book(world, location, "REFUND", -amount, -back, **references)
        if settle:
            world.later(1, partial(settle_refund, world, made, back, world.now))
    return made


def _check_refund(payment: Wire, amount: int) -> None:
    if payment["status"] != "COMPLETED":
        code = "REFUND_ERROR_PAYMENT_NEEDS_COMPLETION" if payment["status"] == "APPROVED" else "PAYMENT_NOT_REFUNDABLE"
        raise Refusal(400, code, "The payment cannot be refunded.", category="REFUND_ERROR")
    if amount <= 0 or amount > int(payment["total_money"]["amount"]) - refunded(payment):
        detail = "The requested refund amount exceeds the amount available to refund."
        raise Refusal(400, "REFUND_AMOUNT_INVALID", detail, category="REFUND_ERROR", field="amount_money.amount")


def settle_refund(world: World, made: Wire, back: int, at: int) -> None:
    """A refund reached the card: it is completed, and the share of the fee that came back is known."""
    if made["status"] != "PENDING":
        return
    fee = {"effective_at": plain(at).replace("Z", ".000Z"), "type": "INITIAL", "amount_money": money(-back)}
    world.change("refund", made, status="COMPLETED", processing_fee=[fee])
    world.journal.note("fees", at, CURRENCY, -back, made["id"], made["location_id"])
    world.tell("refund.updated", "refund", made, made["location_id"])


def fail_refund(world: World, made: Wire) -> Wire:
    """A refund fails after all: the money is back in the balance, and the payment counts as not refunded."""
    if made["status"] not in {"PENDING", "COMPLETED"} or made["payment_id"] not in world.fees:
        raise bad(f"Refund {made['id']} is {made['status']} and cannot fail any more.")
    payment = world.find("payment", made["payment_id"])
    amount, location = int(made["amount_money"]["amount"]), made["location_id"]
    back = sum(int(one["amount_money"]["amount"]) for one in made.get("processing_fee", ()))
    fees = back or -rounded(world.fees[payment["id"]] * amount, int(payment["total_money"]["amount"]))
    if back:
        world.journal.note("fees", world.now, CURRENCY, -back, made["id"], location)
        made["processing_fee"].append(
            {"effective_at": world.stamp(), "type": "ADJUSTMENT", "amount_money": money(-back)}
        )
    ledger.book(world, location, "OTHER_ADJUSTMENT", amount, -fees, payment_id=payment["id"])
    world.change("refund", made, status="FAILED")
    world.journal.note("refunds", world.now, CURRENCY, -amount, made["id"], location)
    world.tell("refund.updated", "refund", made, location)
    _update(world, payment, refunded_money=money(refunded(payment) - amount))
    invoice_state.after_refund(world, payment)
    return made


def expire(world: World, payment: Wire) -> None:
    """What happens to an authorisation that nobody captured in time."""
    if payment["status"] == "APPROVED":
        cancel(world, payment)


def authorise(world: World, order: Wire, amount: int, source: Source, **facts: Any) -> Wire:
    """A payment that is approved only; cancelled by itself after a week (36 hours where the card was present)."""
    payment = take(world, order, amount, source, autocomplete=False, **facts)
    if payment["status"] == "APPROVED" and "delayed_until" in payment:
        days = (seconds(payment["delayed_until"]) - world.now) / DAY
        world.later(days, partial(expire, world, payment))
    return payment
