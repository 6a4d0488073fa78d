"""The five level colours: one blue hue from light to dark, no red, amber or green, since level 1 is no failure."""

from functools import lru_cache
from typing import Final, NamedTuple


class LevelColour(NamedTuple):
    """Hex colours; `text` on `fill` has a contrast of at least 4.5 : 1."""

    fill: str
    text: str


INK: Final = "#1b1b1b"
MUTED: Final = "#565c65"
GRID: Final = "#c6cace"
OUTLINE: Final = "#2c608a"
HATCH: Final = "#4f97d1"
WHITE: Final = "#ffffff"

LEVEL_COLOURS: Final = (
    LevelColour("#d9e8f6", INK),
    LevelColour("#aacdec", INK),
    LevelColour("#4f97d1", INK),
    LevelColour("#2c608a", WHITE),
    LevelColour("#1f303e", WHITE),
)


def contrast(one: str, other: str) -> float:
    """The WCAG 2 contrast ratio of two `#rrggbb` colours, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance of `#rrggbb`, 0 to 1."""
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@lru_cache(maxsize=256)
def level_colour(number: int, top: int) -> LevelColour:
    """The colour of level `number` of `top`: one of the five, or mixed between its neighbours among them."""
    place = (number - 1) / max(top - 1, 1) * (len(LEVEL_COLOURS) - 1)
    below = min(int(place), len(LEVEL_COLOURS) - 2)
    if place == below:
        return LEVEL_COLOURS[below]
    if place == below + 1:
        return LEVEL_COLOURS[below + 1]
    fill = _mix(LEVEL_COLOURS[below].fill, LEVEL_COLOURS[below + 1].fill, place - below)
    # Mid-tones exist on which neither ink nor white reaches 4.5 : 1; one of white and black always does.
    return LevelColour(fill, next(text for text in (INK, WHITE, "#000000") if contrast(fill, text) >= 4.5))


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
