"""Checking a seal: for everyone, and without a word about what the scorecard holds."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


def test_a_seal_of_ours_is_known_however_it_is_typed(client):
    scorecard = factories.make_submitted().scorecards.get()
    for typed in (scorecard.code, scorecard.code.lower().replace("-", ""), scorecard.code.replace("0", "O")):
        body = client.get(f"/verify/{typed}/").content.decode()
        assert "This seal is genuine" in body
        assert scorecard.sha256 in body


def test_it_tells_nothing_of_what_the_scorecard_holds(client):
    assessment = factories.make_submitted()
    body = client.get(f"/verify/{assessment.scorecards.get().code}/").content.decode()
    assert assessment.team not in body
    assert assessment.organization.name not in body
    assert str(assessment.pk) not in body


@pytest.mark.parametrize("code", ["0000-0000-0000", "x", "0" * 500])
def test_any_other_code_is_unknown(client, code):
    response = client.get(f"/verify/{code}/")
    assert response.status_code == 404
    assert b"No scorecard with this seal" in response.content
