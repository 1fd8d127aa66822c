"""The home folder is its owner's alone."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from desktop.vault import folders
from desktop.vault.errors import UnsafeFolderError
from desktop.vault.folders import secure_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_new_folder_is_made_with_its_parents_and_only_for_its_owner(tmp_path: Path) -> None:
    path = secure_folder(tmp_path / "data" / "paydesk")
    assert path.is_dir()
    assert mode_of(path) == 0o700


def test_a_new_folder_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        home = secure_folder(tmp_path / "home")
    finally:
        os.umask(before)
    assert mode_of(home) == 0o700


def test_an_open_folder_is_closed_and_keeps_its_contents(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    books = home / "books.db"
    books.write_text("kept")
    secure_folder(home)
    assert mode_of(home) == 0o700
    assert books.read_text() == "kept"


def test_doing_it_twice_changes_nothing(tmp_path: Path) -> None:
    first = secure_folder(tmp_path / "home").stat()
    assert secure_folder(tmp_path / "home").stat().st_ctime_ns == first.st_ctime_ns


def test_a_symbolic_link_is_refused_and_what_it_points_to_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o755)
    (tmp_path / "home").symlink_to(target)
    with pytest.raises(UnsafeFolderError, match="symbolic link"):
        secure_folder(tmp_path / "home")
    assert mode_of(target) == 0o755


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    with pytest.raises(UnsafeFolderError, match="no folder"):
        secure_folder(tmp_path / "home")


def test_what_belongs_to_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    monkeypatch.setattr(folders, "_me", lambda: os.geteuid() + 1)
    with pytest.raises(UnsafeFolderError, match="another user") as caught:
        secure_folder(home)
    assert caught.value.exit_status == 5
    assert mode_of(home) == 0o755


def test_a_path_through_a_file_is_an_error_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UnsafeFolderError, match="cannot be made private"):
        secure_folder(tmp_path / "file" / "home")


def test_where_rights_mean_nothing_the_folder_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "_me", lambda: None)
    assert secure_folder(tmp_path / "home").is_dir()
