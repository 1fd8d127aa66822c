"""What happens to money: intents confirmed, declined, captured, cancelled; refunds; disputes."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.clock import DAY
from desktop.sandbox.stripe import ledger, payment_objects
from desktop.sandbox.stripe.cards import DECLINE_MESSAGES, Card
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.invoice_state import intent_failed, intent_paid
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

DISPUTE_ENDED = frozenset({"won", "lost", "warning_closed"})
"""What a dispute stays once it is that."""

CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
"""What an intent may be when somebody tries to pay it."""


def create_intent(world: World, amount: int, currency: str, **facts: Any) -> Wire:
    """A new intent that waits for a payment method."""
    made = world.add(
        payment_objects.payment_intent(world.ids.new("pi"), world.now, amount, currency, world.ids.text(25), **facts)
    )
    world.emit("payment_intent.created", made)
    return made


def confirm(world: World, intent: Wire, method: Wire, *, authenticated: bool = False) -> Wire | None:
    """Try an intent with a method. Answers the charge, or None where the customer must authenticate first.

    Raises Stripe's refusals: an intent that has ended or is being captured, a method whose customer is gone.
    """
    if intent["status"] not in CONFIRMABLE:
        message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        raise Refusal(400, message, code="payment_intent_unexpected_state", payment_intent=intent)
    if method["customer"] is not None and world.objects[method["customer"]].get("deleted"):
        message = f"The customer of the PaymentMethod {method['id']} was deleted; it may not be used any more."
        raise Refusal(400, message, code="payment_method_unexpected_state", param="payment_method")
    card = world.cards[method["id"]]
    intent["payment_method"] = method["id"]
    if card.needs_action and not authenticated:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
        world.change(intent, None, status="requires_action", next_action=action)
        world.emit("payment_intent.requires_action", intent)
        return None
    bank = card.kind == "us_bank_account"
    charge = world.add(payment_objects.charge(world.ids.new("py" if bank else "ch"), world.now, intent, method))
    intent |= {"latest_charge": charge["id"], "next_action": None, "last_payment_error": None}
    if bank:
        _debit(world, intent, charge)
    elif card.decline:
        _decline(world, intent, charge, method, card)
    elif intent["capture_method"] == "manual":
        _authorise(world, intent, charge, card)
    else:
        _succeed(world, intent, charge, card)
    return charge


def _decline(world: World, intent: Wire, charge: Wire, method: Wire, card: Card) -> None:
    message = DECLINE_MESSAGES.get(card.decline_code or "", DECLINE_MESSAGES["generic_decline"])
    charge |= {
        "status": "failed",
        "failure_code": card.decline,
        "failure_message": message,
        "outcome": payment_objects.outcome(card, declined=True),
    }
    world.emit("charge.failed", charge)
    _fail(world, intent, charge, method)


def _fail(world: World, intent: Wire, charge: Wire, method: Wire) -> None:
    code = charge["failure_code"]
    failure: Wire = {
        "charge": charge["id"],
        "code": code,
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        "message": charge["failure_message"],
        "payment_method": method,
        "type": "card_error",
    }
    reason = charge["outcome"] and charge["outcome"]["reason"]
    if reason:
        failure["decline_code"] = reason
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": failure,
        "processing": None,
        "amount_received": 0,
    }
    world.journal.attempt(intent["id"], world.now, intent["currency"], "failed")
    world.emit("payment_intent.payment_failed", intent)
    intent_failed(world, intent)


def _authorise(world: World, intent: Wire, charge: Wire, card: Card) -> None:
    charge |= {"status": "succeeded", "paid": True, "outcome": payment_objects.outcome(card, declined=False)}
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
    world.journal.attempt(intent["id"], world.now, intent["currency"], "waiting")
    world.emit("charge.succeeded", charge)
    world.emit("payment_intent.amount_capturable_updated", intent)


def _succeed(world: World, intent: Wire, charge: Wire, card: Card) -> None:
    charge |= {
        "status": "succeeded",
        "paid": True,
        "captured": True,
        "amount_captured": charge["amount"],
        "outcome": payment_objects.outcome(card, declined=False),
    }
    if intent["capture_method"] == "automatic_async":
        # Stripe tells of the charge before its ledger line exists, and of the line a moment later.
        world.emit("charge.succeeded", charge)
        line = ledger.book_charge(world, charge, charge["amount"])
        world.change(charge, "charge.updated", balance_transaction=line["id"])
    else:
        charge["balance_transaction"] = ledger.book_charge(world, charge, charge["amount"])["id"]
        world.emit("charge.succeeded", charge)
    world.journal.note("collected", world.now, charge["currency"], charge["amount"], charge["id"])
    tip = intent["amount_details"]["tip"].get("amount", 0)
    if tip:
        world.journal.note("tips", world.now, charge["currency"], tip, charge["id"])
    _received(world, intent, charge["amount"])
    if card.after in {"dispute", "inquiry"}:
        open_dispute(world, charge, inquiry=card.after == "inquiry")


def _received(world: World, intent: Wire, amount: int) -> None:
    intent |= {
        "status": "succeeded",
        "amount_received": amount,
        "amount_capturable": 0,
        "processing": None,
    }
    world.journal.attempt(intent["id"], world.now, intent["currency"], "succeeded")
    world.emit("payment_intent.succeeded", intent)
    intent_paid(world, intent)


def _debit(world: World, intent: Wire, charge: Wire) -> None:
    charge |= {"captured": True, "amount_captured": charge["amount"]}
    charge["balance_transaction"] = ledger.book_charge(world, charge, charge["amount"])["id"]
    world.journal.note("collected", world.now, charge["currency"], charge["amount"], charge["id"])
    world.journal.attempt(intent["id"], world.now, intent["currency"], "waiting")
    intent |= {"status": "processing", "processing": None}
    world.emit("charge.pending", charge)
    world.emit("payment_intent.processing", intent)


def clear_debit(world: World, intent: Wire) -> None:
    """The bank honoured a debit that was under way."""
    if intent["status"] != "processing":
        raise _unexpected(intent, "cleared", "processing")
    charge = world.objects[intent["latest_charge"]]
    charge |= {"status": "succeeded", "paid": True, "outcome": payment_objects.outcome(Card("", ""), declined=False)}
    world.emit("charge.succeeded", charge)
    _received(world, intent, charge["amount"])


def return_debit(world: World, intent: Wire) -> None:
    """The bank bounced a debit after it was booked: the payment is returned. Money that already went back cannot be."""
    if intent["status"] not in {"processing", "succeeded"}:
        raise _unexpected(intent, "returned", "processing, succeeded")
    charge = world.objects[intent["latest_charge"]]
    if charge["amount_refunded"] or charge["disputed"]:
        raise Refusal(400, f"Charge {charge['id']} has been given back already.", code="charge_already_refunded")
    line = ledger.book_return(world, charge)
    charge |= {
        "status": "failed",
        "paid": False,
        "failure_code": "insufficient_funds",
        "failure_message": "The customer's account has insufficient funds to cover this payment.",
        "failure_balance_transaction": line["id"],
    }
    world.journal.note("returned", world.now, charge["currency"], charge["amount"], charge["id"])
    world.emit("charge.failed", charge)
    _fail(world, intent, charge, world.objects[charge["payment_method"]])


def capture(world: World, intent: Wire, amount: int | None = None) -> Wire:
    """Take what was authorised, or less of it. Raises Stripe's refusals."""
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "captured", "requires_capture")
    taken = intent["amount_capturable"] if amount is None else amount
    if not 0 < taken <= intent["amount_capturable"]:
        message = "The remaining amount available to capture for this PaymentIntent is "
        raise Refusal(
            400, f"{message}{intent['amount_capturable']}.", code="amount_too_large", param="amount_to_capture"
        )
    charge = world.objects[intent["latest_charge"]]
    charge |= {"captured": True, "amount_captured": taken}
    charge["balance_transaction"] = ledger.book_charge(world, charge, taken)["id"]
    world.journal.note("collected", world.now, charge["currency"], taken, charge["id"])
    world.emit("charge.captured", charge)
    _received(world, intent, taken)
    return intent


