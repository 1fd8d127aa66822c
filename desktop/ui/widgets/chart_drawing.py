"""Draws a laid-out chart with matplotlib into pixels.

Runs on the drawing lane only: matplotlib is not thread-safe, takes most of a second to import and tens of
milliseconds to draw, which the UI thread never waits for. ``pyplot`` is never used; it keeps figures alive.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop.ui.theme.roles import mixed
from desktop.ui.widgets.chart_layout import Box, Layout, Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 72.0
_RADIUS = 2.5
#: How strong the bar of a period is that is not over yet.
_RUNNING = 0.55


@dataclass(frozen=True, slots=True)
class ChartStyle:
    """Colours by role (``#RRGGBB``), the face and its size in logical pixels, and device pixels per logical one."""

    colours: Mapping[str, str]
    family: str
    text_px: float
    ratio: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn chart: rows of RGBA bytes, and for which layout and style it was drawn."""

    width: int
    height: int
    pixels: bytes
    layout: Layout
    style: ChartStyle


def load() -> None:
    """Import what drawing needs, most of a second, ahead of the first chart."""
    from importlib import import_module

    for name in ("lines", "patches", "font_manager", "figure", "backends.backend_agg"):
        import_module(f"matplotlib.{name}")


def draw_chart(layout: Layout, style: ChartStyle) -> Drawing:
    """Draw it. Imports matplotlib at the first call."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # One point of the figure is one logical pixel, so that positions are those of the layout.
    figure = Figure(figsize=(layout.width / _DPI, layout.height / _DPI), dpi=_DPI * style.ratio)
    figure.set_facecolor(style.colours["surface"])
    canvas: Any = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set_axis_off()
    axes.set_xlim(0, layout.width)
    axes.set_ylim(layout.height, 0)
    _grid(axes, layout, style)
    running = [box for box, is_running in zip(layout.bars, layout.running, strict=True) if is_running]
    over = [box for box, is_running in zip(layout.bars, layout.running, strict=True) if not is_running]
    _bars(axes, layout, over, style.colours["bar"])
    _bars(axes, layout, running, mixed(style.colours["surface"], style.colours["bar"], _RUNNING))
    _previous(axes, layout, style)
    _texts(figure, layout, style)
    canvas.draw()
    width, height = canvas.get_width_height(physical=True)
    return Drawing(int(width), int(height), bytes(canvas.buffer_rgba()), layout, style)


def _snapped(value: float, ratio: float) -> float:
    """The middle of the device pixel that this lies in, so that a thin line is sharp."""
    return (int(value * ratio) + 0.5) / ratio


def _grid(axes: Any, layout: Layout, style: ChartStyle) -> None:
    from matplotlib.lines import Line2D

    for y in layout.grid:
        snapped = _snapped(y, style.ratio)
        axes.add_line(Line2D([0, layout.width], [snapped, snapped], color=style.colours["line"], linewidth=1, zorder=0))


def _bars(axes: Any, layout: Layout, boxes: Sequence[Box], colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    outlines = [_outline(Path, box, layout.zero) for box in boxes if box.height > 0]
    if outlines:
        # One path for all bars: drawing four hundred costs what one does.
        path = Path.make_compound_path(*outlines)
        axes.add_patch(PathPatch(path, facecolor=colour, edgecolor="none", linewidth=0))


def _outline(path: Any, box: Box, zero: float) -> Any:
    """A bar whose far end is rounded; it stands on zero or hangs from it."""
    left, right = box.left, box.left + box.width
    up = box.top < zero - 1e-9
    end = box.top if up else box.top + box.height
    radius = min(_RADIUS, box.height, box.width / 2)
    inward = radius if up else -radius
    move, line, curve, close = path.MOVETO, path.LINETO, path.CURVE3, path.CLOSEPOLY
    points = [
        (left, zero), (left, end + inward), (left, end), (left + radius, end), (right - radius, end), (right, end),
        (right, end + inward), (right, zero), (left, zero),
    ]  # fmt: skip
    return path(points, [move, line, curve, curve, line, curve, curve, line, close])


def _previous(axes: Any, layout: Layout, style: ChartStyle) -> None:
    from matplotlib.lines import Line2D

    looks: Any = {"color": style.colours["text-3"], "linewidth": 1.4, "dashes": (2.2, 2.2), "solid_joinstyle": "round"}
    if len(layout.line) > 1:
        axes.add_line(Line2D([x for x, _ in layout.line], [y for _, y in layout.line], linestyle="--", **looks))
    elif layout.line:
        (x, y), half = layout.line[0], layout.slots[0].width / 2
        axes.add_line(Line2D([x - half, x + half], [y, y], linestyle="--", **looks))


def _texts(figure: Figure, layout: Layout, style: ChartStyle) -> None:
    family = _family(style.family)

    def write(words: Words, colour: str) -> Any:
        return figure.text(
            words.x / layout.width, 1 - words.y / layout.height, words.text, color=colour, fontsize=style.text_px,
            family=family, ha=words.align, va="baseline", parse_math=False,
        )  # fmt: skip

    for words in layout.words:
        write(words, style.colours["text-3"])
    if layout.legend is not None:
        _legend(figure, layout, style, write(layout.legend, style.colours["text-3"]))


def _legend(figure: Figure, layout: Layout, style: ChartStyle, written: Any) -> None:
    """A piece of the dashed line before its name."""
    from matplotlib.lines import Line2D

    box = written.get_window_extent()
    right = box.x0 / style.ratio - 6
    y = (box.y0 + box.y1) / 2 / (layout.height * style.ratio)
    figure.add_artist(
        Line2D(
            [(right - 20) / layout.width, right / layout.width], [y, y], color=style.colours["text-3"],
            linewidth=1.4, linestyle="--", dashes=(2.2, 2.2),
        )
    )  # fmt: skip


def _family(wanted: str) -> list[str]:
    """The system's face where matplotlib can find it, else the one it brings."""
    from matplotlib import font_manager

    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return [wanted, "DejaVu Sans"] if wanted in known else ["DejaVu Sans"]
