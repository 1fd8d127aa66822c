"""Whatever is typed, found or piped: one sentence on standard error and the right exit status, never a mistake."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop.cli import accounts, main
from desktop.cli.output import document
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
BIG = str(10**30)
MOST = str(2**63 - 1)


def told(*words: str) -> tuple[int, str, str]:
    """The exit status, and what came on standard output and on standard error."""
    out, err = io.StringIO(), io.StringIO()
    root, hook = logging.getLogger(), sys.excepthook
    handlers, level = list(root.handlers), root.level
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = main(list(words))
    finally:  # the command owns its process: here its hook and its log handler are taken back
        sys.excepthook = hook
        root.handlers[:] = handlers
        root.setLevel(level)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with books in which nothing is yet."""
    home = tmp_path_factory.mktemp("begun") / "home"
    assert told("status", "--home", str(home))[0] == 0
    return home


@pytest.fixture
def home(begun: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(begun, tmp_path / "home"))


# --- Numbers and words -----------------------------------------------------------------------------------------------

NUMBERS = [
    *(
        (name, "--search", number)
        for name in ("clients", "invoices", "payments")
        for number in ("9" * 16, "9" * 19, BIG)
    ),
    ("clients", "--limit", MOST),
]
WRONG_USE = [
    ("clients", "--limit", BIG), ("clients", "--limit", "0"), ("client", "show", BIG), ("client", "show", MOST),
    ("client", "join", BIG, "1"), ("client", "join", MOST, "1"), ("client", "unjoin", "1", BIG), ("disconnect", BIG),
    ("sync", BIG), ("sync", "--since", "9999-12-31"), ("sync", "--since", "0001-01-01"),
    ("sync", "--since", "99999-1-1"),
    ("report", "dashboard", "--month", "9999-99"), ("report", "dashboard", "--month", "0000-01"), ("nonsense",),
    ("status", "--nope"), ("connect", "x\x1b[31m"), ("report", "\u202e"), ("clients", "--limit", "\udc80"),
]  # fmt: skip
NOT_CONNECTED = [("disconnect", MOST), ("sync", "7"), ("sync", MOST), ("account", "set", MOST, "sync_inventory=on")]


@pytest.mark.parametrize("words", NUMBERS)
def test_a_number_that_nothing_has_finds_nothing(begun: Path, words: tuple[str, ...]) -> None:
    assert told(*words, "--home", str(begun)) == (0, "Nothing to show.\n", "")


@pytest.mark.parametrize(("words", "wanted"), [*((w, 2) for w in WRONG_USE), *((w, 3) for w in NOT_CONNECTED)])
def test_what_makes_no_sense_is_said_in_one_line(begun: Path, words: tuple[str, ...], wanted: int) -> None:
    status, out, err = told(*words, "--home", str(begun))
    assert (status, out) == (wanted, "")
    assert len(err.splitlines()) == 1
    assert err.rstrip("\n").isprintable()


@pytest.mark.parametrize(
    "words",
    [("connect", "stripe", "{}"), ("connect", "{}"), ("connect", "stripe", "--app-id", "{}"), ("{}",), ("sync", "{}")],
)
@pytest.mark.parametrize("secret", ["sk_live_51HqAbCdEfGhIjKlMnOp", "sq0csp-AbCdEfGhIjKlMnOpQrStUvWxYz"])
def test_a_key_in_the_wrong_place_is_not_repeated(begun: Path, words: tuple[str, ...], secret: str) -> None:
    status, out, err = told(*(word.format(secret) for word in words), "--home", str(begun))
    assert (status, out) == (2, "")
    assert secret not in err


# --- What is written -------------------------------------------------------------------------------------------------

UNSEEN = "\x7f\x80\x9b\x9f\xad\u061c\u200b\u200f\u2028\u202a\u202e\u2060\u2066\u2069\ufeff\U000e0001\ud800\x1b\x00"


