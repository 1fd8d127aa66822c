"""Whole programs, as a person would run them: the command in a process of its own, servers on loopback."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


SANDBOXED = os.pathsep.join((str(Path(__file__).parent / "sandboxed"), str(ROOT)))
SPARSE = {"PYTHONPATH": SANDBOXED, "SPARSE_YEAR": "1"}
"""Variables under which a sandbox in another process tells a year of few sales (``sandboxed/``)."""


def watched(report: Path) -> dict[str, str]:
    """Variables under which a sandbox in another process holds its Square against Square's file (``sandboxed/``)."""
    specs = os.environ.get("PAYDESK_SPECS")
    if not specs:
        return {"PYTHONPATH": str(ROOT)}
    return {"PYTHONPATH": SANDBOXED, "WATCHED_SPECS": specs, "WATCHED_TO": str(report)}


def check_watched(report: Path, times: int) -> None:
    """Every call was as Square's file has it, in so many sandboxes; nothing is said where the file is not there."""
    if os.environ.get("PAYDESK_SPECS"):
        assert report.read_text().splitlines() == ["as it should be"] * times


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document."""
        return json.loads(self.out)


class Command:
    """``paydesk`` on a home of its own, with a key of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PAYDESK_")}
        self.environment: dict[str, str] = {
            **kept,
            "PAYDESK_HOME": str(home),
            "PAYDESK_MASTER_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
            "PAYDESK_TIMEZONE": "Europe/Berlin",
            "PYTHONPATH": str(ROOT),
        }

    def __call__(self, *words: str, given: str = "", environment: Mapping[str, str] | None = None) -> Ran:
        """Run it; it must end by itself within two minutes."""
        done = subprocess.run(
            [sys.executable, "-m", "desktop.cli", *words],
            input=given,
            capture_output=True,
            text=True,
            env={**self.environment, **(environment or {})},
            timeout=PATIENCE_S,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def paydesk(tmp_path: Path) -> Command:
    """The command on an empty home."""
    return Command(tmp_path / "home")


@pytest.fixture
def serve() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start servers in processes of their own; they are stopped with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        assert process.stdout is not None
        process.stdout.close()
