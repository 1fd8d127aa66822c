"""Every call that changes something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from desktop.sandbox.stripe import invoices, ledger, payments, people, subscriptions, wire
from desktop.sandbox.stripe.billing_objects import invoice_item, item_parent, pricing
from desktop.sandbox.stripe.calls import Call, Endpoint
from desktop.sandbox.stripe.errors import Refusal, declined, missing, required
from desktop.sandbox.stripe.objects import Wire
from desktop.sandbox.stripe.world import DAY, World

_CURRENCIES = frozenset({"usd", "eur", "gbp", "jpy", "cad", "aud", "chf"})
_PLAIN_CUSTOMER = ("address", "description", "email", "name", "phone", "shipping", "tax_exempt")
_PLAIN_INVOICE = ("description", "footer", "statement_descriptor", "default_payment_method")


def _merged(before: dict[str, str], params: dict[str, Any]) -> dict[str, str]:
    """Metadata after an update: names are merged, an empty value removes one, an empty whole removes all."""
    given = params.get("metadata")
    if given is None:
        return before
    if given == "":
        return {}
    if not isinstance(given, dict):
        raise Refusal(400, "Invalid object", param="metadata")
    merged = before | {name: str(value) for name, value in given.items()}
    return {name: value for name, value in merged.items() if value != ""}


def _plain(params: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Fields that are taken as they are; an empty text empties them."""
    return {name: params[name] if params[name] != "" else None for name in names if name in params}


def _currency(params: dict[str, Any]) -> str:
    currency = wire.needed(params, "currency").lower()
    if currency not in _CURRENCIES:
        message = f"Invalid currency: {currency}. Stripe currently supports these currencies: "
        raise Refusal(400, message + ", ".join(sorted(_CURRENCIES)), param="currency")
    return currency


def _amount(params: dict[str, Any], name: str = "amount") -> int:
    amount = wire.needed_integer(params, name)
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refusal(400, message, code="parameter_invalid_integer", param=name)
    if amount > 99_999_999:
        raise Refusal(400, "Amount must be no more than $999,999.99", code="amount_too_large", param=name)
    return amount


def _method(call: Call, owner: Wire | None) -> Wire | None:
    """The method that a request names, or describes by a test card's number."""
    data = call.params.get("payment_method_data")
    if isinstance(data, dict):
        number = (data.get("card") or {}).get("number", "")
        return people.method_of_number(call.world, number, owner)
    reference = call.params.get("payment_method")
    return people.usable_method(call.world, reference, owner) if reference else None


def _customer(call: Call) -> Wire:
    return people.living_customer(call.world, wire.needed(call.params, "customer"))


def _one(call: Call, kind: str) -> Wire:
    found = call.world.find(kind, call.ids[0])
    if found.get("deleted"):
        raise missing(kind, call.ids[0])
    return found


def create_customer(call: Call) -> Wire:
    """POST /v1/customers"""
    facts = _plain(call.params, _PLAIN_CUSTOMER)
    made = people.create_customer(call.world, **facts, metadata=_merged({}, call.params))
    if "payment_method" in call.params:
        people.make_default(call.world, made, _needed_method(call, made))
    return made


def _needed_method(call: Call, owner: Wire) -> Wire:
    method = _method(call, owner)
    if method is None:
        raise required("payment_method")
    return method


def update_customer(call: Call) -> Wire:
    """POST /v1/customers/{id}"""
    customer = _one(call, "customer")
    facts = _plain(call.params, _PLAIN_CUSTOMER) | {"metadata": _merged(customer["metadata"], call.params)}
    settings = call.params.get("invoice_settings")
    if isinstance(settings, dict):
        facts["invoice_settings"] = customer["invoice_settings"] | settings
    if "balance" in call.params:
        change = wire.needed_integer(call.params, "balance") - customer["balance"]
        people.add_credit(call.world, customer, change)
    call.world.change(customer, "customer.updated", **facts)
    return customer


def delete_customer(call: Call) -> Wire:
    """DELETE /v1/customers/{id}"""
    customer = _one(call, "customer")
    for one in call.world.every("subscription"):
        if one["customer"] == customer["id"] and one["status"] not in subscriptions.ENDED:
            subscriptions.end(call.world, one)
    return people.delete_customer(call.world, customer)


