"""Which answers of a result are not those of the one it is compared with, area by area. Pure; no Django here.

Between two cycles of a team every part of an answer counts, since one grew from the other. Between teams, and looking
back, only the answer itself does: there is no rationale in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assessments.changes import AnswerChange, changed_since
from assessments.comparing import Compared
from assessments.datatypes import CycleResult, EvidenceLink, GivenAnswer
from assessments.narrative import answer_text
from assessments.wording import join_words, question_name
from rubric.datatypes import Rubric


@dataclass(frozen=True, slots=True)
class AnswerDifference:
    """One question. `before` and `after` are the base's answer and this one in words; `chosen` is whether they differ,
    rather than texts and links alone. `notes` say what else there is, and `rationale` is what it is now where it is
    another; `by` is whose answer it is, `evidence` the links that were not there before.
    """

    question: str
    name: str
    text: str
    before: str
    after: str
    chosen: bool
    notes: str
    rationale: str
    by: str
    evidence: tuple[EvidenceLink, ...]


@dataclass(frozen=True, slots=True)
class DifferenceGroup:
    """What differs in one area between a result and the base; `summary` counts the questions. `moved` where it is a
    later cycle of the same team."""

    label: str
    moved: bool
    summary: str
    differences: tuple[AnswerDifference, ...]


@dataclass(frozen=True, slots=True)
class AreaDifferences:
    """One area in which at least one answer differs; `summary` counts its questions, each once however many results
    answer it otherwise."""

    area: str
    name: str
    summary: str
    groups: tuple[DifferenceGroup, ...]


def differing_areas(compared: Sequence[Compared]) -> tuple[AreaDifferences, ...]:
    """Areas with answers that differ from the base's, from the top of the stack down, those of other versions last.

    Medians have no answers. A question that only one version has is told of as such.
    """
    base, *others = compared
    if base.source is None:
        return ()
    areas: dict[str, list[DifferenceGroup]] = {}
    names = {area.code: area.name for one in compared for area in reversed(one.rubric.areas)}
    names |= {area.code: area.name for area in base.rubric.areas}
    for one in others:
        if one.source is not None:
            moved = one.team == base.team and one.source.cycle_starts_on > base.source.cycle_starts_on
            for code, differences in _by_area(base.source, one.source, moved=moved).items():
                summary = _differ(differences, _questions(code, [base, one]))
                areas.setdefault(code, []).append(DifferenceGroup(one.label, moved, summary, tuple(differences)))
    return tuple(
        AreaDifferences(code, names[code], _together(areas[code], _questions(code, compared)), tuple(areas[code]))
        for code in names
        if code in areas
    )


def alike_areas(rubric: Rubric, areas: Sequence[AreaDifferences]) -> str:
    """The areas of which no answer differs, in words; empty where there is none."""
    found = {area.area for area in areas}
    return join_words([area.name for area in reversed(rubric.areas) if area.code not in found])


def _by_area(base: CycleResult, other: CycleResult, *, moved: bool) -> dict[str, list[AnswerDifference]]:
    areas: dict[str, list[AnswerDifference]] = {}
    for change in changed_since(base.given, other.given):
        if moved or "choice" in change.parts:
            area = _asking(other.rubric, base.rubric, change.question).area_of_question[change.question]
            areas.setdefault(area.code, []).append(_difference(base.rubric, other.rubric, change, moved=moved))
    return areas


def _asking(first: Rubric, second: Rubric, code: str) -> Rubric:
    """The version that asks a question, the first if both do."""
    return first if code in first.question_by_code else second


def _difference(before: Rubric, after: Rubric, change: AnswerChange, *, moved: bool) -> AnswerDifference:
    code = change.question
    rubric = _asking(after, before, code)
    notes = [*_versions(before, after, code), *(_notes(change) if moved else ())]
    return AnswerDifference(
        question=code,
        name=question_name(rubric, code),
        text=rubric.question_by_code[code].text,
        before=_answer(before, change.before),
        after=_answer(after, change.after),
        chosen="choice" in change.parts,
        notes=" ".join(notes),
        rationale=change.after.rationale if moved and "rationale" in change.parts else "",
        by=change.after.answered_by,
        evidence=_fresh(change) if moved else (),
    )


def _answer(rubric: Rubric, answer: GivenAnswer) -> str:
    return answer_text(rubric, answer) if answer.question in rubric.question_by_code else "Not asked"


def _versions(before: Rubric, after: Rubric, code: str) -> list[str]:
    """What became of the question itself between two versions."""
    old, new = before.question_by_code.get(code), after.question_by_code.get(code)
    if old is None or new is None:
        return [f"Only version {(before if new is None else after).version} has this question."]
    return [] if old.text == new.text else ["The question is worded anew."]


def _notes(change: AnswerChange) -> list[str]:
    """Which texts and links are new, changed or left out, as a sentence; none where all are the same."""
    told = [
        _what_became(part, getattr(change.before, part), getattr(change.after, part))
        for part in change.parts
        if part != "choice"
    ]
    return [f"{join_words(told)}.".capitalize()] if told else []


def _what_became(part: str, before: object, after: object) -> str:
    if not before:
        return f"new {part}"
    return f"changed {part}" if after else f"no {part} any more"


def _fresh(change: AnswerChange) -> tuple[EvidenceLink, ...]:
    return tuple(link for link in change.after.evidence if link not in change.before.evidence)


def _questions(area: str, compared: Sequence[Compared]) -> int:
    """How many questions of the area any of these versions asks. Medians have no answers."""
    versions = [one.rubric.area_by_code.get(area) for one in compared if one.source is not None]
    return len({question.code for version in versions if version for question in version.questions})


def _together(groups: Sequence[DifferenceGroup], questions: int) -> str:
    return _differ([difference for group in groups for difference in group.differences], questions)


def _differ(differences: Sequence[AnswerDifference], questions: int) -> str:
    """For how many of an area's questions another answer was chosen, and for how many others only the words changed."""
    chosen = {one.question for one in differences if one.chosen}
    texts = {one.question for one in differences} - chosen
    of_all = f"of {questions} {'question' if questions == 1 else 'questions'}"
    if not chosen:
        same = "the level chosen is the same" if questions == 1 else "the levels chosen are the same"
        return f"{same}; only the rationale or evidence changed for {len(texts)} {of_all}"
    answers, differ = ("the answer", "differs") if len(chosen) == 1 else ("answers", "differ")
    told = f"{answers} to {len(chosen)} {of_all} {differ}"
    if texts:
        told += f"; for {len(texts)} more the level chosen is the same, only the rationale or evidence changed"
    return told
