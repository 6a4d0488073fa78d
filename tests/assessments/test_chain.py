"""The audit trail's chain: kept by the database, and telling where somebody got around that."""

import io
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.core import checks
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F
from pytest_django import DjangoAssertNumQueries

from assessments import actions, append_only, chain
from assessments.actions import record
from assessments.models import Assessment, AuditEvent
from tests.factories import answer_all, make_assessment, make_organization, make_reviewer, make_submitted, make_user

pytestmark = pytest.mark.django_db
TABLE = AuditEvent._meta.db_table


@pytest.fixture(autouse=True)
def chained_at_once(request: pytest.FixtureRequest) -> None:
    """What happens at a commit happens at each insert, since these tests are taken back before one."""
    if connection.vendor == "postgresql" and "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
        if connection.in_atomic_block:
            run(f"SET CONSTRAINTS {TABLE}_chain IMMEDIATE")


def write(count: int = 5) -> list[AuditEvent]:
    """Some events of one person, oldest first."""
    person = make_user()
    for number in range(1, count + 1):
        record("thing done", by=person, subject=f"thing {number}", changes={"size": [number - 1, number]})
    return list(AuditEvent.objects.order_by("pk"))


def verify(*arguments: str) -> str:
    printed = io.StringIO()
    call_command("verify_audit", *arguments, stdout=printed)
    return printed.getvalue().strip()


def fault(*arguments: str) -> str:
    with pytest.raises(CommandError) as found:
        verify(*arguments)
    return str(found.value)


@contextmanager
def triggers_off() -> Iterator[None]:
    """What somebody with the database's own rights can do."""
    connection.check_constraints()  # PostgreSQL alters no table with checks pending
    append_only.remove(apps, connection.schema_editor())
    yield
    connection.check_constraints()
    append_only.install(apps, connection.schema_editor())


def run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# ---- The database lets rows be added, and nothing else ----


def change_by_queryset(event: AuditEvent) -> None:
    AuditEvent.objects.filter(pk=event.pk).update(subject="Something else")


def change_by_save(event: AuditEvent) -> None:
    event.subject = "Something else"
    event.save()


def change_a_hash(event: AuditEvent) -> None:
    AuditEvent.objects.filter(pk=event.pk).update(hash="")


def save_as_it_is(event: AuditEvent) -> None:
    event.save()


def delete_one(event: AuditEvent) -> None:
    event.delete()


def delete_all(_event: AuditEvent) -> None:
    AuditEvent.objects.all().delete()


def delete_by_sql(event: AuditEvent) -> None:
    run(f"DELETE FROM {TABLE} WHERE id = {event.pk}")


def truncate(_event: AuditEvent) -> None:
    connection.check_constraints()
    run(f"TRUNCATE {TABLE}")


def replace(event: AuditEvent) -> None:
    names = ", ".join(field.column for field in AuditEvent._meta.local_concrete_fields[1:])
    run(f"INSERT OR REPLACE INTO {TABLE} (id, {names}) SELECT {event.pk}, {names} FROM {TABLE} WHERE id > {event.pk}")


def replace_by_save_id(event: AuditEvent) -> None:
    names = ", ".join(field.column for field in AuditEvent._meta.local_concrete_fields[1:])
    run(f"INSERT OR REPLACE INTO {TABLE} ({names}) SELECT {names} FROM {TABLE} WHERE save_id IS NOT NULL")


