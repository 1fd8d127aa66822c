"""Years of both pretend providers: which are told, and what holds in each of them, whatever its day, seed and zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from desktop.sandbox import launch
from desktop.sandbox.clock import clock_changes
from desktop.sandbox.square import disputes
from desktop.sandbox.square.world import World as SquareWorld
from desktop.sandbox.stripe import subscriptions
from desktop.sandbox.stripe.world import World as StripeWorld

ZONES = (
    *("America/New_York", "Pacific/Apia", "America/St_Johns", "Africa/Casablanca", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Kiritimati", "Europe/Berlin", "UTC", "Pacific/Pago_Pago", "Asia/Tokyo"),
    *("America/Sao_Paulo", "Africa/Cairo", "Asia/Gaza", "Antarctica/Troll", "America/Nuuk", "Pacific/Chatham"),
    *("Asia/Tehran", "Europe/Dublin", "America/Phoenix", "Australia/Adelaide", "Asia/Kolkata", "Pacific/Marquesas"),
)
"""Zones a day ahead and a day behind, with odd offsets, odd changes of clock, or none."""

DENSITIES = (0.0, 0.05, 0.1, 0.3)
"""How busy a world is: its studio by this share of the demo's, its shop by so many sales a day."""


@dataclass(frozen=True, slots=True)
class Run:
    """One year: its last day, seed, zone and how busy it is."""

    day: date
    seed: int
    zone: str
    density: float = 0.1

    def __str__(self) -> str:
        return f"{self.day} seed {self.seed} {self.zone} density {self.density:g}"


SPECIAL = (
    # What the first command asked for when it ended with an error, and another of the kind.
    Run(date(2026, 11, 28), 1, "America/New_York", 1.0),
    Run(date(2039, 1, 16), 175, "Asia/Tokyo", 1.0),
    Run(date(2028, 2, 29), 2, "Asia/Kathmandu"),
    # A day that its zone left out, and the one after it.
    Run(date(2011, 12, 30), 3, "Pacific/Apia"),
    Run(date(2011, 12, 31), 4, "Pacific/Apia"),
    # Clocks were turned back at a minute past midnight.
    Run(date(2010, 11, 7), 5, "America/St_Johns"),
    Run(date(2027, 1, 1), 6, "Pacific/Kiritimati", 0.0),
    Run(launch.FIRST_DAY, 7, "Pacific/Pago_Pago"),
    Run(launch.LAST_DAY, 8, "Pacific/Chatham"),
)
"""Days that something is the matter with."""


