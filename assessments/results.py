"""The one bridge from rows to results: tables in, `ScoredAssessment` out."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import BigAutoField, CharField, DateField, F, QuerySet, UUIDField
from django.utils import timezone

from aicmm.prepared import Argument, Prepared
from assessments import sealing
from assessments.access import Access, ResultsAccess
from assessments.datatypes import (
    CycleResult,
    EvidenceLink,
    GivenAnswer,
    Remark,
    ScoredAssessment,
    Seal,
    Submission,
    TeamHistory,
    Verdict,
)
from assessments.models import Answer, Assessment, Decision, Evidence, Review, Scorecard, ScorecardArea, State
from assessments.models.assessment import parse_choice
from assessments.models.sealing import ScorecardQuerySet
from assessments.scoring import Answer as Choice
from assessments.scoring import AreaResult, Explanation, Result, as_shown, explain, score
from rubric.datatypes import Area, Question, Rubric
from rubric.models import in_memory, published

EARLIER_SHOWN = 4
_ASSESSMENT = Argument("assessment", UUIDField())
_ANSWERS = Prepared(
    lambda: (
        Answer.objects.filter(assessment=_ASSESSMENT)
        .order_by()
        .values_list(
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
    )
)
_LINKS = Prepared(
    lambda: (
        Evidence.objects.filter(answer__assessment=_ASSESSMENT)
        .order_by("position")
        .values_list("answer", "title", "url")
    )
)
_STANDING = Prepared(
    lambda: Answer.objects.filter(assessment=_ASSESSMENT).order_by().values_list("question__code", "version", "choice")
)


_TOLD = (
    "assessment",
    "assessment__team",
    "assessment__cycle__name",
    "assessment__cycle__starts_on",
    "sequence",
    "code",
    "sealed_at",
    "assessment__state",
    "document",
)
"""What `_cycle_result` takes of a scorecard, in this order."""


def _earlier(*wanted: str) -> QuerySet[Scorecard, tuple[Any, ...]]:
    """The newest scorecard of each earlier cycle of a team, from the newest back."""
    earlier = Scorecard.objects.of_earlier_cycles(
        organization=Argument("organization", BigAutoField()),
        team=Argument("team", CharField()),
        starts_on=Argument("starts_on", DateField()),
    )
    return earlier.values_list(*wanted)[:EARLIER_SHOWN]


_EARLIER = Prepared(lambda: _earlier(*_TOLD))
_EARLIER_SEALS = Prepared(lambda: _earlier("assessment__cycle__name", "sha256", "code", "assessment__state"))


class Standing(NamedTuple):
    """How far a question is: the version of its answer, and whether there is one, of any kind."""

    version: int
    answered: bool


def rubric_of(assessment: Assessment) -> Rubric:
    """The rubric that is answered. Once it is in memory no row of it is loaded for an assessment `with_rubric`."""
    published_at = getattr(assessment, "rubric_published_at", None)
    return in_memory(assessment.rubric_id, published_at) or assessment.rubric.to_datatypes()


def answers_of(assessment: Assessment) -> dict[str, GivenAnswer]:
    """Every question's answer as it stands in the tables, in rubric order. Two queries.

    Plain values, because every page asks for them and rows of three tables as objects take four times as long.
    """
    evidence: dict[int, list[EvidenceLink]] = {}
    for answer, title, url in _LINKS.rows(assessment=assessment.pk):
        evidence.setdefault(answer, []).append(EvidenceLink(title, url))
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
        for pk, code, choice, reason, rationale, version, answered_at, name, email in _ANSWERS.rows(
            assessment=assessment.pk
        )
    }
    return {code: by_code[code] for code in rubric_of(assessment).question_by_code}


def standing_of(assessment: Assessment) -> dict[str, Standing]:
    """Where each question stands, by its code. One query without any text, since every save asks it."""
    return {
        code: Standing(version, answered=choice != "")
        for code, version, choice in _STANDING.rows(assessment=assessment.pk)
    }


def versions(answers: Mapping[str, GivenAnswer]) -> str:
    """Which answers these are, such as "3.1.0" for three questions: tells afterwards whether, and which, changed."""
    return ".".join(str(answer.version) for answer in answers.values())


def overtaken(answers: Mapping[str, GivenAnswer], seen: str) -> list[str]:
    """The questions whose answer isn't the one that `versions` spoke of then; all of them where that is unreadable."""
    then = seen.split(".")
    if len(then) != len(answers):
        return list(answers)
    return [
        answer.question
        for answer, version in zip(answers.values(), then, strict=True)
        if str(answer.version) != version
    ]


