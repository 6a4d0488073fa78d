"""Visits by links that ended long ago, deleted: `manage.py prune_visits`, once a month."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments import sharing


class Command(BaseCommand):
    help = "Deletes the visits by links for people outside that ended more than VISIT_DAYS ago. Safe to repeat."

    def handle(self, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        count = sharing.prune_visits()
        self.stdout.write("1 visit deleted." if count == 1 else f"{count} visits deleted.")
