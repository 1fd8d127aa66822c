"""The schema's version: the newest at every start, nothing half done, a backup first, and newer books left alone."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from desktop.books import schema
from desktop.books.books import Books, open_books
from desktop.books.copies import REGISTER
from desktop.books.database import open_sqlite
from desktop.books.schema import NewerBooks, back_up, bring_up_to_date, current, head
from desktop.errors import ClosedBooksError
from tests.helpers.files import contents
from tests.helpers.patience import PATIENCE_S
from tests.helpers.schemas import differences

pytestmark = pytest.mark.migrations

MIGRATIONS = Path(schema.__file__).parent / "migrations"
HEAD = head()
SECOND = """
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("nickname", sa.Text(), server_default=""))
    with op.batch_alter_table("users") as batch:
        batch.alter_column("nickname", server_default="x")
    {ending}
"""


def version_of(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def columns_of(file: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with books of this version in it."""
    home = tmp_path / "home"
    home.mkdir()
    books = open_books(home, timezone="Asia/Tokyo")
    books.keep_setting("kept", [1, 2])
    books.close()
    return home


@pytest.fixture
def next_version(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A version of the program that knows one migration more; the answer is where its migrations are."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_text((MIGRATIONS / name).read_text("utf-8"), "utf-8")
    for file in (MIGRATIONS / "versions").glob("*.py"):
        (folder / "versions" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (folder / "versions" / "9001_next.py").write_text(SECOND.format(head=HEAD, ending="pass"), "utf-8")
    monkeypatch.setattr(schema, "_MIGRATIONS", folder)
    return folder


# ------------------------------------------------------------------------------------------------ one truth


def test_the_head_is_the_last_migration() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [head()]


def test_the_migrations_draw_what_the_models_draw(books: Books) -> None:
    assert differences(books.database) == []


def test_opening_again_has_nothing_to_do_and_needs_no_alembic(home: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from desktop.books.books import open_books;"
        f"open_books(Path({str(home)!r})).close(); print('alembic' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert told.stdout.strip() == "False"


def test_a_new_file_has_no_version_yet(tmp_path: Path) -> None:
    database = open_sqlite(tmp_path / "books.db")
    assert current(database, tmp_path / "books.db") is None
    assert bring_up_to_date(database, tmp_path / "books.db") is True
    assert current(database, tmp_path / "books.db") == HEAD
    assert bring_up_to_date(database, tmp_path / "books.db") is False
    database.close()


# ------------------------------------------------------------------------------------------------ upgrading


@pytest.mark.usefixtures("next_version")
def test_an_upgrade_keeps_what_was_there_and_a_backup_of_how_it_was(home: Path) -> None:
    books = open_books(home)
    assert (books.timezone, books.setting("kept")) == ("Asia/Tokyo", [1, 2])
    books.close()
    assert version_of(home / "books.db") == "9001"
    (backup,) = (home / "backups").iterdir()
    assert backup.name.endswith(f"-before-9001-from-{HEAD}.db")
    assert backup.stat().st_mode & 0o777 == 0o600
    assert version_of(backup) == HEAD
    assert "nickname" not in columns_of(backup, "users")
    assert "nickname" in columns_of(home / "books.db", "users")


def test_an_upgrade_that_fails_changes_nothing_and_can_be_tried_again(home: Path, next_version: Path) -> None:
    script = next_version / "versions" / "9001_next.py"
    script.write_text(SECOND.format(head=HEAD, ending="raise RuntimeError('broken')"), "utf-8")
    with pytest.raises(RuntimeError, match="broken"):
        open_books(home)
    assert version_of(home / "books.db") == HEAD
    assert "nickname" not in columns_of(home / "books.db", "users")
    script.write_text(SECOND.format(head=HEAD, ending="pass"), "utf-8")
    open_books(home).close()
    assert version_of(home / "books.db") == "9001"


def test_an_upgrade_that_would_orphan_rows_is_rolled_back(home: Path, next_version: Path) -> None:
    with closing(sqlite3.connect(home / "books.db")) as connection:
        connection.execute(
            "INSERT INTO webhooks (integration_id, url, external_id, events, created_at) VALUES (77, '', '', '[]', 0)"
        )
        connection.commit()
    with pytest.raises(ClosedBooksError, match="lost what they belong to"):
        open_books(home)
    assert version_of(home / "books.db") == HEAD


def test_a_backup_that_does_not_read_back_stops_the_upgrade(
    home: Path, next_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "_copy", lambda *_: "row 3 missing from index")
    before = contents(home)
    with pytest.raises(ClosedBooksError, match="does not read back: row 3 missing"):
        open_books(home)
    left = contents(home)
    assert left.pop(REGISTER).endswith(b'"gone":true}\n')
    assert left == before
    assert list((home / "backups").iterdir()) == []


def test_a_backup_folder_that_cannot_be_made_stops_the_upgrade(home: Path, next_version: Path) -> None:
    (home / "backups").write_text("in the way")
    with pytest.raises(ClosedBooksError, match="cannot be written to"):
        open_books(home)
    assert version_of(home / "books.db") == HEAD


def test_a_backup_holds_what_was_not_yet_written_back(home: Path) -> None:
    books = open_books(home)
    books.keep_setting("fresh", True)
    assert (home / "books.db-wal").stat().st_size > 0
    copy = back_up(home / "books.db", "before-test")
    books.close()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM settings WHERE name = 'fresh'").fetchone() == (1,)


def test_only_the_newest_backups_are_kept(home: Path) -> None:
    folder = home / "backups"
    folder.mkdir()
    for year in range(2001, 2006):
        (folder / f"books-{year}0101T000000-before-0002-from-0001.db").write_bytes(b"")
    mine = folder / "books-20000101T000000-by-hand.db"
    mine.write_bytes(b"")
    copy = back_up(home / "books.db", "before-0003-from-0002")
    kept = sorted(path.name for path in folder.iterdir())
    assert kept == [
        mine.name,
        *(f"books-{year}0101T000000-before-0002-from-0001.db" for year in (2004, 2005)),
        copy.name,
    ]


# ------------------------------------------------------------------------------------------------ refusing


def test_newer_books_are_refused_and_left_byte_for_byte(home: Path) -> None:
    with closing(sqlite3.connect(home / "books.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = contents(home)
    with pytest.raises(NewerBooks, match=f"schema 9999; this one knows {HEAD}") as refused:
        open_books(home)
    assert refused.value.exit_status == 5
    assert contents(home) == before


def test_newer_books_that_were_not_closed_well_are_left_byte_for_byte(home: Path, tmp_path: Path) -> None:
    """What a crash left in the write-ahead log is not written back by a version that must not touch it."""
    left = tmp_path / "left"
    left.mkdir()
    with closing(sqlite3.connect(home / "books.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
        for name in ("books.db", "books.db-wal"):
            (left / name).write_bytes((home / name).read_bytes())
    assert b"9999" not in (left / "books.db").read_bytes()
    before = {path.name: path.read_bytes() for path in left.iterdir()}
    with pytest.raises(NewerBooks):
        open_books(left)
    assert {name: (left / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE recipes (id INTEGER)"],
        ["CREATE TABLE alembic_version (version_num TEXT)", "CREATE TABLE recipes (id INTEGER)"],
        [
            "CREATE TABLE recipes (id INTEGER)",
            "CREATE TABLE alembic_version (version_num TEXT)",
            "INSERT INTO alembic_version VALUES ('f00d')",
        ],
    ],
)
def test_another_programs_database_is_refused_and_left_byte_for_byte(tmp_path: Path, statements: list[str]) -> None:
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    before = contents(tmp_path)
    with pytest.raises(ClosedBooksError, match="tables of another program"):
        open_books(tmp_path)
    assert contents(tmp_path) == before


def test_a_version_that_nobody_wrote_is_refused(home: Path) -> None:
    with closing(sqlite3.connect(home / "books.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    with pytest.raises(ClosedBooksError, match=r"does not know.*0000"):
        open_books(home)
    assert version_of(home / "books.db") == "0000"


# ------------------------------------------------------------------------------------------------ together

OPEN = """
import sys
from pathlib import Path
from desktop.books.books import open_books
print("ready", flush=True)
sys.stdin.readline()
books = open_books(Path(sys.argv[1]), timezone=sys.argv[2])
print(books.timezone, flush=True)
books.close()
"""


def test_two_processes_may_open_new_books_at_once(tmp_path: Path) -> None:
    zones = ("Asia/Tokyo", "Europe/Berlin", "America/New_York")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(tmp_path), zone],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path.cwd(),
        )
        for zone in zones
    ]  # fmt: skip
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate(timeout=PATIENCE_S) for process in processes]
    assert [error for _, error in told if error] == []
    assert len({zone for zone, _ in told}) == 1
    with closing(sqlite3.connect(tmp_path / "books.db")) as connection:
        assert connection.execute("SELECT count(*) FROM users").fetchone() == (1,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
