"""What reviewers make of a submission: they note levels and comments, and return or accept it.

A reviewer works on a submission that is theirs; whoever saves or decides on one that nobody has claimed claims it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assessments import tallies
from assessments.models import (
    AnswerComment,
    AreaReview,
    Assessment,
    Decision,
    Look,
    Review,
    Scorecard,
    State,
    User,
)

from .base import Refused, locked, move, record
from .claiming import SECOND_IS_YOURS, ClaimedByAnother, claim, not_anothers, set_claim, waiting


class NothingToDo(Refused):
    """A submission is not returned without a word on what to do."""


class ReviewChanged(Refused):
    """The review was changed, or another submission has come in, since what the writer had seen."""


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """The level found right for an area, and why where it isn't the claimed one."""

    validated_level: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CommentEntry:
    """What is said of one answer."""

    text: str = ""
    wants_evidence: bool = False


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """A whole review as typed: `areas` by area code, `comments` by question code; what is absent says nothing."""

    comment: str = ""
    areas: Mapping[str, AreaEntry] = field(default_factory=dict)
    comments: Mapping[str, CommentEntry] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reviewer had before their eyes: the digest of the submission, and the version of the review."""

    seal: str
    version: int


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of many: those that were accepted, and a sentence for each that was not."""

    accepted: tuple[Assessment, ...]
    refusals: tuple[str, ...]


# ---- What is noted ----


@transaction.atomic
def save_review(
    *, assessment: Assessment, by: User, entry: ReviewEntry, seen: Seen | None = None, at: datetime | None = None
) -> Review:
    """Note what the reviewer has so far, in place of what was noted before; nobody but reviewers sees it.

    `ReviewChanged` where something changed since it was `seen`; `Refused` for an area or a question that isn't there,
    or another level than the claimed one without a reason.
    """
    if not_anothers(assessment, by).claimed_by_id is None:
        claim(assessment=assessment, by=by)
    now = at or timezone.now()
    review = _first_look(assessment, by, now)
    _record_noted(review, by, _note(review, entry, seen), now)
    return review


def _first_look(assessment: Assessment, by: User, now: datetime) -> Review:
    """The review in progress of the newest submission, now `by`'s."""
    scorecard = assessment.scorecards.latest("sequence")
    if scorecard.reviews.filter(look=Look.SECOND, reviewer=by).exists():
        raise Refused(SECOND_IS_YOURS)
    review, _ = Review.objects.get_or_create(
        scorecard=scorecard, look=Look.FIRST, defaults={"reviewer": by, "created_at": now}
    )
    review.reviewer = by
    return review


def _record_noted(review: Review, by: User, changes: Mapping[str, Any], now: datetime) -> None:
    if changes:
        record(
            "review noted" if review.look == Look.FIRST else "second look noted",
            by=by,
            assessment=review.scorecard.assessment,
            at=now,
            sequence=review.scorecard.sequence,
            changes=changes,
        )


def _note(review: Review, entry: ReviewEntry, seen: Seen | None) -> Mapping[str, Any]:
    """Write an entry into a review that is in progress; what changed, before and after."""
    if seen and seen.seal != review.scorecard.sha256:
        raise ReviewChanged(
            "Nothing is saved yet: the team has submitted again since you opened this page. The newest submission "
            "stands here now, with what you typed. Look at it, then send it again."
        )
    if seen and seen.version != review.version:
        raise ReviewChanged(
            "Nothing is saved yet: this review was changed in another window since you opened it. Both stand here: "
            "what is saved, and what you typed. Sending yours again puts it in place of what is saved."
        )
    claimed = dict(review.scorecard.areas.values_list("area", "level"))
    _check(entry, claimed, review.scorecard)
    changes = _changes(_noted(review), entry)
    if not changes:
        review.save(update_fields=["reviewer"])
        return changes
    review.areas.all().delete()
    AreaReview.objects.bulk_create(
        AreaReview(
            review=review,
            area=code,
            claimed_level=claimed[code],
            validated_level=area.validated_level,
            reason=area.reason,
        )
        for code, area in entry.areas.items()
    )
    review.answer_comments.all().delete()
    AnswerComment.objects.bulk_create(
        AnswerComment(review=review, question=code, text=said.text, wants_evidence=said.wants_evidence)
        for code, said in entry.comments.items()
    )
    review.comment, review.asks = entry.comment, len(entry.comments)
    review.version += 1
    review.save(update_fields=["reviewer", "comment", "asks", "version"])
    return changes


