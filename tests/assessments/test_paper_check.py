"""Each place on the pages that says where an area stands, changed alone."""

from collections.abc import Sequence
from io import BytesIO

import pytest
from pypdf import PdfReader

from assessments.datatypes import ScoredAssessment
from assessments.paper_check import compared
from tests.assessments import forging
from tests.assessments.sheets import answers_by_area, full_rubric, make_sheet


@pytest.fixture(scope="module")
def sheet() -> ScoredAssessment:
    choices = answers_by_area(full_rubric(), {area.code: [3] * 6 for area in full_rubric().areas})
    return forging.sealed_anew(make_sheet(choices=choices | dict.fromkeys(["secops-1", "secops-2"], 2)))


@pytest.fixture(scope="module")
def pages(sheet: ScoredAssessment) -> list[str]:
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
    ],
)
def test_a_level_or_a_score(
    sheet: ScoredAssessment, pages: list[str], before: str, after: str, difference: str
) -> None:
    (found,) = compared(sheet, changed(pages, before, after)).differences
    assert found.startswith(f"{difference}, and the embedded answers give ")


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
