"""The database as it is after set-up, with the rubric loaded, and the way back to it.

Tests in a transaction roll back. The others (`transactional_db`, `live_server`) would end with Django's `flush`, which
deletes the rubric, where the database refuses that. They end with `Baseline.restore` instead.
"""

import sqlite3
from collections.abc import Iterable, Sequence
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
    """A copy of each table that has rows, in a schema of its own, and where each sequence stood.

    Tables are emptied by DELETE: TRUNCATE makes new files for each table and index, which took a quarter of a second.
    """

    def __init__(self) -> None:
        tables = {table for (table,) in _rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        self.states = self._states(tables - {"django_migrations"})
        sequences = _rows(
            "SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        self.sequences = ", ".join(
            f"""setval('public."{name}"', {last}, {called})""" for name, last, called in sequences
        )
        filled = [table for table, state in self.states.items() if state]
        _run("CREATE SCHEMA baseline", *(f'CREATE TABLE baseline."{t}" AS TABLE public."{t}"' for t in filled))

    def restore(self) -> None:
        with transaction.atomic():
            # No trigger runs, those of foreign keys included.
            _run("SET LOCAL lock_timeout = '10s'", "SET LOCAL session_replication_role = replica")
            for table, state in self._states(self.states).items():
                if state == self.states[table]:
                    continue
                _run(f'DELETE FROM public."{table}"')
                if self.states[table]:
                    _run(f'INSERT INTO public."{table}" SELECT * FROM baseline."{table}"')
            _run(f"SELECT {self.sequences}")

    @staticmethod
    def _states(tables: Iterable[str]) -> dict[str, str | None]:
        """A hash of the rows of each table; None where it is empty."""
        hashed = "SELECT '{0}', md5(string_agg(md5(row::text), '' ORDER BY row::text)) FROM public.\"{0}\" row"
        return dict(_rows(" UNION ALL ".join(hashed.format(table) for table in tables)))


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