def cancel_intent(world: World, intent: Wire, reason: str | None = None) -> Wire:
    """Give an intent up; what was authorised is released."""
    if intent["status"] in {"succeeded", "canceled", "processing"}:
        raise _unexpected(intent, "canceled", "requires_payment_method, requires_capture, requires_confirmation")
    if intent["status"] == "requires_capture":
        charge = world.objects[intent["latest_charge"]]
        world.change(charge, None, refunded=True)
        world.emit("charge.expired", charge)
    if intent["id"] in world.journal.payments:
        world.journal.attempt(intent["id"], world.now, intent["currency"], "cancelled")
    intent |= {
        "status": "canceled",
        "canceled_at": world.now,
        "cancellation_reason": reason,
        "amount_capturable": 0,
        "next_action": None,
    }
    world.emit("payment_intent.canceled", intent)
    return intent


def _unexpected(intent: Wire, verb: str, allowed: str) -> Refusal:
    return Refusal(
        400,
        f"This PaymentIntent could not be {verb} because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be {verb}: {allowed}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def refund(world: World, charge: Wire, amount: int | None = None, **facts: Any) -> Wire:
    """Give money of a charge back. Raises Stripe's refusals where there is none left."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise Refusal(400, f"Charge {charge['id']} has not been captured.", code="charge_not_refundable")
    if charge["disputed"] and not facts.pop("although_disputed", False):
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise Refusal(400, message, code="charge_disputed")
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise Refusal(400, message, code="charge_already_refunded")
    given = left if amount is None else amount
    if given > left:
        message = f"Refund amount ({given}) is greater than unrefunded amount on charge ({left})"
        raise Refusal(400, message, param="amount")
    card = world.cards.get(charge["payment_method"])
    bank = charge["payment_method_details"]["type"] == "us_bank_account"
    status = "pending" if bank or (card and card.after == "refund_pending") else "succeeded"
    made = world.add(
        payment_objects.refund(
            world.ids.new("pyr" if bank else "re"), world.now, charge, given, **({"status": status} | facts)
        )
    )
    if made["status"] == "pending":
        made["pending_reason"] = "processing"
    made["balance_transaction"] = ledger.book_refund(world, made, charge)["id"]
    world.journal.note("refunds", world.now, charge["currency"], given, made["id"])
    charge["amount_refunded"] += given
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    world.emit("refund.created", made)
    world.emit("charge.refunded", charge)
    if card and card.after == "refund_fails":
        fail_refund(world, made)
    return made


def settle_refund(world: World, made: Wire) -> None:
    """A pending refund reached the customer."""
    if made["status"] != "pending":
        raise Refusal(400, f"Refund {made['id']} is {made['status']}.", param="refund")
    made.pop("pending_reason", None)
    world.change(made, "refund.updated", status="succeeded")


def fail_refund(world: World, made: Wire) -> None:
    """A refund did not reach the customer: its money comes back on this day."""
    if made["status"] not in {"pending", "succeeded"}:
        raise Refusal(400, f"Refund {made['id']} is {made['status']}.", param="refund")
    charge = world.objects[made["charge"]]
    line = ledger.book_failed_refund(world, made)
    made.pop("pending_reason", None)
    made |= {"failure_balance_transaction": line["id"], "failure_reason": "lost_or_stolen_card"}
    world.journal.note("refunds", world.now, charge["currency"], -made["amount"], made["id"])
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    world.change(made, "refund.updated", status="failed")
    world.emit("refund.failed", made)
    world.emit("charge.refund.updated", made)


def open_dispute(world: World, charge: Wire, *, inquiry: bool = False, reason: str = "fraudulent") -> Wire:
    """The cardholder's bank disputes a charge; an inquiry only asks and takes no money.

    Only a card's charge that was captured, and of which something is left, can be disputed, and only once.
    """
    if not is_disputable(charge):
        raise Refusal(400, f"Charge {charge['id']} cannot be disputed.", param="charge")
    due = world.now + 9 * DAY
    made = world.add(payment_objects.dispute(world.ids.new("du"), world.now, charge, due, reason=reason))
    world.change(charge, None, disputed=True)
    if inquiry:
        made |= {"status": "warning_needs_response", "is_charge_refundable": True, "reason": "general"}
        made["payment_method_details"]["card"]["case_type"] = "inquiry"
        world.emit("charge.dispute.created", made)
        return made
    made["amount"] = charge["amount_captured"] - charge["amount_refunded"]
    line = ledger.book_dispute(world, made, reversal=False)
    made["balance_transactions"] = [line]
    world.journal.note("disputes", world.now, made["currency"], made["amount"], made["id"])
    world.emit("charge.dispute.created", made)
    world.emit("charge.dispute.funds_withdrawn", made)
    return made


def is_disputable(charge: Wire) -> bool:
    """Whether a cardholder could still ask for the money of a charge."""
    left = charge["amount_captured"] - charge["amount_refunded"]
    card = charge["payment_method_details"]["type"] == "card"
    return bool(card and charge["status"] == "succeeded" and charge["captured"] and not charge["disputed"] and left)


def _must_be_open(dispute: Wire) -> None:
    if dispute["status"] in DISPUTE_ENDED:
        raise Refusal(400, f"This dispute is already closed: it is {dispute['status']}.", param="dispute")


def answer_dispute(world: World, made: Wire) -> None:
    """The studio sent its evidence."""
    _must_be_open(made)
    details = made["evidence_details"] | {"has_evidence": True, "submission_count": 1}
    status = "warning_under_review" if made["status"].startswith("warning") else "under_review"
    world.change(made, "charge.dispute.updated", evidence_details=details, status=status)


def close_dispute(world: World, made: Wire, *, won: bool) -> None:
    """The bank decided; what is won comes back without the fee. An inquiry just ends."""
    _must_be_open(made)
    if made["status"].startswith("warning"):
        world.change(made, "charge.dispute.closed", status="warning_closed")
        return
    world.change(made, "charge.dispute.closed", status="won" if won else "lost")
    if won:
        line = ledger.book_dispute(world, made, reversal=True)
        world.journal.note("disputes", world.now, made["currency"], -made["amount"], made["id"])
        world.change(
            made,
            "charge.dispute.funds_reinstated",
            balance_transactions=[*made["balance_transactions"], line],
        )
