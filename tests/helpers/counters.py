"""A shop's counter made by chance from a seed: locations, orders, tips, card readers, and fees that payments state."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime

from desktop.records import (
    AttemptRecord,
    BalanceEntryRecord,
    ClientRecord,
    DisputeRecord,
    InventoryCountRecord,
    InvoiceRecord,
    LocationRecord,
    OrderLineRecord,
    OrderRecord,
    PaymentLinkRecord,
    PaymentRequestRecord,
    PayoutRecord,
    Record,
    RefundRecord,
    ServiceRecord,
    SourceObject,
    TerminalCheckoutRecord,
    TerminalDeviceRecord,
)
from tests.helpers.shops import gone_at, read_at

_START = int(datetime(2026, 3, 27, 18, tzinfo=UTC).timestamp() * 1000)
_SPAN = 6 * 86_400_000
LATER = 100_000_000_000_000
"""Second versions were read long after the first ones."""


class Teller:
    """Tells of objects by chance, into :attr:`objects`. The same seed tells the same."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._made = 0
        self.objects: list[SourceObject] = []

    def _id(self, prefix: str) -> str:
        self._made += 1
        return f"{prefix}_{self._made}"

    def _when(self) -> int:
        return _START + self._chance.randrange(_SPAN)

    def _perhaps(self, likely: float) -> bool:
        return self._chance.random() < likely

    def _any(self, *choices: str) -> str:
        return self._chance.choice(choices)

    def _tell(self, ref: str, record: Record, earlier: Record | None = None) -> None:
        """Tell of an object, often of an earlier state too; sometimes neither is ever heard."""
        if self._perhaps(0.08):
            return
        low = self._chance.randrange(1000)
        if earlier is not None and self._perhaps(0.7):
            self.objects.append(read_at(earlier, ref, low, low + 10))
        self.objects.append(read_at(record, ref, LATER + low, LATER + low + 10))


