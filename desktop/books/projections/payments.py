"""Payments, attempts, refunds and ledger lines: the cluster whose rows follow from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Table, bindparam

from desktop.books.projections.composition import Attempt, Back, Composed, Line, Money, compose, is_partial, releases
from desktop.books.projections.context import Context
from desktop.books.projections.orders import clients_by_order, invoices_by_order, payments_of_orders
from desktop.books.projections.rows import KEYS, count_gone, facts_of
from desktop.books.rollups import PAYMENT_COLUMNS, Part, PaymentSums, RefundSums
from desktop.books.statements import word
from desktop.books.tables import (
    BalanceEntry,
    Dispute,
    Invoice,
    InvoicePayment,
    Payment,
    PaymentAttempt,
    PaymentPart,
    Refund,
)
from desktop.books.tables.base import table_of
from desktop.records import AttemptRecord, PaymentRecord, RefundRecord

_PAYMENT = table_of(Payment)
_ATTEMPT = table_of(PaymentAttempt)
_PART = table_of(PaymentPart)
_REFUND = table_of(Refund)
_ENTRY = table_of(BalanceEntry)
_DISPUTE = table_of(Dispute)
_SHARE = table_of(InvoicePayment)
_INVOICE = table_of(Invoice)
_ATTEMPT_FACTS = facts_of(AttemptRecord, _ATTEMPT, frozenset({"fee_parts"}))
_REFUND_FACTS = facts_of(RefundRecord, _REFUND, frozenset({"failed_at"}))
_PAYMENT_FACTS = facts_of(Composed, _PAYMENT, frozenset({"invoice_ref"}))
_MONEY_FACTS = facts_of(Money, _PAYMENT, frozenset({"fee_parts"}))
_PAYMENT_COLUMNS = (
    *KEYS, "stated", "client_link_id", "invoice_ref", "attempted_day", "booked_day", "returned_day",
    *_PAYMENT_FACTS.columns, *_MONEY_FACTS.columns, "capture_parts", "return_parts", "fee_parts",
)  # fmt: skip
_REFUND_COLUMNS = tuple(column.name for column in _REFUND.columns if column.name != "id")
_PART_COUNTS = ("capture_parts", "return_parts", "fee_parts")
_PART_COLUMNS = ("integration_id", "payment_ref", *Part._fields)
_PAYMENT_LINE_KINDS = (word("charge"), word("payment_failure"))
_BACK_LINE_KINDS = (word("charge"), word("refund"))
_BACK_FACTS = Back._fields[:-1]


def project_attempts(context: Context, records: Sequence[tuple[str, AttemptRecord]]) -> None:
    """Write attempts; their payments, before and after, are touched."""
    touched = context.payments
    keys = context.shelf.select("attempt keys", _ATTEMPT, ("external_id", "payment_key"), "external_id")
    old = dict(context.fetch(keys, [ref for ref, _ in records]))
    context.links(record.client_ref for _, record in records)
    touched.keys.update(old.values())
    rows = []
    for ref, record in records:
        key = record.payment_ref or ref
        touched.keys.add(key)
        if old.get(ref) != key:
            touched.rekeyed.append(ref)
        parts = orjson.dumps(record.fee_parts).decode() if record.fee_parts else ""
        rows.append((context.integration_id, ref, key, *_ATTEMPT_FACTS.of(record), parts))
    columns = (*KEYS, "payment_key", *_ATTEMPT_FACTS.columns, "fee_parts")
    context.totals.rows(_ATTEMPT.name, len(rows) - len(old))
    context.writer.run_many(context.shelf.upsert(_ATTEMPT, KEYS, columns), rows)


def project_intents(context: Context, records: Sequence[tuple[str, PaymentRecord]]) -> None:
    """Take in payments as stated; they are composed of it with the rest."""
    for ref, record in records:
        context.payments.intents[ref] = record
        context.payments.keys.add(ref)
    context.links(record.client_ref for _, record in records)


def project_refunds(
    context: Context, records: Sequence[tuple[str, RefundRecord]], observed_at: Mapping[str, int]
) -> None:
    """Take in refunds; they are composed of it with the rest.

    ``observed_at`` is when each state was read: the failure's instant where none is stated.
    """
    for ref, record in records:
        failed = record.status in _UNDONE
        context.payments.refunds[ref] = {
            **dict(zip(_REFUND_FACTS.columns, _REFUND_FACTS.of(record), strict=True)),
            "stated_failed_at": record.failed_at if failed else None,
            "seen_failed_at": observed_at[ref] if failed else None,
            "stated_release": record.release,
            "stated_stored": record.stored_value,
        }


def drop(context: Context, table: Table, refs: Sequence[str]) -> None:
    """Take rows away that no object makes any more; the payments that they were of are touched."""
    touched = context.payments
    touched.keys |= {ref for ref in refs if ref} | _keys_of(context, refs)
    if table is _ENTRY:
        sources = context.shelf.select("sources of lines", _ENTRY, ("source_ref",), "external_id")
        touched.sources.update(row[0] for row in context.fetch(sources, refs))
    count_gone(context, table, refs)
    statement = context.shelf.keep(
        f"drop {table.name}",
        lambda: table.delete().where(
            table.c.integration_id == bindparam("integration_id"), table.c.external_id == bindparam("ref")
        ),
    )
    context.writer.run_many(statement, [(context.integration_id, ref) for ref in refs])
    if table is _REFUND:
        for ref in refs:
            touched.refunds.pop(ref, None)


def compose_payments(context: Context) -> None:
    """Compose every touched payment and refund anew, and move the totals by the differences."""
    PaymentCluster(context).compose()


def _keys_of(context: Context, refs: Iterable[str]) -> set[str]:
    """The payments that attempts are of, so far as those are known."""
    keys = context.shelf.select("attempt keys", _ATTEMPT, ("external_id", "payment_key"), "external_id")
    return {row[1] for row in context.fetch(keys, [ref for ref in refs if ref])}


class PaymentCluster:
    """Composes the payments and refunds that one application touched of all their parts."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._keys = context.payments.keys
        self._refunds = context.payments.refunds

    def compose(self) -> None:
        """Compose what was touched, and what that touches in turn."""
        context, touched = self._context, self._context.payments
        named, sources = touched.named - {""}, touched.sources - {""}
        self._keys |= named | _keys_of(context, named | sources) | payments_of_orders(context)
        self._touch_refunds("external_id", sources)
        if self._refunds:
            self._touch_partly_captured()
        if self._keys:
            self._settle_payments()
        if self._refunds:
            self._settle_refunds()

    def _touch_refunds(self, column: str, refs: Iterable[str]) -> None:
        context = self._context
        found = context.shelf.select(f"refunds by {column}", _REFUND, ("external_id",), column)
        for (ref,) in context.fetch(found, refs):
            self._refunds.setdefault(ref, {})

    def _touch_partly_captured(self) -> None:
        """What is refunded of a payment that was not captured whole tells what of it was given up, and its fee."""
        context = self._context
        known = context.shelf.select(
            "whose refunds", _REFUND, ("external_id", "attempt_ref", "payment_key"), "external_id"
        )
        attempts: set[str] = set()
        payments: set[str] = set()
        for _ref, attempt, key in context.fetch(known, [ref for ref, fact in self._refunds.items() if not fact]):
            (attempts if attempt else payments).add(attempt or key)
        for fact in self._refunds.values():
            if fact:
                (attempts if fact["attempt_ref"] else payments).add(fact["attempt_ref"] or fact["payment_ref"])
        by_ref = context.shelf.select("attempts named", _ATTEMPT, Attempt._fields, "external_id")
        by_key = context.shelf.select("attempts of", _ATTEMPT, Attempt._fields, "payment_key")
        for row in (*context.fetch(by_ref, attempts - {""}), *context.fetch(by_key, payments - {""})):
            attempt = Attempt._make(row)
            if is_partial(attempt):
                self._keys.add(attempt.payment_key)

    def _settle_payments(self) -> None:
        context, keys = self._context, sorted(self._keys)
        stated = dict(context.payments.intents)
        old = self._payments_before(keys, stated)
        attempts = self._attempts_of(keys)
        lines = self._lines_of(attempts)
        backs = self._backs_of(attempts, lines)
        composed = {
            key: compose(stated.get(key), attempts.get(key, ()), lines.get(key, ()), backs.get(key, ()))
            for key in keys
            if key in stated or key in attempts
        }
        gone = [key for key in old if key not in composed]
        invoices = self._invoices_of(composed, attempts)
        clients = self._clients_of(composed)
        rows = []
        moved = list(gone)
        parted = {key: old[key]._replace(parts=()) for key in gone if old[key].parts}
        for key, payment in composed.items():
            row, sums = self._payment_row(key, stated.get(key), payment, clients.get(key, 0), invoices.get(key, ""))
            rows.append(row)
            previous = old.get(key)
            if previous is not None:
                if previous == sums:
                    continue
                context.totals.payment(previous, -1)
                context.invoices.add(previous.invoice_ref)
            if previous is None or _owner(previous) != _owner(sums):
                moved.append(key)
            if sums.parts != (previous.parts if previous is not None else ()):
                parted[key] = sums
            context.totals.payment(sums, 1)
            context.invoices.add(sums.invoice_ref)
        context.totals.rows(_PAYMENT.name, len(composed) - len(old))
        for key in gone:
            context.totals.payment(old[key], -1)
            context.invoices.add(old[key].invoice_ref)
        context.writer.run_many(context.shelf.upsert(_PAYMENT, KEYS, _PAYMENT_COLUMNS), rows)
        if gone:
            self._remove_payments(gone)
        if parted:
            self._replace_parts(parted)
        if rows or gone:
            context.tables.add("payments")
        self._touch_refunds_of(moved)

    def _payments_before(self, keys: Sequence[str], stated: dict[str, PaymentRecord]) -> dict[str, PaymentSums]:
        """The payments as they stand, with their parts; what they keep of their intents goes into ``stated``."""
        context = self._context
        columns = (*PAYMENT_COLUMNS, *_PART_COUNTS, "stated")
        before = context.shelf.select("payments before", _PAYMENT, columns, "external_id")
        width = len(PAYMENT_COLUMNS)
        old, parted = {}, []
        for row in context.fetch(before, keys):
            key, kept = row[0], row[-1]
            old[key] = PaymentSums._make((*row[:width], ()))
            if any(row[width:-1]):
                parted.append(key)
            if kept is not None and key not in stated:
                stated[key] = PaymentRecord(**orjson.loads(kept))
        parts = context.shelf.select("parts of payments", _PART, ("payment_ref", *Part._fields), "payment_ref")
        found: dict[str, list[Part]] = defaultdict(list)
        for key, *facts in context.fetch(parts, parted):
            found[key].append(Part._make(facts))
        for key, rows in found.items():
            old[key] = old[key]._replace(parts=tuple(sorted(rows)))
        return old

    def _replace_parts(self, changed: dict[str, PaymentSums]) -> None:
        context = self._context
        drop = context.shelf.keep(
            "drop parts",
            lambda: _PART.delete().where(
                _PART.c.integration_id == bindparam("of"), _PART.c.payment_ref == bindparam("ref")
            ),
        )
        context.writer.run_many(drop, [(context.integration_id, key) for key in changed])
        rows = [(context.integration_id, key, *part) for key, sums in changed.items() for part in sums.parts]
        context.writer.run_many(context.shelf.insert(_PART, _PART_COLUMNS), rows)

    def _attempts_of(self, keys: Sequence[str]) -> dict[str, list[Attempt]]:
        """The attempts of payments. One is disputed where a dispute names it, whatever it says itself."""
        context = self._context
        query = context.shelf.select("attempts of", _ATTEMPT, Attempt._fields, "payment_key")
        rows = [Attempt._make(row) for row in context.fetch(query, keys)]
        naming = context.shelf.select("disputes of", _DISPUTE, ("attempt_ref",), "attempt_ref")
        disputed = {ref for (ref,) in context.fetch(naming, [row.external_id for row in rows])}
        found: dict[str, list[Attempt]] = defaultdict(list)
        for row in rows:
            found[row.payment_key].append(row._replace(disputed=True) if row.external_id in disputed else row)
        return found

    def _lines_of(self, attempts: dict[str, list[Attempt]]) -> dict[str, list[Line]]:
        context = self._context
        owner = {attempt.external_id: key for key, group in attempts.items() for attempt in group}
        query = context.shelf.select(
            "lines of",
            _ENTRY,
            Line._fields,
            "source_ref",
            _ENTRY.c.kind.in_(_PAYMENT_LINE_KINDS),
            _ENTRY.c.settles.is_(False),
        )
        found: dict[str, list[Line]] = defaultdict(list)
        for row in sorted(context.fetch(query, owner)):
            found[owner[row[0]]].append(Line._make(row))
        return found

    def _backs_of(self, attempts: dict[str, list[Attempt]], lines: dict[str, list[Line]]) -> dict[str, list[Back]]:
        """The refunds of payments that were not captured whole, which are then told again themselves.

        Lines by which they take back what was authorised go to ``lines``. Few payments have any.
        """
        partial = {one.external_id: key for key, group in attempts.items() for one in group if is_partial(one)}
        if not partial:
            return {}
        context, keys = self._context, set(partial.values())
        by_attempt = context.shelf.select("backs of attempts", _REFUND, _BACK_FACTS, "attempt_ref")
        by_key = context.shelf.select("backs of payments", _REFUND, _BACK_FACTS, "payment_key")
        known = [*context.fetch(by_attempt, partial), *context.fetch(by_key, keys)]
        found = {row[0]: _back(row) for row in known}
        for ref, fact in self._refunds.items():
            if fact and (fact["attempt_ref"] in partial or fact["payment_ref"] in keys):
                found[ref] = _back((ref, *(fact[name] for name in _BACK_FACTS[1:])))
        told = context.shelf.select(
            "lines of backs", _ENTRY, Line._fields, "source_ref", _ENTRY.c.kind.in_(_BACK_LINE_KINDS),
            _ENTRY.c.settles.is_(False),
        )  # fmt: skip
        by_payment: dict[str, list[Back]] = defaultdict(list)
        kinds: dict[str, set[str]] = defaultdict(set)
        owner = {ref: partial.get(back.attempt_ref) or back.payment_ref for ref, back in found.items()}
        for row in sorted(context.fetch(told, found)):
            line = Line._make(row)
            kinds[line.source_ref].add(line.kind)
            if line.kind == "charge" and owner[line.source_ref] in keys:
                lines[owner[line.source_ref]].append(line)
        for ref, back in sorted(found.items()):
            by_payment[owner[ref]].append(back._replace(lines=frozenset(kinds[ref])))
            self._refunds.setdefault(ref, {})
        return by_payment

    def _invoices_of(self, composed: dict[str, Composed], attempts: dict[str, list[Attempt]]) -> dict[str, str]:
        """The invoice each payment is for: named by it, by its share, by the invoice itself, or by way of an order."""
        context = self._context
        found = {key: payment.invoice_ref for key, payment in composed.items() if payment.invoice_ref}
        owner = {attempt.external_id: key for key, group in attempts.items() for attempt in group}
        owner.update({key: key for key in composed})
        open_refs = [ref for ref, key in owner.items() if key not in found]
        shares = context.shelf.select(
            "shares of", _SHARE, ("payment_ref", "status", "created_at", "invoice_ref"), "payment_ref",
            _SHARE.c.status != word("canceled"), _SHARE.c.deleted.is_(False),
        )  # fmt: skip
        ranked = sorted(context.fetch(shares, open_refs), key=lambda row: (row[1] != "paid", row[2], row[3]))
        naming = context.shelf.select(
            "invoices naming", _INVOICE, ("payment_ref", "external_id"), "payment_ref", _INVOICE.c.deleted.is_(False)
        )
        ranked += [(row[0], "", 0, row[1]) for row in sorted(context.fetch(naming, open_refs))]
        for payment_ref, _status, _created, invoice_ref in ranked:
            found.setdefault(owner[payment_ref], invoice_ref)
        for key, invoice_ref in invoices_by_order(context, composed).items():
            found.setdefault(key, invoice_ref)
        return found

    def _clients_of(self, composed: dict[str, Composed]) -> dict[str, int]:
        """The link of the client who paid: named by the payment, else by what was sold or billed with its order."""
        context = self._context
        context.links(payment.client_ref for payment in composed.values())
        found = {key: context.link(payment.client_ref) for key, payment in composed.items() if payment.client_ref}
        return found | clients_by_order(
            context, {key: payment.order_ref for key, payment in composed.items() if key not in found}
        )

    def _payment_row(
        self, key: str, stated: PaymentRecord | None, payment: Composed, link: int, invoice_ref: str
    ) -> tuple[tuple[Any, ...], PaymentSums]:
        context, day_of, money = self._context, self._context.clock.day, payment.money
        booked_day = day_of(money.booked_at) if money.booked_at is not None else None
        returned_day = day_of(money.returned_at) if money.returned_at is not None else None
        attempted_day = day_of(payment.attempted_at) if payment.attempted_at is not None else None
        parts = _parts(money, day_of)
        counts = [sum([part.kind == kind for part in parts]) for kind in _PARTED] if parts else (0, 0, 0)
        sums = PaymentSums(
            key, payment.currency, money.collected, money.returned, booked_day, returned_day, attempted_day,
            payment.outcome, money.on_ledger, money.settlement_currency, link, invoice_ref, payment.order_ref,
            payment.location_ref, money.tip, money.own_fee, money.stored_value, parts,
        )  # fmt: skip
        row = (
            context.integration_id, key, orjson.dumps(_stated_facts(stated)) if stated else None, link, invoice_ref,
            attempted_day, booked_day, returned_day, *_PAYMENT_FACTS.of(payment), *_MONEY_FACTS.of(money), *counts,
        )  # fmt: skip
        return row, sums

    def _remove_payments(self, keys: Sequence[str]) -> None:
        context = self._context
        statement = context.shelf.keep(
            "remove payment",
            lambda: _PAYMENT.delete().where(
                _PAYMENT.c.integration_id == bindparam("integration_id"), _PAYMENT.c.external_id == bindparam("key")
            ),
        )
        context.writer.run_many(statement, [(context.integration_id, key) for key in keys])

    def _touch_refunds_of(self, moved: Sequence[str]) -> None:
        """Refunds find their payment by intent or by attempt, and take client and invoice from it."""
        self._touch_refunds("payment_key", moved)
        self._touch_refunds("attempt_ref", self._context.payments.rekeyed)

    def _settle_refunds(self) -> None:
        context, refs = self._context, sorted(self._refunds)
        before = context.shelf.select("refunds before", _REFUND, _REFUND_COLUMNS, "external_id")
        old = {row[1]: dict(zip(_REFUND_COLUMNS, row, strict=True)) for row in context.fetch(before, refs)}
        facts = {ref: {**old.get(ref, {}), **self._refunds[ref]} for ref in refs}
        owners, named = self._owners_of(facts)
        lines = self._lines_of_refunds(facts)
        released = _released(facts, owners, named, lines)
        day_of = context.clock.day
        rows = []
        for ref, fact in facts.items():
            owner, line = owners[ref], lines[ref]
            counts = ref not in released and _counts(fact["status"], line)
            stored = owner.stored_value if fact["stated_stored"] is None else fact["stated_stored"]
            failed_at, counted_day = line.failed_at, day_of(fact["created_at"]) if counts else None
            failed = fact["status"] in _UNDONE
            if failed and not fact["stated_failed_at"]:
                # Seen, not stated: the first sight of it stands, or a closed month would change.
                fact["stated_failed_at"] = old.get(ref, {}).get("stated_failed_at") or fact["seen_failed_at"]
            failed_at = (failed_at or fact["stated_failed_at"]) if failed else None
            fact |= {
                "integration_id": context.integration_id,
                "external_id": ref,
                "payment_key": owner.key,
                "client_link_id": owner.client_link_id,
                "invoice_ref": owner.invoice_ref,
                "order_ref": owner.order_ref,
                # One that says what it gave back of the fee is settled as it is.
                "settlement_currency": line.currency if fact["fee"] is None else fact["currency"],
                "on_ledger": bool(line.currency) and fact["fee"] is None,
                "refunded_day": None if stored else counted_day,
                "stored_day": counted_day if stored else None,
                "failed_at": failed_at,
                "failed_day": day_of(failed_at) if failed_at else None,
            }
            rows.append(tuple(fact[name] for name in _REFUND_COLUMNS))
            sums = _refund_sums(fact)
            previous = _refund_sums(old[ref]) if ref in old else None
            if previous == sums:
                continue
            if previous is not None:
                context.totals.refund(previous, -1)
                context.invoices.add(previous.invoice_ref)
            context.totals.refund(sums, 1)
            context.invoices.add(sums.invoice_ref)
        context.totals.rows(_REFUND.name, len(rows) - len(old))
        context.writer.run_many(context.shelf.upsert(_REFUND, KEYS, _REFUND_COLUMNS), rows)
        context.tables.add("refunds")

    def _owners_of(self, facts: dict[str, dict[str, Any]]) -> tuple[dict[str, _Owner], dict[str, Attempt]]:
        """For each refund the payment that it is of; and the attempts that refunds name."""
        context = self._context
        by_ref = context.shelf.select("attempts named", _ATTEMPT, Attempt._fields, "external_id")
        rows = context.fetch(by_ref, {fact["attempt_ref"] for fact in facts.values()} - {""})
        attempts = {attempt.external_id: attempt for attempt in map(Attempt._make, rows)}
        key_of = {
            ref: fact["payment_ref"]
            or (attempts[fact["attempt_ref"]].payment_key if fact["attempt_ref"] in attempts else fact["attempt_ref"])
            for ref, fact in facts.items()
        }
        owners = context.shelf.select("payment owners", _PAYMENT, _OWNER_COLUMNS, "external_id")
        payments = {
            key: _Owner(key, link, invoice, order, bool(collected), not collected and bool(stored))
            for key, link, invoice, order, collected, stored in context.fetch(owners, set(key_of.values()) - {""})
        }
        return {ref: payments.get(key) or _Owner(key) for ref, key in key_of.items()}, attempts

    def _lines_of_refunds(self, facts: dict[str, dict[str, Any]]) -> dict[str, _Told]:
        """What the ledger says of each refund."""
        context = self._context
        query = context.shelf.select(
            "lines of refunds", _ENTRY, ("source_ref", "kind", "currency", "created_at", "settles"), "source_ref",
            _ENTRY.c.kind.in_((word("refund"), word("refund_failure"), word("charge"))),
        )  # fmt: skip
        found = dict.fromkeys(facts, _Told())
        for ref, kind, currency, created_at, settles in sorted(context.fetch(query, facts)):
            told = found[ref]._replace(kinds=found[ref].kinds | {kind})
            if settles or kind == "charge":
                found[ref] = told
            elif kind == "refund":
                found[ref] = told._replace(currency=currency)
            else:
                found[ref] = told._replace(currency=told.currency or currency, failed_at=told.failed_at or created_at)
        return found


