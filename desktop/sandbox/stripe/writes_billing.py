"""Calls that change invoices, invoice items, credit notes and subscriptions."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.clock import DAY
from desktop.sandbox.stripe import invoices, people, subscriptions, wire
from desktop.sandbox.stripe.billing_objects import invoice_item, item_parent, pricing
from desktop.sandbox.stripe.calls import Call
from desktop.sandbox.stripe.errors import Refusal, declined, required
from desktop.sandbox.stripe.inputs import amount_of, currency_of, customer_of, merged, method_of, one_of, plain
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import World

_PLAIN = ("description", "footer", "statement_descriptor", "default_payment_method")


def create_invoice(call: Call) -> Wire:
    """POST /v1/invoices"""
    customer = customer_of(call)
    facts = plain(call.params, _PLAIN) | {"metadata": merged({}, call.params)}
    method = call.params.get("collection_method", "charge_automatically")
    days, due = wire.integer(call.params, "days_until_due"), wire.integer(call.params, "due_date")
    if method == "send_invoice":
        if days is None and due is None:
            message = "If invoice collection method is 'send_invoice', you must specify 'due_date' or 'days_until_due'."
            raise Refusal(400, message, param="days_until_due")
        facts |= {"collection_method": method, "days_until_due": days}
    elif days is not None or due is not None:
        message = "You can only specify a due date if collection method is 'send_invoice'."
        raise Refusal(400, message, param="due_date")
    facts["auto_advance"] = wire.boolean(call.params, "auto_advance")
    currency = currency_of(call.params) if "currency" in call.params else customer["currency"] or "usd"
    made = invoices.create_invoice(call.world, customer, currency, **facts)
    if due is not None:
        made["due_date"] = due
    if call.params.get("pending_invoice_items_behavior") == "include":
        for item in list(call.world.every("invoiceitem")):
            pending = item["invoice"] is None and item["customer"] == customer["id"]
            if pending and item["currency"] == currency:
                _bill_item(call.world, item, made)
    return made


def _bill_item(world: World, item: Wire, invoice: Wire) -> None:
    item["invoice"] = invoice["id"]
    price = item["pricing"] and world.objects[item["pricing"]["price_details"]["price"]]
    invoices.add_line(
        world,
        invoice,
        item["description"],
        item["amount"],
        quantity=item["quantity"],
        price=price,
        parent=item_parent(item["id"]),
        period=item["period"],
        discountable=item["discountable"],
        metadata=dict(item["metadata"]),
    )


def create_invoice_item(call: Call) -> Wire:
    """POST /v1/invoiceitems"""
    world, params, customer = call.world, call.params, customer_of(call)
    quantity = wire.integer(params, "quantity", 1) or 0
    reference = (params.get("pricing") or {}).get("price")
    price = world.find("price", reference, "pricing[price]", 400) if reference else None
    if price is not None:
        amount, currency = price["unit_amount"] * quantity, price["currency"]
    elif "unit_amount_decimal" in params:
        amount, currency = round(float(params["unit_amount_decimal"]) * quantity), currency_of(params)
    else:
        amount = wire.needed_integer(params, "amount")
        currency = currency_of(params) if "currency" in params else customer["currency"] or "usd"
    text = params.get("description") or (price and world.objects[price["product"]]["name"])
    made = invoice_item(world.ids.new("ii"), world.now, customer["id"], currency, amount, description=text)
    made |= {"quantity": quantity, "quantity_decimal": str(quantity), "metadata": merged({}, params)}
    made["pricing"] = pricing(price) if price else None
    invoice = world.find("invoice", params["invoice"], "invoice", 400) if params.get("invoice") else None
    if invoice is not None and invoice["status"] != "draft":
        raise Refusal(400, "This invoice is no longer editable", code="invoice_not_editable", param="invoice")
    world.add(made)
    world.emit("invoiceitem.created", made)
    if invoice is not None:
        _bill_item(world, made, invoice)
    return made


def update_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}: everything of a draft; description, metadata and footer once it is finalised."""
    invoice = one_of(call, "invoice")
    facts = plain(call.params, _PLAIN) | {"metadata": merged(invoice["metadata"], call.params)}
    for name in ("due_date", "days_until_due", "collection_method", "auto_advance"):
        if name in call.params and invoice["status"] != "draft" and name != "auto_advance":
            message = f"Finalized invoices can't be updated in this way: {name}."
            raise Refusal(400, message, code="invoice_not_editable", param=name)
    if "due_date" in call.params:
        facts["due_date"] = wire.integer(call.params, "due_date")
    if "days_until_due" in call.params:
        facts["due_date"] = call.world.now + wire.needed_integer(call.params, "days_until_due") * DAY
    if "collection_method" in call.params:
        facts["collection_method"] = call.params["collection_method"]
    if "auto_advance" in call.params:
        facts["auto_advance"] = wire.boolean(call.params, "auto_advance")
    call.world.change(invoice, "invoice.updated", **facts)
    return invoice


