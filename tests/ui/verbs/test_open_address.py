"""Addresses open in the browser where they are the provider's; else a person reads why not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QGuiApplication

from desktop.ui.app.addresses import Addresses
from desktop.ui.app.messages import Message, Messages
from desktop.ui.app.page import PageContext
from desktop.ui.verbs.open_address import copy_address, open_address

HOSTS = ("dashboard.stripe.com",)


@pytest.fixture
def told(messages: Messages) -> list[Message]:
    found: list[Message] = []
    messages.told.connect(found.append)
    messages.open()
    return found


@pytest.fixture
def opened() -> list[str]:
    return []


@pytest.fixture
def browsing(context: PageContext, opened: list[str]) -> PageContext:
    def keep(url) -> bool:
        opened.append(url.toString())
        return True

    return replace(context, addresses=Addresses(keep))


def test_an_address_of_the_provider_opens(browsing: PageContext, opened: list[str], told: list[Message]) -> None:
    open_address(browsing, "https://dashboard.stripe.com/payments/pi_1", HOSTS)
    assert opened == ["https://dashboard.stripe.com/payments/pi_1"]
    assert told == []


def test_another_address_is_told_and_not_opened(browsing: PageContext, opened: list[str], told: list[Message]) -> None:
    open_address(browsing, "https://dashboard.stripe.com.evil.example/", HOSTS)
    assert opened == []
    assert [(message.kind, message.title) for message in told] == [("error", "Address not opened")]


def test_a_copied_address_is_on_the_clipboard(browsing: PageContext, told: list[Message]) -> None:
    copy_address(browsing, "https://invoice.stripe.com/i/1")
    assert QGuiApplication.clipboard().text() == "https://invoice.stripe.com/i/1"
    assert [(message.kind, message.title) for message in told] == [("success", "Link copied")]
