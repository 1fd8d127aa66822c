"""Pasting a key: every permission with what is missing without it, and a key that never stays in a field."""

from urllib.parse import parse_qs, urlsplit

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QLineEdit

from desktop.providers.stripe.facts import FACTS
from desktop.ui.app.addresses import Addresses
from desktop.ui.dialogs.key_entry import KeyEntry
from desktop.ui.dialogs.offer import Offer
from desktop.ui.theme.theme import Theme

KEY = "rk_test_51QyWmNkXbTdLrHcVpZaEoUsGiFj"


@pytest.fixture
def opened() -> list[QUrl]:
    return []


@pytest.fixture
def sheet(qtbot, theme: Theme, window, stripe: Offer, opened: list[QUrl]) -> KeyEntry:
    made = KeyEntry(theme, stripe, Addresses(lambda url: opened.append(url) or True), window)
    made.open()
    qtbot.waitExposed(made)
    return made


def test_each_permission_says_what_is_missing_without_it(sheet: KeyEntry, texts) -> None:
    shown = texts(sheet)
    for permission in FACTS.permissions:
        assert permission.title in shown
        assert permission.without in shown


def test_the_page_for_keys_opens_at_stripe_with_the_permissions_chosen(sheet: KeyEntry, opened: list[QUrl]) -> None:
    sheet.page_button.click()
    address = urlsplit(opened[0].toString(QUrl.ComponentFormattingOption.FullyEncoded))
    assert (address.scheme, address.netloc) == ("https", "dashboard.stripe.com")
    chosen = parse_qs(address.query)["permissions[]"]
    assert not any(right.endswith("_write") for right in chosen)
    assert {"rak_invoice_read", "rak_balance_transaction_source_read", "rak_event_read"} <= set(chosen)


def test_without_a_browser_the_address_is_shown(qtbot, theme: Theme, window, stripe: Offer) -> None:
    made = KeyEntry(theme, stripe, Addresses(lambda _url: False), window)
    made.open()
    made.page_button.click()
    assert made.notice.isVisible()
    assert "https://dashboard.stripe.com/apikeys/create" in made.notice.accessibleName()


def test_a_key_is_hidden_handed_over_as_a_secret_and_leaves_the_field(qtbot, sheet: KeyEntry) -> None:
    field = sheet._key.field
    assert field.echoMode() == QLineEdit.EchoMode.Password
    assert not sheet.connect_button.isEnabled()
    qtbot.keyClicks(field, f" {KEY} ")
    with qtbot.waitSignal(sheet.entered) as heard:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert heard.args[1].reveal() == KEY
    assert KEY not in repr(heard.args)
    assert field.text() == ""
    assert not sheet.isVisible()


def test_the_key_can_be_looked_at(sheet: KeyEntry) -> None:
    sheet._key._show.click()
    assert sheet._key.field.echoMode() == QLineEdit.EchoMode.Normal
    assert sheet._key._show.text() == "Hide"


def test_the_other_way_is_one_click_away(qtbot, sheet: KeyEntry, stripe: Offer) -> None:
    with qtbot.waitSignal(sheet.browser_asked) as heard:
        sheet.other.click()
    assert heard.args == [stripe]


def test_escape_leaves_without_a_word(qtbot, sheet: KeyEntry) -> None:
    with qtbot.assertNotEmitted(sheet.entered), qtbot.waitSignal(sheet.rejected):
        qtbot.keyClick(sheet, Qt.Key.Key_Escape)


def test_on_a_small_screen_the_body_scrolls_and_the_buttons_stay(
    qtbot, theme: Theme, window, stripe: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = KeyEntry(theme, stripe, Addresses(lambda _url: True), window)
    screen = made.screen()
    small = screen.availableSize()
    small.setHeight(360)
    monkeypatch.setattr(type(screen), "availableSize", lambda _self: small)
    made.open()
    qtbot.waitExposed(made)
    assert made.height() == 360
    assert made._column.height() > 80
    bottom = made.connect_button.mapTo(made, made.connect_button.rect().bottomLeft()).y()
    assert bottom < 360
    made.show_notice("Wrong key", "Another one, please.")
    assert made.height() == 360


def test_every_control_is_named(sheet: KeyEntry, audit_accessibility) -> None:
    assert audit_accessibility(sheet) == []


def test_at_square_it_is_an_access_token(
    qtbot, theme: Theme, window, square: Offer, opened: list[QUrl], texts, audit_accessibility
) -> None:
    made = KeyEntry(theme, square, Addresses(lambda url: opened.append(url) or True), window)
    made.open()
    shown = texts(made)
    assert "Connect Square with an access token" in shown
    assert "opens your whole Square account" in shown
    assert "restricted" not in shown.lower()
    assert "Stock cannot be shown." in shown
    assert made._key.field.accessibleName() == "Access token"
    made.page_button.click()
    assert opened[0].host() == "developer.squareup.com"
    assert audit_accessibility(made) == []
