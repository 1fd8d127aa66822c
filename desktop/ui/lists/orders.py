"""What the panels say of a sale at a counter: the order as on a receipt, how it came, its payout and its location."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QT_TRANSLATE_NOOP

from desktop.ui.lists.origin import joined
from desktop.ui.lists.panel import Block, Entry, Target, to_row
from desktop.ui.lists.rows import PillCell
from desktop.ui.lists.source import RowContext
from desktop.ui.lists.words import humanized, payout_pill, word
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.queries.orders import OrderLineRow, OrderRow
    from desktop.queries.payouts import PayoutRow
    from desktop.queries.terminals import CheckoutRow, PaymentLinkRow


def order_block(order: OrderRow | None, lines: Sequence[OrderLineRow]) -> tuple[Block, ...]:
    """The order's lines, what was taken off and added, and what it came to; nothing without an order."""
    if order is None:
        return ()
    head = translate("Orders", "Sold"), translate("Orders", "Amount")
    return (Block("", (*_lines(order, lines), *_sums(order, lines)), head),)


def _lines(order: OrderRow, lines: Sequence[OrderLineRow]) -> list[Entry]:
    """Lines as on a receipt: before their discounts where those are told below, else as they are."""
    told_below = _discount_told_below(order, lines)
    return [
        Entry(
            order_line_text(line),
            money_text(line.amount + (line.discount if told_below else 0), order.currency, order.provider),
            joined((line.note, "" if told_below or not line.discount else _reduced(line, order))),
        )
        for line in lines
    ]


def _discount_told_below(order: OrderRow, lines: Sequence[OrderLineRow]) -> bool:
    return sum(line.discount for line in lines) == order.discount


def _reduced(line: OrderLineRow, order: OrderRow) -> str:
    text = translate("Orders", "After a discount of {0}")
    return text.format(money_text(line.discount, order.currency, order.provider))


def order_line_text(line: OrderLineRow) -> str:
    """What was sold: "2 × Coffee, Large"; a quantity of one goes without saying."""
    name = line.name or line.service or translate("Orders", "Custom amount")
    if line.variation and line.variation.casefold() != name.casefold():
        name = f"{name}, {line.variation}"
    return name if line.quantity in {"", "1"} else f"{line.quantity} × {name}"


def _sums(order: OrderRow, lines: Sequence[OrderLineRow]) -> list[Entry]:
    def money(amount: int) -> str:
        return money_text(amount, order.currency, order.provider)

    entries = []
    if order.discount and _discount_told_below(order, lines):
        entries.append(Entry(translate("Orders", "Discount"), money(-order.discount), muted=True))
    rest = order.total - sum(line.amount for line in lines) - order.service_charge - order.tip
    if order.tax:
        added = rest >= order.tax
        text = translate("Orders", "Tax") if added else translate("Orders", "Tax, included")
        entries.append(Entry(text, money(order.tax), muted=True))
        rest -= order.tax if added else 0
    if order.service_charge:
        text = translate("Orders", "Service charge")
        entries.append(Entry(text, money(order.service_charge), muted=True))
    if rest and lines:
        less, more = (
            translate("Orders", "Other reductions"),
            translate("Orders", "Other charges"),
        )
        entries.append(Entry(less if rest < 0 else more, money(rest), muted=True))
    if order.tip:
        entries.append(Entry(translate("Orders", "Tip"), money(order.tip), muted=True))
    entries.append(Entry(translate("Orders", "Total"), money(order.total), strong=True))
    return entries


def came_by(order: OrderRow | None, checkout: CheckoutRow | None, link: PaymentLinkRow | None) -> str:
    """How a sale came about: on which card reader, by a payment link, else what its order says; empty for none."""
    if checkout is not None:
        reader = translate("Orders", "Card reader")
        return joined((reader, checkout.device_name))
    if link is not None:
        return joined((translate("Orders", "Payment link"), link.name))
    return order.source if order is not None else ""


def payout_entries(payout: PayoutRow | None, context: RowContext) -> tuple[Entry, ...]:
    """The payout that a payment went into, as a whole."""
    if payout is None:
        return ()
    if payout.status == "paid":
        when = translate("Orders", "In the bank on {0}").format(context.day(payout.arrival_day))
    elif payout.status in {"pending", "in_transit"}:
        when = translate("Orders", "Expected on {0}").format(context.day(payout.arrival_day))
    else:
        when = payout.failure_message
    return (
        Entry(
            context.day_of(payout.created_at),
            money_text(payout.amount, payout.currency, payout.provider),
            when if payout.arrival_day or payout.failure_message else "",
            pill=payout_pill(payout.status),
        ),
    )


def location_entry(name: str, location_id: int | None) -> tuple[Entry, ...]:
    """Where it was, as a line that leads to the location; none where nothing says so."""
    if not name:
        return ()
    target = to_row("locations", location_id) if location_id is not None else None
    return (Entry(translate("Orders", "Location"), name, target=target),)


def rows_of_location(page: str, ref: str, **wanted: str) -> Target:
    """A page with the rows of one location."""
    return Target(page, (("location", ref), *wanted.items()))


_CHECKOUT_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "completed": (QT_TRANSLATE_NOOP("ListWords", "Paid"), "accent"),
    "pending": (QT_TRANSLATE_NOOP("ListWords", "Waiting"), "info"),
    "in_progress": (QT_TRANSLATE_NOOP("ListWords", "On the reader"), "info"),
    "cancel_requested": (QT_TRANSLATE_NOOP("ListWords", "Being cancelled"), "warning"),
    "canceled": (QT_TRANSLATE_NOOP("ListWords", "Cancelled"), "neutral"),
}
_DEVICE_STATES: Final[Mapping[str, tuple[object, str]]] = {
    "available": (QT_TRANSLATE_NOOP("ListWords", "Ready"), "accent"),
    "needs_attention": (QT_TRANSLATE_NOOP("ListWords", "Needs attention"), "warning"),
    "offline": (QT_TRANSLATE_NOOP("ListWords", "Offline"), "danger"),
    "unknown": (QT_TRANSLATE_NOOP("ListWords", "Unknown"), "neutral"),
}


def checkout_pill(status: str) -> PillCell:
    """State of a sale that was sent to a card reader."""
    return _pill(_CHECKOUT_STATES, status)


def device_pill(status: str) -> PillCell:
    """State of a card reader."""
    return _pill(_DEVICE_STATES, status)


def _pill(table: Mapping[str, tuple[object, str]], status: str) -> PillCell:
    if status not in table:
        return PillCell(humanized(status) or word(_DEVICE_STATES["unknown"][0]))
    text, tone = table[status]
    return PillCell(word(text), tone)


def some(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The entries that say something."""
    return tuple(entry for entry in entries if entry.value or entry.pill is not None)
