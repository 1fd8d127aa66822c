"""The dashboard's last line: what its figures rest on, and what is missing, by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop.sync.moments import moment_words
from desktop.sync.standing import lead_of
from desktop.ui.pages.dashboard.question import Answer
from desktop.ui.text import PlainLabel, Tone
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.buttons import Button
from desktop.ui.widgets.picture import Picture
from desktop.ui.wording import day_text, region

if TYPE_CHECKING:
    from desktop.sync.standing import Role

#: The sign, its colour and the text's in each role.
_SIGNS: Final[dict[Role, tuple[str, str, Tone]]] = {
    "good": ("check", "accent", "text-3"),
    "note": ("info", "info", "text-3"),
    "working": ("sync", "info", "text-2"),
    "none": ("clock", "text-3", "text-2"),
    "warning": ("warning", "warning", "text-2"),
    "danger": ("error", "danger", "text-2"),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What to say: in which role, the sentence, whether there are details, and whether syncing now could help."""

    role: Role
    text: str
    details: bool = False
    retry: bool = False


def ground_of(answer: Answer, *, syncing: bool) -> Ground:
    """What the figures rest on. Only what the books know is said; nothing is compared with the provider here."""
    footing, report = answer.report.footing, answer.report
    lead = lead_of(answer.standings)
    told = [standing for standing in answer.standings if standing.condition != "good"]
    first = syncing and footing.complete_through is None
    parts = []
    if answer.location is not None:
        parts.append(translate("Dashboard", "Only {0}").format(answer.location.name))
    if lead is None:
        parts.append(translate("Dashboard", "Nothing is connected: figures rest on what was read before"))
    elif first:
        parts.append(translate("Dashboard", "Reading for the first time: figures are still growing"))
    elif told:
        # Each sentence says by itself up to when the books are good.
        parts.append(" ".join(standing.text for standing in told).removesuffix("."))
    elif footing.complete_through is not None:
        # No figure is made of what follows less often: it is told with its account.
        through = min(
            (one.good_through for one in answer.standings if one.good_through), default=footing.complete_through
        )
        instant = moment_words(through, ZoneInfo(report.timezone), report.as_of, region())
        parts.append(translate("Dashboard", "Complete up to {0}").format(instant))
    else:
        parts.append(translate("Dashboard", "Not complete yet: the first reading has not ended"))
    if footing.since_day:
        since = day_text(footing.since_day, report.as_of)
        parts.append(translate("Dashboard", "since {0}").format(since))
    parts.append(translate("Dashboard", "days in {0}").format(report.timezone))
    role: Role = "none" if lead is None else "working" if first else lead.role
    if role == "good" and footing.complete_through is None:
        role = "warning"
    trouble = role in ("danger", "warning")
    retry = trouble and not syncing and lead is not None and lead.can_retry
    return Ground(role, " · ".join(parts), details=role not in ("good", "working") and lead is not None, retry=retry)


class FootingLine(QWidget):
    """A sign, a sentence and, where something is missing, a way to try again and one to the details.

    Signals: ``details_asked`` when a person wants to know more, ``retry_asked`` when it is to be tried now.
    """

    details_asked = Signal()
    retry_asked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(6))
        self._sign = Picture(theme, "check", "accent", 14)
        self._text = PlainLabel("", look="secondary", tone="text-3", wrap=True, select=True)
        self._button = Button(theme, translate("Dashboard", "Details"), look="link")
        self._button.setAccessibleDescription(translate("Dashboard", "Opens the connected accounts"))
        self._button.clicked.connect(self.details_asked)
        self._retry = Button(theme, translate("Dashboard", "Retry"), look="link")
        self._retry.setAccessibleDescription(translate("Dashboard", "Syncs all accounts now"))
        self._retry.clicked.connect(self.retry_asked)
        top = Qt.AlignmentFlag.AlignTop
        layout.addWidget(self._sign, alignment=top)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._retry, alignment=top)
        layout.addWidget(self._button, alignment=top)

    def show_ground(self, ground: Ground) -> None:
        """Say what the figures rest on."""
        drawing, role, tone = _SIGNS[ground.role]
        self._sign.show_drawing(drawing, role)
        self._text.set_text(ground.text)
        self._text.set_tone(tone)
        self._button.setVisible(ground.details)
        self._retry.setVisible(ground.retry)
        self.setAccessibleName(ground.text)

    def text(self) -> str:
        """What it says."""
        return self._text.full_text()
