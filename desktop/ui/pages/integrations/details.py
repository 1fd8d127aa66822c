"""The details of an account: each stream with its state, and what could not be read, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.app.syncing import stream_title
from desktop.ui.connecting.words import CLOSED, Clock, reads_line, slow_line, state_words
from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.pill import Pill
from desktop.ui.widgets.surfaces import clear_layout, line
from desktop.ui.widgets.switch import Switch

if TYPE_CHECKING:
    from desktop.actions.status import AccountStatus
    from desktop.queries.set_aside import SetAsideLine
    from desktop.sync.status import StreamStatus

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class StreamTable(QWidget):
    """A table of a dozen rows: labels, not a model; above it the account's switches.

    Signals: ``option_asked`` with the switch's name and whether a person turned it on.
    """

    option_asked = Signal(str, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(translate("StreamTable", "Lists of the account"))
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        self._column.setSpacing(theme.px(8))
        self._switches: dict[str, Switch] = {}
        self._options = QWidget()
        QVBoxLayout(self._options).setContentsMargins(0, 0, 0, theme.px(4))
        self._options.hide()
        self._column.addWidget(self._options)
        self._streams = QWidget()
        self._aside = QWidget()
        for widget in (self._streams, self._aside):
            QVBoxLayout(widget).setContentsMargins(0, 0, 0, 0)
            self._column.addWidget(widget)

    def show_options(self, options: Mapping[str, bool]) -> None:
        """Show how the account's switches stand; only those that have words are shown."""
        shown = {name: on for name, on in options.items() if name in _options()}
        if shown.keys() != self._switches.keys():
            self._make_switches(shown)
        for name, on in shown.items():
            self._switches[name].setChecked(on)
        self._options.setVisible(bool(shown))

    def _make_switches(self, options: Mapping[str, bool]) -> None:
        inside = self._options.layout()
        assert inside is not None
        clear_layout(inside)
        inside.setSpacing(self._theme.px(2))
        self._switches = {}
        for name in options:
            title, about = _options()[name]
            switch = self._switches[name] = Switch(self._theme, title)
            switch.setObjectName(name)
            switch.clicked.connect(self._on_switch)
            inside.addWidget(switch)
            inside.addWidget(PlainLabel(about, look="secondary", tone="text-3", wrap=True))

    @Slot(bool)
    def _on_switch(self, on: bool) -> None:
        sender = self.sender()
        if isinstance(sender, Switch):
            self.option_asked.emit(sender.objectName(), on)

    def show_streams(self, account: AccountStatus, clock: Clock) -> None:
        """Show how each stream stands."""
        inside = self._streams.layout()
        assert inside is not None
        clear_layout(inside)
        holder = QWidget()
        grid = QGridLayout(holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.px(14))
        grid.setVerticalSpacing(self._theme.px(5))
        grid.setColumnStretch(0, 1)
        for index, (title, right) in enumerate(_heads()):
            head = PlainLabel(title, look="label", tone="text-2", strong=True)
            if right:
                head.setAlignment(_RIGHT)
            grid.addWidget(head, 0, index)
        row, standing = 1, account.standing
        # What is said of the account already is not said again of each that it holds for.
        said = standing.detail if standing is not None and standing.is_trouble else ""
        for stream in account.streams:
            row = self._add_stream(grid, row, stream, clock, said)
        inside.addWidget(holder)
        for text in (slow_line(account), reads_line(account)):
            if text:
                inside.addWidget(PlainLabel(text, look="secondary", tone="text-3", wrap=True, select=True))

    def _add_stream(self, grid: QGridLayout, row: int, stream: StreamStatus, clock: Clock, said: str) -> int:
        grid.addWidget(line(), row, 0, 1, len(_heads()))
        word, tone = state_words(stream.state)
        grid.addWidget(PlainLabel(stream_title(stream.name), elide=True), row + 1, 0)
        pill = QHBoxLayout()
        pill.setContentsMargins(0, 0, 0, 0)
        state = Pill(self._theme, word, tone)
        # Where room is short the name gives way, not the state.
        state.setMinimumWidth(state.sizeHint().width())
        pill.addWidget(state)
        pill.addStretch(1)
        grid.addLayout(pill, row + 1, 1)
        values = (
            f"{stream.count:,}",
            clock.instant(stream.complete_through) if stream.complete_through is not None else "—",
            _since(stream, clock),
            f"{stream.set_aside:,}" if stream.set_aside else "—",
        )
        for index, value in enumerate(values, start=2):
            label = PlainLabel(value, tone="warning" if index == len(values) + 1 and stream.set_aside else "text-2")
            label.setAlignment(_RIGHT)
            grid.addWidget(label, row + 1, index)
        row += 2
        if stream.error and stream.error != said:
            tone_of: Tone = "warning" if stream.state == "failed" else "text-2"
            why = PlainLabel(stream.error, look="secondary", tone=tone_of, wrap=True, select=True)
            grid.addWidget(why, row, 0, 1, len(_heads()))
            row += 1
        for note in stream.notes:
            grid.addWidget(PlainLabel(note, look="secondary", tone="text-3", wrap=True), row, 0, 1, len(_heads()))
            row += 1
        return row

    def show_set_aside(self, lines: Sequence[SetAsideLine], total: int) -> None:
        """Name what could not be read, with the reasons."""
        inside = self._aside.layout()
        assert inside is not None
        clear_layout(inside)
        if not lines:
            return
        inside.addWidget(PlainLabel(translate("StreamTable", "Could not be read"), strong=True))
        for one in lines:
            text = translate("StreamTable", "{0} {1}: {2}").format(
                stream_title(one.stream), one.external_id, one.reason
            )
            inside.addWidget(PlainLabel(text, look="secondary", tone="text-2", wrap=True, select=True))
        if total > len(lines):
            more = translate("StreamTable", "and {0} more").format(f"{total - len(lines):,}")
            inside.addWidget(PlainLabel(more, look="secondary", tone="text-3"))


def _options() -> Mapping[str, tuple[str, str]]:
    """The switches that a person may turn: what each is called, and what it is for."""
    stock = translate(
        "StreamTable", "Reads what is left of each item at each location. Leave it off where you do not count stock."
    )
    return {"sync_inventory": (translate("StreamTable", "Keep stock"), stock)}


def _since(stream: StreamStatus, clock: Clock) -> str:
    if stream.since:
        return clock.day(stream.since)
    read = stream.state not in CLOSED | {"on_demand", "never"}
    return translate("StreamTable", "the beginning") if read else "—"


def _heads() -> tuple[tuple[str, bool], ...]:
    return (
        (translate("StreamTable", "List"), False),
        (translate("StreamTable", "State"), False),
        (translate("StreamTable", "Count"), True),
        (translate("StreamTable", "Complete up to"), True),
        (translate("StreamTable", "Since"), True),
        (translate("StreamTable", "Skipped"), True),
    )
