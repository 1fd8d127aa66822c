"""The invoices page of the rail."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from desktop.ui.desk import Desk
from desktop.ui.page import Page, PageContext, PageSpec


def spec(desk: Desk) -> PageSpec:
    """Every invoice, by state and as late as it is."""
    return PageSpec("invoices", QCoreApplication.translate("Pages", "Invoices"), "invoice", partial(_make, desk))


def _make(desk: Desk, context: PageContext) -> Page:
    from desktop.ui.pages.lists_invoices import InvoicesPage

    return InvoicesPage(context, desk)
