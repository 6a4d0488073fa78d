"""The pictures of one result, the same on screen and on paper: claimed, beside it last cycle's and the CoE's."""

from dataclasses import dataclass, replace
from functools import lru_cache

from assessments import charts
from assessments.charts import Series
from assessments.datatypes import ScoredAssessment
from assessments.narrative import Narrative
from assessments.scoring import Result
from rubric.datatypes import Rubric


@dataclass(frozen=True, slots=True)
class Pictures:
    """`strip` and `radar` are SVG; `series` are what the radar shows, for its interactive twin."""

    strip: str
    radar: str
    series: tuple[Series, ...]


def pictures(sheet: ScoredAssessment, story: Narrative, *, ident: str) -> Pictures:
    """Draw a result. `ident` begins the ids of the drawings, unique on a page."""
    earlier = sheet.earlier[0] if sheet.earlier else None
    validated = _validated(sheet)
    word = sheet.verdict.word if sheet.verdict else ""
    series = [Series(f"{sheet.cycle}, claimed" if validated else sheet.cycle, sheet.result)]
    if validated:
        series.append(Series(f"{word} by the CoE", validated, kind="validated"))
    if earlier:
        series.append(Series(earlier.cycle, earlier.result, kind="comparison"))
    levels = tuple(sheet.verdict.levels.items()) if sheet.verdict else None
    return _drawn(sheet.rubric, tuple(series), levels, word, f"{story.headline} {story.verdict}".rstrip(), ident)


@lru_cache(maxsize=256)
def _drawn(
    rubric: Rubric,
    series: tuple[Series, ...],
    levels: tuple[tuple[str, int | None], ...] | None,
    word: str,
    told: str,
    ident: str,
) -> Pictures:
    """The same result is drawn the same: it is looked at more often than it changes."""
    main, earlier = series[0].result, series[-1] if series[-1].kind == "comparison" else None
    return Pictures(
        strip=charts.strip_svg(
            rubric,
            main,
            ident=f"{ident}-strip",
            title=f"Profile strip. {told}",
            previous=earlier.result if earlier else None,
            validated=None if levels is None else dict(levels),
            validated_word=word,
        ),
        radar=charts.radar_svg(rubric, series, ident=f"{ident}-radar", title=f"Radar chart. {told}"),
        series=series,
    )


def _validated(sheet: ScoredAssessment) -> Result | None:
    """The CoE's levels as a result to draw; None where there are none. An area without one leaves a gap."""
    if sheet.verdict is None or not any(sheet.verdict.levels.values()):
        return None
    levels = sheet.verdict.levels
    areas = tuple(
        replace(area, level=levels.get(area.area), level_high=levels.get(area.area), next_level=None)
        for area in sheet.result.areas
    )
    return replace(sheet.result, areas=areas, foundation_gaps=())
