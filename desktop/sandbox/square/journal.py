"""What really happened, noted as it happens and summed without looking at any wire object.

Reports are compared with this. *Collected* is what completed payments brought, tips in, on the day of their capture
(of their creation where nothing is captured); *stored value* is what was paid with gift cards, and *stored refunds*
went back onto them: no money, and in nothing else; *refunds* count on the day of the refund and are booked back on the
day they fail; *disputes* are withdrawals less reversals on the day of each; *fees* are the processing fees that the
seller has been told so far, less those that came back with refunds, on the day on which each took effect, and what
another service kept of a payment; *net* is collected less refunds, disputes and fees; *paid_out* counts on the day a
payout is sent, and is booked back on the day one fails. Days are the business's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from desktop.sandbox.clock import local_day
from desktop.sandbox.tallies import Figures, Months, as_of, counted, in_order, month_end, standing

_KINDS = ("collected", "refunds", "disputes", "fees", "net", "tips", "paid_out", "stored_value", "stored_refunds")
_IN_NET = {"collected": 1, "refunds": -1, "disputes": -1, "fees": -1}
_COUNTS = ("payments_succeeded", "payments_failed")


@dataclass(frozen=True, slots=True)
class Fact:
    """So much of a kind of money moved at an instant, at a location."""

    kind: str
    at: int
    currency: str
    amount: int
    location: str
    reference: str


@dataclass(frozen=True, slots=True)
class Standing:
    """From an instant on, this remained to be paid of an invoice: parts by due day. Empty where nothing is open."""

    at: int
    invoice: str
    currency: str
    parts: tuple[tuple[date, int], ...]

    @property
    def remaining(self) -> int:
        """What is left of all parts."""
        return sum(amount for _, amount in self.parts)


@dataclass(frozen=True, slots=True)
class Try:
    """A payment that ended: when it was created, where, and whether it ended well."""

    at: int
    currency: str
    location: str
    succeeded: bool


class Journal:
    """The world's own memory of money and stock."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.facts: list[Fact] = []
        self.standings: list[Standing] = []
        self.tries: dict[str, Try] = {}
        self.stock: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def note(self, kind: str, at: int, currency: str, amount: int, location: str, reference: str) -> None:
        """Money of a kind moved."""
        self.facts.append(Fact(kind, at, currency, amount, location, reference))

    def stand(self, at: int, invoice: str, currency: str, parts: Iterable[tuple[date, int]]) -> None:
        """An invoice stands differently from now on; no parts where it is not open."""
        self.standings.append(Standing(at, invoice, currency, tuple(parts)))

    def ended(self, payment: str, at: int, currency: str, location: str, succeeded: bool) -> None:
        """A payment succeeded or failed."""
        self.tries[payment] = Try(at, currency, location, succeeded)

    def move(self, location: str, variation: str, quantity: int) -> None:
        """Stock of a variation came to a location, or left it."""
        self.stock[location][variation] += quantity

    def _standing(self, before: int) -> list[Standing]:
        return [one for one in standing(self.standings, before) if one.remaining]

    def outstanding(self, before: int) -> dict[str, Figures]:
        """Count and amount of open invoices by currency, as they stood just before an instant."""
        return counted((one.currency, one.remaining) for one in self._standing(before))

    def overdue(self, today: date, before: int) -> dict[str, Figures]:
        """Open invoices with a part due before ``today``: their count and what is left of those parts, by currency."""
        late = ((one.currency, sum(left for due, left in one.parts if due < today)) for one in self._standing(before))
        return counted((currency, amount) for currency, amount in late if amount)

    def _sums(self, location: str | None) -> Months:
        month = lru_cache(maxsize=None)(lambda hour: datetime.fromtimestamp(hour * 900, self.zone).strftime("%Y-%m"))
        blank = dict.fromkeys((*_KINDS, *_COUNTS), 0)
        months: Months = defaultdict(lambda: defaultdict(lambda: dict(blank)))
        for fact in self.facts:
            if location in {None, fact.location}:
                figures = months[month(fact.at // 900)][fact.currency]
                figures[fact.kind] += fact.amount
                figures["net"] += _IN_NET.get(fact.kind, 0) * fact.amount
        for one in self.tries.values():
            if location in {None, one.location}:
                ending = "payments_succeeded" if one.succeeded else "payments_failed"
                months[month(one.at // 900)][one.currency][ending] += 1
        return in_order(months)

    def summary(self, now: int) -> dict[str, Any]:
        """Everything by month of the business's zone and currency; the same by location; invoices; stock."""
        months = self._sums(None)
        for name, currencies in months.items():
            left = self.outstanding(month_end(name, self.zone, now))
            for currency, figures in currencies.items():
                open_ones = left.get(currency, {"count": 0, "amount": 0})
                figures |= {"open_invoices": open_ones["count"], "outstanding": open_ones["amount"]}
        today = local_day(now, self.zone)
        places = sorted({fact.location for fact in self.facts})
        return {
            "timezone": self.zone.key,
            "as_of": as_of(now),
            "months": months,
            "locations": {place: self._sums(place) for place in places},
            "outstanding": self.outstanding(now + 1),
            "overdue": self.overdue(today, now + 1),
            "stock": {place: dict(sorted(counts.items())) for place, counts in sorted(self.stock.items())},
        }
