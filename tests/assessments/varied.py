"""Fifty scorecards that have little in common: of every size, state and history, with texts in many scripts.

Always the same ones: nothing here is left to chance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import cycle, islice

from assessments.datatypes import (
    CycleResult,
    EvidenceLink,
    Remark,
    ScoredAssessment,
    Submission,
    TeamHistory,
    Verdict,
)
from assessments.scoring import NOT_APPLICABLE, UNKNOWN
from rubric.datatypes import Rubric

from .sheets import AT, Value, full_rubric, make_cycle_result, make_sheet, small_rubric

WORDS = {
    "latin": "The three largest feeds were moved to the shared store; exceptions are recorded, see §4 (ñ, ß, Ž, ½, ≥)",
    "arabic": "نقل الفريق أكبر ثلاثة مصادر للبيانات إلى المخزن المشترك وسجل الاستثناءات في عام 2026",
    "hebrew": "הצוות העביר את שלושת מקורות הנתונים הגדולים למאגר המשותף ורשם את החריגים בשנת 2026",
    "chinese": "团队已将三个最大的数据源迁移到共享存储,并记录了例外情况。 資料治理由專人負責。",
    "japanese": "チームは三つの大きなデータ源を共有ストアに移し、例外を記録した。 ガバナンスの責任者は誰か。",
    "korean": "팀은 가장 큰 데이터 원본 세 개를 공유 저장소로 옮기고 예외를 기록했습니다",
    "emoji": "done 🚀 ✅ by 👩‍💻 and 👨‍👩‍👧‍👦 in 🇺🇸 with 👍🏽 and ❤️ since 🧪 🫡 🏳️‍🌈 1️⃣",
    "combining": "Ame\u0301lie de\u0302cide\u0301 n\u0303andu\u0301 u\u0308ber Z\u030cizka a\u0302\u0301\u0323",
    "cyrillic": "Команда перенесла три крупнейших источника данных; Ω и λ — Ελληνικά επίσης",
    "unbroken": "a" * 90 + " https://records.example.gov/" + "path/" * 30 + "W" * 120,
}
MIXED = " / ".join(WORDS[script] for script in ("hebrew", "latin", "arabic", "chinese", "emoji"))
SCRIPTS = (*WORDS, "mixed")
SIZES = ((1, 1, 5), (2, 3, 2), (3, 2, 9), (7, 1, 4), (4, 4, 5), (7, 2, 5), (12, 2, 3))
FILLS = ("empty", "sparse", "full", "unknown", "not applicable")
STATES = ("draft", "submitted", "returned", "accepted", "replaced", "sent back")


@dataclass(frozen=True, slots=True)
class Case:
    """What one of them is like. `size` is areas, questions in each and levels; None is the AI CMM.

    `longest`: as much as a form takes, in every field.
    """

    number: int
    script: str
    fill: str
    history: int
    state: str
    size: tuple[int, int, int] | None
    longest: bool = False

    def __str__(self) -> str:
        size = "AI CMM" if self.size is None else "x".join(map(str, self.size))
        return f"{self.number}-{self.script}-{self.fill}-{self.history}-{self.state}-{size}".replace(" ", "_")


CASES = (
    Case(1, "latin", "full", 4, "accepted", None),
    Case(2, "latin", "empty", 0, "draft", None),
    Case(3, "arabic", "full", 2, "sent back", None),
    Case(4, "latin", "full", 1, "submitted", (2, 1, 5), longest=True),
    Case(5, "chinese", "full", 1, "accepted", (1, 1, 5), longest=True),
    Case(6, "arabic", "full", 1, "accepted", (1, 1, 5), longest=True),
    Case(7, "unbroken", "full", 4, "accepted", (1, 1, 5), longest=True),
    Case(8, "latin", "sparse", 4, "accepted", (40, 1, 5)),
    *(
        Case(
            number=number,
            script=SCRIPTS[number % len(SCRIPTS)],
            fill=FILLS[number % len(FILLS)],
            history=(2 * number + number // 5) % 5,
            state=STATES[(number + number // 6) % len(STATES)],
            size=SIZES[number % len(SIZES)],
        )
        for number in range(9, 51)
    ),
)


def text(case: Case, mark: str, length: int) -> str:
    """Words of the script to about that many characters, the last of them `mark`, by which their end is found."""
    words = (MIXED if case.script == "mixed" else WORDS[case.script]).split()
    said = ""
    for word in cycle(words):
        if len(said) + len(word) + len(mark) + 2 > length:
            break
        said += f"{word} "
    return said + mark


def rubric_of(case: Case) -> Rubric:
    """The model of that size; names of areas and levels are in the case's script, as long as may be where `longest`."""
    if case.size is None:
        return full_rubric()
    areas, questions, levels = case.size
    plain = small_rubric(areas=areas, questions=questions, levels=levels)
    length = 60 if case.longest else 24
    return replace(
        plain,
        levels=tuple(replace(one, name=text(case, f"v{one.number}", length)) for one in plain.levels),
        areas=tuple(replace(one, name=text(case, f"r{one.position}", length)) for one in plain.areas),
    )


