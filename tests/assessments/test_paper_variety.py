"""Fifty scorecards of every kind, and the brief of each: everyone can read them, and nothing of them is cut off."""

import pytest

from assessments import reports
from assessments.datatypes import ScoredAssessment
from assessments.reports.contents import MOST_PAGES
from assessments.reports.scorecard import PAGE_LINES
from scripts import fonts

from . import pdf_checks
from .paper_problems import lost, made, problems
from .varied import CASES, Case, sheet_of, texts_of

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
    paper = made(reports.scorecard_html(sheet))
    assert list(problems(paper)) == []
    assert list(lost(paper.body, texts_of(sheet))) == []
    assert pdf_checks.broken_rows(paper.body) <= _long_rows(sheet)
    pages = pdf_checks.page_texts(paper.body) if case.number <= 3 else []
    assert all(len(page) > LEAST_SAID for page in pages)
    assert pdf_checks.bookmarks(paper.body)
    if len(pdf_checks.page_sizes(paper.body)) > MOST_PAGES:
        assert "Contents" in pdf_checks.letters_of(paper.body)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_whatever_a_brief_says_it_is_one_page(case: Case) -> None:
    sheet = sheet_of(case)
    paper = made(reports.brief_html(sheet))
    assert list(problems(paper)) == []
    assert pdf_checks.page_sizes(paper.body) == [pdf_checks.LETTER]
    assert list(lost(paper.body, [sheet.organization, sheet.team, sheet.cycle])) == []


def _long_rows(sheet: ScoredAssessment) -> int:
    """How many answers are longer than a page, about."""
    return sum(answer.rationale.count("\n") >= PAGE_LINES for answer in sheet.answers.values())
