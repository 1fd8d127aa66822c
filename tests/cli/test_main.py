"""The command's frame, in this process: what holds for every subcommand, whatever it does."""

from __future__ import annotations

import base64
import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from desktop.cli import accounts, lists, main
from desktop.cli.logs import start_logging
from desktop.errors import RefusedError
from desktop.secrets.redaction import RedactingHandler
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The command owns its process: here its hook and its log handler are taken back."""
    root = logging.getLogger()
    before, level, hook = list(root.handlers), root.level, sys.excepthook
    levels = {name: made.level for name, made in root.manager.loggerDict.items() if isinstance(made, logging.Logger)}
    monkeypatch.setenv("PAYDESK_MASTER_KEY", base64.b64encode(bytes(range(32))).decode())
    monkeypatch.setenv("PAYDESK_TIMEZONE", "Europe/Berlin")
    yield
    sys.excepthook = hook
    root.handlers[:] = before
    root.setLevel(level)
    for name, kept in levels.items():
        logging.getLogger(name).setLevel(kept)


@pytest.fixture
def home(tmp_path: Path) -> str:
    return str(tmp_path / "home")


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(list(words))
    said = capsys.readouterr()
    return status, said.out, said.err


# --- The home --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        lambda home: ["--home", home, "status", "--json"],
        lambda home: ["status", "--home", home, "--json"],
        lambda home: ["status", "--json", f"--home={home}"],
    ],
)
def test_the_home_may_be_named_anywhere(capsys, home: str, place: Any) -> None:
    status, out, err = run(capsys, *place(home))
    assert (status, err) == (0, "")
    assert json.loads(out)["integrations"] == []
    assert (Path(home) / "books.db").exists()


def test_the_named_home_wins_over_the_variable(capsys, home: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PAYDESK_HOME", str(tmp_path / "other"))
    assert run(capsys, "status", "--home", home)[0] == 0
    assert not (tmp_path / "other").exists()
    assert run(capsys, "status")[0] == 0
    assert (tmp_path / "other" / "books.db").exists()


@pytest.mark.parametrize("words", [("status", "--home"), ("--home=", "status"), ("--home", "", "status")])
def test_a_home_without_a_name_is_wrong_usage(capsys, words: tuple[str, ...]) -> None:
    status, out, err = run(capsys, *words)
    assert (status, out) == (2, "")
    assert "--home" in err


def test_a_home_of_a_user_that_there_is_not_is_a_folder_of_that_name(
    capsys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "status", "--home", "~nobody-of-that-name/books")[0] == 0
    assert (tmp_path / "~nobody-of-that-name" / "books" / "books.db").exists()


# --- The log ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "variable", "level"),
    [
        ((), None, logging.WARNING),
        ((), "", logging.WARNING),
        ((), "INFO", logging.INFO),
        (("--debug",), None, logging.DEBUG),
        (("--debug",), "warning", logging.DEBUG),
    ],
)
def test_the_log_has_the_level_that_was_asked_for(
    capsys, home: str, monkeypatch, words: tuple[str, ...], variable: str | None, level: int
) -> None:
    if variable is not None:
        monkeypatch.setenv("PAYDESK_LOG", variable)
    assert run(capsys, "status", "--home", home, *words)[0] == 0
    assert logging.getLogger().level == level
    assert [type(handler) for handler in logging.getLogger().handlers].count(RedactingHandler) == 1


@pytest.mark.parametrize("words", [("status",), ()])
def test_an_unknown_level_is_wrong_usage_for_the_command_and_the_window(
    capsys, home: str, monkeypatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("PAYDESK_LOG", "loud")
    status, out, err = run(capsys, *words, "--home", home)
    assert (status, out) == (2, "")
    assert err == "PAYDESK_LOG is 'loud'. Use one of debug, info, warning.\n"
    assert not Path(home).exists()


def test_the_window_loads_what_redacts_with_its_first_warning(capsys, monkeypatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    start_logging(False, late=True)
    assert not any(isinstance(handler, RedactingHandler) for handler in logging.getLogger().handlers)
    for number in (1, 2):
        logging.getLogger("elsewhere").warning("number %d with sk_live_%s", number, "0123456789abcdefghijklmn")
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "number 1" in said[0]
    assert "number 2" in said[1]
    assert "0123456789abcdef" not in "".join(said)


# --- What goes wrong -------------------------------------------------------------------------------------------------


def refuse(*_arguments: Any, **_words: Any) -> int:
    raise RefusedError("No", "The provider said no.", "Ask again.")


def test_a_refusal_is_one_sentence_and_with_debug_the_log_shows_where(capsys, home: str, monkeypatch, caplog) -> None:
    monkeypatch.setattr(accounts, "status", refuse)
    assert run(capsys, "status", "--home", home) == (4, "", "The provider said no. Ask again.\n")
    status, out, err = run(capsys, "status", "--home", home, "--debug")
    assert (status, out) == (4, "")
    assert "Traceback" in err
    assert err.endswith("The provider said no. Ask again.\n")
    caplog.clear()


BUG = """
import sys
from desktop.cli import accounts, main
def broken(*_arguments, **_words):
    raise RuntimeError("with sk_live_" + "0123456789abcdefghijklmn")
