"""The whole database as one file, taken while people work, and the way back. docs/backup.md has what people need.

A backup is a zip of two entries: `database` (a SQLite file, or what pg_dump writes) and `manifest.json`, which says
what is in it. It appears under its name only once it is complete and on the disk. A restore looks at all of it before
it touches anything, and then happens as a whole or not at all.
"""

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from psycopg2.extensions import make_dsn

from assessments import chain, sealing
from assessments.models import AuditEvent, Organization, Scorecard, User

FORMAT = "aicmm-backup-1"
MANIFEST, DATABASE = "manifest.json", "database"
CHUNK = 1 << 20
Query = Callable[[str], Iterable[tuple[Any, ...]]]


class BackupError(Exception):
    """What could not be done, as a sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `seals` is the SHA-256 over the scorecards' own, `trail` the newest hash of the audit trail,
    `content` the SHA-256 of the database's file."""

    format: str
    database: str
    made_at: str
    migrations: list[str]
    counts: dict[str, int]
    seals: str
    trail: str
    content: str

    @property
    def summary(self) -> str:
        scorecards = self.counts.get(Scorecard._meta.db_table, 0)
        return f"{sum(self.counts.values()):,} rows in {len(self.counts)} tables, {scorecards:,} of them scorecards"


# ---- Taking one ----


def back_up(target: Path) -> Manifest:
    """Write the database, as it is at one moment, to `target`; a backup that is there already is replaced."""
    if target.exists() and not _is_backup(target):
        raise BackupError(f"{target} exists and is no backup: choose another name.")
    if Scorecard._meta.db_table not in connection.introspection.table_names():
        raise BackupError("The database has no tables yet: there is nothing to back up.")
    try:
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as folder:
            copy, whole = Path(folder, DATABASE), Path(folder, "whole")
            counts, seals, trail = _copy_sqlite(copy) if connection.vendor == "sqlite" else _copy_postgresql(copy)
            manifest = Manifest(
                format=FORMAT,
                database=connection.vendor,
                made_at=timezone.now().isoformat(timespec="seconds"),
                migrations=_applied_migrations(),
                counts=counts,
                seals=seals,
                trail=trail,
                content=_sha256(copy),
            )
            with zipfile.ZipFile(whole, "x", zipfile.ZIP_DEFLATED) as archive:
                archive.write(copy, DATABASE)
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            whole.chmod(0o600)  # it holds people's addresses and sessions
            _to_disk(whole)
            whole.replace(target)
            _to_disk(target.parent)
    except OSError as error:
        raise BackupError(f"{target} can't be written: {error.strerror or error}.") from error
    return manifest


def _copy_sqlite(copy: Path) -> tuple[dict[str, int], str, str]:
    connection.ensure_connection()
    with closing(sqlite3.connect(copy)) as its:
        connection.connection.backup(its)
        its.execute("PRAGMA journal_mode = DELETE")  # so that the file stands alone
        return _counts(its.execute, _tables_in(its)), _seals(its.execute), _trail(its.execute)


def _copy_postgresql(copy: Path) -> tuple[dict[str, int], str, str]:
    """Dump and count in the same snapshot, whatever is written meanwhile."""
    with transaction.atomic():
        _query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        _query("SET LOCAL statement_timeout = 0")
        _query("SET LOCAL idle_in_transaction_session_timeout = 0")
        ((snapshot,),) = _query("SELECT pg_export_snapshot()")
        _run_tool("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={copy}", f"--dbname={_address()}")
        return _counts(_query, connection.introspection.table_names()), _seals(_query), _trail(_query)


# ---- Looking at one ----


def verify(file: Path) -> tuple[Manifest, list[str]]:
    """Read all of a backup. Returns its manifest, and which seals don't hold; PostgreSQL's are seen after a restore."""
    with tempfile.TemporaryDirectory(prefix=".verify-", dir=_room()) as folder:
        copy = Path(folder, DATABASE)
        manifest = _unpack(file, copy)
        return manifest, _broken_seals(_scorecards_in(copy)) if manifest.database == "sqlite" else []


def _unpack(file: Path, copy: Path) -> Manifest:
    """Write the database of a backup to `copy`, and make sure that it is what the manifest says."""
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            with archive.open(DATABASE) as packed, copy.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked, CHUNK)
    except UNREADABLE as error:
        raise _damaged(file) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # it sends its reader to before its beginning
            raise _damaged(file) from error
        raise BackupError(f"{file} can't be read: {error.strerror or error}.") from error
    if manifest.format != FORMAT or _sha256(copy) != manifest.content:
        raise _damaged(file)
    if manifest.database == "sqlite" and not _is_sound(copy, manifest):
        raise _damaged(file)
    return manifest


UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, ValueError, RuntimeError)
"""What reading something else than a backup may raise."""


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    return Manifest(**json.loads(archive.read(MANIFEST)))


def _is_backup(file: Path) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return _manifest(archive).format == FORMAT
    except (OSError, *UNREADABLE):
        return False


def _damaged(file: Path) -> BackupError:
    return BackupError(f"{file} is damaged, or no backup of this application: nothing was changed, use another one.")


def _is_sound(copy: Path, manifest: Manifest) -> bool:
    try:
        with closing(sqlite3.connect(copy)) as its:
            return (
                its.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                and its.execute("PRAGMA foreign_key_check").fetchone() is None
                and _counts(its.execute, _tables_in(its)) == manifest.counts
                and _seals(its.execute) == manifest.seals
                and _trail(its.execute) == manifest.trail
            )
    except sqlite3.Error:
        return False


# ---- The way back ----


