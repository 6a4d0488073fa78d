"""Builds the demo: `manage.py demo`. What is in it stands in `assessments.demo`."""

import os
import secrets
from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from assessments import demo
from assessments.demo.cast import ORGANIZATIONS
from assessments.models import Organization


class Command(BaseCommand):
    help = (
        "Makes demo organizations, people and assessments. Repeating it changes nothing, except that $DEMO_PASSWORD,"
        " where it is set, becomes the password again."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off")

    def handle(self, *, force: bool, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        if not (settings.DEBUG or force):
            raise CommandError(
                "DEBUG is off, so this may be a real database, and demo data can't be taken out of it again:"
                " use --force if that is what you want."
            )
        if Organization._meta.db_table not in connection.introspection.table_names():
            raise CommandError("The database has no tables yet: run “manage.py migrate” first.")
        password = os.environ.get("DEMO_PASSWORD", "")
        said = self._repeated(password) if demo.is_built() else self._built(password)
        self.stdout.write(f"{_table()}\n\n{said}")

    def _built(self, wanted: str) -> str:
        password = wanted or secrets.token_urlsafe(12)
        try:
            demo.build(password=password)
        except demo.AlreadyTaken as taken:
            raise CommandError(f"{taken} The demo can't be built beside it.") from taken
        return (
            "Their password is what $DEMO_PASSWORD says." if wanted else f"Their password, shown only now: {password}"
        )

    def _repeated(self, wanted: str) -> str:
        if wanted and demo.set_password(wanted):
            return "The demo was here already. Their password is now what $DEMO_PASSWORD says; nothing else changed."
        return "The demo was here already. Nothing changed, and their password is as it was."


def _table() -> str:
    names = {organization.code: organization.name for organization in ORGANIZATIONS}
    rows = [
        (person.email, person.role_name, names.get(person.organization, "Center of Excellence"), person.tries)
        for person in demo.SIGNING_IN
    ]
    return "\n".join(_aligned([("Who", "Role", "Organization", "What to try"), *rows]))


def _aligned(rows: list[tuple[str, ...]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
