"""What leaders read of their teams: where each stands, what moved and why, what holds back, what to decide.

Pure: takes the teams' histories, gives frozen values; `leadership_words` puts them into sentences. No Django here.
Levels are those that the teams claimed; what the CoE accepted stands beside them and is never mixed in.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assessments import wording
from assessments.changes import AnswerChange, changed_since
from assessments.datatypes import CycleResult, GivenAnswer, TeamHistory
from assessments.scoring import NOT_APPLICABLE
from rubric.datatypes import Area, Rubric

MOVES_SHOWN: Final = 5
ANSWERS_SHOWN: Final = 2
EVIDENCE_SHOWN: Final = 1
FOUNDATIONS_SHOWN: Final = 3
DECISIONS_SHOWN: Final = 3
QUESTIONS_SHOWN: Final = 2
"""How much of each a leader is shown, so that it stays one sheet of paper; the rest is counted."""


@dataclass(frozen=True, slots=True)
class TeamStanding:
    """One team: its `newest` result, and that of the cycle `before` where it is of the same rubric."""

    team: str
    newest: CycleResult
    before: CycleResult | None

    @property
    def levels(self) -> tuple[int, ...]:
        """Those of its rated areas."""
        return tuple(area.level for area in self.newest.result.areas if area.level is not None)

    @property
    def lowest(self) -> tuple[str, ...]:
        """The codes of its lowest areas, from the bottom of the stack; none where all stand at one level."""
        least = min(self.levels, default=None)
        if least == max(self.levels, default=None):
            return ()
        return tuple(area.area for area in self.newest.result.areas if area.level == least)

    @property
    def moved(self) -> tuple[wording.Movement, ...]:
        """The areas with another level than in the cycle before, of those that both results have."""
        if self.before is None:
            return ()
        rubric, before, after = self.newest.rubric, self.before.result, self.newest.result
        both = {area.area for area in before.areas} & {area.area for area in after.areas}
        return tuple(
            movement
            for movement in wording.movement(rubric, before, after)
            if movement.area in both and movement.other_level
        )


@dataclass(frozen=True, slots=True)
class Move:
    """One area of a team that changed its level. `answers` are the changed choices that brought it there, those in its
    direction first; `evidence` the titles of the links that are new with them. `versions` are the rubric's before and
    after, where it is not the same one. `accepted` is the CoE's level, None where it gave none."""

    team: str
    assessment_id: str
    since: str
    movement: wording.Movement
    rubric: Rubric
    answers: tuple[AnswerChange, ...]
    evidence: tuple[str, ...]
    versions: tuple[str, str] | None
    accepted: int | None = None

    @property
    def steps(self) -> int:
        """How many levels it rose, negative where it fell, 0 where it has a level in one of the two only."""
        before, after = self.movement.level_before, self.movement.level_after
        return 0 if before is None or after is None else after - before


@dataclass(frozen=True, slots=True)
class Foundation:
    """How an area holds teams back. `beneath` are the teams in which others, by their names `above`, stand two or more
    levels above it; `lowest_in` those of which it is a lowest area; `level` is the least it has in any of these."""

    area: Area
    level: int
    above: tuple[str, ...]
    beneath: tuple[str, ...]
    lowest_in: tuple[str, ...]

    @property
    def weakness(self) -> tuple[int, int, int]:
        """The less, the more it holds back."""
        return -len(self.beneath), -len(self.lowest_in), self.level


