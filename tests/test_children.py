"""A second process of ours imports what this one does, and nothing from where the person stands."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from desktop import children
from desktop.cli.demo import sandbox
from desktop.providers.contract import Credentials, Endpoints
from desktop.providers.stripe.provider import StripeProvider
from desktop.sandbox import launch
from desktop.sync.bulk import Access, BulkReader

ROOT = Path(__file__).resolve().parents[1]
NAMES = (
    "sitecustomize", "usercustomize", "orjson", "httpx", "json", "typing", "zstandard", "logging", "typer", "uvicorn",
    "sqlalchemy", "encodings",
)  # fmt: skip


@pytest.fixture(scope="module")
def server() -> Iterator[launch.Running]:
    with launch.start(seed=5, today=date(2026, 11, 23)) as running:
        yield running


@pytest.fixture
def trapped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Standing in a folder of files that are named like modules; whichever is run leaves its name in ``ran``."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    trap = (
        f"import builtins; builtins.open({str(folder / 'ran')!r}, 'a').write(__name__ + chr(10))\nraise SystemExit(9)"
    )
    for name in NAMES:
        (folder / f"{name}.py").write_text(trap)
    for package in ("desktop", "desktop/sync", "desktop/cli"):
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text(trap)
    (folder / "desktop" / "sync" / "bulk.py").write_text(trap)
    monkeypatch.chdir(folder)
    return folder


def what_ran(folder: Path) -> str:
    ran = folder / "ran"
    return ran.read_text() if ran.exists() else ""


@pytest.mark.parametrize("path", ["", ".", os.pathsep, "here"], ids=["unset", "a dot", "an empty entry", "by name"])
def test_the_process_that_is_given_credentials_runs_nothing_that_lies_there(
    server: launch.Running, trapped: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(trapped) if path == "here" else path)
    provider = StripeProvider()
    stream = next(stream for stream in provider.streams if stream.name == "payments")
    endpoints = Endpoints(server.api_base, server.connect_base)
    reader = BulkReader(Access("stripe", Credentials({"secret_key": server.secret_key}), endpoints))
    try:
        assert reader.page(stream, stream.feeds[0], cursor=None).objects
    finally:
        reader.close()
    assert what_ran(trapped) == ""


def test_the_pretend_providers_of_the_demo_run_nothing_that_lies_there(
    trapped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "." + os.pathsep)
    with sandbox(1, "2026-11-23", "America/New_York") as addresses:
        assert addresses["stripe"]["api_base"]
    assert what_ran(trapped) == ""


@pytest.mark.parametrize("isolated", [True, False])
def test_a_child_imports_this_paydesk_whatever_else_is_installed(trapped: Path, isolated: bool) -> None:
    command = children.own_program(["--nothing"], isolated=isolated)
    where = "import desktop, os; print(desktop.__file__, os.getcwd(), sep=chr(10))"
    command[command.index("-c") + 1] = command[command.index("-c") + 1].replace(
        "from desktop.cli import main; raise SystemExit(main())", where
    )
    told = subprocess.run(
        command, env=children.own_environment(os.environ), cwd=children.own_folder(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert told.stdout.split() == [str(ROOT / "desktop" / "__init__.py"), str(ROOT / "desktop")]


def test_a_checkout_starts_by_its_main_file_from_anywhere(trapped: Path) -> None:
    told = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--help"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    assert "sync" in told.stdout
    assert what_ran(trapped) == ""


def test_the_folder_that_holds_paydesk_is_no_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", ["", str(ROOT), "/usr/lib/python3"])
    assert children.import_path() == [str(ROOT), "/usr/lib/python3"]


def test_a_relative_way_to_paydesk_is_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["..", str(tmp_path), "/usr/lib/python3"])
    assert children.import_path() == [str(ROOT), "/usr/lib/python3"]


def test_the_current_folder_may_be_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert str(ROOT) in children.import_path()


def test_the_packaged_application_starts_itself_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "paydesk"
    program.touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    assert children.own_program(["--read-lists"]) == [str(program), "--read-lists"]
    assert children.own_folder() == tmp_path


def test_a_child_has_none_of_our_variables_and_finds_certificates_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"PAYDESK_MASTER_KEY": "not-for-children", "SSL_CERT_FILE": "own.pem", "HOME": "/home/someone"}
    assert children.own_environment(given) == {
        "HOME": "/home/someone", "PYTHONSAFEPATH": "1", "SSL_CERT_FILE": str(tmp_path / "own.pem"),
    }  # fmt: skip
