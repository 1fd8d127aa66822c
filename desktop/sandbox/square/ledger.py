"""Each location's balance at Square: entries as they happen, and the payouts that empty it."""

from __future__ import annotations

from desktop.sandbox.clock import DAY, add_business_days, local_day
from desktop.sandbox.square.errors import bad
from desktop.sandbox.square.moments import plain, seconds
from desktop.sandbox.square.objects import CURRENCY, Wire, fill
from desktop.sandbox.square.world import World

SETTLING = DAY + 2 * 3600
"""How old an entry is before it is paid out: later than the day after which the seller is told of fees."""

_DETAILS = {
    "ADJUSTMENT": None,
    "CHARGE": "type_charge_details",
    "DISPUTE": "type_dispute_details",
    "FEE": "type_fee_details",
    "OTHER_ADJUSTMENT": "type_other_adjustment_details",
    "REFUND": "type_refund_details",
    "RETURNED_PAYOUT": None,
}


def book(world: World, location: str, kind: str, gross: int, fee: int, **references: str) -> Wire:
    """An entry of a location's balance: gross is what moved, net is gross less the fee."""
    entry = fill(
        "payout_entry",
        id=world.ids.new("entry"),
        effective=world.plain_stamp(),
        type=kind,
        gross=gross,
        fee=fee,
        net=gross - fee,
    )
    field = _DETAILS[kind]
    if field is not None:
        entry[field] = references
    world.waiting_entries[location].append(entry)
    return entry


def _ripe(world: World, location: str, at_once: bool) -> list[Wire]:
    line = plain(world.now if at_once else world.now - SETTLING)
    return [one for one in world.waiting_entries[location] if one["effective_at"] <= line]


def pay_out(world: World, location: str, *, simple: bool = False, at_once: bool = False) -> Wire | None:
    """Send what has settled to the bank. None where there is nothing. A simple payout does not say what is in it."""
    ripe = _ripe(world, location, at_once)
    amount = sum(int(one["net_amount_money"]["amount"]) for one in ripe)
    if not ripe or amount <= 0:
        return None
    taken = {one["id"] for one in ripe}
    world.waiting_entries[location] = [one for one in world.waiting_entries[location] if one["id"] not in taken]
    stamp = world.plain_stamp()
    payout = fill(
        "payout",
        uuid=world.ids.uuid(),
        location=location,
        stamp=stamp,
        amount=amount,
        type="SIMPLE" if simple else "BATCH",
        arrival=add_business_days(local_day(world.now, world.zone), 2).isoformat(),
        number=len(world.shelves["payout"].objects) + 1,
    )
    for entry in ripe:
        entry["payout_id"] = payout["id"]
    world.payout_entries[payout["id"]] = [] if simple else ripe
    world.add("payout", payout)
    world.journal.note("paid_out", world.now, CURRENCY, amount, payout["id"], location)
    world.tell("payout.sent", "payout", payout, location)
    return payout


def arrive(world: World, payout: Wire) -> Wire:
    """The bank has booked a payout."""
    if payout["status"] == "SENT":
        world.change("payout", payout, status="PAID")
        world.tell("payout.paid", "payout", payout, payout["location_id"])
    return payout


def bounce(world: World, payout: Wire) -> Wire:
    """The bank sends a payout back; its amount waits for the next one."""
    if payout["status"] not in {"SENT", "PAID"}:
        raise bad(f"Payout {payout['id']} is {payout['status']} and cannot fail.")
    world.change("payout", payout, status="FAILED")
    amount = int(payout["amount_money"]["amount"])
    book(world, payout["location_id"], "RETURNED_PAYOUT", amount, 0)
    world.journal.note("paid_out", world.now, CURRENCY, -amount, payout["id"], payout["location_id"])
    world.tell("payout.failed", "payout", payout, payout["location_id"])
    return payout


def due_to_arrive(payout: Wire) -> float:
    """Days between sending a payout and its arrival at nine in the morning (UTC)."""
    arrival = seconds(f"{payout['arrival_date']}T09:00:00Z")
    return max(arrival - seconds(payout["created_at"]), 3600) / DAY
