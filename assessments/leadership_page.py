"""The leadership page: the values of `leadership`, in the words of `leadership_words`, as its template prints them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from aicmm.links import absolute
from assessments import charts, results, wording
from assessments import leadership_words as words
from assessments.access import ResultsAccess
from assessments.at_work import Return, at_work, returns_of
from assessments.leadership import (
    DECISIONS_SHOWN,
    FOUNDATIONS_SHOWN,
    MOVES_SHOWN,
    Leadership,
    Move,
    TeamStanding,
    leadership,
)
from assessments.leadership_words import AddressOf, Because, DecisionLine, FoundationLine, Spoken
from assessments.models import Assessment, State
from assessments.overview import STATE_SENTENCES, drawn
from rubric.datatypes import Area

COMPARED = 2
"""Cycles of each team that are read: the newest and the one before."""


@dataclass(frozen=True, slots=True)
class TeamCard:
    """One team among the others. `query` asks for the submission that is shown, where the team works on another.
    `verdict` says that the CoE returned it, or where it accepted other levels; else it is empty, and `state_label` says
    where it accepted those that were claimed. `returned_href` leads to what it said on returning; else it is empty."""

    pk: str
    query: str
    team: str
    cycle: str
    state: str
    state_label: str
    picture: SafeString
    line: str
    verdict: str
    returned_href: str


@dataclass(frozen=True, slots=True)
class FiguresRow:
    """One team's levels in the table beside the pictures, in the order of its columns."""

    team: str
    cycle: str
    levels: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MoveLine:
    """`address` is that of the area in its team's result."""

    sentence: str
    address: str
    accepted: str
    because: Because
    evidence: tuple[Spoken, ...]
    other_cause: str


