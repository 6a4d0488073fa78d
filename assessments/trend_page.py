"""What the page on the trend of an organization's teams shows."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.safestring import SafeString

from assessments import charts, results
from assessments.access import ResultsAccess
from assessments.addresses import compare_address, trend_address
from assessments.comparing import MOST
from assessments.datatypes import CycleResult, TeamHistory
from assessments.overview import drawn
from assessments.trend import TrendRow, left_out, trend_rows, trend_sentence
from assessments.wording import number_word

MOST_TEAMS = 4
"""More teams than this are shown one at a time, unless all are asked for."""


@dataclass(frozen=True, slots=True)
class TeamLink:
    """A choice of whose trend to show."""

    href: str
    text: str
    current: bool


@dataclass(frozen=True, slots=True)
class AreaTrend:
    """One area's small picture, with the sentence that says the same."""

    row: TrendRow
    sentence: str
    picture: SafeString


@dataclass(frozen=True, slots=True)
class TeamTrend:
    """One team. `ident` begins the ids of what belongs to it on the page. `compare` leads to its newest cycles side by
    side, empty where it has one only, which makes no picture. `left_out` are cycles whose levels can't be compared with
    the newest one's."""

    ident: str
    history: TeamHistory
    span: str
    areas: tuple[AreaTrend, ...]
    key: SafeString
    compare: str
    left_out: tuple[CycleResult, ...]


def trend_page(access: ResultsAccess, wanted: str | None) -> dict[str, Any]:
    """The trend of the team `wanted` by any of its names, of all where that is empty; 404 where there is none such."""
    everyone = results.histories(access)
    if wanted is None:
        wanted = everyone[0].team if len(everyone) > MOST_TEAMS else ""
    shown = [history for history in everyone if not wanted or _goes_by(history, wanted)]
    if wanted and not shown:
        raise Http404("No such team has submitted.")
    return {
        "organization": access.organization,
        "is_member": access.is_member,
        "links": _links(access, everyone, shown) if len(everyone) > 1 else [],
        "teams": [_team(access, history, f"team-{number}") for number, history in enumerate(shown, start=1)],
    }


def _goes_by(history: TeamHistory, name: str) -> bool:
    return any(cycle.team.casefold() == name.casefold() for cycle in history.cycles)


def _links(access: ResultsAccess, everyone: tuple[TeamHistory, ...], shown: list[TeamHistory]) -> list[TeamLink]:
    code = access.organization.code
    alone = len(shown) == 1
    teams = [TeamLink(trend_address(code, one.team), one.team, alone and one is shown[0]) for one in everyone]
    return [TeamLink(trend_address(code, ""), "All teams", not alone), *teams]


def _team(access: ResultsAccess, history: TeamHistory, ident: str) -> TeamTrend:
    rows = trend_rows(history)
    newest = [cycle.assessment_id for cycle in history.cycles[-MOST:]]
    return TeamTrend(
        ident=ident,
        history=history,
        span=_span(history),
        areas=tuple(_area(row, ident) for row in rows),
        key=drawn(charts.trend_key_svg(rows, ident=f"{ident}-key")),
        compare=compare_address(access.organization.code, newest) if len(newest) > 1 else "",
        left_out=left_out(history),
    )


def _area(row: TrendRow, ident: str) -> AreaTrend:
    sentence = trend_sentence(row)
    picture = charts.trend_svg(row, ident=f"{ident}-{row.area}", title=f"{row.name}. {sentence}")
    return AreaTrend(row, sentence, drawn(picture))


def _span(history: TeamHistory) -> str:
    """Which cycles there are."""
    first, last = history.cycles[0].cycle, history.newest.cycle
    count = len(history.cycles)
    if count == 1:
        return f"One cycle so far, {first}; a trend needs two."
    return f"{number_word(count).capitalize()} cycles, {first} to {last}."
