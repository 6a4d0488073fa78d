"""Triggers that keep the audit trail: the database chains each new row to the newest and refuses any other change.

UPDATE and DELETE are refused, on PostgreSQL TRUNCATE as well; refusals reach Django as `IntegrityError`. The chain's
columns are the database's own: a row that comes with a place or a hash is refused.

On PostgreSQL that happens at the commit, by a deferred trigger, under an advisory lock: writers take turns for as long
as the database needs to write a commit down, not for as long as an application needs to ask for it. Until then a row
has no position and no hash. SQLite has one writer at a time anyway, and does it at the insert.

SQLite forgets a table's triggers when a migration rebuilds the table: call `install` again at the end of every
migration that alters it. A test counts them.
"""

from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from aicmm import triggers

TABLE = "assessments_auditevent"
TRIGGERS = {
    "sqlite": ("chain", "refuse_placed", "refuse_same_id", "refuse_same_save", "refuse_update", "refuse_delete"),
    "postgresql": ("chain", "refuse_placed", "refuse_update", "refuse_delete", "refuse_truncate"),
}
CHAINED = ("position", "previous_hash", "hash")
"""The columns that the database sets."""
PLACED = "NEW.position IS NOT NULL OR NEW.previous_hash <> '' OR NEW.hash <> ''"
"""Whether a new row comes with what the database sets."""

REFUSAL = "The audit trail can only be added to"
LOCK = 7_311_203_046
"""The number of the advisory lock that is held by whoever adds to the trail."""


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Makes the triggers anew, for the columns the table has at that point of the migrations."""
    remove(apps, schema_editor)
    if schema_editor.connection.vendor == "sqlite":
        statements = _sqlite(apps.get_model("assessments", "AuditEvent")._meta)
    else:
        statements = POSTGRESQL
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(_apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    vendor = schema_editor.connection.vendor
    if vendor not in TRIGGERS:
        raise NotImplementedError(f"The audit trail can't be protected on {vendor}: use SQLite or PostgreSQL.")
    where = f" ON {TABLE}" if vendor == "postgresql" else ""
    for name in TRIGGERS[vendor]:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_{name}{where}", params=None)
    if vendor == "postgresql":
        for function in ("chain", "refuse"):
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_{function}()", params=None)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The names of triggers the database should have and has not."""
    return triggers.missing(connection, [f"{TABLE}_{name}" for name in TRIGGERS[connection.vendor]])


def _sqlite(meta: Any) -> list[str]:
    kept = [field.column for field in meta.local_concrete_fields if field.column not in CHAINED]
    same = " AND ".join(f"OLD.{column} IS NEW.{column}" for column in kept)
    newest = f"SELECT position, hash FROM {TABLE} WHERE id <> NEW.id AND position > 0 ORDER BY position DESC LIMIT 1"  # noqa: S608
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    same_save = "present.assessment_id = NEW.assessment_id AND present.save_id = NEW.save_id"
    return [
        f"CREATE TRIGGER {TABLE}_refuse_placed BEFORE INSERT ON {TABLE} WHEN {PLACED} {refuse}",
        # `INSERT OR REPLACE` drops the row that is in the way without firing its DELETE trigger.
        f"CREATE TRIGGER {TABLE}_refuse_same_id BEFORE INSERT ON {TABLE}"  # noqa: S608
        f" WHEN EXISTS (SELECT 1 FROM {TABLE} AS present WHERE present.id = NEW.id) {refuse}",
        f"CREATE TRIGGER {TABLE}_refuse_same_save BEFORE INSERT ON {TABLE}"  # noqa: S608
        f" WHEN EXISTS (SELECT 1 FROM {TABLE} AS present WHERE {same_save})"
        f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}: audit_save_id_once'); END",
        # The hashes of a row that has none yet are set by the trigger that follows its insert, and by nobody else.
        f"CREATE TRIGGER {TABLE}_refuse_update BEFORE UPDATE ON {TABLE} WHEN NOT (OLD.hash = '' AND {same}) {refuse}",
        f"CREATE TRIGGER {TABLE}_refuse_delete BEFORE DELETE ON {TABLE} {refuse}",
        # SHA256 is Django's: a writer without it, such as SQLite's shell, can't add rows.
        f"CREATE TRIGGER {TABLE}_chain AFTER INSERT ON {TABLE} BEGIN"  # noqa: S608
        f" UPDATE {TABLE} SET ({', '.join(CHAINED)}) ="
        " (SELECT max(position) + 1, max(hash), SHA256(max(hash) || NEW.content_hash)"
        f" FROM (SELECT 0 AS position, '' AS hash UNION ALL SELECT * FROM ({newest}))) WHERE id = NEW.id;"
        " END",
    ]


POSTGRESQL = [
    # In READ COMMITTED each statement of the function sees what was committed before the lock was had. A transaction
    # that sees less, in another isolation level, gives its row a position that is taken and is refused.
    f"""
    CREATE FUNCTION {TABLE}_chain() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        newest record;
    BEGIN
        PERFORM pg_advisory_xact_lock({LOCK});
        SELECT position, hash INTO newest FROM {TABLE}
            WHERE position IS NOT NULL AND id <> NEW.id ORDER BY position DESC LIMIT 1;
        UPDATE {TABLE} SET
            position = coalesce(newest.position, 0) + 1,
            previous_hash = coalesce(newest.hash, ''),
            hash = encode(sha256(convert_to(coalesce(newest.hash, '') || NEW.content_hash, 'UTF8')), 'hex')
            WHERE id = NEW.id;
        RETURN NULL;
    END $$
    """,  # noqa: S608
    # The chain's columns of a row that has no hash yet are set by the trigger above, and by nobody else in time.
    f"""
    CREATE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        kept {TABLE};
    BEGIN
        IF TG_OP = 'UPDATE' AND OLD.hash = '' THEN
            kept := NEW;
            {" ".join(f"kept.{column} := OLD.{column};" for column in CHAINED)}
            IF kept IS NOT DISTINCT FROM OLD THEN RETURN NEW; END IF;
        END IF;
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{REFUSAL}';
    END $$
    """,
    f"CREATE TRIGGER {TABLE}_refuse_placed BEFORE INSERT ON {TABLE}"
    f" FOR EACH ROW WHEN ({PLACED}) EXECUTE FUNCTION {TABLE}_refuse()",
    f"CREATE CONSTRAINT TRIGGER {TABLE}_chain AFTER INSERT ON {TABLE} DEFERRABLE INITIALLY DEFERRED"
    f" FOR EACH ROW EXECUTE FUNCTION {TABLE}_chain()",
    *(
        f"CREATE TRIGGER {TABLE}_refuse_{event} BEFORE {event.upper()} ON {TABLE}"
        f" FOR EACH {'STATEMENT' if event == 'truncate' else 'ROW'} EXECUTE FUNCTION {TABLE}_refuse()"
        for event in ("update", "delete", "truncate")
    ),
]
