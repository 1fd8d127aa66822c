"""Calls that change customers, payment methods, products, prices and webhook endpoints."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe import deletion, people, wire
from desktop.sandbox.stripe.calls import Call
from desktop.sandbox.stripe.errors import Refusal, required
from desktop.sandbox.stripe.inputs import currency_of, customer_of, merged, method_of, one_of, plain
from desktop.sandbox.stripe.objects import Wire, fill
from desktop.sandbox.stripe.world import World

_PLAIN = ("address", "description", "email", "name", "phone", "shipping", "tax_exempt")


def create_customer(call: Call) -> Wire:
    """POST /v1/customers"""
    facts = plain(call.params, _PLAIN)
    made = people.create_customer(call.world, **facts, metadata=merged({}, call.params))
    if "payment_method" in call.params:
        people.make_default(call.world, made, _needed_method(call, made))
    return made


def _needed_method(call: Call, owner: Wire) -> Wire:
    method = method_of(call, owner)
    if method is None:
        raise required("payment_method")
    return method


def update_customer(call: Call) -> Wire:
    """POST /v1/customers/{id}"""
    customer = one_of(call, "customer")
    facts = plain(call.params, _PLAIN) | {"metadata": merged(customer["metadata"], call.params)}
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
    return deletion.delete_customer(call.world, one_of(call, "customer"))


def create_balance_entry(call: Call) -> Wire:
    """POST /v1/customers/{id}/balance_transactions"""
    amount = wire.needed_integer(call.params, "amount")
    facts = plain(call.params, ("description",))
    return people.add_credit(call.world, one_of(call, "customer"), amount, currency=currency_of(call.params), **facts)


def attach_method(call: Call) -> Wire:
    """POST /v1/payment_methods/{id}/attach"""
    method = people.usable_method(call.world, call.ids[0])
    return people.attach_method(call.world, method, customer_of(call))


def create_product(call: Call) -> Wire:
    """POST /v1/products"""
    facts = plain(call.params, ("id", "description", "unit_label", "url"))
    name = wire.needed(call.params, "name")
    made = people.create_product(call.world, name, metadata=merged({}, call.params), **facts)
    data = call.params.get("default_price_data")
    if isinstance(data, dict):
        made["default_price"] = _make_price(call.world, made, data)["id"]
    return made


def update_product(call: Call) -> Wire:
    """POST /v1/products/{id}"""
    product = one_of(call, "product")
    facts = plain(call.params, ("name", "description", "unit_label", "url", "default_price"))
    if "active" in call.params:
        facts["active"] = wire.boolean(call.params, "active")
    facts |= {"metadata": merged(product["metadata"], call.params), "updated": call.world.now}
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
    facts = plain(params, ("nickname", "lookup_key", "tax_behavior"))
    recurring = params.get("recurring")
    if isinstance(recurring, dict):
        facts["recurring"] = fill(
            "recurring",
            interval=wire.needed(recurring, "interval"),
            interval_count=wire.integer(recurring, "interval_count", 1),
        )
    amount = wire.needed_integer(params, "unit_amount")
    facts["metadata"] = merged({}, params)
    return people.create_price(world, product, currency_of(params), amount, **facts)


def update_price(call: Call) -> Wire:
    """POST /v1/prices/{id}"""
    price = one_of(call, "price")
    facts = plain(call.params, ("nickname", "lookup_key"))
    if "active" in call.params:
        facts["active"] = wire.boolean(call.params, "active")
    call.world.change(price, "price.updated", **facts, metadata=merged(price["metadata"], call.params))
    return price


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
        fill(
            "webhook_endpoint",
            id=call.world.ids.new("we"),
            api_version=call.params.get("api_version"),
            created=call.world.now,
            description=call.params.get("description"),
            enabled_events=events,
            metadata=merged({}, call.params),
            url=wire.needed(call.params, "url"),
        )
    )
    return made | {"secret": f"whsec_{call.world.ids.text(32)}"}


def delete_webhook_endpoint(call: Call) -> Wire:
    """DELETE /v1/webhook_endpoints/{id}"""
    found = one_of(call, "webhook_endpoint")
    call.world.hidden.add(found["id"])
    del call.world.objects[found["id"]]
    call.world.kinds["webhook_endpoint"].remove(found["id"])
    return {"id": found["id"], "object": "webhook_endpoint", "deleted": True}
