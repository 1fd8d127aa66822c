"""How a payment follows from its parts: the intent as stated, its attempts, their refunds and their ledger lines.

Pure functions: the same parts give the same row whatever order they arrived in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import orjson

from desktop.money import split_largest_remainder
from desktop.records import PaymentRecord


class Attempt(NamedTuple):
    """An attempt's facts, as its row has them; one that was never made has none."""

    payment_key: str = ""
    external_id: str = ""
    status: str = ""
    amount: int = 0
    amount_captured: int = 0
    amount_refunded: int = 0
    currency: str = ""
    created_at: int = 0
    captured: bool = False
    client_ref: str = ""
    client_name: str = ""
    invoice_ref: str = ""
    entry_ref: str = ""
    returned: bool = False
    returned_entry_ref: str = ""
    method: str = ""
    brand: str = ""
    last4: str = ""
    method_ref: str = ""
    failure_code: str = ""
    failure_message: str = ""
    receipt_url: str = ""
    description: str = ""
    disputed: bool = False
    location_ref: str = ""
    order_ref: str = ""
    tip: int = 0
    fee: int | None = None
    fee_parts: str = ""
    captured_at: int | None = None
    stored_value: bool = False


class Line(NamedTuple):
    """A ledger line of an attempt, or of a refund that gives up what was not captured of one."""

    source_ref: str
    external_id: str
    kind: str
    fee: int
    net: int
    currency: str
    created_at: int
    amount: int
    exchange_rate: str


class Back(NamedTuple):
    """What a refund says of itself that tells whether it sent money back or only gave a hold up.

    ``lines`` are the kinds of its ledger lines. A line of kind *charge* takes back what was authorised and not
    captured; one of kind *refund* took money.
    """

    external_id: str
    payment_ref: str
    attempt_ref: str
    status: str
    amount: int
    created_at: int
    entry_ref: str
    stated_release: bool | None
    lines: frozenset[str] = frozenset()


class Moved(NamedTuple):
    """An amount, positive, that was taken or went back at an instant (ms). ``on_ledger``: a ledger line tells of it."""

    at: int
    amount: int
    on_ledger: bool


class Money(NamedTuple):
    """What the money of a payment did: in its own currency but for ``fee`` and ``net``, and at which instants.

    ``captures`` add up to ``collected`` and ``returns`` to ``returned``; oldest first, one for each instant.
    ``own_fee`` is the part of ``fee`` that the attempts state; ``fee_parts`` are the (instant in ms, amount) of its
    parts that take effect at an instant of their own, oldest first. ``stored_value`` was paid and is no money.
    """

    collected: int
    refunded: int
    returned: int
    settlement_currency: str
    fee: int
    net: int
    on_ledger: bool
    booked_at: int | None
    returned_at: int | None
    tip: int
    own_fee: int
    fee_parts: tuple[tuple[int, int], ...]
    stored_value: int
    captures: tuple[Moved, ...]
    returns: tuple[Moved, ...]


class Composed(NamedTuple):
    """A payment, as it follows from its parts. Days are left to the caller, who knows the business's zone."""

    status: str
    outcome: str
    client_ref: str
    client_name: str
    invoice_ref: str
    currency: str
    amount: int
    money: Money
    created_at: int
    attempted_at: int | None
    method: str
    brand: str
    last4: str
    method_ref: str
    failure_code: str
    failure_message: str
    description: str
    receipt_url: str
    disputed: bool
    location_ref: str
    order_ref: str


def compose(
    stated: PaymentRecord | None, attempts: Sequence[Attempt], lines: Sequence[Line], backs: Sequence[Back] = ()
) -> Composed:
    """One payment from its parts; at least one of ``stated`` and ``attempts`` is there.

    ``attempts`` are all of this payment; ``lines`` all charge and payment_failure lines of these attempts but those
    that settle what the attempts say themselves. ``backs`` are the refunds of attempts that were not captured whole,
    and lines that name them are among ``lines``.
    """
    ordered = sorted(attempts, key=_by_age) if len(attempts) > 1 else attempts
    lead = _leading(ordered)
    said, told = stated or _NO_PAYMENT, lead or _NO_ATTEMPT
    money = _money(said, ordered, lines, backs)
    status = _status(stated, lead, money, backs)
    is_failed = status in _FAILED
    began = ordered[0].created_at if ordered else None
    created = stated.created_at if stated else (began or 0)
    return Composed(
        status=status,
        outcome=_OUTCOMES.get(status) or ("succeeded" if money.collected or money.stored_value else "open"),
        client_ref=told.client_ref or said.client_ref,
        client_name=told.client_name,
        invoice_ref=told.invoice_ref or said.invoice_ref,
        currency=told.currency or said.currency,
        amount=stated.amount if stated else told.amount,
        money=money,
        created_at=created,
        attempted_at=created if began is None and money.collected else began,
        method=told.method,
        brand=told.brand,
        last4=told.last4,
        method_ref=told.method_ref or said.method_ref,
        failure_code=(told.failure_code or said.failure_code) if is_failed else "",
        failure_message=(told.failure_message or said.failure_message) if is_failed else "",
        description=told.description or said.description,
        receipt_url=told.receipt_url,
        disputed=True in [attempt.disputed for attempt in ordered],
        location_ref=told.location_ref or said.location_ref,
        order_ref=told.order_ref,
    )


