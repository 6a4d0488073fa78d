"""How high the pictures on the first page of a scorecard may be, so that the levels stand beneath them."""

import re

from assessments.datatypes import ScoredAssessment
from assessments.reports.levels import LevelTable
from assessments.reports.printing import lines, name_size

PAGE_HEIGHT = 245
"""Of the first page, in millimetres, between its margins; see paper.css and scorecard.css."""
STRIP_WIDTH, RADAR_WIDTH = 83, 92
LEAST_SHARE = 0.65
"""Drawings are made smaller down to this share of their height; beneath it nobody can read them."""
HEADLINE_LENGTH, PROMPT_LENGTH, TEAM_LENGTH, COLUMN_LENGTH = 74, 95, 70, 12
"""About how many letters of ordinary width a line holds."""
NAMES = {"": (11, 30, 8), "long": (8, 45, 7), "longest": (6, 60, 6)}
"""Of an organization's name by its size: a line's height, the letters in it, and the space above."""
_SIZE = re.compile(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"')


def pictures_height(sheet: ScoredAssessment, told: list[str], levels: LevelTable, strip: str, radar: str) -> int:
    """How high the drawings may be, in millimetres, beneath the sentences `told`: the headline, then what stands in
    boxes. None is 0: the page can't hold them and the levels, whose table then begins the next one."""
    high, length, above = NAMES[name_size(sheet.organization)]
    names = above + high * lines(sheet.organization, length) + 1 + 6 * lines(sheet.team, TEAM_LENGTH)
    facts = 9 + max(5 * lines(sheet.cycle, 23), 9)
    headline, *boxes = told
    said = 10 + 6 * lines(headline, HEADLINE_LENGTH)
    said += sum(6 + 5 * lines(text, PROMPT_LENGTH) for text in boxes)
    room = PAGE_HEIGHT - 8 - names - facts - said - 8 - _levels_height(levels)
    natural = max(STRIP_WIDTH * _shape(strip), RADAR_WIDTH * _shape(radar) + 2)
    return min(room, int(natural) + 1) if room >= LEAST_SHARE * natural else 0


def _levels_height(levels: LevelTable) -> int:
    rows = 2 + bool(levels.word) + levels.banded
    return sum(
        22 + 5 * rows + 4 * max(lines(f"{one.figure.name} {one.level_name}", COLUMN_LENGTH) for one in row)
        for row in levels.rows
    )


def _shape(svg: str) -> float:
    """Height by width."""
    width, height = map(float, _SIZE.search(svg).groups())  # type: ignore[union-attr]
    return height / width
