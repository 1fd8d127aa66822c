"""Where the files under ``resources/`` are: beside the package in a checkout, inside it in a wheel or a frozen app."""

from __future__ import annotations

from pathlib import Path

import desktop


def resource_path(*parts: str) -> Path:
    """The path of a resource, for example ``resource_path("icons", "home.svg")``.

    The wheel carries ``resources/`` as ``desktop/_resources`` (see the force-include in ``pyproject.toml``).
    """
    package = Path(desktop.__file__).resolve().parent
    installed = package / "_resources"
    base = installed if installed.is_dir() else package.parent / "resources"
    return base.joinpath(*parts)
