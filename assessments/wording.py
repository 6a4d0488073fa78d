"""Results in plain words: sentences for pages, charts and reports, made from results alone.

Whoever shows a figure takes its sentence from here, so that screen, paper and text alternatives say the same.
No Django here. Sentences are plain text: the caller escapes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessments.scoring import AreaResult, Explanation, FoundationGap, Result, one_decimal
from rubric.datatypes import Rubric

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MOST_NAMES = 3
"""More areas than this are counted instead of named."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One area between two results. A level is None where not rated or where that result lacks the area.

    `score_difference` is after less before, None unless both have a score and no question is unanswered.
    """

    area: str
    level_before: int | None
    level_after: int | None
    score_difference: Fraction | None
    sentence: str

    @property
    def other_level(self) -> bool:
        return self.level_before != self.level_after


def level_text(rubric: Rubric, number: int | None) -> str:
    """ "Level 3, Defined", or "Not rated"."""
    return "Not rated" if number is None else str(rubric.level(number))


def standing(rubric: Rubric, figures: AreaResult) -> str:
    """Where an area stands: its level, "Not rated", or "Not started"."""
    return level_text(rubric, figures.level) if figures.started else "Not started"


def join_words(words: Sequence[str]) -> str:
    """A list as it is spoken: "a", "a and b", "a, b, and c"."""
    if len(words) <= 2:
        return " and ".join(words)
    return f"{', '.join(words[:-1])}, and {words[-1]}"


def as_sentence(text: str) -> str:
    """With a capital at its beginning."""
    return text[:1].upper() + text[1:]


def question_name(rubric: Rubric, code: str) -> str:
    """A question as people find it: "DataOps 3"; by its code where the rubric doesn't have it."""
    area = rubric.area_of_question.get(code)
    if area is None:
        return code
    return f"{area.name} {[question.code for question in area.questions].index(code) + 1}"


def rule_sentence(rubric: Rubric) -> str:
    """The scoring rule in its one sentence, with the rubric's own two numbers; see docs/scoring.md."""
    share = "all" if rubric.required_share == 100 else f"at least {rubric.required_share} %"
    sentence = f"An area is at level L when {share} of its questions' weight is answered at L or above"
    if rubric.max_shortfall == 0:
        return f"{sentence} and no question lies below L."
    if rubric.max_shortfall >= rubric.top - 1:
        return f"{sentence}."
    noun = "level" if rubric.max_shortfall == 1 else "levels"
    return f"{sentence} and no question lies more than {number_word(rubric.max_shortfall)} {noun} below L."


def headline(rubric: Rubric, result: Result) -> str:
    """A result `as_shown`, for someone who reads nothing else: the levels, the strongest and weakest areas, and what is
    unanswered."""
    rated = [area for area in result.areas if area.rated]
    if not any(area.started for area in result.areas):
        return "No question is answered yet, so there are no levels to show."
    if not rated and all(area.started for area in result.areas):
        sentences = ["No area is rated, because every question is marked “Not applicable”."]
    else:
        levels = _levels_in_words(rubric, rated, len(result.areas)) if rated else []
        sentences = [*levels, *_unrated_in_words(rubric, result)]
    return " ".join([*sentences, _openness_in_words(rubric, result)])


def because(rubric: Rubric, explanation: Explanation) -> str:
    """Why an area stands at its level and what holds it from the next, exact to the rule.

    Speaks of questions where all that count weigh the same, else of shares of their weight.
    """
    if explanation.level is None and explanation.unanswered:
        return "Not started: no question is answered yet."
    if explanation.level is None:
        return "Not rated, because every question is marked “Not applicable”."
    sentences = [_why_this_level(rubric, explanation, explanation.level)]
    if explanation.target is not None:
        sentences.append(_why_not_the_next(rubric, explanation, explanation.target))
    count = len(explanation.unanswered)
    if count:
        sentences.append(f"{_questions(count)} {_is(count)} unanswered and {_counts(count)} as Level 1 so far.")
    count = len(explanation.unknown)
    if count:
        sentences.append(f"{_questions(count)} {_is(count)} answered “Don't know” and {_counts(count)} as Level 1.")
    count = len(explanation.not_applicable)
    if count:
        sentences.append(f"{_questions(count)} {_is(count)} left out as “Not applicable”.")
    return " ".join(sentences)