@given(st.text(st.characters(codec=None) | st.sampled_from(UNSEEN), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_json_steers_no_terminal_and_says_the_same(text: str) -> None:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        document({"name": text})
    written = out.getvalue()
    assert json.loads(written) == {"name": text}
    assert not set(written) & set(UNSEEN)


def in_a_process(*words: str, **how: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "desktop.cli", *words], stderr=subprocess.PIPE, text=True, timeout=PATIENCE_S,
        check=False, env={**os.environ, "PYTHONPATH": str(ROOT)}, **how,
    )  # fmt: skip


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("words", [("status", "--json"), ("--help",)])
def test_a_full_output_is_said(begun: Path, words: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = in_a_process(*words, "--home", str(begun), stdout=full)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "What there is to say could not be written: No space left on device. What was asked for is done. Give standard"
        " output a place and ask again."
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are closed by a shell")
@pytest.mark.parametrize(
    ("closed", "status", "said"),
    [(">&-", 1, "could not be written: Bad file descriptor"), ("2>&-", 0, ""), ("<&-", 0, "")],
)
def test_closed_streams_harm_nothing(home: Path, closed: str, status: int, said: str) -> None:
    line = f'exec "$@" {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", line, "sh", sys.executable, "-m", "desktop.cli", "status", "--home", str(home)], text=True,
        capture_output=True, timeout=PATIENCE_S, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == status
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == (1 if said else 0)
    with contextlib.closing(sqlite3.connect(home / "books.db")) as connection:
        assert connection.execute("pragma integrity_check").fetchone() == ("ok",)


EARLY = """
import sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
from desktop.cli import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "name", ["typer", "sqlalchemy", "desktop.workspace", "desktop.cli.accounts", "desktop.cli.streams"]
)
def test_an_interrupt_while_it_starts_is_said(begun: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EARLY.format(name=name), "status", "--home", str(begun)], capture_output=True, text=True,
        timeout=PATIENCE_S, check=False, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


def test_an_interrupt_in_the_middle_leaves_nothing_open(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_words: object, **_more: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(accounts, "standing", interrupted)
    assert told("status", "--home", str(begun)) == (130, "", "Stopped.\n")


# --- Books damaged by hand, and addresses ----------------------------------------------------------------------------


def cut(file: Path, length: int) -> None:
    file.write_bytes(file.read_bytes()[:length])


def without(file: Path, table: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(f"drop table {table}")
        connection.commit()


def run_sql(file: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute(statement)
        connection.commit()


def as_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGE = {
    "cut after a page": lambda file: cut(file, 5_000),
    "cut in half": lambda file: cut(file, file.stat().st_size // 2),
    "a text": lambda file: file.write_text("hello"),
    "a head without a body": lambda file: file.write_bytes(b"SQLite format 3\x00" + b"x" * 4000),
    "a folder": as_folder,
    "no table of clients": lambda file: without(file, "clients"),
    "no settings": lambda file: without(file, "settings"),
    "no integrations": lambda file: without(file, "integrations"),
    "no versions": lambda file: without(file, "alembic_version"),
    "a setting that is no JSON": lambda file: run_sql(file, "update settings set value = '{nope'"),
    "a zone that is none": lambda file: run_sql(
        file, "update settings set value = '\"No/Where\"' where name = 'timezone'"
    ),
    "a version that is none": lambda file: run_sql(file, "update alembic_version set version_num = 'zzz'"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_books_are_refused_in_one_sentence(home: Path, damage: str) -> None:
    DAMAGE[damage](home / "books.db")
    for words in (("clients",), ("clients", "--json")):
        status, out, err = told(*words, "--home", str(home))
        assert (status, out) == (5, "")
        assert len(err.splitlines()) == 1
        assert "mistake" not in err


def test_a_file_of_no_bytes_is_begun_anew(home: Path) -> None:
    (home / "books.db").write_bytes(b"")
    assert told("clients", "--home", str(home))[0] == 0


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://user:secretpw@127.0.0.1:1/x", "postgresql://user:secretpw@[::1/x", "http://[::1", "nonsense",
        "postgresql://u:secretpw@host:notaport/db", "postgresql+psycopg://u:secretpw@127.0.0.1:99999/db",
        "postgresql+psycopg://u:secretpw@127.0.0.1:1/db?sslmode=nonsense", "mysql://u:secretpw@h/d", "\udc80",
        "postgresql+psycopg://u:secretpw@127.0.0.1:1/db?nonsense=1", "sqlite:////tmp/x.db",
    ],
)  # fmt: skip
def test_a_bad_address_of_the_books_is_said_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("PAYDESK_DATABASE_URL", address)
    status, out, err = told("status", "--home", str(tmp_path / "home"))
    assert (status, out) == (5, "")
    assert len(err.splitlines()) == 1
    assert "secretpw" not in err


@pytest.mark.parametrize("address", ["http://[::1", "http://[::1]:x", "http://api.example", "nonsense"])
@pytest.mark.parametrize("provider", ["stripe", "square"])
def test_a_bad_address_of_a_provider_is_said(
    begun: Path, monkeypatch: pytest.MonkeyPatch, provider: str, address: str
) -> None:
    monkeypatch.setenv(f"PAYDESK_{provider.upper()}_API_BASE", address)
    monkeypatch.setenv("PAYDESK_MASTER_KEY", base64.b64encode(bytes(32)).decode())
    monkeypatch.setattr(sys, "stdin", io.StringIO("sk_test_0123456789" if provider == "stripe" else "EAAA" + "a" * 60))
    status, out, err = told("connect", provider, "--key-stdin", "--home", str(begun))
    assert (status, out) == (2, "")
    assert f"PAYDESK_{provider.upper()}_API_BASE" in err
    assert "Access granted" not in err, "the key was not checked yet"
