"""Transactions: the money behind a figure of the dashboard, each row with its sign, and the figure at the foot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.queries.figures import Figure
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.lists.entries import amount_cell
from desktop.ui.lists.figures import days_title, measure_title
from desktop.ui.lists.invoices import open_invoice
from desktop.ui.lists.origin import joined, origin_of
from desktop.ui.lists.page import ListPage
from desktop.ui.lists.panel import Block, Entry, PanelContent
from desktop.ui.lists.payments import open_payment
from desktop.ui.lists.plan import ListPlan
from desktop.ui.lists.rows import Column, Marked, PillCell, Row, TwoLines
from desktop.ui.lists.source import (
    ACCOUNT,
    CURRENCY,
    DAYS,
    LOCATION,
    MEASURE,
    PERIODS,
    THIS_MONTH,
    TRANSACTIONS,
    RowContext,
    Standing,
    row_context,
)
from desktop.ui.lists.words import NOTHING, humanized, method_text, word
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.transactions import LineRow, TransactionRow

#: The measures to choose from; the first is shown where none is chosen.
_MEASURES: Final = (
    "total_revenue", "collected", "refunds", "returned", "disputes", "fees", "converted", "net", "paid",
    "stored_value", "stored_refunds",
)  # fmt: skip
_DAYS: Final = tuple(name for name in PERIODS if name)


class TransactionsPage(ListPage):
    """What is behind a figure of money. Opened with ``figure``, ``location``, ``account``, ``client_id``."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {"payments", "refunds", "disputes", "balance_entries", "payouts", "invoices", "orders", "clients", "services",
         "totals", "integrations", "locations"}
    )  # fmt: skip

    def __init__(self, context: PageContext, handle: BusinessHandle) -> None:
        self._offered: tuple[object, ...] = ()
        super().__init__(context, handle, _plan())

    def _choices_of(self, figure: Figure | None) -> dict[str, str]:
        if figure is None:
            return {}
        measure = f"{figure.measure}:{figure.service}" if figure.measure == "service" else figure.measure
        return {MEASURE: measure, DAYS: f"{figure.start_day}/{figure.end_day}", CURRENCY: figure.currency}

    def _chips_follow(self) -> None:
        """The figure is chosen in three chips: what, of which days, in which currency."""
        if self._standing is not None:
            picked = dict(self.model.filter.choices)
            offered = _offers(picked, self._standing)
            if tuple(offered.items()) != self._offered:
                self._offered = tuple(offered.items())
                for key, options in offered.items():
                    self._add_chip(key, options[0][1], options)
                for key in (ACCOUNT, LOCATION):
                    # What the figure is about comes first.
                    if key in self._chips:
                        self._filters.removeWidget(self._chips[key])
                        self._filters.addWidget(self._chips[key])
        super()._chips_follow()


def _offers(picked: Mapping[str, str], standing: Standing) -> dict[str, list[tuple[str, str]]]:
    """The options of the three chips: what is usual, and what is shown now."""
    measures = [(name, measure_title(name)) for name in _MEASURES]
    measure = picked.get(MEASURE, _MEASURES[0])
    if measure not in dict(measures):
        name, _, service = measure.partition(":")
        measures.append((measure, measure_title(name, service)))
    days = [(name, word(PERIODS[name])) for name in _DAYS]
    chosen = picked.get(DAYS, THIS_MONTH)
    if chosen not in dict(days):
        start, _, end = chosen.partition("/")
        days.append((chosen, days_title(start, end, standing.today)))
    codes = dict.fromkeys((*standing.currencies, *([picked[CURRENCY]] if CURRENCY in picked else [])))
    return {MEASURE: measures, DAYS: days, CURRENCY: [(code, code.upper()) for code in codes]}


def _plan() -> ListPlan:
    return ListPlan(
        key=TRANSACTIONS,
        title=translate("Transactions", "Transactions"),
        listing=TRANSACTIONS,
        columns=(
            Column("created", translate("Transactions", "Date"), "marked", 12, 0, newest_first=True),
            Column("client", translate("Transactions", "Client"), "two-line", 14, 3, sortable=False),
            Column(
                "method", translate("Transactions", "Method"), "text", 18, 2, sortable=False,
                folds=True, cut="middle",
            ),
            Column(
                "invoice", translate("Transactions", "Invoice"), "muted", 15, 1, sortable=False,
                folds=True, cut="middle",
            ),
            Column("status", translate("Transactions", "What"), "pill", 19, 0),
            Column("amount", translate("Transactions", "Amount"), "amount", 12, 0),
        ),
        tabs=(
            ("", translate("Transactions", "All")),
            ("payments", translate("Transactions", "Payments")),
            ("refunds", translate("Transactions", "Refunds")),
            ("returned", translate("Transactions", "Returned")),
            ("disputes", translate("Transactions", "Disputes")),
            ("fees", translate("Transactions", "Fees")),
        ),
        show=show_transaction,
        open_row=open_transaction,
        counted=(
            translate("Transactions", "{0} transaction"),
            translate("Transactions", "{0} transactions"),
        ),
        picture="empty-payments",
        empty=(
            translate("Transactions", "Nothing moved in this time"),
            translate("Transactions", "No row of the books counts in this figure."),
        ),
        unconnected=translate(
"Transactions", "Connect the account you take money with, and what moves through it appears here."
),
        gone=translate("Transactions", "This row is gone"),
        periods=False,
        locations=True,
    )  # fmt: skip


