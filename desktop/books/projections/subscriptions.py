"""Services, subscriptions and stored payment methods: one record, one row."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete

from desktop.books.projections.context import Context
from desktop.books.tables import PaymentMethod, Service, Subscription, SubscriptionItem
from desktop.books.tables.base import table_of
from desktop.records import PaymentMethodRecord, ServiceRecord, SubscriptionItemRecord, SubscriptionRecord

_SERVICE = table_of(Service)
_SUBSCRIPTION = table_of(Subscription)
_ITEM = table_of(SubscriptionItem)
_METHOD = table_of(PaymentMethod)
_KEYS = ("integration_id", "external_id")

_SERVICE_FACTS = (
    "kind", "parent_ref", "name", "description", "active", "unit_amount", "currency", "interval", "interval_count",
    "created_at", "sku",
)  # fmt: skip
_service_facts = attrgetter(*_SERVICE_FACTS)
_SUBSCRIPTION_FACTS = (
    "status", "currency", "created_at", "started_at", "current_period_start_at", "current_period_end_at",
    "trial_end_at", "cancel_at", "cancel_at_period_end", "canceled_at", "ended_at", "collection_method",
    "description", "method_ref", "location_ref",
)  # fmt: skip
_subscription_facts = attrgetter(*_SUBSCRIPTION_FACTS)
_ITEM_FACTS = (
    "external_id", "price_ref", "service_ref", "quantity", "unit_amount", "currency", "interval", "interval_count",
    "amount", "by_use", "unit_amount_decimal",
)  # fmt: skip
_item_facts = attrgetter(*_ITEM_FACTS)
_METHOD_FACTS = ("kind", "brand", "last4", "exp_month", "exp_year", "created_at")
_method_facts = attrgetter(*_METHOD_FACTS)


def project_services(context: Context, records: Sequence[tuple[str, ServiceRecord]]) -> None:
    """Write products and prices."""
    rows = [(context.integration_id, ref, False, *_service_facts(record)) for ref, record in records]
    context.writer.run_many(context.shelf.upsert(_SERVICE, _KEYS, (*_KEYS, "deleted", *_SERVICE_FACTS)), rows)
    context.kinds.add("services")


def project_subscriptions(context: Context, records: Sequence[tuple[str, SubscriptionRecord]]) -> None:
    """Write subscriptions and what they deliver."""
    context.links(record.client_ref for _, record in records)
    rows: list[tuple[Any, ...]] = []
    items: list[tuple[Any, ...]] = []
    for ref, record in records:
        price = period_price(record.items)
        rows.append(
            (context.integration_id, ref, False, context.link(record.client_ref), *price, *_subscription_facts(record))
        )
        items.extend((context.integration_id, ref, *_item_facts(item)) for item in record.items)
    columns = (
        *_KEYS, "deleted", "client_link_id", "amount", "interval", "interval_count", "by_use", *_SUBSCRIPTION_FACTS,
    )  # fmt: skip
    context.writer.run_many(context.shelf.upsert(_SUBSCRIPTION, _KEYS, columns), rows)
    drop = context.shelf.keep("drop items", _drop_items)
    context.writer.run_many(drop, [(context.integration_id, ref) for ref, _ in records])
    insert = context.shelf.insert(_ITEM, ("integration_id", "subscription_ref", *_ITEM_FACTS))
    context.writer.run_many(insert, items)
    context.kinds.add("subscriptions")


def period_price(items: Sequence[SubscriptionItemRecord]) -> tuple[int | None, str, int, bool]:
    """What items cost each period together: amount, interval, how many of it, and whether use adds to it.

    Items of several intervals or currencies have no amount together: a month and a year never add up to a month.
    """
    by_use = any(item.by_use for item in items)
    if len({(item.interval, item.interval_count, item.currency) for item in items}) != 1:
        return None, "", 0, by_use
    known = [item.amount for item in items if item.amount is not None]
    told = bool(known) and len(known) == sum(not item.by_use for item in items)
    return sum(known) if told else None, items[0].interval, items[0].interval_count, by_use


def _drop_items() -> Any:
    return delete(_ITEM).where(_ITEM.c.integration_id == bindparam("of"), _ITEM.c.subscription_ref == bindparam("ref"))


def project_payment_methods(context: Context, records: Sequence[tuple[str, PaymentMethodRecord]]) -> None:
    """Write stored ways to pay."""
    context.links(record.client_ref for _, record in records)
    rows = [
        (context.integration_id, ref, False, context.link(record.client_ref), *_method_facts(record))
        for ref, record in records
    ]
    columns = (*_KEYS, "deleted", "client_link_id", *_METHOD_FACTS)
    context.writer.run_many(context.shelf.upsert(_METHOD, _KEYS, columns), rows)
    context.kinds.add("payment_methods")