accounts.status = broken
raise SystemExit(main(sys.argv[1:]))
"""

INTERRUPTED = """
import sys
from desktop.cli import accounts, main
def broken(*_arguments, **_words):
    raise KeyboardInterrupt
accounts.status = broken
raise SystemExit(main(sys.argv[1:]))
"""


def in_a_process(source: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", source, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_bug_is_one_sentence(home: str) -> None:
    done = in_a_process(BUG, "status", "--home", home)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Paydesk made a mistake (RuntimeError). What was committed is safe. Run it again with --debug to see where."
    ]


def test_a_bug_with_debug_shows_where_and_no_secret(home: str) -> None:
    done = in_a_process(BUG, "status", "--home", home, "--debug")
    assert done.returncode == 1
    assert "in broken" in done.stderr
    assert "0123456789abcdef" not in done.stderr
    assert done.stderr.splitlines()[-1] == "Paydesk made a mistake (RuntimeError). What was committed is safe."


def test_an_interrupt_is_said_and_is_no_success(home: str) -> None:
    done = in_a_process(INTERRUPTED, "status", "--home", home)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


# --- Where it writes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("status",), ("status", "--json"), ("--help",)])
def test_a_reader_that_left_is_no_complaint(home: str, words: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "desktop.cli", *words, "--home", home], stdout=writing, stderr=subprocess.PIPE,
            text=True, timeout=PATIENCE_S, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


ROW = {
    "id": 1,
    "name": "Żółw \x1b[31m\u202eevil\x9b2J\nsecond line",
    "email": None,
    "country": "PL",
    "status": "active",
}


@pytest.fixture
def one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "list_rows", lambda *_arguments, **_words: [ROW])


def test_a_name_cannot_steer_the_terminal(capsys, home: str, one_client: None) -> None:
    status, out, _err = run(capsys, "clients", "--home", home)
    assert status == 0
    assert "\\x1b[31m\\u202eevil\\x9b2J\\nsecond line" in out
    assert len(out.splitlines()) == 3
    assert not {"\x1b", "\u202e", "\x9b"} & set(out)


def test_an_encoding_without_the_characters_ends_no_command(home: str, one_client: None, monkeypatch) -> None:
    for words in (("clients",), ("clients", "--json")):
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding="cp1252")
        monkeypatch.setattr(sys, "stdout", stream)
        assert main([*words, "--home", home]) == 0
        stream.flush()
        written = raw.getvalue().decode("cp1252")
        if "--json" in words:
            assert json.loads(written) == [ROW]
        else:
            assert "\\u017b\\xf3".replace("\\xf3", "ó") in written


def test_an_unknown_format_is_refused_instead_of_ignored(capsys, home: str) -> None:
    status, out, err = run(capsys, "report", "dashboard", "--format", "csv", "--home", home)
    assert (status, out) == (2, "")
    assert "--format json" in err
    assert json.loads(run(capsys, "report", "dashboard", "--format", "JSON", "--home", home)[1])["currencies"] == {}


@pytest.mark.parametrize("month", ["2026-13", "nonsense", "2026"])
def test_a_month_that_is_none_is_wrong_usage(capsys, home: str, month: str) -> None:
    status, out, _err = run(capsys, "report", "dashboard", "--month", month, "--home", home)
    assert (status, out) == (2, "")


def test_nothing_connected_is_said_with_the_next_step(capsys, home: str) -> None:
    status, out, _err = run(capsys, "status", "--home", home)
    assert status == 0
    assert "paydesk connect stripe" in out
    assert "Europe/Berlin" in out


@pytest.mark.parametrize("words", [("sync", "7"), ("disconnect", "7")])
def test_an_account_that_there_is_not_exits_three(capsys, home: str, words: tuple[str, ...]) -> None:
    status, out, err = run(capsys, *words, "--home", home)
    assert (status, out) == (3, "")
    assert "number 7" in err


def test_the_help_names_every_subcommand(capsys) -> None:
    status, out, err = run(capsys, "--help")
    assert (status, err) == (0, "")
    for name in ("demo", "connect", "disconnect", "status", "sync", "clients", "invoices", "report", "sandbox"):
        assert f"  {name} " in out
