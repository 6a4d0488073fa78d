"""Reading by a link from outside: what is shown, to whom, for how long, and how a passphrase is guarded."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from aicmm import pdf
from assessments import actions, sharing
from assessments.actions import AreaEntry, CommentEntry, ReviewEntry, Shared
from assessments.models import Assessment, ShareLink, ShareVisit, User, VisitKind
from assessments.visitors import client_of as client_family
from assessments.visitors import counted_as, network_of
from tests.assessments.conftest import AtOnce
from tests.assessments.test_home import words
from tests.factories import Agency, client_of, make_past_cycle, make_returned, make_share_link, make_submitted

pytestmark = pytest.mark.django_db

PASSPHRASE = "four quiet grey herons"
MARKER = "xqzmarker"
GONE = "This link doesn't work (any more) Ask who gave it to you for a new one."


def address(made: Shared) -> str:
    return reverse("shared", args=[made.token])


def pdf_address(made: Shared) -> str:
    return reverse("shared-pdf", args=[made.token])


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PDF is what it would be printed of."""
    monkeypatch.setattr(pdf, "render", lambda html, **_: html.encode())


@pytest.fixture
def told(agency: Agency, reviewer: User) -> Assessment:
    """An accepted submission with something written wherever people can, and one level that the CoE found otherwise."""
    assessment = make_submitted(
        assessment=agency.draft,
        level=3,
        choices={"secops-1": "not_applicable"},
        rationale=f"{MARKER} rationale",
        evidence=[(f"{MARKER} plan", f"https://{MARKER}.example/plan")],
    )
    entry = ReviewEntry(
        comment=f"{MARKER} comment",
        areas={"dataops": AreaEntry(2, f"{MARKER} why")},
        comments={"mlops-1": CommentEntry(f"{MARKER} remark")},
    )
    actions.accept(assessment=assessment, by=reviewer, entry=entry)
    return assessment


# ---- What is shown ----


def test_figures_only_show_the_result_and_nothing_that_anybody_wrote(
    agency: Agency, reviewer: User, told: Assessment
) -> None:
    reply = Client().get(address(make_share_link(assessment=told)))
    page, shown = reply.content.decode(), words(reply)
    assert "Department of Rivers" in shown
    assert "Flood Forecasts" in shown
    assert "Level 3, Defined" in shown
    assert "Claimed and validated" in shown
    assert "data-explore-button" in page
    assert MARKER not in page
    for person in (agency.lead, agency.contributor, agency.viewer, reviewer):
        assert person.name not in page
    assert "Every answer" not in shown


def test_of_figures_only_everything_written_is_taken_out_before_a_page_is_made(agency: Agency, reviewer: User) -> None:
    """The cycle before has texts as well."""
    notes: dict[str, Any] = {"rationale": f"{MARKER} rationale", "evidence": [(MARKER, f"https://{MARKER}.example/")]}
    team: dict[str, Any] = {"organization": agency.organization, "team": "Levees"}
    make_submitted(**team, **notes, cycle=make_past_cycle())
    assessment = make_submitted(**team, **notes)
    actions.accept(assessment=assessment, by=reviewer, comment=f"{MARKER} comment")
    link = make_share_link(assessment=assessment).link
    sheet = sharing.shared_page(link)["sheet"]
    assert len(sheet.earlier) == 1
    assert MARKER not in repr(sheet)
    assert assessment.created_by.name not in repr(sheet)
    assert reviewer.name not in repr(sheet)


def test_without_a_passphrase_no_cookie_is_set(agency: Agency, told: Assessment) -> None:
    client = Client()
    client.get(address(make_share_link(assessment=told)))
    assert not client.cookies


def test_all_of_the_scorecard_shows_rationales_evidence_comments_and_names(
    agency: Agency, reviewer: User, told: Assessment
) -> None:
    reply = Client().get(address(make_share_link(assessment=told, shows_texts=True)))
    page, shown = reply.content.decode(), words(reply)
    for text in ("rationale", "plan", "comment", "why"):
        assert f"{MARKER} {text}" in shown
    assert f'href="https://{MARKER}.example/plan" rel="noopener noreferrer nofollow"' in page
    assert reviewer.name in shown
    assert told.created_by.name in shown


def test_no_way_leads_into_the_application(agency: Agency, told: Assessment) -> None:
    for client in (Client(), client_of(agency.lead)):
        for texts in (False, True):
            page = client.get(address(make_share_link(assessment=told, shows_texts=texts))).content.decode()
            for way in ("/assessments/", "/accounts/", "/organizations/", "/admin/", 'href="/"', "Sign in", "Sign out"):
                assert way not in page


