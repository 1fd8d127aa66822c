"""Invoices with their lines, the payments on them, and credit notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop.providers.stripe.records.fields import (
    Mapper,
    Unreadable,
    amount,
    amount_or,
    child,
    count,
    currency,
    identity,
    instant,
    instant_or_none,
    open_word,
    ref,
    rows,
    text,
    total,
)
from desktop.records import CreditNoteRecord, InvoiceLineRecord, InvoicePaymentRecord, InvoiceRecord

INVOICE_STATUSES: Mapping[str, str] = {name: name for name in ("draft", "open", "paid", "void", "uncollectible")}
_FINAL = frozenset(INVOICE_STATUSES.values()) - {"draft"}
INVOICE_PAYMENT_STATUSES: Mapping[str, str] = {name: name for name in ("open", "paid", "canceled")}
CREDIT_NOTE_STATUSES: Mapping[str, str] = {name: name for name in ("issued", "void")}


def map_invoice(body: Mapping[str, Any]) -> InvoiceRecord:
    """A bill with the lines that the body carries.

    One that is past its draft but states no time of finalisation counts as finalised when it was created; of a status
    that is not known here only what the invoice states is certain. Raises: Unreadable.
    """
    get = body.get
    status = open_word(get("status"), INVOICE_STATUSES, "status")
    due = amount(get("amount_due"), "amount due")
    paid = amount_or(get("amount_paid"), "amount paid", 0)
    left = get("amount_remaining")
    steps = child(get("status_transitions")).get
    customer = get("customer")
    payer = child(customer).get
    created = instant(get("created"), "creation time")
    finalized = instant_or_none(steps("finalized_at"), "time of finalisation")
    return InvoiceRecord(
        status=status,
        currency=currency(get("currency")),
        total=amount(get("total"), "total"),
        subtotal=amount(get("subtotal"), "subtotal"),
        tax=_tax(body),
        amount_due=due,
        amount_paid=paid,
        amount_remaining=max(due - paid, 0) if left is None else amount(left, "amount remaining"),
        created_at=created,
        number=text(get("number")),
        client_ref=ref(customer),
        client_name=text(get("customer_name")) or text(payer("name")),
        client_email=text(get("customer_email")) or text(payer("email")),
        finalized_at=created if finalized is None and status in _FINAL else finalized,
        due_at=instant_or_none(get("due_date"), "due date"),
        paid_at=instant_or_none(steps("paid_at"), "time of payment"),
        voided_at=instant_or_none(steps("voided_at"), "time of voiding"),
        uncollectible_at=instant_or_none(steps("marked_uncollectible_at"), "time of writing off"),
        subscription_ref=_subscription(body),
        payment_ref=_payment(body),
        hosted_url=text(get("hosted_invoice_url")),
        pdf_url=text(get("invoice_pdf")),
        description=text(get("description")),
        collection_method=text(get("collection_method")),
        billing_reason=text(get("billing_reason")),
        attempt_count=count(get("attempt_count")),
        next_attempt_at=instant_or_none(get("next_payment_attempt"), "next attempt"),
        lines=tuple([_line(line, position) for position, line in enumerate(rows(get("lines")))]),
    )


def _tax(body: Mapping[str, Any]) -> int:
    """All tax of the invoice, the inclusive part too: ``total_taxes`` now, ``tax`` and ``total_tax_amounts`` before."""
    current = body.get("total_taxes")
    if current:
        return total(rows(current), "amount", "tax")
    older = body.get("tax")
    if older is not None:
        return amount(older, "tax")
    listed = body.get("total_tax_amounts")
    return total(rows(listed), "amount", "tax") if listed else 0


def _subscription(body: Mapping[str, Any]) -> str:
    """The subscription that the invoice bills: under ``parent`` now, beside it before 2025-03-31."""
    older = ref(body.get("subscription"))
    if older:
        return older
    parent = body.get("parent")
    return ref(child(child(parent).get("subscription_details")).get("subscription")) if parent else ""


def _payment(body: Mapping[str, Any]) -> str:
    """The payment that the invoice names itself; current ones are named by their invoice payments instead."""
    older = ref(body.get("payment_intent")) or ref(body.get("charge"))
    if older:
        return older
    found = ""
    for row in rows(body.get("payments")):
        share = child(row)
        payment = paid_by(share.get("payment"))
        if payment and (share.get("is_default") is True or not found):
            found = payment
    return found


def paid_by(payment: object) -> str:
    """The intent or charge that an invoice payment names."""
    stated = child(payment).get
    return ref(stated("payment_intent")) or ref(stated("charge")) or ref(stated("payment_record"))


def _line(line: object, position: int) -> InvoiceLineRecord:
    if type(line) is not dict:
        raise Unreadable("One of its lines is not an object.")
    get = line.get
    price, service = _sold(line)
    period = child(get("period")).get
    discounts = get("discount_amounts")
    discount = total(rows(discounts), "amount", "line discount") if discounts else 0
    return InvoiceLineRecord(
        external_id=identity(get("id")),
        position=position,
        description=text(get("description")),
        amount=amount(get("amount"), "line amount") - discount - _credits(line),
        quantity=_quantity(line),
        service_ref=service,
        price_ref=price,
        tax=_tax_on_top(line),
        discount=discount,
        period_start_at=instant_or_none(period("start"), "line period"),
        period_end_at=instant_or_none(period("end"), "line period"),
    )


def _tax_on_top(line: Mapping[str, Any]) -> int:
    """The tax that is added to the line's amount: what lies inside it is paid with it already.

    Each tax says which it is: ``taxes[].tax_behavior`` now, ``tax_amounts[].inclusive`` before 2025-03-31; one line
    may have both kinds.
    """
    added = [tax for tax in map(child, rows(line.get("taxes"))) if tax.get("tax_behavior") != "inclusive"]
    if not line.get("taxes"):
        added = [tax for tax in map(child, rows(line.get("tax_amounts"))) if tax.get("inclusive") is not True]
    return total(added, "amount", "line tax")


def _credits(line: Mapping[str, Any]) -> int:
    """Billing credits that were taken off the line before tax; its discounts are listed among them once more."""
    listed = [child(one) for one in rows(line.get("pretax_credit_amounts"))]
    return total([one for one in listed if one.get("type") == "credit_balance_transaction"], "amount", "line credit")


def _sold(line: Mapping[str, Any]) -> tuple[str, str]:
    """Price and product of a line: under ``pricing`` now, ``price`` or ``plan`` before."""
    details = child(line.get("pricing")).get("price_details")
    if type(details) is dict:
        price = details.get("price")
        return ref(price), ref(details.get("product")) or ref(child(price).get("product"))
    older = line.get("price") or line.get("plan")
    return ref(older), ref(child(older).get("product"))


def _quantity(line: Mapping[str, Any]) -> str:
    exact = line.get("quantity_decimal")
    if type(exact) is str and exact:
        return exact
    whole = line.get("quantity")
    return str(whole) if type(whole) is int else "1"


def map_invoice_payment(body: Mapping[str, Any]) -> InvoicePaymentRecord:
    """A payment's share in an invoice: what was paid, or what is asked while it is open. Raises: Unreadable."""
    get = body.get
    status = open_word(get("status"), INVOICE_PAYMENT_STATUSES, "status")
    stated = get("amount_paid") if status == "paid" else None
    return InvoicePaymentRecord(
        invoice_ref=identity(ref(get("invoice"))),
        payment_ref=paid_by(get("payment")),
        amount=amount(get("amount_requested") if stated is None else stated, "amount"),
        currency=currency(get("currency")),
        status=status,
        created_at=instant(get("created"), "creation time"),
        paid_at=instant_or_none(child(get("status_transitions")).get("paid_at"), "time of payment"),
        is_default=get("is_default") is True,
    )


def map_credit_note(body: Mapping[str, Any]) -> CreditNoteRecord:
    """A correction of a finalised invoice; its refund is under ``refunds`` now, beside it before.

    Raises: Unreadable.
    """
    get = body.get
    refunds = rows(get("refunds"))
    return CreditNoteRecord(
        invoice_ref=ref(get("invoice")),
        client_ref=ref(get("customer")),
        amount=amount(get("amount"), "amount"),
        currency=currency(get("currency")),
        status=open_word(get("status"), CREDIT_NOTE_STATUSES, "status"),
        created_at=instant(get("created"), "creation time"),
        number=text(get("number")),
        reason=text(get("reason")),
        refund_ref=ref(get("refund")) or (ref(child(refunds[0]).get("refund")) if refunds else ""),
        voided_at=instant_or_none(get("voided_at"), "time of voiding"),
    )


MAPPERS: Mapping[str, Mapper] = {
    "invoice": map_invoice,
    "invoice_payment": map_invoice_payment,
    "credit_note": map_credit_note,
}
