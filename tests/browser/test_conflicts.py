"""Two people, or two windows, write the same answer: both texts are shown, and a person decides."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.area_page import (
    FIRST,
    SECOND,
    address,
    away,
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
from tests.browsing import Problems, check_accessibility
from tests.factories import Agency

EDITS = 50
"""How often each of two people writes in the tests of many edits."""


# ---- Two people ----


def in_conflict(open_area: Callable[..., Page], agency: Agency) -> tuple[Page, Page]:
    """The lead's page and the contributor's, whose text is on top of one that he hasn't seen."""
    lead, contributor = open_area(), open_area(agency.contributor.email)
    choose(lead, 4)
    write(lead, "The lead's view.")
    eventually(lambda: stored(agency).rationale == "The lead's view.", lead)
    choose(contributor, 2)
    write(contributor, "The contributor's view.")
    expect(card(contributor).locator("[data-conflict]")).to_be_visible()
    return lead, contributor


def test_a_conflict_shows_both_texts_and_changes_nothing_by_itself(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 409")
    _, page = in_conflict(open_area, agency)
    conflict = card(page).locator("[data-conflict]")
    theirs, yours = conflict.locator("[data-side=theirs]"), conflict.locator("[data-side=yours]")
    expect(conflict).to_contain_text(f"{agency.lead} changed this answer while you were writing.")
    expect(theirs).to_contain_text("The lead's view.")
    expect(theirs.locator("[data-part=choice]")).to_have_text(re.compile("^Level 4, "))
    expect(yours).to_contain_text("The contributor's view.")
    expect(yours.locator("[data-part=choice]")).to_have_text("Level 2, Repeatable")
    expect(theirs.locator("[data-part=reason]")).to_be_hidden()
    expect(status(page)).to_have_attribute("data-state", "conflict")
    check_accessibility(page)
    rationale(page).fill("The contributor's view, longer.")
    expect(yours).to_contain_text("The contributor's view, longer.")
    page.wait_for_timeout(300)
    assert stored(agency).rationale == "The lead's view."
    assert kept(page)[0]["typed"]["rationale"] == "The contributor's view, longer."


def test_in_a_conflict_the_saved_text_can_be_kept(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 409")
    _, page = in_conflict(open_area, agency)
    page.get_by_role("button", name="Keep the saved one").click()
    expect(card(page).locator("[data-conflict]")).to_have_count(0)
    expect(rationale(page)).to_have_value("The lead's view.")
    expect(page.locator(f"#{FIRST}-choice-4")).to_be_checked()
    expect(status(page)).to_contain_text(f"by {agency.lead}")
    assert kept(page) == []
    assert len({event.actor for event in saves(agency)}) == 1
    write(page, "The lead's view. I agree.")
    eventually(lambda: stored(agency).rationale == "The lead's view. I agree.", page)


def test_in_a_conflict_my_text_can_be_kept_and_the_other_sees_it_in_turn(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 409")
    lead, page = in_conflict(open_area, agency)
    page.get_by_role("button", name="Keep yours").click()
    expect(card(page).locator("[data-conflict]")).to_have_count(0)
    expect_saved(page)
    assert (stored(agency).rationale, stored(agency).choice) == ("The contributor's view.", "2")
    write(lead, "The lead's view, again.")
    conflict = card(lead).locator("[data-conflict]")
    expect(conflict).to_contain_text("The contributor's view.")
    expect(conflict).to_contain_text("The lead's view, again.")
    assert stored(agency).rationale == "The contributor's view."


def test_a_conflict_left_alone_is_there_again_and_named_on_other_pages(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 409")
    _, page = in_conflict(open_area, agency)
    page.goto("/how-scoring-works/")
    banner = page.get_by_role("region", name="Answers not saved yet")
    expect(banner).to_contain_text(f"DataOps, question 1: Not saved yet: {agency.lead} changed this answer")
    banner.get_by_role("link", name="DataOps, question 1").click()
    conflict = card(page).locator("[data-conflict]")
    expect(conflict).to_contain_text("The lead's view.")
    expect(conflict).to_contain_text("The contributor's view.")


def test_an_old_text_from_the_queue_does_not_overwrite_a_newer_one(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource", "status of 409")
    page = open_area()
    with trouble(page, away):
        write(page, "Written long ago.")
        expect(status(page)).to_contain_text("the server has a problem")
        page.goto("about:blank")
    write_as(agency, agency.contributor, choice="5", rationale="Written since.", version=0)
    page.goto(address(agency))
    expect(card(page).locator("[data-conflict]")).to_contain_text("Written since.")
    expect(rationale(page)).to_have_value("Written long ago.")
    assert stored(agency).rationale == "Written since."


def test_many_edits_of_two_people_on_the_same_answer_overwrite_nothing_silently(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 409")
    people = {agency.lead: open_area(), agency.contributor: open_area(agency.contributor.email)}
    seen: dict[Any, set[str]] = {person: {""} for person in people}
    for edit in range(EDITS):
        for person, page in people.items():
            text = f"Edit {edit} of {person}."
            write(page, text)
        for turn, (person, page) in enumerate(people.items()):
            seen[person].add(f"Edit {edit} of {person}.")
            settle(page, seen[person], keep="yours" if (edit + turn) % 3 else "theirs")
    overwritten = [(event.actor, event.detail["changes"]["rationale"]) for event in saves(agency)]
    assert len(overwritten) >= EDITS
    for person, (before, _) in overwritten:
        assert before in seen[person], f"{person} overwrote a text without having seen it: {before}"
    chain = [after for _, (_, after) in overwritten]
    assert [before for _, (before, _) in overwritten] == ["", *chain[:-1]]
    assert stored(agency).version == len(chain)


def settle(page: Page, seen: set[str], *, keep: str) -> None:
    """Waits until the first answer is saved, deciding conflicts on the way and noting which texts were shown."""
    conflict = card(page).locator("[data-conflict]")
    end = time.monotonic() + 20
    while kept(page) or not status(page).inner_text().startswith("Saved "):
        assert time.monotonic() < end, f"not settled: {status(page).inner_text()}"
        if conflict.count():
            seen.add(conflict.locator("[data-side=theirs] [data-part=rationale]").inner_text().replace("None", ""))
            conflict.locator(f"[data-keep={keep}]").click()
            keep = "yours"
        page.wait_for_timeout(10)


def test_many_edits_of_two_people_on_different_answers_all_arrive(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    pages = {FIRST: open_area(), SECOND: open_area(agency.contributor.email)}
    for edit in range(EDITS):
        for code, page in pages.items():
            if edit % 5 == 0:
                choose(page, edit % 4 + 1, code)
            write(page, f"Edit {edit} of {code}.", code)
        if edit % 10 == 9:
            for code, page in pages.items():
                expect_stored(page, agency, f"Edit {edit} of {code}.", code)
    for code, page in pages.items():
        expect_stored(page, agency, f"Edit {EDITS - 1} of {code}.", code)
        expect_saved(page, code)
        eventually(lambda page=page: kept(page) == [], page)
        assert stored(agency, code).version == len(saves(agency, code))


# ---- A page that was posted before its script came ----


def posted_without_script(open_area: Callable[..., Page], agency: Agency, fill: Callable[[Page], None]) -> Page:
    """The page that comes back from the server after `fill`; the script loads only there."""
    scripts: list[Route] = []

    def only_the_second(route: Route) -> None:
        scripts.append(route)
        if len(scripts) == 1:
            route.abort()
        else:
            route.continue_()

    page = open_area()
    page.route(re.compile(r"/app[.\w]*\.js"), only_the_second)
    page.reload()
    fill(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Save and stay here").click()
    return page


def test_errors_found_by_the_server_go_on_with_the_script(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = posted_without_script(open_area, agency, lambda page: choose(page, "not_applicable"))
    expect(page.locator("[data-error-summary]")).to_be_focused()
    page.locator(f"#{FIRST}-reason").fill("We have no data of our own.")
    expect_saved(page)
    expect(card(page).locator(".usa-error-message")).to_have_count(0)
    assert stored(agency).choice == "not_applicable"


@pytest.mark.parametrize(
    ("keep", "text"), [("Keep the saved one", "Written since."), ("Keep yours", "Written without a script.")]
)
def test_a_conflict_found_by_the_server_is_decided_with_the_script(
    open_area: Callable[..., Page], agency: Agency, problems: Problems, keep: str, text: str
) -> None:
    problems.expect("Failed to load resource")

    def fill(page: Page) -> None:
        write_as(agency, agency.contributor, rationale="Written since.", version=0)
        write(page, "Written without a script.")

    page = posted_without_script(open_area, agency, fill)
    expect(card(page).locator("[data-conflict]")).to_contain_text("Written since.")
    page.wait_for_timeout(300)
    assert stored(agency).rationale == "Written since."
    page.get_by_role("button", name=keep).click()
    expect(card(page).locator("[data-conflict]")).to_have_count(0)
    expect(rationale(page)).to_have_value(text)
    expect(page.locator("[data-waiting-answers]")).to_have_count(0)
    expect_stored(page, agency, text)
    eventually(lambda: kept(page) == [], page)
