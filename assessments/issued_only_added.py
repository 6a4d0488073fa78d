"""Triggers that keep the list of PDFs that were handed out: rows can be added to it, and nothing else.

Refusals reach Django as `IntegrityError`. SQLite forgets a table's triggers when a migration rebuilds the table: call
`install` again at the end of every migration that alters it. A test counts them.
"""

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from aicmm import triggers

TABLE = "assessments_issuedpaper"
REFUSAL = "What was handed out stays as it was noted"
EVENTS = {"sqlite": ("insert", "update", "delete"), "postgresql": ("update", "delete", "truncate")}


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    remove(apps, schema_editor)
    vendor = schema_editor.connection.vendor
    if vendor == "postgresql":
        schema_editor.execute(
            f"CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
            f" USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{REFUSAL}'; END $$",
            params=None,
        )
    for event in EVENTS[vendor]:
        schema_editor.execute(_statement(vendor, event), params=None)


def remove(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    where = f" ON {TABLE}" if vendor == "postgresql" else ""
    for event in EVENTS[vendor]:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_refuse_{event}{where}", params=None)
    if vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_refuse()", params=None)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers the database should have and has not."""
    return triggers.missing(connection, [f"{TABLE}_refuse_{event}" for event in EVENTS[connection.vendor]])


def _statement(vendor: str, event: str) -> str:
    name = f"CREATE TRIGGER {TABLE}_refuse_{event} BEFORE {event.upper()} ON {TABLE}"
    if vendor == "sqlite" and event == "insert":
        # `INSERT OR REPLACE` drops the row that is in the way without firing its DELETE trigger: the older one stays.
        present = f"SELECT 1 FROM {TABLE} AS present WHERE present.id = NEW.id OR present.sha256 = NEW.sha256"  # noqa: S608
        return f"{name} WHEN EXISTS ({present}) BEGIN SELECT RAISE(IGNORE); END"
    if vendor == "sqlite":
        return f"{name} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    return f"{name} FOR EACH {'STATEMENT' if event == 'truncate' else 'ROW'} EXECUTE FUNCTION {TABLE}_refuse()"