def answered_count(assessment: Assessment) -> int:
    """How many questions have an answer of any kind. One query."""
    return Answer.objects.filter(assessment=assessment).exclude(choice="").count()


def choices_of(assessments: Sequence[Assessment]) -> dict[UUID, dict[str, Choice]]:
    """The choices of many assessments, keyed by assessment and question code. One query."""
    choices: dict[UUID, dict[str, Choice]] = {assessment.pk: {} for assessment in assessments}
    rows = Answer.objects.filter(assessment__in=choices).exclude(choice="")
    for pk, code, choice in rows.values_list("assessment", "question__code", "choice").order_by():
        value = parse_choice(choice)
        if value is not None:
            choices[pk][code] = value
    return choices


def live(assessment: Assessment, *, compared: bool = True) -> ScoredAssessment:
    """What the answers make of an assessment right now; provisional. Without `earlier` unless `compared`."""
    answers = answers_of(assessment)
    return _scored(
        assessment,
        rubric_of(assessment),
        answers,
        people=tuple(sorted({answer.answered_by for answer in answers.values() if answer.answered_by})),
        at=timezone.now(),
        compared=compared,
        returned_seal=_returned_seal(assessment),
    )


def _returned_seal(assessment: Assessment) -> Seal | None:
    """The seal of the submission that was given back; no query for a draft, which has none."""
    if assessment.state != State.RETURNED:
        return None
    scorecard = assessment.scorecards.select_related("sealed_by").defer("document").latest("sequence")
    return _seal(scorecard, str(scorecard.sealed_by))


def returned_answers(assessment: Assessment) -> dict[str, GivenAnswer] | None:
    """The answers of the submission that was given back, by question code; None where none was. One query."""
    if assessment.state != State.RETURNED:
        return None
    document = assessment.scorecards.order_by("-sequence").values_list("document", flat=True)[0]
    return sealing.answers_of(json.loads(document))


def _seal(scorecard: Scorecard, sealed_by: str) -> Seal:
    return Seal(
        code=scorecard.code,
        sha256=scorecard.sha256,
        sealed_at=scorecard.sealed_at,
        sealed_by=sealed_by,
        sequence=scorecard.sequence,
    )


def sealed(scorecard: Scorecard, *, compared: bool = True) -> ScoredAssessment:
    """What a scorecard says, from its sealed document. Without `earlier`, and the query for it, unless `compared`."""
    content = _read(scorecard.document)
    return _scored(
        scorecard.assessment,
        _rubric_named(content.rubric, rubric_of(scorecard.assessment)),
        content.answers,
        people=content.people,
        at=scorecard.sealed_at,
        compared=compared,
        seal=_seal(scorecard, content.sealed_by),
        document=scorecard.document,
    )


def with_verdict(sheet: ScoredAssessment, reviews: Iterable[Review], *, remarks: bool = False) -> ScoredAssessment:
    """The same with what was decided on this submission, if it is among `reviews`; `remarks` asks for what was said of
    single answers, too."""
    seal = sheet.seal
    review = next((review for review in reviews if seal and review.scorecard.sequence == seal.sequence), None)
    return replace(sheet, verdict=_verdict(review, sheet.result, remarks=remarks)) if review else sheet


def _verdict(review: Review, result: Result, *, remarks: bool) -> Verdict:
    found = {row.area: row for row in review.areas.all()}
    accepted = review.decision == Decision.ACCEPTED
    claimed = {area.area: area.level for area in result.areas} if accepted else {}
    return Verdict(
        accepted=accepted,
        decision=review.decision,
        decision_label=review.get_decision_display(),
        by=str(review.reviewer),
        at=review.decided_at or review.created_at,
        comment=review.comment,
        levels={**claimed, **{code: row.validated_level for code, row in found.items()}},
        reasons={code: row.reason for code, row in found.items() if row.reason},
        remarks={
            row.question: Remark(row.text, row.wants_evidence)
            for row in (review.answer_comments.all() if remarks else ())
        },
    )


def sealed_answers(scorecard: Scorecard) -> Mapping[str, GivenAnswer]:
    """The answers of a scorecard, from its sealed document."""
    return _read(scorecard.document).answers


def shows_draft(access: Access) -> bool:
    """Whether what this reader sees can still change."""
    return access.assessment.is_editable and access.sees_drafts


