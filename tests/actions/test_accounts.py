"""An account's name on screen, and what of it could not be read."""

import pytest

from desktop.actions.accounts import SetAsideLine, rename_account, set_aside_lines
from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key
from desktop.errors import NotConnectedError, UsageError
from desktop.sandbox import launch


@pytest.fixture
def account(business: Business, sandbox: launch.Running, make_person) -> int:
    return connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration.id


def test_a_name_is_given_and_taken_back(business: Business, account: int) -> None:
    own = business.integration(account).title
    assert rename_account(business, account, "  The \n studio ").changes.kinds == {"integrations"}
    assert business.integration(account).title == "The studio"
    rename_account(business, account, " ")
    assert business.integration(account).title == own


def test_a_name_that_is_too_long_or_for_nobody_is_refused(business: Business, account: int) -> None:
    with pytest.raises(UsageError, match="100"):
        rename_account(business, account, "x" * 101)
    with pytest.raises(NotConnectedError):
        rename_account(business, account + 1, "x")


def test_what_could_not_be_read_is_named_newest_first(business: Business, account: int) -> None:
    assert set_aside_lines(business, account) == []
    with business.books.write() as writer:
        for number in range(3):
            writer.connection.exec_driver_sql(
                "insert into set_aside "
                "(integration_id, stream, data_type, external_id, reason, first_seen_at, last_seen_at)"
                f" values ({account}, 'invoices', 'invoice', 'in_{number}', 'odd amount', 0, {number})"
            )
    lines = set_aside_lines(business, account, limit=2)
    assert lines == [
        SetAsideLine("invoices", "invoice", "in_2", "odd amount"),
        SetAsideLine("invoices", "invoice", "in_1", "odd amount"),
    ]
