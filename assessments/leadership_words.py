"""What leaders read, in plain words. Pure; sentences hold nothing that people typed: names stand beside them.

Whoever prints names in a sentence takes them with what follows each (`spoken`), so that each name stays apart.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assessments import wording
from assessments.datatypes import GivenAnswer
from assessments.leadership import (
    ANSWERS_SHOWN,
    EVIDENCE_SHOWN,
    QUESTIONS_SHOWN,
    Decision,
    Foundation,
    Leadership,
    Move,
    Raise,
    TeamStanding,
)
from assessments.scoring import NOT_APPLICABLE, UNKNOWN
from assessments.wording import as_sentence, join_words, number_word
from rubric.datatypes import Rubric

_MOST_NAMES: Final = 3
_APART: Final = "two or more levels above it"
NOBODY: Final = "No team has submitted yet, so there are no levels to show."


@dataclass(frozen=True, slots=True)
class Spoken:
    """A piece of a list, and what follows it: ", ", " and ", ", and " or nothing. `address` is where it leads, if
    anywhere."""

    text: str
    after: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence without its full stop, and the names of teams that end it, if any."""

    text: str
    names: tuple[Spoken, ...]


AddressOf = Callable[[str, str], str]
"""Where an area of a team leads, by the team's name and the area's code; empty where nowhere."""


@dataclass(frozen=True, slots=True)
class FoundationLine:
    """An area that holds back: how low it stands, and how it holds back in which teams."""

    head: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A way up: what it brings, what it takes, and the questions that are spelled out; `more` counts the others."""

    clause: Clause
    effort: str
    changes: tuple[Raise, ...]
    more: str


@dataclass(frozen=True, slots=True)
class Reason:
    """An answer that moved an area: the question, what became of it, and who gave it; each may be empty."""

    name: str
    change: str
    by: str
    after: str


@dataclass(frozen=True, slots=True)
class Because:
    """Why an area moved. `by` is who gave all the answers, where it is one person; else it stands with each."""

    reasons: tuple[Reason, ...]
    by: str


def spoken(names: Sequence[str]) -> tuple[Spoken, ...]:
    """Names as `join_words` would speak them, each apart."""
    return tuple(Spoken(name, after) for name, after in zip(names, _separators(len(names)), strict=True))


def _separators(count: int) -> list[str]:
    last = " and " if count == 2 else ", and "
    return [*[", "] * (count - 2), *[last] * (count > 1), *[""] * (count > 0)]


# ---- The first lines ----


def headline(group: Leadership) -> tuple[str, ...]:
    """Where the teams stand, what moved, and what holds most back: two or three lines."""
    return tuple(line for line in (_where(group), _moved(group), _holding_back(group)) if line)


def still_answering(teams: int, answered: int, questions: int) -> str:
    """How many teams have a draft, and how far they are together; empty where none has."""
    if not teams:
        return ""
    noun = "question" if questions == 1 else "questions"
    done = f"{answered} of {questions} {noun} {'has' if answered == 1 else 'have'} an answer so far"
    return as_sentence(f"{counted(teams, 'team')} {_is(teams)} still answering: {done}.")


def reworking(teams: int) -> str:
    """How many teams have a submission back and haven't submitted again; empty where none has."""
    if not teams:
        return ""
    return as_sentence(f"{counted(teams, 'team')} {_is(teams)} reworking what was returned.")


def how_far(answered: int, questions: int) -> str:
    """ "28 of 29 answered"."""
    return f"{answered} of {questions} answered"


def more_at_work(count: int) -> str:
    """How many aren't named; empty if none."""
    return f"And {number_word(count)} more, among all assessments." if count else ""


