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
from assessments.wording import level_text, question_name
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
class Finding:
    """A level that a reviewer found right for an area, in words, and why; `name` says on what or in which look."""

    name: str
    level: str
    reason: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A sentence or a name that leads to its place on the page; `href` is empty where it speaks of the whole."""

    text: str
    href: str


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What became of the answers that were asked about on the submission `sequence`; `left` were not changed."""

    sequence: int
    asked: int
    changed: int
    left: tuple[PageLink, ...]

    @property
    def sentence(self) -> str:
        if self.asked == 1:
            return f"One answer was asked about; it was {'' if self.changed else 'not '}changed."
        changed = f"{self.changed or 'none'} of them {'were' if self.changed > 1 else 'was'} changed"
        return f"{self.asked} answers were asked about; {changed}."


@dataclass(frozen=True, slots=True)
class AnswerSheet:
    """One answer with all that stands beside it.

    `last_cycle` is None without an earlier cycle that has the question; `moved` says how the level went since then.
    `previous` is the answer of the submission before this one where it was another, `changed` the parts that differ.
    `left` says that it was asked about there and is the same still. `said` is the reviewer's comment where the page
    only reads.
    """

    line: QuestionLine
    flags: tuple[str, ...]
    last_cycle: Compared | None
    moved: str
    previous: Compared | None
    changed: tuple[str, ...]
    left: bool
    comments: tuple[EarlierComment, ...]
    text: BoundField | None
    evidence: BoundField | None
    said: AnswerComment | None

    @property
    def has_error(self) -> bool:
        return self.text is not None and bool(self.text.errors)


@dataclass(frozen=True, slots=True)
class AreaSheet:
    """One area: what is claimed and why, what it was before, its answers, and the reviewer's own level.

    `news` are the answers that differ from the submission before or were asked about there, `rest` the others; all are
    `rest` in a first one, where nothing `folds`. `validated` is the level that was found right, in words, where the
    page only reads. `earlier` was found on submissions before, `second` in a second look once both are over.
    """

    story: AreaStory
    flags: tuple[str, ...]
    last_cycle: str
    news: tuple[AnswerSheet, ...]
    rest: tuple[AnswerSheet, ...]
    folds: bool
    earlier: tuple[Finding, ...]
    second: Finding | None
    level: BoundField | None
    reason: BoundField | None
    validated: str
    validated_reason: str

    @property
    def has_error_in_rest(self) -> bool:
        """Whether the fold has to be open, since something in it is to be mended."""
        return any(answer.has_error for answer in self.rest)


@dataclass(frozen=True, slots=True)
class ReviewSheet:
    """The whole page. `news` counts the answers that differ from the submission before; None in a first one.

    `followed` is None where nothing was asked about there.
    """

    areas: tuple[AreaSheet, ...]
    flags: tuple[PageLink, ...]
    news: int | None
    followed: FollowUp | None
    last_cycle: str


def first_look(scorecard: Scorecard) -> Review | None:
    """What was noted or decided in the first look, with its rows; two queries more."""
    return _look(scorecard, Look.FIRST)


def second_look(scorecard: Scorecard) -> Review | None:
    """What was noted in the second look, with its rows."""
    return _look(scorecard, Look.SECOND)


def _look(scorecard: Scorecard, look: Look) -> Review | None:
    return Review.objects.filter(scorecard=scorecard, look=look).select_related("reviewer").with_rows().first()


def both_looks_over(scorecard: Scorecard) -> bool:
    """Whether a second look and the decision are over: only then neither can lean on the other. Looks at prefetched
    `reviews`."""
    over = {review.look for review in scorecard.reviews.all() if review.decided_at}
    return over >= {Look.FIRST, Look.SECOND}


def second_look_over(scorecard: Scorecard) -> bool:
    """Whether a second look was ended. Looks at prefetched `reviews`."""
    return any(review.look == Look.SECOND and review.decided_at for review in scorecard.reviews.all())


