"""The pictures of a result: what they show, that they agree with one another, and that they are safe to embed."""

import json
import logging
import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import hypot
from typing import Any
from xml.etree import ElementTree

import pytest

from assessments.charts import (
    LEVEL_COLOURS,
    FiguresTable,
    Series,
    figures_table,
    level_colour,
    radar_figure,
    radar_geometry,
    radar_svg,
    small_strip_key,
    small_strip_svg,
    strip_svg,
)
from assessments.charts.colours import contrast, luminance
from assessments.charts.text import text_width
from assessments.scoring import AreaResult, Result
from rubric.datatypes import Area, Level, Rubric

SVG = "{http://www.w3.org/2000/svg}"
NAMES = ("PeopleOps", "CloudOps", "SecOps", "DevOps", "DataOps", "MLOps", "AIOps")
LEVELS = ("Initial / Ad Hoc", "Repeatable", "Defined", "Managed", "Optimized")
LONG_NAMES = (
    "Workforce, culture and leadership development",
    "Cloud infrastructure operations",
    "Security and privacy engineering",
    "Data governance and stewardship",
    "Donaudampfschifffahrtsgesellschaftskapitänskajüte",
)

Figures = int | tuple[int, int] | None
"""An area's level, its level and how far it could reach, or None where not rated."""


def make_rubric(*, names: Sequence[str] = NAMES, levels: Sequence[str] = LEVELS) -> Rubric:
    return Rubric(
        code="model",
        version="1",
        name="Model",
        source="",
        required_share=60,
        max_shortfall=1,
        levels=tuple(Level(number, name, "") for number, name in enumerate(levels, start=1)),
        areas=tuple(Area(f"area-{index}", name, index) for index, name in enumerate(names, start=1)),
    )


def make_area(*, code: str, figures: Figures) -> AreaResult:
    if figures is None:
        return AreaResult(code, None, None, None, None, answered=6, questions=6, next_level=None)
    low, high = (figures, figures) if isinstance(figures, int) else figures
    score, score_high = Fraction(6 * low + 1, 6), Fraction(6 * high + 1, 6)
    return AreaResult(code, low, high, score, score_high, answered=5, questions=6, next_level=None)


def make_result(*, rubric: Rubric, figures: Sequence[Figures]) -> Result:
    pairs = zip(rubric.areas, figures, strict=True)
    return Result("model", "1", tuple(make_area(code=area.code, figures=one) for area, one in pairs), ())


RUBRIC = make_rubric()
RATED = make_result(rubric=RUBRIC, figures=(3, 3, 2, 4, 2, 1, 1))
BANDED = make_result(rubric=RUBRIC, figures=((2, 3), 3, 2, (3, 5), (1, 4), 1, 1))
GAP = make_result(rubric=RUBRIC, figures=(3, 2, None, 4, (2, 3), 2, 1))
GAP_WITHOUT_BAND = make_result(rubric=RUBRIC, figures=(3, 2, None, 4, 2, 2, 1))
TWO_GAPS = make_result(rubric=RUBRIC, figures=(3, (2, 3), None, None, 2, 5, 1))
ISOLATED = make_result(rubric=RUBRIC, figures=(3, None, (2, 4), None, 2, None, None))
UNRATED = make_result(rubric=RUBRIC, figures=(None,) * 7)
ALL_RESULTS = (RATED, BANDED, GAP, TWO_GAPS, ISOLATED, UNRATED)


def main(result: Result, label: str = "This cycle") -> Series:
    return Series(label, result)


def comparison(result: Result, label: str = "Last cycle") -> Series:
    return Series(label, result, "comparison")


def radar(*series: Series, rubric: Rubric = RUBRIC) -> ElementTree.Element:
    return ElementTree.fromstring(radar_svg(rubric, series, ident="radar", title="Seven areas"))  # noqa: S314


def strip(result: Result, *, rubric: Rubric = RUBRIC, **options: Any) -> ElementTree.Element:
    return ElementTree.fromstring(strip_svg(rubric, result, ident="strip", title="Seven areas", **options))  # noqa: S314


