"""Saving answers from the page: "Saved" is said when it is so, nothing typed is lost or overwritten silently.

The protocol is described in docs/saving.md. <html data-save-pace="0.1"> makes all waiting times a tenth.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Dialog, Locator, Page, Route, expect

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.models import Answer, AuditEvent, Role
from tests.browsing import Problems, Visit, check_accessibility, sign_in
from tests.factories import PASSWORD, Agency, answer_all, make_agency, make_member

EDITS = 50
"""How often each of two people writes in the tests of many edits."""

PACE = """document.addEventListener("readystatechange", () => { document.documentElement.dataset.savePace = "0.1" })"""
SAVES = re.compile(r"/answers/[a-z]+-\d+/$")
AREA = "dataops"
FIRST, SECOND = "dataops-1", "dataops-2"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"
PLAIN_HTTP = """Object.defineProperty(Navigator.prototype, "locks", {value: undefined});
Object.defineProperty(Crypto.prototype, "randomUUID", {value: undefined});"""
SIGN_IN_PAGE = "<!DOCTYPE html><html><title>Sign in</title><form method=post><input name=login></form></html>"


@pytest.fixture
def agency(live_server: Any) -> Agency:
    return make_agency(name="Department of Rivers", team="Flood Forecasts")


@pytest.fixture
def open_area(visit: Visit, agency: Agency) -> Callable[..., Page]:
    """Opens the questions of DataOps for a person: the agency's lead, unless another is named."""

    def open_page(email: str | None = None, *, script: str = "", **options: Any) -> Page:
        page = visit(email or agency.lead.email, **options)
        page.context.add_init_script(PACE + ";" + script)
        page.goto(address(agency))
        return page

    return open_page


def address(agency: Agency, area: str = AREA) -> str:
    return f"/assessments/{agency.draft.pk}/{area}/"


# ---- The page, as a person sees it ----


def card(page: Page, code: str = FIRST) -> Locator:
    return page.locator(f"[data-question='{code}']")


def status(page: Page, code: str = FIRST) -> Locator:
    return card(page, code).locator("[data-save-status]")


def rationale(page: Page, code: str = FIRST) -> Locator:
    return page.locator(f"#{code}-rationale")


def choose(page: Page, choice: int | str, code: str = FIRST) -> None:
    page.locator(f"label[for='{code}-choice-{choice}']").click()


def write(page: Page, text: str, code: str = FIRST) -> None:
    """Types a rationale, opening the notes where they are closed."""
    notes = card(page, code).locator("[data-notes]")
    if not notes.evaluate("notes => notes.open"):
        notes.locator("summary").first.click()
    rationale(page, code).fill(text)


def expect_saved(page: Page, code: str = FIRST, **options: Any) -> None:
    expect(status(page, code)).to_have_text(re.compile("^Saved "), **options)


def kept(page: Page) -> list[dict[str, Any]]:
    """What the browser's storage has of answers that aren't saved."""
    entries: dict[str, str] = page.evaluate("({...localStorage})")
    return [json.loads(text) for key, text in entries.items() if key.startswith("aicmm:kept:")]


def stored(agency: Agency, code: str = FIRST) -> Answer:
    return Answer.objects.select_related("answered_by").get(assessment=agency.draft, question__code=code)


def saves(agency: Agency, code: str = FIRST) -> list[AuditEvent]:
    events = AuditEvent.objects.filter(assessment=agency.draft, subject=code, action="answer saved")
    return list(events.select_related("actor").order_by("pk"))


def eventually(holds: Callable[[], Any], page: Page, seconds: float = 10) -> None:
    """Waits until something holds, letting the page go on meanwhile."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to hold"
        page.wait_for_timeout(30)


def expect_stored(page: Page, agency: Agency, text: str, code: str = FIRST) -> None:
    eventually(lambda: stored(agency, code).rationale == text, page)


@contextmanager
def trouble(page: Page, answer: Callable[[Route], None]) -> Iterator[None]:
    """While it lasts every save of the page's window meets `answer` instead of the server."""
    page.context.route(SAVES, answer)
    yield
    page.context.unroute(SAVES, answer)


def abort(route: Route) -> None:
    route.abort()


def into(held: list[Route]) -> Callable[[Route], None]:
    """Holds requests back until the test goes on with them."""

    def hold(route: Route) -> None:
        held.append(route)

    return hold


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


def reply(status: int, body: str = "", **options: Any) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, **options)


away = reply(503, "Away", headers={"Retry-After": "300"})
"""Refuses once and is not asked again while the page is open: nothing is on its way when it is closed."""

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


def write_as(agency: Agency, user: Any, *, code: str = FIRST, version: int, **entry: Any) -> None:
    """Somebody else saves meanwhile."""
    actions.save_answer(
        assessment=agency.draft,
        code=code,
        entry=actions.AnswerEntry(entry.pop("choice", ""), **entry),
        seen_version=version,
        by=user,
    )


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