def test_the_link_keeps_to_its_submission_and_says_where_that_stands(agency: Agency, reviewer: User) -> None:
    assessment = make_submitted(assessment=agency.draft, level=2)
    client, link = Client(), address(make_share_link(assessment=assessment))
    assert "it waits for review" in words(client.get(link))
    actions.return_(assessment=assessment, by=reviewer, comment="Say more.")
    assert "No later submission has replaced it so far." in words(client.get(link))
    make_submitted(assessment=assessment, level=5)
    shown = words(client.get(link))
    assert "It was returned on" in shown
    assert "A later submission has replaced it" in shown
    assert "All seven areas are at Level 2, Repeatable." in shown


def test_what_was_decided_on_another_submission_is_not_shown(agency: Agency) -> None:
    first = make_returned(assessment=agency.draft, comment=f"{MARKER} of the first", level=2)
    second = make_submitted(assessment=first, level=4)
    page = Client().get(address(make_share_link(assessment=second, submission=2, shows_texts=True))).content.decode()
    assert MARKER not in page


@pytest.mark.parametrize("texts", [False, True])
def test_the_page_takes_few_queries_however_much_there_is(
    told: Assessment, texts: bool, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = make_share_link(assessment=told, shows_texts=texts)
    client = Client()
    client.get(address(made))
    for _ in range(2):
        with django_assert_num_queries(7):
            client.get(address(made))
        for _ in range(5):
            make_share_link(assessment=told)
            ShareVisit.objects.create(link=made.link, kind="page", client="other")


# ---- The PDF ----


def test_the_pdf_is_there_where_all_is_shown(told: Assessment, printed: None) -> None:
    made = make_share_link(assessment=told, shows_texts=True)
    client = Client()
    assert pdf_address(made) in client.get(address(made)).content.decode()
    reply = client.get(pdf_address(made))
    assert reply["Content-Type"] == "application/pdf"
    assert reply["Content-Disposition"].endswith('scorecard.pdf"')
    assert f"{MARKER} rationale" in reply.content.decode()
    assert ShareVisit.objects.first().kind == VisitKind.PDF  # type: ignore[union-attr]


def test_figures_only_have_no_pdf(told: Assessment, printed: None) -> None:
    made = make_share_link(assessment=told)
    client = Client()
    assert "scorecard.pdf" not in client.get(address(made)).content.decode()
    reply = client.get(pdf_address(made))
    assert reply.status_code == 404
    assert GONE in words(reply)
    assert MARKER not in reply.content.decode()


@pytest.mark.parametrize("texts", [False, True])
def test_the_brief_is_there_for_every_link_and_only_names_people_where_they_are_shown(
    agency: Agency, reviewer: User, told: Assessment, printed: None, texts: bool
) -> None:
    made = make_share_link(assessment=told, shows_texts=texts)
    client, brief = Client(), reverse("shared-brief-pdf", args=[made.token])
    assert brief in client.get(address(made)).content.decode()
    reply = client.get(brief)
    page = reply.content.decode()
    assert reply["Content-Disposition"].endswith('brief.pdf"')
    assert "Department of Rivers" in page
    assert "The Center of Excellence finds another level" in page
    assert MARKER not in page
    assert reviewer.name not in page
    assert (told.created_by.name in page) is texts
    assert ShareVisit.objects.first().kind == VisitKind.BRIEF  # type: ignore[union-attr]


def test_the_brief_waits_for_the_passphrase(told: Assessment, printed: None) -> None:
    made = make_share_link(assessment=told, passphrase=PASSPHRASE)
    client, brief = Client(), reverse("shared-brief-pdf", args=[made.token])
    assert client.get(brief)["Location"] == address(made)
    client.post(address(made), {"passphrase": PASSPHRASE})
    assert client.get(brief).status_code == 200


def test_the_brief_with_names_is_not_the_one_without(agency: Agency, told: Assessment, printed: None) -> None:
    """Each is kept under a name of its own, whoever asked first."""
    for texts in (True, False, True):
        reply = Client().get(
            reverse("shared-brief-pdf", args=[make_share_link(assessment=told, shows_texts=texts).token])
        )
        assert (told.created_by.name in reply.content.decode()) is texts
    inside = client_of(agency.viewer).get(reverse("brief-pdf", args=[told.pk]))
    assert told.created_by.name in inside.content.decode()


def test_the_pdf_waits_for_the_passphrase(told: Assessment, printed: None) -> None:
    made = make_share_link(assessment=told, shows_texts=True, passphrase=PASSPHRASE)
    client = Client()
    reply = client.get(pdf_address(made))
    assert (reply.status_code, reply["Location"]) == (302, address(made))
    client.post(address(made), {"passphrase": PASSPHRASE})
    assert client.get(pdf_address(made)).status_code == 200


def test_a_pdf_that_cannot_be_made_leads_back_to_the_page(told: Assessment, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str, **_more: object) -> bytes:
        raise pdf.PdfFailed(pdf.BUSY)

    monkeypatch.setattr(pdf, "render", fails)
    made = make_share_link(assessment=told, shows_texts=True)
    reply = Client().get(pdf_address(made))
    assert reply.status_code == 503
    assert pdf.BUSY in words(reply)
    assert f'href="{address(made)}"' in reply.content.decode()
    assert "/assessments/" not in reply.content.decode()


# ---- Links that don't work ----


def test_unknown_expired_and_revoked_links_say_one_and_the_same(told: Assessment, printed: None) -> None:
    expired, revoked = (make_share_link(assessment=told, shows_texts=True, passphrase=PASSPHRASE) for _ in range(2))
    ShareLink.objects.filter(pk=expired.link.pk).update(created_at=timezone.now() - timedelta(days=30))
    actions.revoke(link=revoked.link, by=told.created_by)
    bodies = set()
    for token in ("nothing", "x" * 43, "odd.token", expired.token, revoked.token):
        for name in ("shared", "shared-pdf", "shared-brief-pdf"):
            reply = Client().get(reverse(name, args=[token]))
            assert reply.status_code == 404
            bodies.add(reply.content.split(b"<body")[1])
        reply = Client().post(reverse("shared", args=[token]), {"passphrase": PASSPHRASE})
        assert reply.status_code == 404
        assert GONE in words(reply)
    assert len(bodies) == 1
    assert not ShareVisit.objects.exists()


def test_a_link_works_until_its_last_moment(told: Assessment) -> None:
    made = make_share_link(assessment=told, days=7)
    for age, status in ((timedelta(days=7) - timedelta(minutes=1), 200), (timedelta(days=7), 404)):
        ShareLink.objects.update(created_at=timezone.now() - age)
        assert Client().get(address(made)).status_code == status


def test_revoking_ends_it_at_the_next_request_for_who_has_opened_it_too(told: Assessment, printed: None) -> None:
    made = make_share_link(assessment=told, shows_texts=True, passphrase=PASSPHRASE)
    client = Client()
    client.post(address(made), {"passphrase": PASSPHRASE})
    assert client.get(address(made)).status_code == 200
    assert client.get(pdf_address(made)).status_code == 200
    actions.revoke(link=made.link, by=told.created_by)
    assert client.get(address(made)).status_code == 404
    assert client.get(pdf_address(made)).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_it_can_only_be_read(told: Assessment, method: str) -> None:
    made = make_share_link(assessment=told)
    assert getattr(Client(), method)(address(made)).status_code == 405
    assert Client().post(pdf_address(made)).status_code == 405
    assert not ShareVisit.objects.exists()


# ---- The passphrase ----


def test_nothing_is_told_before_the_passphrase_is(told: Assessment) -> None:
    made = make_share_link(assessment=told, shows_texts=True, passphrase=PASSPHRASE)
    reply = Client().get(address(made))
    assert reply.status_code == 200
    assert "Type the passphrase" in words(reply)
    for text in (MARKER, "Department of Rivers", "Flood Forecasts", "Inspector General", told.created_by.name):
        assert text not in reply.content.decode()


def test_the_passphrase_opens_it_for_that_browser_alone(told: Assessment) -> None:
    made, second = (make_share_link(assessment=told, passphrase=PASSPHRASE) for _ in range(2))
    client = Client()
    reply = client.post(address(made), {"passphrase": f" {PASSPHRASE} "})
    assert (reply.status_code, reply["Location"]) == (302, address(made))
    assert "Flood Forecasts" in words(client.get(address(made)))
    assert "Type the passphrase" in words(client.get(address(second)))
    assert "Type the passphrase" in words(Client().get(address(made)))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Type the passphrase."),
        ("four quiet grey geese", "This isn't the passphrase."),
        ("x" * 201, "Ensure this value has at most 200 characters"),
    ],
)
def test_a_wrong_passphrase_opens_nothing_and_says_so(told: Assessment, typed: str, sentence: str) -> None:
    made = make_share_link(assessment=told, passphrase=PASSPHRASE)
    client = Client()
    reply = client.post(address(made), {"passphrase": typed})
    assert reply.status_code == 422
    assert sentence in words(reply)
    assert "Type the passphrase" in words(client.get(address(made)))


