"""Checking a seal: for everyone, and without a level or an answer of what the scorecard holds."""

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from assessments import actions
from tests import factories

pytestmark = pytest.mark.django_db

COUNTING = 12
"""Queries of the cache in the database that one count takes: a lock, what was counted, one more, and the lock's end."""


def test_a_seal_of_ours_is_known_however_it_is_typed(client):
    scorecard = factories.make_submitted().scorecards.get()
    for typed in (scorecard.code, scorecard.code.lower().replace("-", ""), scorecard.code.replace("0", "O")):
        body = client.get(f"/verify/{typed}/").content.decode()
        assert "This seal is genuine" in body
        assert scorecard.sha256 in body


def test_it_says_whose_it_is_so_that_a_code_on_anothers_paper_stands_out(client):
    assessment = factories.make_submitted(organization=factories.make_organization(name="Rivers & Lakes"))
    body = client.get(f"/verify/{assessment.scorecards.get().code}/").content.decode()
    for name in ("Rivers &amp; Lakes", assessment.team, assessment.cycle.name):
        assert f"<bdi>{name}</bdi>" in body
    assert str(assessment.pk) not in body
    assert body.index("That says nothing about the copy in your hands") < body.index("SHA-256")


def standing(client, scorecard):
    return " ".join(client.get(f"/verify/{scorecard.code}/").content.decode().split())


def test_it_says_where_the_submission_stands_today(client, reviewer):
    assessment = factories.make_submitted(level=2)
    first = assessment.scorecards.get()
    assert "This is the newest submission of its team in its cycle; it waits for review." in standing(client, first)
    actions.return_(assessment=assessment, by=reviewer, comment="Say more.")
    today = date_format(timezone.localtime(), "F j, Y")
    assert f"It was returned on {today}. No later submission has replaced it so far." in standing(client, first)
    second = factories.make_submitted(assessment=assessment).scorecards.get(sequence=2)
    assert f"It was returned on {today}. A later submission has replaced it (sealed on {today})." in standing(
        client, first
    )
    actions.accept(assessment=assessment, by=reviewer)
    assert f"This is the newest submission of its team in its cycle; it was accepted on {today}." in standing(
        client, second
    )
    assert "usa-alert--warning" in standing(client, first)
    assert "usa-alert--warning" not in standing(client, second)


def test_it_names_no_person_and_no_level(client, reviewer):
    assessment = factories.make_returned(level=4, comment="Between us.")
    factories.make_submitted(assessment=assessment, level=5)
    shown = standing(client, assessment.scorecards.get(sequence=1))
    for kept in (str(assessment.created_by), str(reviewer), "Between us.", "Level"):
        assert kept not in shown


def test_it_takes_two_queries_and_those_that_count_who_asks(client, django_assert_num_queries):
    code = factories.make_submitted().scorecards.get().code
    client.get(f"/verify/{code}/")
    with django_assert_num_queries(2 + COUNTING):
        client.get(f"/verify/{code}/")


@pytest.mark.parametrize("code", ["0000-0000-0000", "x", "0" * 500])
def test_any_other_code_is_unknown(client, code):
    response = client.get(f"/verify/{code}/")
    assert response.status_code == 404
    assert b"No scorecard with this seal" in response.content
