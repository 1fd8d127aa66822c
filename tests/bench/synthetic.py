"""Books of any size, written in bulk past the door: three years of payments, invoices, refunds and clients.

The rows are those that the projections would have written, and the sums are rebuilt from them, so that reports and
lists can be measured on a million payments without syncing them first.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from desktop.books.books import Books, open_books
from desktop.books.rebuild import rebuild_totals
from desktop.books.tables import (
    BalanceEntry,
    Base,
    Client,
    ClientLink,
    Integration,
    Invoice,
    InvoiceLine,
    Payment,
    Refund,
    Service,
)
from desktop.books.tables.base import table_of
from desktop.periods import DAY_MS

TODAY = "2026-11-22"
_LAST_AT = 1_795_348_800_000  # 2026-11-22 12:00 UTC
_DAYS = 3 * 365
_CHUNK = 20_000
_FIRST_NAMES = ("Harbour", "Nordlicht", "Acme", "Fern", "Kline", "Blue Door", "Mori", "Sato", "Mill", "Kupfer")
_SECOND_NAMES = ("Pine", "Studio", "Bakery", "Yoga", "Dental", "Café", "Sons", "Design", "Press", "Möbel")


def build(home: Path, payments: int, *, clients: int | None = None, seed: int = 7) -> Books:
    """Open new books in ``home`` with so many payments; two in five are for an invoice, one in a hundred is open."""
    home.mkdir(parents=True, exist_ok=True)
    books = open_books(home, timezone="Europe/Berlin")
    people = clients or max(payments // 50, 20)
    story = _Story(books, payments, people, random.Random(seed))
    with books.write(durable=False) as writer:
        connection = writer.connection
        for table, rows in story.rows():
            for start in range(0, len(rows), _CHUNK):
                connection.execute(insert(table_of(table)), rows[start : start + _CHUNK])
    rebuild_totals(books)
    with books.write() as writer:
        if books.database.dialect_name == "sqlite":
            writer.connection.exec_driver_sql("ANALYZE")
    return books


class _Story:
    """What happened, in chunks of rows for each table."""

    def __init__(self, books: Books, payments: int, people: int, dice: random.Random) -> None:
        self._day = books.days.day
        self._payments, self._people, self._dice = payments, people, dice

    def rows(self) -> Iterator[tuple[type[Base], Sequence[dict[str, Any]]]]:
        """Chunks of rows, each for one table, parents first."""
        yield (
            Integration,
            [{"provider": "stripe", "mode": "test", "row_uuid": "bench", "created_at": 0, "currency": "usd"}],
        )
        yield Service, [
            {
                "integration_id": 1, "external_id": f"prod_{n}", "kind": "product", "name": f"Service {n}",
                "active": True, "created_at": 0, "deleted": False,
            }
            for n in range(12)
        ]  # fmt: skip
        yield Client, [self._client(n) for n in range(self._people)]
        yield ClientLink, [
            {
                "client_id": n + 1, "integration_id": 1, "external_id": f"cus_{n}", "stated": True, "created_at": 0,
                "agreed": {},
            }
            for n in range(self._people)
        ]  # fmt: skip
        for start in range(0, self._payments, _CHUNK):
            yield from self._money(range(start, min(start + _CHUNK, self._payments)))

    def _client(self, n: int) -> dict[str, Any]:
        first, second = _FIRST_NAMES[n % 10], _SECOND_NAMES[n // 10 % 10]
        return {
            "origin_integration_id": 1, "origin_ref": f"cus_{n}", "status": "active", "name": f"{first} {second} {n}",
            "email": f"billing{n}@{second.lower()}.example", "created_at": _LAST_AT - _DAYS * DAY_MS + n,
        }  # fmt: skip

    def _money(self, numbers: range) -> Iterator[tuple[type[Base], Sequence[dict[str, Any]]]]:
        payments, entries, refunds, invoices, lines = [], [], [], [], []
        for n in numbers:
            # Newest first, as a first sync reads them.
            at = _LAST_AT - (n * _DAYS * DAY_MS) // self._payments
            amount, link = self._dice.randrange(500, 200_000), self._dice.randrange(self._people) + 1
            fate = self._dice.random()
            billed = n % 5 < 2
            ref = f"in_{n}" if billed else ""
            payments.append(self._payment(n, at, amount, link, ref, failed=fate < 0.04, refunded=fate > 0.98))
            if fate >= 0.04:
                entries.append(self._entry(f"txn_{n}", "charge", f"ch_{n}", amount, at))
            if fate > 0.98:
                refunds.append(self._refund(n, at + 3 * DAY_MS, amount // 2, link, ref))
                entries.append(self._entry(f"txn_re_{n}", "refund", f"re_{n}", -(amount // 2), at + 3 * DAY_MS))
            if billed:
                invoices.append(self._invoice(n, at, amount, link, is_open=n % 250 == 0, paid=fate >= 0.04))
                lines += self._lines(n, amount)
        yield from ((Payment, payments), (BalanceEntry, entries), (Refund, refunds))
        yield from ((Invoice, invoices), (InvoiceLine, lines))

    def _payment(
        self, n: int, at: int, amount: int, link: int, ref: str, *, failed: bool, refunded: bool
    ) -> dict[str, Any]:
        day = self._day(at)
        return {
            "integration_id": 1, "external_id": f"pi_{n}", "status": "failed" if failed else "succeeded",
            "outcome": "failed" if failed else "succeeded", "client_link_id": link, "invoice_ref": ref,
            "currency": "usd", "amount": amount, "collected": 0 if failed else amount, "stated": b"{}" * 60,
            "refunded": amount // 2 if refunded else 0, "settlement_currency": "" if failed else "usd",
            "fee": 0 if failed else amount // 30, "net": 0 if failed else amount - amount // 30,
            "on_ledger": not failed, "created_at": at, "attempted_day": day, "booked_at": None if failed else at,
            "booked_day": None if failed else day, "method": "card", "brand": "visa", "last4": f"{n % 9999:04d}",
            "method_ref": f"pm_{link}", "receipt_url": f"https://pay.stripe.com/receipts/{n:040d}",
            "failure_message": "Your card was declined." if failed else "",
        }  # fmt: skip

    def _entry(self, ref: str, kind: str, source: str, amount: int, at: int) -> dict[str, Any]:
        fee = max(amount, 0) // 30
        return {
            "integration_id": 1, "external_id": ref, "kind": kind, "amount": amount, "fee": fee, "net": amount - fee,
            "currency": "usd", "created_at": at, "entry_day": self._day(at), "source_ref": source,
        }  # fmt: skip

    def _refund(self, n: int, at: int, amount: int, link: int, ref: str) -> dict[str, Any]:
        return {
            "integration_id": 1, "external_id": f"re_{n}", "payment_key": f"pi_{n}", "payment_ref": f"pi_{n}",
            "attempt_ref": f"ch_{n}", "client_link_id": link, "invoice_ref": ref, "status": "succeeded",
            "amount": amount, "currency": "usd", "settlement_currency": "usd", "created_at": at,
            "refunded_day": self._day(at), "on_ledger": True,
        }  # fmt: skip

    def _invoice(self, n: int, at: int, amount: int, link: int, *, is_open: bool, paid: bool) -> dict[str, Any]:
        day = self._day(at)
        status = "open" if is_open else "paid" if paid else "void"
        return {
            "integration_id": 1, "external_id": f"in_{n}", "number": f"INV-{n:07d}", "status": status, "total": amount,
            "subtotal": amount, "amount_due": amount, "amount_paid": amount if status == "paid" else 0,
            "amount_remaining": amount if is_open else 0, "client_link_id": link, "currency": "usd", "created_at": at,
            "finalized_at": at, "finalized_day": day, "due_at": at, "due_day": day, "payment_ref": "",
            "hosted_url": f"https://invoice.stripe.com/i/{n:040d}",
        }  # fmt: skip

    def _lines(self, n: int, amount: int) -> list[dict[str, Any]]:
        half = amount // 2
        return [
            {
                "integration_id": 1, "invoice_ref": f"in_{n}", "external_id": f"il_{n}_{place}", "position": place,
                "description": "Work", "amount": part, "quantity": "1", "service_ref": f"prod_{(n + place) % 12}",
            }
            for place, part in enumerate((half, amount - half))
        ]  # fmt: skip
