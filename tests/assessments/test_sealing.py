"""The sealed document of a submission: canonical, complete, and enough to compute the result again."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from assessments import sealing
from assessments.datatypes import EvidenceLink, ScoredAssessment
from assessments.models import Scorecard
from assessments.scoring import result_to_json, score
from rubric.documents import rubric_to_document
from tests.assessments.sheets import make_sheet
from tests.factories import make_submitted

AT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


def sealed(sheet: ScoredAssessment | None = None, **changes: Any) -> str:
    given = {"sequence": 1, "sealed_at": AT, "sealed_by": "Lee Leadwell"} | changes
    return sealing.document(sheet or make_sheet(), **given)


def test_the_document_says_everything_that_is_needed_to_compute_the_result_again() -> None:
    sheet = make_sheet(
        choices={"secops-1": "unknown", "secops-2": "not_applicable", "mlops-1": 5},
        rationale="Why",
        reason="Can't apply",
        evidence=[EvidenceLink("Log", "https://example.gov/")],
    )
    content = json.loads(sealed(sheet, sequence=2))
    assert content["format"] == 1
    assert {name: content[name] for name in ("organization", "team", "cycle", "sequence", "sealed_by", "people")} == {
        "organization": sheet.organization,
        "team": sheet.team,
        "cycle": sheet.cycle,
        "sequence": 2,
        "sealed_by": "Lee Leadwell",
        "people": list(sheet.people),
    }
    assert content["sealed_at"] == "2026-11-23T15:30:00+00:00"
    assert content["rubric"] == rubric_to_document(sheet.rubric)
    again = score(sheet.rubric, sealing.choices(sealing.answers_of(content)))
    assert result_to_json(again) == content["result"]


def test_answers_read_back_are_the_answers_that_were_sealed() -> None:
    sheet = make_sheet(
        choices={"secops-1": "unknown", "secops-2": "not_applicable"},
        rationale="“Why”\n数据 🙂",
        reason="Can't apply",
        evidence=[EvidenceLink("Log", "https://example.gov/?a=1&b=2")],
    )
    read = sealing.answers_of(json.loads(sealed(sheet)))
    assert read == {code: replace(answer, version=0) for code, answer in sheet.answers.items()}
    assert list(read) == list(sheet.rubric.question_by_code)


def test_equal_content_has_an_equal_digest() -> None:
    assert sealed() == sealed(make_sheet())
    text = sealed()
    assert text == json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert sealing.digest(text) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "other",
    [
        sealed(make_sheet(choices={"secops-1": 2})),
        sealed(make_sheet(rationale=" ")),
        sealed(make_sheet(people=("Someone Else",))),
        sealed(make_sheet(team="Another")),
        sealed(sequence=2),
        sealed(sealed_by="Someone Else"),
        sealed(sealed_at=AT.replace(microsecond=1)),
    ],
)
def test_any_difference_gives_another_digest(other: str) -> None:
    assert sealing.digest(other) != sealing.digest(sealed())


def test_a_short_code_is_the_first_60_bits_in_letters_nobody_confuses() -> None:
    assert sealing.short_code("0" * 64) == "0000-0000-0000"
    assert sealing.short_code("f" * 64) == "ZZZZ-ZZZZ-ZZZZ"
    assert sealing.short_code("0" * 14 + "1" + "f" * 49) == "0000-0000-0001"
    code = sealing.short_code(sealing.digest("x"))
    assert len(code) == 14
    assert not set(code) & set("ILOUilou")
    bits = int("".join(f"{sealing.CODE_ALPHABET.index(letter):05b}" for letter in code.replace("-", "")), 2)
    assert f"{bits:015x}" == sealing.digest("x")[:15]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Fraction(1), 100),
        (Fraction(4, 3), 133),
        (Fraction(5, 3), 167),
        (Fraction(1, 200), 1),
        (Fraction(499, 100), 499),
    ],
)
def test_scores_in_hundredths_round_halves_up(value: Fraction, expected: int) -> None:
    assert sealing.hundredths(value) == expected


def test_unanswered_questions_are_no_choices() -> None:
    sheet = make_sheet(choices={"secops-1": None, "secops-2": "unknown"})
    chosen = sealing.choices(sheet.answers)
    assert "secops-1" not in chosen
    assert chosen["secops-2"] == "unknown"


@pytest.mark.django_db
def test_what_is_stored_is_what_the_digest_is_of() -> None:
    """Line ends, spaces and signs of every kind come out of the database as they went in."""
    make_submitted(
        rationale="One\nTwo\tThree \u00a0\u2028 “数据” 🙂 \\ \" ' </script> e\u0301",
        evidence=[("é", "https://é.example/")],
    )
    scorecard = Scorecard.objects.get()
    assert sealing.digest(scorecard.document) == scorecard.sha256
    assert sealing.short_code(scorecard.sha256) == scorecard.code
    content = json.loads(scorecard.document)
    answers = sealing.choices(sealing.answers_of(content))
    rubric = scorecard.assessment.rubric.to_datatypes()
    assert result_to_json(score(rubric, answers)) == content["result"]
