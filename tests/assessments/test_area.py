"""An area's page of questions, and saving it whole, which is the way without JavaScript."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.actions import AnswerEntry
from assessments.datatypes import EvidenceLink
from assessments.models import Answer, Assessment, AuditEvent, State, User
from tests.factories import (
    Agency,
    answer_all,
    answer_fields,
    client_of,
    make_accepted,
    make_assessment,
    make_returned,
    make_submitted,
)
from tests.uswds.markup import Element, parse

AREA = "secops"
LINK = ("Incident log", "https://example.gov/incidents")


def address(assessment: Assessment, area: str = AREA) -> str:
    return reverse("area", args=[assessment.pk, area])


def shown(response: Any) -> Element:
    return parse(response.content.decode())


def as_rendered(page: Element) -> dict[str, list[str]]:
    """What a browser without JavaScript would send back if nobody touched anything."""
    (form,) = [form for form in page.all("form") if "data-answers" in form.attrs]
    fields: dict[str, list[str]] = {}
    for element in form.walk():
        name = element.get("name")
        if not name or element.tag == "button" or (element.get("type") == "radio" and "checked" not in element.attrs):
            continue
        value = element.raw.removeprefix("\n") if element.tag == "textarea" else element.get("value") or ""
        fields.setdefault(name, []).append(value)
    return fields


def form_of(client: Client, assessment: Assessment, area: str = AREA) -> dict[str, list[str]]:
    return as_rendered(shown(client.get(address(assessment, area))))


def stored(assessment: Assessment, code: str) -> Answer:
    return assessment.answers.select_related("answered_by").get(question__code=code)


def save(assessment: Assessment, code: str, by: User, *, version: int = 0, **entry: Any) -> None:
    actions.save_answer(assessment=assessment, code=code, entry=AnswerEntry(**entry), seen_version=version, by=by)


def errors(page: Element) -> list[tuple[str, str]]:
    """The error summary: text and where it leads."""
    boxes = [element for element in page.all("div") if "data-error-summary" in element.attrs]
    return [(link.text, link["href"] or "") for box in boxes for link in box.all("a")]


@pytest.fixture
def draft(agency: Agency) -> Assessment:
    return agency.draft


@pytest.fixture
def client(agency: Agency) -> Client:
    return client_of(agency.contributor)


# ---- The page ----


def test_each_question_stands_with_its_levels_and_nothing_chosen(client: Client, draft: Assessment) -> None:
    area = draft.rubric.to_datatypes().area_by_code[AREA]
    page = shown(client.get(address(draft)))
    assert page.one("h1").text == area.name
    cards = page.all("div", css="question-card")
    assert [card["data-question"] for card in cards] == [question.code for question in area.questions]
    for card, question in zip(cards, area.questions, strict=True):
        assert card.all("legend")[0].text == question.text
        radios = card.all("input", type="radio")
        assert [radio["value"] for radio in radios] == ["1", "2", "3", "4", "5", "unknown", "not_applicable"]
        assert not [radio for radio in radios if "checked" in radio.attrs]
        for anchor in question.anchors:
            assert anchor.text in card.text


def test_the_page_shows_what_is_stored_and_who_stored_it(agency: Agency, client: Client) -> None:
    save(agency.draft, "secops-2", agency.lead, choice="4", rationale="One & <two>\nlines", evidence=())
    page = shown(client.get(address(agency.draft)))
    card = page.by_id("secops-2")
    assert [radio["value"] for radio in card.all("input", type="radio") if "checked" in radio.attrs] == ["4"]
    assert card.by_id("secops-2-rationale").raw.removeprefix("\n") == "One & <two>\nlines"
    assert f"by {agency.lead.name}" in card.text
    assert card["data-version"] == "1"


@pytest.mark.parametrize("role", ["lead", "contributor", "viewer"])
def test_members_read_and_only_writers_get_fields(agency: Agency, role: str) -> None:
    response = client_of(getattr(agency, role)).get(address(agency.draft))
    assert response.status_code == 200
    fields = shown(response).all("input", type="radio")
    assert bool(fields) == (role != "viewer")


def test_the_page_leads_to_the_areas_before_and_after(client: Client, draft: Assessment) -> None:
    buttons = [button.text for button in shown(client.get(address(draft))).all("button", name="then")]
    assert buttons == ["Save", "Save and go to DevOps", "Save and stay here", "Save and go back to CloudOps"]
    last = [button.text for button in shown(client.get(address(draft, "aiops"))).all("button", name="then")]
    assert "Save and see what is left" in last


@pytest.mark.parametrize("answered", [False, True])
def test_the_page_takes_few_queries_however_much_is_answered(
    agency: Agency,
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    answered: bool,
) -> None:
    if answered:
        answer_all(agency.draft, rationale="Because.", evidence=[LINK] * 10, by=agency.lead)
    with django_assert_num_queries(5):
        client.get(address(agency.draft))


def test_what_the_coe_asks_stands_above_the_questions_until_it_is_answered(agency: Agency) -> None:
    assessment = make_returned(organization=agency.organization, by=agency.lead, comment="Link the <log>.")
    client = client_of(agency.lead)
    assert "Link the <log>." in shown(client.get(address(assessment))).one("main").text
    actions.submit(assessment=assessment, by=agency.lead)
    assert "Link the <log>." not in shown(client.get(address(assessment))).one("main").text


def test_coe_staff_see_the_sealed_answers_while_the_team_works_on(agency: Agency, reviewer: User) -> None:
    returned = make_returned(organization=agency.organization, rationale="Sealed text")
    save(returned, "secops-2", agency.lead, version=1, choice="5", rationale="Text in the making")
    page = client_of(reviewer).get(address(returned)).content.decode()
    assert "Sealed text" in page
    assert "Text in the making" not in page


def test_coe_staff_find_no_draft(draft: Assessment, reviewer: User) -> None:
    assert client_of(reviewer).get(address(draft)).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_outsider_finds_nothing(other: Agency, draft: Assessment, method: str) -> None:
    assert getattr(client_of(other.lead), method)(address(draft)).status_code == 404


def test_signed_out_one_is_sent_to_sign_in(draft: Assessment) -> None:
    response = Client().get(address(draft))
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={address(draft)}")


def test_a_viewer_cannot_save(agency: Agency) -> None:
    response = client_of(agency.viewer).post(address(agency.draft), answer_fields("secops-1"))
    assert response.status_code == 403
    assert stored(agency.draft, "secops-1").version == 0


def test_an_area_that_is_none_answers_404(client: Client, draft: Assessment) -> None:
    assert client.get(address(draft, "secops-1")).status_code == 404
    assert client.post(address(draft, "nothing"), answer_fields("secops-1")).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(client: Client, draft: Assessment, method: str) -> None:
    assert getattr(client, method)(address(draft)).status_code == 405


# ---- Saving the whole page ----


@pytest.mark.parametrize(
    ("then", "leads_to"),
    [("stay", "secops"), ("next", "devops"), ("previous", "cloudops"), ("overview", None), ("elsewhere", "secops")],
)
def test_what_was_typed_is_stored_and_the_way_goes_on(
    agency: Agency, client: Client, then: str, leads_to: str | None
) -> None:
    fields = form_of(client, agency.draft) | {
        "secops-1-choice": ["2"],
        "secops-3-rationale": ["Two\r\nlines"],
        "secops-3-evidence-title": ["", "Log"],
        "secops-3-evidence-url": ["", LINK[1]],
        "then": [then],
    }
    response = client.post(address(agency.draft), fields)
    there = address(agency.draft, leads_to) if leads_to else reverse("assessment", args=[agency.draft.pk])
    assert (response.status_code, response["Location"]) == (302, there)
    assert stored(agency.draft, "secops-1").choice == "2"
    third = stored(agency.draft, "secops-3")
    assert (third.choice, third.rationale) == ("", "Two\nlines")
    assert list(third.evidence.values_list("title", "url")) == [("Log", LINK[1])]


@pytest.mark.parametrize(("area", "then"), [("aiops", "next"), ("peopleops", "previous")])
def test_beyond_the_last_area_is_the_overview(client: Client, draft: Assessment, area: str, then: str) -> None:
    response = client.post(address(draft, area), form_of(client, draft, area) | {"then": [then]})
    assert response["Location"] == reverse("assessment", args=[draft.pk])


def test_only_what_differs_from_what_was_rendered_is_written(agency: Agency, client: Client) -> None:
    answer_all(agency.draft, level=3, rationale="One\nTwo", evidence=[LINK], by=agency.lead)
    fields = form_of(client, agency.draft)
    client.post(address(agency.draft), fields | {"secops-2-choice": ["4"]})
    assert [event.subject for event in AuditEvent.objects.filter(action="answer saved")] == ["secops-2"]
    untouched = stored(agency.draft, "secops-1")
    assert (untouched.version, untouched.answered_by) == (1, agency.lead)
    changed = stored(agency.draft, "secops-2")
    assert (changed.version, changed.choice, changed.rationale, changed.answered_by) == (
        2,
        "4",
        "One\nTwo",
        agency.contributor,
    )
    assert list(changed.evidence.values_list("title", "url")) == [LINK]


def test_a_page_sent_back_as_it_came_changes_nothing(agency: Agency, client: Client) -> None:
    answer_all(
        agency.draft,
        choices={"secops-1": "not_applicable", "secops-2": "unknown"},
        rationale="“One”\n\n  Two & <b>three</b>",
        evidence=[LINK, ("Böses", "https://example.gov/?a=1&b=2#c")],
        by=agency.lead,
    )
    fields = form_of(client, agency.draft)
    typed_by_browsers = {name: [value.replace("\n", "\r\n") for value in values] for name, values in fields.items()}
    assert client.post(address(agency.draft), typed_by_browsers).status_code == 302
    assert not AuditEvent.objects.filter(action="answer saved").exists()


def test_someone_elses_change_of_a_question_i_left_alone_stays(agency: Agency, client: Client) -> None:
    fields = form_of(client, agency.draft)
    save(agency.draft, "secops-1", agency.lead, choice="5", rationale="Lead's text")
    response = client.post(address(agency.draft), fields | {"secops-2-choice": ["4"]})
    assert response.status_code == 302
    assert stored(agency.draft, "secops-1").rationale == "Lead's text"
    assert stored(agency.draft, "secops-2").choice == "4"


def test_questions_of_other_areas_are_not_saved_from_here(client: Client, draft: Assessment) -> None:
    client.post(address(draft), form_of(client, draft) | answer_fields("mlops-1"))
    assert stored(draft, "mlops-1").version == 0


def test_a_link_that_is_removed_is_gone(agency: Agency, client: Client) -> None:
    save(agency.draft, "secops-1", agency.lead, choice="3", evidence=(EvidenceLink(*LINK),))
    fields = form_of(client, agency.draft) | {"secops-1-evidence-title": [""], "secops-1-evidence-url": [""]}
    client.post(address(agency.draft), fields)
    assert not stored(agency.draft, "secops-1").evidence.exists()


def test_another_site_cannot_post_the_page(agency: Agency) -> None:
    client = client_of(agency.lead, enforce_csrf_checks=True)
    assert client.post(address(agency.draft), answer_fields("secops-1")).status_code == 403


# ---- What was refused stays on the screen ----


def test_errors_keep_what_was_typed_and_store_the_rest(agency: Agency, client: Client) -> None:
    fields = form_of(client, agency.draft) | {
        "secops-1-choice": ["not_applicable"],
        "secops-1-rationale": ["My long\nthought"],
        "secops-1-evidence-title": ["Script"],
        "secops-1-evidence-url": ["javascript:alert(1)"],
        "secops-2-choice": ["4"],
        "then": ["next"],
    }
    response = client.post(address(agency.draft), fields)
    assert response.status_code == 422
    page = shown(response)
    assert page.one("title").text.startswith("Error: ")
    assert errors(page) == [
        ("Question 1: Say why this question doesn't apply to you.", "#secops-1-reason"),
        (
            "Question 1: “javascript:alert(1)” is no web address: it starts with https:// or http:// and names a site"
            " in full, such as https://example.gov/plan.",
            "#secops-1-evidence-title-1",
        ),
    ]
    again = as_rendered(page)
    assert again["secops-1-choice"] == ["not_applicable"]
    assert again["secops-1-rationale"] == ["My long\nthought"]
    assert again["secops-1-evidence-url"][0] == "javascript:alert(1)"
    assert again["secops-1-version"] == ["0"]
    assert (stored(agency.draft, "secops-1").version, stored(agency.draft, "secops-2").choice) == (0, "4")
    assert again["secops-2-version"] == ["1"]


def test_every_error_link_leads_to_a_field_of_the_page(client: Client, draft: Assessment) -> None:
    fields = form_of(client, draft) | {
        "secops-1-choice": ["9"],
        "secops-1-rationale": ["x" * 4001],
        "secops-2-choice": ["not_applicable"],
        "secops-3-evidence-title": ["Title"],
        "secops-3-evidence-url": [""],
    }
    page = shown(client.post(address(draft), fields))
    assert len(errors(page)) == 4
    for _, href in errors(page):
        assert page.by_id(href.removeprefix("#")).tag in {"input", "textarea"}


def test_what_was_refused_is_stored_once_it_is_mended(client: Client, draft: Assessment) -> None:
    first = client.post(address(draft), form_of(client, draft) | {"secops-1-choice": ["not_applicable"]})
    mended = as_rendered(shown(first)) | {"secops-1-reason": ["We run no hosts."]}
    assert client.post(address(draft), mended).status_code == 302
    assert stored(draft, "secops-1").reason == "We run no hosts."


def test_a_page_with_a_version_that_is_none_is_refused_and_kept(client: Client, draft: Assessment) -> None:
    fields = form_of(client, draft) | {"secops-1-version": ["x"], "secops-1-rationale": ["Mine"]}
    response = client.post(address(draft), fields)
    assert response.status_code == 422
    assert as_rendered(shown(response))["secops-1-rationale"] == ["Mine"]


# ---- Two people on one answer ----


@pytest.fixture
def met(agency: Agency, client: Client) -> Any:
    """The page a contributor gets after the lead has changed the same answer."""
    fields = form_of(client, agency.draft)
    save(
        agency.draft,
        "secops-1",
        agency.lead,
        choice="2",
        rationale="Lead's text",
        evidence=(EvidenceLink(*LINK),),
    )
    mine = {"secops-1-choice": ["5"], "secops-1-rationale": ["My text"], "secops-2-choice": ["1"]}
    return client.post(address(agency.draft), fields | mine)


def test_a_conflict_shows_both_texts_and_stores_neither_over_the_other(agency: Agency, met: Any) -> None:
    assert met.status_code == 409
    page = shown(met)
    (conflict,) = [element for element in page.by_id("secops-1").walk() if "data-conflict" in element.attrs]
    theirs, yours = conflict.all("div", css="conflict__side")
    assert "Level 2, Repeatable" in theirs.text
    assert "Lead's text" in theirs.text
    assert LINK[0] in theirs.text
    assert agency.lead.name in theirs.text
    assert "Level 5, Optimized" in yours.text
    assert "My text" in yours.text
    assert stored(agency.draft, "secops-1").rationale == "Lead's text"
    assert stored(agency.draft, "secops-2").choice == "1"
    assert errors(page) == [
        (f"Question 1: {agency.lead.name} changed this answer while you were writing.", "#secops-1")
    ]
    assert as_rendered(page)["secops-1-rationale"] == ["My text"]


def test_keeping_yours_writes_over_what_was_shown(agency: Agency, client: Client, met: Any) -> None:
    fields = as_rendered(shown(met)) | {"secops-1-keep": ["yours"]}
    assert client.post(address(agency.draft), fields).status_code == 302
    answer = stored(agency.draft, "secops-1")
    assert (answer.choice, answer.rationale, answer.version) == ("5", "My text", 2)


def test_keeping_theirs_leaves_it(agency: Agency, client: Client, met: Any) -> None:
    fields = as_rendered(shown(met)) | {"secops-1-keep": ["theirs"]}
    assert client.post(address(agency.draft), fields).status_code == 302
    answer = stored(agency.draft, "secops-1")
    assert (answer.choice, answer.rationale, answer.version) == ("2", "Lead's text", 1)
    assert as_rendered(shown(client.get(address(agency.draft))))["secops-1-rationale"] == ["Lead's text"]


def test_keeping_yours_still_meets_a_third_text(agency: Agency, client: Client, met: Any) -> None:
    save(agency.draft, "secops-1", agency.lead, version=1, choice="2", rationale="Third text")
    fields = as_rendered(shown(met)) | {"secops-1-keep": ["yours"]}
    response = client.post(address(agency.draft), fields)
    assert response.status_code == 409
    assert "Third text" in shown(response).text
    assert stored(agency.draft, "secops-1").rationale == "Third text"


def test_an_error_seen_first_does_not_hide_someone_elses_change(agency: Agency, client: Client) -> None:
    fields = form_of(client, agency.draft) | {"secops-1-choice": ["not_applicable"]}
    save(agency.draft, "secops-1", agency.lead, choice="2", rationale="Lead's text")
    refused = client.post(address(agency.draft), fields)
    assert refused.status_code == 422
    response = client.post(address(agency.draft), as_rendered(shown(refused)) | {"secops-1-reason": ["Because"]})
    assert response.status_code == 409
    assert stored(agency.draft, "secops-1").rationale == "Lead's text"


def test_ones_own_other_window_is_called_that(agency: Agency, client: Client) -> None:
    fields = form_of(client, agency.draft)
    save(agency.draft, "secops-1", agency.contributor, choice="2", rationale="My first text")
    response = client.post(address(agency.draft), fields | {"secops-1-choice": ["5"]})
    assert response.status_code == 409
    page = shown(response)
    sentence = "You changed this answer in another window while you were writing."
    assert errors(page) == [(f"Question 1: {sentence}", "#secops-1")]
    assert page.by_id("secops-1-conflict-title").text == sentence
    assert f"{agency.contributor.name} changed" not in page.text


# ---- Taking an answer back ----


def test_an_answer_is_taken_back_and_what_was_written_stays(agency: Agency, client: Client) -> None:
    save(agency.draft, "secops-1", agency.lead, choice="2", rationale="Words", evidence=(EvidenceLink(*LINK),))
    page = shown(client.get(address(agency.draft)))
    button = page.by_id("secops-1").one("button", name="secops-1-clear")
    assert (button.text, button["type"], button.get("hidden")) == ("Clear this answer to question 1", "submit", None)
    fields = as_rendered(page) | {"secops-1-clear": ["yes"]}
    assert client.post(address(agency.draft), fields).status_code == 302
    answer = stored(agency.draft, "secops-1")
    assert (answer.choice, answer.rationale, answer.version) == ("", "Words", 2)
    assert answer.evidence.get().url == LINK[1]
    event = AuditEvent.objects.filter(action="answer saved").latest("pk")
    assert (event.subject, event.detail["changes"]) == ("secops-1", {"choice": ["2", ""]})


def test_a_question_without_an_answer_offers_no_clearing(agency: Agency, client: Client) -> None:
    card = shown(client.get(address(agency.draft))).by_id("secops-1")
    assert "hidden" in card.one("button", name="secops-1-clear").attrs


# ---- Locked ----


@pytest.mark.parametrize(
    ("make", "who", "sentence"),
    [
        (make_submitted, "viewer", "This assessment has been submitted, so its answers can't change."),
        (
            make_accepted,
            "viewer",
            "The Center of Excellence has accepted this assessment, so its answers can't change any more.",
        ),
        (
            make_accepted,
            "lead",
            "The Center of Excellence has accepted this assessment, so its answers can't change any more.",
        ),
        (make_assessment, "viewer", "You can read the answers. Leads and contributors change them."),
        (make_returned, "viewer", "You can read the answers. Leads and contributors change them."),
    ],
)
def test_who_can_only_read_is_told_why(agency: Agency, make: Any, who: str, sentence: str) -> None:
    assessment = make(organization=agency.organization)
    text = shown(client_of(getattr(agency, who)).get(address(assessment))).text
    told = [words for words in ("You can read the answers.", "so its answers can't change") if words in text]
    assert sentence in text
    assert len(told) == 1
    assert "Choose the highest one" not in text
    assert "What is left" not in text


def test_who_answers_is_told_how(agency: Agency, client: Client) -> None:
    text = shown(client.get(address(agency.draft))).text
    assert "Choose the highest one that is true today." in text
    assert "What is left" in text
    answer_all(agency.draft)
    assert "What is left" not in shown(client.get(address(agency.draft))).text


def test_a_submitted_assessment_shows_its_answers_without_fields(agency: Agency, client: Client) -> None:
    submitted = make_submitted(organization=agency.organization, rationale="Because.", evidence=[LINK])
    page = shown(client.get(address(submitted)))
    assert not page.all("input", type="radio")
    assert not page.all("textarea")
    assert "This assessment has been submitted, so its answers can't change." in page.text
    assert "Because." in page.text
    assert LINK[1] in [link["href"] for link in page.by_id("secops-1").all("a")]


def test_what_was_typed_when_it_was_submitted_stays_on_the_screen(agency: Agency, client: Client) -> None:
    answer_all(agency.draft)
    fields = form_of(client, agency.draft) | {"secops-1-rationale": ["Too late"]}
    actions.submit(assessment=Assessment.objects.get(pk=agency.draft.pk), by=agency.lead)
    response = client.post(address(agency.draft), fields)
    assert response.status_code == 422
    page = html.unescape(response.content.decode())
    assert "This assessment has been submitted, so its answers can't change." in page
    assert "Too late" in page
    assert stored(agency.draft, "secops-1").rationale == ""


def test_other_fields_change_nothing(agency: Agency, other: Agency, client: Client) -> None:
    more = {
        "state": ["accepted"],
        "status": ["accepted"],
        "organization": [str(other.organization.pk)],
        "pk": [str(other.draft.pk)],
        "score": ["5"],
        "secops-1-answered_by": [str(agency.lead.pk)],
        "secops-1-choice": ["3"],
    }
    client.post(address(agency.draft), form_of(client, agency.draft) | more)
    after = Assessment.objects.get(pk=agency.draft.pk)
    assert (after.state, after.organization) == (State.DRAFT, agency.organization)
    assert stored(agency.draft, "secops-1").answered_by == agency.contributor
    assert not other.draft.answers.exclude(version=0).exists()


def test_typed_text_is_never_markup(agency: Agency, client: Client) -> None:
    payload = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    save(agency.draft, "secops-1", agency.lead, choice="3", rationale=payload)
    client.post(address(agency.draft), form_of(client, agency.draft) | {"secops-2-choice": [payload]})
    text = client.get(address(agency.draft)).content.decode()
    assert not re.search(r"<(script|img)[^>]*alert|<script>alert", text)
    assert shown(client.get(address(agency.draft))).by_id("secops-1-rationale").raw.removeprefix("\n") == payload