def _where(group: Leadership) -> str:
    rubric, teams = group.rubric, group.teams
    said = as_sentence(f"{counted(len(teams), 'team')} {_has(len(teams))} submitted.")
    levels = [level for team in teams for level in team.levels]
    whose = "Its" if len(teams) == 1 else "Their"
    if not levels:
        return f"{said} None of {whose.lower()} areas is rated."
    size = sum(len(team.newest.result.areas) for team in teams)
    rated = "" if len(levels) == size else "rated "
    if len(levels) == 1:
        return f"{said} {whose} one {rated}area stands at {_level(rubric, levels[0])}."
    if len(set(levels)) == 1:
        every = "both" if len(levels) == 2 else f"all {number_word(len(levels))}"
        return f"{said} {as_sentence(every)} {rated}areas stand at {_level(rubric, levels[0])}."
    return f"{said} {_most(rubric, levels, f'{whose.lower()} {number_word(len(levels))} {rated}areas')}"


def _most(rubric: Rubric, levels: Sequence[int], areas: str) -> str:
    """The highest level that at least half of them reach, or that most are at the lowest one."""
    reached = next(level for level in range(max(levels), 0, -1) if 2 * _at_least(level, levels) >= len(levels))
    count = levels.count(reached) if reached == min(levels) else _at_least(reached, levels)
    if reached == min(levels):
        above = f", and {number_word(len(levels) - count)} above"
    else:
        above = ", or above" if reached < max(levels) else ""
    return as_sentence(f"{number_word(count)} of {areas} {_stand(count)} at {_level(rubric, reached)}{above}.")


def _at_least(level: int, levels: Sequence[int]) -> int:
    return sum(one >= level for one in levels)


def _moved(group: Leadership) -> str:
    compared = [team for team in group.teams if team.before]
    alone = len(group.teams) - len(compared)
    if not compared:
        if alone == 1:
            return "There is no cycle before to compare with."
        return f"{'Neither' if alone == 2 else 'None'} of them has a cycle before to compare with."
    moved = rises_and_falls([move.steps for move in group.moves], fallen=_fallen(group))
    without = f"; {counted(alone, 'team')} {_has(alone)} no cycle before" if alone else ""
    return f"Since the cycle before, {moved}{without}."


def _fallen(group: Leadership) -> tuple[str, ...]:
    """The names of the areas that fell in any team."""
    return tuple(dict.fromkeys(wording.area_name(m.rubric, m.movement.area) for m in group.moves if m.steps < 0))


def rises_and_falls(steps: Sequence[int], *, fallen: Sequence[str] = ()) -> str:
    """ "four areas rose and one fell (DataOps)"; `steps` are those of each area that moved, `fallen` the names to say
    of those that fell."""
    rose, fell = sum(step > 0 for step in steps), sum(step < 0 for step in steps)
    which = f" ({join_words(fallen)})" if 0 < len(fallen) <= _MOST_NAMES else ""
    if rose and fell:
        return f"{counted(rose, 'area')} rose and {number_word(fell)} fell{which}"
    if rose:
        return f"{counted(rose, 'area')} rose and none fell"
    if fell:
        return f"{counted(fell, 'area')} fell{which} and none rose"
    return "no area rose or fell"


def _holding_back(group: Leadership) -> str:
    """The weakest foundation, or the area that is lowest in most teams; several where they are equally so."""
    if not group.foundations:
        return ""
    first = group.foundations[0]
    worst = [one for one in group.foundations if one.weakness == first.weakness]
    names = as_sentence(_names([one.area.name for one in worst]))
    where = in_teams(len(first.beneath or first.lowest_in), len(group.teams))
    if first.beneath:
        verb, it = ("holds", "it") if len(worst) == 1 else ("hold", "each of them")
        return f"{names}, {_low(first)}, {verb} most back: other areas stand two or more levels above {it}{where}."
    if not where:
        return f"{names} {'is the lowest area' if len(worst) == 1 else 'are the lowest areas'}."
    return f"{names} {_is(len(worst))} lowest, or among the lowest,{where}."


def _names(names: Sequence[str]) -> str:
    return join_words(names) if len(names) <= _MOST_NAMES else f"{number_word(len(names))} areas"


def in_teams(count: int, whole: int) -> str:
    """ " in two of three teams", " in all three teams", " in both teams"; nothing where there is one team."""
    if whole == 1:
        return ""
    if count == whole:
        return " in both teams" if whole == 2 else f" in all {number_word(whole)} teams"
    return f" in {number_word(count)} of {number_word(whole)} teams"


# ---- One team ----