def sheet_of(case: Case) -> ScoredAssessment:
    """The scorecard of a case."""
    rubric = rubric_of(case)
    choices = dict(
        zip(rubric.question_by_code, islice(_choices(case, rubric), len(rubric.question_by_code)), strict=True)
    )
    told = {code: _rationale(case, index) for index, code in enumerate(choices)}
    sheet = make_sheet(
        rubric=rubric,
        choices=choices,
        texts=told if case.fill != "empty" else {},
        reason=text(case, "rq", 1000 if case.longest else 80) if case.fill == "not applicable" or case.longest else "",
        evidence=_evidence(case),
        organization=text(case, "Org", 150 if case.longest else 60),
        team=text(case, "Team", 100 if case.longest else 30),
        cycle=text(case, "Cyc", 60 if case.longest else 14),
        sealed=case.state != "draft",
        sealed_by=text(case, "Sealer", 150 if case.longest else 30),
        people=tuple(text(case, f"P{number}", 30) for number in range(40 if case.longest else 3)),
    )
    return STANDINGS[case.state](case, replace(sheet, earlier=tuple(_earlier(case, rubric))))


def teams_of(count: int) -> tuple[TeamHistory, ...]:
    """As many teams with names in every script, a third of them as long as a form takes. Each has up to three cycles
    before; every second one is accepted, every fourth one's newest cycle is that before."""
    return tuple(_team(number) for number in range(1, count + 1))


def _team(number: int) -> TeamHistory:
    case = Case(number, SCRIPTS[number % len(SCRIPTS)], "full", number % 4, "", None)
    longest, late, rubric = number % 3 == 1, number % 4 == 0, full_rubric()
    newest = make_cycle_result(
        rubric=rubric,
        choices=dict(zip(rubric.question_by_code, _choices(case, rubric), strict=False)),
        team=text(case, f"T{number}", 100 if longest else 30),
        cycle=text(case, f"C{number}", 60) if late else "FY2027 Q1",
        starts_on=date(2026, 12, 1) if late else date(2027, 1, 1),
        validated={area.code: 1 + number % rubric.top for area in rubric.areas} if number % 2 else None,
    )
    state = "accepted" if newest.validated else "submitted"
    newest = replace(newest, code=f"7QK2-M4XD-{number:04}", sealed_at=AT, state=state)
    return TeamHistory(newest.team, (*_earlier(case, rubric)[::-1], newest))


def texts_of(sheet: ScoredAssessment) -> list[str]:
    """Everything that people typed into it."""
    texts = [sheet.organization, sheet.team, sheet.cycle, *sheet.people]
    texts += [area.name for area in sheet.rubric.areas]
    for answer in sheet.answers.values():
        started = any(
            one.choice is not None for one in sheet.answers.values() if _same_area(sheet, one.question, answer.question)
        )
        if started:
            texts += [answer.reason, answer.rationale, *(link.title for link in answer.evidence)]
    if sheet.verdict:
        texts += [sheet.verdict.comment, *(remark.text for remark in sheet.verdict.remarks.values())]
    return texts


