"""The icon set: every drawing renders, is tinted, sharp at two device pixels, and found from a wheel too."""

import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

import desktop
from desktop.ui.theme import resources
from desktop.ui.theme.icons import Icons
from desktop.ui.theme.resources import resource_path

NAMES = Icons().names()


@pytest.mark.parametrize("name", NAMES)
def test_every_drawing_is_valid_and_shows_something(qapp, name: str) -> None:
    icons = Icons()
    assert icons.renderer(name, "#000000").isValid()
    image = icons.pixmap(name, "#C62828", 24, 1.0).toImage()
    assert any(image.pixelColor(x, y).alpha() > 0 for x in range(image.width()) for y in range(image.height()))


def test_a_drawing_is_tinted_and_kept(qapp) -> None:
    icons = Icons()
    red = icons.pixmap("mark-square", "#FF0000", 24, 1.0)
    assert red.toImage().pixelColor(12, 12) == QColor("#FF0000")
    assert icons.pixmap("mark-square", "#FF0000", 24, 1.0) is red
    assert icons.pixmap("mark-square", "#0000FF", 24, 1.0).toImage().pixelColor(12, 12) == QColor("#0000FF")


def test_a_drawing_is_sharp_at_two_device_pixels(qapp) -> None:
    pixmap = Icons().pixmap("home", "#000000", 16, 2.0)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (32, 2.0)


def test_line_drawings_share_grid_and_stroke() -> None:
    for name in NAMES:
        if name.startswith(("empty-", "mark-", "card-", "brand")):
            continue
        source = resource_path("icons", f"{name}.svg").read_text("utf-8")
        assert 'viewBox="0 0 24 24"' in source
        assert 'stroke-width="1.75"' in source
        assert "currentColor" in source


def test_every_name_that_code_uses_is_there() -> None:
    folder = Path(desktop.__file__).parent / "ui"
    used = set()
    for path in folder.rglob("*.py"):
        used |= set(
            re.findall(
                r'(?:icon|pixmap|Picture|IconButton)\((?:self\._)?(?:theme, )?"([a-z-]+)"', path.read_text("utf-8")
            )
        )
    assert used
    assert used <= set(NAMES)


def test_an_installed_package_finds_its_own_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "desktop"
    (package / "_resources" / "icons").mkdir(parents=True)
    monkeypatch.setattr(resources.desktop, "__file__", str(package / "__init__.py"))
    assert resource_path("icons") == package / "_resources" / "icons"