def team_line(team: TeamStanding) -> str:
    """One team in a sentence: its lowest areas, or the level that all share, and what moved."""
    since = f"{rises_and_falls([_steps(one) for one in team.moved])} since {team.before.cycle}" if team.before else ""
    return f"{_lowest(team)} {as_sentence(since) or 'Nothing to compare with yet'}."


def returned(rubric: Rubric, day: str, otherwise: Collection[str]) -> str:
    """That a team's newest submission was returned, and the areas, by their codes, for which the CoE found another
    level than the one that was claimed."""
    names = [area.name for area in rubric.areas if area.code in otherwise]
    if not names:
        return f"Returned on {day}; the CoE asks for more before it accepts."
    levels = "another level" if len(names) == 1 else "other levels"
    return f"Returned on {day}; the CoE found {levels} in {_names(names)}."


def _steps(movement: wording.Movement) -> int:
    before, after = movement.level_before, movement.level_after
    return 0 if before is None or after is None else after - before


def _lowest(team: TeamStanding) -> str:
    rubric, levels, lowest = team.newest.rubric, team.levels, team.lowest
    if not levels:
        return "No area is rated."
    if lowest:
        names = [rubric.area_by_code[code].name for code in lowest]
        return as_sentence(f"{_names(names)} {_is(len(names))} lowest, at Level {min(levels)}.")
    if len(levels) == 1:
        return f"The one rated area stands at {_level(rubric, levels[0])}."
    every = "both" if len(levels) == 2 else f"all {number_word(len(levels))}"
    rated = "" if len(levels) == len(team.newest.result.areas) else "rated "
    return as_sentence(f"{every} {rated}areas stand at {_level(rubric, levels[0])}.")


# ---- What moved, and why ----


def because(move: Move) -> Because:
    """The answers that moved an area, in a list as it is spoken; beyond `ANSWERS_SHOWN` they are counted."""
    shown, more = move.answers[:ANSWERS_SHOWN], len(move.answers) - ANSWERS_SHOWN
    people = {change.after.answered_by for change in move.answers}
    by = next(iter(people)) if len(people) == 1 else ""
    told = [
        (
            wording.question_name(move.rubric, change.question),
            _change(change.before, change.after),
            "" if by else change.after.answered_by,
        )
        for change in shown
    ]
    if more > 0:
        told.append((counted(more, "more answer"), "", ""))
    reasons = (Reason(*one, after) for one, after in zip(told, _separators(len(told)), strict=True))
    return Because(tuple(reasons), by)


def _change(before: GivenAnswer, after: GivenAnswer) -> str:
    if before.choice is None:
        return f"not asked before, now {_choice(after)}"
    if after.choice is None:
        return "no longer asked"
    if isinstance(before.choice, int) and isinstance(after.choice, int):
        return f"Level {before.choice} to {after.choice}"
    return f"{_choice(before)} to {_choice(after)}"


def _choice(answer: GivenAnswer) -> str:
    if answer.choice == UNKNOWN:
        return "“Don't know”"
    return "“Not applicable”" if answer.choice == NOT_APPLICABLE else f"Level {answer.choice}"


def new_evidence(move: Move) -> tuple[Spoken, ...]:
    """What is linked now that wasn't before; beyond `EVIDENCE_SHOWN` it is counted."""
    more = len(move.evidence) - EVIDENCE_SHOWN
    return spoken(
        [
            *(f"“{title}”" for title in move.evidence[:EVIDENCE_SHOWN]),
            *([f"{number_word(more)} more"] if more > 0 else []),
        ]
    )


def other_cause(move: Move) -> str:
    """What else can have moved an area: another version of the rubric. Empty where it is the same."""
    if move.versions is None:
        return "" if move.answers else "No answer of it changed."
    before, after = move.versions
    changed = f"The rubric's version changed from {before} to {after}"
    return f"{changed}." if move.answers else f"No answer of it changed, but {changed[0].lower()}{changed[1:]}."


def accepted_otherwise(move: Move) -> str:
    """That the CoE accepted another level than the one an area moved to by its team's word; empty where it didn't."""
    if move.accepted is None or move.accepted == move.movement.level_after:
        return ""
    return f"The Center of Excellence validated Level {move.accepted}."


