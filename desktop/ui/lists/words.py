"""The words of the lists: states as pills, ways to pay, reasons. No provider's text is a rule here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.ui.lists.rows import PillCell
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.queries.invoices import InvoiceRow
    from desktop.queries.listing import Sum
    from desktop.queries.payments import PaymentRow, RefundRow
    from desktop.queries.subscriptions import SubscriptionRow

NOTHING: Final = "—"
DOTS: Final = "••••"


def word(text: object) -> str:
    """A word that a table marked with context ``ListWords``, in the person's language."""
    return translate("ListWords", str(text))


def humanized(name: str) -> str:
    """A provider's own word as text: "product_not_received" is "Product not received"."""
    return name.replace("_", " ").strip().capitalize()


def sums_text(sums: Sequence[Sum]) -> str:
    """Amounts by currency, largest first: "$17,920.00 · ¥412,000"; a dash for none."""
    return " · ".join(money_text(one.amount, one.currency, one.provider) for one in sums) or NOTHING


# ----------------------------------------------------------------------------------------------------------- states

_INVOICE_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "draft": (QT_TRANSLATE_NOOP("ListWords", "Draft"), "neutral"),
    "paid": (QT_TRANSLATE_NOOP("ListWords", "Paid"), "accent"),
    "void": (QT_TRANSLATE_NOOP("ListWords", "Void"), "neutral"),
    "uncollectible": (QT_TRANSLATE_NOOP("ListWords", "Uncollectible"), "warning"),
}
_PAYMENT_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "succeeded": (QT_TRANSLATE_NOOP("ListWords", "Succeeded"), "accent"),
    "failed": (QT_TRANSLATE_NOOP("ListWords", "Failed"), "danger"),
    "returned": (QT_TRANSLATE_NOOP("ListWords", "Returned"), "danger"),
    "processing": (QT_TRANSLATE_NOOP("ListWords", "Processing"), "info"),
    "requires_capture": (QT_TRANSLATE_NOOP("ListWords", "Not captured yet"), "info"),
    "open": (QT_TRANSLATE_NOOP("ListWords", "Waiting"), "neutral"),
    "canceled": (QT_TRANSLATE_NOOP("ListWords", "Cancelled"), "neutral"),
}
_SUBSCRIPTION_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "active": (QT_TRANSLATE_NOOP("ListWords", "Active"), "accent"),
    "trialing": (QT_TRANSLATE_NOOP("ListWords", "Trial"), "info"),
    "past_due": (QT_TRANSLATE_NOOP("ListWords", "Past due"), "danger"),
    "unpaid": (QT_TRANSLATE_NOOP("ListWords", "Unpaid"), "danger"),
    "paused": (QT_TRANSLATE_NOOP("ListWords", "Paused"), "warning"),
    "canceled": (QT_TRANSLATE_NOOP("ListWords", "Ended"), "neutral"),
    "incomplete": (QT_TRANSLATE_NOOP("ListWords", "Incomplete"), "warning"),
    "incomplete_expired": (QT_TRANSLATE_NOOP("ListWords", "Never began"), "neutral"),
}
_REFUND_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "succeeded": (QT_TRANSLATE_NOOP("ListWords", "Refunded"), "neutral"),
    "pending": (QT_TRANSLATE_NOOP("ListWords", "On its way"), "info"),
    "requires_action": (QT_TRANSLATE_NOOP("ListWords", "Waits for the client"), "warning"),
    "failed": (QT_TRANSLATE_NOOP("ListWords", "Failed"), "danger"),
    "canceled": (QT_TRANSLATE_NOOP("ListWords", "Cancelled"), "neutral"),
}
_DISPUTE_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "inquiry": (QT_TRANSLATE_NOOP("ListWords", "Inquiry"), "info"),
    "inquiry_closed": (QT_TRANSLATE_NOOP("ListWords", "Inquiry closed"), "neutral"),
    "needs_response": (QT_TRANSLATE_NOOP("ListWords", "Needs your answer"), "danger"),
    "under_review": (QT_TRANSLATE_NOOP("ListWords", "Under review"), "warning"),
    "won": (QT_TRANSLATE_NOOP("ListWords", "Won"), "accent"),
    "lost": (QT_TRANSLATE_NOOP("ListWords", "Lost"), "danger"),
    "prevented": (QT_TRANSLATE_NOOP("ListWords", "Prevented"), "neutral"),
}


