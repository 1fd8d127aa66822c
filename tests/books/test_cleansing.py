"""What was stored before it was known for a secret is taken out of every table, the file, its log and its copies."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest
from sqlalchemy import JSON, LargeBinary, Text, insert, select, update

from desktop.books import schema
from desktop.books.books import Books, open_books
from desktop.books.copies import register_copy
from desktop.books.packing import Packer, digest, unpack
from desktop.books.tables import Base, Event, IntegrationData, Payment, SetAsideObject, Setting, SyncRun
from desktop.books.tables.base import table_of
from tests.helpers.postgres import PostgresServer
from tests.helpers.shops import ZONE, Shop
from tests.helpers.towns import Town

pytestmark = pytest.mark.migrations

CARD, SPACED, KEY = "4000056655665556", "4000 0566 5566 5556", "sk_live_51HqAbCdEfGhIjKlMnOp"
MARKS = (CARD, SPACED, "51HqAbCdEfGhIjKlMnOp", "737")
DIRTY = {"id": "x_1", "note": f"card {SPACED} 12/27 737", "metadata": {CARD: KEY}, "pan": CARD}
KEPT = {"id": "x_1", "note": "card …5556 12/27 [redacted]", "metadata": {"…5556": "sk_live_[redacted]"}}


def dirty(books: Books) -> None:
    """Put secrets into every text of every row, and into the bodies, as an older version might have done."""
    with books.write() as writer:
        connection = writer.connection
        body = Packer().pack([orjson.dumps(DIRTY)])[0]
        data = table_of(IntegrationData)
        connection.execute(update(data).values(data=body, digest=digest(orjson.dumps(DIRTY))))
        connection.execute(
            insert(table_of(Event)),
            [{"integration_id": 1, "external_id": "evt_1", "created_at": 1, "received_at": 1, "data": body}],
        )
        connection.execute(
            insert(table_of(SetAsideObject)),
            [
                {
                    "integration_id": 1, "data_type": "charge", "external_id": f"ch_{place}", "reason": f"no {SPACED}",
                    "data": text, "first_seen_at": 1, "last_seen_at": 1,
                }
                for place, text in enumerate((orjson.dumps(DIRTY), orjson.dumps(DIRTY)[:-5]))
            ],
        )  # fmt: skip
        report = {"error": f"it said {KEY}", "streams": [{"note": SPACED}]}
        connection.execute(insert(table_of(SyncRun)), [{"integration_id": 1, "started_at": 1, "report": report}])
        connection.execute(insert(table_of(Setting)), [{"name": "note", "value": f"{KEY} {SPACED}"}])
        connection.execute(update(table_of(Payment)).values(stated=orjson.dumps({"description": SPACED, "number": 1})))
        for table in Base.metadata.sorted_tables:
            free = [column.name for column in table.columns if isinstance(column.type, Text) and column.name in FREE]
            if free and table is not table_of(Setting):
                connection.execute(update(table).values(dict.fromkeys(free, f"{SPACED} 12/27 737 {KEY}")))


FREE = frozenset(
    {
        "name", "description", "number", "client_name", "client_email", "failure_message", "reason", "note", "error",
        "attention", "subject", "title", "message", "reference", "email", "phone", "company", "address_line1", "notes",
    }
)  # fmt: skip


def told(books: Books) -> str:
    """Everything that the tables hold."""
    found = []
    with books.read() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column in table.columns:
                    value = row[column.name]
                    if isinstance(column.type, JSON):
                        found.append(json.dumps(value, ensure_ascii=False))
                    elif isinstance(column.type, LargeBinary) and value and column.name == "data":
                        packed = table.name in ("integration_data", "events")
                        found.append(json.dumps(unpack(value), ensure_ascii=False) if packed else str(bytes(value)))
                    elif value is not None:
                        found.append(str(value))
    return "\n".join(found)


def fill(books: Books) -> None:
    Shop(books).take(*Town(3).objects)
    dirty(books)


# What the ninth migration drops, with what it makes beside them.
_INDEXES_OF_OLD = (
    "ix_payments_created_at_id", "ix_payments_status_created_at", "ix_payments_client_link_id_created_at",
    "ix_payments_refunded", "ix_payments_disputed",
)  # fmt: skip
_INDEXES_SINCE = (
    "ix_payments_dated", "ix_payments_status_dated", "ix_payments_client_link_id_dated", "ix_payments_refunded",
    "ix_payments_disputed", "ix_refunds_stored_day", "ix_invoice_requests_unpaid",
)  # fmt: skip


def age(books: Books) -> None:
    """Make the books those of the migration before the one that cleans: without what came since."""
    with books.write() as writer:
        for statement in (
            *(f"DROP INDEX {name}" for name in _INDEXES_SINCE),
            *(f"CREATE INDEX {name} ON payments (created_at)" for name in _INDEXES_OF_OLD),
            "DROP INDEX ix_refunds_invoiced",
            "DROP INDEX ix_refunds_ordered",
            "ALTER TABLE refunds DROP COLUMN order_ref",
            "DROP TABLE row_counts",
            "DROP TABLE read_counts",
            "DROP INDEX ix_balance_entries_pending",
            "DROP INDEX ix_events_state_integration_id_received_at",
            "CREATE INDEX ix_events_state ON events (state)",
            f"UPDATE alembic_version SET version_num = '{older()}'",
        ):  # fmt: skip
            writer.connection.exec_driver_sql(statement)


def check(books: Books) -> None:
    said = told(books)
    assert [mark for mark in MARKS if mark in said] == []
    with books.read() as connection:
        data, aside = table_of(IntegrationData), table_of(SetAsideObject)
        bodies = connection.execute(select(data.c.data, data.c.digest)).all()
        kept = connection.execute(select(aside.c.data).order_by(aside.c.id)).scalars().all()
        value = connection.execute(select(table_of(Setting).c.value).where(table_of(Setting).c.name == "note")).scalar()
    assert bodies
    for body, mark in bodies:
        assert unpack(body) == KEPT
        assert bytes(mark) == digest(orjson.dumps(KEPT, option=orjson.OPT_SORT_KEYS))
    assert orjson.loads(bytes(kept[0])) == KEPT
    assert kept[1] is None
    assert value == "sk_live_[redacted] …5556"


def test_a_file_and_its_copies_are_cleaned_to_the_last_byte(tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "books.db", tmp_path / "elsewhere.db"
    old = open_books(tmp_path, timezone=ZONE)
    fill(old)
    age(old)
    schema.back_up(file, "before-0002-from-0001")
    register_copy(file, elsewhere)
    elsewhere.write_bytes(schema.back_up(file, "by-hand").read_bytes())
    old.close()
    assert any(CARD.encode() in path.read_bytes() or SPACED.encode() in path.read_bytes() for path in files(tmp_path))
    books = open_books(tmp_path, timezone=ZONE)
    check(books)
    for path in files(tmp_path):
        content = path.read_bytes()
        assert [mark for mark in MARKS[:3] if mark.encode() in content] == [], path.name
    books.close()
    (backup,) = (tmp_path / "backups").glob("*-before-*.db")
    assert backup.name.endswith(f"-before-{schema.head()}-from-{older()}.db")
    assert elsewhere.exists()


def test_a_server_is_cleaned_too(tmp_path: Path, postgres: PostgresServer) -> None:
    url = postgres.database()
    old = open_books(tmp_path, url=url, timezone=ZONE)
    fill(old)
    age(old)
    old.close()
    books = open_books(tmp_path, url=url, timezone=ZONE)
    check(books)
    books.close()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def older() -> str:
    """The version before the one that cleans."""
    return f"{int(schema.CLEANED) - 1:04}"
