"""The portfolio in plain words. Pure; the caller escapes them."""

from collections.abc import Sequence

from assessments.models import Basis, Counted
from assessments.wording import join_words, question_name
from rubric.datatypes import Rubric

_MOST_NAMES = 3
_APART = "two or more levels above"
_MOVED = {-1: "fell", 0: "stays at its level", 1: "rose"}


def headline(
    cycle: str, teams: int, organizations: int, weakest: Sequence[tuple[str, int]], *, accepted: bool = False
) -> str:
    """Who has submitted in a cycle, and the weakest foundation. `weakest` are areas and counts, most first."""
    if not teams:
        return f"In {cycle}, no submission is accepted yet." if accepted else f"In {cycle}, nobody has submitted yet."
    verb = "has" if teams == 1 else "have"
    done = "had a submission accepted" if accepted else "submitted"
    said = f"In {cycle}, {_counted(teams, 'team')} of {_counted(organizations, 'organization')} {verb} {done}."
    return f"{said} {_foundations(weakest)}"


def _foundations(weakest: Sequence[tuple[str, int]]) -> str:
    if not weakest:
        return "No area stands two or more levels beneath another that rests on it."
    most = weakest[0][1]
    names = [name for name, count in weakest if count == most]
    where = f"in {_counted(most, 'submission')}"
    if len(names) == 1:
        return f"The weakest foundation is {names[0]}: {where} it is the lowest beneath an area {_APART}."
    if len(names) <= _MOST_NAMES:
        return f"The weakest foundations are {join_words(names)}: {where} each, the lowest beneath an area {_APART}."
    return f"{len(names)} areas are equally weak foundations: {where} each, the lowest beneath an area {_APART}."


def cut_off(more: int, as_many: int) -> str:
    """How many a table leaves out, `as_many` of them with the same count as its last; empty where it has all."""
    if not more:
        return ""
    if not as_many:
        return f"And {more} more."
    which = "" if as_many == more else f"{as_many} of them "
    return f"And {more} more, {which}in as many teams as the last one here."


def count_of(count: int, whole: int) -> str:
    """ "57 of 214 teams (27 %)"; never 0 % or 100 % where it isn't."""
    percent = (200 * count + whole) // (2 * whole) if whole else 0
    share = f"{min(max(percent, 1), 99)} %" if 0 < count < whole else f"{percent} %"
    return f"{count:,} of {_counted(whole, 'team')} ({share})"


def tally_words(rubric: Rubric, basis: str, kind: str, subject: str, value: int) -> str:
    """What the submissions have in common that a tally counts: the filter's name in the list."""
    area = rubric.area_by_code.get(subject)
    name = area.name if area else subject
    levels = ", as accepted" if basis == Basis.VALIDATED else ""
    if kind == Counted.LEVEL:
        return f"{name} at Level {value}{levels}" if value else f"{name} not rated{levels}"
    if kind == Counted.MOVEMENT:
        return f"{name} {_MOVED[value]}{levels}"
    if kind == Counted.GAP:
        return f"{name} lowest beneath an area {_APART}{levels}"
    if kind == Counted.HOLD:
        return f"{question_name(rubric, subject)} holds its area back"
    if kind == Counted.STEP:
        return f"{question_name(rubric, subject)} is to reach Level {value}"
    return f"All that are counted{levels}"


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count:,} {noun}s"
