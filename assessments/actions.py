"""What changes more than one row. Each is one transaction that checks the state, writes, and leaves its audit row.

A refusal is an exception derived from `Refused` whose text is a sentence for the person at the screen. `at` is when it
is done: now, unless a history is told afterwards, as `assessments.demo` does.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField, CharField, UUIDField
from django.utils import timezone

from aicmm.prepared import Argument, Prepared
from assessments import results, sealing
from assessments.datatypes import EvidenceLink
from assessments.models import (
    Answer,
    Assessment,
    AuditEvent,
    Cycle,
    Evidence,
    Organization,
    Review,
    Scorecard,
    ScorecardArea,
    State,
    User,
)
from assessments.models.sealing import Decision
from rubric.models import Question, Rubric


class Refused(Exception):
    """An action that was not done; the text says why and what to do."""


class NotEditable(Refused):
    """The assessment's state doesn't let answers change."""


class AlreadyThere(Refused):
    """What was to be made exists."""

    def __init__(self, message: str, existing: Assessment) -> None:
        super().__init__(message)
        self.existing = existing


class OpenQuestions(Refused):
    """Submission is refused while questions are unanswered; `codes` in rubric order."""

    def __init__(self, codes: Sequence[str]) -> None:
        count = len(codes)
        super().__init__("1 question is still open." if count == 1 else f"{count} questions are still open.")
        self.codes = tuple(codes)


class SaveIdUsed(Refused):
    """The id that came with a save belongs to another one."""


@dataclass(frozen=True, slots=True)
class AnswerEntry:
    """What was typed for one question. `evidence` is None where it was not part of what was sent."""

    choice: str
    reason: str = ""
    rationale: str = ""
    evidence: tuple[EvidenceLink, ...] | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """The answer to the question `code` after a save. `changed` is False for a replay, or where nothing differed."""

    code: str
    answer: Answer
    evidence: tuple[EvidenceLink, ...]
    changed: bool


class Conflict(Refused):
    """Someone saved the answer since the version the writer had seen. `theirs` is what stands there now."""

    def __init__(self, theirs: Answer, evidence: tuple[EvidenceLink, ...]) -> None:
        super().__init__(f"{theirs.answered_by} changed this answer while you were writing.")
        self.theirs = theirs
        self.evidence = evidence


def record(
    action: str,
    *,
    by: User | None,
    organization: Organization | None = None,
    assessment: Assessment | None = None,
    subject: str = "",
    save_id: uuid.UUID | None = None,
    at: datetime | None = None,
    **detail: Any,
) -> None:
    """Write a row of the audit trail; call it inside the transaction of the change.

    `detail` says what changed, such as before and after by field name.
    """
    AuditEvent.objects.create(
        at=at or timezone.now(),
        actor=by,
        action=action,
        organization_id=assessment.organization_id if assessment else organization.pk if organization else None,
        assessment=assessment,
        subject=subject,
        save_id=save_id,
        detail=detail,
    )


@transaction.atomic
def start_assessment(
    *, organization: Organization, rubric: Rubric, team: str, cycle: Cycle, by: User, at: datetime | None = None
) -> Assessment:
    """A draft with an unanswered row per question. `AlreadyThere` where the team has one in this cycle."""
    # Leads take turns on their organization's row, so that two of them can't start the same one at once.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    existing = Assessment.objects.filter(organization=organization, team__iexact=team, cycle=cycle).first()
    if existing:
        raise AlreadyThere(f"{existing.team} already has an assessment for {cycle}.", existing)
    now = at or timezone.now()
    assessment = Assessment.objects.create(
        organization=organization, rubric=rubric, team=team, cycle=cycle, created_by=by, created_at=now
    )
    questions = Question.objects.filter(area__rubric=rubric)
    Answer.objects.bulk_create(Answer(assessment=assessment, question=question) for question in questions)
    record("assessment started", by=by, assessment=assessment, at=now, team=team, cycle=cycle.code)
    return assessment


def _locked(assessment: Assessment) -> Assessment:
    """The assessment's row, locked until the transaction ends: saving and submitting take turns on it."""
    return Assessment.objects.select_for_update().get(pk=assessment.pk)


