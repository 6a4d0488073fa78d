"""Each place on the pages that says where an area stands, changed alone."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from pypdf import PdfReader

from assessments.datatypes import ScoredAssessment
from assessments.paper_check import compared
from tests.assessments import forging
from tests.assessments.sheets import answers_by_area, full_rubric, make_sheet
from tests.assessments.varied import CASES, sheet_of


@pytest.fixture(scope="module")
def sheet() -> ScoredAssessment:
    choices = answers_by_area(full_rubric(), {area.code: [3] * 6 for area in full_rubric().areas})
    return forging.sealed_anew(make_sheet(choices=choices | dict.fromkeys(["secops-1", "secops-2"], 2)))


@pytest.fixture(scope="module")
def pages(sheet: ScoredAssessment) -> list[str]:
    return read(sheet)


def read(sheet: ScoredAssessment) -> list[str]:
    """The text of each page, as it is read where a file is checked."""
    return [page.extract_text() for page in PdfReader(BytesIO(forging.printed(sheet))).pages]


def changed(pages: Sequence[str], before: str, after: str, *, count: int = 1) -> list[str]:
    """The first so many places that say `before` say `after`; the page breaks stay."""
    whole = "\f".join(pages)
    assert before in whole
    return whole.replace(before, after, count).split("\f")


def test_as_printed_nothing_differs(sheet: ScoredAssessment, pages: list[str]) -> None:
    found = compared(sheet, pages)
    assert (found.differences, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ("Level 3\nDefined", "Level 5\nOptimized", "AIOps: the pages say Level 5"),
        ("3  Level 3, Defined Score 3.0", "5  Level 5, Optimized Score 3.0", "AIOps: the pages say Level 5"),
        ("3  Level 3, Defined Score 3.0", "3  Level 3, Defined Score 4.6", "AIOps: the pages say score 4.6"),
        ("3  Level 3, Defined Score 2.7", "3  Level 4, Managed Score 2.7", "SecOps: the pages say Level 4"),
        ("Score 3.0 3.0", "Score 3.0 4.7", "MLOps: the first page says score 4.7"),
    ],
)
def test_a_level_or_a_score(
    sheet: ScoredAssessment, pages: list[str], before: str, after: str, difference: str
) -> None:
    (found,) = compared(sheet, changed(pages, before, after)).differences
    assert found.startswith(f"{difference}, and the embedded answers give ")


def test_how_many_are_answered(sheet: ScoredAssessment, pages: list[str]) -> None:
    (found,) = compared(sheet, changed(pages, "Answered 3 of 3", "Answered 1 of 3")).differences
    assert found == "the first page says otherwise than the embedded answers how many questions are answered"


def test_the_sentence_at_the_head(sheet: ScoredAssessment, pages: list[str]) -> None:
    (found,) = compared(sheet, changed(pages, "at Level 3, Defined.", "at Level 5, Optimized.")).differences
    assert found == "the sentence at the head isn't on the pages as the embedded answers give it"


def test_a_reason(sheet: ScoredAssessment, pages: list[str]) -> None:
    found = compared(sheet, changed(pages, "4 of 6 questions", "6 of 6 questions", count=-1)).differences
    assert "SecOps: the reason for its level isn't on the pages as the embedded answers give it" in found


def test_an_answer(sheet: ScoredAssessment, pages: list[str]) -> None:
    found = compared(sheet, changed(pages, "2  Level 2, Repeatable\n", "4  Level 4, Managed\n")).differences
    assert found == ("SecOps, question 1: the pages show another answer than the embedded one, “Level 2, Repeatable”",)


@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_page_that_is_gone_is_missed(sheet: ScoredAssessment, pages: list[str], place: int) -> None:
    left = [page for page in pages if page != pages[place]]
    size, number = len(pages), place % len(pages) + 1
    assert f"of its {size} pages {number} is missing" in compared(sheet, left).differences


def test_several_pages_that_are_gone_are_named(sheet: ScoredAssessment, pages: list[str]) -> None:
    assert f"of its {len(pages)} pages 2, 3, and 5 are missing" in (
        compared(sheet, [pages[0], pages[3], *pages[5:]]).differences
    )


def foreign(sheet: ScoredAssessment) -> list[str]:
    """The pages of another scorecard of the same team, with as many pages."""
    return read(forging.sealed_anew(forging.with_other_answers(sheet, level=2)))


@pytest.mark.parametrize("place", [0, 3, -2])
def test_a_page_of_another_scorecard_in_the_place_of_one_is_found(
    sheet: ScoredAssessment, pages: list[str], place: int
) -> None:
    others = foreign(sheet)
    assert len(others) == len(pages)
    mixed = [*pages]
    mixed[place] = others[place]
    number = place % len(pages) + 1
    assert sheet.seal
    assert f"page {number} of the file doesn't carry the seal {sheet.seal.code}" in compared(sheet, mixed).differences


def test_so_is_one_that_was_added(sheet: ScoredAssessment, pages: list[str]) -> None:
    found = compared(sheet, [*pages, foreign(sheet)[4]]).differences
    assert sheet.seal
    assert f"page {len(pages) + 1} of the file doesn't carry the seal {sheet.seal.code}" in found
    assert "page 5 is in it more than once" in found


def test_pages_twice_and_in_another_order_are_found(sheet: ScoredAssessment, pages: list[str]) -> None:
    assert compared(sheet, [*pages, *pages[1:3]]).differences == ("pages 2 and 3 are in it more than once",)
    assert compared(sheet, [*pages[:2], pages[3], pages[2], *pages[4:]]).differences == (
        "its pages stand in another order",
    )


def test_pages_without_a_number_or_of_a_paper_of_another_length_are_found(
    sheet: ScoredAssessment, pages: list[str]
) -> None:
    found = compared(sheet, [*pages, "Approved."]).differences
    assert f"page {len(pages) + 1} of the file has no number at the foot" in found
    other = [*pages[:-1], pages[-1].replace(f"of {len(pages)}", "of 30")]
    assert f"its pages are of papers with {len(pages)} and 30 pages" in compared(sheet, other).differences


def test_an_answer_or_an_area_that_is_not_there_is_found(sheet: ScoredAssessment, pages: list[str]) -> None:
    question = "How is data transferred within the\norganization?"
    (found,) = compared(sheet, changed(pages, question, "")).differences
    assert found == "DataOps, question 1: its answer, “Level 3, Defined”, isn't found on the pages"
    summary = sheet.rubric.area_by_code["mlops"].summary
    assert "MLOps: its level isn't found on the pages" in compared(sheet, changed(pages, summary, "")).differences


@pytest.mark.parametrize("number", [3, 6, 17, 22, 32, 37, 42])
def test_in_whatever_script_it_is_written_nothing_differs(number: int) -> None:
    sheet = forging.sealed_anew(sheet_of(CASES[number - 1]))
    assert compared(sheet, read(sheet)).differences == ()


def test_a_seal(sheet: ScoredAssessment, pages: list[str]) -> None:
    assert sheet.seal
    other = compared(sheet, changed(pages, sheet.seal.code, "7QX2-M0PA-9D4T", count=-1)).differences
    assert other == (f"the pages carry the seal 7QX2-M0PA-9D4T, and the embedded document has {sheet.seal.code}",)
    none = compared(sheet, changed(pages, sheet.seal.sha256, "", count=-1)).differences
    assert none == ("the SHA-256 on the pages isn't that of the embedded document",)


def test_a_name(sheet: ScoredAssessment, pages: list[str]) -> None:
    found = compared(sheet, changed(pages, "Office of Data", "Office of Others", count=-1))
    assert found.differences == ()
    assert found.notes == (
        "the pages don't name the team “Office of Data”, as the embedded document does: it may have a new name",
    )
