"""Payments: their columns and tabs, how a row reads, and what the panel says of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from desktop.providers.registry import provider_title
from desktop.ui.app.business_handle import BusinessHandle
from desktop.ui.app.page import PageContext
from desktop.ui.lists.entries import amount_cell, client_action, invoice_entry
from desktop.ui.lists.orders import came_by, location_entry, order_block, payout_entries
from desktop.ui.lists.origin import Origin, joined, origin_of
from desktop.ui.lists.page import ListPage
from desktop.ui.lists.panel import Action, Block, Entry, PanelContent
from desktop.ui.lists.plan import ListPlan
from desktop.ui.lists.rows import Column, Row, TwoLines
from desktop.ui.lists.source import RowContext, row_context
from desktop.ui.lists.words import (
    NOTHING,
    attempt_pill,
    dispute_pill,
    failure_text,
    humanized,
    method_text,
    payment_pill,
    refund_pill,
)
from desktop.ui.translation import translate
from desktop.ui.wording import money_text

if TYPE_CHECKING:
    from desktop.actions.business import Business
    from desktop.queries.payments import AttemptRow, DisputeRow, PaymentDetail, PaymentRow, RefundRow


class PaymentsPage(ListPage):
    """Every payment. Opened with ``status``, ``search``, ``client_id``, ``period``, ``location`` or ``row_id``."""

    kinds: ClassVar[frozenset[str]] = frozenset(
        {"payments", "refunds", "disputes", "invoices", "clients", "integrations", "orders", "locations", "payouts",
         "terminal_checkouts", "payment_links"}
    )  # fmt: skip

    def __init__(self, context: PageContext, handle: BusinessHandle) -> None:
        super().__init__(context, handle, _plan())


def _plan() -> ListPlan:
    return ListPlan(
        key="payments",
        title=translate("Payments", "Payments"),
        listing="payments",
        columns=(
            Column("created", translate("Payments", "Date"), "marked", 12, 0, newest_first=True),
            Column("client", translate("Payments", "Client"), "two-line", 14, 3),
            Column(
                "method", translate("Payments", "Method"), "text", 18, 2, sortable=False, folds=True,
                cut="middle",
            ),
            Column(
                "invoice", translate("Payments", "Invoice"), "muted", 15, 1, sortable=False,
                folds=True, cut="middle",
            ),
            Column("status", translate("Payments", "Status"), "pill", 19, 0),
            Column("amount", translate("Payments", "Amount"), "amount", 12, 0),
        ),
        tabs=(
            ("", translate("Payments", "All")),
            ("succeeded", translate("Payments", "Succeeded")),
            ("processing", translate("Payments", "Waiting")),
            ("failed", translate("Payments", "Failed")),
            ("refunded", translate("Payments", "Refunded")),
            ("disputed", translate("Payments", "Disputed")),
        ),
        show=show_payment,
        open_row=open_payment,
        counted=(
            translate("Payments", "{0} payment"),
            translate("Payments", "{0} payments"),
        ),
        picture="empty-payments",
        empty=(
            translate("Payments", "No payments yet"),
            translate(
"Payments", "What your clients pay through your connected accounts appears here as soon as it is synced."
),
        ),
        unconnected=translate("Payments", "Connect the account you take money with, and its payments appear here."),
        gone=translate("Payments", "This payment is gone"),
        locations=True,
    )  # fmt: skip


def show_payment(row: PaymentRow, context: RowContext) -> Row:
    """A row as the table has it. What was never collected is quiet."""
    return (
        context.marked_day(row.dated_at, row.provider),
        _whose(row, context),
        method_text(row.method, row.brand, row.last4),
        row.invoice_number or NOTHING,
        payment_pill(row),
        amount_cell(row.amount, row.currency, row.provider, muted=row.status != "succeeded", note=_tip(row)),
    )


def _whose(row: PaymentRow, context: RowContext) -> TwoLines:
    """The client, else what it was for; a sale at a counter has neither. And where it was."""
    sale = context.told.get(row.id) or (translate("Payments", "Sale") if row.order_ref else NOTHING)
    where = context.locations.get((row.integration_id, row.location_ref), "")
    return TwoLines(row.client_name or row.description or sale, where)


def _tip(row: PaymentRow) -> str:
    if not row.tip:
        return ""
    return translate("Payments", "tip {0}").format(money_text(row.tip, row.currency, row.provider))


# --------------------------------------------------------------------------------------------------------- the panel


def open_payment(business: Business, payment_id: int) -> PanelContent | None:
    """What the panel shows of a payment; None where it is gone. Called off the UI thread."""
    from desktop.queries.payments import payment_detail
    from desktop.queries.reading import ask

    detail = ask(business.books, payment_detail, payment_id)
    if detail is None:
        return None
    row, context = detail.row, row_context(business)
    origin = origin_of(business, row.integration_id, "payments", row.external_id)
    return PanelContent(
        row_id=payment_id,
        title=money_text(row.amount, row.currency, row.provider),
        pill=payment_pill(row),
        who=row.client_name or translate("Payments", "No client named"),
        where=joined((context.stamp(row.created_at), origin.where)),
        actions=(*_actions(detail, origin), *client_action(row.client_id)),
        blocks=(
            Block("", (*_facts(detail, context), *location_entry(detail.location_name, detail.location_id))),
            *order_block(detail.order, detail.order_lines),
            Block(translate("Payments", "Money"), _money(row, fee_is_due=_fee_is_due(detail))),
            Block(translate("Payments", "Payout"), payout_entries(detail.payout, context)),
            Block(
                translate("Payments", "For invoice"),
                (invoice_entry(detail.invoice, context),) if detail.invoice else (),
            ),
            Block(
                translate("Payments", "Refunds"),
                tuple(_refund(one, row, context) for one in detail.refunds),
            ),
            Block(
                translate("Payments", "Disputes"),
                tuple(_dispute(one, row, context) for one in detail.disputes),
            ),
            *_story(detail, context),
            *origin.own_page(),
        ),
        hosts=origin.hosts,
    )


def _actions(detail: PaymentDetail, origin: Origin) -> tuple[Action, ...]:
    if detail.row.status != "succeeded":
        return ()
    actions = origin.link(translate("Payments", "Open receipt"), detail.receipt_url)
    return (*actions, *origin.copy(translate("Payments", "Copy link"), detail.receipt_url))


def _facts(detail: PaymentDetail, context: RowContext) -> tuple[Entry, ...]:
    row = detail.row
    method = method_text(row.method, row.brand, row.last4)
    told = (
        (translate("Payments", "Paid with"), method if method != NOTHING else ""),
        (
            translate("Payments", "Taken by"),
            came_by(detail.order, detail.checkout, detail.link),
        ),
        (translate("Payments", "For"), "" if detail.invoice else row.description),
        (
            translate("Payments", "Counted on"),
            context.day_of(row.booked_at) if row.booked_at else "",
        ),
        (
            translate("Payments", "Returned on"),
            context.day_of(detail.returned_at) if detail.returned_at else "",
        ),
    )
    return tuple(Entry(label, value) for label, value in told if value)


def _fee_is_due(detail: PaymentDetail) -> bool:
    """Whether a card payment's fee is still to be told: some providers tell it hours after the sale."""
    row = detail.row
    return bool(detail.location_ref) and row.method == "card" and not row.fee and detail.payout is None


