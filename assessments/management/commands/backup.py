"""The whole database as one file: `manage.py backup FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from assessments import backups


class Command(BaseCommand):
    help = "Writes the whole database to one file, as it is at one moment, while people go on working."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="where to; a backup that is there is replaced")
        parser.add_argument("--verify", action="store_true", help="read the backup that is there instead")

    def handle(self, *, file: Path, verify: bool, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        try:
            manifest, broken = backups.verify(file) if verify else (backups.back_up(file), [])
        except (backups.BackupError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        if broken:
            raise CommandError(f"{file} is whole, but these seals don't hold: {', '.join(broken)}.")
        said = f"of {manifest.made_at} is whole" if verify else "is written"
        self.stdout.write(f"{file} {said}: {manifest.summary}.")