_PAYOUT_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "paid": (QT_TRANSLATE_NOOP("ListWords", "Arrived"), "accent"),
    "pending": (QT_TRANSLATE_NOOP("ListWords", "On its way"), "info"),
    "in_transit": (QT_TRANSLATE_NOOP("ListWords", "On its way"), "info"),
    "failed": (QT_TRANSLATE_NOOP("ListWords", "Failed"), "danger"),
    "canceled": (QT_TRANSLATE_NOOP("ListWords", "Cancelled"), "neutral"),
}


def _state(table: Mapping[str, tuple[object, str]], status: str) -> PillCell:
    if status not in table:
        return PillCell(humanized(status))
    text, tone = table[status]
    return PillCell(word(text), tone)


def invoice_pill(row: InvoiceRow, today: str) -> PillCell:
    """State, and what remains or the days: "Open $4,200.00", "4 days late $1,120.00", "Partly paid ¥200,000"."""
    if not row.is_open:
        return _state(_INVOICE_STATES, row.status)
    late = row.days_late(today)
    overdue = money_text(row.amount_late(today), row.currency, row.provider)
    if late == 1:
        return PillCell(translate("ListWords", "1 day late {0}").format(overdue), "danger")
    if late > 1:
        text = translate("ListWords", "{0} days late {1}")
        return PillCell(text.format(f"{late:,}", overdue), "danger")
    if row.amount_paid > 0:
        paid = money_text(row.amount_paid, row.currency, row.provider)
        return PillCell(translate("ListWords", "Partly paid {0}").format(paid), "warning")
    remaining = money_text(row.amount_remaining, row.currency, row.provider)
    return PillCell(translate("ListWords", "Open {0}").format(remaining), "info")


def payment_pill(row: PaymentRow) -> PillCell:
    """State; for what came back, how much of it."""
    if row.status == "succeeded" and row.disputed:
        return PillCell(translate("ListWords", "Disputed"), "warning")
    if row.status == "succeeded" and row.refunded > 0:
        if row.refunded >= row.collected:
            return PillCell(translate("ListWords", "Refunded"), "neutral")
        refunded = money_text(row.refunded, row.currency, row.provider)
        return PillCell(translate("ListWords", "Refunded {0}").format(refunded), "neutral")
    return _state(_PAYMENT_STATES, row.status)


def subscription_pill(row: SubscriptionRow) -> PillCell:
    """State of a subscription."""
    return _state(_SUBSCRIPTION_STATES, row.status)


def refund_pill(refund: RefundRow) -> PillCell:
    """State of a refund; of one that sent no money back, what it did instead."""
    if refund.status == "succeeded" and refund.stored_day:
        return PillCell(translate("ListWords", "Back onto stored value"), "neutral")
    if refund.status in {"succeeded", "pending"} and not refund.refunded_day:
        return PillCell(translate("ListWords", "Hold given up"), "neutral")
    return _state(_REFUND_STATES, refund.status)


def dispute_pill(status: str) -> PillCell:
    """State of a dispute."""
    return _state(_DISPUTE_STATES, status)


def payout_pill(status: str) -> PillCell:
    """State of a payout."""
    return _state(_PAYOUT_STATES, status)


def attempt_pill(status: str, *, returned: bool) -> PillCell:
    """State of one try to move the money."""
    return _state(_PAYMENT_STATES, "returned" if returned else {"pending": "processing"}.get(status, status))


# ----------------------------------------------------------------------------------------------------- ways to pay

