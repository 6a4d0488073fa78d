"""The model's pages: for everyone, the model's words marked as the model's and ours as ours."""

import csv
import html
import io
import re
from dataclasses import replace

import page as pdf_checker
import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from aicmm import pdf
from rubric import pages, reports
from rubric.copying import copy_as_draft
from rubric.models import Question, Rubric
from tests.rubric.factories import area_values, make_rubric, rubric_values

NOT_OURS = "Written for this application; not part of the model."
ADDRESSES = ["/model/", "/model/peopleops/", "/model/table.csv", "/model/table.pdf"]


def words(text: str) -> str:
    """A page as a reader sees it: without tags, with single spaces."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def body(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


# ---- The table ----


def test_the_table_shows_every_cell_with_its_level(client: Client, ai_cmm: Rubric) -> None:
    text = body(client, "/model/")
    for area in ai_cmm.to_datatypes().areas:
        assert area.summary in words(text)
        for descriptor in area.descriptors:
            assert descriptor in words(text)
    assert text.count('data-label="Level 3, Defined (Program)"') == 7


def test_the_table_stands_as_the_model_stacks_it(ai_cmm: Rubric) -> None:
    names = [row.area.name for row in pages.table(ai_cmm.to_datatypes())]
    assert names == ["AIOps", "MLOps", "DataOps", "DevOps", "SecOps", "CloudOps", "PeopleOps"]


def test_each_row_leads_to_its_area(client: Client, ai_cmm: Rubric) -> None:
    text = body(client, "/model/")
    for area in ai_cmm.to_datatypes().areas:
        assert f'<a href="/model/{area.code}/">{area.name}</a>' in text


def test_the_table_names_its_source(client: Client, ai_cmm: Rubric) -> None:
    assert f"The model’s words, word for word. Source: {ai_cmm.source}." in words(body(client, "/model/"))


# ---- An area ----


@pytest.mark.parametrize("place", range(7))
def test_an_area_shows_all_the_model_and_we_say_of_it(client: Client, ai_cmm: Rubric, place: int) -> None:
    area = ai_cmm.to_datatypes().areas[place]
    text = words(body(client, f"/model/{area.code}/"))
    for expected in (area.summary, area.introduction, *area.body.split("\n\n"), *area.descriptors, *area.activities):
        assert expected in text
    for question in area.questions:
        assert question.text in text
        assert question.evidence_hint in text
        for anchor in question.anchors:
            assert anchor.text in text


def test_each_question_says_which_words_are_ours(client: Client, ai_cmm: Rubric) -> None:
    text = body(client, "/model/secops/")
    cards = text.split('<section class="question-card"')[1:]
    assert len(cards) == 6
    for card in cards:
        shown = words(card)
        assert shown.index("in the model’s words") < shown.index("What you would see") < shown.index(NOT_OURS)


def test_an_area_leads_to_its_neighbours_in_the_stack(ai_cmm: Rubric) -> None:
    model = ai_cmm.to_datatypes()
    bottom, middle, top = (pages.area_page(model, code) for code in ("peopleops", "secops", "aiops"))
    assert (bottom.below, bottom.above) == (None, pages.Link("CloudOps", "/model/cloudops/"))
    assert (middle.below, middle.above) == (
        pages.Link("CloudOps", "/model/cloudops/"),
        pages.Link("DevOps", "/model/devops/"),
    )
    assert (top.below, top.above) == (pages.Link("MLOps", "/model/mlops/"), None)


def test_there_is_one_main_heading(client: Client, ai_cmm: Rubric) -> None:
    for address in ("/model/", "/model/aiops/"):
        assert body(client, address).count("<h1") == 1


def test_an_unknown_area_is_not_found(client: Client, ai_cmm: Rubric) -> None:
    assert client.get("/model/nope/").status_code == 404


def test_an_area_without_body_is_shown(client: Client, db: None) -> None:
    make_rubric(values=rubric_values(areas=(area_values(introduction="", body=""),)), published=True)
    assert "What base is for." in body(client, "/model/base/")


# ---- Versions ----


@pytest.fixture
def newer(ai_cmm: Rubric) -> Rubric:
    """A later version with a stricter rule and one question in other words."""
    draft = copy_as_draft(ai_cmm, version="2026-11")
    Rubric.objects.filter(pk=draft.pk).update(required_share=75)
    Question.objects.filter(area__rubric=draft, code="peopleops-1").update(text="What has changed?")
    draft.publish()
    return draft


VERSIONED = [*ADDRESSES, "/how-scoring-works/"]


def test_plain_addresses_show_the_newest_and_a_version_shows_itself(client: Client, newer: Rubric) -> None:
    assert "What has changed?" in body(client, "/model/peopleops/")
    assert "What has changed?" not in body(client, "/model/peopleops/?version=2021-05")
    assert "at least 75 %" in body(client, "/how-scoring-works/")
    assert "at least 60 %" in body(client, "/how-scoring-works/?version=2021-05")


@pytest.mark.parametrize("address", ["/model/", "/model/peopleops/", "/how-scoring-works/"])
def test_a_page_names_the_version_it_shows(client: Client, newer: Rubric, address: str) -> None:
    assert "ersion 2026-11" in words(body(client, address))
    assert "ersion 2021-05" in words(body(client, f"{address}?version=2021-05"))


def test_files_name_the_version_they_show(client: Client, newer: Rubric) -> None:
    for version, address in (("2026-11", ""), ("2021-05", "?version=2021-05")):
        table = client.get(f"/model/table.csv{address}")
        assert f"ai-cmm-{version}.csv" in table["Content-Disposition"]
        assert {row["Version"] for row in csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))} == {version}
        (sheet,) = PdfReader(io.BytesIO(client.get(f"/model/table.pdf{address}").content)).pages
        assert f"version {version}" in " ".join(sheet.extract_text().split())


def test_the_model_lists_the_other_published_versions(client: Client, newer: Rubric, draft: Rubric) -> None:
    text = body(client, "/model/")
    assert '<a href="/model/?version=2021-05">2021-05</a>' in text
    assert '<a href="/model/?version=2026-11">2026-11</a>' in body(client, "/model/?version=2021-05")
    assert "version=2</a>" not in text


def test_a_version_that_was_asked_for_stays_while_reading_on(client: Client, newer: Rubric) -> None:
    assert 'href="/model/peopleops/?version=2021-05"' in body(client, "/model/?version=2021-05")
    page = body(client, "/model/secops/?version=2021-05")
    for address in ("/model/", "/model/cloudops/", "/model/devops/"):
        assert f'href="{address}?version=2021-05"' in page


@pytest.mark.parametrize("address", VERSIONED)
@pytest.mark.parametrize("version", ["2", "nope", "", "2021-05%00"])
def test_what_is_no_published_version_is_not_found(client: Client, draft: Rubric, address: str, version: str) -> None:
    assert client.get(f"{address}?version={version}").status_code == 404


def test_word_for_word_is_said_only_of_texts_that_are_the_models(client: Client, newer: Rubric) -> None:
    assert "word for word" in body(client, "/model/peopleops/?version=2021-05")
    page = words(body(client, "/model/peopleops/?version=2026-11"))
    assert f"From the rubric’s source: {newer.source}." in page
    assert "word for word" not in page
    assert "in the model’s words" not in page


def test_another_rule_or_other_descriptions_of_ours_leave_the_models_words_the_models(ai_cmm: Rubric) -> None:
    model = ai_cmm.to_datatypes()
    area, *rest = model.areas
    question = replace(area.questions[0], weight=3, anchors=(), evidence_hint="Ours")
    ours = replace(area, questions=(question, *area.questions[1:]))
    assert replace(model, version="9", required_share=100, areas=(ours, *rest)).is_word_for_word
    theirs = replace(area, activities=(*area.activities, "One more."))
    assert not replace(model, areas=(theirs, *rest)).is_word_for_word


# ---- All of them ----


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_takes_one_query_once_the_model_is_in_memory(
    client: Client, ai_cmm: Rubric, django_assert_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    client.get(address)
    with django_assert_num_queries(1):
        client.get(address)


@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_are_for_reading_only(client: Client, ai_cmm: Rubric, address: str) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_published_model_nothing_is_found(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(Rubric.objects.__class__, "published", lambda self: self.none())
    assert client.get(address).status_code == 404


def test_texts_reach_no_page_as_code(client: Client, db: None) -> None:
    attack = "<script>alert(1)</script>"
    values = rubric_values(
        name=attack,
        source=attack,
        areas=(area_values(name=attack, summary=attack, descriptors=(attack,) * 3, activities=(attack,)),),
    )
    make_rubric(values=values, published=True)
    for address in ("/model/", "/model/base/"):
        assert attack not in body(client, address)


# ---- Files ----


def test_the_spreadsheet_has_a_row_for_each_area(client: Client, ai_cmm: Rubric) -> None:
    response = client.get("/model/table.csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="ai-cmm-2021-05.csv"'
    heads, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert heads[2] == "Level 1, Initial / Ad Hoc (Individual Project)"
    assert [row[0] for row in rows] == ["AIOps", "MLOps", "DataOps", "DevOps", "SecOps", "CloudOps", "PeopleOps"]
    aiops = ai_cmm.to_datatypes().area_by_code["aiops"]
    summary = "Identify and resource AI initiatives within the organization."
    assert rows[0] == ["AIOps", summary, *aiops.descriptors, "2021-05"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_spreadsheet_is_a_formula(start: str) -> None:
    rubric = rubric_values(areas=(area_values(summary=f"{start}1+1"),))
    _, row = csv.reader(io.StringIO(reports.table_csv(rubric).decode("utf-8-sig"), newline=""))
    assert row[1] == f"'{start}1+1"


@pytest.fixture
def table_pdf(client: Client, ai_cmm: Rubric) -> bytes:
    response = client.get("/model/table.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'attachment; filename="ai-cmm-2021-05.pdf"'
    return response.content


def test_the_pdf_holds_the_whole_table_on_one_page(table_pdf: bytes, ai_cmm: Rubric) -> None:
    (sheet,) = PdfReader(io.BytesIO(table_pdf)).pages
    assert (sheet.mediabox.width, sheet.mediabox.height) == (792, 612)
    text = " ".join(sheet.extract_text().split()).replace(" ", "")
    for area in ai_cmm.to_datatypes().areas:
        for descriptor in area.descriptors:
            assert descriptor.replace(" ", "") in text


def test_the_pdf_is_accessible(table_pdf: bytes) -> None:
    report = pdf_checker.validate_pdf_bytes(table_pdf, profile=pdf_checker.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in report.failures] == []
    assert report.is_compliant


def test_the_pdf_has_a_title_a_language_and_our_typeface(table_pdf: bytes) -> None:
    reader = PdfReader(io.BytesIO(table_pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "AI Capability Maturity Model, version 2021-05"
    assert reader.trailer["/Root"]["/Lang"] == "en"
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    assert all("Public-Sans" in font.get_object()["/BaseFont"] for font in fonts)


def test_the_pdf_is_made_once(ai_cmm: Rubric, monkeypatch: pytest.MonkeyPatch) -> None:
    values = ai_cmm.to_datatypes()
    first = reports.table_pdf(values)
    monkeypatch.setattr(pdf, "render", lambda _: pytest.fail("made again"))
    assert reports.table_pdf(values) is first


def test_where_no_pdf_can_be_made_the_page_says_so(
    client: Client, ai_cmm: Rubric, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(html: str) -> bytes:
        raise pdf.PdfUnavailable("This server can't make PDFs.")

    reports.table_pdf.cache_clear()
    monkeypatch.setattr(pdf, "render", unavailable)
    response = client.get("/model/table.pdf")
    assert response.status_code == 503
    assert "This server can't make PDFs." in words(response.content.decode())
    assert reverse("model") in response.content.decode()
