"""The platform's keys: what to register where, asked once."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication

from desktop.ui.addresses import Addresses
from desktop.ui.dialogs.offer import Offer
from desktop.ui.dialogs.platform_keys import PlatformKeys
from desktop.ui.theme import Theme


@pytest.fixture
def opened() -> list[QUrl]:
    return []


@pytest.fixture
def sheet(qtbot, theme: Theme, window, stripe: Offer, opened: list[QUrl]) -> PlatformKeys:
    made = PlatformKeys(theme, stripe, Addresses(lambda url: opened.append(url) or True), window)
    made.open()
    qtbot.waitExposed(made)
    return made


def test_the_address_to_register_is_shown_and_copied(sheet: PlatformKeys, stripe: Offer) -> None:
    assert sheet._redirect.text() == "http://localhost:47323/api/integrations/payments/callback"
    assert sheet._redirect.isReadOnly()
    sheet.copy_button.click()
    assert QGuiApplication.clipboard().text() == stripe.redirect_uri
    assert sheet.copy_button.text() == "Copied"


def test_both_halves_are_needed_and_the_secret_leaves_the_field(qtbot, sheet: PlatformKeys, stripe: Offer) -> None:
    qtbot.keyClicks(sheet._id, " ca_mine ")
    assert not sheet.keep_button.isEnabled()
    qtbot.keyClicks(sheet._secret.field, "sk_test_platform0000")
    with qtbot.waitSignal(sheet.entered) as heard:
        sheet.keep_button.click()
    offer, client_id, secret = heard.args
    assert (offer, client_id, secret.reveal()) == (stripe, "ca_mine", "sk_test_platform0000")
    assert sheet._secret.field.text() == ""


def test_the_settings_open_at_stripe(sheet: PlatformKeys, opened: list[QUrl]) -> None:
    sheet.page_button.click()
    assert opened[0].host() == "dashboard.stripe.com"


def test_changing_starts_from_the_client_id_that_is_kept(qtbot, theme: Theme, window, stripe: Offer) -> None:
    made = PlatformKeys(theme, replace(stripe, client_id="ca_old"), Addresses(lambda _url: True), window)
    assert made._id.text() == "ca_old"
    with qtbot.waitSignal(made.key_asked):
        made.other.click()


def test_every_control_is_named(sheet: PlatformKeys, audit_accessibility) -> None:
    assert audit_accessibility(sheet) == []
