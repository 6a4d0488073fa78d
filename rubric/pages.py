"""What the model's pages show, computed from a rubric: templates only print it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

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
class Edition:
    """The version of the model that a page shows. `others` are the other published ones, newest first, each with when
    it was published; `query` is "?version=…" where a version was asked for, and goes on to the pages that follow."""

    rubric: Rubric
    published_at: datetime | None
    others: tuple[tuple[str, datetime | None], ...]
    query: str


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
    model_href: str
    body: tuple[str, ...]
    descriptors: tuple[LevelText, ...]
    questions: tuple[QuestionWithAnchors, ...]
    below: Link | None
    above: Link | None

    @property
    def crumbs(self) -> tuple[Link, ...]:
        return (Link("The model", self.model_href),)


def version_query(version: str) -> str:
    """What follows a page's address to show that version."""
    return "?" + urlencode({"version": version})


def table(rubric: Rubric, query: str = "") -> tuple[Row, ...]:
    """The model's table as the model stacks it: the top of the stack first. `query` is an `Edition`'s."""
    return tuple(
        Row(area, area_address(area, query), _with_levels(rubric, area.descriptors)) for area in reversed(rubric.areas)
    )


def area_page(rubric: Rubric, code: str, query: str = "") -> AreaPage:
    """Everything the model and we say of one area; `KeyError` where the rubric has no such area."""
    area = rubric.area_by_code[code]
    neighbours = {other.position: Link(other.name, area_address(other, query)) for other in rubric.areas}
    return AreaPage(
        area=area,
        place=f"Area {area.position} of {len(rubric.areas)}, counted from the bottom of the stack",
        model_href=reverse("model") + query,
        body=tuple(area.body.split("\n\n")) if area.body else (),
        descriptors=_with_levels(rubric, area.descriptors),
        questions=tuple(
            QuestionWithAnchors(number, question, _with_levels(rubric, [anchor.text for anchor in question.anchors]))
            for number, question in enumerate(area.questions, 1)
        ),
        below=neighbours.get(area.position - 1),
        above=neighbours.get(area.position + 1),
    )


def area_address(area: Area, query: str = "") -> str:
    return reverse("model-area", args=[area.code]) + query


def _with_levels(rubric: Rubric, texts: tuple[str, ...] | list[str]) -> tuple[LevelText, ...]:
    return tuple(LevelText(level, text) for level, text in zip(rubric.levels, texts, strict=True))
