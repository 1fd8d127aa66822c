"""The dashboard in the rail. Light: the page itself is imported after the first frame, which names it only."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from desktop.ui.page import Page, PageContext, PageSpec

if TYPE_CHECKING:
    from desktop.ui.desk import Desk
    from desktop.ui.syncing import Syncing


def spec(desk: Desk, syncing: Syncing) -> PageSpec:
    """The page's place in the rail."""
    return PageSpec(
        "dashboard", QCoreApplication.translate("Dashboard", "Dashboard"), "home", partial(_make, desk, syncing)
    )


def _make(desk: Desk, syncing: Syncing, context: PageContext) -> Page:
    from desktop.ui.pages.dashboard_page import DashboardPage

    return DashboardPage(context, QCoreApplication.translate("Dashboard", "Dashboard"), desk, syncing)
