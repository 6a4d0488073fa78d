"""An organization's portfolio on paper: its teams side by side, then a page for each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from aicmm import pdf
from assessments.datatypes import CycleResult, ScoredAssessment, Seal, TeamHistory, Verdict
from assessments.leadership import DECISIONS_SHOWN, FOUNDATIONS_SHOWN, Leadership, leadership
from assessments.leadership_words import (
    AddressOf,
    DecisionLine,
    FoundationLine,
    decision_line,
    foundation_line,
    headline,
)
from assessments.proof import page_address
from assessments.reports.contents import Contents, Entry, is_long
from assessments.reports.one_page import OnePage, height_styles, one_page
from assessments.reports.printing import (
    document,
    level_styles,
    lines,
    name_size,
    printed_date,
    shortened,
    site_address,
)
from assessments.scoring import explain
from rubric.datatypes import Area, Rubric

COLUMNS = 8
"""Areas in one table of teams; a model with more gets more tables."""
MOST_PAGES = 24
"""Teams that get a page of their own; more would take longer than a PDF may."""
RUNNING_LENGTH, TEAM_LENGTH = 56, 42
"""Of the organization's name and of a team's in running heads, in letters of ordinary width."""
PAGE_LINES, FRONT_LINES, GROUP_LINES, ROW_LINES = 50, 25, 25, 3
"""About what a team's page, the first page without its tables, what there is to decide, and a row of a table take."""
PAGE_HEIGHT = 227
"""What is left of a team's page, in millimetres, beside its name and cycle; see portfolio.css."""


@dataclass(frozen=True, slots=True)
class TeamCell:
    """An area of a team: the level as submitted, None where not rated, and the CoE's, None where it gave none."""

    level: int | None
    validated: int | None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A team in the table. `anchor` leads to its page, empty where it has none."""

    team: str
    anchor: str
    cycle: str
    state: str
    cells: tuple[TeamCell, ...]


@dataclass(frozen=True, slots=True)
class TeamTable:
    """The teams that one version of the model was answered by, in some of its areas, the top of the stack first."""

    rubric: Rubric
    areas: tuple[Area, ...]
    rows: tuple[TeamRow, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What there is to decide, and what holds back, of the teams that one model was answered by."""

    rubric: Rubric
    decisions: tuple[DecisionLine, ...]
    foundations: tuple[FoundationLine, ...]


@dataclass(frozen=True, slots=True)
class TeamPage:
    """`running` is the team's name for the heads of pages; `sheet` what its newest submission says."""

    anchor: str
    running: str
    sheet: ScoredAssessment
    sealed_on: str
    page: OnePage


def portfolio_pdf(organization: str, histories: Sequence[TeamHistory], *, as_of: datetime) -> bytes:
    """The portfolio as PDF/UA-1, the same bytes for the same values. `histories` has at least one team; `as_of` is
    when the newest of what it tells came to be.

    `pdf.PdfUnavailable` where there is none; its text says why, for the person who asked.
    """
    return pdf.render(portfolio_html(organization, histories, as_of=as_of))


def portfolio_html(organization: str, histories: Sequence[TeamHistory], *, as_of: datetime) -> str:
    """The portfolio as a whole document with its styles, for `aicmm.pdf`."""
    anchors = {one.newest.code: f"team-{number}" for number, one in enumerate(histories[:MOST_PAGES], start=1)}
    tables = list(_tables(histories, anchors))
    pages = [_team_page(organization, one, anchors[one.newest.code]) for one in histories[:MOST_PAGES]]
    groups = leadership(histories)
    page_of = {one.team: f"#{anchors[one.newest.code]}" for one in histories[:MOST_PAGES]}
    return document(
        "reports/portfolio.html",
        {
            "organization": organization,
            "name_size": name_size(organization),
            "running": shortened(organization, RUNNING_LENGTH),
            "teams": len(histories),
            "newest_cycle": max(histories, key=lambda one: one.newest.cycle_starts_on).newest.cycle,
            "date": printed_date(as_of),
            "moment": as_of.isoformat(timespec="seconds"),
            "check_url": site_address("verify-paper"),
            "check_page": page_address(),
            "sentences": [line for group in groups for line in headline(group)],
            "outlooks": [_outlook(group, lambda team, _: page_of.get(team, "")) for group in groups],
            "tables": tables,
            "versions": len({(table.rubric.code, table.rubric.version) for table in tables}) > 1,
            "validated": any(cell.validated for table in tables for row in table.rows for cell in row.cells),
            "contents": _contents(histories, tables, len(groups)),
            "pages": pages,
            "left_out": len(histories) - len(pages),
            "height_styles": height_styles(team.page for team in pages),
            "level_styles": level_styles(max((one.newest.rubric for one in histories), key=lambda rubric: rubric.top)),
        },
    )


