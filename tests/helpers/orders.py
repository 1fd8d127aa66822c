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
from tests.helpers.shops import COUNTED, Shop
from tests.helpers.towns import Town


class Mail(NamedTuple):
    """A town's objects, by its seed, and the batches of their indexes in which the post brings them."""

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
        return tuple(tuple(told[index] for index in batch) for batch in self.order)


@st.composite
def mails(draw: st.DrawFn) -> Mail:
    """A town by chance, shuffled and cut into batches; a few things arrive twice."""
    seed = draw(st.integers(0, 100_000))
    indexes = range(len(Town(seed).objects))
    shuffled = draw(st.permutations(indexes))
    twice = draw(st.lists(st.sampled_from(indexes), max_size=3))
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
    asked = ("month", "currency", "itemised", "service_ref", "location_ref")
    assert {
        tuple(row[name] for name in ("bill_kind", "bill_ref", *asked)): row["amount"]
        for row in shown["service_allocations"]
    } == recount_shares(shop)
    services: Counter[tuple[Any, ...]] = Counter()
    for row in shown["service_allocations"]:
        services[tuple(row[name] for name in asked)] += row["amount"]
    told = {tuple(row[name] for name in asked): row["amount"] for row in shown["service_totals"]}
    assert told == _filled(services)
    revenue: Counter[tuple[str, ...]] = Counter()
    for row in shown["daily_totals"]:
        sign = {"collected": 1, "refunds": -1, "returned": -1}.get(row["measure"], 0)
        revenue[row["day"][:7], row["currency"], row["location_ref"]] += sign * row["amount"]
    together: Counter[tuple[str, ...]] = Counter()
    for (month, currency, _itemised, _service, index), amount in told.items():
        together[month, currency, index] += amount
    assert _filled(together) == _filled(revenue)

    assert {row["counted"]: row["count"] for row in shown["row_counts"]} == recount_rows(shop, shown)


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


def recount_rows(shop: Shop, shown: dict[str, list[dict[str, Any]]]) -> dict[str, int]:
    """How many rows there are that are not hidden, of each kind of object; of clients those behind stated customers."""
    found = Counter({name: sum(not row.get("deleted") for row in shown[name]) for name in COUNTED})
    links = shop.rows("client_links", columns=("client_id", "stated", "deleted"))
    found["clients"] = len({row["client_id"] for row in links if row["stated"] and not row["deleted"]})
    return _filled(found)


def recount_clients(shop: Shop) -> Sums:
    """What each client paid and got back in each month: everywhere (""), and at each index."""
    sums: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, day, amount in _captures(shop):
        for index in {"", row["location_ref"]}:
            found = sums[day[:7], row["currency"], row["client_link_id"], index]
            found[0] += amount
            found[2] += 1
    for row in shop.rows("refunds"):
        for day, sign in ((row["refunded_day"], 1), (row["failed_day"], -1)):
            if row["refunded_day"] and day:
                for index in {"", row["location_ref"]}:
                    sums[day[:7], row["currency"], row["client_link_id"], index][1] += sign * row["amount"]
    return {key: tuple(found) for key, found in sums.items() if any(found)}


def recount_shares(shop: Shop) -> dict[tuple[Any, ...], int]:
    """Each bill's money of each month and index, split over its lines: told from the rows, by the definitions alone."""
    paid_for = {row["external_id"]: (row["invoice_ref"], row["order_ref"]) for row in shop.rows("payments")}
    money: Counter[tuple[str, str, str, str, str, bool]] = Counter()
    for key, row, day, amount, is_split in _revenue_of(shop):
        invoice, order = paid_for.get(key, ("", ""))
        alone = ("payment", key) if key else ("refund", row["external_id"])
        bill = ("invoice", invoice) if invoice else ("order", order) if order else alone
        money[(*bill, day[:7], row["currency"], row["location_ref"], is_split)] += amount
    lines: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for kind, table in (("invoice", "invoice_lines"), ("order", "order_lines")):
        for row in sorted(shop.rows(table), key=lambda row: (row["position"], row["external_id"])):
            lines[kind, row[f"{kind}_ref"]].append((row["service_ref"], row["amount"] + row["tax"]))
    shares: Counter[tuple[Any, ...]] = Counter()
    for (kind, ref, month, currency, index, is_split), amount in money.items():
        billed = lines.get((kind, ref), []) if is_split else []
        parts = split_largest_remainder(amount, [weight for _, weight in billed]) if billed else [amount]
        services = [(True, service) for service, _ in billed] if billed else [(False, "")]
        for (itemised, service), part in zip(services, parts, strict=True):
            shares[kind, ref, month, currency, itemised, service, index] += part
    return _filled(shares)


def _revenue_of(shop: Shop) -> Iterator[tuple[str, dict[str, Any], str, int, bool]]:
    """What rows add to total revenue: payment, row, day, amount, and whether it is split; what was returned is not."""
    for row, day, amount in _captures(shop):
        yield row["external_id"], row, day, amount, True
    parts = _parts(shop)
    for row in shop.rows("payments"):
        own = [(part.day, part.amount) for part in parts[row["external_id"]] if part.kind == "return"]
        for day, amount in own or [(row["returned_day"], row["returned"])]:
            if day and amount:
                yield row["external_id"], row, day, -amount, False
    for row in shop.rows("refunds"):
        if row["refunded_day"]:
            yield row["payment_key"], row, row["refunded_day"], -row["amount"], True
            if row["failed_day"]:
                yield row["payment_key"], row, row["failed_day"], row["amount"], True


def _filled(counted: Counter[Any]) -> dict[Any, int]:
    return {key: amount for key, amount in counted.items() if amount}
