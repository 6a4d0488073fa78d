"""What in a submission is worth a reviewer's second thought, each with its reason in words.

Pure: a `ScoredAssessment` in, frozen values out. Flags advise; they decide nothing and change no level.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assessments import wording
from assessments.datatypes import ScoredAssessment
from assessments.scoring import NOT_APPLICABLE

HIGH_CLAIM: Final = 4
"""From this level on a claim without evidence is flagged."""
JUMP: Final = 2
"""Levels that an area rises between two cycles before it is flagged."""
REPEATS: Final = 3
"""Answers with the same rationale before they are flagged."""
RUSH_WINDOW: Final = timedelta(minutes=10)
"""Half of all answers saved within this time are flagged."""

NO_EVIDENCE: Final = "no_evidence"
JUMPED: Final = "jump"
FOUNDATION: Final = "foundation"
REPEATED: Final = "repeated"
MANY_NOT_APPLICABLE: Final = "not_applicable"
RUSH: Final = "rush"


@dataclass(frozen=True, slots=True)
class Flag:
    """`kind` is one of the names above; `area` and `question` are codes, empty where it speaks of more."""

    kind: str
    sentence: str
    area: str = ""
    question: str = ""


def flags(sheet: ScoredAssessment) -> tuple[Flag, ...]:
    """Every flag of a submission: those of the whole first, then in rubric order."""
    return (
        *_rush(sheet),
        *_many_not_applicable(sheet),
        *_repeated(sheet),
        *_foundations(sheet),
        *_jumps(sheet),
        *_claims_without_evidence(sheet),
    )


def _claims_without_evidence(sheet: ScoredAssessment) -> Iterator[Flag]:
    for area in sheet.rubric.areas:
        for question in area.questions:
            answer = sheet.answers[question.code]
            if isinstance(answer.choice, int) and answer.choice >= HIGH_CLAIM and not answer.evidence:
                name = wording.question_name(sheet.rubric, question.code)
                sentence = f"{name} claims Level {answer.choice} without any evidence."
                yield Flag(NO_EVIDENCE, sentence, area.code, question.code)


def _jumps(sheet: ScoredAssessment) -> Iterator[Flag]:
    if not sheet.earlier:
        return
    before = {area.area: area.level for area in sheet.earlier[0].result.areas}
    for area, figures in zip(sheet.rubric.areas, sheet.result.areas, strict=True):
        level, earlier = figures.level, before.get(area.code)
        if level is not None and earlier is not None and level - earlier >= JUMP:
            sentence = f"{area.name} rose from Level {earlier} in {sheet.earlier[0].cycle} to Level {level}."
            yield Flag(JUMPED, sentence, area.code)


def _foundations(sheet: ScoredAssessment) -> Iterator[Flag]:
    names = {area.code: area.name for area in sheet.rubric.areas}
    for gap in sheet.result.foundation_gaps:
        sentence = (
            f"{names[gap.area]} stands at Level {gap.level} on {names[gap.foundation]} at Level {gap.foundation_level}."
        )
        yield Flag(FOUNDATION, sentence, gap.area)


def _repeated(sheet: ScoredAssessment) -> Iterator[Flag]:
    same: dict[str, list[str]] = defaultdict(list)
    for code in sheet.rubric.question_by_code:
        words = " ".join(sheet.answers[code].rationale.split()).casefold()
        if words:
            same[words].append(code)
    for codes in same.values():
        if len(codes) >= REPEATS:
            names = wording.join_words([wording.question_name(sheet.rubric, code) for code in codes[:REPEATS]])
            others = len(codes) - REPEATS
            more = f" and {others} more" if others else ""
            yield Flag(REPEATED, f"The same rationale stands at {len(codes)} answers: {names}{more}.", "", codes[0])


def _many_not_applicable(sheet: ScoredAssessment) -> Iterator[Flag]:
    """More than a third of all questions, or half of an area's and more than one."""
    left_out = {code for code, answer in sheet.answers.items() if answer.choice == NOT_APPLICABLE}
    size = len(sheet.answers)
    if 3 * len(left_out) > size:
        yield Flag(MANY_NOT_APPLICABLE, f"{len(left_out)} of {size} questions are marked “Not applicable”.")
        return
    for area in sheet.rubric.areas:
        count = sum(question.code in left_out for question in area.questions)
        if count > 1 and 2 * count >= len(area.questions):
            sentence = f"{count} of {len(area.questions)} questions of {area.name} are marked “Not applicable”."
            yield Flag(MANY_NOT_APPLICABLE, sentence, area.code)


def _rush(sheet: ScoredAssessment) -> Iterator[Flag]:
    moments = sorted(answer.answered_at for answer in sheet.answers.values() if answer.answered_at is not None)
    size = len(sheet.answers)
    count = max((_saved_from(moments, start) for start in range(len(moments))), default=0)
    if size > 1 and 2 * count >= size:
        minutes = RUSH_WINDOW // timedelta(minutes=1)
        yield Flag(RUSH, f"{count} of {size} answers were saved within {minutes} minutes.")


def _saved_from(moments: list[datetime], start: int) -> int:
    """How many moments lie within the window that opens with the one at `start`."""
    return sum(moments[start] <= moment <= moments[start] + RUSH_WINDOW for moment in moments)
