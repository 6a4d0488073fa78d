"""The whole job without a script: the forms alone carry it, from the first question to the accepted scorecard."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.actions import AnswerEntry, save_answer
from assessments.models import Assessment
from rubric.datatypes import Rubric
from tests.browser.conftest import Cast, become, card, choose, fill_in_sign_in, way_on, write
from tests.browsing import Problems, Visit
from tests.factories import make_assessment, make_submitted

REFUSED = "status of (401|403|409|422)"


@pytest.fixture
def plain(visit: Visit, problems: Problems) -> Page:
    """A window of a browser that runs no script."""
    problems.expect(REFUSED)
    page = visit(java_script_enabled=False)
    page.set_default_timeout(10_000)
    return page


def heading(page: Page) -> Locator:
    return page.locator("h1")


def test_a_team_answers_and_submits(plain: Page, cast: Cast, ai_cmm: Rubric) -> None:
    page = plain
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Sign in").click()
    fill_in_sign_in(page, cast.lead.email, password="not this one")
    expect(page).to_have_title(re.compile("^Error: "))
    fill_in_sign_in(page, cast.lead.email)
    expect(heading(page)).to_have_text("Welcome, Lena Lead")

    page.get_by_role("link", name="Start an assessment").click()
    page.get_by_role("button", name="Start the assessment").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("alert").get_by_role("link").click()
    expect(page.get_by_label("Team")).to_be_focused()
    page.get_by_label("Team").fill("Flood Forecasts")
    page.get_by_role("button", name="Start the assessment").click()
    expect(heading(page)).to_have_text("Flood Forecasts")
    overview = urlsplit(page.url).path

    page.get_by_role("link", name="Begin with PeopleOps, question 1").click()
    *earlier, last = ai_cmm.areas
    for area in earlier:
        expect(heading(page)).to_have_text(area.name)
        for question in area.questions:
            choose(page, question.code, 3)
        if area is ai_cmm.areas[0]:
            stumble(page)
        page.get_by_role("button", name=way_on(ai_cmm, area)).click()
    *answered, left = last.questions
    for question in answered:
        choose(page, question.code, 2)
    page.get_by_role("button", name=way_on(ai_cmm, last)).click()

    expect(page.get_by_text("28 of 29 answered", exact=True)).to_be_visible()
    assert urlsplit(page.url).path == overview
    page.get_by_role("link", name="Submit").click()
    expect(page.get_by_role("heading", name="1 question is still open")).to_be_visible()
    expect(page.get_by_role("button", name="Seal and submit")).to_have_count(0)
    page.get_by_role("link", name=left.text).click()
    expect(card(page, left.code)).to_be_in_viewport()
    choose(page, left.code, "unknown")
    page.get_by_role("button", name=way_on(ai_cmm, last)).click()
    page.get_by_role("link", name="Check and submit").click()
    page.get_by_role("button", name="Seal and submit").click()

    expect(page.get_by_role("status").get_by_text("Submitted and sealed as")).to_be_visible()
    expect(heading(page)).to_have_text("Result: Flood Forecasts")
    shows_a_result(page, ai_cmm)
    downloads_a_pdf(page)
    page.goto(f"{overview}peopleops/")
    expect(page.get_by_text("so its answers can't change")).to_be_visible()
    expect(page.locator("main input, main textarea, main button")).to_have_count(0)
    expect(card(page, "peopleops-1").get_by_text("Every post has a plan.")).to_be_visible()
    expect(card(page, "peopleops-1").get_by_role("link", name="The plan")).to_have_attribute(
        "href", "https://example.gov/plan"
    )


def stumble(page: Page) -> None:
    """On the first area, with all questions answered: two answers can't be saved; nothing typed is lost over it."""
    write(page, "peopleops-1", rationale="Every post has a plan.", evidence=[("The plan", "https://example.gov/plan")])
    choose(page, "peopleops-2", "unknown")
    choose(page, "peopleops-3", "not_applicable")
    write(page, "peopleops-3", rationale="  We hire nobody.\nWe never did.  ")
    write(page, "peopleops-4", evidence=[("The log", "log.txt")])
    page.get_by_role("button", name="Save and go to CloudOps").click()

    expect(page).to_have_title(re.compile("^Error: PeopleOps"))
    summary = page.get_by_role("alert")
    expect(summary.get_by_role("heading", name="There is a problem")).to_be_visible()
    assert summary.get_by_role("link").all_inner_texts() == [
        "Question 3: Say why this question doesn't apply to you.",
        "Question 4: “log.txt” is no web address: it starts with https:// or http:// and names a site in full, such as"
        " https://example.gov/plan.",
    ]
    assert page.locator("[id='peopleops-3-choice-not_applicable']").is_checked()
    assert page.locator("[id='peopleops-4-choice-3']").is_checked()
    expect(card(page, "peopleops-3").get_by_label("Why this answer?")).to_have_value("We hire nobody.\nWe never did.")
    expect(card(page, "peopleops-4").get_by_label("Web address of link 1")).to_have_value("log.txt")
    expect(card(page, "peopleops-1").locator("[data-save-status]")).to_have_text(re.compile("^Saved .* by Lena Lead$"))

    summary.get_by_role("link", name="Question 3").click()
    reason = card(page, "peopleops-3").get_by_label("Why doesn't this question apply?")
    expect(reason).to_be_focused()
    reason.fill("We have no posts.")
    page.get_by_role("link", name="Question 4").click()
    expect(card(page, "peopleops-4").get_by_label("Title of link 1")).to_be_focused()
    write(page, "peopleops-4", evidence=[("The log", "https://example.gov/log")])


