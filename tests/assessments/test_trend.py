"""The trend of a team over all cycles: its words for every way that levels can go, its pictures, and its page."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise, product
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments.charts import trend_key_svg, trend_svg
from assessments.charts.text import text_width
from assessments.datatypes import CycleResult, TeamHistory
from assessments.models import Assessment, Role
from assessments.trend import TrendPoint, TrendRow, left_out, trend_rows, trend_sentence
from rubric.datatypes import Rubric
from tests.assessments.sheets import make_cycle_result, small_rubric
from tests.factories import Agency, client_of, make_accepted, make_cycle, make_member, make_submitted

SVG = "{http://www.w3.org/2000/svg}"
LEVELS = (None, 1, 2, 3, 4)


def a_point(level: int | None = 2, **fields: Any) -> TrendPoint:
    told: dict[str, Any] = {
        "cycle": "FY2026 Q1",
        "version": "1",
        "renewed": False,
        "asked": True,
        "level": level,
        "score": None if level is None else Fraction(level),
        "validated": None,
    }
    return TrendPoint(**told | fields)


def a_row(*levels: int | None, top: int = 5) -> TrendRow:
    points = tuple(a_point(level, cycle=f"Q{place}") for place, level in enumerate(levels, start=1))
    return TrendRow("dataops", "DataOps", top, points)


# ---- In words ----


@pytest.mark.parametrize(
    ("levels", "sentence"),
    [
        ((2,), "At Level 2 in Q1. One cycle so far; a trend needs two."),
        ((None,), "Not rated in Q1. One cycle so far; a trend needs two."),
        ((None, None), "Not rated in either of two cycles."),
        ((None, None, None), "Not rated in any of three cycles."),
        ((None, 2), "At Level 2 in Q2, the only one of two cycles in which it is rated."),
        ((2, 2, 2), "Stays at Level 2 over three cycles."),
        ((2, 3), "Rose from Level 2 to Level 3 over two cycles."),
        ((1, 2, 2, 4), "Rose from Level 1 to Level 4 over four cycles."),
        ((3, 3, 1), "Fell from Level 3 to Level 1 over three cycles."),
        ((2, 4, 2), "Rose from Level 2 to Level 4 and fell back to Level 2 over three cycles."),
        ((2, 4, 3), "Rose from Level 2 to Level 4, then fell to Level 3 over three cycles."),
        ((3, 1, 3), "Fell from Level 3 to Level 1 and rose back to Level 3 over three cycles."),
        ((3, 1, 2), "Fell from Level 3 to Level 1, then rose to Level 2 over three cycles."),
        ((1, 3, 2, 4), "Moved up and down between Level 1 and Level 4 over four cycles, now at Level 4."),
        (
            (1, 3, 2, 4, None),
            "Moved up and down between Level 1 and Level 4 over five cycles, last at Level 4; "
            "not rated in one of them, the newest.",
        ),
        ((2, None, 3), "Rose from Level 2 to Level 3 over three cycles; not rated in one of them."),
        (
            (2, None, 2, None),
            "Stays at Level 2 over four cycles; not rated in two of them, the newest among them.",
        ),
        ((1,) * 12, "Stays at Level 1 over 12 cycles."),
    ],
)
def test_the_sentence_says_how_an_area_moved(levels: Sequence[int | None], sentence: str) -> None:
    assert trend_sentence(a_row(*levels)) == sentence


def test_a_level_that_stays_tells_what_became_of_the_score() -> None:
    points = (a_point(2, score=Fraction(9, 5)), a_point(2, score=Fraction(23, 10)))
    sentence = "Stays at Level 2 over two cycles; its score rose from 1.8 to 2.3."
    assert trend_sentence(TrendRow("dataops", "DataOps", 5, points)) == sentence


def test_what_the_coe_accepted_last_is_said_where_it_is_another_level() -> None:
    points = (a_point(2, validated=2), a_point(4, cycle="Q2", validated=3))
    assert trend_sentence(TrendRow("dataops", "DataOps", 5, points)) == (
        "Rose from Level 2 to Level 4 over two cycles. The Center of Excellence validated Level 3 in Q2."
    )


def test_every_way_that_levels_can_go_is_told_with_its_ends_and_in_good_grammar() -> None:
    """All of them up to six cycles: 19,530."""
    for size in range(1, 7):
        for levels in product(LEVELS, repeat=size):
            check_sentence(levels, trend_sentence(a_row(*levels)))


def check_sentence(levels: Sequence[int | None], sentence: str) -> None:
    rated = [level for level in levels if level is not None]
    named = [int(number) for number in re.findall(r"Level (\d)", sentence)]
    assert sentence[0].isupper(), levels
    assert sentence.endswith("."), levels
    assert not re.search(r"None|  | ,|\.\.|one cycles|one of one", sentence), (levels, sentence)
    assert set(named) <= set(rated), levels
    if not rated:
        assert sentence.startswith("Not rated"), levels
        return
    assert {min(rated), max(rated)} <= set(named), (levels, sentence)
    assert named[-1] == rated[-1], (levels, sentence)
    if len(levels) > 1:
        assert ("not rated in" in sentence or "the only one" in sentence) == (None in levels), (levels, sentence)


# ---- Rows ----


def over(*cycles: CycleResult) -> TeamHistory:
    return TeamHistory("Team", cycles)


def at(level: int, *, rubric: Rubric, number: int = 1, **fields: Any) -> CycleResult:
    choices = dict.fromkeys(rubric.question_by_code, level)
    start = date(2025, 1, 1) + timedelta(days=90 * number)
    return make_cycle_result(rubric=rubric, choices=choices, cycle=f"Q{number}", starts_on=start, **fields)


def test_areas_run_from_the_top_of_the_stack_down_and_cycles_from_the_oldest_on() -> None:
    rubric = small_rubric()
    rows = trend_rows(over(at(1, rubric=rubric, number=1), at(2, rubric=rubric, number=2)))
    assert [row.area for row in rows] == ["area3", "area2", "area1"]
    assert [(point.cycle, point.level, point.score_text) for point in rows[0].points] == [
        ("Q1", 1, "1.0"),
        ("Q2", 2, "2.0"),
    ]


def test_another_version_is_marked_and_its_areas_matched_by_code() -> None:
    old, new = small_rubric(areas=2), replace(small_rubric(areas=3), version="2")
    rows = trend_rows(over(at(1, rubric=old, number=1), at(2, rubric=new, number=2), at(3, rubric=new, number=3)))
    assert [[point.renewed for point in row.points] for row in rows] == [[False, True, False]] * 3
    assert [point.asked for point in rows[0].points] == [False, True, True]
    assert trend_sentence(rows[0]) == (
        "Rose from Level 2 to Level 3 over two cycles. It is part of the model in two of three cycles."
    )


def test_an_area_that_only_an_earlier_version_has_comes_last() -> None:
    old, new = small_rubric(areas=3), replace(small_rubric(areas=2), version="2")
    rows = trend_rows(over(at(1, rubric=old, number=1), at(2, rubric=new, number=2)))
    assert [row.area for row in rows] == ["area2", "area1", "area3"]
    assert trend_sentence(rows[-1]) == (
        "At Level 1 in Q1. One cycle so far; a trend needs two. It is part of the model in one of two cycles."
    )


@pytest.mark.parametrize("other", [replace(small_rubric(), code="other"), small_rubric(levels=4)])
def test_cycles_of_another_scale_are_left_out(other: Rubric) -> None:
    history = over(at(1, rubric=other, number=1), at(2, rubric=small_rubric(), number=2))
    assert [cycle.cycle for cycle in left_out(history)] == ["Q1"]
    assert [[point.cycle for point in row.points] for row in trend_rows(history)] == [["Q2"]] * 3


# ---- The picture ----


def picture(row: TrendRow) -> ElementTree.Element:
    return ElementTree.fromstring(trend_svg(row, ident="trend", title="DataOps. Rose."))  # noqa: S314


def shapes(svg: ElementTree.Element, tag: str) -> list[tuple[float, float]]:
    """Where the signs of one shape stand."""
    placed = [
        group for group in svg.iter(f"{SVG}g") if "transform" in group.attrib and group.find(f"{SVG}{tag}") is not None
    ]
    numbers = [re.findall(r"-?[\d.]+", group.attrib["transform"]) for group in placed]
    return [(float(x), float(y)) for x, y in numbers]


def line(svg: ElementTree.Element) -> str:
    return next(path.attrib["d"] for path in svg.iter(f"{SVG}path") if path.attrib.get("stroke-width") == "2.5")


def test_each_level_has_its_marker_in_the_middle_of_its_band_under_its_number() -> None:
    svg = picture(a_row(1, 3, 5))
    bands = {text.text: float(text.attrib["y"]) - 4.5 for text in svg.iter(f"{SVG}text") if text.text in set("12345")}
    assert len(bands) == 5
    assert [y for _, y in shapes(svg, "circle")] == [bands["1"], bands["3"], bands["5"]]
    assert bands["1"] > bands["5"]


def test_cycles_stand_evenly_in_order_of_time() -> None:
    xs = [x for x, _ in shapes(picture(a_row(1, 1, 1, 1)), "circle")]
    steps = [after - before for before, after in pairwise(xs)]
    assert min(steps) > 0
    assert max(steps) - min(steps) < 0.5


def test_a_cycle_without_a_level_has_no_marker_and_interrupts_the_line() -> None:
    svg = picture(a_row(1, 2, None, 3, 3))
    assert len(shapes(svg, "circle")) == 4
    assert line(svg).count("M") == 2
    assert [run.count("L") for run in line(svg).split("M")[1:]] == [1, 1]


def test_accepted_levels_and_new_versions_have_their_signs_and_the_key_says_so() -> None:
    points = (a_point(2), a_point(4, renewed=True, validated=3))
    row = TrendRow("dataops", "DataOps", 5, points)
    svg = picture(row)
    assert len(shapes(svg, "path")) == 1
    dashed = [path for path in svg.iter(f"{SVG}path") if path.attrib.get("stroke-dasharray")]
    assert len(dashed) == 1
    assert dashed[0].attrib["d"].count("M") == 1
    key = trend_key_svg([row], ident="key")
    assert all(words in key for words in ("Level as claimed", "Validated by the CoE", "New version of the model"))
    assert "Validated" not in trend_key_svg([a_row(1, 2)], ident="key")


@pytest.mark.parametrize("count", range(1, 13))
@pytest.mark.parametrize("name", ["FY2026 Q1", "Assessment of the second half of the fiscal year 2026", "W" * 60])
def test_names_of_cycles_stay_in_the_picture_and_clear_of_one_another(count: int, name: str) -> None:
    points = tuple(a_point(2, cycle=f"{name}{place}") for place in range(count))
    svg = picture(TrendRow("dataops", "DataOps", 5, points))
    width, height = (float(svg.attrib[side]) for side in ("width", "height"))
    turned = [text for text in svg.iter(f"{SVG}text") if "rotate" in text.attrib.get("transform", "")]
    if turned:
        assert len(turned) == count
        for text in turned:
            x, y, angle = (float(part) for part in re.findall(r"-?[\d.]+", text.attrib["transform"]))
            length = text_width(text.text or "", 12)
            assert angle == -60
            assert x - length / 2 >= 0
            assert y + length * 0.87 <= height
        assert (width - 30) / count > 12 / 0.87
    else:
        flat = [text for text in svg.iter(f"{SVG}text") if float(text.attrib["y"]) > 124]
        assert all(text_width(text.text or "", 12) <= (width - 30) / count for text in flat)
        assert all(float(text.attrib["y"]) < height for text in flat)


def test_long_names_that_begin_alike_are_told_apart_by_their_ends() -> None:
    names = [f"Assessment of the fiscal year {year}" for year in range(2020, 2028)]
    svg = picture(TrendRow("dataops", "DataOps", 5, tuple(a_point(2, cycle=name) for name in names)))
    shown = [text.text for text in svg.iter(f"{SVG}text")][-8:]
    assert shown == [f"…{year}" for year in range(2020, 2028)]


def test_a_picture_is_named_by_a_direct_title_and_what_people_wrote_is_no_markup() -> None:
    points = (a_point(2, cycle="<b>&"), a_point(3, cycle="Q2"))
    svg = trend_svg(TrendRow("dataops", "DataOps", 5, points), ident="t", title="DataOps <i>")
    root = ElementTree.fromstring(svg)  # noqa: S314
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == "DataOps <i>"
    assert not re.search(r"\sstyle=|<style|\son\w+=", svg)


def test_bands_are_light_enough_for_line_and_signs_also_in_greyscale() -> None:
    svg = picture(a_row(1, 5))
    opacities = {float(path.attrib["fill-opacity"]) for path in svg.iter(f"{SVG}path") if "fill-opacity" in path.attrib}
    assert max(opacities) <= 0.25


# ---- The page ----


def submitted_in(
    agency: Agency, *, days_ago: int, level: int | str = 3, team: str = "A team", **more: Any
) -> Assessment:
    cycle = make_cycle(starts_on=timezone.localdate() - timedelta(days=days_ago))
    return make_submitted(organization=agency.organization, by=agency.lead, team=team, cycle=cycle, level=level, **more)


def address(agency: Agency, query: str = "") -> str:
    return reverse("trend", args=[agency.organization.code]) + query


def page_of(agency: Agency, query: str = "", **options: Any) -> str:
    return client_of(options.get("user", agency.lead)).get(address(agency, query)).content.decode()


TABLE_ROW = re.compile(r"<tr[^>]*>\s*<th scope=\"row\"[^>]*>(\w+)</th>(.*?)</tr>", re.DOTALL)


def test_each_area_has_its_picture_its_sentence_and_its_row(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, level=1, choices={f"cloudops-{n}": "not_applicable" for n in range(1, 5)})
    submitted_in(agency, days_ago=100, level=2)
    page = page_of(agency)
    assert page.count('class="trend"') == 7
    assert page.count("Rose from Level 1 to Level 2 over two cycles.") == 12
    assert "the only one of two cycles in which it is rated." in page
    rows = dict(TABLE_ROW.findall(page))
    assert list(rows) == ["AIOps", "MLOps", "DataOps", "DevOps", "SecOps", "CloudOps", "PeopleOps"]
    assert re.findall(r"Level </span>(\d)", rows["AIOps"]) == ["1", "2"]
    assert re.findall(r"Level </span>(\d)|(Not rated)", rows["CloudOps"]) == [("", "Not rated"), ("2", "")]


def test_a_team_with_one_cycle_has_a_table_and_no_picture(agency: Agency) -> None:
    submitted_in(agency, days_ago=100)
    page = page_of(agency)
    assert "a trend needs two." in page
    assert 'class="trend"' not in page
    assert len(TABLE_ROW.findall(page)) == 7


def test_accepted_levels_stand_in_the_table_too(agency: Agency) -> None:
    make_accepted(organization=agency.organization, by=agency.lead, level=4)
    assert page_of(agency).count("validated 4") == 7


def test_before_anything_is_submitted_it_says_what_will_be_here(agency: Agency) -> None:
    assert "Once a team submits an assessment" in page_of(agency)


def test_one_team_can_be_picked_by_any_spelling_of_its_name(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, team="ice watch")
    submitted_in(agency, days_ago=100, team="Ice Watch")
    submitted_in(agency, days_ago=100, team="Flood Team")
    assert "Flood Team</bdi></h2>" in page_of(agency)
    for name in ("ice%20watch", "Ice+Watch", "ICE+WATCH"):
        page = page_of(agency, f"?team={name}")
        assert "Ice Watch</bdi></h2>" in page
        assert "Flood Team</bdi></h2>" not in page
    assert client_of(agency.lead).get(address(agency, "?team=Nobody")).status_code == 404


def test_many_teams_are_shown_one_at_a_time_unless_all_are_asked_for(agency: Agency) -> None:
    for number in range(5):
        submitted_in(agency, days_ago=100 + number, team=f"Team {number}")
    assert page_of(agency).count("</bdi></h2>") == 1
    assert page_of(agency, "?team=").count("</bdi></h2>") == 5


@pytest.mark.parametrize("role", Role.values)
def test_every_role_can_read_it(agency: Agency, role: str) -> None:
    submitted_in(agency, days_ago=100)
    assert "A team" in page_of(agency, user=make_member(organization=agency.organization, role=role))


def test_the_queries_do_not_grow(agency: Agency, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = client_of(agency.lead)
    for count in range(2):
        for days in (100, 200, 300):
            submitted_in(agency, days_ago=days + count, team=f"Team {count}")
        client.get(address(agency))
        with django_assert_num_queries(6):
            client.get(address(agency))
