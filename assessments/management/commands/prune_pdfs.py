"""Delete what is kept for a time only: stored PDFs, which are made again when asked for, and old visits by links."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from assessments import paper_store, sharing


class Command(BaseCommand):
    help = (
        "Deletes the stored PDFs of scorecards that were made long ago, which are made again when somebody asks, and"
        " the visits by links for people outside that ended more than VISIT_DAYS ago."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="PDFs: how long ago, 90 unless told; 0 deletes all")

    def handle(self, *_: Any, **options: Any) -> None:
        count = paper_store.prune(older_than=timedelta(days=options["days"]))
        self.stdout.write("1 PDF deleted." if count == 1 else f"{count} PDFs deleted.")
        visits = sharing.prune_visits()
        self.stdout.write("1 visit deleted." if visits == 1 else f"{visits} visits deleted.")
