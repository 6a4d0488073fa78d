"""The portfolio's charts: drawn first, interactive when asked for, and no complaint under the strict policy."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsing import Problems, Visit, check_accessibility, of_the_browser
from tests.factories import make_cycle, make_organization, make_reviewer, make_submitted

pytestmark = of_the_browser

PAGE = "/admin/portfolio/"


@pytest.fixture
def reviewer(live_server: Any) -> str:
    cycle = make_cycle(name="FY2027 Q1")
    for name, level in (("Department of Rivers", 2), ("Department of Hills", 4)):
        make_submitted(organization=make_organization(name=name), cycle=cycle, level=level, choices={"secops-1": 1})
    return make_reviewer().email


def test_each_chart_can_be_explored_and_gives_its_place_back(visit: Visit, reviewer: str, problems: Problems) -> None:
    page = visit(reviewer)
    page.goto(PAGE)
    for name in ("Organizations and areas", "Where the areas stand", "What moved"):
        section = page.get_by_role("region", name=name, exact=True)
        drawing, button = section.locator("[data-explore-drawing]"), section.locator("[data-explore-button]")
        button.click()
        expect(section.locator(".radar-plot svg.main-svg").first).to_be_visible()
        expect(drawing).to_be_hidden()
        expect(button).to_have_text("Show the drawing")
    check_accessibility(page)
    button.click()
    expect(drawing).to_be_visible()
    assert not problems.seen


def test_a_cell_leads_to_the_submissions_behind_it(visit: Visit, reviewer: str) -> None:
    page = visit(reviewer)
    page.goto(PAGE)
    page.get_by_role("row", name="Department of Hills").get_by_role(
        "link", name=re.compile("Level 4 ?, 1 team")
    ).first.click()
    expect(page.get_by_text("1 submission", exact=True)).to_be_visible()


def test_without_a_script_there_are_the_drawings_and_the_tables(visit: Visit, reviewer: str) -> None:
    page = visit(reviewer, java_script_enabled=False)
    page.goto(PAGE)
    expect(page.locator(".share-bar").first).to_be_visible()
    expect(page.locator("[data-explore-button]").first).to_be_hidden()
    page.get_by_label("Levels").select_option("validated")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text("In FY2027 Q1, no submission is accepted yet.")).to_be_visible()
