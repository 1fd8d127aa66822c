"""Stripe's facts. What connecting asks for is reading only: nothing is written yet, so nothing would be let by it.

Consent in the browser is another matter: Stripe grants a platform reading and writing together (``read_only`` is for
extensions), and the window says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from desktop.money import CurrencyTable, exponents_of
from desktop.providers.facts import QT_TRANSLATE_NOOP, Facts, KeyWords, Mark, Permission, PlatformWords

_PERMISSIONS = (
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Customers"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Clients stay empty."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Products and Prices"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Services have no names."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Invoices"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "No invoices, nothing outstanding."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Charges and Refunds"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "No payments or refunds."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Payment Intents"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Payments that were never tried are missing."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Balance Transactions"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "No fees and no net amounts: the figures do not tie out with the bank."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Payouts"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "What was paid out to the bank is missing."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Disputes"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Disputes are missing."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Subscriptions"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Subscriptions are missing."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Credit Notes"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Corrections of invoices are missing."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Payment Methods"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "The clients' stored cards are not shown."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Events"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Changes are found by looking back through the lists, which takes more reads."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Account"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "The account's name and number cannot be shown before the first sync."),
    ),
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

_CURRENCIES = CurrencyTable(
    exponents=exponents_of(
        {
            0: "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf",
            3: "bhd jod kwd omr tnd",
        }
    ),
    display={"isk": 0, "ugx": 0},
    steps={"isk": 100, "ugx": 100, "bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10},
    payout_steps={"huf": 100, "twd": 100},
)
"""docs.stripe.com/currencies: zero-decimal, three-decimal, special cases."""

_KEY_WORDS = KeyWords(
    noun="key",
    paste=QT_TRANSLATE_NOOP("KeyWords", "Paste a restricted key"),
    heading=QT_TRANSLATE_NOOP("KeyWords", "Connect Stripe with a restricted key"),
    about=QT_TRANSLATE_NOOP(
        "KeyWords", "Make a key that may do only what Paydesk needs, then paste it here. It is tried before "
        "anything is stored, and kept sealed on this computer."
    ),
    field=QT_TRANSLATE_NOOP("KeyWords", "Restricted key"),
    hint="rk_live_…",
    page=QT_TRANSLATE_NOOP("KeyWords", "Open Stripe's page for keys"),
    page_hint=QT_TRANSLATE_NOOP("KeyWords", "It opens with these permissions chosen; compare them with the list."),
    rights=QT_TRANSLATE_NOOP("KeyWords", "Permissions of the key"),
    needless=(
        QT_TRANSLATE_NOOP("KeyWords", "Authorisation page: not needed with a key"),
        QT_TRANSLATE_NOOP("KeyWords", "Access: the key grants it"),
        QT_TRANSLATE_NOOP("KeyWords", "Code exchange: not needed with a key"),
    ),
    ending=QT_TRANSLATE_NOOP("KeyWords", "In Stripe's dashboard, delete the key under API keys."),
)  # fmt: skip

_PLATFORM_WORDS = PlatformWords(
    about=QT_TRANSLATE_NOOP(
        "PlatformWords", "This way needs your own platform at Stripe: its client id and its secret key. Paydesk asks "
        "once and keeps them sealed on this computer."
    ),
    page=QT_TRANSLATE_NOOP("PlatformWords", "Open Stripe's settings"),
    register=QT_TRANSLATE_NOOP(
        "PlatformWords", "In the platform's settings, register this address to come back to. For live accounts "
        "Stripe wants an https address; the browser then cannot come back by itself, and you paste its address here."
    ),
    way_back="",
    id_name=QT_TRANSLATE_NOOP("PlatformWords", "Client id"),
    id_hint="ca_…",
    second_name=QT_TRANSLATE_NOOP("PlatformWords", "Secret key of the platform"),
    second_hint="sk_live_…",
    second_about="",
    second_add="",
    key_instead=QT_TRANSLATE_NOOP("PlatformWords", "Paste a restricted key instead"),
    change=QT_TRANSLATE_NOOP("PlatformWords", "Change the platform keys"),
)  # fmt: skip

FACTS = Facts(
    name="stripe",
    title="Stripe",
    permissions=_PERMISSIONS,
    # Hosted invoices, receipts, the dashboard.
    hosts=("stripe.com", ".stripe.com"),
    # Stripe keeps events for 30 days; five are left for the full sync that a late bookmark needs.
    event_retention_days=25,
    # docs.stripe.com/rate-limits, read allocation: 500 a transaction over 30 days, and at least 10,000.
    reads_a_month=10_000,
    reads_a_payment=500,
    currencies=_CURRENCIES,
    mark=Mark("mark-stripe", "#635BFF", "#635BFF"),
    key_start=r"(?:sk|rk|pk)_|whsec_|acct_",
    key_words=_KEY_WORDS,
    platform_words=_PLATFORM_WORDS,
    # Where a restricted key is made. Its parameters are not documented, so the permissions are shown as well.
    key_page="https://dashboard.stripe.com/apikeys/create?"
    + urlencode([("name", "Paydesk"), *(("permissions[]", right) for right in _KEY_RIGHTS)]),
    # Where a platform's client id stands and the address to come back to is registered.
    platform_page="https://dashboard.stripe.com/settings/connect/onboarding-options/oauth",
    # Where keys are listed and deleted.
    client_id_words=(
        "client id",
        "Copy the client id (ca_…) from the Connect settings of your platform.",
    ),
    access_page="https://dashboard.stripe.com/apikeys",
    # Connect's code exchange is made with the platform's secret key.
    needs_secret=True,
    # Its consent knows reading and writing together only.
    consent_writes=True,
    loggers=("stripe",),
    stand_in={
        "PAYDESK_STRIPE_API_BASE": "api_base",
        "PAYDESK_STRIPE_CONNECT_BASE": "connect_base",
        "PAYDESK_STRIPE_CLIENT_ID": "client_id",
        "PAYDESK_STRIPE_CLIENT_SECRET": "secret_key",
    },
)
