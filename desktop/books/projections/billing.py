"""Invoices, their lines, shares, credit notes, and the history that as-of reports stand on."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete, true, update

from desktop.books.projections.context import Context
from desktop.books.projections.orders import take_lines
from desktop.books.rollups import InvoiceSums
from desktop.books.tables import (
    ClientBalanceEntry,
    CreditNote,
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoicePayment,
    InvoiceRequest,
)
from desktop.books.tables.base import table_of
from desktop.records import (
    ClientBalanceEntryRecord,
    CreditNoteRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
)

_INVOICE = table_of(Invoice)
_LINE = table_of(InvoiceLine)
_SHARE = table_of(InvoicePayment)
_EVENT = table_of(InvoiceEvent)
_REQUEST = table_of(InvoiceRequest)
_NOTE = table_of(CreditNote)
_BALANCE = table_of(ClientBalanceEntry)
_KEYS = ("integration_id", "external_id")

_INVOICE_FACTS = (
    "number", "client_name", "client_email", "currency", "total", "subtotal", "tax", "amount_due", "amount_paid",
    "amount_remaining", "created_at", "finalized_at", "due_at", "paid_at", "voided_at", "uncollectible_at",
    "subscription_ref", "payment_ref", "hosted_url", "pdf_url", "description", "collection_method",
    "billing_reason", "attempt_count", "next_attempt_at", "location_ref", "order_ref",
)  # fmt: skip
_invoice_facts = attrgetter(*_INVOICE_FACTS)
_INVOICE_COLUMNS = (
    *_KEYS, "deleted", "status", "client_link_id", "finalized_day", "due_day", "stated_due_day", *_INVOICE_FACTS,
)  # fmt: skip
_LINE_FACTS = (
    "external_id", "position", "description", "amount", "quantity", "service_ref", "price_ref", "tax", "discount",
    "period_start_at", "period_end_at",
)  # fmt: skip
_line_facts = attrgetter(*_LINE_FACTS)
_SHARE_FACTS = (
    "invoice_ref", "payment_ref", "amount", "currency", "status", "created_at", "paid_at", "is_default",
)  # fmt: skip
_share_facts = attrgetter(*_SHARE_FACTS)
_NOTE_FACTS = (
    "invoice_ref", "amount", "currency", "status", "created_at", "number", "reason", "refund_ref", "voided_at",
)  # fmt: skip
_note_facts = attrgetter(*_NOTE_FACTS)
_BALANCE_FACTS = (
    "amount", "currency", "ending_balance", "kind", "created_at", "invoice_ref", "description",
)  # fmt: skip
_balance_facts = attrgetter(*_BALANCE_FACTS)
_EVENT_KEYS = ("integration_id", "invoice_ref", "kind", "source_ref")
_EVENT_COLUMNS = (*_EVENT_KEYS, "amount", "at", "observed")
_STATED = frozenset({"created", "finalized", "paid", "voided", "uncollectible"})
_OPEN = frozenset({"open", "partly_paid"})
_REQUEST_FACTS = ("external_id", "position", "kind", "amount", "paid", "due_day")
_request_facts = attrgetter(*_REQUEST_FACTS)
_BEFORE = (*InvoiceSums._fields, "amount_remaining", "payment_ref", "order_ref")


def project_invoices(
    context: Context, records: Sequence[tuple[str, InvoiceRecord]], observed_at: dict[str, int]
) -> set[str]:
    """Write invoices, their lines and their history. The answer: payments that they name."""
    refs = [ref for ref, _ in records]
    old = {row[0]: row for row in context.fetch(_before(context), refs)}
    context.links(record.client_ref for _, record in records)
    day_of = context.clock.day
    rows: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    history: list[tuple[Any, ...]] = []
    unsaid: list[tuple[Any, ...]] = []
    touched: set[str] = set()
    for ref, record in records:
        finalized_day = day_of(record.finalized_at) if record.finalized_at else None
        due_day = day_of(record.due_at) if record.due_at else record.due_day or finalized_day
        status = record.status
        if status == "open" and record.amount_paid > 0 and record.amount_remaining > 0:
            status = "partly_paid"
        rows.append(
            (
                context.integration_id, ref, False, status, context.link(record.client_ref), finalized_day, due_day,
                record.due_day, *_invoice_facts(record),
            )
        )  # fmt: skip
        lines.extend((context.integration_id, ref, *_line_facts(line)) for line in record.lines)
        stated = _stated_history(context.integration_id, ref, record)
        history.extend(stated)
        sums = InvoiceSums(ref, status, record.total, record.currency, finalized_day, False, record.location_ref)
        if ref in old:
            before = old[ref]
            unsaid.extend((context.integration_id, ref, kind, "") for kind in _STATED - {row[2] for row in stated})
            context.totals.invoice(InvoiceSums._make(before[: len(InvoiceSums._fields)]), -1)
            *_, remaining, payment_ref, order_ref = before
            touched.add(payment_ref)
            context.orders.add(order_ref)
            if remaining != record.amount_remaining or before[1] != status:
                history.append(_observed(context.integration_id, ref, record, observed_at[ref]))
        context.totals.invoice(sums, 1)
        touched.add(record.payment_ref)
        context.orders.add(record.order_ref)
    _replace_requests(context, records, [ref for ref in refs if ref in old])
    _replace_lines(context, [ref for ref in refs if ref in old], lines)
    context.writer.run_many(context.shelf.upsert(_INVOICE, _KEYS, _INVOICE_COLUMNS), rows)
    _write_history(context, history, unsaid)
    take_lines(context, {ref: record.order_ref for ref, record in records if record.order_ref})
    context.invoices.update(refs)
    context.kinds.add("invoices")
    return touched - {""}


def _replace_requests(context: Context, records: Sequence[tuple[str, InvoiceRecord]], replaced: list[str]) -> None:
    """Write what is asked for by when, in place of what was."""
    before = context.shelf.select("requests before", _REQUEST, ("invoice_ref",), "invoice_ref")
    drop = context.shelf.keep(
        "drop requests",
        lambda: delete(_REQUEST).where(
            _REQUEST.c.integration_id == bindparam("of"), _REQUEST.c.invoice_ref == bindparam("ref")
        ),
    )
    gone = {row[0] for row in context.fetch(before, replaced)}
    context.writer.run_many(drop, [(context.integration_id, ref) for ref in gone])
    rows = [
        (context.integration_id, ref, *_request_facts(request))
        for ref, record in records
        for request in record.requests
    ]
    columns = ("integration_id", "invoice_ref", *_REQUEST_FACTS)
    context.writer.run_many(context.shelf.insert(_REQUEST, columns), rows)


def _write_history(context: Context, rows: list[tuple[Any, ...]], unsaid: list[tuple[Any, ...]]) -> None:
    """Write what is stated, and take out by their keys what is stated no longer."""
    context.writer.run_many(context.shelf.upsert(_EVENT, _EVENT_KEYS, _EVENT_COLUMNS), rows)
    if unsaid:
        drop = context.shelf.keep(
            "drop event", lambda: delete(_EVENT).where(*(_EVENT.c[name] == bindparam(name) for name in _EVENT_KEYS))
        )
        context.writer.run_many(drop, unsaid)


def remove_invoices(context: Context, refs: Sequence[str]) -> set[str]:
    """Hide invoices that are gone (drafts, deleted at the provider)."""
    named = set()
    for row in context.fetch(_before(context), refs):
        context.totals.invoice(InvoiceSums._make(row[: len(InvoiceSums._fields)]), -1)
        *_, payment_ref, order_ref = row
        named.add(payment_ref)
        context.orders.add(order_ref)
    hide(context, _INVOICE, refs)
    context.invoices.update(refs)
    context.kinds.add("invoices")
    return named - {""}


def _before(context: Context) -> Any:
    return context.shelf.select("invoices before", _INVOICE, _BEFORE, "external_id")


def _replace_lines(context: Context, replaced: list[str], lines: list[tuple[Any, ...]]) -> None:
    if replaced:
        statement = context.shelf.keep(
            "drop lines",
            lambda: delete(_LINE).where(
                _LINE.c.integration_id == bindparam("of"), _LINE.c.invoice_ref == bindparam("ref")
            ),
        )
        context.writer.run_many(statement, [(context.integration_id, ref) for ref in replaced])
    columns = ("integration_id", "invoice_ref", *_LINE_FACTS)
    context.writer.run_many(context.shelf.insert(_LINE, columns), lines)


def _stated_history(integration_id: int, ref: str, record: InvoiceRecord) -> list[tuple[Any, ...]]:
    """What the invoice itself says happened to it, with the amount that it was about."""
    facts = (
        ("created", record.created_at, record.total),
        ("finalized", record.finalized_at, record.total),
        ("paid", record.paid_at, record.amount_paid),
        ("voided", record.voided_at, record.amount_remaining),
        ("uncollectible", record.uncollectible_at, record.amount_remaining),
    )
    return [(integration_id, ref, kind, "", amount, at, False) for kind, at, amount in facts if at]


def _observed(integration_id: int, ref: str, record: InvoiceRecord, at: int) -> tuple[Any, ...]:
    """We saw what remains to be paid change: kept with the instant of the reading."""
    remaining = record.amount_remaining if record.status in _OPEN else 0
    return (integration_id, ref, "remaining", str(at), remaining, at, True)


def project_shares(context: Context, records: Sequence[tuple[str, InvoicePaymentRecord]]) -> set[str]:
    """Write payments' shares in invoices, and their place in the history. The answer: the payments concerned."""
    before = context.shelf.select("shares before", _SHARE, ("payment_ref", "invoice_ref"), "external_id")
    touched = set()
    for payment_ref, invoice_ref in context.fetch(before, [ref for ref, _ in records]):
        touched.add(payment_ref)
        context.invoices.add(invoice_ref)
    rows = [(context.integration_id, ref, False, *_share_facts(record)) for ref, record in records]
    context.writer.run_many(context.shelf.upsert(_SHARE, _KEYS, (*_KEYS, "deleted", *_SHARE_FACTS)), rows)
    history, unsaid = [], []
    for ref, record in records:
        key = (context.integration_id, record.invoice_ref, "payment", ref)
        if record.status == "paid" and record.paid_at:
            history.append((*key, record.amount, record.paid_at, False))
        else:
            unsaid.append(key)
    _write_history(context, history, unsaid)
    for _, record in records:
        touched.add(record.payment_ref)
        context.invoices.add(record.invoice_ref)
    context.kinds.add("invoices")
    return touched - {""}


