"""The stock page of the rail."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from desktop.ui.desk import Desk
from desktop.ui.page import Page, PageContext, PageSpec


def spec(desk: Desk) -> PageSpec:
    """How much of each item is at each place; only where stock is kept."""
    title = QCoreApplication.translate("Pages", "Stock")
    return PageSpec("stock", title, "stock", partial(_make, desk), on_demand=True)


def _make(desk: Desk, context: PageContext) -> Page:
    from desktop.ui.pages.lists_stock import StockPage

    return StockPage(context, desk)
