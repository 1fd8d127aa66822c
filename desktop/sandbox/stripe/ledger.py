"""The account's ledger: one line for each movement of money, fees, the balance, and the daily payouts."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from desktop.sandbox.clock import add_business_days, utc_midnight
from desktop.sandbox.stripe import payment_objects
from desktop.sandbox.stripe.errors import Refusal
from desktop.sandbox.stripe.objects import Wire, fill
from desktop.sandbox.stripe.world import World

SETTLEMENT = "usd"

_CENTS_PER_UNIT = {"jpy": 1}
"""Minor units in one unit of a currency, where they are not 100."""

_DISPUTE_FEE = 1500


def in_settlement(world: World, amount: int, currency: str) -> tuple[int, float | None]:
    """An amount in cents of the settlement currency at today's rate, with the rate where one was needed."""
    if currency == SETTLEMENT:
        return amount, None
    rate = world.rate(currency)
    units = Decimal(amount) / _CENTS_PER_UNIT.get(currency, 100)
    cents = (units * Decimal(str(rate)) * 100).quantize(Decimal(1), ROUND_HALF_UP)
    return int(cents), rate


def processing_fee(cents: int, *, kind: str, foreign: bool, converted: bool) -> int:
    """Stripe's fee in cents: 2.9 % + 30¢ for cards, 1.5 % more for foreign ones, 1 % for conversion; ACH 0.8 %."""
    if kind == "us_bank_account":
        return min(500, (cents * 8 + 500) // 1000)
    per_mille = 29 + (15 if foreign else 0) + (10 if converted else 0)
    return (cents * per_mille + 500) // 1000 + 30


def book(world: World, kind: str, source: str | None, amount: int, *, category: str, **facts: Any) -> Wire:
    """Write one ledger line and note its fee and net in the journal (payouts are noted as paid out)."""
    fee = facts.get("fee", 0)
    name = facts.pop("fee_name", "Stripe processing fees")
    if fee:
        detail = {"amount": fee, "application": None, "currency": SETTLEMENT}
        facts["fee_details"] = [detail | {"description": name, "type": "stripe_fee"}]
    line = world.add(
        payment_objects.balance_transaction(
            world.ids.new("txn"),
            world.now,
            amount=amount,
            currency=SETTLEMENT,
            reporting_category=category,
            source=source,
            type=kind,
            **facts,
        )
    )
    world.shown(line)
    if kind in {"payout", "payout_failure"}:
        world.journal.note("paid_out", world.now, SETTLEMENT, -amount, line["id"])
    else:
        world.journal.note("net", world.now, SETTLEMENT, amount - fee, line["id"])
        own_bill = -amount if kind == "stripe_fee" else 0
        world.journal.note("fees", world.now, SETTLEMENT, fee + own_bill, line["id"])
    world.unpaid_lines.append(line["id"])
    return line


def book_charge(world: World, charge: Wire, amount: int) -> Wire:
    """The line of a captured charge: available two business days later (four for bank debits)."""
    kind = charge["payment_method_details"]["type"]
    card = charge["payment_method_details"].get(kind) if kind != "us_bank_account" else None
    cents, rate = in_settlement(world, amount, charge["currency"])
    foreign = card is not None and card["country"] != "US"
    fee = processing_fee(cents, kind=kind, foreign=foreign, converted=rate is not None)
    day = datetime.fromtimestamp(world.now, UTC).date()
    return book(
        world,
        "payment" if card is None else "charge",
        charge["id"],
        cents,
        category="charge",
        available_on=utc_midnight(add_business_days(day, 4 if card is None else 2)),
        description=charge["description"],
        exchange_rate=rate,
        fee=fee,
    )


def book_return(world: World, charge: Wire) -> Wire:
    """The line of a bank debit that bounced after it was booked."""
    line = world.objects[charge["balance_transaction"]]
    return book(
        world, "payment_failure_refund", charge["id"], -line["amount"], category="charge_failure", description=None
    )


def book_refund(world: World, refund: Wire, charge: Wire) -> Wire:
    """The line of a refund, at today's rate; Stripe keeps its fee."""
    cents, rate = in_settlement(world, refund["amount"], refund["currency"])
    kind = "payment_refund" if charge["payment_method_details"]["type"] == "us_bank_account" else "refund"
    text = f"REFUND FOR CHARGE ({charge['description']})" if charge["description"] else "REFUND FOR CHARGE"
    return book(world, kind, refund["id"], -cents, category="refund", description=text, exchange_rate=rate)


def book_failed_refund(world: World, refund: Wire) -> Wire:
    """The line that gives a failed refund back."""
    line = world.objects[refund["balance_transaction"]]
    return book(
        world,
        "refund_failure",
        refund["id"],
        -line["amount"],
        category="refund_failure",
        description=f"REFUND FAILURE ({refund['id']})",
        exchange_rate=line["exchange_rate"],
    )


def book_dispute(world: World, dispute: Wire, *, reversal: bool) -> Wire:
    """The withdrawal of a disputed amount with its fee, or its return when the dispute was won."""
    cents, rate = in_settlement(world, dispute["amount"], dispute["currency"])
    verb = "Chargeback reversal" if reversal else "Chargeback withdrawal"
    return book(
        world,
        "adjustment",
        dispute["id"],
        cents if reversal else -cents,
        category="dispute_reversal" if reversal else "dispute",
        description=f"{verb} for {dispute['charge']}",
        exchange_rate=rate,
        fee=0 if reversal else _DISPUTE_FEE,
        fee_name="Dispute fee",
    )


def book_bill(world: World, cents: int, description: str) -> Wire:
    """Stripe's own monthly bill, taken from the balance."""
    return book(world, "stripe_fee", None, -cents, category="fee", description=description)


def balance(world: World) -> Wire:
    """The balance as the ledger adds up: what has become available less what was paid out, and the rest."""
    ready = pending = 0
    for line in world.every("balance_transaction"):
        if line["available_on"] <= world.now:
            ready += line["net"]
        else:
            pending += line["net"]
    return fill("balance", currency=SETTLEMENT, ready=ready, pending=pending)


def pay_out(world: World) -> Wire | None:
    """The automatic payout of a business day: every line that became available, where they add up to money."""
    ready = [one for one in world.unpaid_lines if world.objects[one]["available_on"] <= world.now]
    amount = sum(world.objects[one]["net"] for one in ready)
    if amount <= 0:
        return None
    made = _make_payout(world, amount)
    taken = set(ready)
    world.unpaid_lines = [one for one in world.unpaid_lines if one not in taken]
    own = _book_payout(world, made)
    world.unpaid_lines.remove(own["id"])
    world.payout_lines[made["id"]] = [*ready, own["id"]]
    world.emit("payout.created", made)
    return made


def pay_out_by_hand(world: World, amount: int, **facts: Any) -> Wire:
    """A payout that the owner asked for; the next automatic one is smaller for it."""
    made = _make_payout(world, amount, automatic=False, reconciliation_status="not_applicable", **facts)
    own = _book_payout(world, made)
    world.payout_lines[made["id"]] = [own["id"]]
    world.emit("payout.created", made)
    return made


def _make_payout(world: World, amount: int, **facts: Any) -> Wire:
    day = datetime.fromtimestamp(world.now, UTC).date()
    arrival = utc_midnight(add_business_days(day, 1))
    return world.add(payment_objects.payout(world.ids.new("po"), world.now, amount, arrival, world.bank, **facts))


def _book_payout(world: World, payout: Wire) -> Wire:
    line = book(world, "payout", payout["id"], -payout["amount"], category="payout", description=payout["description"])
    payout["balance_transaction"] = line["id"]
    return line


def arrive(world: World, payout: Wire) -> None:
    """The bank received a payout."""
    if payout["status"] != "in_transit":
        return
    trace = {"status": "supported", "value": payout["id"][-12:].upper()}
    world.change(payout, "payout.paid", status="paid", trace_id=trace)
    if payout["automatic"]:
        world.change(payout, "payout.reconciliation_completed", reconciliation_status="completed")


def bounce(world: World, payout: Wire) -> None:
    """The bank sent a payout back; its money waits for the next one."""
    if payout["status"] not in {"in_transit", "paid"}:
        raise Refusal(400, f"Payout {payout['id']} is {payout['status']} and cannot fail.", param="payout")
    line = book(
        world,
        "payout_failure",
        payout["id"],
        payout["amount"],
        category="payout_reversal",
        description="STRIPE PAYOUT FAILURE",
    )
    payout |= {
        "failure_balance_transaction": line["id"],
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed",
    }
    if payout["automatic"]:
        payout["reconciliation_status"] = "completed"
    world.change(payout, "payout.failed", status="failed")
