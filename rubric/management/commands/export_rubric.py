import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from rubric.documents import rubric_to_document
from rubric.models import Rubric, published


class Command(BaseCommand):
    help = "Prints a published rubric as JSON."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Django has a --version of its own, which would print Django's.
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="Such as ai-cmm.")
        parser.add_argument("--version", help="The newest published one unless told.")

    def handle(self, *, code: str, version: str | None, **_: Any) -> None:
        try:
            rubric = published(code, version)
        except Rubric.DoesNotExist:
            wanted = f"{code} {version}" if version else code
            raise CommandError(f"No rubric {wanted} is published; {_known()}.", returncode=2) from None
        self.stdout.write(json.dumps(rubric_to_document(rubric), ensure_ascii=False, indent=2))


def _known() -> str:
    known = ", ".join(str(rubric) for rubric in Rubric.objects.published())
    return f"there is {known}" if known else "there is none yet"
