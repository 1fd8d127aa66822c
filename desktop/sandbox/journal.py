"""What really happened, noted as it happens and summed without looking at any wire object. Reports compare with this.

The words are the product's; each provider's journal says which kinds of money it notes and what they mean there. Days
and months are the business's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from desktop.sandbox.clock import add_months, instant, local_day

Figures = dict[str, int]
Months = dict[str, dict[str, Figures]]

_QUARTER_HOUR = 900
"""Zones are whole quarters of an hour away from UTC, so no month begins within one."""


@dataclass(frozen=True, slots=True)
class Fact:
    """So much of a kind of money moved at an instant, at a location where the provider has any."""

    kind: str
    at: int
    currency: str
    amount: int
    reference: str
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """From an instant on, this remained to be paid of an invoice: parts by due day. Empty where it is not open."""

    at: int
    invoice: str
    currency: str
    parts: tuple[tuple[date | None, int], ...]


@dataclass(slots=True)
class Payment:
    """A payment that was tried: when first, where, and how it stands, ``succeeded`` or ``failed`` where it ended."""

    at: int
    currency: str
    location: str | None
    state: str


class Journal:
    """One world's own memory of money.

    ``kinds`` of money are summed by month, with ``net`` among them; ``in_net`` are the signs with which other kinds go
    into it, none where the ledger's own net is noted. ``counts`` stand beside them.
    """

    kinds: ClassVar[tuple[str, ...]]
    counts: ClassVar[tuple[str, ...]] = ("payments_succeeded", "payments_failed")
    in_net: ClassVar[Mapping[str, int]] = {}

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.facts: list[Fact] = []
        self.standings: list[Standing] = []
        self.payments: dict[str, Payment] = {}
        self._quarters: dict[int, str] = {}

    def note(self, kind: str, at: int, currency: str, amount: int, reference: str, location: str | None = None) -> None:
        """Money of a kind moved."""
        self.facts.append(Fact(kind, at, currency, amount, reference, location))

    def stand(self, at: int, invoice: str, currency: str, parts: Iterable[tuple[date | None, int]]) -> None:
        """An invoice stands differently from now on; no parts where it is not open."""
        self.standings.append(Standing(at, invoice, currency, tuple(parts)))

    def attempt(self, payment: str, at: int, currency: str, state: str, location: str | None = None) -> None:
        """A payment was tried or ended: ``succeeded``, ``failed``, ``waiting`` or ``cancelled``."""
        self.payments.setdefault(payment, Payment(at, currency, location, state)).state = state

    def outstanding(self, before: int) -> dict[str, Figures]:
        """Count and amount of open invoices by currency, as they stood just before an instant."""
        return counted((one.currency, sum(left for _, left in one.parts)) for one in self._open(before))

    def overdue(self, today: date, before: int) -> dict[str, Figures]:
        """Open invoices with a part due before ``today``: their count and what is left of those parts, by currency."""
        late = (
            (one.currency, [left for due, left in one.parts if due is not None and due < today])
            for one in self._open(before)
        )
        return counted((currency, sum(parts)) for currency, parts in late if parts)

    def _open(self, before: int) -> list[Standing]:
        return [one for one in standing(self.standings, before) if one.parts]

    def month(self, at: int) -> str:
        """The month in which an instant lies, such as ``2026-11``."""
        quarter = at // _QUARTER_HOUR
        if quarter not in self._quarters:
            self._quarters[quarter] = datetime.fromtimestamp(at, self.zone).strftime("%Y-%m")
        return self._quarters[quarter]

    def months(self, location: str | None = None) -> Months:
        """Figures by month and currency, of all locations or of one."""
        blank = dict.fromkeys((*self.kinds, *self.counts), 0)
        months: Months = defaultdict(lambda: defaultdict(blank.copy))
        for fact in self.facts:
            if location in {None, fact.location}:
                figures = months[self.month(fact.at)][fact.currency]
                figures[fact.kind] += fact.amount
                figures["net"] += self.in_net.get(fact.kind, 0) * fact.amount
        for one in self.payments.values():
            if one.state in {"succeeded", "failed"} and location in {None, one.location}:
                months[self.month(one.at)][one.currency][f"payments_{one.state}"] += 1
        return months

    def summary(self, now: int) -> dict[str, Any]:
        """Everything by month of the business's zone and currency, and open invoices at each month's end and now."""
        months = self.months()
        for name, currencies in months.items():
            left = self.outstanding(month_end(name, self.zone, now))
            for currency in (*currencies, *(left.keys() - currencies.keys())):
                open_ones = left.get(currency, {"count": 0, "amount": 0})
                currencies[currency] |= {"open_invoices": open_ones["count"], "outstanding": open_ones["amount"]}
        return {
            "timezone": self.zone.key,
            "as_of": as_of(now),
            "months": in_order(months),
            "outstanding": self.outstanding(now + 1),
            "overdue": self.overdue(local_day(now, self.zone), now + 1),
        }


def standing(noted: Iterable[Standing], before: int) -> list[Standing]:
    """How each invoice stood just before an instant; ``noted`` is in the order in which it happened."""
    return list({one.invoice: one for one in noted if one.at < before}.values())


def counted(amounts: Iterable[tuple[str, int]]) -> dict[str, Figures]:
    """Count and amount by currency."""
    totals: dict[str, Figures] = {}
    for currency, amount in amounts:
        total = totals.setdefault(currency, {"count": 0, "amount": 0})
        total["count"] += 1
        total["amount"] += amount
    return totals


def month_end(month: str, zone: ZoneInfo, now: int) -> int:
    """The instant before which a month (``2026-11``) has happened: its end, or just after ``now`` where it goes on."""
    following = add_months(date.fromisoformat(f"{month}-01"), 1)
    return min(instant(following, datetime.min.time(), zone), now + 1)


def in_order(months: Mapping[str, Mapping[str, Figures]]) -> Months:
    """Figures with the earliest month first, and its currencies by their names."""
    return {name: {c: dict(f) for c, f in sorted(months[name].items())} for name in sorted(months)}


def as_of(now: int) -> str:
    """An instant as summaries name theirs: ISO 8601 in UTC."""
    return datetime.fromtimestamp(now, UTC).isoformat().replace("+00:00", "Z")
