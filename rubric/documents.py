"""A rubric as a JSON document: the contract of `export_rubric`, and what a sealed scorecard keeps of its rubric."""

from typing import Any

from rubric.datatypes import Anchor, Area, Level, Question, Rubric

MOST = 10_000
"""The greatest number that a document may hold: weights, positions and levels are far below."""


def rubric_to_document(rubric: Rubric) -> dict[str, Any]:
    """Plain lists, dicts, texts and whole numbers; areas from the bottom of the stack up."""
    return {
        "code": rubric.code,
        "version": rubric.version,
        "name": rubric.name,
        "source": rubric.source,
        "required_share": rubric.required_share,
        "max_shortfall": rubric.max_shortfall,
        "levels": [{"number": level.number, "name": level.name, "scope": level.scope} for level in rubric.levels],
        "areas": [_area_to_document(area) for area in rubric.areas],
    }


def _area_to_document(area: Area) -> dict[str, Any]:
    return {
        "code": area.code,
        "name": area.name,
        "position": area.position,
        "summary": area.summary,
        "descriptors": list(area.descriptors),
        "activities": list(area.activities),
        "questions": [
            {
                "code": question.code,
                "text": question.text,
                "weight": question.weight,
                "anchors": [anchor.text for anchor in question.anchors],
            }
            for question in area.questions
        ],
    }


class NotARubric(ValueError):
    """A document that isn't what `rubric_to_document` makes. Its text names the place and what is wrong there."""


def rubric_from_document(document: object) -> Rubric:
    """The way back, without a database. What the document doesn't hold (introductions, bodies, hints) stays empty.

    `NotARubric` names the first place that isn't as it must be; nothing is guessed.
    """
    whole = _object(document, "rubric")
    levels = tuple(
        Level(_number(row, "number", place), _text(row, "name", place), _text(row, "scope", place))
        for row, place in _rows(whole, "levels", "rubric")
    )
    if [level.number for level in levels] != list(range(1, len(levels) + 1)):
        raise NotARubric("rubric.levels: not numbered from 1")
    rubric = Rubric(
        code=_text(whole, "code", "rubric"),
        version=_text(whole, "version", "rubric"),
        name=_text(whole, "name", "rubric"),
        source=_text(whole, "source", "rubric"),
        required_share=_number(whole, "required_share", "rubric"),
        max_shortfall=_number(whole, "max_shortfall", "rubric"),
        levels=levels,
        areas=tuple(_area(row, place, len(levels)) for row, place in _rows(whole, "areas", "rubric")),
    )
    if not 1 <= rubric.required_share <= 100:
        raise NotARubric("rubric.required_share: not a percentage from 1 to 100")
    if len(rubric.area_by_code) < len(rubric.areas) or len(rubric.question_by_code) < sum(
        len(area.questions) for area in rubric.areas
    ):
        raise NotARubric("rubric.areas: a code stands more than once")
    return rubric


def _area(row: dict[str, Any], place: str, levels: int) -> Area:
    return Area(
        code=_text(row, "code", place),
        name=_text(row, "name", place),
        position=_number(row, "position", place),
        summary=_text(row, "summary", place),
        descriptors=_texts(row, "descriptors", place, count=levels),
        activities=_texts(row, "activities", place),
        questions=tuple(_question(one, inner, levels) for one, inner in _rows(row, "questions", place)),
    )


def _question(row: dict[str, Any], place: str, levels: int) -> Question:
    weight = _number(row, "weight", place)
    if weight < 1:
        raise NotARubric(f"{place}.weight: less than 1")
    anchors = _texts(row, "anchors", place, count=levels)
    return Question(
        code=_text(row, "code", place),
        text=_text(row, "text", place),
        weight=weight,
        anchors=tuple(Anchor(number, text) for number, text in enumerate(anchors, start=1)),
    )


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise NotARubric(f"{place}: not an object")
    return value


def _rows(row: dict[str, Any], key: str, place: str) -> list[tuple[dict[str, Any], str]]:
    """The objects of a list that holds one or more, each with its place."""
    values = row.get(key)
    if not isinstance(values, list) or not values:
        raise NotARubric(f"{place}.{key}: not a list of objects")
    places = [f"{place}.{key}[{index}]" for index in range(len(values))]
    return [(_object(value, at), at) for value, at in zip(values, places, strict=True)]


def _text(row: dict[str, Any], key: str, place: str) -> str:
    value = row.get(key)
    if not isinstance(value, str):
        raise NotARubric(f"{place}.{key}: not a text")
    return value


def _number(row: dict[str, Any], key: str, place: str) -> int:
    value = row.get(key)
    if type(value) is not int or not 0 <= value <= MOST:
        raise NotARubric(f"{place}.{key}: not a whole number from 0 to {MOST:,}")
    return value


def _texts(row: dict[str, Any], key: str, place: str, *, count: int | None = None) -> tuple[str, ...]:
    values = row.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise NotARubric(f"{place}.{key}: not a list of texts")
    if count is not None and len(values) != count:
        raise NotARubric(f"{place}.{key}: not {count} texts, one for each level")
    return tuple(values)