def why_no_second_look(scorecard: Scorecard, user: User) -> str:
    """Why the second look is not `user`'s, in a sentence; empty where it is. Looks at prefetched `reviews`."""
    second = next((review for review in scorecard.reviews.all() if review.look == Look.SECOND), None)
    if scorecard.assessment.claimed_by_id == user.pk:
        return "You have claimed this submission, so the second look is another reviewer's."
    if Scorecard.objects.filter(pk=scorecard.pk).first_seen_by(user).exists():
        return "You had the first look, so the second is another reviewer's."
    if second and second.decided_at:
        return "The second look is over."
    if second and second.reviewer_id != user.pk:
        return f"{second.reviewer} has the second look."
    return ""


def shows_first_look(scorecard: Scorecard, user: User) -> bool:
    """Whether someone of the CoE may see what the first look found: else a second one would not be blind.

    Only whoever had the first look may, until the second is over, and whoever has claimed it to go on with that look.
    """
    if not scorecard.second_look or second_look_over(scorecard):
        return True
    reviewers = {review.look: review.reviewer_id for review in scorecard.reviews.all()}
    if reviewers.get(Look.SECOND) == user.pk:
        return False
    return user.pk in (reviewers.get(Look.FIRST), scorecard.assessment.claimed_by_id)


def page(
    assessment: Assessment,
    scorecard: Scorecard,
    *,
    form: ReviewForm | None,
    noted: Review | None,
    decided: Sequence[Review] = (),
    second: Review | None = None,
) -> dict[str, Any]:
    """What the review page prints. Without a `form` it only reads.

    `noted` is what its reader may see of the review, `decided` what of the decisions on this submission and those
    before, newest first and with their rows; `second` is a second look that is to stand beside the first.
    """
    sheet = results.with_verdict(results.sealed(scorecard), decided)
    story = narrative(sheet)
    context = _context(scorecard, sheet, form, noted, decided, second)
    return {
        "assessment": assessment,
        "scorecard": scorecard,
        "sheet": sheet,
        "story": story,
        "review": _sheet(context, story.stories),
        "noted": noted,
        "form": form,
        **outcome.drawings(sheet, story),
    }


@dataclass(frozen=True, slots=True)
class _Context:
    """What every part of the page is made from. `changes` is None for a first submission."""

    scorecard: Scorecard
    sheet: ScoredAssessment
    changes: Mapping[str, AnswerChange] | None
    flags: Sequence[ScorecardFlag]
    earlier: Sequence[Review]
    said: Mapping[str, AnswerComment]
    form: ReviewForm | None
    noted: Review | None
    second: Review | None

    @property
    def rubric(self) -> Rubric:
        return self.sheet.rubric

    @property
    def asked(self) -> frozenset[str]:
        """The questions that were asked about on the submission before."""
        return frozenset(
            row.question
            for review in self.earlier
            if review.scorecard.sequence == self.scorecard.sequence - 1
            for row in review.answer_comments.all()
        )

    def change_of(self, question: str) -> AnswerChange | None:
        return self.changes.get(question) if self.changes else None


def _context(
    scorecard: Scorecard,
    sheet: ScoredAssessment,
    form: ReviewForm | None,
    noted: Review | None,
    decided: Sequence[Review],
    second: Review | None,
) -> _Context:
    previous = _previous(scorecard)
    changes = None if previous is None else {one.question: one for one in changed_since(previous, sheet.answers)}
    return _Context(
        scorecard=scorecard,
        sheet=sheet,
        changes=changes,
        flags=list(scorecard.flags.all()),
        earlier=[review for review in reversed(decided) if review.scorecard.sequence < scorecard.sequence],
        said={row.question: row for row in noted.answer_comments.all()} if noted else {},
        form=form,
        noted=noted,
        second=second,
    )


