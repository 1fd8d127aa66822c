"""Races on one set of pages: what a bench starts, each in a process of its own, and what they tell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.loopback import ASKED

ROOT = Path(__file__).resolve().parents[2]
FIRST_SYNC = ROOT / "tests" / "bench" / "first_sync.py"


@contextmanager
def serving(module: str, **counts: float) -> Iterator[str]:
    """The address of a server of pages (``pages``, ``square_pages``) with these options, served meanwhile."""
    words = [word for name, count in counts.items() for word in (f"--{name.replace('_', '-')}", f"{count:g}")]
    command = [sys.executable, "-m", f"tests.bench.{module}", *words]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            base = server.stdout.readline().strip()
            if not base:
                raise RuntimeError(f"{module} could not be served.")
            yield base
        finally:
            server.terminate()


def run_sync(provider: str, base: str, *, build: Path = ROOT, key: str = "", limited: bool = False) -> dict[str, Any]:
    """What a first sync by a build tells (``first_sync``). Raises: RuntimeError where it did not read everything."""
    words = [provider, base, *(["--key", key] if key else []), *(["--limited"] if limited else [])]
    told = run([sys.executable, "-P", str(FIRST_SYNC), *words], build)
    if told["not_whole"]:
        raise RuntimeError(f"Not all was read: {', '.join(told['not_whole'])}.")
    return told


def run(command: Sequence[str], folder: Path = ROOT, variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """What a command says as JSON in its last line, with the package of a folder first in its path."""
    # Without compiled files a process would spend its first second on what it has compiled before.
    own = {"PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYDESK_") and name not in own}
    environment = {**kept, "PYTHONPATH": str(folder), **(variables or {})}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def asked(base: str) -> list[tuple[float, str]]:
    """What a server of pages was asked since the last call of this: seconds of its clock, and the endpoint."""
    with urllib.request.urlopen(base + ASKED) as response:
        return [(at, endpoint) for at, endpoint in json.load(response)]


def scaled(counts: Mapping[str, int], scale: float) -> dict[str, int]:
    """So many times as many objects; locations stay as they are."""
    return {name: count if name == "locations" else max(round(count * scale), 1) for name, count in counts.items()}


def named(counts: Mapping[str, int]) -> str:
    """How many objects there are, in words."""
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def load() -> str:
    """How busy the machine is, to be told with every figure."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
