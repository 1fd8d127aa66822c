"""What really happened, noted as it happens and summed without looking at any wire object.

Reports are compared with this. The words are the product's: *collected* is the amount captured, in the charge's
currency, on the day of its ledger line; *tips* are the part of it that was left at a terminal; *refunds* count on the
day of the refund and are booked back on the day they fail; *returned* is a payment that failed after it was collected;
*disputes* are withdrawals less reversals; *fees*, *net* and *paid_out* are in the settlement currency, net being that
of every ledger line but payouts and their failures; Stripe's own bills are fees.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox.clock import local_day
from desktop.sandbox.tallies import Figures, as_of, counted, in_order, month_end, standing

_MONEY = ("collected", "refunds", "returned", "disputes", "fees", "net", "paid_out", "tips")


@dataclass(frozen=True, slots=True)
class Fact:
    """So much of a kind of money moved at an instant."""

    kind: str
    at: int
    currency: str
    amount: int
    reference: str


@dataclass(frozen=True, slots=True)
class Standing:
    """From an instant on, so much remained to be paid of an invoice (0 where it was not open)."""

    at: int
    invoice: str
    currency: str
    remaining: int
    is_open: bool
    due_at: int | None


@dataclass(slots=True)
class Payment:
    """An intent that was tried: when first, and whether it ended well."""

    at: int
    currency: str
    state: str


class Journal:
    """The world's own memory of money."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.facts: list[Fact] = []
        self.standings: list[Standing] = []
        self.payments: dict[str, Payment] = {}
        self.finalised: dict[str, tuple[int, str, int]] = {}

    def note(self, kind: str, at: int, currency: str, amount: int, reference: str) -> None:
        """Money of a kind moved."""
        self.facts.append(Fact(kind, at, currency, amount, reference))

    def stand(self, at: int, invoice: str, currency: str, remaining: int, is_open: bool, due_at: int | None) -> None:
        """An invoice stands differently from now on."""
        self.standings.append(Standing(at, invoice, currency, remaining if is_open else 0, is_open, due_at))

    def attempt(self, intent: str, at: int, currency: str, state: str) -> None:
        """A payment was tried or ended: ``succeeded``, ``failed``, ``waiting`` or ``cancelled``."""
        payment = self.payments.setdefault(intent, Payment(at, currency, state))
        payment.state = state

    def outstanding(self, before: int) -> dict[str, Figures]:
        """Count and amount of open invoices by currency, as they stood just before an instant."""
        return self._counted(before, lambda one: one.is_open)

    def overdue(self, today: date, before: int) -> dict[str, Figures]:
        """Count and amount of open invoices whose due day lies before ``today``, by currency."""
        return self._counted(
            before,
            lambda one: one.is_open and one.due_at is not None and local_day(one.due_at, self.zone) < today,
        )

    def _counted(self, before: int, wanted: Callable[[Standing], bool]) -> dict[str, Figures]:
        return counted((one.currency, one.remaining) for one in standing(self.standings, before) if wanted(one))

    def _month(self, at: int) -> str:
        return datetime.fromtimestamp(at, self.zone).strftime("%Y-%m")

    def _months(self) -> dict[str, dict[str, Figures]]:
        blank = dict.fromkeys((*_MONEY, "payments_succeeded", "payments_failed", "invoices_finalised", "invoiced"), 0)
        months: dict[str, dict[str, Figures]] = defaultdict(lambda: defaultdict(lambda: dict(blank)))
        for fact in self.facts:
            months[self._month(fact.at)][fact.currency][fact.kind] += fact.amount
        for payment in self.payments.values():
            if payment.state in {"succeeded", "failed"}:
                months[self._month(payment.at)][payment.currency][f"payments_{payment.state}"] += 1
        for at, currency, total in self.finalised.values():
            months[self._month(at)][currency]["invoices_finalised"] += 1
            months[self._month(at)][currency]["invoiced"] += total
        return months

    def summary(self, now: int) -> dict[str, Any]:
        """Everything by month of the business's zone and currency, with open invoices at each month's end."""
        months = self._months()
        for name, currencies in months.items():
            for currency, left in self.outstanding(month_end(name, self.zone, now)).items():
                currencies[currency]["open_invoices"] = left["count"]
                currencies[currency]["outstanding"] = left["amount"]
            for figures in currencies.values():
                figures.setdefault("open_invoices", 0)
                figures.setdefault("outstanding", 0)
        balance: dict[str, int] = defaultdict(int)
        for fact in self.facts:
            if fact.kind in {"net", "paid_out"}:
                balance[fact.currency] += fact.amount if fact.kind == "net" else -fact.amount
        return {
            "timezone": self.zone.key,
            "as_of": as_of(now),
            "months": in_order(months),
            "outstanding": self.outstanding(now + 1),
            "overdue": self.overdue(local_day(now, self.zone), now + 1),
            "balance": dict(balance),
        }