# ---------------------------------------------------------------------------------------------------------- money


def _money(said: PaymentRecord, ordered: Sequence[Attempt], lines: Sequence[Line], backs: Sequence[Back]) -> Money:
    """What the attempts that took money and their ledger lines come to.

    Where an attempt states its fee, the payment counts by what it says and no line does.
    """
    by_source = _by_source(lines)
    taken = [attempt for attempt in ordered if took_money(attempt) or _was_booked(attempt, by_source)]
    stated = [attempt for attempt in taken if attempt.fee is not None]
    captures, returns, stored = [], [], 0
    for attempt in taken:
        own = () if stated else by_source.get(attempt.external_id, ())
        found = _captures(attempt, own)
        if attempt.stored_value:
            stored += attempt.amount_captured
        else:
            captures += found
            returns += _returns(attempt, own, found)
    if not ordered and said.amount_received and said.status not in _UNPAID:
        captures = [Moved(said.created_at, said.amount_received, False)]
    captured, returned = _merged(captures), _merged(returns)
    collected = sum([one.amount for one in captured])
    own_fee = sum([attempt.fee or 0 for attempt in stated])
    owned = [] if stated else [line for attempt in ordered for line in by_source.get(attempt.external_id, ())]
    charged = [line for line in owned if line.kind == "charge"]
    unbooked = sum([one.amount for one in captured if not one.on_ledger]) if charged else 0
    back = sum([one.amount for one in returned])
    first = captured[0].at if captured else min([_moment(attempt) for attempt in taken], default=None)
    return Money(
        collected=collected,
        refunded=sum([_refunded(attempt, backs) for attempt in taken]),
        returned=back,
        settlement_currency=charged[0].currency if charged else taken[0].currency if stated else "",
        fee=own_fee if stated else sum([line.fee for line in lines]),
        net=collected - own_fee - back if stated else sum([line.net for line in lines]) + unbooked,
        on_ledger=bool(charged),
        booked_at=first,
        returned_at=returned[0].at if returned else None,
        tip=sum([attempt.tip for attempt in taken]) or min(said.tip, collected),
        own_fee=own_fee,
        fee_parts=_fee_parts(taken),
        stored_value=stored,
        captures=captured,
        returns=returned,
    )


def _by_source(lines: Iterable[Line]) -> dict[str, list[Line]]:
    found: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.source_ref].append(line)
    return found


def took_money(attempt: Attempt) -> bool:
    """Whether its money counts: a bank debit that is booked counts from then on, and is returned if it fails."""
    status = attempt.status
    if status in _KNOWN:
        booked = status == "pending" and bool(attempt.entry_ref)
        done = status == "succeeded" or attempt.returned or booked
    else:
        done = True  # what was captured by one whose status is not known was surely captured
    return done and attempt.captured and attempt.amount_captured > 0


def _was_booked(attempt: Attempt, lines: Mapping[str, Sequence[Line]]) -> bool:
    """Whether the ledger shows that an attempt's money came (and went back, if it failed) before it says so itself."""
    own = lines.get(attempt.external_id)
    if not own or attempt.fee is not None or attempt.status not in {"pending", "failed"}:
        return False
    kinds = {line.kind for line in own}
    return "charge" in kinds and attempt.captured and (attempt.status == "pending" or "payment_failure" in kinds)


def _moment(attempt: Attempt) -> int:
    """When its money was taken where no ledger line says so."""
    return attempt.created_at if attempt.captured_at is None else attempt.captured_at