def _money(row: PaymentRow, *, fee_is_due: bool) -> tuple[Entry, ...]:
    """From collected to net; where the account settles in another currency, both are said.

    Net is of the ledger's lines of the charge, so what was refunded later stands below it.
    """

    def money(amount: int) -> str:
        return money_text(amount, row.currency, row.provider)

    if row.stored_value:
        note = translate(
            "Payments", "A gift card, store credit or a house account: the money counts when it comes in for that."
        )
        return (Entry(translate("Payments", "Paid with stored value"), money(row.stored_value), note),)
    if not row.collected:
        return ()
    entries = [Entry(translate("Payments", "Collected"), money(row.collected))]
    if row.tip:
        entries.append(Entry(translate("Payments", "Tip, included"), money(row.tip), muted=True))
    if row.returned:
        entries.append(Entry(translate("Payments", "Returned"), money(-row.returned)))
    refunded = (Entry(translate("Payments", "Refunded since"), money(-row.refunded)),) if row.refunded else ()
    note = translate("Payments", "{0} has not said yet what it keeps of this payment.")
    note = note.format(provider_title(row.provider))
    if fee_is_due or not row.settlement_currency:
        return (*entries, Entry(translate("Payments", "Fee"), NOTHING, note, muted=True), *refunded)

    def settled(amount: int) -> str:
        return money_text(amount, row.settlement_currency, row.provider)

    entries.append(Entry(translate("Payments", "Fee"), settled(-row.fee)))
    note = ""
    if row.settlement_currency != row.currency:
        note = translate("Payments", "Converted: collected in {0}, settled in {1}.").format(
            row.currency.upper(), row.settlement_currency.upper()
        )
    entries.append(Entry(translate("Payments", "Net"), settled(row.net), note, strong=True))
    return (*entries, *refunded)


