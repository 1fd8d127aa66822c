"""The one table model of all lists: ids in an array, rows in blocks fetched off the UI thread and cached.

Sorting and filtering are the source's (in SQL): a new filter is a new list of ids. Measured for a million rows:
ids are 8 MiB, a block of 200 costs under a millisecond, any jump shows skeletons until its block is here.
"""

from __future__ import annotations

import struct
from array import array
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol, TypeAlias

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal, Slot

from desktop.errors import WorldError
from desktop.providers.registry import provider_title
from desktop.ui.app.tasks import Lane, Tasks
from desktop.ui.text import Cut, one_line
from desktop.ui.throttle import Throttle

BLOCK: Final = 200
CACHED_BLOCKS: Final = 64
_ASKED_AT_ONCE: Final = 4

Index: TypeAlias = QModelIndex | QPersistentModelIndex
Kind: TypeAlias = Literal["text", "strong", "muted", "amount", "pill", "two-line", "marked"]
State: TypeAlias = Literal["loading", "ready", "empty", "failed"]

CELL_ROLE: Final = int(Qt.ItemDataRole.UserRole)
COPY_ROLE: Final = CELL_ROLE + 1


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its key (what the source sorts by), translated title, kind of cell and width in characters.

    Spare width is shared by ``stretch``; where the room is too small, names with a stretch or a cut in the middle are
    shortened and others keep their characters. Amounts are right-aligned. A column that ``folds`` is left out where
    the room is too small for all of them. What is too long is cut on the ``right``, or in the ``middle`` where the end
    tells most (a card's last four). Sorted by for the first time, amounts and what is ``newest_first`` begin with the
    largest.
    """

    key: str
    title: str
    kind: Kind = "text"
    chars: int = 12
    stretch: int = 1
    sortable: bool = True
    folds: bool = False
    cut: Cut = "right"
    newest_first: bool = False

    @property
    def right(self) -> bool:
        """Whether the column stands on the right."""
        return self.kind == "amount"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money as it is shown, and as it is copied: without thousands separators and currency sign.

    ``note`` stands small below it: a part of it that is worth knowing.
    """

    text: str
    copy: str
    muted: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """A day as it is shown, and as it is copied: ``YYYY-MM-DD``, empty for none."""

    text: str
    copy: str


@dataclass(frozen=True, slots=True)
class PillCell:
    """A state, with the amount or the days where there are some; ``tone`` is one of the theme's tones."""

    text: str
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class TwoLines:
    """A name and what is said about it."""

    text: str
    detail: str


@dataclass(frozen=True, slots=True)
class Marked:
    """A text behind the mark of a provider; an empty ``provider`` draws none. ``also``: more providers' marks.

    Marks without a text are read out and copied as the providers' names; a day is copied as ``copy`` has it.
    """

    text: str
    provider: str
    also: tuple[str, ...] = ()
    copy: str = ""

    def titles(self) -> str:
        """The providers by name; empty where there is no mark."""
        return ", ".join(provider_title(name) for name in (self.provider, *self.also) if name)


Cell: TypeAlias = str | Amount | Dated | PillCell | TwoLines | Marked
Row: TypeAlias = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows, in which order. ``choices`` are filter chips by key; an empty ``status`` is every row."""

    status: str = ""
    search: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """How many rows each status has under the other filters, and the totals at the foot (label, text)."""

    counts: Mapping[str, int] = field(default_factory=dict)
    totals: tuple[tuple[str, str], ...] = ()


class RowSource(Protocol):
    """What a list asks the books. All three are called off the UI thread, on one thread at a time."""

    def ids(self, wanted: RowFilter) -> array[int]:
        """The ids (``array("q")``) of the rows in order."""

    def rows(self, ids: Sequence[int], wanted: RowFilter) -> Sequence[Row | None]:
        """The rows of these ids, in their order, ready to show; None for one that is gone.

        ``wanted`` is the filter that the ids were listed by.
        """

    def summary(self, wanted: RowFilter) -> Summary:
        """Counts by status and totals."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    wanted: RowFilter
    ids: array[int]
    same: bool
    position: int


class RowsModel(QAbstractTableModel):
    """Rows of a source under a filter.

    Signals: ``state_changed`` with a ``State``; ``summarised`` with a ``Summary``; ``positioned`` with the row where
    the current id is after a reload, -1 where it is not.
    """

    state_changed = Signal(str)
    summarised = Signal(object)
    positioned = Signal(object)

    def __init__(
        self,
        tasks: Tasks,
        source: RowSource,
        columns: Sequence[Column],
        parent: QObject | None = None,
        *,
        first: RowFilter | None = None,
    ) -> None:
        """``first`` is the filter that the first reload asks with."""
        super().__init__(parent)
        self._tasks = tasks
        self._source = source
        self.columns = tuple(columns)
        self._filter = self._listed_by = first or RowFilter()
        self._ids: array[int] = array("q")
        self._blocks: OrderedDict[int, tuple[int, Sequence[Row | None]]] = OrderedDict()
        self._generation = 0
        self._wanted: list[int] = []
        self._in_flight = False
        self._state: State = "loading"
        self.error: WorldError | None = None
        self.current_id: int | None = None
        self._soon = Throttle(self._ask_blocks, 0, self)

    @property
    def state(self) -> State:
        """Whether rows are on their way, here, none, or could not be read."""
        return self._state

    @property
    def filter(self) -> RowFilter:
        """The filter that is shown or on its way."""
        return self._filter

    def set_filter(self, wanted: RowFilter) -> None:
        """Show other rows or another order; what is shown stays until they are here."""
        if wanted != self._filter or self._state == "failed":
            self._filter = wanted
            self.reload()

    @Slot()
    def reload(self) -> None:
        """Ask for the ids again; rows that are shown stay until then."""
        wanted, source, old, current = self._filter, self._source, self._ids, self.current_id

        def load() -> _Loaded:
            ids = source.ids(wanted)
            same = len(ids) == len(old) and memoryview(ids) == memoryview(old)
            return _Loaded(wanted, ids, same, position_of(ids, current))

        if not len(self._ids):
            self._enter("loading")
        self._tasks.query(load, self._on_ids, self._on_error)
        self._tasks.query(lambda: source.summary(wanted), self._on_summary, self._on_summary_error)

    def id_at(self, row: int) -> int:
        """The id of a row; raises ``IndexError`` beyond the end."""
        return self._ids[row]

    def row_of(self, row_id: int) -> int:
        """Where an id is, -1 where it is not."""
        return position_of(self._ids, row_id)

    def cells(self, row: int) -> Row | None:
        """A row's cells, None while they are on their way (they are asked for) or where the row is gone."""
        block, offset = divmod(row, BLOCK)
        held = self._blocks.get(block)
        if held is None or held[0] != self._generation:
            self._want(block)
        if held is None:
            return None
        self._blocks.move_to_end(block)
        return held[1][offset] if offset < len(held[1]) else None

    def is_here(self, row: int) -> bool:
        """Whether the row was fetched, also when it turned out to be gone."""
        return row // BLOCK in self._blocks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Every row is known from the start, so that the scroll bar tells the truth."""
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """The columns."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Ready values from the cache; a row that is not here yet has none."""
        answer = _ROLES.get(role)
        if answer is None:
            return None
        cells = self.cells(index.row())
        return None if cells is None else answer(cells[index.column()])

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self.columns[section].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Ask the source for another order."""
        if 0 <= column < len(self.columns) and self.columns[column].sortable:
            old = self._filter
            descending = order == Qt.SortOrder.DescendingOrder
            self.set_filter(RowFilter(old.status, old.search, old.choices, self.columns[column].key, descending))

    def _enter(self, state: State) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)

    @Slot(object)
    def _on_ids(self, loaded: _Loaded) -> None:
        self._generation += 1
        self._wanted.clear()
        self._tasks.drop(self._on_blocks)
        self._in_flight = False
        self._listed_by = loaded.wanted
        if loaded.same:
            if len(self._ids):
                self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, len(self.columns) - 1))
        else:
            self.beginResetModel()
            self._ids = loaded.ids
            self._blocks.clear()
            self.endResetModel()
            self.positioned.emit(loaded.position)
        self.error = None
        self._enter("ready" if len(self._ids) else "empty")

    @Slot(object)
    def _on_summary(self, summary: Summary) -> None:
        self.summarised.emit(summary)

    @Slot(object)
    def _on_summary_error(self, _error: WorldError) -> None:
        self.summarised.emit(Summary())

    @Slot(object)
    def _on_error(self, error: WorldError) -> None:
        self._in_flight = False
        self._wanted.clear()
        self.error = error
        self._state = "failed"
        self.state_changed.emit("failed")

    def _want(self, block: int) -> None:
        if block in self._wanted:
            self._wanted.remove(block)
        self._wanted.append(block)
        if not self._in_flight:
            self._soon.later()

    @Slot()
    def _ask_blocks(self) -> None:
        # The newest wishes are what is on screen now; older ones scrolled away and are asked again when seen.
        blocks, self._wanted = self._wanted[-_ASKED_AT_ONCE:], []
        if not blocks:
            return
        source, generation, wanted = self._source, self._generation, self._listed_by
        slices = {block: self._ids[block * BLOCK : (block + 1) * BLOCK] for block in blocks}
        self._in_flight = True
        self._tasks.query(
            lambda: (generation, {block: source.rows(ids, wanted) for block, ids in slices.items()}),
            self._on_blocks,
            self._on_error,
            lane=Lane.ROWS,
        )

    @Slot(object)
    def _on_blocks(self, answer: tuple[int, dict[int, Sequence[Row | None]]]) -> None:
        self._in_flight = False
        generation, blocks = answer
        if generation != self._generation:
            return
        for block, rows in blocks.items():
            self._blocks[block] = (generation, rows)
            self._blocks.move_to_end(block)
            last = min((block + 1) * BLOCK, len(self._ids)) - 1
            self.dataChanged.emit(self.index(block * BLOCK, 0), self.index(last, len(self.columns) - 1))
        while len(self._blocks) > CACHED_BLOCKS:
            self._blocks.popitem(last=False)
        self._wanted = [block for block in self._wanted if block not in blocks]
        if self._wanted:
            self._soon.later()


def position_of(ids: array[int], row_id: int | None) -> int:
    """Where an id stands, -1 where it does not; searched as bytes, twenty times faster than number by number."""
    if row_id is None:
        return -1
    needle, hay = struct.pack("=q", row_id), ids.tobytes()
    found = hay.find(needle)
    while found >= 0 and found % 8:
        found = hay.find(needle, found + 1)
    return found // 8 if found >= 0 else -1


def shown_text(cell: Cell) -> str:
    """A cell's text on one line."""
    if isinstance(cell, str):
        return one_line(cell)
    if isinstance(cell, TwoLines):
        return one_line(f"{cell.text} {cell.detail}")
    return one_line(cell.text)


def heard_text(cell: Cell) -> str:
    """A cell as it is read out: what is only drawn is said."""
    if isinstance(cell, Amount) and cell.note:
        return one_line(f"{cell.text}, {cell.note}")
    if isinstance(cell, Marked) and cell.provider:
        return one_line(f"{cell.text}, {cell.titles()}" if cell.text else cell.titles())
    return shown_text(cell)


def copied_text(cell: Cell) -> str:
    """What a copy of the cell puts on the clipboard; an amount as a plain number, a day as ``YYYY-MM-DD``."""
    if isinstance(cell, Marked) and cell.copy:
        return cell.copy
    if isinstance(cell, Marked) and not cell.text:
        return cell.titles()
    return cell.copy if isinstance(cell, Amount | Dated) else shown_text(cell)


_ROLES: Final[dict[int, Callable[[Cell], Any]]] = {
    int(Qt.ItemDataRole.DisplayRole): shown_text,
    int(Qt.ItemDataRole.AccessibleTextRole): heard_text,
    COPY_ROLE: copied_text,
    CELL_ROLE: lambda cell: cell,
}
