"""Django's `flush`, except that published rubrics stay: the database refuses to empty their tables.

Tests that commit (`TransactionTestCase`, `live_server`) flush after each test, so they keep what was published, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from rubric.models import Publication, Rubric


class Command(flush.Command):
    help = "Removes all data but published rubrics, which never change, from the database."

    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        if not _holds_published(connection):
            return super().handle(**options)
        if options["interactive"]:
            question = f"Remove all data but published rubrics from {connection.settings_dict['NAME']!r}? Type 'yes': "
            if input(question) != "yes":
                self.stdout.write("Flush cancelled.")
                return None
        with _rubric_tables_left_out(connection):
            super().handle(**options | {"interactive": False})
        Rubric.objects.using(connection.alias).drafts().delete()
        return None


def _holds_published(connection: BaseDatabaseWrapper) -> bool:
    tables = connection.introspection.table_names()
    return Publication._meta.db_table in tables and Publication.objects.using(connection.alias).exists()


@contextmanager
def _rubric_tables_left_out(connection: BaseDatabaseWrapper) -> Iterator[None]:
    ours = {model._meta.db_table for model in apps.get_app_config("rubric").get_models()}
    all_names = connection.introspection.django_table_names

    def names(*args: Any, **kwargs: Any) -> list[str]:
        return [name for name in all_names(*args, **kwargs) if name not in ours]

    connection.introspection.django_table_names = names  # type: ignore[method-assign]
    try:
        yield
    finally:
        del connection.introspection.django_table_names
