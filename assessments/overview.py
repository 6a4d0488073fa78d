"""What the first page, the list of assessments and an assessment's overview show."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from assessments import answering, charts, results, wording
from assessments.access import Access, decided_reviews, leads_anywhere, reviews
from assessments.asked import Asked, asked_of
from assessments.datatypes import GivenAnswer
from assessments.models import Assessment, Membership, State, User
from assessments.scoring import Result, as_shown, explain, score
from assessments.submissions import submissions_of
from rubric.datatypes import Area, Question, Rubric
from rubric.models import Rubric as Rubrics
from rubric.models import published_versions

STATE_SENTENCES = {
    State.DRAFT: "The team is answering.",
    State.SUBMITTED: "The Center of Excellence is reviewing it.",
    State.RETURNED: "The Center of Excellence asks for more before it accepts.",
    State.ACCEPTED: "The Center of Excellence has accepted it.",
}


def drawn(svg: str) -> SafeString:
    """An SVG of ours as a template prints it: `assessments.charts` has escaped every text in it."""
    return mark_safe(svg)


@dataclass(frozen=True, slots=True)
class Shelved:
    """One assessment in a list, with its thumbnail and the sentence that says where it stands."""

    assessment: Assessment
    result: Result
    thumbnail: SafeString
    answered: int
    questions: int
    sentence: str


def shelved(assessments: Sequence[Assessment]) -> list[Shelved]:
    """Assessments with their results so far. One query for all answers."""
    choices = results.choices_of(assessments)
    return [_shelve(assessment, choices[assessment.pk]) for assessment in assessments]


def _shelve(assessment: Assessment, choices: Mapping[str, Any]) -> Shelved:
    rubric = results.rubric_of(assessment)
    result = as_shown(score(rubric, choices))
    thumbnail = charts.strip_svg(
        rubric, result, ident=f"strip-{assessment.pk}", title=wording.headline(rubric, result), compact=True
    )
    return Shelved(
        assessment=assessment,
        result=result,
        thumbnail=drawn(thumbnail),
        answered=sum(area.answered for area in result.areas),
        questions=sum(area.questions for area in result.areas),
        sentence=STATE_SENTENCES[State(assessment.state)],
    )


def visible_to(user: User) -> list[Assessment]:
    """Every assessment of this person's organizations, newest cycle first, with their role in each."""
    return list(
        Assessment.objects.of(user)
        .with_names()
        .with_role_of(user)
        .order_by("-cycle__starts_on", "organization__name", "team")
    )


def shelf(user: User) -> dict[str, Any]:
    """The list of assessments."""
    return {
        "shelved": shelved(visible_to(user)),
        "may_start": leads_anywhere(user),
        "memberships": memberships_of(user),
        **queue_for(user),
    }


def memberships_of(user: User) -> QuerySet[Membership]:
    """The organizations this person is in, with their role."""
    return Membership.objects.filter(user=user).select_related("organization")


def queue_for(user: User) -> dict[str, Any]:
    """What waits for the CoE, for those who review."""
    waits = reviews(user)
    return {"reviews": waits, "submissions": Assessment.objects.waiting().count() if waits else 0}


EXAMPLE_LEVELS = (3, 3, 2, 3, 2, 2, 1)
"""The invented example on the first page: an answer per area, from the bottom of the stack."""

EXAMPLES = ((3, 3, 3, 3, 2, 2), (3, 3, 3, 2, 2, 2), (5, 5, 5, 5, 5, 1), (4, 4, 4, 4, 4, 2), (4, 4, 1))
"""Answers of an area that show the rule's two halves."""


def welcome() -> dict[str, Any]:
    """Home for someone who isn't signed in: what the model is, and what a result looks like; empty before any model."""
    published = Rubrics.objects.published().first()
    if published is None:
        return {}
    rubric = published.to_datatypes()
    levels = dict(zip((area.code for area in rubric.areas), EXAMPLE_LEVELS, strict=False))
    result = score(
        rubric, {q.code: min(rubric.top, levels.get(area.code, 2)) for area in rubric.areas for q in area.questions}
    )
    words = wording.headline(rubric, result)
    return {
        "rubric": rubric,
        "stack": tuple(reversed(rubric.areas)),
        "example": drawn(charts.strip_svg(rubric, result, ident="example", title=f"An invented example. {words}")),
        "example_words": words,
    }


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example of the rule, computed by the rule."""

    answers: str
    level_text: str
    why: str


def rule_page(version: str | None) -> dict[str, Any]:
    """What the page on scoring prints: the rule of that version, or of the newest, and examples that scoring itself has
    worked out."""
    rubric = published_versions(version)[0].to_datatypes()
    return {
        "rubric": rubric,
        "rule": wording.rule_sentence(rubric),
        "examples": tuple(_example(rubric, values) for values in EXAMPLES),
    }


def _example(rubric: Rubric, values: tuple[int, ...]) -> Example:
    questions = tuple(Question(f"example-{n}", "") for n in range(1, len(values) + 1))
    lone = replace(rubric, areas=(Area("example", "Example", 1, questions=questions),))
    answers = {question.code: min(value, rubric.top) for question, value in zip(questions, values, strict=True)}
    result = score(lone, answers)
    (explanation,) = explain(lone, answers, result)
    return Example(
        ", ".join(map(str, values)), wording.level_text(lone, result.areas[0].level), wording.because(lone, explanation)
    )


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area's line on the overview. `people` are those who answered in it, by name."""

    link: answering.AreaLink
    summary: str
    level: int | None
    level_name: str
    provisional: bool
    people: str


