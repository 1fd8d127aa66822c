"""What really happened at the pretend Stripe.

*Collected* is the amount captured, in the charge's currency, on the day of its ledger line; *tips* are the part of it
that was left at a terminal; *refunds* count on the day of the refund and are booked back on the day they fail;
*returned* is a payment that failed after it was collected; *disputes* are withdrawals less reversals; *fees*, *net*
and *paid_out* are in the settlement currency, net being that of every ledger line but payouts and their failures;
Stripe's own bills are fees.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox import journal
from desktop.sandbox.journal import Months


class Journal(journal.Journal):
    """The account's memory: invoices that were finalised too."""

    kinds = ("collected", "refunds", "returned", "disputes", "fees", "net", "paid_out", "tips")
    counts = (*journal.Journal.counts, "invoices_finalised", "invoiced")

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(zone)
        self.finalised: dict[str, tuple[int, str, int]] = {}

    def months(self, location: str | None = None) -> Months:
        """Figures by month and currency, with how many invoices were finalised and for how much."""
        months = super().months(location)
        for at, currency, total in self.finalised.values():
            figures = months[self.month(at)][currency]
            figures["invoices_finalised"] += 1
            figures["invoiced"] += total
        return months

    def summary(self, now: int) -> dict[str, Any]:
        """The sums, and the balance that they leave."""
        balance: dict[str, int] = defaultdict(int)
        for fact in self.facts:
            if fact.kind in {"net", "paid_out"}:
                balance[fact.currency] += fact.amount if fact.kind == "net" else -fact.amount
        return super().summary(now) | {"balance": dict(balance)}
