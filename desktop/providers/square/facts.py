"""Square's facts. What connecting asks for is reading only: nothing is written yet, so nothing would be let by it."""

from __future__ import annotations

from desktop.money import ISO, CurrencyTable
from desktop.providers.facts import QT_TRANSLATE_NOOP, Facts, KeyWords, Mark, Permission, PlatformWords

_PERMISSIONS = (
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Payments"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "No payments, refunds, stored cards or sales on card readers."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Customers"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Clients stay empty."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Invoices"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "No invoices, nothing outstanding."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Orders"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Invoices and sales have no lines."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Items"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Services have no names, and subscriptions no amounts."),
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
        QT_TRANSLATE_NOOP("Permission", "Inventory"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Stock cannot be shown."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Devices"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Card readers are not shown."),
    ),
    Permission(
        QT_TRANSLATE_NOOP("Permission", "Merchant profile"),
        "read",
        QT_TRANSLATE_NOOP("Permission", "Nothing can be read location by location: most lists stay empty."),
    ),
)

_CURRENCIES = CurrencyTable(exponents={**ISO.exponents, "btc": 8}, display={}, steps={}, payout_steps={})
"""Square's ``Money`` and ``Currency`` schemas: the smallest denomination of ISO 4217."""

_CONSOLE = "https://developer.squareup.com/apps"
"""Square's developer console: personal access tokens, and the id of an application."""

_KEY_WORDS = KeyWords(
    noun="token",
    paste=QT_TRANSLATE_NOOP("KeyWords", "Paste an access token"),
    heading=QT_TRANSLATE_NOOP("KeyWords", "Connect Square with an access token"),
    about=QT_TRANSLATE_NOOP(
        "KeyWords", "A personal access token opens your whole Square account, so treat it like a password. It is "
        "tried before anything is stored, and kept sealed on this computer."
    ),
    field=QT_TRANSLATE_NOOP("KeyWords", "Access token"),
    hint="EAAA…",
    page=QT_TRANSLATE_NOOP("KeyWords", "Open Square's developer console"),
    page_hint=QT_TRANSLATE_NOOP(
        "KeyWords", "Open your application there, choose Production, and copy the access token under Credentials."
    ),
    rights=QT_TRANSLATE_NOOP("KeyWords", "What Paydesk uses the token for"),
    needless=(
        QT_TRANSLATE_NOOP("KeyWords", "Authorisation page: not needed with a token"),
        QT_TRANSLATE_NOOP("KeyWords", "Access: the token grants it"),
        QT_TRANSLATE_NOOP("KeyWords", "Code exchange: not needed with a token"),
    ),
    ending=QT_TRANSLATE_NOOP(
        "KeyWords", "In Square's dashboard, choose App Integrations and disconnect the application. A pasted access "
        "token is replaced in the developer console."
    ),
)  # fmt: skip

_PLATFORM_WORDS = PlatformWords(
    about=QT_TRANSLATE_NOOP(
        "PlatformWords", "Square asks which application wants access. Make one of your own there, which takes two "
        "minutes and costs nothing, and tell Paydesk its id. No secret is needed, and Paydesk asks only once."
    ),
    page=QT_TRANSLATE_NOOP("PlatformWords", "Open Square's developer console"),
    register=QT_TRANSLATE_NOOP(
        "PlatformWords", "In your application, under OAuth, enter this as the Redirect URL:"
    ),
    way_back=QT_TRANSLATE_NOOP(
        "PlatformWords", "If Square accepts only an https address there, paste an access token instead."
    ),
    id_name=QT_TRANSLATE_NOOP("PlatformWords", "Application ID"),
    id_hint="sq0idp-…",
    second_name=QT_TRANSLATE_NOOP("PlatformWords", "Application secret (optional)"),
    second_hint="sq0csp-…",
    second_about=QT_TRANSLATE_NOOP(
        "PlatformWords", "Used for one thing only: to take the access back at Square when you disconnect. Without it "
        "you finish that in Square's own settings."
    ),
    second_add=QT_TRANSLATE_NOOP("PlatformWords", "Add the application secret (optional)"),
    key_instead=QT_TRANSLATE_NOOP("PlatformWords", "Paste an access token instead"),
    change=QT_TRANSLATE_NOOP("PlatformWords", "Change the application ID"),
)  # fmt: skip

FACTS = Facts(
    name="square",
    title="Square",
    permissions=_PERMISSIONS,
    # Invoices, receipts, payment links, the dashboard.
    hosts=(
        "squareup.com",
        ".squareup.com",
        "square.link",
        ".square.link",
        "squareupsandbox.com",
        ".squareupsandbox.com",
        "square.site",
        ".square.site",
    ),
    # Square keeps events for 28 days; three are left for the full sync that a late bookmark needs.
    event_retention_days=25,
    # Square publishes no number.
    reads_a_month=None,
    reads_a_payment=0,
    currencies=_CURRENCIES,
    mark=Mark("mark-square", "#1A1F26", "#0B0E11"),
    key_start=r"(?:sandbox-)?sq0|EAAA",
    key_words=_KEY_WORDS,
    platform_words=_PLATFORM_WORDS,
    key_page=_CONSOLE,
    platform_page=_CONSOLE,
    # The seller's dashboard; App Integrations in its menu lists the applications that have access.
    client_id_words=(
        "application ID",
        "Copy the application ID (sq0idp-… or sandbox-sq0idb-…) from Square's developer console.",
    ),
    access_page="https://app.squareup.com/dashboard",
    # PKCE stands in for the application's secret.
    needs_secret=False,
    # Its scopes name reading alone.
    consent_writes=False,
    loggers=("square",),
    stand_in={"PAYDESK_SQUARE_API_BASE": "api_base", "PAYDESK_SQUARE_CLIENT_ID": "application_id"},
)
