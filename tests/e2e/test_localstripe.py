"""Against localstripe, a Stripe server that others wrote: everything it has comes in, what it lacks is named."""

from __future__ import annotations

import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.e2e.conftest import Command
from tests.helpers.patience import PATIENCE_S

KEY = "sk_test_" + "localstripe0000000000"
LACKING = {"disputes", "credit_notes"}


class LocalStripe:
    """The server, and a business's worth of objects made through its API."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(base_url=base, auth=(KEY, ""), timeout=PATIENCE_S)

    def post(self, path: str, **form: Any) -> dict[str, Any]:
        answer = self.http.post(f"/v1/{path}", data=form)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def every(self, path: str, **query: str) -> list[dict[str, Any]]:
        """All objects that a list has, by its own pages."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.http.get(f"/v1/{path}", params={**query, "limit": 100}).json()
            found += page["data"]
            if not page["has_more"]:
                return found
            query["starting_after"] = page["data"][-1]["id"]

    def card(self, customer: str, number: str = "4242424242424242") -> str:
        form = {
            "type": "card", "card[number]": number, "card[exp_month]": "12", "card[exp_year]": "2040",
            "card[cvc]": "123",
        }  # fmt: skip
        method = self.post("payment_methods", **form)["id"]
        self.post(f"payment_methods/{method}/attach", customer=customer)
        self.post(f"customers/{customer}", **{"invoice_settings[default_payment_method]": method})
        return str(method)


def fill(stripe: LocalStripe) -> None:
    """Customers, paid and unpaid invoices, charges good and bad, refunds, subscriptions."""
    stripe.post("products", name="Retainer", type="service", id="prod_retainer")
    stripe.post(
        "plans",
        id="monthly",
        product="prod_retainer",
        amount=4900,
        currency="usd",
        interval="month",
        nickname="Monthly",
    )
    for number in range(7):
        customer = stripe.post("customers", name=f"Client {number}", email=f"c{number}@example.com")["id"]
        method = stripe.card(customer)
        if number < 5:  # it makes invoices only for those who have a subscription
            stripe.post("subscriptions", customer=customer, **{"items[0][plan]": "monthly"})
            stripe.post("invoiceitems", customer=customer, amount=1000 + number, currency="usd", description="Logo")
            invoice = stripe.post("invoices", customer=customer)["id"]
            if number % 3 == 0:
                stripe.post(f"invoices/{invoice}/pay")
        charge = stripe.post("charges", customer=customer, amount=700 * (number + 1), currency="usd")
        if number % 2:
            stripe.post("refunds", charge=charge["id"], amount=300)
        stripe.post("payment_intents", customer=customer, amount=555, currency="usd", payment_method=method)
    broke = stripe.post("customers", name="Broke & Co", email="broke@example.com")["id"]
    stripe.card(broke, "4000000000000341")
    stripe.post("subscriptions", customer=broke, **{"items[0][plan]": "monthly"})  # its invoice stays open
    refused = stripe.http.post("/v1/charges", data={"customer": broke, "amount": "900", "currency": "usd"})
    assert refused.status_code == 402


