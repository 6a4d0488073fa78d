"""Exports that have expired, deleted: `manage.py tidy_exports`, once a day."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments import zips


class Command(BaseCommand):
    help = "Deletes ZIPs of scorecards that were made more than a week ago. Safe to repeat."

    def handle(self, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        count = zips.tidy()
        self.stdout.write("1 export deleted." if count == 1 else f"{count} exports deleted.")
