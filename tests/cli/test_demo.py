"""The pretend providers live no longer than whoever started them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli.demo import sandbox
from desktop.errors import UnreachableError
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


def test_on_a_leash_they_end_with_their_standard_input() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "desktop.cli", "sandbox", "--leash", "--today", "2026-11-23"], text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        addresses = json.loads(process.stdout.readline())
        assert addresses["stripe"]["api_base"].startswith("http://127.0.0.1:")
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(timeout=PATIENCE_S) == 0


def test_providers_that_do_not_start_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(UnreachableError, match="did not start"), sandbox(1, "2026-11-23", "Europe/Berlin"):
        raise AssertionError("nothing started")
