"""Small worlds of a business, told in a few words and let into real books by the one door."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from desktop.books.books import Books, open_books
from desktop.books.tables import Integration
from desktop.books.tables.base import table_of
from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientRecord,
    CreditNoteRecord,
    Deletion,
    DisputeRecord,
    InventoryCountRecord,
    InvoiceLineRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    LocationRecord,
    OrderRecord,
    PaymentLinkRecord,
    PaymentMethodRecord,
    PaymentRecord,
    PayoutRecord,
    Record,
    RefundRecord,
    ServiceRecord,
    SourceObject,
    SubscriptionRecord,
    TerminalCheckoutRecord,
    TerminalDeviceRecord,
    Version,
)

ZONE = "Europe/Berlin"
_TYPES: dict[type, str] = {
    ClientRecord: "customer",
    InvoiceRecord: "invoice",
    InvoicePaymentRecord: "invoice_payment",
    PaymentRecord: "payment_intent",
    AttemptRecord: "charge",
    RefundRecord: "refund",
    DisputeRecord: "dispute",
    BalanceEntryRecord: "balance_transaction",
    SubscriptionRecord: "subscription",
    PayoutRecord: "payout",
    PaymentMethodRecord: "payment_method",
    CreditNoteRecord: "credit_note",
    LocationRecord: "location",
    OrderRecord: "order",
    InventoryCountRecord: "inventory_count",
    TerminalDeviceRecord: "device",
    TerminalCheckoutRecord: "checkout",
    PaymentLinkRecord: "payment_link",
}


@cache
def _template(timezone: str) -> Path:
    """An empty set of books, migrated once per run of the tests."""
    home = Path(mkdtemp(prefix="books-"))
    open_books(home, timezone=timezone).close()
    return home / "books.db"


class World:
    """A business. Instants are told by its clock on the wall: ``"2026-11-30 23:40"``."""

    def __init__(self, home: Path, timezone: str = ZONE) -> None:
        shutil.copyfile(_template(timezone), home / "books.db")
        self.books: Books = open_books(home)
        self.zone = ZoneInfo(timezone)
        self._reading = 0

    def at(self, wall: str, fold: int = 0) -> int:
        """The instant (ms) at which the business's clock shows this."""
        shown = wall if " " in wall else f"{wall} 12:00"
        return int(datetime.fromisoformat(shown).replace(tzinfo=self.zone, fold=fold).timestamp() * 1000)

    def account(self, provider: str = "stripe", currency: str = "usd") -> int:
        """Another connected account; its id."""
        row = {
            "provider": provider, "mode": "test", "row_uuid": f"{provider}-{id(self)}-{self._next()}",
            "created_at": 0, "currency": currency, "name": "", "label": "", "account_id": "", "attention": "",
            "country": "",
        }  # fmt: skip
        with self.books.write() as writer:
            made = insert(table_of(Integration)).values(row).returning(table_of(Integration).c.id)
            return int(writer.connection.execute(made).scalar_one())

    def put(self, account: int, *told: tuple[str, Record | None]) -> None:
        """Let (id, record) pairs in as one page, each newer than everything before; None deletes."""
        moment = self._next() * 10_000
        objects = [
            SourceObject(
                _type_of(ref, record),
                ref,
                Version(moment, moment),
                {"id": ref, "told": repr(record)},
                record,
                Deletion.NONE if record is not None else Deletion.STATED,
            )
            for ref, record in told
        ]
        with self.books.write() as writer:
            assert not self.books.apply(writer, account, objects).reread

    def _next(self) -> int:
        self._reading += 1
        return self._reading

    # --- common stories ----------------------------------------------------------------------------------------

    def client(self, account: int, ref: str, name: str = "", **facts: str) -> None:
        """A customer."""
        self.put(account, (ref, ClientRecord(name=name, created_at=self.at("2026-01-01"), **facts)))

    def service(self, account: int, ref: str, name: str) -> None:
        """A product."""
        self.put(account, (ref, ServiceRecord("product", name, True, self.at("2026-01-01"))))

    def invoice(
        self,
        account: int,
        ref: str,
        total: int,
        at: str,
        *,
        status: str = "open",
        paid: int | None = None,
        client: str = "",
        currency: str = "usd",
        due: str | None = None,
        number: str = "",
        lines: Sequence[tuple[str, int]] = (),
        client_name: str = "",
        subscription: str = "",
    ) -> None:
        """An invoice finalised at an instant (a draft is not), with (service, amount) lines."""
        settled = (total if status == "paid" else 0) if paid is None else paid
        moment = self.at(at)
        record = InvoiceRecord(
            status, currency, total, total, 0, total, settled, total - settled if status != "void" else 0, moment,
            number=number, client_ref=client, client_name=client_name,
            finalized_at=None if status == "draft" else moment,
            due_at=self.at(due) if due else None, subscription_ref=subscription,
            paid_at=moment if status == "paid" else None,
            voided_at=moment if status == "void" else None,
            lines=tuple(
                InvoiceLineRecord(f"{ref}_{place}", place, f"Line {place}", amount, service_ref=service)
                for place, (service, amount) in enumerate(lines)
            ),
        )  # fmt: skip
        self.put(account, (ref, record))

    def sale(
        self,
        account: int,
        ref: str,
        amount: int,
        at: str,
        *,
        currency: str = "usd",
        client: str = "",
        invoice: str = "",
        fee: int = 0,
        settled: tuple[int, str] | None = None,
        ledger: bool = True,
        last4: str = "4242",
        fold: int = 0,
    ) -> None:
        """A captured charge ``ch_<ref>`` of the payment ``pi_<ref>``, with its ledger line unless ``ledger`` is off."""
        moment = self.at(at, fold)
        told: list[tuple[str, Record | None]] = [
            (f"pi_{ref}", PaymentRecord("succeeded", amount, currency, moment, amount, client, invoice)),
            (f"ch_{ref}", self._charge(ref, amount, currency, moment, client, last4)),
        ]
        if ledger:
            gross, settlement = settled or (amount, currency)
            told.append(
                (
                    f"txn_{ref}",
                    BalanceEntryRecord("charge", gross, fee, gross - fee, settlement, moment, source_ref=f"ch_{ref}"),
                )
            )
        self.put(account, *told)

    @staticmethod
    def _charge(ref: str, amount: int, currency: str, moment: int, client: str, last4: str) -> AttemptRecord:
        return AttemptRecord(
            "succeeded", amount, amount, 0, currency, moment, payment_ref=f"pi_{ref}", client_ref=client,
            method="card", brand="visa", last4=last4,
        )  # fmt: skip

    def decline(self, account: int, ref: str, amount: int, at: str, *, currency: str = "usd", client: str = "") -> None:
        """A payment whose only attempt was refused."""
        moment = self.at(at)
        attempt = AttemptRecord(
            "failed", amount, 0, 0, currency, moment, captured=False, payment_ref=f"pi_{ref}", client_ref=client,
            failure_code="card_declined", failure_message="Your card was declined.", last4="0002",
        )  # fmt: skip
        self.put(
            account,
            (f"pi_{ref}", PaymentRecord("open", amount, currency, moment, client_ref=client)),
            (f"ch_{ref}", attempt),
        )

    def refund(
        self,
        account: int,
        ref: str,
        sale: str,
        amount: int,
        at: str,
        *,
        currency: str = "usd",
        settled: tuple[int, str] | None = None,
        failed: str | None = None,
        ledger: bool = True,
    ) -> None:
        """A refund of a sale; ``failed`` is when it was booked back."""
        moment = self.at(at)
        gross, settlement = settled or (amount, currency)
        status = "failed" if failed else "succeeded"
        told: list[tuple[str, Record | None]] = [
            (ref, RefundRecord(amount, currency, status, moment, f"ch_{sale}", f"pi_{sale}"))
        ]
        if ledger:
            told.append(
                (f"txn_{ref}", BalanceEntryRecord("refund", -gross, 0, -gross, settlement, moment, source_ref=ref))
            )
            if failed:
                back = self.at(failed)
                told.append(
                    (
                        f"txn_{ref}_back",
                        BalanceEntryRecord("refund_failure", gross, 0, gross, settlement, back, source_ref=ref),
                    )
                )
        self.put(account, *told)

    def entry(self, account: int, ref: str, kind: str, amount: int, at: str, *, fee: int = 0, source: str = "") -> None:
        """Any other line of the ledger, in dollars."""
        record = BalanceEntryRecord(kind, amount, fee, amount - fee, "usd", self.at(at), source_ref=source)
        self.put(account, (ref, record))


_PREFIXES = {
    "cus": "customer", "in": "invoice", "inpay": "invoice_payment", "pi": "payment_intent", "ch": "charge",
    "re": "refund", "dp": "dispute", "txn": "balance_transaction", "prod": "product", "sub": "subscription",
    "pm": "payment_method", "loc": "location", "link": "payment_link", "stock": "inventory_count", "device": "device",
}  # fmt: skip


def _type_of(ref: str, record: Record | None) -> str:
    if record is None:
        return _PREFIXES[ref.partition("_")[0]]
    if isinstance(record, ServiceRecord):
        return record.kind
    return _TYPES[type(record)]
