"""The clients page of the rail."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from desktop.ui.desk import Desk
from desktop.ui.page import Page, PageContext, PageSpec


def spec(desk: Desk) -> PageSpec:
    """Everyone the business sells to, with what they owe and what they paid."""
    return PageSpec("clients", QCoreApplication.translate("Pages", "Clients"), "clients", partial(_make, desk))


def _make(desk: Desk, context: PageContext) -> Page:
    from desktop.ui.pages.lists_clients import ClientsPage

    return ClientsPage(context, desk)