def create_balance_entry(call: Call) -> Wire:
    """POST /v1/customers/{id}/balance_transactions"""
    amount = wire.needed_integer(call.params, "amount")
    facts = _plain(call.params, ("description",))
    return people.add_credit(call.world, _one(call, "customer"), amount, currency=_currency(call.params), **facts)


def attach_method(call: Call) -> Wire:
    """POST /v1/payment_methods/{id}/attach"""
    method = people.usable_method(call.world, call.ids[0])
    return people.attach_method(call.world, method, _customer(call))


def create_product(call: Call) -> Wire:
    """POST /v1/products"""
    facts = _plain(call.params, ("id", "description", "unit_label", "url"))
    name = wire.needed(call.params, "name")
    made = people.create_product(call.world, name, metadata=_merged({}, call.params), **facts)
    data = call.params.get("default_price_data")
    if isinstance(data, dict):
        made["default_price"] = _make_price(call.world, made, data)["id"]
    return made


def update_product(call: Call) -> Wire:
    """POST /v1/products/{id}"""
    product = _one(call, "product")
    facts = _plain(call.params, ("name", "description", "unit_label", "url", "default_price"))
    if "active" in call.params:
        facts["active"] = wire.boolean(call.params, "active")
    facts |= {"metadata": _merged(product["metadata"], call.params), "updated": call.world.now}
    call.world.change(product, "product.updated", **facts)
    return product


def create_price(call: Call) -> Wire:
    """POST /v1/prices"""
    data = call.params.get("product_data")
    if isinstance(data, dict):
        product = people.create_product(call.world, wire.needed(data, "name"))
    else:
        product = call.world.find("product", wire.needed(call.params, "product"), "product", 400)
    return _make_price(call.world, product, call.params)


def _make_price(world: World, product: Wire, params: dict[str, Any]) -> Wire:
    facts = _plain(params, ("nickname", "lookup_key", "tax_behavior"))
    recurring = params.get("recurring")
    if isinstance(recurring, dict):
        facts["recurring"] = {
            "interval": wire.needed(recurring, "interval"),
            "interval_count": wire.integer(recurring, "interval_count", 1),
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    amount = wire.needed_integer(params, "unit_amount")
    facts["metadata"] = _merged({}, params)
    return people.create_price(world, product, _currency(params), amount, **facts)


def update_price(call: Call) -> Wire:
    """POST /v1/prices/{id}"""
    price = _one(call, "price")
    facts = _plain(call.params, ("nickname", "lookup_key"))
    if "active" in call.params:
        facts["active"] = wire.boolean(call.params, "active")
    call.world.change(price, "price.updated", **facts, metadata=_merged(price["metadata"], call.params))
    return price


def create_invoice(call: Call) -> Wire:
    """POST /v1/invoices"""
    customer = _customer(call)
    facts = _plain(call.params, _PLAIN_INVOICE) | {"metadata": _merged({}, call.params)}
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
    currency = _currency(call.params) if "currency" in call.params else customer["currency"] or "usd"
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
    world, params, customer = call.world, call.params, _customer(call)
    quantity = wire.integer(params, "quantity", 1) or 0
    reference = (params.get("pricing") or {}).get("price")
    price = world.find("price", reference, "pricing[price]", 400) if reference else None
    if price is not None:
        amount, currency = price["unit_amount"] * quantity, price["currency"]
    elif "unit_amount_decimal" in params:
        amount, currency = round(float(params["unit_amount_decimal"]) * quantity), _currency(params)
    else:
        amount = wire.needed_integer(params, "amount")
        currency = _currency(params) if "currency" in params else customer["currency"] or "usd"
    text = params.get("description") or (price and world.objects[price["product"]]["name"])
    made = invoice_item(world.ids.new("ii"), world.now, customer["id"], currency, amount, description=text)
    made |= {"quantity": quantity, "quantity_decimal": str(quantity), "metadata": _merged({}, params)}
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
    invoice = _one(call, "invoice")
    facts = _plain(call.params, _PLAIN_INVOICE) | {"metadata": _merged(invoice["metadata"], call.params)}
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
    invoice = _one(call, "invoice")
    if invoice["status"] != "draft":
        raise Refusal(400, "You can only delete draft invoices.", code="invoice_not_editable")
    call.world.emit("invoice.deleted", invoice)
    del call.world.objects[invoice["id"]]
    call.world.kinds["invoice"].remove(invoice["id"])
    return {"id": invoice["id"], "object": "invoice", "deleted": True}


def pay_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/pay"""
    invoice = _one(call, "invoice")
    if invoice["status"] == "draft":
        invoices.finalise(call.world, invoice)
    if wire.boolean(call.params, "paid_out_of_band"):
        return invoices.pay_out_of_band(call.world, invoice)
    method = _method(call, call.world.objects[invoice["customer"]])
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
    return invoices.finalise(call.world, _one(call, "invoice"))


def send_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/send"""
    invoice = _one(call, "invoice")
    if invoice["collection_method"] != "send_invoice":
        raise Refusal(400, "You can only manually send an invoice if its collection method is 'send_invoice'.")
    if not invoice["customer_email"]:
        raise Refusal(400, "The customer has no email address.", code="customer_email_missing")
    return invoices.send(call.world, invoice)


def void_invoice(call: Call) -> Wire:
    """POST /v1/invoices/{id}/void"""
    return invoices.void(call.world, _one(call, "invoice"))


def give_invoice_up(call: Call) -> Wire:
    """POST /v1/invoices/{id}/mark_uncollectible"""
    return invoices.give_up(call.world, _one(call, "invoice"))


def create_credit_note(call: Call) -> Wire:
    """POST /v1/credit_notes"""
    invoice = call.world.find("invoice", wire.needed(call.params, "invoice"), "invoice", 400)
    text = call.params.get("memo") or "Credit"
    made = invoices.credit(call.world, invoice, _amount(call.params), text)
    made["metadata"] = _merged({}, call.params)
    return made


def create_intent(call: Call) -> Wire:
    """POST /v1/payment_intents"""
    params = call.params
    owner = _customer(call) if params.get("customer") else None
    facts = _plain(params, ("description", "receipt_email", "statement_descriptor", "setup_future_usage"))
    facts["capture_method"] = params.get("capture_method", "automatic_async")
    facts |= {"customer": owner["id"] if owner else None, "metadata": _merged({}, params)}
    amount, currency = _amount(params), _currency(params)
    if currency == "usd" and amount < 50:
        message = "Amount must be at least $0.50 usd"
        raise Refusal(400, message, code="amount_too_small", param="amount")
    method = _method(call, owner)
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
    intent = _one(call, "payment_intent")
    if intent["status"] not in {"requires_payment_method", "requires_confirmation", "requires_action"}:
        message = f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}."
        raise Refusal(400, message, code="payment_intent_unexpected_state", payment_intent=intent)
    owner = call.world.objects[intent["customer"]] if intent["customer"] else None
    method = _method(call, owner)
    if method is None:
        if intent["payment_method"] is None:
            message = "You cannot confirm this PaymentIntent because it's missing a payment method."
            raise Refusal(400, message, code="payment_intent_unexpected_state", payment_intent=intent)
        method = call.world.objects[intent["payment_method"]]
    return _confirm(call.world, intent, method)