# One query for both locks: the assessment's, on which saving and submitting take turns, and the answer's own, so that
# what was waited for is read as it is now. To be asked inside a transaction.
_LOCKED_ANSWER = Prepared(
    lambda: (
        Answer.objects.filter(
            assessment=Argument("assessment", UUIDField()), question__code=Argument("code", CharField())
        )
        .order_by()
        .select_related("assessment")
        .select_for_update(of=("self", "assessment"))
    )
)
_EVIDENCE = Prepared(
    lambda: (
        Evidence.objects.filter(answer=Argument("answer", BigAutoField()))
        .order_by("position")
        .values_list("title", "url")
    )
)


def _evidence(answer: Answer) -> tuple[EvidenceLink, ...]:
    return tuple(EvidenceLink(title, url) for title, url in _EVIDENCE.rows(answer=answer.pk))


@dataclass(slots=True)
class _Difference:
    """Before and after by field name, for the audit trail."""

    fields: dict[str, list[Any]] = field(default_factory=dict)

    def note(self, name: str, before: Any, after: Any) -> bool:
        differs = bool(before != after)
        if differs:
            self.fields[name] = [before, after]
        return differs


def save_answer(
    *,
    assessment: Assessment,
    code: str,
    entry: AnswerEntry,
    seen_version: int,
    by: User,
    save_id: uuid.UUID | None = None,
    at: datetime | None = None,
) -> Saved:
    """Save one answer if `seen_version` is still the newest.

    `Conflict` where it isn't and the texts differ; `NotEditable` outside draft and returned; `Answer.DoesNotExist` for
    a question that is not of this assessment. A `save_id` that was already applied changes nothing, also once the
    assessment is submitted; `SaveIdUsed` where it was applied to something else.
    """
    try:
        return _save_answer(assessment, code, entry, seen_version, by, save_id, at or timezone.now())
    except IntegrityError:
        # Asked only now, because an id that is new needs no look for an older one.
        if save_id and assessment.events.filter(save_id=save_id).exists():
            raise SaveIdUsed("Another save had this id before.") from None
        raise


@transaction.atomic
def _save_answer(
    assessment: Assessment,
    code: str,
    entry: AnswerEntry,
    seen_version: int,
    by: User,
    save_id: uuid.UUID | None,
    now: datetime,
) -> Saved:
    answer = _LOCKED_ANSWER.first(assessment=assessment.pk, code=code)
    if answer is None:
        raise Answer.DoesNotExist("Not a question of this assessment.")
    is_editable = answer.assessment.is_editable
    if answer.version != seen_version and save_id and assessment.events.filter(save_id=save_id, subject=code).exists():
        return Saved(code, answer, _evidence(answer), changed=False)
    if not is_editable:
        raise NotEditable("This assessment has been submitted, so its answers can't change.")
    evidence = _evidence(answer)
    new_evidence = evidence if entry.evidence is None else entry.evidence
    difference = _Difference()
    difference.note("choice", answer.choice, entry.choice)
    difference.note("reason", answer.reason, entry.reason)
    difference.note("rationale", answer.rationale, entry.rationale)
    difference.note("evidence", _as_lists(evidence), _as_lists(new_evidence))
    if not difference.fields:
        return Saved(code, answer, evidence, changed=False)
    if answer.version != seen_version:
        raise Conflict(answer, evidence)
    answer.choice, answer.reason, answer.rationale = entry.choice, entry.reason, entry.rationale
    answer.version, answer.answered_by, answer.answered_at = seen_version + 1, by, now
    written = Answer.objects.filter(pk=answer.pk, version=seen_version).update(
        choice=answer.choice,
        reason=answer.reason,
        rationale=answer.rationale,
        version=answer.version,
        answered_by=by,
        answered_at=now,
    )
    if not written:
        raise IntegrityError("An answer changed under its assessment's lock.")
    if new_evidence != evidence:
        Evidence.objects.filter(answer=answer).delete()
        Evidence.objects.bulk_create(
            Evidence(answer=answer, position=position, title=link.title, url=link.url)
            for position, link in enumerate(new_evidence, start=1)
        )
    record(
        "answer saved",
        by=by,
        assessment=assessment,
        subject=code,
        save_id=save_id,
        at=now,
        version=answer.version,
        changes=difference.fields,
    )
    return Saved(code, answer, new_evidence, changed=True)


