"""The typed records that providers hand to the books, and what the books answer.

A provider turns one JSON object into one :class:`SourceObject`: the body as it was read, the interval in which that
state was true, and the record that the body says. Everything here is a value: no behaviour beyond its own shape.

Units everywhere: amounts are integers of minor units beside a lower-case currency; ``*_at`` are milliseconds since
the epoch, UTC; ``*_day`` are ``YYYY-MM-DD`` in the business's zone (or the provider's own date where it states one).
``external_id`` and names that end in ``_ref`` are the provider's ids; a reference may point at something that has
not arrived yet, or never will.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final, NamedTuple, TypeAlias

AHEAD_MS: Final = 600_000
"""How far ahead of the provider's present an instant may lie that is still believed."""


@dataclass(frozen=True, slots=True)
class Version:
    """When a state was true at the provider: somewhere in ``low..high`` (ms, provider's clock, both included).

    ``native`` is the provider's own counter or instant of the object where it has one; it is compared first.
    """

    low: int
    high: int
    native: int | None = None

    def follows(self, other: Version) -> bool | None:
        """True when surely later than ``other``, False when surely earlier, None when the two may overlap."""
        if self.native is not None and other.native is not None and self.native != other.native:
            return self.native > other.native
        if self.low > other.high:
            return True
        if self.high < other.low:
            return False
        return None


class Deletion(IntEnum):
    """How we know that an object is gone."""

    NONE = 0
    INFERRED = 1  # absent from a complete pass: it can come back
    STATED = 2  # the provider said so: final


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """A customer at the provider."""

    name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""
    description: str = ""
    currency: str = ""
    balance: int = 0
    delinquent: bool = False
    default_method_ref: str = ""
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class InvoiceLineRecord:
    """One line of an invoice, for which ``amount + tax`` is paid.

    ``amount`` is after its own discounts and holds the tax that lies inside it; ``tax`` is what is added on top.
    """

    external_id: str
    position: int
    description: str
    amount: int
    quantity: str = "1"
    service_ref: str = ""
    price_ref: str = ""
    tax: int = 0
    discount: int = 0
    period_start_at: int | None = None
    period_end_at: int | None = None


