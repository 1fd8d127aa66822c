"""One first sync by whichever build stands first in the path, told as JSON: a script, so that older builds run it too.

    python -P tests/bench/first_sync.py stripe http://127.0.0.1:PORT [--key KEY] [--limited]

On this machine nothing limits how fast a provider is asked. ``--limited`` names it by an address that is not known as
this machine's, so that the account's bucket counts as it does towards the provider.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

KEYS = {"stripe": "sk_test_" + "b" * 24, "square": "EAAAl" + "b" * 60}
BASES = {"stripe": "PAYDESK_STRIPE_API_BASE", "square": "PAYDESK_SQUARE_API_BASE"}


class Quiet:
    """Agrees to what a person is asked when an account is connected."""

    def step(self, step: object, note: str = "") -> None: ...
    def open_page(self, address: str) -> None: ...
    def confirm(self, account: object) -> bool:
        return True

    def listening(self, callback: object) -> None: ...


def measure(provider: str, base: str, key: str, home: Path, *, limited: bool) -> dict[str, Any]:
    """Connect by key and sync, as the command does; the time is the sync's alone."""
    from desktop.actions.connect import connect_by_key
    from desktop.actions.sync import sync_account
    from desktop.workspace import open_business

    if limited:
        base = base.replace("127.0.0.1", "127.1")
        _take_any_base()
        os.environ["NO_PROXY"] = "*"
    second = _watch_second()
    environment = {**os.environ, BASES[provider]: base, "PAYDESK_TIMEZONE": "Europe/Berlin"}
    business = open_business(home, environment, memory_key=True)
    connected = connect_by_key(business, provider, key, Quiet())
    busy = _cpu()
    begun = time.perf_counter()
    report = sync_account(business, connected.integration, cancel=threading.Event())
    seconds = time.perf_counter() - begun
    cpu = _cpu() - busy
    business.close()
    seen = sum(stream.seen for stream in report.streams)
    # Both peaks, although they need not have been at the same moment.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 + sum(second)
    return {
        "seen": seen, "seconds": seconds, "rate": seen / seconds, "peak_mb": peak, "cpu": cpu,
        "not_whole": [stream.name for stream in report.streams if stream.state in {"partial", "failed"}],
    }  # fmt: skip


def _cpu() -> float:
    """Seconds of work so far, of this process and of those beside it that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _take_any_base() -> None:
    """Let an address pass that is neither https nor, by its looks, on this machine."""
    from desktop.providers.square import provider as square
    from desktop.providers.stripe import provider as stripe

    for module in (square, stripe):
        module.checked_base = lambda address, variable: address  # type: ignore[attr-defined]


def _watch_second() -> list[float]:
    """The peak memory (MB) of each process that is begun beside this one, as it is ended."""
    peaks: list[float] = []
    kill = subprocess.Popen.kill

    def killed(process: subprocess.Popen[bytes]) -> None:
        # Not from getrusage: a child's peak there counts what its parent had when it was forked.
        if process.poll() is None:
            status = Path(f"/proc/{process.pid}/status").read_text()
            peaks.append(int(status.partition("VmHWM:")[2].split()[0]) / 1024)
        kill(process)

    subprocess.Popen.kill = killed  # type: ignore[method-assign,assignment]
    return peaks


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("provider", choices=BASES)
    parser.add_argument("base")
    parser.add_argument("--key", default="")
    parser.add_argument("--limited", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        key = chosen.key or KEYS[chosen.provider]
        told = measure(chosen.provider, chosen.base, key, Path(folder) / "books", limited=chosen.limited)
    sys.stdout.write(json.dumps(told) + "\n")