def _check(entry: ReviewEntry, claimed: Mapping[str, int | None], scorecard: Scorecard) -> None:
    for code, area in entry.areas.items():
        if code not in claimed:
            raise Refused(f"The submission has no area {code}.")
        if area.validated_level != claimed[code] and not area.reason:
            raise Refused("Say why the level you find right is not the claimed one.")
    known = set(_questions(scorecard))
    for code in entry.comments:
        if code not in known:
            raise Refused(f"The submission has no question {code}.")


def _questions(scorecard: Scorecard) -> Sequence[str]:
    return [answer.question.code for answer in scorecard.assessment.answers.select_related("question")]


def _noted(review: Review) -> ReviewEntry:
    """What a review says, as it would have been typed."""
    return ReviewEntry(
        comment=review.comment,
        areas={row.area: AreaEntry(row.validated_level, row.reason) for row in review.areas.all()},
        comments={row.question: CommentEntry(row.text, row.wants_evidence) for row in review.answer_comments.all()},
    )


def _changes(before: ReviewEntry, after: ReviewEntry) -> dict[str, list[Any]]:
    """Before and after by what it was said of, for the audit trail."""
    changes: dict[str, list[Any]] = {}
    if before.comment != after.comment:
        changes["comment"] = [before.comment, after.comment]
    for code in {**before.areas, **after.areas}:
        old, new = before.areas.get(code), after.areas.get(code)
        if old != new:
            changes[code] = [_area_words(old), _area_words(new)]
    for code in {**before.comments, **after.comments}:
        said, says = before.comments.get(code), after.comments.get(code)
        if said != says:
            changes[code] = [_comment_words(said), _comment_words(says)]
    return changes


def _area_words(entry: AreaEntry | None) -> list[Any] | None:
    return [entry.validated_level, entry.reason] if entry else None


def _comment_words(entry: CommentEntry | None) -> list[Any] | None:
    return [entry.text, entry.wants_evidence] if entry else None


# ---- Deciding ----


def return_(
    *,
    assessment: Assessment,
    by: User,
    comment: str | None = None,
    entry: ReviewEntry | None = None,
    seen: Seen | None = None,
    at: datetime | None = None,
) -> Review:
    """Give a submission back to its team, saying what to do: in all, or at single answers."""
    return _decide(assessment, Decision.RETURNED, by, comment, entry, seen, at)


def accept(
    *,
    assessment: Assessment,
    by: User,
    comment: str | None = None,
    entry: ReviewEntry | None = None,
    seen: Seen | None = None,
    at: datetime | None = None,
) -> Review:
    """Accept a submission; its answers stay locked for good. An area without a level of the reviewer's is accepted as
    claimed."""
    return _decide(assessment, Decision.ACCEPTED, by, comment, entry, seen, at)


@transaction.atomic
def _decide(
    assessment: Assessment,
    decision: Decision,
    by: User,
    comment: str | None,
    entry: ReviewEntry | None,
    seen: Seen | None,
    at: datetime | None,
) -> Review:
    """`entry` is the whole review as typed, `comment` its general comment alone; without them what was noted holds."""
    row = not_anothers(assessment, by)
    now = at or timezone.now()
    review = _first_look(assessment, by, now)
    noted = entry or _noted(review)
    if comment is not None:
        noted = ReviewEntry(comment.strip(), noted.areas, noted.comments)
    if decision == Decision.RETURNED and not (noted.comment or noted.comments):
        raise NothingToDo("Say what the team has to do before it submits again, here or at single answers.")
    changes = _note(review, noted, seen)
    notes = {name: values for name, values in changes.items() if name != "comment"}
    review.decision, review.decided_at = decision, now
    review.save(update_fields=["decision", "decided_at"])
    levels = dict(review.areas.values_list("area", "validated_level"))
    if decision == Decision.ACCEPTED:
        _validate(review.scorecard, levels)
    assessment.submitted_at = row.submitted_at
    set_claim(assessment, None)
    state = State.ACCEPTED if decision == Decision.ACCEPTED else State.RETURNED
    move(
        assessment,
        row.state,
        state,
        by=by,
        at=now,
        comment=review.comment,
        sequence=review.scorecard.sequence,
        **({"changes": notes} if notes else {}),
    )
    if decision == Decision.ACCEPTED and not _second_look_is_open(review.scorecard):
        # Last, since whoever else decides in the same cycle waits from here on.
        tallies.count_acceptance(review.scorecard)
    return review


