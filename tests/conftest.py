"""Gates that every test stands behind: offscreen Qt, no keychain, no network beyond loopback, no left-over thread."""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"
# Where the files of the specification are, and how many variants a long search tries.
_KEPT = frozenset({"PAYDESK_SPECS", "PAYDESK_VARIANTS", "PAYDESK_PLANTED"})
for _name in [name for name in os.environ if name.startswith("PAYDESK_") and name not in _KEPT]:
    del os.environ[_name]

import ipaddress
import logging
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from tests.helpers.patience import PATIENCE_S

if TYPE_CHECKING:
    from desktop.books.database import Database

# No test asserts the clock: the first text that is made on a fresh machine takes seconds by itself.
hypothesis.settings.register_profile("paydesk", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("paydesk")

if "PAYDESK_SPECS" in os.environ:
    from desktop.sandbox import launch
    from tests.helpers.watching import WatchedSquare

    launch.RunningSquare = WatchedSquare  # type: ignore[misc]


@pytest.fixture(scope="session")
def _new_books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """New books, as the migrations make them; thousands of tests begin with a copy."""
    from desktop.books.books import FILE_NAME
    from desktop.books.database import open_sqlite
    from desktop.books.schema import bring_up_to_date

    file = tmp_path_factory.mktemp("new") / FILE_NAME
    database = open_sqlite(file)
    bring_up_to_date(database, file)
    database.close()
    return file


@pytest.fixture(scope="session", autouse=True)
def _begin_with_a_copy(_new_books: Path) -> Iterator[None]:
    """Let books that are not there yet begin as a copy, which takes a hundredth of the time."""
    from desktop.books import books, schema

    def bring_up_to_date(database: Database, file: Path | None) -> bool:
        if file is None or (file.exists() and file.stat().st_size):
            return schema.bring_up_to_date(database, file)
        with closing(sqlite3.connect(_new_books)) as new, closing(sqlite3.connect(file)) as begun:
            new.backup(begun)
            begun.execute("PRAGMA journal_mode=WAL")
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "bring_up_to_date", bring_up_to_date)
        yield


@pytest.fixture(autouse=True)
def _begin_from_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a test is about beginning books, the migrations make them."""
    if request.node.get_closest_marker("migrations"):
        from desktop.books import books, schema

        monkeypatch.setattr(books, "bring_up_to_date", schema.bring_up_to_date)


def _is_loopback(host: str) -> bool:
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse any connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address[0]}")
        return connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fail the test that leaves a thread running."""
    before = set(threading.enumerate())
    yield
    # A thread of Qt's that asked who it is stands here for ever as a dummy; the window's tests watch those themselves.
    left = [
        thread
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not isinstance(thread, threading._DummyThread)
    ]
    for thread in left:
        thread.join(timeout=PATIENCE_S)
    still = [thread.name for thread in left if thread.is_alive()]
    assert not still, f"threads left running: {still}"


@pytest.fixture(autouse=True)
def _no_unexpected_warning(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail on a log record of WARNING or above that the test did not clear with ``caplog.clear()``."""
    yield
    unexpected = [
        record
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if record.levelno >= logging.WARNING and record.name.startswith("desktop")
    ]
    assert not unexpected, [record.getMessage() for record in unexpected]