def replace_by_place(event: AuditEvent) -> None:
    forged = AuditEvent(action="something else", position=event.position)
    forged.content_hash = chain.content_hash(forged.content)
    names = ", ".join(field.column for field in AuditEvent._meta.local_concrete_fields[1:])
    values = [
        field.get_db_prep_save(getattr(forged, field.attname), connection)
        for field in forged._meta.local_concrete_fields[1:]
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {TABLE} ({names}) VALUES ({', '.join(['%s'] * len(values))})", values)


def move_by_replacing(event: AuditEvent) -> None:
    run(f"UPDATE OR REPLACE {TABLE} SET id = id + 1 WHERE id = {event.pk}")


def add_with_a_hash(_event: AuditEvent) -> None:
    AuditEvent(action="thing done", hash="0" * 64).save()


def add_with_a_previous_hash(_event: AuditEvent) -> None:
    AuditEvent(action="thing done", previous_hash="0" * 64).save()


def add_at_a_place(_event: AuditEvent) -> None:
    AuditEvent(action="thing done", position=1000).save()


def add_beside_the_chain(_event: AuditEvent) -> None:
    AuditEvent(action="thing done", position=-1).save()


def on(vendor: str, change: Callable[[AuditEvent], None]) -> Any:
    return pytest.param(change, marks=pytest.mark.only_on(vendor))


@pytest.mark.parametrize(
    "change",
    [
        change_by_queryset,
        change_by_save,
        change_a_hash,
        save_as_it_is,
        delete_one,
        delete_all,
        delete_by_sql,
        on("postgresql", truncate),
        on("sqlite", replace),
        on("sqlite", replace_by_save_id),
        on("sqlite", replace_by_place),
        on("sqlite", move_by_replacing),
        add_with_a_hash,
        add_with_a_previous_hash,
        add_at_a_place,
        add_beside_the_chain,
    ],
    ids=lambda change: change.__name__,
)
def test_what_was_written_can_neither_change_nor_go(change: Callable[[AuditEvent], None]) -> None:
    assessment = make_assessment()
    record("thing done", by=None, assessment=assessment, save_id=UUID(int=1))
    write(3)
    event = AuditEvent.objects.get(subject="thing 2")
    before = list(AuditEvent.objects.order_by("pk").values())
    with pytest.raises(IntegrityError, match=append_only.REFUSAL), transaction.atomic():
        change(event)
    assert list(AuditEvent.objects.order_by("pk").values()) == before
    assert "unbroken" in verify()


def test_a_row_with_an_older_number_gets_the_last_place() -> None:
    first, newest = write(2)
    AuditEvent(pk=first.pk - 1000, action="thing done").save(force_insert=True)
    last = AuditEvent.objects.get(pk=first.pk - 1000)
    assert (last.position, last.previous_hash) == (3, newest.hash)
    assert "3 rows, unbroken" in verify()


def test_without_its_guards_the_database_is_reported() -> None:
    assert append_only.missing(connection) == []
    with triggers_off():
        (error,) = checks.run_checks(tags=["database"], databases=["default"])
        assert error.id == "assessments.E001"
        assert f"{TABLE}_refuse_delete" in error.msg
    assert checks.run_checks(tags=["database"], databases=["default"]) == []


def test_a_row_of_many_written_at_once_is_chained_as_any_other() -> None:
    rows = [AuditEvent(action=f"thing {number}") for number in range(3)]
    for row in rows:
        row.content_hash = chain.content_hash(row.content)
    AuditEvent.objects.bulk_create(rows)
    assert "3 rows, unbroken" in verify()


# ---- What the chain is ----


def test_each_row_is_chained_to_the_one_before() -> None:
    first, second, third, *_ = write()
    assert first.previous_hash == ""
    assert second.previous_hash == first.hash
    assert third.hash == chain.linked(second.hash, third.content_hash)
    assert [row.position for row in write(1)] == [1, 2, 3, 4, 5, 6]


def test_all_that_is_written_is_hashed() -> None:
    hashed = set(write(1)[0].content)
    columns = {field.name for field in AuditEvent._meta.local_concrete_fields}
    assert columns - hashed == {"id", "position", "content_hash", "previous_hash", "hash"}


def test_a_content_is_hashed_as_documented() -> None:
    event = AuditEvent(
        at=datetime(2027, 1, 15, 12, 30, tzinfo=UTC),
        action="thing done",
        subject="“Größe”",
        detail={"changes": {"b": [None, 1], "a": ["", "x"]}},
    )
    assert chain.canonical(event.content) == (
        '{"action":"thing done","actor":null,"assessment":null,"at":"2027-01-15T12:30:00.000000+00:00",'
        '"detail":{"changes":{"a":["","x"],"b":[null,1]}},"object_id":"","object_type":"","organization":null,'
        '"save_id":null,"source":"","subject":"“Größe”"}'
    )


@pytest.mark.parametrize(
    "text", ["", "=1+1", "<b>", "naïve ≥ “quotes”\n\r\tsecond", "\u2028 \U0001f600", '"\\u0041"', "é"]
)
def test_whatever_was_typed_is_hashed_as_the_database_gives_it_back(text: str) -> None:
    record("thing done", by=None, subject=text, changes={"text": [text, None], "links": [[], [[text, text]]]})
    assert "1 row, unbroken" in verify()


def test_an_action_that_is_taken_back_leaves_the_chain_whole() -> None:
    write(2)
    with transaction.atomic():
        record("thing done", by=None)
        transaction.set_rollback(True)
    write(1)
    assert "3 rows, unbroken" in verify()


# ---- What the command says ----


def test_an_empty_trail_is_unbroken() -> None:
    assert verify() == "0 rows, unbroken. Newest hash: none"


def test_an_unbroken_trail_is_counted_and_its_head_told() -> None:
    newest = write(1200)[-1]
    assert verify() == f"1,200 rows, unbroken. Newest hash: {newest.hash}"


@pytest.mark.parametrize(("rows", "queries"), [(10, 3), (4001, 5)])
def test_the_walk_reads_in_batches(rows: int, queries: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    events = [AuditEvent(action=f"thing {number}") for number in range(rows)]
    for event in events:
        event.content_hash = chain.content_hash(event.content)
    AuditEvent.objects.bulk_create(events)
    with django_assert_num_queries(queries):
        verify()


def test_real_work_leaves_an_unbroken_trail() -> None:
    assessment = make_submitted()
    actions.return_(assessment=assessment, by=make_reviewer(), comment="More")
    actions.submit(assessment=assessment, by=assessment.created_by)
    assert "unbroken" in verify()


CONTENT: dict[str, Any] = {
    "at": datetime(2001, 1, 1, tzinfo=UTC),
    "actor": None,
    "action": "something else",
    "organization": 4711,
    "object_type": "assessments.user",
    "object_id": "1",
    "subject": "Something else",
    "source": "203.0.113.9",
    "save_id": UUID(int=7),
    "detail": {"changes": {"size": [0, 100]}},
}


@pytest.mark.parametrize("field", [*CONTENT, "assessment"])
def test_a_content_that_was_changed_is_found(field: str) -> None:
    row = write()[2]
    new = make_assessment() if field == "assessment" else CONTENT[field]
    with triggers_off():
        AuditEvent.objects.filter(pk=row.pk).update(**{field: new})
    assert fault() == f"The chain breaks after 2 rows. Row {row.pk}: its content was changed."


def test_a_content_changed_with_its_hash_is_found() -> None:
    row = write()[2]
    row.subject = "Something else"
    with triggers_off():
        AuditEvent.objects.filter(pk=row.pk).update(subject=row.subject, content_hash=chain.content_hash(row.content))
    assert fault().endswith(f"Row {row.pk}: its hash isn't that of its content and the row it was chained to.")


def test_a_row_replaced_with_all_its_hashes_is_found_at_the_next() -> None:
    row = write()[2]
    row.subject = "Something else"
    content = chain.content_hash(row.content)
    with triggers_off():
        AuditEvent.objects.filter(pk=row.pk).update(
            subject=row.subject, content_hash=content, hash=chain.linked(row.previous_hash, content)
        )
    assert fault() == (
        f"The chain breaks after 3 rows. Row {row.pk + 1}: rows before it are missing, or row {row.pk} was replaced."
    )


def test_a_row_that_was_removed_is_found() -> None:
    row = write()[2]
    with triggers_off():
        AuditEvent.objects.filter(pk=row.pk).delete()
    assert f"Row {row.pk + 1}: rows before it are missing, or row {row.pk - 1} was replaced." in fault()


def test_the_oldest_rows_removed_are_found() -> None:
    first = write()[0]
    with triggers_off():
        AuditEvent.objects.filter(pk__lt=first.pk + 2).delete()
    assert fault() == f"The chain breaks after 0 rows. Row {first.pk + 2}: the rows before it are missing."


def test_two_rows_that_changed_places_are_found() -> None:
    rows = write()
    third, fourth = rows[2].pk, rows[3].pk
    with triggers_off():
        for pk, position in ((third, 0), (fourth, 3), (third, 4)):
            AuditEvent.objects.filter(pk=pk).update(position=position)
    assert f"Row {fourth}: the order was changed; it was chained to what is row {third} now." in fault()


def test_a_first_row_that_was_moved_is_found() -> None:
    rows = write()
    with triggers_off():
        AuditEvent.objects.filter(pk=rows[0].pk).update(position=6)
        second = chain.linked("", rows[1].content_hash)
        AuditEvent.objects.filter(pk=rows[1].pk).update(previous_hash="", hash=second)
        third = chain.linked(second, rows[2].content_hash)
        AuditEvent.objects.filter(pk=rows[2].pk).update(previous_hash=second, hash=third)
        AuditEvent.objects.filter(pk__in=[rows[3].pk, rows[4].pk]).delete()
    assert f"Row {rows[0].pk}: the order was changed; it was the first row once." in fault()


def test_a_row_slipped_in_is_found() -> None:
    rows = write()
    with triggers_off():
        AuditEvent.objects.filter(position__gt=3).update(position=F("position") + 100)
        slipped = AuditEvent(position=4, action="thing done", previous_hash=rows[2].hash)
        slipped.hash = chain.linked(rows[2].hash, chain.content_hash(slipped.content))
        slipped.save(force_insert=True)
    assert f"it was chained to what is row {rows[2].pk} now" in fault()


@pytest.mark.parametrize("position", [None, 0, -1])
def test_a_row_slipped_in_beside_the_chain_is_found(position: int | None) -> None:
    write()
    with triggers_off():
        AuditEvent(position=position, action="thing done").save()
    assert fault() == "1 row stands outside the chain of 5 rows."


def test_a_tail_taken_out_of_the_chain_is_found() -> None:
    rows = write()
    with triggers_off():
        AuditEvent.objects.filter(pk__gt=rows[2].pk).update(position=None)
    assert fault() == "2 rows stand outside the chain of 3 rows."


def test_a_tail_that_was_cut_off_is_found_by_a_head_noted_elsewhere() -> None:
    rows = write()
    with triggers_off():
        AuditEvent.objects.filter(pk__gt=rows[2].pk).delete()
    assert "3 rows, unbroken" in verify(), "By itself a chain can't know that it was longer"
    assert f"{rows[4].hash} is in none of its 3 rows: the newest rows were cut off" in fault("--head", rows[4].hash)
    assert f"{rows[1].hash} is row {rows[1].pk}. Newest hash: {rows[2].hash}" in verify("--head", rows[1].hash)


def test_a_chain_made_anew_is_found_by_a_head_noted_elsewhere() -> None:
    rows = write()
    head = rows[-1].hash
    with triggers_off():
        rows[1].subject, newest = "Something else", ""
        for row in rows:
            content = chain.content_hash(row.content)
            new = {"previous_hash": newest, "content_hash": content, "hash": chain.linked(newest, content)}
            AuditEvent.objects.filter(pk=row.pk).update(subject=row.subject, **new)
            newest = new["hash"]
    assert "5 rows, unbroken" in verify()
    assert "or all of it was made anew" in fault("--head", head)


# ---- Many at once ----


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain() -> None:
    writers, each = 6, 25
    people = [make_user() for _ in range(writers)]
    together = threading.Barrier(writers)

    def keep_writing(number: int) -> None:
        try:
            together.wait()
            for step in range(each):
                with transaction.atomic():
                    record("thing done", by=people[number], subject=f"{number} {step}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(writers) as pool:
        for future in [pool.submit(keep_writing, number) for number in range(writers)]:
            future.result()
    assert f"{writers * each} rows, unbroken" in verify()
    positions = AuditEvent.objects.order_by("position").values_list("position", flat=True)
    assert list(positions) == list(range(1, writers * each + 1))


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_sees_less_is_refused_and_forks_nothing() -> None:
    write(2)
    begun, written = threading.Event(), threading.Event()

    def write_meanwhile() -> None:
        begun.wait()
        record("thing done", by=None)
        written.set()
        connection.close()

    other = threading.Thread(target=write_meanwhile)
    other.start()
    with transaction.atomic():
        run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        AuditEvent.objects.count()
        begun.set()
        written.wait()
        record("thing done", by=None)
        with pytest.raises(IntegrityError):
            run(f"SET CONSTRAINTS {TABLE}_chain IMMEDIATE")
        transaction.set_rollback(True)
    other.join()
    assert "3 rows, unbroken" in verify()


# ---- The rows that were there before ----


@pytest.mark.django_db(transaction=True)
def test_rows_from_before_the_chain_are_chained_in_their_order() -> None:
    assessment = answer_all(make_assessment())
    actions.submit(assessment=assessment, by=assessment.created_by)
    organization = make_organization()
    record("organization added", by=None, organization=organization, changes={"name": ["", "Größe"]})
    with triggers_off():
        AuditEvent.objects.update(object_type="", object_id="")
    executor = MigrationExecutor(connection)
    newest = [key for key in executor.loader.graph.leaf_nodes() if key[0] == "assessments"]
    try:
        old = executor.migrate([("assessments", "0003_reviews")]).apps
        rows: type[models.Model] = old.get_model("assessments", "AuditEvent")
        rows._default_manager.create(action="thing done", assessment_id=assessment.pk, save_id=UUID(int=1), detail={})
        assert rows._default_manager.count() == 4
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
    assert "4 rows, unbroken" in verify()
    assert append_only.missing(connection) == []
    with pytest.raises(IntegrityError):
        AuditEvent.objects.update(subject="Something else")
    assert Assessment.objects.get().pk == assessment.pk