def band(rubric: Rubric, figures: AreaResult, explanation: Explanation) -> str:
    """How far an area could reach, and what that hangs on; empty where it could not be higher."""
    if figures.level_high is None or figures.level_high == figures.level:
        return ""
    count = len(explanation.unanswered)
    reasons = []
    if count:
        reasons.append("the unanswered question" if count == 1 else f"the {count} unanswered questions")
    if explanation.unknown:
        reasons.append("what isn't known yet")
    verb = "turns" if len(reasons) == 1 and count < 2 else "turn"
    return f"Could be up to {rubric.level(figures.level_high)}, if {join_words(reasons)} {verb} out well."


def more_routes(names: Sequence[str]) -> str:
    """That these areas, too, have a way to a next level that isn't shown in this place; empty if there are none."""
    if not names:
        return ""
    if len(names) == 1:
        return f"One more way to a higher level stands on the page of {names[0]}."
    return as_sentence(
        f"{number_word(len(names))} more ways to a higher level stand on the pages of {join_words(names)}."
    )


def gap_sentence(rubric: Rubric, gap: FoundationGap) -> str:
    """A prompt to look again where an area stands well above one that it rests on. It is no error."""
    area, foundation = area_name(rubric, gap.area), area_name(rubric, gap.foundation)
    return (
        f"{area} stands at Level {gap.level} on {foundation} at Level {gap.foundation_level}. "
        "Look again at whether the answers for both areas describe what is in place today."
    )


def weakest_foundation(rubric: Rubric, result: Result) -> str:
    """The code of the area that most others stand two or more levels above; of several the lowest in the stack. Empty
    where there is none."""
    above = [gap.foundation for gap in result.foundation_gaps]
    order = [area.code for area in rubric.areas]
    return min(above, key=lambda code: (-above.count(code), order.index(code)), default="")


def foundation_sentence(rubric: Rubric, result: Result) -> str:
    """The weakest foundation, and what stands far above it; empty where there is none."""
    weakest = weakest_foundation(rubric, result)
    gaps = [gap for gap in result.foundation_gaps if gap.foundation == weakest]
    if not gaps:
        return ""
    above = _names_or_count([area_name(rubric, gap.area) for gap in gaps])
    rest, stand = ("rests", "stands") if len(gaps) == 1 else ("rest", "stand")
    level = gaps[0].foundation_level
    name = area_name(rubric, weakest)
    return f"{name}, at Level {level}: {above}, which {rest} on it, {stand} two or more levels above."


def verdict_sentence(rubric: Rubric, result: Result, validated: Mapping[str, int | None]) -> str:
    """How the levels that the CoE found stand to the claimed ones; empty where it found none."""
    claimed = {area.area: area.level for area in result.areas}
    found = {code: level for code, level in validated.items() if level is not None}
    if not found:
        return ""
    other = [area for area in rubric.areas if area.code in found and found[area.code] != claimed.get(area.code)]
    if not other:
        levels = "the level" if len(found) == 1 else f"{_all(len(found), number_word(len(found)))} levels"
        return f"The Center of Excellence finds {levels} as claimed."
    differences = [
        f"{area.name} at Level {found[area.code]}, "
        + (f"claimed Level {claimed[area.code]}" if claimed.get(area.code) else "not rated by the team")
        for area in other[:_MOST_NAMES]
    ]
    more = len(other) - len(differences)
    ending = f"; and {number_word(more)} more" if more else ""
    than_claimed = "another level" if len(other) == 1 else "other levels"
    return f"The Center of Excellence finds {than_claimed} than claimed: {'; '.join(differences)}{ending}."


def found_sentence(rubric: Rubric, found: int | None, claimed: int | None) -> str:
    """The level that the CoE found for one area, beside the claimed one."""
    if found == claimed:
        return f"{level_text(rubric, found)}, as claimed."
    beside = f"claimed {level_text(rubric, claimed)}" if claimed else "not rated by the team"
    return f"{level_text(rubric, found)}; {beside}."


def movement(rubric: Rubric, before: Result, after: Result) -> tuple[Movement, ...]:
    """What moved between two results: the areas of `after` in stack order, then those that only `before` has.

    `rubric` is that of `after`. An area that it doesn't know, from another version, goes by its code.
    """
    earlier = {area.area: area for area in before.areas}
    later = {area.area: area for area in after.areas}
    return tuple(_moved(rubric, code, earlier.get(code), later.get(code)) for code in {**later, **earlier})


