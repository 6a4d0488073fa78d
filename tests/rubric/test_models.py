"""Rows, their constraints, and how the application reads a published rubric."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from pytest_django import DjangoAssertNumQueries

from rubric.models import (
    Activity,
    Anchor,
    Area,
    Descriptor,
    Level,
    Publication,
    Question,
    Rubric,
    newest_published,
    published,
)
from tests.rubric.factories import make_rubric, rubric_values

FIRST: dict[type[models.Model], Callable[[Rubric], Any]] = {
    Rubric: lambda rubric: rubric,
    Level: lambda rubric: rubric.levels.first(),
    Area: lambda rubric: rubric.areas.first(),
    Descriptor: lambda rubric: Descriptor.objects.filter(area__rubric=rubric).first(),
    Activity: lambda rubric: Activity.objects.filter(area__rubric=rubric).first(),
    Question: lambda rubric: Question.objects.filter(area__rubric=rubric).first(),
    Anchor: lambda rubric: Anchor.objects.filter(question__area__rubric=rubric).first(),
}


# ---- Constraints ----


@pytest.mark.parametrize(
    ("model", "values", "constraint"),
    [
        (Rubric, {"code": ""}, "rubric_named_and_sourced"),
        (Rubric, {"version": ""}, "rubric_named_and_sourced"),
        (Rubric, {"name": ""}, "rubric_named_and_sourced"),
        (Rubric, {"source": ""}, "rubric_named_and_sourced"),
        (Rubric, {"required_share": 0}, "rubric_required_share_is_percent"),
        (Rubric, {"required_share": 101}, "rubric_required_share_is_percent"),
        (Rubric, {"max_shortfall": -1}, "max_shortfall"),
        (Level, {"number": 0}, "level_number_in_range"),
        (Level, {"number": 10}, "level_number_in_range"),
        (Level, {"name": ""}, "level_named"),
        (Level, {"scope": ""}, "level_named"),
        (Area, {"code": ""}, "area_named"),
        (Area, {"name": ""}, "area_named"),
        (Area, {"summary": ""}, "area_named"),
        (Area, {"position": 0}, "area_position_from_1"),
        (Descriptor, {"level": 0}, "descriptor_level_in_range"),
        (Descriptor, {"level": 10}, "descriptor_level_in_range"),
        (Descriptor, {"text": ""}, "descriptor_not_empty"),
        (Activity, {"position": 0}, "activity_position_from_1"),
        (Activity, {"text": ""}, "activity_not_empty"),
        (Question, {"position": 0}, "question_position_from_1"),
        (Question, {"weight": 0}, "question_weight_in_range"),
        (Question, {"weight": 101}, "question_weight_in_range"),
        (Question, {"code": ""}, "question_not_empty"),
        (Question, {"text": ""}, "question_not_empty"),
        (Anchor, {"level": 0}, "anchor_level_in_range"),
        (Anchor, {"level": 10}, "anchor_level_in_range"),
        (Anchor, {"text": ""}, "anchor_not_empty"),
    ],
    ids=str,
)
def test_the_database_refuses_values_out_of_bounds(
    draft: Rubric, model: type[models.Model], values: dict[str, Any], constraint: str
) -> None:
    row = FIRST[model](draft)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(**values)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (Level, {"number": 2}),
        (Area, {"code": "top"}),
        (Area, {"position": 2}),
        (Descriptor, {"level": 2}),
        (Activity, {"position": 2}),
        (Question, {"code": "base-2"}),
        (Question, {"position": 2}),
        (Anchor, {"level": 2}),
    ],
    ids=str,
)
def test_the_database_refuses_two_of_the_same(draft: Rubric, model: type[models.Model], values: dict[str, Any]) -> None:
    base = draft.areas.get(code="base")
    Activity.objects.create(area=base, position=2, text="Another")
    Question.objects.create(area=base, position=2, text="Another?")
    row = FIRST[model](draft)
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.filter(pk=row.pk).update(**values)


def test_the_database_refuses_the_same_version_twice(draft: Rubric) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rubric(code=draft.code, version=draft.version)


@pytest.mark.parametrize("code", ["Base", "two words", "a-b", "1st", "base\n"])
def test_an_area_code_that_would_make_question_codes_ambiguous_is_refused(draft: Rubric, code: str) -> None:
    with pytest.raises(ValidationError):
        Area(rubric=draft, code=code, name="A", position=9, summary="B").full_clean()


def test_a_question_takes_its_code_from_its_place(draft: Rubric) -> None:
    top = draft.areas.get(code="top")
    assert Question.objects.create(area=top, position=3, text="And?").code == "top-3"


# ---- Natural keys ----


@pytest.mark.parametrize("model", [*FIRST, Publication], ids=lambda model: model.__name__)
def test_every_row_is_found_by_its_natural_key(tiny: Rubric, model: type[Any]) -> None:
    row = tiny.publication if model is Publication else FIRST[model](tiny)
    assert model.objects.get_by_natural_key(*row.natural_key()) == row


def test_a_question_is_named_by_rubric_version_and_code(tiny: Rubric) -> None:
    question = Question.objects.get(area__rubric=tiny, code="top-2")
    assert question.natural_key() == ("tiny", "1", "top-2")
    assert str(question) == "top-2"


# ---- Reading ----


def test_rows_become_the_values_they_were_made_of(draft: Rubric) -> None:
    assert draft.to_datatypes() == rubric_values(version="2")


def test_a_draft_is_read_anew_each_time(draft: Rubric) -> None:
    draft.to_datatypes()
    Area.objects.filter(rubric=draft, code="top").update(name="Summit")
    assert draft.to_datatypes().area_by_code["top"].name == "Summit"


def test_drafts_are_not_published(draft: Rubric, tiny: Rubric) -> None:
    assert published("tiny").version == "1"
    assert draft in Rubric.objects.drafts()
    assert tiny not in Rubric.objects.drafts()
    assert not draft.is_published
    with pytest.raises(Rubric.DoesNotExist):
        published("tiny", "2")
    with pytest.raises(Rubric.DoesNotExist):
        published("nope")


def test_the_newest_version_is_the_one_published_last(ai_cmm: Rubric) -> None:
    for version, year in (("9", 2023), ("10", 2024), ("8", 2022)):
        make_rubric(version=version).publish(at=datetime(year, 1, 1, tzinfo=UTC))
    assert published("tiny").version == "10"
    assert published("tiny", "8").version == "8"
    assert [rubric.version for rubric in Rubric.objects.published()] == ["10", "9", "8", "2021-05"]
    assert newest_published().version == "10"


def test_without_a_published_rubric_there_is_no_newest(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Rubric.objects.__class__, "published", lambda self: self.none())
    with pytest.raises(Rubric.DoesNotExist):
        newest_published()


def test_reading_takes_eight_queries_the_first_time_and_one_afterwards(
    ai_cmm: Rubric, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(8):
        first = published("ai-cmm")
    with django_assert_num_queries(1):
        assert published("ai-cmm") is first
    with django_assert_num_queries(1):
        assert published("ai-cmm", "2021-05") is first


def test_a_row_loaded_with_its_publication_needs_no_query(
    ai_cmm: Rubric, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    row = newest_published()
    values = row.to_datatypes()
    with django_assert_num_queries(0):
        assert row.to_datatypes() is values


def test_what_a_rollback_took_back_is_not_read_from_memory(db: None) -> None:
    with transaction.atomic():
        make_rubric(name="First", published=True)
        assert published("tiny").name == "First"
        transaction.set_rollback(True)
    make_rubric(name="Second", published=True)
    assert published("tiny").name == "Second"