def _captures(attempt: Attempt, lines: Sequence[Line]) -> list[Moved]:
    """What was captured when: each capture has a line of its own. What no line tells of was captured at once.

    A line may be for all that was authorised, with another that takes the rest back: then the first counts for what
    was captured. Lines in another currency share what was captured by what they come to in the attempt's.
    """
    whole = attempt.amount_captured or attempt.amount
    charged = [line for line in lines if line.kind == "charge" and line.amount > 0]
    if len(charged) == 1 and (charged[0].currency != attempt.currency or charged[0].amount >= whole):
        return [Moved(charged[0].created_at, whole, True)]
    if not charged:
        booked = [line.created_at for line in lines if line.kind == "charge"]
        return [Moved(min(booked, default=_moment(attempt)), whole, bool(booked))]
    charged.sort(key=_by_instant)
    if any(line.currency != attempt.currency for line in charged):
        shares = _before_conversion(charged, whole)
        return [Moved(line.created_at, share, True) for line, share in zip(charged, shares, strict=True) if share]
    found, left = [], whole
    for line in charged:
        share = min(line.amount, left)
        if share:
            found.append(Moved(line.created_at, share, True))
            left -= share
    if left:
        found.append(Moved(_moment(attempt), left, False))
    return found


def _before_conversion(lines: Sequence[Line], whole: int) -> Sequence[int]:
    """What lines of captures come to in the currency that was paid in, together ``whole``.

    Each by its own rate, and the latest what is left, so that a capture that comes changes none before it. Without
    rates that fit they share it by their amounts.
    """
    shares = [_converted_back(line) for line in lines[:-1]]
    left = whole - sum(shares)
    if left > 0 and all(shares):
        return [*shares, left]
    return split_largest_remainder(whole, [line.amount for line in lines])


def _converted_back(line: Line) -> int:
    try:
        rate = Decimal(line.exchange_rate or 0)
    except InvalidOperation:
        return 0
    return round(line.amount / rate) if rate.is_finite() and rate > 0 else 0


def _returns(attempt: Attempt, lines: Sequence[Line], captures: Sequence[Moved]) -> list[Moved]:
    """What went back when. On the ledger its lines tell, whatever the attempt says; off it the attempt does.

    So net, to which the lines belong, and what was returned always move together.
    """
    failed = [line for line in lines if line.kind == "payment_failure" and line.amount]
    if failed and all(line.currency == attempt.currency for line in failed):
        return [Moved(line.created_at, -line.amount, True) for line in failed]
    whole = sum([one.amount for one in captures])
    if failed:
        charged = sum([line.amount for line in lines if line.kind == "charge"])
        gone = -sum([line.amount for line in failed])
        back = whole if gone >= charged or charged <= 0 else whole * gone // charged
        shares = split_largest_remainder(back, [-line.amount for line in failed])
        return [Moved(line.created_at, share, True) for line, share in zip(failed, shares, strict=True) if share]
    if attempt.returned and not any(one.on_ledger for one in captures):
        return [Moved(captures[0].at, whole, False)]
    return []


def _merged(moved: Sequence[Moved]) -> tuple[Moved, ...]:
    """One for each instant, oldest first."""
    if len(moved) < 2:
        return tuple(moved)
    found: dict[tuple[int, bool], int] = defaultdict(int)
    for one in moved:
        found[one.at, one.on_ledger] += one.amount
    return tuple(Moved(at, amount, told) for (at, told), amount in sorted(found.items()) if amount)


# -------------------------------------------------------------------------------------------------------- refunds


def is_partial(attempt: Attempt) -> bool:
    """Whether something of it may have been given up: it was authorised, and not captured or not whole."""
    whole = attempt.captured and attempt.amount_captured >= attempt.amount
    # One that states its fee is of a provider that calls nothing else a refund.
    return not whole and attempt.fee is None and attempt.status not in {"failed", "pending"}


def releases(attempt: Attempt, backs: Sequence[Back]) -> frozenset[str]:
    """Which of an attempt's refunds gave up what was never collected.

    What a ledger line proves is so, and what the refund says itself. Of an attempt that took nothing, all others are.
    Of one that was captured in part, it is the one that succeeded without a line and is just what was left: the
    provider makes one for it, and only one. A pending refund without a line sends money back.
    """
    open_to_doubt = [one for one in backs if one.stated_release is not False and "refund" not in one.lines]
    if not took_money(attempt):
        return frozenset(one.external_id for one in open_to_doubt)
    sure = [one for one in open_to_doubt if one.stated_release or "charge" in one.lines]
    left = attempt.amount - attempt.amount_captured - sum([one.amount for one in sure])
    maybe = [one for one in open_to_doubt if one not in sure and one.amount == left and one.status not in _NOT_DONE]
    if left > 0 and maybe:
        sure.append(min(maybe, key=lambda one: (bool(one.entry_ref), one.created_at, one.external_id)))
    return frozenset(one.external_id for one in sure)


