"""Mails say whose turn it is, to those who can act on it, and tell nothing of what an assessment holds."""

import re
import smtplib
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from assessments import actions, notices
from assessments.models import Assessment, Role, ScorecardFlag, User
from tests.factories import (
    Agency,
    client_of,
    make_accepted,
    make_assessment,
    make_member,
    make_returned,
    make_submitted,
)

pytestmark = pytest.mark.django_db


def recipients() -> list[str]:
    """To whom the mails went, one each."""
    assert all(len(message.to) == 1 and not message.cc and not message.bcc for message in mail.outbox)
    return sorted(message.to[0] for message in mail.outbox)


def decide(client: Client, assessment: Assessment, act: str, comment: str = "") -> Any:
    address = reverse("admin:assessments_assessment_change", args=[assessment.pk])
    seen = re.findall(r'name="(seen[^"]*|seal[^"]*)" value="([^"]*)"', client.get(address).text)
    return client.post(address, {"act": act, "comment": comment, **dict(seen)})


def test_a_returned_submission_calls_those_who_answer(agency: Agency, reviewer: User) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    decide(client_of(reviewer), assessment, "return", "Say more of the log.")
    assert recipients() == sorted([agency.lead.email, agency.contributor.email])
    (first, _) = mail.outbox
    assert first.subject == f"[AI CMM] Returned: {assessment.team}, {assessment.cycle}"
    assert f"/assessments/{assessment.pk}/" in first.body
    assert "Say more of the log." not in first.body


def test_an_accepted_one_is_told_to_leadership_too(agency: Agency, reviewer: User) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    decide(client_of(reviewer), assessment, "accept")
    assert recipients() == sorted([agency.lead.email, agency.contributor.email, agency.viewer.email])
    assert "Level" not in "".join(message.body for message in mail.outbox)


def test_many_accepted_at_once_are_told_each_to_their_own(agency: Agency, other: Agency, reviewer: User) -> None:
    chosen = [make_submitted(organization=one.organization, by=one.lead) for one in (agency, other)]
    ScorecardFlag.objects.all().delete()
    client_of(reviewer).post(
        reverse("admin:assessments_assessment_changelist"),
        {"action": "accept_unflagged", "_selected_action": [str(one.pk) for one in chosen]},
    )
    assert len(mail.outbox) == 6
    assert {agency.lead.email, other.viewer.email} < set(recipients())


def test_what_comes_again_is_told_to_the_reviewer_who_returned_it(agency: Agency) -> None:
    assessment = make_returned(organization=agency.organization, by=agency.lead)
    reviewer = assessment.scorecards.get().reviews.get().reviewer
    client_of(agency.lead).post(reverse("submit", args=[assessment.pk]), {"unchanged": "on"})
    assert recipients() == [reviewer.email]
    assert reverse("admin:assessments_assessment_change", args=[assessment.pk]) in mail.outbox[0].body


@pytest.mark.parametrize("make", [make_assessment, make_submitted])
def test_drafts_and_first_submissions_are_nobodys_mail(make: Any) -> None:
    assert notices.send(make()) == 0
    assert mail.outbox == []


def test_those_who_can_no_longer_sign_in_get_none(agency: Agency, reviewer: User) -> None:
    User.objects.filter(pk=agency.contributor.pk).update(is_active=False)
    assessment = make_returned(organization=agency.organization, by=agency.lead)
    assert notices.send(assessment) == 1
    assert recipients() == [agency.lead.email]


def test_others_hear_nothing(agency: Agency, other: Agency) -> None:
    notices.send(make_accepted(organization=agency.organization, by=agency.lead))
    assert other.lead.email not in recipients()


def test_a_name_with_a_line_end_makes_no_header(agency: Agency) -> None:
    assessment = make_returned(organization=agency.organization, by=agency.lead)
    assessment.team = "Ice\r\nBcc: all@example.gov"
    assert notices.send(assessment) == 2
    assert mail.outbox[0].subject.startswith("[AI CMM] Returned: Ice Bcc: all@example.gov,")


def test_a_mail_system_that_refuses_changes_nothing_else(
    agency: Agency, reviewer: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    assert decide(client_of(reviewer), assessment, "accept").status_code == 302
    assert Assessment.objects.get(pk=assessment.pk).state == "accepted"
    assert "could not be sent" in caplog.text


def test_a_viewer_who_leads_nothing_is_not_called_to_answer(agency: Agency) -> None:
    second = make_member(organization=agency.organization, role=Role.VIEWER)
    assessment = make_returned(organization=agency.organization, by=agency.lead)
    notice = notices.notice_of(assessment)
    assert notice is not None
    assert second.email not in notice.addresses


def test_a_team_can_submit_where_its_reviewer_has_left(agency: Agency) -> None:
    assessment = make_returned(organization=agency.organization, by=agency.lead)
    User.objects.filter(pk=assessment.scorecards.get().reviews.get().reviewer.pk).update(is_active=False)
    actions.submit(assessment=assessment, by=agency.lead)
    assert notices.send(Assessment.objects.get(pk=assessment.pk)) == 0
