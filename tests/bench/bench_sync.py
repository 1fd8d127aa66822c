"""A first sync of Stripe against the plain floor and the SDK's own pager, in one run, as ratios.

    python -m tests.bench.bench_sync [--charges 50000] [--invoices 20000] [--customers 500] [--runs 5]

Ours connects by key and syncs, as the command does. The floor reads the five lists that have anything in them, and does
nothing else (``peers``); the SDK's pager reads a part of them and is compared by objects a second. Ours also tells its
peak memory, both of its processes together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import httpx
import orjson

from tests.bench.peers import Run, Side, Table, Wire, bearer, compare, some

STREAMS = ("customers", "charges", "payment_intents", "balance_transactions", "invoices")
COUNTS = {"charges": 50_000, "invoices": 20_000, "customers": 500}
TOKEN = "sk_test_bench"


def floor(base: str, folder: Path) -> Run:
    """Read every page of each list and store every object as it is."""
    table, client = Table(folder), bearer(base, TOKEN)
    return lambda: sum(table.keep(stream, "created", _pages(client, f"/v1/{stream}")) for stream in STREAMS)


def _pages(client: httpx.Client, path: str) -> Iterator[Sequence[Wire]]:
    after: dict[str, str] = {}
    while True:
        page = orjson.loads(client.get(path, params={"limit": 100, **after}).content)
        yield page["data"]
        if not page["has_more"]:
            return
        after = {"starting_after": page["data"][-1]["id"]}


def sdk(base: str, folder: Path) -> Run:
    """The official SDK's auto-paging, some objects of each of the long lists."""
    import stripe

    v1 = stripe.StripeClient(TOKEN, base_addresses={"api": base}).v1
    services = (v1.charges, v1.payment_intents, v1.balance_transactions, v1.invoices)
    return lambda: sum(some(service.list({"limit": 100}).auto_paging_iter()) for service in services)


SIDES: Mapping[str, Side] = {"floor": floor, "sdk": sdk}

if __name__ == "__main__":
    compare("tests.bench.bench_sync", "stripe", "pages", COUNTS, SIDES, __doc__)
