"""The master key, the recovery key and access on the command line: what was sealed opens afterwards, and only so."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path

import pytest

from desktop.actions.renewal import Renewed
from desktop.books.integrations import update_integration
from desktop.cli import accounts, main
from desktop.providers.contract import Credentials
from desktop.sync.credentials import CredentialStore
from desktop.workspace import open_business
from tests.worlds import World

OLD, NEW = (base64.b64encode(bytes([number] * 32)).decode() for number in (1, 2))
TOKEN = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Books with one account whose credentials are sealed under the key in the environment."""
    monkeypatch.setenv("PAYDESK_MASTER_KEY", OLD)
    monkeypatch.setenv("PAYDESK_TIMEZONE", "Europe/Berlin")
    world = World(tmp_path)
    account = world.account()
    world.books.close()
    business = open_business(tmp_path, {"PAYDESK_MASTER_KEY": OLD})
    uuid = business.integration(account).row_uuid
    sealed = CredentialStore(business.books, business.vault).seal(uuid, Credentials({"secret_key": TOKEN}))
    with business.books.write() as writer:
        update_integration(writer.connection, account, credentials=sealed)
    business.close()
    return str(tmp_path)


def test_access_that_does_not_end_cannot_be_renewed(capsys, home: str) -> None:
    assert main(["account", "renew", "1", "--home", home]) == 2
    assert "does not end by itself" in capsys.readouterr().err


def test_renewed_access_is_said(capsys, home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "renew_access", lambda _business, number: Renewed(number, "Harbour"))
    assert main(["account", "renew", "1", "--home", home]) == 0
    assert capsys.readouterr().out == "The access to Harbour is renewed.\n"
    assert main(["account", "renew", "1", "--json", "--home", home]) == 0
    assert json.loads(capsys.readouterr().out) == {"id": 1, "renewed": True}


def opened(home: str, key: str) -> str:
    """The credentials as the key opens them."""
    business = open_business(Path(home), {"PAYDESK_MASTER_KEY": key})
    try:
        (row,) = business.integrations()
        return CredentialStore(business.books, business.vault).open(row.id)["secret_key"]
    finally:
        business.close()


def run(capsys: pytest.CaptureFixture[str], home: str, *words: str) -> tuple[int, str, str]:
    status = main([*words, "--home", home])
    said = capsys.readouterr()
    return status, said.out, said.err


def give(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_given_key_takes_the_place_of_the_one_in_the_environment(capsys, home: str, monkeypatch) -> None:
    give(monkeypatch, NEW + "\n")
    status, out, err = run(capsys, home, "keys", "rotate", "--key-stdin", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out)["kind"] == "environment"
    assert NEW not in out
    assert opened(home, NEW) == TOKEN
    assert run(capsys, home, "keys", "recovery")[0] == 5


def test_without_a_new_key_the_present_one_stays(capsys, home: str) -> None:
    status, out, err = run(capsys, home, "keys", "rotate")
    assert (status, out) == (2, "")
    assert "--key-stdin" in err
    assert opened(home, OLD) == TOKEN


@pytest.mark.parametrize(
    ("words", "given", "said"),
    [
        (("--to", "cellar"), "", "keychain, passphrase, environment"),
        (("--to", "keychain", "--key-stdin"), NEW, "is made here"),
        (("--key-stdin",), " \n", "Standard input was empty"),
        (("--key-stdin",), "short", "32 bytes in base64"),
        (("--key-stdin",), OLD, "sealed with already"),
    ],
)
def test_what_cannot_be_a_new_key_is_refused_in_a_sentence(
    capsys, home: str, monkeypatch, words: tuple[str, ...], given: str, said: str
) -> None:
    give(monkeypatch, given)
    status, out, err = run(capsys, home, "keys", "rotate", *words)
    assert status in {2, 5}
    assert out == ""
    assert said in err
    assert opened(home, OLD) == TOKEN


def test_the_recovery_key_opens_where_the_master_key_is_gone_and_a_new_one_takes_over(
    capsys, home: str, monkeypatch
) -> None:
    status, out, _ = run(capsys, home, "keys", "recovery", "--json")
    assert status == 0
    code = json.loads(out)["recovery_key"]
    monkeypatch.setenv("PAYDESK_MASTER_KEY", NEW)
    give(monkeypatch, code)
    status, out, _ = run(capsys, home, "keys", "recover")
    assert status == 0
    assert code not in out
    assert opened(home, NEW) == TOKEN


def test_where_every_key_is_lost_the_accounts_are_connected_again_and_keep_what_was_read(
    capsys, home: str, monkeypatch
) -> None:
    monkeypatch.setenv("PAYDESK_MASTER_KEY", NEW)
    status, out, err = run(capsys, home, "keys", "start-over")
    assert (status, out) == (2, "")
    assert "--yes" in err
    status, out, _ = run(capsys, home, "keys", "start-over", "--yes")
    assert status == 0
    assert "Connect every account again." in out
    business = open_business(Path(home), {"PAYDESK_MASTER_KEY": NEW})
    (row,) = business.integrations()
    assert row.status == "needs_attention"
    assert "Connect the account again" in row.attention
    sealed = CredentialStore(business.books, business.vault).seal(row.row_uuid, Credentials({"secret_key": TOKEN}))
    with business.books.write() as writer:
        update_integration(writer.connection, row.id, credentials=sealed)
    business.close()
    assert opened(home, NEW) == TOKEN


def test_a_recovery_key_of_other_books_changes_nothing(capsys, home: str, monkeypatch) -> None:
    assert run(capsys, home, "keys", "recovery")[0] == 0
    give(monkeypatch, "not a code")
    status, out, err = run(capsys, home, "keys", "recover")
    assert (status, out) == (5, "")
    assert err.endswith(".\n")
    assert opened(home, OLD) == TOKEN
