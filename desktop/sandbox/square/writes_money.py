"""Calls that change orders, payments, refunds, invoices, payment links and terminal checkouts."""

from __future__ import annotations

from datetime import date
from typing import Any

from desktop.sandbox.copies import copied
from desktop.sandbox.square import checkouts, invoices, orders, payments
from desktop.sandbox.square.calls import Call, moment, one_of
from desktop.sandbox.square.errors import Refusal, bad, invalid, missing, outdated, required
from desktop.sandbox.square.invoice_state import OPEN, compute, restate
from desktop.sandbox.square.objects import CURRENCY, Wire, money
from desktop.sandbox.square.reads import inner, strings
from desktop.sandbox.square.world import World
from desktop.sandbox.square.writes_people import check_version, source_of

_ORDER_FIELDS = ("reference_id", "customer_id", "metadata", "ticket_name", "fulfillments", "pricing_options")
_INVOICE_FIELDS = (
    *("invoice_number", "title", "description", "scheduled_at", "accepted_payment_methods", "custom_fields"),
    *("sale_or_service_date", "payment_conditions", "store_payment_method_enabled", "delivery_method"),
)
LONGEST_REFERENCE = 40
_REQUEST_TYPES = ("BALANCE", "DEPOSIT", "INSTALLMENT")


def amount_of(holder: Any, field: str) -> int:
    """A positive amount in dollars that must be there."""
    found = inner(holder, field)
    if "amount" not in found:
        raise required(field)
    amount, currency = found["amount"], found.get("currency")
    if not isinstance(amount, int) or isinstance(amount, bool) or amount <= 0:
        raise invalid(f"{field}.amount", "The amount must be greater than zero.", "VALUE_TOO_LOW")
    if currency != CURRENCY:
        raise invalid(f"{field}.currency", "The currency is not that of the location.", "CURRENCY_MISMATCH")
    return amount


def check_reference(holder: Wire) -> None:
    """Refuse a ``reference_id`` of more than 40 characters."""
    if len(str(holder.get("reference_id") or "")) > LONGEST_REFERENCE:
        detail = f"Field must not be greater than {LONGEST_REFERENCE} in length."
        raise invalid("reference_id", detail, "VALUE_TOO_LONG")


def _active_location(world: World, location: Any) -> str:
    if location is None:
        raise required("location_id")
    found = world.shelves["location"].objects.get(str(location))
    if found is None:
        raise missing("Location", str(location))
    if found["status"] != "ACTIVE":
        raise invalid("location_id", "The location is not active.", "INVALID_LOCATION")
    return str(found["id"])


# Orders


def _line(world: World, wanted: Wire) -> Wire:
    """A line of a request with what the catalog knows about it."""
    if not wanted.get("quantity"):
        raise required("order.line_items.quantity")
    line: Wire = {"uid": world.ids.text(22)}
    if "catalog_object_id" in wanted:
        line = orders.line_of(world, world.find("catalog", wanted["catalog_object_id"]))
    line |= copied(wanted)
    if "base_price_money" not in line:
        raise required("order.line_items.base_price_money")
    return {"item_type": "ITEM"} | line


def _change(world: World, wanted: Wire, kind: str) -> Wire:
    """A tax or a discount of a request with what the catalog knows about it."""
    made: Wire = {"uid": world.ids.text(22), "scope": "ORDER"}
    if "catalog_object_id" in wanted:
        found = world.find("catalog", wanted["catalog_object_id"])
        made |= orders.tax_of(world, found) if kind == "tax" else orders.discount_of(world, found)
    made |= copied(wanted)
    fixed = "amount_money" in made
    return {"type": "FIXED_AMOUNT" if fixed else "FIXED_PERCENTAGE" if kind == "discount" else "ADDITIVE"} | made


def order_from(world: World, wanted: Wire, **facts: Any) -> Wire:
    """An order as a request describes it."""
    location = _active_location(world, wanted.get("location_id"))
    check_reference(wanted)
    kept = {name: wanted[name] for name in _ORDER_FIELDS if name in wanted}
    if "customer_id" in kept:
        world.find("customer", kept["customer_id"])
    return orders.create(
        world,
        location,
        [_line(world, one) for one in wanted.get("line_items") or ()],
        taxes=[_change(world, one, "tax") for one in wanted.get("taxes") or ()],
        discounts=[_change(world, one, "discount") for one in wanted.get("discounts") or ()],
        source=inner(wanted, "source").get("name") or "Paydesk",
        **kept,
        **facts,
    )


