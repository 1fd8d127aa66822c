"""Stripe's own ledger and its payouts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from desktop.providers.stripe.records.fields import (
    Mapper,
    amount,
    currency,
    instant,
    instant_or_none,
    open_word,
    ref,
    text,
)
from desktop.records import BalanceEntryRecord, PayoutRecord

CATEGORY_KINDS: Mapping[str, str] = {
    "charge": "charge",
    # The uncaptured rest of an authorisation: with the charge's own line it makes the amount captured.
    "partial_capture_reversal": "charge",
    "charge_failure": "payment_failure",
    "refund": "refund",
    "refund_failure": "refund_failure",
    "dispute": "dispute",
    "dispute_reversal": "dispute_reversal",
    "fee": "fee",
    "network_cost": "fee",
    "tax": "fee",
    "platform_earning": "fee",
    "platform_earning_refund": "fee",
    "payout": "payout",
    "payout_reversal": "payout_failure",
    "transfer": "transfer",
    "transfer_reversal": "transfer",
    "connect_collection_transfer": "transfer",
    "topup": "transfer",
    "topup_reversal": "transfer",
    "other_adjustment": "adjustment",
}
"""Our kind by ``reporting_category`` (docs.stripe.com/reports/reporting-categories): the accountant's view."""

TYPE_KINDS: Mapping[str, str] = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "payment_failure_refund": "payment_failure",
    "payment_reversal": "payment_failure",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "tax_fee": "fee",
    "network_cost": "fee",
    "application_fee": "fee",
    "application_fee_refund": "fee",
    "payout": "payout",
    "payout_cancel": "payout_failure",
    "payout_failure": "payout_failure",
    "transfer": "transfer",
    "transfer_cancel": "transfer",
    "transfer_failure": "transfer",
    "transfer_refund": "transfer",
    "connect_collection_transfer": "transfer",
    "topup": "transfer",
    "topup_reversal": "transfer",
    "adjustment": "adjustment",
}
"""Our kind by ``type``, where the category says nothing; what is in neither table is *other*."""

PAYOUT_STATUSES: Mapping[str, str] = {
    "paid": "paid",
    "pending": "pending",
    "in_transit": "in_transit",
    "failed": "failed",
    "canceled": "canceled",
}

_DAY_MS = 86_400_000


def entry_kind(category: object, kind: object) -> str:
    """Our kind of a ledger line, from Stripe's ``reporting_category`` and ``type``."""
    if type(category) is str:
        found = CATEGORY_KINDS.get(category)
        if found is not None:
            return found
    return TYPE_KINDS.get(kind, "other") if type(kind) is str else "other"


def map_balance_transaction(body: Mapping[str, Any]) -> BalanceEntryRecord:
    """One line of the ledger, signed as Stripe has it.

    A line of kind *fee* (a bill from Stripe, its taxes, network costs) has the cost as a negative ``amount`` and a
    ``fee`` of 0: Fees are the sum of ``fee`` over all lines, less the sum of ``amount`` over the lines of kind *fee*.
    A line of kind *dispute* names the dispute as its source and keeps the dispute's cost in ``fee``.
    A line of kind *other* that has no words of its own is told by Stripe's type.
    Raises: Unreadable.
    """
    get = body.get
    gross = amount(get("amount"), "amount")
    fee = amount(get("fee"), "fee")
    net = amount(get("net"), "net amount")
    rate = get("exchange_rate")
    kind = entry_kind(get("reporting_category"), get("type"))
    return BalanceEntryRecord(
        kind=kind,
        amount=gross,
        fee=fee,
        net=net,
        currency=currency(get("currency")),
        created_at=instant(get("created"), "creation time"),
        available_at=instant_or_none(get("available_on"), "availability time"),
        source_ref=ref(get("source")),
        status=text(get("status")),
        exchange_rate="" if rate is None or type(rate) not in (int, float) else repr(rate),
        description=text(get("description")) or (text(get("type")) if kind == "other" else ""),
    )


def map_payout(body: Mapping[str, Any]) -> PayoutRecord:
    """Money on its way to the bank.

    Stripe states the arrival as midnight UTC of a bank day: such an instant is a date, any other is only an instant.
    Raises: Unreadable.
    """
    get = body.get
    arrival = instant_or_none(get("arrival_date"), "arrival date")
    return PayoutRecord(
        amount=amount(get("amount"), "amount"),
        currency=currency(get("currency")),
        status=open_word(get("status"), PAYOUT_STATUSES, "status"),
        created_at=instant(get("created"), "creation time"),
        arrival_at=arrival,
        arrival_day=_day(arrival) if arrival is not None and arrival % _DAY_MS == 0 else None,
        automatic=get("automatic") is not False,
        entry_ref=ref(get("balance_transaction")),
        failure_entry_ref=ref(get("failure_balance_transaction")),
        failure_code=text(get("failure_code")),
        failure_message=text(get("failure_message")),
        description=text(get("description")) or text(get("statement_descriptor")),
        method=text(get("method")),
    )


def _day(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds // 1000, UTC).date().isoformat()


MAPPERS: Mapping[str, Mapper] = {
    "balance_transaction": map_balance_transaction,
    "payout": map_payout,
}
