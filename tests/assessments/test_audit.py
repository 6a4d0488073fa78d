"""The audit trail: each change leaves exactly one row, in the transaction of the change."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments import actions, membership
from assessments.admin import base as admin_base
from assessments.models import (
    Answer,
    Assessment,
    AuditEvent,
    Cycle,
    Invitation,
    Membership,
    Organization,
    State,
    User,
)
from tests.factories import (
    PASSWORD,
    Agency,
    answer_all,
    answer_fields,
    client_of,
    make_invitation,
    make_member,
    make_membership,
    make_organization,
    make_submitted,
    make_user,
)

pytestmark = pytest.mark.django_db


@contextmanager
def one_event() -> Iterator[list[AuditEvent]]:
    """Asserts that exactly one row is written; gives it at the end."""
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    found: list[AuditEvent] = []
    yield found
    found += AuditEvent.objects.exclude(pk__in=before)
    assert [event.action for event in found] == [event.action for event in found[:1]]
    assert len(found) == 1


@contextmanager
def no_event() -> Iterator[None]:
    before = AuditEvent.objects.count()
    yield
    assert AuditEvent.objects.count() == before


@pytest.fixture
def lead(agency: Agency) -> Client:
    return client_of(agency.lead)


@pytest.fixture
def staff(administrator: User) -> Client:
    return client_of(administrator)


# ---- What teams do ----


def test_starting_leaves_a_row(agency: Agency, lead: Client) -> None:
    fields = {"organization": agency.organization.pk, "team": "Tide Tables", "cycle": agency.draft.cycle.pk}
    with one_event() as found:
        assert lead.post(reverse("assessment-new"), fields).status_code == 302
    (event,) = found
    assert (event.action, event.actor, event.organization) == ("assessment started", agency.lead, agency.organization)
    assert event.assessment == Assessment.objects.get(team="Tide Tables")


def test_saving_leaves_a_row_and_saving_the_same_again_none(agency: Agency, lead: Client) -> None:
    address = reverse("save-answer", args=[agency.draft.pk, "mlops-1"])
    with one_event() as found:
        lead.post(address, answer_fields("mlops-1", rationale="Text"))
    (event,) = found
    assert (event.action, event.actor, event.subject) == ("answer saved", agency.lead, "mlops-1")
    assert event.detail["changes"]["rationale"] == ["", "Text"]
    with no_event():
        lead.post(address, answer_fields("mlops-1", rationale="Text", version=1))
        lead.post(address, answer_fields("mlops-1", rationale="Other", version=0))
        lead.post(address, answer_fields("mlops-1", choice=9, version=1))


def test_a_page_saved_whole_leaves_a_row_for_each_answer_that_changed(agency: Agency, lead: Client) -> None:
    fields = answer_fields("mlops-1") | answer_fields("mlops-2", choice=2) | answer_fields("mlops-3", choice="")
    lead.post(reverse("area", args=[agency.draft.pk, "mlops"]), fields)
    saved = AuditEvent.objects.filter(action="answer saved").order_by("id")
    assert [event.subject for event in saved] == ["mlops-1", "mlops-2"]


def test_submitting_leaves_a_row_and_a_refusal_none(agency: Agency, lead: Client) -> None:
    address = reverse("submit", args=[agency.draft.pk])
    with no_event():
        lead.post(address)
    answer_all(agency.draft)
    with one_event() as found:
        lead.post(address)
    (event,) = found
    scorecard = agency.draft.scorecards.get()
    assert (event.action, event.actor, event.assessment) == ("assessment submitted", agency.lead, agency.draft)
    assert event.detail == {"state": ["draft", "submitted"], "sequence": 1, "sha256": scorecard.sha256}
    with no_event():
        lead.post(address)


@pytest.mark.parametrize(("act", "decision", "comment"), [("return", "returned", "More"), ("accept", "accepted", "")])
def test_deciding_leaves_a_row(reviewer: User, act: str, decision: str, comment: str) -> None:
    assessment = make_submitted()
    address = reverse("admin:assessments_assessment_change", args=[assessment.pk])
    seal = assessment.scorecards.get().sha256
    with one_event() as found:
        client_of(reviewer).post(address, {"act": act, "comment": comment, "seal": seal, "version": 0})
    (event,) = found
    assert (event.action, event.actor) == (f"assessment {decision}", reviewer)
    assert event.detail == {"state": ["submitted", decision], "comment": comment, "sequence": 1}


def test_inviting_withdrawing_and_joining_leave_a_row_each(agency: Agency, lead: Client) -> None:
    code = agency.organization.code
    invite = {"email": "New@agency.example", "role": "viewer"}
    with one_event() as found:
        lead.post(reverse("invite", args=[code]), invite)
    assert (found[0].action, found[0].subject, found[0].detail) == (
        "person invited",
        "new@agency.example",
        {"role": "viewer"},
    )
    with one_event() as found:
        lead.post(reverse("withdraw", args=[code, Invitation.objects.get().pk]))
    assert (found[0].action, found[0].actor) == ("invitation withdrawn", agency.lead)

    invitation = make_invitation(organization=agency.organization, by=agency.lead, email="new@agency.example")
    with one_event() as found:
        Client().post(reverse("invitation", args=[invitation.token]), {"name": "New", "password": PASSWORD})
    (event,) = found
    assert (event.action, event.organization) == ("invitation accepted", agency.organization)
    assert event.actor == User.objects.get(email="new@agency.example")


def test_no_row_holds_an_invitations_token_or_a_password(agency: Agency, lead: Client) -> None:
    lead.post(reverse("invite", args=[agency.organization.code]), {"email": "new@agency.example", "role": "viewer"})
    token = Invitation.objects.get().token
    Client().post(reverse("invitation", args=[token]), {"name": "New", "password": PASSWORD})
    written = " ".join(f"{event.subject} {event.detail}" for event in AuditEvent.objects.all())
    assert token not in written
    assert PASSWORD not in written


def test_roles_and_leaving_leave_a_row(agency: Agency, lead: Client) -> None:
    member = agency.organization.memberships.get(user=agency.viewer)
    address = reverse("set-role", args=[agency.organization.code, member.pk])
    with one_event() as found:
        lead.post(address, {"role": "contributor"})
    assert (found[0].action, found[0].subject, found[0].detail) == (
        "role set",
        agency.viewer.email,
        {"role": ["viewer", "contributor"]},
    )
    with one_event() as found:
        lead.post(f"{address}remove/")
    assert (found[0].action, found[0].detail) == ("member removed", {"role": ["contributor", None]})
    only = agency.organization.memberships.get(user=agency.lead)
    with no_event():
        lead.post(reverse("remove-member", args=[agency.organization.code, only.pk]))


# ---- What administrators do ----

ORGANIZATION: dict[str, object] = {
    "name": "Department of Tides",
    "code": "tides",
    "kind": "bureau",
    "memberships-TOTAL_FORMS": 0,
    "memberships-INITIAL_FORMS": 0,
}


def test_an_organization_added_changed_and_deleted(staff: Client, administrator: User) -> None:
    with one_event() as found:
        assert staff.post("/admin/assessments/organization/add/", ORGANIZATION).status_code == 302
    (event,) = found
    tides = Organization.objects.get(code="tides")
    assert (event.action, event.actor, event.organization) == ("organization added", administrator, tides)
    address = f"/admin/assessments/organization/{tides.pk}/"
    with one_event() as found:
        assert staff.post(f"{address}change/", ORGANIZATION | {"name": "Tides"}).status_code == 302
    (event,) = found
    assert (event.action, event.detail["changes"]) == (
        "organization changed",
        {"name": ["Department of Tides", "Tides"]},
    )
    with one_event() as found:
        assert staff.post(f"{address}delete/", {"post": "yes"}).status_code == 302
    assert (found[0].action, found[0].subject) == ("organization deleted", "Tides")
    assert not Organization.objects.filter(code="tides").exists()


def test_members_added_changed_and_removed_with_their_organization(staff: Client) -> None:
    organization = make_organization()
    person = make_user(name="Ann Other")
    address = f"/admin/assessments/organization/{organization.pk}/change/"
    fields = ORGANIZATION | {
        "name": organization.name,
        "code": organization.code,
        "kind": organization.kind,
        "memberships-TOTAL_FORMS": 1,
        "memberships-0-organization": organization.pk,
        "memberships-0-user": person.pk,
        "memberships-0-role": "viewer",
    }
    events = changes_of(staff, address, fields)
    assert [event.action for event in events] == ["membership added"]
    member = Membership.objects.get(user=person)
    fields |= {"memberships-INITIAL_FORMS": 1, "memberships-0-id": member.pk, "memberships-0-role": "lead"}
    (event,) = changes_of(staff, address, fields)
    assert (event.action, event.organization) == ("membership changed", organization)
    assert event.detail["changes"] == {"role": ["viewer", "lead"]}
    (event,) = changes_of(staff, address, fields | {"memberships-0-DELETE": "on"})
    assert event.action == "membership deleted"
    assert not Membership.objects.exists()


def changes_of(staff: Client, address: str, fields: dict[str, object]) -> list[AuditEvent]:
    """The rows a form in the admin leaves."""
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    assert staff.post(address, fields).status_code == 302
    return list(AuditEvent.objects.exclude(pk__in=before).order_by("id"))


def test_a_membership_added_moved_and_deleted(staff: Client) -> None:
    organization, another, person = make_organization(), make_organization(), make_user()
    fields: dict[str, object] = {"organization": organization.pk, "user": person.pk, "role": "viewer"}
    (event,) = changes_of(staff, "/admin/assessments/membership/add/", fields)
    assert (event.action, event.organization) == ("membership added", organization)
    address = f"/admin/assessments/membership/{Membership.objects.get().pk}/"
    fields |= {"organization": another.pk, "role": "lead"}
    (event,) = changes_of(staff, f"{address}change/", fields)
    assert event.detail["changes"] == {
        "organization": [organization.name, another.name],
        "role": ["viewer", "lead"],
    }
    (event,) = changes_of(staff, f"{address}delete/", {"post": "yes"})
    assert (event.action, event.organization) == ("membership deleted", another)


def test_each_of_many_deleted_at_once_leaves_a_row(staff: Client) -> None:
    members = [make_membership(), make_membership()]
    fields: dict[str, object] = {
        "action": "delete_selected",
        "_selected_action": [member.pk for member in members],
        "post": "yes",
    }
    events = changes_of(staff, "/admin/assessments/membership/", fields)
    assert [event.action for event in events] == ["membership deleted"] * 2
    assert not Membership.objects.exists()


def test_a_cycle_added_and_changed(staff: Client) -> None:
    fields: dict[str, object] = {
        "code": "fy2099-q1",
        "name": "FY2099 Q1",
        "starts_on": "2098-10-01",
        "due_on": "2098-12-31",
    }
    (event,) = changes_of(staff, "/admin/assessments/cycle/add/", fields)
    assert event.action == "cycle added"
    address = f"/admin/assessments/cycle/{Cycle.objects.get(code='fy2099-q1').pk}/change/"
    (event,) = changes_of(staff, address, fields | {"due_on": "2098-12-30"})
    assert event.detail["changes"] == {"due_on": ["2098-12-31", "2098-12-30"]}


def test_a_persons_role_name_and_deactivation(staff: Client) -> None:
    person = make_user(name="Ann Other")
    fields: dict[str, object] = {
        "email": person.email,
        "name": "Ann Different",
        "coe_role": "reviewer",
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }
    (event,) = changes_of(staff, f"/admin/assessments/user/{person.pk}/change/", fields)
    assert (event.action, event.subject) == ("user changed", "Ann Different")
    assert event.detail["changes"] == {
        "name": ["Ann Other", "Ann Different"],
        "coe_role": ["", "reviewer"],
        "is_active": ["True", "False"],
    }


@pytest.mark.parametrize("usable", ["true", "false"])
def test_a_password_set_by_an_administrator_leaves_a_row_without_it(staff: Client, usable: str) -> None:
    person = make_user(name="Ann Other", password=PASSWORD)
    fields: dict[str, object] = {
        "usable_password": usable,
        "password1": "a long enough password",
        "password2": "a long enough password",
        "set-password" if usable == "true" else "unset-password": "yes",
    }
    (event,) = changes_of(staff, f"/admin/assessments/user/{person.pk}/password/", fields)
    assert (event.action, event.subject) == ("user changed", "Ann Other")
    assert event.detail["changes"] == {"password": ["…", "…"]}
    person.refresh_from_db()
    assert "a long enough" not in str(event.detail)
    assert person.check_password("a long enough password") == (usable == "true")


def test_a_password_that_is_refused_leaves_no_row(staff: Client) -> None:
    person = make_user(password=PASSWORD)
    with no_event():
        fields = {"usable_password": "true", "password1": "short", "password2": "short"}
        assert staff.post(f"/admin/assessments/user/{person.pk}/password/", fields).status_code == 200


def test_a_form_that_is_refused_or_sent_unchanged_leaves_no_row_about_a_change(staff: Client) -> None:
    organization = make_organization()
    fields = ORGANIZATION | {"name": organization.name, "code": organization.code, "kind": organization.kind}
    address = f"/admin/assessments/organization/{organization.pk}/change/"
    with no_event():
        assert staff.post(address, fields | {"name": ""}).status_code == 200
        assert staff.post(address, fields).status_code == 302


# ---- In one transaction ----


def broken_trail(*_: object, **__: object) -> None:
    raise RuntimeError("The trail is full")


def test_without_its_row_no_change_of_people_happens(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    invitation = make_invitation(organization=agency.organization, by=agency.lead)
    member = agency.organization.memberships.get(user=agency.viewer)
    monkeypatch.setattr(membership, "record", broken_trail)
    changes: list[Callable[[], Any]] = [
        lambda: membership.invite(
            organization=agency.organization, email="a@agency.example", role="viewer", by=agency.lead
        ),
        lambda: membership.withdraw(organization=agency.organization, pk=invitation.pk, by=agency.lead),
        lambda: membership.set_role(member=member, role="lead", by=agency.lead),
        lambda: membership.remove(member=member, by=agency.lead),
        lambda: membership.join_as_new(invitation=invitation, name="New", password=PASSWORD),
    ]
    for change in changes:
        with pytest.raises(RuntimeError, match="The trail is full"):
            change()
    assert list(Invitation.objects.values_list("pk", "accepted_at")) == [(invitation.pk, None)]
    assert Membership.objects.get(pk=member.pk).role == "viewer"
    assert User.objects.filter(email=invitation.email).count() == 0


def test_without_its_row_no_change_of_an_assessment_happens(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_all(agency.draft)
    monkeypatch.setattr(AuditEvent.objects, "create", broken_trail)
    browser = client_of(agency.lead, raise_request_exception=False)
    save = reverse("save-answer", args=[agency.draft.pk, "mlops-1"])
    new = {"organization": agency.organization.pk, "team": "New", "cycle": agency.draft.cycle.pk}
    assert browser.post(save, answer_fields("mlops-1", choice=5, version=1)).status_code == 500
    assert browser.post(reverse("submit", args=[agency.draft.pk])).status_code == 500
    assert browser.post(reverse("assessment-new"), new).status_code == 500
    assert Answer.objects.get(assessment=agency.draft, question__code="mlops-1").choice == "3"
    assert Assessment.objects.get().state == State.DRAFT


def test_without_its_row_nothing_changes_in_the_admin(
    transactional_db: None, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, person = make_membership(), make_membership(), make_user(password=PASSWORD)
    monkeypatch.setattr(admin_base, "record", broken_trail)
    browser = client_of(administrator, raise_request_exception=False)
    list_address = "/admin/assessments/membership/"
    chosen = {"action": "delete_selected", "_selected_action": [first.pk, second.pk], "post": "yes"}
    password = {"usable_password": "true", "password1": "a long enough one", "password2": "a long enough one"}
    replies = [
        browser.post("/admin/assessments/organization/add/", ORGANIZATION),
        browser.post(f"{list_address}{first.pk}/delete/", {"post": "yes"}),
        browser.post(list_address, chosen),
        browser.post(f"/admin/assessments/user/{person.pk}/password/", password),
    ]
    assert [reply.status_code for reply in replies] == [500] * 4
    assert Membership.objects.count() == 2
    assert not Organization.objects.filter(code="tides").exists()
    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_many_deleted_at_once_are_deleted_all_or_none(
    transactional_db: None, administrator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    members = [make_membership(), make_membership()]
    written: list[str] = []

    def second_fails(*given: Any, **more: Any) -> None:
        if written:
            raise RuntimeError("The trail is full")
        written.append("one")
        actions.record(*given, **more)

    monkeypatch.setattr(admin_base, "record", second_fails)
    chosen = {"action": "delete_selected", "_selected_action": [member.pk for member in members], "post": "yes"}
    browser = client_of(administrator, raise_request_exception=False)
    assert browser.post("/admin/assessments/membership/", chosen).status_code == 500
    assert Membership.objects.count() == 2
    assert not AuditEvent.objects.exists()


# ---- Reading it ----


def test_the_trail_is_read_by_administrators_and_changed_by_nobody(staff: Client, reviewer: User) -> None:
    make_submitted(team="Flood Forecasts")
    event = AuditEvent.objects.latest("id")
    address = reverse("admin:assessments_auditevent_change", args=[event.pk])
    page = staff.get(address)
    assert page.status_code == 200
    assert "assessment submitted" in page.content.decode()
    assert staff.post(address, {"action": "nothing"}).status_code == 403
    assert client_of(reviewer).get(address).status_code == 403
    assert staff.get("/admin/assessments/auditevent/", {"q": "flood"}).status_code == 200


def test_a_row_survives_the_organization_it_was_about() -> None:
    organization = make_organization()
    lead = make_member(organization=organization)
    membership.invite(organization=organization, email="a@agency.example", role="viewer", by=lead)
    organization.delete()
    event = AuditEvent.objects.get(action="person invited")
    assert (event.organization, event.subject) == (None, "a@agency.example")
