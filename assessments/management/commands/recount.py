"""Makes the portfolio's figures anew: `manage.py recount`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from assessments import tallies


class Command(BaseCommand):
    help = (
        "Counts anew what the portfolio shows, from the rows of all scorecards, and says how many figures differed."
        " People can go on working; who submits meanwhile waits."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--from-documents",
            action="store_true",
            help="first work out those rows from each sealed document: once after an update to the first version"
            " that has a portfolio",
        )

    def handle(self, *, from_documents: bool, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        if from_documents:
            read = tallies.read_documents()
            self.stdout.write(f"{read:,} {'scorecard' if read == 1 else 'scorecards'} read.")
        differed = tallies.recount()
        if differed == 1:
            self.stdout.write("1 figure differed and is right now.")
        else:
            self.stdout.write(
                f"{differed:,} figures differed and are right now." if differed else "Every figure was right."
            )
