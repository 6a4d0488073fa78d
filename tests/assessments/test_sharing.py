"""Sharing as leads do it: making links, the list of them, the log of visits, revoking."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from assessments import actions
from assessments.models import Assessment, AuditEvent, Membership, ShareLink, ShareVisit
from assessments.models.sharing import token_digest
from assessments.share_forms import FIGURES, TEXTS
from tests.assessments.test_home import words
from tests.factories import Agency, answer_all, client_of, make_returned, make_share_link, make_submitted

pytestmark = pytest.mark.django_db

PASSPHRASE = "four quiet grey herons"


@pytest.fixture
def submitted(agency: Agency) -> Assessment:
    return make_submitted(assessment=agency.draft, by=agency.lead)


@pytest.fixture
def lead(agency: Agency) -> Client:
    return client_of(agency.lead)


def share(assessment: Assessment) -> str:
    return reverse("share", args=[assessment.pk])


def fields(**more: Any) -> dict[str, Any]:
    return {"label": "Inspector General", "shows_texts": FIGURES, "days": 30, "passphrase": ""} | more


def events(word: str) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(action=f"share link {word}"))


# ---- Making one ----


def test_a_lead_makes_a_link_and_sees_its_address_once(lead: Client, submitted: Assessment) -> None:
    reply = lead.post(share(submitted), fields(), follow=True)
    (address,) = re.findall(r"http://127\.0\.0\.1:8000(/shared/[\w-]{43}/)", reply.content.decode())
    assert "The link for Inspector General is made" in words(reply)
    assert Client().get(address).status_code == 200
    again = words(lead.get(share(submitted)))
    assert address.split("/")[2] not in again
    assert "Submission 1, figures only, without a passphrase" in again
    assert "1 visit" in again


def test_what_is_kept_opens_nothing(lead: Client, submitted: Assessment) -> None:
    made = make_share_link(assessment=submitted, passphrase=PASSPHRASE)
    assert made.link.token_hash == token_digest(made.token)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM assessments_sharelink")
        kept = str(cursor.fetchall())
    assert made.token not in kept
    assert PASSPHRASE not in kept


def test_tokens_are_long_and_differ(submitted: Assessment) -> None:
    tokens = {make_share_link(assessment=submitted).token for _ in range(5)}
    assert len(tokens) == 5
    assert {len(token) for token in tokens} == {43}


def test_a_month_is_proposed_and_a_year_is_the_most(lead: Client, submitted: Assessment) -> None:
    page = lead.get(share(submitted)).content.decode()
    assert '<option value="30" selected>30 days</option>' in page
    lead.post(share(submitted), fields(days=365))
    assert ShareLink.objects.get().days == 365
    reply = lead.post(share(submitted), fields(days=366))
    assert reply.status_code == 422
    assert ShareLink.objects.count() == 1


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(lead: Client, submitted: Assessment) -> None:
    reply = lead.post(share(submitted), fields(label="", days=90, shows_texts=TEXTS, passphrase="short"))
    assert reply.status_code == 422
    shown = words(reply)
    assert "Say who the link is for." in shown
    assert "Choose another one: at least 12 characters, not only digits, and nothing that many people use." in shown
    page = reply.content.decode()
    assert '<option value="90" selected>' in page
    assert 'value="short"' in page
    assert re.search(rf'value="{TEXTS}"[^>]* checked', page)
    assert not ShareLink.objects.exists()


def test_a_name_that_nobody_sees_is_refused(lead: Client, submitted: Assessment) -> None:
    reply = lead.post(share(submitted), fields(label="Audit\u202eors"))
    assert "a character in it that nobody sees" in words(reply)


def test_a_link_is_for_the_submission_that_was_chosen(lead: Client, agency: Agency) -> None:
    twice = make_submitted(assessment=make_returned(assessment=agency.draft, level=2), level=4)
    page = lead.get(share(twice)).content.decode()
    assert re.search(r'<option value="2" selected>\s*Submission 2, sealed on', page)
    page = lead.get(share(twice), {"submission": 1}).content.decode()
    assert re.search(r'<option value="1" selected>', page)
    assert lead.get(share(twice), {"submission": 3}).status_code == 404
    lead.post(share(twice), fields(submission=1))
    assert ShareLink.objects.get().scorecard.sequence == 1
    assert lead.post(share(twice), fields(submission=3)).status_code == 422


def test_another_assessments_submission_cannot_be_shared_along(lead: Client, submitted: Assessment) -> None:
    make_submitted(assessment=make_returned())
    lead.post(share(submitted), fields(submission=2))
    assert ShareLink.objects.get().scorecard.assessment == submitted


def test_of_a_draft_there_is_nothing_to_share(lead: Client, agency: Agency) -> None:
    for reply in (lead.get(share(agency.draft), follow=True), lead.post(share(agency.draft), fields(), follow=True)):
        assert "Nothing of this assessment was sealed yet" in words(reply)
    assert not ShareLink.objects.exists()
    assert "share with someone outside" not in words(lead.get(reverse("result", args=[agency.draft.pk])))


def test_the_result_leads_leads_there_and_nobody_else(agency: Agency, submitted: Assessment) -> None:
    for person, there in ((agency.lead, True), (agency.contributor, False), (agency.viewer, False)):
        page = client_of(person).get(reverse("result", args=[submitted.pk])).content.decode()
        assert (f'href="{share(submitted)}"' in page) is there


def test_making_and_revoking_are_in_the_audit_trail_without_any_secret(agency: Agency, submitted: Assessment) -> None:
    made = make_share_link(assessment=submitted, by=agency.lead, passphrase=PASSPHRASE, shows_texts=True)
    actions.revoke(link=made.link, by=agency.lead)
    (begun,), (ended,) = events("made"), events("revoked")
    assert begun.detail == {"submission": 1, "days": 30, "shows_texts": True, "has_passphrase": True}
    for event in (begun, ended):
        assert (event.actor, event.assessment, event.subject) == (agency.lead, submitted, "Inspector General")
        assert (event.object_type, event.object_id) == ("assessments.sharelink", str(made.link.pk))
        written = json.dumps(event.content)
        assert made.token not in written
        assert made.link.token_hash not in written
        assert PASSPHRASE not in written


# ---- Revoking ----


def test_revoking_says_so_and_is_done_once(lead: Client, agency: Agency, submitted: Assessment) -> None:
    link = make_share_link(assessment=submitted).link
    address = reverse("share-revoke", args=[submitted.pk, link.pk])
    reply = lead.post(address, follow=True)
    assert "The link for Inspector General is revoked; it no longer works." in words(reply)
    assert f"by {agency.lead.name}" in words(reply)
    assert address not in reply.content.decode()
    at = ShareLink.objects.get().revoked_at
    assert "The link for Inspector General was revoked before; it no longer works." in words(
        lead.post(address, follow=True)
    )
    assert ShareLink.objects.get().revoked_at == at
    assert len(events("revoked")) == 1


def test_before_a_link_ends_a_page_says_what_ends_and_nothing_ends_by_reading_it(
    lead: Client, submitted: Assessment
) -> None:
    link = make_share_link(assessment=submitted).link
    visits = [ShareVisit(link=link, kind=kind, client="other") for kind in ("page", "page", "wrong")]
    ShareVisit.objects.bulk_create(visits)
    address = reverse("share-revoke", args=[submitted.pk, link.pk])
    assert f'href="{address}"' in lead.get(share(submitted)).content.decode()
    shown = words(lead.get(address))
    for said in (
        "Revoke the link for Inspector General",
        "Submission 1, figures only, without a passphrase",
        "2 visits, 1 refused so far",
        "Keep it",
    ):
        assert said in shown
    lead.head(address)
    assert ShareLink.objects.get().works


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_has_expired_is_said_to_have(lead: Client, submitted: Assessment, method: str) -> None:
    link = make_share_link(assessment=submitted).link
    ShareLink.objects.update(created_at=timezone.now() - timedelta(days=400))
    reply = getattr(lead, method)(reverse("share-revoke", args=[submitted.pk, link.pk]), follow=True)
    assert "The link for Inspector General has expired; it no longer works." in words(reply)
    assert ShareLink.objects.get().revoked_at is None


def test_any_lead_of_the_organization_revokes_what_another_made(agency: Agency, submitted: Assessment) -> None:
    link = make_share_link(assessment=submitted, by=agency.lead).link
    agency.organization.memberships.filter(user=agency.contributor).update(role="lead")
    client_of(agency.contributor).post(reverse("share-revoke", args=[submitted.pk, link.pk]))
    assert ShareLink.objects.get().revoked_by == agency.contributor


def test_a_link_of_another_assessment_is_not_found(lead: Client, submitted: Assessment, other: Agency) -> None:
    theirs = make_share_link(assessment=make_submitted(organization=other.organization, by=other.lead)).link
    for name in ("share-revoke", "share-visits"):
        address = reverse(name, args=[submitted.pk, theirs.pk])
        reply = lead.post(address) if name == "share-revoke" else lead.get(address)
        assert reply.status_code == 404
    assert ShareLink.objects.get().revoked_at is None


def test_a_link_outlives_the_membership_of_who_made_it(agency: Agency, submitted: Assessment) -> None:
    made = make_share_link(assessment=submitted, by=agency.lead)
    Membership.objects.filter(user=agency.lead).delete()
    assert Client().get(reverse("shared", args=[made.token])).status_code == 200


def test_a_command_revokes_all_that_work(agency: Agency, submitted: Assessment, capsys: Any) -> None:
    made = [make_share_link(assessment=submitted) for _ in range(3)]
    actions.revoke(link=made[0].link, by=agency.lead)
    ShareLink.objects.filter(pk=made[1].link.pk).update(created_at=timezone.now() - timedelta(days=400))
    call_command("revoke_links")
    assert capsys.readouterr().out == "1 link was revoked.\n"
    assert Client().get(reverse("shared", args=[made[2].token])).status_code == 404
    assert [event.actor for event in events("revoked")] == [None, agency.lead]
    assert "Revoked on" in words(client_of(agency.lead).get(share(submitted)))


# ---- List and log ----


def test_the_list_says_which_links_work(lead: Client, agency: Agency, submitted: Assessment) -> None:
    made = [make_share_link(assessment=submitted, label=label) for label in ("Works", "Old", "Ended")]
    ShareLink.objects.filter(pk=made[1].link.pk).update(created_at=timezone.now() - timedelta(days=30))
    actions.revoke(link=made[2].link, by=agency.lead)
    shown = words(lead.get(share(submitted)))
    for state in ("Works until", "Expired on", "Revoked on"):
        assert shown.count(state) == 1
    assert shown.count("Revoke the link for") == 1


def test_the_log_says_who_came_as_far_as_is_kept(lead: Client, submitted: Assessment) -> None:
    made = make_share_link(assessment=submitted, passphrase=PASSPHRASE, shows_texts=True)
    address = reverse("shared", args=[made.token])
    log = reverse("share-visits", args=[submitted.pk, made.link.pk])
    assert "No visits yet" in words(lead.get(log))
    guest = Client(headers={"User-Agent": "Mozilla/5.0 (X11) Gecko/20100101 Firefox/140.0"}, REMOTE_ADDR="203.0.113.77")
    guest.get(address)
    guest.post(address, {"passphrase": "not this one"})
    guest.post(address, {"passphrase": PASSPHRASE})
    guest.get(address)
    Client(headers={"User-Agent": "LinkPreviewBot/1.0"}).head(address)
    assert [(visit.kind, visit.client) for visit in ShareVisit.objects.all()] == [
        ("asked", "program"),
        ("page", "firefox"),
        ("wrong", "firefox"),
        ("asked", "firefox"),
    ]
    page = lead.get(log)
    shown = words(page)
    came = "1 visit, 1 refused, 2 asked for the passphrase"
    assert came in shown
    assert came in words(lead.get(share(submitted)))
    assert "Read the result Firefox 203.0.113.0/24" in shown
    assert "Typed a wrong passphrase Firefox 203.0.113.0/24" in shown
    assert "Was asked for the passphrase A program, such as a mail scanner 127.0.0.0/24" in shown
    assert "203.0.113.77" not in page.content.decode()


def test_list_and_log_take_the_same_queries_however_many_there_are(
    lead: Client, submitted: Assessment, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for links in (1, 6):
        for _ in range(links):
            link = make_share_link(assessment=submitted).link
            ShareVisit.objects.bulk_create(ShareVisit(link=link, kind="page", client="other") for _ in range(links))
        with django_assert_num_queries(5):
            lead.get(share(submitted))
        with django_assert_num_queries(5):
            lead.get(reverse("share-visits", args=[submitted.pk, link.pk]))


def test_the_log_shows_the_newest_and_says_how_many_there_are(lead: Client, submitted: Assessment) -> None:
    link = make_share_link(assessment=submitted).link
    ShareVisit.objects.bulk_create(ShareVisit(link=link, kind="page", client="other") for _ in range(201))
    shown = words(lead.get(reverse("share-visits", args=[submitted.pk, link.pk])))
    assert "201 visits. The newest 200 of 201 are listed." in shown
    assert shown.count("Read the result") == 200


def test_visits_are_deleted_two_years_after_their_link_ended_and_links_stay(
    lead: Client, agency: Agency, submitted: Assessment, capsys: Any, settings: Settings
) -> None:
    def ended(days: int, *, revoked: bool = False) -> ShareLink:
        """A link that ended so many days ago: a year after it was made, or, revoked, at once."""
        link = make_share_link(assessment=submitted, days=365).link
        moment = timezone.now() - timedelta(days=days)
        made = {"created_at": moment, "revoked_at": moment} if revoked else {"created_at": moment - timedelta(days=365)}
        ShareLink.objects.filter(pk=link.pk).update(**made)
        ShareVisit.objects.create(link=link, kind="page", client="other")
        return link

    gone = [ended(731), ended(731, revoked=True)]
    kept = [ended(729), ended(729, revoked=True), ended(-3)]
    call_command("prune_visits")
    assert capsys.readouterr().out.endswith("2 visits deleted.\n")
    assert set(ShareVisit.objects.values_list("link", flat=True)) == {link.pk for link in kept}
    assert ShareLink.objects.count() == 5
    log = words(lead.get(reverse("share-visits", args=[submitted.pk, gone[0].pk])))
    assert "it ended so long ago that its visits aren't kept any more" in unescape(log)
    assert "Visits are kept until the link has ended for 730 days, then deleted." in log
    settings.VISIT_DAYS = 30
    call_command("prune_visits")
    assert {visit.link for visit in ShareVisit.objects.all()} == {kept[2]}


def test_answers_changed_after_the_seal_are_not_shared(agency: Agency) -> None:
    returned = make_returned(assessment=agency.draft, level=2)
    made = make_share_link(assessment=returned)
    answer_all(returned, level=5)
    shown = words(Client().get(reverse("shared", args=[made.token])))
    assert "All seven areas are at Level 2, Repeatable." in shown
