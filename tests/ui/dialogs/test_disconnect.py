"""Disconnecting and forgetting: plainly what happens, and Cancel under the Return key."""

import pytest
from PySide6.QtCore import Qt, QUrl

from desktop.ui.app.addresses import Addresses
from desktop.ui.dialogs.disconnect import DisconnectConfirm
from desktop.ui.dialogs.offer import Offer
from desktop.ui.theme.theme import Theme


@pytest.fixture
def opened() -> list[QUrl]:
    return []


@pytest.fixture
def make_sheet(qtbot, theme: Theme, window, stripe: Offer, opened: list[QUrl]):
    addresses = Addresses(lambda url: opened.append(url) or True)

    def make(offer: Offer = stripe, **how: bool) -> DisconnectConfirm:
        sheet = DisconnectConfirm(theme, 7, "Harbour Studio", offer, addresses, window, **how)
        sheet.open()
        qtbot.waitExposed(sheet)
        return sheet

    return make


def test_disconnecting_keeps_the_history(make_sheet, texts) -> None:
    shown = texts(make_sheet(forget=False))
    assert "Disconnect Harbour Studio?" in shown
    assert "credentials are destroyed" in shown
    assert "Its history stays" in shown
    assert "deleted" not in shown


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_return_presses_the_button_that_has_the_focus(qtbot, make_sheet, key: Qt.Key) -> None:
    told: list[object] = []
    for button, confirmed in (("cancel", 0), ("do_it", 1)):
        sheet = make_sheet(forget=False)
        sheet.confirmed.connect(lambda *_: told.append(1))
        sheet.activateWindow()
        getattr(sheet, button).setFocus()
        qtbot.waitUntil(getattr(sheet, button).hasFocus)
        with qtbot.waitSignal(sheet.finished):
            qtbot.keyClick(getattr(sheet, button), key)
        assert len(told) == confirmed


def test_forgetting_deletes_and_cannot_be_undone(make_sheet, texts) -> None:
    shown = texts(make_sheet(forget=True))
    assert "Forget Harbour Studio?" in shown
    assert "is deleted" in shown
    assert "cannot be undone" in shown


def test_what_is_disconnected_already_has_no_access_to_give_back(make_sheet, texts) -> None:
    assert "access" not in texts(make_sheet(forget=True, connected=False))


@pytest.mark.parametrize("forget", [True, False])
def test_what_only_the_owner_can_take_back_is_said_with_the_way_there(
    make_sheet, square: Offer, texts, opened: list[QUrl], forget: bool
) -> None:
    sheet = make_sheet(square, forget=forget, gives_back=False)
    shown = texts(sheet)
    assert "What Square has granted only you can take back there." in shown
    assert "In Square's dashboard, choose App Integrations and disconnect the application." in shown
    assert "the access is given back" not in shown
    assert sheet.page_button is not None
    assert sheet.page_button.text() == "Open Square's dashboard"
    sheet.page_button.click()
    assert opened[0].host() == "app.squareup.com"
    assert sheet.isVisible()


def test_with_the_applications_secret_nothing_is_left_to_do(make_sheet, square: Offer, texts) -> None:
    sheet = make_sheet(square, forget=False, gives_back=True)
    assert "the access is given back" in texts(sheet)
    assert sheet.page_button is None


@pytest.mark.parametrize("forget", [True, False])
def test_it_is_done_by_its_own_button_only(qtbot, make_sheet, forget: bool) -> None:
    sheet = make_sheet(forget=forget)
    with qtbot.assertNotEmitted(sheet.confirmed):
        qtbot.keyClick(sheet, Qt.Key.Key_Return)
    assert not sheet.isVisible()
    sheet = make_sheet(forget=forget)
    with qtbot.waitSignal(sheet.confirmed) as heard:
        sheet.do_it.click()
    assert heard.args == [7, forget]


def test_every_control_is_named(make_sheet, audit_accessibility) -> None:
    assert audit_accessibility(make_sheet(forget=True)) == []
    assert audit_accessibility(make_sheet(forget=False, gives_back=False)) == []
