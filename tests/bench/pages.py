"""A loopback server of pre-encoded pages in Stripe's shape: it costs next to nothing, so the reader is measured.

``python -m tests.bench.pages --charges N --invoices N`` prints its address and serves until it is stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime
import json
import random
import string
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

Wire = dict[str, Any]
PAGE = 100
YEARS = 3
END = 1_790_000_000


def templates() -> dict[str, list[Wire]]:
    """Believable objects of each type, from the sandbox's generated year."""
    from desktop.sandbox import launch

    world = launch.build(seed=1, today=datetime.date(2026, 11, 23)).world
    found: dict[str, list[Wire]] = {}
    for kind in ("customer", "charge", "payment_intent", "balance_transaction", "invoice"):
        found[kind] = [world.objects[ref] for ref in world.kinds[kind]][:400]
    succeeded = [item for item in found["charge"] if item["status"] == "succeeded" and item["currency"] == "usd"]
    found["charge"] = succeeded
    found["payment_intent"] = [item for item in found["payment_intent"] if item["status"] == "succeeded"]
    found["balance_transaction"] = [item for item in found["balance_transaction"] if item["type"] == "charge"]
    found["invoice"] = [
        item for item in found["invoice"] if item["status"] in {"paid", "open"} and not item["lines"]["has_more"]
    ]
    return found


def make(charges: int, invoices: int, customers: int = 500) -> dict[str, list[bytes]]:
    """All objects by address, newest first, encoded."""
    dice = random.Random(7)
    sample = templates()
    step = YEARS * 365 * 86_400 // max(charges, 1)
    who = [f"cus_{_ref(dice, 14)}" for _ in range(customers)]
    rows: dict[str, list[bytes]] = {name: [] for name in PATHS}
    for index, ref in enumerate(who):
        rows["customers"].append(encode(sample["customer"], index, id=ref, created=END - index * 1000))
    for index in range(charges):
        at, ref, amount = END - index * step, _ref(dice), dice.randrange(500, 90_000)
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
    return rows


def _ref(dice: random.Random, length: int = 24) -> str:
    """An id as the provider makes them: letters and digits, no long run of digits."""
    return "".join(dice.choices(string.ascii_letters + string.digits, k=length))


def _invoice(sample: list[Wire], index: int, step: int, owner: str, dice: random.Random) -> bytes:
    item = json.loads(json.dumps(sample[index % len(sample)]))
    ref = f"in_{_ref(dice)}"
    item |= {"id": ref, "customer": owner, "created": END - index * step, "number": f"B-{index:06d}"}
    for line in item["lines"]["data"]:
        line |= {"id": f"il_{_ref(dice)}", "invoice": ref}
    return orjson.dumps(item)


def encode(sample: list[Wire], index: int, **changes: Any) -> bytes:
    """One object: a template with its own facts."""
    return orjson.dumps({**sample[index % len(sample)], **changes})


PATHS = (
    "customers", "products", "prices", "invoices", "invoice_payments", "charges", "payment_intents", "refunds",
    "balance_transactions", "payouts", "disputes", "subscriptions", "credit_notes", "events",
)  # fmt: skip


def paginate(rows: dict[str, list[bytes]]) -> dict[tuple[str, str], bytes]:
    """Whole HTTP answers by address and by the id that the page starts after."""
    pages: dict[tuple[str, str], bytes] = {}
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
            pages[name, after] = _answer(body)
            if part:
                after = orjson.loads(part[-1])["id"]
    return pages


def _answer(body: bytes, status: str = "200 OK") -> bytes:
    now = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nDate: {now}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


ACCOUNT = orjson.dumps({"id": "acct_bench", "object": "account", "country": "US", "default_currency": "usd"})


class _Server(asyncio.Protocol):
    def __init__(self, pages: dict[tuple[str, str], bytes]) -> None:
        self._pages = pages
        self._rest = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        *requests, self._rest = (self._rest + data).split(b"\r\n\r\n")
        for request in requests:
            target = urlsplit(request.split(b" ", 2)[1].decode())
            assert self._transport is not None
            self._transport.write(self._reply(target.path, target.query))

    def _reply(self, path: str, query: str) -> bytes:
        name = path.removeprefix("/v1/")
        if name == "account":
            return _answer(ACCOUNT)
        if name.endswith("/payment_methods"):
            return _answer(b'{"object":"list","data":[],"has_more":false,"url":"/v1/"}')
        asked = parse_qs(query)
        after = asked.get("starting_after", [""])[0]
        if "created[gte]" in asked:
            return _answer(b'{"object":"list","data":[],"has_more":false,"url":"/v1/"}')
        found = self._pages.get((name, after))
        if found is None:
            return _answer(b'{"error":{"type":"invalid_request_error","message":"not here"}}', "404 Not Found")
        return found


async def _serve(pages: dict[tuple[str, str], bytes]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Server(pages), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"http://127.0.0.1:{port}", flush=True)  # noqa: T201
    async with server:
        await server.serve_forever()


def names(rows: dict[str, list[bytes]]) -> Iterator[tuple[str, int]]:
    """How many objects stand at each address."""
    return ((name, len(items)) for name, items in rows.items() if items)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--charges", type=int, default=50_000)
    parser.add_argument("--invoices", type=int, default=20_000)
    chosen = parser.parse_args()
    asyncio.run(_serve(paginate(make(chosen.charges, chosen.invoices))))
