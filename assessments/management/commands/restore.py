"""The way back from a backup: `manage.py restore FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from assessments import backups


class Command(BaseCommand):
    help = "Puts what a backup holds in place of the database, as a whole or not at all."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="what manage.py backup wrote")
        parser.add_argument("--force", action="store_true", help="also where people or organizations are in it")

    def handle(self, *, file: Path, force: bool, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        try:
            manifest, broken = backups.restore(file, force=force)
        except (backups.BackupError, DatabaseError) as error:
            raise CommandError(str(error)) from error
        if broken:
            raise CommandError(f"Restored as it was, but these seals don't hold: {', '.join(broken)}.")
        self.stdout.write(f"Restored as of {manifest.made_at}: {manifest.summary}. Every seal holds.")
