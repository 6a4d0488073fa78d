"""Whether the audit trail is what was written: `manage.py verify_audit`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments import chain
from assessments.models import AuditEvent


class Command(BaseCommand):
    help = "Follows the chain of hashes over the audit trail and says where it breaks."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            metavar="HASH",
            default="",
            help="a newest hash noted earlier, elsewhere: without one, newest rows cut off can't be noticed",
        )

    def handle(self, *, head: str, **options: Any) -> None:  # noqa: ARG002 (Django's own)
        events = AuditEvent.objects.all()
        links = (event.link for event in events.in_order())
        verdict = chain.walk(links, number_of=events.number_of, noted=head)
        if verdict.fault:
            raise CommandError(f"The chain breaks after {counted(verdict.links)}. {verdict.fault}")
        outside = events.outside_the_chain().count()
        if outside:
            stand = "stands" if outside == 1 else "stand"
            raise CommandError(f"{counted(outside)} {stand} outside the chain of {counted(verdict.links)}.")
        if head and verdict.head_at is None:
            raise CommandError(
                f"The chain is unbroken, but {head} is in none of its {counted(verdict.links)}: the newest rows were"
                " cut off, or all of it was made anew."
            )
        noted = f" {head} is row {verdict.head_at}." if head else ""
        self.stdout.write(f"{counted(verdict.links)}, unbroken.{noted} Newest hash: {verdict.head or 'none'}")


def counted(links: int) -> str:
    return f"{links:,} row" if links == 1 else f"{links:,} rows"
