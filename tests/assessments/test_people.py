"""The people of an organization: inviting, joining, removing, and who looks after them."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assessments.forms import JoinForm
from assessments.models import AuditEvent, Invitation, Membership, Role, User
from tests.factories import PASSWORD, Agency, answer_all, client_of, make_invitation, make_user
from tests.uswds.markup import Element, parse


def page(client: Client, address: str) -> Element:
    response = client.get(address)
    assert response.status_code == 200
    return parse(response.content.decode())


def people(agency: Agency) -> str:
    return reverse("people", args=[agency.organization.code])


def invite(person: User, agency: Agency, email: str = "new@agency.example") -> Element:
    address = reverse("invite", args=[agency.organization.code])
    response = client_of(person).post(address, {"email": email, "role": "viewer"}, follow=True)
    return parse(response.content.decode())


def link_of(invitation: Invitation) -> str:
    return reverse("invitation", args=[invitation.token])


# ---- An invitation that no longer works ----


def test_a_second_invitation_replaces_the_first_and_says_so(agency: Agency) -> None:
    assert "no longer works" not in invite(agency.lead, agency).text
    first = Invitation.objects.get()
    assert "The link of the older invitation no longer works." in invite(agency.lead, agency, "New@agency.example").text
    shown = page(Client(), link_of(first)).text
    assert "This invitation was taken back, or a newer one has replaced it." in shown
    assert [row.is_open for row in Invitation.objects.order_by("pk")] == [False, True]


def test_an_expired_invitation_is_replaced_without_a_word(agency: Agency) -> None:
    make_invitation(
        organization=agency.organization, by=agency.lead, email="new@agency.example", expires_at=timezone.now()
    )
    assert "no longer works" not in invite(agency.lead, agency).text


def test_a_withdrawn_invitation_says_so_and_lets_nobody_in(agency: Agency) -> None:
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    client_of(agency.lead).post(reverse("withdraw", args=[agency.organization.code, invitation.pk]))
    assert "This invitation was taken back" in page(Client(), link_of(invitation)).text
    Client().post(link_of(invitation), {"name": "New", "password": PASSWORD})
    assert not User.objects.filter(email=invitation.email).exists()
    assert "invitation" not in page(client_of(agency.lead), people(agency)).one("main").text.lower().split("invite")[0]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"accepted_at": timezone.now()}, "This invitation was used."),
        ({"withdrawn_at": timezone.now()}, "This invitation was taken back, or a newer one has replaced it."),
        ({"expires_at": timezone.now()}, "This invitation has expired."),
        ({}, ""),
    ],
)
def test_an_invitation_says_why_it_is_closed(agency: Agency, fields: dict[str, Any], sentence: str) -> None:
    assert make_invitation(organization=agency.organization, by=agency.lead, **fields).closed_because == sentence


def test_someone_else_signs_out_and_comes_back_with_one_button(agency: Agency) -> None:
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    client = client_of(make_user())
    form = page(client, link_of(invitation)).one("main").one("form")
    assert form.one("button").text == "Sign out and open the invitation"
    out = client.post(form["action"] or "", {"next": form.one("input", name="next")["value"] or ""})
    assert (out.status_code, out["Location"]) == (302, link_of(invitation))
    assert page(client, link_of(invitation)).one("input", name="password")


def test_the_rules_of_a_password_are_told_in_full(agency: Agency) -> None:
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    hint = JoinForm(invitation=invitation).fields["password"].help_text
    for rule in ("12 characters", "only digits", "many people use", "your name or e-mail address"):
        assert rule in hint


# ---- Removing ----


def test_removing_is_asked_about_first_and_answers_stay(agency: Agency) -> None:
    answer_all(agency.draft, by=agency.contributor)
    member = agency.organization.memberships.get(user=agency.contributor)
    client = client_of(agency.lead)
    (link,) = [
        link["href"] for link in page(client, people(agency)).all("a") if link.text == f"Remove {agency.contributor}"
    ]
    asked = page(client, link or "")
    assert f"The answers that {agency.contributor} gave stay as they are, with the name." in asked.text
    assert Membership.objects.filter(pk=member.pk).exists()
    assert client.post(link or "").status_code == 302
    assert not Membership.objects.filter(pk=member.pk).exists()
    assert agency.draft.answers.filter(answered_by=agency.contributor).count() == 29


def test_removing_is_no_role(agency: Agency) -> None:
    member = agency.organization.memberships.get(user=agency.viewer)
    address = reverse("set-role", args=[agency.organization.code, member.pk])
    client_of(agency.lead).post(address, {"role": "remove"})
    assert Membership.objects.filter(pk=member.pk, role=Role.VIEWER).exists()


def test_the_only_lead_stays(agency: Agency) -> None:
    member = agency.organization.memberships.get(user=agency.lead)
    response = client_of(agency.lead).post(
        reverse("remove-member", args=[agency.organization.code, member.pk]), follow=True
    )
    assert "is the only lead. Make someone else a lead first." in parse(response.content.decode()).text
    assert Membership.objects.filter(pk=member.pk).exists()


def test_a_lead_who_leaves_lands_at_home(agency: Agency) -> None:
    Membership.objects.filter(user=agency.viewer).update(role=Role.LEAD)
    member = agency.organization.memberships.get(user=agency.lead)
    response = client_of(agency.lead).post(reverse("remove-member", args=[agency.organization.code, member.pk]))
    assert response["Location"] == "/"


# ---- The way there ----


def test_each_assessment_leads_to_its_people(agency: Agency) -> None:
    for who, text in (("lead", "People, and inviting someone"), ("viewer", "People")):
        shown = page(client_of(getattr(agency, who)), reverse("assessment", args=[agency.draft.pk]))
        assert [link.text for link in shown.all("a") if link.get("href") == people(agency)] == [text]


@pytest.mark.parametrize("address", ["/", "/assessments/"])
def test_home_and_the_list_lead_there_too(agency: Agency, address: str) -> None:
    shown = page(client_of(agency.lead), address)
    (link,) = [link.text for link in shown.all("a") if link.get("href") == people(agency)]
    assert link.startswith("People and invitations")


# ---- The CoE's administrators ----


def test_an_administrator_invites_people_of_any_organization(agency: Agency, administrator: User) -> None:
    client = client_of(administrator)
    organization = page(client, f"/admin/assessments/organization/{agency.organization.pk}/change/")
    (link,) = [link["href"] or "" for link in organization.all("a") if link.text == "Invite someone"]
    assert page(client, link.split("#")[0]).by_id("invite").text == "Invite someone"
    assert "on its way to new@agency.example" in invite(administrator, agency).text
    (message,) = mail.outbox
    assert link_of(Invitation.objects.get()) in message.body
    event = AuditEvent.objects.get(action="person invited")
    assert (event.actor, event.organization) == (administrator, agency.organization)


def test_a_reviewer_looks_after_nobodys_people(agency: Agency, reviewer: User) -> None:
    client = client_of(reviewer)
    assert client.get(people(agency)).status_code == 404
    organization = page(client, f"/admin/assessments/organization/{agency.organization.pk}/change/")
    assert "Invite someone" not in organization.text


def test_an_organization_that_is_none_has_no_people(administrator: User) -> None:
    assert client_of(administrator).get(reverse("people", args=["nowhere"])).status_code == 404


def test_an_administrator_withdraws_invitations_in_the_admin(agency: Agency, administrator: User) -> None:
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    used = make_invitation(organization=agency.organization, by=agency.lead, accepted_at=timezone.now())
    fields = {"action": "withdraw", "_selected_action": [invitation.pk, used.pk]}
    client_of(administrator).post("/admin/assessments/invitation/", fields)
    assert Invitation.objects.filter(withdrawn_at__isnull=False).get() == invitation
    event = AuditEvent.objects.get(action="invitation withdrawn")
    assert (event.actor, event.subject) == (administrator, invitation.email)


NEW_PERSON: dict[str, object] = {
    "email": "new@coe.example",
    "name": "New Reviewer",
    "coe_role": "reviewer",
    "memberships-TOTAL_FORMS": 0,
    "memberships-INITIAL_FORMS": 0,
}


def test_a_new_account_gets_a_link_to_set_a_password(administrator: User) -> None:
    client = client_of(administrator)
    form = page(client, "/admin/assessments/user/add/")
    chosen = [radio["value"] for radio in form.all("input", name="usable_password") if "checked" in radio.attrs]
    assert chosen == ["false"]
    added = client.post("/admin/assessments/user/add/", NEW_PERSON | {"usable_password": "false"})
    assert added.status_code == 302
    person = User.objects.get(email="new@coe.example")
    assert not person.has_usable_password()
    (message,) = mail.outbox
    assert message.to == [person.email]
    link = re.findall(r"http://127.0.0.1:8000(\S+)", message.body)[0]
    assert AuditEvent.objects.get(action="password link sent").actor == administrator

    visitor = Client()
    chosen_password = {"password1": PASSWORD, "password2": PASSWORD}
    form_address = visitor.get(link)["Location"]
    assert visitor.get(form_address).status_code == 200
    visitor.post(form_address, chosen_password)
    assert User.objects.get(pk=person.pk).check_password(PASSWORD)
    assert parse(Client().get(link, follow=True).content.decode()).one("h1").text == "This link no longer works"


def test_a_password_can_still_be_set_at_once(administrator: User) -> None:
    secret = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    client_of(administrator).post("/admin/assessments/user/add/", NEW_PERSON | secret)
    assert User.objects.get(email="new@coe.example").check_password(PASSWORD)
    assert mail.outbox == []


def test_someone_without_a_password_can_ask_for_the_link_anew(db: None) -> None:
    make_user(email="new@coe.example", coe_role="reviewer")
    Client().post("/accounts/password/reset/", {"email": "new@coe.example"})
    assert [message.to for message in mail.outbox] == [["new@coe.example"]]


# ---- Words ----


@pytest.mark.parametrize("address", ["/accounts/login/", "/accounts/password/reset/"])
def test_an_e_mail_address_is_called_that_everywhere(db: None, address: str) -> None:
    assert "E-mail address" in [label.text.split("*")[0].strip() for label in page(Client(), address).all("label")]


def test_a_wrong_password_is_told_in_the_same_words(agency: Agency) -> None:
    response = Client().post("/accounts/login/", {"login": agency.lead.email, "password": "wrong"})
    assert "The e-mail address or the password is not correct." in parse(response.content.decode()).text


def test_a_refusal_sends_people_to_those_who_can_help(agency: Agency, reviewer: User) -> None:
    refused = client_of(reviewer).get("/admin/assessments/user/")
    assert refused.status_code == 403
    assert "ask an administrator of the Center of Excellence" in parse(refused.content.decode()).text
    mine = client_of(agency.viewer).get(reverse("submit", args=[agency.draft.pk]))
    text = parse(mine.content.decode()).text
    assert "Only a lead of the organization can do this." in text
    assert "ask the person who leads the assessments in your agency" in text


# ---- Cycles ----

CYCLE = {"code": "fy2031-q1", "name": "FY2031 Q1", "starts_on": "2030-10-01", "due_on": "2030-12-31"}


def test_a_cycle_that_is_due_before_it_starts_is_refused_in_words(administrator: User) -> None:
    response = client_of(administrator).post("/admin/assessments/cycle/add/", CYCLE | {"due_on": "2030-09-30"})
    text = parse(response.content.decode()).text
    assert "The cycle has to be due on the day it starts, or later." in text
    assert "Constraint" not in text


def test_who_adds_a_cycle_is_told_from_when_teams_can_choose_it(administrator: User) -> None:
    client = client_of(administrator)
    assert "Teams can start assessments from this day on." in page(client, "/admin/assessments/cycle/add/").text
    response = client.post("/admin/assessments/cycle/add/", CYCLE, follow=True)
    text = parse(response.content.decode()).text
    assert "Teams can't choose FY2031 Q1 before it starts, on October 1, 2030." in text
    assert "Not offered to teams yet" in text


def test_a_cycle_that_has_started_needs_no_such_word(administrator: User) -> None:
    fields = CYCLE | {"starts_on": "2020-10-01"}
    response = client_of(administrator).post("/admin/assessments/cycle/add/", fields, follow=True)
    assert "Teams can't choose" not in parse(response.content.decode()).text


def test_the_admins_list_of_submissions_has_one_name(administrator: User) -> None:
    client = client_of(administrator)
    shown = page(client, "/admin/assessments/assessment/")
    assert shown.one("div", css="breadcrumbs").text.endswith("Submissions")
    tools = page(client, "/admin/").one("div", id="user-tools")
    assert [link.text for link in tools.all("a") if link["href"] == "/"] == ["Application"]
