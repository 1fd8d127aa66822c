"""The payments page of the rail."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QCoreApplication

from desktop.ui.desk import Desk
from desktop.ui.page import Page, PageContext, PageSpec


def spec(desk: Desk) -> PageSpec:
    """Every payment, with its attempts, refunds and disputes."""
    return PageSpec("payments", QCoreApplication.translate("Pages", "Payments"), "payments", partial(_make, desk))


def _make(desk: Desk, context: PageContext) -> Page:
    from desktop.ui.pages.lists_payments import PaymentsPage

    return PaymentsPage(context, desk)
