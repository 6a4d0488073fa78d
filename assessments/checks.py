"""System checks of what the database has to guard."""

from collections.abc import Sequence
from typing import Any

from django.core import checks
from django.db import DatabaseError, connections, transaction

from assessments import append_only


def check_trail(*, databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """The audit trail can only be added to. Silent where there is no table yet."""
    return [
        checks.Error(
            f"The audit trail can be changed: the database lacks {', '.join(missing)}.",
            hint="Call assessments.append_only.install in a migration.",
            id="assessments.E001",
        )
        for alias in databases or ()
        if (missing := _missing(alias))
    ]


def _missing(alias: str) -> list[str]:
    connection = connections[alias]
    try:
        with transaction.atomic(using=alias):
            if append_only.TABLE not in connection.introspection.table_names():
                return []
            return append_only.missing(connection)
    except DatabaseError:
        return []
