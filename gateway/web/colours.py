"""Which text can be read on a colour that an operator chose."""

from __future__ import annotations

WHITE, BLACK = "#ffffff", "#000000"  # one of the two has a contrast of 4.5 or more on every colour


def text_on(colour: str) -> str:
    """White or black, whichever stands out more on `colour` (#rrggbb), after WCAG 2."""
    luminance = _luminance(colour)
    on_white, on_black = 1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05
    return WHITE if on_white >= on_black else BLACK


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
