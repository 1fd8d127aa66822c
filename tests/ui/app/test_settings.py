"""What the window keeps for itself: small, private, and never a reason not to start."""

import json
import logging
from pathlib import Path

import pytest

from desktop.ui.app.settings import WindowSettings


def test_what_was_kept_is_there_the_next_time(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path)
    settings.save("theme", "dark")
    settings.save("geometry", "AdnQywAD")
    assert WindowSettings(tmp_path).text("theme") == "dark"
    assert WindowSettings(tmp_path).text("geometry") == "AdnQywAD"


def test_a_new_home_keeps_nothing_and_gives_the_default(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path / "home")
    assert (settings.text("theme", "system"), settings.text("theme")) == ("system", "")
    assert not (tmp_path / "home").exists()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    WindowSettings(tmp_path / "home").save("theme", "dark")
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "home" / "window.json").stat().st_mode & 0o777 == 0o600


def test_the_same_again_is_not_written_again(tmp_path: Path) -> None:
    settings = WindowSettings(tmp_path)
    settings.save("theme", "dark")
    (tmp_path / "window.json").unlink()
    settings.save("theme", "dark")
    assert not (tmp_path / "window.json").exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"null", b'"x"', b"\xff\xfe\x00", b"[" * 50])
def test_a_file_that_makes_no_sense_counts_as_empty_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "window.json").write_bytes(content)
    settings = WindowSettings(tmp_path)
    assert settings.text("theme", "system") == "system"
    settings.save("theme", "light")
    assert WindowSettings(tmp_path).text("theme") == "light"


@pytest.mark.parametrize("value", [1, None, True, ["dark"], {"a": 1}, "\ud800", "dark\x00"])
def test_a_value_that_is_no_proper_text_counts_as_none(tmp_path: Path, value: object) -> None:
    (tmp_path / "window.json").write_text(json.dumps({"theme": value}))
    assert WindowSettings(tmp_path).text("theme", "system") == "system"


def test_a_home_that_cannot_be_written_is_told_to_the_log_only(tmp_path: Path, caplog) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "home").write_text("a file where the folder should be")
    settings = WindowSettings(tmp_path / "home")
    settings.save("theme", "dark")
    assert settings.text("theme") == "dark"
    assert [record.levelno for record in caplog.records] == [logging.INFO]
