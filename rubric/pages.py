"""What the model's pages show, computed from a rubric: templates only print it."""

from dataclasses import dataclass

from django.urls import reverse

from rubric.datatypes import Area, Level, Question, Rubric


@dataclass(frozen=True, slots=True)
class LevelText:
    """A text that stands for a level; `label` says the level where no column head does."""

    level: Level
    text: str

    @property
    def label(self) -> str:
        return f"{self.level} ({self.level.scope})"


@dataclass(frozen=True, slots=True)
class Row:
    """One area of the model's table with its five cells."""

    area: Area
    href: str
    cells: tuple[LevelText, ...]


@dataclass(frozen=True, slots=True)
class Link:
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class QuestionWithAnchors:
    """A key question; `number` counts from 1 in its area."""

    number: int
    question: Question
    anchors: tuple[LevelText, ...]


@dataclass(frozen=True, slots=True)
class AreaPage:
    """One area in full. `below` and `above` are its neighbours in the stack, None at either end."""

    area: Area
    place: str
    body: tuple[str, ...]
    descriptors: tuple[LevelText, ...]
    questions: tuple[QuestionWithAnchors, ...]
    below: Link | None
    above: Link | None

    @property
    def crumbs(self) -> tuple[Link, ...]:
        return (Link("The model", reverse("model")),)


def table(rubric: Rubric) -> tuple[Row, ...]:
    """The model's table as the model stacks it: the top of the stack first."""
    return tuple(
        Row(area, area_address(area), _with_levels(rubric, area.descriptors)) for area in reversed(rubric.areas)
    )


def area_page(rubric: Rubric, code: str) -> AreaPage:
    """Everything the model and we say of one area; `KeyError` where the rubric has no such area."""
    area = rubric.area_by_code[code]
    neighbours = {other.position: Link(other.name, area_address(other)) for other in rubric.areas}
    return AreaPage(
        area=area,
        place=f"Area {area.position} of {len(rubric.areas)}, counted from the bottom of the stack",
        body=tuple(area.body.split("\n\n")) if area.body else (),
        descriptors=_with_levels(rubric, area.descriptors),
        questions=tuple(
            QuestionWithAnchors(number, question, _with_levels(rubric, [anchor.text for anchor in question.anchors]))
            for number, question in enumerate(area.questions, 1)
        ),
        below=neighbours.get(area.position - 1),
        above=neighbours.get(area.position + 1),
    )


def area_address(area: Area) -> str:
    return reverse("model-area", args=[area.code])


def _with_levels(rubric: Rubric, texts: tuple[str, ...] | list[str]) -> tuple[LevelText, ...]:
    return tuple(LevelText(level, text) for level, text in zip(rubric.levels, texts, strict=True))
