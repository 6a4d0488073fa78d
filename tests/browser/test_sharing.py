"""A lead shares a result with someone outside, who opens it with the passphrase until the lead ends it."""

import re

import pytest
from playwright.sync_api import Page, expect

from assessments.models import Assessment
from tests.browser.conftest import Cast
from tests.browsing import Problems, Visit, of_the_browser
from tests.factories import make_accepted

PASSPHRASE = "four quiet grey herons"
MARKER = "xqzmarker"


@pytest.fixture
def accepted(cast: Cast) -> Assessment:
    return make_accepted(
        organization=cast.organization,
        by=cast.lead,
        cycle=cast.cycle,
        team="Flood Forecasts",
        rationale=f"{MARKER} rationale",
        evidence=[(f"{MARKER} plan", "https://example.gov/plan")],
        comment="Well done.",
    )


def make_link(page: Page, accepted: Assessment, label: str, *, texts: bool = False, passphrase: str = "") -> str:
    """Makes a link as a lead does, from the result; the path of its address."""
    page.goto(f"/assessments/{accepted.pk}/results/")
    page.get_by_role("link", name="Share with someone outside").click()
    page.get_by_label("For whom").fill(label)
    page.get_by_text("All of the scorecard" if texts else "Figures only").last.click()
    page.get_by_label("How long it works").select_option("7 days")
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", name=f"The link for {label} is made")).to_be_visible()
    return "/shared/" + page.locator("#share-address").inner_text().split("/shared/")[1]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_link_with_a_passphrase_from_its_making_to_its_end(
    visit: Visit, cast: Cast, accepted: Assessment, problems: Problems, scripts: bool
) -> None:
    problems.expect("status of (404|422)")
    lead, guest = (visit(email, java_script_enabled=scripts) for email in (cast.lead.email, None))
    address = make_link(lead, accepted, "Auditors", texts=True, passphrase=PASSPHRASE)

    guest.goto(address)
    expect(guest.get_by_role("heading", name="Type the passphrase")).to_be_visible()
    expect(guest.get_by_text("Flood Forecasts")).to_have_count(0)
    guest.get_by_label("Passphrase").fill("four quiet grey geese")
    guest.get_by_role("button", name="Open").click()
    expect(guest.get_by_text("This isn't the passphrase.").last).to_be_visible()
    guest.get_by_label("Passphrase").fill(PASSPHRASE)
    guest.keyboard.press("Enter")
    expect(guest.get_by_role("heading", name="Result: Flood Forecasts")).to_be_visible()
    guest.locator("summary", has_text=re.compile("^AIOps$")).click()
    expect(guest.get_by_text(f"{MARKER} rationale").first).to_be_visible()
    expect(guest.get_by_role("link", name="Download the scorecard (PDF)")).to_be_visible()

    lead.goto(f"/assessments/{accepted.pk}/share/")
    lead.get_by_role("link", name="1 visit, 1 refused, 1 asked for the passphrase by the link for Auditors").click()
    for text in ("Read the result", "Typed a wrong passphrase", "Was asked for the passphrase"):
        expect(lead.get_by_role("cell", name=text)).to_have_count(1)
    lead.get_by_role("link", name="Revoke the link for Auditors").click()
    lead.get_by_role("button", name="Revoke the link").click()
    expect(lead.get_by_text("The link for Auditors is revoked; it no longer works.")).to_be_visible()

    guest.reload()
    expect(guest.get_by_role("heading", name="This link doesn't work (any more)")).to_be_visible()
    expect(guest.get_by_text(MARKER)).to_have_count(0)


@of_the_browser
def test_figures_only_can_be_explored_and_tell_no_other_site_where_they_are(
    visit: Visit, cast: Cast, accepted: Assessment
) -> None:
    lead, guest = visit(cast.lead.email), visit()
    address = make_link(lead, accepted, "Budget office")
    guest.goto(address)
    guest.get_by_role("button", name="Explore the radar").click()
    expect(guest.locator(".radar-plot svg.main-svg").first).to_be_visible()
    assert MARKER not in guest.content()
    expect(guest.get_by_role("navigation")).to_have_count(0)
    guest.get_by_role("link", name="How scoring works").first.click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("How answers become levels")
    assert guest.evaluate("document.referrer") == ""


@of_the_browser
def test_the_address_is_copied(visit: Visit, cast: Cast, accepted: Assessment) -> None:
    page = visit(cast.lead.email, permissions=["clipboard-read", "clipboard-write"])
    address = make_link(page, accepted, "Auditors")
    page.get_by_role("button", name="Copy the address").click()
    expect(page.locator("[data-live-region]")).to_have_text("The address is copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(address)
