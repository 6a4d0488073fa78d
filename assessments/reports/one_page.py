"""A result on one page, whatever it says: the brief, and a team's page in an organization's portfolio.

What doesn't fit is left out, and a sentence says how much that is. The scorecard has everything.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe

from assessments import charts
from assessments.datatypes import ScoredAssessment
from assessments.movements import known_movements, more, more_moved
from assessments.narrative import Narrative, Route, narrative
from assessments.pictures import pictures
from assessments.reports.levels import COLUMNS, LevelColumn, LevelTable, level_table
from assessments.reports.printing import height_style, lines, picture, shortened
from assessments.wording import foundation_sentence
from rubric.datatypes import Rubric

MOST_DRAWN = 10
"""Areas that the strip shows with names and levels; more are drawn without words."""
MOST_STEPS = 3
MOST_HEIGHT, GOOD_HEIGHT, LEAST_HEIGHT = 88, 54, 34
"""Of the pictures, in millimetres: good is what can be read without bending over it."""
HEADLINE_LENGTH, VERDICT_LENGTH, COLUMN_LENGTH = 88, 100, 11
"""About how many letters of ordinary width a line holds in the sentences, and in a column of levels."""
MOVED_LENGTH, STEPS_LENGTH = 42, 70
"""The same in what stands beneath, to the left and to the right."""
NAME_LENGTH, LEVEL_LENGTH = 26, 18
"""So long may the name of an area, a cycle or a level be, in letters of ordinary width."""


@dataclass(frozen=True, slots=True)
class NextStep:
    """A way to a higher level: `anchor` is what has to become true first, `more` says how many other questions there
    are; both are empty where there is no room."""

    area: str
    sentence: str
    anchor: str
    more: str


@dataclass(frozen=True, slots=True)
class OnePage:
    """A result as one page prints it. `more_…` are sentences, empty where nothing is left out.

    `since` is the cycle that `moved` is measured from, empty without one; `unmoved` says why nothing moved. `tight`
    where there are many areas. `height` is what is left for the pictures, in millimetres.
    """

    headline: str
    verdict: str
    strip: SafeString
    radar: SafeString
    levels: LevelTable
    more_levels: str
    since: str
    moved: tuple[str, ...]
    more_moved: str
    unmoved: str
    foundation: str
    steps: tuple[NextStep, ...]
    more_steps: str
    tight: bool
    height: int


_UNMOVED = "No level and no score moved."
_FIRST = "This is the first cycle, so there is nothing to compare with yet."
_NO_FOUNDATION = "There is none: no area stands two or more levels above one that it rests on."


class _Cut(NamedTuple):
    """How much a page tells: that many areas in the table of levels, movements, and letters of what a step asks."""

    areas: int
    moved: int
    anchor: int


_CUTS = (
    _Cut(2 * COLUMNS, 4, 150),
    _Cut(2 * COLUMNS, 4, 90),
    _Cut(2 * COLUMNS, 3, 50),
    _Cut(2 * COLUMNS, 4, 0),
    _Cut(COLUMNS, 2, 0),
)
"""From what a page tells where there is room, to what always fits."""


def one_page(sheet: ScoredAssessment, *, ident: str, height: int) -> OnePage:
    """Put a result on one page, of which it may take `height` millimetres. `ident` begins the ids of its drawings,
    unique in a document."""
    short = _with_short_names(sheet)
    story = narrative(short)
    pages = [_cut(short, story, cut, ident) for cut in _CUTS]
    left = [(page, height - _texts_height(page)) for page in pages]
    # Pictures that can be read count for more than whole sentences, and those for more than pictures that are large.
    fitting = (one for least in (GOOD_HEIGHT, LEAST_HEIGHT) for one in left if one[1] >= least)
    page, room = next(fitting, left[-1])
    return replace(page, height=max(LEAST_HEIGHT, min(MOST_HEIGHT, room)))


def height_styles(pages: Iterable[OnePage]) -> SafeString:
    """The style rules that give the pictures of these pages their heights."""
    return mark_safe(" ".join(height_style(height) for height in sorted({one.height for one in pages})))


def _cut(sheet: ScoredAssessment, story: Narrative, cut: _Cut, ident: str) -> OnePage:
    """The page with so much on it; the pictures have no height yet."""
    size, verdict = len(sheet.rubric.areas), sheet.verdict
    drawn = pictures(sheet, story, ident=ident)
    moved, unknown = known_movements(story.moved, sheet.result)
    ways = sum(one.route is not None for one in story.stories)
    return OnePage(
        headline=story.headline,
        verdict=story.verdict,
        strip=picture(drawn.strip if size <= MOST_DRAWN else _thumbnail(sheet, story, ident)),
        radar=picture(drawn.radar),
        levels=level_table(
            sheet.rubric,
            sheet.result,
            validated=verdict.levels if verdict else {},
            word=verdict.word if verdict else "",
            most=cut.areas,
        ),
        more_levels=more(size - cut.areas, "area stands", "areas stand", " in the scorecard"),
        since=shortened(story.since, NAME_LENGTH),
        moved=tuple(movement.sentence for movement in moved[: cut.moved]),
        more_moved=more_moved(moved[cut.moved :], unknown),
        unmoved="" if moved or unknown else _UNMOVED if story.since else _FIRST,
        foundation=foundation_sentence(sheet.rubric, sheet.result) or _NO_FOUNDATION,
        steps=tuple(_next_step(route, cut.anchor) for route in story.priorities[:MOST_STEPS]),
        more_steps=more(ways - MOST_STEPS, "way up stands", "ways up stand", " in the scorecard"),
        tight=size > COLUMNS,
        height=0,
    )


def _texts_height(page: OnePage) -> int:
    """About how many millimetres all but the pictures takes; see one_page.css."""
    said = 5 * lines(page.headline, HEADLINE_LENGTH) + (4 + 5 * lines(page.verdict, VERDICT_LENGTH)) * bool(
        page.verdict
    )
    rows = 2 + bool(page.levels.word) + page.levels.banded
    levels = sum(12 + 4 * rows + _head_height(row) for row in page.levels.rows) + 4 * bool(page.more_levels)
    moved = 2 + sum(lines(sentence, MOVED_LENGTH) for sentence in (*page.moved, page.more_moved, page.unmoved))
    left = moved + 2 + lines(page.since, MOVED_LENGTH) + 2 + lines(page.foundation, MOVED_LENGTH)
    steps = (lines(f"{one.area} {one.sentence} {one.anchor} {one.more}", STEPS_LENGTH) for one in page.steps)
    right = 2 + sum(steps) + bool(page.more_steps)
    return ceil(said + levels + 4.1 * max(left, right) + 10)


def _head_height(row: tuple[LevelColumn, ...]) -> int:
    """Of the names over a row of levels, and of the levels' beneath."""
    names = max(lines(column.figure.name, COLUMN_LENGTH) for column in row)
    return 4 * (names + max(lines(column.level_name, COLUMN_LENGTH) for column in row))


