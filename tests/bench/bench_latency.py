"""A first sync over a line with latency, the build of commit 68be2be beside this one, in one run.

    python -m tests.bench.bench_latency [CASE ...] [--runs 2] [--latency-ms 100] [--scale 1] [--revision 68be2be]

Both builds read the same pre-encoded pages, one after the other, each answer a tenth of a second after its request, and
both within the account's bucket as towards the provider. The older build asks for the payment methods of each customer
by itself: what reading less saves is in the cases with customers, what reading lists side by side saves is seen without
them. Told are objects a second, the ratio, how many requests a second were made of those that the bucket gives, and how
many came at once beyond its rate. On loopback, without latency, nothing is limited: the new build is to be no slower.
"""

from __future__ import annotations

import argparse
import compileall
import statistics
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from desktop.providers.square.constants import RATE
from desktop.providers.stripe.constants import ENDPOINT_RATE, RATES
from tests.bench.race import ROOT, asked, load, named, run_sync, say, scaled, serving
from tests.checks.same_books import checked_out

OLDER = "68be2be"
LIVE_KEY, TEST_KEY = "sk_live_" + "b" * 24, "sk_test_" + "b" * 24

STRIPE = {"charges": 4_000, "invoices": 4_000, "invoice_payments": 4_000, "customers": 5}
WITH_CUSTOMERS = {**STRIPE, "customers": 100}
SQUARE = {"payments": 6_000, "orders": 6_000, "customers": 6_000, "locations": 1}
LONG_STRIPE = {"charges": 10_000, "invoices": 10_000, "customers": 5}
LONG_SQUARE = {"payments": 12_000, "orders": 12_000, "customers": 6_000, "locations": 1}


@dataclass(frozen=True, slots=True)
class Case:
    """What is read, and by what bucket: requests a second for all, and on one endpoint; 0: none, and no latency."""

    title: str
    provider: str
    objects: Mapping[str, int]
    wanted: float
    key: str = ""
    rate: float = 0.0
    endpoint_rate: float = 0.0

    @property
    def module(self) -> str:
        """Who serves its pages."""
        return "pages" if self.provider == "stripe" else "square_pages"


CASES: Mapping[str, Case] = {
    "live": Case("Stripe, live key", "stripe", STRIPE, 4.0, LIVE_KEY, RATES["live"], ENDPOINT_RATE),
    "test": Case("Stripe, test key", "stripe", STRIPE, 3.0, TEST_KEY, RATES["test"], ENDPOINT_RATE),
    "live-customers": Case(
        "Stripe, live key, with customers", "stripe", WITH_CUSTOMERS, 4.0, LIVE_KEY, RATES["live"], ENDPOINT_RATE
    ),
    "test-customers": Case(
        "Stripe, test key, with customers", "stripe", WITH_CUSTOMERS, 3.0, TEST_KEY, RATES["test"], ENDPOINT_RATE
    ),
    "square": Case("Square", "square", SQUARE, 1.0, "", RATE, RATE),
    "loopback": Case("Stripe without a bucket", "stripe", LONG_STRIPE, 1.0),
    "square-loopback": Case("Square without a bucket", "square", LONG_SQUARE, 1.0),
}


@dataclass(frozen=True, slots=True)
class Run:
    """What one sync came to: its own report, and the requests as the server heard them."""

    told: Mapping[str, Any]
    requests: list[tuple[float, str]]

    @property
    def rate(self) -> float:
        """Objects a second."""
        return float(self.told["rate"])

    @property
    def cpu(self) -> float:
        """Seconds of work an object, which a busy machine changes least."""
        return float(self.told["cpu"]) / float(self.told["seen"])

    @property
    def asked_a_second(self) -> float:
        """Requests a second, over the whole of it."""
        return len(self.requests) / float(self.told["seconds"])

    def at_once(self, rate: float) -> float:
        """The most requests that came at once beyond a rate: a bucket lets as many as it holds, its rate."""
        return _beyond([at for at, _ in self.requests], rate)

    def at_once_on_one(self, rate: float) -> float:
        """The same on the endpoint that was pressed most."""
        by_endpoint: dict[str, list[float]] = {}
        for at, endpoint in self.requests:
            by_endpoint.setdefault(endpoint, []).append(at)
        return max(_beyond(times, rate) for times in by_endpoint.values())


