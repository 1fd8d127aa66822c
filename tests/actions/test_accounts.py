"""An account's name on screen."""

import pytest

from desktop.actions.accounts import rename_account
from desktop.actions.business import Business
from desktop.actions.connect import connect_by_key
from desktop.errors import NotConnectedError, UsageError
from desktop.sandbox import launch
from desktop.sync.lease import Lease, LeaseHeld, acquire


@pytest.fixture
def account(business: Business, sandbox: launch.Running, make_person) -> int:
    return connect_by_key(business, "stripe", sandbox.secret_key, make_person()).integration.id


def test_a_name_is_given_and_taken_back(business: Business, account: int) -> None:
    own = business.integration(account).title
    assert rename_account(business, account, "  The \n studio ").changes.kinds == {"integrations"}
    assert business.integration(account).title == "The studio"
    rename_account(business, account, " ")
    assert business.integration(account).title == own


def test_an_account_that_another_program_is_at_work_on_keeps_its_name(business: Business, account: int) -> None:
    own = business.integration(account).title
    lease = acquire(business.books, account, "window on elsewhere (1)")
    assert isinstance(lease, Lease)
    with pytest.raises(LeaseHeld):
        rename_account(business, account, "The studio")
    lease.release()
    assert business.integration(account).title == own


def test_a_name_that_is_too_long_or_for_nobody_is_refused(business: Business, account: int) -> None:
    with pytest.raises(UsageError, match="100"):
        rename_account(business, account, "x" * 101)
    with pytest.raises(NotConnectedError):
        rename_account(business, account + 1, "x")
