"""Reading through the official SDK over HTTP: pages, filters, expansions, refusals."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest
import stripe

from desktop.sandbox.launch import Running

STREAMS = {
    "balance_transactions": "balance_transaction",
    "charges": "charge",
    "coupons": "coupon",
    "credit_notes": "credit_note",
    "customers": "customer",
    "disputes": "dispute",
    "invoice_items": "invoiceitem",
    "invoice_payments": "invoice_payment",
    "invoices": "invoice",
    "payment_intents": "payment_intent",
    "payouts": "payout",
    "prices": "price",
    "products": "product",
    "refunds": "refund",
    "tax_rates": "tax_rate",
}


def get(sandbox: Running, path: str, **params: Any) -> httpx.Response:
    return httpx.get(f"{sandbox.api_base}/v1/{path}", params=params, auth=(sandbox.secret_key, ""))


@pytest.mark.parametrize("stream", STREAMS)
def test_paging_forward_brings_every_object_once_newest_first(
    reader: stripe.StripeClient, reading_sandbox: Running, stream: str
) -> None:
    found = list(getattr(reader.v1, stream).list({"limit": 100}).auto_paging_iter())
    expected = [one["id"] for one in reading_sandbox.world.newest_first(STREAMS[stream])]
    assert [one.id for one in found] == expected
    assert expected
    moments = [getattr(one, "created", 0) for one in found]
    assert stream == "invoice_items" or moments == sorted(moments, reverse=True)


def test_paging_backward_brings_every_object_once(reader: stripe.StripeClient) -> None:
    payouts = [one.id for one in reader.v1.payouts.list({"limit": 100}).auto_paging_iter()]
    back = reader.v1.payouts.list({"limit": 30, "ending_before": payouts[-1]})
    assert [one.id for one in back.auto_paging_iter()] == payouts[-2::-1]


def test_every_event_can_be_paged_and_retrieved(reader: stripe.StripeClient) -> None:
    events = list(reader.v1.events.list({"limit": 100}).auto_paging_iter())
    assert len({event.id for event in events}) == len(events) > 500
    assert reader.v1.events.retrieve(events[-1].id).type == events[-1].type
    assert {event.api_version for event in events} == {stripe.api_version}


def test_a_page_has_ten_objects_unless_told_otherwise(reader: stripe.StripeClient) -> None:
    page = reader.v1.charges.list()
    assert (len(page.data), page.has_more, page.url) == (10, True, "/v1/charges")


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"limit": 101}, "parameter_invalid_integer", "limit"),
        ({"limit": 0}, "parameter_invalid_integer", "limit"),
        ({"limit": "many"}, "parameter_invalid_integer", "limit"),
        ({"starting_after": "ch_nobody"}, "resource_missing", "starting_after"),
        ({"ending_before": "ch_nobody"}, "resource_missing", "ending_before"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"colour": "green"}, "parameter_unknown", "colour"),
        ({"created[near]": "1"}, "parameter_unknown", "created[near]"),
    ],
)
def test_a_wrong_parameter_is_refused(reading_sandbox: Running, params: dict[str, str], code: str, param: str) -> None:
    answer = get(reading_sandbox, "charges", **params)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param)
    assert error["type"] == "invalid_request_error"
    assert error["doc_url"].startswith("https://stripe.com/docs/error-codes/")


def test_created_filters(reader: stripe.StripeClient) -> None:
    charges = [one.created for one in reader.v1.charges.list({"limit": 100}).data]
    middle = charges[50]
    newer = reader.v1.charges.list({"limit": 100, "created": {"gt": middle}}).data
    assert [one.created for one in newer] == [at for at in charges if at > middle]
    window = reader.v1.charges.list({"limit": 100, "created": {"gte": charges[60], "lte": charges[40]}}).data
    assert [one.created for one in window] == charges[40:61]
    assert {one.created for one in reader.v1.charges.list({"created": middle}).data} == {middle}
    assert len(reader.v1.charges.list({"limit": 100, "created": {"gte": charges[10], "lt": charges[5]}}).data) == 5


def test_filters_of_single_lists(reader: stripe.StripeClient) -> None:
    refund = reader.v1.refunds.list().data[0]
    assert refund.id in {one.id for one in reader.v1.refunds.list({"charge": str(refund.charge)}).data}
    payout = next(one for one in reader.v1.payouts.list({"limit": 100, "status": "paid"}).data if one.automatic)
    lines = list(
        reader.v1.balance_transactions.list({"payout": payout.id, "limit": 100}).auto_paging_iter(),
    )
    assert sum(line.net for line in lines if line.type != "payout") == payout.amount
    assert [line.source for line in lines if line.type == "payout"] == [payout.id]
    assert {one.type for one in reader.v1.balance_transactions.list({"type": "refund"}).data} == {"refund"}
    line = reader.v1.balance_transactions.list({"source": str(refund.id)}).data[-1]
    assert line.amount == -refund.amount
    assert {one.status for one in reader.v1.invoices.list({"status": "open"}).data} == {"open"}
    payment = reader.v1.invoice_payments.list({"status": "paid"}).data[0]
    again = reader.v1.invoice_payments.list({"invoice": str(payment.invoice)}).data
    assert payment.id in {one.id for one in again}


def test_event_types_filter(reading_sandbox: Running, reader: stripe.StripeClient) -> None:
    events = reader.v1.events.list({"types": ["refund.created", "payout.paid"], "limit": 100}).data
    assert {event.type for event in events} == {"refund.created", "payout.paid"}
    wild = {event.type for event in reader.v1.events.list({"type": "customer.*", "limit": 100}).data}
    assert {"customer.created", "customer.subscription.created"} <= wild
    answer = get(reading_sandbox, "events", **{f"types[{n}]": "a.b" for n in range(21)})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "types")


def test_subscriptions_that_ended_are_listed_only_when_asked_for(reader: stripe.StripeClient) -> None:
    plain = {one.status for one in reader.v1.subscriptions.list({"limit": 100}).data}
    every = {one.status for one in reader.v1.subscriptions.list({"limit": 100, "status": "all"}).data}
    assert every - plain == {"canceled", "incomplete_expired"}


def test_subscription_items_carry_the_period(reader: stripe.StripeClient) -> None:
    subscription = reader.v1.subscriptions.list({"status": "active"}).data[0]
    item = reader.v1.subscription_items.list({"subscription": subscription.id}).data[0]
    assert item.current_period_start < item.current_period_end
    assert item.price.recurring is not None


def test_an_invoice_with_many_lines_embeds_ten_and_pages_the_rest(reader: stripe.StripeClient) -> None:
    invoice = next(one for one in reader.v1.invoices.list({"limit": 100}).auto_paging_iter() if one.lines.has_more)
    assert len(invoice.lines.data) == 10
    lines = list(invoice.lines.auto_paging_iter())
    assert len(lines) > 10
    assert sum(line.amount for line in lines) == invoice.subtotal
    paged = list(reader.v1.invoices.line_items.list(invoice.id, {"limit": 3}).auto_paging_iter())
    assert [line.id for line in paged] == [line.id for line in lines]


def test_expansions(reader: stripe.StripeClient) -> None:
    paths = [
        *("data.customer", "data.balance_transaction.source", "data.payment_intent.payment_method", "data.refunds"),
    ]
    refunded = str(reader.v1.refunds.list().data[0].charge)
    charge = reader.v1.charges.retrieve(refunded, {"expand": [path.removeprefix("data.") for path in paths]}).to_dict()
    assert charge["balance_transaction"]["source"]["id"] == refunded
    assert charge["payment_intent"]["payment_method"]["object"] == "payment_method"
    assert charge["customer"]["object"] == "customer"
    assert (
        sum(one["amount"] for one in charge["refunds"]["data"] if one["status"] != "failed")
        == (charge["amount_refunded"])
    )
    page = reader.v1.charges.list({"expand": paths, "limit": 2}).data
    assert all(one.to_dict()["customer"]["object"] == "customer" for one in page)
    invoice = reader.v1.invoices.list(
        {
            "status": "paid",
            "expand": ["data.payments.data.payment.payment_intent", "data.lines.data.pricing.price_details.price"],
        }
    ).data[0]
    details = invoice.to_dict()
    assert details["payments"]["data"][0]["payment"]["payment_intent"]["status"] == "succeeded"
    assert details["lines"]["data"][0]["pricing"]["price_details"]["price"]["object"] == "price"


@pytest.mark.parametrize("path", ["amount", "data.customer", "nonsense"])
def test_what_cannot_be_expanded_is_refused(reading_sandbox: Running, path: str) -> None:
    charge = get(reading_sandbox, "charges", limit=1).json()["data"][0]["id"]
    answer = get(reading_sandbox, f"charges/{charge}", **{"expand[]": path})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"This property cannot be expanded ({path})."


def test_expanding_leaves_the_objects_themselves_alone(reader: stripe.StripeClient) -> None:
    reader.v1.charges.list({"expand": ["data.customer"]})
    assert isinstance(reader.v1.charges.list().data[0].customer, str)


def test_a_deleted_customer_is_not_listed_but_answers(reader: stripe.StripeClient, reading_sandbox: Running) -> None:
    gone = next(iter(reading_sandbox.world.hidden))
    assert reader.v1.customers.retrieve(gone).to_dict() == {"id": gone, "object": "customer", "deleted": True}
    assert gone not in {one.id for one in reader.v1.customers.list({"limit": 100}).auto_paging_iter()}
    left = [one for one in reader.v1.charges.list({"limit": 100}).auto_paging_iter() if one.customer == gone]
    assert left, "what the customer paid stays"


def test_payment_methods_belong_to_a_customer(reader: stripe.StripeClient, reading_sandbox: Running) -> None:
    customer = reader.v1.customers.list().data[-1].id
    found = reader.v1.customers.payment_methods.list(customer, {"type": "card"}).data
    assert found
    assert {one.customer for one in found} == {customer}
    assert [one.id for one in reader.v1.payment_methods.list({"customer": customer, "type": "card"}).data] == [
        one.id for one in found
    ]
    assert reader.v1.customers.payment_methods.retrieve(customer, found[0].id).card is not None
    assert get(reading_sandbox, "payment_methods").json()["error"]["code"] == "parameter_missing"


def test_credit_notes_reach_the_customers_balance(reader: stripe.StripeClient) -> None:
    note = next(one for one in reader.v1.credit_notes.list().data if one.type == "post_payment")
    entries = reader.v1.customers.balance_transactions.list(str(note.customer)).data
    assert {entry.type for entry in entries} == {"credit_note", "applied_to_invoice"}
    assert sum(entry.amount for entry in entries) == 0
    assert reader.v1.credit_notes.line_items.list(note.id).data[0].amount == note.amount


def test_balance_and_account(reader: stripe.StripeClient, reading_sandbox: Running) -> None:
    balance = reader.v1.balance.retrieve()
    lines = reader.v1.balance_transactions.list({"limit": 100}).auto_paging_iter()
    assert balance.available[0].amount + balance.pending[0].amount == sum(line.net for line in lines)
    assert reader.v1.accounts.retrieve_current().id == reading_sandbox.account_id
    assert reader.v1.accounts.retrieve(reading_sandbox.account_id).country == "US"
    with pytest.raises(stripe.PermissionError):
        reader.v1.accounts.retrieve("acct_another")


def test_unknown_ids_and_addresses(reader: stripe.StripeClient, reading_sandbox: Running) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refused:
        reader.v1.customers.retrieve("cus_nobody")
    assert (refused.value.http_status, refused.value.code, refused.value.param) == (404, "resource_missing", "id")
    assert refused.value.user_message == "No such customer: 'cus_nobody'"
    answer = get(reading_sandbox, "zeppelins")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith("Unrecognized request URL (GET: /v1/zeppelins)")


def test_keys(reading_sandbox: Running) -> None:
    address = f"{reading_sandbox.api_base}/v1/customers"
    assert httpx.get(address).status_code == 401
    bearer = httpx.get(address, headers={"Authorization": f"Bearer {reading_sandbox.secret_key}"})
    assert bearer.status_code == 200
    wrong = httpx.get(address, auth=("sk_test_" + "0" * 40 + "wxyz", ""))
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, 'Basic realm="Stripe"')
    assert wrong.json()["error"]["message"] == "Invalid API Key provided: sk_test_" + "*" * 40 + "wxyz"


def test_headers(reading_sandbox: Running) -> None:
    answer = httpx.get(
        f"{reading_sandbox.api_base}/v1/balance",
        auth=(reading_sandbox.secret_key, ""),
        headers={"Stripe-Version": "2025-03-31.basil"},
    )
    assert answer.headers["request-id"].startswith("req_")
    assert answer.headers["stripe-version"] == "2025-03-31.basil"
    assert abs(parsedate_to_datetime(answer.headers["date"]).timestamp() - reading_sandbox.clock.now()) <= 1
    refused = httpx.get(
        f"{reading_sandbox.api_base}/v1/balance",
        auth=(reading_sandbox.secret_key, ""),
        headers={"Stripe-Version": "yesterday"},
    )
    assert refused.status_code == 400


def test_no_object_is_newer_than_the_date_of_the_answer(reading_sandbox: Running) -> None:
    answer = get(reading_sandbox, "events", limit=1)
    assert answer.json()["data"][0]["created"] <= parsedate_to_datetime(answer.headers["date"]).timestamp()