def _as_lists(evidence: tuple[EvidenceLink, ...]) -> list[list[str]]:
    return [[link.title, link.url] for link in evidence]


@transaction.atomic
def submit(*, assessment: Assessment, by: User, at: datetime | None = None) -> Scorecard:
    """Seal what the team answered and lock it. `OpenQuestions` or `NotEditable` where that can't be."""
    locked = _locked(assessment)
    if not locked.is_editable:
        raise NotEditable(f"This assessment is {locked.get_state_display().lower()} already.")
    sheet = results.live(assessment)
    still_open = [code for code, answer in sheet.answers.items() if answer.choice is None]
    if still_open:
        raise OpenQuestions(still_open)
    sequence = assessment.scorecards.count() + 1
    now = at or timezone.now()
    document = sealing.document(sheet, sequence=sequence, sealed_at=now, sealed_by=str(by))
    digest = sealing.digest(document)
    scorecard = Scorecard.objects.create(
        assessment=assessment,
        sequence=sequence,
        document=document,
        sha256=digest,
        code=sealing.short_code(digest),
        sealed_by=by,
        sealed_at=now,
    )
    ScorecardArea.objects.bulk_create(
        ScorecardArea(
            scorecard=scorecard,
            area=area.area,
            position=position,
            level=area.level,
            level_high=area.level_high,
            score_hundredths=None if area.score is None else sealing.hundredths(area.score),
        )
        for position, area in enumerate(sheet.result.areas, start=1)
    )
    assessment.submitted_at = now
    _move(assessment, locked.state, State.SUBMITTED, by=by, at=now, sequence=sequence, sha256=digest)
    return scorecard


def return_(*, assessment: Assessment, by: User, comment: str, at: datetime | None = None) -> Review:
    """Give a submission back to its team, saying what to do."""
    if not comment.strip():
        raise Refused("Say what the team has to do before it submits again.")
    return _decide(assessment, Decision.RETURNED, State.RETURNED, by=by, comment=comment, at=at)


def accept(*, assessment: Assessment, by: User, comment: str = "", at: datetime | None = None) -> Review:
    """Accept a submission; its answers stay locked for good."""
    return _decide(assessment, Decision.ACCEPTED, State.ACCEPTED, by=by, comment=comment, at=at)


@transaction.atomic
def _decide(
    assessment: Assessment, decision: Decision, state: State, *, by: User, comment: str, at: datetime | None
) -> Review:
    locked = _locked(assessment)
    if locked.state != State.SUBMITTED:
        raise Refused(f"This assessment is {locked.get_state_display().lower()}, so there is nothing to decide.")
    scorecard = assessment.scorecards.latest("sequence")
    now = at or timezone.now()
    review = Review.objects.create(
        scorecard=scorecard, reviewer=by, decision=decision, comment=comment.strip(), created_at=now
    )
    assessment.submitted_at = locked.submitted_at
    _move(assessment, locked.state, state, by=by, at=now, comment=review.comment, sequence=scorecard.sequence)
    return review


def _move(assessment: Assessment, before: str, after: State, *, by: User, at: datetime, **detail: Any) -> None:
    """Change the state, here and in the row, and record it. `before` comes from the locked row."""
    assessment.state = after
    assessment.save(update_fields=["state", "submitted_at"])
    record(f"assessment {after}", by=by, assessment=assessment, at=at, state=[before, after], **detail)
