"""Every page of the window, in the rail's order. Light: a page itself is imported at its first visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from desktop.ui.app.business_handle import Desk
from desktop.ui.app.page import Page, PageContext, PageSpec
from desktop.ui.translation import translate

if TYPE_CHECKING:
    from desktop.ui.app.syncing import Syncing
    from desktop.ui.connecting.flow import Syncs


def page_specs(desk: Desk, syncing: Syncing) -> Sequence[PageSpec]:
    """All pages. Each is made at its first visit."""
    return (
        dashboard(desk, syncing),
        clients(desk),
        invoices(desk),
        payments(desk),
        transactions(desk),
        locations(desk),
        stock(desk),
        integrations(desk, syncing),
    )


def dashboard(desk: Desk, syncing: Syncing) -> PageSpec:
    """A month's figures."""
    title = translate("Dashboard", "Dashboard")

    def make(context: PageContext) -> Page:
        from desktop.ui.pages.dashboard.page import DashboardPage

        return DashboardPage(context, title, desk, syncing)

    return PageSpec("dashboard", title, "home", make)


def clients(desk: Desk) -> PageSpec:
    """Everyone the business sells to, with what they owe and what they paid."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.clients import ClientsPage

        return ClientsPage(context, desk)

    return PageSpec("clients", translate("Pages", "Clients"), "clients", make)


def invoices(desk: Desk) -> PageSpec:
    """Every invoice, by state and as late as it is."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.invoices import InvoicesPage

        return InvoicesPage(context, desk)

    return PageSpec("invoices", translate("Pages", "Invoices"), "invoice", make)


def payments(desk: Desk) -> PageSpec:
    """Every payment, with its attempts, refunds and disputes."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.payments import PaymentsPage

        return PaymentsPage(context, desk)

    return PageSpec("payments", translate("Pages", "Payments"), "payments", make)


def transactions(desk: Desk) -> PageSpec:
    """Payments, refunds, disputes and fees, as a figure counts them; not in the rail: the dashboard leads here."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.transactions import TransactionsPage

        return TransactionsPage(context, desk)

    title = translate("Pages", "Transactions")
    return PageSpec("transactions", title, "payments", make, under="dashboard")


def locations(desk: Desk) -> PageSpec:
    """Every location, with what it sold this month; only where there are some."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.locations import LocationsPage

        return LocationsPage(context, desk)

    return PageSpec("locations", translate("Pages", "Locations"), "location", make, on_demand=True)


def stock(desk: Desk) -> PageSpec:
    """How much of each item is at each location; only where stock is kept."""

    def make(context: PageContext) -> Page:
        from desktop.ui.lists.stock import StockPage

        return StockPage(context, desk)

    return PageSpec("stock", translate("Pages", "Stock"), "stock", make, on_demand=True)


def integrations(desk: Desk, syncing: Syncs) -> PageSpec:
    """The connected accounts."""

    def make(context: PageContext) -> Page:
        from desktop.ui.pages.integrations.page import IntegrationsPage

        return IntegrationsPage(context, desk, syncing)

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
