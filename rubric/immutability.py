"""Triggers that make the database itself refuse any change to a published rubric, whoever asks and by whatever way.

INSERT, DELETE and every UPDATE that changes a value are refused on all tables of a rubric once it has a publication. An
UPDATE that changes nothing passes, so that loading the same fixture again is harmless. PostgreSQL also refuses
TRUNCATE. Refusals reach Django as `IntegrityError`.

SQLite forgets a table's triggers when a migration rebuilds the table: call `install` again at the end of every
migration that alters one. A test counts them.
"""

from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from aicmm import triggers

EVENTS = ("insert", "update", "delete")
REFUSAL = "is published and can't be changed; publish a new version instead"

RUBRIC_OF = {
    "Rubric": "{row}.id",
    "Level": "{row}.rubric_id",
    "Area": "{row}.rubric_id",
    "Publication": "{row}.rubric_id",
    "Descriptor": "(SELECT rubric_id FROM rubric_area WHERE id = {row}.area_id)",
    "Activity": "(SELECT rubric_id FROM rubric_area WHERE id = {row}.area_id)",
    "Question": "(SELECT rubric_id FROM rubric_area WHERE id = {row}.area_id)",
    "Anchor": (
        "(SELECT rubric_id FROM rubric_area WHERE id ="
        " (SELECT area_id FROM rubric_question WHERE id = {row}.question_id))"
    ),
}
"""For each model the way, in SQL, from a row to its rubric's id."""


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Makes the triggers anew, for the columns the models have at that point of the migrations."""
    remove(apps, schema_editor)
    for model in RUBRIC_OF:
        for statement in _statements(model, apps.get_model("rubric", model)._meta, schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    on_sqlite = schema_editor.connection.vendor == "sqlite"
    for model in RUBRIC_OF:
        table = apps.get_model("rubric", model)._meta.db_table
        for event in (*EVENTS, "truncate"):
            where = "" if on_sqlite else f" ON {table}"
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {table}_refuse_{event}{where}", params=None)
        if not on_sqlite:
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {table}_refuse()", params=None)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers the database should have and has not."""
    expected = [f"rubric_{model.lower()}_refuse_{event}" for model in RUBRIC_OF for event in EVENTS]
    return triggers.missing(connection, expected)


def _statements(model: str, meta: Any, vendor: str) -> list[str]:
    columns = [field.column for field in meta.local_concrete_fields]
    if vendor == "sqlite":
        return _sqlite(model, meta.db_table, columns)
    if vendor == "postgresql":
        return _postgresql(model, meta.db_table)
    raise NotImplementedError(f"Published rubrics can't be protected on {vendor}: use SQLite or PostgreSQL.")


def _published(model: str, row: str) -> str:
    return f"EXISTS (SELECT 1 FROM rubric_publication WHERE rubric_id = {RUBRIC_OF[model].format(row=row)})"  # noqa: S608


def _sqlite(model: str, table: str, columns: list[str]) -> list[str]:
    # `INSERT OR REPLACE` and `UPDATE OR REPLACE` drop the row that is in the way without firing its DELETE trigger, so
    # the row with the new id counts, too.
    replaced = f"EXISTS (SELECT 1 FROM {table} AS present WHERE present.id = NEW.id AND {_published(model, 'present')})"  # noqa: S608
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    conditions = {
        "insert": f"{_published(model, 'NEW')} OR {replaced}",
        "update": f"({changed}) AND ({_published(model, 'OLD')} OR {_published(model, 'NEW')} OR {replaced})",
        "delete": _published(model, "OLD"),
    }
    return [
        f"CREATE TRIGGER {table}_refuse_{event} BEFORE {event.upper()} ON {table} WHEN {condition}"
        f" BEGIN SELECT RAISE(ABORT, 'This rubric {REFUSAL.replace(chr(39), chr(39) * 2)}'); END"
        for event, condition in conditions.items()
    ]


def _postgresql(model: str, table: str) -> list[str]:
    # Locking the rubric's row makes a change to a draft and its publication wait for each other: whichever comes second
    # sees the first.
    old, new = (RUBRIC_OF[model].format(row=row) for row in ("OLD", "NEW"))
    function = f"""
        CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            touched bigint[] := '{{}}';
            refused text;
        BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                SELECT array_agg(rubric_id) INTO touched FROM rubric_publication;
            ELSE
                IF TG_OP = 'UPDATE' AND OLD IS NOT DISTINCT FROM NEW THEN RETURN NEW; END IF;
                IF TG_OP <> 'INSERT' THEN touched := touched || {old}; END IF;
                IF TG_OP <> 'DELETE' THEN touched := touched || {new}; END IF;
                PERFORM 1 FROM rubric_rubric WHERE id = ANY (touched) FOR SHARE;
            END IF;
            SELECT rubric_rubric.code || ' ' || rubric_rubric.version INTO refused
                FROM rubric_publication JOIN rubric_rubric ON rubric_rubric.id = rubric_id
                WHERE rubric_id = ANY (touched) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
                    MESSAGE = refused || ' {REFUSAL.replace("'", "''")}';
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$
    """  # noqa: S608
    row = f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    return [
        function,
        f"CREATE TRIGGER {table}_refuse_insert BEFORE INSERT ON {table} {row}",
        f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} {row}",
        f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {row}",
        f"CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()",
    ]
