"""What a rubric has to be before it can be published, and a system check that every published one is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core import checks
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connections, transaction

from rubric import immutability, models
from rubric.datatypes import Area, Question, Rubric


def problems(rubric: Rubric) -> list[str]:
    """Every reason why `rubric` can't be published, as sentences in reading order; none if it is complete."""
    return [
        *_problems_of_rule(rubric),
        *_problems_of_levels(rubric),
        *_problems_of_stack(rubric),
        *(problem for area in rubric.areas for problem in _problems_of_area(area, rubric.top)),
    ]


def _problems_of_rule(rubric: Rubric) -> Iterator[str]:
    for name in ("code", "version", "name", "source"):
        if not getattr(rubric, name).strip():
            yield f"The rubric has no {name}."
    if not 1 <= rubric.required_share <= 100:
        yield f"The required share has to be 1 to 100 percent, not {rubric.required_share}."
    if not 0 <= rubric.max_shortfall < max(rubric.top, 1):
        yield f"The maximum shortfall has to be 0 to {max(rubric.top - 1, 0)} levels, not {rubric.max_shortfall}."


def _problems_of_levels(rubric: Rubric) -> Iterator[str]:
    numbers = [level.number for level in rubric.levels]
    if not 2 <= len(numbers) <= models.MAX_LEVELS:
        yield f"A rubric has 2 to {models.MAX_LEVELS} levels, not {len(numbers)}."
    if numbers != _counted(numbers):
        yield f"Levels have to be numbered from 1 without a gap, not {_listed(numbers)}."
    for level in rubric.levels:
        if not level.name.strip() or not level.scope.strip():
            yield f"Level {level.number} needs a name and a scope."


def _problems_of_stack(rubric: Rubric) -> Iterator[str]:
    positions = [area.position for area in rubric.areas]
    if not positions:
        yield "The rubric has no areas."
    if positions != _counted(positions):
        yield f"Areas have to be numbered from 1 at the bottom of the stack without a gap, not {_listed(positions)}."
    for code in _repeated(area.code for area in rubric.areas):
        yield f"Two areas have the code {code}."
    for code in _repeated(question.code for area in rubric.areas for question in area.questions):
        yield f"Two questions have the code {code}."


def _problems_of_area(area: Area, top: int) -> Iterator[str]:
    if not re.fullmatch(models.AREA_CODE, area.code):
        yield f"An area's code has lower-case letters and digits only, unlike {area.code!r}."
    if not area.name.strip() or not area.summary.strip():
        yield f"{area.code}: the area needs a name and a summary."
    yield from _problems_of_texts(f"{area.code}: descriptor", area.descriptors)
    if len(area.descriptors) != top:
        yield f"{area.code}: {len(area.descriptors)} descriptors for {top} levels."
    if not area.activities:
        yield f"{area.code}: no key activities."
    yield from _problems_of_texts(f"{area.code}: activity", area.activities)
    if not area.questions:
        yield f"{area.code}: no key questions."
    for position, question in enumerate(area.questions, 1):
        expected = f"{area.code}-{position}"
        if question.code != expected:
            yield f"{area.code}: key question {position} has to have the code {expected}, not {question.code}."
        yield from _problems_of_question(question, top)


def _problems_of_question(question: Question, top: int) -> Iterator[str]:
    if not question.text.strip():
        yield f"{question.code}: the question is empty."
    if not 1 <= question.weight <= models.MAX_WEIGHT:
        yield f"{question.code}: the weight has to be 1 to {models.MAX_WEIGHT}, not {question.weight}."
    levels = [anchor.level for anchor in question.anchors]
    if levels != list(range(1, top + 1)):
        yield f"{question.code}: one anchor for each level from 1 to {top} is needed, in order, not {_listed(levels)}."
    yield from _problems_of_texts(f"{question.code}: anchor", [anchor.text for anchor in question.anchors])


def _problems_of_texts(place: str, texts: Sequence[str]) -> Iterator[str]:
    for number, text in enumerate(texts, 1):
        if not text.strip():
            yield f"{place} {number} is empty."


def _counted(numbers: Sequence[int]) -> list[int]:
    return list(range(1, len(numbers) + 1))


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"


def _repeated(codes: Iterable[str]) -> list[str]:
    seen = list(codes)
    return sorted({code for code in seen if seen.count(code) > 1})


# ---- Over tables ----


def problems_of_rows(rubric: models.Rubric) -> list[str]:
    """As `problems`, and what only the rows show: the numbers of descriptors, activities and questions."""
    loaded = models.Rubric.objects.using(rubric._state.db).with_content().get(pk=rubric.pk)
    return problems(models.values_of(loaded)) + list(_problems_of_numbers(loaded))


def _problems_of_numbers(rubric: models.Rubric) -> Iterator[str]:
    for area in rubric.areas.all():
        for name, numbers in (
            ("descriptors", [descriptor.level for descriptor in area.descriptors.all()]),
            ("key activities", [activity.position for activity in area.activities.all()]),
            ("key questions", [question.position for question in area.questions.all()]),
        ):
            if numbers != _counted(numbers):
                yield f"{area.code}: {name} have to be numbered from 1 without a gap, not {_listed(numbers)}."


def refuse_incomplete(*, instance: models.Publication, using: str, **_: Any) -> None:
    """Before a publication is saved, also by `loaddata`: `ValidationError` with every problem of the rubric."""
    rubrics = models.Rubric.objects.using(using)
    if transaction.get_connection(using).in_atomic_block:
        # Until the end of the transaction nobody else changes the draft that is being published; see `immutability`.
        rubrics = rubrics.select_for_update(of=("self",))
    rubric = rubrics.filter(pk=instance.rubric_id).first()
    if rubric is not None and not rubric.is_published and (found := problems_of_rows(rubric)):
        raise ValidationError([f"The draft {rubric} can't be published yet.", *found])


def check_published(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """System check: every published rubric is complete and protected. Silent where there are no tables yet."""
    found: list[checks.CheckMessage] = []
    for alias in databases or ():
        try:
            with transaction.atomic(using=alias):
                found += _errors_in(alias)
        except DatabaseError:
            continue
    return found


def _errors_in(alias: str) -> Iterator[checks.CheckMessage]:
    rubrics = models.Rubric.objects.using(alias).published()
    for rubric in rubrics:
        for problem in problems_of_rows(rubric):
            yield checks.Error(f"{rubric}: {problem}", id="rubric.E001")
    if rubrics and (missing := immutability.missing(connections[alias])):
        yield checks.Error(
            f"Published rubrics can be changed: the database lacks {', '.join(missing)}.",
            hint="Call rubric.immutability.install in a migration.",
            id="rubric.E002",
        )
