"""The levels of each submission in the list: claimed ones and, where it is narrowed by them, validated ones.

Validated levels stand in it only where they are what narrows it: such a list leaves out whatever someone may still look
at without knowing them.
"""

from collections.abc import Callable, Iterable, Mapping

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessments.models import Assessment, Basis, ScorecardArea

from .portfolio_filters import CountedFilter, parsed

Column = Callable[[Assessment], SafeString | str]


def level_columns(request: HttpRequest, names: Mapping[str, str]) -> list[Column]:
    """The columns that a list shows, given the names of the areas by code."""
    wanted = parsed(request.GET.get(CountedFilter.parameter_name, ""))
    validated = wanted is not None and wanted.basis == Basis.VALIDATED
    return [_levels(names), *([_validated_levels(names)] if validated else [])]


def _levels(names: Mapping[str, str]) -> Column:
    @admin.display(description="Levels claimed")
    def levels(assessment: Assessment) -> SafeString | str:
        return _level_row((names.get(row.area, row.area), row.level) for row in _newest_areas(assessment))

    return levels


def _validated_levels(names: Mapping[str, str]) -> Column:
    @admin.display(description="Levels validated")
    def validated_levels(assessment: Assessment) -> SafeString | str:
        return _level_row((names.get(row.area, row.area), row.validated_level) for row in _newest_areas(assessment))

    return validated_levels


def _newest_areas(assessment: Assessment) -> Iterable[ScorecardArea]:
    """The areas of the newest scorecard, as the list has loaded them."""
    newest = next(iter(assessment.scorecards.all()), None)
    return newest.areas.all() if newest else ()


def _level_row(levels: Iterable[tuple[str, int | None]]) -> SafeString:
    """Levels in stack order, each with its area's name to hover or hear."""
    return format_html(
        '<span class="level-row">{}</span>',
        format_html_join(
            "",
            '<span class="level-badge level-badge--{}" title="{}"><span class="usa-sr-only">{} </span>{}</span>',
            ((level or "none", name, name, level or "–") for name, level in levels),
        ),
    )