def update_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}"""
    intent = _one(call, "payment_intent")
    facts = _plain(call.params, ("description", "receipt_email"))
    call.world.change(intent, None, **facts, metadata=_merged(intent["metadata"], call.params))
    return intent


def cancel_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}/cancel"""
    reason = call.params.get("cancellation_reason")
    return payments.cancel_intent(call.world, _one(call, "payment_intent"), reason)


def capture_intent(call: Call) -> Wire:
    """POST /v1/payment_intents/{id}/capture"""
    amount = wire.integer(call.params, "amount_to_capture")
    return payments.capture(call.world, _one(call, "payment_intent"), amount)


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
    amount = _amount(params) if "amount" in params else None
    facts = _plain(params, ("reason",)) | {"metadata": _merged({}, params)}
    return payments.refund(world, charge, amount, **facts)


def update_refund(call: Call) -> Wire:
    """POST /v1/refunds/{id}"""
    made = _one(call, "refund")
    call.world.change(made, "refund.updated", metadata=_merged(made["metadata"], call.params))
    return made


def update_charge(call: Call) -> Wire:
    """POST /v1/charges/{id}"""
    charge = _one(call, "charge")
    facts = _plain(call.params, ("description", "receipt_email"))
    call.world.change(charge, "charge.updated", **facts, metadata=_merged(charge["metadata"], call.params))
    return charge


