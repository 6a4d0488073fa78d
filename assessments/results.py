"""The one bridge from rows to results: tables in, `ScoredAssessment` out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from assessments import sealing
from assessments.access import Access
from assessments.datatypes import EarlierResult, EvidenceLink, GivenAnswer, ScoredAssessment, Seal
from assessments.models import Answer, Assessment, Evidence, Scorecard, State
from assessments.models.assessment import parse_choice
from assessments.scoring import Answer as Choice
from assessments.scoring import AreaResult, explain, score
from rubric.datatypes import Area, Question, Rubric
from rubric.models import published

EARLIER_SHOWN = 4
_ANSWER_FIELDS = (
    "pk",
    "question__code",
    "choice",
    "reason",
    "rationale",
    "version",
    "answered_at",
    "answered_by__name",
    "answered_by__email",
)


class Standing(NamedTuple):
    """How far a question is: the version of its answer, and whether there is one, of any kind."""

    version: int
    answered: bool


def rubric_of(assessment: Assessment) -> Rubric:
    return assessment.rubric.to_datatypes()


def answers_of(assessment: Assessment) -> dict[str, GivenAnswer]:
    """Every question's answer as it stands in the tables, in rubric order. Two queries.

    Plain values, because every page asks for them and rows of three tables as objects take four times as long.
    """
    evidence: dict[int, list[EvidenceLink]] = {}
    links = Evidence.objects.filter(answer__assessment=assessment).order_by("position")
    for answer, title, url in links.values_list("answer", "title", "url"):
        evidence.setdefault(answer, []).append(EvidenceLink(title, url))
    rows = Answer.objects.filter(assessment=assessment).order_by().values_list(*_ANSWER_FIELDS)
    by_code = {
        code: GivenAnswer(
            question=code,
            choice=parse_choice(choice),
            reason=reason,
            rationale=rationale,
            evidence=tuple(evidence.get(pk, ())),
            answered_by=name or email or "",
            answered_at=answered_at,
            version=version,
        )
        for pk, code, choice, reason, rationale, version, answered_at, name, email in rows
    }
    return {code: by_code[code] for code in rubric_of(assessment).question_by_code}


def standing_of(assessment: Assessment) -> dict[str, Standing]:
    """Where each question stands, by its code. One query without any text, since every save asks it."""
    rows = Answer.objects.filter(assessment=assessment).order_by()
    return {
        code: Standing(version, answered=choice != "")
        for code, version, choice in rows.values_list("question__code", "version", "choice")
    }


def choices_of(assessments: Sequence[Assessment]) -> dict[UUID, dict[str, Choice]]:
    """The choices of many assessments, keyed by assessment and question code. One query."""
    choices: dict[UUID, dict[str, Choice]] = {assessment.pk: {} for assessment in assessments}
    rows = Answer.objects.filter(assessment__in=choices).exclude(choice="")
    for pk, code, choice in rows.values_list("assessment", "question__code", "choice").order_by():
        value = parse_choice(choice)
        if value is not None:
            choices[pk][code] = value
    return choices


def live(assessment: Assessment) -> ScoredAssessment:
    """What the answers make of an assessment right now; provisional."""
    answers = answers_of(assessment)
    return _scored(
        assessment,
        rubric_of(assessment),
        answers,
        people=tuple(sorted({answer.answered_by for answer in answers.values() if answer.answered_by})),
        at=timezone.now(),
        returned_seal=_returned_seal(assessment),
    )


def _returned_seal(assessment: Assessment) -> Seal | None:
    """The seal of the submission that was given back; no query for a draft, which has none."""
    if assessment.state != State.RETURNED:
        return None
    scorecard = assessment.scorecards.select_related("sealed_by").defer("document").latest("sequence")
    return _seal(scorecard, str(scorecard.sealed_by))


def _seal(scorecard: Scorecard, sealed_by: str) -> Seal:
    return Seal(
        code=scorecard.code,
        sha256=scorecard.sha256,
        sealed_at=scorecard.sealed_at,
        sealed_by=sealed_by,
        sequence=scorecard.sequence,
    )


def sealed(scorecard: Scorecard) -> ScoredAssessment:
    """What a scorecard says, from its sealed document."""
    content = json.loads(scorecard.document)
    return _scored(
        scorecard.assessment,
        _rubric_of_document(content, scorecard.assessment),
        sealing.answers_of(content),
        people=tuple(content["people"]),
        at=scorecard.sealed_at,
        seal=_seal(scorecard, content["sealed_by"]),
    )


def for_reader(access: Access) -> ScoredAssessment:
    """The live result for members while answers can change, else the newest sealed one."""
    if access.assessment.is_editable and access.sees_drafts:
        return live(access.assessment)
    return sealed(access.assessment.scorecards.latest("sequence"))


def for_reader_answers(access: Access) -> dict[str, GivenAnswer]:
    """The answers alone, as `for_reader` would show them."""
    if access.sees_drafts:
        return answers_of(access.assessment)
    return dict(for_reader(access).answers)


def _rubric_of_document(content: Mapping[str, Any], assessment: Assessment) -> Rubric:
    """The rubric that a sealed document names; no query where it is the one of the assessment, as it usually is."""
    rubric = rubric_of(assessment)
    code, version = content["rubric"]["code"], content["rubric"]["version"]
    return rubric if (rubric.code, rubric.version) == (code, version) else published(code, version)


def _scored(
    assessment: Assessment, rubric: Rubric, answers: dict[str, GivenAnswer], *, people: tuple[str, ...], **moment: Any
) -> ScoredAssessment:
    given = sealing.choices(answers)
    result = score(rubric, given)
    return ScoredAssessment(
        assessment_id=str(assessment.pk),
        organization=assessment.organization.name,
        team=assessment.team,
        cycle=assessment.cycle.name,
        state=assessment.state,
        state_label=assessment.get_state_display(),
        rubric=rubric,
        answers=answers,
        result=result,
        explanations=explain(rubric, given, result),
        earlier=tuple(earlier_results(assessment)),
        people=people,
        **moment,
    )


def earlier_results(assessment: Assessment) -> Iterable[EarlierResult]:
    """The team's newest sealed result of each earlier cycle, from the newest back. One query."""
    scorecards = Scorecard.objects.of_earlier_cycles(assessment).values_list(
        "assessment__cycle__name", "sealed_at", "document"
    )[:EARLIER_SHOWN]
    for cycle, sealed_at, document in scorecards:
        content = json.loads(document)
        given = sealing.choices(sealing.answers_of(content))
        result = score(_rubric_of_document(content, assessment), given)
        yield EarlierResult(cycle=cycle, sealed_at=sealed_at, result=result, answers=given)


@dataclass(frozen=True, slots=True)
class AreaProgress:
    """How far a team is with one area. `open` are its unanswered questions, with their numbers from 1."""

    area: Area
    figures: AreaResult
    open: tuple[tuple[int, Question], ...]

    @property
    def answered(self) -> int:
        return self.figures.answered

    @property
    def questions(self) -> int:
        return self.figures.questions


def progress(rubric: Rubric, answers: Mapping[str, GivenAnswer]) -> tuple[AreaProgress, ...]:
    """Each area's progress and level so far, in stack order."""
    figures = score(rubric, sealing.choices(answers)).areas
    return tuple(
        AreaProgress(
            area,
            figure,
            tuple((n, q) for n, q in enumerate(area.questions, start=1) if answers[q.code].choice is None),
        )
        for area, figure in zip(rubric.areas, figures, strict=True)
    )
