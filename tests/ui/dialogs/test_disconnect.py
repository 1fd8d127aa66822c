"""Disconnecting and forgetting: plainly what happens, and Cancel under the Return key."""

import pytest
from PySide6.QtCore import Qt

from desktop.ui.dialogs.disconnect import DisconnectConfirm
from desktop.ui.theme import Theme


@pytest.fixture
def make_sheet(qtbot, theme: Theme, window):
    def make(**how: bool) -> DisconnectConfirm:
        sheet = DisconnectConfirm(theme, 7, "Harbour Studio", "Stripe", window, **how)
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


def test_forgetting_deletes_and_cannot_be_undone(make_sheet, texts) -> None:
    shown = texts(make_sheet(forget=True))
    assert "Forget Harbour Studio?" in shown
    assert "is deleted" in shown
    assert "cannot be undone" in shown


def test_what_is_disconnected_already_has_no_access_to_give_back(make_sheet, texts) -> None:
    assert "access" not in texts(make_sheet(forget=True, connected=False))


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
