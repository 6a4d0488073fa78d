"""`manage.py revoke_links`: end every link by which someone outside reads a submission, such as after a restore."""

from typing import Any

from django.core.management.base import BaseCommand

from assessments import actions


class Command(BaseCommand):
    help = "Revoke every link by which someone outside reads a submission. Leads make new ones."

    def handle(self, **_: Any) -> None:
        count = actions.revoke_all(by=None)
        self.stdout.write(f"{count:,} {'link was' if count == 1 else 'links were'} revoked.")
