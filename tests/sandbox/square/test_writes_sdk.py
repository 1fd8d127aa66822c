"""The catalog and the stock; and every write once through the official SDK, whose requests Square's file knows."""

from __future__ import annotations

from typing import Any

import square

from desktop.sandbox.launch import RunningSquare
from desktop.sandbox.square.locations import TERMINAL
from tests.sandbox.square.conftest import Wire, code_of, key, usd


def test_money_through_the_sdk(shop: RunningSquare, client: square.Square) -> None:
    line = {"name": "Map", "quantity": "2", "base_price_money": usd(2600)}
    order = client.orders.create(
        idempotency_key=key(), order={"location_id": shop.main_location_id, "line_items": [line]}
    ).order
    payment = client.payments.create(
        idempotency_key=key(),
        source_id="cnon:card-nonce-ok",
        amount_money=usd(5200),
        order_id=order.id,
        location_id=shop.main_location_id,
        autocomplete=False,
    ).payment
    done = client.payments.complete(payment_id=payment.id, version_token=payment.version_token).payment
    assert (done.status, client.orders.get(order_id=order.id).order.state) == ("COMPLETED", "COMPLETED")
    refund = client.refunds.refund_payment(
        idempotency_key=key(), payment_id=payment.id, amount_money=usd(100), reason="Scratch"
    ).refund
    assert client.refunds.get(refund_id=refund.id).refund.status == "PENDING"


def test_an_invoice_through_the_sdk(shop: RunningSquare, client: square.Square) -> None:
    customer = client.customers.create(idempotency_key=key(), company_name="Wharf Café").customer
    line = {"name": "Signs", "quantity": "1", "base_price_money": usd(40_000)}
    order = client.orders.create(
        idempotency_key=key(), order={"location_id": shop.main_location_id, "line_items": [line]}
    ).order
    invoice = client.invoices.create(
        idempotency_key=key(),
        invoice={
            "location_id": shop.main_location_id,
            "order_id": order.id,
            "primary_recipient": {"customer_id": customer.id},
            "payment_requests": [{"request_type": "BALANCE", "due_date": "2026-12-20"}],
            "delivery_method": "SHARE_MANUALLY",
            "accepted_payment_methods": {"card": True},
        },
    ).invoice
    changed = client.invoices.update(
        invoice_id=invoice.id, invoice={"version": invoice.version, "title": "Signs"}, idempotency_key=key()
    ).invoice
    sent = client.invoices.publish(invoice_id=invoice.id, version=changed.version, idempotency_key=key()).invoice
    assert (sent.status, sent.primary_recipient.company_name) == ("UNPAID", "Wharf Café")
    gone = client.invoices.cancel(invoice_id=invoice.id, version=sent.version).invoice
    assert (gone.status, client.orders.get(order_id=order.id).order.state) == ("CANCELED", "CANCELED")


def test_the_rest_through_the_sdk(shop: RunningSquare, client: square.Square) -> None:
    customer = client.customers.create(idempotency_key=key(), given_name="Card").customer
    card = client.cards.create(
        idempotency_key=key(),
        source_id="cnon:card-nonce-ok",
        card={"customer_id": customer.id, "exp_month": 5, "exp_year": 2031},
    ).card
    assert (card.exp_month, client.cards.disable(card_id=card.id).card.enabled) == (5, False)
    quick = {"name": "Class", "price_money": usd(900), "location_id": shop.main_location_id}
    link = client.checkout.payment_links.create(idempotency_key=key(), quick_pay=quick).payment_link
    assert client.checkout.payment_links.get(id=link.id).payment_link.order_id == link.order_id
    wanted = {"amount_money": usd(900), "device_options": {"device_id": TERMINAL}}
    checkout = client.terminal.checkouts.create(idempotency_key=key(), checkout=wanted).checkout
    assert client.terminal.checkouts.cancel(checkout_id=checkout.id).checkout.status == "CANCELED"
    told = client.catalog.object.upsert(
        idempotency_key=key(), object={"type": "CATEGORY", "id": "#c", "category_data": {"name": "Maps"}}
    )
    assert client.catalog.object.get(object_id=told.catalog_object.id).object.category_data.name == "Maps"
    variation, location = next(iter(shop.world.counts))
    count = {
        "catalog_object_id": variation,
        "location_id": location,
        "state": "IN_STOCK",
        "quantity": "12",
        "occurred_at": "2026-11-23T15:00:00Z",
    }
    changes = [{"type": "PHYSICAL_COUNT", "physical_count": count}]
    counts = client.inventory.batch_create_changes(idempotency_key=key(), changes=changes).counts
    assert [one.quantity for one in counts] == ["12"]


