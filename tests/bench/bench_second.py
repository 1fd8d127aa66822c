"""A second sync with nothing new, and how everything stands, on a million objects beside the same on fifty thousand.

    python -m tests.bench.bench_second [--large 1000000] [--small 50000] [--runs 5] [--keep DIR]

The books are made by a first sync of each size from a loopback server of pre-encoded pages, whose newest objects are
of today and whose last week of ledger lines is pending, and get events of a month beside; ``--keep DIR`` leaves them
for the next time. Of that first sync the memory is told: the peaks of both processes together, and what the reading
one took after a quarter of its time and at its end. Then the second syncs are interleaved, and what ``paydesk status
--json`` asks the books is timed beside them. Medians, and the large books' cost as a ratio of the small ones'.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert

from desktop.actions.business import Business
from desktop.actions.status import account_standings, standing
from desktop.actions.sync import sync_account
from desktop.books.books import open_books
from desktop.books.tables import Event
from desktop.books.tables.base import table_of
from desktop.workspace import open_business
from tests.bench.first_sync import BASES, KEYS, Quiet
from tests.bench.race import ROOT, load, run, say

SYNC_WANTED: Final = 2.0
STATUS_WANTED_S: Final = 0.3
MEMORY_WANTED_MB: Final = 180.0

_PENDING_S: Final = 7 * 86_400
_EVENTS_IN: Final = 20
"""Of so many objects one had an event in the last weeks."""
_MASTER_KEY: Final = base64.b64encode(b"k" * 32).decode()
_THIS: Final = (sys.executable, "-m", "tests.bench.bench_second")


# --- the provider ------------------------------------------------------------------------------------------------


def serve_pages(objects: int) -> None:
    """Print the address and serve about so many objects, three for each charge, until stopped."""
    from tests.bench import pages
    from tests.bench.loopback import Answer, serve

    pages.END = now = round(time.time()) - 3600
    rows = pages.make(3 * objects // 10, objects // 10)
    rows["balance_transactions"] = [_line(line, now) for line in rows["balance_transactions"]]
    made: dict[tuple[str, str], Answer] = {}
    for name in tuple(rows):  # one list at a time: a million objects twice are many gigabytes
        made |= pages.paginate({name: rows.pop(name)})
    serve(partial(pages.reply, made))


def _line(encoded: bytes, now: int) -> bytes:
    """A ledger line that is pending for a week, as they are."""
    import orjson

    line = orjson.loads(encoded)
    available = line["created"] + _PENDING_S
    return orjson.dumps(line | {"available_on": available, "status": "pending" if available > now else "available"})


@contextmanager
def provider(objects: int) -> Iterator[str]:
    """The address of a server of these pages, in a process of its own."""
    command = [*_THIS, "--serve", str(objects)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def open_home(home: Path, base: str) -> Business:
    """The business of a home whose account is at the loopback server."""
    return open_business(home, _environment(home, base))


def _environment(home: Path, base: str) -> dict[str, str]:
    fixed = {BASES["stripe"]: base, "PAYDESK_TIMEZONE": "Europe/Berlin", "PAYDESK_MASTER_KEY": _MASTER_KEY}
    return {**os.environ, **fixed, "PAYDESK_HOME": str(home)}


# --- the first sync ----------------------------------------------------------------------------------------------


def first(home: Path, base: str) -> dict[str, Any]:
    """Connect and sync for the first time; how long it took, and the memory of both processes (MB)."""
    from desktop.actions.connect import connect_by_key

    samples: list[tuple[float, float, float]] = []
    begun = time.perf_counter()

    def sample(_progress: object) -> None:
        if samples and time.perf_counter() - begun - samples[-1][0] < 0.5:
            return
        own, others = _memory(os.getpid(), "VmRSS"), [_memory(child, "VmRSS") for child in _children()]
        samples.append((time.perf_counter() - begun, own, sum(others)))
        for child in _children():
            peaks[child] = _memory(child, "VmHWM")

    peaks: dict[int, float] = {}
    business = open_home(home, base)
    connected = connect_by_key(business, "stripe", KEYS["stripe"], Quiet())
    report = sync_account(business, connected.integration, cancel=threading.Event(), progress=sample)
    seconds = time.perf_counter() - begun
    business.close()
    reader = [size for _, _, size in samples if size] or [0.0]
    return {
        "objects": sum(stream.seen for stream in report.streams),
        "seconds": seconds,
        # Both peaks, although they need not have been at the same moment.
        "peak_mb": _memory(os.getpid(), "VmHWM") + sum(peaks.values()),
        "own_peak_mb": _memory(os.getpid(), "VmHWM"),
        "reader_quarter_mb": reader[len(reader) // 4],
        "reader_end_mb": reader[-1],
        "reader_peak_mb": sum(peaks.values()),
        "samples": [tuple(round(value, 1) for value in one) for one in samples],
    }


def _memory(process: int, name: str) -> float:
    """A line of /proc/PID/status (MB); 0 of a process that has ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0.0
    return int(status.partition(f"{name}:")[2].split()[0]) / 1024 if name in status else 0.0


