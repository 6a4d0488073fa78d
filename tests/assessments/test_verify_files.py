"""Checking a PDF: what is unchanged is known, and every way to cheat is found, or at least not called genuine."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from aicmm import bounded
from assessments import actions, paper_store
from assessments.models import Assessment, IssuedPaper, PaperKind, User
from tests.assessments import forging
from tests.assessments.test_verify import COUNTING
from tests.factories import Agency, client_of, make_cycle, make_share_link, make_submitted

ADDRESS = "/verify/"


of_the_file = pytest.mark.only_on("sqlite")
"""For what hangs on the file alone: a paper is printed for each of these."""


@pytest.fixture(autouse=True)
def room(settings: Settings, tmp_path: Path) -> None:
    settings.PDF_SECONDS = 60
    settings.MEDIA_ROOT = str(tmp_path / "files")


@pytest.fixture
def submitted(agency: Agency) -> Assessment:
    return make_submitted(assessment=agency.draft, level=2, rationale="Between us.")


@pytest.fixture
def pdf(agency: Agency, submitted: Assessment) -> bytes:
    """As its lead downloads it."""
    return download(submitted, agency.lead)


def download(assessment: Assessment, user: User, query: str = "") -> bytes:
    return client_of(user).get(reverse("scorecard-pdf", args=[assessment.pk]) + query).content


def drop(content: bytes, client: Client | None = None) -> HttpResponse:
    file = SimpleUploadedFile("scorecard.pdf", content, content_type="application/pdf")
    return (client or Client()).post(ADDRESS, {"paper": file})  # type: ignore[return-value]


def said(content: bytes, status: int = 200) -> str:
    response = drop(content)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


# ---- What was handed out ----


def test_a_downloaded_file_is_genuine_and_unchanged(pdf: bytes, submitted: Assessment) -> None:
    page = said(pdf)
    assert "This PDF is genuine and unchanged" in page
    assert forging.scorecard_of(submitted).code in page
    assert "it waits for review" in page


def test_so_is_an_earlier_one_and_the_page_says_what_became_of_it(
    agency: Agency, submitted: Assessment, reviewer: User, pdf: bytes
) -> None:
    actions.return_(assessment=submitted, by=reviewer, comment="More.")
    first = download(submitted, agency.lead, "?submission=1")
    actions.submit(assessment=Assessment.objects.get(pk=submitted.pk), by=agency.lead)
    for content in (pdf, first, download(submitted, agency.lead, "?submission=1")):
        page = said(content)
        assert "This PDF is genuine and unchanged" in page
        assert "A later submission has replaced it" in page


def test_so_is_one_with_the_decision_on_it(agency: Agency, submitted: Assessment, reviewer: User) -> None:
    actions.accept(assessment=submitted, by=reviewer)
    assert "This PDF is genuine and unchanged" in said(download(submitted, agency.lead))


def test_so_is_one_that_is_made_anew_each_time(agency: Agency, submitted: Assessment, settings: Settings) -> None:
    settings.DEBUG = True
    assert "This PDF is genuine and unchanged" in said(download(submitted, agency.lead))


def test_a_report_without_answers_in_it_is_known_by_its_bytes(db: None) -> None:
    content = b"%PDF-1.7 a report"
    paper_store.issued(paper_store._paper(content), kind=PaperKind.PORTFOLIO)
    page = said(content)
    assert "This PDF is genuine and unchanged" in page
    assert "a portfolio report that was made here on" in page


@pytest.mark.parametrize("by_link", [False, True])
def test_of_a_brief_it_is_told_whose_it_is_as_of_a_scorecard_and_nobody_is_named(
    agency: Agency, submitted: Assessment, by_link: bool
) -> None:
    if by_link:
        link = make_share_link(assessment=submitted, by=agency.lead)
        content = Client().get(reverse("shared-brief-pdf", args=[link.token])).content
    else:
        content = client_of(agency.lead).get(reverse("brief-pdf", args=[submitted.pk])).content
    page = said(content)
    assert "a brief that was made here, of a submission that was sealed on" in page
    for name in (agency.organization.name, submitted.team, submitted.cycle.name):
        assert f"<bdi>{name}</bdi>" in page
    for person in (agency.lead, agency.contributor):
        assert person.name not in page


def test_of_a_genuine_one_it_is_told_whose_it_is_and_no_more(pdf: bytes, submitted: Assessment) -> None:
    page = said(pdf)
    assert submitted.team in page
    for kept in ("Between us.", "Level 2", str(submitted.pk)):
        assert kept not in page


def test_a_genuine_one_takes_no_reading(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounded, "run", lambda *_, **__: pytest.fail("was read"))
    assert "genuine" in said(pdf)


def test_it_takes_few_queries(pdf: bytes, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = Client()
    drop(pdf, client)
    with django_assert_num_queries(2 + COUNTING):
        drop(pdf, client)


# ---- Cheating ----


@of_the_file
def test_a_changed_page_is_altered_though_what_is_inside_is_genuine(submitted: Assessment, pdf: bytes) -> None:
    sheet = forging.sheet_of(submitted)
    page = said(forging.printed(forging.with_other_answers(sheet, level=5)))
    assert "This PDF was altered" in page
    assert "its embedded answers are genuine" in page
    assert "DataOps: the pages say Level 5, and the embedded answers give Level 2, Repeatable" in page
    assert "DataOps, question 1: the pages show another answer" in page
    assert "SecOps" not in page


@of_the_file
def test_changed_pages_before_a_genuine_rest_are_altered(submitted: Assessment, pdf: bytes) -> None:
    sheet = forging.sheet_of(submitted)
    other = forging.printed(forging.with_other_answers(sheet, level=5))
    assert "DataOps: the pages say Level 5" in said(forging.with_pages_of(pdf, other))


@of_the_file
def test_a_page_with_another_name_is_altered(submitted: Assessment, pdf: bytes) -> None:
    submitted.organization.name = "Department of Somewhere Else"
    submitted.organization.save()
    changed = forging.saved_anew(forging.printed(forging.sheet_of(submitted)))
    page = said(changed)
    assert "This PDF was altered" in page
    assert "The pages don&#x27;t name the organization “Department of Rivers”" in page


@of_the_file
def test_changed_answers_inside_are_altered(submitted: Assessment, pdf: bytes) -> None:
    def raise_all(content: dict[str, Any]) -> None:
        for row in content["answers"]:
            row["choice"] = 5

    page = said(forging.with_attachment(pdf, forging.edited(forging.sheet_of(submitted).document, raise_all)))
    assert "This PDF was altered" in page
    assert "DataOps: the embedded result says Level 2, and the embedded answers give Level 5" in page
    assert "its embedded answers are genuine" not in page
    assert f"The pages carry the seal {forging.scorecard_of(submitted).code}" in page


@of_the_file
def test_a_changed_result_inside_is_altered(submitted: Assessment, pdf: bytes) -> None:
    def raise_one(content: dict[str, Any]) -> None:
        content["result"]["areas"][0]["level"] = 4

    page = said(forging.with_attachment(pdf, forging.edited(forging.sheet_of(submitted).document, raise_one)))
    assert "PeopleOps: the embedded result says Level 4, and the embedded answers give Level 2" in page


@of_the_file
def test_changed_texts_inside_are_altered(submitted: Assessment, pdf: bytes) -> None:
    changed = forging.sheet_of(submitted).document.replace("Between us.", "We are great.").encode()
    page = said(forging.with_attachment(pdf, changed))
    assert "This PDF was altered" in page
    assert "The SHA-256 on the pages isn&#x27;t that of the embedded document" in page


@of_the_file
def test_a_whole_invention_is_unknown(submitted: Assessment) -> None:
    sheet = forging.sealed_anew(forging.with_other_answers(forging.sheet_of(submitted), level=5))
    page = said(forging.printed(sheet))
    assert "This PDF is not known here" in page
    assert sheet.seal
    assert f"No scorecard with the seal {sheet.seal.code} was sealed here" in page
    assert "genuine" not in page


@of_the_file
def test_the_inside_of_another_genuine_one_is_altered(submitted: Assessment, other: Agency, pdf: bytes) -> None:
    theirs = forging.sheet_of(make_submitted(assessment=other.draft, level=4))
    page = said(forging.with_attachment(pdf, theirs.document.encode()))
    assert "This PDF was altered" in page
    assert f"The pages carry the seal {forging.scorecard_of(submitted).code}" in page
    assert "DataOps: the pages say Level 2, and the embedded answers give Level 4, Managed" in page


SAVED_ANEW = "It was altered, or only saved anew by another program."


@pytest.mark.parametrize("options", [{}, {"linearize": True}])
def test_one_that_was_only_saved_anew_is_said_to_be_that_perhaps(pdf: bytes, options: dict[str, bool]) -> None:
    page = said(forging.saved_anew(pdf, **options))
    assert "This PDF is not the file that was made here" in page
    assert SAVED_ANEW in page
    assert "the pages say" not in page
    assert "unchanged" not in page.replace("Not unchanged", "")


def test_a_byte_more_is_no_longer_the_same(pdf: bytes) -> None:
    assert SAVED_ANEW in said(pdf + b"\n")


@of_the_file
def test_a_sheet_of_every_kind_of_answer_agrees_with_itself(agency: Agency) -> None:
    """What is printed beside levels, and every area that isn't rated, is no difference."""
    codes = [answer.question.code for answer in agency.draft.answers.select_related("question")]
    kinds = (1, 5, "unknown", "not_applicable", 3, 4, 2)
    choices: dict[str, int | str] = {code: kinds[number % 7] for number, code in enumerate(codes)}
    choices |= {code: "not_applicable" for code in codes if code.startswith("aiops")}
    choices |= {code: 5 for code in codes if code.startswith("mlops")}
    submitted = make_submitted(assessment=agency.draft, choices=choices, rationale="Long. " * 200)
    page = said(forging.saved_anew(download(submitted, agency.lead)))
    assert SAVED_ANEW in page


