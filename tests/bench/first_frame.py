"""What bench_start runs: a window that tells when it was painted, by the machine's monotonic clock.

``python -m tests.bench.first_frame window HOME`` is Paydesk itself by its real entry; ``... empty`` an empty window.
Nothing is imported here that the measured side does not import itself.
"""

import sys
import time


def tell(mark: str) -> None:
    """A line ``<mark> <seconds>`` on the output."""
    sys.stdout.write(f"{mark} {time.monotonic():.6f}\n")
    sys.stdout.flush()


def empty() -> None:
    """The least that PySide6 can show."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class Window(QMainWindow):
        def paintEvent(self, event):
            super().paintEvent(event)
            # The turn after the paint: by then the frame was handed to the screen.
            QTimer.singleShot(0, self, self.painted)

        def painted(self):
            tell("first")
            self.close()

    application = QApplication(sys.argv[:1])
    window = Window()
    window.resize(1280, 800)
    window.show()
    application.exec()


def paydesk(home: str) -> int:
    """Paydesk on the books of ``home``: ``first`` with rail, title and skeletons, ``figures`` with real ones."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    import desktop.ui.app.screen  # noqa: F401 - the order of the real entry
    from desktop.cli import main
    from desktop.ui.app.application import App
    from desktop.ui.app.window import MainWindow
    from desktop.ui.widgets.skeleton import Skeleton

    class Figure(QObject):
        """Waits for a key figure to be painted with an amount in it."""

        def __init__(self, window):
            super().__init__(window)
            self._window = window
            self._watched = None
            window.page_opened.connect(self._opened)

        def _opened(self, _key):
            self._watched = self._window.page().figure("total_revenue")
            self._watched.installEventFilter(self)

        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint and watched.isVisible() and "$" in watched.accessibleName():
                watched.removeEventFilter(self)
                QTimer.singleShot(0, self, self._painted)
            return False

        def _painted(self):
            tell("figures")
            self._window.close()

    show, paint = App.show, MainWindow.paintEvent

    def shown(app):
        show(app)
        app.bench_figure = Figure(app.window)

    painted = []

    def first_painted():
        tell("first")
        window = painted[0]
        shown = window.rail.isVisible(), window.top_bar.isVisible(), bool(window.findChildren(Skeleton))
        assert all(shown), shown

    def first_paint(window, event):
        if not painted:
            painted.append(window)
            # Before Paydesk's own turn after the first frame, which opens the page.
            QTimer.singleShot(0, window, first_painted)
        paint(window, event)

    App.show, MainWindow.paintEvent = shown, first_paint
    return main(["--home", home])


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    else:
        raise SystemExit(paydesk(sys.argv[2]))
