"""Another name for an account, for this window only."""

from PySide6.QtCore import Qt

from desktop.ui.dialogs.rename import RenameAccount
from desktop.ui.theme.theme import Theme


def test_the_new_name_is_told(qtbot, theme: Theme, window, texts, audit_accessibility) -> None:
    sheet = RenameAccount(theme, 3, "Studio", "Harbour Studio", window)
    sheet.open()
    qtbot.waitExposed(sheet)
    assert "Harbour Studio" in texts(sheet)
    assert audit_accessibility(sheet) == []
    sheet.field.clear()
    qtbot.keyClicks(sheet.field, "The shop")
    with qtbot.waitSignal(sheet.renamed) as heard:
        qtbot.keyClick(sheet.field, Qt.Key.Key_Return)
    assert heard.args == [3, "The shop"]
