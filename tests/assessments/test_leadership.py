"""What leaders read: which teams, moves, foundations and decisions, and that each sentence is right in every case."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from assessments import leadership_words as words
from assessments.datatypes import CycleResult, EvidenceLink, GivenAnswer, TeamHistory
from assessments.leadership import Leadership, leadership
from assessments.scoring import NOT_APPLICABLE, UNKNOWN, Answer, score
from rubric.datatypes import Anchor, Area, Level, Question, Rubric

NAMES = ("People", "Cloud", "Data")
NA = NOT_APPLICABLE
SINCE = "Since the cycle before,"
APART = "other areas stand two or more levels above"
Levels = Sequence[Answer | Sequence[Answer]]


def make_rubric(*, names: Sequence[str] = NAMES, version: str = "1", code: str = "model") -> Rubric:
    """Areas of two questions each; both are needed for a level."""
    return Rubric(
        code=code,
        version=version,
        name=f"The {code}",
        source="",
        required_share=100,
        max_shortfall=0,
        levels=tuple(Level(n, f"Name {n}", "") for n in range(1, 6)),
        areas=tuple(
            Area(
                name.lower(),
                name,
                position,
                questions=tuple(
                    Question(
                        f"{name.lower()}-{n}",
                        f"{name} {n}?",
                        anchors=tuple(Anchor(k, f"True at {k}") for k in range(1, 6)),
                    )
                    for n in (1, 2)
                ),
            )
            for position, name in enumerate(names, start=1)
        ),
    )


RUBRIC = make_rubric()


def make_cycle_result(
    levels: Levels, *, team: str = "Team", year: int = 2026, rubric: Rubric = RUBRIC, by: str = "Ann", **given: Any
) -> CycleResult:
    """A team's answers of a cycle: for each area one for both questions, or one for each."""
    pairs = [(level, level) if isinstance(level, int | str) else tuple(level) for level in levels]
    questions = [question.code for area in rubric.areas for question in area.questions]
    choices: dict[str, Answer] = dict(zip(questions, [one for pair in pairs for one in pair], strict=True))
    links: Mapping[str, tuple[EvidenceLink, ...]] = given.get("evidence", {})
    people: Mapping[str, str] = given.get("people", {})
    return CycleResult(
        assessment_id=f"{team}-{year}",
        team=team,
        cycle=f"FY{year}",
        cycle_starts_on=date(year, 1, 1),
        sequence=1,
        code="",
        sealed_at=datetime(year, 2, 1, tzinfo=UTC),
        state="submitted",
        rubric=rubric,
        result=score(rubric, choices),
        answers=choices,
        given={
            code: GivenAnswer(code, choice, evidence=links.get(code, ()), answered_by=people.get(code, by))
            for code, choice in choices.items()
        },
    )


def make_history(*cycles: Levels, team: str = "Team") -> TeamHistory:
    """A team's cycles, the oldest first."""
    results = [make_cycle_result(levels, team=team, year=2026 - back) for back, levels in enumerate(reversed(cycles))]
    return TeamHistory(team, tuple(reversed(results)))


def led(*histories: TeamHistory) -> Leadership:
    (group,) = leadership(histories)
    return group


def teams_of(*levels: Levels) -> Leadership:
    """Teams A, B, … with one cycle each."""
    return led(*(make_history(one, team=f"Team {letter}") for letter, one in zip("ABCDEFGH", levels, strict=False)))


def one_move(before: Levels, after: Levels, **options: Any) -> Any:
    cycles = make_cycle_result(before, year=2025), make_cycle_result(after, year=2026, **options)
    (move,) = led(TeamHistory("Team", cycles)).moves
    return move


# ---- What moved, and why ----


def test_a_move_names_the_answers_behind_it_and_who_gave_them() -> None:
    move = one_move([2, 2, 1], [3, 2, 1], people={"people-2": "Bob"})
    assert move.movement.sentence == "People rose from Level 2 to Level 3."
    reasons = words.because(move).reasons
    assert [(reason.name, reason.change, reason.by) for reason in reasons] == [
        ("People 1", "Level 2 to 3", "Ann"),
        ("People 2", "Level 2 to 3", "Bob"),
    ]


def test_one_person_behind_all_answers_is_named_once() -> None:
    because = words.because(one_move([2, 2, 1], [3, 2, 1]))
    assert because.by == "Ann"
    assert {reason.by for reason in because.reasons} == {""}


