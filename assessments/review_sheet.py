"""What the review page shows of a submission: the result, each answer with what there is to compare it with, and what
the reviewer has noted so far; put together here so that templates only print.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from assessments import outcome, results
from assessments.changes import AnswerChange, changed_since
from assessments.datatypes import EvidenceLink, GivenAnswer, ScoredAssessment
from assessments.models import AnswerComment, Assessment, Look, Review, Scorecard, ScorecardFlag, User
from assessments.narrative import AreaStory, QuestionLine, answer_text, narrative
from assessments.review_forms import ReviewForm
from assessments.wording import level_text
from rubric.datatypes import Rubric


@dataclass(frozen=True, slots=True)
class Compared:
    """An earlier answer to the same question, in words."""

    answer: str
    reason: str
    rationale: str
    evidence: tuple[EvidenceLink, ...]


@dataclass(frozen=True, slots=True)
class EarlierComment:
    """What a reviewer said of the answer before, and about which submission."""

    text: str
    wants_evidence: bool
    sequence: int
    by: str


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """One answer with all that stands beside it.

    `last_cycle` is None without an earlier cycle that has the question; `moved` says how the level went since then.
    `previous` is the answer of the submission before this one where it was another, `changed` the parts that differ.
    `said` is the reviewer's comment where the page only reads.
    """

    line: QuestionLine
    flags: tuple[str, ...]
    last_cycle: Compared | None
    moved: str
    previous: Compared | None
    changed: tuple[str, ...]
    comments: tuple[EarlierComment, ...]
    text: BoundField | None
    evidence: BoundField | None
    said: AnswerComment | None


@dataclass(frozen=True, slots=True)
class AreaSheet:
    """One area: what is claimed and why, what it was before, its answers, and the reviewer's own level.

    `news` are the answers that differ from the submission before, `rest` the others; all are `rest` in a first one.
    `validated` is the level that was found right, in words, where the page only reads.
    """

    story: AreaStory
    flags: tuple[str, ...]
    last_cycle: str
    news: tuple[AnswerSheet, ...]
    rest: tuple[AnswerSheet, ...]
    level: BoundField | None
    reason: BoundField | None
    validated: str
    validated_reason: str


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """The whole page. `news` counts the answers that differ from the submission before; None in a first one."""

    areas: tuple[AreaSheet, ...]
    flags: tuple[str, ...]
    news: int | None
    last_cycle: str


def first_look(scorecard: Scorecard) -> Review | None:
    """What was noted or decided in the first look, with its rows; two queries more."""
    looks = scorecard.reviews.filter(look=Look.FIRST).select_related("reviewer")
    return looks.prefetch_related("areas", "answer_comments").first()


def second_look(scorecard: Scorecard) -> Review | None:
    """What was noted in the second look, with its rows."""
    return scorecard.reviews.filter(look=Look.SECOND).prefetch_related("areas", "answer_comments").first()


def why_no_second_look(scorecard: Scorecard, user: User) -> str:
    """Why the second look is not `user`'s, in a sentence; empty where it is. Looks at prefetched `reviews`."""
    second = next((review for review in scorecard.reviews.all() if review.look == Look.SECOND), None)
    if Scorecard.objects.filter(pk=scorecard.pk).first_seen_by(user).exists():
        return "You had the first look, so the second is another reviewer's."
    if second and second.decided_at:
        return "The second look is over."
    if second and second.reviewer_id != user.pk:
        return f"{second.reviewer} has the second look."
    return ""


def shows_first_look(scorecard: Scorecard, user: User) -> bool:
    """Whether someone of the CoE may see what the first look found: else a second one would not be blind.

    Only whoever had the first look may, until the second is over.
    """
    if not scorecard.second_look:
        return True
    looks = {review.look: review for review in scorecard.reviews.all()}
    second = looks.get(Look.SECOND)
    over = second is not None and second.decided_at is not None
    return over or (Look.FIRST in looks and looks[Look.FIRST].reviewer_id == user.pk)


def page(
    assessment: Assessment,
    scorecard: Scorecard,
    *,
    form: ReviewForm | None,
    noted: Review | None,
    blind: bool = False,
) -> dict[str, Any]:
    """What the review page prints. Without a `form` it only reads; `noted` is what its reader may see of the review.

    `blind` leaves out what reviewers have said of earlier submissions.
    """
    sheet = results.sealed(scorecard)
    story = narrative(sheet)
    return {
        "assessment": assessment,
        "scorecard": scorecard,
        "sheet": sheet,
        "story": story,
        "review": _sheet(scorecard, sheet, story.stories, form, noted, blind=blind),
        "noted": noted,
        "form": form,
        **outcome.drawings(sheet, story),
    }


