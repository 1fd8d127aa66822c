"""The locations page of the rail."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from desktop.ui.desk import Desk
from desktop.ui.page import Page, PageContext, PageSpec


def spec(desk: Desk) -> PageSpec:
    """Every place of business, with what it sold this month; only where there are some."""
    title = QCoreApplication.translate("Pages", "Locations")
    return PageSpec("locations", title, "location", partial(_make, desk), on_demand=True)


def _make(desk: Desk, context: PageContext) -> Page:
    from desktop.ui.pages.lists_locations import LocationsPage

    return LocationsPage(context, desk)
