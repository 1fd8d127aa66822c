"""Opening the database: who may write, who waits for whom, how durably, and plain refusals that touch nothing."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from desktop.books.books import Books, open_books
from desktop.books.database import BooksLocked, Database, open_sqlite, translate, use_wal
from desktop.errors import ClosedBooksError
from tests.helpers.files import contents
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.migrations

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def held_by_another_process(file: Path, first: str = "SELECT 1") -> Iterator[None]:
    """The file, locked by a program that is not this one."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file), first], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    try:
        assert holder.stdout.readline() == "held\n"
        yield
    finally:
        holder.communicate("\n", timeout=PATIENCE_S)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_sqlite(tmp_path / "plain.db", busy_ms=50)
    with opened.write() as writer:
        writer.connection.exec_driver_sql("CREATE TABLE notes (text TEXT PRIMARY KEY)")
    yield opened
    opened.close()


def count(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one())


def note(database: Database, text: str, *, durable: bool = True) -> None:
    with database.write(durable=durable) as writer:
        writer.connection.exec_driver_sql("INSERT INTO notes VALUES (?)", (text,))


# ------------------------------------------------------------------------------------------------ transactions


def test_a_transaction_that_may_write_holds_the_lock_from_its_first_moment(database: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "plain.db", timeout=0, isolation_level=None)) as other:
        with database.write(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")


def test_readers_are_not_held_up_by_a_writer_and_see_what_was_committed(database: Database) -> None:
    note(database, "before")
    with database.write() as writer:
        writer.connection.exec_driver_sql("INSERT INTO notes VALUES ('meanwhile')")
        assert count(database) == 1
    assert count(database) == 2


def test_a_reader_sees_one_picture_to_the_end(database: Database) -> None:
    note(database, "one")
    with database.read() as connection:
        first = connection.exec_driver_sql("SELECT count(*) FROM notes").scalar()
        note(database, "two")
        assert connection.exec_driver_sql("SELECT count(*) FROM notes").scalar() == first == 1
    assert count(database) == 2


def test_two_writers_take_turns(tmp_path: Path) -> None:
    patient = open_sqlite(tmp_path / "turns.db")
    with patient.write() as writer:
        writer.connection.exec_driver_sql("CREATE TABLE notes (text TEXT PRIMARY KEY)")

    def write(name: str) -> None:
        for turn in range(20):
            with patient.write(durable=False) as writer:
                before = writer.connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()
                writer.connection.exec_driver_sql("INSERT INTO notes VALUES (?)", (f"{name}{turn}",))
                after = writer.connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one()
                assert after == before + 1

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(patient) == 40
    patient.close()


def test_a_transaction_that_fails_leaves_everything_as_it_was(database: Database) -> None:
    note(database, "kept")
    with pytest.raises(IntegrityError):
        _write(database, "INSERT INTO notes VALUES ('lost')", "INSERT INTO notes VALUES ('kept')")
    assert count(database) == 1


def test_changing_tables_is_part_of_the_transaction(database: Database) -> None:
    with pytest.raises(DBAPIError):
        _write(database, "DROP TABLE notes", "SELECT nonsense")
    note(database, "fits")


def _write(database: Database, *statements: str) -> None:
    with database.write() as writer:
        for statement in statements:
            writer.connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", ["INSERT INTO notes VALUES ('x')", "CREATE TABLE t (x)", "DROP TABLE notes"])
def test_reading_cannot_write(database: Database, statement: str) -> None:
    with pytest.raises((DBAPIError, ClosedBooksError)), database.read() as connection:
        connection.exec_driver_sql(statement)
    assert count(database) == 0


@pytest.mark.parametrize(("durable", "level"), [(True, 2), (False, 1)])
def test_durability_is_chosen_by_transaction(database: Database, durable: bool, level: int) -> None:
    for _ in range(2):
        with database.write(durable=not durable):
            pass
        with database.write(durable=durable) as writer:
            assert writer.connection.exec_driver_sql("PRAGMA synchronous").scalar() == level


def test_the_pragmas_of_writers_and_readers(database: Database) -> None:
    with database.write() as writer:
        asked = {
            name: writer.connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys")
        }
    assert asked == {"journal_mode": "wal", "foreign_keys": 1}
    with database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA query_only").scalar() == 1


class Yielding(sqlite3.Connection):
    """A connection whose file another one lets go of when it is asked to change its mode for the second time."""

    asked = 0
    holder: sqlite3.Connection

    def execute(self, sql: str, /, *rest: object) -> sqlite3.Cursor:
        if sql == "PRAGMA journal_mode=WAL":
            self.asked += 1
            if self.asked == 2:
                self.holder.execute("ROLLBACK")
        return super().execute(sql, *rest)


@contextmanager
def begun_by_two(file: Path) -> Iterator[Yielding]:
    """A file that is not in WAL mode yet, which another connection is reading."""
    with closing(sqlite3.connect(file, isolation_level=None)) as holder:
        holder.execute("CREATE TABLE t (x)")
        holder.execute("BEGIN")
        holder.execute("SELECT * FROM t").fetchall()
        with closing(sqlite3.connect(file, timeout=0, isolation_level=None, factory=Yielding)) as connection:
            assert isinstance(connection, Yielding)
            connection.holder = holder
            yield connection


def test_a_change_to_wal_is_tried_again_while_another_connection_stands_in_the_way(tmp_path: Path) -> None:
    with begun_by_two(tmp_path / "new.db") as connection:
        use_wal(connection, 60_000)
        assert connection.asked == 2
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_change_to_wal_is_given_up_after_the_time(tmp_path: Path) -> None:
    with begun_by_two(tmp_path / "new.db") as connection:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            use_wal(connection, 0)
        assert connection.asked == 1


def test_a_file_that_is_in_wal_mode_is_not_asked_to_change(tmp_path: Path) -> None:
    with begun_by_two(tmp_path / "new.db") as connection:
        connection.holder.execute("ROLLBACK")
        connection.holder.execute("PRAGMA journal_mode=WAL")
        use_wal(connection, 0)
        assert connection.asked == 0


# ------------------------------------------------------------------------------------------------ refusals


def test_writing_waits_for_another_program_and_gives_up(database: Database, tmp_path: Path) -> None:
    with held_by_another_process(tmp_path / "plain.db"):
        with pytest.raises(BooksLocked, match="Another program is holding the books") as refused:
            note(database, "no")
        assert count(database) == 0
    assert refused.value.exit_status == 5
    note(database, "now")
    assert count(database) == 1


def test_books_that_another_program_keeps_to_itself_are_refused_at_the_door(tmp_path: Path) -> None:
    open_books(tmp_path).close()
    held = held_by_another_process(tmp_path / "books.db", "PRAGMA locking_mode=EXCLUSIVE")
    with held, pytest.raises(BooksLocked):
        open_books(tmp_path, busy_ms=50)
    open_books(tmp_path, busy_ms=50).close()


def test_closing_waits_for_nobody(tmp_path: Path) -> None:
    books = open_books(tmp_path)
    with held_by_another_process(tmp_path / "books.db"):
        books.close()


def damaged(file: Path) -> None:
    """Overwrites the tables' own descriptions, and leaves the first bytes that say what file it is."""
    written = bytearray(file.read_bytes())
    written[100:4096] = b"\xa5" * 3996
    file.write_bytes(bytes(written))


@pytest.mark.parametrize(
    ("begin", "sentence"),
    [
        (b"This is a letter to my aunt, and no database at all.", "is not a database"),
        (b"SQLite format 3\x00" + b"\xff" * 4080, "(is not a database|is damaged)"),
        (b"SQLite format 3\x00", "(is not a database|is damaged)"),
    ],
)
def test_what_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path, begin: bytes, sentence: str) -> None:
    (tmp_path / "books.db").write_bytes(begin)
    before = contents(tmp_path)
    with pytest.raises(ClosedBooksError, match=sentence):
        open_books(tmp_path, busy_ms=50)
    assert contents(tmp_path) == before


