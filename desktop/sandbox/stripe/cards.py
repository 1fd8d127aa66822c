"""Stripe's published test payment methods and what happens to a payment made with each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Card:
    """A test card or bank account. ``decline`` is the error code of an attempt, ``decline_code`` its reason.

    ``after`` names what follows a success: ``dispute``, ``inquiry``, ``refund_fails``, ``refund_pending``.
    """

    brand: str
    last4: str
    country: str = "US"
    funding: str = "credit"
    decline: str | None = None
    decline_code: str | None = None
    needs_action: bool = False
    after: str | None = None
    kind: str = "card"


DECLINE_MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
}

VISA = Card("visa", "4242")
_DECLINED = Card("visa", "0002", decline="card_declined", decline_code="generic_decline")
_BROKE = Card("visa", "9995", decline="card_declined", decline_code="insufficient_funds")
_LOST = Card("visa", "9987", decline="card_declined", decline_code="lost_card")
_STOLEN = Card("visa", "9979", decline="card_declined", decline_code="stolen_card")
_EXPIRED = Card("visa", "0069", decline="expired_card", decline_code="expired_card")
_WRONG_CVC = Card("visa", "0127", decline="incorrect_cvc", decline_code="incorrect_cvc")
_PROCESSING = Card("visa", "0119", decline="processing_error", decline_code="processing_error")
_FAILS_LATER = Card("visa", "0341", decline="card_declined", decline_code="generic_decline")
_AUTHENTICATE = Card("visa", "3155", needs_action=True)
_DISPUTED = Card("visa", "0259", after="dispute")
_INQUIRED = Card("visa", "1976", after="inquiry")
_REFUND_FAILS = Card("visa", "5126", after="refund_fails")
_REFUND_PENDS = Card("visa", "7726", after="refund_pending")

CARDS: dict[str, Card] = {
    "pm_card_visa": VISA,
    "pm_card_visa_debit": Card("visa", "5556", funding="debit"),
    "pm_card_mastercard": Card("mastercard", "4444"),
    "pm_card_mastercard_debit": Card("mastercard", "8210", funding="debit"),
    "pm_card_amex": Card("amex", "8431"),
    "pm_card_discover": Card("discover", "9424"),
    "pm_card_gb": Card("visa", "0018", "GB"),
    "pm_card_de": Card("visa", "0016", "DE"),
    "pm_card_jp": Card("visa", "0003", "JP"),
    "pm_card_chargeDeclined": _DECLINED,
    "pm_card_visa_chargeDeclined": _DECLINED,
    "pm_card_chargeDeclinedInsufficientFunds": _BROKE,
    "pm_card_visa_chargeDeclinedInsufficientFunds": _BROKE,
    "pm_card_chargeDeclinedExpiredCard": _EXPIRED,
    "pm_card_visa_chargeDeclinedLostCard": _LOST,
    "pm_card_visa_chargeDeclinedStolenCard": _STOLEN,
    "pm_card_chargeDeclinedIncorrectCvc": _WRONG_CVC,
    "pm_card_chargeDeclinedProcessingError": _PROCESSING,
    "pm_card_chargeCustomerFail": _FAILS_LATER,
    "pm_card_authenticationRequired": _AUTHENTICATE,
    "pm_card_threeDSecure2Required": _AUTHENTICATE,
    "pm_card_createDispute": _DISPUTED,
    "pm_card_createDisputeInquiry": _INQUIRED,
    "pm_card_refundFail": _REFUND_FAILS,
    "pm_card_pendingRefund": _REFUND_PENDS,
    "pm_usBankAccount_success": Card("STRIPE TEST BANK", "6789", kind="us_bank_account"),
}

NUMBERS: dict[str, Card] = {
    "4242424242424242": VISA,
    "4000056655665556": CARDS["pm_card_visa_debit"],
    "5555555555554444": CARDS["pm_card_mastercard"],
    "378282246310005": CARDS["pm_card_amex"],
    "4000008260000000": CARDS["pm_card_gb"],
    "4000002760000016": CARDS["pm_card_de"],
    "4000003920000003": CARDS["pm_card_jp"],
    "4000000000000002": _DECLINED,
    "4000000000009995": _BROKE,
    "4000000000009987": _LOST,
    "4000000000009979": _STOLEN,
    "4000000000000069": _EXPIRED,
    "4000000000000127": _WRONG_CVC,
    "4000000000000119": _PROCESSING,
    "4000000000000341": _FAILS_LATER,
    "4000002500003155": _AUTHENTICATE,
    "4000000000000259": _DISPUTED,
    "4000000000001976": _INQUIRED,
    "4000000000005126": _REFUND_FAILS,
    "4000000000007726": _REFUND_PENDS,
}
