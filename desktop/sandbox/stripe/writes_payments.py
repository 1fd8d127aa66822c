"""Calls that move money: payment intents, captures, refunds, payouts."""

from __future__ import annotations

from desktop.sandbox.stripe import ledger, payments, wire
from desktop.sandbox.stripe.calls import Call
from desktop.sandbox.stripe.errors import Refusal, declined, required
from desktop.sandbox.stripe.inputs import amount_of, currency_of, customer_of, merged, method_of, one_of, plain
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World


def create_intent(call: Call) -> Wire:
    """POST /v1/payment_intents"""
    params = call.params
    owner = customer_of(call) if params.get("customer") else None
    facts = plain(params, ("description", "receipt_email", "statement_descriptor", "setup_future_usage"))
    facts["capture_method"] = params.get("capture_method", "automatic_async")
    facts |= {"customer": owner["id"] if owner else None, "metadata": merged({}, params)}
    amount, currency = amount_of(params), currency_of(params)
    if currency == "usd" and amount < 50:
        message = "Amount must be at least $0.50 usd"
        raise Refusal(400, message, code="amount_too_small", param="amount")
    method = method_of(call, owner)
    made = payments.create_intent(call.world, amount, currency, **facts)
    if method is not None:
        made |= {"status": "requires_confirmation", "payment_method": method["id"]}
        made["payment_method_types"] = [method["type"]]
    if wire.boolean(params, "confirm"):
        if method is None:
            raise required("payment_method")
        return _confirm(call.world, made, method)
    return made


def _confirm(world: World, intent: Wire, method: Wire) -> Wire:
    charge = payments.confirm(world, intent, method)
    if charge is not None and charge["status"] == "failed":
        raise declined(charge, intent)
    return intent


def confirm_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}/confirm"""
    intent = one_of(call, "payment_intent")
    owner = call.world.objects[intent["customer"]] if intent["customer"] else None
    method = method_of(call, owner)
    if method is None:
        if intent["payment_method"] is None:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise Refusal(400, message, code="payment_intent_unexpected_state", payment_intent=intent)
        method = call.world.objects[intent["payment_method"]]
    return _confirm(call.world, intent, method)


def update_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}"""
    intent = one_of(call, "payment_intent")
    facts = plain(call.params, ("description", "receipt_email"))
    call.world.change(intent, None, **facts, metadata=merged(intent["metadata"], call.params))
    return intent


def cancel_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}/cancel"""
    reason = call.params.get("cancellation_reason")
    return payments.cancel_intent(call.world, one_of(call, "payment_intent"), reason)


def capture_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}/capture"""
    amount = wire.integer(call.params, "amount_to_capture")
    return payments.capture(call.world, one_of(call, "payment_intent"), amount)


def create_refund(call: Call) -> Wire:
    """POST /v1/refunds"""
    params, world = call.params, call.world
    if params.get("charge"):
        charge = world.find("charge", params["charge"], "charge", 400)
    elif params.get("payment_intent"):
        intent = world.find("payment_intent", params["payment_intent"], "payment_intent", 400)
        if intent["latest_charge"] is None:
            message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
            raise Refusal(400, message, param="payment_intent")
        charge = world.objects[intent["latest_charge"]]
    else:
        raise Refusal(400, "One of the following params should be provided: charge, payment_intent.")
    amount = amount_of(params) if "amount" in params else None
    facts = plain(params, ("reason",)) | {"metadata": merged({}, params)}
    return payments.refund(world, charge, amount, **facts)


def update_refund(call: Call) -> Wire:
    """POST /v1/refunds/{id}"""
    made = one_of(call, "refund")
    call.world.change(made, "refund.updated", metadata=merged(made["metadata"], call.params))
    return made


def update_charge(call: Call) -> Wire:
    """POST /v1/charges/{id}"""
    charge = one_of(call, "charge")
    facts = plain(call.params, ("description", "receipt_email"))
    call.world.change(charge, "charge.updated", **facts, metadata=merged(charge["metadata"], call.params))
    return charge


def create_payout(call: Call) -> Wire:
    """POST /v1/payouts"""
    amount = amount_of(call.params)
    if currency_of(call.params) != ledger.SETTLEMENT:
        raise Refusal(400, "You have no balance in this currency.", code="balance_insufficient")
    if amount > ledger.balance(call.world)["available"][0]["amount"]:
        raise Refusal(400, "You have insufficient funds in your Stripe account.", code="balance_insufficient")
    facts = plain(call.params, ("description", "statement_descriptor"))
    return ledger.pay_out_by_hand(call.world, amount, **facts, metadata=merged({}, call.params))