# ---------------------------------------------------------------------------------------------------------- a row

_WHAT: Final[Mapping[str, tuple[object, str]]] = {
    "payment": (QT_TRANSLATE_NOOP("ListWords", "Payment"), "accent"),
    "stored": (QT_TRANSLATE_NOOP("ListWords", "Stored value"), "neutral"),
    "refund": (QT_TRANSLATE_NOOP("ListWords", "Refund"), "neutral"),
    "refund_failed": (QT_TRANSLATE_NOOP("ListWords", "Refund failed"), "warning"),
    "returned": (QT_TRANSLATE_NOOP("ListWords", "Returned"), "danger"),
    "dispute": (QT_TRANSLATE_NOOP("ListWords", "Dispute"), "danger"),
    "dispute_won": (QT_TRANSLATE_NOOP("ListWords", "Dispute won back"), "accent"),
    "fee": (QT_TRANSLATE_NOOP("ListWords", "Fee"), "neutral"),
    "converted": (QT_TRANSLATE_NOOP("ListWords", "Converted"), "info"),
    "share": (QT_TRANSLATE_NOOP("ListWords", "Share"), "neutral"),
    "rest": (QT_TRANSLATE_NOOP("ListWords", "Rest"), "neutral"),
}


def show_transaction(row: TransactionRow, context: RowContext) -> Row:
    """A row as the table has it."""
    payment = row.payment
    day = context.day_cell(row.day)
    return (
        Marked(day.text, _provider(row, context), copy=day.copy),
        TwoLines(_whose(row, context), _detail(row, context)),
        method_text(payment.method, payment.brand, payment.last4) if payment is not None else NOTHING,
        row.invoice_number or NOTHING,
        what_pill(row.what, row.amount),
        amount_cell(row.amount, row.currency, row.unit),
    )


def _provider(row: TransactionRow, context: RowContext) -> str:
    return context.providers.get(row.integration_id, "") if context.several else ""


def _whose(row: TransactionRow, context: RowContext) -> str:
    """The client, else what it was for; a sale at a counter has neither."""
    sale = translate("Payments", "Sale") if row.payment is not None and row.payment.order_ref else ""
    return row.client_name or row.description or context.told.get(row.id) or sale or NOTHING


def _detail(row: TransactionRow, context: RowContext) -> str:
    """What it was for, below a name, or where it was."""
    where = context.locations.get((row.integration_id, row.location_ref), "")
    return joined((row.description if row.client_name and not row.invoice_number else "", where))


def what_pill(what: str, amount: int) -> PillCell:
    """What a row is. A fee with a plus was given back."""
    if what == "fee" and amount > 0:
        return PillCell(translate("Transactions", "Fee given back"), "accent")
    if what not in _WHAT:
        return PillCell(humanized(what))
    text, tone = _WHAT[what]
    return PillCell(word(text), tone)


# --------------------------------------------------------------------------------------------------------- the panel


def open_transaction(business: Business, number: int) -> PanelContent | None:
    """The panel of the payment or invoice that a row is about; of a line without one, what it says itself."""
    from desktop.queries.reading import ask
    from desktop.queries.transactions import read_transaction

    about, line = ask(business.books, read_transaction, number)
    if about.payment is not None:
        found = open_payment(business, about.payment.id)
    elif about.invoice_id is not None:
        found = open_invoice(business, about.invoice_id)
    else:
        return None if line is None else _of_line(business, number, line)
    return None if found is None else replace(found, row_id=number)


def _of_line(business: Business, number: int, line: LineRow) -> PanelContent:
    context = row_context(business)

    def money(amount: int) -> str:
        return money_text(amount, line.currency, line.provider)

    payout = translate("Transactions", "Payout")
    what = payout if line.is_payout else translate("Transactions", "Ledger line")
    told: list[tuple[str, str]] = [
        (translate("Transactions", "For"), line.description),
        (translate("Transactions", "Amount"), money(line.amount)),
        (translate("Transactions", "Fee"), money(-line.fee) if line.fee else ""),
        (translate("Transactions", "Net"), "" if line.is_payout else money(line.net)),
    ]
    origin = origin_of(business, line.integration_id, "", "")
    return PanelContent(
        row_id=number,
        title=money(line.amount),
        who=line.description or what,
        where=joined((context.stamp(line.created_at), origin.where)),
        blocks=(Block(what, tuple(Entry(label, value) for label, value in told if value)),),
    )
