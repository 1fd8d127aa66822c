"""The theme follows the choice, scales with the system's font and tells who paints."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.surfaces import Card


def test_a_choice_changes_palette_and_style_sheet_and_is_told(qtbot, theme: Theme, qapp: QApplication) -> None:
    with qtbot.waitSignal(theme.changed):
        theme.choose("dark")
    assert theme.scheme == "dark"
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(theme.hex("window"))
    assert theme.hex("surface") in qapp.styleSheet()


def test_a_widget_is_painted_in_the_new_scheme_at_once(qtbot, theme: Theme) -> None:
    card = Card(theme)
    qtbot.addWidget(card)
    card.resize(80, 80)
    assert card.grab().toImage().pixelColor(40, 40) == QColor(theme.hex("surface"))
    theme.choose("dark")
    assert card.grab().toImage().pixelColor(40, 40) == QColor(theme.hex("surface"))
    assert theme.hex("surface") != "#FFFFFF"


def test_a_choice_is_remembered(qapp: QApplication, theme: Theme) -> None:
    kept: list[str] = []
    other = Theme(qapp, "light", remember=kept.append)
    other.choose("dark")
    other.choose("system")
    assert kept == ["dark", "system"]
    other.deleteLater()


def test_an_unknown_system_scheme_falls_back_to_the_palette_it_started_with(qapp: QApplication, theme: Theme) -> None:
    dark = QPalette(QColor("black"))
    dark.setColor(QPalette.ColorRole.Window, QColor("black"))
    dark.setColor(QPalette.ColorRole.WindowText, QColor("white"))
    qapp.setPalette(dark)
    other = Theme(qapp, "system")
    assert other.scheme == "dark"
    other.deleteLater()


def test_a_choice_that_is_none_means_the_system(qapp: QApplication, theme: Theme) -> None:
    other = Theme(qapp, "sepia")
    assert other.choice == "system"
    other.deleteLater()


def test_sizes_scale_together(qapp: QApplication, theme: Theme) -> None:
    large = Theme(qapp, "light", text_scale=2.0)
    assert large.px(37) == 2 * theme.px(37)
    assert large.font().pointSizeF() == 2 * theme.font().pointSizeF()
    assert large.row_height() >= 2 * theme.row_height() - 1
    large.deleteLater()


def test_figures_are_tabular(theme: Theme) -> None:
    assert [tag.toString() for tag in theme.font().featureTags()] == [b"tnum"] or theme.font().featureTags()
