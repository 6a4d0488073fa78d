"""Starting an assessment and saving its answers."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import BigAutoField, CharField, UUIDField
from django.utils import timezone

from aicmm.prepared import Argument, Prepared
from assessments.datatypes import EvidenceLink
from assessments.models import Answer, Assessment, AuditEvent, Cycle, Evidence, Organization, User
from rubric.models import Question, Rubric

from .base import NotEditable, Refused, locked_because, record


class AlreadyThere(Refused):
    """What was to be made exists."""

    def __init__(self, message: str, existing: Assessment) -> None:
        super().__init__(message)
        self.existing = existing


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
    """Someone saved the answer since the version the writer had seen: another, or the writer (`by`) in another window.
    `theirs` is what stands there now."""

    def __init__(self, theirs: Answer, evidence: tuple[EvidenceLink, ...], by: User) -> None:
        is_own = theirs.answered_by_id == by.pk
        where = "You changed this answer in another window" if is_own else f"{theirs.answered_by} changed this answer"
        super().__init__(f"{where} while you were writing.")
        self.theirs = theirs
        self.evidence = evidence


@transaction.atomic
def start_assessment(
    *, organization: Organization, rubric: Rubric, team: str, cycle: Cycle, by: User, at: datetime | None = None
) -> Assessment:
    """A draft with an unanswered row per question. `AlreadyThere` where the team has one in this cycle."""
    # Leads take turns on their organization's row, so that two of them can't start the same one at once.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    existing = Assessment.objects.of_team(organization, team).filter(cycle=cycle).first()
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
    assessment is submitted; `SaveIdUsed` where it was applied to another question, or brought another text.
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
    if answer.version != seen_version and save_id:
        applied = assessment.events.filter(save_id=save_id, subject=code).first()
        if applied:
            evidence = _evidence(answer)
            if not _was_this(applied, entry, answer, evidence):
                raise SaveIdUsed("Another save had this id before.")
            return Saved(code, answer, evidence, changed=False)
    if not is_editable:
        raise NotEditable(locked_because(answer.assessment))
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
        raise Conflict(answer, evidence, by)
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


def _was_this(applied: AuditEvent, entry: AnswerEntry, answer: Answer, evidence: tuple[EvidenceLink, ...]) -> bool:
    """Whether the answer said what `entry` says right after the save `applied`: as now, with later changes undone."""
    then = {
        "choice": answer.choice,
        "reason": answer.reason,
        "rationale": answer.rationale,
        "evidence": _as_lists(evidence),
    }
    later = AuditEvent.objects.filter(
        assessment=applied.assessment_id, subject=applied.subject, action=applied.action, pk__gt=applied.pk
    )
    for detail in later.order_by("-pk").values_list("detail", flat=True):
        then |= {name: before for name, (before, _) in detail["changes"].items()}
    texts = (entry.choice, entry.reason, entry.rationale)
    same_links = entry.evidence is None or then["evidence"] == _as_lists(entry.evidence)
    return same_links and texts == (then["choice"], then["reason"], then["rationale"])


def _as_lists(evidence: tuple[EvidenceLink, ...]) -> list[list[str]]:
    return [[link.title, link.url] for link in evidence]