def test_the_catalog_grows_changes_and_shrinks(wire: Wire) -> None:
    variation = {"pricing_type": "FIXED_PRICING", "price_money": usd(1500), "name": "Regular"}
    item = {
        "type": "ITEM",
        "id": "#book",
        "item_data": {
            "name": "Book",
            "variations": [{"type": "ITEM_VARIATION", "id": "#v", "item_variation_data": variation}],
        },
    }
    told = wire.post("catalog/object", {"idempotency_key": key(), "object": item}).json()
    made = told["catalog_object"]
    assert {one["client_object_id"] for one in told["id_mappings"]} == {"#book", "#v"}
    late = wire.post("catalog/object", {"idempotency_key": key(), "object": made | {"version": 1}})
    assert (late.status_code, code_of(late)) == (409, "VERSION_MISMATCH")
    named = made | {"item_data": made["item_data"] | {"name": "Thick book"}}
    changed = wire.post("catalog/object", {"idempotency_key": key(), "object": named}).json()["catalog_object"]
    assert changed["version"] > made["version"]
    gone = wire.http.delete(f"/v2/catalog/object/{made['id']}").json()
    assert len(gone["deleted_object_ids"]) == 2
    assert wire.get(f"catalog/object/{made['id']}").status_code == 404
    body = {"object_types": ["ITEM"], "include_deleted_objects": True, "begin_time": made["updated_at"]}
    assert made["id"] in [one["id"] for one in wire.all("catalog/search", "objects", body)]


def test_an_item_shows_its_variations_as_they_are(wire: Wire) -> None:
    def variation(name: str) -> dict[str, Any]:
        data = {"pricing_type": "FIXED_PRICING", "price_money": usd(900), "name": name}
        return {"type": "ITEM_VARIATION", "id": f"#{name}", "item_variation_data": data}

    def put(thing: dict[str, Any]) -> dict[str, Any]:
        told = wire.post("catalog/object", {"idempotency_key": key(), "object": thing}).raise_for_status().json()
        return dict(told["catalog_object"])

    item = put(
        {
            "type": "ITEM",
            "id": "#cup",
            "item_data": {"name": "Cup", "variations": [variation("Blue"), variation("Red")]},
        }
    )
    blue, red = item["item_data"]["variations"]
    dearer = blue | {"item_variation_data": blue["item_variation_data"] | {"price_money": usd(1100)}}
    put(dearer)
    shown = wire.get(f"catalog/object/{item['id']}").json()["object"]
    assert [one["item_variation_data"]["price_money"]["amount"] for one in shown["item_data"]["variations"]] == [
        900,
        1100,
    ]
    put(shown | {"item_data": shown["item_data"] | {"variations": shown["item_data"]["variations"][:1]}})
    assert wire.get(f"catalog/object/{blue['id']}").status_code == 404
    assert wire.get(f"catalog/object/{red['id']}").status_code == 200


def test_stock_is_counted_and_moved(shop: RunningSquare, wire: Wire) -> None:
    variation, location = next(iter(shop.world.counts))
    told = {"catalog_object_id": variation, "location_id": location, "occurred_at": "2026-11-23T10:00:00Z"}
    count = {"type": "PHYSICAL_COUNT", "physical_count": told | {"state": "IN_STOCK", "quantity": "40"}}
    moved = {"from_state": "IN_STOCK", "to_state": "WASTE", "quantity": "3"}
    waste = {"type": "ADJUSTMENT", "adjustment": told | moved}
    answer = wire.post("inventory/changes/batch-create", {"idempotency_key": key(), "changes": [count, waste]}).json()
    assert answer["counts"][-1]["quantity"] == "37"
    body = {"catalog_object_ids": [variation], "location_ids": [location]}
    assert [one["quantity"] for one in wire.all("inventory/counts/batch-retrieve", "counts", body)] == ["37"]
    assert shop.truth()["stock"][location][variation] == 37
