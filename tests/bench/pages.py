"""A loopback server of pre-encoded pages in Stripe's shape: it costs next to nothing, so the reader is measured.

``python -m tests.bench.pages --charges N --invoices N`` prints its address and serves until it is stopped;
``--latency-ms N`` writes each answer that long after its request, ``--invoice-payments N`` adds so many of these.
"""

from __future__ import annotations

import argparse
import datetime
import json
import random
import re
import string
from functools import partial
from typing import Any

import orjson

from tests.bench.loopback import Answer, Request, serve

Wire = dict[str, Any]
PAGE = 100
YEARS = 3
END = 1_790_000_000


def templates() -> dict[str, list[Wire]]:
    """Believable objects of each type, from the sandbox's generated year."""
    from desktop.sandbox import launch

    world = launch.build(seed=1, today=datetime.date(2026, 11, 23)).world
    found: dict[str, list[Wire]] = {}
    for kind in ("customer", "charge", "payment_intent", "balance_transaction", "invoice", "invoice_payment"):
        found[kind] = [world.objects[ref] for ref in world.kinds[kind]][:400]
    succeeded = [item for item in found["charge"] if item["status"] == "succeeded" and item["currency"] == "usd"]
    found["charge"] = succeeded
    found["payment_intent"] = [item for item in found["payment_intent"] if item["status"] == "succeeded"]
    found["balance_transaction"] = [item for item in found["balance_transaction"] if item["type"] == "charge"]
    found["invoice"] = [
        item for item in found["invoice"] if item["status"] in {"paid", "open"} and not item["lines"]["has_more"]
    ]
    found["invoice_payment"] = [item for item in found["invoice_payment"] if item["status"] == "paid"]
    return found


def make(charges: int, invoices: int, customers: int = 500, invoice_payments: int = 0) -> dict[str, list[bytes]]:
    """All objects by address, newest first, encoded."""
    dice = random.Random(7)
    sample = templates()
    step = YEARS * 365 * 86_400 // max(charges, 1)
    who = [f"cus_{draw_ref(dice, 14)}" for _ in range(customers)]
    rows: dict[str, list[bytes]] = {name: [] for name in PATHS}
    for index, ref in enumerate(who):
        rows["customers"].append(encode(sample["customer"], index, id=ref, created=END - index * 1000))
    for index in range(charges):
        at, ref, amount = END - index * step, draw_ref(dice), dice.randrange(500, 90_000)
        owner, fee = who[dice.randrange(customers)], amount * 29 // 1000 + 30
        names = {"charge": f"ch_{ref}", "payment_intent": f"pi_{ref}", "balance_transaction": f"txn_{ref}"}
        paid = {"amount": amount, "created": at, "currency": "usd"}
        rows["charges"].append(
            encode(
                sample["charge"], index, **paid, id=names["charge"], amount_captured=amount, amount_refunded=0,
                customer=owner, payment_intent=names["payment_intent"],
                balance_transaction=names["balance_transaction"], refunded=False,
            )
        )  # fmt: skip
        rows["payment_intents"].append(
            encode(
                sample["payment_intent"], index, **paid, id=names["payment_intent"], amount_received=amount,
                customer=owner, latest_charge=names["charge"],
            )
        )  # fmt: skip
        rows["balance_transactions"].append(
            encode(
                sample["balance_transaction"], index, **paid, id=names["balance_transaction"], fee=fee,
                net=amount - fee, source=names["charge"],
            )
        )  # fmt: skip
    for index in range(invoices):
        rows["invoices"].append(_invoice(sample["invoice"], index, step, who[dice.randrange(customers)], dice))
    for index in range(min(invoice_payments, charges, invoices)):
        invoice, intent = orjson.loads(rows["invoices"][index]), orjson.loads(rows["payment_intents"][index])
        rows["invoice_payments"].append(
            encode(
                sample["invoice_payment"], index, id=f"inpay_{draw_ref(dice)}", invoice=invoice["id"],
                amount_paid=intent["amount"], amount_requested=intent["amount"], created=intent["created"],
                currency="usd", payment={"type": "payment_intent", "payment_intent": intent["id"]},
            )
        )  # fmt: skip
    return rows


def draw_ref(dice: random.Random, length: int = 24) -> str:
    """An id as the provider makes them: letters and digits, no long run of digits."""
    return "".join(dice.choices(string.ascii_letters + string.digits, k=length))


def _invoice(sample: list[Wire], index: int, step: int, owner: str, dice: random.Random) -> bytes:
    item = json.loads(json.dumps(sample[index % len(sample)]))
    ref = f"in_{draw_ref(dice)}"
    item |= {"id": ref, "customer": owner, "created": END - index * step, "number": f"B-{index:06d}"}
    for line in item["lines"]["data"]:
        line |= {"id": f"il_{draw_ref(dice)}", "invoice": ref}
    return orjson.dumps(item)


def encode(sample: list[Wire], index: int, **changes: Any) -> bytes:
    """One object: a template with its own facts."""
    return orjson.dumps({**sample[index % len(sample)], **changes})


PATHS = (
    "customers", "products", "prices", "invoices", "invoice_payments", "charges", "payment_intents", "refunds",
    "balance_transactions", "payouts", "disputes", "subscriptions", "credit_notes", "events",
)  # fmt: skip


def paginate(rows: dict[str, list[bytes]]) -> dict[tuple[str, str], Answer]:
    """Whole answers by address and by the id that the page starts after."""
    pages: dict[tuple[str, str], Answer] = {}
    for name, items in rows.items():
        after = ""
        for start in range(0, max(len(items), 1), PAGE):
            part = items[start : start + PAGE]
            more = b"true" if start + PAGE < len(items) else b"false"
            body = (
                b'{"object":"list","data":['
                + b",".join(part)
                + b'],"has_more":'
                + more
                + b',"url":"/v1/'
                + name.encode()
                + b'"}'
            )
            pages[name, after] = Answer(body)
            if part:
                after = orjson.loads(part[-1])["id"]
    return pages


ACCOUNT = Answer(orjson.dumps({"id": "acct_bench", "object": "account", "country": "US", "default_currency": "usd"}))
EMPTY = Answer(b'{"object":"list","data":[],"has_more":false,"url":"/v1/"}')
NOT_HERE = Answer(b'{"error":{"type":"invalid_request_error","message":"not here"}}', "404 Not Found")
_ONE = re.compile(r"/cus_[^/]+")


def reply(pages: dict[tuple[str, str], Answer], request: Request) -> Answer:
    """The answer to a request: what is asked for from a day on is empty, since nothing is as new as that."""
    name = request.path.removeprefix("/v1/")
    if name == "account":
        return ACCOUNT
    if name.endswith("/payment_methods") or "created[gte]" in request.query:
        return EMPTY
    return pages.get((name, request.query.get("starting_after", "")), NOT_HERE)


def endpoint(path: str) -> str:
    """What a path is counted as."""
    return _ONE.sub("/{id}", path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--charges", type=int, default=50_000)
    parser.add_argument("--invoices", type=int, default=20_000)
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--invoice-payments", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0)
    chosen = parser.parse_args()
    made = paginate(make(chosen.charges, chosen.invoices, chosen.customers, chosen.invoice_payments))
    serve(partial(reply, made), endpoint=endpoint, latency_ms=chosen.latency_ms)
