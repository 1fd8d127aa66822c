"""The one table of colours by role, and the measures. No Qt here.

Source of the table: the project's look (roles light and dark, measures on an 8-pixel grid). Widgets, charts and
exports take their colours from here by role only. Sizes are pixels at a body text of 13; the theme scales them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

Scheme: TypeAlias = Literal["light", "dark"]

_TABLE: Final[tuple[tuple[str, str, str], ...]] = (
    ("window", "#F6F7F9", "#101418"),
    ("surface", "#FFFFFF", "#171C22"),
    ("sunken", "#EEF1F4", "#12171C"),
    ("raised", "#FFFFFF", "#1D232B"),
    ("line", "#E1E5EA", "#2A323C"),
    ("line-strong", "#C4CBD3", "#3D4753"),
    ("text", "#1A1F26", "#E7EBF0"),
    ("text-2", "#55606D", "#A7B1BD"),
    ("text-3", "#616B78", "#8793A0"),
    ("accent", "#137A39", "#4ADE80"),
    ("accent-hover", "#0F6830", "#6BE797"),
    ("accent-pressed", "#0C5527", "#38C56C"),
    ("on-accent", "#FFFFFF", "#0B1F13"),
    ("accent-soft", "#E7F6EC", "#12301F"),
    ("danger", "#C62828", "#FF8A80"),
    ("danger-soft", "#FDECEC", "#3A1A1A"),
    ("warning", "#8A5A00", "#F2C14E"),
    ("warning-soft", "#FFF4DC", "#33270D"),
    ("info", "#1D5FBF", "#8AB4F8"),
    ("info-soft", "#E8F0FD", "#16263F"),
    ("bar", "#22A05A", "#3CC777"),
    ("track", "#EEF1F4", "#0E1216"),
    ("neutral-soft", "#EDF0F3", "#232A33"),
    ("hover", "#F4F6F8", "#1C222A"),
    # Fixed in both schemes: the request's gradient, what darkens it under text, and the ink of providers' marks.
    ("gradient-start", "#22C55E", "#22C55E"),
    ("gradient-end", "#16A34A", "#16A34A"),
    ("gradient-shade", "#063A1C", "#063A1C"),
    ("on-gradient", "#FFFFFF", "#FFFFFF"),
    ("gradient-accent", "#137A39", "#137A39"),
    ("on-mark", "#FFFFFF", "#FFFFFF"),
)

#: The soft ground and the text colour of each tone that pills, toasts and states have.
TONES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "accent": ("accent", "accent-soft"),
        "danger": ("danger", "danger-soft"),
        "warning": ("warning", "warning-soft"),
        "info": ("info", "info-soft"),
        "neutral": ("text-2", "neutral-soft"),
    }
)


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes in pixels at a body text of 13; see ``Theme.px`` for the scaled ones."""

    grid: int = 8
    rail: int = 216
    top_bar: int = 56
    card_radius: int = 12
    control: int = 32
    control_radius: int = 8
    row: int = 37
    panel: int = 352
    body: float = 13.0
    secondary: float = 12.0
    label: float = 11.5
    heading: float = 15.0
    title: float = 17.0
    figure: float = 22.0


MEASURES: Final = Measures()


def colours(scheme: Scheme) -> Mapping[str, str]:
    """Every role's colour in this scheme as ``#RRGGBB``; what charts and exports take."""
    column = 1 if scheme == "light" else 2
    return MappingProxyType({row[0]: row[column] for row in _TABLE})


def channels(colour: str) -> tuple[int, int, int]:
    """The red, green and blue (0–255) of ``#RRGGBB``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(under: str, over: str, opacity: float) -> str:
    """``over`` laid on ``under`` with an opacity of 0–1, as ``#RRGGBB``."""
    pairs = zip(channels(under), channels(over), strict=True)
    return "#" + "".join(f"{round(low + (high - low) * opacity):02X}" for low, high in pairs)