def plan(start: date, days: int, seeds: int) -> Iterator[Run]:
    """Every day with every seed: the first seed where the demo is at home, the others all over the world.

    Then each zone's changes of clock with the days around them, and the special days.
    """
    for number in range(days):
        for seed in range(1, seeds + 1):
            zone = ZONES[0] if seed == 1 else ZONES[(number + 7 * seed) % len(ZONES)]
            yield Run(start + timedelta(days=number), seed, zone, DENSITIES[(number // 3 + seed) % len(DENSITIES)])
    for index, zone in enumerate(ZONES):
        for change in clock_changes(start, start + timedelta(days=days), ZoneInfo(zone)):
            for shift in (-1, 0, 1):
                yield Run(change + timedelta(days=shift), 10 + index, zone)
    yield from SPECIAL


def chosen(start: date, days: int, count: int) -> list[Run]:
    """The years that are also synced and compared: special days, first and last days of months, changes of clock, and
    days at even distances."""

    def candidates() -> Iterator[Run]:
        yield from SPECIAL
        every = [start + timedelta(days=number) for number in range(days)]
        firsts = [day for day in every if day.day == 1]
        lasts = [day for day in every if (day + timedelta(days=1)).day == 1]
        changes = [
            (change, zone)
            for zone in ("America/St_Johns", "Africa/Casablanca", "Australia/Lord_Howe")
            for change in clock_changes(start, every[-1], ZoneInfo(zone))[:1]
        ]
        for index, day in enumerate((*firsts[1::3], *lasts[2::4])):
            yield Run(day, 20 + index, ZONES[(3 * index + 1) % len(ZONES)], DENSITIES[index % 3])
        for index, (day, zone) in enumerate(changes):
            yield Run(day, 40 + index, zone)
        for index in range(count):
            yield Run(every[index * days // count], 1 + index % 5, ZONES[5 * index % len(ZONES)], DENSITIES[index % 3])

    return list(islice(candidates(), count))


def tell(run: Run) -> list[str]:
    """Tell both halves of a year; what is wrong with them. Raises ``StartError`` where one cannot be told."""
    where = {"seed": run.seed, "today": run.day, "timezone": run.zone}
    stripe = launch.build(**where, pace=run.density).world
    square = launch.build_square(**where, sales_a_day=run.density).world
    return [
        *(f"Stripe: {one}" for one in _faults_of_stripe(stripe)),
        *(f"Square: {one}" for one in _faults_of_square(square)),
    ]


def _month(at: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, zone).strftime("%Y-%m")


def _faults_of_stripe(world: StripeWorld) -> Iterator[str]:
    truth = world.journal.summary(world.now)
    month = truth["months"].get(_month(world.now, world.zone), {})
    for currency in ("usd", "jpy"):
        if month.get(currency, {}).get("collected", 0) <= 0:
            yield f"nothing was collected in {currency} in the current month"
    if not month.get("usd", {}).get("invoices_finalised"):
        yield "no invoice was finalised in the current month"
    if any(one.get("created", 0) > world.now for one in world.objects.values()):
        yield "something is dated after the end"
    if sum(line["net"] for line in world.every("balance_transaction")) != truth["balance"].get("usd", 0):
        yield "the ledger is not what happened"
    for invoice in world.every("invoice"):
        parts = invoice["amount_paid"] + invoice["amount_remaining"]
        if invoice["amount_remaining"] < 0 or parts != invoice["amount_due"]:
            yield f"invoice {invoice['id']} does not add up"
    for charge in world.every("charge"):
        if not 0 <= charge["amount_refunded"] <= charge["amount_captured"] <= charge["amount"]:
            yield f"charge {charge['id']} gave back more than it took"
    gone = {one["id"] for one in world.objects.values() if one.get("deleted")}
    for subscription in world.every("subscription"):
        if subscription["customer"] in gone and subscription["status"] not in subscriptions.ENDED:
            yield f"subscription {subscription['id']} outlived its customer"


def _faults_of_square(world: SquareWorld) -> Iterator[str]:
    truth = world.journal.summary(world.now)
    month = _month(world.now, world.zone)
    for location in world.every("location"):
        sold = truth["locations"].get(location["id"], {}).get(month, {}).get("USD", {}).get("collected", 0)
        if (sold > 0) != (location["status"] == "ACTIVE"):
            yield f"{sold} was collected at {location['name']} in the current month"
    end = datetime.fromtimestamp(world.now + 1, UTC)
    for kind, shelf in world.shelves.items():
        if any(
            datetime.fromisoformat(one[name]) >= end for one in shelf.objects.values() for name in _STAMPS & one.keys()
        ):
            yield f"something among {kind} is dated after the end"
    for payment in world.every("payment"):
        back = int(payment.get("refunded_money", {}).get("amount", 0))
        if not 0 <= back <= int(payment["total_money"]["amount"]) or (back and payment["status"] != "COMPLETED"):
            yield f"payment {payment['id']} gave back what it did not take"
    for invoice in world.every("invoice"):
        for request in invoice["payment_requests"]:
            asked, paid = (int(request[name]["amount"]) for name in _REQUEST)
            if not 0 <= paid <= asked:
                yield f"invoice {invoice['id']} does not add up"
    for dispute in world.every("dispute"):
        payment = world.find("payment", dispute["disputed_payment"]["payment_id"])
        if payment.get("refunded_money", {}).get("amount") and disputes.is_held(world, payment):
            yield f"dispute {dispute['id']} is about money that was given back"


_STAMPS = {"created_at", "updated_at", "closed_at", "calculated_at"}
_REQUEST = ("computed_amount_money", "total_completed_amount_money")
