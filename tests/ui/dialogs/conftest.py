"""Offers as Stripe and Square make them, and the window that sheets belong to."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop.providers.square.constants import ACCESS_PAGE as SQUARE_ACCESS_PAGE
from desktop.providers.square.constants import CONSOLE, HOSTS
from desktop.providers.square.permissions import PERMISSIONS as SQUARE_PERMISSIONS
from desktop.providers.stripe.permissions import ACCESS_PAGE, KEY_PAGE, PERMISSIONS, PLATFORM_PAGE
from desktop.ui.dialogs.offer import READ_AND_WRITE, Offer, Right


def said(widget: QWidget) -> str:
    """Every text that is shown, one a line."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


@pytest.fixture
def texts():
    return said


@pytest.fixture
def stripe() -> Offer:
    """Stripe, with no platform configured."""
    return Offer(
        "stripe",
        "Stripe",
        tuple(Right(one.title, one.access == READ_AND_WRITE, one.without) for one in PERMISSIONS),
        hosts=("stripe.com", ".stripe.com"),
        redirect_uri="http://localhost:47323/api/integrations/payments/callback",
        key_page=KEY_PAGE,
        platform_page=PLATFORM_PAGE,
        access_page=ACCESS_PAGE,
        consent_writes=True,
    )


@pytest.fixture
def square() -> Offer:
    """Square, with no application known."""
    return Offer(
        "square",
        "Square",
        tuple(Right(one.title, one.access == READ_AND_WRITE, one.without) for one in SQUARE_PERMISSIONS),
        hosts=tuple(HOSTS),
        redirect_uri="http://localhost:47323/api/integrations/payments/callback",
        key_page=CONSOLE,
        platform_page=CONSOLE,
        access_page=SQUARE_ACCESS_PAGE,
        needs_secret=False,
    )


@pytest.fixture
def window(qtbot) -> QWidget:
    """A window that sheets belong to."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made
