"""Copies of the books: whoever makes one registers it first, and forgetting an account reaches every one of them.

The register is a file beside the books and not a table in them: a copy that is put back must not make us forget the
others. Each line is one fact (a copy was begun, a copy is gone), appended, so that two programs and a kill can do it
no harm. Copies that older versions made without a register are found by their names.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

REGISTER: Final = "copies.jsonl"
FOLDER: Final = "backups"
"""Beside the books: where copies go that Paydesk makes by itself."""

_SIDECARS: Final = ("", "-wal", "-shm", "-journal")
_BLOCK: Final = 1 << 20
_BUSY_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Whose:
    """The account that is to be found in copies: by its row there, or, where it was connected anew, by its id."""

    row_uuid: str
    provider: str
    account_id: str


@dataclass(frozen=True, slots=True)
class Reached:
    """What became of the copies: ``cleaned`` or ``removed``, and those that could not be reached (``left``)."""

    cleaned: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()


def register_copy(file: Path, copy: Path) -> None:
    """Note that ``copy`` of the books ``file`` is about to be made. Raises: OSError."""
    _note(file, copy, gone=False)


def strike_copy(file: Path, copy: Path) -> None:
    """Note that a copy is not there any more. Raises: OSError."""
    _note(file, copy, gone=True)


def known_copies(file: Path) -> list[Path]:
    """Every copy of the books ``file`` that is registered, or lies where older versions put theirs."""
    known: dict[Path, None] = {}
    for copy, gone in _read(file):
        if gone:
            known.pop(copy, None)
        else:
            known[copy] = None
    for folder, pattern in ((file.parent / FOLDER, "*.db"), (file.parent, f"{file.stem}*.db")):
        known.update(dict.fromkeys(path for path in sorted(folder.glob(pattern)) if path != file))
    return list(known)


def shred_in_copies(file: Path, whose: Whose) -> Reached:
    """Destroy an account's sealed credentials and its wrapped key in every copy of the books."""
    cleaned, left = [], []
    for copy in known_copies(file):
        try:
            if _holds(copy, whose):
                _shred(copy, whose)
                cleaned.append(copy)
        except (OSError, sqlite3.Error):
            left.append(copy)
    return Reached(cleaned=tuple(cleaned), left=tuple(left))


def remove_copies(file: Path, whose: Whose) -> Reached:
    """Overwrite and remove every copy that holds anything of an account: whole, with what else is in it."""
    removed, left = [], []
    for copy in known_copies(file):
        try:
            if _holds(copy, whose):
                erase_copy(copy)
                strike_copy(file, copy)
                removed.append(copy)
        except (OSError, sqlite3.Error):
            left.append(copy)
    return Reached(removed=tuple(removed), left=tuple(left))


def erase_copy(copy: Path) -> None:
    """Overwrite a copy, and what SQLite left beside it, then take it away. Raises: OSError."""
    for suffix in _SIDECARS:
        path = copy.with_name(copy.name + suffix)
        if not path.exists():
            continue
        if not stat.S_ISREG(path.lstat().st_mode):
            raise OSError(f"{path} is not a file")
        with path.open("r+b", buffering=0) as opened:
            left = os.fstat(opened.fileno()).st_size
            while left > 0:
                left -= opened.write(bytes(min(left, _BLOCK)))
            os.fsync(opened.fileno())
        path.unlink()


def _holds(copy: Path, whose: Whose) -> bool:
    """Whether a copy knows the account. Raises: OSError, sqlite3.Error where that cannot be told."""
    if not copy.stat().st_size:
        return False
    with closing(_open(copy, "ro")) as connection:
        names = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        if not {"integrations", "wrapped_keys"} <= names:
            raise sqlite3.DatabaseError("not a copy of the books")
        found = connection.execute(
            "select 1 from integrations where row_uuid = ? or (provider = ? and account_id = ? and account_id != '')"
            " union all select 1 from wrapped_keys where integration_uuid = ?",
            (whose.row_uuid, whose.provider, whose.account_id, whose.row_uuid),
        ).fetchone()
        return found is not None


def _shred(copy: Path, whose: Whose) -> None:
    with closing(_open(copy, "rw")) as connection:
        # Neither a journal nor a log of what was there is left behind (sqlite.org, "PRAGMA secure_delete").
        for pragma in ("secure_delete=ON", "journal_mode=MEMORY", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("begin immediate")
        mine = connection.execute(
            "select row_uuid from integrations where row_uuid = ? or"
            " (provider = ? and account_id = ? and account_id != '')",
            (whose.row_uuid, whose.provider, whose.account_id),
        ).fetchall()
        for row_uuid in {whose.row_uuid, *(row[0] for row in mine)}:
            connection.execute("delete from wrapped_keys where integration_uuid = ?", (row_uuid,))
            connection.execute("update integrations set credentials = null where row_uuid = ?", (row_uuid,))
        connection.execute("commit")
        connection.execute("vacuum")


def _open(copy: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{copy.absolute().as_uri()}?mode={mode}", uri=True, timeout=_BUSY_S, isolation_level=None)


def _note(file: Path, copy: Path, *, gone: bool) -> None:
    line = orjson.dumps({"path": str(copy.absolute()), "gone": gone}) + b"\n"
    handle = os.open(file.parent / REGISTER, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, line)
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(file: Path) -> Iterator[tuple[Path, bool]]:
    with suppress(FileNotFoundError):
        for line in (file.parent / REGISTER).read_bytes().splitlines():
            try:
                told = orjson.loads(line)
                yield Path(told["path"]), bool(told["gone"])
            except (orjson.JSONDecodeError, KeyError, TypeError):
                continue  # cut off by a kill: what it named was not begun