def test_an_answer_that_went_the_other_way_is_no_reason() -> None:
    move = one_move([[4, 2], 2, 1], [[3, 3], 2, 1])
    assert [change.question for change in move.answers] == ["people-2"]


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (UNKNOWN, 3, "“Don't know” to Level 3"),
        (3, UNKNOWN, "Level 3 to “Don't know”"),
        (NA, 2, "“Not applicable” to Level 2"),
    ],
)
def test_other_answers_than_levels_are_said_as_they_are(before: Answer, after: Answer, change: str) -> None:
    move = one_move([[3, before], 1, 1], [[3, after], 1, 1])
    assert [reason.change for reason in words.because(move).reasons] == [change]


def test_only_evidence_that_was_not_there_before_is_new() -> None:
    old, new, again = (
        EvidenceLink("Old", "https://a/"),
        EvidenceLink("New", "https://b/"),
        EvidenceLink("", "https://c/"),
    )
    before = make_cycle_result([2, 2, 1], year=2025, evidence={"people-1": (old,)})
    links = {"people-1": (replace(old, title="Renamed"), new), "people-2": (again,), "cloud-1": (new,)}
    (move,) = led(TeamHistory("Team", (before, make_cycle_result([3, 2, 1], evidence=links)))).moves
    assert move.evidence == ("New", "https://c/")
    assert "".join(piece.text + piece.after for piece in words.new_evidence(move)) == "“New” and one more"


def test_falls_come_first_then_the_largest_rises() -> None:
    moves = led(make_history([2, 1, 3], [3, 4, 1])).moves
    assert [(move.movement.area, move.steps) for move in moves] == [("data", -2), ("cloud", 3), ("people", 1)]


def test_an_area_without_a_level_on_one_side_moved_but_neither_rose_nor_fell() -> None:
    group = led(make_history([NA, 1, 1], [3, 1, 1]))
    assert [move.steps for move in group.moves] == [0]
    assert "no area rose or fell" in words.headline(group)[1]


def test_versions_are_matched_by_codes_and_a_movement_across_them_says_so() -> None:
    new = make_rubric(names=("People", "Cloud", "Added"), version="2")
    cycles = make_cycle_result([2, 2, 1], year=2025), make_cycle_result([3, 2, 5], rubric=new)
    (move,) = led(TeamHistory("Team", cycles)).moves
    assert move.movement.area == "people"
    assert words.other_cause(move) == "The rubric's version changed from 1 to 2."


def test_a_move_that_no_answer_explains_is_laid_to_the_version() -> None:
    lenient = replace(make_rubric(version="2"), required_share=50, max_shortfall=4)
    cycles = make_cycle_result([[2, 4], 1, 1], year=2025), make_cycle_result([[2, 4], 1, 1], rubric=lenient)
    (move,) = led(TeamHistory("Team", cycles)).moves
    assert words.because(move).reasons == ()
    assert words.other_cause(move) == "No answer of it changed, but the rubric's version changed from 1 to 2."


def test_questions_of_one_version_alone_are_told_as_such() -> None:
    more = make_rubric(version="2")
    people = replace(
        more.areas[0], questions=(*more.areas[0].questions[:1], replace(more.areas[0].questions[1], code="people-3"))
    )
    other = replace(more, areas=(people, *more.areas[1:]))
    choices: dict[str, Answer] = {"people-1": 3, "people-3": 3, "cloud-1": 1, "cloud-2": 1, "data-1": 1, "data-2": 1}
    after = replace(
        make_cycle_result([3, 1, 1]),
        rubric=other,
        result=score(other, choices),
        given={code: GivenAnswer(code, choice) for code, choice in choices.items()},
    )
    (move,) = led(TeamHistory("Team", (make_cycle_result([1, 1, 1], year=2025), after))).moves
    assert {
        (reason.name, reason.change) for reason in words.because(replace(move, answers=move.answers[1:])).reasons
    } == {
        ("People 2", "not asked before, now Level 3"),
        ("people-2", "no longer asked"),
    }


def test_another_rubric_in_the_cycle_before_is_nothing_to_compare_with() -> None:
    before = make_cycle_result([1, 1, 1], year=2025, rubric=make_rubric(code="other"))
    group = led(TeamHistory("Team", (before, make_cycle_result([2, 2, 2]))))
    assert group.moves == ()
    assert group.teams[0].before is None


def test_teams_are_grouped_by_their_rubric() -> None:
    other = make_cycle_result([1, 1, 1], team="Alone", rubric=make_rubric(code="other"))
    groups = leadership([TeamHistory("Alone", (other,)), make_history([1, 1, 1]), make_history([2, 2, 2], team="B")])
    assert [(group.rubric.code, [team.team for team in group.teams]) for group in groups] == [
        ("model", ["Team", "B"]),
        ("other", ["Alone"]),
    ]


