"""An area's page as a person sees it: its questions, what is typed into them, what the server has of it."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from assessments import actions
from assessments.models import Answer, AuditEvent
from tests.factories import Agency

PACE = """document.addEventListener("readystatechange", () => { document.documentElement.dataset.savePace = "0.1" })"""
SAVES = re.compile(r"/answers/[a-z]+-\d+/$")
AREA = "dataops"
FIRST, SECOND = "dataops-1", "dataops-2"


def address(agency: Agency, area: str = AREA) -> str:
    return f"/assessments/{agency.draft.pk}/{area}/"


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


def reply(status: int, body: str = "", **options: Any) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body, **options)


away = reply(503, "Away", headers={"Retry-After": "300"})
"""Refuses once and is not asked again while the page is open: nothing is on its way when it is closed."""


def write_as(agency: Agency, user: Any, *, code: str = FIRST, version: int, **entry: Any) -> None:
    """Somebody else saves meanwhile."""
    actions.save_answer(
        assessment=agency.draft,
        code=code,
        entry=actions.AnswerEntry(entry.pop("choice", ""), **entry),
        seen_version=version,
        by=user,
    )
