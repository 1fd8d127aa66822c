"""The pages of the window, in the rail's order."""

from __future__ import annotations

from collections.abc import Sequence

from desktop.ui.desk import Desk
from desktop.ui.page import PageSpec
from desktop.ui.syncing import Syncing


def page_specs(desk: Desk, syncing: Syncing) -> Sequence[PageSpec]:
    """All pages. Each is made at its first visit."""
    from desktop.ui.pages import clients, dashboard, integrations, invoices, locations, payments, stock, transactions

    return (
        dashboard.spec(desk, syncing),
        clients.spec(desk),
        invoices.spec(desk),
        payments.spec(desk),
        transactions.spec(desk),
        locations.spec(desk),
        stock.spec(desk),
        integrations.spec(desk, syncing),
    )


def load_books() -> None:
    """Import what opening the books takes, on the thread that will."""
    import desktop.workspace  # noqa: F401


def load_pages() -> None:
    """Import what the pages are made of, off the UI thread, so that a first visit only has to make the page."""
    from importlib import import_module

    for name in (
        "lists_invoices",
        "lists_payments",
        "lists_transactions",
        "lists_clients",
        "lists_locations",
        "lists_stock",
        "integrations_page",
    ):
        import_module(f"desktop.ui.pages.{name}")
    from desktop.money import format_money

    # How money is written is read from a file at the first amount.
    format_money(0, "usd")


def load_drawing() -> None:
    """Import matplotlib; only on the drawing lane."""
    from desktop.ui.widgets.chart_drawing import load

    load()
