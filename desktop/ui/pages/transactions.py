"""The page of the rows behind the dashboard's figures. It stands in no rail: the dashboard leads to it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from desktop.ui.desk import Desk
from desktop.ui.page import Page, PageContext, PageSpec


def spec(desk: Desk) -> PageSpec:
    """Payments, refunds, disputes and fees, as a figure counts them."""
    title = QCoreApplication.translate("Pages", "Transactions")
    return PageSpec("transactions", title, "payments", partial(_make, desk), under="dashboard")


def _make(desk: Desk, context: PageContext) -> Page:
    from desktop.ui.pages.lists_transactions import TransactionsPage

    return TransactionsPage(context, desk)
