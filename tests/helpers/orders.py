"""The promise that any order of parts gives the same rows and totals, as checks that any books can be put to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from hypothesis import strategies as st

from desktop.books import rollups
from desktop.books.rollups import DisputeSums, EntrySums, InvoiceSums, Part, PaymentSums, PayoutSums, RefundSums
from desktop.money import split_largest_remainder
from desktop.records import SourceObject
from tests.helpers.shops import Shop
from tests.helpers.towns import Town


class Mail(NamedTuple):
    """A town's objects, by its seed, and the batches of their places in which the post brings them."""

    seed: int
    order: tuple[tuple[int, ...], ...]

    @property
    def told(self) -> tuple[SourceObject, ...]:
        """The objects as the town tells them."""
        return tuple(Town(self.seed).objects)

    @property
    def batches(self) -> tuple[tuple[SourceObject, ...], ...]:
        """The objects as they arrive."""
        told = self.told
        return tuple(tuple(told[place] for place in batch) for batch in self.order)


@st.composite
def mails(draw: st.DrawFn) -> Mail:
    """A town by chance, shuffled and cut into batches; a few things arrive twice."""
    seed = draw(st.integers(0, 100_000))
    places = range(len(Town(seed).objects))
    shuffled = draw(st.permutations(places))
    twice = draw(st.lists(st.sampled_from(places), max_size=3))
    arriving = [*shuffled, *twice]
    cuts = draw(st.sets(st.integers(1, len(arriving) - 1), max_size=6)) if len(arriving) > 1 else set()
    edges = [0, *sorted(cuts), len(arriving)]
    return Mail(seed, tuple(tuple(arriving[start:end]) for start, end in pairwise(edges)))


def check_any_order(one: Shop, other: Shop, mail: Mail) -> None:
    """All at once, or in any batches and order: the same rows, the same totals, and totals that recount."""
    assert one.take(*mail.told).reread == ()
    other.take_in_turn(mail.batches)
    wanted, found = visible(one), visible(other)
    for name, rows in wanted.items():
        assert found[name] == rows, name
    check_recount(other)


def visible(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """Everything but hidden rows: whether a deleted object leaves a hidden row depends on what came first."""
    return {name: [row for row in rows if not row.get("deleted")] for name, rows in shop.everything().items()}


def check_recount(shop: Shop) -> None:
    """The totals that moved with the rows are those that a count from nothing gives."""
    shown = shop.everything()
    assert _days(shown["daily_totals"]) == recount_days(shop)
    assert {
        _client_key(row): (row["collected"], row["refunds"], row["payments"]) for row in shown["client_totals"]
    } == recount_clients(shop)
    assert {
        (row["invoice_ref"], row["month"], row["currency"], row["service_ref"], row["location_ref"]): row["amount"]
        for row in shown["service_allocations"]
    } == recount_shares(shop)
    services: Counter[tuple[str, ...]] = Counter()
    for row in shown["service_allocations"]:
        services[row["month"], row["currency"], row["service_ref"], row["location_ref"]] += row["amount"]
    assert {
        (row["month"], row["currency"], row["service_ref"], row["location_ref"]): row["amount"]
        for row in shown["service_totals"]
    } == _filled(services)


def _client_key(row: dict[str, Any]) -> tuple[str, ...]:
    return row["month"], row["currency"], row["client_link_id"], row["location_ref"]


Sums = dict[tuple[str, ...], tuple[int, ...]]


def _days(rows: Sequence[dict[str, Any]]) -> Sums:
    return {
        (row["day"], row["measure"], row["currency"], row["location_ref"]): (row["amount"], row["count"])
        for row in rows
    }


def recount_days(shop: Shop) -> Sums:
    """The days' sums by every row's contributions."""
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0])
    for location, part in _contributions(shop):
        found = sums[part.day, part.measure, part.currency, location]
        found[0] += part.amount
        found[1] += part.times
    return {key: (amount, times) for key, (amount, times) in sums.items() if amount or times}


def _contributions(shop: Shop) -> Iterator[tuple[str, rollups.Contribution]]:
    kinds: Sequence[tuple[str, Any, Any]] = (
        ("payments", PaymentSums, rollups.payment_contributions),
        ("refunds", RefundSums, rollups.refund_contributions),
        ("balance_entries", EntrySums, rollups.entry_contributions),
        ("invoices", InvoiceSums, rollups.invoice_contributions),
        ("payouts", PayoutSums, rollups.payout_contributions),
        ("disputes", DisputeSums, rollups.dispute_contributions),
    )
    parts = _parts(shop)
    for table, shape, contributions in kinds:
        for row in shop.rows(table):
            if table == "payments":
                row["parts"] = tuple(parts[row["external_id"]])
            for part in contributions(shape(**{name: row[name] for name in shape._fields})):
                yield row["location_ref"], part


def _parts(shop: Shop) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for row in shop.rows("payment_parts"):
        found[row["payment_ref"]].append(Part(**{name: row[name] for name in Part._fields}))
    return found


def _captures(shop: Shop) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Each payment with the day and the amount of each of its captures."""
    parts = _parts(shop)
    for row in shop.rows("payments"):
        own = [(part.day, part.amount) for part in parts[row["external_id"]] if part.kind == "capture"]
        assert len(own) == row["capture_parts"]
        assert not own or sum(amount for _, amount in own) == row["collected"]
        for day, amount in own or [(row["booked_day"], row["collected"])]:
            if day and amount:
                yield row, day, amount


def recount_clients(shop: Shop) -> Sums:
    """What each client paid and got back in each month: everywhere (""), and at each place."""
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, day, amount in _captures(shop):
        for place in {"", row["location_ref"]}:
            found = sums[day[:7], row["currency"], row["client_link_id"], place]
            found[0] += amount
            found[2] += 1
    for row in shop.rows("refunds"):
        for day, sign in ((row["refunded_day"], 1), (row["failed_day"], -1)):
            if row["refunded_day"] and day:
                for place in {"", row["location_ref"]}:
                    sums[day[:7], row["currency"], row["client_link_id"], place][1] += sign * row["amount"]
    return {key: tuple(found) for key, found in sums.items() if any(found)}


def recount_shares(shop: Shop) -> dict[tuple[str, ...], int]:
    """Each invoice's money of each month and place, split over its lines by service."""
    money: Counter[tuple[str, str, str, str]] = Counter()
    for row, day, amount in _captures(shop):
        money[row["invoice_ref"], day[:7], row["currency"], row["location_ref"]] += amount
    for row in shop.rows("refunds"):
        for day, sign in ((row["refunded_day"], -1), (row["failed_day"], 1)):
            if row["refunded_day"] and day:
                money[row["invoice_ref"], day[:7], row["currency"], row["location_ref"]] += sign * row["amount"]
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for row in sorted(shop.rows("invoice_lines"), key=lambda row: (row["invoice_ref"], row["position"])):
        services = weights[row["invoice_ref"]]
        services[row["service_ref"]] = services.get(row["service_ref"], 0) + row["amount"] + row["tax"]
    shares: Counter[tuple[str, ...]] = Counter()
    for (invoice, month, currency, place), amount in money.items():
        services = weights.get(invoice, {})
        if not services:
            continue
        parts = split_largest_remainder(amount, [max(weight, 0) for weight in services.values()])
        for service, part in zip(services, parts, strict=True):
            shares[invoice, month, currency, service, place] += part
    return _filled(shares)


def _filled(counted: Counter[tuple[str, ...]]) -> dict[tuple[str, ...], int]:
    return {key: amount for key, amount in counted.items() if amount}
