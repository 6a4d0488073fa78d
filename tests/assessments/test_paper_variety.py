"""Fifty scorecards of every kind, and the brief of each: everyone can read them, and nothing of them is cut off."""

import re
from collections.abc import Iterator

import pytest
from django.test import override_settings

from aicmm import pdf
from aicmm.pdf_protocol import Reply
from assessments import reports
from assessments.datatypes import ScoredAssessment
from assessments.reports.contents import MOST_PAGES
from assessments.reports.scorecard import PAGE_LINES
from scripts import fonts

from . import pdf_checks
from .varied import CASES, Case, sheet_of, texts_of

ACROSS, UP = 16, 7
"""Millimetres at the edges of a page on which nothing is ever drawn."""
LEAST_SAID = 60
"""Letters that each page says at least, beside its head and foot."""

pytestmark = pytest.mark.skipif(
    bool(fonts.missing()), reason="there are no fonts here for every letter that is printed"
)


def test_there_are_fifty_of_them() -> None:
    assert len({str(case) for case in CASES}) == 50


@pytest.mark.parametrize("case", CASES, ids=str)
def test_whatever_a_scorecard_says_it_is_whole_and_for_everyone(case: Case) -> None:
    sheet = sheet_of(case)
    made = _made(reports.scorecard_html(sheet))
    assert list(_problems(made)) == []
    assert list(_lost(made.body, texts_of(sheet))) == []
    assert pdf_checks.broken_rows(made.body) <= _long_rows(sheet)
    pages = pdf_checks.page_texts(made.body) if case.number <= 3 else []
    assert all(len(page) > LEAST_SAID for page in pages)
    assert pdf_checks.bookmarks(made.body)
    if len(pdf_checks.page_sizes(made.body)) > MOST_PAGES:
        assert "Contents" in pdf_checks.letters_of(made.body)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_whatever_a_brief_says_it_is_one_page(case: Case) -> None:
    sheet = sheet_of(case)
    made = _made(reports.brief_html(sheet))
    assert list(_problems(made)) == []
    assert pdf_checks.page_sizes(made.body) == [pdf_checks.LETTER]
    assert list(_lost(made.body, [sheet.organization, sheet.team, sheet.cycle])) == []


def _made(html: str) -> Reply:
    with override_settings(PDF_SECONDS=120):  # a busy machine isn't what is tested
        return pdf.made(html)


def _problems(made: Reply) -> Iterator[str]:
    """What keeps a file from being whole and readable for everyone. WeasyPrint complains of letters without a font."""
    yield from made.problems
    yield from pdf_checks.ua_problems(made.body)
    yield from (f"{name} isn't embedded" for name in pdf_checks.unembedded_fonts(made.body))
    yield from (f"{title} stands alone at the foot" for title in pdf_checks.widowed_headings(made.body))
    yield from (f"something of page {n} is off" for n in pdf_checks.inked_margins(made.body, across=ACROSS, up=UP))
    if pdf_checks.headerless_cells(made.body):
        yield "a cell belongs to no header"
    if set(pdf_checks.page_sizes(made.body)) != {pdf_checks.LETTER}:
        yield "a page isn't Letter"


def _lost(content: bytes, texts: list[str]) -> Iterator[str]:
    """The words that can't be found on paper. Emoji are pictures, whose letters another reader knows. A sign beside a
    word stands on its other side where lines run from right to left."""
    letters = _plain(pdf_checks.letters_of(content))
    words = {re.sub(r"^\W+|\W+$", "", _plain(word)) for text in texts for word in text.split()}
    missing = {word for word in words if word not in letters}
    if missing:
        pictured = _plain("".join(pdf_checks.text_of(content).split()))
        yield from sorted(word for word in missing if word not in pictured)


def _plain(text: str) -> str:
    """Without what is there to break lines at, and with one form for letters that have several."""
    return re.sub("[\u200b\u00ad]", "", text)


def _long_rows(sheet: ScoredAssessment) -> int:
    """How many answers are longer than a page, about."""
    return sum(answer.rationale.count("\n") >= PAGE_LINES for answer in sheet.answers.values())
