"""What keeps a report on paper from being whole, and readable for everyone."""

import re
from collections.abc import Iterator, Sequence

from django.test import override_settings

from aicmm import pdf
from aicmm.pdf_protocol import Reply

from . import pdf_checks

ACROSS, UP = 16, 7
"""Millimetres at the edges of a page on which nothing is ever drawn."""


def made(html: str) -> Reply:
    """A report as PDF, with all that its maker complained of."""
    with override_settings(PDF_SECONDS=120):  # a busy machine isn't what is tested
        return pdf.made(html)


def problems(paper: Reply) -> Iterator[str]:
    """All of it but lost words. WeasyPrint complains of letters without a font."""
    yield from paper.problems
    yield from pdf_checks.ua_problems(paper.body)
    yield from (f"{name} isn't embedded" for name in pdf_checks.unembedded_fonts(paper.body))
    yield from (f"{title} stands alone at the foot" for title in pdf_checks.widowed_headings(paper.body))
    yield from (f"something of page {n} is off" for n in pdf_checks.inked_margins(paper.body, across=ACROSS, up=UP))
    if pdf_checks.headerless_cells(paper.body):
        yield "a cell belongs to no header"
    if set(pdf_checks.page_sizes(paper.body)) != {pdf_checks.LETTER}:
        yield "a page isn't Letter"


def lost(content: bytes, texts: Sequence[str]) -> Iterator[str]:
    """The words that can't be found on paper. Emoji are pictures, whose letters another reader knows. A sign beside a
    word stands on its other side where lines run from right to left."""
    letters = _plain(pdf_checks.letters_of(content))
    words = {re.sub(r"^\W+|\W+$", "", _plain(word)) for text in texts for word in text.split()}
    missing = {word for word in words if word not in letters}
    pictured = ""
    pages = pdf_checks.pages_by_another_reader(content) if missing else iter(())
    while missing and (page := next(pages, None)) is not None:
        pictured += _plain("".join(page.split()))
        missing = {word for word in missing if word not in pictured}
    yield from sorted(missing)


def _plain(text: str) -> str:
    """Without what is there to break lines at, and with one form for letters that have several."""
    return re.sub("[\u200b\u00ad]", "", text)