def restore(file: Path, *, force: bool = False) -> tuple[Manifest, list[str]]:
    """Put what a backup holds in place of the database. Returns its manifest, and which seals don't hold.

    `force` allows to replace a database with people or organizations in it.
    """
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=_room()) as folder:
        copy = Path(folder, DATABASE)
        manifest = _unpack(file, copy)
        _check_it_fits(manifest)
        if not force and _is_in_use():
            raise BackupError("The database has people or organizations in it: use --force to replace all of it.")
        if connection.vendor == "sqlite":
            _replace_sqlite(copy)
        else:
            _replace_postgresql(copy)
    found = _counts(_query, connection.introspection.table_names()), _seals(_query), _trail(_query)
    if found != (manifest.counts, manifest.seals, manifest.trail):
        raise BackupError(
            "The backup was restored, but somebody has written since: stop the web processes, then restore again."
        )
    scorecards = Scorecard.objects.order_by("pk").values_list("code", "sha256", "document")
    return manifest, _broken_seals(scorecards.iterator(chunk_size=100))


def _check_it_fits(manifest: Manifest) -> None:
    if manifest.database != connection.vendor:
        raise BackupError(f"The backup is one of {manifest.database}, and the database is {connection.vendor}.")
    ours = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if differing := sorted(ours ^ set(manifest.migrations)):
        where = "this one" if differing[-1] in ours else "that one"
        raise BackupError(
            f"The backup was made by another version of the application (migration {differing[-1]} is in {where} only):"
            " restore it with that version, then update."
        )


def _is_in_use() -> bool:
    there = connection.introspection.table_names()
    return any(model._meta.db_table in there and model._default_manager.exists() for model in (User, Organization))


def _replace_sqlite(copy: Path) -> None:
    """One transaction of SQLite's own backup: those who are connected see all of the old or all of the new."""

    def give_up_if_busy(status: int, _remaining: int, _total: int) -> None:
        """Called after each try, which has waited for as long as the settings say; by itself it would never end."""
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupError("Somebody is using the database all the time: stop the web processes, then try again.")

    connection.ensure_connection()
    try:
        with closing(sqlite3.connect(copy)) as its:
            its.backup(connection.connection, progress=give_up_if_busy)
    except sqlite3.Error as error:
        raise BackupError(f"The database can't be replaced, and is as it was: {error}.") from error
    finally:
        connection.close()


def _replace_postgresql(copy: Path) -> None:
    connection.close()
    options = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")
    _run_tool("pg_restore", *options, f"--dbname={_address()}", str(copy))


# ---- What both take ----


def _query(text: str) -> list[tuple[Any, ...]]:
    """All rows, from the default connection."""
    with connection.cursor() as cursor:
        cursor.execute(text)
        return cursor.fetchall() if cursor.description else []


def _tables_in(its: sqlite3.Connection) -> list[str]:
    return [
        name
        for (name,) in its.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'")
    ]


def _counts(query: Query, tables: Iterable[str]) -> dict[str, int]:
    return {
        table: next(iter(query(f'SELECT count(*) FROM "{table}"')))[0]  # noqa: S608 (the database's own names)
        for table in sorted(tables)
    }


def _seals(query: Query) -> str:
    """The SHA-256 over the scorecards' own, one a line in the order they were made."""
    total = hashlib.sha256()
    for (sha256,) in query(f"SELECT sha256 FROM {Scorecard._meta.db_table} ORDER BY id"):  # noqa: S608
        total.update(f"{sha256}\n".encode())
    return total.hexdigest()


def _trail(query: Query) -> str:
    """The newest hash of the audit trail; of an empty one what its first event would be chained to."""
    newest = query(f"SELECT hash FROM {AuditEvent._meta.db_table} WHERE position > 0 ORDER BY position DESC LIMIT 1")  # noqa: S608
    return next((digest for (digest,) in newest), chain.FIRST)


def _scorecards_in(copy: Path) -> Iterator[tuple[str, str, str]]:
    with closing(sqlite3.connect(copy)) as its:
        yield from its.execute(f"SELECT code, sha256, document FROM {Scorecard._meta.db_table} ORDER BY id")  # noqa: S608


def _broken_seals(scorecards: Iterable[tuple[str, str, str]]) -> list[str]:
    """The codes of those whose document is not what was sealed."""
    return [code for code, sha256, document in scorecards if sealing.digest(document) != sha256]


def _applied_migrations() -> list[str]:
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def _room() -> Path | None:
    """Where a copy of the database has room: beside it, or where temporary files go."""
    return Path(connection.settings_dict["NAME"]).absolute().parent if connection.vendor == "sqlite" else None


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _to_disk(path: Path) -> None:
    """Returns once a file, or the names in a folder, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _run_tool(name: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own tools; the password goes through the environment, where nobody else sees it."""
    program = shutil.which(name)
    if program is None:
        raise BackupError(
            f"{name} isn't installed here: install PostgreSQL's client, of the server's version or newer"
            " (on Debian postgresql-client), or run this where it is."
        )
    env = os.environ | {"PGPASSWORD": str(connection.get_connection_params().get("password") or "")}
    done = subprocess.run([program, *arguments], env=env, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        complaint = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise BackupError(f"Nothing was changed. {name} says: {complaint.removeprefix(f'{name}: ')}.")


def _address() -> str:
    """Where the database is, as PostgreSQL's tools take it, without the password."""
    parameters = connection.get_connection_params()
    kept = {name: value for name, value in parameters.items() if isinstance(value, str | int) and name != "password"}
    return str(make_dsn(**kept))
