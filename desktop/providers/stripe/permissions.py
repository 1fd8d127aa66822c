"""What connecting Stripe asks for: shown before connecting, with what is missing without it.

Reading only: nothing is written yet, so nothing is asked for that would let it. Consent in the browser is another
matter: Stripe grants a platform reading and writing together (``read_only`` is for extensions), and the window says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from desktop.providers.contract import Permission

PERMISSIONS: Sequence[Permission] = (
    Permission("Customers", "read", "Clients stay empty."),
    Permission("Products and Prices", "read", "Services have no names."),
    Permission("Invoices", "read", "No invoices, nothing outstanding."),
    Permission("Charges and Refunds", "read", "No payments or refunds."),
    Permission("Payment Intents", "read", "Payments that were never tried are missing."),
    Permission("Balance Transactions", "read", "No fees and no net amounts: the figures do not tie out with the bank."),
    Permission("Payouts", "read", "What was paid out to the bank is missing."),
    Permission("Disputes", "read", "Disputes are missing."),
    Permission("Subscriptions", "read", "Subscriptions are missing."),
    Permission("Credit Notes", "read", "Corrections of invoices are missing."),
    Permission("Payment Methods", "read", "The clients' stored cards are not shown."),
    Permission("Events", "read", "Changes are found by looking back through the lists, which takes more reads."),
    Permission("Account", "read", "The account's name and number cannot be shown before the first sync."),
)

_KEY_RIGHTS: Sequence[str] = (
    "rak_customer_read",
    "rak_product_read",
    "rak_plan_read",  # the row "Prices" keeps its older name
    "rak_invoice_read",
    "rak_charge_read",
    "rak_payment_intent_read",
    "rak_balance_transaction_source_read",
    "rak_payout_read",
    "rak_dispute_read",
    "rak_subscription_read",
    "rak_credit_note_read",
    "rak_payment_method_read",
    "rak_event_read",
    "rak_account_read",
)
"""The rows above in the words of Stripe's page for new keys, which leaves a word that it does not know unticked."""

KEY_PAGE = "https://dashboard.stripe.com/apikeys/create?" + urlencode(
    [("name", "Paydesk"), *(("permissions[]", right) for right in _KEY_RIGHTS)]
)
"""Where a restricted key is made. Its parameters are not documented by Stripe, so the list above is shown as well."""

ACCESS_PAGE = "https://dashboard.stripe.com/apikeys"
"""Where keys are listed and deleted."""

PLATFORM_PAGE = "https://dashboard.stripe.com/settings/connect/onboarding-options/oauth"
"""Where a platform's client id stands and the address to come back to is registered."""
