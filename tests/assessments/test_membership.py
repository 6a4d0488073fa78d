"""Inviting, joining, leaving: what an invitation is good for, and what it no longer is."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from aicmm.names import validate_name
from assessments import membership
from assessments.actions import Refused
from assessments.models import AuditEvent, Cycle, Invitation, Organization, Role, User
from tests.assessments.conftest import AtOnce
from tests.factories import PASSWORD, Agency, client_of, make_invitation, make_membership, make_user

pytestmark = pytest.mark.django_db


def roles_of(user: User) -> list[str]:
    return list(user.memberships.values_list("role", flat=True))


# ---- Older invitations ----


@pytest.fixture
def invited(agency: Agency) -> Invitation:
    """An open invitation as a lead, for someone who has an account."""
    person = make_user(email="ann@agency.example", name="Ann Other")
    return make_invitation(organization=agency.organization, by=agency.lead, email=person.email.upper(), role=Role.LEAD)


def put_in(administrator: User, agency: Agency, person: User) -> Any:
    fields = {"organization": agency.organization.pk, "user": person.pk, "role": Role.VIEWER}
    return client_of(administrator).post("/admin/assessments/membership/add/", fields)


def test_who_is_added_by_the_coe_needs_no_invitation_any_more(
    agency: Agency, administrator: User, invited: Invitation
) -> None:
    person = User.objects.get(email="ann@agency.example")
    assert put_in(administrator, agency, person).status_code == 302
    assert not Invitation.objects.open().exists()
    client = client_of(person)
    client.post(reverse("invitation", args=[invited.token]))
    assert roles_of(person) == ["viewer"]


@pytest.mark.parametrize("by_whom", ["lead", "administrator"])
def test_who_was_removed_does_not_come_back_with_an_older_invitation(
    agency: Agency, administrator: User, invited: Invitation, by_whom: str
) -> None:
    person = User.objects.get(email="ann@agency.example")
    member = make_membership(organization=agency.organization, user=person, role=Role.VIEWER)
    if by_whom == "lead":
        address = reverse("remove-member", args=[agency.organization.code, member.pk])
        assert client_of(agency.lead).post(address).status_code == 302
    else:
        address = f"/admin/assessments/membership/{member.pk}/delete/"
        assert client_of(administrator).post(address, {"post": "yes"}).status_code == 302
    client_of(person).post(reverse("invitation", args=[invited.token]))
    assert roles_of(person) == []


def test_invitations_of_others_and_elsewhere_stay_open(
    agency: Agency, other: Agency, administrator: User, invited: Invitation
) -> None:
    someone = make_invitation(organization=agency.organization, by=agency.lead)
    elsewhere = make_invitation(organization=other.organization, by=other.lead, email="ann@agency.example")
    put_in(administrator, agency, User.objects.get(email="ann@agency.example"))
    assert set(Invitation.objects.open()) == {someone, elsewhere}


@pytest.mark.parametrize(("has", "invited_as"), [("viewer", "lead"), ("lead", "viewer")])
def test_joining_changes_no_role(agency: Agency, has: str, invited_as: str) -> None:
    person = make_membership(organization=agency.organization, role=has).user
    invitation = make_invitation(organization=agency.organization, email=person.email, role=invited_as)
    reply = client_of(person).post(reverse("invitation", args=[invitation.token]), follow=True)
    assert roles_of(person) == [has]
    assert f"You are a {has} of" in reply.content.decode()
    invitation.refresh_from_db()
    assert not invitation.is_open


def test_the_only_lead_stays_one_whatever_is_taken_up(agency: Agency) -> None:
    invitation = make_invitation(
        organization=agency.organization, by=agency.viewer, email=agency.lead.email, role=Role.VIEWER
    )
    membership.join(invitation=invitation, user=agency.lead)
    assert roles_of(agency.lead) == ["lead"]


# ---- Pressed twice ----

NEW = {"name": "Ann Other", "password": PASSWORD}


def press_join(invitation: Invitation, client: Client | None = None, **fields: str) -> tuple[int, str]:
    """The status of a press of "Join", by default of someone new in a browser of their own, and where it leads."""
    reply = (client or Client()).post(reverse("invitation", args=[invitation.token]), NEW | fields)
    return reply.status_code, reply.headers.get("Location", "")


def test_two_presses_at_once_make_one_account_and_succeed(at_once: AtOnce) -> None:
    invitation = make_invitation()
    assert at_once(*[lambda: press_join(invitation)] * 3) == [(302, "/")] * 3
    person = User.objects.get(email=invitation.email)
    assert roles_of(person) == ["contributor"]
    assert AuditEvent.objects.filter(action="invitation accepted").count() == 1


def test_a_second_press_after_the_first_is_the_same_person() -> None:
    invitation = make_invitation()
    first, second = Client(), Client()
    assert press_join(invitation, first) == press_join(invitation, second) == (302, "/")
    assert second.get("/").context["user"].name == "Ann Other"
    assert press_join(invitation, first) == (302, "/")
    assert User.objects.filter(email=invitation.email).count() == 1


def test_a_used_invitation_is_no_way_in_for_another_password_or_later() -> None:
    invitation = make_invitation()
    assert press_join(invitation) == (302, "/")
    sign_in = (302, f"/accounts/login/?next=/invitations/{invitation.token}/")
    assert press_join(invitation, password="another long password") == sign_in
    long_ago = timezone.now() - timedelta(minutes=2)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_at=long_ago)
    assert press_join(invitation) == sign_in


def test_who_was_removed_right_after_joining_does_not_press_their_way_back(agency: Agency) -> None:
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    client = Client()
    press_join(invitation, client)
    person = User.objects.get(email=invitation.email)
    person.memberships.all().delete()
    assert press_join(invitation, client) == (302, f"/invitations/{invitation.token}/")
    assert press_join(invitation)[1].startswith("/accounts/login/")
    assert roles_of(person) == []


def test_two_presses_at_once_of_someone_who_is_signed_in_succeed(at_once: AtOnce) -> None:
    person = make_user()
    invitation = make_invitation(email=person.email)
    clients = [client_of(person), client_of(person)]
    presses = [lambda client=client: press_join(invitation, client) for client in clients]
    assert at_once(*presses) == [(302, "/")] * 2
    assert AuditEvent.objects.filter(action="invitation accepted").count() == 1


def test_two_organizations_that_invite_the_same_new_person_make_one_account(at_once: AtOnce) -> None:
    invitations = [make_invitation(email="new@agency.example") for _ in range(2)]
    presses = [lambda invitation=invitation: press_join(invitation) for invitation in invitations]
    places = sorted(place for status, place in at_once(*presses) if status == 302)
    assert places[0] == "/"
    assert places[1].startswith("/accounts/login/?next=/invitations/")
    assert User.objects.filter(email="new@agency.example").count() == 1


def test_an_invitation_withdrawn_while_the_page_was_open_is_refused() -> None:
    invitation = make_invitation()
    Invitation.objects.update(withdrawn_at=timezone.now())
    with pytest.raises(Refused, match="Ask your lead for a new one"):
        membership.join_as_new(invitation=invitation, name="Ann", password=PASSWORD)
    assert not User.objects.filter(email=invitation.email).exists()


# ---- Addresses and names that no mail can carry ----


def link_shown(page: str) -> str:
    """The link to hand over, out of the message to the lead."""
    found = re.search(r"hand over the link yourself: http://127\.0\.0\.1:8000(/invitations/[\w-]+/)", page)
    assert found
    return found[1]


@pytest.mark.parametrize("address", [f"a@{'ä' * 60}.com", f"{'b' * 200}@example.com"])
def test_an_address_that_no_mail_reaches_gives_the_lead_the_link_at_least(agency: Agency, address: str) -> None:
    invite = reverse("invite", args=[agency.organization.code])
    reply = client_of(agency.lead).post(invite, {"email": address, "role": "viewer"}, follow=True)
    assert reply.status_code == 200
    assert Client().get(link_shown(reply.content.decode())).status_code == 200
    assert AuditEvent.objects.get(action="person invited").subject == address[:200]


def test_an_organization_whose_name_has_two_lines_can_invite(agency: Agency) -> None:
    Organization.objects.filter(pk=agency.organization.pk).update(name="Department\nof Rivers")
    invite = reverse("invite", args=[agency.organization.code])
    reply = client_of(agency.lead).post(invite, {"email": "new@agency.example", "role": "viewer"}, follow=True)
    assert "The mail could not be sent" in reply.content.decode()
    assert Client().get(link_shown(reply.content.decode())).status_code == 200


NO_MEMBERS = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Organization, {"code": "rivers", "kind": "department", **NO_MEMBERS}),
        (Cycle, {"code": "fy2027-q1", "starts_on": "2026-10-01", "due_on": "2026-12-31"}),
        (User, {"email": "ann@agency.example", "usable_password": "false", **NO_MEMBERS}),
    ],
)
def test_a_name_written_in_the_admin_is_one_line(
    administrator: User, model: type[Any], fields: dict[str, object]
) -> None:
    address = reverse(f"admin:assessments_{model.__name__.lower()}_add")
    reply = client_of(administrator).post(address, {"name": " Two \n lines\t here ", **fields})
    assert reply.status_code == 302
    assert model.objects.order_by("pk").last().name == "Two lines here"


# ---- Links in mails ----


def test_an_invitations_link_is_the_sites_whatever_host_name_a_request_has(agency: Agency, settings: Settings) -> None:
    settings.SITE_URL = "https://aicmm.example.gov"
    invite = reverse("invite", args=[agency.organization.code])
    fields = {"email": "new@agency.example", "role": "viewer"}
    reply = client_of(agency.lead).post(invite, fields, headers={"Host": "localhost:31337"}, follow=True)
    (sent,) = mail.outbox
    link = f"https://aicmm.example.gov/invitations/{Invitation.objects.get().token}/"
    assert link in sent.body
    assert link in reply.content.decode()
    assert "31337" not in f"{sent.subject} {sent.body} {reply.content.decode()}"


def test_a_password_resets_mail_names_the_site_and_nothing_of_the_request(settings: Settings) -> None:
    settings.SITE_URL = "https://aicmm.example.gov"
    person = make_user(password=PASSWORD)
    Client().post("/accounts/password/reset/", {"email": person.email}, headers={"Host": "localhost:31337"})
    (sent,) = mail.outbox
    assert "https://aicmm.example.gov/accounts/password/reset/key/" in sent.body
    assert sent.subject.startswith("[AI CMM] ")
    assert "localhost" not in f"{sent.subject} {sent.body}"


# ---- Names that look like another, or like none ----

INVISIBLE = [
    "\u200b\u2060",
    "Storm Surge\u200b",
    "Storm\u200d Surge",
    "\u202eegruS mrotS\u202c",
    "\u2066Storm Surge\u2069",
    "Storm\u00ad Surge",
    "\ufeffStorm Surge",
    "Storm Surge\u3164",
    "Storm Surge\ufe0f",
    "Storm\x07 Surge",
    "Storm Surge\U000e0041",
]


@pytest.mark.parametrize("name", INVISIBLE)
def test_no_name_holds_what_nobody_sees(agency: Agency, administrator: User, name: str) -> None:
    """Neither a team's nor a person's, nor, in the admin, that of an organization, a cycle or a person."""
    start = {"organization": agency.organization.pk, "team": name, "cycle": agency.draft.cycle.pk}
    invitation = make_invitation(organization=agency.organization)
    admin = client_of(administrator)
    replies = [
        client_of(agency.lead).post("/assessments/new/", start),
        Client().post(reverse("invitation", args=[invitation.token]), NEW | {"name": name}),
        *(admin.post(reverse(f"admin:assessments_{model}_add"), {"name": name}) for model in ADDED),
    ]
    assert [reply.status_code for reply in replies] == [422, 422, 200, 200, 200]
    code = next(f"U+{ord(one):04X}" for one in name if not (one.isascii() and one.isprintable()))
    for reply in replies:
        assert f"that nobody sees ({code})" in reply.content.decode()


ADDED = ("organization", "cycle", "user")


@pytest.mark.parametrize("name", ["Übergänge 数据", "فريق", "O’Neil-Ōta", "नमस्ते", "Team 🌊", "e\u0301clair"])
def test_names_in_any_script_are_taken(name: str) -> None:
    validate_name(name)


def test_a_name_that_turns_the_text_round_turns_nothing_but_itself(agency: Agency) -> None:
    """One that was stored before it was refused."""
    Organization.objects.filter(pk=agency.organization.pk).update(name="\u202eorg")
    User.objects.filter(pk=agency.lead.pk).update(name="\u202eperson")
    agency.draft.team = "\u202eteam"
    agency.draft.save()
    lead = client_of(agency.lead)
    people = reverse("people", args=[agency.organization.code])
    for address in (
        "/",
        people,
        *(reverse(name, args=[agency.draft.pk]) for name in ("assessment", "result", "submit")),
    ):
        body = lead.get(address).content.decode().partition("<body")[2]
        raw = re.sub(r"<bdi[^>]*>[^<]*</bdi>|<svg.*?</svg>|<script.*?</script>|<[^>]*>", "", body, flags=re.DOTALL)
        assert "\u202e" in body
        assert "\u202e" not in raw, address
