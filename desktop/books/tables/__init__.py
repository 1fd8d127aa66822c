"""The tables of the books, by cluster. Importing this package registers all of them on one metadata."""

from desktop.books.tables.accounts import Integration, KeyRecord, Lease, Setting, User, Webhook, WrappedDataKey
from desktop.books.tables.base import Base
from desktop.books.tables.billing import (
    ClientBalanceEntry,
    CreditNote,
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoicePayment,
    InvoiceRequest,
)
from desktop.books.tables.catalog import PaymentMethod, Service, Subscription, SubscriptionItem
from desktop.books.tables.ledger import BalanceEntry, ExchangeRate, Payout
from desktop.books.tables.mirror import Bookmark, Event, IntegrationData, ReadCount, SetAsideObject, SyncRun
from desktop.books.tables.money import Dispute, Payment, PaymentAttempt, PaymentPart, Refund
from desktop.books.tables.people import Client, ClientLink, DismissedPair
from desktop.books.tables.rollups import ClientTotal, DailyTotal, RowCount, ServiceAllocation, ServiceTotal
from desktop.books.tables.stores import (
    InventoryCount,
    Location,
    Order,
    OrderLine,
    PaymentLink,
    TerminalCheckout,
    TerminalDevice,
    TerminalPayment,
)
from desktop.books.tables.work import Activity, Conflict, Notification, OutboxEntry, Reminder

__all__ = [
    "Activity",
    "BalanceEntry",
    "Base",
    "Bookmark",
    "Client",
    "ClientBalanceEntry",
    "ClientLink",
    "ClientTotal",
    "Conflict",
    "CreditNote",
    "DailyTotal",
    "DismissedPair",
    "Dispute",
    "Event",
    "ExchangeRate",
    "Integration",
    "IntegrationData",
    "InventoryCount",
    "Invoice",
    "InvoiceEvent",
    "InvoiceLine",
    "InvoicePayment",
    "InvoiceRequest",
    "KeyRecord",
    "Lease",
    "Location",
    "Notification",
    "Order",
    "OrderLine",
    "OutboxEntry",
    "Payment",
    "PaymentAttempt",
    "PaymentLink",
    "PaymentMethod",
    "PaymentPart",
    "Payout",
    "ReadCount",
    "Refund",
    "Reminder",
    "RowCount",
    "Service",
    "ServiceAllocation",
    "ServiceTotal",
    "SetAsideObject",
    "Setting",
    "Subscription",
    "SubscriptionItem",
    "SyncRun",
    "TerminalCheckout",
    "TerminalDevice",
    "TerminalPayment",
    "User",
    "Webhook",
    "WrappedDataKey",
]
