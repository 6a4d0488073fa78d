"""Work that the CoE has returned: what was asked, the way to it, and submitting again."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.actions import AnswerEntry, AreaEntry, CommentEntry, ReviewEntry
from assessments.models import Assessment, Scorecard, State, User
from tests.factories import Agency, client_of, make_returned, make_reviewer, make_submitted
from tests.uswds.markup import Element, parse

COMMENTS = {
    "dataops-3": CommentEntry("Which catalog?", wants_evidence=True),
    "cloudops-2": CommentEntry("Say who pays."),
    "mlops-1": CommentEntry(wants_evidence=True),
}


@pytest.fixture
def returned(agency: Agency) -> Assessment:
    """Asked about three answers, without a word on the whole."""
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    actions.return_(assessment=assessment, by=make_reviewer(), entry=ReviewEntry(comments=COMMENTS))
    return assessment


def get(person: User, name: str, assessment: Assessment, *more: str) -> Element:
    response = client_of(person).get(reverse(name, args=[assessment.pk, *more]))
    assert response.status_code == 200
    return parse(response.content.decode())


def area(assessment: Assessment, code: str) -> str:
    return reverse("area", args=[assessment.pk, code])


def buttons(shown: Element) -> list[tuple[str, str]]:
    return [(link.text, link["href"] or "") for link in shown.one("main").all("a", css="usa-button")]


def submit(person: User, assessment: Assessment, **fields: str) -> Any:
    return client_of(person).post(reverse("submit", args=[assessment.pk]), fields)


def save(assessment: Assessment, by: User, code: str = "dataops-3", choice: str = "2") -> None:
    answer = assessment.answers.get(question__code=code)
    actions.save_answer(assessment=assessment, code=code, entry=AnswerEntry(choice), seen_version=answer.version, by=by)


# ---- The overview ----


@pytest.mark.parametrize("who", ["lead", "contributor"])
def test_the_primary_button_leads_to_the_first_answer_that_is_asked_about(
    agency: Agency, returned: Assessment, who: str
) -> None:
    shown = get(getattr(agency, who), "assessment", returned)
    assert buttons(shown)[0] == ("Revise the answers", f"{area(returned, 'cloudops')}#cloudops-2")


def test_where_no_answer_is_asked_about_it_leads_to_the_first_area(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization)
    shown = get(agency.lead, "assessment", returned)
    assert buttons(shown)[0] == ("Revise the answers", area(returned, "peopleops"))


@pytest.mark.parametrize("who", ["lead", "contributor", "viewer"])
def test_no_two_buttons_lead_to_one_address(agency: Agency, returned: Assessment, who: str) -> None:
    addresses = [href for _, href in buttons(get(getattr(agency, who), "assessment", returned))]
    assert len(addresses) == len(set(addresses))


def test_a_contributor_is_not_told_that_all_is_done(agency: Agency, returned: Assessment) -> None:
    text = get(agency.contributor, "assessment", returned).text
    assert "Every question has an answer." not in text
    assert "Once the answers say what was asked for, a lead of your organization can submit again." in text


def test_each_answer_that_is_asked_about_is_a_link_in_rubric_order(agency: Agency, returned: Assessment) -> None:
    asked = get(agency.contributor, "assessment", returned).one("details", css="asked")
    assert [(link.text, link["href"]) for link in asked.all("a")] == [
        ("CloudOps 2", f"{area(returned, 'cloudops')}#cloudops-2"),
        ("DataOps 3", f"{area(returned, 'dataops')}#dataops-3"),
        ("MLOps 1", f"{area(returned, 'mlops')}#mlops-1"),
    ]
    lines = [line.text for line in asked.all("li")]
    assert lines == [
        "CloudOps 2: Say who pays.",
        "DataOps 3: Which catalog? Evidence asked for",
        "MLOps 1 Evidence asked for",
    ]


def test_what_was_said_last_stands_there_once(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization, comment="Name the log.")
    assert get(agency.lead, "assessment", returned).text.count("Name the log.") == 1
    actions.submit(assessment=returned, by=agency.lead)
    actions.return_(assessment=returned, by=make_reviewer(), comment="Name it, still.")
    text = get(agency.lead, "assessment", returned).text
    assert text.count("Name the log.") == text.count("Name it, still.") == 1


def test_what_a_reviewer_is_noting_is_nobody_elses_to_see(agency: Agency, returned: Assessment, reviewer: User) -> None:
    actions.submit(assessment=returned, by=agency.lead)
    entry = ReviewEntry("Half a thought", comments={"secops-1": CommentEntry("A whole one")})
    actions.save_review(assessment=returned, by=reviewer, entry=entry)
    for name, more in (("assessment", ()), ("area", ("secops",)), ("result", ())):
        text = get(agency.lead, name, returned, *more).text
        assert "Half a thought" not in text
        assert "A whole one" not in text


@pytest.mark.parametrize("name", ["assessment", "area", "submit"])
def test_asks_cost_the_same_queries_however_many_there_are(
    agency: Agency, django_assert_max_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    assessment = make_submitted(organization=agency.organization, by=agency.lead)
    codes = assessment.answers.values_list("question__code", flat=True)
    comments = {code: CommentEntry("Say more.", wants_evidence=True) for code in codes}
    areas = {row.area: AreaEntry(2, "Less.") for row in assessment.scorecards.get().areas.all()}
    entry = ReviewEntry("All", areas=areas, comments=comments)
    actions.return_(assessment=assessment, by=make_reviewer(), entry=entry)
    client = client_of(agency.lead)
    address = reverse(name, args=[assessment.pk, *(["secops"] if name == "area" else [])])
    with django_assert_max_num_queries(10 if name == "submit" else 8):
        assert client.get(address).status_code == 200


# ---- The levels that were found ----


@pytest.fixture
def found_lower(agency: Agency) -> Assessment:
    """Returned with DataOps found one level below the claimed one."""
    assessment = make_submitted(organization=agency.organization, by=agency.lead, level=4)
    found = {"dataops": AreaEntry(3, "The catalog is of one program."), "mlops": AreaEntry(4)}
    actions.return_(assessment=assessment, by=make_reviewer(), entry=ReviewEntry("Again.", areas=found))
    return assessment


@pytest.mark.parametrize("name", ["assessment", "submit"])
def test_the_levels_that_were_found_stand_with_what_is_asked(
    agency: Agency, found_lower: Assessment, name: str
) -> None:
    asked = get(agency.lead, name, found_lower).one("details", css="asked")
    assert [line.text for line in asked.all("li")] == [
        "DataOps: Level 3, Defined; claimed Level 4, Managed. The catalog is of one program.",
        "MLOps: Level 4, Managed, as claimed.",
    ]
    assert asked.all("a")[0]["href"] == area(found_lower, "dataops")


def test_an_areas_page_has_its_own_at_its_head(agency: Agency, found_lower: Assessment) -> None:
    (head,) = get(agency.contributor, "area", found_lower, "dataops").all("div", css="ask")
    assert head.text == (
        "The Center of Excellence found Level 3, Defined; claimed Level 4, Managed. The catalog is of one program."
    )
    assert not get(agency.contributor, "area", found_lower, "secops").all("div", css="ask")


def test_while_a_second_look_is_open_the_coe_reads_nothing_of_the_first(
    agency: Agency, reviewer: User, settings: Any
) -> None:
    settings.SECOND_LOOK_PERCENT = 0
    assessment = make_returned(organization=agency.organization, by=agency.lead, comment="Of the one before.")
    settings.SECOND_LOOK_PERCENT = 100
    actions.submit(assessment=assessment, by=agency.lead)
    entry = ReviewEntry(
        "Of the whole.",
        areas={"dataops": AreaEntry(2, "Of the area.")},
        comments={"dataops-3": CommentEntry("Of the answer.")},
    )
    actions.return_(assessment=assessment, by=reviewer, entry=entry)
    said = ("Of the whole.", "Of the area.", "Of the answer.")
    for name, more in (("assessment", ()), ("area", ("dataops",))):
        hidden = get(make_reviewer(), name, assessment, *more)
        assert not [text for text in said if text in hidden.text]
        assert not hidden.all("details", css="asked")
        for person in (reviewer, agency.lead):
            assert all(text in get(person, name, assessment, *more).text for text in said)
    assert "Of the one before." in get(make_reviewer(), "assessment", assessment).text


# ---- At the questions ----


def test_what_is_asked_stands_at_the_questions_card(agency: Agency, returned: Assessment) -> None:
    shown = get(agency.contributor, "area", returned, "dataops")
    asks = shown.all("div", css="ask")
    assert [ask.text for ask in asks] == [
        "The Center of Excellence asks Evidence asked for Which catalog?",
    ]
    assert asks[0].parent is not None
    assert asks[0].parent["id"] == "dataops-3"


def test_evidence_that_is_asked_for_without_a_word_is_put_into_words(agency: Agency, returned: Assessment) -> None:
    card = get(agency.viewer, "area", returned, "mlops").by_id("mlops-1")
    assert "Add a link that shows what the answer says." in card.text


def test_once_submitted_again_nothing_is_asked_any_more(agency: Agency, returned: Assessment) -> None:
    actions.submit(assessment=returned, by=agency.lead)
    assert not get(agency.lead, "area", returned, "dataops").all("div", css="ask")
    assert not get(agency.lead, "assessment", returned).all("details", css="asked")


# ---- Submitting again ----


def test_the_page_says_what_was_asked_and_what_changed(agency: Agency, returned: Assessment) -> None:
    save(returned, agency.contributor)
    shown = get(agency.lead, "submit", returned)
    assert "Which catalog?" in shown.text
    (line,) = [item for item in shown.one("main").all("li") if "→" in item.text]
    assert line.text == "DataOps 3: answer (Level 3, Defined → Level 2, Repeatable)"
    assert line.one("a")["href"] == f"{area(returned, 'dataops')}#dataops-3"
    assert not shown.all("input", type="checkbox")


def test_a_change_of_words_alone_is_named_too(agency: Agency, returned: Assessment) -> None:
    returned.answers.filter(question__code="dataops-3").update(rationale="The agency's catalog.")
    assert "DataOps 3: rationale" in get(agency.lead, "submit", returned).text


def test_the_same_answers_are_sealed_only_when_that_is_meant(agency: Agency, returned: Assessment) -> None:
    shown = get(agency.lead, "submit", returned)
    assert "Every answer is as it was when the Center of Excellence returned it." in shown.text
    assert shown.one("input", name="unchanged").get("checked") is None
    refused = submit(agency.lead, returned)
    assert refused.status_code == 422
    page = parse(refused.content.decode())
    assert page.one("title").text.startswith("Error: ")
    box = page.one("input", name="unchanged")
    assert (box["aria-invalid"], page.by_id(box["aria-describedby"] or "").text) == (
        "true",
        "Error: Tick the box if you mean to submit the same answers again.",
    )
    assert Scorecard.objects.filter(assessment=returned).count() == 1
    assert submit(agency.lead, returned, unchanged="yes").status_code == 302
    assert Assessment.objects.get(pk=returned.pk).state == State.SUBMITTED


def test_changed_answers_are_sealed_without_a_tick(agency: Agency, returned: Assessment) -> None:
    save(returned, agency.contributor)
    assert submit(agency.lead, returned).status_code == 302
    assert Scorecard.objects.filter(assessment=returned).count() == 2


def test_what_is_asked_about_and_not_changed_is_named_and_bars_nobody(agency: Agency, returned: Assessment) -> None:
    save(returned, agency.contributor)
    shown = get(agency.lead, "submit", returned)
    (line,) = [text for text in shown.all("p") if text.text.startswith("These answers are as they were")]
    assert line.parent is not None
    left = line.parent.all("ul", css="usa-list")[1].all("a")
    assert [(link.text, link["href"]) for link in left] == [
        ("CloudOps 2", f"{area(returned, 'cloudops')}#cloudops-2"),
        ("MLOps 1", f"{area(returned, 'mlops')}#mlops-1"),
    ]
    for code in ("cloudops-2", "mlops-1"):
        save(returned, agency.contributor, code)
    assert "These answers are as they were" not in get(agency.lead, "submit", returned).text


def test_what_was_changed_and_changed_back_is_the_same(agency: Agency, returned: Assessment) -> None:
    save(returned, agency.contributor)
    save(returned, agency.contributor, choice="3")
    assert submit(agency.lead, returned).status_code == 422


def test_a_draft_is_compared_with_nothing(agency: Agency) -> None:
    shown = get(agency.lead, "submit", agency.draft)
    assert "What changed since" not in shown.text
