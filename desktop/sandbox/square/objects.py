"""What all wire objects are made of: templates, money, cards.

What they look like is in ``templates/``, without the fields that Square leaves out where they are empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from desktop.sandbox.templates import template

Wire = dict[str, Any]

API_VERSION = "2025-08-20"
"""The version whose format the sandbox speaks."""

CURRENCY = "USD"


def fill(name: str, /, **values: Any) -> Wire:
    """A new object of the template of a name."""
    return template(__package__, name).filled(values)


def money(amount: int, currency: str = CURRENCY) -> Wire:
    """So many minor units of a currency."""
    return {"amount": amount, "currency": currency}


def rounded(numerator: int, denominator: int) -> int:
    """A quotient rounded half up, for a positive denominator."""
    return (2 * numerator + denominator) // (2 * denominator)


@dataclass(frozen=True, slots=True)
class Plastic:
    """A card that somebody holds: what its chip and number tell."""

    brand: str
    last_4: str
    bin: str
    kind: str = "CREDIT"
    exp_month: int = 11
    exp_year: int = 2029

    def wire(self) -> Wire:
        """The card as a payment shows it."""
        return fill(
            "card",
            brand=self.brand,
            last_4=self.last_4,
            exp_month=self.exp_month,
            exp_year=self.exp_year,
            kind=self.kind,
            bin=self.bin,
        )


PLASTICS = (
    Plastic("VISA", "1111", "411111"),
    Plastic("VISA", "5858", "453275", "DEBIT"),
    Plastic("MASTERCARD", "9029", "540988"),
    Plastic("MASTERCARD", "4418", "512345", "DEBIT", 4, 2028),
    Plastic("AMERICAN_EXPRESS", "6550", "340000", exp_month=2),
    Plastic("DISCOVER", "0019", "601100", exp_month=7),
    Plastic("JCB", "0017", "356999", exp_year=2028),
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where the money of a payment comes from.

    ``kind`` is ``CARD``, ``CASH`` or ``EXTERNAL``. ``decline`` is one of Square's error codes where the card is
    refused; ``card_id`` names a card on file; ``label`` is Square's word for what an external payment was, ``name``
    the seller's, and ``keeps`` how many hundredths of it the service keeps that took it.
    """

    kind: str
    plastic: Plastic = PLASTICS[0]
    entry: str = "CONTACTLESS"
    decline: str | None = None
    card_id: str | None = None
    label: str = "CHECK"
    name: str = "Bank transfer"
    keeps: int = 0


CASH = Source("CASH")
DELIVERY = Source("EXTERNAL", label="EXTERNAL", name="Harbour Eats", keeps=18)
GIFT_CARD = Source("CARD", Plastic("SQUARE_GIFT_CARD", "0000", "778367", "UNKNOWN_CARD_TYPE"), "SWIPED")
EXTERNALS = (
    Source("EXTERNAL", label="CHECK", name="Cheque"),
    Source("EXTERNAL", label="BANK_TRANSFER"),
    Source("EXTERNAL", label="OTHER_GIFT_CARD", name="Paper voucher"),
    DELIVERY,
)
CARD_PRESENT = frozenset({"CONTACTLESS", "EMV", "SWIPED"})
