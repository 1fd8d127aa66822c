"""Copies of the books are known, and disconnecting and forgetting reach every one of them, down to the bytes."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop.books.books import open_books
from desktop.books.copies import (
    REGISTER,
    Whose,
    erase_copy,
    known_copies,
    register_copy,
    remove_copies,
    shred_in_copies,
    strike_copy,
)
from desktop.books.schema import back_up

MINE = Whose("11111111-aaaa", "stripe", "acct_mine")
KEY = b"\x07a wrapped key of forty-eight bytes or so, sealed"
SEALED = b"\x08sealed credentials that only the key opens again"


def hold(file: Path, row_uuid: str = MINE.row_uuid, account_id: str = MINE.account_id) -> None:
    """Put an account with its key and a client into the books of a file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "insert into integrations (user_id, type, provider, account_id, name, label, mode, status, attention,"
            " country, currency, row_uuid, credentials, config, created_at) values"
            " (1, 'payments', 'stripe', ?, '', '', 'test', 'active', '', '', '', ?, ?, '{}', 0)",
            (account_id, row_uuid, SEALED),
        )
        connection.execute("insert into wrapped_keys values (?, 'master', ?)", (row_uuid, KEY))
        connection.commit()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    open_books(home).close()
    return home / "books.db"


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_copy_is_registered_before_it_is_made(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("desktop.books.schema._copy", killed)
    with pytest.raises(KeyboardInterrupt):
        back_up(file, "before-test")
    (copy,) = known_copies(file)
    assert copy.parent == file.parent / "backups"
    assert (file.parent / REGISTER).stat().st_mode & 0o077 == 0


def test_putting_an_old_copy_back_forgets_no_other(file: Path, tmp_path: Path) -> None:
    first = back_up(file, "before-one")
    elsewhere = tmp_path / "stick" / "copy.db"
    register_copy(file, elsewhere)
    shutil.copy(first, file)
    assert {first, elsewhere} <= set(known_copies(file))
    strike_copy(file, elsewhere)
    assert elsewhere not in known_copies(file)


@given(cut=st.integers(0, 60))
def test_a_register_that_was_cut_off_tells_what_it_still_holds(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    file = tmp_path_factory.mktemp("home") / "books.db"
    register_copy(file, file.parent / "one.db")
    register_copy(file, file.parent / "two.db")
    register = file.parent / REGISTER
    register.write_bytes(register.read_bytes()[: -cut or None])
    assert known_copies(file)[0] == file.parent / "one.db"


def test_copies_of_older_versions_are_known_by_their_names(file: Path) -> None:
    old = file.parent / "backups" / "books-20250101T000000-before-0002-from-0001.db"
    old.parent.mkdir()
    shutil.copy(file, old)
    beside = file.parent / "books-before-update.db"
    shutil.copy(file, beside)
    assert set(known_copies(file)) == {old, beside}


def test_disconnecting_leaves_no_key_in_any_copy_and_everything_else(file: Path) -> None:
    hold(file)
    hold(file, "22222222-bbbb", "acct_other")
    copy = back_up(file, "before-test")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("update wrapped_keys set wrapped = x'00'")
        connection.execute("update integrations set credentials = null")
        connection.commit()
        connection.execute("vacuum")
    assert bytes_of(file.parent).count(KEY) == 2
    reached = shred_in_copies(file, MINE)
    assert (reached.cleaned, reached.left) == ((copy,), ())
    assert bytes_of(file.parent).count(KEY) == 1
    assert bytes_of(file.parent).count(SEALED) == 1
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("select integration_uuid from wrapped_keys").fetchall() == [("22222222-bbbb",)]
        assert connection.execute("select count(*) from integrations").fetchone() == (2,)


def test_forgetting_takes_every_copy_away_that_holds_the_account(file: Path) -> None:
    before = back_up(file, "before-anything")
    hold(file)
    copies = [back_up(file, "before-one"), back_up(file, "with-it")]
    reached = remove_copies(file, MINE)
    assert (set(reached.removed), reached.left) == (set(copies), ())
    assert [path for path in (before, *copies) if path.exists()] == [before]
    assert known_copies(file) == [before]


def test_an_account_that_was_connected_anew_is_found_by_its_id(file: Path) -> None:
    hold(file, row_uuid="00000000-earlier")
    copy = back_up(file, "before-test")
    assert shred_in_copies(file, MINE).cleaned == (copy,)
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("select count(*) from wrapped_keys").fetchone() == (0,)
    assert remove_copies(file, MINE).removed == (copy,)


def test_a_copy_that_cannot_be_reached_is_named(file: Path, tmp_path: Path) -> None:
    hold(file)
    damaged = back_up(file, "before-one")
    damaged.write_bytes(damaged.read_bytes()[:5000])
    text = file.parent / "backups" / "books-notes.db"
    text.write_text("not a database at all, but it lies where copies lie")
    moved = tmp_path / "stick" / "copy.db"
    register_copy(file, moved)
    for reached in (shred_in_copies(file, MINE), remove_copies(file, MINE)):
        assert set(reached.left) == {damaged, text, moved}
    assert damaged.exists()


def test_what_sqlite_left_beside_a_copy_goes_with_it(file: Path) -> None:
    hold(file)
    copy = back_up(file, "before-one")
    left = [copy.with_name(copy.name + suffix) for suffix in ("-journal", "-shm")]
    for path in left:
        path.write_bytes(KEY)
    erase_copy(copy)
    assert not copy.exists()
    assert not any(path.exists() for path in left)


def test_a_link_is_not_followed_to_be_overwritten(file: Path, tmp_path: Path) -> None:
    hold(file)
    precious = tmp_path / "precious.db"
    shutil.copy(file, precious)
    link = file.parent / "backups" / "books-link.db"
    link.parent.mkdir()
    link.symlink_to(precious)
    assert remove_copies(file, MINE).left == (link,)
    assert KEY in precious.read_bytes()


def test_every_connection_that_writes_overwrites_what_it_deletes(file: Path) -> None:
    books = open_books(file.parent)
    with books.write() as writer:
        assert writer.connection.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    books.close()
