"""The radar of a result turns into an interactive chart and back; no page complains, under the strict policy."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsing import Problems, Visit, check_accessibility, of_the_browser
from tests.factories import Agency, answer_all, make_agency

pytestmark = of_the_browser

SCRIPT = re.compile(r"/explore[.\w]*\.js(\?|$)")
LEAST_HEIGHT = 420


@pytest.fixture
def agency(live_server: Any) -> Agency:
    agency = make_agency(name="Department of Rivers", team="Flood Forecasts")
    answer_all(agency.draft, level=3, choices={"dataops-1": "unknown", "secops-1": 5})
    return agency


def open_result(visit: Visit, agency: Agency, **options: Any) -> Page:
    page = visit(agency.lead.email, **options)
    page.goto(f"/assessments/{agency.draft.pk}/results/")
    return page


def test_the_chart_replaces_the_drawing_and_gives_its_place_back(visit: Visit, agency: Agency) -> None:
    page = open_result(visit, agency)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url) if SCRIPT.search(request.url) else None)
    drawing, button = page.locator("[data-explore-drawing]"), page.locator("[data-explore-button]")
    said = page.locator("[data-live-region]")
    expect(button).to_have_text("Explore the radar")
    assert loaded == [], "the large script comes only when it is asked for"

    button.click()
    chart = page.locator(".radar-plot")
    expect(chart.locator("svg.main-svg").first).to_be_visible()
    expect(drawing).to_be_hidden()
    expect(button).to_have_text("Show the drawing")
    expect(button).to_be_focused()
    expect(said).to_contain_text("The interactive radar is shown.")
    assert chart.bounding_box()["height"] >= LEAST_HEIGHT  # type: ignore[index] # it is visible
    assert chart.locator("path.js-line").count() >= 1
    check_accessibility(page)

    button.click()
    expect(drawing).to_be_visible()
    expect(chart).to_be_hidden()
    expect(button).to_have_text("Explore the radar")
    expect(said).to_contain_text("The drawing is shown.")

    button.click()
    expect(chart).to_be_visible()
    assert len(loaded) == 1


def test_the_chart_fits_a_narrow_screen_and_works_from_the_keyboard(visit: Visit, agency: Agency) -> None:
    page = open_result(visit, agency, viewport={"width": 320, "height": 640})
    page.locator("[data-explore-button]").focus()
    page.keyboard.press("Enter")
    chart = page.locator(".radar-plot")
    expect(chart.locator("svg.main-svg").first).to_be_visible()
    assert chart.bounding_box()["height"] >= LEAST_HEIGHT  # type: ignore[index] # it is visible
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.mouse.move(160, 300)


def test_when_the_script_does_not_come_the_drawing_stays_and_another_try_works(
    visit: Visit, agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_result(visit, agency)
    button = page.locator("[data-explore-button]")

    def abort(route: Route) -> None:
        route.abort()

    page.route(SCRIPT, abort)
    button.click()
    expect(page.get_by_text("The interactive radar could not be loaded.").first).to_be_visible()
    expect(page.locator("[data-explore-drawing]")).to_be_visible()
    expect(button).to_have_text("Explore the radar")
    expect(button).to_be_focused()
    check_accessibility(page)
    page.unroute(SCRIPT, abort)
    button.click()
    expect(page.locator(".radar-plot svg.main-svg").first).to_be_visible()
    expect(page.get_by_text("The interactive radar could not be loaded.").first).to_be_hidden()


def test_without_a_script_there_is_the_drawing_and_no_button(visit: Visit, agency: Agency) -> None:
    page = open_result(visit, agency, java_script_enabled=False)
    expect(page.locator("[data-explore-drawing]")).to_be_visible()
    expect(page.locator("[data-explore-button]")).to_be_hidden()
