"""Offers as Stripe and Square make them, and the window that sheets belong to."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop.providers.facts import Facts
from desktop.providers.square.facts import FACTS as SQUARE
from desktop.providers.stripe.facts import FACTS as STRIPE
from desktop.ui.dialogs.offer import READ_AND_WRITE, Offer, Right


def said(widget: QWidget) -> str:
    """Every text that is shown, one a line."""
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if not label.isHidden())


@pytest.fixture
def texts():
    return said


def offer_of(facts: Facts) -> Offer:
    """What a provider offers while no platform is configured."""
    return Offer(
        facts.name,
        facts.title,
        tuple(Right(one.title, one.access == READ_AND_WRITE, one.without) for one in facts.permissions),
        hosts=facts.hosts,
        redirect_uri="http://localhost:47323/api/integrations/payments/callback",
        key_page=facts.key_page,
        platform_page=facts.platform_page,
        access_page=facts.access_page,
        needs_secret=facts.needs_secret,
        consent_writes=facts.consent_writes,
    )


@pytest.fixture
def stripe() -> Offer:
    """Stripe, with no platform configured."""
    return offer_of(STRIPE)


@pytest.fixture
def square() -> Offer:
    """Square, with no application known."""
    return offer_of(SQUARE)


@pytest.fixture
def window(qtbot) -> QWidget:
    """A window that sheets belong to."""
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    return made
