"""What tests of whole pages share: the people of a story, and the hands that fill its pages in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.models import Cycle, Organization, Role, User
from rubric.datatypes import Area, Rubric
from rubric.models import newest_published
from tests.browser import area_page
from tests.browsing import Visit
from tests.factories import PASSWORD, Agency, make_agency, make_cycle, make_member, make_organization, make_reviewer


@dataclass(frozen=True)
class Cast:
    """Who is in the story. Each has `PASSWORD`."""

    organization: Organization
    cycle: Cycle
    lead: User
    contributor: User
    viewer: User
    reviewer: User


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    organization = make_organization(name="Department of Rivers", code="rivers")

    def member(role: Role, name: str) -> User:
        return make_member(
            organization=organization, role=role, name=name, email=f"{role}@rivers.example", password=PASSWORD
        )

    return Cast(
        organization=organization,
        cycle=make_cycle(name="FY2027 Q1"),
        lead=member(Role.LEAD, "Lena Lead"),
        contributor=member(Role.CONTRIBUTOR, "Carl Contributor"),
        viewer=member(Role.VIEWER, "Vera Viewer"),
        reviewer=make_reviewer(name="Rita Reviewer", email="reviewer@coe.example", password=PASSWORD),
    )


@pytest.fixture
def ai_cmm(transactional_db: None) -> Rubric:
    return newest_published().to_datatypes()


def fill_in_sign_in(page: Page, email: str, *, password: str = PASSWORD) -> None:
    """Fills the form in and sends it."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def become(page: Page, user: User) -> None:
    """Signs out whoever is signed in, and signs `user` in with the form."""
    sign_out = page.get_by_role("button", name="Sign out")
    if sign_out.count():
        sign_out.click()
        expect(sign_out).to_have_count(0)
    page.goto("/accounts/login/")
    fill_in_sign_in(page, user.email)
    expect(sign_out).to_have_count(1)


def card(page: Page, code: str) -> Locator:
    """A question with its answer."""
    return page.locator(f"[data-question='{code}']")


def choose(page: Page, code: str, choice: int | str) -> None:
    """Clicks a tile: a level, "unknown" or "not_applicable"."""
    page.locator(f"label[for='{code}-choice-{choice}']").click()


def write(page: Page, code: str, *, rationale: str | None = None, evidence: Sequence[tuple[str, str]] = ()) -> None:
    """Types the notes of an answer; a fold that is shut is opened."""
    notes = card(page, code).locator("details")
    if notes.get_attribute("open") is None:
        notes.locator("summary").click()
    if rationale is not None:
        notes.get_by_label("Why this answer?").fill(rationale)
    for number, (title, address) in enumerate(evidence, start=1):
        notes.get_by_label(f"Title of link {number}").fill(title)
        notes.get_by_label(f"Web address of link {number}").fill(address)


def way_on(rubric: Rubric, area: Area) -> str:
    """The words on the button that leads from `area` to the next."""
    after = rubric.areas[rubric.areas.index(area) + 1 :]
    return f"Save and go to {after[0].name}" if after else "Save and see what is left"


@pytest.fixture
def agency(live_server: Any) -> Agency:
    return make_agency(name="Department of Rivers", team="Flood Forecasts")


@pytest.fixture
def open_area(visit: Visit, agency: Agency) -> Callable[..., Page]:
    """Opens the questions of DataOps for a person: the agency's lead, unless another is named."""

    def open_page(email: str | None = None, *, script: str = "", **options: Any) -> Page:
        page = visit(email or agency.lead.email, **options)
        page.context.add_init_script(area_page.PACE + ";" + script)
        page.goto(area_page.address(agency))
        return page

    return open_page