def _moved(rubric: Rubric, code: str, before: AreaResult | None, after: AreaResult | None) -> Movement:
    difference = None
    if before and after and after.complete and before.score is not None and after.score is not None:
        difference = after.score - before.score
    return Movement(
        area=code,
        level_before=before.level if before else None,
        level_after=after.level if after else None,
        score_difference=difference,
        sentence=_movement_sentence(area_name(rubric, code), before, after),
    )


def _movement_sentence(name: str, before: AreaResult | None, after: AreaResult | None) -> str:
    if after is None:
        return f"{name} is not part of the later result."
    if before is None:
        return f"{name} was not part of the earlier result; it {_stands(after.level)} now."
    if not after.complete:
        left = after.questions - after.answered
        was = "was not rated" if before.level is None else f"was at Level {before.level}"
        return f"{name} {was} before; {_questions(left)} {_is(left)} unanswered, so what moved isn't known yet."
    if before.level is None and after.level is None:
        return f"{name} is not rated, as before."
    if before.level is None:
        return f"{name} was not rated before; it {_stands(after.level)} now."
    if after.level is None:
        return f"{name} was at Level {before.level} before; it {_stands(None)} now."
    if after.level != before.level:
        verb = "rose" if after.level > before.level else "fell"
        return f"{name} {verb} from Level {before.level} to Level {after.level}."
    return f"{name} stays at Level {after.level}; {score_movement(before.score, after.score)}."


def score_movement(before: Fraction | None, after: Fraction | None) -> str:
    """What became of a score whose level stays, as the end of a sentence."""
    if before is None or after is None or before == after:
        return "its score is the same"
    verb = "rose" if after > before else "fell"
    if one_decimal(before) == one_decimal(after):
        return f"its score {verb} by less than 0.1"
    return f"its score {verb} from {one_decimal(before)} to {one_decimal(after)}"


def _stands(level: int | None) -> str:
    return "is not rated" if level is None else f"is at Level {level}"


def _levels_in_words(rubric: Rubric, rated: Sequence[AreaResult], size: int) -> list[str]:
    """Where the rated areas stand: all as one, or most of them, then the highest and the lowest."""
    levels = [area.level for area in rated if area.level is not None]
    lowest, highest = min(levels), max(levels)
    if len(rated) == 1:
        return [f"{area_name(rubric, rated[0].area)}, the only area rated, is at {level_text(rubric, lowest)}."]
    kind = "areas" if len(rated) == size else "rated areas"
    if lowest == highest:
        return [as_sentence(f"{_all(len(rated), number_word(len(rated)))} {kind} are at {level_text(rubric, lowest)}.")]
    above = [level for level in levels if level > lowest]
    second = min(above)
    most = as_sentence(
        f"{number_word(len(above))} of {number_word(len(rated))} {kind} {_is(len(above))} at "
        f"{level_text(rubric, second)}{', or above' if second < highest else ''}."
    )
    top, bottom = _standing(rubric, rated, highest, "highest"), _standing(rubric, rated, lowest, "lowest")
    if second < highest:
        return [most, top, bottom]
    return [most if len(above) > _MOST_NAMES else top, bottom]


def _standing(rubric: Rubric, rated: Sequence[AreaResult], level: int, extreme: str) -> str:
    names = [area_name(rubric, area.area) for area in rated if area.level == level]
    verb = "stands" if len(names) == 1 else "stand"
    return as_sentence(f"{_names_or_count(names)} {verb} {extreme}, at {level_text(rubric, level)}.")


def _unrated_in_words(rubric: Rubric, result: Result) -> list[str]:
    """Which areas have no level: those that can't have one, and those that nobody has begun."""
    unrated = [area_name(rubric, area.area) for area in result.areas if area.started and not area.rated]
    waiting = [area_name(rubric, area.area) for area in result.areas if not area.started]
    kinds = [(unrated, "not rated"), (waiting, "not started")]
    return [as_sentence(f"{_names_or_count(names)} {_is(len(names))} {words}.") for names, words in kinds if names]