def _story(detail: PaymentDetail, context: RowContext) -> tuple[Block, ...]:
    """Every attempt; a sale that went through at once tells what happened to its money instead."""
    row, attempts = detail.row, detail.attempts
    if not detail.location_ref or len(attempts) != 1 or attempts[0].status != "succeeded":
        title = translate("Payments", "Attempts")
        return (Block(title, tuple(_attempt(one, row, context) for one in attempts)),)

    def money(amount: int, currency: str) -> str:
        return money_text(amount, currency, row.provider)

    happened = [(row.created_at, translate("Payments", "Paid"))]
    if detail.returned_at:
        happened.append((detail.returned_at, translate("Payments", "Returned by the bank")))
    refunded = translate("Payments", "Refund of {0}")
    happened += [(one.created_at, refunded.format(money(one.amount, one.currency))) for one in detail.refunds]
    disputed = translate("Payments", "Dispute over {0}")
    happened += [(one.created_at, disputed.format(money(one.amount, one.currency))) for one in detail.disputes]
    if detail.payout is not None:
        happened.append((detail.payout.created_at, translate("Payments", "Sent to the bank")))
    entries = tuple(Entry(text, context.moment(at)) for at, text in sorted(happened, reverse=True))
    return (Block(translate("Payments", "History"), entries, rules=False),)


def _refund(refund: RefundRow, row: PaymentRow, context: RowContext) -> Entry:
    failed = ""
    if refund.failed_at or refund.status == "failed":
        failed = translate("Payments", "Failed {0}").format(context.day_of(refund.failed_at))
    reason = humanized(refund.failure_reason) if failed else humanized(refund.reason)
    return Entry(
        context.day_of(refund.created_at),
        money_text(-refund.amount, refund.currency, row.provider),
        joined((failed, reason)),
        pill=refund_pill(refund),
    )


def _dispute(dispute: DisputeRow, row: PaymentRow, context: RowContext) -> Entry:
    due = ""
    if dispute.evidence_due_at and dispute.status in {"needs_response", "inquiry"}:
        due = translate("Payments", "Answer by {0}").format(context.day_of(dispute.evidence_due_at))
    return Entry(
        context.day_of(dispute.created_at),
        money_text(dispute.amount, dispute.currency, row.provider),
        joined((humanized(dispute.reason), due)),
        pill=dispute_pill(dispute.status),
    )


def _attempt(attempt: AttemptRow, row: PaymentRow, context: RowContext) -> Entry:
    failed = attempt.status == "failed" or attempt.returned
    reason = failure_text(attempt.failure_code, attempt.failure_message) if failed else ""
    return Entry(
        joined((context.moment(attempt.created_at), method_text(attempt.method, attempt.brand, attempt.last4))),
        "" if attempt.amount == row.amount else money_text(attempt.amount, row.currency, row.provider),
        reason,
        pill=attempt_pill(attempt.status, returned=attempt.returned),
        cut="middle",
    )
