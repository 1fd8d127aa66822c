"""Calls that change something: their effects, their versions, their keys, their refusals."""

from __future__ import annotations

from typing import Any

import pytest
import square
from square.core.api_error import ApiError

from desktop.sandbox.launch import RunningSquare
from desktop.sandbox.square.locations import TERMINAL
from tests.sandbox.square.conftest import ONCE, Wire, code_of, key, usd


def made_customer(wire: Wire, **facts: Any) -> dict[str, Any]:
    body = {"idempotency_key": key(), "given_name": "Ida", "email_address": "ida@post.example"} | facts
    told: dict[str, Any] = wire.post("customers", body).raise_for_status().json()["customer"]
    return told


def made_order(shop: RunningSquare, wire: Wire, amount: int = 4000, **facts: Any) -> dict[str, Any]:
    line = {"name": "Print", "quantity": "1", "base_price_money": usd(amount)}
    order = {"location_id": shop.main_location_id, "line_items": [line]} | facts
    told: dict[str, Any] = wire.post("orders", {"idempotency_key": key(), "order": order}).raise_for_status().json()
    return dict(told["order"])


def made_invoice(shop: RunningSquare, wire: Wire, amount: int = 4000, **facts: Any) -> dict[str, Any]:
    order = made_order(shop, wire, amount)
    invoice = {
        "location_id": shop.main_location_id,
        "order_id": order["id"],
        "primary_recipient": {"customer_id": made_customer(wire)["id"]},
        "payment_requests": [{"request_type": "BALANCE", "due_date": "2026-12-20"}],
        "delivery_method": "EMAIL",
        "accepted_payment_methods": {"card": True},
        "title": "Prints",
    } | facts
    told: dict[str, Any] = (
        wire.post("invoices", {"idempotency_key": key(), "invoice": invoice}).raise_for_status().json()
    )
    return dict(told["invoice"])


# Customers


def test_a_customer_lives_through_the_sdk(client: square.Square) -> None:
    made = client.customers.create(idempotency_key=key(), given_name="Eva", phone_number="+16175550101").customer
    assert made is not None
    changed = client.customers.update(customer_id=made.id, version=made.version, note="Likes blue").customer
    assert (changed.note, changed.version, changed.given_name) == ("Likes blue", made.version + 1, "Eva")
    with pytest.raises(ApiError) as refused:
        client.customers.update(customer_id=made.id, version=made.version, note="Late", request_options=ONCE)
    assert refused.value.status_code == 409
    assert refused.value.body["errors"][0]["code"] == "VERSION_MISMATCH"
    client.customers.delete(customer_id=made.id, version=changed.version)
    with pytest.raises(ApiError):
        client.customers.get(customer_id=made.id, request_options=ONCE)


def test_null_clears_a_field(wire: Wire) -> None:
    customer = made_customer(wire, note="Old")
    changed = wire.post(f"customers/{customer['id']}", {"note": None}, "PUT").json()["customer"]
    assert "note" not in changed
    assert changed["email_address"] == "ida@post.example"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"note": "nobody"}, "BAD_REQUEST"),
        ({"email_address": "nowhere"}, "INVALID_EMAIL_ADDRESS"),
        ({"phone_number": "12"}, "INVALID_PHONE_NUMBER"),
    ],
)
def test_a_customer_that_cannot_be(wire: Wire, body: dict[str, str], code: str) -> None:
    assert code_of(wire.post("customers", body)) == code


def test_a_key_makes_one_customer(shop: RunningSquare, wire: Wire) -> None:
    body = {"idempotency_key": key(), "given_name": "Only"}
    first = wire.post("customers", body)
    assert wire.post("customers", body).json() == first.json()
    again = wire.post("customers", body | {"given_name": "Other"})
    assert (again.status_code, code_of(again)) == (400, "IDEMPOTENCY_KEY_REUSED")
    assert len([one for one in shop.world.every("customer") if one.get("given_name") == "Only"]) == 1


# Orders and payments


