"""The whole job as people do it, with the script: a lead and a contributor answer, the CoE returns and accepts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.models import Assessment
from rubric.datatypes import Rubric
from tests.browser.conftest import Cast, become, card, choose, fill_in_sign_in, way_on, write
from tests.browsing import Visit
from tests.factories import PASSWORD, answer_all, make_assessment, make_invitation


@pytest.fixture
def window(visit: Visit) -> Page:
    page = visit()
    page.set_default_timeout(10_000)
    return page


@pytest.fixture
def colleague(visit: Visit, cast: Cast) -> Page:
    """The contributor's window."""
    page = visit(cast.contributor.email)
    page.set_default_timeout(10_000)
    return page


def status(page: Page, code: str) -> Locator:
    return card(page, code).locator("[data-save-status]")


def saved(page: Page, code: str) -> None:
    expect(status(page, code)).to_have_text(re.compile("^Saved "))


def test_two_people_answer_and_the_lead_submits(window: Page, colleague: Page, cast: Cast, ai_cmm: Rubric) -> None:
    page = window
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Sign in").click()
    fill_in_sign_in(page, cast.lead.email)
    page.get_by_role("link", name="Start an assessment").click()
    page.get_by_label("Team").fill("Flood Forecasts")
    page.get_by_role("button", name="Start the assessment").click()
    page.get_by_role("link", name="Begin with PeopleOps, question 1").click()
    half = ai_cmm.areas[:4]
    for area in half:
        expect(page.get_by_role("heading", level=1)).to_have_text(area.name)
        for question in area.questions:
            choose(page, question.code, 3)
        if area.code == "peopleops":
            explain(page)
        page.get_by_role("button", name=way_on(ai_cmm, area)).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("DataOps")
    expect(page.get_by_text("19 of 29 questions of the assessment are answered.")).to_be_visible()

    goes_on(colleague, ai_cmm)

    page.get_by_role("link", name="What is left").click()
    expect(page.get_by_text("28 of 29 answered", exact=True)).to_be_visible()
    expect(page.get_by_text("Answered by Carl Contributor").first).to_be_visible()
    page.get_by_role("link", name="Submit").click()
    expect(page.get_by_role("heading", name="1 question is still open")).to_be_visible()
    assert page.get_by_role("button", name="Seal and submit").count() == 0
    page.get_by_role("link", name="Question 3:").click()
    choose(page, "aiops-3", 1)
    saved(page, "aiops-3")
    expect(page.get_by_text("29 of 29 questions of the assessment are answered.")).to_be_visible()
    page.get_by_role("button", name="Save and see what is left").click()
    page.get_by_role("link", name="Check and submit").click()
    page.get_by_role("button", name="Seal and submit").click()
    expect(page.get_by_role("status").get_by_text("Submitted and sealed as")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(7)
    page.get_by_role("button", name="Explore the radar").click()
    expect(page.get_by_role("group", name="Interactive radar")).to_be_visible()

    colleague.get_by_role("link", name="AIOps", exact=True).click()
    expect(colleague.get_by_text("so its answers can't change")).to_be_visible()
    assert colleague.locator("main input").count() == 0
    reply = colleague.context.request.get(page.url.replace("results/", "scorecard.pdf"))
    assert (reply.status, reply.headers["content-type"]) == (200, "application/pdf")
    assert reply.body().startswith(b"%PDF")


def explain(page: Page) -> None:
    """On the first area: notes, what nobody knows, and what doesn't apply, which is saved with its reason only."""
    write(page, "peopleops-1", rationale="Every post has a plan.", evidence=[("The plan", "https://example.gov/plan")])
    choose(page, "peopleops-2", "unknown")
    choose(page, "peopleops-3", "not_applicable")
    expect(status(page, "peopleops-3")).to_have_text("Not saved: say why this question doesn't apply to you.")
    page.get_by_role("button", name="Save and go to CloudOps").click()
    expect(page.get_by_role("main").get_by_text("Question 3 isn't saved yet.")).to_be_visible()
    reason = card(page, "peopleops-3").get_by_label("Why doesn't this question apply?")
    expect(reason).to_be_focused()
    reason.fill("We have no posts.")
    for code in ("peopleops-1", "peopleops-2", "peopleops-3"):
        saved(page, code)
    page.reload()
    expect(card(page, "peopleops-1").get_by_label("Why this answer?")).to_have_value("Every post has a plan.")
    expect(card(page, "peopleops-1").get_by_label("Web address of link 1")).to_have_value("https://example.gov/plan")
    expect(card(page, "peopleops-3").get_by_label("Why doesn't this question apply?")).to_have_value(
        "We have no posts."
    )


def goes_on(page: Page, rubric: Rubric) -> None:
    """Carl goes on where Lena has stopped, and leaves one question open."""
    page.goto("/")
    page.get_by_role("link", name="Flood Forecasts", exact=True).click()
    page.get_by_role("link", name="Continue with DataOps, question 1").click()
    for area in rubric.areas[4:]:
        expect(page.get_by_role("heading", level=1)).to_have_text(area.name)
        for question in area.questions:
            if question.code != "aiops-3":
                choose(page, question.code, 2)
        page.get_by_role("button", name=way_on(rubric, area)).click()
    expect(page.get_by_text("28 of 29 answered", exact=True)).to_be_visible()
    assert page.get_by_role("link", name="Submit").count() == 0


def test_a_submission_goes_back_and_is_accepted(window: Page, colleague: Page, cast: Cast) -> None:
    page = window
    ready = ready_to_submit(cast)
    become(page, cast.lead)
    page.goto(f"/assessments/{ready.pk}/submit/")
    page.get_by_role("button", name="Seal and submit").click()

    become(page, cast.reviewer)
    page.get_by_role("link", name="Review submissions").click()
    page.get_by_role("link", name="Flood Forecasts").click()
    page.get_by_label("Comment to the team").fill("Question 1 of DataOps: who owns the pipeline?")
    page.get_by_role("button", name="Return to the team").click()
    expect(page.get_by_text("Returned: Flood Forecasts")).to_be_visible()

    colleague.goto("/")
    colleague.get_by_role("link", name="Flood Forecasts", exact=True).click()
    expect(colleague.locator(".asked").get_by_text("who owns the pipeline?")).to_be_visible()
    colleague.get_by_role("link", name="DataOps", exact=True).click()
    choose(colleague, "dataops-1", 2)
    write(colleague, "dataops-1", rationale="Nobody owns it yet.")
    saved(colleague, "dataops-1")
    colleague.get_by_role("button", name="Save and stay here").click()
    expect(colleague.get_by_text("Every answer on this page is saved.").first).to_be_visible()

    page.goto("/")
    become(page, cast.lead)
    page.goto(f"/assessments/{ready.pk}/dataops/")
    expect(status(page, "dataops-1")).to_contain_text("by Carl Contributor")
    page.get_by_role("link", name="Overview").click()
    page.get_by_role("link", name="Check and submit").click()
    page.get_by_role("button", name="Seal and submit").click()

    become(page, cast.reviewer)
    page.get_by_role("link", name="Review submissions").click()
    page.get_by_role("link", name="Flood Forecasts").click()
    expect(page.get_by_text("Nobody owns it yet.")).to_be_visible()
    page.get_by_label("Comment to the team").fill("Thank you.")
    page.get_by_text("Accept this submission").click()
    page.get_by_role("button", name="Accept for good").click()
    expect(page.get_by_text("Accepted: Flood Forecasts")).to_be_visible()

    for address in ("/", "/assessments/", f"/assessments/{ready.pk}/", f"/assessments/{ready.pk}/results/"):
        colleague.goto(address)
        expect(colleague.locator(".state-tag", has_text="Accepted")).to_be_visible()
    expect(colleague.get_by_text("Thank you.")).to_be_visible()


def ready_to_submit(cast: Cast) -> Assessment:
    same = {"organization": cast.organization, "cycle": cast.cycle, "by": cast.lead}
    return answer_all(make_assessment(**same, team="Flood Forecasts"), level=4)


def test_an_invited_person_joins_and_answers(window: Page, cast: Cast) -> None:
    page = window
    draft = make_assessment(organization=cast.organization, team="Flood Forecasts", cycle=cast.cycle, by=cast.lead)
    invitation = make_invitation(organization=cast.organization, by=cast.lead, email="nina@rivers.example")
    page.goto(f"/invitations/{invitation.token}/")
    page.get_by_label("Your name").fill("Nina New")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome, Nina New")
    page.get_by_role("link", name="Flood Forecasts", exact=True).click()
    page.get_by_role("link", name="Begin with PeopleOps, question 1").click()
    choose(page, "peopleops-1", 4)
    expect(status(page, "peopleops-1")).to_contain_text("by Nina New")
    assert draft.answers.get(question__code="peopleops-1").choice == "4"
