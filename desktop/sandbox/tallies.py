"""What journals sum up alike: open invoices as they stood, and figures by month and currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from desktop.sandbox.clock import add_months, instant

Figures = dict[str, int]
Months = dict[str, dict[str, Figures]]


class Dated(Protocol):
    """How an invoice stands from an instant on."""

    @property
    def at(self) -> int:
        """Since when, in seconds since the epoch."""

    @property
    def invoice(self) -> str:
        """Which one."""


D = TypeVar("D", bound=Dated)


def standing(noted: Sequence[D], before: int) -> list[D]:
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