# ---- What holds back, what to decide ----


def test_the_area_beneath_most_gaps_is_the_weakest_foundation() -> None:
    group = teams_of([3, 1, 3], [2, 1, 3], [3, 3, 1])
    assert [
        (one.area.code, one.level, one.above, len(one.beneath), len(one.lowest_in)) for one in group.foundations
    ] == [
        ("cloud", 1, ("Data",), 2, 2),
        ("data", 1, (), 0, 1),
    ]


def test_where_all_areas_stand_at_one_level_nothing_holds_back() -> None:
    assert teams_of([2, 2, 2], [3, 3, 3]).foundations == ()


def test_the_shortest_way_comes_first_and_one_way_of_several_teams_is_one_decision() -> None:
    group = teams_of([[2, 1], 3, 5], [[2, 1], 3, 5])
    first, second = group.decisions
    assert (first.area.code, first.to_level, first.steps, first.teams) == ("people", 2, 1, ("Team A", "Team B"))
    assert [(change.name, change.to_level, change.anchor) for change in first.changes] == [("People 2", 2, "True at 2")]
    assert (second.area.code, second.steps) == ("cloud", 2)


def test_of_equally_short_ways_that_of_the_weakest_area_comes_first() -> None:
    group = teams_of([[3, 2], [4, 3], [2, 1]])
    assert [decision.area.code for decision in group.decisions] == ["data", "people", "cloud"]


def test_at_the_top_there_is_nothing_to_decide() -> None:
    assert teams_of([5, 5, 5]).decisions == ()


# ---- The first lines ----


@pytest.mark.parametrize(
    ("group", "line"),
    [
        (teams_of([2, 2, 2]), "One team has submitted. All three areas stand at Level 2, Name 2."),
        (teams_of([NA, 2, 2]), "One team has submitted. Both rated areas stand at Level 2, Name 2."),
        (teams_of([NA, NA, 2]), "One team has submitted. Its one rated area stands at Level 2, Name 2."),
        (teams_of([NA, NA, NA]), "One team has submitted. None of its areas is rated."),
        (teams_of([1, 2, 3]), "One team has submitted. Two of its three areas stand at Level 2, Name 2, or above."),
        (teams_of([1, 3, 3]), "One team has submitted. Two of its three areas stand at Level 3, Name 3."),
        (
            teams_of([1, 1, 3]),
            "One team has submitted. Two of its three areas stand at Level 1, Name 1, and one above.",
        ),
        (
            teams_of([1, 1, 3], [NA, 1, 2]),
            "Two teams have submitted. Three of their five rated areas stand at Level 1, Name 1, and two above.",
        ),
        (
            teams_of([1, 2, 3], [4, 4, 4]),
            "Two teams have submitted. Three of their six areas stand at Level 4, Name 4.",
        ),
        (
            teams_of(*[[1, 2, 5]] * 4),
            "Four teams have submitted. Eight of their 12 areas stand at Level 2, Name 2, or above.",
        ),
        (teams_of(*[[1, 1, 1]] * 4), "Four teams have submitted. All 12 areas stand at Level 1, Name 1."),
    ],
)
def test_the_first_line_says_where_the_teams_stand(group: Leadership, line: str) -> None:
    assert words.headline(group)[0] == line


@pytest.mark.parametrize(
    ("histories", "line"),
    [
        ([[[1, 1, 1]]], "There is no cycle before to compare with."),
        ([[[1, 1, 1]]] * 2, "Neither of them has a cycle before to compare with."),
        ([[[1, 1, 1]]] * 3, "None of them has a cycle before to compare with."),
        ([[[1, 1, 1], [1, 1, 1]]], "Since the cycle before, no area rose or fell."),
        ([[[1, 1, 1], [2, 1, 1]]], "Since the cycle before, one area rose and none fell."),
        ([[[1, 1, 1], [2, 2, 2]]], "Since the cycle before, three areas rose and none fell."),
        ([[[2, 1, 1], [1, 1, 1]]], "Since the cycle before, one area fell (People) and none rose."),
        ([[[2, 1, 1], [1, 2, 2]]], "Since the cycle before, two areas rose and one fell (People)."),
        ([[[2, 2, 1], [1, 1, 1]]] * 2, "Since the cycle before, four areas fell (People and Cloud) and none rose."),
        ([[[1, 1, 1], [2, 1, 1]], [[1, 1, 1]]], f"{SINCE} one area rose and none fell; one team has no cycle before."),
        (
            [[[1, 1, 1], [2, 1, 1]], [[1, 1, 1]], [[2, 2, 2]]],
            f"{SINCE} one area rose and none fell; two teams have no cycle before.",
        ),
    ],
)
def test_the_second_line_says_what_moved(histories: Sequence[Sequence[Levels]], line: str) -> None:
    group = led(*(make_history(*cycles, team=f"Team {n}") for n, cycles in enumerate(histories)))
    assert words.headline(group)[1] == line