def create_subscription(call: Call) -> Wire:
    """POST /v1/subscriptions, with one item"""
    params, world = call.params, call.world
    customer = _customer(call)
    items = params.get("items")
    if not isinstance(items, list) or not items:
        raise required("items")
    price = world.find("price", wire.needed(items[0], "price"), "items[0][price]", 400)
    facts: dict[str, Any] = {"metadata": _merged({}, params)}
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
    subscription = _one(call, "subscription")
    facts: dict[str, Any] = _plain(call.params, ("description",))
    facts["metadata"] = _merged(subscription["metadata"], call.params)
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
    found = _one(call, "subscription")
    return subscriptions.end(call.world, found, details if isinstance(details, dict) else None)


def create_payout(call: Call) -> Wire:
    """POST /v1/payouts"""
    amount = _amount(call.params)
    if _currency(call.params) != ledger.SETTLEMENT:
        raise Refusal(400, "You have no balance in this currency.", code="balance_insufficient")
    if amount > ledger.balance(call.world)["available"][0]["amount"]:
        raise Refusal(400, "You have insufficient funds in your Stripe account.", code="balance_insufficient")
    facts = _plain(call.params, ("description", "statement_descriptor"))
    return ledger.pay_out_by_hand(call.world, amount, **facts, metadata=_merged({}, call.params))


def create_webhook_endpoint(call: Call) -> Wire:
    """POST /v1/webhook_endpoints: not with the token of a connected account"""
    if call.by_token:
        message = (
            "You are not permitted to configure webhook endpoints on a connected account. Did you mean to create a "
            "Connect webhook on your account instead?"
        )
        raise Refusal(403, message)
    events = call.params.get("enabled_events")
    if not isinstance(events, list):
        raise required("enabled_events")
    made = call.world.add(
        {
            "id": call.world.ids.new("we"),
            "object": "webhook_endpoint",
            "api_version": call.params.get("api_version"),
            "application": None,
            "created": call.world.now,
            "description": call.params.get("description"),
            "enabled_events": events,
            "livemode": False,
            "metadata": _merged({}, call.params),
            "status": "enabled",
            "url": wire.needed(call.params, "url"),
        }
    )
    return made | {"secret": f"whsec_{call.world.ids.text(32)}"}


def delete_webhook_endpoint(call: Call) -> Wire:
    """DELETE /v1/webhook_endpoints/{id}"""
    found = _one(call, "webhook_endpoint")
    call.world.hidden.add(found["id"])
    del call.world.objects[found["id"]]
    call.world.kinds["webhook_endpoint"].remove(found["id"])
    return {"id": found["id"], "object": "webhook_endpoint", "deleted": True}


def _write(
    address: str, handler: Callable[[Call], Wire], right: str, params: str = "", method: str = "POST"
) -> Endpoint:
    return Endpoint(method, address, handler, wire.COMMON | frozenset(params.split()), f"{right}_write")


_CUSTOMER = (
    "address balance business_name cash_balance description email individual_name invoice_prefix invoice_settings "
    "metadata name next_invoice_sequence phone preferred_locales shipping source tax tax_exempt validate "
)
_INVOICE = (
    "account_tax_ids application_fee_amount auto_advance automatic_tax automatically_finalizes_at collection_method "
    "custom_fields days_until_due default_payment_method default_source default_tax_rates description discounts "
    "due_date effective_at footer issuer metadata number on_behalf_of payment_settings rendering shipping_cost "
    "shipping_details statement_descriptor transfer_data "
)
_INTENT = (
    "allowed_payment_method_types amount_details capture_method confirmation_token error_on_requires_action "
    "excluded_payment_method_types hooks mandate mandate_data off_session payment_details payment_method "
    "payment_method_data payment_method_options radar_options receipt_email return_url setup_future_usage shipping "
    "use_stripe_sdk "
)
_SUBSCRIPTION = (
    "add_invoice_items application_fee_percent automatic_tax billing_cycle_anchor billing_schedules "
    "billing_thresholds cancel_at cancel_at_period_end collection_method days_until_due default_payment_method "
    "default_source default_tax_rates description discounts invoice_settings items metadata off_session on_behalf_of "
    "payment_behavior payment_settings pending_invoice_item_interval proration_behavior transfer_data trial_end "
    "trial_from_plan trial_settings "
)
_PRODUCT = (
    "active description images marketing_features metadata name package_dimensions shippable statement_descriptor "
    "tax_code tax_details unit_label url "
)

