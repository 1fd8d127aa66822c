"""What the dashboard shows while there is nothing to count yet: connect, not read yet, reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop.ui.pages.dashboard.question import Account
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.progress import Progress
from desktop.ui.widgets.states import StateView
from desktop.ui.wording import any_provider_text

if TYPE_CHECKING:
    from desktop.sync.standing import Standing


def connect_view(theme: Theme, connect: Callable[[], None]) -> StateView:
    """Nothing is connected: every provider is named that could be."""
    return StateView(
        theme,
        "empty-connect",
        translate("Dashboard", "Connect {0} to see your numbers").format(any_provider_text()),
        translate(
            "Dashboard",
            "Paydesk reads your clients, invoices and payments and keeps them on this computer. It changes nothing "
            "in your accounts by reading.",
        ),
        button=translate("Dashboard", "Connect an account"),
        on_button=connect,
    )


def quiet_view(theme: Theme, accounts: Sequence[Account], sync: Callable[[], None]) -> StateView:
    """Connected and read to the end, and there was nothing to count."""
    return StateView(
        theme,
        "empty-chart",
        translate("Dashboard", "There is nothing to count yet"),
        translate(
            "Dashboard",
            "{0} was read to the end, and there is no payment and no open invoice in it. The first one appears here by "
            "itself: Paydesk goes on looking.",
        ).format(_titles(accounts)),
        button=translate("Dashboard", "Sync now"),
        on_button=sync,
        primary=False,
    )


def unread_view(theme: Theme, accounts: Sequence[Account], sync: Callable[[], None]) -> StateView:
    """Connected, and never read."""
    return StateView(
        theme,
        "empty-chart",
        translate("Dashboard", "{0} is connected and not read yet").format(_titles(accounts)),
        translate("Dashboard", "The figures appear while the first sync reads them."),
        button=translate("Dashboard", "Sync now"),
        on_button=sync,
    )


def trouble_view(theme: Theme, standing: Standing, sync: Callable[[], None], details: Callable[[], None]) -> StateView:
    """Connected, never read, and it could not be: why, and the way on."""
    retry = translate("Dashboard", "Retry")
    elsewhere = translate("Dashboard", "Open integrations")
    return StateView(
        theme,
        "empty-failed",
        standing.line,
        standing.text,
        button=retry if standing.can_retry else elsewhere,
        on_button=sync if standing.can_retry else details,
    )


class ReadingView(StateView):
    """The first sync is at work and nothing can be counted yet. Signals: ``cancelled`` when a person stopped it."""

    cancelled = Signal()

    def __init__(self, theme: Theme, accounts: Sequence[Account], parent: QWidget | None = None) -> None:
        title = translate("Dashboard", "Reading {0} for the first time").format(_titles(accounts))
        super().__init__(
            theme,
            "empty-chart",
            title,
            translate("Dashboard", "The figures appear as soon as there is something to count."),
            parent=parent,
        )
        self.progress = Progress(theme, title)
        self.progress.setFixedWidth(theme.px(420))
        self.progress.cancelled.connect(self.cancelled)
        self.progress.show_progress(translate("Dashboard", "Starting"))
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        index = layout.count() - 1
        layout.insertSpacing(index, theme.px(8))
        layout.insertWidget(index + 1, self.progress)
        layout.setAlignment(self.progress, Qt.AlignmentFlag.AlignHCenter)


def _titles(accounts: Sequence[Account]) -> str:
    return ", ".join(account.title for account in accounts)