@of_the_file
def test_so_does_one_with_a_history_and_a_decision(agency: Agency, reviewer: User) -> None:
    before = make_cycle(starts_on=agency.draft.cycle.starts_on.replace(year=2020))
    make_submitted(organization=agency.organization, team=agency.draft.team, cycle=before, level=4)
    submitted = make_submitted(assessment=agency.draft, level=2)
    actions.accept(assessment=submitted, by=reviewer)
    page = said(forging.saved_anew(download(submitted, agency.lead)))
    assert SAVED_ANEW in page


# ---- What is no sealed scorecard ----


def test_a_draft_has_no_seal(agency: Agency) -> None:
    page = said(download(agency.draft, agency.lead), status=422)
    assert "drafts have no seal" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"GIF89a", "This isn't a PDF."), (b"", "The file is empty."), (b"%PDF-1.7 and no more", "The PDF is damaged")],
)
def test_what_can_not_be_read_is_said_at_the_field(db: None, content: bytes, sentence: str) -> None:
    page = unescape(said(content, status=422))
    assert sentence in page
    assert "Error: Check a scorecard" in page


def test_without_a_file_the_page_asks_for_one(db: None) -> None:
    response = Client().post(ADDRESS, {})
    assert response.status_code == 422
    assert "Choose a PDF." in response.content.decode()


