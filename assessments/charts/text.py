"""Text in a drawing: how wide it will be, where it breaks, and how it is escaped.

SVG neither wraps nor measures, and a server has no browser to ask. Widths are those of Public Sans Bold, rounded up by
class of letter, so that a drawing has room for the regular weight and for the usual fallback fonts as well.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Final
from unicodedata import east_asian_width

FONT: Final = "Public Sans,Public Sans Web,Arial,sans-serif"
"""The family as PDFs know it, then as USWDS names its web font. No space after a comma: WeasyPrint keeps it."""

ELLIPSIS: Final = "…"

_CLASSES: Final = {
    0.34: " .,:;!'|()[]/iIjl",
    0.43: '-frt"J1',
    0.58: "acekosvxyz",
    0.74: "ABCDGHKNOPQRSUVXY&+=<>",
    0.95: "mwMW@%…—",
}
_WIDTHS: Final = {letter: width for width, letters in _CLASSES.items() for letter in letters}


@lru_cache(maxsize=4096)
def text_width(text: str, size: float) -> float:
    """The width to reserve for one line of `text` at font size `size`, in the unit of `size`."""
    return size * sum(_letter_width(letter) for letter in text)


@lru_cache(maxsize=1024)
def wrap(text: str, size: float, width: float, most: int) -> tuple[str, ...]:
    """Break `text` into as few lines as fit `width`, evenly; beyond `most` lines or `width` an ellipsis."""
    words = tuple(printable(text).split())
    lines = _fill(words, size, width)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + ELLIPSIS]
    else:
        narrower = (_fill(words, size, width * share / 20) for share in range(8, 20))
        lines = next((even for even in narrower if len(even) == len(lines)), lines)
    return tuple(_shorten(line, size, width) for line in lines)


def flow(widths: Sequence[float], width: float, gap: float) -> Iterator[tuple[float, int]]:
    """Set pieces of these widths side by side, breaking lines at `width`: each one's x and its line's index."""
    x, line = 0.0, 0
    for piece in widths:
        if x and x + piece > width:
            x, line = 0.0, line + 1
        yield x, line
        x += piece + gap


def printable(text: str) -> str:
    """`text` on one line, without the control characters that XML forbids."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


@lru_cache(maxsize=4096)
def escaped(text: str) -> str:
    """`text` for SVG content and attribute values."""
    return escape(printable(text))


def number(value: float) -> str:
    """A coordinate with at most one decimal, the shortest way."""
    return f"{round(value, 1) + 0.0:g}"  # adding zero turns -0.0 into 0.0


def _fill(words: Sequence[str], size: float, width: float) -> list[str]:
    """Lines as full as they go; a word wider than `width` stands on its own."""
    lines: list[str] = []
    for word in words:
        if lines and text_width(f"{lines[-1]} {word}", size) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _letter_width(letter: str) -> float:
    return _WIDTHS.get(letter, 1.0 if east_asian_width(letter) in "WF" else 0.63)


def _shorten(line: str, size: float, width: float) -> str:
    if text_width(line, size) <= width:
        return line
    line = line.removesuffix(ELLIPSIS)
    while line and text_width(line + ELLIPSIS, size) > width:
        line = line[:-1]
    return line.rstrip() + ELLIPSIS
