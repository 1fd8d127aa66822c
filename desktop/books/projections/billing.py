"""Invoices, their lines, shares, credit notes, and the history that as-of reports stand on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete

from desktop.books.projections.context import Context
from desktop.books.projections.orders import take_lines
from desktop.books.projections.rows import KEYS, facts_of, hide, project_facts
from desktop.books.rollups import InvoiceSums
from desktop.books.tables import (
    CreditNote,
    Invoice,
    InvoiceEvent,
    InvoiceLine,
    InvoicePayment,
    InvoiceRequest,
)
from desktop.books.tables.base import table_of
from desktop.records import (
    CreditNoteRecord,
    InvoiceLineRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    PaymentRequestRecord,
)

_INVOICE = table_of(Invoice)
_LINE = table_of(InvoiceLine)
_SHARE = table_of(InvoicePayment)
_EVENT = table_of(InvoiceEvent)
_REQUEST = table_of(InvoiceRequest)
_NOTE = table_of(CreditNote)

# An open invoice that is paid in part is told apart, and one without a due day is due when it was finalised.
_INVOICE_FACTS = facts_of(InvoiceRecord, _INVOICE, frozenset({"status", "due_day"}))
_INVOICE_COLUMNS = (
    *KEYS, "deleted", "status", "client_link_id", "finalized_day", "due_day", "stated_due_day", *_INVOICE_FACTS.columns,
)  # fmt: skip
_LINE_FACTS = facts_of(InvoiceLineRecord, _LINE)
_REQUEST_FACTS = facts_of(PaymentRequestRecord, _REQUEST)
_EVENT_KEYS = ("integration_id", "invoice_ref", "kind", "source_ref")
_EVENT_COLUMNS = (*_EVENT_KEYS, "amount", "at", "observed")
_STATED = frozenset({"created", "finalized", "paid", "voided", "uncollectible"})
_OPEN = frozenset({"open", "partly_paid"})
_BEFORE = (*InvoiceSums._fields, "amount_remaining", "payment_ref", "order_ref")
_DELETED = _BEFORE.index("deleted")


def project_invoices(
    context: Context, records: Sequence[tuple[str, InvoiceRecord]], observed_at: Mapping[str, int]
) -> None:
    """Write invoices, their lines and their history; payments that they name, or named, are touched."""
    refs = [ref for ref, _ in records]
    old = {row[0]: row for row in context.fetch(_before(context), refs)}
    context.links(record.client_ref for _, record in records)
    day_of = context.clock.day
    rows: list[tuple[Any, ...]] = []
    lines: list[tuple[Any, ...]] = []
    history: list[tuple[Any, ...]] = []
    unsaid: list[tuple[Any, ...]] = []
    for ref, record in records:
        finalized_day = day_of(record.finalized_at) if record.finalized_at else None
        due_day = day_of(record.due_at) if record.due_at else record.due_day or finalized_day
        status = record.status
        if status == "open" and record.amount_paid > 0 and record.amount_remaining > 0:
            status = "partly_paid"
        rows.append(
            (
                context.integration_id, ref, False, status, context.link(record.client_ref), finalized_day, due_day,
                record.due_day, *_INVOICE_FACTS.of(record),
            )
        )  # fmt: skip
        lines.extend((context.integration_id, ref, *_LINE_FACTS.of(line)) for line in record.lines)
        stated = _stated_history(context.integration_id, ref, record)
        history.extend(stated)
        sums = InvoiceSums(ref, status, record.total, record.currency, finalized_day, False, record.location_ref)
        if ref in old:
            before = old[ref]
            unsaid.extend((context.integration_id, ref, kind, "") for kind in _STATED - {row[2] for row in stated})
            context.totals.invoice(InvoiceSums._make(before[: len(InvoiceSums._fields)]), -1)
            *_, remaining, payment_ref, order_ref = before
            context.payments.named.add(payment_ref)
            context.orders.add(order_ref)
            if remaining != record.amount_remaining or before[1] != status:
                history.append(_observed(context.integration_id, ref, record, observed_at[ref]))
        context.totals.invoice(sums, 1)
        context.payments.named.add(record.payment_ref)
        context.orders.add(record.order_ref)
    context.totals.rows(_INVOICE.name, len(rows) - sum(not row[_DELETED] for row in old.values()))
    _replace_requests(context, records, [ref for ref in refs if ref in old])
    _replace_lines(context, [ref for ref in refs if ref in old], lines)
    context.writer.run_many(context.shelf.upsert(_INVOICE, KEYS, _INVOICE_COLUMNS), rows)
    _write_history(context, history, unsaid)
    take_lines(context, {ref: record.order_ref for ref, record in records if record.order_ref})
    context.invoices.update(refs)


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
        (context.integration_id, ref, *_REQUEST_FACTS.of(request))
        for ref, record in records
        for request in record.requests
    ]
    columns = ("integration_id", "invoice_ref", *_REQUEST_FACTS.columns)
    context.writer.run_many(context.shelf.insert(_REQUEST, columns), rows)


def _write_history(context: Context, rows: list[tuple[Any, ...]], unsaid: list[tuple[Any, ...]]) -> None:
    """Write what is stated, and take out by their keys what is stated no longer."""
    context.writer.run_many(context.shelf.upsert(_EVENT, _EVENT_KEYS, _EVENT_COLUMNS), rows)
    if unsaid:
        drop = context.shelf.keep(
            "drop event", lambda: delete(_EVENT).where(*(_EVENT.c[name] == bindparam(name) for name in _EVENT_KEYS))
        )
        context.writer.run_many(drop, unsaid)


def remove_invoices(context: Context, refs: Sequence[str]) -> None:
    """Hide invoices that are gone (drafts, deleted at the provider); payments that they named are touched."""
    for row in context.fetch(_before(context), refs):
        context.totals.invoice(InvoiceSums._make(row[: len(InvoiceSums._fields)]), -1)
        *_, payment_ref, order_ref = row
        context.payments.named.add(payment_ref)
        context.orders.add(order_ref)
    hide(context, _INVOICE, refs)
    context.invoices.update(refs)


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
    columns = ("integration_id", "invoice_ref", *_LINE_FACTS.columns)
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


def project_shares(context: Context, records: Sequence[tuple[str, InvoicePaymentRecord]]) -> None:
    """Write payments' shares in invoices, and their place in the history; the payments concerned are touched."""
    before = context.shelf.select("shares before", _SHARE, ("payment_ref", "invoice_ref"), "external_id")
    for payment_ref, invoice_ref in context.fetch(before, [ref for ref, _ in records]):
        context.payments.named.add(payment_ref)
        context.invoices.add(invoice_ref)
    project_facts(context, _SHARE, InvoicePaymentRecord, records)
    history, unsaid = [], []
    for ref, record in records:
        key = (context.integration_id, record.invoice_ref, "payment", ref)
        if record.status == "paid" and record.paid_at:
            history.append((*key, record.amount, record.paid_at, False))
        else:
            unsaid.append(key)
    _write_history(context, history, unsaid)
    for _, record in records:
        context.payments.named.add(record.payment_ref)
        context.invoices.add(record.invoice_ref)


def remove_shares(context: Context, refs: Sequence[str]) -> None:
    """Hide shares that are gone, and take them out of the history; the payments concerned are touched."""
    before = context.shelf.select("shares gone", _SHARE, ("external_id", "payment_ref", "invoice_ref"), "external_id")
    rows = context.fetch(before, refs)
    hide(context, _SHARE, refs)
    _write_history(context, [], [(context.integration_id, row[2], "payment", row[0]) for row in rows])
    context.invoices.update(row[2] for row in rows)
    context.payments.named.update(row[1] for row in rows)


def project_credit_notes(context: Context, records: Sequence[tuple[str, CreditNoteRecord]]) -> None:
    """Write credit notes and their place in the history."""
    project_facts(context, _NOTE, CreditNoteRecord, records)
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