def shows_a_result(page: Page, rubric: Rubric) -> None:
    """The sentence, both pictures with a title, a row per area, why, and the steps to the next level."""
    expect(page.locator(".usa-intro")).to_contain_text("Level")
    for picture in ("strip", "radar"):
        expect(page.locator(f"svg.{picture}")).to_be_visible()
        assert page.locator(f"svg.{picture} > title").text_content()
    assert page.locator(".figures-table").get_by_role("rowheader").all_inner_texts() == [
        area.name for area in reversed(rubric.areas)
    ]
    stories = page.get_by_role("article")
    assert stories.count() == len(rubric.areas)
    people = page.locator("article#peopleops")
    expect(people).to_contain_text(
        "Level 2, Repeatable, because 4 of 5 questions (80 %) are answered at Level 2 or above"
    )
    expect(people.get_by_role("heading", name="The fewest steps to Level 3")).to_be_visible()


def downloads_a_pdf(page: Page) -> None:
    link = page.get_by_role("link", name="Download the scorecard (PDF)")
    reply = page.context.request.get(str(link.get_attribute("href")))
    assert reply.status == 200
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body().startswith(b"%PDF")


def test_a_submission_goes_back_and_is_accepted(plain: Page, cast: Cast) -> None:
    page = plain
    make_submitted(organization=cast.organization, team="Flood Forecasts", cycle=cast.cycle, by=cast.lead, level=4)

    become(page, cast.reviewer)
    page.get_by_role("link", name="Review submissions").click()
    page.get_by_role("link", name="Flood Forecasts").click()
    page.get_by_role("button", name="Claim").click()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Nobody has claimed this submission.")).to_be_visible()
    page.get_by_role("button", name="Return to the team").click()
    expect(page.get_by_role("alert")).to_contain_text(
        "Say what the team has to do before it submits again, here or at single answers."
    )
    page.get_by_label("Comment to the team").fill("Question 1 of DataOps:\nwho owns the pipeline?")
    page.get_by_role("button", name="Return to the team").click()
    expect(page.get_by_text("Returned: Flood Forecasts")).to_be_visible()
    expect(page.get_by_role("link", name="Flood Forecasts")).to_have_count(0)

    page.goto("/")
    become(page, cast.contributor)
    expect(page.get_by_text("asks for more before it accepts")).to_be_visible()
    page.get_by_role("link", name="Flood Forecasts", exact=True).click()
    expect(page.locator(".asked").get_by_text("who owns the pipeline?")).to_be_visible()
    expect(page.get_by_role("link", name="Check and submit")).to_have_count(0)
    page.get_by_role("link", name="DataOps", exact=True).click()
    choose(page, "dataops-1", 2)
    write(page, "dataops-1", rationale="Nobody owns it yet.")
    page.get_by_role("button", name="Save and stay here").click()
    expect(card(page, "dataops-1").locator("[data-save-status]")).to_contain_text("by Carl Contributor")

    become(page, cast.lead)
    page.get_by_role("link", name="Flood Forecasts", exact=True).click()
    page.get_by_role("link", name="Check and submit").click()
    page.get_by_role("button", name="Seal and submit").click()

    become(page, cast.reviewer)
    page.get_by_role("link", name="Review submissions").click()
    page.get_by_role("link", name="Flood Forecasts").click()
    expect(page.get_by_text("Nobody owns it yet.")).to_be_visible()
    expect(page.get_by_text("submission 2, sealed")).to_be_visible()
    page.get_by_label("Comment to the team").fill("Thank you.")
    page.get_by_text("Accept this submission").click()
    page.get_by_role("button", name="Accept for good").click()
    expect(page.get_by_text("Accepted: Flood Forecasts")).to_be_visible()
    page.goto("/admin/assessments/assessment/")
    expect(page.get_by_role("row", name="Flood Forecasts")).to_contain_text("Accepted")

    page.goto("/")
    become(page, cast.viewer)
    says_accepted(page)


def says_accepted(page: Page) -> None:
    """Home, the list, the overview, the result, and that nothing can be changed any more."""
    accepted = page.locator(".state-tag", has_text="Accepted")
    expect(accepted).to_be_visible()
    page.get_by_role("link", name="Assessments", exact=True).click()
    expect(accepted).to_be_visible()
    page.get_by_role("link", name="Flood Forecasts", exact=True).click()
    expect(accepted).to_be_visible()
    expect(page.get_by_role("heading", name="Accepted on")).to_be_visible()
    page.get_by_role("link", name="See the result").click()
    expect(accepted).to_be_visible()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    page.get_by_role("link", name="Question").first.click()
    expect(page.get_by_text("so its answers can't change")).to_be_visible()
    expect(page.locator("main input")).to_have_count(0)


