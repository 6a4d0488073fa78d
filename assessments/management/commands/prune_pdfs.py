"""Delete stored PDFs of scorecards; whoever asks for one of them gets it made again."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from assessments import paper_store


class Command(BaseCommand):
    help = "Deletes the stored PDFs of scorecards that were made long ago. They are made again when somebody asks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=int, default=90, help="how long ago, 90 unless told; 0 deletes all of them")

    def handle(self, *_: Any, **options: Any) -> None:
        count = paper_store.prune(older_than=timedelta(days=options["days"]))
        self.stdout.write("1 PDF deleted." if count == 1 else f"{count} PDFs deleted.")
