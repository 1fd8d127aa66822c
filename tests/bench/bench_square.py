"""A first sync of Square against the plain floor and the SDK's own pager, in one run, as ratios.

    python -m tests.bench.bench_square [--payments 100000] [--orders 50000] [--customers N] [--locations N] [--runs 5]

As ``bench_sync``, with Square's addresses, cursors and searches. The SDK has a pager for payments and customers and
none for the search for orders, where its plain call is made again with the cursor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.bench.peers import Run, Side, Table, Wire, bearer, compare, some

COUNTS = {"payments": 100_000, "orders": 50_000, "customers": 2_000, "locations": 1}
TOKEN = "EAAAl-bench"


def floor(base: str, folder: Path) -> Run:
    """Read every page of each list, for each location, and store every object as it is."""
    table, client = Table(folder), bearer(base, TOKEN)

    def run() -> int:
        locations = orjson.loads(client.get("/v2/locations").content)["locations"]
        seen = table.keep("locations", "created_at", [locations])
        seen += table.keep("customers", "created_at", _pages(client, "/v2/customers", "customers", limit=100))
        for one in locations:
            wanted = {"location_ids": [one["id"]], "limit": 500}
            seen += table.keep("orders", "created_at", _found(client, "/v2/orders/search", "orders", wanted))
            payments = _pages(client, "/v2/payments", "payments", limit=100, location_id=one["id"])
            seen += table.keep("payments", "created_at", payments)
        return seen

    return run


def _pages(client: httpx.Client, path: str, rows: str, **wanted: Any) -> Iterator[Sequence[Wire]]:
    while True:
        page = orjson.loads(client.get(path, params=wanted).content)
        yield page.get(rows, ())
        if not page.get("cursor"):
            return
        wanted["cursor"] = page["cursor"]


def _found(client: httpx.Client, path: str, rows: str, wanted: Wire) -> Iterator[Sequence[Wire]]:
    while True:
        page = orjson.loads(client.post(path, json=wanted).content)
        yield page.get(rows, ())
        if not page.get("cursor"):
            return
        wanted["cursor"] = page["cursor"]


def sdk(base: str, folder: Path) -> Run:
    """The official SDK's pager, some objects of each of the long lists."""
    from square import Square

    client = Square(token=TOKEN, base_url=base)

    def orders(location: str) -> Iterator[Any]:
        onward: dict[str, str] = {}
        while True:
            page = client.orders.search(location_ids=[location], limit=500, **onward)
            yield from page.orders or ()
            if not page.cursor:
                return
            onward = {"cursor": page.cursor}

    def run() -> int:
        locations = client.locations.list().locations or []
        first = str(locations[0].id)
        return some(client.payments.list(location_id=first, limit=100)) + some(orders(first))

    return run


SIDES: Mapping[str, Side] = {"floor": floor, "sdk": sdk}

if __name__ == "__main__":
    compare("tests.bench.bench_square", "square", "square_pages", COUNTS, SIDES, __doc__)