class _Owner(NamedTuple):
    """The payment that a refund is of, so far as it is known: whether it took money, or was stored value."""

    key: str
    client_link_id: int = 0
    invoice_ref: str = ""
    order_ref: str = ""
    collected: bool = False
    stored_value: bool = False


class _Told(NamedTuple):
    """What the ledger says of a refund: in which currency, when it was booked back, and by lines of which kinds."""

    currency: str = ""
    failed_at: int | None = None
    kinds: frozenset[str] = frozenset()


_OWNER_COLUMNS = ("external_id", "client_link_id", "invoice_ref", "order_ref", "collected", "stored_value")
_COUNTED = frozenset({"pending", "succeeded", "failed"})
_WAITING = frozenset({"canceled", "requires_action"})
_UNDONE = frozenset({"failed", "canceled"})


def _counts(status: str, told: _Told) -> bool:
    """Whether money was sent back, or is on its way. Where the status does not say so, a ledger line does.

    One that was cancelled before any money moved has none, and one that waits for the payer not yet.
    """
    if status in _COUNTED:
        return True
    return bool(told.currency) if status == "canceled" else status not in _WAITING and "refund" in told.kinds


def _released(
    facts: dict[str, dict[str, Any]], owners: dict[str, _Owner], named: dict[str, Attempt], told: dict[str, _Told]
) -> set[str]:
    """The refunds that only gave up what was never collected. All of an attempt that was captured in part are here.

    Where nothing is known of what they are of, what a ledger line tells, or is said to, has moved.
    """
    groups: dict[str, list[Back]] = defaultdict(list)
    found = set()
    for ref, fact in facts.items():
        back = _back((ref, *(fact[name] for name in _BACK_FACTS[1:])), told[ref].kinds)
        if back.attempt_ref in named:
            groups[back.attempt_ref].append(back)
        elif back.stated_release is not False and not _has_moved(back) and not owners[ref].collected:
            found.add(ref)
    for attempt, backs in groups.items():
        found |= releases(named[attempt], backs)
    return found


