"""Which triggers a database has: what guards rows is the database's own, and can be lost without a sign."""

from collections.abc import Iterable

from django.db.backends.base.base import BaseDatabaseWrapper


def missing(connection: BaseDatabaseWrapper, expected: Iterable[str]) -> list[str]:
    """The names among the `expected` triggers that the database has not, or has switched off. One query."""
    catalog = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalog)
        present = {name for (name,) in cursor.fetchall()}
    return sorted(set(expected) - present)
