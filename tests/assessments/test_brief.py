"""The result on one page: what it says of drafts, submissions and earlier ones, and who gets it."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse
from pytest_django import Settings

from aicmm import pdf
from assessments import actions
from assessments.models import Assessment, IssuedPaper, PaperKind, User
from tests.factories import Agency, client_of, make_returned, make_submitted


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Any) -> None:
    """What would be printed, as it is handed to the printer."""
    settings.MEDIA_ROOT = str(tmp_path)
    monkeypatch.setattr(pdf, "render", lambda html, **_: html.encode())


def ask(user: User, assessment: Assessment, **query: object) -> HttpResponse:
    return client_of(user).get(reverse("brief-pdf", args=[assessment.pk]), query)  # type: ignore[return-value]


def test_a_draft_is_provisional_and_carries_no_seal(agency: Agency) -> None:
    said = ask(agency.viewer, agency.draft).content.decode()
    assert "Provisional as of" in said
    assert "QR code" not in said
    assert not IssuedPaper.objects.exists()


def test_a_submission_carries_its_seal_and_is_noted_as_handed_out(agency: Agency) -> None:
    assessment = make_submitted(assessment=agency.draft)
    reply = ask(agency.viewer, assessment)
    scorecard = assessment.scorecards.get()
    assert f"Seal {scorecard.code}" in reply.content.decode()
    assert reply["Content-Disposition"].endswith('-brief.pdf"')
    paper = IssuedPaper.objects.get()
    assert (paper.kind, paper.scorecard) == (PaperKind.BRIEF, scorecard)


def test_returned_work_is_provisional_to_its_team_and_sealed_to_staff(agency: Agency, reviewer: User) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead)
    assert "Provisional as of" in ask(agency.lead, returned).content.decode()
    assert "Provisional as of" not in ask(reviewer, returned).content.decode()


def test_an_earlier_submission_can_be_asked_for(agency: Agency) -> None:
    again = make_returned(organization=agency.organization, by=agency.lead)
    actions.submit(assessment=again, by=agency.lead)
    first, second = again.scorecards.order_by("sequence")
    assert first.code in ask(agency.lead, again, submission=1).content.decode()
    assert second.code in ask(agency.lead, again).content.decode()
    assert ask(agency.lead, again, submission=3).status_code == 404


def test_it_holds_no_answers_for_programs_to_read(agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(pdf, "render", lambda html, **more: seen.append(more) or html.encode())  # type: ignore[func-returns-value]
    ask(agency.lead, make_submitted(assessment=agency.draft, rationale="Our own words"))
    assert seen == [{}]