def _back(facts: Sequence[Any], lines: frozenset[str] = frozenset()) -> Back:
    """Facts in the order of their columns. SQLite's driver gives truth as numbers."""
    *others, release = facts
    return Back._make((*others, None if release is None else bool(release), lines))


def _has_moved(back: Back) -> bool:
    return not back.stated_release and "charge" not in back.lines and ("refund" in back.lines or bool(back.entry_ref))


def _parts(money: Money, day_of: Callable[[int], str]) -> tuple[Part, ...]:
    """What of a payment's money does not count on the day and in the way of its row, in order."""
    if len(money.captures) < 2 and not money.returns and not money.fee_parts:
        return ()
    parts = [Part("fee", at, day_of(at), amount, False) for at, amount in money.fee_parts]
    if len(money.captures) > 1:
        parts += [Part("capture", one.at, day_of(one.at), one.amount, one.on_ledger) for one in money.captures]
    if len(money.returns) > 1 or any(one.on_ledger is not money.on_ledger for one in money.returns):
        parts += [Part("return", one.at, day_of(one.at), one.amount, one.on_ledger) for one in money.returns]
    return tuple(sorted(parts))


_PARTED = ("capture", "return", "fee")


def _owner(sums: PaymentSums) -> tuple[int, str, str, bool, bool]:
    """What refunds take from their payment."""
    return sums.client_link_id, sums.invoice_ref, sums.order_ref, sums.collected > 0, sums.stored_value > 0


def _refund_sums(fact: dict[str, Any]) -> RefundSums:
    return RefundSums(*(fact[name] for name in RefundSums._fields))


_STATED_NAMES = tuple(field.name for field in fields(PaymentRecord))
_stated_values = attrgetter(*_STATED_NAMES)


def _stated_facts(record: PaymentRecord) -> dict[str, Any]:
    return dict(zip(_STATED_NAMES, _stated_values(record), strict=True))
