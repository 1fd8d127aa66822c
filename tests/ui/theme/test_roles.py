"""Text reaches 4.5:1 on everything it stands on, in both schemes."""

import re
from pathlib import Path

import pytest

import desktop.ui
from desktop.providers.registry import facts_of, provider_names
from desktop.ui.theme.roles import TONES, colours, mixed
from desktop.ui.widgets.payments_card import SHADE_END, SHADE_START
from tests.helpers.contrast import contrast

UI = Path(desktop.ui.__file__).parent

_GROUNDS = ("window", "surface", "sunken", "raised")

#: Every pair (text, what it stands on) that the style sheet and the painted widgets use.
TEXT_ON = (
    *((text, ground) for text in ("text", "text-2", "text-3", "accent", "danger", "warning") for ground in _GROUNDS),
    *((text, ground) for text in ("text", "text-2", "text-3", "accent") for ground in ("accent-soft", "hover")),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("on-accent", "accent-pressed"),
    ("danger", "danger-soft"),
    ("warning", "warning-soft"),
    ("info", "info-soft"),
    ("text-2", "neutral-soft"),
    ("text", "neutral-soft"),
    ("gradient-accent", "on-gradient"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_is_legible_on_its_ground(scheme: str, text: str, ground: str) -> None:
    table = colours(scheme)
    assert contrast(table[text], table[ground]) >= 4.5


def test_white_is_legible_on_the_shaded_gradient() -> None:
    table = colours("light")
    for green, opacity in (("gradient-start", SHADE_START), ("gradient-end", SHADE_END)):
        under = mixed(table[green], table["gradient-shade"], opacity)
        assert contrast(table["on-gradient"], under) >= 4.5


@pytest.mark.parametrize("name", provider_names())
def test_a_providers_mark_is_legible_on_its_ground(name: str) -> None:
    mark = facts_of(name).mark
    for scheme, ground in (("light", mark.light), ("dark", mark.dark)):
        assert contrast(colours(scheme)["on-mark"], ground) >= 4.5


def test_both_schemes_have_the_same_roles_as_hex() -> None:
    light, dark = colours("light"), colours("dark")
    assert set(light) == set(dark)
    assert all(re.fullmatch(r"#[0-9A-F]{6}", colour) for table in (light, dark) for colour in table.values())


def test_every_tone_is_among_the_checked_pairs() -> None:
    assert set(TONES.values()) <= set(TEXT_ON)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_colours_are_written_in_the_table_only() -> None:
    found = [
        path.name
        for path in UI.rglob("*.py")
        if path.name != "roles.py" and re.search(r"#[0-9A-Fa-f]{6}\b", path.read_text("utf-8"))
    ]
    assert found == []
