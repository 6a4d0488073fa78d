"""Fills a database with made-up submissions and prints how to look at them as JSON.

A process of its own: `python -m scripts.bench.many_build SUBMISSIONS ORGANIZATIONS`, with the application's settings in
the environment.
"""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402 # now that Django is set up
from django.db import connection  # noqa: E402

from assessments.models import CoeRole, Cycle  # noqa: E402
from scripts import run  # noqa: E402
from scripts.bench.build import person, sessions  # noqa: E402


def main() -> None:
    run.migrate()
    call_command("loaddata", "ai_cmm", verbosity=0)
    run.collect_static()
    amounts = {"submissions": int(sys.argv[1]), "organizations": int(sys.argv[2])}
    call_command("synthesize", force=True, stdout=sys.stderr, **amounts)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")  # as its own housekeeping does after some minutes
    reviewer = person("reviewer.two")
    reviewer.coe_role = CoeRole.REVIEWER
    reviewer.save()
    newest = Cycle.objects.latest("starts_on")
    print(json.dumps({"session": sessions([reviewer])[0], "cycle": newest.pk}))


if __name__ == "__main__":
    main()
