"""Stock: its columns and tabs, how a row reads, and what the panel says of an item."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.lists.origin import joined, origin_of
from desktop.ui.lists.page import ListPage
from desktop.ui.lists.panel import Block, Entry, PanelContent
from desktop.ui.lists.plan import ListPlan
from desktop.ui.lists.rows import Amount, Column, PillCell, Row, TwoLines
from desktop.ui.lists.source import RowContext, row_context
from desktop.ui.lists.words import NOTHING, humanized, word
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.stock import LocationCount, StockDetail, StockRow


class StockPage(ListPage):
    """How much of each item is at each location. Opened with ``status``, ``search``, ``location`` or ``row_id``."""

    kinds: ClassVar[frozenset[str]] = frozenset({"inventory_counts", "services", "locations", "integrations"})

    def __init__(self, context: PageContext, handle: BusinessHandle) -> None:
        super().__init__(context, handle, _plan())


def _plan() -> ListPlan:
    return ListPlan(
        key="stock",
        title=translate("Stock", "Stock"),
        listing="inventory_counts",
        columns=(
            Column("item", translate("Stock", "Item"), "two-line", 20, 3),
            Column("sku", translate("Stock", "SKU"), "muted", 9, 0, folds=True),
            Column("location", translate("Stock", "Location"), "text", 18, 2),
            Column(
                "created", translate("Stock", "Counted"), "muted", 12, 0, folds=True,
                newest_first=True,
            ),
            Column("state", translate("Stock", "State"), "pill", 12, 0, sortable=False),
            Column("quantity", translate("Stock", "In stock"), "amount", 11, 0),
        ),
        tabs=(
            ("", translate("Stock", "All")),
            ("in_stock", translate("Stock", "In stock")),
            ("out", translate("Stock", "Out of stock")),
        ),
        show=show_stock,
        open_row=open_stock,
        counted=(
            translate("Stock", "{0} count"),
            translate("Stock", "{0} counts"),
        ),
        picture="empty-stock",
        empty=(
            translate("Stock", "Nothing has been counted yet"),
            translate("Stock", "What you count in your connected accounts appears here after the next sync."),
        ),
        unconnected=translate("Stock", "Connect the account that counts your stock."),
        gone=translate("Stock", "This count is gone"),
        periods=False,
        locations=True,
        sort="item",
    )  # fmt: skip


def show_stock(row: StockRow, context: RowContext) -> Row:
    """A row as the table has it."""
    number = quantity_text(row.quantity)
    return (
        TwoLines(row.item or NOTHING, row.variation),
        row.sku or NOTHING,
        row.location_name or NOTHING,
        context.day_of_cell(row.created_at),
        stock_pill(row.quantity),
        Amount(number, row.quantity, muted=_decimal(row.quantity) <= 0),
    )


def _decimal(quantity: str) -> Decimal:
    try:
        return Decimal(quantity)
    except InvalidOperation:
        return Decimal(0)


def quantity_text(quantity: str) -> str:
    """A provider's decimal as people write it: "1,250", "12.5"."""
    number = _decimal(quantity)
    return f"{number.normalize():,f}" if number else "0"


def stock_pill(quantity: str) -> PillCell:
    """Whether there is something left; below nothing more was sold than was counted."""
    number = _decimal(quantity)
    if number > 0:
        return PillCell(translate("Stock", "In stock"), "accent")
    if number < 0:
        return PillCell(translate("Stock", "Oversold"), "warning")
    return PillCell(translate("Stock", "Out of stock"), "danger")


# --------------------------------------------------------------------------------------------------------- the panel


def open_stock(business: Business, count_id: int) -> PanelContent | None:
    """What the panel shows of an item; None where the count is gone. Called off the UI thread."""
    from desktop.queries.reading import ask
    from desktop.queries.stock import stock_detail

    detail = ask(business.books, stock_detail, count_id)
    if detail is None:
        return None
    row, context = detail.row, row_context(business)
    origin = origin_of(business, row.integration_id, "services", detail.product_ref)
    return PanelContent(
        row_id=count_id,
        title=row.item or NOTHING,
        pill=stock_pill(row.quantity),
        who=row.variation,
        where=joined((row.location_name, origin.where)),
        blocks=(
            Block("", _facts(detail)),
            Block(
                translate("Stock", "By location"),
                tuple(_count(one, context) for one in detail.counts),
            ),
            *origin.own_page(),
        ),
        hosts=origin.hosts,
    )


def _facts(detail: StockDetail) -> tuple[Entry, ...]:
    row = detail.row
    price = (
        translate("Stock", "Asked for at the sale")
        if detail.price is None
        else money_text(detail.price, detail.currency, row.provider)
    )
    told = (
        (translate("Stock", "Price"), price if detail.product_ref else ""),
        (translate("Stock", "SKU"), row.sku),
        (translate("Stock", "Category"), detail.category),
        (
            translate("Stock", "On sale"),
            "" if detail.active else translate("Stock", "No longer"),
        ),
    )
    entries = [Entry(label, value) for label, value in told if value]
    if detail.description:
        entries.append(Entry(translate("Stock", "Description"), "", detail.description))
    return tuple(entries)


_STATES: Final[Mapping[str, object]] = {
    "in_stock": QT_TRANSLATE_NOOP("ListWords", "In stock"),
    "sold": QT_TRANSLATE_NOOP("ListWords", "Sold"),
    "waste": QT_TRANSLATE_NOOP("ListWords", "Lost or spoiled"),
    "returned_by_customer": QT_TRANSLATE_NOOP("ListWords", "Returned by clients"),
    "reserved_for_sale": QT_TRANSLATE_NOOP("ListWords", "Reserved"),
    "sold_online": QT_TRANSLATE_NOOP("ListWords", "Sold on line"),
    "ordered_from_vendor": QT_TRANSLATE_NOOP("ListWords", "Ordered from the supplier"),
    "received_from_vendor": QT_TRANSLATE_NOOP("ListWords", "Received from the supplier"),
    "in_transit_to": QT_TRANSLATE_NOOP("ListWords", "On its way here"),
    "unlinked_return": QT_TRANSLATE_NOOP("ListWords", "Returned without a sale"),
    "composed": QT_TRANSLATE_NOOP("ListWords", "In sets"),
    "decomposed": QT_TRANSLATE_NOOP("ListWords", "Taken from sets"),
}


def _count(count: LocationCount, context: RowContext) -> Entry:
    known = _STATES.get(count.state)
    state = humanized(count.state) if known is None else word(known)
    counted = translate("Stock", "counted {0}").format(context.moment(count.counted_at))
    return Entry(
        count.location_name or NOTHING,
        quantity_text(count.quantity),
        joined((state, counted)),
        muted=count.state != "in_stock",
    )
