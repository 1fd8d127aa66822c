"""What all projections share during one application: the transaction, the totals, and who is who."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, select

from desktop.books.database import Writer
from desktop.books.rollups import Totals
from desktop.books.statements import Prepared, Shelf
from desktop.books.tables import Client, ClientLink
from desktop.books.tables.base import table_of
from desktop.periods import DayClock
from desktop.records import PaymentRecord

_CLIENT = table_of(Client)
_LINK = table_of(ClientLink)
_STUB_CLIENT = (
    "origin_integration_id", "origin_ref", "status", "name", "email", "phone", "company", "address_line1",
    "address_line2", "city", "postal_code", "region", "country", "description", "created_at",
)  # fmt: skip


@dataclass(slots=True)
class Parts:
    """What came of payments and refunds in one application, until they are composed of it.

    ``named`` are ids of payments, or of attempts at them, of which something else (an invoice, a dispute) speaks or
    spoke; ``sources`` are what ledger lines are, or were, about. ``keys``: payments whose own parts changed.
    ``intents``: what payments state of themselves. ``refunds``: what each says, nothing where only what it is of
    changed. ``rekeyed``: attempts that are another payment's now.
    """

    named: set[str] = field(default_factory=set)
    sources: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    intents: dict[str, PaymentRecord] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    rekeyed: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Context:
    """One application of objects of one integration, inside one transaction.

    ``tables`` were touched. ``invoices``: whose money, lines or payments changed. ``orders``: whose client or
    invoices changed, so that payments for them are to be composed again. ``sold``: orders whose lines changed.
    ``payments``: which of them are to be composed again for other reasons, and of what.
    """

    writer: Writer
    shelf: Shelf
    integration_id: int
    clock: DayClock
    totals: Totals
    tables: set[str] = field(default_factory=set)
    invoices: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    sold: set[str] = field(default_factory=set)
    payments: Parts = field(default_factory=Parts)
    _links: dict[str, int] = field(default_factory=dict)

    def fetch(self, prepared: Prepared, keys: Iterable[str]) -> list[tuple[Any, ...]]:
        """Rows of this integration whose key is in ``keys``; nothing asked for, nothing fetched."""
        listed = list(keys)
        if not listed:
            return []
        return self.writer.fetch(prepared, self.integration_id, self.shelf.statements.listed(listed))

    def links(self, refs: Iterable[str]) -> dict[str, int]:
        """Link ids by customer id. A customer that was never read gets a client that is only *mentioned*.

        The empty reference is link 0: nobody.
        """
        missing = {ref for ref in refs if ref and ref not in self._links}
        if missing:
            self._read_links(missing)
            missing = {ref for ref in missing if ref not in self._links}
        if missing:
            self._mention(sorted(missing))
            self._read_links(missing)
        return self._links

    def link(self, ref: str) -> int:
        """The link of one customer that :meth:`links` was already asked for; 0 for nobody."""
        return self._links[ref] if ref else 0

    def _read_links(self, refs: Iterable[str]) -> None:
        query = self.shelf.select("links", _LINK, ("external_id", "id"), "external_id")
        self._links.update({row[0]: row[1] for row in self.fetch(query, refs)})

    def _mention(self, refs: list[str]) -> None:
        client = self.shelf.upsert(
            _CLIENT,
            ("origin_integration_id", "origin_ref"),
            _STUB_CLIENT,
            keep=_STUB_CLIENT,
        )
        blank = ("",) * 11
        self.writer.run_many(client, [(self.integration_id, ref, "mentioned", *blank, 0) for ref in refs])
        find = self.shelf.keep(
            "clients by origin",
            lambda: select(_CLIENT.c.origin_ref, _CLIENT.c.id).where(
                _CLIENT.c.origin_integration_id == bindparam("integration_id"),
                self.shelf.statements.among(_CLIENT.c.origin_ref),
            ),
        )
        clients = dict(self.fetch(find, refs))
        columns = (
            "client_id", "integration_id", "external_id", "stated", "deleted", "currency", "balance", "delinquent",
            "default_method_ref", "agreed", "created_at",
        )  # fmt: skip
        link = self.shelf.upsert(
            _LINK,
            ("integration_id", "external_id"),
            columns,
            keep=columns,
        )
        rows = [(clients[ref], self.integration_id, ref, False, False, "", 0, False, "", "{}", 0) for ref in refs]
        self.writer.run_many(link, rows)
        self.tables.add("clients")
