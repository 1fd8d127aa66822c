"""The one factory for text: always plain, never guessed to be rich, without characters that disguise it.

Qt guesses rich text in labels and tooltips, so a client named ``<h1>PAID</h1>`` could forge the window. No other
module makes a ``QLabel`` or sets a tooltip; a gate in the tests holds that.
"""

from __future__ import annotations

import html
import re
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QEvent, QPoint, QSize, Qt
from PySide6.QtGui import QAction, QFontMetrics, QHelpEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

Look: TypeAlias = Literal["body", "secondary", "label", "heading", "title", "figure"]
Tone: TypeAlias = Literal["text", "text-2", "text-3", "accent", "danger", "warning", "info", "on-gradient"]

Cut: TypeAlias = Literal["right", "middle"]
"""Where a text is cut that is too long for its room: in the middle where its end tells most."""

ELIDING: Final = {"right": Qt.TextElideMode.ElideRight, "middle": Qt.TextElideMode.ElideMiddle}
_DISGUISES: Final = (
    *range(0x200B, 0x2010),  # zero widths, left-to-right and right-to-left marks
    *range(0x202A, 0x202F),  # embeddings and overrides
    *range(0x2060, 0x2070),  # joiners, isolates
    0x061C,
    0xFEFF,
)
#: Where a line may break.
_BREAKS: Final = re.compile(r"[\s\-/]")
_KEPT: Final = {0x0A: "\n", 0x09: " ", 0x2028: "\n", 0x2029: "\n"}
_CLEANING: Final[dict[int, str | None]] = {
    **dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), *_DISGUISES), None),
    **_KEPT,
}


def clean(text: str) -> str:
    """The text without control, zero-width and direction characters; line ends and tabs stay as such or as a space."""
    return text.translate(_CLEANING)


def one_line(text: str) -> str:
    """The cleaned text on one line, runs of white space collapsed."""
    return " ".join(clean(text).split())


def shortened(text: str, chars: int) -> str:
    """At most so many characters of a text, cut in the middle: beginnings name, endings tell apart."""
    if len(text) <= chars:
        return text
    end = (chars - 1) // 2
    return f"{text[: chars - 1 - end].rstrip()}…{text[-end:].lstrip()}"


def set_tip(target: QWidget | QAction, text: str) -> None:
    """Give a plain tooltip: what looks like markup is shown as it is written."""
    target.setToolTip(_tip(text))


def show_tip(point: QPoint, text: str, owner: QWidget) -> None:
    """Show a plain tooltip at a point of the screen now; an empty text shows none."""
    QToolTip.showText(point, _tip(text), owner)


def tell_cut(owner: QWidget, event: QEvent) -> bool:
    """For the ``event`` of a widget whose labels let the pointer through: their tool tips are its own. True: shown.

    What is cut under the pointer comes first, then what the widget itself has to say.
    """
    if event.type() != QEvent.Type.ToolTip or not isinstance(event, QHelpEvent):
        return False
    tip = tip_at(owner, event.pos())
    if not tip or tip == owner.toolTip():
        return False
    QToolTip.showText(event.globalPos(), tip, owner)
    return True


def tip_at(owner: QWidget, point: QPoint) -> str:
    """The tool tips of what stands at a point of a widget and lets the pointer through, before the widget's own."""
    found = [
        child.toolTip()
        for child in owner.findChildren(QWidget)
        if child.toolTip()
        and child.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        and child.isVisibleTo(owner)
        and child.rect().contains(child.mapFrom(owner, point))
    ]
    return "".join([*dict.fromkeys(found), owner.toolTip()])


def _tip(text: str) -> str:
    escaped = html.escape(clean(text)).replace("\n", "<br>")
    return f"<p>{escaped}</p>" if escaped else ""


class PlainLabel(QLabel):
    """A label whose text is plain. ``elide`` shortens what does not fit and shows the whole in a tooltip.

    ``cut`` is where it is shortened.
    """

    def __init__(
        self,
        text: str = "",
        *,
        look: Look = "body",
        tone: Tone = "text",
        strong: bool = False,
        wrap: bool = False,
        elide: bool = False,
        cut: Cut = "right",
        select: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._elide, self._cut = elide, cut
        self._tells = False
        self._full = ""
        self._heard = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setOpenExternalLinks(False)
        self.setWordWrap(wrap)
        self.setProperty("look", look)
        self.setProperty("tone", tone)
        self.setProperty("strong", strong)
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if select:
            self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Show this text, cleaned."""
        self._full = clean(text) if self.wordWrap() else one_line(text)
        self._show()

    def full_text(self) -> str:
        """The whole text, also where it is shown shortened."""
        return self._full

    def set_heard(self, text: str) -> None:
        """What is heard instead of the text, for example with a state that is only drawn; empty: the text itself."""
        self._heard = one_line(text)
        self.setAccessibleName(self._heard or self._full)

    def set_tone(self, tone: Tone) -> None:
        """Change the role of the colour."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)

    def minimumSizeHint(self) -> QSize:
        """An eliding label may shrink to a few characters."""
        hint = super().minimumSizeHint()
        if self._elide:
            hint.setWidth(min(hint.width(), QFontMetrics(self.font()).averageCharWidth() * 4))
        return hint

    def sizeHint(self) -> QSize:
        """An eliding label asks for the whole text."""
        hint = super().sizeHint()
        if self._elide:
            hint.setWidth(QFontMetrics(self.font()).horizontalAdvance(self._full) + 2)
        return hint

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten to the new width, and tell the whole where something is cut."""
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        shown = self._full
        if self.width() > 0 and self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            room, metrics = self.width() - max(0, self.indent()), QFontMetrics(self.font())
            if self._elide:
                shown = metrics.elidedText(self._full, ELIDING[self._cut], room)
                self._tell(shown != self._full)
            else:
                # What does not break is cut off where it is longer than a line.
                parts = _BREAKS.split(self._full) if self.wordWrap() else [self._full]
                self._tell(max(map(metrics.horizontalAdvance, parts)) > room)
        if shown != self.text():
            self.setText(shown)
        self.setAccessibleName(self._heard or self._full)

    def _tell(self, is_cut: bool) -> None:
        """The whole in a tool tip where it is cut; a tip that somebody else gave stays where it is not."""
        if is_cut or self._tells:
            set_tip(self, self._full if is_cut else "")
            self._tells = is_cut
