"""What the teams of an organization submitted, cycle by cycle: comparisons, trends and leadership pages use it."""

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assessments import actions, results
from assessments.access import ResultsAccess, readable_results
from assessments.models import Assessment, Role, Scorecard, User
from tests.factories import (
    Agency,
    make_accepted,
    make_cycle,
    make_member,
    make_returned,
    make_reviewer,
    make_submitted,
)


def submitted_in(agency: Agency, *, days_ago: int, level: int = 3, team: str = "A team") -> Assessment:
    cycle = make_cycle(starts_on=timezone.localdate() - timedelta(days=days_ago))
    return make_submitted(organization=agency.organization, by=agency.lead, team=team, cycle=cycle, level=level)


def member(agency: Agency) -> ResultsAccess:
    return readable_results(agency.lead, agency.organization.code)


def test_each_team_has_its_results_from_the_oldest_cycle_on(agency: Agency, other: Agency) -> None:
    submitted_in(agency, days_ago=100, level=2)
    submitted_in(agency, days_ago=300, level=1)
    submitted_in(agency, days_ago=200, team="B team", level=5)
    submitted_in(other, days_ago=150, level=5)
    first, second = results.histories(member(agency))
    assert [cycle.result.areas[0].level for cycle in first.cycles] == [1, 2]
    assert (first.team, first.newest.answers["mlops-1"]) == ("A team", 2)
    assert first.before == first.cycles[0]
    assert (second.team, second.newest.result.areas[0].level, second.before) == ("B team", 5, None)


def test_a_team_written_otherwise_is_the_same_team_by_its_newest_name(agency: Agency) -> None:
    submitted_in(agency, days_ago=300, team="ice watch")
    submitted_in(agency, days_ago=100, team="Ice Watch")
    (history,) = results.histories(member(agency))
    assert (history.team, len(history.cycles)) == ("Ice Watch", 2)


def test_drafts_have_no_part_in_it_and_returned_work_counts_as_it_was_submitted(agency: Agency) -> None:
    returned = make_returned(organization=agency.organization, by=agency.lead)
    (history,) = results.histories(member(agency))
    assert (history.newest.assessment_id, history.newest.state) == (str(returned.pk), "returned")
    assert history.newest.validated is None


def test_the_newest_submission_of_a_cycle_counts(agency: Agency, reviewer: User) -> None:
    again = make_returned(organization=agency.organization, by=agency.lead)
    actions.submit(assessment=again, by=agency.lead, may_be_unchanged=True)
    (history,) = results.histories(member(agency))
    assert history.newest.sequence == 2


def test_accepted_levels_stand_beside_the_claimed_ones(agency: Agency) -> None:
    make_accepted(organization=agency.organization, by=agency.lead, level=4)
    (history,) = results.histories(member(agency))
    assert history.newest.validated == {area.area: 4 for area in history.newest.result.areas}


def test_what_the_first_look_accepted_stays_unseen_by_staff_while_a_second_is_open(
    agency: Agency, reviewer: User
) -> None:
    accepted = make_accepted(organization=agency.organization, by=agency.lead)
    Scorecard.objects.filter(assessment=accepted).update(second_look=True)
    (seen,) = results.histories(member(agency))
    (blind,) = results.histories(readable_results(reviewer, agency.organization.code))
    assert seen.newest.validated is not None
    assert blind.newest.validated is None


def test_the_queries_do_not_grow(agency: Agency, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    access = member(agency)
    submitted_in(agency, days_ago=100)
    for count in range(2):
        for days in (200, 300):
            submitted_in(agency, days_ago=days + count, team=f"Team {count}")
        with django_assert_num_queries(3):
            results.histories(access)


def test_only_the_newest_cycles_of_each_team_are_read_where_that_is_enough(agency: Agency) -> None:
    for days_ago, level in ((400, 1), (300, 2), (100, 4)):
        submitted_in(agency, days_ago=days_ago, level=level, team="ICE watch" if level == 2 else "Ice Watch")
    submitted_in(agency, days_ago=250, team="B team")
    alone, ice = results.histories(member(agency), newest=2)
    assert [cycle.result.areas[0].level for cycle in ice.cycles] == [2, 4]
    assert (alone.team, len(alone.cycles)) == ("B team", 1)


def test_accepted_levels_come_along_with_the_newest_cycles_too(agency: Agency) -> None:
    for days_ago, level in ((300, 2), (100, 4)):
        assessment = submitted_in(agency, days_ago=days_ago, level=level)
        actions.accept(assessment=assessment, by=make_reviewer())
    (history,) = results.histories(member(agency), newest=1)
    assert history.newest.validated == {area.area: 4 for area in history.newest.result.areas}


def test_several_organizations_are_kept_apart_in_as_many_queries(
    agency: Agency, other: Agency, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for one in (agency, other):
        submitted_in(one, days_ago=100, team="Same Name")
    make_accepted(organization=other.organization, by=other.lead, team="Third")
    with django_assert_num_queries(5):
        found = results.histories_of([member(agency), member(other)], newest=2)
    assert [history.team for history in found[agency.organization.pk]] == ["Same Name"]
    assert [history.team for history in found[other.organization.pk]] == ["Same Name", "Third"]
    assert results.histories_of([]) == {}


# ---- Who may read them ----


@pytest.mark.parametrize("role", Role.values)
def test_members_in_any_role_may_read(agency: Agency, role: str) -> None:
    user = make_member(organization=agency.organization, role=role)
    assert readable_results(user, agency.organization.code).role == role


def test_staff_may_read_those_of_any_organization(agency: Agency, reviewer: User) -> None:
    assert readable_results(reviewer, agency.organization.code).role is None


def test_outsiders_and_unknown_codes_find_nothing(agency: Agency, other: Agency, reviewer: User) -> None:
    with pytest.raises(Http404):
        readable_results(other.lead, agency.organization.code)
    with pytest.raises(Http404):
        readable_results(reviewer, "no-such-agency")
