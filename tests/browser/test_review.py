"""The review page in a browser: what is typed is not lost unawares, and folds open where a link leads into them."""

import pytest
from playwright.sync_api import Dialog, Page, expect

from assessments import actions
from assessments.actions import CommentEntry, ReviewEntry
from assessments.models import Assessment
from tests.browser.conftest import Cast, fill_in_sign_in
from tests.browsing import Problems, Visit, of_the_browser
from tests.factories import make_submitted

pytestmark = of_the_browser


@pytest.fixture
def submitted(cast: Cast) -> Assessment:
    return make_submitted(
        organization=cast.organization, by=cast.lead, cycle=cast.cycle, team="Flood Forecasts", level=4
    )


def warnings_of(page: Page) -> list[str]:
    """The kinds of dialogs that this page shows from here on; each is answered with leaving."""
    seen: list[str] = []

    def leave(dialog: Dialog) -> None:
        seen.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    return seen


def address_of(assessment: Assessment) -> str:
    return f"/admin/assessments/assessment/{assessment.pk}/change/"


def test_leaving_with_unsaved_typing_asks_first(visit: Visit, cast: Cast, submitted: Assessment) -> None:
    page = visit(cast.reviewer.email)
    warnings = warnings_of(page)
    page.goto(address_of(submitted))
    page.get_by_label("Comment to the team").fill("Typed.")
    page.get_by_role("link", name="History").first.click()
    page.wait_for_url("**/history/")
    assert warnings == ["beforeunload"]


def test_nothing_is_asked_where_nothing_is_lost(visit: Visit, cast: Cast, submitted: Assessment) -> None:
    page = visit(cast.reviewer.email)
    warnings = warnings_of(page)
    page.goto(address_of(submitted))
    comment = page.get_by_label("Comment to the team")
    comment.fill("Typed.")
    comment.fill("")
    page.get_by_role("link", name="History").first.click()
    page.wait_for_url("**/history/")
    page.goto(address_of(submitted))
    comment.fill("Typed.")
    page.get_by_label("Level you find right for SecOps").select_option("4")
    page.get_by_role("button", name="Save and decide later").last.click()
    expect(page.get_by_text("Saved. The team sees it when you decide.")).to_be_visible()
    page.get_by_role("link", name="History").first.click()
    page.wait_for_url("**/history/")
    assert warnings == []


def test_what_was_refused_is_unsaved_still(visit: Visit, cast: Cast, submitted: Assessment, problems: Problems) -> None:
    problems.expect("status of 422")
    page = visit(cast.reviewer.email)
    warnings = warnings_of(page)
    page.goto(address_of(submitted))
    page.get_by_label("Level you find right for SecOps").select_option("2")
    page.get_by_text("Accept this submission").click()
    page.get_by_role("button", name="Accept for good").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why SecOps is not at the level that is claimed.")
    assert warnings == []
    page.get_by_role("link", name="History").first.click()
    page.wait_for_url("**/history/")
    assert warnings == ["beforeunload"]


def test_notes_that_came_back_signed_out_are_saved_at_one_press_after_signing_in(
    visit: Visit, cast: Cast, submitted: Assessment, problems: Problems
) -> None:
    problems.expect("status of 401")
    page = visit(cast.reviewer.email)
    page.goto(address_of(submitted))
    page.get_by_label("Comment to the team").fill("It's typed.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Save and decide later").click()
    expect(page.get_by_role("heading", name="Nothing is saved yet")).to_be_visible()
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Sign in (opens a new tab)").click()
    fill_in_sign_in(opened.value, cast.reviewer.email)
    page.get_by_role("button", name="Save these notes").click()
    expect(page.get_by_label("Comment to the team")).to_have_value("It's typed.")
    expect(page.get_by_text("Saved. The team sees it when you decide.")).to_be_visible()


def test_a_flag_leads_into_the_fold_of_its_answer(visit: Visit, cast: Cast, submitted: Assessment) -> None:
    entry = ReviewEntry(comments={"secops-2": CommentEntry("Link the log.")})
    actions.return_(assessment=submitted, by=cast.reviewer, entry=entry)
    actions.submit(assessment=submitted, by=cast.lead)
    page = visit(cast.reviewer.email)
    page.goto(address_of(submitted))
    expect(page.get_by_text("Asked about, not changed.")).to_be_visible()
    row = page.locator("#cloudops-1")
    expect(row).to_be_hidden()
    page.get_by_role("link", name="CloudOps 1 claims Level 4 without any evidence.").click()
    expect(row).to_be_visible()
