"""Where a team stands, area by area, and the one button that goes on."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.models import Assessment, User
from tests.factories import (
    Agency,
    answer_all,
    client_of,
    make_accepted,
    make_returned,
    make_submitted,
)
from tests.uswds.markup import Element, parse


def address(assessment: Assessment) -> str:
    return reverse("assessment", args=[assessment.pk])


def page(person: User, assessment: Assessment) -> Element:
    response = client_of(person).get(address(assessment))
    assert response.status_code == 200
    return parse(response.content.decode())


def buttons(shown: Element) -> list[tuple[str, str]]:
    """The links that look like buttons; the first is the one to press."""
    return [(link.text, link["href"] or "") for link in shown.one("main").all("a", css="usa-button")]


def save(agency: Agency, code: str, by: User, choice: str = "3") -> None:
    actions.save_answer(assessment=agency.draft, code=code, entry=AnswerEntry(choice), seen_version=0, by=by)


def test_a_new_assessment_begins_with_the_first_question(agency: Agency) -> None:
    text, href = buttons(page(agency.contributor, agency.draft))[0]
    assert text == "Begin with PeopleOps, question 1"
    assert href == reverse("area", args=[agency.draft.pk, "peopleops"]) + "#peopleops-1"


def test_the_button_goes_on_after_what_i_saved_last(agency: Agency) -> None:
    save(agency, "dataops-2", agency.contributor)
    save(agency, "aiops-1", agency.lead)
    assert buttons(page(agency.contributor, agency.draft))[0][0] == "Continue with DataOps, question 3"
    assert buttons(page(agency.lead, agency.draft))[0][0] == "Continue with AIOps, question 2"


def test_after_the_last_question_the_button_goes_back_to_the_first_open_one(agency: Agency) -> None:
    answer_all(agency.draft, choices={"cloudops-2": ""}, by=agency.lead)
    agency.draft.answers.filter(question__code__startswith="aiops").update(answered_by=agency.contributor)
    assert buttons(page(agency.contributor, agency.draft))[0][0] == "Continue with CloudOps, question 2"


def test_areas_stand_in_stack_order_with_progress_level_and_people(agency: Agency) -> None:
    for number in (1, 2):
        save(agency, f"secops-{number}", agency.lead)
    save(agency, "secops-3", agency.contributor, "unknown")
    rows = page(agency.viewer, agency.draft).one("ol", css="rows").all("li")
    names = [row.one("h3").text for row in rows]
    assert names == ["PeopleOps", "CloudOps", "SecOps", "DevOps", "DataOps", "MLOps", "AIOps"]
    secops = rows[2].text
    total = len(agency.draft.rubric.to_datatypes().area_by_code["secops"].questions)
    assert f"3 of {total}" in secops
    assert f"{agency.contributor.name} and {agency.lead.name}" in secops
    assert "Provisional" in secops
    assert "Not started" in rows[0].text


def test_everything_answered_a_lead_can_submit_and_others_are_told_who_can(agency: Agency) -> None:
    answer_all(agency.draft)
    assert buttons(page(agency.lead, agency.draft))[0] == (
        "Check and submit",
        reverse("submit", args=[agency.draft.pk]),
    )
    shown = page(agency.contributor, agency.draft)
    assert buttons(shown)[0][0] == "See the result so far"
    assert "A lead of your organization can submit now." in shown.text


def test_a_viewer_gets_the_result_not_the_questions(agency: Agency) -> None:
    assert buttons(page(agency.viewer, agency.draft))[0][0] == "See the result so far"


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (make_submitted, "The Center of Excellence is reviewing it."),
        (make_returned, "The Center of Excellence asks for more before it accepts."),
        (make_accepted, "The Center of Excellence has accepted it."),
    ],
)
def test_the_state_is_told_in_a_sentence(agency: Agency, make: Any, sentence: str) -> None:
    assert sentence in page(agency.viewer, make(organization=agency.organization)).text


def test_a_returned_assessment_shows_what_the_reviewer_asks_for(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization, comment="Name the log in question 2.")
    shown = page(agency.lead, returned)
    assert "Name the log in question 2." in shown.text
    assert [text for text, _ in buttons(shown)] == [
        "Revise the answers",
        "Check and submit",
        "See the result so far",
        "Scorecard (PDF)",
    ]


@pytest.mark.parametrize("make", [None, make_submitted, make_returned, make_accepted])
@pytest.mark.parametrize("who", ["lead", "viewer"])
def test_the_page_takes_few_queries(
    agency: Agency, django_assert_max_num_queries: DjangoAssertNumQueries, make: Any, who: str
) -> None:
    assessment = (
        make(organization=agency.organization, evidence=[("Log", "https://a.example/")]) if make else agency.draft
    )
    client = client_of(getattr(agency, who))
    with django_assert_max_num_queries(8):
        assert client.get(address(assessment)).status_code == 200


def test_the_page_takes_the_same_queries_however_much_is_answered(
    agency: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(agency.contributor)
    with django_assert_num_queries(5):
        client.get(address(agency.draft))
    answer_all(agency.draft, rationale="Because.", evidence=[("Log", "https://a.example/")] * 10, by=agency.lead)
    with django_assert_num_queries(5):
        client.get(address(agency.draft))


def test_coe_staff_see_the_sealed_progress_and_no_way_to_answer(agency: Agency, reviewer: User) -> None:
    returned = make_returned(organization=agency.organization)
    shown = page(reviewer, returned)
    assert buttons(shown)[0][0] == "See the result"
    assert client_of(reviewer).get(address(agency.draft)).status_code == 404


def test_an_outsider_finds_nothing(agency: Agency, other: Agency) -> None:
    for assessment in (agency.draft, make_accepted(organization=agency.organization)):
        assert client_of(other.lead).get(address(assessment)).status_code == 404


@pytest.mark.parametrize("pk", ["00000000-0000-0000-0000-000000000000", "1", "x", "%00"])
def test_an_assessment_that_is_none_answers_404(agency: Agency, pk: str) -> None:
    assert client_of(agency.lead).get(f"/assessments/{pk}/").status_code == 404


def test_signed_out_one_is_sent_to_sign_in(agency: Agency) -> None:
    response = Client().get(address(agency.draft))
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address(agency.draft)}")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_page_is_only_read(agency: Agency, method: str) -> None:
    assert getattr(client_of(agency.lead), method)(address(agency.draft)).status_code == 405
