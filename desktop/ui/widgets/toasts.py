"""Toasts: messages that come to the window's corner, say what happened, and offer what can be done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.app.messages import Kind, Message, Messages
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button, IconButton
from desktop.ui.widgets.picture import Picture

#: Drawing, role of its colour, and milliseconds that the toast stays; 0 means until it is dismissed.
_KINDS: Final[dict[Kind, tuple[str, str, int]]] = {
    "info": ("info", "info", 6_000),
    "success": ("check-circle", "accent", 5_000),
    "warning": ("warning", "warning", 12_000),
    "error": ("error", "danger", 0),
}
_SHOWN_AT_ONCE: Final = 4


class Toast(QFrame):
    """One message. Signals: ``dismissed`` when its time is over or a person closed it."""

    dismissed = Signal()

    def __init__(self, theme: Theme, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        drawing, role, stays = _KINDS[message.kind]
        self.setProperty("look", "raised")
        self.setAccessibleName(f"{message.title}. {message.text}".strip())
        self.setFixedWidth(theme.px(360))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(14), theme.px(12), theme.px(8), theme.px(12))
        layout.setSpacing(theme.px(10))
        layout.addWidget(Picture(theme, drawing, role, 18), alignment=Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        words.addWidget(PlainLabel(message.title, strong=True, wrap=True))
        if message.text:
            words.addWidget(PlainLabel(message.text, look="secondary", tone="text-2", wrap=True, select=True))
        if message.action is not None:
            words.addSpacing(theme.px(5))
            self.button = Button(theme, message.action_label)
            self.button.clicked.connect(self._on_action)
            words.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(words, 1)
        close = IconButton(theme, "close", translate("Toast", "Dismiss"), size=26)
        close.clicked.connect(self.dismissed)
        layout.addWidget(close, alignment=Qt.AlignmentFlag.AlignTop)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(stays)
        self._timer.timeout.connect(self.dismissed)
        if stays:
            self._timer.start()

    @Slot()
    def _on_action(self) -> None:
        self.dismissed.emit()
        if self.message.action is not None:
            self.message.action()

    def enterEvent(self, event: QEnterEvent) -> None:
        """It does not go while it is looked at."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Its time starts again."""
        super().leaveEvent(event)
        if self._timer.interval():
            self._timer.start()


class Toasts(QWidget):
    """The corner of a window where toasts are. It is as large as they are and never covers more."""

    def __init__(self, theme: Theme, messages: Messages, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._window = window
        self._toasts: list[Toast] = []
        self.setAccessibleName(translate("Toasts", "Messages"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(8))
        self.hide()
        window.installEventFilter(self)
        messages.told.connect(self._on_told)

    def shown(self) -> tuple[Message, ...]:
        """The messages that are on screen, oldest first."""
        return tuple(toast.message for toast in self._toasts)

    @Slot()
    def dismiss_newest(self) -> bool:
        """Dismiss the newest toast; False where there is none."""
        if not self._toasts:
            return False
        self._toasts[-1].dismissed.emit()
        return True

    @Slot(object)
    def _on_told(self, message: Message) -> None:
        for same in [toast for toast in self._toasts if toast.message == message]:
            self._remove(same)
        while len(self._toasts) >= _SHOWN_AT_ONCE:
            self._remove(self._toasts[0])
        toast = Toast(self._theme, message, self)
        toast.dismissed.connect(self._on_dismissed)
        self._toasts.append(toast)
        self._layout.addWidget(toast)
        self._place()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleEvent(toast, QAccessible.Event.Alert))

    @Slot()
    def _on_dismissed(self) -> None:
        toast = self.sender()
        if isinstance(toast, Toast) and toast in self._toasts:
            self._remove(toast)
            self._place()

    def _remove(self, toast: Toast) -> None:
        self._toasts.remove(toast)
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()

    def _place(self) -> None:
        self.setVisible(bool(self._toasts))
        self._layout.activate()
        width = self._theme.px(360)
        height = sum(toast.heightForWidth(width) for toast in self._toasts)
        height += self._layout.spacing() * max(0, len(self._toasts) - 1)
        edge = self._theme.px(20)
        self.setGeometry(self._window.width() - width - edge, self._window.height() - height - edge, width, height)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner when the window changes its size."""
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
