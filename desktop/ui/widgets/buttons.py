"""Buttons: primary, secondary, quiet, danger and link; and the one with an icon only."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QToolButton, QWidget

from desktop.ui.text import one_line, set_tip
from desktop.ui.theme.theme import Theme

ButtonLook: TypeAlias = Literal["primary", "secondary", "quiet", "danger", "link", "on-gradient"]

_ICON_ROLES: Final = {
    "primary": "on-accent",
    "secondary": "text-2",
    "quiet": "text-2",
    "danger": "danger",
    "link": "accent",
    "on-gradient": "gradient-accent",
}


class Button(QPushButton):
    """A button with a plain text and, where it helps, an icon of the set. ``clicked`` as with any button."""

    def __init__(
        self,
        theme: Theme,
        text: str,
        *,
        look: ButtonLook = "secondary",
        icon: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._icon_role = _ICON_ROLES[look]
        self._tells = False
        self.setProperty("look", look)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor if look == "link" else Qt.CursorShape.ArrowCursor)
        self.set_text(text)
        if icon:
            self._tint()
            theme.changed.connect(self._tint)

    def set_text(self, text: str) -> None:
        """Show this text; an ampersand is one."""
        shown = one_line(text)
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is cut is told by a tool tip."""
        super().resizeEvent(event)
        is_cut = self.width() < self.sizeHint().width()
        if is_cut or self._tells:
            set_tip(self, self.accessibleName() if is_cut else "")
            self._tells = is_cut

    @Slot()
    def _tint(self) -> None:
        # Wider than the drawing, which keeps the text at a distance.
        self.setIcon(self._theme.icon(self._icon_name, self._icon_role, 16))
        self.setIconSize(QSize(self._theme.px(22), self._theme.px(16)))


class IconButton(QToolButton):
    """A button that is an icon; its name is both what is heard and its tooltip."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        name: str,
        *,
        quiet: bool = True,
        size: int = 28,
        role: str = "text-2",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._role = role
        self.setProperty("look", "icon" if quiet else "framed")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(theme.px(size), theme.px(size))
        self.set_icon(icon, name)
        theme.changed.connect(self._tint)

    def set_icon(self, icon: str, name: str) -> None:
        """Become another action."""
        self._icon_name = icon
        self.setAccessibleName(one_line(name))
        set_tip(self, name)
        self._tint()

    @Slot()
    def _tint(self) -> None:
        self.setIcon(self._theme.icon(self._icon_name, self._role, 16))
        self.setIconSize(QSize(self._theme.px(16), self._theme.px(16)))
