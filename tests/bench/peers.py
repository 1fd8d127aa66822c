"""What a first sync is measured against: the plain loop that a peer would write, and the providers' own SDKs.

The floor asks once a page and keeps what comes: httpx, orjson, ``executemany`` into one table, in WAL with
``synchronous=NORMAL`` and several pages a transaction. Whatever makes it slower is no gain of ours. Each side runs in a
process of its own and is timed from its first request on: what is imported, opened and connected comes before.
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
import orjson

from tests.bench.race import load, run, run_sync, say, serving

Wire = dict[str, Any]

PAGES_TOGETHER = 10
"""Pages of a list that the floor commits together."""

SDK_OBJECTS = 1_000
"""How many objects of each list an SDK reads: it is compared by objects a second."""

Run = Callable[[], int]
Side = Callable[[str, Path], Run]
"""What is made ready with an address and a folder, and then run and timed; the answer: how many objects it read."""


class Table:
    """The floor's table: every object as it is, under its id."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "floor.db")
        self._database.execute("pragma journal_mode=WAL")
        self._database.execute("pragma synchronous=NORMAL")
        self._database.execute("create table objects (stream text, id text primary key, created, body blob)")

    def keep(self, stream: str, created: str, pages: Iterable[Sequence[Wire]]) -> int:
        """Store the pages of a list as they come; ``created`` names the time in its objects. How many there were."""
        seen = 0
        for number, page in enumerate(pages, 1):
            rows = [(stream, item["id"], item[created], orjson.dumps(item)) for item in page]
            self._database.executemany("insert into objects values (?, ?, ?, ?)", rows)
            seen += len(rows)
            if number % PAGES_TOGETHER == 0:
                self._database.commit()
        self._database.commit()
        return seen


def bearer(base: str, token: str) -> httpx.Client:
    """A plain client of a provider."""
    return httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"})


def some(pages: Iterable[Any]) -> int:
    """Read as many objects of an SDK's pager as are compared."""
    seen = 0
    for item in pages:
        seen += bool(item.id)
        if seen == SDK_OBJECTS:
            break
    return seen


def compare(
    bench: str, provider: str, module: str, counts: Mapping[str, int], sides: Mapping[str, Side], documentation: str
) -> None:
    """The command of a bench: interleaved runs of ours and the other sides, medians and ratios."""
    parser = argparse.ArgumentParser(
        prog=f"python -m {bench}", description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, count in counts.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--measure", choices=sides, help="only this side, in this process")
    parser.add_argument("--base", help="where the pages are served, for --measure")
    chosen = parser.parse_args()
    if chosen.measure:
        say(json.dumps(_timed(sides[chosen.measure], chosen.base)))
        return
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in ("ours", *sides)}
    with serving(module, **{name: getattr(chosen, name) for name in counts}) as base:
        for number in range(chosen.runs):
            for name, told in found.items():
                if name == "ours":
                    told.append(run_sync(provider, base))
                else:
                    told.append(run([sys.executable, "-m", bench, "--measure", name, "--base", base]))
                one = told[-1]
                say(
                    f"run {number + 1} {name}: {one['seen']:,} objects in {one['seconds']:.2f} s, {one['rate']:,.0f}/s,"
                    f" {one['peak_mb']:.0f} MB ({load()})"
                )
    _report(found)


def _timed(side: Side, base: str) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        ready = side(base, Path(folder))
        busy, begun = time.process_time(), time.perf_counter()
        seen = ready()
        seconds, cpu = time.perf_counter() - begun, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seen": seen, "seconds": seconds, "rate": seen / seconds, "peak_mb": peak, "cpu": cpu}


def _report(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The figures to quote."""
    rates = {name: statistics.median(one["rate"] for one in told) for name, told in found.items()}

    def ratio(other: str, of: Callable[[Mapping[str, Any]], float] = lambda one: float(one["rate"])) -> float:
        """Of runs that followed each other, so that what else the machine did weighs on both."""
        pairs = zip(found["ours"], found[other], strict=True)
        return statistics.median(of(one) / of(peer) for one, peer in pairs)

    say(f"objects a second (median): {', '.join(f'{name} {rate:,.0f}' for name, rate in rates.items())}")
    say(f"ours / floor: {ratio('floor'):.2f} (0.4 wanted, 0.6 aimed at)")
    # Of both our processes, which a busy machine changes least; where there are two cores they work side by side.
    work = ratio("floor", lambda one: float(one["cpu"]) / float(one["seen"]))
    say(f"seconds of work an object, ours / floor: {work:.1f}")
    say(f"ours / SDK: {ratio('sdk'):.1f} (8 wanted)")
    say(
        f"peak memory of ours, both processes: {max(one['peak_mb'] for one in found['ours']):.0f} MB (under 180 wanted)"
    )