def for_reader(access: Access, submission: Submission | None = None) -> ScoredAssessment:
    """The live result for members while answers can change, else the newest sealed one; or the submission asked for."""
    if submission:
        return _of_submission(access.assessment.scorecards.get(sequence=submission.sequence), submission)
    if shows_draft(access):
        return live(access.assessment)
    return sealed(access.assessment.scorecards.latest("sequence"))


def _of_submission(scorecard: Scorecard, submission: Submission) -> ScoredAssessment:
    """What a submission says, in the state that it came to by itself."""
    return replace(
        sealed(scorecard),
        state=submission.decision or State.SUBMITTED,
        state_label=submission.decision_label,
        submission=submission,
    )


def for_reader_answers(access: Access) -> dict[str, GivenAnswer]:
    """The answers alone, as `for_reader` would show them."""
    if access.sees_drafts:
        return answers_of(access.assessment)
    return dict(for_reader(access).answers)


class _Sealed(NamedTuple):
    """What a sealed document says; `rubric` is its code and version."""

    rubric: tuple[str, str]
    answers: Mapping[str, GivenAnswer]
    choices: Mapping[str, Choice]
    people: tuple[str, ...]
    sealed_by: str


@lru_cache(maxsize=64)
def _read(document: str) -> _Sealed:
    """A sealed document, which never changes, is read once as long as it is among those asked for last."""
    content = json.loads(document)
    answers = sealing.answers_of(content)
    return _Sealed(
        rubric=(content["rubric"]["code"], content["rubric"]["version"]),
        answers=MappingProxyType(answers),
        choices=MappingProxyType(sealing.choices(answers)),
        people=tuple(content["people"]),
        sealed_by=content["sealed_by"],
    )


def _rubric_named(name: tuple[str, str], known: Rubric) -> Rubric:
    """The rubric of a sealed document; no query where it is the one that is `known`, as it usually is."""
    return known if (known.code, known.version) == name else published(*name)


@lru_cache(maxsize=512)
def _judged(rubric: Rubric, given: tuple[tuple[str, Choice], ...]) -> tuple[Result, tuple[Explanation, ...]]:
    """What the choices make of the rubric, and why: always the same, so nothing is scored twice in a row."""
    result = as_shown(score(rubric, dict(given)))
    return result, explain(rubric, dict(given), result)


def _scored(
    assessment: Assessment,
    rubric: Rubric,
    answers: Mapping[str, GivenAnswer],
    *,
    people: tuple[str, ...],
    compared: bool,
    **moment: Any,
) -> ScoredAssessment:
    result, explanations = _judged(rubric, tuple(sealing.choices(answers).items()))
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
        explanations=explanations,
        earlier=tuple(earlier_results(assessment)) if compared else (),
        people=people,
        **moment,
    )


def earlier_results(assessment: Assessment) -> Iterable[CycleResult]:
    """The team's newest sealed result of each earlier cycle, from the newest back. One query."""
    rubric = rubric_of(assessment)
    return (_cycle_result(row, rubric) for row in _EARLIER.rows(**_before(assessment)))


def _cycle_result(
    row: tuple[Any, ...], known: Rubric, validated: Mapping[str, int | None] | None = None
) -> CycleResult:
    """One scorecard, from the values of `_TOLD`. No query where it was made with the `known` rubric."""
    *told, document = row
    content = _read(document)
    rubric = _rubric_named(content.rubric, known)
    result, _ = _judged(rubric, tuple(content.choices.items()))
    pk, team, cycle, starts_on, sequence, code, sealed_at, state = told
    return CycleResult(
        assessment_id=str(pk),
        team=team,
        cycle=cycle,
        cycle_starts_on=starts_on,
        sequence=sequence,
        code=code,
        sealed_at=sealed_at,
        state=state,
        rubric=rubric,
        result=result,
        answers=content.choices,
        given=content.answers,
        validated=validated,
    )


def with_validated_before(sheet: ScoredAssessment, access: Access) -> ScoredAssessment:
    """The same with the CoE's levels of earlier cycles, as far as this reader may see them. One query; none where none
    of them was accepted."""
    accepted = [one.code for one in sheet.earlier if one.state == State.ACCEPTED]
    levels = _validated_before(accepted, access)
    return replace(sheet, earlier=tuple(replace(one, validated=levels.get(one.code)) for one in sheet.earlier))


