"""What the Center of Excellence asks of a team whose submission it has returned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from assessments import results
from assessments.models import Assessment, Review, State
from rubric.datatypes import Rubric


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked about one answer. `name` is the question as people find it, such as "DataOps 3"."""

    question: str
    name: str
    href: str
    text: str
    wants_evidence: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer said on returning a submission: of the whole, and of single answers in rubric order."""

    by: str
    at: datetime
    comment: str
    asks: tuple[Ask, ...]

    @property
    def by_question(self) -> dict[str, Ask]:
        return {ask.question: ask for ask in self.asks}


def asked_of(assessment: Assessment, reviews: Iterable[Review]) -> Asked | None:
    """What was said when the assessment was given back; None unless it is returned.

    `reviews` are those of `Review.objects.of`, looked at only then; one more query for what is said of single answers.
    """
    if assessment.state != State.RETURNED:
        return None
    review = next(iter(reviews), None)
    if review is None or review.decided_at is None:
        return None
    comments = {comment.question: comment for comment in review.answer_comments.all()}
    rubric = results.rubric_of(assessment)
    return Asked(
        by=str(review.reviewer),
        at=review.decided_at,
        comment=review.comment,
        asks=tuple(
            Ask(
                code,
                question_name(rubric, code),
                question_href(assessment, rubric, code),
                said.text,
                said.wants_evidence,
            )
            for code in rubric.question_by_code
            if (said := comments.get(code))
        ),
    )


def question_name(rubric: Rubric, code: str) -> str:
    """A question as people find it: "DataOps 3"."""
    area = rubric.area_of_question[code]
    return f"{area.name} {[question.code for question in area.questions].index(code) + 1}"


def question_href(assessment: Assessment, rubric: Rubric, code: str) -> str:
    """The address of a question's card."""
    return f"{reverse('area', args=[assessment.pk, rubric.area_of_question[code].code])}#{code}"
