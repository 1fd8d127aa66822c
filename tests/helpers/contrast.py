"""How well a colour is read on another (WCAG 2.2)."""

from desktop.ui.theme.roles import channels


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours ``#RRGGBB``, 1–21; text needs 4.5."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance of ``#RRGGBB``, 0–1."""
    red, green, blue = (_linear(channel) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