def test_an_order_knows_its_sums(shop: RunningSquare, wire: Wire) -> None:
    lines = [
        {"name": "Map", "quantity": "3", "base_price_money": usd(333)},
        {"name": "Frame", "quantity": "1.5", "base_price_money": usd(1000)},
    ]
    order = made_order(
        shop,
        wire,
        line_items=lines,
        taxes=[{"uid": "t", "name": "Tax", "percentage": "6.25", "scope": "ORDER"}],
        discounts=[{"uid": "d", "name": "Off", "amount_money": usd(250), "scope": "ORDER"}],
    )
    gross = 999 + 1500
    assert order["total_discount_money"] == usd(250)
    parts = [line["total_discount_money"]["amount"] for line in order["line_items"]]
    assert (sum(parts), parts) == (250, [100, 150])
    assert order["total_tax_money"] == usd(56 + 84)
    assert order["total_money"] == order["net_amount_due_money"] == usd(gross - 250 + 140)
    assert sum(line["total_money"]["amount"] for line in order["line_items"]) == gross - 250 + 140


def test_an_order_takes_prices_from_the_catalog(shop: RunningSquare, wire: Wire) -> None:
    variation = next(one for one in shop.world.every("catalog") if one["type"] == "ITEM_VARIATION")
    order = made_order(shop, wire, line_items=[{"catalog_object_id": variation["id"], "quantity": "2"}])
    price = variation["item_variation_data"]["price_money"]["amount"]
    assert (order["total_money"], order["line_items"][0]["name"]) == (usd(2 * price), "Notebook")


def test_an_order_can_be_cancelled_with_its_version(shop: RunningSquare, wire: Wire) -> None:
    order = made_order(shop, wire)
    wanted = {"location_id": shop.main_location_id, "state": "CANCELED"}
    assert code_of(wire.post(f"orders/{order['id']}", {"order": wanted}, "PUT")) == "MISSING_REQUIRED_PARAMETER"
    late = wire.post(f"orders/{order['id']}", {"order": wanted | {"version": 7}}, "PUT")
    assert (late.status_code, code_of(late)) == (409, "VERSION_MISMATCH")
    changed = wire.post(f"orders/{order['id']}", {"order": wanted | {"version": 1}}, "PUT").json()["order"]
    assert (changed["state"], changed["version"]) == ("CANCELED", 2)


@pytest.mark.parametrize("source", ["cnon:card-nonce-ok", "CASH", "EXTERNAL"])
def test_a_payment_completes_its_order(shop: RunningSquare, wire: Wire, source: str) -> None:
    order = made_order(shop, wire, 4000)
    body: dict[str, Any] = {
        "idempotency_key": key(),
        "source_id": source,
        "amount_money": usd(4000),
        "order_id": order["id"],
        "reference_id": "intent-1",
    }
    body |= {"cash_details": {"buyer_supplied_money": usd(5000)}} if source == "CASH" else {}
    body |= {"external_details": {"type": "CHECK", "source": "A bank"}} if source == "EXTERNAL" else {}
    payment = wire.post("payments", body).json()["payment"]
    assert (payment["status"], payment["reference_id"], "processing_fee" in payment) == ("COMPLETED", "intent-1", False)
    paid = wire.get(f"orders/{order['id']}").json()["order"]
    assert (paid["state"], paid["net_amount_due_money"]) == ("COMPLETED", usd(0))
    assert paid["tenders"][0]["payment_id"] == payment["id"]
    if source == "CASH":
        assert payment["cash_details"]["change_back_money"] == usd(1000)