def remove_shares(context: Context, refs: Sequence[str]) -> set[str]:
    """Hide shares that are gone, and take them out of the history. The answer: the payments concerned."""
    before = context.shelf.select("shares gone", _SHARE, ("external_id", "payment_ref", "invoice_ref"), "external_id")
    rows = context.fetch(before, refs)
    hide(context, _SHARE, refs)
    _write_history(context, [], [(context.integration_id, row[2], "payment", row[0]) for row in rows])
    context.invoices.update(row[2] for row in rows)
    context.kinds.add("invoices")
    return {row[1] for row in rows} - {""}


def project_credit_notes(context: Context, records: Sequence[tuple[str, CreditNoteRecord]]) -> None:
    """Write credit notes and their place in the history."""
    context.links(record.client_ref for _, record in records)
    columns = (*_KEYS, "deleted", "client_link_id", *_NOTE_FACTS)
    rows = [
        (context.integration_id, ref, False, context.link(record.client_ref), *_note_facts(record))
        for ref, record in records
    ]
    context.writer.run_many(context.shelf.upsert(_NOTE, _KEYS, columns), rows)
    history, unsaid = [], []
    for ref, record in records:
        history.append(
            (context.integration_id, record.invoice_ref, "credited", ref, record.amount, record.created_at, False)
        )
        key = (context.integration_id, record.invoice_ref, "uncredited", ref)
        if record.voided_at:
            history.append((*key, record.amount, record.voided_at, False))
        else:
            unsaid.append(key)
    _write_history(context, history, unsaid)
    context.kinds |= {"credit_notes", "invoices"}


def project_client_balances(context: Context, records: Sequence[tuple[str, ClientBalanceEntryRecord]]) -> None:
    """Write movements of clients' credit."""
    context.links(record.client_ref for _, record in records)
    columns = (*_KEYS, "deleted", "client_link_id", *_BALANCE_FACTS)
    rows = [
        (context.integration_id, ref, False, context.link(record.client_ref), *_balance_facts(record))
        for ref, record in records
    ]
    context.writer.run_many(context.shelf.upsert(_BALANCE, _KEYS, columns), rows)
    context.kinds.add("clients")


def hide(context: Context, table: Any, refs: Sequence[str]) -> None:
    """Set a row's deleted mark: it leaves the lists, what stands on it stays."""
    statement = context.shelf.keep(f"hide {table.name}", lambda: hide_statement(table))
    context.writer.run_many(statement, [(context.integration_id, ref) for ref in refs])


def hide_statement(table: Any) -> Any:
    """``deleted`` becomes true for one external id."""
    return (
        update(table)
        .values(deleted=true())
        .where(table.c.integration_id == bindparam("of"), table.c.external_id == bindparam("ref"))
    )
