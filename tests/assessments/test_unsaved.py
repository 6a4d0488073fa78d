"""Without a script: what was typed is handed back where it can't be saved because its person is signed out."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments.forms import fingerprint
from assessments.models import AreaReview, Assessment, State, User
from tests.factories import Agency, answer_fields, client_of, make_submitted
from tests.uswds.markup import Element, parse

TYPED = "Mine <script>alert(1)</script>\r\nand a second line"
LINK = ("The log", "https://example.gov/log")


def address(agency: Agency, area: str = "secops") -> str:
    return reverse("area", args=[agency.draft.pk, area])


@pytest.fixture
def fields() -> dict[str, Any]:
    """Two questions answered, and one as it was rendered."""
    return {
        **answer_fields("secops-1", choice=4, rationale=TYPED, evidence=[LINK, ("", "")]),
        **answer_fields("secops-2", choice="not_applicable", reason="We have none."),
        **answer_fields("secops-3", choice="", rendered=rendered_empty()),
        "then": "next",
    }


def rendered_empty() -> str:
    """The fingerprint of a question that nobody has answered."""
    return fingerprint("", "", "", [])


def form_of(page: Element) -> tuple[str, dict[str, list[str]]]:
    """Where the page's form goes, and what it sends."""
    (form,) = page.one("main").all("form")
    sent: dict[str, list[str]] = {}
    for field in form.all("input"):
        sent.setdefault(field["name"] or "", []).append(field["value"] or "")
    return form["action"] or "", sent


def shows_what_was_typed(page: Element) -> None:
    main = page.one("main")
    assert [heading.text for heading in main.all("h2")] == ["SecOps, question 1", "SecOps, question 2"]
    for text in ("Level 4, Managed", "Mine <script>alert(1)</script>", "We have none.", *LINK, "Not applicable"):
        assert text in main.text
    assert not main.all("script")


def test_signed_out_one_gets_it_back_with_a_way_to_sign_in(agency: Agency, fields: dict[str, Any]) -> None:
    response = Client().post(address(agency), fields)
    assert response.status_code == 401
    assert "no-store" in response["Cache-Control"]
    page = parse(response.content.decode())
    shows_what_was_typed(page)
    (sign_in,) = page.one("main").all("a")
    assert sign_in["href"] == f"/accounts/login/?next={address(agency).replace('/', '%2F')}"
    assert agency.organization.name not in page.text
    assert agency.draft.team not in page.text


def test_the_page_sends_it_once_more(agency: Agency, fields: dict[str, Any]) -> None:
    page = parse(Client().post(address(agency), fields).content.decode())
    action, sent = form_of(page)
    response = client_of(agency.contributor).post(action, sent)
    assert (response.status_code, response["Location"]) == (302, address(agency, "devops"))
    answers = agency.draft.answers
    first, second = (answers.get(question__code=f"secops-{number}") for number in (1, 2))
    assert (first.choice, first.rationale) == ("4", TYPED.replace("\r\n", "\n"))
    assert list(first.evidence.values_list("title", "url")) == [LINK]
    assert (second.choice, second.reason) == ("not_applicable", "We have none.")
    assert answers.get(question__code="secops-3").version == 0


def token_of(client: Client, where: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(where).content.decode())
    assert found
    return found[1]


def test_an_old_token_gives_it_back_with_a_new_one(agency: Agency, fields: dict[str, Any]) -> None:
    client = client_of(agency.contributor, enforce_csrf_checks=True)
    client.get(address(agency))
    response = client.post(address(agency), fields | {"csrfmiddlewaretoken": "x" * 64})
    assert response.status_code == 403
    page = parse(response.content.decode())
    shows_what_was_typed(page)
    assert not page.one("main").all("a")
    action, sent = form_of(page)
    assert client.post(action, sent).status_code == 302
    assert agency.draft.answers.get(question__code="secops-1").choice == "4"


def test_signed_out_pressed_sign_in_elsewhere_pressed_again_and_it_is_saved(
    agency: Agency, fields: dict[str, Any]
) -> None:
    """Signing in changes the token, so the page comes back once with the new one."""
    client = Client(enforce_csrf_checks=True)
    token = token_of(client, "/accounts/login/")
    page = parse(client.post(address(agency), fields | {"csrfmiddlewaretoken": token}).content.decode())
    client.force_login(agency.contributor, "allauth.account.auth_backends.AuthenticationBackend")
    client.cookies["csrftoken"] = "y" * 32
    action, sent = form_of(page)
    response = client.post(action, sent)
    assert response.status_code == 403
    action, sent = form_of(parse(response.content.decode()))
    assert client.post(action, sent).status_code == 302
    assert agency.draft.answers.get(question__code="secops-1").choice == "4"


