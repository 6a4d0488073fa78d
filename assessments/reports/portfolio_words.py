"""What an organization's teams have submitted, in sentences. Plain text: the caller escapes it."""

from collections import Counter
from collections.abc import Sequence

from assessments.datatypes import TeamHistory
from assessments.wording import join_words, movement, weakest_foundation

_MOST_NAMES = 3


def portfolio_sentences(histories: Sequence[TeamHistory]) -> list[str]:
    """How many teams have submitted, what moved since each one's cycle before, and what is their weakest foundation."""
    sentences = [_submitted(histories), _moved(histories), _foundations(histories)]
    return [sentence for sentence in sentences if sentence]


def _submitted(histories: Sequence[TeamHistory]) -> str:
    newest = max(histories, key=lambda one: one.newest.cycle_starts_on).newest.cycle
    count = sum(one.newest.cycle == newest for one in histories)
    if len(histories) == 1:
        return f"One team has submitted, last in {newest}."
    which = "all of them" if count == len(histories) else f"{count} of them"
    return f"{len(histories)} teams have submitted, {which} in {newest}, the newest cycle."


def _moved(histories: Sequence[TeamHistory]) -> str:
    compared = [(one.before, one.newest) for one in histories if one.before]
    if not compared:
        return ""
    moved: Counter[bool] = Counter()
    for before, after in compared:
        for move in movement(after.rubric, before.result, after.result):
            if move.level_before and move.level_after and move.level_before != move.level_after:
                moved[move.level_after > move.level_before] += 1
    where = "one team has" if len(compared) == 1 else f"{len(compared)} teams have"
    return f"Since the cycle before, which {where}, {_areas(moved[True])} rose and {_areas(moved[False])} fell."


def _foundations(histories: Sequence[TeamHistory]) -> str:
    """The area that is the weakest foundation in most teams, by its name."""
    weakest: Counter[str] = Counter()
    for one in histories:
        code = weakest_foundation(one.newest.rubric, one.newest.result)
        if code:
            weakest[one.newest.rubric.area_by_code[code].name] += 1
    if not weakest:
        return "In no team does an area stand two or more levels above one that it rests on."
    most = max(weakest.values())
    names = [name for name, count in weakest.items() if count == most]
    where = "one team" if most == 1 else f"{most} teams"
    if len(names) > _MOST_NAMES:
        return f"The weakest foundations differ: {len(names)} areas are it in {where} each."
    if len(names) == 1:
        return f"The weakest foundation is {names[0]}, in {where}."
    return f"The weakest foundations are {join_words(names)}, in {where} each."


def _areas(count: int) -> str:
    return {0: "no area", 1: "one area"}.get(count, f"{count} areas")
