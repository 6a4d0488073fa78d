"""Submitting: what a team answered is sealed and locked."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assessments import flags, results, sealing, tallies
from assessments.changes import changed_since
from assessments.datatypes import ScoredAssessment
from assessments.models import Assessment, Scorecard, ScorecardArea, ScorecardFlag, State, User

from .base import NotEditable, Refused, locked, move


class OpenQuestions(Refused):
    """Submission is refused while questions are unanswered; `codes` in rubric order."""

    def __init__(self, codes: Sequence[str]) -> None:
        count = len(codes)
        super().__init__("1 question is still open." if count == 1 else f"{count} questions are still open.")
        self.codes = tuple(codes)


class AnswersChanged(Refused):
    """Submission is refused because answers changed since `by` looked at them; `codes` in rubric order."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__("Answers changed since you opened this page.")
        self.codes = tuple(codes)


class NothingChanged(Refused):
    """The same answers were submitted before and returned."""


@transaction.atomic
def submit(
    *,
    assessment: Assessment,
    by: User,
    seen: str | None = None,
    may_be_unchanged: bool = True,
    at: datetime | None = None,
) -> Scorecard:
    """Seal what the team answered and lock it. `OpenQuestions` or `NotEditable` where that can't be.

    `seen` is what `results.versions` said of the answers that `by` decided on: `AnswersChanged` where others stand
    there now. Without it nobody is asked. With `may_be_unchanged` False also `NothingChanged`, where the answers are
    those of the submission that was returned.
    """
    row = locked(assessment)
    if not row.is_editable:
        raise NotEditable(f"This assessment is {row.get_state_display().lower()} already.")
    sheet = results.live(assessment)
    still_open = [code for code, answer in sheet.answers.items() if answer.choice is None]
    if still_open:
        raise OpenQuestions(still_open)
    if seen is not None and seen != results.versions(sheet.answers):
        raise AnswersChanged(results.overtaken(sheet.answers, seen))
    returned = None if may_be_unchanged else results.returned_answers(assessment)
    if returned is not None and not changed_since(returned, sheet.answers):
        raise NothingChanged("No answer has changed since the submission was returned.")
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
        second_look=is_drawn(digest, settings.SECOND_LOOK_PERCENT),
    )
    _write_figures(scorecard, sheet)
    assessment.submitted_at = now
    move(assessment, row.state, State.SUBMITTED, by=by, at=now, sequence=sequence, sha256=digest)
    # Last, since whoever else submits in the same cycle waits from here on.
    tallies.count_submission(scorecard)
    return scorecard


def is_drawn(digest: str, percent: int) -> bool:
    """Whether a submission is among the `percent` that are looked at twice: by its digest, so that nobody chooses."""
    return int(digest[-8:], 16) % 100 < percent


def _write_figures(scorecard: Scorecard, sheet: ScoredAssessment) -> None:
    """The rows that lists are filtered by and figures of many are made from."""
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
    tallies.write_claimed(scorecard, sheet)
    ScorecardFlag.objects.bulk_create(
        ScorecardFlag(
            scorecard=scorecard,
            position=position,
            kind=flag.kind,
            area=flag.area,
            question=flag.question,
            sentence=flag.sentence,
        )
        for position, flag in enumerate(flags.flags(sheet), start=1)
    )