@of_the_file
def test_nothing_is_kept(pdf: bytes, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*")), IssuedPaper.objects.count()
    said(forging.saved_anew(pdf))
    assert (sorted(tmp_path.rglob("*")), IssuedPaper.objects.count()) == before


def test_while_others_are_read_one_is_told_to_come_again(pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object, **__: object) -> bytes:
        raise bounded.Busy

    monkeypatch.setattr(bounded, "run", busy)
    response = drop(pdf + b" ")
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert "Too many PDFs are being checked" in response.content.decode()


# ---- Who may ask, and how often ----


def test_the_form_needs_its_token(db: None) -> None:
    assert drop(b"%PDF", Client(enforce_csrf_checks=True)).status_code == 403


def test_two_files_at_once_are_refused(db: None) -> None:
    files = [SimpleUploadedFile(f"{n}.pdf", b"%PDF") for n in range(2)]
    assert Client().post(ADDRESS, {"paper": files}).status_code == 400


def test_a_body_that_is_too_large_is_not_read(db: None) -> None:
    response = drop(b"%PDF" + bytes(10 * 1024 * 1024 + 65 * 1024))
    assert response.status_code == 413
    assert "a PDF to be checked may have 10 MiB" in response.content.decode()


def test_a_file_a_little_too_large_is_said_to_be(db: None) -> None:
    assert "The file has more than 10 MiB." in said(b"%PDF" + bytes(10 * 1024 * 1024), status=422)


@pytest.mark.parametrize(
    ("action", "ask"),
    [
        ("verify-code", lambda client, **more: client.get("/verify/0000-0000-0000/", **more)),
        ("verify-file", lambda client, **more: client.post(ADDRESS, {}, **more)),
    ],
)
def test_who_asks_too_often_is_told_when_to_come_again(
    db: None, settings: Settings, action: str, ask: Callable[..., Any]
) -> None:
    settings.RATES = settings.RATES | {action: "2/m/key"}
    client = Client()
    assert [ask(client).status_code for _ in range(2)] == [ask(Client(REMOTE_ADDR="10.0.0.2")).status_code] * 2
    refusal = ask(client)
    assert (refusal.status_code, refusal["Retry-After"]) == (429, "60")
    page = refusal.content.decode()
    assert "has asked for this too often" in page
    assert re.search(r"Come again at (noon|midnight|\d+(:\d\d)? [ap]\.m\.) E[SD]T\.", page)
    assert f'href="{ADDRESS}">Go back and try again</a>' in page
    # Another address is another count; a header that anyone can send is none.
    assert ask(Client(REMOTE_ADDR="10.0.0.3")).status_code != 429
    assert ask(client, headers={"x-forwarded-for": "10.0.0.9"}).status_code == 429


def test_behind_a_proxy_the_address_is_the_one_it_names(db: None, settings: Settings) -> None:
    settings.RATES = settings.RATES | {"verify-code": "1/m/key"}
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = Client(REMOTE_ADDR="10.0.0.1")
    for visitor in ("198.51.100.1", "198.51.100.2"):
        headers = {"x-forwarded-for": f"203.0.113.9, {visitor}"}
        assert client.get("/verify/0000-0000-0000/", headers=headers).status_code == 404
        assert client.get("/verify/0000-0000-0000/", headers=headers).status_code == 429


# ---- The code ----


@pytest.mark.parametrize("typed", ["7qx2m0pa9d4t", " 7QX2-M0PA-9D4T ", "7qx2 m0pa 9d4t"])
def test_a_typed_code_leads_to_its_page(db: None, typed: str) -> None:
    response = Client().get(ADDRESS, {"code": typed})
    assert (response.status_code, response["Location"]) == (302, "/verify/7QX2-M0PA-9D4T/")


@pytest.mark.parametrize("typed", ["", "7QX2", "../../admin", "7QX2-M0PA-9D4T-0000"])
def test_what_is_no_code_is_said_at_the_field(db: None, typed: str) -> None:
    response = Client().get(ADDRESS, {"code": typed})
    assert response.status_code == 422
    assert "Error: Check a scorecard" in response.content.decode()


def test_every_page_leads_there(db: None) -> None:
    assert '<a href="/verify/">Check a scorecard</a>' in Client().get("/").content.decode()
