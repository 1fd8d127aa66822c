"""First sync against the plain floor and the SDK's own pager, in one run, as ratios.

    python -m tests.bench.bench_sync [--charges 50000] [--invoices 20000] [--runs 5]

The floor is "httpx, orjson, executemany into one table" over the same streams; the SDK's loop is measured on a part of
them and compared by objects a second. Each measurement is a process of its own; ours also tells its peak memory, both
of its processes together.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STREAMS = ("customers", "charges", "payment_intents", "balance_transactions", "invoices")
SDK_OBJECTS = 2_000


def floor(base: str, folder: Path) -> int:
    """Read every page and store every object as it is: the same streams, customers' payment methods among them."""
    import sqlite3

    import httpx
    import orjson

    database = sqlite3.connect(folder / "floor.db")
    database.execute("pragma journal_mode=WAL")
    database.execute("create table objects (stream text, id text primary key, created integer, body blob)")

    def store(client: httpx.Client, stream: str, path: str) -> int:
        seen, after = 0, {}
        while True:
            page = orjson.loads(client.get(path, params={"limit": 100, **after}).content)
            data = page["data"]
            rows = [(stream, item["id"], item["created"], orjson.dumps(item)) for item in data]
            with database:
                database.executemany("insert into objects values (?, ?, ?, ?)", rows)
            seen += len(rows)
            if not page["has_more"]:
                return seen
            after = {"starting_after": data[-1]["id"]}

    with httpx.Client(base_url=base, headers={"Authorization": "Bearer sk_test_bench"}) as client:
        seen = sum(store(client, stream, f"/v1/{stream}") for stream in STREAMS)
        for (customer,) in database.execute("select id from objects where stream = 'customers'").fetchall():
            seen += store(client, "payment_methods", f"/v1/customers/{customer}/payment_methods")
    database.close()
    return seen


def sdk(base: str, folder: Path) -> int:
    """The official SDK's auto-paging, some objects of each stream."""
    import stripe

    client = stripe.StripeClient("sk_test_bench", base_addresses={"api": base})
    seen = 0
    v1 = client.v1
    begun = time.perf_counter()
    for service in (v1.charges, v1.payment_intents, v1.balance_transactions, v1.invoices):
        for number, item in enumerate(service.list({"limit": 100}).auto_paging_iter(), start=1):
            seen += bool(item.id)
            if number == SDK_OBJECTS:
                break
    _told["seconds"] = time.perf_counter() - begun
    return seen


def ours(base: str, folder: Path) -> int:
    """Connect by key and sync, as the command does."""
    import os
    import threading

    from desktop.actions.connect import connect_by_key
    from desktop.actions.sync import sync_account
    from desktop.workspace import open_business

    class Quiet:
        def step(self, step: object, note: str = "") -> None: ...
        def open_page(self, address: str) -> None: ...
        def confirm(self, account: object) -> bool:
            return True

        def listening(self, callback: object) -> None: ...

    from desktop.sync.bulk import BulkReader

    close = BulkReader.close

    def closed(reader: BulkReader) -> None:
        # Not from getrusage: a child's peak there counts what its parent had when it was forked.
        status = Path(f"/proc/{reader.process_id}/status").read_text()
        _told["second_mb"] = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        close(reader)

    BulkReader.close = closed  # type: ignore[method-assign]
    environment = {**os.environ, "PAYDESK_STRIPE_API_BASE": base, "PAYDESK_TIMEZONE": "Europe/Berlin"}
    business = open_business(folder / "books", environment, memory_key=True)
    connected = connect_by_key(business, "stripe", "sk_test_" + "b" * 24, Quiet())
    begun = time.perf_counter()
    report = sync_account(business, connected.integration, cancel=threading.Event())
    _told["seconds"] = time.perf_counter() - begun
    business.close()
    return sum(stream.seen for stream in report.streams)


_told: dict[str, float] = {}
LOOPS = {"floor": floor, "sdk": sdk, "ours": ours}


def measure(name: str, base: str) -> None:
    """One measurement in this process, told as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        seen = LOOPS[name](base, Path(folder))
        seconds = _told.get("seconds", time.perf_counter() - begun)
    # Both peaks, although they need not have been at the same moment.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 + _told.get("second_mb", 0.0)
    sys.stdout.write(json.dumps({"seen": seen, "seconds": seconds, "rate": seen / seconds, "peak_mb": peak}) + "\n")


def main() -> None:
    """Interleaved runs; medians and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--charges", type=int, default=50_000)
    parser.add_argument("--invoices", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measure", choices=LOOPS)
    parser.add_argument("--base")
    chosen = parser.parse_args()
    if chosen.measure:
        measure(chosen.measure, chosen.base)
        return
    words = ["--charges", str(chosen.charges), "--invoices", str(chosen.invoices)]
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.pages", *words], stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        base = server.stdout.readline().strip()
        results: dict[str, list[dict[str, float]]] = {name: [] for name in LOOPS}
        for number in range(chosen.runs):
            for name, found in results.items():
                command = [sys.executable, "-m", "tests.bench.bench_sync", "--measure", name, "--base", base]
                done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
                found.append(json.loads(done.stdout))
                sys.stdout.write(f"run {number + 1} {name}: {found[-1]}\n")
                sys.stdout.flush()
    finally:
        server.terminate()
    report(results)


def report(results: dict[str, list[dict[str, float]]]) -> None:
    """The figures to quote."""
    rate = {name: statistics.median(item["rate"] for item in found) for name, found in results.items()}
    pairs = [o["rate"] / f["rate"] for o, f in zip(results["ours"], results["floor"], strict=True)]
    peak = max(item["peak_mb"] for item in results["ours"])
    sys.stdout.write(
        f"objects a second (median): ours {rate['ours']:,.0f}, floor {rate['floor']:,.0f}, SDK {rate['sdk']:,.0f}\n"
        f"ours / floor: {statistics.median(pairs):.2f} (0.4 wanted, 0.6 aimed at)\n"
        f"ours / SDK: {rate['ours'] / rate['sdk']:.1f} (8 wanted)\n"
        f"peak memory of ours: {peak:.0f} MB (under 200 wanted)\n"
    )


if __name__ == "__main__":
    main()
