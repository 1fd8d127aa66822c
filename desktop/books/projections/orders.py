"""Orders, and what follows from them elsewhere: the lines of their invoices, and their payments.

An invoice that names an order has that order's lines, what was paid for the order was paid on the invoice, and who
ordered or was billed is who paid where the payment names nobody, whichever of the three arrives first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, update

from desktop.books.projections.composition import Composed
from desktop.books.projections.context import Context
from desktop.books.projections.rows import KEYS, facts_of
from desktop.books.statements import word
from desktop.books.tables import Invoice, InvoiceEvent, InvoiceLine, Order, OrderLine, Payment
from desktop.books.tables.base import table_of
from desktop.records import OrderLineRecord, OrderRecord

_ORDER = table_of(Order)
_LINE = table_of(OrderLine)
_INVOICE = table_of(Invoice)
_INVOICE_LINE = table_of(InvoiceLine)
_EVENT = table_of(InvoiceEvent)
_PAYMENT = table_of(Payment)
_ORDER_FACTS = facts_of(OrderRecord, _ORDER)
_LINE_FACTS = facts_of(OrderLineRecord, _LINE)
# Written out, so that the partial index with the same words answers.
INVOICE_HAS_ORDER = _INVOICE.c.order_ref != literal_column("''")
PAYMENT_HAS_ORDER = _PAYMENT.c.order_ref != literal_column("''")


def line_title(name: str, variation: str) -> str:
    """What a line is called: the thing, and its variation where that says something else."""
    if not variation or variation.casefold() == name.casefold():
        return name
    return f"{name}, {variation}" if name else variation


def project_orders(context: Context, records: Sequence[tuple[str, OrderRecord]]) -> None:
    """Write orders and their lines, and the lines of the invoices that bill them."""
    refs = [ref for ref, _ in records]
    before = context.shelf.select("orders before", _ORDER, ("external_id", "client_link_id"), "external_id")
    known = dict(context.fetch(before, refs))
    context.links(record.client_ref for _, record in records)
    rows = []
    for ref, record in records:
        link = context.link(record.client_ref)
        rows.append((context.integration_id, ref, link, *_ORDER_FACTS.of(record)))
        if known.get(ref, 0) != link:
            context.orders.add(ref)
    context.totals.rows(_ORDER.name, len(rows) - len(known))
    context.writer.run_many(context.shelf.upsert(_ORDER, KEYS, (*KEYS, "client_link_id", *_ORDER_FACTS.columns)), rows)
    _drop(context, _LINE, "order_ref", known)
    lines = [(context.integration_id, ref, *_LINE_FACTS.of(line)) for ref, record in records for line in record.lines]
    context.writer.run_many(context.shelf.insert(_LINE, ("integration_id", "order_ref", *_LINE_FACTS.columns)), lines)
    context.sold.update(refs)
    billed = context.shelf.select(
        "invoices of orders", _INVOICE, ("external_id", "order_ref"), "order_ref", INVOICE_HAS_ORDER
    )
    take_lines(context, dict(context.fetch(billed, refs)))


def take_lines(context: Context, orders: dict[str, str]) -> None:
    """Give invoices the lines and the tax of their orders, so far as those are known. ``orders`` by invoice."""
    if not orders:
        return
    taxes = context.shelf.select("taxes of orders", _ORDER, ("external_id", "tax"), "external_id")
    known = dict(context.fetch(taxes, set(orders.values())))
    taxed = [
        (known[order], known[order], context.integration_id, invoice)
        for invoice, order in orders.items()
        if order in known
    ]
    context.writer.run_many(context.shelf.keep("tax invoices", _tax_invoices), taxed)
    query = context.shelf.select("lines of orders", _LINE, ("order_ref", *_LINE_FACTS.columns), "order_ref")
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for order, *facts in context.fetch(query, set(orders.values())):
        found[order].append(dict(zip(_LINE_FACTS.columns, facts, strict=True)))
    _drop(context, _INVOICE_LINE, "invoice_ref", orders)
    rows = [
        (
            context.integration_id, invoice, line["external_id"], line["position"],
            line_title(line["name"], line["variation"]), line["amount"], line["quantity"], line["service_ref"], "",
            line["tax"], line["discount"],
        )
        for invoice, order in orders.items()
        for line in sorted(found[order], key=lambda line: (line["position"], line["external_id"]))
    ]  # fmt: skip
    columns = (
        "integration_id", "invoice_ref", "external_id", "position", "description", "amount", "quantity", "service_ref",
        "price_ref", "tax", "discount",
    )  # fmt: skip
    context.writer.run_many(context.shelf.insert(_INVOICE_LINE, columns), rows)
    context.invoices.update(orders)
    context.tables.add("invoices")


def _tax_invoices() -> Any:
    return (
        update(_INVOICE)
        .values(tax=bindparam("part"), subtotal=_INVOICE.c.total - bindparam("taken"))
        .where(_INVOICE.c.integration_id == bindparam("of"), _INVOICE.c.external_id == bindparam("ref"))
    )


def payments_of_orders(context: Context) -> set[str]:
    """Keys of the payments for orders whose client or invoice has come, changed or gone."""
    paid = context.shelf.select("payments of orders", _PAYMENT, ("external_id",), "order_ref", PAYMENT_HAS_ORDER)
    return {row[0] for row in context.fetch(paid, sorted(context.orders - {""}))}


def invoices_by_order(context: Context, composed: Mapping[str, Composed]) -> dict[str, str]:
    """For payments by key: the invoice that bills the order which each was for."""
    orders = {key: payment.order_ref for key, payment in composed.items() if payment.order_ref}
    billing = context.shelf.select(
        "standing invoices of orders", _INVOICE, ("order_ref", "external_id"), "order_ref", INVOICE_HAS_ORDER,
        _INVOICE.c.deleted.is_(False),
    )  # fmt: skip
    billed = dict(sorted(context.fetch(billing, set(orders.values())), reverse=True))
    return {key: billed[order] for key, order in orders.items() if order in billed}


def clients_by_order(context: Context, orders: Mapping[str, str]) -> dict[str, int]:
    """For payments by key, with the order that each was for: the link of who ordered, else of who was billed for it."""
    wanted = set(orders.values()) - {""}
    ordering = context.shelf.select(
        "clients of orders", _ORDER, ("external_id", "client_link_id"), "external_id",
        _ORDER.c.client_link_id != literal_column("0"),
    )  # fmt: skip
    found = dict(context.fetch(ordering, wanted))
    billing = context.shelf.select(
        "clients billed for orders", _INVOICE, ("order_ref", "external_id", "client_link_id"), "order_ref",
        INVOICE_HAS_ORDER, _INVOICE.c.client_link_id != literal_column("0"), _INVOICE.c.deleted.is_(False),
    )  # fmt: skip
    for order, _invoice, link in sorted(context.fetch(billing, wanted - found.keys())):
        found.setdefault(order, link)
    return {key: found[order] for key, order in orders.items() if order in found}


def _drop(context: Context, table: Any, column: str, refs: Iterable[str]) -> None:
    statement = context.shelf.keep(
        f"drop {table.name} by {column}",
        lambda: delete(table).where(table.c.integration_id == bindparam("of"), table.c[column] == bindparam("ref")),
    )
    context.writer.run_many(statement, [(context.integration_id, ref) for ref in refs])


def tell_payments(context: Context) -> None:
    """Put what was paid by way of orders into the history of the touched invoices; shares tell it for the others."""
    refs = sorted(context.invoices - {""})
    ordered = context.shelf.select("invoices with orders", _INVOICE, ("external_id",), "external_id", INVOICE_HAS_ORDER)
    invoices = [row[0] for row in context.fetch(ordered, refs)]
    if not invoices:
        return
    drop = context.shelf.keep(
        "drop payments told",
        lambda: delete(_EVENT).where(
            _EVENT.c.integration_id == bindparam("of"),
            _EVENT.c.invoice_ref == bindparam("ref"),
            _EVENT.c.kind == word("payment"),
        ),
    )
    context.writer.run_many(drop, [(context.integration_id, ref) for ref in invoices])
    paid = context.shelf.select(
        "payments to tell", _PAYMENT, ("invoice_ref", "external_id", "collected", "stored_value", "booked_at"),
        "invoice_ref", PAYMENT_HAS_ORDER,
    )  # fmt: skip
    # What was paid with a gift card settles a bill as money does.
    rows = [
        (context.integration_id, invoice, "payment", payment, collected + stored, at, False)
        for invoice, payment, collected, stored, at in sorted(context.fetch(paid, invoices))
        if (collected or stored) and at is not None
    ]
    columns = ("integration_id", "invoice_ref", "kind", "source_ref", "amount", "at", "observed")
    context.writer.run_many(context.shelf.insert(_EVENT, columns), rows)
    context.tables.add("invoices")
