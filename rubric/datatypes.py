"""A maturity model as plain, frozen values: what scoring, charts and reports work on.

Standard library only. `rubric.models` holds the same things as tables and makes these from them. What is made of these
is kept in memory by them, so their hashes are quick: they take in names and no more of the content.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Final

MODELS_WORDS: Final = frozenset({"e5473a70e4f450ecef5a9a55ee3502a500ec684cfe00ab0db36de6b88b967db3"})
"""Digests of the words of models that were loaded from their source: of the AI CMM as fixtures/ai_cmm.yaml has it."""


@dataclass(frozen=True, slots=True)
class Level:
    """One rung: `number` counts from 1, `scope` is the organizational scope the model gives it."""

    number: int
    name: str
    scope: str

    def __str__(self) -> str:
        return f"Level {self.number}, {self.name}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """What a team would see if it were at `level` for one key question. Our text, not the model's."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A key question in the model's words; `anchors` and `evidence_hint` are ours.

    `anchors` ascend from level 1 and there is one for each level. `weight` is a whole number of at least 1.
    """

    code: str
    text: str
    weight: int = 1
    anchors: tuple[Anchor, ...] = ()
    evidence_hint: str = ""

    def __hash__(self) -> int:
        return hash((self.code, self.text))


@dataclass(frozen=True, slots=True)
class Area:
    """An operational area. `position` is 1 at the bottom of the stack; `descriptors` ascend from level 1."""

    code: str
    name: str
    position: int
    summary: str = ""
    introduction: str = ""
    body: str = ""
    descriptors: tuple[str, ...] = ()
    activities: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    def __hash__(self) -> int:
        return hash((self.code, self.name, self.position))


@dataclass(frozen=True)
class Rubric:
    """One version of a maturity model; `areas` stand in stack order, from the bottom.

    `required_share` is a whole percentage, `max_shortfall` a number of levels; see `assessments.scoring`.
    """

    code: str
    version: str
    name: str
    source: str
    required_share: int
    max_shortfall: int
    levels: tuple[Level, ...]
    areas: tuple[Area, ...]

    def __hash__(self) -> int:
        return hash((self.code, self.version))

    @cached_property
    def area_by_code(self) -> dict[str, Area]:
        return {area.code: area for area in self.areas}

    @cached_property
    def question_by_code(self) -> dict[str, Question]:
        return {question.code: question for area in self.areas for question in area.questions}

    @cached_property
    def area_of_question(self) -> dict[str, Area]:
        """The area each question code belongs to."""
        return {question.code: area for area in self.areas for question in area.questions}

    @cached_property
    def words_digest(self) -> str:
        """SHA-256 of what is the model's own: levels, and each area's texts, activities and key questions. The rule,
        weights and what we wrote ourselves are no part of it."""
        words = [
            [[level.number, level.name, level.scope] for level in self.levels],
            [
                [area.code, area.name, area.summary, area.introduction, area.body, area.descriptors, area.activities]
                + [[question.code, question.text] for question in area.questions]
                for area in self.areas
            ],
        ]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()

    @property
    def is_word_for_word(self) -> bool:
        """Whether every text that is the model's still is as its source has it."""
        return self.words_digest in MODELS_WORDS

    def level(self, number: int) -> Level:
        """The level with that number, from 1; `IndexError` where there is none."""
        if number < 1:
            raise IndexError(number)
        return self.levels[number - 1]

    @property
    def top(self) -> int:
        """The highest level's number."""
        return len(self.levels)

    def compares_with(self, other: "Rubric") -> bool:
        """Whether levels of both are levels of one model: versions of it with equally many, and an area in common."""
        same = self.code == other.code and self.top == other.top
        return same and not self.area_by_code.keys().isdisjoint(other.area_by_code)