@dataclass(frozen=True, slots=True)
class Raise:
    """One question of a decision: the level to reach, and the anchor that would have to become true."""

    name: str
    question: str
    from_level: int
    to_level: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The shortest way of an area to its next level: so many `steps` in each of `teams`."""

    area: Area
    to_level: int
    steps: int
    teams: tuple[str, ...]
    changes: tuple[Raise, ...]


@dataclass(frozen=True, slots=True)
class Leadership:
    """Everything of the teams that are assessed by one rubric. `rubric` is the newest version among theirs. `moves` are
    the largest falls first, then the largest rises; `foundations` the weakest first; `decisions` the shortest first."""

    rubric: Rubric
    teams: tuple[TeamStanding, ...]
    moves: tuple[Move, ...]
    foundations: tuple[Foundation, ...]
    decisions: tuple[Decision, ...]

    @property
    def areas(self) -> tuple[Area, ...]:
        """Those of the newest version from the bottom of the stack, then those that only another one has."""
        return _areas(self.rubric, self.teams)


def leadership(histories: Iterable[TeamHistory]) -> tuple[Leadership, ...]:
    """One for each rubric by which teams are assessed, the one with most teams first."""
    by_rubric: dict[str, list[TeamStanding]] = {}
    for history in histories:
        standing = _standing(history)
        by_rubric.setdefault(standing.newest.rubric.code, []).append(standing)
    return tuple(_of_rubric(teams) for teams in sorted(by_rubric.values(), key=len, reverse=True))


def _standing(history: TeamHistory) -> TeamStanding:
    newest, before = history.newest, history.before
    comparable = before is not None and before.rubric.code == newest.rubric.code
    return TeamStanding(history.team, newest, before if comparable else None)


def _of_rubric(teams: Sequence[TeamStanding]) -> Leadership:
    rubric = max(teams, key=lambda team: team.newest.cycle_starts_on).newest.rubric
    foundations = _foundations(rubric, teams)
    weakest = [foundation.area.code for foundation in foundations]
    return Leadership(rubric, tuple(teams), _moves(teams), foundations, _decisions(teams, weakest))


# ---- What moved, and why ----


def _moves(teams: Iterable[TeamStanding]) -> tuple[Move, ...]:
    moves = [move for team in teams for move in _moves_of(team)]
    return tuple(sorted(moves, key=lambda move: (move.steps >= 0, -abs(move.steps))))


def _moves_of(team: TeamStanding) -> Iterator[Move]:
    newest, before = team.newest, team.before
    if before is None:
        return
    changes = [change for change in changed_since(before.given, newest.given) if "choice" in change.parts]
    old, new = before.rubric.version, newest.rubric.version
    for movement in team.moved:
        answers = _answers_behind(movement, [c for c in changes if _area_of(c, team) == movement.area])
        yield Move(
            team=team.team,
            assessment_id=newest.assessment_id,
            since=before.cycle,
            movement=movement,
            rubric=newest.rubric,
            answers=answers,
            evidence=tuple(title for change in answers for title in _new_evidence(change)),
            versions=None if old == new else (old, new),
            accepted=(newest.validated or {}).get(movement.area),
        )


def _area_of(change: AnswerChange, team: TeamStanding) -> str:
    rubrics = [team.newest.rubric, *([team.before.rubric] if team.before else [])]
    return next(rubric.area_of_question[change.question].code for rubric in rubrics if _asks(rubric, change.question))


def _asks(rubric: Rubric, question: str) -> bool:
    return question in rubric.area_of_question


def _answers_behind(movement: wording.Movement, changes: Sequence[AnswerChange]) -> tuple[AnswerChange, ...]:
    """The changes that can have brought an area where it is: no answer that went the other way."""
    before, after = movement.level_before, movement.level_after
    if before is None or after is None:
        return tuple(changes)
    direction = 1 if after > before else -1
    lifts = [(direction * _lift(change), change) for change in changes]
    behind = [(lift, change) for lift, change in lifts if lift >= 0]
    return tuple(change for _, change in sorted(behind, key=lambda pair: -pair[0]))


def _lift(change: AnswerChange) -> int:
    """How far a question's low value rose; 0 where it doesn't count on either side."""
    before, after = _low(change.before), _low(change.after)
    return 0 if before is None or after is None else after - before


def _low(answer: GivenAnswer) -> int | None:
    """What an answer counts as; None where it leaves the calculation or isn't asked for."""
    if answer.choice is None or answer.choice == NOT_APPLICABLE:
        return None
    return answer.choice if isinstance(answer.choice, int) else 1


def _new_evidence(change: AnswerChange) -> list[str]:
    known = {link.url for link in change.before.evidence}
    return [link.title or link.url for link in change.after.evidence if link.url not in known]


# ---- What holds back ----


def _foundations(rubric: Rubric, teams: Sequence[TeamStanding]) -> tuple[Foundation, ...]:
    """The areas that hold at least one team back: those beneath others in most teams first, then those lowest in most
    teams, then those of the lowest level, then those lower in the stack."""
    found = [foundation for area in _areas(rubric, teams) if (foundation := _foundation(area, teams))]
    return tuple(sorted(found, key=lambda one: (*one.weakness, one.area.position)))


def _areas(rubric: Rubric, teams: Iterable[TeamStanding]) -> tuple[Area, ...]:
    others = (area for team in teams for area in team.newest.rubric.areas)
    return (*rubric.areas, *{area.code: area for area in others if area.code not in rubric.area_by_code}.values())


def _foundation(area: Area, teams: Sequence[TeamStanding]) -> Foundation | None:
    gaps = [(team, gap) for team in teams for gap in team.newest.result.foundation_gaps if gap.foundation == area.code]
    beneath = tuple(dict.fromkeys(team.team for team, _ in gaps))
    lowest_in = tuple(team.team for team in teams if area.code in team.lowest)
    levels = [
        figures.level
        for team in teams
        for figures in team.newest.result.areas
        if figures.area == area.code and figures.level is not None and team.team in beneath + lowest_in
    ]
    if not levels:
        return None
    above = dict.fromkeys(team.newest.rubric.area_by_code[gap.area].name for team, gap in gaps)
    return Foundation(area, min(levels), tuple(above), beneath, lowest_in)


# ---- What to decide ----


def _decisions(teams: Sequence[TeamStanding], weakest: Sequence[str]) -> tuple[Decision, ...]:
    """The shortest ways up, each with all the teams that it takes up: fewest steps first; of equally short ones those
    of most teams, then those of the `weakest` areas, then those lower in the stack, which others rest on."""
    ways: dict[tuple[str, tuple[Raise, ...]], Decision] = {}
    for team in teams:
        for way in _ways_up(team):
            key = way.area.code, way.changes
            ways[key] = replace(way, teams=ways[key].teams + way.teams) if key in ways else way
    rank = {code: place for place, code in enumerate(weakest)}
    return tuple(
        sorted(
            ways.values(),
            key=lambda way: (way.steps, -len(way.teams), rank.get(way.area.code, len(rank)), way.area.position),
        )
    )


def _ways_up(team: TeamStanding) -> Iterator[Decision]:
    rubric = team.newest.rubric
    for figures in team.newest.result.areas:
        target = figures.next_level
        if target is None:
            continue
        yield Decision(
            area=rubric.area_by_code[figures.area],
            to_level=target.level,
            steps=target.steps,
            teams=(team.team,),
            changes=tuple(
                Raise(
                    name=wording.question_name(rubric, change.question),
                    question=rubric.question_by_code[change.question].text,
                    from_level=change.from_level,
                    to_level=change.to_level,
                    anchor=rubric.question_by_code[change.question].anchors[change.to_level - 1].text,
                )
                for change in target.changes
            ),
        )