def _tables(histories: Sequence[TeamHistory], anchors: dict[str, str]) -> Iterator[TeamTable]:
    """A table for each version of the model, and for so many of its areas as stand side by side."""
    rubrics = dict.fromkeys(one.newest.rubric for one in histories)
    for rubric in rubrics:
        newest = [one.newest for one in histories if one.newest.rubric == rubric]
        areas = rubric.areas[::-1]
        size = -(-len(areas) // max(-(-len(areas) // COLUMNS), 1))
        for start in range(0, len(areas), max(size, 1)):
            shown = areas[start : start + size]
            yield TeamTable(rubric, shown, tuple(_row(one, shown, anchors.get(one.code, "")) for one in newest))


def _row(one: CycleResult, areas: Sequence[Area], anchor: str) -> TeamRow:
    levels = {area.area: area.level for area in one.result.areas}
    validated = one.validated or {}
    return TeamRow(
        team=one.team,
        anchor=anchor,
        cycle=one.cycle,
        state=one.state.capitalize(),
        cells=tuple(TeamCell(levels.get(area.code), validated.get(area.code)) for area in areas),
    )


def _outlook(group: Leadership, address_of: AddressOf) -> Outlook:
    teams = len(group.teams)
    return Outlook(
        rubric=group.rubric,
        decisions=tuple(decision_line(one, teams, address_of) for one in group.decisions[:DECISIONS_SHOWN]),
        foundations=tuple(foundation_line(one, teams, address_of) for one in group.foundations[:FOUNDATIONS_SHOWN]),
    )


def _contents(histories: Sequence[TeamHistory], tables: Sequence[TeamTable], groups: int) -> Contents | None:
    """The teams that have a page; None where there are few pages."""
    front = FRONT_LINES + GROUP_LINES * groups + sum(ROW_LINES * (len(table.rows) + 1) for table in tables)
    shown = histories[:MOST_PAGES]
    if not is_long(front + PAGE_LINES * len(shown)):
        return None
    return Contents(tuple(Entry(one.team, f"team-{number}") for number, one in enumerate(shown, start=1)))


def _team_page(organization: str, history: TeamHistory, anchor: str) -> TeamPage:
    sheet = _sheet(organization, history)
    height = PAGE_HEIGHT - 7 * lines(sheet.team, 52) - 4 * lines(sheet.cycle, 23)
    return TeamPage(
        anchor=anchor,
        running=shortened(sheet.team, TEAM_LENGTH),
        sheet=sheet,
        sealed_on=printed_date(sheet.at),
        page=one_page(sheet, ident=anchor, height=height),
    )


def _sheet(organization: str, history: TeamHistory) -> ScoredAssessment:
    """What a team's newest submission says, with those before it, as a scorecard would have it."""
    newest = history.newest
    return ScoredAssessment(
        assessment_id=newest.assessment_id,
        organization=organization,
        team=newest.team,
        cycle=newest.cycle,
        state=newest.state,
        state_label=newest.state.capitalize(),
        at=newest.sealed_at,
        rubric=newest.rubric,
        answers=newest.given,
        result=newest.result,
        explanations=explain(newest.rubric, newest.answers, newest.result),
        earlier=history.cycles[-2::-1],
        seal=Seal(newest.code, "", newest.sealed_at, "", newest.sequence),
        verdict=_verdict(newest),
    )


def _verdict(newest: CycleResult) -> Verdict | None:
    """The accepted levels alone: who accepted them and why is for the team's scorecard."""
    if newest.validated is None:
        return None
    return Verdict(
        accepted=True,
        decision=newest.state,
        decision_label=newest.state.capitalize(),
        by="",
        at=newest.sealed_at,
        comment="",
        levels=newest.validated,
        reasons={},
        remarks={},
    )
