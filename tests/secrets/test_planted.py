"""Numbers and keys of every shape, planted in every text of every example object, are nowhere in the books.

Every way in is gone: a page, an event by way of the inbox, an object read by id, one set aside because it cannot be
mapped, and the second process's parcels. Then the whole folder is searched, file by file and byte by byte, with the
bodies unpacked, every copy, and what was logged. ``PAYDESK_PLANTED`` raises the number of examples (default 2).
"""

from __future__ import annotations

import io
import json
import logging
import os
import random
import string
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, LargeBinary, Text, insert, select

from desktop.books.books import Books, open_books
from desktop.books.packing import unpack
from desktop.books.schema import back_up
from desktop.books.tables import Base, Integration
from desktop.books.tables.base import table_of
from desktop.providers.contract import Page
from desktop.providers.square import events as square_events
from desktop.providers.square import records as square_records
from desktop.providers.stripe import events as stripe_events
from desktop.providers.stripe import records as stripe_records
from desktop.records import SetAside, SourceObject, Version
from desktop.secrets.redaction import RedactingHandler
from desktop.sync.aside import AsideShelf
from desktop.sync.bookmarks import Mark
from desktop.sync.inbox import Inbox
from desktop.sync.parcels import Parcels
from tests.helpers.shops import STEADY

EXAMPLES = int(os.environ.get("PAYDESK_PLANTED", "2"))
STRIPE, SQUARE = "stripe-example-objects-2026-08.json", "square-openapi-2025-08-20.json"
SQUARE_KINDS: Mapping[str, str] = {
    "location": "Location", "customer": "Customer", "catalog_object": "CatalogObject", "order": "Order",
    "invoice": "Invoice", "payment": "Payment", "refund": "PaymentRefund", "payout": "Payout",
    "payout_entry": "PayoutEntry", "dispute": "Dispute", "subscription": "Subscription", "card": "Card",
    "inventory_count": "InventoryCount", "device": "Device", "terminal_checkout": "TerminalCheckout",
    "payment_link": "PaymentLink",
}  # fmt: skip
# Words that an object cannot be mapped without: with a secret in them it is set aside, and that is one of the ways.
MACHINE = frozenset(
    {
        "id", "object", "type", "status", "currency", "currency_code", "created_at", "updated_at", "effective_at",
        "calculated_at", "interval", "state", "due_date", "arrival_date", "start_date", "dispute_id", "timezone",
        "uid", "quantity", "cadence", "request_type", "reason", "billing_scheme", "collection_method",
    }
)  # fmt: skip
MANY = EXAMPLES >= 10
BEGINNING = 12
ALPHABET = string.ascii_letters + string.digits


class Secret(NamedTuple):
    """What is planted, and what must be found nowhere of it."""

    text: Any
    marks: tuple[str, ...]


def folder() -> Path:
    named = os.environ.get("PAYDESK_SPECS")
    if not named or not (Path(named) / STRIPE).exists():
        pytest.skip(f"PAYDESK_SPECS names no folder with {STRIPE}")
    return Path(named)


@cache
def stripe_objects() -> Sequence[tuple[str, dict[str, Any]]]:
    """Every example object, under the type that a list of its kind is asked for; any other as a charge."""
    resources = json.loads((folder() / STRIPE).read_text("utf-8"))["resources"]
    return [(name if name in stripe_records.MAPPERS else "charge", body) for name, body in resources.items()]


@cache
def square_objects() -> Sequence[tuple[str, dict[str, Any]]]:
    """An object of each kind with every field that Square's own file gives it."""
    schemas = json.loads((folder() / SQUARE).read_text("utf-8"))["components"]["schemas"]
    return [
        (kind, made(schemas, {"$ref": f"#/components/schemas/{name}"}, kind)) for kind, name in SQUARE_KINDS.items()
    ]


