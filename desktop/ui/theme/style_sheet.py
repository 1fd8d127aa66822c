"""The one style sheet, generated from the roles. Widgets say what they are by the properties ``look`` and ``tone``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Template
from typing import Final

from desktop.ui.theme.roles import MEASURES

_SIZES: Final = ("body", "secondary", "label", "heading", "title", "figure")
_TEXT_TONES: Final = ("text", "text-2", "text-3", "accent", "danger", "warning", "info", "on-gradient")

_SHEET: Final = Template("""
QWidget { color: $text; }
QMainWindow, QDialog { background: $window; }
QDialog[look="sheet"] { background: $surface; }
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: ${x4}px ${x8}px; }
QFrame[look="page"] { background: $window; border: none; }
QFrame[look="rail"] { background: $sunken; border: none; border-right: 1px solid $line; }
QFrame[look="top-bar"] { background: $surface; border: none; border-bottom: 1px solid $line; }
QFrame[look="card"] { background: $surface; border: 1px solid $line; border-radius: ${card}px; }
QFrame[look="card"][clickable="true"]:hover { border-color: $line_strong; }
QFrame[look="card"][clickable="true"]:focus { border: 2px solid $accent; }
QFrame[look="raised"] { background: $raised; border: 1px solid $line_strong; border-radius: ${card}px; }
QFrame[look="line"] { background: $line; border: none; max-height: 1px; min-height: 1px; }
QFrame[look="strip"] { background: $surface; border: 1px solid $line; border-radius: ${radius}px; }
QLabel { background: transparent; }
QLabel[strong="true"] { font-weight: 600; }
QPushButton, QToolButton {
    background: $surface; color: $text; border: 1px solid $line; border-radius: ${radius}px;
    padding: 0 ${x14}px; min-height: ${control_inner}px; font-weight: 600;
}
QPushButton:hover, QToolButton:hover { background: $hover; border-color: $line_strong; }
QPushButton:pressed, QToolButton:pressed { background: $neutral_soft; }
QPushButton:focus, QToolButton:focus { border: 2px solid $accent; padding: 0 ${x13}px; min-height: ${control_focus}px; }
QPushButton:disabled, QToolButton:disabled { color: $text_3; background: $neutral_soft; border-color: $line; }
QPushButton[look="primary"] { background: $accent; color: $on_accent; border: 1px solid $accent; }
QPushButton[look="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[look="primary"]:pressed { background: $accent_pressed; border-color: $accent_pressed; }
QPushButton[look="primary"]:focus { border: 2px solid $text; }
QPushButton[look="primary"]:disabled { background: $neutral_soft; color: $text_3; border-color: $line; }
QPushButton[look="danger"] { color: $danger; }
QPushButton[look="danger"]:hover { background: $danger_soft; border-color: $danger; }
QPushButton[look="quiet"], QToolButton[look="quiet"] {
    background: transparent; border: 1px solid transparent; color: $text_2; padding: 0 ${x8}px;
}
QPushButton[look="quiet"]:hover, QToolButton[look="quiet"]:hover { background: $neutral_soft; color: $text; }
QPushButton[look="quiet"]:focus, QToolButton[look="quiet"]:focus { border: 2px solid $accent; padding: 0 ${x7}px; }
QPushButton[look="link"] {
    background: transparent; border: none; color: $accent; padding: 0; min-height: 0; text-align: left;
}
QPushButton[look="link"]:hover { text-decoration: underline; }
QPushButton[look="link"]:focus { border: none; text-decoration: underline; padding: 0; min-height: 0; }
QPushButton[look="on-gradient"] { background: $on_gradient; color: $gradient_accent; border: 1px solid $on_gradient; }
QPushButton[look="on-gradient"]:focus { border: 2px solid $gradient_shade; }
QPushButton[look="chip"] {
    background: $surface; color: $text_2; border: 1px solid $line; border-radius: ${chip_radius}px; font-weight: 400;
    padding: 0 ${x10}px; min-height: ${chip_inner}px; font-size: ${secondary}pt;
}
QPushButton[look="chip"]:hover { border-color: $line_strong; color: $text; background: $surface; }
QPushButton[look="chip"][active="true"] { background: $accent_soft; color: $accent; border-color: $accent; }
QPushButton[look="chip"]:focus { border: 1px solid $accent; }
QPushButton[look="segment"] {
    background: transparent; border: none; border-radius: 0; color: $text_2; font-weight: 400; padding: 0;
    min-height: ${segment_inner}px;
}
QPushButton[look="segment"]:hover { background: $hover; color: $text; }
QPushButton[look="segment"]:checked { background: $accent_soft; color: $accent; font-weight: 600; }
QPushButton[look="segment"]:focus { color: $text; text-decoration: underline; }
QPushButton[look="segment"]:checked:focus { color: $accent; }
QPushButton[look="segment"][position="first"] {
    border-top-left-radius: ${segment_radius}px; border-bottom-left-radius: ${segment_radius}px;
}
QPushButton[look="segment"][position="last"] {
    border-top-right-radius: ${segment_radius}px; border-bottom-right-radius: ${segment_radius}px;
}
QPushButton[look="segment"][position="only"] { border-radius: ${segment_radius}px; }
QPushButton[look="card"] {
    background: $surface; border: 1px solid $line; border-radius: ${card}px; padding: 0; text-align: left;
}
QPushButton[look="card"]:hover { background: $surface; border-color: $line_strong; }
QPushButton[look="card"]:pressed { background: $hover; }
QPushButton[look="card"]:focus { border: 2px solid $accent; padding: 0; }
QPushButton[look="row"] {
    background: transparent; border: none; border-radius: ${x6}px; padding: 0; min-height: 0; text-align: left;
    font-weight: 400;
}
QPushButton[look="row"]:hover { background: $hover; }
QPushButton[look="row"]:pressed { background: $neutral_soft; }
QPushButton[look="row"]:focus { border: 2px solid $accent; padding: 0; min-height: 0; }
QToolButton[look="icon"] {
    background: transparent; border: none; border-radius: ${x6}px; padding: 0; min-height: 0;
}
QToolButton[look="framed"] { padding: 0; }
QToolButton[look="framed"]:focus { padding: 0; }
QToolButton[look="icon"]:hover { background: $neutral_soft; }
QToolButton[look="icon"]:pressed { background: $line; }
QToolButton[look="icon"]:focus { border: 2px solid $accent; padding: 0; min-height: 0; }
QFrame[look="clear"] { background: transparent; border: none; }
QPushButton::menu-indicator, QToolButton::menu-indicator { image: none; width: 0; }
QLineEdit, QPlainTextEdit, QComboBox, QDateEdit {
    background: $surface; border: 1px solid $line; border-radius: ${radius}px; padding: 0 ${x10}px;
    min-height: ${control_inner}px; selection-background-color: $accent; selection-color: $on_accent;
    placeholder-text-color: $text_3;
}
QPlainTextEdit { padding: ${x8}px ${x10}px; }
QLineEdit[look="search"] { background: $window; }
QLineEdit:hover, QPlainTextEdit:hover, QComboBox:hover { border-color: $line_strong; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus {
    border: 2px solid $accent; padding: 0 ${x9}px; min-height: ${control_focus}px;
}
QPlainTextEdit:focus { padding: ${x7}px ${x9}px; }
QComboBox::drop-down { border: none; width: ${x16}px; }
QComboBox QAbstractItemView, QMenu {
    background: $raised; color: $text; border: 1px solid $line; padding: ${x4}px;
    selection-background-color: $accent_soft; selection-color: $text;
}
QMenu::item { padding: ${x6}px ${x24}px ${x6}px ${x12}px; border-radius: ${x6}px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $text_3; }
QMenu::separator { height: 1px; background: $line; margin: ${x4}px ${x8}px; }
QCheckBox, QRadioButton { spacing: ${x8}px; background: transparent; }
QAbstractItemView { background: $surface; border: none; outline: none; }
QListView[look="commands"] { background: transparent; }
QListView[look="commands"]::item { padding: ${x6}px ${x8}px; border-radius: ${x6}px; color: $text; }
QListView[look="commands"]::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section {
    background: $surface; color: $text_2; border: none; border-bottom: 1px solid $line; padding: 0 ${x12}px;
    font-size: ${label}pt; font-weight: 600;
}
QHeaderView::section:hover { color: $text; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: ${x10}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${x10}px; margin: 0; }
QScrollBar::handle { background: $line_strong; border-radius: ${x3}px; margin: 2px; }
QScrollBar::handle:vertical { min-height: ${x24}px; }
QScrollBar::handle:horizontal { min-width: ${x24}px; }
QScrollBar::handle:hover { background: $text_3; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")


def style_sheet(colours: Mapping[str, str], px: Callable[[float], int], points: Callable[[float], float]) -> str:
    """The application's style sheet for these colours; ``px`` and ``points`` scale the look's measures."""
    names: dict[str, object] = {role.replace("-", "_"): colour for role, colour in colours.items()}
    names.update({f"x{size}": px(size) for size in (3, 4, 6, 7, 8, 9, 10, 12, 13, 14, 16, 24)})
    names.update(
        card=px(MEASURES.card_radius),
        radius=px(MEASURES.control_radius),
        control_inner=px(MEASURES.control) - 2,
        control_focus=px(MEASURES.control) - 4,
        chip_inner=px(24),
        chip_radius=(px(24) + 2) // 2,
        segment_inner=px(29),
        segment_radius=px(MEASURES.control_radius) - 1,
        secondary=round(points(MEASURES.secondary), 2),
        label=round(points(MEASURES.label), 2),
    )
    rules = [_SHEET.substitute(names)]
    rules += [f'QLabel[look="{size}"] {{ font-size: {points(getattr(MEASURES, size)):.2f}pt; }}' for size in _SIZES]
    rules += [f'QLabel[tone="{tone}"] {{ color: {colours[tone]}; }}' for tone in _TEXT_TONES]
    return "\n".join(rules)