def _validated_before(codes: Sequence[str], access: Access) -> dict[str, dict[str, int | None]]:
    if not codes:
        return {}
    scorecards = Scorecard.objects.filter(code__in=codes)
    return _validated_levels(scorecards, to_members=access.sees_drafts, by="scorecard__code")


def told_before(access: Access) -> list[Any]:
    """All that is told of earlier cycles, as values that differ where that does: without reading any document. One
    query; for the CoE, to whom some of it may be closed, a second where something was accepted."""
    before = list(_EARLIER_SEALS.rows(**_before(access.assessment)))
    accepted = [code for _, _, code, state in before if state == State.ACCEPTED]
    if access.sees_drafts or not accepted:
        return [before, []]
    closed = Scorecard.objects.filter(code__in=accepted).second_look_open()
    return [before, sorted(closed.values_list("code", flat=True))]


class Told(NamedTuple):
    """What `histories` tells: `values` that differ where that does, and when the newest of it came to be, by a
    submission or a decision; None where nothing was sealed."""

    values: list[Any]
    as_of: datetime | None


def told_of(access: ResultsAccess) -> Told:
    """All that `histories` tells, without reading any document. Two queries."""
    scorecards = Scorecard.objects.newest_of_organizations([access.organization])
    seals = scorecards.with_decision().values_list(
        "sha256",
        "assessment__team",
        "assessment__cycle__name",
        "assessment__cycle__starts_on",
        "assessment__state",
        "sealed_at",
        F("decided_at"),
    )
    rows = list(seals)
    levels = _validated_levels(scorecards, to_members=access.is_member)
    moments = [moment for *_, sealed_at, decided_at in rows for moment in (sealed_at, decided_at) if moment]
    return Told([[[*map(str, row)] for row in rows], levels], max(moments, default=None))


def histories(access: ResultsAccess, *, newest: int | None = None) -> tuple[TeamHistory, ...]:
    """What each team of an organization has submitted, cycle by cycle, by the teams' names; with the accepted levels
    that this reader may see; no more than the `newest` cycles of each, if that is told. Two queries, and one more for
    each version of a rubric that isn't in memory."""
    return histories_of([access], newest=newest)[access.organization.pk]


def histories_of(
    accesses: Collection[ResultsAccess], *, newest: int | None = None
) -> dict[int, tuple[TeamHistory, ...]]:
    """The same of several organizations, which are read in one role or another, by their keys; as many queries."""
    found = Scorecard.objects.newest_of_organizations([access.organization for access in accesses], cycles=newest)
    validated = _validated_levels(found, to_members=all(access.is_member for access in accesses))
    teams: dict[int, dict[str, list[CycleResult]]] = {access.organization.pk: {} for access in accesses}
    known: dict[tuple[str, str], Rubric] = {}
    for pk, organization, key, *row in found.values_list("pk", "assessment__organization", "team_key", *_TOLD):
        name = _read(row[-1]).rubric
        rubric = known.get(name) or known.setdefault(name, published(*name))
        teams[organization].setdefault(key, []).append(_cycle_result(tuple(row), rubric, validated.get(pk)))
    return {
        organization: tuple(TeamHistory(cycles[-1].team, tuple(cycles)) for _, cycles in sorted(of.items()))
        for organization, of in teams.items()
    }


def _validated_levels(
    scorecards: ScorecardQuerySet, *, to_members: bool, by: str = "scorecard"
) -> dict[Any, dict[str, int | None]]:
    """The levels of the accepted ones among them, keyed by what `by` names of a level, and area. While a second look is
    open the CoE's own readers don't get them, so that it stays blind."""
    accepted = scorecards.filter(assessment__state=State.ACCEPTED)
    shown = accepted if to_members else accepted.second_look_not_open()
    levels: dict[Any, dict[str, int | None]] = {}
    rows = ScorecardArea.objects.filter(scorecard__in=shown.order_by().values("pk")).order_by()
    for key, area, level in rows.values_list(by, "area", "validated_level"):
        levels.setdefault(key, {})[area] = level
    return levels


def _before(assessment: Assessment) -> dict[str, Any]:
    return {
        "organization": assessment.organization_id,
        "team": assessment.team,
        "starts_on": assessment.cycle.starts_on,
    }


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
    figures = _judged(rubric, tuple(sealing.choices(answers).items()))[0].areas
    return tuple(
        AreaProgress(
            area,
            figure,
            tuple((n, q) for n, q in enumerate(area.questions, start=1) if answers[q.code].choice is None),
        )
        for area, figure in zip(rubric.areas, figures, strict=True)
    )
