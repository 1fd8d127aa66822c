"""Integrations in the rail. Light: the page itself is imported at its first visit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.ui.page import Page, PageContext, PageSpec

if TYPE_CHECKING:
    from desktop.ui.desk import Desk
    from desktop.ui.pages.integrations_flow import Syncs


def spec(desk: Desk, syncing: Syncs) -> PageSpec:
    """The page's place in the rail."""

    def make(context: PageContext) -> Page:
        from desktop.ui.pages.integrations_page import IntegrationsPage

        return IntegrationsPage(context, desk, syncing)

    title = QCoreApplication.translate("Integrations", "Integrations")
    return PageSpec("integrations", title, "integrations", make, tool=True)