@dataclass(frozen=True, slots=True)
class MovedTeam:
    """What moved in one team since its cycle `since`."""

    team: str
    since: str
    moves: tuple[MoveLine, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All teams that are assessed by one rubric. `number` tells the sections of a page apart, and so does `rubric`: its
    name, empty where there is one section. `areas` run from the top of the stack down, as in the pictures."""

    number: int
    rubric: str
    headline: tuple[str, ...]
    cards: tuple[TeamCard, ...]
    signs: tuple[tuple[SafeString, str], ...]
    sealed_at: datetime
    areas: tuple[Area, ...]
    rows: tuple[FiguresRow, ...]
    compared: bool
    moved: tuple[MovedTeam, ...]
    more_moves: str
    foundations: tuple[FoundationLine, ...]
    decisions: tuple[DecisionLine, ...]
    more_decisions: str


def page(access: ResultsAccess) -> dict[str, Any]:
    """What the page prints. Five queries at most, whatever the number of teams and cycles."""
    groups = leadership(results.histories(access, newest=COMPARED))
    # What isn't submitted is the team's own: staff of the CoE are told nothing of it.
    unfinished = list(Assessment.objects.at_work(access.organization)) if access.is_member else []
    returns = returns_of(_returned(groups, unfinished), to_members=access.is_member)
    return {
        "organization": access.organization,
        "access": access,
        "address": absolute(reverse("leadership", args=[access.organization.code])),
        "sections": tuple(
            _section(group, returns, number=number, named=len(groups) > 1)
            for number, group in enumerate(groups, start=1)
        ),
        "nobody": words.NOBODY,
        "at_work": at_work(unfinished, returns),
    }


def in_short(accesses: Collection[ResultsAccess]) -> Mapping[int, str]:
    """The headline of each organization, by its key. Two queries, none where there is no organization."""
    if not accesses:
        return {}
    found = results.histories_of(accesses, newest=COMPARED)
    return {
        key: " ".join(line for group in leadership(teams) for line in words.headline(group)) or words.NOBODY
        for key, teams in found.items()
    }


def _returned(groups: Iterable[Leadership], unfinished: Iterable[Assessment]) -> set[str]:
    """Of which assessments the page says that they were returned, by their ids."""
    shown = {team.newest.assessment_id for group in groups for team in group.teams if _is_returned(team)}
    return shown | {str(one.pk) for one in unfinished if one.state == State.RETURNED}


def _section(group: Leadership, returns: Mapping[str, Return], *, number: int, named: bool) -> Section:
    teams, areas = len(group.teams), group.areas[::-1]
    results_of = {team.team: _result_address(team) for team in group.teams}

    def address_of(team: str, area: str) -> str:
        return f"{results_of[team]}#{area}"

    return Section(
        number=number,
        rubric=group.rubric.name if named else "",
        headline=words.headline(group),
        cards=tuple(_card(team, returns.get(team.newest.assessment_id)) for team in group.teams),
        signs=_signs(group),
        sealed_at=max(team.newest.sealed_at for team in group.teams),
        areas=areas,
        rows=tuple(_row(team, areas) for team in group.teams),
        compared=any(team.before for team in group.teams),
        moved=_moved(group.moves[:MOVES_SHOWN], address_of),
        more_moves=words.more_moves(len(group.moves[MOVES_SHOWN:]), teams),
        foundations=tuple(
            words.foundation_line(one, teams, address_of) for one in group.foundations[:FOUNDATIONS_SHOWN]
        ),
        decisions=tuple(words.decision_line(one, teams, address_of) for one in group.decisions[:DECISIONS_SHOWN]),
        more_decisions=words.more_decisions(len(group.decisions[DECISIONS_SHOWN:]), teams),
    )


def _card(team: TeamStanding, returned: Return | None) -> TeamCard:
    newest, line, verdict = team.newest, words.team_line(team), _verdict(team, returned)
    picture = charts.small_strip_svg(
        newest.rubric,
        newest.result,
        ident=f"team-{newest.assessment_id}",
        title=f"Profile strip. {line} {verdict}".rstrip(),
        previous=team.before.result if team.before else None,
        validated=newest.validated,
    )
    return TeamCard(
        pk=newest.assessment_id,
        query=_query(team),
        team=team.team,
        cycle=newest.cycle,
        state=newest.state,
        state_label=_state(team),
        picture=drawn(picture),
        line=line,
        verdict=verdict,
        returned_href=_returned_href(team, returned),
    )


def _returned_href(team: TeamStanding, returned: Return | None) -> str:
    """Where the result says more of what the CoE found; empty where the team's submission wasn't returned."""
    if not _is_returned(team):
        return ""
    return _result_address(team) + ("#validated-title" if returned and returned.otherwise else "")


def _is_returned(team: TeamStanding) -> bool:
    return team.newest.state == State.RETURNED


def _query(team: TeamStanding) -> str:
    return f"?submission={team.newest.sequence}" if _is_returned(team) else ""


def _result_address(team: TeamStanding) -> str:
    return reverse("result", args=[team.newest.assessment_id]) + _query(team)


def _state(team: TeamStanding) -> str:
    label = str(State(team.newest.state).label)
    return f"{label} as claimed" if team.newest.validated and not _differs(team) else label


def _verdict(team: TeamStanding, returned: Return | None) -> str:
    newest = team.newest
    if returned:
        return words.returned(newest.rubric, returned.day, returned.otherwise)
    if _is_returned(team):
        return STATE_SENTENCES[State.RETURNED]
    return wording.verdict_sentence(newest.rubric, newest.result, newest.validated or {}) if _differs(team) else ""


def _differs(team: TeamStanding) -> bool:
    """Whether the CoE accepted another level than the claimed one anywhere."""
    accepted = team.newest.validated or {}
    return any(area.area in accepted and accepted[area.area] != area.level for area in team.newest.result.areas)


def _signs(group: Leadership) -> tuple[tuple[SafeString, str], ...]:
    areas = [area for team in group.teams for area in team.newest.result.areas]
    signs = charts.small_strip_key(
        previous=any(team.before for team in group.teams),
        validated=any(map(_differs, group.teams)),
        banded=any(area.level != area.level_high for area in areas),
        unrated=any(not area.rated for area in areas),
    )
    return tuple((drawn(sign), meaning) for sign, meaning in signs)


def _row(team: TeamStanding, areas: tuple[Area, ...]) -> FiguresRow:
    now = {area.area: area for area in team.newest.result.areas}
    before = {area.area: area.level for area in team.before.result.areas} if team.before else {}
    accepted = team.newest.validated or {}
    levels = []
    for area in areas:
        figures = now.get(area.code)
        level = figures.level if figures else None
        notes = [f"{before[area.code]} before"] if before.get(area.code) else []
        if figures and figures.level_high != level:
            notes.append(f"up to {figures.level_high}")
        if accepted.get(area.code, level) != level:
            notes.append(f"{accepted[area.code] or 'not rated'} validated")
        levels.append((area.name, (str(level) if level else "–") + (f" ({', '.join(notes)})" if notes else "")))
    return FiguresRow(team.team, team.newest.cycle, tuple(levels))


def _moved(moves: Sequence[Move], address_of: AddressOf) -> tuple[MovedTeam, ...]:
    """What moved, by team; the teams in the order in which they come first."""
    by_team: dict[tuple[str, str], list[MoveLine]] = {}
    for move in moves:
        by_team.setdefault((move.team, move.since), []).append(_move(move, address_of))
    return tuple(MovedTeam(team, since, tuple(lines)) for (team, since), lines in by_team.items())


def _move(move: Move, address_of: AddressOf) -> MoveLine:
    return MoveLine(
        sentence=move.movement.sentence,
        address=address_of(move.team, move.movement.area),
        accepted=words.accepted_otherwise(move),
        because=words.because(move),
        evidence=words.new_evidence(move),
        other_cause=words.other_cause(move),
    )
