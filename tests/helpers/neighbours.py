"""Payments told as the providers tell them, by chance from a seed, beside what each of their figures must come to.

The expected figures are written down where a thing happens, from the definitions of the words on the screen, and know
nothing of how the books arrive at theirs.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from desktop.providers.square.records import Around
from desktop.providers.square.records import map_object as map_square
from desktop.providers.stripe.records import map_object as map_stripe
from desktop.records import SourceObject, Version
from tests.helpers.shops import ZONE

MONTHS = ("2026-09", "2026-10", "2026-11", "2026-12")
_BEGIN = datetime(2026, 9, 3, tzinfo=UTC)
_DAYS = 85


class Key(NamedTuple):
    """Where a figure is expected: its month, name, currency and location ("": none)."""

    month: str
    figure: str
    currency: str
    location: str = ""


class Story:
    """Objects of one account in the order in which they were made, and the figures that follow from them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.expected: Counter[Key] = Counter()
        self._told: list[tuple[str, dict[str, Any]]] = []
        self._made = 0

    def id(self, prefix: str) -> str:
        """An id that nothing else has."""
        self._made += 1
        return f"{prefix}_{self._made}"

    def perhaps(self, likely: float) -> bool:
        """Whether, by chance."""
        return self.chance.random() < likely

    def when(self, after: datetime | None = None) -> datetime:
        """An instant of the year, or one in the weeks after another."""
        if after is None:
            return _BEGIN + timedelta(seconds=self.chance.randrange(40 * 86_400))
        return after + timedelta(seconds=self.chance.randrange(60, 20 * 86_400))

    def count(self, at: datetime, figure: str, currency: str, amount: int, location: str = "") -> None:
        """Expect an amount in the figure of the month in which the business was at an instant."""
        month = at.astimezone(ZoneInfo(ZONE)).strftime("%Y-%m")
        self.expected[Key(month, figure, currency, location)] += amount

    def tell(self, kind: str, body: dict[str, Any]) -> None:
        """A state of an object; a later one of the same object is told later."""
        self._told.append((kind, body))

    def map(self, kind: str, body: dict[str, Any], version: Version) -> SourceObject:
        """What the mapper makes of a body."""
        raise NotImplementedError

    def objects(self) -> list[SourceObject]:
        """All states, mapped; each read after the one before it."""
        made = []
        for index, (kind, body) in enumerate(self._told):
            low = 1_000_000 + 10_000 * index
            made.append(self.map(kind, body, Version(low, low + 500)))
        return made

    def batches(self) -> Iterator[list[SourceObject]]:
        """The states in any order, cut anywhere; some twice."""
        arriving = self.objects()
        arriving += [self.chance.choice(arriving) for _ in range(2)]
        self.chance.shuffle(arriving)
        while arriving:
            size = self.chance.randint(1, 6)
            yield arriving[:size]
            arriving = arriving[size:]


# --------------------------------------------------------------------------------------------------------- Stripe


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