def _sheet(context: _Context, stories: Sequence[AreaStory]) -> ReviewSheet:
    earlier = context.sheet.earlier
    return ReviewSheet(
        areas=tuple(_area(context, story) for story in stories),
        flags=tuple(PageLink(flag.sentence, _place(flag)) for flag in context.flags),
        news=None if context.changes is None else len(context.changes),
        followed=_followed(context),
        last_cycle=earlier[0].cycle if earlier else "",
    )


def _place(flag: ScorecardFlag) -> str:
    """Where on the page a flag points."""
    if flag.question:
        return f"#{flag.question}"
    return f"#area-{flag.area}" if flag.area else ""


def _followed(context: _Context) -> FollowUp | None:
    """What became of what was asked about, in rubric order."""
    asked = [code for code in context.rubric.question_by_code if code in context.asked]
    left = [code for code in asked if context.change_of(code) is None]
    if not asked:
        return None
    return FollowUp(
        sequence=context.scorecard.sequence - 1,
        asked=len(asked),
        changed=len(asked) - len(left),
        left=tuple(PageLink(question_name(context.rubric, code), f"#{code}") for code in left),
    )


def _previous(scorecard: Scorecard) -> Mapping[str, GivenAnswer] | None:
    """The answers of the submission before this one; None for the first, without a query."""
    if scorecard.sequence == 1:
        return None
    return results.sealed_answers(scorecard.assessment.scorecards.get(sequence=scorecard.sequence - 1))


def _comments(context: _Context, question: str) -> tuple[EarlierComment, ...]:
    """What was said of an answer on earlier submissions, oldest first."""
    return tuple(
        EarlierComment(row.text, row.wants_evidence, review.scorecard.sequence, str(review.reviewer))
        for review in context.earlier
        for row in review.answer_comments.all()
        if row.question == question
    )


def _found(context: _Context, review: Review | None, area: str, name: str) -> Finding | None:
    """What a review found of an area; None where it chose no level."""
    rows = review.areas.all() if review else ()
    found = next((row for row in rows if row.area == area), None)
    return Finding(name, level_text(context.rubric, found.validated_level), found.reason) if found else None


def _area(context: _Context, story: AreaStory) -> AreaSheet:
    code = story.area.code
    answers = [_answer(context, line) for line in story.lines]
    noted = _found(context, context.noted, code, "First look")
    earlier = [_found(context, one, code, f"Submission {one.scorecard.sequence}") for one in context.earlier]
    second = context.second
    return AreaSheet(
        story=story,
        flags=tuple(flag.sentence for flag in context.flags if flag.area == code and not flag.question),
        last_cycle=_last_level(context.sheet, code),
        news=tuple(answer for answer in answers if answer.changed or answer.left),
        rest=tuple(answer for answer in answers if not (answer.changed or answer.left)),
        folds=context.changes is not None,
        earlier=tuple(finding for finding in earlier if finding),
        second=_found(context, second, code, f"Second look by {second.reviewer}") if second else None,
        level=context.form.level_of(code) if context.form else None,
        reason=context.form.reason_of(code) if context.form else None,
        validated=story.validated or (noted.level if noted else ""),
        validated_reason=noted.reason if noted else "",
    )


def _last_level(sheet: ScoredAssessment, code: str) -> str:
    """An area's level in the cycle before, in words; empty where there is none."""
    for area in sheet.earlier[0].result.areas if sheet.earlier else ():
        if area.area == code:
            return level_text(sheet.rubric, area.level)
    return ""


def _answer(context: _Context, line: QuestionLine) -> AnswerSheet:
    change = context.change_of(line.code)
    before = context.sheet.earlier[0].given.get(line.code) if context.sheet.earlier else None
    return AnswerSheet(
        line=line,
        flags=tuple(flag.sentence for flag in context.flags if flag.question == line.code),
        last_cycle=_compared(context.rubric, before) if before else None,
        moved=_moved(before, context.sheet.answers[line.code]),
        previous=_compared(context.rubric, change.before) if change else None,
        changed=tuple(outcome.PART_NAMES[part] for part in change.parts) if change else (),
        left=change is None and line.code in context.asked,
        comments=_comments(context, line.code),
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
