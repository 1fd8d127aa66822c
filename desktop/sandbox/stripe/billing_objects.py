"""Builders of the billing objects: invoices and their lines, subscriptions, credit notes."""

from __future__ import annotations

from typing import Any

from desktop.sandbox.stripe.objects import Wire, fill


def invoice(invoice_id: str, created: int, customer: Wire, account: Wire, currency: str, **facts: Any) -> Wire:
    """A draft without lines."""
    made = fill("invoice", id=invoice_id, created=created, customer=customer, account=account, currency=currency)
    return made | facts


def tax(amount: int, taxable: int, rate_id: str) -> Wire:
    """The exclusive tax of a line (or of an invoice, where the amounts of its lines are added)."""
    return fill("tax", amount=amount, taxable=taxable, rate=rate_id)


def line_item(line_id: str, invoice_id: str, currency: str, amount: int, quantity: int, **facts: Any) -> Wire:
    """A line of an invoice."""
    made = fill("line_item", id=line_id, invoice=invoice_id, currency=currency, amount=amount, quantity=quantity)
    return made | facts


def item_parent(item_id: str) -> Wire:
    """Where a line comes from: an invoice item."""
    return fill("line_of_invoice_item", item=item_id)


def subscription_parent(subscription_id: str, item_id: str) -> Wire:
    """Where a line comes from: an item of a subscription."""
    return fill("line_of_subscription_item", subscription=subscription_id, item=item_id)


def pricing(price: Wire) -> Wire:
    """Which price a line stands on."""
    return fill("pricing", price=price)


def invoice_item(item_id: str, created: int, customer_id: str, currency: str, amount: int, **facts: Any) -> Wire:
    """Something to be billed with the next invoice, or on the one it names."""
    made = fill("invoiceitem", id=item_id, created=created, customer=customer_id, currency=currency, amount=amount)
    return made | facts


def invoice_payment(payment_id: str, created: int, invoice_object: Wire, amount: int, payment: Wire) -> Wire:
    """A payment, made or asked for, towards an invoice."""
    return fill(
        "invoice_payment", id=payment_id, created=created, invoice=invoice_object, amount=amount, payment=payment
    )


def subscription(
    subscription_id: str, created: int, customer_id: str, currency: str, items: list[Wire], **facts: Any
) -> Wire:
    """An active subscription that charges automatically."""
    made = fill(
        "subscription", id=subscription_id, created=created, customer=customer_id, currency=currency, items=items
    )
    return made | facts


def subscription_item(
    item_id: str, created: int, subscription_id: str, price: Wire, quantity: int, period: tuple[int, int]
) -> Wire:
    """What a subscription bills, with the period that is running."""
    return fill(
        "subscription_item",
        id=item_id,
        created=created,
        subscription=subscription_id,
        price=price,
        quantity=quantity,
        starts=period[0],
        ends=period[1],
    )


def credit_note(note_id: str, created: int, invoice_object: Wire, number: str, amount: int, line: Wire) -> Wire:
    """A credit note over one line of text, before payment unless the caller says otherwise."""
    return fill(
        "credit_note", id=note_id, created=created, invoice=invoice_object, number=number, amount=amount, line=line
    )


def credit_note_line(line_id: str, amount: int, description: str) -> Wire:
    """The one line of a credit note."""
    return fill("credit_note_line_item", id=line_id, amount=amount, description=description)


def balance_entry(entry_id: str, created: int, customer_object: Wire, amount: int, **facts: Any) -> Wire:
    """A change of a customer's credit; negative amounts are credit. ``balance`` must be changed already."""
    made = fill("customer_balance_transaction", id=entry_id, created=created, customer=customer_object, amount=amount)
    return made | facts


def coupon(coupon_id: str, created: int, percent: int, name: str) -> Wire:
    """A coupon for a percentage off."""
    return fill("coupon", id=coupon_id, created=created, percent=percent, name=name)


def discount(discount_id: str, start: int, customer_id: str, invoice_id: str, coupon_id: str) -> Wire:
    """A coupon as it was applied to an invoice."""
    return fill("discount", id=discount_id, start=start, customer=customer_id, invoice=invoice_id, coupon=coupon_id)


def tax_rate(rate_id: str, created: int, percentage: float, name: str, jurisdiction: str) -> Wire:
    """An exclusive sales tax."""
    return fill("tax_rate", id=rate_id, created=created, percentage=percentage, name=name, jurisdiction=jurisdiction)