def test_the_session_gets_another_number_when_it_opens_a_link(told: Assessment) -> None:
    first, second = (make_share_link(assessment=told, passphrase=PASSPHRASE) for _ in range(2))
    client = Client()
    client.post(address(first), {"passphrase": PASSPHRASE})
    before = client.session.session_key
    client.post(address(second), {"passphrase": PASSPHRASE})
    assert client.session.session_key != before
    assert client.get(address(first)).status_code == client.get(address(second)).status_code == 200


def test_the_form_needs_its_token(told: Assessment) -> None:
    made = make_share_link(assessment=told, passphrase=PASSPHRASE)
    reply = Client(enforce_csrf_checks=True).post(address(made), {"passphrase": PASSPHRASE})
    assert reply.status_code == 403


def try_once(made: Shared, typed: str, **options: Any) -> int:
    """The status of one try from a fresh browser."""
    return Client(**options).post(address(made), {"passphrase": typed}).status_code


def test_after_ten_wrong_tries_the_right_one_is_refused_for_that_link_and_address(told: Assessment) -> None:
    made, second = (make_share_link(assessment=told, passphrase=PASSPHRASE) for _ in range(2))
    assert [try_once(made, f"wrong {number}") for number in range(10)] == [422] * 10
    reply = Client().post(address(made), {"passphrase": PASSPHRASE})
    assert reply.status_code == 429
    assert reply["Retry-After"] == "3600"
    assert "There were too many wrong passphrases. Wait an hour, then try again." in words(reply)
    assert try_once(made, PASSPHRASE, REMOTE_ADDR="203.0.113.7") == 302
    assert try_once(second, PASSPHRASE) == 302
    assert ShareVisit.objects.filter(kind=VisitKind.WRONG).count() == 10