@dataclass(frozen=True, slots=True)
class Button:
    """Where to go on: the address and the words."""

    href: str
    text: str


def buttons_of(
    access: Access, answers: Mapping[str, GivenAnswer], asked: Asked | None, user: User
) -> tuple[Button, ...]:
    """What can be done with an assessment, the likeliest first: that is its page's one primary button."""
    assessment = access.assessment
    writing = access.may_answer and assessment.is_editable
    so_far = " so far" if assessment.is_editable and access.sees_drafts else ""
    result = Button(reverse("result", args=[assessment.pk]), f"See the result{so_far}")
    on = continue_at(access, answers, user) if writing else None
    complete = all(answer.choice is not None for answer in answers.values())
    submit = Button(reverse("submit", args=[assessment.pk]), "Check and submit" if complete else "Submit")
    first: list[Button] = []
    if writing and asked:
        first = [_revise(access, asked)]
    elif on:
        first = [on]
    submits = [submit] if assessment.is_editable and access.may_submit else []
    middle = [*submits, result] if complete else [result, *submits]
    return (*first, *middle, Button(reverse("scorecard-pdf", args=[assessment.pk]), "Scorecard (PDF)"))


def _revise(access: Access, asked: Asked) -> Button:
    """To the first answer that the CoE asks about, else to the first area."""
    first_area = results.rubric_of(access.assessment).areas[0]
    href = reverse("area", args=[access.assessment.pk, first_area.code])
    return Button(asked.asks[0].href if asked.asks else href, "Revise the answers")


def continue_at(access: Access, answers: Mapping[str, GivenAnswer], user: User) -> Button | None:
    """The first open question after the one this person saved last, or the first open one; None where none is open."""
    rubric = results.rubric_of(access.assessment)
    order = list(rubric.question_by_code)
    still_open = [code for code in order if answers[code].choice is None]
    if not still_open:
        return None
    mine = [a for a in answers.values() if a.answered_at is not None and a.answered_by == str(user)]
    last = max(mine, key=lambda answer: (answer.answered_at, order.index(answer.question)), default=None)
    start = order.index(last.question) if last else -1
    code = next((code for code in still_open if order.index(code) > start), still_open[0])
    return _continue(access, rubric, rubric.question_by_code[code], begun=len(still_open) < len(order))


def _continue(access: Access, rubric: Rubric, question: Question, *, begun: bool) -> Button:
    area = rubric.area_of_question[question.code]
    number = area.questions.index(question) + 1
    href = answering.area_address(access.assessment.pk, area.code)
    return Button(f"{href}#{question.code}", f"{'Continue' if begun else 'Begin'} with {area.name}, question {number}")


def of_assessment(access: Access, user: User) -> dict[str, Any]:
    """What the overview of an assessment prints."""
    assessment = access.assessment
    rubric = results.rubric_of(assessment)
    answers = results.for_reader_answers(access)
    steps = results.progress(rubric, answers)
    links = answering.links_to(access, steps)
    rows = [
        AreaRow(
            link=link,
            summary=step.area.summary,
            level=step.figures.level,
            level_name=rubric.level(step.figures.level).name if step.figures.level else "",
            provisional=not step.figures.complete,
            people=wording.join_words(sorted(_people(answers[q.code] for q in step.area.questions))),
        )
        for link, step in zip(links, steps, strict=True)
    ]
    answered, questions = sum(link.answered for link in links), sum(link.questions for link in links)
    decided = decided_reviews(access, user)
    asked = asked_of(assessment, decided)
    return {
        "assessment": assessment,
        "access": access,
        "rubric": rubric,
        "buttons": buttons_of(access, answers, asked, user),
        "asked": asked,
        "rows": rows,
        "answered": answered,
        "questions": questions,
        "state_sentence": STATE_SENTENCES[State(assessment.state)],
        "submit_sentence": _submit_sentence(access) if answered == questions else "",
        # What was said last stands at the head of the page while it waits for the team.
        "reviews": decided[1:] if asked else decided,
        "submissions": submissions_of(assessment),
    }


def _submit_sentence(access: Access) -> str:
    """Who can submit, for a writer who can't."""
    assessment = access.assessment
    if not assessment.is_editable or not access.may_answer or access.may_submit:
        return ""
    if assessment.state == State.RETURNED:
        return "Once the answers say what was asked for, a lead of your organization can submit again."
    return "Every question has an answer. A lead of your organization can submit now."


def _people(answers: Iterable[GivenAnswer]) -> set[str]:
    return {answer.answered_by for answer in answers if answer.answered_by}
