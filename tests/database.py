"""The database as it is after set-up, with the rubric loaded, and the way back to it.

Tests in a transaction roll back. The others (`transactional_db`, `live_server`) would end with Django's `flush`, which
deletes the rubric, where the database refuses that. They end with `Baseline.restore` instead.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction


class SQLiteBaseline:
    """A copy of the whole file in memory."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self.copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(self.copy)

    def restore(self) -> None:
        connection.ensure_connection()
        tries = 0

        def give_up_some_time(status: int, remaining: int, total: int) -> None:
            nonlocal tries
            tries += 1
            if tries > 40:  # of a quarter of a second
                raise TimeoutError("A connection that the test left open holds the database.")

        self.copy.backup(connection.connection, progress=give_up_some_time)


class PostgreSQLBaseline:
    """A copy of each table that has rows, in a schema of its own, and where each sequence stood."""

    def __init__(self) -> None:
        self.tables = [table for (table,) in _rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        self.tables.remove("django_migrations")
        self.filled = [table for table in self.tables if _rows(f'SELECT 1 FROM public."{table}" LIMIT 1')]
        self.guarded = [
            table
            for (table,) in _rows("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            if table in self.tables
        ]
        self.sequences = _rows(
            "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        _run("CREATE SCHEMA baseline", *(f'CREATE TABLE baseline."{t}" AS TABLE public."{t}"' for t in self.filled))

    def restore(self) -> None:
        every = ", ".join(f'public."{table}"' for table in self.tables)
        with transaction.atomic():
            _run(
                "SET LOCAL lock_timeout = '10s'",
                *(f'ALTER TABLE public."{table}" DISABLE TRIGGER USER' for table in self.guarded),
                f"TRUNCATE {every}",
                *(f'INSERT INTO public."{table}" SELECT * FROM baseline."{table}"' for table in self.filled),
                "SET CONSTRAINTS ALL IMMEDIATE",
                *(f'ALTER TABLE public."{table}" ENABLE TRIGGER USER' for table in self.guarded),
            )
            with connection.cursor() as cursor:
                cursor.executemany("SELECT setval(quote_ident(%s), %s, %s)", self.sequences)


Baseline = SQLiteBaseline | PostgreSQLBaseline


def take_baseline() -> Baseline:
    return SQLiteBaseline() if connection.vendor == "sqlite" else PostgreSQLBaseline()


def _rows(query: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def _run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