@pytest.mark.parametrize(
    ("group", "lines"),
    [
        (teams_of([2, 2, 2]), []),
        (teams_of([1, 2, 2]), ["People is the lowest area."]),
        (teams_of([1, 1, 2]), ["People and Cloud are the lowest areas."]),
        (teams_of([1, 2, 3]), [f"People, at Level 1, holds most back: {APART} it."]),
        (teams_of([1, 2, 3], [2, 2, 2]), [f"People, at Level 1, holds most back: {APART} it in one of two teams."]),
        (teams_of([1, 2, 3], [1, 2, 3]), [f"People, as low as Level 1, holds most back: {APART} it in both teams."]),
        (teams_of(*[[1, 2, 3]] * 3), [f"People, as low as Level 1, holds most back: {APART} it in all three teams."]),
        (
            teams_of([1, 2, 3], [2, 1, 3]),
            [f"People and Cloud, at Level 1, hold most back: {APART} each of them in one of two teams."],
        ),
        (teams_of([2, 2, 1], [2, 2, 1], [1, 1, 1]), ["Data is lowest, or among the lowest, in two of three teams."]),
        (teams_of([1, 2, 2], [2, 1, 2]), ["People and Cloud are lowest, or among the lowest, in one of two teams."]),
    ],
)
def test_the_third_line_says_what_holds_back(group: Leadership, lines: list[str]) -> None:
    assert list(words.headline(group)[2:]) == lines


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ((0, 0, 0), ""),
        ((1, 0, 29), "One team is still answering: 0 of 29 questions have an answer so far."),
        ((1, 1, 1), "One team is still answering: 1 of 1 question has an answer so far."),
        ((12, 40, 348), "12 teams are still answering: 40 of 348 questions have an answer so far."),
    ],
)
def test_how_far_all_drafts_are_is_said_in_one_number(counts: tuple[int, int, int], line: str) -> None:
    assert words.still_answering(*counts) == line


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (words.reworking(0), ""),
        (words.reworking(1), "One team is reworking what was returned."),
        (words.reworking(2), "Two teams are reworking what was returned."),
        (words.how_far(0, 1), "0 of 1 answered"),
        (words.more_at_work(0), ""),
        (words.more_at_work(1), "And one more, among all assessments."),
    ],
)
def test_who_is_at_work_is_counted(line: str, text: str) -> None:
    assert line == text


@pytest.mark.parametrize(
    ("otherwise", "line"),
    [
        ((), "Returned on May 1; the CoE asks for more before it accepts."),
        (("data",), "Returned on May 1; the CoE found another level in Data."),
        (("data", "people"), "Returned on May 1; the CoE found other levels in People and Data."),
        (("d", "c", "b", "a"), "Returned on May 1; the CoE found other levels in four areas."),
    ],
)
def test_what_was_returned_says_where_the_coe_found_other_levels(otherwise: Sequence[str], line: str) -> None:
    rubric = make_rubric(names=("A", "B", "C", "D", *NAMES))
    assert words.returned(rubric, "May 1", otherwise) == line


@pytest.mark.parametrize(
    ("cycles", "line"),
    [
        ([[2, 2, 2]], "All three areas stand at Level 2, Name 2. Nothing to compare with yet."),
        ([[NA, 2, 2]], "Both rated areas stand at Level 2, Name 2. Nothing to compare with yet."),
        ([[NA, NA, 2]], "The one rated area stands at Level 2, Name 2. Nothing to compare with yet."),
        ([[NA, NA, NA]], "No area is rated. Nothing to compare with yet."),
        ([[1, 2, 2], [1, 3, 1]], "People and Data are lowest, at Level 1. One area rose and one fell since FY2025."),
        ([[1, 2, 2], [1, 2, 2]], "People is lowest, at Level 1. No area rose or fell since FY2025."),
    ],
)
def test_a_team_is_told_in_a_line(cycles: Sequence[Levels], line: str) -> None:
    assert words.team_line(led(make_history(*cycles)).teams[0]) == line


