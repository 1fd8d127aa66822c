"""Is this your business? Name, id, country and mode of the account, before anything of it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop.ui.dialogs.sheet import Sheet
from desktop.ui.text import PlainLabel
from desktop.ui.theme.theme import Theme
from desktop.ui.translation import translate
from desktop.ui.widgets.lines import Line, LineList
from desktop.ui.widgets.picture import Mark
from desktop.ui.widgets.pill import Pill
from desktop.ui.wording import country_text


@dataclass(frozen=True, slots=True)
class Candidate:
    """The account that the credentials belong to; what the provider would not tell is empty."""

    provider: str
    provider_title: str
    account_id: str
    name: str
    country: str
    currency: str
    mode: str
    email: str = ""


def mode_words(mode: str) -> tuple[str, str]:
    """A mode as people read it, and the tone of its pill."""
    known = {
        "live": (translate("AccountMode", "Live"), "accent"),
        "test": (translate("AccountMode", "Test"), "info"),
        "sandbox": (translate("AccountMode", "Sandbox"), "neutral"),
    }
    return known.get(mode, (mode, "neutral"))


class BusinessCheck(Sheet):
    """Signals: ``answered`` once, with whether it is. Closing the sheet is a No."""

    answered = Signal(bool)

    def __init__(self, theme: Theme, candidate: Candidate, parent: QWidget | None) -> None:
        super().__init__(
            theme,
            translate("BusinessCheck", "Is this your business?"),
            parent,
            text=translate(
                "BusinessCheck", "Nothing is stored until you say yes. Then everything is read for the first time."
            ),
            width=500,
        )
        self.body.addWidget(_card(theme, candidate))
        if candidate.mode != "live":
            note = translate(
                "BusinessCheck",
                "This is not a live account: its money is made up, and these books will hold no live account.",
            )
            self.body.addWidget(PlainLabel(note, look="secondary", tone="text-2", wrap=True))
        self.no = self.add_button(translate("BusinessCheck", "No"), self.reject)
        yes = translate("BusinessCheck", "Yes, it is")
        self.yes = self.add_button(yes, self.accept, "primary", default=True)
        self.finished.connect(self._on_finished)
        self.yes.setFocus()

    @Slot(int)
    def _on_finished(self, result: int) -> None:
        self.answered.emit(result == self.DialogCode.Accepted)


def _card(theme: Theme, candidate: Candidate) -> QWidget:
    card = QFrame()
    card.setProperty("look", "card")
    pad = theme.px(16)
    column = QVBoxLayout(card)
    column.setContentsMargins(pad, pad, pad, theme.px(8))
    column.setSpacing(theme.px(10))
    head = QHBoxLayout()
    head.setSpacing(theme.px(12))
    head.addWidget(Mark(theme, candidate.provider, candidate.provider_title, 40), alignment=Qt.AlignmentFlag.AlignTop)
    unnamed = translate("BusinessCheck", "{0} did not tell the name").format(candidate.provider_title)
    names = QVBoxLayout()
    names.setSpacing(theme.px(2))
    names.addWidget(PlainLabel(candidate.name or unnamed, look="heading", strong=True, wrap=True, select=True))
    names.addWidget(PlainLabel(candidate.provider_title, tone="text-2"))
    head.addLayout(names, 1)
    head.addWidget(Pill(theme, *mode_words(candidate.mode)), alignment=Qt.AlignmentFlag.AlignTop)
    column.addLayout(head)
    facts = LineList(theme, translate("BusinessCheck", "The account"), step=34)
    untold = translate("BusinessCheck", "not told")
    rows = [
        (translate("BusinessCheck", "Account"), candidate.account_id),
        (translate("BusinessCheck", "Country"), _country(candidate.country)),
        (translate("BusinessCheck", "Currency"), candidate.currency.upper()),
    ]
    if candidate.email and candidate.email != candidate.name:
        rows.append((translate("BusinessCheck", "Email"), candidate.email))
    facts.show_lines([Line(label, value or untold, tone="text-2") for label, value in rows])
    column.addWidget(facts)
    return card


def _country(code: str) -> str:
    """A country's name beside its code: "United States (US)"."""
    name = country_text(code)
    return name if name == code else f"{name} ({code.upper()})"