_BRANDS: Final[Mapping[str, str]] = {
    "amex": "Amex",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "interac": "Interac",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
_METHODS: Final[Mapping[str, object]] = {
    "card": QT_TRANSLATE_NOOP("ListWords", "Card"),
    "card_present": QT_TRANSLATE_NOOP("ListWords", "Card in person"),
    "cash": QT_TRANSLATE_NOOP("ListWords", "Cash"),
    # What was taken in another way and only written down at the provider: a check, a transfer, another terminal.
    "external": QT_TRANSLATE_NOOP("ListWords", "Other"),
    "buy_now_pay_later": QT_TRANSLATE_NOOP("ListWords", "Buy now, pay later"),
    "us_bank_account": QT_TRANSLATE_NOOP("ListWords", "Bank account"),
    "bank_account": QT_TRANSLATE_NOOP("ListWords", "Bank account"),
    "ach_debit": QT_TRANSLATE_NOOP("ListWords", "Bank account"),
    "sepa_debit": QT_TRANSLATE_NOOP("ListWords", "SEPA debit"),
    "bacs_debit": QT_TRANSLATE_NOOP("ListWords", "Bacs debit"),
    "customer_balance": QT_TRANSLATE_NOOP("ListWords", "Bank transfer"),
}


def method_text(method: str, brand: str, last4: str) -> str:
    """How it was paid: "Visa •••• 4242", "Bank account •••• 6789", "Cash"; a dash where nothing says so."""
    if brand and brand != "unknown":
        name = _BRANDS.get(brand.lower()) or humanized(brand)
    elif method in _METHODS:
        name = word(_METHODS[method])
    else:
        name = humanized(method)
    if last4:
        return f"{name} {DOTS} {last4}".strip()
    return name or NOTHING


# ---------------------------------------------------------------------------------------------------------- reasons

_FAILURES: Final[Mapping[str, object]] = {
    "authentication_required": QT_TRANSLATE_NOOP("ListWords", "The bank wants the client to confirm it"),
    "card_declined": QT_TRANSLATE_NOOP("ListWords", "The bank declined the card"),
    "debit_not_authorized": QT_TRANSLATE_NOOP("ListWords", "The client did not allow the debit"),
    "expired_card": QT_TRANSLATE_NOOP("ListWords", "The card has expired"),
    "generic_decline": QT_TRANSLATE_NOOP("ListWords", "The bank declined the card"),
    "incorrect_cvc": QT_TRANSLATE_NOOP("ListWords", "The security code was wrong"),
    "incorrect_number": QT_TRANSLATE_NOOP("ListWords", "The card number was wrong"),
    "incorrect_zip": QT_TRANSLATE_NOOP("ListWords", "The postal code was wrong"),
    "insufficient_funds": QT_TRANSLATE_NOOP("ListWords", "Not enough money on the account"),
    "lost_card": QT_TRANSLATE_NOOP("ListWords", "The card was reported lost"),
    "no_account": QT_TRANSLATE_NOOP("ListWords", "The bank account could not be found"),
    "account_closed": QT_TRANSLATE_NOOP("ListWords", "The bank account is closed"),
    "processing_error": QT_TRANSLATE_NOOP("ListWords", "The card network had an error"),
    "stolen_card": QT_TRANSLATE_NOOP("ListWords", "The card was reported stolen"),
}
#: What providers say when they do not say more than the code.
_EMPTY_WORDS: Final = frozenset({"your card was declined.", "the card was declined."})


def failure_text(code: str, message: str) -> str:
    """Why a payment failed: our words for the reason, the provider's in quotes where they say more."""
    known = _FAILURES.get(code.lower())
    if known is None:
        return message or humanized(code)
    said = word(known)
    if code.lower() in {"card_declined", "generic_decline"} and message and message.lower() not in _EMPTY_WORDS:
        return translate("ListWords", "{0}: “{1}”").format(said, message.rstrip("."))
    return said


# --------------------------------------------------------------------------------------------------------- intervals

_INTERVALS: Final[Mapping[str, object]] = {
    "day": QT_TRANSLATE_NOOP("ListWords", "{0} a day"),
    "week": QT_TRANSLATE_NOOP("ListWords", "{0} a week"),
    "month": QT_TRANSLATE_NOOP("ListWords", "{0} a month"),
    "year": QT_TRANSLATE_NOOP("ListWords", "{0} a year"),
}
_LONG_INTERVALS: Final[Mapping[str, object]] = {
    "day": QT_TRANSLATE_NOOP("ListWords", "{0} every {1} days"),
    "week": QT_TRANSLATE_NOOP("ListWords", "{0} every {1} weeks"),
    "month": QT_TRANSLATE_NOOP("ListWords", "{0} every {1} months"),
    "year": QT_TRANSLATE_NOOP("ListWords", "{0} every {1} years"),
}


def price_text(row: SubscriptionRow) -> str:
    """What a period costs: "$190.00 a month", "$10.00 a month + $120.00 a year", "$5.00 a month + by use"."""
    said = []
    for price in row.prices:
        if price.amount is not None:
            amount = money_text(price.amount, price.currency or row.currency, row.provider)
            said.append(_each(amount, price.interval, price.interval_count))
        elif not price.by_use:
            said.append(translate("ListWords", "price not known"))
    if row.by_use:
        said.append(translate("ListWords", "by use"))
    text = " + ".join(dict.fromkeys(said))
    return text[:1].upper() + text[1:]


def _each(amount: str, interval: str, count: int) -> str:
    known = (_LONG_INTERVALS if count > 1 else _INTERVALS).get(interval)
    return amount if known is None else word(known).format(amount, count)
