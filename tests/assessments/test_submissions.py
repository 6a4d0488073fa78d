"""Every sealed submission of an assessment: what became of it, who reads it, and how an earlier one is marked."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from assessments import actions
from assessments.models import Assessment, User
from assessments.submissions import submissions_of
from tests.assessments import pdf_checks
from tests.assessments.test_home import words
from tests.factories import Agency, answer_all, client_of, make_returned, make_submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def resubmitted(agency: Agency) -> Assessment:
    """Submission 1, at Level 2 throughout, was returned; submission 2, at Level 4, waits."""
    assessment = make_returned(assessment=agency.draft, level=2)
    return make_submitted(assessment=assessment, level=4)


def results_of(assessment: Assessment, number: object = "") -> str:
    return f"/assessments/{assessment.pk}/results/" + (f"?submission={number}" if number else "")


def pdf_of(assessment: Assessment, number: object) -> str:
    return f"/assessments/{assessment.pk}/scorecard.pdf?submission={number}"


# ---- What became of them ----


def test_a_draft_has_none(agency: Agency, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        assert submissions_of(agency.draft) == ()


def test_each_says_how_it_ended_the_newest_first(resubmitted: Assessment, reviewer: User) -> None:
    second, first = submissions_of(resubmitted)
    assert (second.sequence, second.decision_label, second.stands) == (2, "Waits for review", True)
    assert (first.sequence, first.decision_label, first.stands) == (1, "Returned", False)
    assert first.replaced_at == second.sealed_at
    assert (second.decided_at, second.replaced_at) == (None, None)
    review = actions.accept(assessment=resubmitted, by=reviewer, comment="")
    accepted = submissions_of(resubmitted)[0]
    assert (accepted.decision_label, accepted.decided_at, accepted.stands) == ("Accepted", review.decided_at, True)


def test_what_a_reviewer_has_only_noted_is_no_decision(resubmitted: Assessment, reviewer: User) -> None:
    actions.claim(assessment=resubmitted, by=reviewer)
    entry = actions.ReviewEntry(comment="Not yet said")
    actions.save_review(assessment=resubmitted, entry=entry, by=reviewer)
    assert submissions_of(resubmitted)[0].decision == ""


def test_they_take_one_query(resubmitted: Assessment, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        submissions_of(resubmitted)


# ---- Reading them ----


@pytest.mark.parametrize("page", ["", "results/"])
def test_overview_and_result_list_them_with_result_and_pdf(agency: Agency, resubmitted: Assessment, page: str) -> None:
    text = client_of(agency.viewer).get(f"/assessments/{resubmitted.pk}/{page}").content.decode()
    for submission in submissions_of(resubmitted):
        assert f'href="{results_of(resubmitted, submission.sequence)}"' in text
        assert f'href="{pdf_of(resubmitted, submission.sequence)}"' in text
        assert f'href="/verify/{submission.code}/"' in text
    assert ", then replaced" in words_of(text)


def test_a_draft_lists_none(agency: Agency) -> None:
    assert "Submissions" not in words(client_of(agency.lead).get(f"/assessments/{agency.draft.pk}/"))


@pytest.mark.parametrize("who", ["viewer", "contributor", "lead", "reviewer"])
def test_an_earlier_one_shows_what_was_sealed_then_and_that_it_is_replaced(
    agency: Agency, reviewer: User, resubmitted: Assessment, who: str
) -> None:
    client = client_of(reviewer if who == "reviewer" else getattr(agency, who))
    first = words(client.get(results_of(resubmitted, 1)))
    assert "Result of submission 1" in first
    assert "All seven areas are at Level 2, Repeatable." in first
    assert "It was returned on" in first
    assert "A later submission has replaced it (sealed on" in first
    second = words(client.get(results_of(resubmitted, 2)))
    assert "All seven areas are at Level 4, Managed." in second
    assert "This is the newest submission of its team in its cycle; it waits for review." in second


def test_a_link_in_an_earlier_one_keeps_to_it(agency: Agency, resubmitted: Assessment) -> None:
    text = client_of(agency.lead).get(results_of(resubmitted, 1)).content.decode()
    assert f'class="usa-button" href="{pdf_of(resubmitted, 1)}"' in text
    assert f"/assessments/{resubmitted.pk}/peopleops/" not in text  # the answers there are those of today


def test_on_paper_an_earlier_one_is_marked_on_every_page(agency: Agency, resubmitted: Assessment) -> None:
    reply = client_of(agency.viewer).get(pdf_of(resubmitted, 1))
    assert "scorecard-1.pdf" in reply["Content-Disposition"]
    pages = len(pdf_checks.page_sizes(reply.content))
    text = pdf_checks.text_of(reply.content)
    assert text.count("Replaced by a later submission") == pages
    assert "This is submission 1 of its assessment. It was returned on" in text
    assert pdf_checks.ua_problems(reply.content) == []
    assert pdf_checks.headerless_cells(reply.content) == 0
    newest = pdf_checks.text_of(client_of(agency.viewer).get(pdf_of(resubmitted, 2)).content)
    assert "Replaced" not in newest


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "1.0", "01", "9" * 40, "%D9%A1", "%00", " 1"])
def test_a_number_that_there_is_not_is_not_found(agency: Agency, resubmitted: Assessment, number: str) -> None:
    client = client_of(agency.lead)
    assert client.get(results_of(resubmitted, number)).status_code == 404
    assert client.get(pdf_of(resubmitted, number)).status_code == 404


def test_an_empty_number_and_a_draft_s_are_not_found(agency: Agency, resubmitted: Assessment, other: Agency) -> None:
    assert client_of(agency.lead).get(f"/assessments/{resubmitted.pk}/results/?submission=").status_code == 404
    assert client_of(other.lead).get(results_of(other.draft, 1)).status_code == 404


def test_outsiders_find_none(resubmitted: Assessment, other: Agency) -> None:
    for person in (other.lead, other.viewer):
        assert client_of(person).get(results_of(resubmitted, 1)).status_code == 404
        assert client_of(person).get(pdf_of(resubmitted, 1)).status_code == 404
    assert Client().get(results_of(resubmitted, 1)).status_code == 302


def test_what_was_changed_since_it_was_returned_is_not_in_it(agency: Agency, reviewer: User) -> None:
    returned = answer_all(make_returned(assessment=agency.draft, level=2), level=5)
    for person in (agency.lead, reviewer):
        text = words(client_of(person).get(results_of(returned, 1)))
        assert "All seven areas are at Level 2, Repeatable." in text
        assert "It was returned on" in text
        assert "No later submission has replaced it so far." in text
    assert "Level 5" in words(client_of(agency.lead).get(results_of(returned)))


def test_the_page_of_an_earlier_one_takes_at_most_nine_queries(
    agency: Agency, resubmitted: Assessment, django_assert_max_num_queries: Any
) -> None:
    client = client_of(agency.viewer)
    client.get(results_of(resubmitted, 1))
    with django_assert_max_num_queries(9):
        client.get(results_of(resubmitted, 1))


# ---- In the admin ----


def test_the_scorecards_page_gives_the_facts_and_where_to_read_them(resubmitted: Assessment, reviewer: User) -> None:
    first = resubmitted.scorecards.get(sequence=1)
    reply = client_of(reviewer).get(f"/admin/assessments/scorecard/{first.pk}/change/")
    text = reply.content.decode()
    for address in (results_of(resubmitted, 1), pdf_of(resubmitted, 1), f"/verify/{first.code}/"):
        assert f'href="{address}"' in text
    assert "1 of 2" in words(reply)
    assert "A later submission has replaced it" in words(reply)
    _, _, folded = text.partition('<details class="sealed-document">')
    assert "&quot;organization&quot;: &quot;Department of Rivers&quot;,\n" in folded


def words_of(text: str) -> str:
    return " ".join(text.split())
