"""Square's payouts, and the entries that make them up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desktop.providers.fields import child, open_word, text
from desktop.providers.square.records.fields import (
    Around,
    Mapper,
    currency_of,
    day_or_none,
    lower,
    moment,
    moment_or_none,
    money,
    money_or,
    total_money,
)
from desktop.records import BalanceEntryRecord, PayoutRecord

PAYOUT_STATUSES: Mapping[str, str] = {"SENT": "in_transit", "PAID": "paid", "FAILED": "failed"}


@dataclass(frozen=True, slots=True)
class Activity:
    """What an entry of a type is. ``by_sign``: its kind where it gives money back; ``source``: the details' id.

    ``settles``: it repeats money that its source states itself, wherever the details name that source; ``always``:
    even where they do not. ``of_payout``: it is about a payout, the one that it is listed in where the details name
    none; a fee of one repeats what that payout states, if it states any.
    """

    kind: str
    source: str = "payment_id"
    by_sign: str = ""
    settles: bool = False
    always: bool = False
    of_payout: bool = False


_FEE = Activity("fee")
_FEE_STATED = Activity("fee", settles=True, always=True)
_OTHER = Activity("adjustment")
# The dispute itself says what was taken and given back, long before the payout that it went into.
_DISPUTED = Activity("dispute", "dispute_id", by_sign="dispute_reversal", settles=True)

ACTIVITIES: Mapping[str, Activity] = {
    "CHARGE": Activity("charge", settles=True),
    "REFUND": Activity("refund", "refund_id", settles=True),
    "DISPUTE": _DISPUTED,
    "OPEN_DISPUTE": _DISPUTED,
    # Fees that neither a payment nor a payout states.
    "APP_FEE_REFUND": _FEE,
    "APP_FEE_REVENUE": _FEE,
    # Given back on a day of its own, whoever stated the fee.
    "DEPOSIT_FEE_REVERSED": Activity("fee", "payout_id"),
    "FREE_PROCESSING": _FEE,
    "GIFT_CARD_LOAD_FEE": _FEE,
    "GIFT_CARD_LOAD_FEE_REFUND": _FEE,
    "UNDO_GIFT_CARD_LOAD_FEE_REFUND": _FEE,
    "LOCAL_OFFERS_FEE": _FEE,
    "PAID_SERVICE_FEE": _FEE,
    "PAID_SERVICE_FEE_REFUND": _FEE,
    "SUBSCRIPTION_FEE": _FEE,
    "SUBSCRIPTION_FEE_PAID_REFUND": _FEE,
    "SUBSCRIPTION_FEE_REFUND": _FEE,
    "TAX_ON_FEE": _FEE,
    "THIRD_PARTY_FEE": _FEE,
    "THIRD_PARTY_FEE_REFUND": Activity("fee", "refund_id"),
    # A later change of the fee of the payment that the details name, which lists it among its own.
    "FEE": Activity("fee", settles=True),
    # Of a payout, which states it as its own payout_fee, or does not.
    "DEPOSIT_FEE": Activity("fee", "payout_id", of_payout=True),
    # With gross settlement the fee that a payment or refund states is an entry of its own.
    "PROCESSING_FEE": _FEE_STATED,
    "PROCESSING_FEE_REFUND": _FEE_STATED,
    "UNDO_PROCESSING_FEE_REFUND": _FEE_STATED,
    # The payout that came back is marked as failed itself.
    "RETURNED_PAYOUT": Activity("payout_failure", settles=True, always=True),
    "ADJUSTMENT": _OTHER,
    "AUTOMATIC_BITCOIN_CONVERSIONS": _OTHER,
    "AUTOMATIC_BITCOIN_CONVERSIONS_REVERSED": _OTHER,
    "AUTOMATIC_SAVINGS": _OTHER,
    "AUTOMATIC_SAVINGS_REVERSED": _OTHER,
    "BALANCE_FOLDERS_TRANSFER": _OTHER,
    "BALANCE_FOLDERS_TRANSFER_REVERSED": _OTHER,
    "CREDIT_CARD_REPAYMENT": _OTHER,
    "CREDIT_CARD_REPAYMENT_REVERSED": _OTHER,
    "ESCHEATMENT": _OTHER,
    "GIFT_CARD_POOL_TRANSFER": _OTHER,
    "GIFT_CARD_POOL_TRANSFER_REVERSED": _OTHER,
    "HOLD_ADJUSTMENT": _OTHER,
    "INITIAL_BALANCE_CHANGE": _OTHER,
    "LOCAL_OFFERS_CASHBACK": _OTHER,
    "MONEY_TRANSFER": _OTHER,
    "MONEY_TRANSFER_REVERSAL": _OTHER,
    "OTHER": _OTHER,
    "OTHER_ADJUSTMENT": _OTHER,
    "PAYOUT": _OTHER,
    "PERCENTAGE_PROCESSING_DEACTIVATION": _OTHER,
    "PERCENTAGE_PROCESSING_ENROLLMENT": _OTHER,
    "PERCENTAGE_PROCESSING_REPAYMENT": _OTHER,
    "PERCENTAGE_PROCESSING_REPAYMENT_REVERSED": _OTHER,
    "REDEMPTION_CODE": _OTHER,
    "RELEASE_ADJUSTMENT": _OTHER,
    "RESERVE_HOLD": _OTHER,
    "RESERVE_RELEASE": _OTHER,
    "SQUARE_CAPITAL_PAYMENT": _OTHER,
    "SQUARE_CAPITAL_REVERSED_PAYMENT": _OTHER,
    "SQUARE_PAYROLL_TRANSFER": _OTHER,
    "SQUARE_PAYROLL_TRANSFER_REVERSED": _OTHER,
}
"""Every type of entry that Square knows (``ActivityType``); one that it adds later is an adjustment."""


def map_payout(body: Mapping[str, Any], around: Around) -> PayoutRecord:
    """Money on its way to the bank, or taken from there where it is negative. Raises: Unreadable.

    A failure has no instant of its own: the last change stands in.
    """
    get = body.get
    status = open_word(get("status"), PAYOUT_STATUSES, "status")
    unit = currency_of(get("amount_money"))
    return PayoutRecord(
        amount=money(get("amount_money"), unit, "amount"),
        currency=unit,
        status=status,
        created_at=moment(get("created_at"), "creation time"),
        arrival_day=day_or_none(get("arrival_date"), "arrival date"),
        description=text(get("end_to_end_id")),
        method=lower(child(get("destination")).get("type")),
        location_ref=text(get("location_id")),
        on_ledger=False,
        fee=total_money(get("payout_fee"), "amount_money", unit, "fee"),
        failed_at=moment_or_none(get("updated_at"), "last change") if status == "failed" else None,
    )


def map_payout_entry(body: Mapping[str, Any], around: Around) -> BalanceEntryRecord:
    """One line of what a payout is made of: ``amount - fee = net``, all signed as Square has them.

    A line of kind *fee* may have its cost as a negative ``amount`` and a ``fee`` of 0.
    Raises: Unreadable.
    """
    get = body.get
    stated = text(get("type"))
    activity = ACTIVITIES.get(stated, _OTHER)
    first = next((one for one in (get("gross_amount_money"), get("net_amount_money")) if one is not None), None)
    unit = currency_of(first)
    fee = money_or(get("fee_amount_money"), unit, "fee")
    if get("gross_amount_money") is not None:
        gross = money(get("gross_amount_money"), unit, "gross amount")
        net = money_or(get("net_amount_money"), unit, "net amount", gross - fee)
    else:
        net = money(get("net_amount_money"), unit, "net amount")
        gross = net + fee
    source, named = _source(body, stated, activity)
    return BalanceEntryRecord(
        kind=activity.by_sign if activity.by_sign and gross > 0 else activity.kind,
        amount=gross,
        fee=fee,
        net=net,
        currency=unit,
        created_at=moment(get("effective_at"), "effective time"),
        source_ref=source,
        payout_ref=text(get("payout_id")),
        description=stated.lower(),
        settles=activity.settles and (named or activity.always),
        payout_fee=activity.of_payout,
    )


def _source(body: Mapping[str, Any], stated: str, activity: Activity) -> tuple[str, bool]:
    """The id of what an entry is about, and whether it is the one that the type is about."""
    details = child(body.get(f"type_{stated.lower()}_details"))
    found = text(details.get(activity.source))
    if activity.of_payout:
        return found or text(body.get("payout_id")), found != ""
    return found or text(details.get("payment_id")), found != ""


MAPPERS: Mapping[str, Mapper] = {
    "payout": map_payout,
    "payout_entry": map_payout_entry,
}
