"""Submitting: what a lead has looked at is what is sealed."""

import pytest
from django.test import Client
from django.urls import reverse

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.models import Scorecard, State, User
from tests.factories import Agency, answer_all, client_of
from tests.uswds.markup import Element, parse


@pytest.fixture
def lead(agency: Agency) -> Client:
    answer_all(agency.draft)
    return client_of(agency.lead)


def address(agency: Agency) -> str:
    return reverse("submit", args=[agency.draft.pk])


def opened(lead: Client, agency: Agency) -> Element:
    return parse(lead.get(address(agency)).content.decode())


def seen(page: Element) -> str:
    return page.one("input", name="seen")["value"] or ""


def answer(agency: Agency, code: str, *, by: User, choice: str = "5") -> None:
    actions.save_answer(assessment=agency.draft, code=code, entry=AnswerEntry(choice), seen_version=1, by=by)


def test_what_was_looked_at_is_sealed(agency: Agency, lead: Client) -> None:
    response = lead.post(address(agency), {"seen": seen(opened(lead, agency))})
    assert (response.status_code, response["Location"]) == (302, reverse("result", args=[agency.draft.pk]))
    assert Scorecard.objects.get().assessment == agency.draft


def test_an_answer_that_changed_meanwhile_is_shown_and_nothing_is_sealed(agency: Agency, lead: Client) -> None:
    before = seen(opened(lead, agency))
    answer(agency, "aiops-1", by=agency.contributor)
    answer(agency, "secops-2", by=agency.lead, choice="1")
    response = lead.post(address(agency), {"seen": before})
    assert response.status_code == 409
    agency.draft.refresh_from_db()
    assert (agency.draft.state, Scorecard.objects.count()) == (State.DRAFT, 0)
    page = parse(response.content.decode())
    assert page.one("title").text.startswith("Error: ")
    links = page.one("div", css="usa-alert--error").all("a")
    assert [(link["href"] or "").rsplit("/", 2)[1:] for link in links] == [
        ["secops", "#secops-2"],
        ["aiops", "#aiops-1"],
    ]
    assert links[1].text.startswith("AIOps 1: Saved ")
    assert links[1].text.endswith(f"by {agency.contributor.name}")
    assert lead.post(address(agency), {"seen": seen(page)}).status_code == 302
    assert Scorecard.objects.count() == 1


def test_an_answer_taken_back_meanwhile_leaves_a_question_open(agency: Agency, lead: Client) -> None:
    before = seen(opened(lead, agency))
    answer(agency, "aiops-1", by=agency.contributor, choice="")
    response = lead.post(address(agency), {"seen": before})
    assert response.status_code == 409
    assert "1 question is still open" in response.content.decode()


@pytest.mark.parametrize("seen", ["", "1.1", "x" * 5000, "1" + ".1" * 28 + ".1"])
def test_what_was_seen_is_believed_only_where_it_fits(agency: Agency, lead: Client, seen: str) -> None:
    assert lead.post(address(agency), {"seen": seen}).status_code == 409
    assert not Scorecard.objects.exists()