def test_a_refused_card_leaves_a_failed_payment_once(shop: RunningSquare, wire: Wire) -> None:
    body = {"idempotency_key": key(), "source_id": "cnon:card-nonce-declined", "amount_money": usd(700)}
    answers = [wire.post("payments", body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [402, 402]
    assert answers[0].json() == answers[1].json()
    error = answers[0].json()["errors"][0]
    assert (error["category"], error["code"]) == ("PAYMENT_METHOD_ERROR", "GENERIC_DECLINE")
    failed = answers[0].json()["payment"]
    assert failed["status"] == wire.get(f"payments/{failed['id']}").json()["payment"]["status"] == "FAILED"


def test_an_authorisation_is_captured_or_voided(wire: Wire) -> None:
    def authorised() -> dict[str, Any]:
        body = {"idempotency_key": key(), "source_id": "cnon:card-nonce-ok", "amount_money": usd(900)}
        told: dict[str, Any] = wire.post("payments", body | {"autocomplete": False}).json()["payment"]
        assert told["status"] == "APPROVED"
        return told

    first, second = authorised(), authorised()
    late = wire.post(f"payments/{first['id']}/complete", {"version_token": "old"})
    assert (late.status_code, code_of(late)) == (409, "VERSION_MISMATCH")
    done = wire.post(f"payments/{first['id']}/complete", {"version_token": first["version_token"]}).json()["payment"]
    assert (done["status"], done["card_details"]["status"]) == ("COMPLETED", "CAPTURED")
    assert code_of(wire.post(f"payments/{first['id']}/cancel")) == "BAD_REQUEST"
    gone = wire.http.post(f"/v2/payments/{second['id']}/cancel").json()["payment"]
    assert (gone["status"], gone["card_details"]["status"]) == ("CANCELED", "VOIDED")


def test_a_payment_whose_answer_was_lost_is_cancelled_by_its_key(wire: Wire) -> None:
    body = {"idempotency_key": key(), "source_id": "cnon:card-nonce-ok", "amount_money": usd(901)}
    made = wire.post("payments", body | {"autocomplete": False}).json()["payment"]
    assert wire.post("payments/cancel", {"idempotency_key": body["idempotency_key"]}).json() == {}
    assert wire.get(f"payments/{made['id']}").json()["payment"]["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"source_id": ""}, "MISSING_REQUIRED_PARAMETER"),
        ({"source_id": "cnon:what"}, "INVALID_VALUE"),
        ({"source_id": "ccof:nobody"}, "NOT_FOUND"),
        ({"amount_money": {"amount": 0, "currency": "USD"}}, "VALUE_TOO_LOW"),
        ({"amount_money": {"amount": 5, "currency": "EUR"}}, "CURRENCY_MISMATCH"),
        ({"idempotency_key": ""}, "MISSING_REQUIRED_PARAMETER"),
        ({"idempotency_key": "k" * 46}, "VALUE_TOO_LONG"),
        ({"reference_id": "r" * 41}, "VALUE_TOO_LONG"),
        ({"order_id": "nowhere"}, "NOT_FOUND"),
        ({"source_id": "CASH"}, "MISSING_REQUIRED_PARAMETER"),
    ],
)
def test_a_payment_that_cannot_be(wire: Wire, change: dict[str, Any], code: str) -> None:
    body = {"idempotency_key": key(), "source_id": "cnon:card-nonce-ok", "amount_money": usd(700)} | change
    assert code_of(wire.post("payments", body)) == code


def test_a_stored_card_is_charged_until_it_is_disabled(wire: Wire) -> None:
    customer = made_customer(wire)
    before = wire.all("cards", "cards")
    wanted = {"idempotency_key": key(), "source_id": "cnon:card-nonce-ok", "card": {"customer_id": customer["id"]}}
    card = wire.post("cards", wanted).json()["card"]
    assert (card["enabled"], card["customer_id"]) == (True, customer["id"])
    assert wire.all("cards", "cards") == [*before, card]
    body = {"source_id": card["id"], "customer_id": customer["id"], "amount_money": usd(1200)}
    paid = wire.post("payments", body | {"idempotency_key": key()}).json()["payment"]
    assert (paid["card_details"]["entry_method"], paid["card_details"]["card"]["id"]) == ("ON_FILE", card["id"])
    assert wire.http.post(f"/v2/cards/{card['id']}/disable").json()["card"]["enabled"] is False
    assert wire.post("payments", body | {"idempotency_key": key()}).status_code == 402
    assert card["id"] not in [one["id"] for one in wire.all("cards", "cards")]
    assert card["id"] in [one["id"] for one in wire.all("cards", "cards", include_disabled="true")]


def test_a_refund_is_bounded_by_what_was_paid(shop: RunningSquare, wire: Wire) -> None:
    payment = shop.do("sale", amount=1000)["id"]
    body = {"payment_id": payment, "amount_money": usd(400), "reason": "Wrong size"}
    keyed = body | {"idempotency_key": key()}
    refund = wire.post("refunds", keyed).json()["refund"]
    assert wire.post("refunds", keyed).json()["refund"]["id"] == refund["id"]
    assert (refund["status"], refund["payment_id"]) == ("PENDING", payment)
    back = wire.get(f"orders/{refund['order_id']}").json()["order"]
    assert (back["return_amounts"]["total_money"], back["net_amounts"]["total_money"]) == (usd(400), usd(-400))
    assert "line_items" not in back
    too_much = wire.post("refunds", body | {"idempotency_key": key(), "amount_money": usd(700)})
    assert code_of(too_much) == "REFUND_AMOUNT_INVALID"
    assert too_much.json()["errors"][0]["category"] == "REFUND_ERROR"
    assert wire.get(f"payments/{payment}").json()["payment"]["refunded_money"] == usd(400)


# Invoices


def test_an_invoice_from_draft_to_paid(shop: RunningSquare, wire: Wire) -> None:
    invoice = made_invoice(shop, wire, 4000)
    assert (invoice["status"], invoice["version"], invoice["next_payment_amount_money"]) == ("DRAFT", 0, usd(4000))
    late = wire.post(f"invoices/{invoice['id']}/publish", {"version": 5})
    assert (late.status_code, code_of(late)) == (409, "VERSION_MISMATCH")
    sent = wire.post(f"invoices/{invoice['id']}/publish", {"version": 0, "idempotency_key": key()}).json()["invoice"]
    assert (sent["status"], sent["version"], "public_url" in sent) == ("UNPAID", 1, True)
    shop.do("pay_invoice", invoice=invoice["id"], part=1500)
    part = wire.get(f"invoices/{invoice['id']}").json()["invoice"]
    assert (part["status"], part["next_payment_amount_money"]) == ("PARTIALLY_PAID", usd(2500))
    shop.do("pay_invoice", invoice=invoice["id"])
    paid = wire.get(f"invoices/{invoice['id']}").json()["invoice"]
    assert (paid["status"], "next_payment_amount_money" in paid) == ("PAID", False)
    order = wire.get(f"orders/{invoice['order_id']}").json()["order"]
    assert (order["state"], len(order["tenders"])) == ("COMPLETED", 2)


def test_an_invoice_is_changed_sparsely(shop: RunningSquare, wire: Wire) -> None:
    invoice = made_invoice(shop, wire, title="Old", description="Gone soon")
    wanted = {"version": 0, "title": "New"}
    body = {"invoice": wanted, "fields_to_clear": ["description"], "idempotency_key": key()}
    changed = wire.post(f"invoices/{invoice['id']}", body, "PUT").json()["invoice"]
    assert (changed["title"], changed["version"], "description" in changed) == ("New", 1, False)
    due = [{"uid": invoice["payment_requests"][0]["uid"], "due_date": "2027-01-15"}]
    body = {"invoice": {"version": 1, "payment_requests": due}}
    changed = wire.post(f"invoices/{invoice['id']}", body, "PUT").json()["invoice"]
    assert changed["payment_requests"][0]["due_date"] == "2027-01-15"
    for wrong in ({"title": "No version"}, {"version": 2, "order_id": "other"}, {"version": 2, "location_id": "other"}):
        assert wire.post(f"invoices/{invoice['id']}", {"invoice": wrong}, "PUT").status_code == 400
    assert wire.post(f"invoices/{invoice['id']}", {"invoice": {"version": 1}}, "PUT").status_code == 409


def test_a_draft_is_deleted_and_a_published_invoice_cancelled(shop: RunningSquare, wire: Wire) -> None:
    draft, other = made_invoice(shop, wire), made_invoice(shop, wire)
    assert code_of(wire.post(f"invoices/{draft['id']}/cancel", {"version": 0})) == "BAD_REQUEST"
    assert wire.http.delete(f"/v2/invoices/{draft['id']}", params={"version": 0}).json() == {}
    assert wire.get(f"invoices/{draft['id']}").status_code == 404
    assert wire.get(f"orders/{draft['order_id']}").json()["order"]["state"] == "CANCELED"
    wire.post(f"invoices/{other['id']}/publish", {"version": 0}).raise_for_status()
    assert wire.http.delete(f"/v2/invoices/{other['id']}").status_code == 400
    gone = wire.post(f"invoices/{other['id']}/cancel", {"version": 1}).json()["invoice"]
    assert gone["status"] == "CANCELED"


def test_deposit_and_balance(shop: RunningSquare, wire: Wire) -> None:
    requests = [
        {"request_type": "DEPOSIT", "due_date": "2026-12-01", "percentage_requested": "25"},
        {"request_type": "BALANCE", "due_date": "2026-12-31"},
    ]
    invoice = made_invoice(shop, wire, 4001, payment_requests=requests)
    assert [one["computed_amount_money"]["amount"] for one in invoice["payment_requests"]] == [1000, 3001]


def test_an_order_is_invoiced_once_and_paid_through_its_invoice(shop: RunningSquare, wire: Wire) -> None:
    invoice = made_invoice(shop, wire)
    again = {"location_id": shop.main_location_id, "order_id": invoice["order_id"], "payment_requests": [{}]}
    assert code_of(wire.post("invoices", {"invoice": again})) == "BAD_REQUEST"
    body = {"idempotency_key": key(), "source_id": "cnon:card-nonce-ok", "amount_money": usd(4000)}
    assert code_of(wire.post("payments", body | {"order_id": invoice["order_id"]})) == "BAD_REQUEST"


# Links and terminals


def test_a_payment_link_leads_to_a_payment(shop: RunningSquare, wire: Wire) -> None:
    quick = {"name": "Workshop", "price_money": usd(6500), "location_id": shop.main_location_id}
    told = wire.post("online-checkout/payment-links", {"idempotency_key": key(), "quick_pay": quick}).json()
    link, order = told["payment_link"], told["related_resources"]["orders"][0]
    assert (link["order_id"], order["state"]) == (order["id"], "OPEN")
    payment = shop.do("pay_link", link=link["id"])
    assert (payment["order_id"], payment["total_money"]) == (order["id"], usd(6500))
    assert wire.http.delete(f"/v2/online-checkout/payment-links/{link['id']}").json() == {"id": link["id"]}
    unpaid = wire.post("online-checkout/payment-links", {"idempotency_key": key(), "quick_pay": quick}).json()
    gone = wire.http.delete(f"/v2/online-checkout/payment-links/{unpaid['payment_link']['id']}").json()
    assert gone["cancelled_order_id"] == unpaid["payment_link"]["order_id"]


def test_a_terminal_takes_its_time(shop: RunningSquare, wire: Wire) -> None:
    wanted = {"amount_money": usd(2500), "device_options": {"device_id": TERMINAL}, "reference_id": "intent-2"}

    def ask() -> dict[str, Any]:
        told: dict[str, Any] = wire.post("terminals/checkouts", {"idempotency_key": key(), "checkout": wanted}).json()
        return dict(told["checkout"])

    first, second = ask(), ask()
    assert first["status"] == "PENDING"
    gone = wire.http.post(f"/v2/terminals/checkouts/{second['id']}/cancel").json()["checkout"]
    assert (gone["status"], gone["cancel_reason"]) == ("CANCELED", "SELLER_CANCELED")
    shop.clock.advance(30)
    done = wire.get(f"terminals/checkouts/{first['id']}").json()["checkout"]
    assert done["status"] == "COMPLETED"
    payment = wire.get(f"payments/{done['payment_ids'][0]}").json()["payment"]
    assert (payment["terminal_checkout_id"], payment["reference_id"]) == (first["id"], "intent-2")
    nobody = wanted | {"device_options": {"device_id": "X"}}
    assert wire.post("terminals/checkouts", {"idempotency_key": key(), "checkout": nobody}).status_code == 404
