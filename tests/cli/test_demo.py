"""The pretend providers live no longer than whoever started them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from desktop.cli import main
from desktop.cli.demo import sandbox
from desktop.errors import UnreachableError, UsageError
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


def test_why_they_do_not_start_is_passed_on() -> None:
    with pytest.raises(UsageError, match="ends on 2150-01-01 \\(seed 3\\)"), sandbox(3, "2150-01-01", "Europe/Berlin"):
        raise AssertionError("nothing started")


def test_the_command_says_it_in_one_sentence_with_the_day_and_the_seed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--headless", "--today", "1985-10-26", "--seed", "88"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "1985-10-26 (seed 88)" in told.err
    assert told.err.count("\n") == 1


def test_one_that_dies_without_a_word_is_named_by_day_and_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UnreachableError, match="for 2026-11-23 with seed 6"), sandbox(6, "2026-11-23", "UTC"):
        raise AssertionError("nothing started")
