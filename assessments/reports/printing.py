"""What every report shares: people's words and addresses made ready for paper, days as they are read, colours."""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from unicodedata import bidirectional
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from aicmm.links import absolute
from assessments import charts
from assessments.charts.text import text_width
from assessments.datatypes import EvidenceLink
from rubric.datatypes import Rubric

ORGANIZATION_LENGTH, TEAM_LENGTH = 46, 32
"""Of their names in running heads, in letters of ordinary width: both fit on one line."""
LONG_WORD = 15
"""A longer one is broken where a text is cut."""
LONG_NAME, LONGEST_NAME = 45, 90
"""From these lengths on the organization's name is set smaller, so that page 1 stays one page."""
MOST_LINES = 100
"""As many as a form takes; what was stored before it counted all of them has its last lines run on."""

_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""Controls but tab and line feed, halves of pairs, and what never is a character: a PDF's metadata can't hold them.
And the two that turn any text round: nobody means them, and they can make it read as something else."""

_UNBROKEN = re.compile(r"[^ \n]{45,}")
"""Longer ones keep WeasyPrint from looking at no more than the next line."""
_BLANKS = re.compile(r" {40,}")
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title>")
_LINE_ENDS = re.compile("[\u2028\u2029]")
_PIECE = 30


@dataclass(frozen=True, slots=True)
class PrintedLink:
    """Evidence as it is printed. `url` is empty where the address isn't one of the web; then only its text is shown."""

    title: str
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class PrintedText:
    """A reason or a rationale; `leftwards` where it runs from right to left."""

    text: str
    leftwards: bool


def document(template: str, context: Mapping[str, object]) -> str:
    """A whole document for `aicmm.pdf`, without what no file can hold."""
    return _UNPRINTABLE.sub("", render_to_string(template, context).replace("\r\n", "\n"))


def picture(svg: str) -> SafeString:
    """A drawing as an image with its title as alternative text: WeasyPrint would look for styles for each element of
    one that stands in the page itself."""
    title = _TITLE.search(svg)
    encoded = b64encode(svg.encode()).decode()
    # The title is escaped in the drawing, and an attribute of the page takes it as it is.
    return mark_safe(f'<img alt="{title[1] if title else ""}" src="data:image/svg+xml;base64,{encoded}">')


def shortened(text: str, most: int) -> str:
    """`text` as far as it takes the room of `most` letters of ordinary width, then an ellipsis; whole words where they
    are short."""
    if room(text) <= most:
        return text
    length = next(length for length in range(most, -1, -1) if room(text[:length]) < most)
    words = text[: length + 1].rpartition(" ")[0]
    return (words if words and len(words) > length - LONG_WORD else text[:length]).rstrip(" ,;:.") + " …"


def name_size(name: str) -> str:
    """The class that an organization's name gets for its length."""
    if room(name) > LONGEST_NAME:
        return "longest"
    return "long" if room(name) > LONG_NAME else ""


def lines(text: str, length: int) -> int:
    """About how many lines `text` takes where one holds `length` letters of ordinary width, word by word; rather one
    too many."""
    line, space = length / 1.05, room(" ")
    count, used = 0, line
    for word in text.split():
        width = room(word)
        if used + space + width <= line:
            used += space + width
        else:
            needed = max(ceil(width / line), 1)
            count, used = count + needed, width - (needed - 1) * line
    return count


def room(text: str) -> float:
    """About how many letters of ordinary width take as much room as `text`."""
    return text_width(text, 1 / 0.58)


def site_address(name: str, *arguments: str) -> str:
    """A page's whole address, for paper."""
    return absolute(reverse(name, args=arguments))


def level_styles(rubric: Rubric) -> SafeString:
    """The style rules that give the classes `level-1` to `level-N` their colours."""
    colours = [charts.level_colour(level.number, rubric.top) for level in rubric.levels]
    return mark_safe(
        "\n".join(
            f".level-{number} {{ background: {colour.fill}; color: {colour.text}; }}"
            for number, colour in enumerate(colours, start=1)
        )
    )


def height_style(height: int) -> SafeString:
    """The style rule that gives the pictures in the class `high-N` their height, in millimetres."""
    return mark_safe(f".high-{height} {{ height: {height}mm; }}")


def printed_date(moment: datetime) -> str:
    """The day in the application's time zone: "November 23, 2026"."""
    return date_format(localtime(moment), "F j, Y")


def printed_moment(moment: datetime) -> str:
    """Day and time in the application's time zone, with its name: "November 23, 2026, 10:30 a.m. EST"."""
    return date_format(localtime(moment), "F j, Y, P T")


def printed_link(link: EvidenceLink) -> PrintedLink:
    """Evidence with its host beside the title, since paper has nothing to click on."""
    title = " ".join(link.title.split())
    try:
        address = urlsplit(link.url.strip())
        host = address.hostname or ""
    except ValueError:
        return PrintedLink(title or link.url, "", "")
    if address.scheme not in ("http", "https") or not host:
        return PrintedLink(title or link.url, "", "")
    return PrintedLink(title or link.url, link.url.strip(), host)


def printed_text(text: str) -> PrintedText:
    """A team's words, with places to break in what has no space for a line, no tab, no more blanks than a line has, and
    no more lines than forms take.

    For each WeasyPrint would lay out all the rest of the text for each line: 4,000 letters in a row cost half a second.
    """
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ").split("\n", MOST_LINES - 1)
    text = _BLANKS.sub(" " * 40, "\n".join([*lines[:-1], lines[-1].replace("\n", " ")]))
    return PrintedText(_UNBROKEN.sub(lambda run: _in_pieces(run[0]), text), runs_leftwards(text))


def _in_pieces(text: str) -> str:
    return "\u200b".join(text[start : start + _PIECE] for start in range(0, len(text), _PIECE))


def runs_leftwards(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left, as in Arabic and Hebrew."""
    directions = (bidirectional(letter) for letter in text)
    return next((one for one in directions if one in ("L", "R", "AL")), "L") != "L"