def create_order(call: Call) -> Wire:
    """POST /v2/orders"""
    return {"order": order_from(call.world, inner(call.body, "order"))}


def update_order(call: Call) -> Wire:
    """PUT /v2/orders/{id}: sparse; the version must be named. Lines stay as they are."""
    order, wanted = call.world.find("order", call.ids[0]), inner(call.body, "order")
    check_version("order", wanted.get("version"), order["version"], needed=True)
    if "line_items" in wanted or call.body.get("fields_to_clear"):
        raise bad("The sandbox does not change the lines of an order.", "order.line_items")
    kept: Wire = {name: wanted[name] for name in _ORDER_FIELDS[:4] if name in wanted}
    if wanted.get("state") == "CANCELED" and order["state"] not in {"OPEN", "DRAFT"}:
        raise bad(f"The order is {order['state']} and cannot be canceled.", "order.state")
    if "state" in wanted:
        kept["state"] = one_of("order.state", wanted["state"], ("OPEN", "COMPLETED", "CANCELED", "DRAFT"))
    return {"order": orders.change(call.world, order, **kept)}


# Payments


def _details(body: Wire, kind: str, total: int) -> Wire:
    """What a request says about cash or an external payment."""
    field = f"{kind.lower()}_details"
    told = inner(body, field)
    if not told:
        raise required(field)
    if kind == "EXTERNAL":
        return {field: copied(told)}
    supplied = amount_of(told, "buyer_supplied_money")
    if supplied < total:
        raise invalid(f"{field}.buyer_supplied_money", "The buyer gave too little.", "VALUE_TOO_LOW")
    return {field: {"buyer_supplied_money": money(supplied), "change_back_money": money(supplied - total)}}


def _payable(world: World, body: Wire, amount: int) -> Wire:
    """The order that a payment is for: the one that it names, or one of its own."""
    if "order_id" not in body:
        location = _active_location(world, body.get("location_id") or world.main_location)
        return orders.create(world, location, [orders.custom_line(world, None, amount)], source="Paydesk")
    order = world.find("order", body["order_id"])
    if order["state"] != "OPEN" or amount > orders.due(order) or order["id"] in world.invoice_of_order:
        raise bad("The order cannot take this payment.", "order_id")
    return order


def create_payment(call: Call) -> Wire:
    """POST /v2/payments: 402 with the failed payment where the card is refused"""
    world, body = call.world, call.body
    key = call.text("idempotency_key")
    check_reference(body)
    source, amount = source_of(call), amount_of(body, "amount_money")
    tip = amount_of(body, "tip_money") if "tip_money" in body else 0
    details = _details(body, source.kind, amount + tip) if source.kind != "CARD" else {}
    if "customer_id" in body:
        world.find("customer", body["customer_id"])
    order = _payable(world, body, amount)
    kept = ("customer_id", "reference_id", "note", "buyer_email_address", "billing_address", "shipping_address")
    facts = {name: body[name] for name in kept if name in body} | details
    how = payments.take if call.body.get("autocomplete", True) else payments.authorise
    payment = how(world, order, amount, source, tip=tip, product="ECOMMERCE_API", **facts)
    world.payment_keys[key] = payment["id"]
    if payment["status"] == "FAILED":
        detail = f"Authorization error: '{source.decline}'"
        code = source.decline or "GENERIC_DECLINE"
        raise Refusal(402, code, detail, category="PAYMENT_METHOD_ERROR", more={"payment": copied(payment)})
    return {"payment": payment}


def complete_payment(call: Call) -> Wire:
    """POST /v2/payments/{id}/complete"""
    payment = call.world.find("payment", call.ids[0])
    wanted = call.body.get("version_token")
    if wanted is not None and wanted != payment["version_token"]:
        raise outdated("payment", wanted, payment["version_token"])
    return {"payment": payments.complete(call.world, payment)}


