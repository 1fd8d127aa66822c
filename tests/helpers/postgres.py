"""A real PostgreSQL server for a test run: started from the programs of this machine, gone afterwards.

It listens on a Unix socket in a folder of its own and nowhere else. Where the tests run as root, which PostgreSQL
refuses, the server runs as another user of the machine.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.helpers.patience import PATIENCE_S

_OWNERS = ("postgres", "nobody")
_READY = "ready to accept connections"
_OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
    # LOG ranks above ERROR here: what tests provoke is not written, the line that we wait for is.
    "log_min_messages": "log",
    "log_checkpoints": "off",
}


class NoServer(Exception):
    """Why no server can be started on this machine."""


def find_programs() -> Path:
    """The folder that holds ``initdb`` and ``postgres``. Raises: NoServer."""
    if os.name != "posix":
        raise NoServer("the server for the tests is started on Unix only")
    candidates = []
    if asked := shutil.which("pg_config"):
        told = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False)
        candidates.append(Path(told.stdout.strip()))
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: path.parent.name)
    for folder in (*candidates, *reversed(versions)):
        if all(os.access(folder / name, os.X_OK) for name in ("initdb", "postgres")):
            return folder
    raise NoServer("no PostgreSQL server programs on this machine")


class PostgresServer:
    """A running server. Databases on it are made by :meth:`database`."""

    def __init__(self, programs: Path) -> None:
        self._owner = _owner()
        self._home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self._made = 0
        self._process: subprocess.Popen[str] | None = None
        try:
            if self._owner is not None:
                os.chown(self._home, *self._owner)
            self._start(programs)
        except BaseException:
            self.close()
            raise

    def _start(self, programs: Path) -> None:
        data = self._home / "data"
        begun = subprocess.run(
            [programs / "initdb", "-D", data, "-U", "paydesk", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            capture_output=True, text=True, check=False, cwd=self._home, env=_ENVIRONMENT, **self._as_owner(),
        )  # fmt: skip
        if begun.returncode:
            raise NoServer(f"initdb failed: {begun.stderr.strip()[-300:]}")
        options = [part for name, value in _OPTIONS.items() for part in ("-c", f"{name}={value}")]
        # Where the run itself is killed, the server goes with it.
        leash = ["setpriv", "--pdeathsig", "SIGQUIT"] if shutil.which("setpriv") else []
        self._process = subprocess.Popen(
            [*leash, programs / "postgres", "-D", data, "-k", self._home, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            cwd=self._home, env=_ENVIRONMENT, **self._as_owner(),
        )  # fmt: skip
        assert self._process.stderr is not None
        said = []
        for line in self._process.stderr:
            said.append(line)
            if _READY in line:
                return
        raise NoServer(f"postgres ended: {''.join(said)[-300:]}")

    def _as_owner(self) -> dict[str, Any]:
        if self._owner is None:
            return {}
        user, group = self._owner
        return {"user": user, "group": group, "extra_groups": []}

    def url(self, name: str) -> str:
        """The SQLAlchemy address of a database."""
        return f"postgresql+psycopg://paydesk@/{name}?host={self._home}"

    def database(self) -> str:
        """The address of a new, empty database."""
        import psycopg

        self._made += 1
        name = f"books_{self._made}"
        with psycopg.connect(host=str(self._home), user="paydesk", dbname="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def close(self) -> None:
        """Stop the server at once and remove everything it wrote."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=PATIENCE_S)
            assert self._process.stderr is not None
            self._process.stderr.close()
        shutil.rmtree(self._home, ignore_errors=True)


_ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}


def _owner() -> tuple[int, int] | None:
    """The user and group that the server runs as; None for whoever runs the tests."""
    import pwd

    if os.geteuid() != 0:
        return None
    for name in _OWNERS:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return found.pw_uid, found.pw_gid
    raise NoServer("PostgreSQL does not run as root, and there is no other user for it here")


@contextmanager
def running_server() -> Iterator[PostgresServer]:
    """A server for the length of a ``with`` block. Raises: NoServer with the reason."""
    server = PostgresServer(find_programs())
    try:
        yield server
    finally:
        server.close()