def _sheet(
    scorecard: Scorecard,
    sheet: ScoredAssessment,
    stories: Sequence[AreaStory],
    form: ReviewForm | None,
    noted: Review | None,
    *,
    blind: bool,
) -> ReviewSheet:
    previous = _previous(scorecard)
    changes = {} if previous is None else {change.question: change for change in changed_since(previous, sheet.answers)}
    flagged = list(scorecard.flags.all())
    said = {row.question: row for row in noted.answer_comments.all()} if noted else {}
    context = _Context(sheet, changes, flagged, {} if blind else _earlier_comments(scorecard), said, form)
    return ReviewSheet(
        areas=tuple(_area(context, story, noted) for story in stories),
        flags=tuple(flag.sentence for flag in flagged if not flag.area),
        news=None if previous is None else len(changes),
        last_cycle=sheet.earlier[0].cycle if sheet.earlier else "",
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What every part of the page is made from."""

    sheet: ScoredAssessment
    changes: Mapping[str, AnswerChange]
    flags: Sequence[ScorecardFlag]
    comments: Mapping[str, tuple[EarlierComment, ...]]
    said: Mapping[str, AnswerComment]
    form: ReviewForm | None

    @property
    def rubric(self) -> Rubric:
        return self.sheet.rubric


def _previous(scorecard: Scorecard) -> Mapping[str, GivenAnswer] | None:
    """The answers of the submission before this one; None for the first, without a query."""
    if scorecard.sequence == 1:
        return None
    return results.sealed_answers(scorecard.assessment.scorecards.get(sequence=scorecard.sequence - 1))


def _earlier_comments(scorecard: Scorecard) -> dict[str, tuple[EarlierComment, ...]]:
    """What was said of each answer on earlier submissions, oldest first; no query for a first one."""
    said: dict[str, tuple[EarlierComment, ...]] = {}
    if scorecard.sequence == 1:
        return said
    rows = (
        AnswerComment.objects.filter(
            review__look=Look.FIRST,
            review__scorecard__assessment=scorecard.assessment_id,
            review__scorecard__sequence__lt=scorecard.sequence,
        )
        .exclude(review__decision="")
        .select_related("review__reviewer", "review__scorecard")
        .order_by("review__scorecard__sequence")
    )
    for row in rows:
        comment = EarlierComment(row.text, row.wants_evidence, row.review.scorecard.sequence, str(row.review.reviewer))
        said[row.question] = (*said.get(row.question, ()), comment)
    return said


def _area(context: _Context, story: AreaStory, noted: Review | None) -> AreaSheet:
    code = story.area.code
    answers = [_answer(context, line) for line in story.lines]
    found = {row.area: row for row in noted.areas.all()}.get(code) if noted else None
    return AreaSheet(
        story=story,
        flags=tuple(flag.sentence for flag in context.flags if flag.area == code and not flag.question),
        last_cycle=_last_level(context.sheet, code),
        news=tuple(answer for answer in answers if answer.changed),
        rest=tuple(answer for answer in answers if not answer.changed),
        level=context.form.level_of(code) if context.form else None,
        reason=context.form.reason_of(code) if context.form else None,
        validated=level_text(context.rubric, found.validated_level) if found else "",
        validated_reason=found.reason if found else "",
    )


def _last_level(sheet: ScoredAssessment, code: str) -> str:
    """An area's level in the cycle before, in words; empty where there is none."""
    for area in sheet.earlier[0].result.areas if sheet.earlier else ():
        if area.area == code:
            return level_text(sheet.rubric, area.level)
    return ""


def _answer(context: _Context, line: QuestionLine) -> AnswerSheet:
    change = context.changes.get(line.code)
    before = context.sheet.earlier[0].given.get(line.code) if context.sheet.earlier else None
    return AnswerSheet(
        line=line,
        flags=tuple(flag.sentence for flag in context.flags if flag.question == line.code),
        last_cycle=_compared(context.rubric, before) if before else None,
        moved=_moved(before, context.sheet.answers[line.code]),
        previous=_compared(context.rubric, change.before) if change else None,
        changed=tuple(outcome.PART_NAMES[part] for part in change.parts) if change else (),
        comments=context.comments.get(line.code, ()),
        text=context.form.text_of(line.code) if context.form else None,
        evidence=context.form.evidence_of(line.code) if context.form else None,
        said=context.said.get(line.code),
    )


def _compared(rubric: Rubric, answer: GivenAnswer) -> Compared:
    return Compared(answer_text(rubric, answer), answer.reason, answer.rationale, answer.evidence)


def _moved(before: GivenAnswer | None, after: GivenAnswer) -> str:
    """How a level went since the last cycle; empty where either has none."""
    if before is None or not isinstance(before.choice, int) or not isinstance(after.choice, int):
        return ""
    steps = after.choice - before.choice
    if not steps:
        return "as before"
    return f"{'up' if steps > 0 else 'down'} {abs(steps)}"
