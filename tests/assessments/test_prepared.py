"""Queries whose SQL is made once answer as the QuerySets they are made from."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from django.db import connections
from django.db.models import CharField, Count, UUIDField
from pytest_django import DjangoAssertNumQueries

from aicmm.prepared import Argument, Prepared
from assessments.models import Answer, Assessment, State
from tests.factories import make_assessment, make_submitted


def by_pk() -> Argument:
    return Argument("pk", UUIDField())


@pytest.mark.django_db
def test_objects_come_with_what_the_queryset_loads_along(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    found = Prepared(
        lambda: Assessment.objects.select_related("organization").annotate(rows=Count("answers")).filter(pk=by_pk())
    )
    draft, submitted = make_assessment(), make_submitted()
    for assessment in (draft, submitted, draft):
        with django_assert_num_queries(1):
            row = found.first(pk=assessment.pk)
            assert row == assessment
            assert row.organization.name == assessment.organization.name
            assert row.submitted_at == assessment.submitted_at
        assert row.rows == assessment.answers.count()


@pytest.mark.django_db
def test_values_have_the_types_of_their_fields() -> None:
    submitted = make_submitted()
    values = Prepared(
        lambda: Assessment.objects.filter(state=Argument("state", CharField())).values_list("pk", "submitted_at")
    )
    rows = values.rows(state=State.SUBMITTED)
    assert rows == [(submitted.pk, submitted.submitted_at)]
    assert isinstance(rows[0][0], UUID)
    assert values.rows(state="nothing like it") == []


@pytest.mark.django_db
def test_where_there_is_nothing_the_first_is_none() -> None:
    assert Prepared(lambda: Assessment.objects.filter(pk=by_pk())).first(pk=uuid4()) is None


@pytest.mark.django_db
def test_what_comes_with_a_call_is_a_value_and_never_sql() -> None:
    make_assessment()
    found = Prepared(lambda: Answer.objects.filter(question__code=Argument("code", CharField())).values_list("pk"))
    assert found.rows(code="x' OR '1'='1") == []


@pytest.mark.django_db
def test_a_value_that_is_missing_is_an_error() -> None:
    with pytest.raises(KeyError):
        Prepared(lambda: Assessment.objects.filter(pk=by_pk())).rows()


@pytest.mark.django_db(transaction=True)
def test_threads_read_their_own_rows_on_their_own_connections() -> None:
    found = Prepared(lambda: Assessment.objects.filter(pk=by_pk()).values_list("team", "state"))
    everything = [make_assessment(), make_submitted()] * 10

    def read(assessment: Assessment) -> list[tuple[str, str]]:
        try:
            return found.rows(pk=assessment.pk)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(read, everything)) == [[(one.team, one.state)] for one in everything]
