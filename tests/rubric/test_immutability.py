"""A published rubric never changes, whoever asks the database and by whatever way."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from rubric import immutability
from rubric.models import Anchor, Area, Level, Publication, Question, Rubric
from tests.rubric.factories import area_values, make_area, make_rubric

TABLES = [model._meta.db_table for model in apps.get_app_config("rubric").get_models()]


@contextmanager
def refused() -> Iterator[None]:
    """Expects a refusal, and that everything is still as it was."""
    before = contents()
    with pytest.raises(IntegrityError, match=immutability.REFUSAL), transaction.atomic():
        yield
    assert contents() == before


def contents() -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(rows(f"SELECT * FROM {table}")) for table in TABLES}


def rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def columns(table: str) -> list[str]:
    model = next(model for model in apps.get_app_config("rubric").get_models() if model._meta.db_table == table)
    return [field.column for field in model._meta.local_concrete_fields]


def test_every_table_of_the_app_is_protected(db: None) -> None:
    assert len(TABLES) == 8
    assert {model.__name__ for model in apps.get_app_config("rubric").get_models()} == set(immutability.RUBRIC_OF)
    assert immutability.missing(connection) == []


# ---- By SQL ----


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_deleted(tiny: Rubric, table: str) -> None:
    with refused():
        run(f"DELETE FROM {table}")


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_added(tiny: Rubric, table: str) -> None:
    copied = ", ".join(columns(table)[1:])
    ids = "id" if table == "rubric_rubric" else "id + 1000000"
    with refused():
        run(f"INSERT INTO {table} (id, {copied}) SELECT {ids}, {copied} FROM {table}")


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in TABLES for column in columns(table)])
def test_no_value_can_be_changed(tiny: Rubric, table: str, column: str) -> None:
    texts = ("text", "name", "code", "version", "source", "scope", "summary", "introduction", "body", "evidence_hint")
    if column in texts:
        new = f"{column} || 'x'"
    elif column == "published_at":
        new = "'2001-01-01 00:00:00'"
    else:
        new = f"{column} + 1"
    with refused():
        run(f"UPDATE {table} SET {column} = {new}")


@pytest.mark.parametrize("table", TABLES)
def test_an_update_that_changes_nothing_passes(tiny: Rubric, table: str) -> None:
    before = contents()
    run(f"UPDATE {table} SET {', '.join(f'{column} = {column}' for column in columns(table))}")
    assert contents() == before


@pytest.mark.parametrize("table", TABLES)
def test_no_table_can_be_emptied(tiny: Rubric, table: str) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    connection.check_constraints()
    with refused():
        run(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", TABLES[1:])
def test_no_row_can_be_replaced_by_one_of_a_draft(tiny: Rubric, draft: Rubric, table: str) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite can replace a row that is in the way")
    (published_id,), *_ = rows(f"SELECT min(id) FROM {table}")
    (other,), *_ = rows(f"SELECT max(id) FROM {table}")
    copied = ", ".join(columns(table)[1:])
    with refused():
        run(
            f"INSERT OR REPLACE INTO {table} (id, {copied})"
            f" SELECT {published_id}, {copied} FROM {table} WHERE id = {other}"
        )
    with refused():
        run(f"UPDATE OR REPLACE {table} SET id = {published_id} WHERE id = {other}")


def test_the_rubric_cannot_be_replaced_by_one_of_the_same_name(tiny: Rubric, draft: Rubric) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("Only SQLite can replace a row that is in the way")
    run(f"UPDATE OR REPLACE rubric_rubric SET version = '1' WHERE id = {draft.pk}")
    with pytest.raises(IntegrityError):
        connection.check_constraints()  # as the end of the transaction does
    transaction.set_rollback(True)


# ---- By Django ----


def anchor_of(rubric: Rubric) -> Anchor:
    return Anchor.objects.filter(question__area__rubric=rubric).earliest("id")


def save_an_anchor(rubric: Rubric) -> None:
    anchor = anchor_of(rubric)
    anchor.text = "Other"
    anchor.save()


def save_the_rubric(rubric: Rubric) -> None:
    rubric.required_share = 1
    rubric.save()


def save_the_publication(rubric: Rubric) -> None:
    Publication.objects.create(rubric=rubric)


def update_all(rubric: Rubric) -> None:
    Question.objects.filter(area__rubric=rubric).update(weight=2)


def update_many(rubric: Rubric) -> None:
    anchor = anchor_of(rubric)
    anchor.text = "Other"
    Anchor.objects.bulk_update([anchor], ["text"])


def delete_one(rubric: Rubric) -> None:
    anchor_of(rubric).delete()


def delete_the_rubric(rubric: Rubric) -> None:
    rubric.delete()


def delete_the_publication(rubric: Rubric) -> None:
    rubric.publication.delete()


def delete_all(rubric: Rubric) -> None:
    Rubric.objects.filter(pk=rubric.pk).delete()


def create_many(rubric: Rubric) -> None:
    Level.objects.bulk_create([Level(rubric=rubric, number=9, name="Name", scope="Scope")])


def create_or_update_many(rubric: Rubric) -> None:
    anchor = anchor_of(rubric)
    Anchor.objects.bulk_create(
        [Anchor(question=anchor.question, level=anchor.level, text="Other")],
        update_conflicts=True,
        unique_fields=["question", "level"],
        update_fields=["text"],
    )


def add_an_area(rubric: Rubric) -> None:
    make_area(rubric=rubric, values=area_values(code="more", position=3))


@pytest.mark.parametrize(
    "change",
    [
        save_an_anchor,
        save_the_rubric,
        save_the_publication,
        update_all,
        update_many,
        delete_one,
        delete_the_rubric,
        delete_the_publication,
        delete_all,
        create_many,
        create_or_update_many,
        add_an_area,
    ],
    ids=lambda change: change.__name__,
)
def test_django_cannot_change_it_either(tiny: Rubric, change: Callable[[Rubric], None]) -> None:
    with refused():
        change(tiny)


def test_the_refusal_says_which_rubric_where_the_database_can(tiny: Rubric) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        save_an_anchor(tiny)
    named = "tiny 1" if connection.vendor == "postgresql" else "This rubric"
    assert str(refusal.value).startswith(f"{named} is published and can't be changed; publish a new version instead")


def test_a_changed_fixture_is_refused(ai_cmm: Rubric, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "fixtures" / "ai_cmm.yaml").read_text()
    changed = tmp_path / "changed.yaml"
    changed.write_text(text.replace("Who manages AI products?", "Who runs AI products?"))
    with refused():
        call_command("loaddata", str(changed), verbosity=0)


@pytest.mark.parametrize(("model", "name"), [(Level, "rubric"), (Area, "rubric")])
def test_no_row_moves_into_or_out_of_it(tiny: Rubric, draft: Rubric, model: type[models.Model], name: str) -> None:
    for here, there in ((tiny, draft), (draft, tiny)):
        with refused():
            model._default_manager.filter(**{name: here}).update(**{name: there})


# ---- What still may change ----


def test_a_draft_beside_it_can_change_and_go(tiny: Rubric, draft: Rubric) -> None:
    for change in (save_an_anchor, save_the_rubric, update_all, update_many, delete_one, create_many, delete_all):
        change(draft)
    assert list(Rubric.objects.filter(code="tiny")) == [tiny]


def test_saving_it_as_it_is_changes_nothing(tiny: Rubric) -> None:
    before = contents()
    tiny.save()
    tiny.publication.save()
    anchor_of(tiny).save()
    assert contents() == before


def test_a_fixture_of_an_incomplete_rubric_does_not_load(db: None, tmp_path: Path) -> None:
    fixture = tmp_path / "empty.yaml"
    fixture.write_text(
        "- model: rubric.rubric\n  fields: {code: new, version: '1', name: New, source: Here}\n"
        "- model: rubric.publication\n  fields: {rubric: [new, '1']}\n"
    )
    with pytest.raises(Exception, match="The rubric has no areas"), transaction.atomic():
        call_command("loaddata", str(fixture), verbosity=0)
    assert not Rubric.objects.filter(code="new").exists()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_races_the_publication_is_refused() -> None:
    draft = make_rubric()
    anchor = anchor_of(draft)
    publishing, outcome = threading.Event(), []

    def change() -> None:
        publishing.wait()
        try:
            Anchor.objects.filter(pk=anchor.pk).update(text="Slipped in")
        except IntegrityError as refusal:
            outcome.append(str(refusal))
        finally:
            connection.close()

    editor = threading.Thread(target=change)
    editor.start()
    with transaction.atomic():
        draft.publish()
        publishing.set()
        editor.join(timeout=0.5)
        assert editor.is_alive()
    editor.join()
    assert immutability.REFUSAL in outcome[0]
    anchor.refresh_from_db()
    assert anchor.text != "Slipped in"
