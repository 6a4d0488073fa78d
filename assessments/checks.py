"""System checks of what the database has to guard."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from assessments import append_only, issued_only_added


def check_trail(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """The audit trail can only be added to. Silent where there is no table yet."""
    return [
        checks.Error(
            f"The audit trail can be changed: the database lacks {', '.join(missing)}.",
            hint="Call assessments.append_only.install in a migration.",
            id="assessments.E001",
        )
        for alias in databases or ()
        if (missing := _missing(alias, append_only.TABLE, append_only.missing))
    ]


def check_issued(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """The list of PDFs that were handed out can only be added to. Silent where there is no table yet."""
    return [
        checks.Error(
            f"The list of PDFs that were handed out can be changed: the database lacks {', '.join(missing)}.",
            hint="Call assessments.issued_only_added.install in a migration.",
            id="assessments.E002",
        )
        for alias in databases or ()
        if (missing := _missing(alias, issued_only_added.TABLE, issued_only_added.missing))
    ]


def _missing(alias: str, table: str, missing: Callable[[BaseDatabaseWrapper], list[str]]) -> list[str]:
    connection = connections[alias]
    try:
        with transaction.atomic(using=alias):
            return missing(connection) if table in connection.introspection.table_names() else []
    except DatabaseError:
        return []
