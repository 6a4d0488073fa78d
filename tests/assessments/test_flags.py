"""What points a reviewer's eye in a submission, and in which words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from assessments.datatypes import EvidenceLink, ScoredAssessment
from assessments.flags import RUSH_WINDOW, Flag, flags
from assessments.scoring import NOT_APPLICABLE, UNKNOWN

from .sheets import AT, Value, full_rubric, make_sheet

LINK = EvidenceLink("Log", "https://example.gov/log")


def calm(sheet: ScoredAssessment) -> ScoredAssessment:
    """The same, answered at an hour's distance each."""
    answers = {
        code: replace(answer, answered_at=AT + timedelta(hours=number))
        for number, (code, answer) in enumerate(sheet.answers.items())
    }
    return replace(sheet, answers=answers)


def flags_of(
    choices: dict[str, Value] | None = None,
    *,
    before: dict[str, Value] | None = None,
    texts: dict[str, str] | None = None,
    evidence: tuple[EvidenceLink, ...] = (),
) -> tuple[Flag, ...]:
    return flags(calm(make_sheet(choices=choices, before=before, texts=texts, evidence=evidence)))


def of_area(code: str, value: Value) -> dict[str, Value]:
    return {question.code: value for question in full_rubric().area_by_code[code].questions}


def test_an_ordinary_submission_carries_none() -> None:
    assert flags_of() == ()


def test_a_claim_of_4_or_5_without_evidence() -> None:
    found = flags_of({"dataops-2": 4, "dataops-3": 5, "dataops-4": 3})
    assert found == (
        Flag("no_evidence", "DataOps 2 claims Level 4 without any evidence.", "dataops", "dataops-2"),
        Flag("no_evidence", "DataOps 3 claims Level 5 without any evidence.", "dataops", "dataops-3"),
    )
    assert flags_of({"dataops-2": 4}, evidence=(LINK,)) == ()


def test_a_jump_of_two_levels_since_last_cycle() -> None:
    assert flags_of(before=of_area("secops", 1)) == (
        Flag("jump", "SecOps rose from Level 1 in FY2026 Q1 to Level 3.", "secops"),
    )
    assert flags_of(before=of_area("secops", 2)) == ()
    assert flags_of(before=of_area("secops", NOT_APPLICABLE)) == ()


def test_a_foundation_gap() -> None:
    assert flags_of(of_area("peopleops", 1))[0] == Flag(
        "foundation", "CloudOps stands at Level 3 on PeopleOps at Level 1.", "cloudops"
    )


def test_the_same_rationale_pasted() -> None:
    same = {"secops-1": "As  before.", "secops-2": "as before.", "mlops-1": "As before.\n", "mlops-2": "Another."}
    (found,) = flags_of(texts=same)
    assert found == Flag(
        "repeated", "The same rationale stands at 3 answers: SecOps 1, SecOps 2, and MLOps 1.", "", "secops-1"
    )
    assert flags_of(texts={"secops-1": "As before.", "secops-2": "As before."}) == ()
    (found,) = flags_of(texts=same | {"aiops-1": "As before.", "aiops-2": "As before."})
    assert "at 5 answers: SecOps 1, SecOps 2, and MLOps 1 and 2 more." in found.sentence


@pytest.mark.parametrize(
    ("codes", "sentence"),
    [
        (["mlops-1", "mlops-2"], "2 of 3 questions of MLOps are marked “Not applicable”."),
        (["mlops-1"], ""),
        (["peopleops-1", "peopleops-2"], ""),
    ],
)
def test_many_not_applicable_in_an_area(codes: list[str], sentence: str) -> None:
    found = flags_of(dict.fromkeys(codes, NOT_APPLICABLE))
    assert [flag.sentence for flag in found] == ([sentence] if sentence else [])


def test_many_not_applicable_in_all_are_said_once() -> None:
    codes = list(full_rubric().question_by_code)[:10]
    assert [flag.sentence for flag in flags_of(dict.fromkeys(codes, NOT_APPLICABLE))] == [
        "10 of 29 questions are marked “Not applicable”."
    ]


@pytest.mark.parametrize(("quick", "flagged"), [(14, False), (15, True)])
def test_answered_in_a_rush(quick: int, flagged: bool) -> None:
    sheet = calm(make_sheet())
    codes = list(sheet.answers)
    answers = dict(sheet.answers)
    start = AT - timedelta(days=1)
    for number, code in enumerate(codes[:quick]):
        answers[code] = replace(answers[code], answered_at=start + RUSH_WINDOW * number / (quick - 1))
    found = flags(replace(sheet, answers=answers))
    assert [flag.sentence for flag in found] == (["15 of 29 answers were saved within 10 minutes."] if flagged else [])


def test_what_nobody_knows_is_no_claim() -> None:
    assert flags_of({"dataops-2": UNKNOWN}) == ()