ENDPOINTS: tuple[Endpoint, ...] = (
    _write("customers", create_customer, "customer", _CUSTOMER + "payment_method tax_id_data test_clock"),
    _write("customers/{}", update_customer, "customer", _CUSTOMER + "default_source"),
    _write("customers/{}", delete_customer, "customer", method="DELETE"),
    _write(
        "customers/{}/balance_transactions",
        create_balance_entry,
        "customer",
        "amount currency description metadata",
    ),
    _write("payment_methods/{}/attach", attach_method, "payment_method", "customer"),
    _write("products", create_product, "product", _PRODUCT + "default_price_data id type"),
    _write("products/{}", update_product, "product", _PRODUCT + "default_price"),
    _write(
        "prices",
        create_price,
        "plan",
        "active billing_scheme currency currency_options custom_unit_amount lookup_key metadata nickname product "
        "product_data recurring tax_behavior tiers tiers_mode transfer_lookup_key transform_quantity unit_amount",
    ),
    _write(
        "prices/{}",
        update_price,
        "plan",
        "active currency_options lookup_key metadata nickname tax_behavior transfer_lookup_key",
    ),
    _write(
        "invoiceitems",
        create_invoice_item,
        "invoice",
        "amount currency customer description discountable discounts invoice metadata period price_data pricing "
        "quantity quantity_decimal subscription tax_behavior tax_code tax_rates unit_amount_decimal",
    ),
    _write(
        "invoices",
        create_invoice,
        "invoice",
        _INVOICE + "currency customer from_invoice pending_invoice_items_behavior subscription",
    ),
    _write("invoices/{}", update_invoice, "invoice", _INVOICE),
    _write("invoices/{}", delete_invoice, "invoice", method="DELETE"),
    _write("invoices/{}/finalize", finalise_invoice, "invoice", "auto_advance"),
    _write(
        "invoices/{}/pay",
        pay_invoice,
        "invoice",
        "forgive mandate off_session paid_out_of_band payment_method source",
    ),
    _write("invoices/{}/send", send_invoice, "invoice"),
    _write("invoices/{}/void", void_invoice, "invoice"),
    _write("invoices/{}/mark_uncollectible", give_invoice_up, "invoice"),
    _write(
        "credit_notes",
        create_credit_note,
        "credit_note",
        "amount credit_amount effective_at email_type invoice lines memo metadata out_of_band_amount reason "
        "refund_amount refunds shipping_cost",
    ),
    _write(
        "payment_intents",
        create_intent,
        "payment_intent",
        _INTENT
        + "amount application_fee_amount automatic_payment_methods confirm confirmation_method currency customer "
        "description metadata on_behalf_of payment_method_configuration payment_method_types statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group",
    ),
    _write("payment_intents/{}", update_intent, "payment_intent", "description metadata receipt_email shipping"),
    _write("payment_intents/{}/confirm", confirm_intent, "payment_intent", _INTENT + "amount_to_confirm"),
    _write("payment_intents/{}/cancel", cancel_intent, "payment_intent", "cancellation_reason"),
    _write(
        "payment_intents/{}/capture",
        capture_intent,
        "payment_intent",
        "amount_details amount_to_capture application_fee_amount final_capture hooks metadata payment_details "
        "statement_descriptor statement_descriptor_suffix transfer_data",
    ),
    _write(
        "refunds",
        create_refund,
        "charge",
        "amount charge currency customer instructions_email metadata origin payment_intent reason "
        "refund_application_fee reverse_transfer",
    ),
    _write("refunds/{}", update_refund, "charge", "metadata"),
    _write(
        "charges/{}",
        update_charge,
        "charge",
        "customer description fraud_details metadata receipt_email shipping transfer_group",
    ),
    _write(
        "subscriptions",
        create_subscription,
        "subscription",
        _SUBSCRIPTION
        + "backdate_start_date billing_cycle_anchor_config billing_mode currency customer trial_period_days",
    ),
    _write(
        "subscriptions/{}",
        update_subscription,
        "subscription",
        _SUBSCRIPTION + "cancellation_details pause_collection proration_date",
    ),
    _write(
        "subscriptions/{}",
        cancel_subscription,
        "subscription",
        "cancellation_details invoice_now prorate",
        method="DELETE",
    ),
    _write(
        "payouts",
        create_payout,
        "payout",
        "amount currency description destination metadata method payout_method source_type statement_descriptor",
    ),
    _write(
        "webhook_endpoints",
        create_webhook_endpoint,
        "webhook",
        "api_version connect description enabled_events metadata url",
    ),
    _write("webhook_endpoints/{}", delete_webhook_endpoint, "webhook", method="DELETE"),
)
