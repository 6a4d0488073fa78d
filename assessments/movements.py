"""What moved since an earlier result, where there is not room for all of it: levels first. Pure; no Django here."""

from collections.abc import Sequence

from assessments.scoring import Result
from assessments.wording import Movement


def known_movements(movements: Sequence[Movement], result: Result) -> tuple[list[Movement], int]:
    """What is known to have moved: levels first, and in either case from the top of the stack down. And of how many
    areas it isn't known, since a question is unanswered."""
    open_ = {area.area for area in result.areas if not area.complete}
    known = [one for one in reversed(movements) if one.area not in open_]
    levels = [one for one in known if one.other_level]
    scores = [one for one in known if not one.other_level and one.score_difference]
    return levels + scores, len(movements) - len(known)


def more_moved(left: Sequence[Movement], unknown: int) -> str:
    """How much of what moved is left out, levels and mere scores apart, and of how many areas it isn't known; empty for
    nothing."""
    levels = sum(one.other_level for one in left)
    scores = len(left) - levels
    said = []
    if levels:
        alone = f", and {scores} the score alone" if scores else ""
        said.append(more(levels, "area", "areas", f" changed level{alone}; the scorecard says how"))
    elif scores:
        said.append(f"In {scores} more {'area' if scores == 1 else 'areas'} the score alone changed.")
    if unknown:
        said.append(f"What moved in {unknown} {'area' if unknown == 1 else 'areas'} isn't known yet.")
    return " ".join(said)


def more(count: int, one: str, several: str, where: str) -> str:
    """How much is left out: "3 more areas moved; the scorecard says how."; empty for nothing."""
    return f"{count} more {one if count == 1 else several}{where}." if count > 0 else ""
