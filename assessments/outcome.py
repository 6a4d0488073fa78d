"""What the result page shows: pictures, table and the story of each area, all from one `ScoredAssessment`."""

from functools import partial
from typing import Any

from assessments import answering, charts, results
from assessments.access import Access
from assessments.datatypes import ScoredAssessment, Submission
from assessments.models import Review
from assessments.narrative import Narrative, narrative
from assessments.overview import drawn
from assessments.submissions import submissions_of

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
        "figures": charts.FiguresTable(charts.figures_table(sheet.rubric, sheet.result)),
    }


def result_page(access: Access, submission: Submission | None = None) -> dict[str, Any]:
    """What the result page prints, of the answers as they stand or of the `submission` that was asked for."""
    sheet = results.for_reader(access, submission)
    story = narrative(sheet)
    return {
        "assessment": access.assessment,
        "access": access,
        "sheet": sheet,
        "story": story,
        "links_to_questions": submission is None,
        "open_count": sum(area.questions - area.answered for area in sheet.result.areas),
        "reviews": Review.objects.of(access.assessment),
        # Asked for where a page prints them; the review page doesn't.
        "submissions": partial(submissions_of, access.assessment),
        **pictures(sheet, story),
    }


def submit_page(access: Access) -> dict[str, Any]:
    """What the page before submitting prints: what is open, with links, and what happens next."""
    sheet = results.live(access.assessment)
    links = answering.area_links(access, sheet.answers)
    return {
        "assessment": access.assessment,
        "access": access,
        "sheet": sheet,
        "story": narrative(sheet),
        "unfinished": [link for link in links if link.open],
        "open_count": sum(len(link.open) for link in links),
    }
