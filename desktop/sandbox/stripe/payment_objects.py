"""Builders of the objects that money makes: intents, charges, refunds, disputes, ledger lines, payouts."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe.cards import Card
from desktop.sandbox.stripe.objects import Wire, fill

IN_PERSON = "card_present"
"""The type of a card that was read by a terminal."""


def _method_details(method: Wire, intent: Wire) -> Wire:
    amount: int = intent["amount"]
    if intent["payment_method_types"] == [IN_PERSON]:
        return fill("payment_method_details_card_present", card=method["card"], amount=amount)
    if method["type"] == "us_bank_account":
        return fill("payment_method_details_us_bank_account", bank=method["us_bank_account"])
    return fill("payment_method_details_card", card=method["card"], amount=amount)


def payment_intent(intent_id: str, created: int, amount: int, currency: str, secret: str, **facts: Any) -> Wire:
    """An intent that waits for a payment method."""
    made = fill("payment_intent", id=intent_id, created=created, amount=amount, currency=currency, secret=secret)
    return made | facts


def charge(charge_id: str, created: int, intent: Wire, method: Wire) -> Wire:
    """An attempt to pay an intent with a method; the caller says how it went."""
    return fill(
        "charge",
        id=charge_id,
        created=created,
        intent=intent,
        method=method,
        metadata=dict(intent["metadata"]),
        calculated_statement_descriptor="HARBOUR STUDIO" if method["type"] == "card" else None,
        payment_method_details=_method_details(method, intent),
    )


def outcome(card: Card, declined: bool) -> Wire:
    """What the card network said about an attempt."""
    return fill("outcome_declined", reason=card.decline_code) if declined else fill("outcome_authorized")


def refund(refund_id: str, created: int, charge_object: Wire, amount: int, **facts: Any) -> Wire:
    """A refund of part or all of a charge."""
    kind = charge_object["payment_method_details"]["type"]
    destination = fill("refund_destination_card") if kind == "card" else {kind: {}, "type": kind}
    return (
        fill(
            "refund",
            id=refund_id,
            created=created,
            charge=charge_object,
            amount=amount,
            destination_details=destination,
        )
        | facts
    )


def dispute(dispute_id: str, created: int, charge_object: Wire, due_by: int, **facts: Any) -> Wire:
    """A dispute (or inquiry) over a card charge."""
    return fill("dispute", id=dispute_id, created=created, charge=charge_object, due_by=due_by) | facts


def balance_transaction(transaction_id: str, created: int, **facts: Any) -> Wire:
    """One line of the account's ledger. ``net`` is worked out here."""
    made = fill("balance_transaction", id=transaction_id, created=created) | facts
    made["net"] = made["amount"] - made["fee"]
    return made


def payout(payout_id: str, created: int, amount: int, arrival: int, bank: str, **facts: Any) -> Wire:
    """Money on its way to the studio's bank."""
    return fill("payout", id=payout_id, created=created, amount=amount, arrival=arrival, bank=bank) | facts
