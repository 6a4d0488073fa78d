"""Saving answers from the page: "Saved" is said when it is so, and nothing typed is lost.

The protocol is described in docs/saving.md. <html data-save-pace="0.1"> makes all waiting times a tenth.
"""

import re
import time
from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from assessments.models import Answer
from tests.browser.area_page import (
    FIRST,
    SECOND,
    abort,
    address,
    away,
    card,
    choose,
    eventually,
    expect_saved,
    into,
    kept,
    rationale,
    reply,
    saves,
    status,
    stored,
    trouble,
    write,
    write_as,
)
from tests.browsing import Problems, check_accessibility, sign_in
from tests.factories import PASSWORD, Agency, answer_all

PLAIN_HTTP = """Object.defineProperty(Navigator.prototype, "locks", {value: undefined});
Object.defineProperty(Crypto.prototype, "randomUUID", {value: undefined});"""
SIGN_IN_PAGE = "<!DOCTYPE html><html><title>Sign in</title><form method=post><input name=login></form></html>"


# ---- "Saved" is said when it is so ----


def test_saved_is_said_once_the_server_has_confirmed_and_not_before(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    held: list[Route] = []
    with trouble(page, into(held)):
        choose(page, 3)
        eventually(lambda: held, page)
        expect(status(page)).to_have_text("Saving…")
        assert "Saved" not in page.locator("[data-live-region]").inner_text()
        held[0].continue_()
        expect_saved(page)
    expect(page.locator("[data-live-region]")).to_have_text("Question 1: Saved.")
    answer = stored(agency)
    assert (answer.choice, answer.version, answer.answered_by) == ("3", 1, agency.lead)
    assert kept(page) == []


def test_a_save_updates_the_version_and_the_counts_beside_the_questions(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    answer_all(agency.draft)
    Answer.objects.filter(assessment=agency.draft, question__code=FIRST).update(
        choice="", version=0, answered_by=None, answered_at=None
    )
    page = open_area()
    count = page.locator("a[aria-current=page] .area-nav__count")
    total = agency.draft.answers.count()
    expect(page.locator("[data-progress]")).to_contain_text(f"{total - 1} of {total} questions")
    choose(page, 2)
    expect_saved(page)
    expect(page.locator("[data-progress]")).to_contain_text(f"{total} of {total} questions")
    expect(count).to_have_class(re.compile("area-nav__count--complete"))
    expect(count).to_contain_text("complete")
    expect(card(page)).to_have_attribute("data-version", "1")
    assert page.locator(f"[name={FIRST}-version]").input_value() == "1"
    assert page.locator(f"[name={FIRST}-rendered]").input_value() != ""
    check_accessibility(page)


def test_a_choice_opens_the_notes_and_moves_neither_focus_nor_page(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    choose(page, 3)
    expect(card(page).locator("[data-notes]")).to_have_attribute("open", "")
    rationale(page).press_sequentially("We looked.", delay=5)
    before = rationale(page).evaluate("field => [scrollY, field.getBoundingClientRect().top]")
    expect_saved(page)
    assert rationale(page).evaluate("field => field === document.activeElement")
    assert rationale(page).evaluate("field => [scrollY, field.getBoundingClientRect().top]") == before
    assert stored(agency).rationale == "We looked."


def test_the_live_region_does_not_repeat_itself_while_somebody_writes(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    page.evaluate("""() => {
        window.said = [];
        new MutationObserver(() => window.said.push(document.querySelector("[data-live-region]").textContent))
            .observe(document.querySelector("[data-live-region]"), {childList: true});
    }""")
    for text in ("One.", "One. Two.", "One. Two. Three."):
        write(page, text)
        eventually(lambda text=text: stored(agency).rationale == text, page)
        expect_saved(page)
    page.wait_for_timeout(300)
    assert page.evaluate("window.said") == ["Question 1: Saved."]


# ---- Trouble ----


TROUBLES: dict[str, tuple[Callable[[Route], None], str]] = {
    "no connection": (abort, "no connection"),
    "an error of the server": (reply(500, "<h1>Server Error</h1>"), "the server has a problem"),
    "a refusal": (reply(403, "<h1>Forbidden</h1>"), "the server doesn't let you"),
    "not found": (reply(404, "<h1>Not Found</h1>"), "doesn't find this question"),
    "the sign-in page": (reply(200, SIGN_IN_PAGE, content_type="text/html"), "You are signed out"),
    "a way to the sign-in page": (reply(302, headers={"Location": "/accounts/login/"}), "You are signed out"),
    "garbage": (reply(200, '{"version": 1, "sta', content_type="application/json"), "the server has a problem"),
    "a version that is none": (
        reply(200, '{"version": "2", "status": "Saved"}', content_type="application/json"),
        "the server has a problem",
    ),
    "nothing": (reply(200), "the server has a problem"),
    "no data": (reply(200, "null", content_type="application/json"), "the server has a problem"),
    "a conflict without the other text": (
        reply(409, '{"version": 2}', content_type="application/json"),
        "the server has a problem",
    ),
    "away for a second": (reply(503, "Away", headers={"Retry-After": "1"}), "the server has a problem"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_nothing_is_called_saved_in_trouble_and_all_arrives_afterwards(
    open_area: Callable[..., Page], agency: Agency, problems: Problems, name: str
) -> None:
    problems.expect("Failed to load resource")
    answer, sentence = TROUBLES[name]
    page = open_area()
    tries: list[str] = []

    def refuse(route: Route) -> None:
        tries.append(route.request.post_data or "")
        answer(route)

    with trouble(page, refuse):
        choose(page, 4)
        write(page, "Nobody may lose this.")
        expect(status(page)).to_contain_text(sentence)
        eventually(lambda: len(tries) >= 3, page)
        assert "Saved" not in page.locator("body").inner_text()
        assert len(set(tries)) == 1, "what has an open outcome is sent again as it was"
        assert [entry["typed"]["rationale"] for entry in kept(page)] == ["Nobody may lose this."]
        assert stored(agency).version == 0
        check_accessibility(page)
    expect_saved(page)
    eventually(lambda: stored(agency).rationale == "Nobody may lose this.", page)
    expect_saved(page)
    assert stored(agency).choice == "4"
    eventually(lambda: kept(page) == [], page)


def test_retry_after_is_honoured(open_area: Callable[..., Page], agency: Agency, problems: Problems) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    times: list[float] = []

    def note(route: Route) -> None:
        times.append(time.monotonic())
        route.fulfill(status=503, headers={"Retry-After": "12"})

    with trouble(page, note):
        choose(page, 2)
        eventually(lambda: times, page)
        for event in ("focus", "online"):
            page.evaluate("name => window.dispatchEvent(new Event(name))", event)
        eventually(lambda: len(times) >= 2, page)
    assert times[1] - times[0] >= 1.1  # 12 seconds, at a tenth
    expect_saved(page)


def test_typing_offline_is_kept_and_arrives_when_the_network_is_back(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("ERR_INTERNET_DISCONNECTED")
    page = open_area()
    page.context.set_offline(True)
    choose(page, 1)
    choose(page, 5, SECOND)
    expect(status(page)).to_have_text(
        "Not saved yet: no connection. Your text is kept in this browser and will be sent."
    )
    write(page, "Written on the train.")
    assert len(kept(page)) == 2
    page.context.set_offline(False)
    expect_saved(page)
    expect_saved(page, SECOND)
    eventually(lambda: stored(agency).rationale == "Written on the train.", page)
    assert stored(agency, SECOND).choice == "5"


def test_a_lost_reply_is_made_up_for_by_a_repetition_that_changes_nothing(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    with trouble(page, lose):
        choose(page, 3)
        eventually(lambda: len(lost) >= 2, page)
        assert set(lost) == {200}
        assert "Saved" not in status(page).inner_text()
    expect_saved(page)
    assert stored(agency).version == 1
    assert len(saves(agency)) == 1


def test_a_reply_lost_and_then_overtaken_by_somebody_else_shows_their_text(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    with trouble(page, lose):
        choose(page, 3)
        eventually(lambda: lost, page)
        write_as(agency, agency.contributor, choice="4", rationale="I know better.", version=1)
    expect(status(page)).to_contain_text(f"by {agency.contributor}")
    expect(page.locator(f"#{FIRST}-choice-4")).to_be_checked()
    assert rationale(page).input_value() == "I know better."
    write(page, "I know better. So do I.")
    eventually(lambda: stored(agency).version == 3, page)


def test_what_is_typed_on_top_of_a_lost_and_overtaken_save_leads_to_both_texts(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource", "status of 409")
    page = open_area()
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    with trouble(page, lose):
        write(page, "Mine.")
        eventually(lambda: lost, page)
        write(page, "Mine, longer.")
        write_as(agency, agency.contributor, rationale="Theirs.", version=1)
    conflict = card(page).locator("[data-conflict]")
    expect(conflict).to_contain_text("Theirs.")
    expect(conflict).to_contain_text("Mine, longer.")
    assert stored(agency).rationale == "Theirs."


def test_while_somebody_types_the_last_typed_wins_however_late_replies_come(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    choose(page, 3)
    expect_saved(page)
    delays = iter([350, 20, 250, 0] * 20)

    def late(route: Route) -> None:
        response = route.fetch()
        page.wait_for_timeout(next(delays))
        route.fulfill(response=response)

    with trouble(page, late):
        text = "This sentence is typed key by key while replies come late, and ends with the number 42."
        rationale(page).press_sequentially(text, delay=15)
        eventually(lambda: stored(agency).rationale == text, page)
        eventually(lambda: kept(page) == [], page)
    expect_saved(page)
    versions = [event.detail["version"] for event in saves(agency)]
    assert versions == sorted(set(versions))
    assert rationale(page).input_value() == text


# ---- Signed out, closed, somebody else ----


def test_after_signing_in_again_in_another_tab_the_text_arrives(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("status of 401")
    agency.lead.set_password(PASSWORD)
    agency.lead.save()
    page = open_area()
    Session.objects.all().delete()
    choose(page, 2)
    write(page, "Typed after the session had ended.")
    expect(status(page)).to_contain_text("You are signed out. Sign in again to save.")
    check_accessibility(page)
    with page.context.expect_page() as opened:
        status(page).get_by_role("link", name="Sign in").click()
    tab = opened.value
    tab.get_by_label("E-mail address").fill(agency.lead.email)
    tab.get_by_label("Password").first.fill(PASSWORD)
    tab.get_by_role("main").get_by_role("button", name="Sign in").click()
    tab.wait_for_url(re.compile("/assessments/"))
    page.bring_to_front()
    expect_saved(page)
    assert stored(agency).rationale == "Typed after the session had ended."


@pytest.mark.parametrize("script", ["", PLAIN_HTTP], ids=["https", "plain http"])
def test_a_closed_tab_loses_nothing(
    open_area: Callable[..., Page], agency: Agency, problems: Problems, script: str
) -> None:
    problems.expect("Failed to load resource")
    page = open_area(script=script)
    context = page.context
    with trouble(page, away):
        choose(page, 5)
        write(page, "Closed before it was saved.")
        expect(status(page)).to_contain_text("the server has a problem")
        page.close()
    again = context.new_page()
    with trouble(again, abort):
        again.goto(address(agency))
        expect(rationale(again)).to_have_value("Closed before it was saved.")
        expect(again.locator(f"#{FIRST}-choice-5")).to_be_checked()
        expect(status(again)).to_contain_text("Not saved yet")
        assert len(kept(again)) == 1
    expect_saved(again)
    assert stored(agency).rationale == "Closed before it was saved."
    assert kept(again) == []


def test_text_of_an_earlier_page_says_from_when_it_is_until_it_is_saved(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    context = page.context
    held: list[Route] = []
    with trouble(page, away):
        write(page, "From before.")
        expect(status(page)).to_contain_text("the server has a problem")
        page.close()
    again = context.new_page()
    with trouble(again, into(held)):
        again.goto(address(agency))
        expect(status(again)).to_have_text(re.compile(r"^Kept from .+, not saved yet$"))
        eventually(lambda: held, again)
        held[0].continue_()
        expect_saved(again)


def test_a_page_that_is_left_at_once_sends_what_was_typed(open_area: Callable[..., Page], agency: Agency) -> None:
    page = open_area()
    write(page, "Typed, and gone.")
    page.goto("/how-scoring-works/")
    eventually(lambda: stored(agency).rationale == "Typed, and gone.", page)
    eventually(lambda: kept(page) == [], page)
    assert len(saves(agency)) == 1


def test_any_page_sends_what_waits_and_says_so_meanwhile(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    banner = page.get_by_role("region", name="Answers not saved yet")
    with trouble(page, away):
        choose(page, 4)
        choose(page, 2, SECOND)
        expect(status(page)).to_contain_text("the server has a problem")
        expect(status(page, SECOND)).to_contain_text("the server has a problem")
        page.goto("about:blank")
    with trouble(page, abort):
        page.goto("/how-scoring-works/")
        expect(banner).to_contain_text("2 answers wait to be saved.")
        expect(banner.get_by_role("link")).to_have_attribute("href", re.compile(f"{address(agency)}#dataops-"))
        check_accessibility(page)
    expect(banner).to_have_count(0)
    assert (stored(agency).choice, stored(agency, SECOND).choice) == ("4", "2")


def test_two_tabs_of_one_person_keep_both_texts_when_both_are_closed(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource", "status of 409")
    one = open_area()
    context = one.context
    two = context.new_page()
    two.goto(address(agency))
    with trouble(one, away):
        write(one, "From the first tab.")
        write(two, "From the second tab.")
        expect(status(one)).to_contain_text("the server has a problem")
        expect(status(two)).to_contain_text("the server has a problem")
        one.close()
        two.close()
    page = context.new_page()
    page.goto(address(agency))
    conflict = card(page).locator("[data-conflict]")
    expect(conflict).to_contain_text("From the first tab.")
    expect(conflict).to_contain_text("From the second tab.")


def test_what_one_person_typed_is_neither_sent_nor_shown_when_another_signs_in(
    open_area: Callable[..., Page], agency: Agency, problems: Problems
) -> None:
    problems.expect("Failed to load resource")
    page = open_area()
    with trouble(page, away):
        write(page, "Only mine.")
        expect(status(page)).to_contain_text("the server has a problem")
        page.goto("about:blank")
    sign_in(page, agency.contributor.email)
    for path in ("/", address(agency)):
        page.goto(path)
        page.wait_for_timeout(500)
        assert "Only mine." not in page.content()
        expect(page.get_by_role("region", name="Answers not saved yet")).to_have_count(0)
    assert rationale(page).input_value() == ""
    assert stored(agency).version == 0
    sign_in(page, agency.lead.email)
    page.goto("/")
    eventually(lambda: stored(agency).rationale == "Only mine.", page)
    assert stored(agency).answered_by == agency.lead


def test_an_open_page_sends_nothing_once_somebody_else_has_signed_in(
    open_area: Callable[..., Page], agency: Agency
) -> None:
    page = open_area()
    sign_in(page, agency.contributor.email)
    tab = page.context.new_page()
    tab.goto("/")
    write(page, "Still mine.")
    expect(status(page)).to_contain_text("somebody else is signed in")
    page.wait_for_timeout(300)
    assert stored(agency).version == 0
    sign_in(page, agency.lead.email)
    tab.goto("/")
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect_saved(page)
    assert stored(agency).answered_by == agency.lead