def _own_backs(attempt: Attempt, backs: Sequence[Back]) -> list[Back]:
    """The refunds that name an attempt; of those that name none, the payment's."""
    return [one for one in backs if one.attempt_ref in {attempt.external_id, ""}]


def _refunded(attempt: Attempt, backs: Sequence[Back]) -> int:
    """What was refunded of what was collected. Whether the stated amount has what was given up in it, depends."""
    given_up = attempt.amount - attempt.amount_captured
    if given_up <= 0 or attempt.fee is not None or not attempt.amount_refunded:
        return attempt.amount_refunded
    own = _own_backs(attempt, backs)
    released = releases(attempt, own)
    sent = sum([one.amount for one in own if one.external_id not in released and one.status not in _UNDONE])
    stated = attempt.amount_refunded
    return stated - given_up if stated >= sent + given_up else stated


_NOT_DONE = frozenset({"pending", "failed", "canceled", "requires_action"})
_UNDONE = frozenset({"failed", "canceled"})


# --------------------------------------------------------------------------------------------------------- status


def _fee_parts(taken: Sequence[Attempt]) -> tuple[tuple[int, int], ...]:
    """The parts of the fees that count on a day of their own; oldest first, in whatever order they were stated."""
    stated = [attempt.fee_parts for attempt in taken if attempt.fee_parts]
    if not stated:
        return ()
    return tuple(sorted([(at, amount) for parts in stated for at, amount in orjson.loads(parts)]))


_KNOWN = frozenset({"succeeded", "pending", "failed", "canceled"})
_FAILED = frozenset({"failed", "returned"})
# Ended failed: a failed one that nobody retried, and one that was taken back after it had succeeded.
_OUTCOMES = {
    "succeeded": "succeeded", "failed": "failed", "returned": "failed", "canceled": "left", "open": "left",
    "processing": "open", "requires_capture": "open",
}  # fmt: skip
_FROM_ATTEMPT = {"pending": "processing", "failed": "failed", "canceled": "canceled"}


# An intent in one of these has received nothing.
_UNPAID = frozenset({"processing", "requires_capture", "open", "canceled"})


_NO_PAYMENT = PaymentRecord(status="", amount=0, currency="", created_at=0)
_NO_ATTEMPT = Attempt()


def _by_age(attempt: Attempt) -> tuple[int, str]:
    return attempt.created_at, attempt.external_id


def _by_instant(line: Line) -> tuple[int, str]:
    return line.created_at, line.external_id


def _leading(ordered: Sequence[Attempt]) -> Attempt | None:
    """The attempt that tells the payment's story: the one that took the money, else the last one."""
    if not ordered:
        return None
    for attempt in reversed(ordered):
        if attempt.status == "succeeded" or (attempt.status not in _KNOWN and took_money(attempt)):
            return attempt
    for attempt in reversed(ordered):
        if attempt.returned or attempt.status == "pending":
            return attempt
    return ordered[-1]


def _status(stated: PaymentRecord | None, lead: Attempt | None, money: Money, backs: Sequence[Back]) -> str:
    """What happened in the end. Money that moved outweighs an intent that was read before it did."""
    if lead is None:
        return "requires_capture" if stated is None else stated.status
    if lead.returned or (money.returned and money.returned >= money.collected):
        return "returned"
    if lead.status == "succeeded" and lead.captured:
        return "succeeded"
    if _is_given_up(lead, backs):
        return "canceled" if stated is None or stated.status == "requires_capture" else stated.status
    if stated is None:
        return "requires_capture" if lead.status == "succeeded" else _FROM_ATTEMPT.get(lead.status, lead.status)
    if stated.status == "open" and lead.status == "failed":
        return "failed"
    return stated.status


def _is_given_up(lead: Attempt, backs: Sequence[Back]) -> bool:
    """Whether an authorisation is over without a capture: said so, or all of it went back."""
    if lead.status == "canceled":
        return True
    if lead.status != "succeeded" or lead.captured:
        return False
    own = _own_backs(lead, backs)
    released = releases(lead, own)
    return sum([one.amount for one in own if one.external_id in released]) >= lead.amount > 0