def _beyond(times: Iterable[float], rate: float) -> float:
    """How many tokens a bucket must have held for these requests, filled at ``rate`` a second."""
    most, owed, before = 0.0, 0.0, None
    for at in sorted(times):
        owed = max(0.0, owed - rate * (at - before)) + 1 if before is not None else 1.0
        most, before = max(most, owed), at
    return most


def measure(case: Case, older: Path, runs: int, latency_ms: float, scale: float) -> str:
    """Both builds, in turns; who begins changes each time. The answer: what it comes to, in a line."""
    counts = scaled(case.objects, scale)
    latency = latency_ms if case.rate else 0.0
    found: dict[str, list[Run]] = {"old": [], "new": []}
    say(f"\n{case.title}, {latency:g} ms: {named(counts)}")
    with serving(case.module, **counts, latency_ms=latency) as base:
        for number in range(runs):
            for name in ("old", "new") if number % 2 == 0 else ("new", "old"):
                asked(base)
                build = older if name == "old" else ROOT
                told = run_sync(case.provider, base, build=build, key=case.key, limited=bool(case.rate))
                found[name].append(Run(told, asked(base)))
                say(f"  run {number + 1} {name}: {_line(found[name][-1], case)} ({load()})")
    pairs = [new.rate / old.rate for old, new in zip(found["old"], found["new"], strict=True)]
    cpu = [new.cpu / old.cpu for old, new in zip(found["old"], found["new"], strict=True)]
    line = f"new / old: {statistics.median(pairs):.2f} ({case.wanted:g} wanted)"
    say(f"  {line}; each run {_each(pairs)}")
    say(f"  seconds of work an object, new / old: {statistics.median(cpu):.2f}; each run {_each(cpu)}")
    return f"{case.title}, {latency:g} ms: {line}"


def _line(run: Run, case: Case) -> str:
    line = f"{run.rate:,.0f} objects/s, {run.told['seconds']:.1f} s, {len(run.requests)} requests"
    if not case.rate:
        return line
    # What a full bucket gives in that time, its first second's worth included.
    given = case.rate * (1 + 1 / float(run.told["seconds"]))
    line += f", {run.asked_a_second:.1f}/s of {given:.1f}, at once {run.at_once(case.rate):.0f} of {case.rate:g}"
    if case.endpoint_rate < case.rate:
        line += f", on one endpoint {run.at_once_on_one(case.endpoint_rate):.0f} of {case.endpoint_rate:g}"
    return line


def _each(ratios: Iterable[float]) -> str:
    return ", ".join(f"{ratio:.2f}" for ratio in ratios)


def main() -> None:
    """All cases, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--latency-ms", type=float, default=100)
    parser.add_argument("--scale", type=float, default=1.0, help="of how many objects are served")
    parser.add_argument("--revision", default=OLDER, help="the older build, as git names it")
    chosen = parser.parse_args()
    unknown = set(chosen.cases) - set(CASES)
    if unknown:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    say(f"{chosen.revision} beside this tree, {load()}")
    with tempfile.TemporaryDirectory(prefix="paydesk-older-") as folder:
        older = checked_out(chosen.revision, Path(folder) / "older")
        # As this tree is by now: who runs first would compile it otherwise.
        compileall.compile_dir(older / "desktop", quiet=1)
        lines = [
            measure(CASES[name], older, chosen.runs, chosen.latency_ms, chosen.scale) for name in chosen.cases or CASES
        ]
    say("")
    for line in lines:
        say(line)


if __name__ == "__main__":
    main()
