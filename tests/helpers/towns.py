"""A little town of a business, made by chance from a seed: every object that counts anywhere, in odd shapes.

Parts refer to each other as a provider's do, some parts never arrive, and many objects come in two versions. The
instants lie around a month's end and the night in which the clocks change, so that days and months differ by zone.
"""

from __future__ import annotations

from dataclasses import replace

from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientBalanceEntryRecord,
    ClientRecord,
    CreditNoteRecord,
    DisputeRecord,
    InvoiceLineRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    PaymentMethodRecord,
    PaymentRecord,
    PayoutRecord,
    RefundRecord,
    ServiceRecord,
    SubscriptionItemRecord,
    SubscriptionRecord,
)
from tests.helpers.counters import LATER, Counter, Teller
from tests.helpers.shops import gone_at


class Town(Teller):
    """Tells a town's objects into :attr:`objects`; ``counter``: those of a shop's counter too."""

    def __init__(self, seed: int, *, counter: bool = True) -> None:
        super().__init__(seed)
        self._customers = [self._customer() for _ in range(self._chance.randint(1, 3))]
        self._services = [self._service(kind) for kind in ("product", "price")]
        self._invoices = [self._invoice() for _ in range(self._chance.randint(0, 3))]
        for _ in range(self._chance.randint(1, 3)):
            self._sale()
        self._besides()
        if counter:
            self.objects += Counter(seed).objects

    # --- who and what ------------------------------------------------------------------------------------------

    def _customer(self) -> str:
        ref = self._id("cus")
        record = ClientRecord(name=f"Client {ref}", email=f"{ref}@example.com", currency="usd", created_at=self._when())
        if self._perhaps(0.8):
            self._tell(ref, replace(record, balance=-500, city="Bonn"), record)
        return ref

    def _service(self, kind: str) -> str:
        ref = self._id(kind)
        record = ServiceRecord(kind, f"Service {ref}", True, self._when(), unit_amount=900, currency="usd")
        self._tell(ref, replace(record, active=False), record)
        if self._perhaps(0.2):
            self.objects.append(gone_at("product", ref, 2 * LATER))
        return ref

    def _owner(self) -> str:
        return self._chance.choice([*self._customers, ""])

    def _invoice(self) -> str:
        ref, at = self._id("in"), self._when()
        lines = tuple(
            InvoiceLineRecord(
                f"{ref}_{position}", position, "Work", self._chance.choice([1000, 999, 333, 0, -250]),
                service_ref=self._chance.choice([*self._services, ""]), tax=self._chance.choice([0, 19]),
            )
            for position in range(self._chance.randint(0, 4))
        )  # fmt: skip
        total = max(sum(line.amount + line.tax for line in lines), 0)
        open_ = InvoiceRecord(
            "open", "usd", total, total, 0, total, 0, total, at, number=ref.upper(), client_ref=self._owner(),
            finalized_at=at, due_day="2026-04-01" if self._perhaps(0.3) else None, lines=lines,
        )  # fmt: skip
        ended = {
            "paid": replace(open_, status="paid", amount_paid=total, amount_remaining=0, paid_at=self._when()),
            "partly": replace(open_, amount_paid=total // 3, amount_remaining=total - total // 3),
            "void": replace(open_, status="void", voided_at=self._when()),
            "uncollectible": replace(open_, status="uncollectible", uncollectible_at=self._when()),
            "reworded": replace(open_, lines=lines[:1], total=(lines[0].amount if lines else 0)),
            "draft": replace(open_, status="draft", finalized_at=None),
        }[self._any("paid", "paid", "partly", "void", "uncollectible", "reworded", "draft")]
        self._tell(ref, ended, open_)
        return ref

    # --- money -------------------------------------------------------------------------------------------------

    def _sale(self) -> None:
        {
            "retried": self._retried_sale,
            "alone": self._sale_without_intent,
            "returned": self._returned_sale,
            "left": self._sale_without_attempt,
        }[self._any("retried", "retried", "alone", "returned", "left")]()

    def _intent(self, status: str, amount: int, currency: str = "usd", invoice: str = "") -> str:
        ref = self._id("pi")
        begun = PaymentRecord(
            "open", amount, currency, self._when(), client_ref=self._owner(), invoice_ref=invoice,
            failure_code="card_declined" if status == "open" else "",
        )  # fmt: skip
        received = amount if status == "succeeded" else 0
        self._tell(ref, replace(begun, status=status, amount_received=received), begun)
        return ref

    def _attempt(self, status: str, amount: int, *, payment: str = "", currency: str = "usd", invoice: str = "") -> str:
        ref = self._id("ch")
        captured = status != "failed" and self._perhaps(0.9)
        taken = amount if captured and status == "succeeded" else 0
        if taken and self._perhaps(0.15):
            taken -= amount // 3
        record = AttemptRecord(
            status, amount, taken, 0, currency, self._when(), captured,
            payment_ref=payment, client_ref=self._owner(), invoice_ref=invoice, brand="visa", last4="4242",
            failure_code="card_declined" if status == "failed" else "",
        )  # fmt: skip
        earlier = replace(record, status="pending", amount_captured=0) if self._perhaps(0.4) else record
        self._tell(ref, replace(record, disputed=self._perhaps(0.2)), earlier)
        if status == "succeeded" and captured:
            self._captures(ref, amount, taken)
        return ref

    def _captures(self, charge: str, amount: int, taken: int) -> None:
        """One line, or one for each of two captures, or one for all that was authorised and one that takes it back."""
        how = self._any("once", "once", "twice") if taken == amount else self._any("once", "given up")
        if how == "twice":
            self._ledger("charge", charge, amount // 4, fee=19)
            self._ledger("charge", charge, amount - amount // 4, fee=40)
        elif how == "given up":
            self._ledger("charge", charge, amount, fee=59)
            ref = self._id("re")
            self._tell(ref, RefundRecord(amount - taken, "usd", "succeeded", self._when(), attempt_ref=charge))
            if self._perhaps(0.5):
                self._ledger("charge", ref, taken - amount, fee=-19)
        else:
            self._ledger("charge", charge, taken, fee=59)

    def _retried_sale(self) -> None:
        """An intent whose first cards fail; yen at times; for an invoice by a share, by itself or by the invoice."""
        amount = self._chance.choice([900, 5000])
        currency = self._any("usd", "usd", "jpy")
        invoice = self._chance.choice([*self._invoices, ""])
        way = self._any("share", "share", "stated", "none")
        key = self._intent(self._any("succeeded", "open"), amount, currency, invoice if way == "stated" else "")
        for _ in range(self._chance.randint(0, 2)):
            self._attempt("failed", amount, payment=key, currency=currency)
        paid = self._perhaps(0.8)
        last = self._attempt("succeeded" if paid else "failed", amount, payment=key, currency=currency)
        if invoice and way == "share":
            self._share(invoice, self._chance.choice([key, key, last]), amount, currency)
        if paid:
            self._afterwards(key, last, amount, currency)

    def _share(self, invoice: str, payment: str, amount: int, currency: str) -> None:
        record = InvoicePaymentRecord(invoice, payment, amount, currency, "open", self._when())
        ended = replace(record, status=self._any("paid", "paid", "canceled"), paid_at=self._when())
        self._tell(self._id("inpay"), ended, record)

    def _sale_without_intent(self) -> None:
        invoice = self._chance.choice([*self._invoices, ""])
        charge = self._attempt("succeeded", 700, invoice=invoice)
        self._afterwards("", charge, 700, "usd")

    def _returned_sale(self) -> None:
        """A debit that succeeded and was taken back days later."""
        key = self._intent("processing", 1200)
        ref = self._id("ch")
        record = AttemptRecord("succeeded", 1200, 1200, 0, "usd", self._when(), payment_ref=key, method="sepa_debit")
        back = replace(record, status="failed", returned=True, failure_code="debit_refused")
        self._tell(ref, back, record)
        self._ledger("charge", ref, 1200, fee=35)
        if self._perhaps(0.7):
            self._ledger("payment_failure", ref, -1200, fee=0)

    def _sale_without_attempt(self) -> None:
        self._intent(self._any("canceled", "open", "succeeded", "requires_capture"), 4000)

    def _afterwards(self, key: str, charge: str, amount: int, currency: str) -> None:
        for _ in range(self._chance.choice([0, 0, 1, 2])):
            self._refund(key, charge, amount // 3, currency)
        if self._perhaps(0.3):
            self._dispute(key, charge, amount, currency)

    def _refund(self, key: str, charge: str, amount: int, currency: str) -> None:
        ref = self._id("re")
        by = self._any("charge", "both", "intent")
        pending = RefundRecord(
            amount, currency, "pending", self._when(), attempt_ref="" if by == "intent" and key else charge,
            payment_ref="" if by == "charge" else key,
        )  # fmt: skip
        status = self._any("succeeded", "succeeded", "failed", "canceled", "requires_action", "pending")
        failed_at = self._when() if status in {"failed", "canceled"} else None
        self._tell(ref, replace(pending, status=status, failed_at=failed_at, reason="asked"), pending)
        if self._perhaps(0.6):
            self._ledger("refund", ref, -amount)
            if failed_at:
                self._ledger("refund_failure", ref, amount)

    def _dispute(self, key: str, charge: str, amount: int, currency: str) -> None:
        ref = self._id("dp")
        record = DisputeRecord(amount, currency, "needs_response", self._when(), attempt_ref=charge, payment_ref=key)
        self._tell(ref, replace(record, status=self._any("won", "lost")), record)
        self._ledger("dispute", ref, -amount, fee=1500)
        if self._perhaps(0.5):
            self._ledger("dispute_reversal", ref, amount)

    def _ledger(self, kind: str, source: str, amount: int, fee: int = 0) -> None:
        if self._perhaps(0.15):
            return
        record = BalanceEntryRecord(
            kind, amount, fee, amount - fee, "usd", self._when(), source_ref=source, status="pending"
        )
        self._tell(self._id("txn"), replace(record, status="available", payout_ref="po_1"), record)

    # --- besides -----------------------------------------------------------------------------------------------

    def _besides(self) -> None:
        at = self._when()
        payout = PayoutRecord(5000, "usd", "pending", at, arrival_at=at + 86_400_000)
        self._tell("po_1", replace(payout, status=self._any("paid", "failed")), payout)
        self._ledger("payout", "po_1", -5000)
        self._ledger(self._any("payout_failure", "adjustment", "fee", "transfer"), "", self._chance.choice([-300, 40]))
        item = SubscriptionItemRecord("si_1", self._services[1], self._services[0], 2, 900, "usd", "month", 1, 1_800)
        plan = SubscriptionRecord("active", self._owner(), "usd", at, items=(item,))
        self._tell("sub_1", replace(plan, status="canceled", items=(item, replace(item, external_id="si_2"))), plan)
        method = PaymentMethodRecord(self._owner(), "card", at, "visa", "4242", 5, 2030)
        self._tell("pm_1", replace(method, exp_year=2033), method)
        if self._invoices:
            note = CreditNoteRecord(self._invoices[0], self._owner(), 100, "usd", "issued", at)
            self._tell("cn_1", replace(note, status="void", voided_at=self._when()), note)
        credit = ClientBalanceEntryRecord(self._owner(), -500, "usd", -500, "adjustment", at)
        self._tell("cbtxn_1", credit)
