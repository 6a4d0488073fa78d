"""Results are chosen and compared with the keyboard alone, and without a script; drawing, figure and table agree."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browsing import Problems, Visit, of_the_browser
from tests.factories import Agency, make_accepted, make_agency, make_cycle, make_submitted

pytestmark = of_the_browser

TABLE = """
() => [...document.querySelectorAll(".differences-table tbody tr")].map(row => [...row.querySelectorAll("td")].map(
  cell => Number(cell.querySelector(".level-badge")?.lastChild.textContent) || null)).reverse()
"""
MARKERS = """
() => [...document.querySelectorAll("svg.radar g[stroke-width='1.5']")]
  .map(group => group.querySelectorAll("path").length)
"""
TRACES = "() => document.querySelector('.radar-plot').data.map(trace => [trace.name, trace.r.slice(0, -1)])"


@pytest.fixture
def agency(live_server: Any) -> Agency:
    """Three cycles of a team, the second with an area that is not rated."""
    agency = make_agency(name="Department of Rivers", team="Flood Forecasts")
    gone = {f"cloudops-{number}": "not_applicable" for number in range(1, 5)}
    for place, more in enumerate(({"level": 1}, {"level": 2, "choices": gone}, {"level": 4}), start=1):
        cycle = make_cycle(name=f"Cycle {place}.", starts_on=timezone.localdate() - timedelta(days=400 - 90 * place))
        made = {"organization": agency.organization, "by": agency.lead, "team": "Ice Watch", "cycle": cycle}
        (make_accepted if place == 1 else make_submitted)(**made, **more)
    return agency


def open_form(visit: Visit, agency: Agency, **options: Any) -> Page:
    """The form, with the newest two of its three cycles chosen."""
    page = visit(agency.viewer.email, **options)
    page.goto("/")
    page.get_by_role("link", name=re.compile("Compare results")).click()
    return page


def choose_cycle(page: Page, number: int) -> None:
    """Clicks the box of a cycle, which is chosen then, or not any more."""
    page.locator("label", has_text=f"Cycle {number}.").click()


def test_the_keyboard_alone_chooses_and_compares(visit: Visit, agency: Agency, problems: Problems) -> None:
    problems.expect("status of 422")
    page = open_form(visit, agency)
    for name in ("Cycle 2.", "Cycle 1."):
        page.get_by_label(name).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="Cycle 3.: all seven areas are higher.")).to_be_visible()
    page.get_by_text("Choose what to compare: 2 chosen").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("checkbox", name="Cycle 3.")).to_be_checked()
    page.get_by_role("checkbox", name="Cycle 3.").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Compare").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_contain_text("You have chosen one.")
    expect(page.get_by_role("checkbox", name="Cycle 1.")).to_be_checked()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_role("checkbox", name="Cycle 3.")).to_be_focused()


def test_drawing_interactive_figure_and_table_agree_gaps_too(visit: Visit, agency: Agency) -> None:
    page = open_form(visit, agency)
    choose_cycle(page, 1)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("svg.radar")).to_be_visible()
    page.wait_for_load_state()
    table = page.evaluate(TABLE)
    columns = [list(column) for column in zip(*table, strict=True)]
    assert columns == [[1] * 7, [2, None, 2, 2, 2, 2, 2], [4] * 7]
    assert sorted(page.evaluate(MARKERS)) == [6, 7, 7]
    page.get_by_role("button", name="Explore the radar").click()
    expect(page.locator(".radar-plot svg.main-svg").first).to_be_visible()
    traces = dict(page.evaluate(TRACES))
    assert [traces[name] for name in ("Cycle 1. (base)", "Cycle 2.", "Cycle 3.")] == columns


def test_without_a_script_the_form_the_base_and_the_trend_work(visit: Visit, agency: Agency) -> None:
    page = open_form(visit, agency, java_script_enabled=False)
    for number in (1, 2):
        choose_cycle(page, number)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("svg.radar")).to_be_visible()
    expect(page.get_by_role("button", name="Explore the radar")).to_be_hidden()
    page.get_by_role("navigation", name="Compared with").get_by_role("link", name="Cycle 3.").click()
    expect(page.get_by_role("listitem").filter(has_text="Cycle 1.: all seven areas are lower.")).to_be_visible()
    page.locator("summary", has_text="MLOps").click()
    fold = page.locator("details", has_text="MLOps: ")
    expect(fold.get_by_text("Level 1, Initial / Ad Hoc, not Level 4, Managed as").first).to_be_visible()
    page.goto(f"/organizations/{agency.organization.code}/trend/")
    expect(page.locator("svg.trend")).to_have_count(7)


@pytest.mark.parametrize("width", [1280, 390])
def test_each_picture_of_the_trend_says_what_its_row_says(visit: Visit, agency: Agency, width: int) -> None:
    page = visit(agency.viewer.email, viewport={"width": width, "height": 900})
    page.goto(f"/organizations/{agency.organization.code}/trend/")
    names = page.locator(".trends__name").all_text_contents()
    rows = page.locator(".trend-table tbody tr")
    assert names == rows.locator("th").all_text_contents()
    for place, name in enumerate(names):
        badges = rows.nth(place).locator(".level-badge").all_inner_texts()
        rated = [text for text in badges if text != "–"]
        picture = page.locator("svg.trend").nth(place)
        expect(picture.locator("circle")).to_have_count(len(rated))
        assert len(badges) == 3, name
        title = picture.locator("> title").text_content() or ""
        assert title.startswith(f"{name}. Rose from Level 1 to Level 4 over three cycles")
        assert ("not rated in one of them" in title) == ("–" in badges)
        assert page.locator(".trends figcaption").nth(place).inner_text() in title
    assert page.evaluate("document.documentElement.scrollWidth") <= width
