"""On which day which money of a payment counts, asked in SQL: one row for each amount and day.

Nearly every payment's money counts on one day, which its own row has; the few whose money has several days have rows
in ``payment_parts``. Each statement here gives both alike, so that what is behind a figure can be listed, paged and
added up by day without knowing of the difference: the sum of ``amount`` between two days is the figure of those days.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, literal_column, select, union_all

from desktop.books.statements import word
from desktop.books.tables import Payment, PaymentPart
from desktop.books.tables.base import table_of

_PAYMENT = table_of(Payment)
_PART = table_of(PaymentPart)
_NONE: ColumnElement[int] = literal_column("0")
_OWNER = ("integration_id", "external_id", "client_link_id", "invoice_ref", "location_ref", "order_ref", "currency")


def captures() -> CompoundSelect[Any]:
    """What was collected: the measure *collected*. Columns: ``payment_id``, the payment's own, ``day``, ``amount``."""
    at_once = _of_payments(_PAYMENT.c.booked_day, _PAYMENT.c.collected).where(
        _PAYMENT.c.capture_parts == _NONE, _PAYMENT.c.collected > _NONE, _PAYMENT.c.booked_day.is_not(None)
    )
    return union_all(at_once, _of_parts("capture"))


def returns() -> CompoundSelect[Any]:
    """What failed after it was collected: the measure *returned*. Columns as in :func:`captures`."""
    at_once = _of_payments(_PAYMENT.c.returned_day, _PAYMENT.c.returned).where(
        _PAYMENT.c.return_parts == _NONE, _PAYMENT.c.returned != _NONE, _PAYMENT.c.returned_day.is_not(None)
    )
    return union_all(at_once, _of_parts("return"))


def fee_parts() -> Select[Any]:
    """What of the fees that payments state themselves counts on a day of its own. Columns as in :func:`captures`.

    What is left of ``payments.own_fee`` counts on ``payments.booked_day``.
    """
    return _of_parts("fee")


def _of_payments(day: Any, amount: Any) -> Select[Any]:
    owner = (_PAYMENT.c[name] for name in _OWNER)
    return select(_PAYMENT.c.id.label("payment_id"), *owner, day.label("day"), amount.label("amount"))


def _of_parts(kind: str) -> Select[Any]:
    owned = and_(_PAYMENT.c.integration_id == _PART.c.integration_id, _PAYMENT.c.external_id == _PART.c.payment_ref)
    return (
        _of_payments(_PART.c.day, _PART.c.amount)
        .select_from(_PART.join(_PAYMENT, owned))
        .where(_PART.c.kind == word(kind))
    )
