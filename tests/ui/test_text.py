"""Text is plain whatever it looks like, and does not disguise itself."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from desktop.ui.text import PlainLabel, clean, one_line, set_tip, tip_at
from desktop.ui.widgets.surfaces import CardButton

FORGED = "<h1>PAID</h1><img src='/etc/passwd'>"


def test_markup_is_shown_as_written(qtbot, theme) -> None:
    label = PlainLabel(FORGED)
    qtbot.addWidget(label)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == FORGED
    assert not label.openExternalLinks()


def test_a_tooltip_shows_markup_as_written(qtbot, theme) -> None:
    label = PlainLabel("x")
    qtbot.addWidget(label)
    set_tip(label, FORGED)
    assert "<h1>" not in label.toolTip()
    assert "&lt;h1&gt;" in label.toolTip()
    action = QAction("x")
    set_tip(action, "a & b")
    assert action.toolTip() == "<p>a &amp; b</p>"


def test_direction_and_control_characters_are_taken_out() -> None:
    assert clean("Acme\u202egnp.exe\u2066\u200b\x07\ufeff") == "Acmegnp.exe"
    assert clean("two\nlines\tand\r") == "two\nlines and"
    assert one_line("  two\n lines\u2028 ") == "two lines"


def test_letters_of_any_script_stay() -> None:
    text = "Blå Café 佐藤デザイン مكتب"
    assert clean(text) == text


def test_a_long_text_is_shortened_with_the_whole_in_its_tooltip(qtbot, theme) -> None:
    label = PlainLabel("A name that is much longer than its place", elide=True)
    qtbot.addWidget(label)
    label.show()
    label.resize(60, 20)
    assert label.text().endswith("…")
    assert label.full_text() == "A name that is much longer than its place"
    assert "much longer" in label.toolTip()
    assert label.accessibleName() == label.full_text()
    label.resize(600, 20)
    assert label.text() == label.full_text()
    assert label.toolTip() == ""


def test_what_is_cut_within_a_button_is_told_by_the_button(qtbot, theme) -> None:
    """Its labels let the pointer through, so that a tool tip of theirs would never come up."""
    card = CardButton(theme)
    name = PlainLabel("Donaudampfschifffahrtsgesellschaft", elide=True)
    card.add(name)
    set_tip(card, "Opens the client")
    qtbot.addWidget(card)
    card.resize(120, 60)
    card.show()
    point = name.geometry().center()
    QToolTip.hideText()
    QApplication.sendEvent(card, QHelpEvent(QEvent.Type.ToolTip, point, card.mapToGlobal(point)))
    assert "Donaudampfschifffahrtsgesellschaft" in QToolTip.text()
    assert "Opens the client" in QToolTip.text()
    card.resize(900, 60)
    QApplication.processEvents()
    assert tip_at(card, name.geometry().center()) == card.toolTip()
    QToolTip.hideText()


def test_a_line_that_does_not_break_is_told_in_a_narrow_place(qtbot) -> None:
    label = PlainLabel("An address: accounts.payable@very-long-domain.example", wrap=True)
    qtbot.addWidget(label)
    label.resize(90, 100)
    label.show()
    assert "accounts.payable" in label.toolTip()
    label.resize(900, 100)
    assert label.toolTip() == ""


def test_the_end_stays_where_it_tells_most(qtbot) -> None:
    label = PlainLabel("Mastercard from a distant bank •••• 4242", elide=True, cut="middle")
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.text().endswith("4242")
    assert "…" in label.text()
