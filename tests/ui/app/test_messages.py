"""Messages wait for a window, and toasts show, act, go and stay as their kind says."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop.errors import UnreachableError
from desktop.ui.app.messages import Message, Messages
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets.toasts import Toast, Toasts


def test_messages_wait_for_a_window(messages: Messages) -> None:
    heard: list[Message] = []
    messages.info("Before")
    messages.told.connect(heard.append)
    assert heard == []
    messages.open()
    messages.success("After")
    assert [(message.kind, message.title) for message in heard] == [("info", "Before"), ("success", "After")]


def test_an_error_of_the_world_is_told_in_its_own_words(qtbot, theme: Theme, messages: Messages) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toasts = Toasts(theme, messages, window)
    messages.open()
    retried: list[int] = []
    error = UnreachableError("Stripe cannot be reached", "The call timed out.", "Try again.")
    messages.error(error, "Retry", lambda: retried.append(1))
    toast = window.findChild(Toast)
    assert toast is not None
    texts = {label.text() for label in toast.findChildren(QLabel)}
    assert {"Stripe cannot be reached", "The call timed out. Try again."} <= texts
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert retried == [1]
    assert toasts.shown() == ()


def test_the_same_message_is_shown_once_and_at_most_four_stay(qtbot, theme: Theme, messages: Messages) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    toasts = Toasts(theme, messages, window)
    messages.open()
    for _ in range(3):
        messages.warning("Same")
    assert len(toasts.shown()) == 1
    for number in range(6):
        messages.warning(f"Number {number}")
    assert [message.title for message in toasts.shown()] == [f"Number {number}" for number in (2, 3, 4, 5)]


def test_good_news_goes_by_itself_and_errors_stay(qtbot, theme: Theme) -> None:
    good, bad = Toast(theme, Message("success", "Done")), Toast(theme, Message("error", "Failed"))
    for toast in (good, bad):
        qtbot.addWidget(toast)
    assert good._timer.isActive()
    assert not bad._timer.isActive()
    with qtbot.waitSignal(good.dismissed):
        good._timer.setInterval(1)


def test_a_toast_is_plain_and_named(qtbot, theme: Theme, audit_accessibility) -> None:
    toast = Toast(theme, Message("error", "<b>Acme</b>", "<img src=x>", "Retry", lambda: None))
    qtbot.addWidget(toast)
    assert toast.accessibleName() == "<b>Acme</b>. <img src=x>"
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in toast.findChildren(QLabel))
    assert audit_accessibility(toast) == []
