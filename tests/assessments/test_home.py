"""Home, the list of assessments, and how scoring works."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessments.models import Role, User
from rubric.models import Rubric, forget_published
from tests.factories import (
    Agency,
    answer_all,
    client_of,
    make_accepted,
    make_assessment,
    make_membership,
    make_returned,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())


def home(person: User) -> Any:
    response = client_of(person).get("/")
    assert response.status_code == 200
    return response


# ---- Home ----


def test_signed_out_it_says_what_the_model_is_and_where_to_sign_in(ai_cmm_words: str) -> None:
    response = Client().get("/")
    assert response.status_code == 200
    assert ai_cmm_words in words(response)
    assert 'href="/accounts/login/' in response.content.decode()
    assert 'href="/model/"' in response.content.decode()
    assert "An invented example." in response.content.decode()


@pytest.fixture
def ai_cmm_words() -> str:
    return Rubric.objects.get(code="ai-cmm").name


def test_what_waits_for_me_comes_first(agency: Agency) -> None:
    make_submitted(organization=agency.organization, team="Done Team")
    make_returned(organization=agency.organization, team="Back Team")
    context = home(agency.contributor).context
    assert {entry.assessment.team for entry in context["waiting"]} == {"Flood Forecasts", "Back Team"}
    assert [entry.assessment.team for entry in context["others"]] == ["Done Team"]
    text = words(home(agency.contributor))
    assert text.index("Waiting for you") < text.index("Flood Forecasts") < text.index("Done Team")


def test_nothing_waits_for_a_viewer(agency: Agency) -> None:
    context = home(agency.viewer).context
    assert context["waiting"] == []
    assert [entry.assessment.team for entry in context["others"]] == ["Flood Forecasts"]
    assert not context["may_start"]


def test_only_my_organizations_are_there(agency: Agency, other: Agency) -> None:
    text = words(home(agency.lead))
    assert "Slope Watch" not in text
    assert "Department of Hills" not in text
    make_membership(organization=other.organization, user=agency.lead, role=Role.VIEWER)
    text = words(home(agency.lead))
    assert "Slope Watch" in text
    assert "Department of Hills : you are a viewer" in text


def test_coe_staff_see_how_many_submissions_wait(reviewer: User) -> None:
    assert "No submission waits for review." in words(home(reviewer))
    make_submitted()
    assert "One submission waits for review." in words(home(reviewer))
    make_submitted()
    make_accepted()
    make_assessment()
    assert "2 submissions wait for review." in words(home(reviewer))


def test_someone_in_no_organization_is_told_what_to_do() -> None:
    assert "Ask a lead of your organization for an invitation." in words(home(make_user()))


def test_the_lead_of_an_organization_without_assessments_is_led_to_starting_one() -> None:
    response = home(make_membership().user)
    assert 'href="/assessments/new/"' in response.content.decode()
    assert "No assessment yet" in words(response)


@pytest.mark.parametrize("address", ["/", "/assessments/"])
@pytest.mark.parametrize("who", ["lead", "viewer"])
def test_pages_take_few_queries_however_many_assessments(agency: Agency, address: str, who: str) -> None:
    client = client_of(getattr(agency, who))
    numbers = []
    for _ in range(2):
        for make in (make_assessment, make_submitted, make_returned):
            make(organization=agency.organization)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 8


def test_names_are_never_markup(agency: Agency) -> None:
    payload = "<script>alert(1)</script>\"'"
    make_assessment(organization=agency.organization, team=payload)
    User.objects.filter(pk=agency.lead.pk).update(name=payload)
    for address in ("/", "/assessments/", f"/organizations/{agency.organization.code}/people/"):
        body = client_of(agency.lead).get(address).content.decode()
        assert "<script>alert" not in body
        assert "&lt;script&gt;alert(1)" in body


@pytest.mark.parametrize("address", ["/", "/assessments/"])
def test_starting_one_stands_above_the_cards(agency: Agency, address: str) -> None:
    body = client_of(agency.lead).get(address).content.decode()
    assert body.count('href="/assessments/new/"') == 1
    assert body.index('href="/assessments/new/"') < body.index("<article")
    assert "/assessments/new/" not in client_of(agency.viewer).get(address).content.decode()


def test_the_result_of_a_draft_is_called_so_far(agency: Agency) -> None:
    assert "Result so far of Flood Forecasts" in words(home(agency.lead))
    make_accepted(organization=agency.organization, team="Tide Tables")
    assert "Result of Tide Tables" in words(home(agency.lead))


# ---- The list ----


def test_the_list_leads_reviewers_to_the_submissions(reviewer: User) -> None:
    make_submitted()
    response = client_of(reviewer).get("/assessments/")
    assert "One submission waits for review." in words(response)
    assert 'href="/admin/assessments/assessment/?queue=waiting"' in response.content.decode()


def test_the_list_shows_each_assessment_with_its_state_and_progress(agency: Agency) -> None:
    answer_all(agency.draft, choices={f"secops-{n}": "" for n in range(1, 9)})
    make_accepted(organization=agency.organization, team="Tide Tables")
    response = client_of(agency.viewer).get("/assessments/")
    text = words(response)
    assert text.index("Flood Forecasts") >= 0
    assert "Draft" in text
    assert "Tide Tables" in text
    assert "Accepted" in text
    assert response.content.decode().count("<svg") >= 2


def test_the_list_is_for_people_who_signed_in() -> None:
    response = Client().get("/assessments/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/assessments/")


def test_the_list_of_someone_in_no_organization_is_empty(agency: Agency) -> None:
    assert "Flood Forecasts" not in words(client_of(make_user()).get("/assessments/"))


@pytest.mark.parametrize("address", ["/", "/assessments/", "/how-scoring-works/"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_are_only_read(agency: Agency, address: str, method: str) -> None:
    assert getattr(client_of(agency.lead), method)(address).status_code == 405


# ---- How scoring works ----


def test_the_rule_is_told_with_examples_that_scoring_worked_out() -> None:
    text = words(Client().get("/how-scoring-works/"))
    assert "60" in text
    for answers, level in [("3, 3, 3, 3, 2, 2", 3), ("3, 3, 3, 2, 2, 2", 2), ("5, 5, 5, 5, 5, 1", 2), ("4, 4, 1", 2)]:
        start = text.index(f" {answers} ")
        assert f"Level {level}" in text[start : start + 120]


@pytest.mark.parametrize("address", ["/", "/how-scoring-works/", "/assessments/new/"])
def test_before_a_model_is_loaded_pages_say_so(agency: Agency, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rubric.models.RubricQuerySet.published", lambda self: self.none())
    forget_published()
    for client in (Client(), client_of(agency.lead)):
        assert client.get(address).status_code < 500
