"""Fills a database for the measurements, by the application's own actions, and prints what is in it as JSON.

A process of its own: `python -m scripts.bench.build EDITORS`, with the application's settings in the environment.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 # now that Django is set up
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.contrib.sessions.models import Session  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from assessments import actions  # noqa: E402
from assessments.datatypes import EvidenceLink  # noqa: E402
from assessments.models import Assessment, CoeRole, Cycle, Membership, Organization, Role, User  # noqa: E402
from assessments.models.assessment import EVIDENCE_LIMIT, TEXT_LIMIT  # noqa: E402
from rubric.models import Rubric, newest_published  # noqa: E402
from scripts import run  # noqa: E402

TEAM_OF = 4
"""Editors of one assessment; each has a question of their own in it."""
TEXT = (
    "The team keeps a list of its models with an owner for each, reviewed every quarter by the program office; the plan"
    " for the next year names two people who will be trained, and the budget for it was approved in spring."
)
USUAL, LEVELS = 350, (3, 4, 2, 3, 5, 1, 2)


def prose(length: int) -> str:
    """Ordinary words, exactly that many characters."""
    return " ".join(islice(cycle(TEXT.split()), length))[:length].rstrip().ljust(length, ".")


def person(name: str) -> User:
    """Someone without a password: sessions are made directly."""
    return User(email=f"{name}@bench.example", name=name.replace(".", " ").title(), password="!")  # noqa: S106 # no hash is like that


def sessions(people: list[User]) -> list[str]:
    """A session for each, and their keys."""
    rows = [
        Session(
            session_key=get_random_string(32, "abcdefghijklmnopqrstuvwxyz0123456789"),
            session_data=SessionStore().encode(
                {
                    SESSION_KEY: str(one.pk),
                    BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
                    HASH_SESSION_KEY: one.get_session_auth_hash(),
                }
            ),
            expire_date=timezone.now() + timedelta(hours=2),
        )
        for one in people
    ]
    Session.objects.bulk_create(rows)
    return [row.session_key for row in rows]


def answer_all(assessment: Assessment, people: list[User], *, length: int, links: int, title: str) -> None:
    """An answer, a rationale and evidence for each question."""
    evidence = tuple(EvidenceLink(title, f"https://example.gov/plan/{number}") for number in range(links))
    codes = assessment.rubric.to_datatypes().question_by_code
    for code, level, by in zip(codes, cycle(LEVELS), cycle(people)):
        entry = actions.AnswerEntry(choice=str(level), rationale=prose(length), evidence=evidence)
        actions.save_answer(assessment=assessment, code=code, entry=entry, seen_version=0, by=by)


def teams(organization: Organization, rubric: Rubric, lead: User, people: list[User]) -> dict[str, Any]:
    """One team in its third cycle, all answered, and one with the longest texts there can be."""
    cycles = [
        Cycle.objects.create(
            code=f"bench-{year}", name=f"FY{year}", starts_on=date(year - 1, 10, 1), due_on=date(year, 9, 30)
        )
        for year in (2024, 2025, 2026)
    ]
    for period in cycles:
        usual = actions.start_assessment(
            organization=organization, rubric=rubric, team="Office of Data", cycle=period, by=lead
        )
        answer_all(usual, people, length=USUAL, links=1, title="Plan")
        if period != cycles[-1]:
            actions.submit(assessment=usual, by=lead)
    longest = actions.start_assessment(
        organization=organization, rubric=rubric, team="Office of Words", cycle=cycles[-1], by=lead
    )
    answer_all(longest, people, length=TEXT_LIMIT, links=EVIDENCE_LIMIT, title=prose(200))
    waiting = actions.start_assessment(
        organization=organization, rubric=rubric, team="Office of Waiting", cycle=cycles[-1], by=lead
    )
    answer_all(waiting, people, length=USUAL, links=1, title="Plan")
    actions.submit(assessment=waiting, by=lead)
    return {
        "assessment": str(usual.pk),
        "longest": str(longest.pk),
        "waiting": str(waiting.pk),
        "answer": usual.answers.values_list("pk", flat=True)[0],
    }


def editors(rubric: Rubric, count: int) -> Iterator[dict[str, str]]:
    """People who answer at the same time: four to an assessment, a hundred to an organization."""
    people = User.objects.bulk_create(person(f"editor.{number}") for number in range(count))
    keys = sessions(people)
    codes = list(rubric.to_datatypes().question_by_code)
    period = Cycle.objects.latest("starts_on")
    for start in range(0, count, TEAM_OF):
        if start % 100 == 0:
            organization = Organization.objects.create(code=f"editors-{start}", name=f"Bureau {start}")
        team = people[start : start + TEAM_OF]
        Membership.objects.bulk_create(
            Membership(organization=organization, user=one, role=Role.CONTRIBUTOR) for one in team
        )
        assessment = actions.start_assessment(
            organization=organization, rubric=rubric, team=f"Team {start}", cycle=period, by=team[0]
        )
        for _, session, code in zip(team, keys[start:], codes[:: len(codes) // TEAM_OF], strict=False):
            yield {"session": session, "assessment": str(assessment.pk), "code": code}


@transaction.atomic
def fill(count: int) -> dict[str, Any]:
    rubric = newest_published()
    organization = Organization.objects.create(code="bench", name="Department of Measurements")
    lead, reviewer, *people = User.objects.bulk_create(
        person(name) for name in ("lead.one", "reviewer.two", "amy.three", "ben.four", "cleo.five")
    )
    reviewer.coe_role = CoeRole.REVIEWER
    reviewer.save()
    Membership.objects.create(organization=organization, user=lead, role=Role.LEAD)
    Membership.objects.bulk_create(
        Membership(organization=organization, user=one, role=Role.CONTRIBUTOR) for one in people
    )
    session, reviewing = sessions([lead, reviewer])
    return {
        **teams(organization, rubric, lead, [lead, *people]),
        "session": session,
        "reviewing": reviewing,
        "organization": organization.code,
        "areas": {area.code: [q.code for q in area.questions] for area in rubric.to_datatypes().areas},
        "editors": list(editors(rubric, count)),
    }


def main() -> None:
    run.migrate()
    call_command("loaddata", "ai_cmm", verbosity=0)
    run.collect_static()
    print(json.dumps(fill(int(sys.argv[1]))))


if __name__ == "__main__":
    main()
