"""The dashboard's last line: what its figures rest on, and what is missing, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.ui.pages.dashboard_question import Answer, Lacking
from desktop.ui.syncing import stream_title
from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme import Theme
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.picture import Picture
from desktop.ui.wording import day_text, instant_text, provider_title

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["complete", "reading", "warning"]
_SIGNS: dict[Kind, tuple[str, str, Tone]] = {
    "complete": ("check", "accent", "text-3"),
    "reading": ("sync", "info", "text-2"),
    "warning": ("warning", "warning", "text-2"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What to say: the kind of sign, the sentence, and whether something can be done about it."""

    kind: Kind
    text: str
    details: bool = False


def ground_of(answer: Answer, *, syncing: bool) -> Ground:
    """What the figures rest on. Only what the books know is said; nothing is compared with the provider here."""
    footing, report = answer.report.footing, answer.report
    zone = QCoreApplication.translate("Dashboard", "days in {0}").format(report.timezone)
    attention = [account.title for account in answer.accounts if account.attention]
    gaps = _named((gap.provider, gap.stream) for gap in footing.gaps)
    parts = []
    if answer.place is not None:
        parts.append(QCoreApplication.translate("Dashboard", "Only {0}").format(answer.place.name))
    if not answer.accounts:
        parts.append(
            QCoreApplication.translate("Dashboard", "Nothing is connected: figures rest on what was read before")
        )
    elif footing.complete_through is not None:
        instant = instant_text(footing.complete_through, ZoneInfo(report.timezone), report.as_of)
        parts.append(QCoreApplication.translate("Dashboard", "Complete up to {0}").format(instant))
    elif syncing:
        parts.append(QCoreApplication.translate("Dashboard", "Reading for the first time: figures are still growing"))
    else:
        parts.append(QCoreApplication.translate("Dashboard", "Not complete yet: the first reading has not ended"))
    if footing.since_day:
        since = day_text(footing.since_day, report.as_of)
        parts.append(QCoreApplication.translate("Dashboard", "since {0}").format(since))
    if attention:
        parts.append(QCoreApplication.translate("Dashboard", "{0} needs attention").format(", ".join(attention)))
    if gaps:
        parts.append(QCoreApplication.translate("Dashboard", "without {0}, which may not be read").format(gaps))
    unread = [] if syncing and footing.complete_through is None else list(answer.lacking)
    for state, name in _by_state(unread):
        parts.append(f"{name} {_state_text(state)}")
    problem = bool(gaps or attention or unread or (not syncing and footing.complete_through is None))
    kind: Kind = "warning" if problem else "complete" if footing.complete_through is not None else "reading"
    return Ground(kind, " · ".join([*parts, zone]), bool(answer.accounts) and problem)


def _named(streams: Iterable[tuple[str, str]]) -> str:
    """Streams by name, with their providers where there are several."""
    found = list(dict.fromkeys(streams))
    several = len({provider for provider, _ in found}) > 1
    return ", ".join(
        f"{provider_title(provider)} {stream_title(stream)}" if several else stream_title(stream)
        for provider, stream in found
    )


def _by_state(lacking: Iterable[Lacking]) -> list[tuple[str, str]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for one in lacking:
        groups.setdefault(one.state, []).append((one.provider, one.stream))
    return [(state, _named(streams)) for state, streams in groups.items()]


def _state_text(state: str) -> str:
    texts = {
        "failed": QCoreApplication.translate("Dashboard", "could not be read"),
        "partial": QCoreApplication.translate("Dashboard", "read in part"),
        "running": QCoreApplication.translate("Dashboard", "not read to the end"),
        "never": QCoreApplication.translate("Dashboard", "not read yet"),
    }
    return texts[state]


class FootingLine(QWidget):
    """A sign, a sentence and, where something is missing, a way to the details.

    Signals: ``details_asked`` when a person wants to know more.
    """

    details_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(6))
        self._sign = Picture(theme, "check", "accent", 14)
        self._text = PlainLabel("", look="secondary", tone="text-3", wrap=True, select=True)
        self._button = Button(theme, QCoreApplication.translate("Dashboard", "Details"), look="link")
        self._button.setAccessibleDescription(QCoreApplication.translate("Dashboard", "Opens the connected accounts"))
        self._button.clicked.connect(self.details_asked)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(self._sign, alignment=top)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._button, alignment=top)

    def show_ground(self, ground: Ground) -> None:
        """Say what the figures rest on."""
        drawing, role, tone = _SIGNS[ground.kind]
        self._sign.show_drawing(drawing, role)
        self._text.set_text(ground.text)
        self._text.set_tone(tone)
        self._button.setVisible(ground.details)
        self.setAccessibleName(ground.text)

    def text(self) -> str:
        """What it says."""
        return self._text.full_text()