def made(schemas: Mapping[str, Any], schema: Mapping[str, Any], name: str, depth: int = 5) -> Any:
    """A value that fits a schema."""
    if "$ref" in schema:
        found = schemas.get(str(schema["$ref"]).rpartition("/")[2], {})
        if str(schema["$ref"]).endswith("/Money"):
            return {"amount": 1000, "currency": "USD"}
        return made(schemas, found, name, depth) if depth else None
    if "allOf" in schema:
        return made(schemas, schema["allOf"][0], name, depth)
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        fields = schema.get("properties", {})
        return {field: made(schemas, inner, field, depth - 1) for field, inner in fields.items()} if depth else {}
    if kind == "array":
        return [made(schemas, schema.get("items", {}), name, depth - 1)] if depth else []
    if kind in ("integer", "number"):
        return 1
    if kind == "boolean":
        return True
    if name.endswith(("_at", "date")) or name == "timestamp":
        return "2026-11-02" if name.endswith("date") else "2026-11-02T10:00:00Z"
    return {"currency": "USD", "quantity": "1"}.get(name, f"{name} 1")


# --- what is planted ------------------------------------------------------------------------------------------------


def luhn(start: str) -> str:
    """``start`` with the digit that completes it (ISO/IEC 7812-1, annex B)."""
    doubled = [int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(start))]
    return start + str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def card(chance: random.Random) -> str:
    prefix, length = chance.choice(
        [("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("37", 15), ("6011", 16), ("36", 16), ("3530", 16),
         ("62", 16), ("62", 19), ("4", 19), ("2200", 16)]
    )  # fmt: skip
    return luhn(prefix + "".join(chance.choice("0123456789") for _ in range(length - len(prefix) - 1)))


SEPARATORS = (" ", "-", ".", "\u00a0", "\u2009", "\u202f", "–", "—", "/", "_", "\n", " - ", "\t", "\u200b", ":", "|")


def written_card(chance: random.Random) -> Secret:
    number = card(chance)
    form = chance.randrange(7)
    separator = chance.choice(SEPARATORS)
    groups = [number[at : at + 4] for at in range(0, len(number), 4)]
    text: Any = separator.join(groups)
    if form == 0:
        text = number
    elif form == 1:
        text = number.translate({ord(digit): chr(0xFF10 + int(digit)) for digit in string.digits})
    elif form == 2:
        text = f"Card{number}exp"
    elif form == 3:
        text = int(number)
    elif form == 4:
        text = " ".join(number)
    elif form == 5:
        text = f"{text} 12/27 {chance.randrange(100, 1000)}"
    elif form == 6:
        text = f"pay {text}, please"
    shown = str(text).removeprefix("pay ").removesuffix(", please")
    return Secret(text, (number, shown.partition(" 12/27")[0]))


def key(chance: random.Random) -> Secret:
    def some(length: int) -> str:
        return "".join(chance.choice(ALPHABET) for _ in range(length - 2)) + "a1"

    core, second = some(26), some(30)
    text = chance.choice(
        [
            f"sk_live_{core}", f"sk_test_{core}", f"rk_live_{core}", f"rk_test_{core}", f"whsec_{core}",
            f"sk_org_live_{core}", f"ek_test_{core}", f"ac_{core}", f"rt_{core}", f"pi_3Mtw_secret_{core}",
            f"seti_1Mm8_secret_{core}", f"cs_test_a1_secret_{core}", f"EAAA{core}", f"EQAA{core}", f"sq0atp-{core}",
            f"sq0csp-{core}", f"sandbox-sq0csb-{core}", f"sq0cgp-{core}", f"cnon:{core}", f"Bearer {core}",
            f"password: {core}", f"api_key={core}", f"https://ann:{core}@shop.example.com/a",
            f"eyJ{second}.{core}.{core}", f"-----BEGIN PRIVATE KEY-----\n{core}\n{second}\n-----END PRIVATE KEY-----",
        ]
    )  # fmt: skip
    if chance.randrange(2):
        text = chance.choice(["see {}!", "({})", "a,{}", "'{}'", "{}\nthanks"]).format(text)
    return Secret(text, (core,))


def planted(body: Any, chance: random.Random, marks: set[str], *, everywhere: bool, name: str = "") -> Any:
    """A copy of an object with a secret in every text, and beside them under a name of its own."""
    if isinstance(body, dict):
        found = {
            field: planted(value, chance, marks, everywhere=everywhere, name=field) for field, value in body.items()
        }
        if name in ("metadata", "custom_attribute_values", ""):
            secret = (written_card if chance.randrange(2) else key)(chance)
            marks.update(secret.marks)
            if not isinstance(secret.text, int):
                found[secret.text] = "x"
        return found
    if isinstance(body, list):
        return [planted(value, chance, marks, everywhere=everywhere, name=name) for value in body]
    if body is None and name != "metadata" and chance.randrange(3) == 0 and not everywhere:
        body = ""
    if not isinstance(body, str) or (not everywhere and name in MACHINE):
        return body
    secret = (written_card if chance.randrange(2) else key)(chance)
    marks.update(secret.marks)
    if not everywhere and (name.endswith(("_id", "_at", "_date")) or isinstance(secret.text, int)):
        return secret.text if body == "" and isinstance(secret.text, str) else f"{body} {secret.text}"
    return secret.text if isinstance(secret.text, int) else f"{body} {secret.text}"


# --- ways in --------------------------------------------------------------------------------------------------------


class Way:
    """One account of a provider, and every way by which its objects come in."""

    def __init__(self, books: Books, provider: str) -> None:
        self._books = books
        self._provider = provider
        row = {
            "provider": provider, "mode": "test", "row_uuid": provider, "created_at": 0, "currency": "usd", "name": "",
            "label": "", "account_id": "", "attention": "", "country": "",
        }  # fmt: skip
        with books.write() as writer:
            made_row = insert(table_of(Integration)).values(row).returning(table_of(Integration).c.id)
            self._account = int(writer.connection.execute(made_row).scalar_one())
        intake: Any = SimpleNamespace(
            books=books,
            integration_id=self._account,
            feed_of=lambda _type: (SimpleNamespace(name="s"), SimpleNamespace(name="f")),
            mark=lambda _stream, _feed: Mark(self._account, "s", "f"),
        )
        self._inbox = Inbox(intake)
        self._aside = AsideShelf(books.database.statements, self._account, ())
        self._parcels = Parcels()
        self._at = 1_790_000_000_000

    def page(self, data_type: str, body: Any) -> None:
        """A row of a list, or an object read by id."""
        self._take([self._mapped(data_type, body)])

    def parcel(self, data_type: str, body: Any) -> None:
        """A page that the second process has read."""
        item = self._mapped(data_type, body)
        whole = (item,) if isinstance(item, SourceObject) else ()
        aside = (item,) if isinstance(item, SetAside) else ()
        parcel = self._parcels.wrap(Page(whole, None, self._at, aside))
        page = self._parcels.unwrap(parcel)
        self._take([*page.objects, *page.set_aside])

    def event(self, kind: str, data_type: str, body: Any) -> None:
        """An event of the feed: kept in the inbox, then interpreted."""
        self._at += 60_000
        if self._provider == "stripe":
            said: Any = {"id": f"evt_{self._at}", "type": kind, "created": self._at // 1000, "data": {"object": body}}
            event = stripe_events.event_of({**said, "api_version": "2025-09-30.clover"})
            meaning = stripe_events.interpret_event(event) if event is not None else None
        else:
            carried = {"id": body.get("id"), "object": {data_type: body}}
            said = {"event_id": f"e{self._at}", "type": kind, "created_at": "2026-11-03T10:00:00Z", "data": carried}
            event = square_events.event_of(said)
            meaning = square_events.interpret_event(event) if event is not None else None
        if event is None:
            return
        with self._books.write(durable=False) as writer:
            self._inbox.take_in(writer, [event])
        if isinstance(meaning, SourceObject | SetAside):
            self._take([meaning])

    def _mapped(self, data_type: str, body: Any) -> SourceObject | SetAside:
        self._at += 60_000
        version = Version(self._at, self._at + 500)
        if self._provider == "stripe":
            return stripe_records.map_object(data_type, body, version)
        around = square_records.Around(currency="usd")
        return square_records.map_object(data_type, body, version, around)

    def _take(self, items: Sequence[SourceObject | SetAside]) -> None:
        objects = [item for item in items if isinstance(item, SourceObject)]
        aside = [item for item in items if isinstance(item, SetAside)]
        with self._books.write(durable=False) as writer:
            self._books.apply(writer, self._account, objects)
            self._aside.put(writer, "s", aside, self._at)
        for item in aside:
            logging.getLogger("desktop.planted").info("set aside: %s %s", item.external_id, item.reason)


def told(books: Books) -> Iterator[str]:
    """Every text that the tables hold, bodies unpacked."""
    with books.read() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column in table.columns:
                    value = row[column.name]
                    if value is None:
                        continue
                    if isinstance(column.type, Text):
                        yield str(value)
                    elif isinstance(column.type, JSON):
                        yield json.dumps(value, ensure_ascii=False)
                    elif isinstance(column.type, LargeBinary) and column.name in ("data", "stated"):
                        packed = table.name in ("integration_data", "events")
                        yield json.dumps(unpack(value), ensure_ascii=False) if packed else bytes(value).decode()


def check(home: Path, provider: str, objects: Sequence[tuple[str, dict[str, Any]]], seed: int) -> None:
    """Plant, let in by every way, and search."""
    chance, marks = random.Random(seed), set[str]()
    log = io.StringIO()
    handler, root = RedactingHandler(log), logging.getLogger("desktop.planted")
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    books = open_books(home, timezone="UTC")
    way = Way(books, provider)
    kinds = {"customer": "customer.updated", "invoice": "invoice.updated", "payment": "payment.updated"}
    for data_type, body in objects:
        for everywhere in (False, True) if MANY else (chance.randrange(2) == 0,):
            dirty = planted(body, chance, marks, everywhere=everywhere)
            turn = None if MANY else chance.randrange(3)
            if turn in (0, None):
                way.page(data_type, dirty)
            if turn in (1, None):
                way.parcel(data_type, dirty)
            if turn in (2, None):
                way.event(kinds.get(data_type, f"{data_type}.updated"), data_type, dirty)
    root.removeHandler(handler)
    root.setLevel(logging.NOTSET)
    assert len(marks) > 100
    rows = "\0".join(told(books))
    assert found(rows, {*marks, *(json.dumps(mark)[1:-1] for mark in marks)}) == []
    assert found(log.getvalue(), marks) == []
    back_up(home / "books.db", "before-test-from-test")
    raw = {mark.encode() for mark in marks}
    assert [found(path.read_bytes(), raw) for path in home.rglob("*") if path.is_file()] == [[]] * 5
    books.close()
    assert found((home / "books.db").read_bytes(), raw) == []


def found(text: Any, marks: set[Any]) -> list[Any]:
    """The marks that stand in a text or in bytes: their beginnings are looked up place by place."""
    beginnings = {mark[:BEGINNING] for mark in marks}
    places = [at for at in range(len(text) - BEGINNING + 1) if text[at : at + BEGINNING] in beginnings]
    return [mark for at in places for mark in marks if text[at : at + len(mark)] == mark]


@given(st.integers(0, 2**32))
@settings(STEADY, max_examples=EXAMPLES)
def test_nothing_planted_in_stripes_objects_is_in_the_books_their_copies_or_the_log(seed: int) -> None:
    with TemporaryDirectory() as home:
        check(Path(home), "stripe", stripe_objects(), seed)


@given(st.integers(0, 2**32))
@settings(STEADY, max_examples=EXAMPLES)
def test_nothing_planted_in_squares_objects_is_in_the_books_their_copies_or_the_log(seed: int) -> None:
    with TemporaryDirectory() as home:
        check(Path(home), "square", square_objects(), seed)
