"""The bar chart: its arithmetic, and the widget that has it drawn elsewhere."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize

from desktop.errors import WorldError
from desktop.ui.app.tasks import Tasks
from desktop.ui.theme.theme import Theme
from desktop.ui.widgets import chart as chart_module
from desktop.ui.widgets.chart import Chart
from desktop.ui.widgets.chart_drawing import ChartStyle, draw_chart
from desktop.ui.widgets.chart_layout import Bar, ChartData, lay_out, tick_amounts


def data_of(*amounts: int, before: int | None = None, currency: str = "usd") -> ChartData:
    bars = tuple(
        Bar(f"{day} Nov", f"Day {day}", amount, f"{amount}", before, "before", "b" if before is not None else "")
        for day, amount in enumerate(amounts, start=1)
    )
    return ChartData(bars, "Collected", "October", currency, "stripe")


def layout_of(data: ChartData, width: int = 600, height: int = 300) -> Any:
    return lay_out(data, width, height, lambda text: 6.0 * len(text), 12.0)


# ------------------------------------------------------------------------------------------------- arithmetic


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15), st.sampled_from([1, 100, 1000]))
def test_the_axis_holds_every_amount_and_zero(one: int, other: int, unit: int) -> None:
    low, high = sorted((one, other))
    ticks = tick_amounts(low, high, unit)
    assert ticks[0] <= min(low, 0)
    assert ticks[-1] >= max(high, 0)
    assert 0 in ticks
    assert 2 <= len(ticks) <= 7


@pytest.mark.parametrize(
    ("low", "high", "unit", "ticks"),
    [
        (0, 324_000, 100, (0, 100_000, 200_000, 300_000, 400_000)),
        (0, 0, 100, (0, 50, 100)),
        (0, 7, 1, (0, 2, 4, 6, 8)),
        (-50_000, 100_000, 100, (-50_000, 0, 50_000, 100_000)),
    ],
)
def test_the_axis_is_round(low: int, high: int, unit: int, ticks: tuple[int, ...]) -> None:
    assert tick_amounts(low, high, unit) == ticks


@pytest.mark.parametrize(("currency", "text"), [("usd", "$4,000"), ("jpy", "¥400,000"), ("kwd", "KWD\u00a0400")])
def test_the_axis_is_written_without_empty_decimals(currency: str, text: str) -> None:
    assert data_of(currency=currency).axis_text(400_000) == text


def test_bars_stand_on_zero_and_hang_from_it() -> None:
    layout = layout_of(data_of(100, -50, 0))
    up, down, none = layout.bars
    assert up.top + up.height == pytest.approx(layout.zero)
    assert down.top == pytest.approx(layout.zero)
    assert (up.height, none.height) == (pytest.approx(2 * down.height), 0)


def test_few_bars_stay_at_the_left_and_are_no_wider_than_usual() -> None:
    layout = layout_of(data_of(5, 6))
    assert layout.slots[0].left == 0
    assert layout.slots[1].left + layout.slots[1].width <= 600 / 5


def test_every_bar_is_found_under_the_pointer_and_nothing_beyond() -> None:
    layout = layout_of(data_of(*range(1, 32)))
    assert [layout.bar_at(slot.left + slot.width / 2) for slot in layout.slots] == list(range(31))
    assert layout.bar_at(-1.0) is None
    assert layout.bar_at(600.5) is None


@pytest.mark.parametrize(("count", "width"), [(1, 600), (22, 612), (31, 300), (366, 900), (400, 200)])
def test_texts_below_the_bars_never_touch_and_stay_inside(count: int, width: int) -> None:
    layout = layout_of(data_of(*range(count)), width)
    below = [words for words in layout.words if words.text.endswith("Nov")]
    ends = [(w.x - 6.0 * len(w.text), w.x) if w.align == "right" else (w.x, w.x + 6.0 * len(w.text)) for w in below]
    assert below[-1].text == f"{count} Nov"
    assert all(left >= 0 and right <= width for left, right in ends)
    assert all(one[1] < other[0] for one, other in pairwise(ends))


def test_the_dashed_line_has_a_legend_only_where_there_is_a_line() -> None:
    assert layout_of(data_of(1, 2)).legend is None
    legend = layout_of(data_of(1, 2, before=1)).legend
    assert legend is not None
    assert legend.text == "October"


# ---------------------------------------------------------------------------------------------------- drawing


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_a_drawing_has_the_screens_own_pixels(theme: Theme, ratio: float) -> None:
    layout = layout_of(data_of(100, 50, -20, before=30))
    drawing = draw_chart(layout, ChartStyle(theme.colours(), "No Such Face", 10.5, ratio))
    assert (drawing.width, drawing.height) == (600 * ratio, 300 * ratio)
    assert len(drawing.pixels) == drawing.width * drawing.height * 4
    box = layout.bars[0]
    x, y = int((box.left + box.width / 2) * ratio), int((box.top + box.height / 2) * ratio)
    at = 4 * (y * drawing.width + x)
    assert "#" + drawing.pixels[at : at + 3].hex().upper() == theme.hex("bar")


@pytest.fixture
def chart(qtbot: Any, theme: Theme, inline_tasks: Tasks) -> Chart:
    made = Chart(theme, inline_tasks, "Collected by day")
    qtbot.addWidget(made)
    made.resize(600, 300)
    return made


def test_nothing_is_drawn_before_it_is_shown(qtbot: Any, chart: Chart) -> None:
    chart.show_data(data_of(1, 2, 3))
    assert not chart._soon.waiting
    assert chart._image is None
    with qtbot.waitSignal(chart.drawn):
        chart.show()


def test_the_same_bars_are_not_drawn_twice(qtbot: Any, chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def counted(layout: Any, style: ChartStyle) -> Any:
        calls.append(layout)
        return draw_chart(layout, style)

    monkeypatch.setattr(chart_module, "draw_chart", counted)
    chart.show_data(data_of(1, 2, 3))
    with qtbot.waitSignal(chart.drawn):
        chart.show()
    chart.show_data(data_of(1, 2, 3))
    chart.repaint()
    assert not chart._soon.waiting
    with qtbot.waitSignal(chart.drawn):
        chart.show_data(data_of(1, 2, 4))
    assert len(calls) == 2


def test_many_resizes_are_drawn_once_when_they_have_ended(
    qtbot: Any, chart: Chart, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[QSize] = []

    def counted(layout: Any, style: ChartStyle) -> Any:
        sizes.append(QSize(layout.width, layout.height))
        return draw_chart(layout, style)

    chart.show_data(data_of(1, 2, 3))
    with qtbot.waitSignal(chart.drawn):
        chart.show()
    monkeypatch.setattr(chart_module, "draw_chart", counted)
    with qtbot.waitSignal(chart.drawn):
        for width in range(610, 700, 10):
            chart.resize(width, 300)
            chart.repaint()
    assert sizes == [QSize(690, 300)]


def test_a_chart_that_cannot_be_drawn_says_so(qtbot: Any, chart: Chart, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise WorldError("No chart", "It cannot be drawn.", "Install it again.")

    monkeypatch.setattr(chart_module, "draw_chart", refuse)
    chart.show_data(data_of(1))
    with qtbot.waitSignal(chart.failed) as told:
        chart.show()
    assert told.args[0].title == "No chart"
    assert chart._image is None
