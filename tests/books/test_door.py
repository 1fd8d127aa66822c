"""The one door: which of two states is newer, what a deletion means, and that nothing counts twice."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from desktop.books.books import Books
from desktop.books.door import Stored, Verdict, judge
from desktop.records import (
    AttemptRecord,
    Changes,
    ClientRecord,
    Deletion,
    InvoiceLineRecord,
    InvoicePaymentRecord,
    InvoiceRecord,
    ServiceRecord,
    SourceObject,
    Version,
)
from tests.helpers.shops import STEADY, Shop, gone_at, read_at
from tests.helpers.versions import (
    Telling,
    check_again_changes_nothing,
    check_latest_wins,
    customer_named,
    tellings,
)


@pytest.fixture
def shop(books: Books) -> Shop:
    return Shop(books)


def name_of(shop: Shop) -> str:
    (client,) = shop.clients()
    return str(client["name"])


# ------------------------------------------------------------------------------------------------ any order


@given(tellings())
@settings(STEADY, max_examples=80)
def test_whatever_is_told_when_the_latest_state_wins(shared_books: Books, telling: Telling) -> None:
    check_latest_wins(Shop(shared_books), telling)


@given(tellings(native=True))
@settings(STEADY, max_examples=50)
def test_the_providers_own_counter_wins_over_any_interval(shared_books: Books, telling: Telling) -> None:
    check_latest_wins(Shop(shared_books), telling)


@given(tellings())
@settings(STEADY, max_examples=30)
def test_what_was_told_already_changes_nothing(shared_books: Books, telling: Telling) -> None:
    shop = Shop(shared_books)
    shop.take_in_turn(telling.batches)
    check_again_changes_nothing(shop, telling.batches)


def test_the_same_object_twice_is_counted_once(shop: Shop) -> None:
    sale = read_at(AttemptRecord("succeeded", 1000, 1000, 0, "usd", 1), "ch_1", 10)
    first = shop.take(sale)
    assert (first.tally.seen, first.tally.created) == (1, 1)
    assert first.changes.kinds == {"payments", "totals"}
    before = shop.snapshot()
    again = shop.take(sale, sale)
    assert again.changes == Changes()
    assert (again.tally.seen, again.tally.unchanged) == (2, 2)
    assert shop.snapshot() == before


def test_an_older_state_is_passed_over(shop: Shop) -> None:
    shop.take(customer_named("new", 5000, 5999))
    before = shop.snapshot()
    late = shop.take(customer_named("old", 1000, 1999))
    assert not late.changes
    assert late.reread == ()
    assert shop.snapshot() == before


def test_a_state_confirmed_later_is_as_new_as_its_last_sight(shop: Shop) -> None:
    shop.take(customer_named("same", 1000, 1999))
    shop.take(customer_named("same", 8000, 8999))
    shop.take(customer_named("between", 4000, 4999))
    assert name_of(shop) == "same"


def test_one_batch_may_tell_of_an_object_several_times(shop: Shop) -> None:
    applied = shop.take(customer_named("b", 20), customer_named("c", 30), customer_named("a", 10))
    assert (applied.tally.seen, applied.tally.created, applied.tally.unchanged) == (3, 1, 2)
    assert name_of(shop) == "c"


def test_objects_of_different_accounts_and_types_never_meet(shop: Shop, books: Books) -> None:
    other = Shop(books)
    shop.take(customer_named("mine", 50))
    other.take(customer_named("theirs", 40))
    shop.take(read_at(ServiceRecord("product", "Design", True, 1), "cus_1", 10))
    assert (name_of(shop), name_of(other)) == ("mine", "theirs")


# ------------------------------------------------------------------------------------------------ overlaps


def test_an_overlap_with_other_content_is_read_again_and_changes_nothing_meanwhile(shop: Shop) -> None:
    shop.take(customer_named("first", 1000, 1999))
    before = shop.snapshot()
    applied = shop.take(customer_named("second", 1500, 2500))
    assert applied.reread == (("customer", "cus_1"),)
    assert not applied.changes
    assert shop.snapshot() == before


def test_the_answer_to_the_second_reading_replaces_without_comparison(shop: Shop) -> None:
    shop.take(customer_named("first", 1000, 1999))
    settled = customer_named("truth", 1900, 1950)
    assert shop.take(settled).reread
    applied = shop.take(settled, settled=True)
    assert applied.reread == ()
    assert applied.tally.updated == 1
    assert name_of(shop) == "truth"


def test_an_overlap_with_the_same_content_is_no_question(shop: Shop) -> None:
    shop.take(customer_named("same", 1000, 1999))
    assert shop.take(customer_named("same", 1500, 2500)).reread == ()


def test_what_is_never_stored_does_not_make_content_differ(shop: Shop) -> None:
    record = ClientRecord(name="Ana")
    shop.take(read_at(record, "cus_1", 1000, 1999, client_secret="one"))
    assert shop.take(read_at(record, "cus_1", 1500, 2500, client_secret="two")).reread == ()


def test_the_order_of_fields_does_not_make_content_differ(shop: Shop) -> None:
    one = read_at(ClientRecord(name="Ana"), "cus_1", 1000, 1999)
    turned = SourceObject("customer", "cus_1", Version(1500, 2500), dict(reversed(list(one.body.items()))), one.record)
    shop.take(one)
    assert shop.take(turned).reread == ()


def test_within_a_second_the_created_event_comes_first_and_others_ask(shop: Shop) -> None:
    second = 7_000
    created, updated = Version(second, second), Version(second + 1, second + 999)
    states = [customer_named("new", created.low, created.high), customer_named("changed", updated.low, updated.high)]
    for order in (states, states[::-1]):
        assert shop.take(*order).reread == ()
        assert name_of(shop) == "changed"
    assert shop.take(customer_named("changed again", updated.low, updated.high)).reread


def test_equal_counters_of_the_provider_fall_back_to_the_intervals(shop: Shop) -> None:
    shop.take(customer_named("one", 1000, 1999, native=7))
    assert shop.take(customer_named("two", 1500, 2500, native=7)).reread
    shop.take(customer_named("three", 3000, 3999, native=7))
    assert name_of(shop) == "three"


def test_a_counter_on_one_side_only_is_not_compared(shop: Shop) -> None:
    shop.take(customer_named("counted", 1000, 1999, native=7))
    shop.take(customer_named("not counted", 3000, 3999))
    assert name_of(shop) == "not counted"


# ------------------------------------------------------------------------------------------------ deletions


def test_a_stated_deletion_is_final(shop: Shop) -> None:
    shop.take(customer_named("Ana", 1000, 1999))
    gone = shop.take(gone_at("customer", "cus_1", 3000))
    assert gone.tally.deleted == 1
    for late in (customer_named("late page", 2000, 2999), customer_named("later still", 9000, 9999)):
        assert not shop.take(late).changes
        assert not shop.take(late, settled=True).changes
    (client,) = shop.clients()
    assert (client["name"], client["status"]) == ("Ana", "deleted")


def test_a_stated_deletion_wins_however_late_it_is_told(shop: Shop) -> None:
    shop.take(customer_named("Ana", 5000, 5999))
    assert shop.take(gone_at("customer", "cus_1", 5500)).reread == ()
    assert shop.clients()[0]["status"] == "deleted"


def test_a_tombstone_keeps_out_what_was_never_seen(shop: Shop) -> None:
    assert shop.take(gone_at("invoice", "in_1", 5000)).tally.deleted == 1
    assert not shop.take(read_at(InvoiceRecord("draft", "usd", 100, 100, 0, 100, 0, 100, 1), "in_1", 1000)).changes
    assert shop.rows("invoices") == []


def test_an_inferred_deletion_can_come_back(shop: Shop) -> None:
    shop.take(customer_named("Ana", 1000, 1999))
    shop.take(gone_at("customer", "cus_1", 3000, 3999, stated=False))
    assert shop.clients()[0]["status"] == "deleted"
    assert not shop.take(customer_named("Ana", 2000, 2500)).changes
    shop.take(customer_named("Ana", 5000, 5999))
    assert shop.clients()[0]["status"] == "active"
    assert shop.rows("client_links", columns=["deleted"]) == [{"deleted": False}]


def test_a_deletion_stated_twice_changes_nothing(shop: Shop) -> None:
    shop.take(customer_named("Ana", 1000), gone_at("customer", "cus_1", 3000))
    before = shop.snapshot()
    again = shop.take(gone_at("customer", "cus_1", 4000))
    assert not again.changes
    assert shop.snapshot() == before


def test_created_and_deleted_in_one_batch_leaves_what_two_batches_leave(shop: Shop, books: Books) -> None:
    story = (customer_named("Ana", 1000), gone_at("customer", "cus_1", 3000))
    shop.take(*story)
    other = Shop(books)
    other.take_in_turn([[part] for part in story])
    assert [client["name"] for client in shop.clients()] == ["Ana"]
    assert shop.everything() == other.everything()


def test_a_share_that_is_gone_takes_its_payment_off_the_invoice(shop: Shop) -> None:
    shop.take(
        read_at(
            InvoiceRecord("paid", "usd", 900, 900, 0, 900, 900, 0, 1, lines=(InvoiceLineRecord("il", 0, "x", 900),)),
            "in_1",
            10,
        ),
        read_at(AttemptRecord("succeeded", 900, 900, 0, "usd", 1, payment_ref="pi_1"), "ch_1", 10),
        read_at(InvoicePaymentRecord("in_1", "pi_1", 900, "usd", "paid", 1, 1), "inpay_1", 10),
    )
    assert [row["amount"] for row in shop.rows("service_totals")] == [900]
    applied = shop.take(gone_at("invoice_payment", "inpay_1", 30, stated=False))
    assert {"invoices", "payments", "totals"} <= applied.changes.kinds
    assert shop.rows("payments", columns=["invoice_ref"]) == [{"invoice_ref": ""}]
    assert shop.rows("invoice_events", columns=["kind"]) == [{"kind": "created"}]
    assert {row["itemised"]: row["amount"] for row in shop.rows("service_totals")} == {True: 0, False: 900}


def test_money_that_moved_is_not_hidden_by_a_deletion(shop: Shop) -> None:
    shop.take(read_at(AttemptRecord("succeeded", 900, 900, 0, "usd", 1), "ch_1", 10))
    shop.take(gone_at("charge", "ch_1", 30, stated=False))
    assert shop.rows("payments", columns=["collected"]) == [{"collected": 900}]


# ------------------------------------------------------------------------------------------------ verdicts

A, B = b"a", b"b"


def told(low: int, high: int, deletion: Deletion = Deletion.NONE) -> SourceObject:
    return SourceObject("customer", "cus_1", Version(low, high), {}, None if deletion else ClientRecord(), deletion)


@pytest.mark.parametrize(
    ("stored", "incoming", "digest", "settled", "verdict"),
    [
        (None, told(1, 2), A, False, Verdict.CREATE),
        (None, told(1, 2, Deletion.STATED), A, False, Verdict.CREATE),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(5, 9), A, False, Verdict.CONFIRM),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(10, 12), B, False, Verdict.UPDATE),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(9, 12), B, False, Verdict.UNCLEAR),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(1, 5), B, False, Verdict.UNCLEAR),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(1, 4), B, False, Verdict.OLDER),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(6, 7), B, True, Verdict.UPDATE),
        (Stored("client", A, Version(5, 9), Deletion.STATED), told(20, 21), B, True, Verdict.OLDER),
        (Stored("client", A, Version(5, 9), Deletion.STATED), told(20, 21, Deletion.STATED), A, False, Verdict.OLDER),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(1, 2, Deletion.STATED), B, False, Verdict.UPDATE),
        (Stored("client", A, Version(5, 9), Deletion.INFERRED), told(20, 21), A, False, Verdict.UPDATE),
        (Stored("client", A, Version(5, 9), Deletion.INFERRED), told(7, 8), A, False, Verdict.UNCLEAR),
        (Stored("client", A, Version(5, 9), Deletion.NONE), told(7, 8, Deletion.INFERRED), B, False, Verdict.UNCLEAR),
    ],
)
def test_each_verdict(
    stored: Stored | None, incoming: SourceObject, digest: bytes, settled: bool, verdict: Verdict
) -> None:
    assert judge(stored, incoming, digest, settled=settled) is verdict


def test_a_batch_that_breaks_leaves_everything_as_it_was(shop: Shop) -> None:
    shop.take(customer_named("Ana", 1000))
    before = shop.snapshot()
    nameless = ClientRecord(name=object())  # type: ignore[arg-type]
    unreadable = SourceObject("customer", "cus_2", Version(1, 1), {"id": "cus_2"}, nameless)
    with pytest.raises(TypeError):
        shop.take(customer_named("Bo", 2000), unreadable)
    assert shop.snapshot() == before
