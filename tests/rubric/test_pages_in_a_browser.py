"""The model's pages as people meet them: wide, on a phone, at 320 pixels; by axe-core and under the strict policy."""

import pytest
from django.contrib.auth import get_user_model
from playwright.sync_api import expect

from rubric.models import Rubric
from tests.browsing import Visit, check_accessibility, of_the_browser

pytestmark = of_the_browser


@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("address", ["/model/", "/model/peopleops/", "/model/aiops/"])
def test_nothing_is_lost_at_any_width(visit: Visit, width: int, address: str) -> None:
    page = visit(viewport={"width": width, "height": 900})
    page.goto(address)
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_each_cell_says_its_level(visit: Visit) -> None:
    page = visit(viewport={"width": 390, "height": 900})
    page.goto("/model/")
    cell = page.get_by_role("cell", name="Development on local workstation")
    shown = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert shown == '"Level 1, Initial / Ad Hoc (Individual Project)"'
    assert page.get_by_role("rowheader").count() == 7


def test_one_walks_the_stack_from_the_bottom_to_the_top(visit: Visit) -> None:
    page = visit()
    page.goto("/model/peopleops/")
    seen = [page.locator("h1").inner_text()]
    while (link := page.get_by_role("link", name="Next: ")).count():
        link.click()
        expect(page.locator("h1")).not_to_have_text(seen[-1])
        page.wait_for_load_state()
        seen.append(page.locator("h1").inner_text())
    assert seen == ["PeopleOps", "CloudOps", "SecOps", "DevOps", "DataOps", "MLOps", "AIOps"]


def test_administrators_see_why_a_published_rubric_is_read_only(visit: Visit, transactional_db: None) -> None:
    get_user_model().objects.create_user("admin@coe.example", coe_role="administrator")
    page = visit("admin@coe.example")
    page.goto(f"/admin/rubric/rubric/{Rubric.objects.get().pk}/change/")
    assert page.get_by_text("A published version never changes").is_visible()
    assert page.get_by_role("button", name="Save").count() == 0
