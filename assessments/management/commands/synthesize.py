"""Fills a database to measure with: `manage.py synthesize`."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from assessments.models import Cycle, Organization
from assessments.synthesis import Amounts, synthesize
from rubric.models import Rubric


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is not a whole number from 1")
    return int(text)


class Command(BaseCommand):
    help = (
        "Makes submissions with random answers, to measure lists and the portfolio with. Only for a database that is"
        " thrown away: their answers are not kept, so that their own pages can't be opened."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--submissions", type=at_least_one, required=True, metavar="N")
        parser.add_argument("--cycles", type=at_least_one, default=4, metavar="N", help="4 unless told")
        parser.add_argument("--organizations", type=at_least_one, default=50, metavar="N", help="50 unless told")
        parser.add_argument("--seed", type=int, default=1, help="another one gives other submissions")
        parser.add_argument("--force", action="store_true", help="also where DEBUG is off, or organizations are there")

    def handle(self, *, force: bool, **options: Any) -> None:
        if not (settings.DEBUG or force):
            raise CommandError(
                "DEBUG is off, so this may be a real database, and made-up submissions can't be taken out of it again:"
                " use --force if that is what you want."
            )
        if Organization.objects.exists() and not force:
            raise CommandError(
                "The database holds organizations, and made-up submissions can't be told from theirs in its figures:"
                " use an empty one, or --force."
            )
        if Cycle.objects.filter(code__startswith="synthetic-").exists():
            raise CommandError("The database holds made-up submissions already: use an empty one.")
        if not Rubric.objects.published().exists():
            raise CommandError("No rubric is published: run “manage.py loaddata ai_cmm” first.")
        amounts = Amounts(**{name: options[name] for name in ("submissions", "cycles", "organizations", "seed")})
        synthesize(amounts)
        made = f"{amounts.submissions:,} {'submission' if amounts.submissions == 1 else 'submissions'}"
        self.stdout.write(f"{made} made.")
