"""A result outside the application: the radar as a file, and the gist of it as an e-mail.

Mail programs keep tables, `bgcolor` and inline styles, and little else; nothing is loaded from anywhere.
"""

from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import slugify

from aicmm.links import absolute
from assessments import charts
from assessments.charts import level_colour
from assessments.datatypes import ScoredAssessment
from assessments.movements import known_movements, more_moved
from assessments.narrative import Route, in_short
from assessments.pictures import pictures

ROUTES_SHOWN = 3
"""Ways up that an e-mail names."""
_EMPTY = "#ffffff"


@dataclass(frozen=True, slots=True)
class Bar:
    """One area's line: a cell for each level, by its colour; `level` is None where not rated."""

    name: str
    level: int | None
    level_name: str
    level_text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What an e-mail about a result says. `link` is the whole address of the result. `moved` are levels that were
    otherwise in the cycle `since`, both empty where there is none; `more_moved` says what else moved, and `unknown` of
    how many areas it isn't known.
    """

    organization: str
    team: str
    cycle: str
    state_label: str
    provisional: bool
    headline: str
    verdict: str
    bars: tuple[Bar, ...]
    since: str
    moved: tuple[str, ...]
    unknown: int
    more_moved: str
    routes: tuple[Route, ...]
    link: str
    seal: str


def summary_of(sheet: ScoredAssessment) -> Summary:
    """The gist of a result."""
    story = in_short(sheet)
    moved, unknown = known_movements(story.moved, sheet.result)
    levels = [one for one in moved if one.other_level]
    path = reverse("result", args=[sheet.assessment_id])
    asked = f"?submission={sheet.submission.sequence}" if sheet.submission else ""
    return Summary(
        organization=sheet.organization,
        team=sheet.team,
        cycle=sheet.cycle,
        state_label=sheet.state_label,
        provisional=sheet.provisional,
        headline=story.headline,
        verdict=story.verdict,
        bars=tuple(
            Bar(
                name=one.area.name,
                level=one.figures.level,
                level_name=one.level_name,
                level_text=one.level_text,
                cells=_cells(one.figures.level, sheet.rubric.top),
            )
            for one in reversed(story.stories)
        ),
        since=story.since,
        moved=tuple(one.sentence for one in levels),
        unknown=unknown,
        more_moved=more_moved(moved[len(levels) :], unknown),
        routes=story.priorities[:ROUTES_SHOWN],
        link=absolute(path + asked),
        seal=sheet.seal.code if sheet.seal else "",
    )


def _cells(level: int | None, top: int) -> tuple[str, ...]:
    return tuple(level_colour(cell, top).fill if cell <= (level or 0) else _EMPTY for cell in range(1, top + 1))


def summary_page(sheet: ScoredAssessment) -> dict[str, Any]:
    """What the page shows before anything is copied: the summary, as a mail program would get it, too."""
    summary = summary_of(sheet)
    return {"summary": summary, "html": _html(summary), "text": _text(summary), "subject": _subject(summary)}


def mail(sheet: ScoredAssessment) -> bytes:
    """A draft without sender and recipient. Outlook opens it as a new message, since it is marked as not sent."""
    summary = summary_of(sheet)
    message = EmailMessage(policy=SMTP)
    # Python reads encoded words in a header that is set: one in a name could hold a line break, and a header after it.
    message["Subject"] = _subject(summary).replace("=?", "= ?")
    message["X-Unsent"] = "1"
    message.set_content(_text(summary))
    message.add_alternative(_html(summary), subtype="html")
    return message.as_bytes()


def _subject(summary: Summary) -> str:
    """One line, whatever stands in the names."""
    provisional = "Provisional result" if summary.provisional else "Result"
    return " ".join(f"{provisional}: {summary.team}, {summary.organization}, {summary.cycle}".split())


def _html(summary: Summary) -> str:
    return render_to_string("mail/summary.html", {"summary": summary})


def _text(summary: Summary) -> str:
    return render_to_string("mail/summary.txt", {"summary": summary}).strip() + "\n"


def radar_file(sheet: ScoredAssessment) -> bytes:
    """The radar of the result page as a picture that tells by itself what it shows."""
    story = in_short(sheet)
    state = "provisional" if sheet.provisional else sheet.state_label.lower()
    drawing = charts.radar_svg(
        sheet.rubric,
        pictures(sheet, story, ident="radar").series,
        ident="radar",
        title=f"Radar chart of {sheet.team}, {sheet.cycle}. {story.headline} {story.verdict}".rstrip(),
        heading=(sheet.team, f"{sheet.organization}, {sheet.cycle}, {state}"),
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{drawing}\n'.encode()


def file_name(sheet: ScoredAssessment) -> str:
    """What files of it are called, without an ending."""
    number = f" {sheet.submission.sequence}" if sheet.submission else ""
    return slugify(f"{sheet.organization} {sheet.team} {sheet.cycle}{number}") or "result"
