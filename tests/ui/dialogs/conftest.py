"""An offer as Stripe makes it, and the sheets that are open."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop.providers.stripe.permissions import KEY_PAGE, PERMISSIONS, PLATFORM_PAGE
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
    )


@pytest.fixture
def window(qtbot) -> QWidget:
    """A window that sheets belong to."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made