def delete_invoice(call: Call) -> Wire:
    """DELETE /v1/invoices/{id}: drafts only"""
    invoice = one_of(call, "invoice")
    if invoice["status"] != "draft":
        raise Refusal(400, "You can only delete draft invoices.", code="invoice_not_editable")
    call.world.emit("invoice.deleted", invoice)
    del call.world.objects[invoice["id"]]
    call.world.kinds["invoice"].remove(invoice["id"])
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def pay_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/pay"""
    invoice = one_of(call, "invoice")
    if invoice["status"] == "draft":
        invoices.finalise(call.world, invoice)
    if wire.boolean(call.params, "paid_out_of_band"):
        return invoices.pay_out_of_band(call.world, invoice)
    method = method_of(call, call.world.objects[invoice["customer"]])
    charge = invoices.pay(call.world, invoice, method)
    intent_id = _intent_of(call.world, invoice)
    if charge is None:
        message = "This payment requires additional user action before it can be completed successfully."
        intent = call.world.objects[intent_id]
        raise Refusal(
            402, message, type="card_error", code="invoice_payment_intent_requires_action", payment_intent=intent
        )
    if charge["status"] == "failed":
        raise declined(charge, call.world.objects[intent_id])
    return invoice


def _intent_of(world: World, invoice: Wire) -> str:
    found = [
        world.objects[one]["payment"]["payment_intent"]
        for one in world.payments_by_invoice[invoice["id"]]
        if world.objects[one]["is_default"]
    ]
    return str(found[-1])


def finalise_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/finalize"""
    return invoices.finalise(call.world, one_of(call, "invoice"))


def send_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/send"""
    invoice = one_of(call, "invoice")
    if invoice["collection_method"] != "send_invoice":
        raise Refusal(400, "You can only manually send an invoice if its collection method is 'send_invoice'.")
    if not invoice["customer_email"]:
        raise Refusal(400, "The customer has no email address.", code="customer_email_missing")
    return invoices.send(call.world, invoice)


def void_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/void"""
    return invoices.void(call.world, one_of(call, "invoice"))


def give_invoice_up(call: Call) -> Wire:
    """POST /v1/invoices/{id}/mark_uncollectible"""
    return invoices.give_up(call.world, one_of(call, "invoice"))


def create_credit_note(call: Call) -> Wire:
    """POST /v1/credit_notes"""
    invoice = call.world.find("invoice", wire.needed(call.params, "invoice"), "invoice", 400)
    text = call.params.get("memo") or "Credit"
    made = invoices.credit(call.world, invoice, amount_of(call.params), text)
    made["metadata"] = merged({}, call.params)
    return made


def create_subscription(call: Call) -> Wire:
    """POST /v1/subscriptions, with one item"""
    params, world = call.params, call.world
    customer = customer_of(call)
    items = params.get("items")
    if not isinstance(items, list) or not items:
        raise required("items")
    price = world.find("price", wire.needed(items[0], "price"), "items[0][price]", 400)
    facts: dict[str, Any] = {"metadata": merged({}, params)}
    if "default_payment_method" in params:
        method = people.usable_method(world, params["default_payment_method"], customer)
        facts["default_payment_method"] = method["id"]
    if params.get("collection_method") == "send_invoice":
        days = wire.needed_integer(params, "days_until_due")
        facts |= {"collection_method": "send_invoice", "days_until_due": days}
    elif not (facts.get("default_payment_method") or customer["invoice_settings"]["default_payment_method"]):
        message = "This customer has no attached payment source or default payment method."
        raise Refusal(400, message, code="resource_missing")
    made = subscriptions.start(
        world,
        customer,
        price,
        quantity=wire.integer(items[0], "quantity", 1) or 1,
        trial_days=wire.integer(params, "trial_period_days", 0) or 0,
        **facts,
    )
    return made


def update_subscription(call: Call) -> Wire:
    """POST /v1/subscriptions/{id}"""
    subscription = one_of(call, "subscription")
    facts: dict[str, Any] = plain(call.params, ("description",))
    facts["metadata"] = merged(subscription["metadata"], call.params)
    if "cancel_at_period_end" in call.params:
        ends = wire.boolean(call.params, "cancel_at_period_end")
        at = subscription["items"]["data"][0]["current_period_end"]
        facts |= {
            "cancel_at_period_end": ends,
            "cancel_at": at if ends else None,
            "canceled_at": call.world.now if ends else None,
        }
    call.world.change(subscription, "customer.subscription.updated", **facts)
    return subscription


def cancel_subscription(call: Call) -> Wire:
    """DELETE /v1/subscriptions/{id}"""
    details = call.params.get("cancellation_details")
    found = one_of(call, "subscription")
    return subscriptions.end(call.world, found, details if isinstance(details, dict) else None)
