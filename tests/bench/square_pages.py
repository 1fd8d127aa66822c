"""A loopback server of pre-encoded pages in Square's shape, beside ``pages``, which has Stripe's.

``python -m tests.bench.square_pages --payments N --orders N`` prints its address and serves until it is stopped;
``--latency-ms N`` writes each answer that long after its request.
"""

from __future__ import annotations

import argparse
import datetime
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from tests.bench.loopback import Answer, Request, serve
from tests.bench.pages import END, YEARS, draw_ref

Wire = dict[str, Any]

LIMITS = {"customers": 100, "orders": 500, "payments": 100}
"""How many objects stand on a page of each list: the most that Square gives."""

_ADDRESSES = {
    "/v2/customers": "customers",
    "/v2/customers/search": "customers",
    "/v2/orders/search": "orders",
    "/v2/payments": "payments",
}
_LATER = "2010"
"""Lists are asked for from before Square's first payment on; who asks from later on wants what is new: nothing."""


@dataclass(frozen=True, slots=True)
class Shop:
    """All that is served: facts of the seller, and encoded objects by list and location, oldest first.

    Customers belong to no location: theirs is the empty name.
    """

    merchant: Wire
    locations: list[Wire]
    catalog: list[Wire]
    rows: dict[tuple[str, str], list[bytes]]


def make(payments: int, orders: int, customers: int, locations: int) -> Shop:
    """A seller's business: the first payments are for an order each, every third is a known customer's."""
    from desktop.sandbox import launch

    dice = random.Random(7)
    world = launch.build_square(seed=1, today=datetime.date(2026, 11, 23), sales_a_day=3.0).world
    shops = _locations(world.find("location", world.main_location), locations, dice)
    who = [draw_ref(dice, 26) for _ in range(customers)]
    people = world.every("customer")
    step = YEARS * 365 * 86_400 // max(payments, customers, 1)
    paid = [
        one
        for one in world.every("payment")
        if one["status"] == "COMPLETED" and one.get("processing_fee") and not one.get("refunded_money")
    ][-400:]
    sold = [
        one
        for one in world.every("order")
        if one["state"] == "COMPLETED" and len(one.get("tenders", ())) == 1 and not one.get("returns")
    ][-400:]
    rows: dict[tuple[str, str], list[bytes]] = {("customers", ""): []}
    rows |= {(name, shop["id"]): [] for name in ("orders", "payments") for shop in shops}
    for index, ref in enumerate(who):
        at = _moment(END - (customers - index) * step)
        person = people[index % len(people)]
        rows["customers", ""].append(orjson.dumps({**person, "id": ref, "created_at": at, "updated_at": at}))
    for index in range(max(payments, orders)):
        at, shop = _moment(END - (payments - index) * step), shops[index % len(shops)]["id"]
        names = {"order": draw_ref(dice, 29), "payment": draw_ref(dice, 29)}
        owner = {"customer_id": who[dice.randrange(customers)]} if who and index % 3 == 0 else {}
        amount = {"amount": dice.randrange(500, 90_000), "currency": "USD"}
        about = {"created_at": at, "updated_at": at, "location_id": shop, **owner}
        if index < orders:
            order = sold[index % len(sold)]
            amount = order["total_money"]
            rows["orders", shop].append(_order(order, names, amount, about))
        if index < payments:
            about |= {"order_id": names["order"]} if index < orders else {}
            rows["payments", shop].append(_payment(paid[index % len(paid)], names["payment"], amount, about))
    catalog = [one for one in world.every("catalog") if one["type"] in {"CATEGORY", "ITEM"} and not one["is_deleted"]]
    return Shop(world.merchant | {"main_location_id": shops[0]["id"]}, shops, catalog, rows)


def _locations(template: Wire, count: int, dice: random.Random) -> list[Wire]:
    return [{**template, "id": draw_ref(dice, 13).upper(), "name": f"Shop {n + 1}"} for n in range(max(count, 1))]


