"""What keeps a rubric from being published, one reason a line."""

from dataclasses import replace

import pytest
from django.core import checks
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from rubric.checks import check_published, problems
from rubric.datatypes import Anchor, Area, Level, Question, Rubric
from rubric.models import Activity, Publication
from rubric.models import Rubric as Row
from tests.rubric.factories import area_values, make_rubric, question_values, rubric_values


def with_area(**changes: object) -> Rubric:
    return rubric_values(areas=(replace(area_values(), **changes),))


def with_question(**changes: object) -> Rubric:
    return with_area(questions=(replace(question_values(), **changes),))


def test_a_complete_rubric_has_no_problems() -> None:
    assert problems(rubric_values()) == []


@pytest.mark.parametrize(
    ("rubric", "problem"),
    [
        (rubric_values(code=" "), "The rubric has no code."),
        (rubric_values(source=""), "The rubric has no source."),
        (rubric_values(required_share=0), "The required share has to be 1 to 100 percent, not 0."),
        (rubric_values(required_share=101), "The required share has to be 1 to 100 percent, not 101."),
        (rubric_values(max_shortfall=-1), "The maximum shortfall has to be 0 to 2 levels, not -1."),
        (rubric_values(max_shortfall=3), "The maximum shortfall has to be 0 to 2 levels, not 3."),
        (rubric_values(levels=()), "A rubric has 2 to 9 levels, not 0."),
        (
            rubric_values(levels=tuple(Level(number, "Name", "Scope") for number in (1, 2, 4))),
            "Levels have to be numbered from 1 without a gap, not 1, 2, 4.",
        ),
        (
            rubric_values(levels=(Level(1, "", "Scope"), Level(2, "Name", "Scope"), Level(3, "Name", "Scope"))),
            "Level 1 needs a name and a scope.",
        ),
        (rubric_values(areas=()), "The rubric has no areas."),
        (
            rubric_values(areas=(area_values(), area_values(code="top", position=3))),
            "Areas have to be numbered from 1 at the bottom of the stack without a gap, not 1, 3.",
        ),
        (rubric_values(areas=(area_values(), area_values(position=2))), "Two areas have the code base."),
        (rubric_values(areas=(area_values(), area_values(position=2))), "Two questions have the code base-1."),
        (with_area(code="Base-1"), "An area's code has lower-case letters and digits only, unlike 'Base-1'."),
        (with_area(summary=" "), "base: the area needs a name and a summary."),
        (with_area(descriptors=("One", "Two")), "base: 2 descriptors for 3 levels."),
        (with_area(descriptors=("One", " ", "Three")), "base: descriptor 2 is empty."),
        (with_area(activities=()), "base: no key activities."),
        (with_area(activities=("",)), "base: activity 1 is empty."),
        (with_area(questions=()), "base: no key questions."),
        (with_question(code="base-2"), "base: key question 1 has to have the code base-1, not base-2."),
        (with_question(text=""), "base-1: the question is empty."),
        (with_question(weight=0), "base-1: the weight has to be 1 to 100, not 0."),
        (with_question(weight=101), "base-1: the weight has to be 1 to 100, not 101."),
        (with_question(anchors=()), "base-1: one anchor for each level from 1 to 3 is needed, in order, not none."),
        (
            with_question(anchors=(Anchor(1, "a"), Anchor(3, "c"), Anchor(2, "b"))),
            "base-1: one anchor for each level from 1 to 3 is needed, in order, not 1, 3, 2.",
        ),
        (with_question(anchors=(Anchor(1, "a"), Anchor(2, "\n"), Anchor(3, "c"))), "base-1: anchor 2 is empty."),
    ],
)
def test_every_gap_is_named(rubric: Rubric, problem: str) -> None:
    assert problem in problems(rubric)


def test_every_problem_is_named_at_once() -> None:
    rubric = rubric_values(required_share=0, areas=(Area("base", "Base", 1, questions=(Question("base-1", "How?"),)),))
    assert len(problems(rubric)) == 5


def test_an_incomplete_draft_cannot_be_published(db: None) -> None:
    draft = make_rubric(values=with_area(activities=()))
    with pytest.raises(ValidationError) as refusal:
        draft.publish()
    assert refusal.value.messages == ["The draft tiny 1 can't be published yet.", "base: no key activities."]
    assert not Publication.objects.filter(rubric=draft).exists()


def test_gaps_in_the_numbering_of_rows_keep_a_draft_from_being_published(draft: Row) -> None:
    Activity.objects.filter(area__code="top").update(position=2)
    with pytest.raises(ValidationError, match="top: key activities have to be numbered from 1 without a gap, not 2"):
        draft.publish()


def test_the_system_check_is_content_with_published_rubrics(ai_cmm: Row, tiny: Row) -> None:
    assert checks.run_checks(tags=["database"], databases=["default"]) == []


def test_the_system_check_finds_an_incomplete_published_rubric(db: None) -> None:
    incomplete = make_rubric(values=with_area(activities=()))
    # The one way around the check at publication; drafts are not looked at.
    Publication.objects.bulk_create([Publication(rubric=incomplete, published_at=timezone.now())])
    make_rubric(code="unfinished", areas=())
    (error,) = check_published(databases=["default"])
    assert (error.id, error.msg) == ("rubric.E001", "tiny 1: base: no key activities.")


def test_the_system_check_finds_a_database_that_protects_nothing(tiny: Row) -> None:
    on = "" if connection.vendor == "sqlite" else " ON rubric_anchor"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER rubric_anchor_refuse_update{on}")
    (error,) = check_published(databases=["default"])
    assert error.id == "rubric.E002"
    assert "rubric_anchor_refuse_update" in error.msg


def test_the_system_check_says_nothing_before_the_tables_are_made(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE rubric_publication RENAME TO elsewhere")
    assert check_published(databases=["default"]) == []


def test_the_system_check_looks_at_no_database_unless_told() -> None:
    assert check_published(databases=None) == []