def _second_look_is_open(scorecard: Scorecard) -> bool:
    """While it is, no sum shows what the first look found; see `save_second_look`."""
    return Scorecard.objects.second_look_open().filter(pk=scorecard.pk).exists()


def _validate(scorecard: Scorecard, levels: Mapping[str, int]) -> None:
    """Write the accepted levels beside the claimed ones: the reviewer's, else the claimed one."""
    scorecard.areas.update(validated_level=F("level"))
    for code, level in levels.items():
        scorecard.areas.filter(area=code).update(validated_level=level)
    tallies.write_validated(scorecard)


def accept_unflagged(*, assessments: Sequence[Assessment], by: User) -> BulkOutcome:
    """Accept each submission that carries no flag and that nobody else works on, each for itself."""
    accepted, refusals = [], []
    for assessment in assessments:
        try:
            _accept_unflagged(assessment, by)
        except Refused as refusal:
            refusals.append(f"{assessment}: {refusal}")
        else:
            accepted.append(assessment)
    return BulkOutcome(tuple(accepted), tuple(refusals))


@transaction.atomic
def _accept_unflagged(assessment: Assessment, by: User) -> None:
    waiting(assessment)
    scorecard = assessment.scorecards.defer("document").latest("sequence")
    if scorecard.flags.exists():
        raise Refused("It carries a flag, so it wants a look of its own.")
    if scorecard.second_look:
        raise Refused("It was drawn for a second look, so it wants a look of its own.")
    if scorecard.reviews.filter(look=Look.FIRST, version__gt=0).exists():
        raise Refused("Something is noted on it, so it wants a look of its own.")
    accept(assessment=assessment, by=by)


# ---- The second look ----


@transaction.atomic
def save_second_look(
    *,
    scorecard: Scorecard,
    by: User,
    entry: ReviewEntry,
    seen: Seen | None = None,
    complete: bool = False,
    at: datetime | None = None,
) -> Review:
    """Note, and end with `complete`, what a second reviewer finds without having seen the first one's levels.

    It decides nothing; levels accepted before its end are counted from then on. `Refused` where it wasn't drawn, is
    over, is another's, or `by` had the first look; and where it is to end while a claimed area has no level.
    """
    locked(scorecard.assessment)
    if not scorecard.second_look:
        raise Refused("This submission was not drawn for a second look.")
    if Scorecard.objects.filter(pk=scorecard.pk).first_seen_by(by).exists():
        raise Refused("You had the first look, so the second is another reviewer's.")
    now = at or timezone.now()
    review, _ = Review.objects.get_or_create(
        scorecard=scorecard, look=Look.SECOND, defaults={"reviewer": by, "created_at": now}
    )
    if review.reviewer_id != by.pk:
        raise ClaimedByAnother(f"{review.reviewer} has the second look.")
    if review.decided_at:
        raise Refused("This second look is over.")
    changes = _note(review, entry, seen)
    if not complete:
        _record_noted(review, by, changes, now)
        return review
    if scorecard.areas.exclude(level=None).exclude(area__in=entry.areas).exists():
        raise Refused("Choose a level for each area that claims one.")
    review.decided_at = now
    review.save(update_fields=["decided_at"])
    record(
        "second look ended",
        by=by,
        assessment=scorecard.assessment,
        at=now,
        sequence=scorecard.sequence,
        changes=changes,
    )
    if scorecard.reviews.filter(decision=Decision.ACCEPTED).exists():
        tallies.count_acceptance(scorecard)
    return review
