"""Inviting, joining, leaving: what an invitation is good for, and what it no longer is."""

from typing import Any

import pytest
from django.urls import reverse

from assessments import membership
from assessments.models import Invitation, Role, User
from tests.factories import Agency, client_of, make_invitation, make_membership, make_user

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
    assert not Invitation.objects.exists()
    client = client_of(person)
    assert client.post(reverse("invitation", args=[invited.token])).status_code == 404
    assert roles_of(person) == ["viewer"]


@pytest.mark.parametrize("by_whom", ["lead", "administrator"])
def test_who_was_removed_does_not_come_back_with_an_older_invitation(
    agency: Agency, administrator: User, invited: Invitation, by_whom: str
) -> None:
    person = User.objects.get(email="ann@agency.example")
    member = make_membership(organization=agency.organization, user=person, role=Role.VIEWER)
    if by_whom == "lead":
        address = reverse("set-role", args=[agency.organization.code, member.pk])
        assert client_of(agency.lead).post(address, {"role": "remove"}).status_code == 302
    else:
        address = f"/admin/assessments/membership/{member.pk}/delete/"
        assert client_of(administrator).post(address, {"post": "yes"}).status_code == 302
    assert client_of(person).post(reverse("invitation", args=[invited.token])).status_code == 404
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
