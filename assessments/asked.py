"""What the Center of Excellence asks of a team whose submission it has returned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from assessments import results, wording
from assessments.models import Assessment, Review, State
from assessments.models.reviewing import Said
from rubric.datatypes import Area, Rubric


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked about one answer. `name` is the question as people find it, such as "DataOps 3"."""

    question: str
    name: str
    href: str
    text: str
    wants_evidence: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The level that the CoE found for an area, beside the claimed one, in words; `reason` where it isn't that one."""

    area: str
    name: str
    href: str
    sentence: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer said on returning a submission: of the whole; of areas and single answers, in rubric order."""

    by: str
    at: datetime
    comment: str
    found: tuple[Found, ...]
    asks: tuple[Ask, ...]

    @property
    def by_question(self) -> dict[str, Ask]:
        return {ask.question: ask for ask in self.asks}

    @property
    def by_area(self) -> dict[str, Found]:
        return {found.area: found for found in self.found}


def asked_of(assessment: Assessment, reviews: Iterable[Review]) -> Asked | None:
    """What was said when the assessment was given back; None unless it is returned.

    `reviews` are those that the reader may see, newest first, looked at only then; None, too, where that of the newest
    submission is not among them. One more query for what is said of areas and of single answers.
    """
    if assessment.state != State.RETURNED:
        return None
    review = next(iter(reviews), None)
    if review is None or review.decided_at is None or review.scorecard.sealed_at != assessment.submitted_at:
        return None
    said = review.said()
    levels = {one.code: one for one in said if one.level}
    comments = {one.code: one for one in said if not one.level}
    rubric = results.rubric_of(assessment)
    return Asked(
        by=str(review.reviewer),
        at=review.decided_at,
        comment=review.comment,
        found=tuple(
            _found(assessment, rubric, area, levels[area.code]) for area in rubric.areas if area.code in levels
        ),
        asks=tuple(
            Ask(
                code,
                wording.question_name(rubric, code),
                question_href(assessment, rubric, code),
                comments[code].text,
                comments[code].wants_evidence,
            )
            for code in rubric.question_by_code
            if code in comments
        ),
    )


def _found(assessment: Assessment, rubric: Rubric, area: Area, said: Said) -> Found:
    return Found(
        area=area.code,
        name=area.name,
        href=reverse("area", args=[assessment.pk, area.code]),
        sentence=wording.found_sentence(rubric, said.level, said.claimed),
        reason=said.text,
    )


def question_href(assessment: Assessment, rubric: Rubric, code: str) -> str:
    """The address of a question's card."""
    return f"{reverse('area', args=[assessment.pk, rubric.area_of_question[code].code])}#{code}"