@pytest.fixture
def stripe(serve: Callable[..., subprocess.Popen[str]]) -> Iterator[LocalStripe]:
    """localstripe with a business in it, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve("-m", "localstripe", "--port", str(port), "--from-scratch")
    server = LocalStripe(f"http://127.0.0.1:{port}")
    with server.http:
        while True:  # until it listens, or the test's own bound
            try:
                server.http.get("/v1/customers")
                break
            except httpx.TransportError:
                continue
        fill(server)
        yield server


def test_everything_comes_in_and_the_dashboard_equals_what_the_server_lists(
    paydesk: Command, stripe: LocalStripe
) -> None:
    paydesk.environment["PAYDESK_STRIPE_API_BASE"] = stripe.base
    connected = paydesk("connect", "stripe", "--key-stdin", "--json", given=KEY)
    assert connected.status == 0, connected.err
    assert connected.json["mode"] == "sandbox"
    assert KEY not in connected.out + connected.err

    synced = paydesk("sync", "--json")
    assert synced.status == 0, synced.err
    status = paydesk("status", "--json").json
    streams = {stream["name"]: stream for stream in status["integrations"][0]["streams"]}
    listed = {
        "clients": stripe.every("customers"),
        "invoices": stripe.every("invoices"),
        "refunds": stripe.every("refunds"),
        "subscriptions": stripe.every("subscriptions", status="all"),
        "balance_entries": stripe.every("balance_transactions"),
    }
    for name, objects in listed.items():
        assert streams[name]["count"] == len(objects), name
        assert streams[name]["state"] == "complete", streams[name]
    for name in LACKING:
        assert streams[name]["state"] == "not_available", streams[name]
        assert streams[name]["error"], name
    notes = " ".join(note for stream in streams.values() for note in stream["notes"])
    assert "prices" in notes
    assert "invoice" in notes

    charges = stripe.every("charges")
    intents = stripe.every("payment_intents")
    alone = [charge for charge in charges if not charge["payment_intent"]]
    assert streams["payments"]["count"] == len(intents) + len(alone)
    _check_dashboard(paydesk, stripe, charges)

    again = paydesk("sync", "--json")
    assert again.status == 0, again.err
    for stream in again.json["integrations"][0]["streams"]:
        assert (stream["created"], stream["updated"], stream["deleted"]) == (0, 0, 0), stream


def _check_dashboard(paydesk: Command, stripe: LocalStripe, charges: list[dict[str, Any]]) -> None:
    zone = ZoneInfo("Europe/Berlin")
    month = datetime.now(zone).strftime("%Y-%m")

    def this_month(item: dict[str, Any]) -> bool:
        return datetime.fromtimestamp(item["created"], zone).strftime("%Y-%m") == month

    report = paydesk("report", "dashboard", "--json").json
    usd = report["currencies"]["usd"]
    paid = [charge for charge in charges if charge["status"] == "succeeded" and this_month(charge)]
    refunds = [refund for refund in stripe.every("refunds") if this_month(refund)]
    collected, refunded = sum(charge["amount"] for charge in paid), sum(refund["amount"] for refund in refunds)
    assert usd["collected"] == collected
    assert usd["refunds"] == refunded
    assert usd["total_revenue"] == collected - refunded
    assert {"paid", "open", "draft"} <= {invoice["status"] for invoice in stripe.every("invoices")}
    owed = [invoice for invoice in stripe.every("invoices") if invoice["status"] == "open"]
    assert usd["outstanding_invoices"] == {
        "count": len(owed),
        "amount": sum(invoice["amount_due"] - invoice["amount_paid"] for invoice in owed),
    }
    ledger = [entry for entry in stripe.every("balance_transactions") if this_month(entry)]
    assert usd["fees"] == sum(entry["fee"] for entry in ledger)
    assert usd["net"] == sum(entry["net"] for entry in ledger)
    by_client = Counter[str]()
    for charge in paid:
        by_client[charge["customer"]] += charge["amount"]
    by_charge = {charge["id"]: charge["customer"] for charge in charges}
    for refund in refunds:
        by_client[by_charge[refund["charge"]]] -= refund["amount"]
    assert [client["amount"] for client in usd["top_clients"]] == sorted(by_client.values(), reverse=True)[:10]
    assert sum(part["amount"] for part in usd["revenue_by_service"]) == usd["total_revenue"]


def test_a_wrong_key_is_refused_and_nothing_is_stored(paydesk: Command, stripe: LocalStripe) -> None:
    paydesk.environment["PAYDESK_STRIPE_API_BASE"] = stripe.base
    refused = paydesk("connect", "stripe", "--key-stdin", given="pk_test_" + "a" * 24)
    assert refused.status == 2
    assert len(refused.err.strip().splitlines()[-1]) > 20
    assert paydesk("status", "--json").json["integrations"] == []
