"""A figure as a question: what it counts, over which days, of what. What a click on one opens is asked with this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Measure: TypeAlias = Literal[
    "total_revenue", "paid", "collected", "refunds", "returned", "disputes", "fees", "converted", "net",
    "stored_value", "stored_refunds", "service", "not_itemised", "ended", "invoiced", "outstanding", "overdue",
]  # fmt: skip

#: The measures that are made of money that moved: amounts of a day, each with its sign.
MOVED: Final = (
    "total_revenue", "paid", "collected", "refunds", "returned", "disputes", "fees", "converted", "net",
    "stored_value", "stored_refunds", "service", "not_itemised",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of one currency.

    ``start_day`` and ``end_day`` are half-open; both are empty for what is as of today (outstanding, overdue). ``paid``
    is collected less refunds; ``ended`` counts payments that succeeded or ended failed, ``invoiced`` invoices by the
    day on which they were finalised. ``service`` is a service's name, for the measure of that name. ``location`` is
    the provider's id of a location. None and an empty text leave nothing out.
    """

    measure: Measure
    currency: str
    start_day: str = ""
    end_day: str = ""
    integration_id: int | None = None
    location: str | None = None
    client_id: int | None = None
    service: str = ""
