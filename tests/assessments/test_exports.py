"""One assessment as JSON, CSV and XLSX: what is in it, for whom, and that nothing in it runs."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime
from openpyxl import load_workbook

from assessments import actions
from assessments.actions import AnswerEntry, AreaEntry, CommentEntry, ReviewEntry
from assessments.exports import xlsx
from assessments.models import Assessment, AuditEvent, Look, Review, ScorecardArea, ScorecardFlag, User
from tests.assessments.exported import (
    LIST,
    ONE,
    check,
    content_of,
    is_moment,
    json_of,
    rows_of_csv,
    sheets_of,
    validator,
)
from tests.factories import (
    Agency,
    answer_all,
    client_of,
    make_accepted,
    make_returned,
    make_reviewer,
    make_submitted,
)
from tests.rubric.factories import make_rubric

pytestmark = pytest.mark.django_db

KINDS = ("json", "csv", "xlsx")
LINK = ("Incident log", "https://example.gov/incidents")
HOSTILE = [
    "=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "＝1+1",
    "{=1+1}",
    "https://evil.example/",
    "mailto:a@b.example",
    "internal:Sheet1!A1",
    "<script>alert(1)</script>",
    '"quoted", comma; semicolon',
    "line one\nline two",
    "]]>&amp;<!-- -->",
    "_x0041_ stays as typed",
    "1e5",
    "00123",
    "مرحبا שלום 漢字 🜁",
]


def address(assessment: Assessment, kind: str) -> str:
    return reverse(f"export-{kind}", args=[assessment.pk])


def exported(client: Client, assessment: Assessment, kind: str) -> bytes:
    return content_of(client.get(address(assessment, kind)))


def document_of(client: Client, assessment: Assessment) -> Any:
    return json_of(client.get(address(assessment, "json")))


@pytest.fixture
def lead(agency: Agency) -> Client:
    return client_of(agency.lead)


@pytest.fixture
def staff(reviewer: User) -> Client:
    return client_of(reviewer)


# ---- JSON ----


def test_a_draft_is_provisional_and_has_no_seal(agency: Agency, lead: Client) -> None:
    answer_all(agency.draft, choices={"secops-1": "unknown", "mlops-1": ""})
    document = document_of(lead, agency.draft)
    assert (document["provisional"], document["submission"], document["state"]["code"]) == (True, None, "draft")
    given = {answer["question"]: answer for answer in document["answers"]}
    assert (given["secops-1"]["choice"], given["mlops-1"]["choice"]) == ("unknown", None)
    assert {area["validated_level"] for area in document["areas"]} == {None}


def test_a_draft_without_an_answer_is_valid(agency: Agency, lead: Client) -> None:
    document = document_of(lead, agency.draft)
    assert len(document["answers"]) == 29
    assert {area["answered"] for area in document["areas"]} == {0}


def test_a_submission_carries_its_seal_and_its_texts(agency: Agency, lead: Client) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead, rationale="We do.", evidence=[LINK])
    scorecard = submitted.scorecards.get()
    document = document_of(lead, submitted)
    assert document["submission"]["sha256"] == scorecard.sha256
    assert document["submission"]["code"] == scorecard.code
    assert document["people"] == [str(agency.lead)]
    first = document["answers"][0]
    assert (first["choice"], first["rationale"]) == (3, "We do.")
    assert first["evidence"] == [{"title": LINK[0], "url": LINK[1]}]
    assert first["anchor"]


def test_an_area_that_is_not_rated_has_no_figures(agency: Agency, lead: Client, staff: Client) -> None:
    left_out = {f"mlops-{number}": "not_applicable" for number in range(1, 5)}
    submitted = make_submitted(organization=agency.organization, by=agency.lead, choices=left_out)
    for client in (lead, staff):
        areas = {area["code"]: area for area in document_of(client, submitted)["areas"]}
        assert areas["mlops"]["claimed"] is None
        assert areas["secops"]["claimed"]["level"] == 3


def test_claimed_and_validated_levels_stand_apart(agency: Agency, reviewer: User, lead: Client) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead, level=4)
    entry = ReviewEntry(
        "Well done.", {"secops": AreaEntry(3, "No log was shown.")}, {"secops-1": CommentEntry("Show the log.", True)}
    )
    actions.accept(assessment=submitted, by=reviewer, entry=entry)
    document = document_of(lead, submitted)
    areas = {area["code"]: area for area in document["areas"]}
    assert (areas["secops"]["claimed"]["level"], areas["secops"]["validated_level"]) == (4, 3)
    assert (areas["mlops"]["claimed"]["level"], areas["mlops"]["validated_level"]) == (4, 4)
    (review,) = document["reviews"]
    assert (review["reviewer"], review["decision"]["code"]) == ("Rita Review", "accepted")
    assert review["areas"] == [
        {"area": "secops", "claimed_level": 4, "validated_level": 3, "reason": "No log was shown."}
    ]
    assert review["answers"] == [{"question": "secops-1", "text": "Show the log.", "wants_evidence": True}]


def test_a_returned_one_is_live_for_its_team_and_sealed_for_the_coe(
    agency: Agency, lead: Client, staff: Client
) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead)
    actions.save_answer(assessment=returned, code="secops-1", entry=AnswerEntry("5"), seen_version=1, by=agency.lead)
    theirs, ours = document_of(staff, returned), document_of(lead, returned)
    assert (ours["provisional"], theirs["provisional"]) == (True, False)
    assert ours["returned_submission"] == theirs["submission"]
    choices = [{one["question"]: one["choice"] for one in document["answers"]} for document in (ours, theirs)]
    assert [choice["secops-1"] for choice in choices] == [5, 3]
    assert [review["comment"] for review in ours["reviews"]] == ["Say more about question 1."]


def test_no_review_in_progress_and_no_second_look_is_exported(agency: Agency, staff: Client, reviewer: User) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    scorecard = submitted.scorecards.get()
    scorecard.second_look = True
    scorecard.save()
    actions.save_review(assessment=submitted, by=reviewer, entry=ReviewEntry("Not yet told."))
    Review.objects.create(
        scorecard=scorecard, look=Look.SECOND, reviewer=make_reviewer(), comment="Blind remark.",
        decided_at=scorecard.sealed_at,
    )  # fmt: skip
    assert document_of(staff, submitted)["reviews"] == []
    for kind in KINDS:
        content = exported(staff, submitted, kind)
        text = str(sheets_of(content)) if kind == "xlsx" else content.decode()
        assert "Not yet told" not in text
        assert "Blind remark" not in text


def test_a_second_look_stays_blind_in_an_export(agency: Agency, reviewer: User, lead: Client, settings: Any) -> None:
    settings.SECOND_LOOK_PERCENT = 100
    accepted = make_submitted(organization=agency.organization, by=agency.lead, level=4)
    entry = ReviewEntry("Well done.", {"secops": AreaEntry(3, "No log was shown.")})
    actions.accept(assessment=accepted, by=reviewer, entry=entry)
    another = client_of(make_reviewer())
    (listed,) = json_of(another.get(reverse("export-list-json")), LIST)["submissions"]
    for document in (document_of(another, accepted), listed):
        assert document["reviews"] == []
        assert {area["validated_level"] for area in document["areas"]} == {None}
    for client in (lead, client_of(reviewer)):
        assert {area["validated_level"] for area in document_of(client, accepted)["areas"]} == {3, 4}


def test_flags_and_who_has_claimed_it_are_for_the_coe_alone(
    agency: Agency, lead: Client, staff: Client, reviewer: User
) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead, level=5)
    actions.claim(assessment=submitted, by=reviewer)
    ours, theirs = document_of(lead, submitted), document_of(staff, submitted)
    assert (ours["flags"], ours["claimed_by"]) == (None, None)
    assert len(theirs["flags"]) == ScorecardFlag.objects.count() > 0
    assert theirs["claimed_by"] == "Rita Review"
    assert "Flags" not in sheets_of(exported(lead, submitted, "xlsx"))
    assert len(sheets_of(exported(staff, submitted, "xlsx"))["Flags"]) == len(theirs["flags"])


def test_a_model_of_another_size_is_exported_the_same_way(agency: Agency, lead: Client) -> None:
    rubric = make_rubric(code="tiny", version="1", published=True)
    submitted = make_submitted(organization=agency.organization, by=agency.lead, rubric=rubric, level=2)
    document = document_of(lead, submitted)
    assert document["rubric"]["code"] == "tiny"
    assert sheets_of(exported(lead, submitted, "xlsx"))["Areas"]


def test_the_schema_refuses_what_is_not_as_it_says(agency: Agency, lead: Client) -> None:
    document = document_of(lead, agency.draft)
    wrong = [
        document | {"more": 1},
        document | {"provisional": False},
        document | {"state": {"code": "lost", "name": "Lost"}},
        document | {"figures_at": "yesterday"},
        {name: value for name, value in document.items() if name != "reviews"},
    ]
    for one in wrong:
        assert not validator(ONE).is_valid(one)
    check(document)


def fields(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every field that a schema has, at any depth."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
    inner = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ()
    for one in inner:
        yield from fields(one)


@pytest.mark.parametrize("schema", [ONE, LIST])
def test_every_field_of_the_schema_says_what_it_means(schema: Any) -> None:
    telling = {"description", "const", "enum", "properties"}
    assert [name for name, field in fields({**schema, "allOf": []}) if not telling & set(field)] == []


# ---- XLSX ----


def test_a_workbook_has_a_sheet_for_each_thing(agency: Agency, staff: Client) -> None:
    accepted = make_accepted(
        organization=agency.organization, by=agency.lead, level=4, rationale="We do.", evidence=[LINK]
    )
    sheets = sheets_of(exported(staff, accepted, "xlsx"))
    assert list(sheets) == ["Submissions", "Areas", "Answers", "Evidence", "Flags", "Comments", "About"]
    assert [len(sheets[name]) for name in ("Submissions", "Areas", "Answers", "Evidence")] == [1, 7, 29, 29]
    (row,) = sheets["Submissions"]
    seal = accepted.scorecards.get()
    assert (row["Organization"], row["Seal"], row["State"]) == ("Department of Rivers", seal.code, "Accepted")
    assert row["Decision"] == "Accepted"
    assert is_moment(row["Submitted at"])
    area = sheets["Areas"][0]
    assert (area["Level"], area["Score"], area["Validated level"]) == (4, 4, 4)
    assert sheets["Answers"][0]["Answer"] == 4


def test_the_heading_stays_in_sight_and_every_sheet_can_be_filtered(agency: Agency, lead: Client) -> None:
    book = load_workbook(io.BytesIO(exported(lead, agency.draft, "xlsx")))
    for sheet in book.worksheets[:-1]:
        assert sheet.freeze_panes == "A2", sheet.title
        assert sheet.auto_filter.ref.startswith("A1:"), sheet.title
        assert all(sheet.column_dimensions[column].width >= 12 for column in "ABC"), sheet.title


def about_of(content: bytes) -> dict[str, str]:
    rows = load_workbook(io.BytesIO(content))["About"].iter_rows(values_only=True)
    return {str(name): str(text) for name, text in rows}


def test_a_moment_stands_in_the_time_zone_that_the_workbook_names(agency: Agency, staff: Client, settings: Any) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    sheets = sheets_of(exported(staff, submitted, "xlsx"))
    local = localtime(submitted.submitted_at).replace(tzinfo=None)
    assert abs((sheets["Submissions"][0]["Submitted at"] - local).total_seconds()) < 1
    about = about_of(exported(staff, submitted, "xlsx"))
    assert about["Times"] == f"All times are of {settings.TIME_ZONE}."
    assert {"Seal", "Steps", "Reason"} <= about.keys()


def test_a_sheet_that_is_full_goes_on_in_another(agency: Agency, lead: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 21)
    sheets = sheets_of(exported(lead, agency.draft, "xlsx"))
    assert [len(sheets[name]) for name in ("Answers", "Answers 2")] == [20, 9]
    asked = [row["Question"] for name in ("Answers", "Answers 2") for row in sheets[name]]
    assert len(set(asked)) == 29


# ---- What people typed ----


def plant(agency: Agency, text: str) -> Assessment:
    """A submission, accepted, with the text everywhere that people type."""
    code = "secops-1"
    submitted = make_submitted(
        organization=agency.organization, by=agency.lead, team=f"{text[:60]} team", level=4,
        choices={code: "not_applicable"}, rationale=text, evidence=[(text[:200], "https://example.gov/?=1+1")],
    )  # fmt: skip
    entry = ReviewEntry(text, {"mlops": AreaEntry(2, text)}, {"mlops-1": CommentEntry(text)})
    actions.accept(assessment=submitted, by=make_reviewer(name=f"{text[:60]} R"), entry=entry)
    return submitted


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_a_text_everywhere(agency: Agency, staff: Client, text: str) -> None:
    planted = plant(agency, text)
    document = document_of(staff, planted)
    assert {answer["rationale"] for answer in document["answers"]} == {text}

    sheets = sheets_of(exported(staff, planted, "xlsx"))
    assert {row["Rationale"] for row in sheets["Answers"]} == {text}
    assert {row["Title"] for row in sheets["Evidence"]} == {text}
    assert {row["Comment"] for row in sheets["Comments"]} == {text}
    assert {row["Team"] for row in sheets["Areas"]} == {f"{text[:60]} team"}

    content = exported(staff, planted, "csv")
    for row in rows_of_csv(content):
        assert row["Rationale"] in (text, f"'{text}")
        assert not row["Rationale"].startswith(("=", "+", "-", "@", "\t", "＝"))
        assert not row["Team"].startswith(("=", "+", "-", "@", "\t", "＝"))


def test_a_csv_holds_the_answers_with_numbers_as_numbers(agency: Agency, lead: Client) -> None:
    answer_all(agency.draft, choices={"secops-1": "unknown", "secops-2": "not_applicable"})
    rows = {row["Question"]: row for row in rows_of_csv(exported(lead, agency.draft, "csv"))}
    assert len(rows) == 29
    answers = [rows[code]["Answer"] for code in ("secops-1", "secops-2", "mlops-1")]
    assert answers == ["Don't know", "Not applicable", "3"]
    assert rows["secops-2"]["Reason"] == "It can't apply to us."
    assert "T" in rows["mlops-1"]["Answered at"]


# ---- Who may ----


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_reads_the_result_can_take_it_along(
    agency: Agency, other: Agency, reviewer: User, administrator: User, kind: str
) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    members = (agency.viewer, agency.contributor, agency.lead)
    for person in (*members, reviewer, administrator):
        response = client_of(person).get(address(submitted, kind))
        content_of(response)
        assert response["Content-Disposition"].startswith("attachment; filename=")
        assert response["Content-Disposition"].rstrip('"').endswith(f".{kind}")
        assert "no-store" in response["Cache-Control"]
    assert client_of(other.lead).get(address(submitted, kind)).status_code == 404
    assert client_of(reviewer).get(address(agency.draft, kind)).status_code == 404
    assert Client().get(address(submitted, kind)).status_code == 302


def test_what_the_coe_takes_leaves_an_audit_row_and_what_the_team_takes_none(
    agency: Agency, lead: Client, staff: Client, reviewer: User
) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    exported(lead, submitted, "csv")
    assert not AuditEvent.objects.filter(action="submissions exported").exists()
    exported(staff, submitted, "csv")
    event = AuditEvent.objects.get(action="submissions exported")
    assert (event.actor, event.assessment, event.detail) == (reviewer, submitted, {"format": "csv", "count": 1})


def test_the_result_page_offers_the_files(agency: Agency, lead: Client) -> None:
    page = lead.get(reverse("result", args=[agency.draft.pk])).content.decode()
    assert all(f'href="{address(agency.draft, kind)}"' in page for kind in KINDS)


def test_the_review_page_offers_the_files(agency: Agency, staff: Client) -> None:
    submitted = make_submitted(organization=agency.organization, by=agency.lead)
    page = staff.get(reverse("admin:assessments_assessment_change", args=[submitted.pk])).content.decode()
    assert all(address(submitted, kind) in page for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_one_export_takes_a_fixed_number_of_queries(
    agency: Agency, lead: Client, kind: str, django_assert_max_num_queries: Any
) -> None:
    accepted = make_accepted(organization=agency.organization, by=agency.lead, rationale="We do.", evidence=[LINK])
    assert ScorecardArea.objects.filter(scorecard__assessment=accepted).count() == 7
    with django_assert_max_num_queries(10):
        exported(lead, accepted, kind)