@pytest.fixture
def draft(cast: Cast) -> Assessment:
    return make_assessment(organization=cast.organization, team="Flood Forecasts", cycle=cast.cycle, by=cast.lead)


def meets_another(page: Page, draft: Assessment, cast: Cast) -> None:
    """Carl opens the page and types; Lena saves the same answer before him."""
    page.goto(f"/assessments/{draft.pk}/secops/")
    choose(page, "secops-1", 4)
    write(page, "secops-1", rationale="Carl's words.")
    choose(page, "secops-2", 2)
    entry = AnswerEntry("2", rationale="Lena's words.")
    save_answer(assessment=draft, code="secops-1", entry=entry, seen_version=0, by=cast.lead)
    page.get_by_role("button", name="Save and go to DevOps").click()

    expect(page).to_have_title(re.compile("^Error: SecOps"))
    conflict = page.get_by_role("group", name="Lena Lead changed this answer")
    expect(conflict).to_contain_text("Level 2, Repeatable")
    expect(conflict).to_contain_text("Lena's words.")
    expect(conflict).to_contain_text("Level 4, Managed")
    expect(conflict).to_contain_text("Carl's words.")
    page.get_by_role("alert").get_by_role("link", name="Question 1: Lena Lead changed this answer").click()
    expect(card(page, "secops-1")).to_be_in_viewport()
    expect(page.get_by_role("group", name="changed this answer")).to_have_count(1)


def stored(draft: Assessment, code: str) -> tuple[str, str, str]:
    answer = draft.answers.select_related("answered_by").get(question__code=code)
    return answer.choice, answer.rationale, str(answer.answered_by)


def test_two_people_and_i_keep_mine(plain: Page, cast: Cast, draft: Assessment) -> None:
    become(plain, cast.contributor)
    meets_another(plain, draft, cast)
    plain.get_by_role("button", name="Keep yours").click()
    expect(plain.get_by_role("group", name="changed this answer")).to_have_count(0)
    expect(card(plain, "secops-1").get_by_label("Why this answer?")).to_have_value("Carl's words.")
    assert stored(draft, "secops-1") == ("4", "Carl's words.", "Carl Contributor")
    assert stored(draft, "secops-2") == ("2", "", "Carl Contributor")


def test_two_people_and_i_keep_theirs(plain: Page, cast: Cast, draft: Assessment) -> None:
    become(plain, cast.contributor)
    meets_another(plain, draft, cast)
    plain.get_by_role("button", name="Keep the saved one").click()
    expect(plain.get_by_role("group", name="changed this answer")).to_have_count(0)
    expect(card(plain, "secops-1").get_by_label("Why this answer?")).to_have_value("Lena's words.")
    assert stored(draft, "secops-1") == ("2", "Lena's words.", "Lena Lead")
    assert stored(draft, "secops-2") == ("2", "", "Carl Contributor")


def test_the_last_word_on_a_conflict_can_be_a_third_text(plain: Page, cast: Cast, draft: Assessment) -> None:
    become(plain, cast.contributor)
    meets_another(plain, draft, cast)
    write(plain, "secops-1", rationale="Lena's words, and Carl's.")
    plain.get_by_role("button", name="Save and go to DevOps").click()
    expect(heading(plain)).to_have_text("DevOps")
    assert stored(draft, "secops-1") == ("4", "Lena's words, and Carl's.", "Carl Contributor")


def test_signed_out_while_typing_one_gets_the_text_back_and_sends_it_after_signing_in(
    plain: Page, cast: Cast, draft: Assessment
) -> None:
    become(plain, cast.contributor)
    plain.goto(f"/assessments/{draft.pk}/secops/")
    choose(plain, "secops-2", 2)
    write(plain, "secops-2", rationale="Carl's words.", evidence=[("The log", "https://example.gov/log")])
    plain.context.clear_cookies(name="sessionid")
    plain.get_by_role("button", name="Save and go to DevOps").click()

    expect(heading(plain)).to_have_text("Nothing is saved yet")
    expect(plain.get_by_text("Carl's words.")).to_be_visible()
    with plain.context.expect_page() as opened:
        plain.get_by_role("link", name="Sign in (opens a new tab)").click()
    fill_in_sign_in(opened.value, cast.contributor.email)
    expect(heading(opened.value)).to_have_text("SecOps")

    plain.get_by_role("button", name="Save these answers").click()
    expect(plain.get_by_text("because you signed in again since")).to_be_visible()
    expect(plain.get_by_text("Carl's words.")).to_be_visible()
    plain.get_by_role("button", name="Save these answers").click()
    expect(heading(plain)).to_have_text("DevOps")
    assert stored(draft, "secops-2") == ("2", "Carl's words.", "Carl Contributor")