# ---- The lists ----


def test_names_are_spoken_apart() -> None:
    for count in range(6):
        names = [f"Name {n}" for n in range(count)]
        assert "".join(piece.text + piece.after for piece in words.spoken(names)) == words.join_words(names)


def test_where_something_holds_back_is_named_or_counted() -> None:
    (one,) = teams_of([1, 2, 3]).foundations
    assert [(clause.text, clause.names) for clause in words.holding_back(one, 1)] == [
        ("Data stands two or more levels above it", ())
    ]
    group = teams_of([1, 2, 3], [1, 2, 2], [2, 2, 2])
    first, second = words.holding_back(group.foundations[0], 3)
    assert (first.text, [name.text for name in first.names]) == (
        "Data stands two or more levels above it in ",
        ["Team A"],
    )
    assert (second.text, [name.text for name in second.names]) == ("No area stands lower in ", ["Team B"])


def test_how_low_an_area_stands_is_said_of_one_team_and_of_several() -> None:
    assert words.how_low(teams_of([1, 2, 3]).foundations[0]) == "People, at Level 1."
    assert words.how_low(teams_of([1, 2, 3], [2, 3, 4]).foundations[0]) == "People, as low as Level 1."


def test_a_decision_says_what_it_brings_and_what_it_takes() -> None:
    group = teams_of([[2, 1], 5, 5], [[2, 1], 5, 5], [5, 5, 5])
    (decision,) = group.decisions
    clause = words.to_raise(decision, 3)
    assert (
        clause.text + "".join(name.text + name.after for name in clause.names)
        == "Raise People to Level 2 in Team A and Team B"
    )
    assert words.effort(decision) == "one step on one question in each"
    assert words.to_raise(decision, 2).text == "Raise People to Level 2 in both teams"
    (alone,) = teams_of([1, 5, 5]).decisions
    assert words.to_raise(alone, 1).text == "Raise People to Level 2"
    assert words.effort(alone) == "two steps on two questions"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (words.more_moves(0, 1), ""),
        (words.more_moves(1, 1), "One more area moved; why stands in the team's results."),
        (words.more_moves(30, 2), "30 more areas moved; why stands in the teams' results."),
        (words.more_decisions(0, 2), ""),
        (words.more_decisions(1, 2), "One more way to a higher level stands in the teams' results."),
        (words.more_decisions(2, 1), "Two more ways to a higher level stand in the team's results."),
    ],
)
def test_what_is_left_out_is_counted(line: str, text: str) -> None:
    assert line == text


# ---- Every sentence of every case ----

WRONG = (
    r"\b(one|1) (teams|areas|questions|steps|levels|ways)\b",
    r"\b(two|three|four|five|six|seven|eight|nine|ten|\d\d+) (team|area|question|step|way)\b",
    r"\b[Oo]ne (team|area) (have|are|stand)\b",
    r"\b(all|both|\w+ of them) .*(teams|areas) (has|is|stands|holds)\b",
    r"  |\.\.| [.,;:]|,\.|^[a-z]|None[^ ]|\{|\}",
)


def told(group: Leadership) -> Iterator[str]:
    yield from words.headline(group)
    count = len(group.teams)
    for team in group.teams:
        yield words.team_line(team)
    for foundation in group.foundations:
        yield words.how_low(foundation)
        for clause in words.holding_back(foundation, count):
            yield clause.text + "".join(name.text + name.after for name in clause.names) + "."
    for decision in group.decisions:
        clause = words.to_raise(decision, count)
        yield clause.text + "".join(name.text + name.after for name in clause.names) + "."
        yield words.effort(decision).capitalize() + "."


def test_no_case_is_told_in_wrong_grammar() -> None:
    """Two cycles of three areas in up to four teams: each sentence ends, and numbers and verbs agree."""
    cases = list(product([1, 2, 4, NA], repeat=3))
    seen = set()
    for index, levels in enumerate(cases):
        for size in (1, 2, 3, 4):
            histories = [
                make_history(
                    *([levels, cases[(index * 7 + 5 * n) % len(cases)]][: 1 + (n + index) % 2]), team=f"Team {n}"
                )
                for n in range(size)
            ]
            seen.update(told(led(*histories)))
    assert len(seen) > 200
    for sentence in seen:
        assert sentence.endswith("."), sentence
        for pattern in WRONG:
            assert not re.search(pattern, sentence), (pattern, sentence)