class Counter(Teller):
    """What is sold at a counter and on line, by a provider whose payments say their fees themselves."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed + 1_000_000)
        self._places = [self._place() for _ in range(self._chance.randint(1, 2))]
        self._goods = self._catalog()
        self._people = self._merged_customers()
        for _ in range(self._chance.randint(1, 3)):
            self._sell()
        self._rest()

    def _place(self) -> str:
        ref = self._id("loc")
        record = LocationRecord(f"Shop {ref}", "active", "usd", self._when(), main=ref == "loc_1")
        self._tell(ref, replace(record, status="inactive"), record)
        return ref

    def _anywhere(self) -> str:
        return self._chance.choice([*self._places, ""])

    def _catalog(self) -> list[str]:
        at = self._when()
        self._tell("cat_1", ServiceRecord("category", "Drinks", True, at))
        item = ServiceRecord("product", "Coffee", True, at, "cat_1")
        self._tell("item_1", replace(item, name="Kaffee"), item)
        variations = []
        for name in ("Coffee", "Large"):
            ref = self._id("var")
            self._tell(ref, ServiceRecord("price", name, True, at, "item_1", unit_amount=350, currency="usd", sku=ref))
            variations.append(ref)
            count = InventoryCountRecord(ref, self._anywhere(), "in_stock", "12", at)
            self._tell(f"stock_{ref}", replace(count, quantity=self._any("0", "-1.5", "3", "lots")), count)
        return [*variations, ""]

    def _merged_customers(self) -> list[str]:
        """Two customers that the provider made one of, at times over a third; whoever is named may be any of them."""
        refs = ["buyer_1", "buyer_2", "buyer_3"]
        for ref in refs:
            record = ClientRecord(name=f"Buyer {ref}", email=f"{ref}@example.com", created_at=self._when())
            self._tell(ref, replace(record, phone="030 1234567"), record)
        if self._perhaps(0.6):
            self.objects.append(gone_at("customer", "buyer_1", 2 * LATER, merged_into="buyer_2"))
            if self._perhaps(0.4):
                self.objects.append(gone_at("customer", "buyer_2", 2 * LATER, merged_into="buyer_3"))
        return [*refs, ""]

    def _named(self, buyer: str) -> str:
        """Who an object says has bought: the buyer, at times nobody or somebody else."""
        return buyer if self._perhaps(0.6) else self._chance.choice(self._people)

    # --- selling -----------------------------------------------------------------------------------------------

    def _sell(self) -> None:
        location, buyer = self._anywhere(), self._chance.choice(self._people)
        order, total = self._order(location, buyer)
        if self._perhaps(0.5):
            self._invoice(order, total, location, buyer)
        for _ in range(self._chance.choice([0, 1, 1, 2])):
            self._payment(order, total, location, buyer)
        if self._perhaps(0.4):
            link = PaymentLinkRecord(
                f"https://square.link/{order}", self._when(), order, "Coffee", location_ref=location
            )
            self._tell(f"link_{order}", replace(link, name="Coffee for two"), link)

    def _order(self, location: str, buyer: str) -> tuple[str, int]:
        ref, at = self._id("order"), self._when()
        lines = tuple(
            OrderLineRecord(
                f"{ref}_{position}", position, "Coffee", self._chance.choice([350, 700, 999, 0]),
                self._any("1", "2.5"), self._chance.choice(self._goods), self._any("", "Large", "coffee"),
                tax=self._chance.choice([0, 19]),
            )
            for position in range(self._chance.randint(0, 3))
        )  # fmt: skip
        total = sum(line.amount + line.tax for line in lines)
        open_ = OrderRecord(
            "open", "usd", total, at, sum(line.tax for line in lines), client_ref=self._named(buyer), source="Counter",
            reference=ref.upper(), location_ref=location, lines=lines[:1],
        )  # fmt: skip
        done = replace(open_, status="completed", closed_at=self._when(), lines=lines, client_ref=self._named(buyer))
        self._tell(ref, done, open_)
        return ref, total

    def _invoice(self, order: str, total: int, location: str, buyer: str) -> None:
        at = self._when()
        half = total // 2
        asked = (
            PaymentRequestRecord(f"ask_{order}", 0, "deposit", half, half, "2026-03-30"),
            PaymentRequestRecord(f"rest_{order}", 1, "balance", total - half, 0, "2026-04-20"),
        )
        open_ = InvoiceRecord(
            "open", "usd", total, total, 0, total, 0, total, at, client_ref=self._named(buyer), finalized_at=at,
            due_day="2026-04-20", location_ref=location, order_ref=order, requests=asked,
        )  # fmt: skip
        ended = {
            "paid": replace(open_, status="paid", amount_paid=total, amount_remaining=0, requests=asked[1:]),
            "partly": replace(open_, amount_paid=half, amount_remaining=total - half),
            "void": replace(open_, status="void", voided_at=self._when(), requests=()),
        }[self._any("paid", "partly", "void")]
        self._tell(f"bill_{order}", ended, open_)

    def _payment(self, order: str, total: int, location: str, buyer: str) -> None:
        ref, at = self._id("pay"), self._when()
        tip = self._chance.choice([0, 0, 50])
        amount = total + tip
        status = self._any("succeeded", "succeeded", "succeeded", "canceled", "failed")
        cash = self._perhaps(0.2)
        begun = AttemptRecord(
            "succeeded", amount, 0, 0, "usd", at, captured=False, client_ref=buyer if self._perhaps(0.4) else "",
            location_ref=location, order_ref=order if self._perhaps(0.8) else "", tip=tip, fee=0 if cash else None,
            method="cash" if cash else "card", stored_value=not cash and self._perhaps(0.15),
        )  # fmt: skip
        done = status == "succeeded"
        fee = 0 if cash else amount // 30
        late = replace(
            begun, status=status, captured=done, amount_captured=amount if done else 0,
            fee=fee if done and self._perhaps(0.8) else begun.fee,
            captured_at=self._when() if done and self._perhaps(0.3) else None,
        )  # fmt: skip
        if late.fee and self._perhaps(0.5):
            parts = tuple((self._when(), self._chance.choice([7, -3])) for _ in range(self._chance.randint(1, 3)))
            late = replace(late, fee=late.fee + sum(part for _, part in parts), fee_parts=parts)
        self._tell(ref, late, replace(late, fee=None, fee_parts=(), tip=0) if self._perhaps(0.4) else begun)
        if not done:
            return
        self._settle("charge", ref, amount, fee, location)
        if self._perhaps(0.4):
            self._refund(ref, amount // 3, location)
        if self._perhaps(0.4):
            self._dispute(ref, amount, location)
        if self._perhaps(0.4):
            self._terminal(ref, order, amount, location)

    def _settle(self, kind: str, source: str, amount: int, fee: int, location: str) -> None:
        """The payout's line of money that its source stated itself."""
        record = BalanceEntryRecord(
            kind, amount, fee, amount - fee, "usd", self._when(), source_ref=source, payout_ref="payout_1",
            location_ref=location if self._perhaps(0.5) else "", settles=True,
        )  # fmt: skip
        self._tell(self._id("entry"), record)

    def _refund(self, payment: str, amount: int, location: str) -> None:
        ref = self._id("back")
        pending = RefundRecord(amount, "usd", "pending", self._when(), attempt_ref=payment, location_ref=location)
        status = self._any("succeeded", "succeeded", "failed")
        ended = replace(
            pending, status=status, failed_at=self._when() if status == "failed" else None,
            fee=self._chance.choice([None, 0, 7]), release=False, stored_value=self._chance.choice([None, None, True]),
        )  # fmt: skip
        self._tell(ref, ended, pending)
        self._settle("refund", ref, -amount, 0, location)

    def _dispute(self, payment: str, amount: int, location: str) -> None:
        """An objection that counts itself. One that ends is known before it does; an inquiry may stay one."""
        ref, at = self._id("dispute"), self._when()
        begun = DisputeRecord(
            amount, "usd", self._any("needs_response", "inquiry"), at, payment, location_ref=location, on_ledger=False,
            changed_at=at,
        )  # fmt: skip
        if begun.status == "inquiry":
            self._tell(ref, replace(begun, status=self._any("inquiry", "inquiry_closed")), begun)
            return
        ended = replace(begun, status=self._any("won", "lost", "under_review"), changed_at=self._when())
        self._tell(ref, ended, begun)
        self._settle("dispute", ref, -amount, 0, location)

    def _terminal(self, payment: str, order: str, amount: int, location: str) -> None:
        begun = TerminalCheckoutRecord(
            "pending", amount, "usd", self._when(), "device_1", order, reference="Till 1", location_ref=location
        )
        ended = replace(begun, status="completed", payment_refs=(payment,))
        self._tell(self._id("checkout"), ended, replace(begun, payment_refs=("pay_other",)))

    def _rest(self) -> None:
        at = self._when()
        device = TerminalDeviceRecord("Till 1", "Terminal", "available", at, self._anywhere())
        self._tell("device_1", replace(device, status="offline"), device)
        payout = PayoutRecord(
            5000, "usd", "pending", at, on_ledger=False, fee=self._chance.choice([0, 75]),
            location_ref=self._anywhere(),
        )  # fmt: skip
        failed = replace(payout, status="failed", fee=80, failed_at=self._when())
        self._tell("payout_1", replace(payout, status="paid", fee=80) if self._perhaps(0.5) else failed, payout)
        if self._perhaps(0.5):
            fee = BalanceEntryRecord("fee", -75, 0, -75, "usd", at, None, "payout_1", "payout_1", payout_fee=True)
            self._tell(self._id("entry"), fee)
            back = BalanceEntryRecord("fee", 75, 0, 75, "usd", self._when(), None, "payout_1", "payout_2")
            self._tell(self._id("entry"), back)
        if self._perhaps(0.5):
            extra = BalanceEntryRecord("fee", -200, 0, -200, "usd", at, payout_ref="payout_1")
            self._tell(self._id("entry"), extra)
