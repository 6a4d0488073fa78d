"""Answers that can't be saved as they are, leaving the page, and the keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page, expect

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.models import Role
from tests.browser.area_page import (
    FIRST,
    SECOND,
    abort,
    address,
    card,
    choose,
    eventually,
    expect_saved,
    expect_stored,
    kept,
    rationale,
    saves,
    status,
    stored,
    trouble,
    write,
    write_as,
)
from tests.browsing import Problems, Visit, check_accessibility, of_the_browser
from tests.factories import Agency, answer_all, make_agency, make_member

pytestmark = of_the_browser

FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"


# ---- Answers that can't be saved as they are ----


def test_not_applicable_is_sent_once_there_is_a_reason(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    choose(page, "not_applicable")
    reason = page.locator(f"#{FIRST}-reason")
    expect(reason).to_be_visible()
    expect(status(page)).to_have_text("Not saved: say why this question doesn't apply to you.")
    assert not reason.evaluate("field => field === document.activeElement")
    page.wait_for_timeout(300)
    assert stored(agency).version == 0
    check_accessibility(page)
    page.reload()
    expect(page.locator(f"#{FIRST}-choice-not_applicable")).to_be_checked()
    expect(status(page)).to_have_text("Not saved: say why this question doesn't apply to you.")
    reason.fill("We have no data of our own.")
    expect_saved(page)
    answer = stored(agency)
    assert (answer.choice, answer.reason) == ("not_applicable", "We have no data of our own.")


@pytest.mark.parametrize("way", ["the button that goes on", "another field"])
def test_a_missing_reason_is_asked_for_at_its_field(open_area: Callable[..., Page], agency: Agency, way: str) -> None:
    page = open_area()
    choose(page, "not_applicable")
    reason, error = page.locator(f"#{FIRST}-reason"), page.locator(f"#{FIRST}-reason-error")
    expect(status(page)).to_have_text("Not saved: say why this question doesn't apply to you.")
    expect(error).to_have_count(0)
    if way == "another field":
        reason.focus()
        rationale(page).focus()
    else:
        page.get_by_role("button", name=re.compile("^Save and go to")).click()
        expect(reason).to_be_focused()
        expect(page.locator("[data-leaving]")).to_contain_text("Question 1 isn't saved yet.")
    expect(error).to_have_text("Error: Say why this question doesn't apply to you.")
    expect(reason).to_have_attribute("aria-invalid", "true")
    expect(reason).to_have_attribute("aria-describedby", re.compile(f"{FIRST}-reason-error"))
    expect(card(page).locator(".question-card__reason")).to_have_class(re.compile("usa-form-group--error"))
    check_accessibility(page)
    reason.fill("We have no data of our own.")
    expect_saved(page)
    expect(error).to_have_count(0)
    expect(reason).not_to_have_attribute("aria-invalid", "true")


def test_another_choice_needs_no_reason_any_more(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    choose(page, "not_applicable")
    page.locator(f"#{FIRST}-reason").focus()
    rationale(page).focus()
    expect(page.locator(f"#{FIRST}-reason-error")).to_be_visible()
    choose(page, 3)
    expect_saved(page)
    expect(page.locator(f"#{FIRST}-reason-error")).to_have_count(0)
    expect(page.locator(f"#{FIRST}-reason")).to_be_hidden()


def test_an_answer_can_be_taken_back(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    clear = card(page).get_by_role("button", name="Clear this answer to question 1")
    expect(clear).to_be_hidden()
    choose(page, 3)
    write(page, "Words that stay.")
    expect_saved(page)
    expect_stored(page, agency, "Words that stay.")
    clear.click()
    eventually(lambda: stored(agency).choice == "", page)
    expect(card(page).locator("input:checked")).to_have_count(0)
    expect(rationale(page)).to_have_value("Words that stay.")
    expect(clear).to_be_hidden()
    expect(card(page)).to_be_focused()
    expect(page.locator("[data-progress]")).to_contain_text("0 of 29")
    assert stored(agency).rationale == "Words that stay."


def test_a_conflict_with_ones_own_other_window_is_called_that(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 409")
    page = open_area()
    actions.save_answer(
        assessment=agency.draft,
        code=FIRST,
        entry=AnswerEntry("4", rationale="From my other window."),
        seen_version=0,
        by=agency.lead,
    )
    choose(page, 2)
    conflict = card(page).locator("[data-conflict]")
    expect(conflict).to_contain_text("You changed this answer in another window while you were writing.")
    expect(conflict).not_to_contain_text(f"{agency.lead} changed")


def test_errors_stand_at_their_fields_until_they_are_mended(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 422")
    page = open_area()
    choose(page, 3)
    page.locator(f"#{FIRST}-evidence-title-1").fill("The plan")
    page.locator(f"#{FIRST}-evidence-url-1").fill("the shared drive")
    expect(status(page)).to_have_text("Not saved yet: finish the web address first")
    rationale(page).focus()
    expect(status(page)).to_contain_text("Not saved: “the shared drive” is no web address")
    group = card(page).locator(".evidence")
    error = card(page).locator(f"#{FIRST}-evidence-error")
    expect(error).to_contain_text("Error: “the shared drive” is no web address")
    expect(group).to_have_class(re.compile("usa-form-group--error"))
    expect(group).to_have_attribute("aria-describedby", re.compile(f"{FIRST}-evidence-error"))
    check_accessibility(page)
    rationale(page).fill("\n".join("line" for _ in range(101)))
    expect(card(page).locator(f"#{FIRST}-rationale-error")).to_contain_text("This has 101 lines")
    expect(rationale(page)).to_have_attribute("aria-invalid", "true")
    rationale(page).fill("One line.")
    page.locator(f"#{FIRST}-evidence-url-1").fill("https://example.gov/plan")
    expect_saved(page)
    expect(error).to_have_count(0)
    expect(card(page).locator(".usa-error-message")).to_have_count(0)
    expect(rationale(page)).not_to_have_attribute("aria-invalid", "true")
    assert [(link.title, link.url) for link in stored(agency).evidence.all()] == [
        ("The plan", "https://example.gov/plan")
    ]


def test_links_can_be_added_up_to_ten(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    choose(page, 3)
    add = card(page).get_by_role("button", name="Add a link")
    rows = card(page).locator(".evidence__row")
    while rows.count() < 10:
        add.click()
        number = rows.count()
        expect(page.locator(f"#{FIRST}-evidence-title-{number}")).to_be_focused()
    expect(add).to_have_count(0)
    page.get_by_label("Web address of link 10").first.fill("https://example.gov/ten")
    expect_saved(page)
    eventually(lambda: [link.url for link in stored(agency).evidence.all()] == ["https://example.gov/ten"], page)
    check_accessibility(page)


def test_an_answer_submitted_meanwhile_is_refused_and_its_text_can_be_read_until_deleted(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 403")
    page = open_area()
    answer_all(agency.draft, level=3)
    actions.submit(assessment=agency.draft, by=agency.lead)
    sealed = stored(agency).version
    write(page, "Too late.")
    expect(status(page)).to_have_text(
        "Not saved: This assessment has been submitted, so its answers can't change. Your text is kept in this browser."
    )
    expect(rationale(page)).to_have_value("Too late.")
    assert stored(agency).version == sealed
    page.reload()
    banner = page.get_by_role("region", name="Answers not saved yet")
    expect(banner).to_contain_text("DataOps, question 1: Not saved: This assessment has been submitted")
    banner.get_by_text("Show your text").click()
    expect(banner).to_contain_text("Too late.")
    check_accessibility(page)
    page.once("dialog", Dialog.accept)
    banner.get_by_role("button", name="Delete this text").click()
    expect(banner).to_have_count(0)
    assert kept(page) == []


def test_a_bad_link_holds_back_neither_level_nor_rationale(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 422")
    page = open_area()
    choose(page, 2)
    expect_saved(page)
    page.locator(f"#{FIRST}-evidence-url-1").fill("S:\\share\\plan.docx")
    choose(page, 4)
    write(page, "Since spring.")
    expect(status(page)).to_have_text(re.compile("^All but the links is saved: “S:.* is no web address"))
    check_accessibility(page)
    answer = stored(agency)
    assert (answer.choice, answer.rationale, answer.evidence.count()) == ("4", "Since spring.", 0)
    assert kept(page)[0]["typed"]["evidence"][0][1] == "S:\\share\\plan.docx"
    page.locator(f"#{FIRST}-evidence-url-1").fill("https://example.gov/plan")
    expect_saved(page)
    assert stored(agency).evidence.get().url == "https://example.gov/plan"


def test_a_refused_link_is_still_there_after_the_rest_was_saved_without_it(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 422")
    page = open_area()
    write(page, "Since spring.")
    page.locator(f"#{FIRST}-evidence-url-1").fill("no address")
    rationale(page).focus()
    expect(status(page)).to_have_text(re.compile("^(All but the links is saved|Not saved)"))
    page.reload()
    expect(page.locator(f"#{FIRST}-evidence-url-1")).to_have_value("no address")
    expect(rationale(page)).to_have_value("Since spring.")
    expect(status(page)).to_have_text(re.compile("no web address"))


@pytest.mark.parametrize("held_back_by", ["a bad link", "a conflict"])
def test_what_was_held_back_can_be_read_once_the_assessment_is_submitted(
    open_area: Callable[..., Page], agency: Agency, problems: Problems, held_back_by: str
) -> None:
    problems.expect("status of (403|409|422)")
    page = open_area(agency.contributor.email)
    answer_all(agency.draft, level=3)
    write(page, "Held back.")
    if held_back_by == "a bad link":
        page.locator(f"#{FIRST}-evidence-url-1").fill("https://intranet.x/ plan")
        rationale(page).focus()
    expect(status(page)).to_have_attribute("data-state", re.compile("failed|conflict"))
    actions.submit(assessment=agency.draft, by=agency.lead)
    page.reload()
    banner = page.get_by_role("region", name="Answers not saved yet")
    expect(banner).to_contain_text("Not saved: This assessment has been submitted")
    banner.get_by_text("Show your text").click()
    expect(banner).to_contain_text("Held back.")


def test_text_that_is_too_long_is_kept_and_not_cut(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 422")
    page = open_area()
    write(page, "")
    rationale(page).focus()
    page.keyboard.insert_text("x" * 4007)
    expect(rationale(page)).to_have_value("x" * 4007)
    expect(card(page)).to_contain_text("7 characters too many")
    expect(status(page)).to_contain_text("Not saved: This has 4007 characters; the most that fits is 4000.")
    check_accessibility(page)
    rationale(page).fill("x" * 4000)
    expect(card(page)).to_contain_text("0 characters left")
    expect_saved(page)
    assert len(stored(agency).rationale) == 4000


def test_who_submits_is_told_of_answers_that_are_not_saved(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of (403|409)")
    page = open_area()
    answer_all(agency.draft, level=3)
    write(page, "Not decided yet.")
    expect(status(page)).to_have_attribute("data-state", "conflict")
    page.goto(f"/assessments/{agency.draft.pk}/submit/")
    submit = page.get_by_role("button", name="Seal and submit")
    submit.click()
    told = page.locator("[data-before-submitting]")
    expect(told).to_have_text(
        "DataOps, question 1: what you typed last isn't saved, so it would not be sealed."
        " Press the button again to submit all the same."
    )
    expect(told).to_be_focused()
    check_accessibility(page)
    submit.click()
    page.wait_for_url(re.compile("/results/"))


def test_someone_who_may_no_longer_answer_keeps_the_text(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 403")
    page = open_area(agency.contributor.email)
    agency.contributor.memberships.update(role=Role.VIEWER)
    write(page, "Mine all the same.")
    expect(status(page)).to_contain_text("the server doesn't let you change this answer now")
    assert kept(page)[0]["typed"]["rationale"] == "Mine all the same."
    agency.contributor.memberships.update(role=Role.CONTRIBUTOR)
    expect_saved(page)
    assert stored(agency).rationale == "Mine all the same."


# ---- Leaving the page ----


def test_the_buttons_at_the_end_save_and_go(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    write(page, "Just typed.")
    page.get_by_role("button", name="Save and go to MLOps").click()
    page.wait_for_url(re.compile("/mlops/"))
    assert stored(agency).rationale == "Just typed."
    page.get_by_role("button", name="Save and go back to DataOps").click()
    page.wait_for_url(re.compile("/dataops/"))
    expect(rationale(page)).to_have_value("Just typed.")
    page.get_by_role("button", name="Save and stay here").click()
    expect(page.locator("[data-leaving]")).to_have_text("Every answer on this page is saved.")


def test_what_cannot_be_saved_is_named_before_the_page_is_left(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    go = page.get_by_role("button", name="Save and go to MLOps")
    with trouble(page, abort):
        write(page, "Stays here.", SECOND)
        go.click()
        expect(page.locator("[data-leaving]")).to_have_text(
            "Question 2 isn't saved yet. Your text stays in this browser. Press the button again to go on all the same."
        )
        expect(card(page, SECOND)).to_be_focused()
        check_accessibility(page)
        go.click()
        page.wait_for_url(re.compile("/mlops/"))
    eventually(lambda: stored(agency, SECOND).rationale == "Stays here.", page)


def test_enter_in_a_field_saves_and_stays(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    choose(page, 3)
    title, url = page.locator(f"#{FIRST}-evidence-title-1"), page.locator(f"#{FIRST}-evidence-url-1")
    title.fill("The plan")
    url.fill("https://example.gov/plan")
    url.press("Enter")
    expect_saved(page)
    eventually(lambda: stored(agency).evidence.count() == 1, page)
    assert page.url.endswith(address(agency))


def test_going_back_in_the_browser_shows_the_stored_text_and_its_version(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    write(page, "First.")
    expect_saved(page)
    page.get_by_role("link", name="What is left").click()
    page.wait_for_url(re.compile(f"{agency.draft.pk}/$"))
    write_as(agency, agency.contributor, rationale="Meanwhile.", version=1)
    page.go_back()
    expect(rationale(page)).to_have_value("Meanwhile.")
    write(page, "Meanwhile. And more.")
    eventually(lambda: stored(agency).version == 3, page)
    assert stored(agency).rationale == "Meanwhile. And more."


def test_where_the_browser_keeps_nothing_the_page_says_so_and_asks_before_it_is_left(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area(script=FULL)
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with trouble(page, abort):
        rationale(page).evaluate("field => { field.closest('details').open = true }")
        rationale(page).press_sequentially("Nowhere to keep this.")
        expect(status(page)).to_have_text(
            "Not saved yet: no connection."
            " This browser can't keep your text, so leave this page open until it is saved."
        )
        page.close(run_before_unload=True)
        eventually(lambda: dialogs, page)
    assert dialogs == ["beforeunload"]
    expect_saved(page)
    assert stored(agency).rationale == "Nowhere to keep this."


# ---- Keyboard ----


def test_the_keyboard_alone_answers_and_arrow_keys_write_only_where_they_rest(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    page.evaluate("document.documentElement.dataset.savePace = '1'")  # no key comes late at the real pace
    page.locator(f"#{FIRST}-choice-1").focus()
    page.keyboard.press("Space")
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    expect_saved(page)
    assert [event.detail["changes"]["choice"][1] for event in saves(agency)] == ["4"]
    page.keyboard.press("Tab")
    expect(card(page).locator("[data-notes] summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("With the keyboard.")
    page.keyboard.press("Tab")
    eventually(lambda: stored(agency).rationale == "With the keyboard.", page)
    expect_saved(page)


def test_the_characters_left_are_always_to_be_seen_and_said_near_the_limit_only(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    notes = card(page).locator("[data-notes]")
    left = notes.locator(".usa-character-count__message")
    notes.locator("summary").first.click()
    expect(left).to_have_text("You can enter up to 4000 characters")
    expect(rationale(page)).to_have_attribute("aria-describedby", re.compile(f"{FIRST}-rationale-limit"))
    write(page, "x" * 3000)
    expect(left).to_have_text("1000 characters left")
    expect_saved(page)
    expect(page.locator("[data-live-region]")).not_to_contain_text("characters left")
    write(page, "x" * 3999)
    expect(left).to_have_text("1 character left")
    expect(page.locator("[data-live-region]")).to_contain_text("1 character left")
    expect_saved(page)
    page.reload()
    expect(left).to_have_text("1 character left")


def test_people_of_other_organizations_have_nothing_to_do_with_it(visit: Visit, agency: Agency) -> None:
    outsider = make_member(organization=make_agency(name="Department of Hills").organization)
    page = visit(outsider.email)
    page.goto("/")
    expect(page.get_by_role("region", name="Answers not saved yet")).to_have_count(0)