def _openness_in_words(rubric: Rubric, result: Result) -> str:
    """How many questions are unanswered and where; when none is, which areas "Don't know" leaves room to rise."""
    size = sum(area.questions for area in result.areas)
    left = size - sum(area.answered for area in result.areas)
    if left:
        names = [area_name(rubric, area.area) for area in result.areas if not area.complete]
        where = _names_or_count(names)
        return f"The result is provisional: {left} of {_questions(size)} {_is(left)} unanswered, in {where}."
    all_answered = "The one question is answered" if size == 1 else as_sentence(f"{_all(size)} questions are answered")
    names = [area_name(rubric, area.area) for area in result.areas if area.level != area.level_high]
    if names:
        return f"{all_answered}; “Don't know” leaves room for {_names_or_count(names)} to stand higher."
    return f"{all_answered}."


def _why_this_level(rubric: Rubric, explanation: Explanation, level: int) -> str:
    if level == 1:
        return f"{level_text(rubric, 1)}, is where every area starts."
    reason = _share_in_words(rubric, explanation, explanation.weight_at_level, level)
    floor = level - rubric.max_shortfall
    below = (
        f" and none lies below Level {floor}" if floor > 1 and explanation.weight_at_level < explanation.weight else ""
    )
    highest = ", the highest" if level == rubric.top else ""
    return f"{level_text(rubric, level)}{highest}, because {reason}{below}."


def _why_not_the_next(rubric: Rubric, explanation: Explanation, target: int) -> str:
    reasons = []
    one_question = len(_weights(rubric, explanation)) == 1
    if 100 * explanation.weight_at_target < rubric.required_share * explanation.weight:
        reached = _share_in_words(rubric, explanation, explanation.weight_at_target, target)
        needed = "all are needed" if rubric.required_share == 100 else f"at least {rubric.required_share} % is needed"
        reasons.append(reached if one_question else f"{reached}, where {needed}")
    says_it_all = rubric.max_shortfall == 0 and (one_question or rubric.required_share == 100)
    count = len(explanation.floor)
    if count and not says_it_all:
        verb = "lies" if count == 1 else "lie"
        reasons.append(f"{_questions(count)} {verb} below Level {target - rubric.max_shortfall}")
    return f"It is held from {level_text(rubric, target)}, because {', and '.join(reasons)}."


def _weights(rubric: Rubric, explanation: Explanation) -> list[int]:
    """The weights of the area's questions that count."""
    left_out = set(explanation.not_applicable)
    questions = rubric.area_by_code[explanation.area].questions
    return [question.weight for question in questions if question.code not in left_out]


def _share_in_words(rubric: Rubric, explanation: Explanation, part: int, level: int) -> str:
    """How much of an area is answered at `level` or above; `part` is its weight."""
    weights = _weights(rubric, explanation)
    at_level = f"answered at Level {level}" + (" or above" if level < rubric.top else "")
    if len(weights) == 1:
        return f"its one question is {at_level if part else f'not {at_level}'}"
    if part == explanation.weight:
        return f"{_all(len(weights))} questions are {at_level}"
    if not part:
        return f"none of the {len(weights)} questions is {at_level}"
    share = _percent(part, explanation.weight, rubric.required_share)
    if len(set(weights)) > 1:
        return f"{share} of the questions' weight ({part} of {explanation.weight}) is {at_level}"
    count = part // weights[0]
    return f"{count} of {len(weights)} questions ({share}) {_is(count)} {at_level}"


def _percent(part: int, whole: int, required: int) -> str:
    """A share in whole percent, halves up, that never seems to be all, or enough, or nothing where it is not."""
    percent = (200 * part + whole) // (2 * whole)
    if percent * whole > 100 * part and percent in (required, 100):
        return f"just under {percent} %"
    return f"{percent} %" if percent else "under 1 %"


def area_name(rubric: Rubric, code: str) -> str:
    """Its name, or its code where another version of the rubric has it alone."""
    area = rubric.area_by_code.get(code)
    return area.name if area else code


def _names_or_count(names: Sequence[str]) -> str:
    return join_words(names) if len(names) <= _MOST_NAMES else f"{number_word(len(names))} areas"


def number_word(count: int) -> str:
    """A count as it is spoken, in digits beyond ten."""
    return _NUMBER_WORDS[count] if count < len(_NUMBER_WORDS) else str(count)


def _all(count: int, written: str = "") -> str:
    return "both" if count == 2 else f"all {written or count}"


def _questions(count: int) -> str:
    return f"{count} question" if count == 1 else f"{count} questions"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _counts(count: int) -> str:
    return "counts" if count == 1 else "count"