def words(svg: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def markers(svg: ElementTree.Element) -> list[tuple[float, float]]:
    """Where the main series has markers: the last group of moved paths before the level texts."""
    groups = [group for group in svg.findall(f"{SVG}g") if group.get("stroke-width") == "1.5"]
    moves = [path.get("transform", "") for path in groups[-1].findall(f"{SVG}path")]
    return [(float(x), float(y)) for x, y in (re.findall(r"-?[\d.]+", move) for move in moves)]


SCORE_KEY = "Score, 2.0 in the middle of 2"
WIDTH = 352 / 5
"""Of a cell of the strip."""
NOT_BEGUN = Result("model", "1", (AreaResult("area-1", None, None, None, None, 0, 6, None),), ())


def scored(score: str) -> Result:
    """The first area alone, with an exact score and the level nearest below."""
    exact = Fraction(score)
    return Result("model", "1", (AreaResult("area-1", int(exact), int(exact), exact, exact, 6, 6, None),), ())


def signs(svg: ElementTree.Element) -> tuple[list[float], list[float]]:
    """Where the bar of a row has score ticks, and where circles of last cycle, from the left edge of the first cell.

    A cell is drawn a gap of 2 narrower than its share; half of it belongs to either side of a border.
    """
    ticks, dots = [], []
    for sign in svg.iter(f"{SVG}g"):
        x, _, rest = sign.get("transform", "").removeprefix("translate(").partition(" ")
        if rest != "8)":  # the middle of a row's bar, 16 high
            continue
        if sign.find(f"{SVG}circle") is not None:
            dots.append(float(x) + 1)
        elif (sign[0].get("d") or "").startswith("M0-10"):
            ticks.append(float(x) + 1)
    return ticks, dots


class TestLevelColours:
    @pytest.mark.parametrize("top", range(1, 12))
    def test_text_can_be_read_on_every_level(self, top: int) -> None:
        for number in range(1, top + 1):
            colour = level_colour(number, top)
            assert contrast(colour.fill, colour.text) >= 4.5

    def test_five_levels_have_the_five_colours(self) -> None:
        assert tuple(level_colour(number, 5) for number in range(1, 6)) == LEVEL_COLOURS

    def test_steps_stay_apart_in_greyscale(self) -> None:
        for lighter, darker in pairwise(LEVEL_COLOURS):
            assert luminance(lighter.fill) > luminance(darker.fill)
            assert contrast(lighter.fill, darker.fill) >= 1.3

    @pytest.mark.parametrize("top", [3, 4, 7, 10])
    def test_other_numbers_of_levels_run_from_the_same_light_to_the_same_dark(self, top: int) -> None:
        colours = [level_colour(number, top) for number in range(1, top + 1)]
        assert (colours[0], colours[-1]) == (LEVEL_COLOURS[0], LEVEL_COLOURS[-1])
        shades = [luminance(colour.fill) for colour in colours]
        assert shades == sorted(shades, reverse=True)
        assert len(set(shades)) == top


class TestGeometry:
    def test_axes_run_clockwise_from_the_top_in_stack_order(self) -> None:
        ends = [axis[-1] for axis in radar_geometry(RUBRIC, []).layout.points]
        assert (ends[0].x, round(ends[0].y)) == (0, -112)
        assert ends[1].x > 0 > ends[1].y
        assert ends[-1].x < 0 > ends[-1].y

    def test_a_level_lies_at_its_share_of_the_radius(self) -> None:
        layout = radar_geometry(RUBRIC, []).layout
        for axis in layout.points:
            assert [hypot(point.x, point.y) for point in axis] == pytest.approx([0, *layout.rings])

    def test_all_rated_makes_one_closed_line_and_one_fill(self) -> None:
        (one,) = radar_geometry(RUBRIC, [main(RATED)]).series
        (line,) = one.lines
        assert line.closed
        assert [point.level for point in line.points] == [3, 3, 2, 4, 2, 1, 1]
        assert one.fills == (line.points,)
        assert one.bands == ()

    def test_a_not_rated_area_interrupts_the_line(self) -> None:
        (one,) = radar_geometry(RUBRIC, [main(GAP)]).series
        (line,) = one.lines
        assert not line.closed
        assert [point.axis for point in line.points] == [3, 4, 5, 6, 0, 1]
        assert [point.axis for point in one.markers] == [0, 1, 3, 4, 5, 6]
        assert [point.level for point in one.fills[0]][:1] == [0]

    def test_an_area_between_two_gaps_is_a_marker_alone(self) -> None:
        (one,) = radar_geometry(RUBRIC, [main(ISOLATED)]).series
        assert one.lines == ()
        assert one.fills == ()
        assert [point.axis for point in one.markers] == [0, 2, 4]

    def test_nothing_rated_draws_nothing(self) -> None:
        (one,) = radar_geometry(RUBRIC, [main(UNRATED)]).series
        assert (one.lines, one.markers, one.fills, one.bands) == ((), (), (), ())

    def test_the_band_goes_out_along_the_high_levels_and_back_along_the_levels(self) -> None:
        (one,) = radar_geometry(RUBRIC, [main(BANDED)]).series
        (band,) = one.bands
        assert [point.level for point in band] == [3, 3, 2, 5, 4, 1, 1, 3, 2, 1, 1, 1, 3, 2, 3, 2]

    def test_areas_are_matched_by_code_so_that_another_version_can_be_compared(self) -> None:
        other = Result("model", "0", RATED.areas[:3], ())
        (one,) = radar_geometry(RUBRIC, [comparison(other)]).series
        assert [area is not None for area in one.areas] == [True] * 3 + [False] * 4


class TestLabels:
    @pytest.mark.parametrize("names", [NAMES, LONG_NAMES, LONG_NAMES[:3], LONG_NAMES * 8], ids=len)
    def test_no_label_touches_another_the_drawing_or_the_edge(self, names: Sequence[str]) -> None:
        assert_labels_are_clear(names)

    @pytest.mark.parametrize("count", range(3, 41))
    def test_labels_are_clear_for_any_number_of_areas(self, count: int) -> None:
        assert_labels_are_clear([f"Capability {number}" for number in range(count)])

    def test_the_middle_is_inside_the_picture_where_one_area_is_all_there_is(self) -> None:
        left, top, width, height = radar_geometry(make_rubric(names=NAMES[:1]), []).layout.box
        assert left < 0 < left + width
        assert top < 0 < top + height

    def test_a_name_too_long_for_three_lines_ends_in_an_ellipsis(self) -> None:
        label = radar_geometry(make_rubric(names=LONG_NAMES), []).layout.labels[0]
        assert len(label.lines) == 3
        assert label.lines[-1].endswith("…")


def assert_labels_are_clear(names: Sequence[str]) -> None:
    layout = radar_geometry(make_rubric(names=names), []).layout
    left, top, width, height = layout.box
    for label in layout.labels:
        assert label.box.distance() > layout.radius
        assert left <= label.box.left < label.box.right <= left + width
        assert top <= label.box.top < label.box.bottom <= top + height
    for one, other in combinations(layout.labels, 2):
        assert not one.box.touches(other.box)


class TestRadarSvg:
    def test_it_names_itself_by_a_direct_title(self) -> None:
        svg = radar(main(RATED))
        assert svg.get("role") == "img"
        assert svg[0].tag == f"{SVG}title"
        assert svg[0].text == "Seven areas"
        assert svg.get("aria-labelledby") == svg[0].get("id")

    def test_every_area_stands_with_its_level_in_words(self) -> None:
        texts = words(radar(main(GAP)))
        assert [text for text in texts if text in NAMES] == list(NAMES)
        levels = [text for text in texts if text.startswith("Level") or text == "not rated"]
        assert levels == ["Level 3", "Level 2", "not rated", "Level 4", "Level 2", "Level 2", "Level 1"]

    def test_rings_have_their_numbers_on_a_halo(self) -> None:
        assert [text for text in words(radar(main(RATED))) if text.isdigit()] == list("1234512345")

    def test_one_series_without_a_band_has_no_legend(self) -> None:
        assert "This cycle" not in words(radar(main(RATED)))

    def test_the_band_is_explained_where_there_is_one(self) -> None:
        assert "Could be up to" in words(radar(main(BANDED)))
        assert "Could be up to" not in words(radar(main(RATED)))

    def test_several_series_are_told_apart_by_dash_and_shape_and_named(self) -> None:
        svg = radar(main(RATED), comparison(GAP), comparison(TWO_GAPS, "Median of agencies"))
        assert [text for text in words(svg) if "cycle" in text or "Median" in text] == [
            "This cycle",
            "Last cycle",
            "Median of agencies",
        ]
        outlines = [path for path in svg.findall(f"{SVG}path") if path.get("stroke-linejoin")]
        assert len({path.get("stroke-dasharray") for path in outlines}) == 3
        assert len({path.get("stroke") for path in outlines}) == 3
        shapes = {path.get("d") for path in svg.iter(f"{SVG}path") if path.get("transform")}
        assert len(shapes) == 3

    def test_levels_in_words_are_the_main_series_even_if_it_comes_last(self) -> None:
        svg = radar(comparison(UNRATED), main(RATED))
        assert "not rated" not in words(svg)

    @pytest.mark.parametrize("result", ALL_RESULTS)
    def test_markers_stand_where_the_table_says(self, result: Result) -> None:
        points = radar_geometry(RUBRIC, []).layout.points
        rows = reversed(figures_table(RUBRIC, result))
        expected = [axis[row.level] for axis, row in zip(points, rows, strict=True) if row.level]
        assert markers(radar(main(result))) == [(round(point.x, 1), round(point.y, 1)) for point in expected]


class TestStripSvg:
    def test_the_first_area_is_at_the_bottom(self) -> None:
        assert [text for text in words(strip(RATED)) if text in NAMES] == list(reversed(NAMES))

    def test_columns_are_headed_by_number_and_name(self) -> None:
        texts = words(strip(RATED))
        assert texts[:3] == ["1", "Initial /", "Ad Hoc"]
        assert {"Repeatable", "Defined", "Managed", "Optimized"} <= set(texts)

    def test_names_of_levels_are_left_out_where_columns_are_too_narrow(self) -> None:
        narrow = make_rubric(levels=LEVELS * 3)
        texts = words(strip(RATED, rubric=narrow))
        assert "15" in texts
        assert "Defined" not in texts

    @pytest.mark.parametrize("result", ALL_RESULTS)
    def test_cells_are_filled_in_their_own_colours_up_to_the_level_in_the_table(self, result: Result) -> None:
        fills = [path.get("fill") for path in strip(result).iter(f"{SVG}path")]
        rows = figures_table(RUBRIC, result)
        for number, colour in enumerate(LEVEL_COLOURS, start=1):
            assert fills.count(colour.fill) == sum((row.level or 0) >= number for row in rows)

    def test_a_row_says_its_level_and_how_far_it_could_reach(self) -> None:
        texts = words(strip(BANDED))
        assert texts[texts.index("DataOps") + 1] == "Level 1, up to 4"
        assert texts[texts.index("CloudOps") + 1] == "Level 3"

    def test_a_not_rated_area_is_an_empty_dashed_outline(self) -> None:
        svg = strip(GAP)
        dashed = [path for path in svg.iter(f"{SVG}path") if path.get("stroke-dasharray")]
        assert [path.get("fill") for path in dashed] == ["none"]
        texts = words(svg)
        assert texts[texts.index("SecOps") + 1] == "not rated"

    def test_the_key_explains_the_signs_that_are_used_and_no_others(self) -> None:
        assert words(strip(UNRATED))[-1] == "not rated"
        assert words(strip(RATED))[-1] == SCORE_KEY
        everything = strip(BANDED, target={"area-1": 3}, previous=RATED)
        assert words(everything)[-4:] == [SCORE_KEY, "Could be up to", "Target", "Last cycle"]

    @pytest.mark.parametrize(
        ("score", "cell", "part"),
        [("1", 1, 0.5), ("2", 2, 0.5), ("5/2", 3, 0.0), ("11/5", 2, 0.7), ("5", 5, 0.5)],
    )
    def test_a_score_stands_on_the_scale_on_which_a_level_is_the_middle_of_its_cell(
        self, score: str, cell: int, part: float
    ) -> None:
        (tick,), _ = signs(strip(scored(score)))
        assert tick == pytest.approx(WIDTH * (cell - 1 + part), abs=0.1)

    def test_an_area_at_its_last_level_with_that_score_has_not_moved(self) -> None:
        (tick,), (dot,) = signs(strip(scored("2"), previous=scored("2")))
        assert tick == dot
        (tick,), (dot,) = signs(strip(scored("2"), previous=scored("3")))
        assert dot - tick == pytest.approx(WIDTH, abs=0.1)

    def test_an_area_that_nobody_has_begun_is_an_empty_outline_without_a_score(self) -> None:
        svg = strip(NOT_BEGUN)
        assert words(svg)[-1] == "not started"
        assert signs(svg) == ([], [])

    def test_target_and_last_cycle_show_for_their_areas(self) -> None:
        svg = strip(RATED, target={"area-1": 4, "area-7": 2, "elsewhere": 5}, previous=GAP)
        assert sum(path.get("d") == "M0-7L7 0L0 7L-7 0z" for path in svg.iter(f"{SVG}path")) == 2 + 1
        assert len(list(svg.iter(f"{SVG}circle"))) == 6 + 1

    def test_text_has_eleven_pixels_at_320(self) -> None:
        svg = strip(BANDED, target={"area-1": 3}, previous=RATED)
        sizes = [float(element.get("font-size", 99)) for element in svg.iter()]
        assert min(sizes) * 320 / float(svg.get("viewBox", "").split()[2]) >= 11

    def test_compact_is_a_small_picture_with_no_words_but_its_title(self) -> None:
        svg = strip(GAP, compact=True)
        assert words(svg) == []
        assert svg[0].text == "Seven areas"
        assert svg.get("viewBox") == "0 0 120 56"


def every_picture() -> list[str]:
    rubric = make_rubric(names=("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "R&D\x00\x1b"))
    result = make_result(rubric=rubric, figures=(2, (1, 3), None))
    series = [main(result, "<b>now</b>"), comparison(result, "'\"&")]
    title = "</title><script>alert(1)</script>"
    return [
        radar_svg(rubric, series, ident="a", title=title),
        strip_svg(rubric, result, ident="b", title=title, target={"area-1": 3}, previous=result),
        strip_svg(rubric, result, ident="c", title=title, compact=True),
    ]


class TestEmbedding:
    def test_names_and_titles_are_text_and_never_markup(self) -> None:
        for picture in every_picture():
            svg = ElementTree.fromstring(picture)  # noqa: S314
            tags = {element.tag.removeprefix(SVG) for element in svg.iter()}
            assert tags <= {"svg", "title", "g", "path", "circle", "text", "clipPath"}
            assert svg[0].text == "</title><script>alert(1)</script>"

    def test_a_strict_content_security_policy_has_nothing_to_refuse(self) -> None:
        for picture in every_picture():
            svg = ElementTree.fromstring(picture)  # noqa: S314
            attributes = {name for element in svg.iter() for name in element.keys()}  # noqa: SIM118
            assert "style" not in attributes
            assert not any(name.startswith("on") for name in attributes)

    def test_ids_start_with_the_given_one_and_references_stay_inside(self) -> None:
        for picture, ident in zip(every_picture(), "abc", strict=True):
            ids = re.findall(r' id="([^"]+)"', picture)
            assert len(ids) == len(set(ids))
            assert all(one.startswith(f"{ident}-") for one in ids)
            assert set(re.findall(r"url\(#([^)]+)\)", picture)) <= set(ids)

    def test_weasyprint_draws_them_with_the_title_as_the_figure_s_text(self, caplog: pytest.LogCaptureFixture) -> None:
        weasyprint = pytest.importorskip("weasyprint")
        body = radar_svg(RUBRIC, [main(BANDED), comparison(GAP)], ident="a", title="The radar in words")
        body += strip_svg(RUBRIC, GAP, ident="b", title="The strip in words", previous=RATED)
        page = f"<!doctype html><html lang=en><title>Charts</title>{body}"
        pdf = weasyprint.HTML(string=page).write_pdf(pdf_variant="pdf/ua-1", uncompressed_pdf=True)
        assert b"(The radar in words)" in pdf
        assert b"(The strip in words)" in pdf
        assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


class TestFiguresTable:
    def test_it_has_columns_for_a_band_only_where_a_level_could_be_higher(self) -> None:
        assert FiguresTable(figures_table(RUBRIC, BANDED)).banded
        assert not FiguresTable(figures_table(RUBRIC, GAP_WITHOUT_BAND)).banded

    def test_an_area_that_nobody_has_begun_has_no_figures(self) -> None:
        row = figures_table(RUBRIC, NOT_BEGUN)[-1]
        assert (row.level, row.level_text, row.score, row.answered) == (None, "Not started", "–", 0)

    def test_it_runs_from_the_top_of_the_stack_down(self) -> None:
        assert [row.name for row in figures_table(RUBRIC, RATED)] == list(reversed(NAMES))

    def test_a_row_gives_levels_by_number_and_name_and_scores_with_one_decimal(self) -> None:
        row = figures_table(RUBRIC, BANDED)[2]
        assert (row.area, row.level, row.level_text) == ("area-5", 1, "Level 1, Initial / Ad Hoc")
        assert (row.level_high, row.level_high_text) == (4, "Level 4, Managed")
        assert (row.score, row.score_high) == ("1.2", "4.2")
        assert (row.answered, row.questions) == (5, 6)

    def test_the_high_level_has_words_only_where_it_differs(self) -> None:
        assert figures_table(RUBRIC, RATED)[0].level_high_text == ""

    def test_a_not_rated_area_has_no_figures(self) -> None:
        row = figures_table(RUBRIC, GAP)[4]
        assert (row.level, row.level_text, row.level_high) == (None, "Not rated", None)
        assert (row.score, row.score_high) == ("–", "–")


def traces(figure: dict[str, Any], *, lines: bool) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if ("fill" in trace) is not lines]


class TestRadarFigure:
    def test_it_is_json_and_scatterpolar_only(self) -> None:
        figure = radar_figure(RUBRIC, [main(BANDED), comparison(GAP)])
        assert json.loads(json.dumps(figure)) == figure
        assert {trace["type"] for trace in figure["data"]} == {"scatterpolar"}  # type: ignore[attr-defined]

    @pytest.mark.parametrize("result", ALL_RESULTS)
    def test_its_figures_are_the_table_s(self, result: Result) -> None:
        (line,) = traces(radar_figure(RUBRIC, [main(result)]), lines=True)
        rows = figures_table(RUBRIC, result)[::-1]
        assert line["r"] == [row.level for row in (*rows, rows[0])]
        assert line["theta"] == [row.name for row in (*rows, rows[0])]
        for row, shown in zip(rows, line["customdata"], strict=False):
            assert shown is None if row.level is None else shown[:2] == [row.level_text, row.score]

    def test_hovering_says_how_far_a_level_could_reach(self) -> None:
        (line,) = traces(radar_figure(RUBRIC, [main(BANDED)]), lines=True)
        assert line["customdata"][4][2] == "<br>Could be up to Level 4, Managed (score 4.2)"
        assert line["customdata"][1][2] == ""

    def test_a_gap_is_null_and_not_bridged(self) -> None:
        (line,) = traces(radar_figure(RUBRIC, [main(GAP)]), lines=True)
        assert line["r"][2] is None
        assert line["connectgaps"] is False

    def test_fills_and_bands_are_the_svg_s_polygons(self) -> None:
        (one,) = radar_geometry(RUBRIC, [main(TWO_GAPS)]).series
        polygons = traces(radar_figure(RUBRIC, [main(TWO_GAPS)]), lines=False)
        expected = [[point.level for point in polygon] for polygon in (*one.bands, *one.fills)]
        assert [polygon["r"][:-1] for polygon in polygons] == expected

    def test_axes_run_as_in_the_svg(self) -> None:
        polar: Any = radar_figure(RUBRIC, [main(GAP)])["layout"]
        angular, radial = polar["polar"]["angularaxis"], polar["polar"]["radialaxis"]
        assert (angular["direction"], angular["rotation"]) == ("clockwise", 90)
        assert angular["categoryarray"] == list(NAMES)
        assert angular["ticktext"][2] == "SecOps<br>not rated"
        assert radial["tickvals"] == [1, 2, 3, 4, 5]

    def test_rings_have_numbers_alone_and_their_names_stand_in_the_legend(self) -> None:
        layout: Any = radar_figure(RUBRIC, [main(RATED)])["layout"]
        assert layout["polar"]["radialaxis"]["ticktext"] == ["1", "2", "3", "4", "5"]
        assert layout["showlegend"]
        names = layout["legend"]["title"]["text"].replace("<br>", " ")
        assert names == "Rings: " + ", ".join(f"{number} {name}" for number, name in enumerate(LEVELS, start=1))

    def test_names_cannot_carry_markup_or_templates(self) -> None:
        rubric = make_rubric(names=("<a href='x'>a</a>", "R&D", "%{r}"))
        result = make_result(rubric=rubric, figures=(1, (2, 3), 3))
        figure: Any = radar_figure(rubric, [main(result, "<b>%{theta}</b>"), comparison(result)])
        lines = traces(figure, lines=True)
        assert lines[1]["name"] == "&lt;b&gt;%{theta}&lt;/b&gt;"
        assert lines[1]["theta"][:3] == ["&lt;a href='x'&gt;a&lt;/a&gt;", "R&amp;D", "%{r}"]
        assert "<a" not in json.dumps(figure)
        plain = traces(radar_figure(RUBRIC, [main(RATED)]), lines=True)
        assert {line["hovertemplate"] for line in lines} == {plain[0]["hovertemplate"]}

    def test_the_main_line_lies_on_top_and_comes_first_in_the_legend(self) -> None:
        lines = traces(radar_figure(RUBRIC, [main(RATED), comparison(GAP)]), lines=True)
        assert [line["name"] for line in lines] == ["Last cycle", "This cycle"]
        assert lines[1]["legendrank"] < lines[0]["legendrank"]


def test_reserved_widths_have_room_for_capitals_and_wide_scripts() -> None:
    assert text_width("WWW", 10) > text_width("iii", 10)
    assert text_width("日本", 10) >= 20


class TestSmallStrip:
    """One team's profile among others."""

    def small(self, result: Result, **options: Any) -> ElementTree.Element:
        picture = small_strip_svg(RUBRIC, result, ident="small", title="Seven areas", **options)
        return ElementTree.fromstring(picture)  # noqa: S314

    def test_each_area_stands_with_its_name_and_level_from_the_top_of_the_stack(self) -> None:
        texts = ["".join(text.itertext()) for text in self.small(GAP).iter(f"{SVG}text")]
        heads, rows = texts[:5], texts[5:]
        assert heads == ["1", "2", "3", "4", "5"]
        assert rows[::2] == list(reversed(NAMES))
        levels = [area.level for area in reversed(GAP.areas)]
        assert rows[1::2] == [str(level) if level else "–" for level in levels]

    def test_a_dot_for_the_cycle_before_and_a_triangle_where_the_coe_found_another_level(self) -> None:
        other = {area.area: area.level for area in RATED.areas} | {RATED.areas[0].area: 5}
        plain, signed = self.small(RATED), self.small(RATED, previous=RATED, validated=other)
        assert (len(list(plain.iter(f"{SVG}circle"))), len(list(signed.iter(f"{SVG}circle")))) == (0, 7)
        triangles = [path for path in signed.iter(f"{SVG}path") if path.attrib["d"].startswith("M0-7L6.5")]
        assert len(triangles) == 1

    def test_where_both_signs_are_one_level_they_stand_apart_within_its_cell(self) -> None:
        before = make_result(rubric=RUBRIC, figures=(5, 3, 2, 4, 2, 1, 1))
        svg = self.small(RATED, previous=before, validated={RATED.areas[0].area: 5})
        group = next(g for g in svg.iter(f"{SVG}g") if g.find(f"{SVG}g/{SVG}g[@transform='scale(.65)']") is not None)
        dot, triangle = (float(sign.attrib["transform"][10:].split(" ")[0]) for sign in group.findall(f"{SVG}g")[-2:])
        step = (264 - 84 - 22) / 5
        assert dot - triangle > 3.6 + 0.75 + 0.65 * (6.5 + 2)
        assert 4 * step < triangle - 5 < dot + 5 < 5 * step

    def test_the_key_names_the_signs_that_occur_and_no_other(self) -> None:
        for occurs, count in ((False, 0), (True, 4)):
            key = small_strip_key(previous=occurs, validated=occurs, banded=occurs, unrated=occurs)
            assert len(key) == count
        assert [words for _, words in key] == [
            "the cycle before",
            "validated by the CoE, where it is another level",
            "could be up to",
            "not rated",
        ]

    def test_a_long_name_is_cut_where_its_cells_begin(self) -> None:
        rubric = make_rubric(names=LONG_NAMES)
        picture = small_strip_svg(rubric, RATED, ident="small", title="Long names")
        names = re.findall(r'font-weight="700">([^<]{3,})</text>', picture)
        assert len(names) == len(LONG_NAMES)
        assert all(name.endswith("…") and text_width(name, 11.5) <= 84 for name in names)

    def test_it_needs_no_style_and_no_script(self) -> None:
        picture = small_strip_svg(RUBRIC, BANDED, ident="small", title="<b>", previous=RATED)
        assert not re.search(r"style=|<style|<script|on\w+=|<b>", picture)
