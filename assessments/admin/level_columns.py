"""The levels of each submission in the list: claimed ones and, where it is narrowed by them, validated ones."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from assessments.models import Assessment, Basis, ScorecardArea
from rubric.models import newest_published

from .portfolio_filters import CountedFilter, parsed
from .review import AssessmentAdmin

Column = Callable[[Assessment], SafeString | str]

admin.site.unregister(Assessment)


@admin.register(Assessment)
class SubmissionsAdmin(AssessmentAdmin):
    """The list of submissions, with levels that say which area each is of.

    Validated levels stand in it only where they are what narrows it: such a list leaves out whatever someone may still
    look at without knowing them.
    """

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = _area_names()
        wanted = parsed(request.GET.get(CountedFilter.parameter_name, ""))
        columns = [column for column in super().get_list_display(request) if column != "levels"]
        columns.append(_levels(names))
        return [*columns, _validated_levels(names)] if wanted and wanted.basis == Basis.VALIDATED else columns

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {"area_names": list(_area_names().values())}
        response: HttpResponse = super().changelist_view(request, context | (extra_context or {}))
        return response


def _area_names() -> Mapping[str, str]:
    """Names of areas by code, from the bottom of the stack."""
    return {area.code: area.name for area in newest_published().to_datatypes().areas}


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
