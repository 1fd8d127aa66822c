"""What connecting Stripe asks for: shown before connecting, with what is missing without it."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.providers.contract import Permission

PERMISSIONS: Sequence[Permission] = (
    Permission("Customers", "read and write", "Clients stay empty, and changes to them cannot be sent."),
    Permission("Products and Prices", "read", "Services have no names."),
    Permission("Invoices", "read and write", "No invoices, nothing outstanding, and none can be sent."),
    Permission("Charges and Refunds", "read and write", "No payments or refunds, and no refund can be made."),
    Permission(
        "Payment Intents", "read and write", "Payments that were never tried are missing; no charge can be made."
    ),
    Permission("Balance Transactions", "read", "No fees and no net amounts: the figures do not tie out with the bank."),
    Permission("Payouts", "read", "What was paid out to the bank is missing."),
    Permission("Disputes", "read", "Objections of payers are missing."),
    Permission("Subscriptions", "read", "Recurring services are missing."),
    Permission("Credit Notes", "read", "Corrections of invoices are missing."),
    Permission("Payment Methods", "read", "The clients' stored cards are not shown."),
    Permission("Events", "read", "Changes are found by looking back through the lists, which takes more reads."),
    Permission("Account", "read", "The account's name and number cannot be shown before the first sync."),
)
