"""Small rubrics, as values and as rows. Complete unless told otherwise."""

from dataclasses import replace
from typing import Any

from rubric import datatypes
from rubric.models import Activity, Anchor, Area, Descriptor, Level, Question, Rubric

SCOPES = ("Individual Project", "Team Project", "Program")


def rubric_values(**changes: Any) -> datatypes.Rubric:
    """A rubric of two areas, three levels, and one and two questions."""
    rubric = datatypes.Rubric(
        code="tiny",
        version="1",
        name="Tiny Model",
        source="A page",
        required_share=60,
        max_shortfall=1,
        levels=tuple(datatypes.Level(number, f"Name {number}", scope) for number, scope in enumerate(SCOPES, 1)),
        areas=(area_values(code="base", position=1, questions=1), area_values(code="top", position=2, questions=2)),
    )
    return replace(rubric, **changes)


def area_values(*, code: str = "base", position: int = 1, questions: int = 1, **changes: Any) -> datatypes.Area:
    area = datatypes.Area(
        code=code,
        name=code.title(),
        position=position,
        summary=f"What {code} is for.",
        introduction=f"Why {code}.",
        body=f"First of {code}.\n\nSecond of {code}.",
        descriptors=tuple(f"{code} looks like {number}" for number in (1, 2, 3)),
        activities=(f"Do {code}",),
        questions=tuple(question_values(code=f"{code}-{number}") for number in range(1, questions + 1)),
    )
    return replace(area, **changes)


def question_values(*, code: str = "base-1", **changes: Any) -> datatypes.Question:
    question = datatypes.Question(
        code=code,
        text=f"How is {code}?",
        weight=1,
        anchors=tuple(datatypes.Anchor(number, f"{code} at {number}") for number in (1, 2, 3)),
        evidence_hint=f"Papers of {code}",
    )
    return replace(question, **changes)


def make_rubric(*, values: datatypes.Rubric | None = None, published: bool = False, **changes: Any) -> Rubric:
    """The rows of `values`, or of `rubric_values(**changes)`: a draft unless `published`."""
    given = values or rubric_values(**changes)
    rubric = Rubric.objects.create(
        code=given.code,
        version=given.version,
        name=given.name,
        source=given.source,
        required_share=given.required_share,
        max_shortfall=given.max_shortfall,
    )
    for level in given.levels:
        Level.objects.create(rubric=rubric, number=level.number, name=level.name, scope=level.scope)
    for area in given.areas:
        make_area(rubric=rubric, values=area)
    if published:
        rubric.publish()
    return rubric


def make_area(*, rubric: Rubric, values: datatypes.Area) -> Area:
    area = Area.objects.create(
        rubric=rubric,
        code=values.code,
        name=values.name,
        position=values.position,
        summary=values.summary,
        introduction=values.introduction,
        body=values.body,
    )
    for number, text in enumerate(values.descriptors, 1):
        Descriptor.objects.create(area=area, level=number, text=text)
    for number, text in enumerate(values.activities, 1):
        Activity.objects.create(area=area, position=number, text=text)
    for number, given in enumerate(values.questions, 1):
        question = Question.objects.create(
            area=area,
            position=number,
            code=given.code,
            text=given.text,
            weight=given.weight,
            evidence_hint=given.evidence_hint,
        )
        for anchor in given.anchors:
            Anchor.objects.create(question=question, level=anchor.level, text=anchor.text)
    return area
