"""Disputes: Square takes the amount when the bank asks, and gives it back where the seller wins."""

from __future__ import annotations

from datetime import timedelta

from desktop.sandbox.clock import DAY
from desktop.sandbox.square import ledger
from desktop.sandbox.square.errors import bad
from desktop.sandbox.square.moments import plain, stamp
from desktop.sandbox.square.objects import CURRENCY, Wire, fill
from desktop.sandbox.square.world import World

ENDED = frozenset({"INQUIRY_CLOSED", "WON", "LOST", "ACCEPTED"})


def is_held(world: World, payment: Wire) -> bool:
    """Whether a dispute about a payment is open or was lost: nobody can give its money back, nor dispute it again."""
    found = world.dispute_of_payment.get(payment["id"])
    return found is not None and world.find("dispute", found)["state"] not in {"WON", "INQUIRY_CLOSED"}


def begin(
    world: World,
    payment: Wire,
    amount: int | None = None,
    *,
    reason: str = "NOT_RECEIVED",
    inquiry: bool = False,
) -> Wire:
    """A payment is disputed. An inquiry moves no money.

    Only a card's payment that was completed and of which so much is left can be disputed.
    """
    left = int(payment["total_money"]["amount"]) - int(payment.get("refunded_money", {}).get("amount", 0))
    disputed = left if amount is None else amount
    if payment["status"] != "COMPLETED" or payment["id"] not in world.fees or not 0 < disputed <= left:
        raise bad(f"Payment {payment['id']} cannot be disputed.")
    if is_held(world, payment):
        raise bad(f"Payment {payment['id']} is disputed already.")
    now = world.stamp()
    reported = world.today - timedelta(days=1)
    made = fill(
        "dispute",
        id=world.ids.new("dispute"),
        amount=disputed,
        reason=reason,
        state="INQUIRY_EVIDENCE_REQUIRED" if inquiry else "EVIDENCE_REQUIRED",
        due=stamp((world.now // DAY + 14) * DAY),
        payment=payment,
        stamp=now,
        brand_dispute_id=world.ids.text(22),
        reported=reported.isoformat(),
    )
    world.add("dispute", made)
    world.dispute_of_payment[payment["id"]] = made["id"]
    if not inquiry:
        _move(world, made, -disputed)
    world.tell("dispute.created", "dispute", made, made["location_id"])
    return made


def _move(world: World, dispute: Wire, amount: int) -> None:
    location = dispute["location_id"]
    references = {"payment_id": dispute["disputed_payment"]["payment_id"], "dispute_id": dispute["id"]}
    ledger.book(world, location, "DISPUTE", amount, 0, **references)
    world.journal.note("disputes", world.now, CURRENCY, -amount, dispute["id"], location)


def _must_be_open(dispute: Wire) -> None:
    if dispute["state"] in ENDED:
        raise bad(f"Dispute {dispute['id']} is {dispute['state']}.")


def answer(world: World, dispute: Wire) -> Wire:
    """The seller sends evidence."""
    _must_be_open(dispute)
    inquiry = dispute["state"].startswith("INQUIRY")
    return _enter(world, dispute, "INQUIRY_PROCESSING" if inquiry else "PROCESSING")


def _enter(world: World, dispute: Wire, state: str) -> Wire:
    world.change("dispute", dispute, state=state)
    world.tell("dispute.state.updated", "dispute", dispute, dispute["location_id"])
    return dispute


def close(world: World, dispute: Wire, *, won: bool) -> Wire:
    """The bank decides. The amount of a dispute that was won comes back; an inquiry just ends."""
    _must_be_open(dispute)
    if dispute["state"].startswith("INQUIRY"):
        return _enter(world, dispute, "INQUIRY_CLOSED")
    if won:
        _move(world, dispute, int(dispute["amount_money"]["amount"]))
    return _enter(world, dispute, "WON" if won else "LOST")


def is_due(dispute: Wire, now: int) -> bool:
    """Whether the time for evidence is over."""
    return bool(dispute["due_at"] <= plain(now))
