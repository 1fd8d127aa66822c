"""Subscriptions and what they deliver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete

from desktop.books.projections.context import Context
from desktop.books.projections.rows import KEYS, count_new, facts_of
from desktop.books.tables import Subscription, SubscriptionItem
from desktop.books.tables.base import table_of
from desktop.records import SubscriptionItemRecord, SubscriptionRecord

_SUBSCRIPTION = table_of(Subscription)
_ITEM = table_of(SubscriptionItem)


def project_subscriptions(context: Context, records: Sequence[tuple[str, SubscriptionRecord]]) -> None:
    """Write subscriptions and what they deliver."""
    context.links(record.client_ref for _, record in records)
    facts, item_facts = facts_of(SubscriptionRecord, _SUBSCRIPTION), facts_of(SubscriptionItemRecord, _ITEM)
    rows: list[tuple[Any, ...]] = []
    items: list[tuple[Any, ...]] = []
    for ref, record in records:
        price = period_price(record.items)
        rows.append((context.integration_id, ref, False, context.link(record.client_ref), *price, *facts.of(record)))
        items.extend((context.integration_id, ref, *item_facts.of(item)) for item in record.items)
    columns = (
        *KEYS, "deleted", "client_link_id", "amount", "interval", "interval_count", "by_use", *facts.columns,
    )  # fmt: skip
    count_new(context, _SUBSCRIPTION, [ref for ref, _ in records])
    context.writer.run_many(context.shelf.upsert(_SUBSCRIPTION, KEYS, columns), rows)
    drop = context.shelf.keep("drop items", _drop_items)
    context.writer.run_many(drop, [(context.integration_id, ref) for ref, _ in records])
    insert = context.shelf.insert(_ITEM, ("integration_id", "subscription_ref", *item_facts.columns))
    context.writer.run_many(insert, items)


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
