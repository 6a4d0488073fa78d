"""What the result page shows: pictures, table and the story of each area, all from one `ScoredAssessment`."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from assessments import answering, charts, results
from assessments.access import Access
from assessments.cards import status_text
from assessments.datatypes import ScoredAssessment
from assessments.models import Review
from assessments.narrative import Narrative, narrative
from assessments.overview import drawn

PICTURES = "result"


def pictures(sheet: ScoredAssessment, story: Narrative, *, ident: str = PICTURES) -> dict[str, Any]:
    """Strip, radar, the interactive figure and the table of the same figures."""
    earlier = sheet.earlier[0] if sheet.earlier else None
    series = [charts.Series(sheet.cycle, sheet.result)]
    if earlier:
        series.append(charts.Series(earlier.cycle, earlier.result, kind="comparison"))
    return {
        "strip": drawn(
            charts.strip_svg(
                sheet.rubric,
                sheet.result,
                ident=f"{ident}-strip",
                title=f"Profile strip. {story.headline}",
                previous=earlier.result if earlier else None,
            )
        ),
        "radar": drawn(
            charts.radar_svg(sheet.rubric, series, ident=f"{ident}-radar", title=f"Radar chart. {story.headline}")
        ),
        "figure": charts.radar_figure(sheet.rubric, series),
        "figures": charts.figures_table(sheet.rubric, sheet.result),
    }


def result_page(access: Access) -> dict[str, Any]:
    """What the result page prints."""
    sheet = results.for_reader(access)
    story = narrative(sheet)
    return {
        "assessment": access.assessment,
        "access": access,
        "sheet": sheet,
        "story": story,
        "open_count": sum(area.questions - area.answered for area in sheet.result.areas),
        "reviews": Review.objects.of(access.assessment),
        **pictures(sheet, story),
    }


def submit_page(access: Access, changed: Sequence[str] = ()) -> dict[str, Any]:
    """What the page before submitting prints: what is open, with links, and what happens next.

    `changed` are the questions whose answers changed since the page was opened: nothing was submitted then.
    """
    sheet = results.live(access.assessment)
    links = answering.area_links(access, sheet.answers)
    return {
        "assessment": access.assessment,
        "access": access,
        "sheet": sheet,
        "story": narrative(sheet),
        "unfinished": [link for link in links if link.open],
        "open_count": sum(len(link.open) for link in links),
        "seen": results.versions(sheet.answers),
        "changes": _changes(access, sheet, changed),
    }


def _changes(access: Access, sheet: ScoredAssessment, codes: Sequence[str]) -> list[dict[str, str]]:
    """What changed while someone was about to submit, as the head of the page lists it."""
    return [
        {
            "href": f"{reverse('area', args=[access.assessment.pk, area.code])}#{question.code}",
            "text": f"{area.name}, question {number}: {status_text(sheet.answers[question.code])}",
        }
        for area in sheet.rubric.areas
        for number, question in enumerate(area.questions, start=1)
        if question.code in codes
    ]
