"""Every page of the window, in the rail's order. Light: a page itself is imported at its first visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import Page, PageContext, PageSpec
from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.ui.app.syncing import Syncing, Syncs


def page_specs(handle: BusinessHandle, syncing: Syncing) -> Sequence[PageSpec]:
    """All pages. Each is made at its first visit."""
    return (
        dashboard(handle, syncing),
        clients(handle),
        invoices(handle),
        payments(handle),
        transactions(handle),
        locations(handle),
        stock(handle),
        integrations(handle, syncing),
    )


def dashboard(handle: BusinessHandle, syncing: Syncing) -> PageSpec:
    """A month's figures."""
    title = translate("Dashboard", "Dashboard")

    def make(context: PageContext) -> Page:
        from desktop.ui.pages.dashboard.page import DashboardPage

        return DashboardPage(context, title, handle, syncing)

    return PageSpec("dashboard", title, "home", make)


def clients(handle: BusinessHandle) -> PageSpec:
    """Everyone the business sells to, with what they owe and what they paid."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.clients import ClientsPage

        return ClientsPage(context, handle)

    return PageSpec("clients", translate("Pages", "Clients"), "clients", make)


def invoices(handle: BusinessHandle) -> PageSpec:
    """Every invoice, by state and as late as it is."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.invoices import InvoicesPage

        return InvoicesPage(context, handle)

    return PageSpec("invoices", translate("Pages", "Invoices"), "invoice", make)


def payments(handle: BusinessHandle) -> PageSpec:
    """Every payment, with its attempts, refunds and disputes."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.payments import PaymentsPage

        return PaymentsPage(context, handle)

    return PageSpec("payments", translate("Pages", "Payments"), "payments", make)


def transactions(handle: BusinessHandle) -> PageSpec:
    """Payments, refunds, disputes and fees, as a figure counts them; not in the rail: the dashboard leads here."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.transactions import TransactionsPage

        return TransactionsPage(context, handle)

    title = translate("Pages", "Transactions")
    return PageSpec("transactions", title, "payments", make, under="dashboard")


def locations(handle: BusinessHandle) -> PageSpec:
    """Every location, with what it sold this month; only where there are some."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.locations import LocationsPage

        return LocationsPage(context, handle)

    return PageSpec("locations", translate("Pages", "Locations"), "location", make, on_demand=True)


def stock(handle: BusinessHandle) -> PageSpec:
    """How much of each item is at each location; only where stock is kept."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.stock import StockPage

        return StockPage(context, handle)

    return PageSpec("stock", translate("Pages", "Stock"), "stock", make, on_demand=True)


def integrations(handle: BusinessHandle, syncing: Syncs) -> PageSpec:
    """The connected accounts."""

    def make(context: PageContext) -> Page:
        from desktop.ui.pages.integrations.page import IntegrationsPage

        return IntegrationsPage(context, handle, syncing)

    title = translate("Integrations", "Integrations")
    return PageSpec("integrations", title, "integrations", make, tool=True)


def load_books() -> None:
    """Import what opening the books takes, on the thread that will."""
    import desktop.workspace  # noqa: F401


def load_pages() -> None:
    """Import what the pages are made of, off the UI thread, so that a first visit only has to make the page."""
    import desktop.ui.lists.clients
    import desktop.ui.lists.invoices
    import desktop.ui.lists.locations
    import desktop.ui.lists.payments
    import desktop.ui.lists.stock
    import desktop.ui.lists.transactions
    import desktop.ui.pages.integrations.page  # noqa: F401
    from desktop.money import format_money

    # How money is written is read from a file at the first amount.
    format_money(0, "usd")


def load_drawing() -> None:
    """Import matplotlib; only on the drawing lane."""
    from desktop.ui.widgets.chart_drawing import load

    load()