def cancel_payment(call: Call) -> Wire:
    """POST /v2/payments/{id}/cancel"""
    return {"payment": payments.cancel(call.world, call.world.find("payment", call.ids[0]))}


def cancel_by_key(call: Call) -> Wire:
    """POST /v2/payments/cancel: void what a key made, where it made something"""
    made = call.world.payment_keys.get(call.text("idempotency_key"))
    if made is not None:
        payment = call.world.find("payment", made)
        if payment["status"] == "APPROVED":
            payments.cancel(call.world, payment)
    return {}


def create_refund(call: Call) -> Wire:
    """POST /v2/refunds"""
    call.text("idempotency_key")
    amount = amount_of(call.body, "amount_money")
    payment = call.world.find("payment", call.text("payment_id"))
    return {"refund": payments.refund(call.world, payment, amount, str(call.body.get("reason") or ""))}


# Invoices


def _requests(world: World, wanted: Any) -> list[Wire]:
    if not isinstance(wanted, list) or not wanted:
        raise required("invoice.payment_requests")
    made = []
    for one in wanted:
        kind = one_of("request_type", one.get("request_type"), _REQUEST_TYPES)
        try:
            due = date.fromisoformat(str(one.get("due_date")))
        except ValueError as error:
            raise invalid("invoice.payment_requests.due_date", "Expected a date.", "INVALID_DATE") from error
        facts = {name: value for name, value in one.items() if name not in {"request_type", "due_date", "uid"}}
        made.append(invoices.request(world, kind, due, **facts))
    return made


def create_invoice(call: Call) -> Wire:
    """POST /v2/invoices: a draft for an open order"""
    world, wanted = call.world, inner(call.body, "invoice")
    for field in ("location_id", "order_id"):
        if not wanted.get(field):
            raise required(f"invoice.{field}")
    order = world.find("order", wanted["order_id"])
    if wanted["location_id"] != order["location_id"]:
        raise invalid("invoice.location_id", "The location is not that of the order.", "LOCATION_MISMATCH")
    if order["state"] != "OPEN" or order["id"] in world.invoice_of_order:
        raise bad("The order must be open and without an invoice.", "invoice.order_id")
    owner = inner(wanted, "primary_recipient").get("customer_id")
    customer = world.find("customer", owner) if owner else None
    moment("invoice.scheduled_at", wanted.get("scheduled_at"))
    kept = {name: copied(wanted[name]) for name in _INVOICE_FIELDS if name in wanted}
    return {"invoice": invoices.draft(world, order, customer, _requests(world, wanted.get("payment_requests")), **kept)}


def update_invoice(call: Call) -> Wire:
    """PUT /v2/invoices/{id}: sparse; order and location stay, the recipient too once published"""
    world, wanted = call.world, inner(call.body, "invoice")
    invoice = world.find("invoice", call.ids[0])
    check_version("invoice", wanted.get("version"), invoice["version"], needed=True)
    if invoice["status"] not in OPEN | {"DRAFT"}:
        raise bad(f"The invoice is {invoice['status']} and cannot be updated.")
    for field in ("order_id", "location_id"):
        if wanted.get(field, invoice[field]) != invoice[field]:
            raise bad(f"`{field}` cannot be changed.", f"invoice.{field}")
    facts = {name: copied(wanted[name]) for name in _INVOICE_FIELDS if name in wanted}
    owner = inner(wanted, "primary_recipient").get("customer_id")
    if owner and owner != invoice.get("primary_recipient", {}).get("customer_id"):
        if invoice["status"] != "DRAFT":
            raise bad("The recipient of a published invoice cannot be changed.", "invoice.primary_recipient")
        facts["primary_recipient"] = invoices.recipient(world.find("customer", owner))
    if "payment_requests" in wanted:
        facts["payment_requests"] = _merged_requests(world, invoice, wanted["payment_requests"])
    for field in strings(call.body.get("fields_to_clear"), "fields_to_clear"):
        if field not in _INVOICE_FIELDS:
            raise invalid("fields_to_clear", f"`{field}` cannot be cleared.")
        invoice.pop(field, None)
    restate(world, invoice, **facts)
    world.tell("invoice.updated", "invoice", invoice, invoice["location_id"])
    return {"invoice": invoice}