@dataclass(frozen=True, slots=True)
class PaymentRequestRecord:
    """A part of an invoice that is asked for by a day of its own. ``kind`` is one of deposit, instalment, balance."""

    external_id: str
    position: int
    kind: str
    amount: int
    paid: int
    due_day: str | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRecord:
    """A bill. ``status`` is one of draft, open, paid, partly_paid, void, uncollectible, or the provider's own
    word where it has a newer one.

    Where the provider keeps what is billed in an order, ``order_ref`` names it and ``lines`` is empty: the books take
    the order's lines. ``requests`` is empty where the whole amount is due at once.
    """

    status: str
    currency: str
    total: int
    subtotal: int
    tax: int
    amount_due: int
    amount_paid: int
    amount_remaining: int
    created_at: int
    number: str = ""
    client_ref: str = ""
    client_name: str = ""
    client_email: str = ""
    finalized_at: int | None = None
    due_at: int | None = None
    due_day: str | None = None
    paid_at: int | None = None
    voided_at: int | None = None
    uncollectible_at: int | None = None
    subscription_ref: str = ""
    payment_ref: str = ""
    hosted_url: str = ""
    pdf_url: str = ""
    description: str = ""
    collection_method: str = ""
    billing_reason: str = ""
    attempt_count: int = 0
    next_attempt_at: int | None = None
    location_ref: str = ""
    order_ref: str = ""
    lines: tuple[InvoiceLineRecord, ...] = ()
    requests: tuple[PaymentRequestRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class InvoicePaymentRecord:
    """A payment's share in an invoice. ``status`` is one of open, paid, canceled."""

    invoice_ref: str
    payment_ref: str
    amount: int
    currency: str
    status: str
    created_at: int
    paid_at: int | None = None
    is_default: bool = True


@dataclass(frozen=True, slots=True)
class CreditNoteRecord:
    """A correction of a finalised invoice. ``status`` is issued or void."""

    invoice_ref: str
    client_ref: str
    amount: int
    currency: str
    status: str
    created_at: int
    number: str = ""
    reason: str = ""
    refund_ref: str = ""
    voided_at: int | None = None


@dataclass(frozen=True, slots=True)
class ClientBalanceEntryRecord:
    """A movement of a client's credit with the business."""

    client_ref: str
    amount: int
    currency: str
    ending_balance: int
    kind: str
    created_at: int
    invoice_ref: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """The wish to be paid once (a payment intent), as stated by the provider.

    ``status`` is one of succeeded, processing, requires_capture, open (waits for the payer), canceled, or a word of
    the provider's that is not known. ``tip`` is part of ``amount_received``.
    """

    status: str
    amount: int
    currency: str
    created_at: int
    amount_received: int = 0
    client_ref: str = ""
    invoice_ref: str = ""
    latest_attempt_ref: str = ""
    method_ref: str = ""
    description: str = ""
    canceled_at: int | None = None
    failure_code: str = ""
    failure_message: str = ""
    location_ref: str = ""
    tip: int = 0


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One try to move the money (a charge, or a payment where the provider knows no wish apart from it).

    ``status`` is one of succeeded, pending, failed, canceled, or a word of the provider's that is not known: then
    ``amount_captured`` is what was surely taken. An authorisation that was given up is canceled.
    ``payment_ref`` names the payment it belongs to; empty where the charge stands alone and is the payment itself.
    ``returned`` is true where a payment that had succeeded failed afterwards and was taken back.
    ``fee`` is what the provider says it keeps where it says so with the payment; None where only its ledger
    tells. One that states its fee counts on its own day, and ledger lines that settle it add nothing.
    ``fee_parts`` are (instant in ms, amount) of the parts of ``fee`` that take effect at an instant of their own, as
    adjustments do: they count on that day, so that a closed month stays as it is.
    ``captured_at`` is when the money was taken, where the provider says so beside ``created_at``. ``stored_value``: it
    was paid with a gift card, store credit or a house account, and no money came in.
    """

    status: str
    amount: int
    amount_captured: int
    amount_refunded: int
    currency: str
    created_at: int
    captured: bool = True
    payment_ref: str = ""
    client_ref: str = ""
    client_name: str = ""
    client_email: str = ""
    invoice_ref: str = ""
    entry_ref: str = ""
    returned: bool = False
    returned_entry_ref: str = ""
    method: str = ""
    brand: str = ""
    last4: str = ""
    method_ref: str = ""
    failure_code: str = ""
    failure_message: str = ""
    receipt_url: str = ""
    description: str = ""
    disputed: bool = False
    location_ref: str = ""
    order_ref: str = ""
    tip: int = 0
    fee: int | None = None
    fee_parts: tuple[tuple[int, int], ...] = ()
    captured_at: int | None = None
    stored_value: bool = False


@dataclass(frozen=True, slots=True)
class RefundRecord:
    """Money sent back.

    ``status`` is one of pending, succeeded, failed, canceled, requires_action, or a word of the provider's that is not
    known. ``fee`` is what the provider gave back of its own fee (positive), None where only its ledger tells.
    ``release``: whether it only gives up an authorisation, or the uncaptured rest of one; None where the provider does
    not say, and what was captured tells. ``stored_value``: whether it went onto a gift card, store credit or a house
    account; None where it went back to whatever was paid with.
    """

    amount: int
    currency: str
    status: str
    created_at: int
    attempt_ref: str = ""
    payment_ref: str = ""
    entry_ref: str = ""
    failure_entry_ref: str = ""
    failed_at: int | None = None
    reason: str = ""
    failure_reason: str = ""
    location_ref: str = ""
    fee: int | None = None
    release: bool | None = None
    stored_value: bool | None = None


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """A payer's objection.

    ``status`` is one of inquiry, inquiry_closed, needs_response, under_review, won, lost, prevented, or a word of the
    provider's that is not known: then its money stays where it is.
    ``on_ledger``: the provider's ledger has the withdrawal and its reversal, so those lines count. Without
    them (where the ledger is known by payout only) the dispute counts: taken away when it began, given back when it
    was won, which ``changed_at`` (ms, its last change) tells where nothing else does.
    """

    amount: int
    currency: str
    status: str
    created_at: int
    attempt_ref: str = ""
    payment_ref: str = ""
    reason: str = ""
    evidence_due_at: int | None = None
    location_ref: str = ""
    on_ledger: bool = True
    changed_at: int | None = None


@dataclass(frozen=True, slots=True)
class BalanceEntryRecord:
    """One line of the provider's own ledger, in the settlement currency.

    ``kind`` is one of charge, refund, refund_failure, payment_failure, dispute, dispute_reversal, fee, payout,
    payout_failure, adjustment, transfer, other. ``amount`` and ``net`` are signed as the ledger has them;
    ``fee`` is what was kept (positive) of this line. ``settles``: the line repeats money that its source stated itself
    (payout entries of payments, refunds and disputes) and says in which payout it went; it adds to no sum.
    ``payout_fee``: it is the fee of the payout that ``source_ref`` names, and settles where that one states a fee.
    """

    kind: str
    amount: int
    fee: int
    net: int
    currency: str
    created_at: int
    available_at: int | None = None
    source_ref: str = ""
    payout_ref: str = ""
    status: str = ""
    exchange_rate: str = ""
    description: str = ""
    location_ref: str = ""
    settles: bool = False
    payout_fee: bool = False


@dataclass(frozen=True, slots=True)
class PayoutRecord:
    """Money on its way to the bank.

    ``status`` is one of pending, in_transit, paid, failed, canceled, or a word of the provider's that is not known.
    ``on_ledger``: the provider's ledger has a line for the payout itself, so that line counts; without one
    the payout does, on the day it was made, and is booked back at ``failed_at`` where it failed. ``fee`` is
    what was kept for it where the payout says so.
    """

    amount: int
    currency: str
    status: str
    created_at: int
    arrival_at: int | None = None
    arrival_day: str | None = None
    automatic: bool = True
    entry_ref: str = ""
    failure_entry_ref: str = ""
    failure_code: str = ""
    failure_message: str = ""
    description: str = ""
    method: str = ""
    location_ref: str = ""
    on_ledger: bool = True
    fee: int = 0
    failed_at: int | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionItemRecord:
    """What is delivered each period, and for how much.

    ``amount`` is what the quantity costs each period, in the item's own interval; None where it follows from use
    (``by_use``) or is not known. ``unit_amount`` is None where there is no whole one: ``unit_amount_decimal`` is the
    exact number of minor units where it has a fraction, and empty otherwise.
    """

    external_id: str
    price_ref: str
    service_ref: str
    quantity: int
    unit_amount: int | None
    currency: str
    interval: str
    interval_count: int
    amount: int | None = None
    by_use: bool = False
    unit_amount_decimal: str = ""


@dataclass(frozen=True, slots=True)
class SubscriptionRecord:
    """A recurring service.

    ``status`` is one of active, trialing, past_due, canceled, unpaid, paused, incomplete, incomplete_expired, or the
    provider's own word where it has a newer one.
    """

    status: str
    client_ref: str
    currency: str
    created_at: int
    started_at: int | None = None
    current_period_start_at: int | None = None
    current_period_end_at: int | None = None
    trial_end_at: int | None = None
    cancel_at: int | None = None
    cancel_at_period_end: bool = False
    canceled_at: int | None = None
    ended_at: int | None = None
    collection_method: str = ""
    description: str = ""
    method_ref: str = ""
    location_ref: str = ""
    items: tuple[SubscriptionItemRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceRecord:
    """Something that is sold. ``kind`` is product, price or category.

    A price (or variation) belongs to the product ``parent_ref``, a product to the category ``parent_ref``.
    """

    kind: str
    name: str
    active: bool
    created_at: int
    parent_ref: str = ""
    description: str = ""
    unit_amount: int | None = None
    currency: str = ""
    interval: str = ""
    interval_count: int = 0
    sku: str = ""


@dataclass(frozen=True, slots=True)
class PaymentMethodRecord:
    """A stored way to pay: a token and the four facts that may be kept, nothing else."""

    client_ref: str
    kind: str
    created_at: int
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None


@dataclass(frozen=True, slots=True)
class LocationRecord:
    """A location of the business. ``status`` is active or inactive; ``main``: the account's main one."""

    name: str
    status: str
    currency: str
    created_at: int
    main: bool = False
    kind: str = ""
    timezone: str = ""
    country: str = ""
    address_line1: str = ""
    address_line2: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""
    phone: str = ""
    email: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class OrderLineRecord:
    """One line of an order, for which ``amount + tax`` is paid; what is given back is a line with a negative amount.

    ``amount`` is after its discounts and holds the tax that lies inside it; ``tax`` is what is added on top.
    ``quantity`` is a decimal.
    """

    external_id: str
    position: int
    name: str
    amount: int
    quantity: str = "1"
    service_ref: str = ""
    variation: str = ""
    tax: int = 0
    discount: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """What was sold together. ``status`` is one of draft, open, completed, canceled. ``tip`` is part of ``total``."""

    status: str
    currency: str
    total: int
    created_at: int
    tax: int = 0
    discount: int = 0
    tip: int = 0
    service_charge: int = 0
    client_ref: str = ""
    source: str = ""
    reference: str = ""
    closed_at: int | None = None
    location_ref: str = ""
    lines: tuple[OrderLineRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryCountRecord:
    """How much of something is at a location, in one state (in_stock, sold, waste, …). ``quantity`` is a decimal.

    ``created_at`` is when it was counted or last changed.
    """

    service_ref: str
    location_ref: str
    state: str
    quantity: str
    created_at: int


@dataclass(frozen=True, slots=True)
class TerminalDeviceRecord:
    """A card reader of the business. ``status`` is available, needs_attention, offline or unknown."""

    name: str
    model: str
    status: str
    created_at: int
    location_ref: str = ""


@dataclass(frozen=True, slots=True)
class TerminalCheckoutRecord:
    """A sale that was sent to a card reader.

    ``status`` is one of pending, in_progress, cancel_requested, canceled, completed.
    """

    status: str
    amount: int
    currency: str
    created_at: int
    device_ref: str = ""
    order_ref: str = ""
    payment_refs: tuple[str, ...] = ()
    reference: str = ""
    note: str = ""
    cancel_reason: str = ""
    location_ref: str = ""


@dataclass(frozen=True, slots=True)
class PaymentLinkRecord:
    """An address at which somebody can pay for an order."""

    url: str
    created_at: int
    order_ref: str = ""
    name: str = ""
    description: str = ""
    updated_at: int | None = None
    location_ref: str = ""


Record: TypeAlias = (
    ClientRecord
    | InvoiceRecord
    | InvoicePaymentRecord
    | CreditNoteRecord
    | ClientBalanceEntryRecord
    | PaymentRecord
    | AttemptRecord
    | RefundRecord
    | DisputeRecord
    | BalanceEntryRecord
    | PayoutRecord
    | SubscriptionRecord
    | ServiceRecord
    | PaymentMethodRecord
    | LocationRecord
    | OrderRecord
    | InventoryCountRecord
    | TerminalDeviceRecord
    | TerminalCheckoutRecord
    | PaymentLinkRecord
)


class KeptBody(NamedTuple):
    """An object's body as it is kept: without what must not be stored, compressed, and the digest of its text."""

    data: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class SourceObject:
    """One provider object as it was read: what it is, when that was true, what it said.

    ``data_type`` is the provider's own word ("charge"). ``record`` is None only for a deletion, or where a mapping
    anew makes no row of it. ``body`` is clean (``desktop.secrets``): the mapper takes out what may not be kept before
    it makes anything of it. ``merged_into`` comes with the deletion of a customer that the provider merged with
    another: that one's id.
    """

    data_type: str
    external_id: str
    version: Version
    body: Mapping[str, Any] | KeptBody
    record: Record | None
    deletion: Deletion = Deletion.NONE
    merged_into: str = ""


@dataclass(frozen=True, slots=True)
class SetAside:
    """An object that could not be read, kept with the reason so that nothing is silently missing."""

    data_type: str
    external_id: str
    reason: str
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Changes:
    """Which kinds of rows a write touched, named by table; what views listen for."""

    kinds: frozenset[str] = frozenset()

    def __or__(self, other: Changes) -> Changes:
        return Changes(self.kinds | other.kinds)

    def __bool__(self) -> bool:
        return bool(self.kinds)


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the objects that were handed to the door."""

    seen: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.seen + other.seen,
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.deleted + other.deleted,
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """The door's answer.

    ``reread`` lists (data_type, external_id) whose order could not be told: they are to be read again by id.
    """

    tally: Tally = Tally()
    changes: Changes = Changes()
    reread: tuple[tuple[str, str], ...] = field(default=())
