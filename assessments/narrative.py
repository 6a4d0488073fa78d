"""What a result says, area by area: the one source of the cards on the result page and of the pages of the PDF.

Pure: takes a `ScoredAssessment`, returns frozen values with every sentence in them, so that screen and paper agree.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from assessments import wording
from assessments.datatypes import EvidenceLink, GivenAnswer, Remark, ScoredAssessment
from assessments.scoring import (
    NOT_APPLICABLE,
    UNKNOWN,
    Answer,
    AreaResult,
    Explanation,
    NextLevel,
    Result,
    one_decimal,
)
from rubric.datatypes import Area, Question, Rubric

MOST_SHOWN = 5
"""Routes to a next level that are spelled out together."""


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question with its answer in words. `number` counts within the area from 1; `level` is None unless a level.

    `remark` is what the CoE said of it, if anything.
    """

    code: str
    number: int
    text: str
    level: int | None
    level_name: str
    answer: str
    anchor: str
    reason: str
    rationale: str
    evidence: tuple[EvidenceLink, ...]
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One question to raise, and the anchor that would have to become true."""

    line: QuestionLine
    from_level: int
    to_level: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Route:
    """The fewest steps from an area's level to the next."""

    area: Area
    from_level: int
    to_level: int
    steps: int
    changes: tuple[Step, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class AreaStory:
    """All there is to say of one area. What people wrote stands in `lines` and `validated_reason` alone; both are
    empty in a narrative `in_short`.

    `validated` is the CoE's level in words, empty where it gave none.
    """

    area: Area
    figures: AreaResult
    level_text: str
    level_name: str
    band: str
    score: str
    because: str
    descriptor: str
    next_level_text: str
    next_descriptor: str
    carrying: tuple[QuestionLine, ...]
    holding: tuple[QuestionLine, ...]
    lines: tuple[QuestionLine, ...]
    route: Route | None
    gap: str
    movement: str
    validated: str
    validated_level: int | None
    validated_reason: str


@dataclass(frozen=True, slots=True)
class Narrative:
    """A whole result in words; `stories` in stack order.

    `priorities` are the routes to take first, at most `MOST_SHOWN`; `more_routes` says how many others there are and
    where, empty if none. `verdict` says how far claimed and validated levels agree, empty before there are any.
    `started` and `not_started` are the stories of either kind.
    """

    headline: str
    rule: str
    stories: tuple[AreaStory, ...]
    priorities: tuple[Route, ...]
    more_routes: str
    moved: tuple[wording.Movement, ...]
    compared_with: str
    verdict: str

    @property
    def since(self) -> str:
        """What `moved` is measured from, empty where nothing came before: with other levels beside the claimed ones it
        says that it is about these."""
        return f"{self.compared_with}, as claimed" if self.verdict and self.compared_with else self.compared_with

    @property
    def started(self) -> tuple[AreaStory, ...]:
        return tuple(story for story in self.stories if story.figures.started)

    @property
    def not_started(self) -> tuple[AreaStory, ...]:
        return tuple(story for story in self.stories if not story.figures.started)


Levels = tuple[tuple[str, int | None], ...]
"""The CoE's levels by area code."""


def narrative(sheet: ScoredAssessment) -> Narrative:
    """Put a result into words, with those that people wrote."""
    told = in_short(sheet)
    return replace(told, stories=tuple(_with_texts(sheet, story) for story in told.stories))


def in_short(sheet: ScoredAssessment) -> Narrative:
    """The same without what people wrote. Kept: a result is looked at more often than it changes."""
    earlier = sheet.earlier[0] if sheet.earlier else None
    return _told(
        sheet.rubric,
        sheet.result,
        sheet.explanations,
        tuple((code, answer.choice) for code, answer in sheet.answers.items()),
        earlier.result if earlier else None,
        earlier.cycle if earlier else "",
        tuple(sheet.verdict.levels.items()) if sheet.verdict else (),
    )


@lru_cache(maxsize=512)
def _told(
    rubric: Rubric,
    result: Result,
    explanations: tuple[Explanation, ...],
    choices: tuple[tuple[str, Answer | None], ...],
    earlier: Result | None,
    compared_with: str,
    levels: Levels,
) -> Narrative:
    moved = wording.movement(rubric, earlier, result) if earlier else ()
    sentences = {movement.area: movement.sentence for movement in moved}
    gaps = {gap.area: wording.gap_sentence(rubric, gap) for gap in result.foundation_gaps}
    given = {code: GivenAnswer(code, choice) for code, choice in choices}
    validated = dict(levels)
    stories = tuple(
        _story(
            rubric,
            given,
            validated.get(area.code),
            area,
            figures,
            explanation,
            gap=gaps.get(area.code, ""),
            movement=sentences.get(area.code, ""),
        )
        for area, figures, explanation in zip(rubric.areas, result.areas, explanations, strict=True)
    )
    routes = _by_length(stories)
    return Narrative(
        headline=wording.headline(rubric, result),
        rule=wording.rule_sentence(rubric),
        stories=stories,
        priorities=routes[:MOST_SHOWN],
        more_routes=wording.more_routes([route.area.name for route in routes[MOST_SHOWN:]]),
        moved=moved,
        compared_with=compared_with,
        verdict=wording.verdict_sentence(rubric, result, validated),
    )


def _with_texts(sheet: ScoredAssessment, story: AreaStory) -> AreaStory:
    """A story with what the team and the CoE wrote."""
    remarks = sheet.verdict.remarks if sheet.verdict else {}
    reasons = sheet.verdict.reasons if sheet.verdict else {}
    lines = tuple(
        _line(sheet.rubric, number, question, sheet.answers[question.code], remarks.get(question.code))
        for number, question in enumerate(story.area.questions, start=1)
    )
    return replace(story, lines=lines, validated_reason=reasons.get(story.area.code, ""))


def answer_text(rubric: Rubric, answer: GivenAnswer) -> str:
    """An answer as people read it: "Level 3, Defined", "Don't know", "Not applicable" or "Not answered"."""
    if answer.choice is None:
        return "Not answered"
    if answer.choice == UNKNOWN:
        return "Don't know"
    if answer.choice == NOT_APPLICABLE:
        return "Not applicable"
    return str(rubric.level(int(answer.choice)))


def _line(
    rubric: Rubric, number: int, question: Question, answer: GivenAnswer, remark: Remark | None = None
) -> QuestionLine:
    level = answer.choice if isinstance(answer.choice, int) else None
    return QuestionLine(
        code=question.code,
        number=number,
        text=question.text,
        level=level,
        level_name=rubric.level(level).name if level else "",
        answer=answer_text(rubric, answer),
        anchor=question.anchors[level - 1].text if level else "",
        reason=answer.reason,
        rationale=answer.rationale,
        evidence=answer.evidence,
        remark=remark,
    )


def _story(
    rubric: Rubric,
    given: Mapping[str, GivenAnswer],
    validated: int | None,
    area: Area,
    figures: AreaResult,
    explanation: Explanation,
    *,
    gap: str,
    movement: str,
) -> AreaStory:
    short = {
        question.code: _line(rubric, number, question, given[question.code])
        for number, question in enumerate(area.questions, start=1)
    }
    target = figures.next_level.level if figures.next_level else None
    return AreaStory(
        area=area,
        figures=figures,
        level_text=wording.standing(rubric, figures),
        level_name=rubric.level(figures.level).name if figures.level else "",
        band=wording.band(rubric, figures, explanation),
        score=one_decimal(figures.score),
        because=wording.because(rubric, explanation),
        descriptor=area.descriptors[figures.level - 1] if figures.level else "",
        next_level_text=wording.level_text(rubric, target) if target else "",
        next_descriptor=area.descriptors[target - 1] if target else "",
        carrying=tuple(short[code] for code in explanation.carrying),
        holding=tuple(short[code] for code in explanation.below_target),
        lines=(),
        route=_route(rubric, area, figures.level, figures.next_level, short),
        gap=gap,
        movement=movement,
        validated=wording.level_text(rubric, validated) if validated else "",
        validated_level=validated,
        validated_reason="",
    )


def _route(
    rubric: Rubric, area: Area, level: int | None, next_level: NextLevel | None, lines: dict[str, QuestionLine]
) -> Route | None:
    if level is None or next_level is None:
        return None
    changes = tuple(
        Step(
            line=lines[change.question],
            from_level=change.from_level,
            to_level=change.to_level,
            anchor=rubric.question_by_code[change.question].anchors[change.to_level - 1].text,
        )
        for change in next_level.changes
    )
    steps = "1 step" if next_level.steps == 1 else f"{next_level.steps} steps"
    questions = "1 question" if len(changes) == 1 else f"{len(changes)} questions"
    return Route(
        area=area,
        from_level=level,
        to_level=next_level.level,
        steps=next_level.steps,
        changes=changes,
        sentence=f"{rubric.level(next_level.level)} is {steps} away, on {questions}.",
    )


def _by_length(stories: tuple[AreaStory, ...]) -> tuple[Route, ...]:
    """Every way to a next level: fewest steps first; of equally short ones that of the area lower in the stack, which
    others rest on."""
    routes = [story.route for story in stories if story.route]
    return tuple(sorted(routes, key=lambda route: (route.steps, route.area.position)))
