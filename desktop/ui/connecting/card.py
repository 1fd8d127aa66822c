"""The card of connecting: the nine steps as they happen, and beside them what is going on and what can be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from desktop.errors import WorldError
from desktop.ui.accessibility import named
from desktop.ui.connecting.words import Said
from desktop.ui.dialogs.way_words import key_words, platform_words
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.flow import FlowLayout
from desktop.ui.widgets.notice import Notice
from desktop.ui.widgets.progress import Progress
from desktop.ui.widgets.steps import StepList, StepState
from desktop.ui.widgets.surfaces import Card, clear_layout

_COLUMNS = 2
#: Steps (0 is the first) that a pasted key makes needless: the page, the access, the exchange.
_KEY_SKIPS = (1, 2, 4)


def step_titles(provider_title: str) -> tuple[str, ...]:
    """The nine steps of the request, in their order."""
    return (
        translate("Connecting", "{0} chosen").format(provider_title),
        translate("Connecting", "Authorisation page opened"),
        translate("Connecting", "Access granted"),
        translate("Connecting", "Answer checked"),
        translate("Connecting", "Code exchanged"),
        translate("Connecting", "Credentials sealed"),
        translate("Connecting", "Changes are looked for by themselves"),
        translate("Connecting", "First sync"),
        translate("Connecting", "Connected"),
    )


class ConnectingCard(Card):
    """Shows one attempt. Signals: what the person wants; ``pasted`` with the address that the browser showed."""

    cancel_asked = Signal()
    retry_asked = Signal()
    platform_asked = Signal()
    closed = Signal()
    dashboard_asked = Signal()
    open_again_asked = Signal()
    copy_asked = Signal()
    pasted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._theme = theme
        self._running = -1
        self._titles = step_titles("")
        self._needless: Mapping[int, str] = {}
        self._head = PlainLabel("", strong=True)
        self._text = PlainLabel("", tone="text-2", wrap=True, select=True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(28))
        left = QVBoxLayout()
        left.setSpacing(theme.px(10))
        left.addWidget(self._head)
        left.addWidget(self._text)
        self._notice = Notice(theme, "danger")
        self._stopped = Notice(theme, "info")
        self._progress = Progress(theme, translate("Connecting", "First sync"))
        self._progress.cancelled.connect(self.cancel_asked)
        self._browser = self._make_browser()
        self._summary = QWidget()
        self._figures = QVBoxLayout(self._summary)
        self._figures.setContentsMargins(0, theme.px(4), 0, 0)
        self._figures.setSpacing(theme.px(8))
        self._buttons = self._make_buttons()
        self._sections = (
            self._notice, self._stopped, self._browser, self._progress, self._summary, self._buttons,
        )  # fmt: skip
        for section in self._sections:
            left.addWidget(section)
        left.addStretch(1)
        self.steps = StepList(theme, translate("Connecting", "Steps"), self._titles)
        self.steps.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        row.addLayout(left, 11)
        row.addWidget(self.steps, 9, Qt.AlignmentFlag.AlignTop)
        self.body.addLayout(row)

    def _make_browser(self) -> QWidget:
        theme = self._theme
        widget = QWidget()
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        self._no_browser = PlainLabel("", tone="warning", wrap=True)
        column.addWidget(self._no_browser)
        buttons = QWidget()
        flow = FlowLayout(buttons, theme.px(8))
        again = Button(theme, translate("Connecting", "Open again"), icon="external")
        again.clicked.connect(self.open_again_asked)
        copy = Button(theme, translate("Connecting", "Copy the address"), icon="copy")
        copy.clicked.connect(self.copy_asked)
        cancel = Button(theme, translate("Connecting", "Cancel"))
        cancel.clicked.connect(self.cancel_asked)
        for button in (again, copy, cancel):
            flow.addWidget(button)
        column.addWidget(buttons)
        about = translate(
            "Connecting", "The browser cannot come back by itself? Copy its whole address and paste it here."
        )
        column.addSpacing(theme.px(4))
        column.addWidget(PlainLabel(about, look="secondary", tone="text-3", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.address = named(QLineEdit(), translate("Connecting", "Address that the browser shows"))
        self.address.setPlaceholderText("http://localhost:47323/api/integrations/payments/callback?code=…")
        self.address.setMaxLength(8192)
        self.address.returnPressed.connect(self._on_paste)
        self.use = Button(theme, translate("Connecting", "Use it"))
        self.use.clicked.connect(self._on_paste)
        row.addWidget(self.address, 1)
        row.addWidget(self.use)
        column.addLayout(row)
        self._refused = PlainLabel("", look="secondary", tone="danger", wrap=True)
        column.addWidget(self._refused)
        return widget

    def _make_buttons(self) -> QWidget:
        theme = self._theme
        widget = QWidget()
        flow = FlowLayout(widget, theme.px(8))
        self.retry = Button(theme, translate("Connecting", "Retry"), look="primary")
        self.retry.clicked.connect(self.retry_asked)
        self.platform = Button(theme, translate("Connecting", "Change the keys"))
        self.platform.clicked.connect(self.platform_asked)
        self.cancel = Button(theme, translate("Connecting", "Cancel"))
        self.cancel.clicked.connect(self.cancel_asked)
        self.dashboard = Button(theme, translate("Connecting", "See the dashboard"), look="primary")
        self.dashboard.clicked.connect(self.dashboard_asked)
        self.done = Button(theme, translate("Connecting", "Close"))
        self.done.clicked.connect(self.closed)
        self._choices = (self.retry, self.platform, self.cancel, self.dashboard, self.done)
        for button in self._choices:
            flow.addWidget(button)
        return widget

    # --- what is going on ----------------------------------------------------------------------------------------

    def begin(self, provider: str, provider_title: str) -> None:
        """A new attempt: every step waits but the first."""
        self._titles = step_titles(provider_title)
        self._needless = dict(zip(_KEY_SKIPS, key_words(provider).needless, strict=True))
        self.platform.set_text(platform_words(provider).change)
        self._head.set_text(translate("Connecting", "Connecting {0}").format(provider_title))
        for step, title in enumerate(self._titles):
            self.steps.show_step(step, "waiting", title)
        self.run_step(0)
        self.show_working(translate("Connecting", "Asking {0} who this is.").format(provider_title))

    def finish_step(self, step: int, state: StepState = "done", text: str = "") -> None:
        """A step is over; the next one runs."""
        self.steps.show_step(step, state, text)
        self.run_step(step + 1)

    def run_step(self, step: int, text: str = "") -> None:
        """This step is under way."""
        self._running = step if step < len(self._titles) else -1
        if self._running >= 0:
            self.steps.show_step(step, "running", text)

    def _fail_step(self) -> None:
        if self._running >= 0:
            self.steps.show_step(self._running, "failed")

    def skip_step(self, step: int) -> None:
        """A step that a pasted key makes needless."""
        self.finish_step(step, "skipped", self._needless.get(step, ""))

    def show_working(self, text: str) -> None:
        """Something is under way that will not take long."""
        self._text.set_text(text)
        self._show(self._buttons)
        self._offer(self.cancel)

    def show_browser(self, provider_title: str, problem: str = "") -> None:
        """The browser has the next word; ``problem`` says that it could not be opened."""
        opened = translate("Connecting", "Your browser is open. Come back here when {0} says you are connected.")
        closed = translate("Connecting", "Go on in a browser, on {0}'s own page.")
        self._text.set_text((closed if problem else opened).format(provider_title))
        self._no_browser.set_text(problem)
        self._no_browser.setVisible(bool(problem))
        self._refused.hide()
        self.address.clear()
        self._show(self._browser)

    def show_refused_address(self, text: str) -> None:
        """The pasted address is not the answer."""
        self._refused.set_text(text)
        self._refused.show()

    def show_progress(self, name: str, text: str, share: float | None, rate: str) -> None:
        """The first sync is under way."""
        told = translate("Connecting", "{0} is connected. Everything is being read for the first time.")
        self._text.set_text(told.format(name))
        self._progress.show_progress(text, share, rate)
        self._show(self._progress)

    def show_failed(self, error: WorldError, *, platform: bool = False) -> None:
        """It did not work: why, what to do, and Retry."""
        self._fail_step()
        self._text.set_text("")
        self._notice.show_text(error.title, f"{error.message} {error.action}".strip())
        self._show(self._notice, self._buttons)
        self._offer(self.retry, self.done, *((self.platform,) if platform else ()))

    def show_stopped(self, title: str, text: str) -> None:
        """The person stopped it."""
        self._fail_step()
        self._text.set_text("")
        self._stopped.show_text(title, text)
        self._show(self._stopped, self._buttons)
        self._offer(self.retry, self.done)

    def show_done(self, name: str, figures: Sequence[tuple[str, str]], said: Sequence[Said]) -> None:
        """It is connected: what was synced, and what is missing, by name."""
        self._running = -1
        self._text.set_text(translate("Connecting", "{0} is connected, and this is what was synced.").format(name))
        clear_layout(self._figures)
        grid = QGridLayout()
        grid.setHorizontalSpacing(self._theme.px(12))
        grid.setVerticalSpacing(self._theme.px(6))
        rows = -(-len(figures) // _COLUMNS)
        for index, (title, count) in enumerate(figures):
            row, column = index % rows, (index // rows) * 3
            grid.addWidget(PlainLabel(title, tone="text-2"), row, column)
            number = PlainLabel(count, strong=True)
            grid.addWidget(number, row, column + 1)
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.setColumnMinimumWidth(1, self._theme.px(64))
        grid.setColumnMinimumWidth(2, self._theme.px(28))
        grid.setColumnMinimumWidth(4, self._theme.px(64))
        grid.setColumnStretch(5, 1)
        self._figures.addLayout(grid)
        for sentence in said:
            self._figures.addWidget(PlainLabel(sentence.text, tone=sentence.tone, wrap=True, select=True))
        self._show(self._summary, self._buttons)
        self._offer(self.dashboard, self.done)

    def _show(self, *sections: QWidget) -> None:
        self._text.setVisible(bool(self._text.full_text()))
        for section in self._sections:
            section.setVisible(section in sections)

    def _offer(self, *buttons: Button) -> None:
        for button in self._choices:
            button.setVisible(button in buttons)

    @Slot()
    def _on_paste(self) -> None:
        if self.address.text().strip():
            self.pasted.emit(self.address.text())
