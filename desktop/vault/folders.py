"""The home folder: private to its owner (0700), and really the owner's."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from desktop.vault.errors import UnsafeFolderError

FOLDER_MODE = 0o700


def secure_folder(path: Path) -> Path:
    """Create the folder (and its parents) if need be, and take every right from others.

    Raises ``UnsafeFolderError`` for a symbolic link, for what is no folder, for one that belongs to somebody else, and
    where the system refuses. On systems without POSIX rights only the folder is made.
    """
    with _translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            path.mkdir(mode=FOLDER_MODE)
        _check(path, path.lstat(), stat.S_ISDIR, "folder")
        _restrict(path, FOLDER_MODE)
    return path


def _check(path: Path, found: os.stat_result, is_kind: Callable[[int], bool], kind: str) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise _unsafe(path, f"{path} is a symbolic link, and whoever set it decides where the books go.")
    if not is_kind(found.st_mode):
        raise _unsafe(path, f"{path} is there already and is no {kind}.")
    owner = _me()
    if owner is not None and found.st_uid != owner:
        raise _unsafe(path, f"{path} belongs to another user of this computer.")


def _restrict(path: Path, mode: int) -> None:
    """Only where rights mean something, and only when they differ: a read-only disk may already be right."""
    if _me() is not None and stat.S_IMODE(path.lstat().st_mode) != mode:
        path.chmod(mode)


def _me() -> int | None:
    """The user's id, or None on systems that know no such thing."""
    geteuid = getattr(os, "geteuid", None)
    return None if geteuid is None else int(geteuid())


def _unsafe(path: Path, message: str) -> UnsafeFolderError:
    return UnsafeFolderError(
        "The home folder is not safe", message, f"Choose another home folder, or put {path.name} right."
    )


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unsafe(path, f"{path} cannot be made private: {reason}.") from error
