"""Opening a business: which folder, whose key, which zone; and nothing left open where it fails."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import pytest

from desktop import workspace
from desktop.actions.business import Business
from desktop.books.books import open_books
from desktop.errors import ClosedBooksError, UsageError
from desktop.workspace import home_folder, machine_timezone, open_business
from tests.helpers.patience import PATIENCE_S

KEY = base64.b64encode(bytes(range(32))).decode()
ZONED = {"PAYDESK_TIMEZONE": "Europe/Berlin", "PAYDESK_MASTER_KEY": KEY}


def test_the_given_folder_wins_over_the_variable_and_that_over_the_platform_s(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path))
    variable = {"PAYDESK_HOME": str(tmp_path / "variable")}
    assert home_folder(tmp_path / "given", variable) == tmp_path / "given"
    assert home_folder(None, variable) == tmp_path / "variable"
    assert home_folder("", {"PAYDESK_HOME": ""}).name == "paydesk"
    assert home_folder("~/books", {}) == tmp_path / "books"


def test_a_folder_is_absolute_whatever_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert home_folder("books", {}) == tmp_path / "books"
    assert home_folder("~nobody-of-that-name", {}) == tmp_path / "~nobody-of-that-name"


def test_the_window_looks_in_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from desktop.cli.window import _home

    monkeypatch.chdir(tmp_path)
    for given, variables in (
        (None, {}),
        ("~/x", {}),
        ("x", {}),
        ("~no-such-user/x", {}),
        (None, {"PAYDESK_HOME": "y"}),
    ):
        assert _home(given, variables) == home_folder(given, variables)


def test_a_new_home_is_made_for_its_owner_alone_and_keeps_its_zone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    business = open_business(home, ZONED)
    try:
        assert home.stat().st_mode & 0o777 == 0o700
        assert business.books.timezone == "Europe/Berlin"
        assert business.integrations() == []
    finally:
        business.close()
    again = open_business(home, {**ZONED, "PAYDESK_TIMEZONE": "Asia/Tokyo"})
    assert again.books.timezone == "Europe/Berlin"
    again.close()


def test_without_a_zone_the_machine_s_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspace, "machine_timezone", lambda: "Asia/Tokyo")
    business = open_business(tmp_path / "home", {"PAYDESK_MASTER_KEY": KEY})
    assert business.books.timezone == "Asia/Tokyo"
    business.close()


def test_a_machine_that_does_not_say_its_zone_has_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    import tzlocal

    def lost() -> str:
        raise LookupError("no such zone")

    monkeypatch.setattr(tzlocal, "get_localzone_name", lost)
    assert machine_timezone() == "UTC"
    monkeypatch.setattr(tzlocal, "get_localzone_name", lambda: None)
    assert machine_timezone() == "UTC"


def test_an_unknown_zone_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Mars"):
        open_business(tmp_path / "home", {"PAYDESK_TIMEZONE": "Mars/Base"})


def test_a_folder_that_is_none_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("mine")
    with pytest.raises(ClosedBooksError):
        open_business(tmp_path / "home", ZONED)
    assert (tmp_path / "home").read_text() == "mine"


def test_where_the_keys_cannot_be_reached_the_books_are_let_go(tmp_path: Path, monkeypatch) -> None:
    closed: list[str] = []
    opened = workspace.open_books

    def watched(*arguments, **words):
        books = opened(*arguments, **words)
        close = books.close
        monkeypatch.setattr(books, "close", lambda: (closed.append("closed"), close()))
        return books

    def broken(_home: str, *_more: object) -> object:
        raise ClosedBooksError("No keys", "The keys cannot be reached.")

    monkeypatch.setattr(workspace, "open_books", watched)
    monkeypatch.setattr(workspace, "KeyLadder", broken)
    with pytest.raises(ClosedBooksError, match="keys cannot be reached"):
        open_business(tmp_path / "home", ZONED)
    assert closed == ["closed"]


def test_two_programs_that_begin_the_same_books_agree_on_their_name(tmp_path: Path) -> None:
    both = [open_books(tmp_path, timezone="UTC"), open_books(tmp_path)]
    ready = threading.Barrier(2)
    names: list[str] = []
    settings = [books.setting for books in both]

    def begin(place: int) -> None:
        # Both have looked and found no name before either writes one.
        def look(name: str, default: object = None) -> object:
            found = settings[place](name, default)
            ready.wait(timeout=PATIENCE_S)
            return found

        both[place].setting = look  # type: ignore[method-assign]
        names.append(workspace._home_id(both[place]))

    threads = [threading.Thread(target=begin, args=(place,)) for place in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names) == 2
    assert len(set(names)) == 1
    assert settings[0]("home.id") == names[0]
    for books in both:
        books.close()


def test_two_homes_have_two_names(tmp_path: Path) -> None:
    businesses = [open_business(tmp_path / name, ZONED) for name in ("one", "two")]
    names = {business.books.setting("home.id") for business in businesses}
    assert len(names) == 2
    for business in businesses:
        business.close()


def test_the_key_of_the_variable_opens_what_it_sealed_and_the_demo_s_key_leaves_nothing(tmp_path: Path) -> None:
    def records(business: Business) -> list[tuple[str, ...]]:
        with business.books.read() as connection:
            return [tuple(row) for row in connection.exec_driver_sql("select kind from key_records")]

    business = open_business(tmp_path / "home", ZONED)
    business.vault.unlock()
    assert records(business) == [("environment",)]
    business.close()
    demo = open_business(tmp_path / "demo", ZONED, memory_key=True)
    demo.vault.unlock()
    assert records(demo) != [("environment",)]
    assert demo.books.setting("home.id") is None
    demo.close()