def _children() -> list[int]:
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += [int(word) for word in (task / "children").read_text().split()]
        except OSError:
            continue
    return found


def add_events(home: Path, number: int) -> None:
    """Events of the last weeks that are done, as books have them that are followed."""
    event, now = table_of(Event), round(time.time() * 1000)
    columns = {"kind": "charge.updated", "data_type": "charge", "api_version": "", "state": "done", "tries": 0}
    books = open_books(home)
    with books.write() as writer:
        for start in range(0, number, 1000):
            rows = []
            for place in range(start, min(start + 1000, number)):
                at = now - 30 * 86_400_000 * place // number
                rows.append(
                    {"integration_id": 1, "external_id": f"evt_{place}", "object_id": f"ch_{place}", "created_at": at,
                     "received_at": at, "done_at": at, **columns}
                )  # fmt: skip
            writer.connection.execute(insert(event), rows)
    books.close()


def make_home(home: Path, objects: int) -> None:
    """The books of this size, with what was measured when they were made beside them."""
    told = home / "first.json"
    if not told.exists():
        home.mkdir(parents=True, exist_ok=True)
        with provider(objects) as base:
            measured = run([*_THIS, "--first", str(home), "--base", base])
        add_events(home, objects // _EVENTS_IN)
        told.write_text(json.dumps(measured))
    found = json.loads(told.read_text())
    say(
        f"first sync of {found['objects']:,} objects: {found['seconds']:.0f} s, peak {found['peak_mb']:.0f} MB"
        f" ({MEMORY_WANTED_MB:.0f} wanted): own {found['own_peak_mb']:.0f}, reader {found['reader_peak_mb']:.0f},"
        f" {found['reader_quarter_mb']:.0f} after a quarter and {found['reader_end_mb']:.0f} at its end"
    )


# --- the second --------------------------------------------------------------------------------------------------


def questions() -> Mapping[str, Callable[[Business], object]]:
    """What is timed, by name."""
    return {"second sync": _sync, "status": standing, "standings": account_standings}


def _sync(business: Business) -> None:
    (row,) = business.integrations()
    report = sync_account(business, row, cancel=threading.Event())
    assert report.kind == "changes", report.kind
    assert not sum(stream.created + stream.updated for stream in report.streams)


def measure(small: Path, large: Path, runs: int) -> None:
    """Interleaved runs after one of each that warms; medians and ratios."""
    say(load())
    with provider(10) as base:
        sides = {"small": open_home(small, base), "large": open_home(large, base)}
        try:
            for name, ask in questions().items():
                taken: dict[str, list[float]] = {side: [] for side in sides}
                for number in range(runs + 1):
                    for side, business in sides.items():
                        begun = time.perf_counter()
                        ask(business)
                        if number:
                            taken[side].append(time.perf_counter() - begun)
                _tell(name, taken, f"; {SYNC_WANTED:g} wanted" if ask is _sync else "")
        finally:
            for business in sides.values():
                business.close()
        for name, words in {"paydesk status --json": ["status", "--json"], "paydesk --help": ["--help"]}.items():
            homes = {"small": small, "large": large}
            taken = {side: [] for side in homes}
            for number in range(runs + 1):
                for side, home in homes.items():
                    seconds = _command(home, base, words)
                    if number:
                        taken[side].append(seconds)
            _tell(name, taken)


def _command(home: Path, base: str, words: list[str]) -> float:
    begun = time.perf_counter()
    command = [sys.executable, "-m", "desktop.cli", *words]
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True, env=_environment(home, base))
    return time.perf_counter() - begun


def _tell(name: str, taken: Mapping[str, list[float]], wanted: str = "") -> None:
    medians = {side: statistics.median(times) * 1000 for side, times in taken.items()}
    ratio = statistics.median(large / small for small, large in zip(taken["small"], taken["large"], strict=True))
    say(f"{name:22} small {medians['small']:8.1f} ms, large {medians['large']:8.1f} ms; ratio {ratio:.2f}{wanted}")


def main() -> None:
    """Make the books (or take kept ones), then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--base", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve_pages(chosen.serve)
    elif chosen.first:
        say(json.dumps(first(chosen.first, chosen.base)))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            small, large = ((chosen.keep or Path(scratch)) / str(one) for one in (chosen.small, chosen.large))
            make_home(small, chosen.small)
            make_home(large, chosen.large)
            measure(small, large, chosen.runs)


if __name__ == "__main__":
    main()
