"""What really happened at the pretend Square.

*Collected* is what completed payments brought, tips in, on the day of their capture (of their creation where nothing
is captured); *stored value* is what was paid with gift cards, and *stored refunds* went back onto them: no money, and
in nothing else; *refunds* count on the day of the refund and are booked back on the day they fail; *disputes* are
withdrawals less reversals on the day of each; *fees* are the processing fees that the seller has been told so far,
less those that came back with refunds, on the day on which each took effect, and what another service kept of a
payment; *net* is collected less refunds, disputes and fees; *paid_out* counts on the day a payout is sent, and is
booked back on the day one fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from desktop.sandbox import journal
from desktop.sandbox.journal import in_order


class Journal(journal.Journal):
    """The seller's memory: by location, and what lies on the shelves."""

    kinds = ("collected", "refunds", "disputes", "fees", "net", "tips", "paid_out", "stored_value", "stored_refunds")
    in_net: ClassVar[Mapping[str, int]] = {"collected": 1, "refunds": -1, "disputes": -1, "fees": -1}

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__(zone)
        self.stock: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def move(self, location: str, variation: str, quantity: int) -> None:
        """Stock of a variation came to a location, or left it."""
        self.stock[location][variation] += quantity

    def summary(self, now: int) -> dict[str, Any]:
        """The sums, the same by location, and the stock."""
        locations = sorted({fact.location for fact in self.facts if fact.location is not None})
        return super().summary(now) | {
            "locations": {location: in_order(self.months(location)) for location in locations},
            "stock": {location: dict(sorted(counts.items())) for location, counts in sorted(self.stock.items())},
        }