def test_damaged_books_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    open_books(tmp_path).close()
    damaged(tmp_path / "books.db")
    before = contents(tmp_path)
    with pytest.raises(ClosedBooksError, match=r"(is not a database|is damaged)"):
        open_books(tmp_path, busy_ms=50)
    assert contents(tmp_path) == before


def test_a_folder_in_the_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "books.db").mkdir()
    with pytest.raises(ClosedBooksError, match="cannot be read"):
        open_books(tmp_path)


def test_a_missing_folder_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(ClosedBooksError, match="cannot be opened"):
        open_books(tmp_path / "nowhere")


WITHOUT_RIGHTS = """
import os, sys, tempfile
from pathlib import Path
from desktop.books.books import open_books
from desktop.errors import ClosedBooksError
with tempfile.TemporaryDirectory() as other:  # imports what is imported late, while this user still may
    open_books(Path(other)).close()
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    books = open_books(Path(sys.argv[1]), busy_ms=50)
    print("read", books.timezone)
    books.keep_setting("a", 1)
except ClosedBooksError as refusal:
    print(f"{refusal.title}: {refusal.message} {refusal.action}")
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users of the machine can reach, unlike the tests' own."""
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="books-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def opened_without_rights(home: Path) -> str:
    """What somebody hears who may read the folder and nothing more."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    told = subprocess.run(
        [sys.executable, "-c", WITHOUT_RIGHTS, str(home)], capture_output=True, text=True, env=environment, check=False
    )
    assert told.returncode == 0, told.stderr
    return told.stdout.strip()


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_a_folder_without_rights_is_said_plainly(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    assert "cannot be opened" in opened_without_rights(open_folder)
    assert list(open_folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
@pytest.mark.parametrize(("folder", "first"), [(0o777, "read Asia/Tokyo\nThe books are"), (0o555, "The books are")])
def test_read_only_books_say_so_and_can_be_read_where_the_folder_allows(
    open_folder: Path, folder: int, first: str
) -> None:
    open_books(open_folder, timezone="Asia/Tokyo").close()
    (open_folder / "books.db").chmod(0o444)
    before = (open_folder / "books.db").read_bytes()
    open_folder.chmod(folder)
    heard = opened_without_rights(open_folder)
    assert heard.startswith(f"{first} read-only: ")
    assert (open_folder / "books.db").read_bytes() == before


def test_rights_of_others_are_taken_away_and_the_owners_are_left(tmp_path: Path) -> None:
    open_books(tmp_path).close()
    file = tmp_path / "books.db"
    file.chmod(0o644)
    open_books(tmp_path).close()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o440)
    open_books(tmp_path).close()
    assert file.stat().st_mode & 0o777 == 0o400


def test_a_path_may_have_any_characters(tmp_path: Path) -> None:
    home = tmp_path / "Ana's books? 100 % #1 &ü"
    home.mkdir()
    open_books(home, timezone="Asia/Tokyo").close()
    assert sorted(path.name for path in home.iterdir() if path.suffix == ".db") == ["books.db"]
    books = open_books(home)
    assert books.timezone == "Asia/Tokyo"
    books.close()


def test_a_bug_of_ours_is_not_dressed_up_as_an_error_of_the_world(books: Books) -> None:
    with pytest.raises(DBAPIError), books.read() as connection:
        connection.exec_driver_sql("SELECT nonsense")
    assert translate(sqlite3.OperationalError("no such column: nonsense"), "x") is None


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("database is locked", "The books are busy"),
        ("attempt to write a readonly database", "The books are read-only"),
        ("unable to open database file", "The books cannot be opened"),
        ("file is not a database", "These are not Paydesk's books"),
        ("database disk image is malformed", "The books are damaged"),
        ("database or disk is full", "The disk is full"),
        ("disk I/O error", "The disk does not answer"),
    ],
)
def test_each_error_of_the_world_has_its_words(said: str, title: str) -> None:
    refusal = translate(sqlite3.OperationalError(said), "books.db")
    assert refusal is not None
    assert refusal.title == title
    assert refusal.message.endswith(".")
    assert refusal.action