def _order(template: Wire, names: dict[str, str], amount: Wire, about: Wire) -> bytes:
    tender = {
        **template["tenders"][0], "id": names["payment"], "payment_id": names["payment"], "amount_money": amount,
        "transaction_id": names["order"], "created_at": about["created_at"], "location_id": about["location_id"],
    }  # fmt: skip
    made = {**template, **about, "id": names["order"], "closed_at": about["updated_at"], "tenders": [tender]}
    if "customer_id" not in about:
        made.pop("customer_id", None)
    return orjson.dumps(made)


def _payment(template: Wire, ref: str, amount: Wire, about: Wire) -> bytes:
    fee = {"amount": amount["amount"] * 26 // 1000 + 10, "currency": "USD"}
    made = {
        **template, "amount_money": amount, "total_money": amount, "approved_money": amount, "id": ref,
        "processing_fee": [{**template["processing_fee"][0], "amount_money": fee}], "receipt_number": ref[:4],
        "receipt_url": f"https://squareup.com/receipt/preview/{ref}",
    }  # fmt: skip
    for name in ("order_id", "customer_id"):
        made.pop(name, None)
    return orjson.dumps(made | about)


def _moment(seconds: int) -> str:
    return f"{datetime.datetime.fromtimestamp(seconds, datetime.UTC):%Y-%m-%dT%H:%M:%S}.000Z"


def paginate(rows: dict[tuple[str, str], list[bytes]]) -> dict[tuple[str, str, str], Answer]:
    """Whole answers by list, location and cursor; the first page has none."""
    pages: dict[tuple[str, str, str], Answer] = {}
    for (name, shop), items in rows.items():
        limit, cursor = LIMITS[name], ""
        for start in range(0, max(len(items), 1), limit):
            following = f"{name}-{start + limit}" if start + limit < len(items) else ""
            body = b'{"' + name.encode() + b'":[' + b",".join(items[start : start + limit]) + b"]"
            body += b',"cursor":"' + following.encode() + b'"}' if following else b"}"
            pages[name, shop, cursor] = Answer(body)
            cursor = following
    return pages


class Pages:
    """What is answered: pages of the long lists, the facts of the seller, and nothing for everything else."""

    def __init__(self, shop: Shop) -> None:
        self._pages = paginate(shop.rows)
        self._main = shop.locations[0]["id"]
        facts = {
            "/v2/merchants/me": {"merchant": shop.merchant},
            "/v2/locations": {"locations": shop.locations},
            "/v2/locations/main": {"location": shop.locations[0]},
            "/v2/catalog/list": {"objects": shop.catalog},
        }
        self._facts = {path: Answer(orjson.dumps(told)) for path, told in facts.items()}

    def reply(self, request: Request) -> Answer:
        """The answer to a request."""
        if request.path in self._facts:
            return self._facts[request.path]
        asked = {**request.query, **(orjson.loads(request.body) if request.body else {})}
        name = _ADDRESSES.get(request.path)
        if name is None or any(begin > _LATER for begin in _begins(asked)):
            return EMPTY
        if int(asked.get("limit", LIMITS[name])) != LIMITS[name]:
            return NOT_HERE
        named = asked.get("location_ids") or [asked.get("location_id", self._main)]
        location = "" if name == "customers" else named[0]
        return self._pages.get((name, location, asked.get("cursor", "")), NOT_HERE)


EMPTY = Answer(b"{}")
NOT_HERE = Answer(
    b'{"errors":[{"category":"INVALID_REQUEST_ERROR","code":"INVALID_VALUE","detail":"not here"}]}', "400 Bad Request"
)


def _begins(asked: Wire) -> Iterator[str]:
    """From when on objects are asked for, wherever that stands."""
    for name, value in asked.items():
        if isinstance(value, dict):
            yield from _begins(value)
        elif name.endswith(("begin_time", "start_at", "updated_after")):
            yield value


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--payments", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=50_000)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--locations", type=int, default=1)
    parser.add_argument("--latency-ms", type=float, default=0)
    chosen = parser.parse_args()
    shop = make(chosen.payments, chosen.orders, chosen.customers, chosen.locations)
    serve(Pages(shop).reply, latency_ms=chosen.latency_ms)
