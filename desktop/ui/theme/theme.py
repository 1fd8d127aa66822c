"""The theme: which scheme is shown, its colours, fonts and sizes, and when they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, TypeAlias

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from desktop.ui.theme.icons import Icons
from desktop.ui.theme.roles import MEASURES, Scheme, colours
from desktop.ui.theme.style_sheet import style_sheet

Choice: TypeAlias = Literal["system", "light", "dark"]
Size: TypeAlias = Literal["body", "secondary", "label", "heading", "title", "figure"]

CHOICES: Final[tuple[Choice, ...]] = ("system", "light", "dark")

_PALETTE: Final[tuple[tuple[QPalette.ColorRole, str], ...]] = (
    (QPalette.ColorRole.Window, "window"),
    (QPalette.ColorRole.WindowText, "text"),
    (QPalette.ColorRole.Base, "surface"),
    (QPalette.ColorRole.AlternateBase, "sunken"),
    (QPalette.ColorRole.Text, "text"),
    (QPalette.ColorRole.Button, "surface"),
    (QPalette.ColorRole.ButtonText, "text"),
    (QPalette.ColorRole.BrightText, "danger"),
    (QPalette.ColorRole.Highlight, "accent"),
    (QPalette.ColorRole.HighlightedText, "on-accent"),
    (QPalette.ColorRole.Accent, "accent"),
    (QPalette.ColorRole.Link, "accent"),
    (QPalette.ColorRole.LinkVisited, "accent"),
    (QPalette.ColorRole.PlaceholderText, "text-3"),
    (QPalette.ColorRole.ToolTipBase, "raised"),
    (QPalette.ColorRole.ToolTipText, "text"),
    (QPalette.ColorRole.Light, "surface"),
    (QPalette.ColorRole.Midlight, "line"),
    (QPalette.ColorRole.Mid, "line"),
    (QPalette.ColorRole.Dark, "line-strong"),
    (QPalette.ColorRole.Shadow, "line-strong"),
)

_NAMED: Final[Mapping[Qt.ColorScheme, Scheme]] = {Qt.ColorScheme.Light: "light", Qt.ColorScheme.Dark: "dark"}


class Theme(QObject):
    """Dresses the application and tells widgets which colour, font and size a role has.

    Follows the system's scheme while the choice is ``system``; where the platform does not say (bare X11, offscreen)
    the palette it started with decides, and without that, light.

    Signals: ``changed`` after colours, fonts or sizes became different. Style-sheet widgets follow by themselves;
    those that paint or hold an icon listen to it.
    """

    changed = Signal()

    def __init__(
        self,
        app: QApplication,
        choice: str = "system",
        *,
        remember: Callable[[str], None] | None = None,
        text_scale: float = 1.0,
        icons: Icons | None = None,
    ) -> None:
        super().__init__(app)
        self._app = app
        self._hints = app.styleHints()
        self._started_with = app.palette()
        self._remember = remember
        self._icons = icons or Icons()
        self._choice: Choice = choice if choice in CHOICES else "system"
        self._scheme: Scheme = "light"
        self._colours: Mapping[str, str] = colours("light")
        self._system_font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        self._scale = _scale_of(self._system_font) * text_scale
        app.setStyle("Fusion")
        self._hints.colorSchemeChanged.connect(self._on_system_scheme)
        self._dress()

    @property
    def choice(self) -> Choice:
        """What the person chose: the system's scheme, light, or dark."""
        return self._choice

    @property
    def scheme(self) -> Scheme:
        """What is shown now."""
        return self._scheme

    def choose(self, choice: Choice) -> None:
        """Switch to this choice now and remember it."""
        self._choice = choice
        if self._remember is not None:
            self._remember(choice)
        self._dress()

    def hex(self, role: str) -> str:
        """A role's colour as ``#RRGGBB``."""
        return self._colours[role]

    def colour(self, role: str) -> QColor:
        """A role's colour."""
        return QColor(self._colours[role])

    def colours(self) -> Mapping[str, str]:
        """Every role's colour as ``#RRGGBB``, for charts."""
        return self._colours

    def px(self, size: float) -> int:
        """A measure of the look in pixels, scaled with the system's font."""
        return max(1, round(size * self._scale))

    def font(self, size: Size = "body", *, strong: bool = False) -> QFont:
        """The system's face at a size of the look, with tabular figures."""
        font = QFont(self._system_font)
        font.setPointSizeF(self._points(getattr(MEASURES, size)))
        font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)
        font.setFeature(QFont.Tag("tnum"), 1)
        return font

    def row_height(self) -> int:
        """A table row: the look's, or what two eighths of air around the font need."""
        needed = QFontMetricsF(self.font()).height() + 2 * MEASURES.grid
        return max(self.px(MEASURES.row), round(needed))

    def icon(self, name: str, role: str = "text-2", size: int = 18) -> QIcon:
        """A drawing of the icon set as an icon in a role's colour; set it again when ``changed`` is emitted."""
        return self._icons.icon(name, self.hex(role), self.hex("line-strong"), self.px(size))

    def pixmap(self, name: str, role: str, size: int, ratio: float) -> QPixmap:
        """A drawing in a role's colour, as high as a measure of the look, for a device pixel ratio."""
        return self._icons.pixmap(name, self.hex(role), self.px(size), ratio)

    def _points(self, size: float) -> float:
        screen = self._app.primaryScreen()
        dots = screen.logicalDotsPerInchY() if screen is not None else 96.0
        return size * self._scale * 72.0 / dots

    def _wanted(self) -> Scheme:
        if self._choice != "system":
            return self._choice
        named = _NAMED.get(self._hints.colorScheme())
        if named is not None:
            return named
        ground = self._started_with.color(QPalette.ColorRole.Window).lightness()
        ink = self._started_with.color(QPalette.ColorRole.WindowText).lightness()
        return "dark" if ink > ground else "light"

    def _dress(self) -> None:
        # Native frames and dialogs follow the choice too, where the platform can.
        named = {scheme: hint for hint, scheme in _NAMED.items()}
        self._hints.setColorScheme(Qt.ColorScheme.Unknown if self._choice == "system" else named[self._choice])
        self._scheme = self._wanted()
        self._colours = colours(self._scheme)
        self._app.setPalette(self._palette())
        self._app.setFont(self.font())
        self._app.setStyleSheet(style_sheet(self._colours, self.px, self._points))
        self.changed.emit()

    def _palette(self) -> QPalette:
        palette = QPalette()
        for role, name in _PALETTE:
            palette.setColor(role, self.colour(name))
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("text-3"))
        return palette

    @Slot()
    def _on_system_scheme(self) -> None:
        if self._choice == "system" and self._wanted() != self._scheme:
            self._dress()


def _scale_of(font: QFont) -> float:
    """How much larger than the look's body the system's text is; never smaller, so that small fonts stay legible."""
    return max(1.0, QFontInfo(font).pixelSize() / MEASURES.body)
