"""How soon Paydesk's window is there, beside an empty window of PySide6, in one run, as ratios.

    python -m tests.bench.bench_start [--payments 1000000] [--runs 5] [--platform offscreen] [--keep DIR]

From the start of the process to the first frame with rail, title and skeletons, and to the dashboard's real figures
on screen; on books of a million payments. Each measurement is a process of its own, and its bytecode is compiled.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import update

from desktop.books.books import Books, open_books
from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from tests.bench.synthetic import TODAY, build

FIRST_WANTED, FIGURES_WANTED = 2.0, 5.0


def started(words: list[str], platform: str) -> dict[str, float]:
    """Start it; seconds from then to each of its marks."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"QT_QPA_PLATFORM": platform, "PAYDESK_TODAY": TODAY, "PAYDESK_TIMEZONE": "Europe/Berlin"}
    command = [sys.executable, "-m", "tests.bench.first_frame", *words]
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=environment)
    marks = (line.split() for line in done.stdout.splitlines())
    return {mark: float(at) - begun for mark, at in marks}


def open_kept(home: Path, payments: int) -> Books:
    """The books, their account just synced, so that the window does not begin with a sync."""
    books = open_books(home) if (home / "books.db").exists() else build(home, payments)
    with books.write() as writer:
        writer.connection.execute(update(table_of(Integration)).values(last_sync_at=round(time.time() * 1000)))
    return books


def measure(home: Path, runs: int, platform: str) -> None:
    """Interleaved runs after one of each that compiles and warms; medians and ratios."""
    sides = {"empty": ["empty"], "window": ["window", str(home)]}
    for words in sides.values():
        started(words, platform)
    taken: dict[str, list[float]] = {"empty": [], "first": [], "figures": []}
    for _ in range(runs):
        taken["empty"].append(started(sides["empty"], platform)["first"])
        marks = started(sides["window"], platform)
        taken["first"].append(marks["first"])
        taken["figures"].append(marks["figures"])
    for name, times in taken.items():
        median, most = statistics.median(times) * 1000, max(times) * 1000
        sys.stdout.write(f"{name:8} median {median:7.0f} ms, longest {most:7.0f} ms\n")
    for name, wanted in (("first", FIRST_WANTED), ("figures", FIGURES_WANTED)):
        ratio = statistics.median(ours / least for ours, least in zip(taken[name], taken["empty"], strict=True))
        sys.stdout.write(f"{name} / empty window: {ratio:.2f} ({wanted:g} wanted)\n")


def main() -> None:
    """Build the books (or open kept ones), then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--platform", default="offscreen")
    parser.add_argument("--keep", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        home = (options.keep or Path(scratch)) / str(options.payments)
        open_kept(home, options.payments).close()
        measure(home, options.runs, options.platform)


if __name__ == "__main__":
    main()