def _next_step(route: Route, length: int) -> NextStep:
    """A way up, with that many letters of what its first step asks; without, where that is none."""
    first, others = route.changes[0], len(route.changes) - 1
    return NextStep(
        area=route.area.name,
        sentence=route.sentence,
        anchor=f"Question {first.line.number}: {shortened(first.anchor, length)}" if length else "",
        more=more(others, "question", "questions", " beside it") if length else "",
    )


def _thumbnail(sheet: ScoredAssessment, story: Narrative, ident: str) -> str:
    title = f"Profile strip. {story.headline}"
    return charts.strip_svg(sheet.rubric, sheet.result, ident=f"{ident}-strip", title=title, compact=True)


def _with_short_names(sheet: ScoredAssessment) -> ScoredAssessment:
    """The same with names that leave room: of areas, levels and cycles."""
    return replace(
        sheet,
        rubric=_short_names(sheet.rubric),
        cycle=shortened(sheet.cycle, NAME_LENGTH),
        earlier=tuple(replace(one, cycle=shortened(one.cycle, NAME_LENGTH)) for one in sheet.earlier),
    )


@lru_cache(maxsize=64)
def _short_names(rubric: Rubric) -> Rubric:
    return replace(
        rubric,
        levels=tuple(replace(level, name=shortened(level.name, LEVEL_LENGTH)) for level in rubric.levels),
        areas=tuple(replace(area, name=shortened(area.name, NAME_LENGTH)) for area in rubric.areas),
    )