def test_right_passphrases_use_no_try_up(told: Assessment) -> None:
    made = make_share_link(assessment=told, passphrase=PASSPHRASE)
    assert [try_once(made, PASSPHRASE) for _ in range(12)] == [302] * 12


def test_a_full_cache_does_not_lift_the_limit(told: Assessment) -> None:
    made = make_share_link(assessment=told, passphrase=PASSPHRASE)
    for number in range(10):
        try_once(made, f"wrong {number}")
    for number in range(700):
        cache.set(f"something-else-{number}", number)
    assert try_once(made, PASSPHRASE) == 429


def test_tries_at_the_same_moment_are_no_more(at_once: AtOnce) -> None:
    """As processes do, each thread has connections of its own; what they share is the cache."""
    link = make_share_link(passphrase=PASSPHRASE).link
    for _ in range(7):
        sharing.take_try(link)
    taken = at_once(*[lambda: sharing.take_try(link)] * 6)
    assert sum(bool(one) for one in taken) == 3


# ---- What is kept of who comes ----


@pytest.mark.parametrize(
    ("ip", "kept", "counted"),
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.113.77/32"),
        ("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77/32"),
        ("2001:db8:1:2:3::9", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("", "", ""),
        ("unknown", "", ""),
    ],
)
def test_of_an_address_the_beginning_is_kept(ip: str, kept: str, counted: str) -> None:
    assert (network_of(ip), counted_as(ip)) == (kept, counted)


@pytest.mark.parametrize(
    ("agent", "family"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "firefox"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140 Safari/537.36", "chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140 Safari/537.36 Edg/140", "edge"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1", "safari"),
        ("Mozilla/5.0 (iPhone) AppleWebKit/605.1 CriOS/140 Mobile/15E148 Safari/604.1", "chrome"),
        ("Mozilla/5.0 (X11) AppleWebKit/537.36 Chrome/140 Safari/537.36 OPR/120", "other"),
        ("Mozilla/5.0 (compatible; SomeBot/2.0; +https://bot.example/)", "program"),
        ("curl/8.5.0", "program"),
        ("python-requests/2.32", "program"),
        ("", "program"),
    ],
)
def test_of_a_browser_the_family_is_kept(agent: str, family: str) -> None:
    assert client_family(agent) == family


def test_the_list_counts_those_who_got_to_read(told: Assessment) -> None:
    made = make_share_link(assessment=told, passphrase="four quiet grey geese")
    client = Client()
    client.get(address(made))
    client.post(address(made), {"passphrase": "four loud white geese"})
    assert ShareLink.objects.with_visits().get().visit_count == 0
    client.post(address(made), {"passphrase": "four quiet grey geese"}, follow=True)
    assert ShareLink.objects.with_visits().get().visit_count == 1
    assert made.link.visits.count() == 3
