"""Where a team stands among other organizations, in words: rows for picture and table, and one sentence for all.

Pure: levels and a `PeerTable`'s figures in, frozen values out. Shares are told in quarters, which follow from the
quartiles, so that words tell no more than the figures do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessments.peers import AreaFigures, Basis, CohortFigures
from assessments.wording import level_text
from rubric.datatypes import Rubric

OF_WHOM = {
    Basis.ALL: "organizations",
    Basis.KIND: "organizations of your kind",
    Basis.SIZE: "organizations of your size",
}


@dataclass(frozen=True, slots=True)
class PeerRow:
    """One area: your level, the figures of the others, and what that means. Levels are None where there are none."""

    area: str
    name: str
    level: int | None
    level_name: str
    figures: AreaFigures
    median_text: str
    band_text: str
    place: str
    share: str

    @property
    def compared(self) -> bool:
        return self.level is not None and self.figures.median is not None

    @property
    def at_or_above(self) -> bool:
        return self.level is not None and self.figures.median is not None and self.level >= self.figures.median


def peer_rows(rubric: Rubric, levels: Mapping[str, int | None], found: CohortFigures) -> tuple[PeerRow, ...]:
    """A row for each area of the rubric, from the top of the stack down. `levels` are your own, by area code."""
    return tuple(
        _row(rubric, area.code, area.name, levels.get(area.code), found.areas.get(area.code, AreaFigures()))
        for area in reversed(rubric.areas)
    )


def headline(rows: Sequence[PeerRow], found: CohortFigures) -> str:
    """For someone who reads nothing else."""
    whom = f"{found.organizations} {OF_WHOM[found.cohort.basis]}"
    compared = [row for row in rows if row.compared]
    count, size = sum(row.at_or_above for row in compared), len(compared)
    kind = "areas" if size == len(rows) else "areas that can be compared"
    if not compared:
        return f"No area can be compared with the {whom}."
    if size == 1:
        where = "at or above" if count else "below"
        return f"In {compared[0].name}, the only area that can be compared, you stand {where} the median of {whom}."
    if not count:
        return f"In all {size} {kind} you stand below the median of {whom}."
    share = f"all {size}" if count == size else f"{count} of {size}"
    return f"In {share} {kind} you stand at or above the median of {whom}."


def _row(rubric: Rubric, code: str, name: str, level: int | None, figures: AreaFigures) -> PeerRow:
    return PeerRow(
        area=code,
        name=name,
        level=level,
        level_name=rubric.level(level).name if level else "",
        figures=figures,
        median_text=level_text(rubric, figures.median) if figures.median else "Too few are rated",
        band_text=_band(figures),
        place=_place(level, figures),
        share=_share(level, figures),
    )


def _band(figures: AreaFigures) -> str:
    if figures.low is None or figures.high is None:
        return "–"
    return f"Level {figures.low}" if figures.low == figures.high else f"Level {figures.low} to {figures.high}"


def _place(level: int | None, figures: AreaFigures) -> str:
    low, median, high = figures.low, figures.median, figures.high
    if level is None:
        return "You are not rated"
    if median is None:
        return "–"
    if high is not None and level > high:
        return "Above the middle half"
    if low is not None and level < low:
        return "Below the middle half"
    if level == median:
        return "At the median"
    return "Above the median" if level > median else "Below the median"


def _share(level: int | None, figures: AreaFigures) -> str:
    """How many stand at `level` or above, in quarters, as far as quartiles by nearest rank say it."""
    low, median, high = figures.low, figures.median, figures.high
    if level is None or median is None:
        return "–"
    if low is not None and level <= low:
        return "Three quarters or more"
    if level <= median:
        return "More than half"
    return "A quarter or fewer" if high is not None and level > high else "Half or fewer"
