"""The benches run, and what they measure reads everything that is served. No figure is held to anything here."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace

import pytest

from tests.bench.bench_latency import CASES, Run, measure
from tests.bench.race import ROOT


@pytest.mark.parametrize(
    ("bench", "served", "floor", "sdk"),
    [
        ("bench_sync", {"charges": 101, "invoices": 10, "customers": 2}, 315, 313),
        # Two locations: the SDK reads the lists of one.
        ("bench_square", {"payments": 40, "orders": 8, "customers": 5, "locations": 2}, 55, 24),
    ],
)
def test_all_sides_of_a_race_read_what_is_served(bench: str, served: dict[str, int], floor: int, sdk: int) -> None:
    words = [word for name, count in served.items() for word in (f"--{name}", str(count))]
    command = [sys.executable, "-m", f"tests.bench.{bench}", "--runs", "1", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    seen = {name: int(count) for name, count in re.findall(r"run 1 (\w+): (\d+) objects", done.stdout)}
    assert (seen["floor"], seen["sdk"]) == (floor, sdk)
    # Ours also reads what the floor leaves out: the catalog of Square.
    assert seen["ours"] >= floor
    assert re.search(r"ours / floor: \d", done.stdout)


def test_two_builds_are_measured_over_a_line_with_latency(capsys: pytest.CaptureFixture[str]) -> None:
    case = replace(CASES["live"], objects={"charges": 20, "invoices": 5, "customers": 2})
    measure(case, ROOT, 1, latency_ms=1.0, scale=1.0)
    told = capsys.readouterr().out
    assert re.search(r"run 1 old: .* requests, .* of 100, on one endpoint \d+ of 25", told)
    assert re.search(r"run 1 new: .* objects/s", told)
    assert re.search(r"new / old: \d", told)


def test_what_came_at_once_is_counted_beyond_the_rate() -> None:
    def run(*times: float) -> Run:
        return Run({}, [(at, "charges" if number % 2 else "invoices") for number, at in enumerate(times)])

    assert run(0.0, 0.0, 0.0).at_once(10) == 3
    assert run(0.0, 0.1, 0.2, 0.3).at_once(10) == pytest.approx(1)
    assert run(0.0, 0.0, 1.0, 1.0, 1.0).at_once(10) == 3
    assert run(0.0, 0.05, 0.1, 0.15).at_once(10) == pytest.approx(2.5)
    assert run(0.0, 0.0, 0.0, 0.0).at_once_on_one(10) == 2