class StripeStory(Story):
    """Charges of an account in dollars: held, captured at once, in part or in parts, returned, refunded, disputed."""

    RATES: ClassVar = {"usd": 1.0, "eur": 1.25, "jpy": 0.0625}

    def map(self, kind: str, body: dict[str, Any], version: Version) -> SourceObject:
        found = map_stripe(kind, body, version)
        assert isinstance(found, SourceObject), found
        return found

    def line(
        self, at: datetime, source: str, category: str, kind: str, amount: int, fee: int = 0, rate: float = 1.0
    ) -> str:
        """A line of the ledger, in dollars: what it leaves is net, and its fee is a fee."""
        ref = self.id("txn")
        body = {
            "id": ref, "object": "balance_transaction", "amount": amount, "fee": fee, "net": amount - fee,
            "currency": "usd", "created": _seconds(at), "available_on": _seconds(at), "type": kind,
            "reporting_category": category, "source": source, "status": "available",
            "exchange_rate": None if rate == 1.0 else rate,
        }  # fmt: skip
        self.tell("balance_transaction", body)
        if category not in {"payout", "other_adjustment"}:
            self.count(at, "net", "usd", amount - fee)
        else:
            self.count(at, "net", "usd", -fee)
        if category != "other_adjustment":
            self.count(at, "fees", "usd", fee)
        return ref

    def charge(self, ref: str, intent: str | None, at: datetime, amount: int, currency: str, **said: Any) -> None:
        """A state of a charge."""
        body = {
            "id": ref, "object": "charge", "amount": amount, "currency": currency, "created": _seconds(at),
            "status": "succeeded", "paid": True, "captured": True, "amount_captured": amount, "amount_refunded": 0,
            "refunded": False, "payment_intent": intent, "balance_transaction": None,
            "failure_balance_transaction": None, "disputed": False,
        }  # fmt: skip
        self.tell("charge", body | said)

    def intent(
        self, ref: str, at: datetime, amount: int, currency: str, status: str, received: int, **said: Any
    ) -> None:
        """A state of an intent."""
        body = {
            "id": ref, "object": "payment_intent", "amount": amount, "amount_received": received, "currency": currency,
            "created": _seconds(at), "status": status, "latest_charge": None,
        }  # fmt: skip
        self.tell("payment_intent", body | said)

    def refund(self, charge: str, at: datetime, amount: int, currency: str, **said: Any) -> dict[str, Any]:
        """A refund's body; not told yet."""
        return {
            "id": self.id("re"), "object": "refund", "amount": amount, "currency": currency, "created": _seconds(at),
            "status": "succeeded", "charge": charge, "payment_intent": None, "balance_transaction": None,
            "reason": None,
        } | said  # fmt: skip

    # --- what can happen ---------------------------------------------------------------------------------------

    def any_charge(self) -> tuple[str, str | None, str, int, datetime]:
        """Id, intent, currency, amount, and when."""
        intent = self.id("pi") if self.perhaps(0.6) else None
        currency = self.chance.choice(["usd", "usd", "usd", "eur", "jpy"])
        return self.id("ch"), intent, currency, self.chance.choice([4800, 8000, 12_345, 64_000]), self.when()

    def in_dollars(self, amount: int, currency: str) -> int:
        """What an amount settles as."""
        return int(amount * self.RATES[currency])

    def given_up(self) -> None:
        """A hold that nobody captured: however its end is worded, nothing came in and nothing went out."""
        charge, intent, currency, amount, at = self.any_charge()
        ended = self.when(at)
        self.charge(charge, intent, at, amount, currency, captured=False, amount_captured=0)
        worded = self.perhaps(0.7)
        if worded or intent is None:
            said = {"refunded": True, "amount_refunded": amount} if self.perhaps(0.7) else {}
            self.charge(charge, intent, at, amount, currency, captured=False, amount_captured=0, **said)
            reason = self.chance.choice([None, "expired_uncaptured_charge"])
            status = self.chance.choice(["succeeded", "succeeded", "pending"])
            self.tell("refund", self.refund(charge, ended, amount, currency, reason=reason, status=status))
        if intent:
            self.intent(intent, at, amount, currency, "requires_capture", 0)
            if self.perhaps(0.8):
                self.intent(intent, at, amount, currency, "canceled", 0, canceled_at=_seconds(ended))
        # The payment ended, well or badly, for nobody.

    def captured(self) -> None:
        """A charge captured at once, in part, or in parts; refunded and disputed as they are."""
        charge, intent, currency, amount, at = self.any_charge()
        parts = self.chance.choice([1, 1, 1, 2, 3])
        taken = amount if self.perhaps(0.6) else amount - amount // 3
        # Whole dollars where they are converted: how else could the lines tell what was captured in the other currency?
        shares = [taken // parts if currency == "usd" else taken // parts // 400 * 400] * (parts - 1)
        shares.append(taken - sum(shares))
        moments, moment = [], at
        for _ in range(parts):
            moments.append(moment)
            moment = self.when(moment)
        rate = self.RATES[currency]
        tip = self.chance.choice([0, 0, 150])
        # API versions before Basil: a line for all that was held, and one that takes back what was not captured.
        before = parts == 1 and taken < amount and currency == "usd" and self.perhaps(0.5)
        latest, told = None, 0
        for moment, share in zip(moments, shares, strict=True):
            gross = amount if before else self.in_dollars(share, currency)
            if before:
                # Stripe keeps its fee of both lines, and gives back that of the second.
                latest = self.line(moment, charge, "charge", "charge", amount, amount // 40)
            else:
                latest = self.line(moment, charge, "charge", "charge", gross, gross // 40, rate)
            self.count(moment, "collected", currency, share)
            told += share
            self.charge(charge, intent, at, amount, currency, amount_captured=told, balance_transaction=latest)
        released = taken < amount and (before or self.perhaps(0.5))
        if released:
            rest = self.refund(charge, moments[-1], amount - taken, currency)
            if before:
                back = amount - taken
                rest["balance_transaction"] = self.line(
                    moments[-1], rest["id"], "partial_capture_reversal", "refund", -back, -(back // 40)
                )
            self.tell("refund", rest)
        refunded = self._refunds(charge, currency, taken, amount - taken, moments[-1])
        stated = refunded + (amount - taken if released else 0)
        self.charge(
            charge, intent, at, amount, currency, amount_captured=taken, balance_transaction=latest,
            amount_refunded=stated, refunded=stated >= amount, disputed=False,
        )  # fmt: skip
        if intent:
            details = {"amount_details": {"tip": {"amount": tip} if tip else {}}}
            self.intent(intent, at, amount, currency, "succeeded", taken, latest_charge=charge, **details)
        if self.perhaps(0.2):
            self._dispute(charge, currency, taken, moments[-1])

    def _refunds(self, charge: str, currency: str, taken: int, given_up: int, after: datetime) -> int:
        """Ordinary refunds of what was collected. None is just as large as what was given up: that could be either."""
        back = 0
        for kind in self.chance.choice([[], [], ["done"], ["pending"], ["failed"], ["done", "pending"], ["new"]]):
            at = self.when(after)
            amount = self.chance.choice([taken // 5, taken // 4 + 1])
            if amount == given_up:
                amount += 1
            made = self.refund(charge, at, amount, currency)
            self.count(at, "refunds", currency, amount)
            if kind == "pending":
                # On its way, without a line: counts from what it says.
                self.count(at, "net", currency, -amount)
                self.tell("refund", made | {"status": "pending"})
            else:
                gross = self.in_dollars(amount, currency)
                made["balance_transaction"] = self.line(at, made["id"], "refund", "refund", -gross)
                made["status"] = "a_word_of_later" if kind == "new" else "succeeded"
                self.tell("refund", dict(made))
            if kind == "failed":
                failed = self.when(at)
                gross = self.in_dollars(amount, currency)
                line = self.line(failed, made["id"], "refund_failure", "refund_failure", gross)
                self.tell("refund", made | {"status": "failed", "failure_balance_transaction": line})
                self.count(failed, "refunds", currency, -amount)
            else:
                back += amount
        return back

    def _dispute(self, charge: str, currency: str, amount: int, after: datetime) -> None:
        at, ref = self.when(after), self.id("dp")
        status = self.chance.choice(["needs_response", "lost", "charge_refunded", "a_word_of_later"])
        gross = self.in_dollars(amount, currency)
        self.line(at, ref, "dispute", "adjustment", -gross, 1500)
        self.count(at, "disputes", "usd", gross)
        self.tell("dispute", {"id": ref, "object": "dispute", "amount": amount, "currency": currency, "status": status,
                              "created": _seconds(at), "charge": charge, "reason": "general"})  # fmt: skip

    def returned(self) -> None:
        """A bank debit that is booked and fails weeks later, whatever its charge says by then."""
        charge, intent, currency, amount, at = self.any_charge()
        gross = self.in_dollars(amount, currency)
        booked = self.line(at, charge, "charge", "payment", gross, 40, self.RATES[currency])
        self.count(at, "collected", currency, amount)
        self.charge(charge, intent, at, amount, currency, status="pending", paid=False, balance_transaction=booked)
        said = {"balance_transaction": booked}
        if self.perhaps(0.7):
            failed = self.when(at)
            kind = self.chance.choice(["payment_reversal", "payment_failure_refund"])
            line = self.line(failed, charge, "charge_failure", kind, -gross, self.chance.choice([0, -40, 15]))
            self.count(failed, "returned", currency, amount)
            if self.perhaps(0.5):
                said |= {"status": "failed", "paid": False, "failure_balance_transaction": line}
        self.charge(charge, intent, at, amount, currency, **said)
        if intent:
            self.intent(intent, at, amount, currency, "processing", 0)

    def besides(self) -> None:
        """Lines of payouts, whose fees are fees, and adjustments, which are neither fee nor net."""
        at = self.when()
        self.line(at, self.id("po"), "payout", "payout", -9000, self.chance.choice([0, 90]))
        self.line(at, self.id("x"), "other_adjustment", "adjustment", -77)


# --------------------------------------------------------------------------------------------------------- Square


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _usd(amount: int) -> dict[str, Any]:
    return {"amount": amount, "currency": "USD"}


class SquareStory(Story):
    """Payments of a shop with two locations: by card, in cash, by gift card, taken elsewhere; payouts that fail."""

    LOCATIONS = ("L1", "L2")
    STORED: tuple[dict[str, Any], ...] = (
        {"source_type": "CARD", "card": "SQUARE_GIFT_CARD"},
        {"source_type": "SQUARE_ACCOUNT"},
        {"source_type": "EXTERNAL", "external": "STORED_BALANCE"},
        {"source_type": "EXTERNAL", "external": "OTHER_GIFT_CARD"},
    )
    MONEY: tuple[dict[str, Any], ...] = (
        {"source_type": "CARD", "card": "VISA"},
        {"source_type": "CARD", "card": "VISA"},
        {"source_type": "CASH"},
        {"source_type": "WALLET"},
        {"source_type": "BUY_NOW_PAY_LATER"},
        {"source_type": "EXTERNAL", "external": "OTHER"},
        {"source_type": "EXTERNAL", "external": "FOOD_VOUCHER"},
    )

    def map(self, kind: str, body: dict[str, Any], version: Version) -> SourceObject:
        found = map_square(kind, body, version, Around(currency="usd"))
        assert isinstance(found, SourceObject), found
        return found

    def sale(self) -> None:
        """A sale: held first at times, with a tip, with fees that change later; refunded at times."""
        ref, at, location = self.id("pay"), self.when(), self.chance.choice(self.LOCATIONS)
        stored = self.perhaps(0.4)
        how = self.chance.choice(self.STORED if stored else self.MONEY)
        amount, tip = self.chance.choice([1000, 2599, 8000]), self.chance.choice([0, 0, 120])
        taken, whole = at, amount + tip
        body: dict[str, Any] = {
            "id": ref, "created_at": _stamp(at), "updated_at": _stamp(at), "amount_money": _usd(amount),
            "tip_money": _usd(tip), "total_money": _usd(whole), "status": "COMPLETED",
            "source_type": how["source_type"], "location_id": location, "processing_fee": [],
        }  # fmt: skip
        if "card" in how:
            details: dict[str, Any] = {"card": {"card_brand": how["card"], "last_4": "4242"}, "status": "CAPTURED"}
            if self.perhaps(0.5):
                taken = self.when(at)
                timeline = {"authorized_at": _stamp(at), "captured_at": _stamp(taken)}
                details["card_payment_timeline"] = timeline
                held = {**details, "status": "AUTHORIZED", "card_payment_timeline": {"authorized_at": _stamp(at)}}
                self.tell("payment", body | {"status": "APPROVED", "card_details": held})
            body["card_details"] = details
        outside = 0
        if "external" in how:
            outside = self.chance.choice([0, 500])
            body["external_details"] = {
                "type": how["external"],
                "source": "Elsewhere",
                "source_fee_money": _usd(outside),
            }
        body["updated_at"] = _stamp(taken + timedelta(seconds=1))
        self.tell("payment", dict(body))
        if stored:
            self.count(taken, "stored_value", "usd", whole, location)
        else:
            self.count(taken, "collected", "usd", whole, location)
            self.count(taken, "net", "usd", whole - outside, location)
            self.count(taken, "fees", "usd", outside, location)
            if how.get("card") == "VISA":
                self._fees(body, taken, whole, location)
        if self.perhaps(0.4):
            self._refund(ref, taken, whole, location, stored=stored)

    def _fees(self, body: dict[str, Any], taken: datetime, whole: int, location: str) -> None:
        fees = [{"type": "INITIAL", "amount_money": _usd(whole // 40), "effective_at": _stamp(taken)}]
        self.count(taken, "fees", "usd", whole // 40, location)
        self.count(taken, "net", "usd", -(whole // 40), location)
        for amount in self.chance.choice([[], [7], [7, -3]]):
            at = self.when(taken)
            fees.append({"type": "ADJUSTMENT", "amount_money": _usd(amount), "effective_at": _stamp(at)})
            self.count(at, "fees", "usd", amount, location)
            self.count(at, "net", "usd", -amount, location)
        self.tell("payment", body | {"processing_fee": fees, "updated_at": _stamp(taken + timedelta(days=50))})

    def _refund(self, payment: str, after: datetime, whole: int, location: str, *, stored: bool) -> None:
        """Back to where it came from, or onto a gift card: what goes onto stored value is no money sent back."""
        at, amount = self.when(after), whole // 3
        onto = stored or self.perhaps(0.2)
        body: dict[str, Any] = {
            "id": self.id("re"), "payment_id": payment, "amount_money": _usd(amount), "status": "PENDING",
            "created_at": _stamp(at), "updated_at": _stamp(at), "location_id": location, "destination_type": "CARD",
        }  # fmt: skip
        if onto and (not stored or self.perhaps(0.5)):
            body["destination_details"] = {"card_details": {"card": {"card_brand": "SQUARE_GIFT_CARD"}}}
        self.tell("refund", dict(body))
        figure = "stored_refunds" if onto else "refunds"
        self.count(at, figure, "usd", amount, location)
        self.count(at, "net", "usd", 0 if onto else -amount, location)
        ended = self.when(at)
        if self.perhaps(0.3):
            self.tell("refund", body | {"status": "FAILED", "updated_at": _stamp(ended)})
            self.count(ended, figure, "usd", -amount, location)
            self.count(ended, "net", "usd", 0 if onto else amount, location)
        elif self.perhaps(0.5):
            self.tell("refund", body | {"status": "COMPLETED", "updated_at": _stamp(ended)})

    def payout(self) -> None:
        """A payout with a fee, told by itself, by its entries, or by both; one that fails brings its fee back."""
        ref, later, location, at = self.id("po"), self.id("po"), self.chance.choice(self.LOCATIONS), self.when()
        fee = self.chance.choice([0, 175])
        stated, listed = self.perhaps(0.6), self.perhaps(0.7)
        body: dict[str, Any] = {
            "id": ref, "status": "SENT", "location_id": location, "created_at": _stamp(at), "updated_at": _stamp(at),
            "amount_money": _usd(9000), "version": 1,
            "payout_fee": [{"amount_money": _usd(fee), "effective_at": _stamp(at), "type": "TRANSFER_FEE"}]
            if stated and fee else [],
        }  # fmt: skip
        self.tell("payout", dict(body))
        if fee and (stated or listed):
            self.count(at, "fees", "usd", fee, location)
            self.count(at, "net", "usd", -fee, location)
        if fee and listed:
            self._entry(ref, "DEPOSIT_FEE", -fee, at, ref)
        failed = self.when(at)
        if self.perhaps(0.5):
            self.tell("payout", body | {"status": "FAILED", "version": 2, "updated_at": _stamp(failed)})
            again = {"id": later, "created_at": _stamp(failed), "updated_at": _stamp(failed), "payout_fee": []}
            self.tell("payout", body | again)
            self._entry(later, "RETURNED_PAYOUT", 9000, failed, "")
            if fee and (stated or listed):
                self._entry(later, "DEPOSIT_FEE_REVERSED", fee, failed, ref)
                self.count(failed, "fees", "usd", -fee, location)
                self.count(failed, "net", "usd", fee, location)

    def _entry(self, listed: str, kind: str, amount: int, at: datetime, about: str) -> None:
        money = {"amount": amount, "currency_code": "USD"}
        body: dict[str, Any] = {
            "id": self.id("entry"), "payout_id": listed, "type": kind, "effective_at": _stamp(at),
            "gross_amount_money": money, "fee_amount_money": money | {"amount": 0}, "net_amount_money": money,
        }  # fmt: skip
        if about and self.perhaps(0.5):
            body[f"type_{kind.lower()}_details"] = {"payout_id": about}
        self.tell("payout_entry", body)
