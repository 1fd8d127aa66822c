"""Where everything in a bar chart goes, in logical pixels: no Qt and no drawing here, only arithmetic.

The drawing and the pointer use the same rectangles, so that what is shown beside a bar always belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from desktop.money import exponent, format_money
from desktop.providers.registry import currencies_of

#: The widest a bar becomes; few bars stay at the left and leave room for those to come.
_WIDEST_SLOT: Final = 64
_LEAST_SLOTS: Final = 12
_BAR_SHARE: Final = 0.69
_STEPS: Final = (1, 2, 5, 10)
_INTERVALS: Final = 4
_LABEL_GAP: Final = 28.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar and the amount it is compared with, in minor units; ``previous`` is None where there is none.

    ``tick`` is its text below the axis ("12 Nov"), ``name`` its full name. ``running`` bars are not over yet.
    """

    tick: str
    name: str
    amount: int
    amount_text: str
    previous: int | None = None
    previous_name: str = ""
    previous_text: str = ""
    running: bool = False


@dataclass(frozen=True, slots=True)
class ChartData:
    """What a chart shows: amounts of one currency, in the minor units of a provider.

    ``amounts_title`` and ``previous_title`` name the bars and the dashed line.
    """

    bars: tuple[Bar, ...]
    amounts_title: str
    previous_title: str
    currency: str
    provider: str | None = None

    def axis_text(self, amount: int) -> str:
        """An amount of the axis, without decimals where they are all zero: "$4,000"."""
        table = currencies_of(self.provider)
        text = format_money(amount, self.currency, table=table)
        return text.removesuffix("." + "0" * exponent(self.currency, table))


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, y growing downwards."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Words:
    """A text and the point its ``align`` edge and its baseline are at."""

    text: str
    x: float
    y: float
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything of one chart at one size. ``slots`` are the columns that belong to the bars, for the pointer."""

    width: int
    height: int
    grid: tuple[float, ...]
    zero: float
    slots: tuple[Box, ...]
    bars: tuple[Box, ...]
    running: tuple[bool, ...]
    line: tuple[tuple[float, float], ...]
    words: tuple[Words, ...]
    legend: Words | None

    def bar_at(self, x: float) -> int | None:
        """Which bar's column this is."""
        for index, slot in enumerate(self.slots):
            if slot.left <= x < slot.left + slot.width:
                return index
        return None


def tick_amounts(lowest: int, highest: int, unit: int) -> tuple[int, ...]:
    """Amounts of the grid, from at or below ``lowest`` to at or above ``highest``, round and at most six."""
    low, high = min(lowest, 0), max(highest, 0)
    if low == high:
        high = unit
    step = _round_up((high - low + _INTERVALS - 1) // _INTERVALS, unit)
    first, last = (low // step) * step, -(-high // step) * step
    return tuple(range(first, last + 1, step))


def _round_up(amount: int, unit: int) -> int:
    """The next of 1, 2, 5, 10 … units at or above the amount; below one unit, of minor units."""
    base = unit if amount >= unit else 1
    while True:
        for factor in _STEPS:
            if base * factor >= amount:
                return base * factor
        base *= 10


def lay_out(data: ChartData, width: int, height: int, text_width: Callable[[str], float], text_height: float) -> Layout:
    """The layout at a size; ``text_width`` measures an axis text, ``text_height`` is a line of it."""
    amounts = [bar.amount for bar in data.bars]
    befores = [bar.previous for bar in data.bars if bar.previous is not None]
    ticks = tick_amounts(
        min((*amounts, *befores), default=0),
        max((*amounts, *befores), default=0),
        10 ** exponent(data.currency, currencies_of(data.provider)),
    )
    top, bottom = text_height + 6.0, height - text_height - 9.0
    span = ticks[-1] - ticks[0]

    def y_of(amount: int) -> float:
        return bottom - (amount - ticks[0]) / span * (bottom - top)

    slot = min(width / max(len(data.bars), _LEAST_SLOTS), float(_WIDEST_SLOT))
    slots = tuple(Box(index * slot, 0.0, slot, float(height)) for index in range(len(data.bars)))
    zero = y_of(0)
    bars = tuple(_bar(box, zero, y_of(bar.amount)) for box, bar in zip(slots, data.bars, strict=True))
    line = tuple(
        (box.left + box.width / 2, y_of(bar.previous))
        for box, bar in zip(slots, data.bars, strict=True)
        if bar.previous is not None
    )
    edges = [ticks[-1]] if ticks[0] == 0 else [ticks[-1], ticks[0]]
    words = [Words(data.axis_text(tick), 0.0, y_of(tick) - 4.0) for tick in edges]
    words += _ticks(data.bars, slots, width, bottom + text_height + 5.0, text_width)
    legend = Words(data.previous_title, float(width), top - 4.0, "right") if line and data.previous_title else None
    return Layout(
        width, height, tuple(y_of(tick) for tick in ticks), zero, slots, bars,
        tuple(bar.running for bar in data.bars), line, tuple(words), legend,
    )  # fmt: skip


def _bar(slot: Box, zero: float, end: float) -> Box:
    width = max(1.0, round(slot.width * _BAR_SHARE))
    left = round(slot.left + (slot.width - width) / 2)
    return Box(left, min(zero, end), width, abs(zero - end))


def _ticks(
    bars: Sequence[Bar], slots: Sequence[Box], width: float, y: float, text_width: Callable[[str], float]
) -> list[Words]:
    """Texts below the bars: every so many, the last one always, none touching another."""
    if not bars:
        return []
    widest = max(text_width(bar.tick) for bar in bars) + _LABEL_GAP
    every = next((step for step in (1, 2, 7, 14, 31, 62) if step * slots[0].width >= widest), 124)
    found: list[Words] = []
    for index in (*range(0, len(bars) - 1, every), len(bars) - 1):
        text, wide = bars[index].tick, text_width(bars[index].tick)
        left = slots[index].left + (slots[index].width - wide) / 2
        left = min(max(left, 0.0), width - wide)
        # The last day matters more than the one before it.
        while found and found[-1].x + text_width(found[-1].text) + 8 > left:
            found.pop()
        # At the right edge the edge is what is sure, whatever the drawing's own measure of the text.
        at_edge = left + wide > width - 1
        found.append(Words(text, float(width), y, "right") if at_edge else Words(text, left, y))
    return found


def spoken(data: ChartData) -> str:
    """The whole chart in words, for those who hear it."""
    return "; ".join(
        f"{bar.name}: {bar.amount_text}" + (f" ({bar.previous_name}: {bar.previous_text})" if bar.previous_text else "")
        for bar in data.bars
    )
