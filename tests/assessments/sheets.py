"""Scored assessments for tests, made without a database: the AI CMM from its fixture file, or a small model by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from assessments.datatypes import CycleResult, EvidenceLink, GivenAnswer, ScoredAssessment, Seal
from assessments.scoring import Answer, as_shown, explain, score
from rubric.datatypes import Anchor, Area, Level, Question, Rubric

FIXTURE = Path(__file__).parents[2] / "fixtures" / "ai_cmm.yaml"
AT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)

Value = Answer | None
"""What a test says of a question: a level, "unknown", "not_applicable", or None for unanswered."""


@lru_cache
def full_rubric() -> Rubric:
    """The AI CMM as its fixture file has it."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for entry in yaml.safe_load(FIXTURE.read_text(encoding="utf-8")):
        rows.setdefault(entry["model"].removeprefix("rubric."), []).append(entry["fields"])
    (rubric,) = rows["rubric"]
    return Rubric(
        code=rubric["code"],
        version=rubric["version"],
        name=rubric["name"],
        source=rubric["source"],
        required_share=rubric["required_share"],
        max_shortfall=rubric["max_shortfall"],
        levels=tuple(Level(level["number"], level["name"], level["scope"]) for level in rows["level"]),
        areas=tuple(_area(area, rows) for area in rows["area"]),
    )


def _area(area: dict[str, Any], rows: dict[str, list[dict[str, Any]]]) -> Area:
    def own(model: str) -> list[dict[str, Any]]:
        return [row for row in rows[model] if row["area"][-1] == area["code"]]

    return Area(
        code=area["code"],
        name=area["name"],
        position=area["position"],
        summary=area["summary"],
        introduction=area["introduction"],
        body=area.get("body", ""),
        descriptors=tuple(row["text"] for row in own("descriptor")),
        activities=tuple(row["text"] for row in own("activity")),
        questions=tuple(
            Question(
                code=row["code"],
                text=row["text"],
                weight=row["weight"],
                anchors=tuple(
                    Anchor(anchor["level"], anchor["text"])
                    for anchor in rows["anchor"]
                    if anchor["question"][-1] == row["code"]
                ),
                evidence_hint=row["evidence_hint"],
            )
            for row in own("question")
        ),
    )


def small_rubric(*, areas: int = 3, questions: int = 2, levels: int = 5) -> Rubric:
    """A model of that size with short texts."""
    return Rubric(
        code="small",
        version="1",
        name="Small Model",
        source="made for tests",
        required_share=60,
        max_shortfall=1,
        levels=tuple(Level(number, f"Name {number}", f"Scope {number}") for number in range(1, levels + 1)),
        areas=tuple(
            Area(
                code=f"area{position}",
                name=f"Area {position}",
                position=position,
                summary=f"Summary {position}.",
                descriptors=tuple(f"Descriptor {position}, {number}." for number in range(1, levels + 1)),
                questions=tuple(
                    Question(
                        code=f"area{position}-{count}",
                        text=f"Question {position}, {count}?",
                        anchors=tuple(Anchor(number, f"Anchor {number}.") for number in range(1, levels + 1)),
                    )
                    for count in range(1, questions + 1)
                ),
            )
            for position in range(1, areas + 1)
        ),
    )


def answers_by_area(rubric: Rubric, values: Mapping[str, Sequence[Value]]) -> dict[str, Value]:
    """Choices by question code, from a list for each area in the order of its questions; None where it ends early."""
    choices: dict[str, Value] = {}
    for area in rubric.areas:
        given = values.get(area.code, ())
        for index, question in enumerate(area.questions):
            choices[question.code] = given[index] if index < len(given) else None
    return choices


def make_sheet(
    *,
    rubric: Rubric | None = None,
    choices: Mapping[str, Value] | None = None,
    rationale: str = "",
    reason: str = "",
    evidence: Sequence[EvidenceLink] = (),
    texts: Mapping[str, str] | None = None,
    before: Mapping[str, Value] | None = None,
    before_cycle: str = "FY2026 Q1",
    sealed: bool = True,
    sealed_by: str = "Lee Leadwell",
    organization: str = "Department of Examples",
    team: str = "Office of Data",
    cycle: str = "FY2027 Q1",
    people: tuple[str, ...] = ("Lee Leadwell", "Connie Tributor"),
    at: datetime = AT,
) -> ScoredAssessment:
    """A scored assessment: of the AI CMM unless told, every question at level 3 unless told.

    `choices` and `before` (last cycle's, if any) are by question code; a question left out is at 3. `texts` gives
    rationales by question code, `rationale`, `reason` and `evidence` go to every question without one.
    """
    rubric = rubric or full_rubric()
    given = _all_at_three(rubric) | dict(choices or {})
    scored = _answered(given)
    result = as_shown(score(rubric, scored))
    return ScoredAssessment(
        assessment_id="0b8f1c5e-6d2f-4c0a-9f57-3c1f0d6f7a11",
        organization=organization,
        team=team,
        cycle=cycle,
        state="submitted" if sealed else "draft",
        state_label="Submitted" if sealed else "Draft",
        at=at,
        rubric=rubric,
        answers={
            code: GivenAnswer(
                question=code,
                choice=choice,
                reason=reason,
                rationale=(texts or {}).get(code, rationale),
                evidence=tuple(evidence),
                answered_by=people[0] if people else "",
                answered_at=at,
                version=1,
            )
            for code, choice in given.items()
        },
        result=result,
        explanations=explain(rubric, scored, result),
        earlier=() if before is None else (make_earlier(rubric, before, cycle=before_cycle),),
        seal=_seal(at, sealed_by) if sealed else None,
        people=people,
    )


def _all_at_three(rubric: Rubric) -> dict[str, Value]:
    return dict.fromkeys(rubric.question_by_code, 3)


def _answered(given: Mapping[str, Value]) -> dict[str, Answer]:
    return {code: choice for code, choice in given.items() if choice is not None}


def make_earlier(
    rubric: Rubric,
    before: Mapping[str, Value],
    *,
    cycle: str,
    starts_on: date = date(2025, 10, 1),
    validated: Mapping[str, int | None] | None = None,
) -> CycleResult:
    """What the same team submitted in an earlier cycle, with the levels that the CoE accepted, if any."""
    answers = _answered(_all_at_three(rubric) | dict(before))
    return CycleResult(
        assessment_id="5f0c9f3e-6f0c-4a55-9d0f-0c7f3d1f2a10",
        team="Team",
        cycle=cycle,
        cycle_starts_on=starts_on,
        sequence=1,
        code="3HV8-Q0ZB-5KTN",
        sealed_at=datetime(2025, 11, 20, 15, tzinfo=UTC),
        state="accepted",
        rubric=rubric,
        result=score(rubric, answers),
        answers=answers,
        given={code: GivenAnswer(code, choice) for code, choice in answers.items()},
        validated=validated,
    )


def _seal(at: datetime, sealed_by: str) -> Seal:
    digest = sha256(b"a sealed document").hexdigest()
    return Seal(code="7QK2-M4XD-9RTA", sha256=digest, sealed_at=at, sealed_by=sealed_by, sequence=1)