def _same_area(sheet: ScoredAssessment, one: str, other: str) -> bool:
    return sheet.rubric.area_of_question[one] is sheet.rubric.area_of_question[other]


def _choices(case: Case, rubric: Rubric) -> Sequence[Value]:
    top = rubric.top
    levels: list[Value] = [(case.number + step * step) % top + 1 for step in range(11)]
    return {
        "empty": cycle([None]),
        "sparse": cycle([*levels[:4], None, None, UNKNOWN, None]),
        "full": cycle(levels),
        "unknown": cycle([UNKNOWN]),
        "not applicable": cycle([NOT_APPLICABLE]),
    }[case.fill]  # type: ignore[return-value]


def _rationale(case: Case, index: int) -> str:
    if not case.longest:
        return text(case, f"q{index}", 40 + 60 * (index % 4))
    return "\n".join(text(case, f"q{index}n{line}", 39) for line in range(100))


def _evidence(case: Case) -> list[EvidenceLink]:
    if case.longest:
        address = "https://records.example.gov/" + "x" * 972
        return [EvidenceLink(text(case, f"e{number}", 200), address) for number in range(10)]
    return [EvidenceLink(text(case, "e0", 50), "https://records.example.gov/1")] if case.number % 3 else []


def _earlier(case: Case, rubric: Rubric) -> list[CycleResult]:
    """The newest first; every second one accepted, the oldest with an older version of the model."""
    found = []
    for back in range(1, case.history + 1):
        before = replace(rubric, version="0.9", areas=rubric.areas[1:] or rubric.areas) if back == 4 else rubric
        answers = {
            code: (case.number + index + back) % rubric.top + 1 for index, code in enumerate(before.question_by_code)
        }
        validated = {area.code: 1 + (case.number + back) % rubric.top for area in before.areas} if back % 2 else None
        name, began = text(case, f"B{back}", 60 if case.longest else 14), date(2027 - back, 1, 1)
        found.append(
            make_cycle_result(rubric=before, choices=answers, cycle=name, starts_on=began, validated=validated)
        )
    return found


def _verdict(case: Case, sheet: ScoredAssessment, *, accepted: bool) -> Verdict:
    length = 4000 if case.longest else 120
    return Verdict(
        accepted=accepted,
        decision="accepted" if accepted else "returned",
        decision_label="Accepted" if accepted else "Returned",
        by="Rhea Viewer",
        at=AT,
        comment=text(case, "Said", length),
        levels={area.area: max((area.level or 1) - 1, 1) if area.level else None for area in sheet.result.areas},
        reasons={sheet.rubric.areas[0].code: text(case, "Why", 90)},
        remarks={sheet.rubric.areas[0].questions[0].code: Remark(text(case, "Rem", 60), wants_evidence=True)}
        if sheet.result.areas[0].started
        else {},
    )


def _draft(case: Case, sheet: ScoredAssessment) -> ScoredAssessment:
    return sheet


def _returned(case: Case, sheet: ScoredAssessment) -> ScoredAssessment:
    return replace(sheet, seal=None, returned_seal=sheet.seal, state="returned", state_label="Returned")


def _accepted(case: Case, sheet: ScoredAssessment) -> ScoredAssessment:
    verdict = _verdict(case, sheet, accepted=True)
    return replace(sheet, verdict=verdict, state="accepted", state_label="Accepted")


def _sent_back(case: Case, sheet: ScoredAssessment) -> ScoredAssessment:
    verdict = _verdict(case, sheet, accepted=False)
    return replace(sheet, verdict=verdict, state="returned", state_label="Returned")


def _replaced(case: Case, sheet: ScoredAssessment) -> ScoredAssessment:
    sealed = datetime(2026, 11, 1, tzinfo=UTC)
    return replace(sheet, submission=Submission(1, "7QK2-M4XD-9RTA", sealed, "Lee", replaced_at=AT))


STANDINGS: dict[str, Callable[[Case, ScoredAssessment], ScoredAssessment]] = {
    "draft": _draft,
    "submitted": _draft,
    "returned": _returned,
    "accepted": _accepted,
    "replaced": _replaced,
    "sent back": _sent_back,
}
