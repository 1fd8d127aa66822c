"""Names of fields whose values are never stored, whatever provider or customer has named them.

The list works by name, so that it holds for objects that are not mapped as well: secrets, card and bank fingerprints,
bank numbers but the last four, card numbers, and instructions that carry a one-time secret.
"""

from __future__ import annotations

import re
from typing import Final

# Compared in lower case without separators, so that cardNumber and "Card number" are the same name.
_NAMES: Final = frozenset(
    {
        # secrets
        "secret", "password", "passwd", "passphrase", "apikey", "accesstoken", "refreshtoken", "authtoken",
        "bearertoken", "privatekey", "nextaction", "cvctoken",
        # cards
        "fingerprint", "number", "cardnumber", "primaryaccountnumber", "pan", "cvc", "cvv", "cvv2", "csc", "gan",
        "securitycode", "pin", "pinblock", "cryptogram", "applicationcryptogram", "trackdata", "track1", "track2",
        # banks: numbers, and what stands in for one
        "accountnumber", "accountnumbers", "bankaccountnumber", "routingnumber", "iban", "sortcode", "bsbnumber",
        "bsb", "transitnumber", "institutionnumber", "bankcode", "branchcode", "clabe", "bic", "swiftcode",
        "primarybankidentificationnumber", "secondarybankidentificationnumber", "receiver",
        # people
        "idnumber", "ssn", "socialsecuritynumber", "passportnumber",
    }
)  # fmt: skip
_SUFFIXES: Final = ("secret", "fingerprint", "accountnumber", "routingnumber", "cardnumber")
_SEPARATORS: Final = re.compile(r"[^a-z0-9]+")

# Documents that people call by their ``number``; every other "number" may be an account or a card.
DOCUMENTS: Final = frozenset({"invoice", "credit_note", "quote"})

# Whole numbers under these names are amounts, instants and counters as they are.
_COUNTED: Final = frozenset(
    {
        "amount", "available", "balance", "created", "created_at", "end", "expires_at", "fee", "limit", "net",
        "pending", "quantity", "start", "subtotal", "tax", "timestamp", "total", "unit_amount", "updated", "updated_at",
        "version",
    }
)  # fmt: skip
_COUNTED_SUFFIXES: Final = ("_amount", "_at", "_balance", "_end", "_start", "_total", "_version")
_COUNTED_PREFIXES: Final = ("amount_",)

# What is written here in digits is a telephone number or the code of a product, whose check digit may be a card's too.
_OTHER_NUMBERS: Final = frozenset(
    {"phone", "phonenumber", "mobile", "tel", "telephone", "fax", "sku", "upc", "ean", "gtin", "isbn", "barcode"}
)


def is_denied(name: str) -> bool:
    """True for the name of a field that is never stored."""
    plain = _SEPARATORS.sub("", name.lower())
    return plain in _NAMES or plain.endswith(_SUFFIXES)


def counts(name: str) -> bool:
    """True for the name of a field whose whole numbers are amounts, instants or counters."""
    return name in _COUNTED or name.endswith(_COUNTED_SUFFIXES) or name.startswith(_COUNTED_PREFIXES)


def holds_other_numbers(name: str) -> bool:
    """True for the name of a field that holds telephone numbers or codes of products."""
    return _SEPARATORS.sub("", name.lower()) in _OTHER_NUMBERS