def _merged_requests(world: World, invoice: Wire, wanted: list[Wire]) -> list[Wire]:
    """Payment requests of an update: those with a known uid change, others are new, unnamed ones stay."""
    present = {one["uid"]: dict(one) for one in invoice["payment_requests"]}
    for one in wanted:
        if one.get("uid") in present:
            present[one["uid"]] |= {name: value for name, value in one.items() if value is not None}
        else:
            present |= {made["uid"]: made for made in _requests(world, [one])}
    found = list(present.values())
    compute(found, int(world.find("order", invoice["order_id"])["total_money"]["amount"]))
    return found


def _versioned(call: Call) -> Wire:
    invoice = call.world.find("invoice", call.ids[0])
    check_version("invoice", call.body.get("version"), invoice["version"], needed=True)
    return invoice


def publish_invoice(call: Call) -> Wire:
    """POST /v2/invoices/{id}/publish"""
    invoice = _versioned(call)
    if "primary_recipient" not in invoice:
        raise required("invoice.primary_recipient.customer_id")
    return {"invoice": invoices.publish(call.world, invoice)}


def cancel_invoice(call: Call) -> Wire:
    """POST /v2/invoices/{id}/cancel"""
    return {"invoice": invoices.cancel(call.world, _versioned(call))}


def delete_invoice(call: Call) -> Wire:
    """DELETE /v2/invoices/{id}: drafts only"""
    invoice = call.world.find("invoice", call.ids[0])
    check_version("invoice", call.integer("version"), invoice["version"])
    invoices.delete(call.world, invoice)
    return {}


# Payment links and terminals


def create_link(call: Call) -> Wire:
    """POST /v2/online-checkout/payment-links: for an order, or for one thing with a price"""
    world, quick, wanted = call.world, inner(call.body, "quick_pay"), inner(call.body, "order")
    if bool(quick) == bool(wanted):
        raise bad("Exactly one of quick_pay and order must be given.")
    if quick:
        amount_of(quick, "price_money")
        line = {"name": quick.get("name"), "quantity": "1", "base_price_money": quick["price_money"]}
        wanted = {"location_id": quick.get("location_id"), "line_items": [line]}
    order = order_from(world, wanted)
    kept = ("description", "checkout_options", "pre_populated_data", "payment_note")
    made = checkouts.create_link(world, order, **{name: call.body[name] for name in kept if name in call.body})
    return {"payment_link": made, "related_resources": {"orders": [order]}}


def delete_link(call: Call) -> Wire:
    """DELETE /v2/online-checkout/payment-links/{id}: its order is cancelled where nobody paid"""
    link = call.world.find("link", call.ids[0])
    call.world.shelves["link"].remove(link["id"])
    order = orders.cancel(call.world, call.world.find("order", link["order_id"]))
    gone = {"cancelled_order_id": order["id"]} if order["state"] == "CANCELED" else {}
    return {"id": link["id"]} | gone


def create_checkout(call: Call) -> Wire:
    """POST /v2/terminals/checkouts"""
    call.text("idempotency_key")
    wanted = inner(call.body, "checkout")
    check_reference(wanted)
    amount_of(wanted, "amount_money")
    device = str(inner(wanted, "device_options").get("device_id") or "")
    if f"device:{device.removeprefix('device:')}" not in call.world.shelves["device"].objects:
        raise missing("Device", device)
    kept = ("reference_id", "note", "order_id", "customer_id", "tip_money", "payment_options", "deadline_duration")
    facts = {name: copied(wanted[name]) for name in kept if name in wanted}
    if "order_id" in facts:
        call.world.find("order", facts["order_id"])
    options = copied(wanted["device_options"])
    return {"checkout": checkouts.create_terminal(call.world, wanted["amount_money"], options, **facts)}


def cancel_checkout(call: Call) -> Wire:
    """POST /v2/terminals/checkouts/{id}/cancel"""
    return {"checkout": checkouts.cancel_terminal(call.world, call.world.find("checkout", call.ids[0]))}