def test_what_another_site_posts_is_not_handed_over_to_be_sent(agency: Agency, fields: dict[str, Any]) -> None:
    client = client_of(agency.contributor, enforce_csrf_checks=True)
    response = client.post(address(agency), fields, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert "alert(1)" not in response.content.decode()


def test_the_plain_page_about_tokens_promises_nothing(agency: Agency) -> None:
    client = client_of(agency.lead, enforce_csrf_checks=True)
    page = client.post(reverse("submit", args=[agency.draft.pk]))
    assert page.status_code == 403
    assert "The page was open too long" in page.content.decode()
    assert "what you typed is still there" not in page.content.decode()


@pytest.mark.parametrize("sent", [{}, answer_fields("aiops-1"), answer_fields("secops-1", choice="", rendered="-")])
def test_where_nothing_was_typed_one_is_sent_to_sign_in(agency: Agency, sent: dict[str, Any]) -> None:
    if "secops-1-rendered" in sent:
        sent = sent | {"secops-1-rendered": rendered_empty()}
    response = Client().post(address(agency), sent)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address(agency)}")


def test_an_unknown_area_or_assessment_tells_nothing(agency: Agency, fields: dict[str, Any]) -> None:
    nowhere = "/assessments/00000000-0000-4000-8000-000000000000/secops/"
    assert Client().post(f"/assessments/{agency.draft.pk}/nothing/", fields).status_code == 302
    there, not_there = (Client().post(where, fields).content for where in (address(agency), nowhere))
    assert parse(there.decode()).one("main").text == parse(not_there.decode()).one("main").text


@pytest.mark.parametrize("choice", ["9", "99999", "²", "-1", "x"])
def test_a_choice_that_is_none_is_handed_back_as_none(agency: Agency, choice: str) -> None:
    response = Client().post(address(agency), answer_fields("secops-1", choice=choice))
    assert response.status_code == 401
    assert "Not answered" in response.content.decode()


# ---- A reviewer's notes ----


@pytest.mark.parametrize("signed_in_again", [False, True])
@pytest.mark.parametrize("second_look", [False, True])
def test_a_reviewers_notes_come_back_and_can_be_sent_again(
    reviewer: User, settings: Any, second_look: bool, signed_in_again: bool
) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    scorecard = make_submitted().scorecards.get()
    where = (
        reverse("second-look", args=[scorecard.pk])
        if second_look
        else reverse("admin:assessments_assessment_change", args=[scorecard.assessment_id])
    )
    notes = {"level-secops": "2", "reason-secops": TYPED, "text-mlops-1": "Which one?", "evidence-mlops-2": "on"}
    fields = {**notes, "act": "accept", "version": "0", "seal": scorecard.sha256, "csrfmiddlewaretoken": "stale"}
    client = Client(enforce_csrf_checks=signed_in_again)
    if signed_in_again:
        client.force_login(reviewer)
    response = client.post(where, fields)
    assert response.status_code == (403 if signed_in_again else 401)
    assert "no-store" in response["Cache-Control"]
    page = parse(response.content.decode())
    main = page.one("main")
    for text in ("SecOps, level", "Level 2", "Mine <script>alert(1)</script>", "Which one?", "Ask for evidence"):
        assert text in main.text
    assert bool(main.all("a", target="_blank")) is not signed_in_again
    action, sent = form_of(page)
    assert client_of(reviewer).post(action, sent | {"act": "save"}).status_code == 302
    assert AreaReview.objects.get().reason == TYPED.replace("\r\n", "\n")
    assert Assessment.objects.get().state == State.SUBMITTED


@pytest.mark.django_db
def test_without_a_note_one_is_sent_to_the_sign_in() -> None:
    submitted = make_submitted()
    response = Client().post(reverse("admin:assessments_assessment_change", args=[submitted.pk]), {"act": "claim"})
    assert response.status_code == 302
    assert "/login/" in response["Location"]
