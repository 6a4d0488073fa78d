"""The keyboard alone: everything can be reached, seen, used and left again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from assessments.models import Assessment
from tests.browser.conftest import Cast, card
from tests.browsing import Problems, Visit, of_the_browser, sign_in
from tests.factories import PASSWORD, answer_all, make_assessment, make_submitted

FOCUS = """
isFirst => {
  const element = document.activeElement;
  window.visited = isFirst ? new WeakSet() : window.visited ?? new WeakSet();
  if (!element || element === document.body || window.visited.has(element)) return null;
  window.visited.add(element);
  // A tile shows the focus of the input that it hides.
  const shown = element.matches(".usa-radio__input--tile") ? element.labels[0] : element;
  const ring = [getComputedStyle(shown), getComputedStyle(shown, "::before")];
  const box = shown.getBoundingClientRect();
  const label = element.getAttribute("aria-label") || element.labels?.[0]?.innerText;
  const name = label || element.innerText || element.value || element.id;
  return {
    name: `${element.tagName.toLowerCase()} ${name.trim().replace(/\\s+/g, " ").slice(0, 60)}`,
    seen: ring.some(({outlineStyle, outlineWidth}) => outlineStyle !== "none" && outlineWidth !== "0px"),
    inside: box.bottom > 0 && box.top < innerHeight && box.width > 0,
  };
}
"""
MOST_STOPS = 120


@pytest.fixture
def page(visit: Visit) -> Page:
    page = visit()
    page.set_default_timeout(10_000)
    return page


def stops(page: Page, key: str = "Tab") -> Iterator[str]:
    """Where the focus goes, press by press, until it leaves the page or comes round again; each stop can be seen."""
    for number in range(MOST_STOPS):
        page.keyboard.press(key)
        focus = page.evaluate(FOCUS, number == 0)
        if focus is None:
            return
        assert focus["seen"], f"The focus on “{focus['name']}” can't be seen."
        assert focus["inside"], f"“{focus['name']}” has the focus outside of the window."
        yield focus["name"]
    pytest.fail(f"The focus doesn't leave the page with {key}.")


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses `key` until the focus is on what is named so, such as "button Sign in"."""
    passed = []
    for stop in stops(page, key):
        if re.match(name, stop):
            return
        passed.append(stop)
    pytest.fail(f"“{name}” was not reached; passed were: {passed}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def follow(page: Page) -> None:
    """Enter, on something that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_an_assessment_is_signed_in_to_answered_and_submitted(page: Page, cast: Cast) -> None:
    assessment = make_assessment(organization=cast.organization, team="Flood Forecasts", cycle=cast.cycle, by=cast.lead)
    answer_all(assessment, level=3, choices={f"aiops-{number}": "" for number in (1, 2, 3)})

    page.goto("/accounts/login/")
    tab_to(page, "input E-mail address")
    page.keyboard.type(cast.lead.email)
    press(page, "Tab")
    page.keyboard.type(PASSWORD)
    follow(page)
    tab_to(page, "a Flood Forecasts")
    follow(page)
    tab_to(page, "a Continue with AIOps, question 1")
    follow(page)

    expect(page).to_have_url(re.compile(r"/aiops/#aiops-1$"))
    tab_to(page, "input .*Initial")
    press(page, "Space")
    press(page, "ArrowDown", "ArrowDown")
    expect(page.locator("[id='aiops-1-choice-3']")).to_be_checked()
    expect(card(page, "aiops-1").locator("[data-save-status]")).to_contain_text("by Lena Lead")
    tab_to(page, "textarea Why this answer")
    page.keyboard.type("One")
    press(page, "Enter")
    page.keyboard.type("Two")
    press(page, "Tab")
    page.keyboard.type("The plan")
    press(page, "Tab")
    page.keyboard.type("https://example.gov/plan")
    tab_to(page, "button Add a link")
    press(page, "Enter")
    expect(page.locator("#aiops-1-evidence-title-3")).to_be_focused()
    tab_to(page, "button Add a link")
    tab_to(page, "input .*Initial")
    press(page, "ArrowUp")
    expect(page.locator("[id='aiops-2-choice-not_applicable']")).to_be_checked()
    tab_to(page, "textarea Why doesn't this question apply")
    page.keyboard.type("We have no products.")
    tab_to(page, "textarea Why this answer")
    tab_to(page, "input .*Initial")
    press(page, "Space")
    tab_to(page, "button Save and see what is left")
    follow(page)

    tab_to(page, "a Check and submit")
    follow(page)
    tab_to(page, "button Seal and submit")
    follow(page)
    expect(page.get_by_text("Submitted and sealed as")).to_be_visible()
    answer = assessment.answers.get(question__code="aiops-1")
    assert (answer.choice, answer.rationale) == ("3", "One\nTwo")
    assert [link.url for link in answer.evidence.all()] == ["https://example.gov/plan"]


@pytest.fixture
def draft(cast: Cast) -> Assessment:
    return answer_all(
        make_assessment(organization=cast.organization, team="Flood Forecasts", cycle=cast.cycle, by=cast.lead),
        choices={"secops-1": "", "secops-2": "not_applicable"},
    )


@of_the_browser
@pytest.mark.only_on("sqlite")  # eight pages, each key by key; the keys don't depend on the database
@pytest.mark.parametrize(
    "address",
    ["/", "/assessments/", "/assessments/new/", "{}", "{}secops/", "{}results/", "{}submit/", "{}people/"],
)
def test_every_stop_can_be_seen_and_nothing_traps(page: Page, cast: Cast, draft: Assessment, address: str) -> None:
    sign_in(page, cast.lead.email)
    of_people = address == "{}people/"
    page.goto(address.format("/organizations/rivers/" if of_people else f"/assessments/{draft.pk}/"))
    forth = list(stops(page))
    assert forth[0] == "a Skip to main content"
    assert len(forth) > 8
    # Radios are one stop, which is the first or the last of them when none is chosen.
    back = list(stops(page, "Shift+Tab"))
    assert len(back) == len(forth)
    assert [stop for stop in reversed(back) if "Level" not in stop and "Not applicable" not in stop] == [
        stop for stop in forth if "Level" not in stop and "Not applicable" not in stop
    ]


@of_the_browser
def test_the_review_page_in_the_admin_has_stops_that_can_be_seen(page: Page, cast: Cast) -> None:
    submitted = make_submitted(
        organization=cast.organization, team="Flood Forecasts", cycle=cast.cycle, by=cast.lead,
        evidence=[("The plan", "https://example.gov/plan")],
    )  # fmt: skip
    sign_in(page, cast.reviewer.email)
    page.goto(f"/admin/assessments/assessment/{submitted.pk}/change/")
    tab_to(page, "a Decide")
    press(page, "Enter")
    tab_to(page, "textarea Comment to the team")
    page.keyboard.type("Well done.")
    tab_to(page, "summary Accept this submission")
    press(page, "Enter")
    tab_to(page, "button Accept for good")
    follow(page)
    expect(page.get_by_text("Accepted: Flood Forecasts")).to_be_visible()


@of_the_browser
def test_the_skip_link_skips(page: Page, cast: Cast, draft: Assessment) -> None:
    sign_in(page, cast.lead.email)
    page.goto(f"/assessments/{draft.pk}/secops/")
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
    press(page, "Enter")
    expect(page.locator("#main")).to_be_focused()
    assert next(stops(page)) == "a Assessments"


@of_the_browser
def test_after_an_error_the_keyboard_starts_at_its_summary(page: Page, cast: Cast, problems: Problems) -> None:
    problems.expect("status of 422")
    sign_in(page, cast.lead.email)
    page.goto("/assessments/new/")
    tab_to(page, "input Team")
    follow(page)
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title().startswith("Error: ")
    assert next(stops(page)).startswith("a Team: ")
    press(page, "Enter")
    expect(page.get_by_label("Team")).to_be_focused()


@of_the_browser
def test_after_a_page_came_back_the_keyboard_starts_at_its_summary(
    page: Page, cast: Cast, draft: Assessment, problems: Problems
) -> None:
    """The first time without the script, as where it could not be loaded."""
    problems.expect("status of 422")
    sign_in(page, cast.lead.email)
    page.route("**/app.js", no_script)
    page.goto(f"/assessments/{draft.pk}/secops/")
    page.locator("label[for='secops-1-choice-not_applicable']").click()
    page.unroute("**/app.js", no_script)
    page.get_by_role("button", name="Save and stay here").click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert next(stops(page)).startswith("a Question 1: Say why")
    press(page, "Enter")
    expect(page.locator("#secops-1-reason")).to_be_focused()


def no_script(route: Route) -> None:
    route.fulfill(body="", content_type="text/javascript")


@of_the_browser
def test_what_cannot_be_saved_gets_the_focus(page: Page, cast: Cast, draft: Assessment) -> None:
    sign_in(page, cast.lead.email)
    page.goto(f"/assessments/{draft.pk}/secops/")
    tab_to(page, "input .*Initial")
    press(page, "ArrowUp")
    tab_to(page, "button Save and go to")
    press(page, "Enter")
    expect(card(page, "secops-1").get_by_label("Why doesn't this question apply?")).to_be_focused()
    expect(page.get_by_role("main").get_by_text("Question 1 isn't saved yet.")).to_be_visible()


@of_the_browser
def test_a_fold_opens_and_shuts(page: Page, cast: Cast, draft: Assessment) -> None:
    sign_in(page, cast.lead.email)
    page.goto(f"/assessments/{draft.pk}/secops/")
    tab_to(page, "summary What the model says about SecOps")
    press(page, "Enter")
    expect(page.get_by_role("heading", name="Key activities")).to_be_visible()
    press(page, "Space")
    expect(page.get_by_role("heading", name="Key activities")).to_be_hidden()