def more_moves(count: int, teams: int) -> str:
    """How many are left out, and where they stand; empty if none."""
    if not count:
        return ""
    return as_sentence(f"{counted(count, 'more area')} moved; why stands in the {_whose(teams)} results.")


# ---- What holds back, what to decide ----


def foundation_line(one: Foundation, teams: int, address_of: AddressOf) -> FoundationLine:
    clauses = holding_back(one, teams)
    return FoundationLine(how_low(one), tuple(_linked(clause, one.area.code, address_of) for clause in clauses))


def decision_line(one: Decision, teams: int, address_of: AddressOf) -> DecisionLine:
    return DecisionLine(
        clause=_linked(to_raise(one, teams), one.area.code, address_of),
        effort=effort(one),
        changes=one.changes[:QUESTIONS_SHOWN],
        more=more_questions(one),
    )


def _linked(clause: Clause, area: str, address_of: AddressOf) -> Clause:
    """The same, each team's name leading somewhere."""
    return replace(clause, names=tuple(replace(name, address=address_of(name.text, area)) for name in clause.names))


def holding_back(foundation: Foundation, teams: int) -> tuple[Clause, ...]:
    """How an area holds back, and in which of the `teams`; being lowest is said where nothing worse is."""
    clauses = []
    if foundation.beneath:
        above = as_sentence(f"{_names(foundation.above)} {_stand(len(foundation.above))} {_APART}")
        clauses.append(_clause(above, foundation.beneath, teams))
    lowest = [team for team in foundation.lowest_in if team not in foundation.beneath]
    if lowest:
        clauses.append(_clause("No area stands lower", lowest, teams))
    return tuple(clauses)


def how_low(foundation: Foundation) -> str:
    """ "DataOps, at Level 1.", or how low it stands in several teams at most."""
    return f"{foundation.area.name}, {_low(foundation)}."


def _low(foundation: Foundation) -> str:
    several = len({*foundation.beneath, *foundation.lowest_in}) > 1
    return f"{'as low as' if several else 'at'} Level {foundation.level}"


def to_raise(decision: Decision, teams: int) -> Clause:
    """What a decision would bring, and in which of the `teams`."""
    return _clause(f"Raise {decision.area.name} to Level {decision.to_level}", decision.teams, teams)


def _clause(text: str, names: Sequence[str], teams: int) -> Clause:
    """The names where they aren't those of all teams, and few enough to be read; else their number."""
    if len(names) < teams and len(names) <= _MOST_NAMES:
        return Clause(f"{text} in ", spoken(names))
    return Clause(f"{text}{in_teams(len(names), teams)}", ())


def effort(decision: Decision) -> str:
    """ "one step on one question", and that it is so in each team where there are several."""
    each = " in each" if len(decision.teams) > 1 else ""
    return f"{counted(decision.steps, 'step')} on {counted(len(decision.changes), 'question')}{each}"


def more_questions(decision: Decision) -> str:
    """How many of its questions aren't spelled out; empty if none."""
    more = len(decision.changes) - QUESTIONS_SHOWN
    return f"And {counted(more, 'more question')}." if more > 0 else ""


def more_decisions(count: int, teams: int) -> str:
    """How many ways up are left out, and where they stand; empty if none."""
    if not count:
        return ""
    return as_sentence(
        f"{counted(count, 'more way')} to a higher level {_stand(count)} in the {_whose(teams)} results."
    )


# ---- Small words ----


def counted(count: int, noun: str) -> str:
    """ "one team", "two teams", "12 teams"."""
    return f"{number_word(count)} {noun}" if count == 1 else f"{number_word(count)} {noun}s"


def _whose(teams: int) -> str:
    return "team's" if teams == 1 else "teams'"


def _level(rubric: Rubric, level: int) -> str:
    return wording.level_text(rubric, level) if level <= rubric.top else f"Level {level}"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _has(count: int) -> str:
    return "has" if count == 1 else "have"


def _stand(count: int) -> str:
    return "stands" if count == 1 else "stand"
