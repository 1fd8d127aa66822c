"""The one icon set: drawings from ``resources/icons``, tinted, rendered at the screen's pixel ratio and cached."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.ui.theme.resources import resource_path


class Icons:
    """Renders drawings by name. A drawing is an SVG on a grid of 24 whose strokes are ``currentColor``."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or resource_path("icons")
        self._sources: dict[str, bytes] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}

    def names(self) -> tuple[str, ...]:
        """Every drawing there is, in order."""
        return tuple(sorted(path.stem for path in self._folder.glob("*.svg")))

    def _source(self, name: str) -> bytes:
        if name not in self._sources:
            self._sources[name] = (self._folder / f"{name}.svg").read_bytes()
        return self._sources[name]

    def renderer(self, name: str, colour: str) -> QSvgRenderer:
        """A renderer of the drawing in ``#RRGGBB``; raises ``FileNotFoundError`` for a name there is not."""
        return QSvgRenderer(QByteArray(self._source(name).replace(b"currentColor", colour.encode("ascii"))))

    def pixmap(self, name: str, colour: str, size: int, ratio: float) -> QPixmap:
        """The drawing as high as ``size`` logical pixels, sharp at a device pixel ratio; pictures keep their shape."""
        key = (name, colour, size, ratio)
        if key not in self._pixmaps:
            renderer = self.renderer(name, colour)
            shape = renderer.defaultSize()
            width = round(size * shape.width() / max(1, shape.height()))
            pixmap = QPixmap(round(width * ratio), round(size * ratio))
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, width, size))
            painter.end()
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def icon(self, name: str, colour: str, disabled: str, size: int) -> QIcon:
        """The drawing as an icon for buttons and menus, with its disabled look, at one and two device pixels."""
        icon = QIcon()
        for ratio in (1.0, 2.0):
            icon.addPixmap(self.pixmap(name, colour, size, ratio), QIcon.Mode.Normal)
            icon.addPixmap(self.pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
        return icon
